"""The rasters of a run: the relief under the map, and those that rates are made from."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from geozone.manifest.roles import role_for
from geozone.model import Decision, Finding, LayerSource, LayerSpec
from geozone.project import Project
from geozone.raster.opening import open_raster
from geozone.run.layers import RELIEF, covers, described, role_of
from geozone.terrain.elevation import survey


def relief_sources(
    project: Project, units: gpd.GeoDataFrame, inputs: list[dict[str, Any]]
) -> tuple[tuple[LayerSource, ...], list[Finding]]:
    """Return the elevation rasters that the relief of the zone is drawn from, and what is wrong with those given.

    The user's own stand in place of the embedded one, whatever ids they have.
    """
    relief = role_for(RELIEF)
    specs = [spec for spec in project.layers.values() if spec.role == relief.id]
    specs = [spec for spec in specs if spec.id in project.own] or specs
    pairs = [(spec, source) for spec in specs for source in spec.sources if covers(source, project.zone)]
    if not pairs:
        return (), []
    west, south, east, north = (float(side) for side in units.total_bounds)
    found = survey([source for _, source in pairs], (west, south, east, north))
    for source, decisions in zip(found.useful, found.decisions, strict=True):
        spec = next(spec for spec, one in pairs if one is source)
        inputs.append(described(spec, source, spec.id, decisions))
    return found.useful, found.findings


def raster_layers(project: Project) -> dict[str, LayerSpec]:
    """Return the rasters that rates may be made from, by layer id."""
    found = {}
    for name, spec in project.layers.items():
        role = role_of(spec)
        if role.raster and not role.purpose and covers(spec, project.zone):
            found[name] = spec
    return found


def opened(
    spec: LayerSpec, inputs: list[dict[str, Any]]
) -> tuple[list[Decision], list[Finding], frozenset[str]]:
    """Open the files of a raster layer, so that one that is no raster is told; note each with what was decided.

    Returns what was decided and found, and the units that the files state of their values.

    Raises
    ------
    InputError
        If a file is no raster, or cannot be read.
    """
    decisions: list[Decision] = []
    findings: list[Finding] = []
    units = set()
    for source in spec.sources:
        with open_raster(source.path, crs=source.crs) as raster:
            decisions += raster.decisions
            findings += raster.findings
            units.add(raster.band.unit)
            inputs.append(described(spec, source, source.layer or spec.id, raster.decisions))
    return decisions, findings, frozenset(units - {""})
