"""The backdrop of the page: sea and wide rivers as drawings, the seats of units, names of seas and neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import shapely

from geozone.backdrop import names_around, unit_seats
from geozone.manifest.roles import role_for
from geozone.maps.document import Raw, data_block
from geozone.maps.mercator import encode, pack, to_drawing
from geozone.maps.plain import Strings
from geozone.maps.style import symbol
from geozone.model import ZoneResult
from geozone.symbology import PAPER, STREAM_WIDTHS, SURROUNDINGS

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
    around = names_around(result.units, result.backdrop)
    names = [
        {"kind": name.kind, "rank": name.rank, "title": strings.add(name.title), "at": place}
        for name, place in zip(around, _places(name.point for name in around), strict=True)
    ]
    entry = {
        "paper": PAPER,
        "land": SURROUNDINGS,
        "stream_widths": STREAM_WIDTHS,
        "grounds": grounds,
        "names": names,
    }
    return entry, blocks


def seat_entries(result: ZoneResult) -> list[list[int] | None]:
    """Return for each unit the place of its seat in drawing units and its rank, or None."""
    seats = unit_seats(result.units, result.backdrop)
    places = iter(_places(seat.point for seat in seats if seat))
    return [[*next(places), seat.rank] if seat else None for seat in seats]


def _places(points: Iterable[shapely.Point]) -> list[list[int]]:
    return [[round(float(x)), round(float(y))] for x, y in shapely.get_coordinates(to_drawing(list(points)))]
