"""Layer dem: elevations of the zones as cloud-optimised GeoTIFF: of bth, yrd and gba in 30 arc seconds, for shading yangtze and yellow in 3 minutes.

The grid comes with the weather verification package meteva; its origin is not stated there. Elevations are whole
metres; sea and no data are -999, as in the source. The coarse cells are means, to 10 m, and are those of the zone's
provinces only: the grid ends at the border of the state, which is no matter of these maps.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
import shapely
from common import DATA, EXTENT, YANGTZE, YELLOW
from numpy.typing import NDArray
from packages import wheel
from rasterio.features import geometry_mask
from rasterio.windows import Window, from_bounds

from geozone.files import whole_file
from geozone.model import CRS

NODATA = -999
COARSE = 6  # cells of the source along a cell for shading
STEP_M = 10  # of their heights


def main() -> None:
    """Build ``data/dem_<zone>.tif``."""
    for zone, extent in EXTENT.items():
        write_cog(DATA / f"dem_{zone}.tif", *read_window(extent))
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    for zone, codes in {"yangtze": YANGTZE, "yellow": YELLOW}.items():
        ground = provinces.geometry.array[provinces.code.isin(codes)]
        write_cog(
            DATA / f"dem_{zone}.tif", *coarse(*read_window(tuple(shapely.total_bounds(ground))), ground)
        )


def coarse(
    cells: NDArray[np.int16], transform: rasterio.Affine, ground: NDArray[np.object_]
) -> tuple[NDArray[np.int16], rasterio.Affine]:
    """Return the means of blocks of cells whose middle is on some ground, and their transform."""
    tall, wide = (size // COARSE for size in cells.shape)
    blocks = np.ma.masked_equal(cells[: tall * COARSE, : wide * COARSE], NODATA)
    means = blocks.reshape(tall, COARSE, wide, COARSE).astype(float).mean(axis=(1, 3))
    larger = transform * rasterio.Affine.scale(COARSE)
    outside = geometry_mask(ground, (tall, wide), larger)
    heights = np.rint(means.filled(0) / STEP_M) * STEP_M
    return np.where(np.ma.getmaskarray(means) | outside, NODATA, heights).astype(np.int16), larger


def read_window(extent: tuple[float, float, float, float]) -> tuple[NDArray[np.int16], rasterio.Affine]:
    """Return the whole cells inside the extent, north up, and their transform."""
    path = wheel("meteva") / "meteva/resources/stations/dem_0.00833.nc"
    with rasterio.open(path) as source:
        inside = from_bounds(*extent, transform=source.transform)
        columns = (
            max(math.ceil(inside.col_off), 0),
            min(math.floor(inside.col_off + inside.width), source.width),
        )
        rows = (
            max(math.ceil(inside.row_off), 0),
            min(math.floor(inside.row_off + inside.height), source.height),
        )
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
