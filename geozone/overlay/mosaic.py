"""The mosaic: zones cut by several layers, and the area of every combination of them.

All layers are worked off as one, in their order: a feature keeps what no earlier feature of any layer has (its face), and
the face is split by the later layers that reach into it. Faces are disjoint, so that the areas of all combinations, and
the rest of the zone, add up to the zone. Coverage of a layer, intersection, difference and union of layers, and larger
units are sums over the mosaic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import ConservationError, UsageError
from geozone.model import CRS, Finding
from geozone.overlay.coverage import grid_cells
from geozone.overlay.face_shapes import find_shapes
from geozone.overlay.faces import Bits, Faces, Layers, find_faces
from geozone.overlay.features import Features, Progress, features_of, join
from geozone.overlay.guard import TOLERANCE, Guard
from geozone.overlay.losses import findings_of, losses, merged, outside, rows_outside, tell
from geozone.overlay.overlap import union_rows
from geozone.overlay.plane import Indices, Numbers, from_plane
from geozone.overlay.zone_grid import Sheet, make_sheets, polygons_of
from geozone.overlay.zone_overlaps import zone_overlaps
from geozone.overlay.zones import Zones, frame_of, make_zones, refuse_taken
from geozone.system import processors

MOST_LAYERS = 16
AREA = "area_km2"  # the column of areas
_ALL = (1 << MOST_LAYERS) - 1
_NEGLIGIBLE = 1e-12  # of the zone: combinations below are rounding, not ground


def mosaic(
    layers: Mapping[str, Any],
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the area of every combination of layers in every zone.

    Parameters
    ----------
    layers
        Up to 16 layers by name: GeoDataFrames, GeoSeries or Layers, in any CRS, or `Features`.
    zones
        A GeoDataFrame, GeoSeries or Layer. Zones may overlap each other, each then counts for itself.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    threads
        Threads to use; by default one for every processor.
    progress
        Called with the number of tiles that are done, and of all.

    Returns
    -------
    DataFrame
        One row for every zone and combination that occurs: the zone key (column named as `by`, as the index of `zones`,
        or ``zone``), one bool column per layer, and ``area_km2``. The rows of a zone add up to its area.
        ``attrs["findings"]`` has what of the layers counts for nothing (`geozone.overlay.losses.told`).

    Raises
    ------
    UsageError
        If there are more than 16 layers, or a CRS or the field `by` is missing.
    ConservationError
        If the combinations do not add up to their zone.
    """
    prepared, faces, findings = _faces(layers, zones, by, threads, geometry=False, progress=progress)
    return tell(mosaic_table(prepared, list(layers), faces, by), [*prepared.findings, *findings])


