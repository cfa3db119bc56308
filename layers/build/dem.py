"""Layer dem: 30-arc-second elevations of bth, yrd and gba as cloud-optimised GeoTIFF.

The grid comes with the weather verification package meteva; its origin is not stated there. Elevations are whole
metres; sea and no data are -999, as in the source.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import rasterio
from common import DATA, EXTENT
from numpy.typing import NDArray
from packages import wheel
from rasterio.windows import Window, from_bounds

from geozone.files import whole_file
from geozone.model import CRS

NODATA = -999
GBA_EXTENT = (111.2, 21.4, 115.6, 24.5)


def main() -> None:
    """Build ``data/dem_<zone>.tif``."""
    for zone, extent in (EXTENT | {"gba": GBA_EXTENT}).items():
        write_cog(DATA / f"dem_{zone}.tif", *read_window(extent))


def read_window(extent: tuple[float, float, float, float]) -> tuple[NDArray[np.int16], rasterio.Affine]:
    """Return the whole cells inside the extent, north up, and their transform."""
    path = wheel("meteva") / "meteva/resources/stations/dem_0.00833.nc"
    with rasterio.open(path) as source:
        inside = from_bounds(*extent, transform=source.transform)
        columns = (math.ceil(inside.col_off), math.floor(inside.col_off + inside.width))
        rows = (math.ceil(inside.row_off), math.floor(inside.row_off + inside.height))
        window = Window.from_slices(rows, columns)
        cells = source.read(1, window=window)
        transform = source.window_transform(window)
    cells[cells == source.nodata] = NODATA
    return cells, transform


def write_cog(path: Path, cells: NDArray[np.int16], transform: rasterio.Affine) -> None:
    """Write a cloud-optimised GeoTIFF."""
    profile = {
        "driver": "COG", "dtype": "int16", "count": 1, "height": cells.shape[0], "width": cells.shape[1],
        "crs": CRS, "transform": transform, "nodata": NODATA, "compress": "DEFLATE", "level": 9, "predictor": "YES",
    }  # fmt: skip
    with whole_file(path) as unfinished, rasterio.open(unfinished, "w", **profile) as target:
        target.write(cells, 1)
    known = cells[cells != NODATA]
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {cells.shape}, {known.min()}..{known.max()} m")


if __name__ == "__main__":
    main()
