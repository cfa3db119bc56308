"""The layers of a run: read, described, and cut to the zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.errors import DataError
from geozone.manifest.origins import as_record
from geozone.manifest.roles import Role, get_role, role_for
from geozone.messages import Message, Text
from geozone.model import CRS, Change, Decision, Finding, Layer, LayerSource, LayerSpec, Severity, Zone
from geozone.overlay.cutting import cut_to
from geozone.overlay.units import code_prefix
from geozone.project import Project
from geozone.read import read_layer
from geozone.registers.items import NATURAL
from geozone.reuse.files import bytes_read
from geozone.reuse.reuse import Reuse
from geozone.seeds import load_zones

UNITS, RELIEF = "units", "relief"  # purposes of roles that no rate is made from
TOLD = (
    Finding,
    Severity,
    Decision,
    Change,
    Message,
    Text,
)  # what a result may hold of what was found on the way
_OFFSHORE_DEGREES = 0.5  # how far a marine layer is followed off the zone's outline, for display


def role_of(spec: LayerSpec) -> Role:
    """Return the role of a layer."""
    return get_role(spec.role)


def covers(item: LayerSpec | LayerSource, zone: Zone) -> bool:
    """Whether a layer (or one of its files) has data for the whole of a zone."""
    if not item.zones:
        return True
    zones = load_zones()
    prefixes = tuple(code_prefix(code) for key in item.zones for code in zones[key].members)
    return all(code_prefix(code).startswith(prefixes) for code in zone.members)


def cut_to_zone(layer: Layer, outline: shapely.Geometry, codes: Collection[str] = ()) -> Layer:
    """Return the part of a layer that lies in the zone; marine layers are kept whole near its shore, named places as they are.

    A site off the zone, such as one at sea, that names one of its units by ``codes`` counts there, and so is kept.
    """
    if layer.spec is not None and role_of(layer.spec).nominal:
        return layer
    if layer.spec is not None and role_of(layer.spec).marine:
        return replace(layer, data=layer.data[layer.data.intersects(_with_sea(outline))])
    inside = cut_to(layer.data, outline)
    if "code" in layer.data and codes:
        sites = layer.data[shapely.get_dimensions(layer.data.geometry.to_numpy()) == 0]
        named = sites[sites["code"].astype(str).isin(codes) & ~sites.index.isin(inside.index)]
        if len(named):
            inside = pd.concat([inside, named[inside.columns]]).sort_index()
    return replace(layer, data=inside)


def checked_parts(layer: Layer, outline: shapely.Geometry) -> list[Layer]:
    """Return what is checked of an embedded layer: of the sea what lies near the zone, and natural bays by themselves.

    A natural bay has no code and lies over the waters that stand in for units: neither is a fault.
    """
    if layer.spec is None or not role_of(layer.spec).marine:
        return [layer]
    data = layer.data[layer.data.intersects(_with_sea(outline))]
    if "kind" not in data:
        return [replace(layer, data=data)]
    natural = data["kind"] == NATURAL
    parts = (data[~natural], data[natural].drop(columns="code", errors="ignore"))
    return [replace(layer, data=part) for part in parts if len(part)]


@lru_cache(maxsize=4)  # every marine layer asks for it twice, and it takes long
def _with_sea(outline: shapely.Geometry) -> shapely.Geometry:
    return outline.buffer(_OFFSHORE_DEGREES)


def read_boundary(project: Project, inputs: list[dict[str, Any]], reuse: Reuse | None = None) -> Layer:
    """Return the boundary layer; note what was read."""
    spec = project.layers.get(role_for(UNITS).layer)
    if spec is None:
        raise DataError("run.no_boundary", zone=project.zone.title)
    return read_zone_layer(spec, project.zone, inputs, reuse)


def read_zone_layer(
    spec: LayerSpec, zone: Zone, inputs: list[dict[str, Any]], reuse: Reuse | None = None
) -> Layer:
    """Read the files of a layer that serve the zone as one layer, now or in an earlier run; note each with its digest."""
    parts = []
    for source in spec.sources:
        if not covers(source, zone) and spec.zones:
            continue
        part = _read(spec, source, reuse or Reuse())
        inputs.append(described(spec, source, source.layer or part.id, part.decisions))
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


def _read(spec: LayerSpec, source: LayerSource, reuse: Reuse) -> Layer:
    def read() -> Layer:
        return read_layer(
            source.path,
            layer=source.layer,
            crs=source.crs,
            encoding=source.encoding,
            fields=source.fields,
            spec=spec,
        )

    def parts() -> tuple[Any, ...]:
        layer = read()
        return layer.id, layer.data, layer.findings, layer.decisions, layer.changes

    name, data, findings, decisions, changes = reuse.result(
        "read", spec.id, lambda: [spec, source, bytes_read(source.path)], parts, TOLD
    )
    return Layer(name, data, spec, findings, decisions, changes)


def described(spec: LayerSpec, source: LayerSource, layer: str, decisions: list[Decision]) -> dict[str, Any]:
    """Return a file of a layer as the run record names it."""
    held = bytes_read(source.path) if isinstance(source.path, Path) else {}
    return {
        "id": spec.id,
        "path": source.name,
        "layer": layer,
        "role": spec.role,
        "sha256": held.pop(source.path.name) if isinstance(source.path, Path) else None,
        "companions": held,
        "basis": spec.basis.value,
        "vintage": spec.vintage,
        "source": spec.source,
        "licence": spec.licence,
        "origins": [as_record(origin) for origin in spec.origins],
        "processing": spec.processing,
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