def mosaic_geometry(
    layers: Mapping[str, Any],
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Return the mosaic with the polygons of every combination, in EPSG:4490.

    Parameters
    ----------
    layers, zones, by, threads, progress
        As for `mosaic`.

    Returns
    -------
    GeoDataFrame
        The rows of `mosaic`, each with its geometry; ``attrs`` likewise.
    """
    prepared, faces, findings = _faces(layers, zones, by, threads, geometry=True, progress=progress)
    guard = Guard()
    code = faces.zones << MOST_LAYERS | faces.masks
    order = np.argsort(code, kind="stable")
    codes, unions = union_rows(code[order], faces.shapes[order], guard)
    shapes = dict(zip(codes.tolist(), unions, strict=True))
    for number, polygon in enumerate(prepared.polygons):
        cover = shapely.union_all(unions[codes >> MOST_LAYERS == number])
        one, other = np.array([polygon], dtype=object), np.array([cover], dtype=object)
        shapes[number << MOST_LAYERS] = guard.difference(one, other, np.array([number]))[0]
    numbers, masks, _ = _combinations(prepared, faces)
    rows = np.empty(len(numbers), dtype=object)
    rows[:] = [shapes[int(code)] for code in numbers << MOST_LAYERS | masks]
    table = mosaic_table(prepared, list(layers), faces, by)
    pieces = gpd.GeoDataFrame(table, geometry=from_plane(polygons_of(rows)), crs=CRS)
    tell(pieces, [*prepared.findings, *findings])
    return pieces


def cut_to_layer(zones: Zones, layer: Any, name: str) -> tuple[Zones, list[Finding]]:
    """Return zones cut to the ground of a layer of areas, and what of the layer counts for nothing.

    Parameters
    ----------
    zones
        The zones; what the layer does not reach is left empty.
    layer
        A GeoDataFrame, GeoSeries or Layer, in any CRS; features may overlap.
    name
        Its name, for the findings.
    """
    count = processors()
    read, findings = read_layers({name: layer}, count)
    sheets = make_sheets(zones.polygons, grid_cells(len(read.features)))
    faces = find_shapes(read, sheets, count)
    order = np.argsort(faces.zones, kind="stable")
    numbers, unions = union_rows(faces.zones[order], faces.shapes[order], Guard())
    polygons = np.full(len(zones), shapely.Polygon(), dtype=object)
    polygons[numbers] = polygons_of(unions)
    return Zones(zones.keys, polygons, zones.findings), findings


def mosaic_table(zones: Zones, names: Sequence[str], faces: Faces, by: str | None) -> pd.DataFrame:
    """Return the table of `mosaic` from the faces of all zones.

    Raises
    ------
    UsageError
        If the field of the zones goes by the name of a layer or of the areas, or a layer by that of the areas.
    """
    key = by or zones.keys.name or "zone"
    refuse_taken(key, [AREA], names)
    numbers, masks, areas = _combinations(zones, faces)
    table = pd.DataFrame({key: zones.keys[numbers]})
    for bit, name in enumerate(names):
        table[name] = (masks >> bit & 1).astype(bool)
    table[AREA] = areas / 1e6
    return table


def read_layers(layers: Mapping[str, Any], threads: int) -> tuple[Layers, list[Finding]]:
    """Return layers in memory, ready for the mosaic, and what of them counts for nothing.

    Raises
    ------
    UsageError
        If there are more than 16.
    """
    check_count(layers)
    features = {name: _features(layer, threads) for name, layer in layers.items()}
    findings = [
        finding
        for name, found in features.items()
        for finding in merged(found.findings, losses(found, name, found.labels))
    ]
    return Layers(*join(list(features.values()))), findings


def _features(layer: Any, threads: int) -> Features:
    """Return the features of a layer, with what its reader found, and how they are called."""
    if isinstance(layer, Features):
        return layer
    frame = frame_of(layer)
    features = features_of(frame, threads=threads)
    features.findings, features.labels = list(findings_of(layer)), frame.index
    return features


def _in_no_zone(names: Sequence[str], layers: Layers, sheets: Sequence[Sheet]) -> list[Finding]:
    """Return the findings that features of a layer lie in no zone."""
    features = layers.features
    with_area, owner = features.areas > 0, layers.layer(features.features)
    apart = rows_outside(features, sheets)
    apart = apart[with_area[apart]]
    every, count, area = (
        np.bincount(owner[rows], weights=weights, minlength=len(names))
        for rows, weights in ((with_area, None), (apart, None), (apart, features.areas[apart]))
    )
    return [
        finding
        for number, name in enumerate(names)
        for finding in outside(int(count[number]), int(every[number]), float(area[number]), name)
    ]


def check_count(layers: Mapping[str, Any]) -> None:
    """Refuse more layers than a mosaic takes."""
    if len(layers) > MOST_LAYERS:
        raise UsageError("overlay.too_many_layers", count=len(layers), most=MOST_LAYERS)


def combined(faces: Faces) -> Faces:
    """Return one face for every zone and combination."""
    codes, inverse = np.unique(faces.zones << MOST_LAYERS | faces.masks, return_inverse=True)
    areas = np.bincount(inverse, weights=faces.areas, minlength=len(codes)).astype(np.float64)
    return Faces(codes >> MOST_LAYERS, codes & _ALL, areas)


def _combinations(zones: Zones, faces: Faces) -> tuple[Indices, Bits, Numbers]:
    """Return zone, combination and area of every row, the rest of each zone included."""
    found = combined(faces)
    numbers, masks, areas = found.zones, found.masks, found.areas
    whole = zones.area
    rest = whole - np.bincount(numbers, weights=areas, minlength=len(zones))
    if (bad := rest < -TOLERANCE * whole).any():
        worst = int(np.flatnonzero(bad)[0])
        raise ConservationError(
            "overlay.mosaic_not_conserved",
            zone=zones.keys[worst],
            parts=f"{(whole - rest)[worst] / 1e6:.12g}",
            area=f"{whole[worst] / 1e6:.12g}",
        )
    numbers = np.concatenate([numbers, np.arange(len(zones))])
    masks = np.concatenate([masks, np.zeros(len(zones), dtype=np.int64)])
    areas = np.concatenate([areas, rest])
    order = np.lexsort((masks, numbers))
    order = order[areas[order] > _NEGLIGIBLE * whole[numbers[order]]]
    return numbers[order], masks[order], areas[order]


def _faces(
    layers: Mapping[str, Any],
    zones: Any,
    by: str | None,
    threads: int | None,
    *,
    geometry: bool,
    progress: Progress | None = None,
) -> tuple[Zones, Faces, list[Finding]]:
    count = threads or processors()
    prepared = make_zones(zones, by)
    read, findings = read_layers(layers, count)
    sheets = make_sheets(prepared.polygons, grid_cells(len(read.features)))
    find = find_shapes if geometry else find_faces
    faces = find(read, sheets, count, progress=progress)
    shared = zone_overlaps(prepared, zones, by, sheets)
    return prepared, faces, [*shared, *findings, *_in_no_zone(list(layers), read, sheets)]
