"""A PMTiles archive (version 3) in memory: tiles by number, compressed, with a directory to find them."""

from __future__ import annotations

import gzip
import json
import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from geozone.maps.mercator import Integers, varints

ROOT_LIMIT = 16_384 - 127  # bytes that the header and the root directory may take together
HEADER = struct.Struct("<7sB11Q6B4iB2i")
GZIP, VECTOR = 2, 1
DEGREE = 10_000_000  # steps of the header in a degree
WHOLE_EARTH = (-180.0, -85.0, 180.0, 85.0)


def compressed(data: bytes) -> bytes:
    """Return gzip data without a date."""
    return gzip.compress(data, 9, mtime=0)


def tile_number(zoom: int, x: Integers, y: Integers) -> Integers:
    """Return the numbers of tiles along the Hilbert curve, counted from zoom 0 on."""
    x, y = np.array(x, np.int64), np.array(y, np.int64)
    number = np.zeros_like(x)
    for bit in range(zoom - 1, -1, -1):
        side = 1 << bit
        right, low = (x & side) > 0, (y & side) > 0
        number += side * side * ((3 * right) ^ low)
        flip = right & ~low
        x, y = (
            np.where(flip, side - 1 - (x & (side - 1)), x & (side - 1)),
            np.where(flip, side - 1 - (y & (side - 1)), y & (side - 1)),
        )
        x, y = np.where(low, x, y), np.where(low, y, x)
    return number + ((1 << (2 * zoom)) - 1) // 3


def write_archive(
    tiles: Sequence[tuple[int, bytes]],
    *,
    zooms: tuple[int, int],
    metadata: dict[str, Any],
    bounds: tuple[float, float, float, float] = WHOLE_EARTH,
) -> bytes:
    """Return an archive of vector tiles.

    Parameters
    ----------
    tiles
        Number and compressed content of each tile, in the order of the numbers.
    zooms
        The lowest and highest zoom.
    metadata
        What readers are told of the layers.
    bounds
        West, south, east and north of what the tiles hold, degrees.
    """
    numbers = np.array([number for number, _ in tiles], np.int64)
    lengths = np.array([len(content) for _, content in tiles], np.int64)
    offsets = np.cumsum(lengths) - lengths
    root, leaves = _directories(numbers, lengths, offsets)
    told = compressed(json.dumps(metadata, sort_keys=True).encode())
    start = HEADER.size
    places = []
    for size in (len(root), len(told), len(leaves), int(lengths.sum())):
        places += [start, size]
        start += size
    west, south, east, north = (side * DEGREE for side in bounds)
    header = HEADER.pack(
        b"PMTiles",
        3,
        *places,
        len(tiles),
        len(tiles),
        len(tiles),
        1,
        GZIP,
        GZIP,
        VECTOR,
        *zooms,
        *(math.floor(west), math.floor(south), math.ceil(east), math.ceil(north)),
        zooms[0],
        *(round((west + east) / 2), round((south + north) / 2)),
    )
    return b"".join([header, root, told, leaves, *(content for _, content in tiles)])


def _directories(numbers: Integers, lengths: Integers, offsets: Integers) -> tuple[bytes, bytes]:
    root = _directory(numbers, lengths, offsets, np.ones_like(numbers))
    if len(root) <= ROOT_LIMIT:
        return root, b""
    size = 1024
    while True:
        leaves, entries = [], []
        place = 0
        for first in range(0, len(numbers), size):
            part = slice(first, first + size)
            leaf = _directory(numbers[part], lengths[part], offsets[part], np.ones_like(numbers[part]))
            entries.append((numbers[first], len(leaf), place))
            leaves.append(leaf)
            place += len(leaf)
        starts, sizes, places = (np.array(column, np.int64) for column in zip(*entries, strict=True))
        root = _directory(starts, sizes, places, np.zeros_like(starts))
        if len(root) <= ROOT_LIMIT:
            return root, b"".join(leaves)
        size *= 2


def _directory(numbers: Integers, lengths: Integers, offsets: Integers, runs: Integers) -> bytes:
    follows = np.r_[False, offsets[1:] == offsets[:-1] + lengths[:-1]]
    stream = np.concatenate(
        [[len(numbers)], np.diff(numbers, prepend=0), runs, lengths, np.where(follows, 0, offsets + 1)]
    )
    return compressed(varints(stream.astype(np.uint64))[0].tobytes())
