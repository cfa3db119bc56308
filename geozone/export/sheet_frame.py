"""The window of a printed map: its projection, extent and scale; nothing is drawn here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from geozone.model import CRS
from geozone.projections import transformer

MM_PER_POINT = 25.4 / 72
_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0)
_FINEST_MM = 0.08  # detail finer than this is not visible in print


@dataclass(frozen=True)
class Frame:
    """The window of the map: projection, extent in metres of the plane, scale and size on paper."""

    crs: str
    west: float
    south: float
    east: float
    north: float
    denominator: float
    width_mm: float
    height_mm: float

    @property
    def tolerance(self) -> float:
        """Metres on the ground that cannot be seen on paper."""
        return _FINEST_MM / 1000 * self.denominator


def frame_of(bounds: Sequence[float], width_mm: float, height_mm: float, *, margin_mm: float = 6.0) -> Frame:
    """Return the window that shows an area at the largest round scale that fits.

    Parameters
    ----------
    bounds
        West, south, east, north of the area in degrees.
    width_mm, height_mm
        Size of the map on paper.
    margin_mm
        Free space around the area.
    """
    west, south, east, north = bounds
    sixth = (north - south) / 6  # the usual choice of standard parallels of a conic
    crs = (
        f"+proj=aea +lat_1={south + sixth:.4f} +lat_2={north - sixth:.4f} +lat_0={(south + north) / 2:.4f} "
        f"+lon_0={(west + east) / 2:.4f} +ellps=GRS80 +units=m"
    )
    outline = shapely.segmentize(shapely.box(west, south, east, north), max((east - west) / 40, 0.01))
    flat = shapely.transform(outline, transformer(CRS, crs).transform, interleaved=False)
    x0, y0, x1, y1 = shapely.bounds(flat)
    needed = max((x1 - x0) / (width_mm - 2 * margin_mm), (y1 - y0) / (height_mm - 2 * margin_mm)) * 1000
    power = 10 ** math.floor(math.log10(needed))
    denominator = next(step * power for step in (*_ROUND, 10.0) if step * power >= needed * (1 - 1e-12))
    half_width, half_height = width_mm * denominator / 2000, height_mm * denominator / 2000
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return Frame(
        crs,
        x - half_width,
        y - half_height,
        x + half_width,
        y + half_height,
        denominator,
        width_mm,
        height_mm,
    )
