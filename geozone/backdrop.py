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
    unit is none.
    """
    layer = backdrop.get("seats")
    if layer is None or not {"code", "rank"} <= set(layer.data.columns):
        return [None] * len(units)
    points = shapely.centroid(layer.data.geometry.to_numpy())
    codes = layer.data["code"].astype(str)
    known = {
        code: Seat(point, int(rank))
        for code, point, rank in zip(codes, points, layer.data["rank"], strict=True)
    }
    divided = set(units.loc[units["level"] == Level.CITY.value, "parent"].astype(str))
    found: list[Seat | None] = []
    for code, level, ground in zip(units["code"].astype(str), units["level"], units.geometry, strict=True):
        seat = known.get(code)
        in_area = level == Level.ZONE.value or (level == Level.PROVINCE.value and code in divided)
        inside = seat is not None and shapely.intersects_xy(ground, seat.point.x, seat.point.y)
        found.append(seat if inside and not in_area else None)
    return found


def names_around(units: gpd.GeoDataFrame, backdrop: Mapping[str, Layer]) -> list[NameAround]:
    """Return the names of seas, and of provinces that are no units of the zone."""
    layer = backdrop.get("names")
    if layer is None or not {"kind", "rank", "code"} <= set(layer.data.columns):
        return []
    data = layer.data[~layer.data["code"].astype(str).isin(set(units["code"].astype(str)))]
    points = shapely.centroid(data.geometry.to_numpy())
    rows = data[["kind", "rank", "name", "name_en"]].itertuples(index=False)
    return [
        NameAround(row.kind, int(row.rank), Text(row.name, row.name_en), point)
        for row, point in zip(rows, points, strict=True)
    ]
