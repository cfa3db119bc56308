"""Faults between features: duplicates, overlaps, gaps, slivers, features outside the zone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.checks.accuracy import accuracy_m
from geozone.checks.layer_findings import LISTED, LayerFindings, place_of
from geozone.model import CRS, Severity
from geozone.overlay.noding import share_vertices
from geozone.overlay.plane import area_km2, length_km
from geozone.overlay.rings import each

Rows = npt.NDArray[np.int64]

OVERLAP_KM2 = 1e-6  # 1 m²: smaller overlaps are rounding
OVERLAP_SHARE = 1e-3  # of the smaller unit: from here on an overlap of units is an error
SLIVER_KM2 = 0.01  # 1 ha
SLIVER_METRES = 5.0  # mean width
_BLOCK = 20_000  # features whose neighbours are looked for together
CRACK_DEGREES = 0.002  # 220 m: wider channels between units, open to the outside, are ground of nobody
CRACK_KM2 = 0.2  # smaller ones are mostly creeks of the shore
OFFSHORE_DEGREES = 0.5  # so far from the units, what lies at sea belongs to their zone
GAP_FEATURES = 20_000  # gaps are looked for in layers up to this size


def check_topology(layer_findings: LayerFindings, units: gpd.GeoDataFrame | None) -> None:
    """Find what is wrong between the features of a layer, and between the layer and its zone."""
    geometries = layer_findings.geometries
    sound = shapely.is_valid(geometries) & ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    nominal = layer_findings.role is not None and layer_findings.role.nominal  # names may lie over each other
    first = np.arange(len(geometries)) if nominal else _duplicates(layer_findings, geometries)
    polygonal = np.flatnonzero(sound & (shapely.get_dimensions(geometries) == 2))
    if layer_findings.units:  # units tile the ground, whatever vertices the two sides of a border have
        geometries = geometries.copy()
        geometries[polygonal] = share_vertices(geometries[polygonal])
    if len(polygonal) and not nominal:
        _overlaps(layer_findings, geometries, polygonal[first[polygonal] == polygonal])
        _slivers(layer_findings, geometries, polygonal)
        if layer_findings.units:
            _gaps(layer_findings, geometries[polygonal])
    if units is not None:
        _outside(layer_findings, geometries, np.flatnonzero(sound), units)


def _duplicates(layer_findings: LayerFindings, geometries: np.ndarray) -> Rows:
    """Report features of the same geometry; return for every row the first row that has its geometry."""
    first = np.arange(len(geometries))
    present = np.flatnonzero(~shapely.is_missing(geometries) & ~shapely.is_empty(geometries))
    # only geometries with the same box and vertex count can be the same; normalising all is dear
    boxes = pd.DataFrame(shapely.bounds(geometries[present]))
    boxes["vertices"] = shapely.get_num_coordinates(geometries[present])
    alike = present[boxes.duplicated(keep=False).to_numpy()]
    shapes = pd.Series(shapely.to_wkb(shapely.normalize(geometries[alike])), index=alike, dtype=object)
    codes, _ = pd.factorize(shapes)
    first[alike] = alike[np.unique(codes, return_index=True)[1]][codes] if len(alike) else alike
    again = np.flatnonzero(first != np.arange(len(geometries)))
    sites = shapely.get_dimensions(geometries[again]) == 0  # ground counts once, sites are counted one by one
    for kind, rows in (("duplicate", again[~sites]), ("duplicate_site", again[sites])):
        for row in rows[:LISTED].tolist():
            other = layer_findings.labels[first[row]]
            layer_findings.add(kind, Severity.WARNING, row=row, place=place_of(geometries[row]), other=other)
        layer_findings.rest(kind, LISTED, len(rows))
    return first


def _overlaps(layer_findings: LayerFindings, geometries: np.ndarray, rows: Rows) -> None:
    """Report the pairs of features that overlap, the largest overlaps one by one and all of them as a sum."""
    tree = shapely.STRtree(geometries[rows])
    data = layer_findings.layer.data
    levels = data["level"].to_numpy() if layer_findings.units and "level" in data.columns else None
    found: list[tuple[Rows, Rows, np.ndarray, np.ndarray]] = []
    given_up = 0
    for block in np.array_split(np.arange(len(rows)), max(1, len(rows) // _BLOCK)):
        one, two = _meeting(tree, geometries[rows[block]])
        one = block[one]
        one, two = one[one < two], two[one < two]
        shared = each(shapely.intersection, geometries[rows[one]], geometries[rows[two]])
        given_up += int(shapely.is_missing(shared).sum())
        areal = shapely.get_dimensions(shared) == 2
        if levels is not None:  # a city lies over its counties
            areal &= levels[rows[one]] == levels[rows[two]]
        areas, widths = _measured(shared[areal])
        real = areas > OVERLAP_KM2
        found.append((rows[one[areal]][real], rows[two[areal]][real], areas[real], widths[real]))
    if given_up:
        layer_findings.add("overlaps_not_computed", Severity.WARNING, pairs=given_up)
    one, two, areas, widths = (np.concatenate(columns) for columns in zip(*found, strict=True))
    if layer_findings.units:
        narrow = widths < accuracy_m(layer_findings.layer)
        _one_border(layer_findings, "overlaps_narrow", areas[narrow])
        one, two, areas = one[~narrow], two[~narrow], areas[~narrow]
    if not len(areas):
        return
    listed = np.argsort(-areas, kind="stable")[:LISTED]
    own = [area_km2(geometries[side[listed]], CRS) for side in (one, two)]
    for index, smaller in zip(listed, np.minimum(*own), strict=True):
        grave = layer_findings.units and areas[index] > OVERLAP_SHARE * smaller
        [shared] = each(
            shapely.intersection, geometries[one[index : index + 1]], geometries[two[index : index + 1]]
        )
        layer_findings.add(
            "overlap",
            Severity.ERROR if grave else Severity.WARNING,
            row=int(two[index]),
            place=place_of(shapely.point_on_surface(shared)),
            other=layer_findings.labels[int(one[index])],
            area_km2=f"{areas[index]:.6f}",
        )
    layer_findings.add(
        "overlaps_total",
        Severity.NOTE,
        pairs=len(areas),
        listed=len(listed),
        area_km2=f"{areas.sum():.6f}",
    )


def _meeting(tree: shapely.STRtree, geometries: np.ndarray) -> tuple[Rows, Rows]:
    """Return the pairs of geometries and members of a tree that meet; where GEOS gives up, those whose boxes do."""
    try:
        one, two = tree.query(geometries, predicate="intersects")
    except shapely.GEOSException:
        one, two = tree.query(geometries)
    return one, two


def _slivers(layer_findings: LayerFindings, geometries: np.ndarray, rows: np.ndarray) -> None:
    parts, owner = shapely.get_parts(geometries[rows], return_index=True)
    polygons = shapely.get_type_id(parts) == 3
    parts, owner = parts[polygons], owner[polygons]
    west, south, east, north = shapely.bounds(parts).T
    # a part of 1 ha at most and 5 m mean width is at most 4 km long: only small boxes need their area
    near = (east - west < 0.06) & (north - south < 0.06)
    parts, owner = parts[near], owner[near]
    areas = area_km2(parts, CRS)
    small = areas < SLIVER_KM2
    parts, owner, areas = parts[small], owner[small], areas[small]
    if not len(parts):
        return
    widths = 2000.0 * areas / length_km(parts, CRS)  # metres; exact for a long thin strip
    thin = np.flatnonzero(widths < SLIVER_METRES)
    for index in thin[:LISTED]:
        layer_findings.add(
            "sliver",
            Severity.WARNING,
            row=int(rows[owner[index]]),
            place=place_of(parts[index]),
            area_m2=f"{areas[index] * 1e6:.1f}",
            width_m=f"{widths[index]:.2f}",
        )
    layer_findings.rest("sliver", LISTED, len(thin))


def _gaps(layer_findings: LayerFindings, geometries: np.ndarray) -> None:
    if len(geometries) > GAP_FEATURES:
        layer_findings.add("gaps_not_checked", Severity.NOTE, features=len(geometries), limit=GAP_FEATURES)
        return
    try:
        whole = shapely.union_all(geometries)
    except shapely.GEOSException:  # on a grid of a tenth of a millimetre it does not give up
        whole = shapely.union_all(geometries, grid_size=1e-9)
    parts = shapely.get_parts(whole)
    holes = [shapely.Polygon(ring) for part in parts for ring in shapely.get_rings(part)[1:]]
    gaps = np.array(
        [*sorted(holes, key=lambda gap: gap.bounds), *_cracks(whole, geometries)], dtype=np.object_
    )
    areas, widths = _measured(gaps)
    narrow = (widths < accuracy_m(layer_findings.layer)) & (areas > OVERLAP_KM2)
    _one_border(layer_findings, "gaps_narrow", areas[narrow])
    for gap, area in zip(gaps[~narrow], areas[~narrow], strict=True):
        if area > OVERLAP_KM2:
            place = place_of(shapely.point_on_surface(gap))
            layer_findings.add("gap", Severity.WARNING, place=place, area_km2=f"{area:.6f}")


def _cracks(whole: shapely.Geometry, units: np.ndarray) -> list[shapely.Geometry]:
    """Return the gaps between two units that are open to the outside, up to `CRACK_DEGREES` wide."""
    # mitred, so that no corner of the outline is rounded off
    outer = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(whole))))
    closed = outer.buffer(CRACK_DEGREES / 2, join_style="mitre").buffer(
        -CRACK_DEGREES / 2, join_style="mitre"
    )
    pieces = shapely.get_parts(shapely.difference(closed, outer))
    pieces = pieces[(shapely.get_type_id(pieces) == 3) & (shapely.get_num_coordinates(pieces) > 0)]
    if not len(pieces):
        return []
    piece, _ = shapely.STRtree(units).query(pieces, predicate="dwithin", distance=CRACK_DEGREES / 100)
    pieces = pieces[np.bincount(piece, minlength=len(pieces)) > 1]
    return (
        sorted(pieces[area_km2(pieces, CRS) > CRACK_KM2], key=lambda gap: gap.bounds) if len(pieces) else []
    )


def _measured(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return areas in km² and mean widths in metres: twice the area by the outline."""
    if not len(shapes):
        return np.empty(0), np.empty(0)
    areas, outlines = area_km2(shapes, CRS), length_km(shapes, CRS)
    return areas, 2000.0 * areas / np.where(outlines > 0, outlines, np.inf)


