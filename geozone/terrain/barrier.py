"""Mountain barriers from elevation: a public rule where no boundary is published.

Plans name mountain barriers (太行山—燕山, 皖西, 皖南—浙西) without giving their boundary. The rule below finds them from
relief alone, so that anybody can repeat it. What it yields is *derived* and stands for no statutory line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio import Affine
from rasterio.features import rasterize, shapes
from scipy import ndimage

from geozone.errors import InputError, UsageError
from geozone.manifest.roles import role_for
from geozone.messages import message
from geozone.model import CRS, Finding, Severity
from geozone.overlay.plane import area_km2
from geozone.read.notes import warn
from geozone.terrain.continuity import by_size, polygons_in, with_crs
from geozone.terrain.elevation import Elevation, open_elevation

Cells = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CELL_M = 1000.0
_BARE = 0.01  # of the zones: as much ground without elevation is told
_MARGIN_CELLS = 4  # around the reach of every filter, so that the zones' edge sees the ground beyond it
_EIGHT = np.ones((3, 3), dtype=bool)  # cells that touch by a corner are connected


@dataclass(frozen=True, slots=True)
class _Grid:
    """A metric grid over the zones, equal-area about their centre."""

    crs: pyproj.CRS
    transform: Affine
    shape: tuple[int, int]


def barrier(
    dem: Any,
    zones: gpd.GeoDataFrame,
    *,
    relief_m: float = 100.0,
    radius_m: float = 3000.0,
    opening_m: float = 1000.0,
    closing_m: float = 3000.0,
    patch_km2: float = 100.0,
    hole_km2: float = 100.0,
    plateau: gpd.GeoDataFrame | None = None,
    plateau_m: float = 1300.0,
    plateau_opening_m: float = 4000.0,
    plateau_km2: float = 800.0,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
) -> gpd.GeoDataFrame:
    """Return the mountain barrier inside zones, patch by patch.

    1. *Grid.* The elevation is resampled (bilinear) to cells of 1 km in an equal-area plane about the zones, whose
       distances are true to 0.5 % within 600 km. Cells without elevation count as sea level.
    2. *Relief.* The relief of a cell is the highest less the lowest elevation within `radius_m` (3 km, a disc of
       28 km²). Chinese studies of relief found windows from 2 km² (90 m and finer grids) to 21 km² (grids of 1 km, Tu and
       Liu 1991); a grid of 30 arc-seconds needs a window of the larger kind.
    3. *Threshold.* Cells with a relief of `relief_m` (100 m) or more are rugged. In the landform classes of Li, Pan and
       Han (2008) hills have less than 200 m and mountains more; cell means of 30 arc-seconds miss summits and valley
       floors, so that half of it keeps the mountains with their higher foothills. How much hangs on it is measured in
       docs/layers.md.
    4. *Shape.* The rugged ground is opened with a disc of `opening_m` (1 km: single cells are noise) and closed with
       one of `closing_m` (3 km: valley floors inside the mountains belong to them).
    5. *Plateau.* High, wide ground is a plateau and no screen: inside `plateau`, what lies above `plateau_m` after a
       median filter of 9 cells, opened with `plateau_opening_m`, in patches of `plateau_km2` or more, is taken out.
       The units are given by the caller, because ridges of the same height stand beside the plateau.
    6. *Size.* Patches below `patch_km2` are dropped and holes below `hole_km2` are filled: 100 km² is 1 cm² at
       1:1,000,000, the scale at which plans draw such barriers. Pieces that the zones' edge cuts off below a tenth of
       `patch_km2` are left out as well.
    7. *Outline.* Cells become polygons, are cut with the zones and brought back to longitude and latitude.

    Parameters
    ----------
    dem
        Elevation: a raster file, an open dataset, or an array with its transform in EPSG:4490 degrees. In metres, unless
        the file states another unit. What the file hides, and values below -500 m or above 9000 m, are no elevation.
    zones
        The ground to look at; any number of polygons, in any CRS.
    relief_m, radius_m, opening_m, closing_m, patch_km2, hole_km2
        The numbers of the rule, in metres and square kilometres.
    plateau
        Units that step 5 applies to; none by default.
    plateau_m, plateau_opening_m, plateau_km2
        The numbers of step 5.
    crs, band, nodata
        CRS, band and value for missing data of the elevation, where the file is silent or wrong.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, one row per connected patch, largest first: ``patch`` (1, 2, …), ``area_km2``, ``geometry``.

    Raises
    ------
    InputError
        If the elevation cannot be read, has no CRS or does not overlap the zones.
    UsageError
        If a number of the rule is not positive or the zones have no CRS.

    Warns
    -----
    GeozoneWarning
        If values were taken as no data, parts of the zones have no elevation, several bands could be meant, or the CRS or
        the unit had to be guessed.

    References
    ----------
    涂汉明, 刘振东 (1991): 中国地势起伏度研究. 测绘学报 20(4), 311-319.
    李炳元, 潘保田, 韩嘉福 (2008): 中国陆地基本地貌类型及其划分指标探讨. 第四纪研究 28(4), 535-543.
    河北省国土空间生态修复规划（2021—2035年）: the barrier's parts are landform units.
    """
    numbers = {
        "relief_m": relief_m,
        "radius_m": radius_m,
        "opening_m": opening_m,
        "closing_m": closing_m,
        "patch_km2": patch_km2,
        "hole_km2": hole_km2,
        "plateau_opening_m": plateau_opening_m,
        "plateau_km2": plateau_km2,
    }
    for name, value in numbers.items():
        if not value > 0:
            raise UsageError("terrain.not_positive", name=name, value=value)
    grid = _grid(with_crs(zones, "zones"), radius_m + opening_m + closing_m)
    with open_elevation(dem, crs, band=band, nodata=nodata) as source:
        elevation, found = _elevation(source, grid, zones)
    warn(found)
    rugged = _relief(elevation, radius_m) >= relief_m
    rugged = ndimage.binary_opening(rugged, _disc(opening_m))
    rugged = ndimage.binary_closing(rugged, _disc(closing_m))
    flat = np.zeros(grid.shape, dtype=bool)
    if plateau is not None and len(plateau):
        inside = _burn(with_crs(plateau, "plateau"), grid)
        high = inside & (ndimage.median_filter(elevation, size=9) > plateau_m)
        flat = _large(ndimage.binary_opening(high, _disc(plateau_opening_m)), plateau_km2)
    kept = _large(rugged & ~flat, patch_km2)
    filled = kept | (~kept & ~_large(~kept, hole_km2) & ~flat)
    return _patches(filled, grid, zones, patch_km2 / 10)


def _grid(zones: gpd.GeoDataFrame, reach_m: float) -> _Grid:
    west, south, east, north = zones.to_crs(CRS).total_bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    crs = pyproj.CRS.from_proj4(f"+proj=laea +lat_0={latitude} +lon_0={longitude} +ellps=GRS80 +units=m")
    left, bottom, right, top = zones.to_crs(crs).total_bounds
    margin = reach_m + _MARGIN_CELLS * CELL_M
    # whole cells from the plane's origin, so that the same ground always falls into the same cells
    left, bottom = (np.floor((value - margin) / CELL_M) * CELL_M for value in (left, bottom))
    right, top = (np.ceil((value + margin) / CELL_M) * CELL_M for value in (right, top))
    shape = (round((top - bottom) / CELL_M), round((right - left) / CELL_M))
    return _Grid(crs, Affine(CELL_M, 0, left, 0, -CELL_M, top), shape)


def _elevation(source: Elevation, grid: _Grid, zones: gpd.GeoDataFrame) -> tuple[Cells, list[Finding]]:
    """Return the elevation of the grid, what has none being sea level, and what was found."""
    heights = source.on_grid(grid.transform, grid.crs, grid.shape)
    found = source.findings
    if np.isnan(heights).all():
        raise InputError("terrain.dem_misses_zones", path=source.raster.path)
    inside = _burn(zones, grid)
    bare = int((inside & np.isnan(heights)).sum())
    if bare > max(_BARE * inside.sum(), 1):
        params = {"area": f"{bare * (CELL_M / 1000) ** 2:,.0f}", "share": f"{bare / inside.sum():.1%}"}
        remedy = message("terrain.dem_gaps_remedy")
        found.append(
            Finding(
                "dem_gaps",
                Severity.WARNING,
                role_for("relief").layer,
                message("terrain.dem_gaps", **params),
                remedy,
            )
        )
    return np.nan_to_num(heights, nan=0.0), found


def _disc(radius_m: float) -> Mask:
    cells = int(radius_m // CELL_M)
    rows, columns = np.ogrid[-cells : cells + 1, -cells : cells + 1]
    disc: Mask = rows * rows + columns * columns <= (radius_m / CELL_M) ** 2
    return disc


def _relief(elevation: Cells, radius_m: float) -> Cells:
    window = _disc(radius_m)
    highest = ndimage.maximum_filter(elevation, footprint=window, mode="nearest")
    lowest = ndimage.minimum_filter(elevation, footprint=window, mode="nearest")
    relief: Cells = highest - lowest
    return relief


def _burn(units: gpd.GeoDataFrame, grid: _Grid) -> Mask:
    ground = units.to_crs(grid.crs).geometry
    burnt: Mask = rasterize(ground, out_shape=grid.shape, transform=grid.transform).astype(bool)
    return burnt


def _large(mask: Mask, smallest_km2: float) -> Mask:
    """Keep the connected parts of at least so many cells; a cell has exactly 1 km² in the equal-area plane."""
    labels, count = ndimage.label(mask, structure=_EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * (CELL_M / 1000) ** 2
    keep = sizes >= smallest_km2
    keep[0] = False
    large: Mask = keep[labels]
    return large


def _patches(mask: Mask, grid: _Grid, zones: gpd.GeoDataFrame, smallest_km2: float) -> gpd.GeoDataFrame:
    outlines = [
        shapely.geometry.shape(outline)
        for outline, _ in shapes(mask.astype(np.uint8), mask=mask, transform=grid.transform)
    ]
    back = pyproj.Transformer.from_crs(grid.crs, CRS, always_xy=True)
    ground = shapely.transform(shapely.union_all(outlines), back.transform, interleaved=False)
    area = shapely.union_all(shapely.make_valid(zones.to_crs(CRS).geometry.array))
    parts = polygons_in([shapely.intersection(ground, area)])
    return by_size("patch", parts[area_km2(parts, CRS) >= smallest_km2] if len(parts) else parts)
