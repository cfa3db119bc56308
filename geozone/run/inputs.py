"""What goes into a run: the units, layers and registers of a zone, read and described."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.errors import DataError
from geozone.files import digest
from geozone.manifest.roles import get_role
from geozone.messages import message
from geozone.model import (
    CRS,
    Decision,
    Finding,
    Layer,
    LayerSource,
    LayerSpec,
    Register,
    Severity,
    Zone,
)
from geozone.overlay.units import code_prefix
from geozone.project import Project
from geozone.rates.register_items import NATURAL
from geozone.rates.registers import embedded_registers, read_register
from geozone.read import read_layer
from geozone.read.raster import open_raster
from geozone.seeds import load_zones
from geozone.terrain.elevation import survey

SHOWN_LAYERS = ("redline", "barrier", "barrier_gaps", "bays", "rivers", "lakes", "coastline")
MARINE_LAYERS = ("bays", "coastline")  # they lie off the zone's land and are not cut to it
RASTER_ROLES = ("dem", "landcover")
RASTER_ENDINGS = (".tif", ".tiff", ".img", ".asc", ".nc", ".vrt")
USED_ELSEWHERE = ("boundary", "dem")  # the units are made from the one, the relief from the other
_OFFSHORE_DEGREES = 0.5  # how far a marine layer is followed off the zone's outline, for display


def covers(item: LayerSpec | LayerSource, zone: Zone) -> bool:
    """Whether a layer (or one of its files) has data for the whole of a zone."""
    if not item.zones:
        return True
    zones = load_zones()
    prefixes = tuple(code_prefix(code) for key in item.zones for code in zones[key].members)
    return all(code_prefix(code).startswith(prefixes) for code in zone.members)


def cut_to_zone(layer: Layer, outline: shapely.Geometry) -> Layer:
    """Return the part of a layer that lies in the zone; marine layers are kept whole near its shore."""
    data = layer.data
    if layer.id in MARINE_LAYERS:
        near = outline.buffer(_OFFSHORE_DEGREES)
        return replace(layer, data=data[data.intersects(near)])
    shapely.prepare(outline)
    data = data[data.intersects(outline)].copy()
    crossing = ~shapely.contains_properly(outline, data.geometry.to_numpy())
    kinds = data.geom_type.str.removeprefix("Multi")
    data.loc[crossing, data.geometry.name] = data.geometry[crossing].intersection(outline)
    data = data.explode(index_parts=False)
    data = data[data.geom_type == kinds.loc[data.index]]  # a touch leaves points and lines
    return replace(layer, data=data.dissolve(by=data.index, aggfunc="first"))


def older_vintage(spec: LayerSpec, newest: LayerSpec) -> Finding:
    """Return the finding that files of an older vintage are kept apart from the newest."""
    files = ", ".join(source.path.name for source in spec.sources)
    role = get_role(spec.role).title
    return Finding(
        "older_vintage",
        Severity.WARNING,
        spec.id,
        message("run.older_vintage", role=role, files=files, vintage=spec.vintage, newest=newest.vintage),
        message("run.older_vintage_remedy"),
    )


def unused_layer(spec: LayerSpec) -> Finding:
    """Return the finding that no rate or map uses a layer that the user supplies."""
    return Finding(
        "layer_unused",
        Severity.WARNING,
        spec.id,
        message(
            "run.layer_unused",
            layer=spec.title,
            role=get_role(spec.role).title,
            id=spec.role,
        ),
        message("run.layer_unused_remedy"),
    )


def read_unused(spec: LayerSpec, zone: Zone, inputs: list[dict[str, Any]]) -> None:
    """Read the files of a layer that nothing is made from, so that one that is no data is told.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    noted: list[dict[str, Any]] = []
    for source in spec.sources:
        if spec.role in RASTER_ROLES and source.path.suffix.lower() in RASTER_ENDINGS:
            with open_raster(source.path, crs=source.crs) as raster:
                noted.append(_described(spec, source, source.layer or spec.id, raster.decisions))
        else:
            read_zone_layer(replace(spec, sources=(source,)), zone, noted)
    inputs += [entry | {"used": False} for entry in noted]


def checked_parts(layer: Layer, outline: shapely.Geometry) -> list[Layer]:
    """Return what is checked of an embedded layer: of the sea what lies near the zone, and natural bays by themselves.

    A natural bay has no code and lies over the waters that stand in for units: neither is a fault.
    """
    if layer.id not in MARINE_LAYERS:
        return [layer]
    data = layer.data[layer.data.intersects(outline.buffer(_OFFSHORE_DEGREES))]
    if "kind" not in data:
        return [replace(layer, data=data)]
    natural = data["kind"] == NATURAL
    parts = (data[~natural], data[natural].drop(columns="code", errors="ignore"))
    return [replace(layer, data=part) for part in parts if len(part)]


