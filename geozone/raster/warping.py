"""Pixels of a raster on a grid of one's own: which of them lie under it, and what they are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject, transform_bounds

from geozone.raster.opening import Raster, Span

Window = tuple[Span, Span]  # rows and columns


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of one's own: from column and row to x and y, in which CRS, and how many rows and columns."""

    transform: Affine
    crs: Any
    shape: tuple[int, ...]


def window_under(raster: Raster, grid: Grid, margin: int, *, clipped: bool = True) -> Window | None:
    """Return the rows and columns of a raster that lie under a grid; None where there are none.

    Parameters
    ----------
    raster
        The raster.
    grid
        The cells.
    margin
        Pixels more on every side.
    clipped
        Whether the window ends with the raster.
    """
    (west, north), (east, south) = grid.transform @ (0, 0), grid.transform @ (grid.shape[1], grid.shape[0])
    try:
        box = transform_bounds(grid.crs, raster.crs, west, south, east, north, densify_pts=21)
    except RasterioError:
        return None
    if not np.isfinite(box).all():
        return None
    inverse = ~raster.transform
    (left, top), (right, bottom) = inverse @ (box[0], box[3]), inverse @ (box[2], box[1])
    spans = []
    for low, high, length in ((top, bottom, raster.height), (left, right, raster.width)):
        first, last = int(np.floor(low)) - margin, int(np.ceil(high)) + margin
        if clipped:
            first, last = max(first, 0), min(last, length)
        if first >= last:
            return None
        spans.append((first, last))
    return spans[0], spans[1]


def warped(
    raster: Raster, values: npt.NDArray[np.float64], window: Window, grid: Grid, resampling: Resampling
) -> npt.NDArray[np.float64]:
    """Return the values of a window of a raster in the cells of a grid; NaN where there is none.

    Parameters
    ----------
    raster
        The raster.
    values
        What the window holds, thinned to any number of rows and columns; NaN where there is nothing.
    window
        Its rows and columns in the raster.
    grid
        The cells.
    resampling
        How a cell is made of the pixels around it.

    Raises
    ------
    RasterioError
        If the raster cannot be brought to the grid.
    """
    (top, bottom), (left, right) = window
    scale = Affine.scale((right - left) / values.shape[1], (bottom - top) / values.shape[0])
    found = np.full(grid.shape, np.nan)
    reproject(
        values,
        found,
        src_transform=raster.transform @ Affine.translation(left, top) @ scale,
        src_crs=raster.crs,
        src_nodata=np.nan,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        dst_nodata=np.nan,
        resampling=resampling,
    )
    return found
