"""What maps draw around and over the units: where units have their seats, and the names of seas and neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import shapely

from geozone.messages import Text
from geozone.model import Layer, Level


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an administration sits: 1 of a province, 2 of a prefecture, 3 of a county."""

    point: shapely.Point  # longitude, latitude
    rank: int


_RANKS = {Level.PROVINCE.value: 1, Level.CITY.value: 2, Level.COUNTY.value: 3}
_PLAIN = {"kind": "province", "rank": 1, "code": ""}  # of names that say nothing but themselves


@dataclass(frozen=True, slots=True)
class NameAround:
    """A name around a zone."""

    kind: str  # "sea" or "province"
    rank: int  # 1 the highest of the kind
    title: Text
    point: shapely.Point


def unit_seats(units: gpd.GeoDataFrame, backdrop: Mapping[str, Layer]) -> list[Seat | None]:
    """Return for each unit its seat, or None where its name stands in its area.

    The name of a province stands in its area, unless it is a city: one without prefectures. A seat that lies outside its
    unit is none. One without a rank has that of its unit's level.
    """
    layer = backdrop.get("seats")
    if layer is None or "code" not in layer.data:
        return [None] * len(units)
    points = shapely.centroid(layer.data.geometry.to_numpy())
    known = dict(zip(layer.data["code"].astype(str), points, strict=True))
    ranks = (
        dict(zip(layer.data["code"].astype(str), layer.data["rank"], strict=True))
        if "rank" in layer.data
        else {}
    )
    divided = set(units.loc[units["level"] == Level.CITY.value, "parent"].astype(str))
    found: list[Seat | None] = []
    for code, level, ground in zip(units["code"].astype(str), units["level"], units.geometry, strict=True):
        point = known.get(code)
        in_area = level not in _RANKS or (level == Level.PROVINCE.value and code in divided)
        if point is None or in_area or not shapely.intersects_xy(ground, point.x, point.y):
            found.append(None)
        else:
            found.append(Seat(point, int(ranks.get(code, _RANKS[level]))))
    return found


def names_around(units: gpd.GeoDataFrame, backdrop: Mapping[str, Layer]) -> list[NameAround]:
    """Return the names of seas, and of provinces that are no units of the zone."""
    layer = backdrop.get("names")
    if layer is None:
        return []
    data = layer.data.assign(**{name: value for name, value in _PLAIN.items() if name not in layer.data})
    data = data[~data["code"].astype(str).isin(set(units["code"].astype(str)))]
    points = shapely.centroid(data.geometry.to_numpy())
    rows = data[["kind", "rank", "name", "name_en"]].itertuples(index=False)
    return [
        NameAround(row.kind, int(row.rank), Text(row.name, row.name_en), point)
        for row, point in zip(rows, points, strict=True)
    ]
