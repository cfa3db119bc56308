"""The backdrop of the page: sea and wide rivers as drawings, the seats of units, names of seas and neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import shapely

from geozone.manifest.roles import role_for
from geozone.maps.document import Raw, data_block
from geozone.maps.mercator import encode, pack, to_drawing
from geozone.maps.plain import Strings
from geozone.maps.style import symbol
from geozone.messages import Text
from geozone.model import Layer, Level, ZoneResult
from geozone.symbology import PAPER, SURROUNDINGS

BINARY = "application/octet-stream"
GROUNDS = ("sea", "water")  # purposes of areas, drawn under and over the units


def backdrop_entry(result: ZoneResult, strings: Strings) -> tuple[dict[str, Any], list[Raw]]:
    """Return what the page draws around and over the units, and the data blocks of its areas."""
    grounds, blocks = {}, []
    for purpose in GROUNDS:
        layer = result.backdrop.get(purpose)
        if layer is None or not len(layer.data):
            continue
        style = layer.spec.style if layer.spec else role_for(purpose).style
        grounds[purpose] = symbol(style)
        shapes = to_drawing(layer.data.geometry.to_numpy())
        blocks.append(data_block(f"geometry-{purpose}", pack(encode(shapes)), BINARY))
    names = _names(result.backdrop.get("names"), set(result.units["code"].astype(str)), strings)
    return {"paper": PAPER, "land": SURROUNDINGS, "grounds": grounds, "names": names}, blocks


def unit_seats(units: gpd.GeoDataFrame, backdrop: Mapping[str, Layer]) -> list[list[int] | None]:
    """Return for each unit the place of its seat in drawing units and its rank, or None where its name stands in its area.

    Ranks are 1 for the seat of a province, 2 of a prefecture, 3 of a county. The name of a province stands in its area,
    unless it is a city: one without prefectures. A seat that lies outside its unit is none.
    """
    layer = backdrop.get("seats")
    if layer is None or not {"code", "rank"} <= set(layer.data.columns):
        return [None] * len(units)
    points = shapely.centroid(layer.data.geometry.to_numpy())
    known = dict(
        zip(layer.data["code"].astype(str), zip(points, layer.data["rank"], strict=True), strict=True)
    )
    divided = set(units.loc[units["level"] == Level.CITY.value, "parent"].astype(str))
    found: list[list[int] | None] = []
    for code, level, ground in zip(units["code"].astype(str), units["level"], units.geometry, strict=True):
        point, rank = known.get(code, (None, 0))
        in_area = level == Level.ZONE.value or (level == Level.PROVINCE.value and code in divided)
        if point is None or in_area or not shapely.intersects_xy(ground, point.x, point.y):
            found.append(None)
            continue
        x, y = shapely.get_coordinates(to_drawing([point]))[0]
        found.append([round(float(x)), round(float(y)), int(rank)])
    return found


def _names(layer: Layer | None, own: set[str], strings: Strings) -> list[dict[str, Any]]:
    """Return the names around the zone: of seas, and of provinces that are no units of it."""
    if layer is None or not {"kind", "rank", "code"} <= set(layer.data.columns):
        return []
    data = layer.data[~layer.data["code"].astype(str).isin(own)]
    points = shapely.get_coordinates(to_drawing(shapely.centroid(data.geometry.to_numpy())))
    return [
        {
            "kind": row.kind,
            "rank": int(row.rank),
            "title": strings.add(Text(row.name, row.name_en)),
            "at": [round(float(x)), round(float(y))],
        }
        for row, (x, y) in zip(
            data[["kind", "rank", "name", "name_en"]].itertuples(index=False), points, strict=True
        )
    ]
