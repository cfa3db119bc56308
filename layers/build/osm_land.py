"""OpenStreetMap land polygons inside the package roaring-landmask.

The package's compiled module embeds the file ``osm.wkb.xz``: an xz stream with one well-known-binary geometry that holds
all land polygons of the world, islands included. The stream is found by the name that stands before it.
"""

from __future__ import annotations

import lzma
import struct
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from packages import wheel

XZ_MAGIC = b"\xfd7zXZ\x00"
POLYGON = 3
Extent = tuple[float, float, float, float]


def read_land(extent: Extent) -> tuple[list[shapely.Polygon], list[shapely.Polygon]]:
    """Return (mainland, islands) cut to the extent; the mainland is what belongs to the continent's polygon."""
    window = shapely.box(*extent)
    mainland: list[shapely.Polygon] = []
    islands: list[shapely.Polygon] = []
    for position, bounds, continent in _index():
        if bounds[0] > extent[2] or bounds[2] < extent[0] or bounds[1] > extent[3] or bounds[3] < extent[1]:
            continue
        land = _polygon(position)
        cut = shapely.clip_by_rect(land, *extent) if not shapely.contains(window, land) else land
        parts = [part for part in shapely.get_parts(shapely.make_valid(cut)) if part.geom_type == "Polygon"]
        (mainland if continent else islands).extend(parts)
    return mainland, islands


@cache
def _content() -> bytes:
    module = next(Path(wheel("roaring-landmask")).glob("roaring_landmask/*.so")).read_bytes()
    start = module.find(XZ_MAGIC, module.rfind(b"osm.wkb"))
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(module[start:])


@cache
def _index() -> list[tuple[int, tuple[float, float, float, float], bool]]:
    """Return offset and bounds of every polygon, and whether it is the largest one (Africa and Eurasia)."""
    content = _content()
    count = struct.unpack_from("<I", content, 5)[0]
    position, index, vertices = 9, [], []
    for _ in range(count):
        start = position
        order, kind, rings = struct.unpack_from("<BII", content, position)
        if (order, kind) != (1, POLYGON):
            raise ValueError("the land polygons are not stored as expected")
        position += 9
        for ring in range(rings):
            number = struct.unpack_from("<I", content, position)[0]
            if ring == 0:
                shell = np.frombuffer(content, "<f8", 2 * number, position + 4).reshape(-1, 2)
                bounds = (*shell.min(axis=0).tolist(), *shell.max(axis=0).tolist())
                vertices.append(number)
            position += 4 + 16 * number
        index.append((start, bounds))
    widths = [bounds[2] - bounds[0] if bounds[3] < 85 and bounds[1] > -60 else 0 for _, bounds in index]
    continent = max(range(count), key=widths.__getitem__)
    return [(start, bounds, number == continent) for number, (start, bounds) in enumerate(index)]


def _polygon(position: int) -> shapely.Polygon:
    content = _content()
    end = position + 9
    for _ in range(struct.unpack_from("<I", content, position + 5)[0]):
        end += 4 + 16 * struct.unpack_from("<I", content, end)[0]
    return shapely.from_wkb(content[position:end])
