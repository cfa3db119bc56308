"""Cells of one square kilometre over some zones, and what is done with them: discs, sizes, outlines."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio import Affine
from rasterio.features import rasterize, shapes
from scipy import ndimage

from geozone.model import CRS
from geozone.overlay.cutting import polygons_in
from geozone.overlay.plane import area_km2
from geozone.projections import transformer
from geozone.terrain.continuity import by_size

Cells = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CELL_M = 1000.0
CELL_KM2 = (CELL_M / 1000) ** 2
_MARGIN_CELLS = 4  # around the reach of every filter, so that the zones' edge sees the ground beyond it
_EIGHT = np.ones((3, 3), dtype=bool)  # cells that touch by a corner are connected


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A metric grid over the zones, equal-area about their centre."""

    crs: pyproj.CRS
    transform: Affine
    shape: tuple[int, int]


def grid_over(zones: gpd.GeoDataFrame, reach_m: float) -> CellGrid:
    """Return cells over some zones, and over the ground that filters of such a reach look at."""
    west, south, east, north = zones.to_crs(CRS).total_bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    crs = pyproj.CRS.from_proj4(f"+proj=laea +lat_0={latitude} +lon_0={longitude} +ellps=GRS80 +units=m")
    left, bottom, right, top = zones.to_crs(crs).total_bounds
    margin = reach_m + _MARGIN_CELLS * CELL_M
    # whole cells from the plane's origin, so that the same ground always falls into the same cells
    left, bottom = (np.floor((value - margin) / CELL_M) * CELL_M for value in (left, bottom))
    right, top = (np.ceil((value + margin) / CELL_M) * CELL_M for value in (right, top))
    shape = (round((top - bottom) / CELL_M), round((right - left) / CELL_M))
    return CellGrid(crs, Affine(CELL_M, 0, left, 0, -CELL_M, top), shape)


def disc(radius_m: float) -> Mask:
    """Return the cells whose centres lie within a radius of the centre of the middle one."""
    cells = int(radius_m // CELL_M)
    rows, columns = np.ogrid[-cells : cells + 1, -cells : cells + 1]
    within: Mask = rows * rows + columns * columns <= (radius_m / CELL_M) ** 2
    return within


def local_range(elevation: Cells, radius_m: float) -> Cells:
    """Return the highest less the lowest elevation within a radius of every cell, in metres."""
    window = disc(radius_m)
    highest = ndimage.maximum_filter(elevation, footprint=window, mode="nearest")
    lowest = ndimage.minimum_filter(elevation, footprint=window, mode="nearest")
    spread: Cells = highest - lowest
    return spread


def burn(units: gpd.GeoDataFrame, grid: CellGrid) -> Mask:
    """Return the cells whose centres lie in some units."""
    ground = units.to_crs(grid.crs).geometry
    burnt: Mask = rasterize(ground, out_shape=grid.shape, transform=grid.transform).astype(bool)
    return burnt


def large(mask: Mask, smallest_km2: float) -> Mask:
    """Keep the connected parts of at least so many cells; a cell has exactly 1 km² in the equal-area plane."""
    labels, count = ndimage.label(mask, structure=_EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * CELL_KM2
    keep = sizes >= smallest_km2
    keep[0] = False
    kept: Mask = keep[labels]
    return kept


def patches(mask: Mask, grid: CellGrid, zones: gpd.GeoDataFrame, smallest_km2: float) -> gpd.GeoDataFrame:
    """Return the ground of some cells inside zones, patch by patch, the largest first."""
    outlines = [
        shapely.geometry.shape(outline)
        for outline, _ in shapes(mask.astype(np.uint8), mask=mask, transform=grid.transform)
    ]
    back = transformer(grid.crs, CRS)
    ground = shapely.transform(shapely.union_all(outlines), back.transform, interleaved=False)
    area = shapely.union_all(shapely.make_valid(zones.to_crs(CRS).geometry.array))
    parts = polygons_in([shapely.intersection(ground, area)])
    return by_size("patch", parts[area_km2(parts, CRS) >= smallest_km2] if len(parts) else parts)
