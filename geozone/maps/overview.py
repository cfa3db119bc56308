"""A crowded layer seen from far: an image of its legend entries, for zooms at which features are specks."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_bounds

from geozone.maps.mercator import PIXEL_SHIFT, Geometries

MOST_PIXELS = 3000  # of the longer side
SMALL = 16  # pixels; boxes up to this size are filled point by point, all at once


def overview_image(
    geometries: Geometries, symbols: npt.NDArray[np.integer] | None, *, zoom: float
) -> dict[str, Any]:
    """Return an image whose grey value is the legend entry + 1 of the feature at each pixel, 0 for none.

    Every feature takes at least the pixel under the middle of its box.

    Parameters
    ----------
    geometries
        Features in drawing units.
    symbols
        The legend entry of each; all the first when None.
    zoom
        The display zoom up to which the image is shown; its pixels are a screen's there.

    Returns
    -------
    dict
        ``url`` (a data address of a PNG) and ``box`` (west, north, east, south in drawing units).
    """
    number = len(geometries)
    values = (np.ones(number) if symbols is None else np.asarray(symbols) + 1).astype(np.uint8)
    west, north, east, south = shapely.total_bounds(geometries)
    span = max(east - west, south - north, 1.0)
    cell = span / min(MOST_PIXELS, max(1.0, span / 2.0 ** (PIXEL_SHIFT - zoom)))
    width, height = int((east - west) / cell) + 1, int((south - north) / cell) + 1
    image = np.zeros((height, width), np.uint8)
    bounds = (shapely.bounds(geometries) - [west, north, west, north]) / cell
    extent = (bounds[:, 2:] - bounds[:, :2]).max(axis=1)
    large = np.flatnonzero(extent > SMALL)
    if len(large):
        transform = Affine(cell, 0, west, 0, cell, north)
        shapes = zip(geometries[large], values[large].tolist(), strict=True)
        image = rasterio.features.rasterize(shapes, out=image, transform=transform)
    small = np.flatnonzero(extent <= SMALL)
    for part in np.array_split(small, max(1, len(small) // 200_000)):
        _fill(image, geometries[part], values[part], bounds[part], (west, north, cell))
    return {"url": _png(image), "box": [west, north, west + width * cell, north + height * cell]}


def _fill(
    image: npt.NDArray[np.uint8], geometries: Geometries, values: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.float64], grid: tuple[float, float, float],
) -> None:  # fmt: skip
    west, north, cell = grid
    first = np.floor(bounds[:, :2]).astype(np.int64)
    span = np.floor(bounds[:, 2:]).astype(np.int64) - first + 1
    cells = span.prod(axis=1)
    owner = np.repeat(np.arange(len(geometries)), cells)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(cells) - cells, cells)
    column = first[owner, 0] + place % span[owner, 0]
    row = first[owner, 1] + place // span[owner, 0]
    inside = shapely.intersects_xy(
        geometries[owner], west + (column + 0.5) * cell, north + (row + 0.5) * cell
    )
    image[row[inside], column[inside]] = values[owner[inside]]
    middle = np.floor((bounds[:, :2] + bounds[:, 2:]) / 2).astype(np.int64)
    image[middle[:, 1], middle[:, 0]] = values


def _png(image: npt.NDArray[np.uint8]) -> str:
    profile = {
        "driver": "PNG",
        "dtype": "uint8",
        "count": 1,
        "height": image.shape[0],
        "width": image.shape[1],
    }
    with MemoryFile() as memory:
        with memory.open(
            **profile, zlevel=9, transform=from_bounds(0, 0, 1, 1, *image.shape[::-1])
        ) as target:
            target.write(image, 1)
        data = bytes(memory.getbuffer())
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")