def _one_border(layer_findings: LayerFindings, kind: str, areas: np.ndarray) -> None:
    """Note how much ground lies between two drawings of one border."""
    if len(areas):
        layer_findings.add(
            kind,
            Severity.NOTE,
            count=len(areas),
            area_km2=f"{areas.sum():.6f}",
            width_m=f"{accuracy_m(layer_findings.layer):g}",
        )


def _outside(
    layer_findings: LayerFindings, geometries: np.ndarray, rows: np.ndarray, units: gpd.GeoDataFrame
) -> None:
    zone = np.asarray(units.geometry.values)
    shapely.prepare(zone)
    tree = shapely.STRtree(geometries[rows])
    if layer_findings.role is not None and (
        layer_findings.role.marine or layer_findings.role.offshore
    ):  # off the land of the units
        inside = np.unique(tree.query(zone, predicate="dwithin", distance=OFFSHORE_DEGREES)[1])
    else:
        inside = np.unique(_meeting(tree, zone)[1])
    outside = np.setdiff1d(np.arange(len(rows)), inside)
    if len(rows) and len(outside) == len(rows):
        layer_findings.add("all_outside_zone", Severity.ERROR, features=len(rows))
        return
    for index in outside[:LISTED]:
        row = int(rows[index])
        layer_findings.add("outside_zone", Severity.NOTE, row=row, place=place_of(geometries[row]))
    layer_findings.rest("outside_zone", LISTED, len(outside))
