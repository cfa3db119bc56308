"""Mountain barriers from elevation: a public rule where no boundary is published.

Plans name mountain barriers (太行山—燕山, 皖西, 皖南—浙西) without giving their boundary. The rule below finds them from
relief alone, so that anybody can repeat it. What it yields is *derived* and stands for no statutory line.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from scipy import ndimage

from geozone.errors import InputError
from geozone.manifest.roles import role_for
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.read.notes import warn
from geozone.terrain.cells import CELL_KM2, CellGrid, burn, disc, grid_over, large, patches
from geozone.terrain.continuity import with_crs
from geozone.terrain.elevation import Elevation, open_elevation
from geozone.terrain.rules import RULES, Ground, Rule, check_positive, rule_named
from geozone.terrain.sampling import sample

_BARE = 0.01  # of the zones: as much ground without elevation is told
_DEFAULT = next(iter(RULES))


def barrier(
    dem: Any,
    zones: gpd.GeoDataFrame,
    *,
    rule: str | Rule = _DEFAULT,
    relief_m: float | None = None,
    radius_m: float | None = None,
    slope_deg: float | None = None,
    slope_at_m: float | None = None,
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

    1. *Grid.* The elevation is brought to cells of 1 km in an equal-area plane about the zones, whose distances are true
       to 0.5 % within 600 km: the mean of the pixels whose centres lie in a cell where four pixels or more lie along its
       side, else resampled (bilinear). The model is read once, in bands. Cells without elevation count as sea level.
    2. *What the rule looks at.* ``relief``: the highest less the lowest elevation of cells within `radius_m` (3 km, a disc
       of 28 km²). ``slope``: the mean over a cell of the slopes of its pixels (Horn's formula on the ellipsoid), or of
       groups of pixels of `slope_at_m`. ``kapos``: elevation, slope at 1 km and the elevation range within 7 km. For a slope, a
       neighbour without elevation is as high as the pixel itself.
    3. *Threshold.* ``relief``: rugged are cells with a relief of `relief_m` (100 m) or more. ``slope``: those of
       `slope_deg` (2°) or more. ``kapos``: the seven classes of UNEP-WCMC. `geozone.terrain.rules` holds the numbers with
       their reasons; how much hangs on them is measured in docs/layers.md. Steps 4 to 7 are the same for all rules.
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
        the file states another unit. What the file hides, and values below -500 m or above 9000 m, are no elevation. Of
        any size: a model of 1e9 pixels takes less than 2 GB.
    zones
        The ground to look at; any number of polygons, in any CRS.
    rule
        ``"relief"``, ``"kapos"`` or ``"slope"``, or a rule with numbers of its own, such as
        ``geozone.terrain.Kapos(range_m=250.0)``.
    relief_m, radius_m
        The numbers of the rule ``relief``, in metres; by default those of `geozone.terrain.Relief`.
    slope_deg, slope_at_m
        The numbers of the rule ``slope``: degrees, and the resolution of slopes in metres, by default the pixels'.
    opening_m, closing_m, patch_km2, hole_km2
        The numbers of steps 4 and 6, in metres and square kilometres.
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
        If there is no such rule, a number is given that the rule has not, a number is not positive, or the zones have no
        CRS.

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
    Kapos, Rhind, Edwards, Price, Ravilious (2000): Developing a map of the world's mountain forests. In: Forests in
    sustainable mountain development, 4-9. UNEP-WCMC (2002): Mountain Watch, 74.
    Horn (1981): Hill shading and the reflectance map. Proceedings of the IEEE 69, 14-47.
    """
    own: dict[str, float | None] = {
        "relief_m": relief_m, "radius_m": radius_m, "slope_deg": slope_deg, "slope_at_m": slope_at_m,
    }  # fmt: skip
    chosen = rule_named(rule, own)
    check_positive(
        {
            "opening_m": opening_m,
            "closing_m": closing_m,
            "patch_km2": patch_km2,
            "hole_km2": hole_km2,
            "plateau_opening_m": plateau_opening_m,
            "plateau_km2": plateau_km2,
        }
    )
    grid = grid_over(with_crs(zones, "zones"), chosen.reach_m + opening_m + closing_m)
    with open_elevation(dem, crs, band=band, nodata=nodata) as source:
        ground, found = _ground(source, grid, zones, chosen)
    warn(found)
    rugged = ndimage.binary_opening(chosen.mountains(ground), disc(opening_m))
    rugged = ndimage.binary_closing(rugged, disc(closing_m))
    flat = np.zeros(grid.shape, dtype=bool)
    if plateau is not None and len(plateau):
        inside = burn(with_crs(plateau, "plateau"), grid)
        high = inside & (ndimage.median_filter(ground.elevation, size=9) > plateau_m)
        flat = large(ndimage.binary_opening(high, disc(plateau_opening_m)), plateau_km2)
    kept = large(rugged & ~flat, patch_km2)
    filled = kept | (~kept & ~large(~kept, hole_km2) & ~flat)
    return patches(filled, grid, zones, patch_km2 / 10)


def _ground(
    source: Elevation, grid: CellGrid, zones: gpd.GeoDataFrame, rule: Rule
) -> tuple[Ground, list[Finding]]:
    """Return what a rule sees of the cells, what has no elevation being sea level, and what was found."""
    heights, slopes = sample(source, grid, slope=rule.needs_slope, slope_at_m=rule.slope_resolution_m)
    found = source.findings
    if np.isnan(heights).all():
        raise InputError("terrain.dem_misses_zones", path=source.raster.path)
    inside = burn(zones, grid)
    bare = int((inside & np.isnan(heights)).sum())
    if bare > max(_BARE * inside.sum(), 1):
        params = {"area": f"{bare * CELL_KM2:,.0f}", "share": f"{bare / inside.sum():.1%}"}
        told = message("terrain.dem_gaps", **params)
        remedy = message("terrain.dem_gaps_remedy")
        found.append(Finding("dem_gaps", Severity.WARNING, role_for("relief").layer, told, remedy))
    steep = np.zeros(grid.shape) if slopes is None else np.nan_to_num(slopes, nan=0.0)
    return Ground(np.nan_to_num(heights, nan=0.0), steep), found
