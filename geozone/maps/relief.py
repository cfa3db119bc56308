"""The shaded relief behind the map: a small image made from the elevation model."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds

from geozone.maps.mercator import HALF_WIDTH_M, WORLD, project
from geozone.model import LayerSource
from geozone.terrain.elevation import open_elevation

WIDEST = 900  # pixels; enough for a backdrop, about 65 kB
SUN_AZIMUTH, SUN_HEIGHT = np.radians(315.0), np.radians(45.0)
EXAGGERATION = 3.0
DARKEST, OPACITY = 0.55, 0.6  # of the shade, and of the image: colours keep their order under it
QUALITY = 60  # as near to the shades as a JPEG of a half more bytes


def relief_image(
    sources: Sequence[LayerSource], bounds: tuple[float, float, float, float]
) -> dict[str, Any] | None:
    """Return the hillshade of an area as an image for the page.

    Parameters
    ----------
    sources
        Elevation models, in any CRS; each fills what those before it leave open.
    bounds
        West, south, east, north in degrees.

    Returns
    -------
    dict or None
        ``url`` (a data address of a WebP), ``box`` (west, north, east, south in drawing units), the ``opacity`` it is
        multiplied with, and its ``darkest`` shade;
        None where no elevation model reaches the area.

    Raises
    ------
    InputError
        If the file cannot be read, or its place on earth is not certain.
    """
    corners = project(np.array([[bounds[0], bounds[3]], [bounds[2], bounds[1]]]))
    width_units, height_units = corners[1] - corners[0]
    width = WIDEST if width_units >= height_units else max(1, round(WIDEST * width_units / height_units))
    height = max(1, round(width * height_units / width_units))
    metres = corners / WORLD * 2 * HALF_WIDTH_M - HALF_WIDTH_M
    transform = from_bounds(metres[0, 0], -metres[1, 1], metres[1, 0], -metres[0, 1], width, height)
    heights = np.full((height, width), np.nan)
    for source in sources:
        with open_elevation(source.path, source.crs) as elevation:
            more = elevation.on_grid(transform, "EPSG:3857", (height, width), coarse=True)
        heights = np.where(np.isnan(heights), more, heights)
    if np.isnan(heights).all():
        return None
    cell = (metres[1, 0] - metres[0, 0]) / width * float(np.cos(np.radians((bounds[1] + bounds[3]) / 2)))
    return {
        "url": _webp(shade(heights, cell)),
        "box": [*corners[0], *corners[1]],
        "opacity": OPACITY,
        "darkest": DARKEST,
    }


def shade(heights: npt.NDArray[np.float64], cell: float) -> npt.NDArray[np.uint8]:
    """Return grey values 0..255 of a surface lit from the north-west; flat ground is 255, and so is ground without a height.

    Where heights end is no slope: the edge of an elevation model is no cliff.

    Parameters
    ----------
    heights
        Elevation in metres, NaN where it is not known.
    cell
        Cell size in metres on the ground.
    """
    down, right = np.gradient(heights * EXAGGERATION, cell)
    slope = np.arctan(np.hypot(right, down))
    aspect = np.arctan2(-right, down)
    light = np.sin(SUN_HEIGHT) * np.cos(slope) + np.cos(SUN_HEIGHT) * np.sin(slope) * np.cos(
        SUN_AZIMUTH - aspect
    )
    grey = np.clip(light / np.sin(SUN_HEIGHT), DARKEST, 1.0)
    return np.asarray(np.nan_to_num(np.rint(grey * 255), nan=255), np.uint8)


def _webp(grey: npt.NDArray[np.uint8]) -> str:
    height, width = grey.shape
    with MemoryFile() as memory:
        # GDAL warns of an image without a place; the format has no grey of one band
        with memory.open(
            driver="WEBP",
            dtype="uint8",
            count=3,
            height=height,
            width=width,
            transform=from_bounds(0, 0, 1, 1, width, height),
            quality=QUALITY,
        ) as image:
            image.write(np.stack([grey] * 3))
        data = bytes(memory.getbuffer())
    return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")