def not_covered(spec: LayerSpec, zone: Zone) -> Finding:
    """Return the finding that a layer has no data for a zone."""
    return Finding(
        "layer_not_covering",
        Severity.NOTE,
        spec.id,
        message("run.layer_not_covering", layer=spec.title, zone=zone.title),
        message("run.layer_not_covering_remedy"),
    )


def shore_elsewhere(length_km: float) -> Finding:
    """Return the finding that shore lies too far off to belong to a unit of the zone."""
    return Finding(
        "shore_elsewhere",
        Severity.WARNING,
        "coastline",
        message("run.shore_elsewhere", length=f"{length_km:,.1f}"),
        message("run.shore_elsewhere_remedy"),
    )


def read_boundary(project: Project, inputs: list[dict[str, Any]]) -> Layer:
    """Return the boundary layer; note what was read."""
    spec = project.layers.get("boundary")
    if spec is None:
        raise DataError("run.no_boundary", zone=project.zone.title)
    return read_zone_layer(spec, project.zone, inputs)


def read_zone_layer(spec: LayerSpec, zone: Zone, inputs: list[dict[str, Any]]) -> Layer:
    """Read the files of a layer that serve the zone as one layer; note each with its digest."""
    parts = []
    for source in spec.sources:
        if not covers(source, zone) and spec.zones:
            continue
        part = read_layer(
            source.path,
            layer=source.layer,
            crs=source.crs,
            encoding=source.encoding,
            fields=source.fields,
            spec=spec,
        )
        inputs.append(_described(spec, source, source.layer or part.id, part.decisions))
        parts.append(part)
    frames = [part.data for part in parts]
    # the index of one file is its feature numbers, by which findings are looked up
    data = frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CRS)
    for column, value in _description(spec).items():
        if column not in data:
            data[column] = value
    return Layer(
        spec.id,
        data,
        spec,
        [finding for part in parts for finding in part.findings],
        [decision for part in parts for decision in part.decisions],
        [change for part in parts for change in part.changes],
    )


def _described(spec: LayerSpec, source: LayerSource, layer: str, decisions: list[Decision]) -> dict[str, Any]:
    """Return a file of a layer as the run record names it."""
    return {
        "path": source.path.name,
        "layer": layer,
        "role": spec.role,
        "sha256": digest(source.path),
        "basis": spec.basis.value,
        "vintage": spec.vintage,
        "source": spec.source,
        "licence": spec.licence,
        "decisions": decisions,
    }


def _description(spec: LayerSpec) -> dict[str, Any]:
    return {
        "name": spec.title.zh,
        "name_en": spec.title.en,
        "source": spec.source.zh,
        "licence": spec.licence,
        "basis": spec.basis.value,
        "accuracy_m": float("nan"),
        "vintage": spec.vintage,
    }


def read_registers(project: Project, inputs: list[dict[str, Any]]) -> dict[str, Register]:
    """Return the registers by role: the user's own in place of the embedded ones."""
    registers = embedded_registers(project.zone)
    for entry in project.registers:
        registers[entry.role] = read_register(
            entry.path,
            role=entry.role,
            basis=entry.basis,
            as_of=entry.as_of,
            source=entry.source,
            layer=entry.layer,
            sheet=entry.sheet,
            fields=entry.fields,
            zone=project.zone,
        )
    inputs += [
        {
            "path": register.id,
            "layer": None,
            "role": register.role,
            "sha256": None,
            "basis": register.basis.value,
            "vintage": register.as_of,
            "source": register.source,
            "licence": "",
        }
        for register in registers.values()
    ]
    return registers


def relief_sources(
    project: Project, units: gpd.GeoDataFrame, inputs: list[dict[str, Any]]
) -> tuple[tuple[LayerSource, ...], list[Finding]]:
    """Return the elevation rasters that the relief of the zone is drawn from, and what is wrong with those given."""
    spec = project.layers.get("dem")
    if spec is None:
        return (), []
    west, south, east, north = (float(side) for side in units.total_bounds)
    sources = [source for source in spec.sources if covers(source, project.zone)]
    found = survey(sources, (west, south, east, north))
    for source, decisions in zip(found.useful, found.decisions, strict=True):
        inputs.append(_described(spec, source, spec.id, decisions))
    return found.useful, found.findings
