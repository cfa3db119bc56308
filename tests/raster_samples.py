"""Rasters and zones of known geometry for tests."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import rasterio
import shapely
from affine import Affine

from geozone.overlay.plane import to_plane

CRS = "EPSG:4490"
GRID = Affine(0.01, 0, 115.5, 0, -0.01, 40.5)  # 1/100 degree from 115.5E 40.5N, for 200 rows of 260 columns
PROJECTED, METRES = "EPSG:4527", Affine(1000, 0, 39_400_000, 0, -1000, 4_420_000)  # about 115.8E 39.9N


def flower(west, south, size):
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    radius = size / 2 * (0.8 + 0.2 * np.sin(9 * angle))
    return shapely.Polygon(
        np.column_stack([west + size / 2 + radius * np.cos(angle), south + size / 2 + radius * np.sin(angle)])
    )


def saved(path, values, *, transform=GRID, crs=CRS, nodata=None, scale=None, mask=None):
    """Write one band and return the path."""
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=height, width=width, dtype=values.dtype.name,
        crs=crs, transform=transform, nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
        if scale:
            file.scales, file.offsets = ([number] for number in scale)
        if mask is not None:
            file.write_mask(mask)
    return path


def cells(values, transform=GRID, crs=CRS):
    """Return every cell of a raster as a polygon of the equal-area plane."""
    return _cells(values.shape, transform, crs)


@lru_cache(maxsize=4)
def _cells(shape, transform, crs):
    rows, columns = np.indices(shape)
    west, north = transform.c + transform.a * columns, transform.f + transform.e * rows
    return to_plane(shapely.box(west, north + transform.e, west + transform.a, north).ravel(), crs)


def cut_cells(values, zone, transform=GRID, crs=CRS):
    """Return the area in km² of every cell inside a zone of longitude and latitude, cut by GEOS."""
    polygon = to_plane(np.array([zone], dtype=object), CRS)[0]
    boxes = cells(values, transform, crs)
    shapely.prepare(polygon)
    inside = shapely.contains_properly(polygon, boxes)
    areas = np.where(inside, shapely.area(boxes), 0.0)
    cut = shapely.intersects(polygon, boxes) & ~inside
    areas[cut] = shapely.area(shapely.intersection(boxes[cut], polygon))
    return areas / 1e6
