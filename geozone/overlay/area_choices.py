"""The area of a layer by every other defensible choice: area method, coastline, repair.

Area methods, on the same net polygons (every piece of ground once) of each province:

``ellipsoid``
    The area on the CGCS2000 ellipsoid, in the equal-area plane. All other results are made with it.
``planar``
    The older practice: the planar area in the 3-degree Gauss-Krueger zone of the province, whose central meridian is
    the multiple of 3° nearest to the middle of its longitudes. It is never less than that on the ellipsoid. Edges are
    cut to `LONGEST_EDGE` before they are projected, so that both methods measure the same ground.

The series of 国土调查办发〔2008〕32号 is no third method: on the same edges it is the area on the ellipsoid.

The sea of a province is what its working units of the sea have outside every unit: the water within 5 km of its shore.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geozone.model import Level
from geozone.overlay.guard import TOLERANCE, Guard, repaired
from geozone.overlay.plane import (
    FLATTENING,
    SEMI_MAJOR_AXIS,
    Geometries,
    Indices,
    Numbers,
    from_plane,
    to_plane,
)
from geozone.overlay.units import code_prefix
from geozone.overlay.zones import frame_of, polygonal

Mask = npt.NDArray[np.bool_]
COLUMNS = ("code", "method", "coastline", "repair", "area_km2", "unit_km2")
METHODS = ("ellipsoid", "planar")
COASTLINES = ("land", "land_and_sea")
REPAIRS = ("with", "without")
WORKING_UNIT = "working_unit"  # kind of the features of a layer of the sea that tile it by province
ZONE_WIDTH = 3  # degrees
LONGEST_EDGE = 1000.0  # metres; a longer one would run elsewhere when straight in another plane


@dataclass(frozen=True)
class _Part:
    """A province, and what a layer has in it and in its sea: net polygons of the plane, by repair."""

    code: str
    outline: shapely.Geometry
    land: dict[str, shapely.Geometry]
    sea: dict[str, shapely.Geometry]


def area_variants(
    layer: Any, units: gpd.GeoDataFrame, *, sea: Any = None, repaired_features: Collection[Hashable] = ()
) -> pd.DataFrame:
    """Return the net area of a layer in the provinces and the zone by every combination of defensible choices.

    Parameters
    ----------
    layer
        A GeoDataFrame or Layer, not cut to the zone.
    units
        Units of all levels in any geographic CRS: ``code, level``.
    sea
        Water off the shores: features with ``province_codes``; where there is a ``kind``, only those of kind
        ``working_unit`` are taken. Without it, and where the layer has nothing in it, there is no choice of coastline.
    repaired_features
        Index labels of the features that had to be repaired. Without any in the zone there is no choice of repair;
        leaving them out gives a lower bound.

    Returns
    -------
    DataFrame
        ``code``; ``method`` (ellipsoid, planar); ``coastline`` (land, land_and_sea); ``repair`` (with, without);
        ``area_km2`` of the layer; ``unit_km2``, the land of the unit by the same method. The first row of a unit is the
        choice that everything else is made with. The zone is the sum of its provinces, each in its own
        Gauss-Krueger zone.

    Raises
    ------
    UsageError
        If a CRS is missing.
    """
    provinces = units[units["level"] == Level.PROVINCE]
    zone = str(units.loc[units["level"] == Level.ZONE, "code"].iloc[0])
    if not len(provinces):
        provinces = units[units["level"] == Level.ZONE]
    parts = _parts(frame_of(layer), provinces, sea, set(repaired_features))
    rows = [row for part in parts for row in _measured(part)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if zone not in set(table["code"]):
        keys = ["method", "coastline", "repair"]
        total = table.groupby(keys, sort=False)[["area_km2", "unit_km2"]].sum().reset_index()
        table = pd.concat([total.assign(code=zone)[list(COLUMNS)], table], ignore_index=True)
    return _without_idle_choices(table)


def central_meridian(west: float, east: float) -> int:
    """Return the central meridian of the 3-degree zone nearest to the middle of some longitudes, in degrees."""
    return int(np.floor((west + east) / 2 / ZONE_WIDTH + 0.5)) * ZONE_WIDTH


def _parts(
    frame: gpd.GeoDataFrame, provinces: gpd.GeoDataFrame, sea: Any, broken: set[Hashable]
) -> list[_Part]:
    guard = Guard()
    outlines, features = _polygons(provinces), _polygons(frame)
    sound = ~np.array([label in broken for label in frame.index], dtype=bool)
    tree = shapely.STRtree(features)
    waters = _waters(provinces, outlines, sea, tree)
    parts = []
    for code, outline, water in zip(provinces["code"], outlines, waters, strict=True):
        nets = [_net(*_inside(tree, features, shape, guard), sound, guard) for shape in (outline, water)]
        parts.append(_Part(str(code), outline, *nets))
    return parts


def _polygons(frame: gpd.GeoDataFrame) -> Geometries:
    """Return the valid polygons of features in the plane."""
    shapes = polygonal(to_plane(frame))
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = repaired(shapes[broken])
    return shapes


def _net(hit: Indices, pieces: Geometries, sound: Mask, guard: Guard) -> dict[str, shapely.Geometry]:
    """Return the union of pieces of features, with the repaired ones and without."""
    if not len(pieces):
        return dict.fromkeys(REPAIRS, shapely.Polygon())
    whole = guard.union(pieces[None, :])[0]
    kept = pieces[sound[hit]]
    if len(kept) == len(pieces):
        return dict.fromkeys(REPAIRS, whole)
    return {"with": whole, "without": guard.union(kept[None, :])[0] if len(kept) else shapely.Polygon()}


def _inside(
    tree: shapely.STRtree, features: Geometries, outline: shapely.Geometry, guard: Guard
) -> tuple[Indices, Geometries]:
    """Return the features that meet an outline, and what of them lies in it."""
    if shapely.is_empty(outline):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=object)
    shapely.prepare(outline)
    hit = np.sort(tree.query(outline, predicate="intersects"))
    pieces = features[hit]
    crossing = ~shapely.contains_properly(outline, pieces)
    others = np.full(int(crossing.sum()), outline, dtype=object)
    pieces[crossing] = polygonal(guard.intersection(pieces[crossing], others, hit[crossing]))
    return hit, pieces


def _waters(provinces: gpd.GeoDataFrame, outlines: Geometries, sea: Any, tree: shapely.STRtree) -> Geometries:
    """Return the sea off every province, outside every unit, where the features of a tree meet it; no water twice."""
    result = np.full(len(provinces), shapely.Polygon(), dtype=object)
    frame = None if sea is None else frame_of(sea)
    if frame is None or "province_codes" not in frame:
        return result
    if "kind" in frame:
        frame = frame[frame["kind"] == WORKING_UNIT]
    owners = frame["province_codes"].astype(str).to_numpy()
    shapes = _polygons(frame)
    met = np.zeros(len(shapes), dtype=bool)
    met[tree.query(shapes, predicate="intersects")[0]] = True
    taken = list(outlines)
    for position, code in enumerate(provinces["code"]):
        prefix = code_prefix(str(code))
        own = np.array([any(owner.startswith(prefix) for owner in codes.split(",")) for codes in owners])
        water = shapely.union_all(shapes[met & own]) if (met & own).any() else shapely.Polygon()
        for other in taken:
            if not shapely.is_empty(water) and shapely.intersects(water, other):
                near = polygonal(np.array([shapely.clip_by_rect(other, *shapely.bounds(water))]))
                water = shapely.difference(water, near[0])
        result[position] = water
        taken.append(water)
    return result


def _measured(part: _Part) -> list[tuple[str, str, str, str, float, float]]:
    west, _, east, _ = shapely.bounds(from_plane(part.outline)[0])
    meridian = central_meridian(west, east)
    unit = _areas(part.outline, meridian)
    measured: dict[int, Numbers] = {}  # the same shape is measured once

    def areas(shape: shapely.Geometry) -> Numbers:
        if id(shape) not in measured:
            measured[id(shape)] = _areas(shape, meridian)
        return measured[id(shape)]

    rows = []
    for repair, coastline in product(REPAIRS, COASTLINES):
        found = areas(part.land[repair])
        if coastline == "land_and_sea":
            found = found + areas(part.sea[repair])  # side by side: the sea ends where the units begin
        rows += [
            (part.code, method, coastline, repair, float(found[number]), float(unit[number]))
            for number, method in enumerate(METHODS)
        ]
    return rows


def _areas(shape: shapely.Geometry, meridian: int) -> Numbers:
    """Return the area of a shape of the plane by every method, in km²."""
    if shapely.is_empty(shape):
        return np.zeros(len(METHODS))
    projection = pyproj.Proj(
        proj="tmerc", lon_0=meridian, x_0=500_000, a=SEMI_MAJOR_AXIS, rf=1 / FLATTENING, units="m"
    )
    degrees = from_plane(shapely.segmentize(shape, LONGEST_EDGE))[0]
    x, y = projection(*shapely.get_coordinates(degrees).T)
    planar = shapely.set_coordinates(degrees, np.column_stack([x, y]))
    return np.array([shapely.area(shape), shapely.area(planar)]) / 1e6


def _without_idle_choices(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out, unit by unit, the choices that change nothing: no sea, no repaired feature."""
    chosen = []
    for _, rows in table.groupby("code", sort=False):
        area = rows.set_index(["method", "coastline", "repair"])["area_km2"]
        kept = rows
        if _alike(area["ellipsoid", "land_and_sea", "with"], area["ellipsoid", "land", "with"]):
            kept = kept[kept["coastline"] == "land"]
        if _alike(area["ellipsoid", "land_and_sea", "without"], area["ellipsoid", "land_and_sea", "with"]):
            kept = kept[kept["repair"] == "with"]
        chosen.append(kept)
    return pd.concat(chosen, ignore_index=True)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * other
