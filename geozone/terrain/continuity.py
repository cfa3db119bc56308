"""How the patches of a barrier hang together: their connected parts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geozone.errors import UsageError
from geozone.model import CRS
from geozone.overlay.cutting import polygons_in
from geozone.overlay.distance import connected
from geozone.overlay.plane import area_km2

REACH_M = 1000.0  # patches this near to each other are connected; a distance on the ground, no cell


def continuity(barrier: gpd.GeoDataFrame, *, reach_m: float = REACH_M) -> float:
    """Return the share (0..1) of a barrier that its largest connected part makes up; 0 without a barrier.

    Patches are connected that lie within `reach_m` (1,000 m) of each other by the geodesic on the ellipsoid, whatever grid
    they were made on. The area is that of the patches alone, not of the ground between them. For one unit or one part of a barrier, give its rows only.
    """
    largest, total = connected_area(barrier, reach_m=reach_m)
    return largest / total if total > 0 else 0.0


def connected_area(
    barrier: gpd.GeoDataFrame, *, reach_m: float = REACH_M, along: gpd.GeoDataFrame | None = None
) -> tuple[float, float]:
    """Return the area in km² of the largest connected part of a barrier, and of the whole; see `continuity`.

    Where a layer ``along`` is given, patches within reach of the same feature of it (a river, say) are connected as well;
    its own features add no area.

    Raises
    ------
    UsageError
        If the reach is not positive or the barrier has no CRS.
    """
    if not reach_m > 0:
        raise UsageError("terrain.not_positive", name="reach_m", value=reach_m)
    known = with_crs(barrier, "barrier")
    if not len(known):
        return 0.0, 0.0
    patches = polygons_in([shapely.union_all(shapely.make_valid(known.to_crs(CRS).geometry.array))])
    if not len(patches):
        return 0.0, 0.0
    weights = area_km2(patches, CRS)
    if along is not None and len(along):
        links = np.asarray(
            shapely.get_parts(with_crs(along, "along").to_crs(CRS).geometry.array), dtype=object
        )
        patches = np.concatenate([patches, links])
        weights = np.concatenate([weights, np.zeros(len(links))])
    areas = np.bincount(connected(patches, reach_m), weights=weights)
    return float(areas.max()), float(areas.sum())


def with_crs(layer: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return a layer as it is.

    Raises
    ------
    UsageError
        If it has no CRS.
    """
    if layer.crs is None:
        raise UsageError("terrain.zones_without_crs", layer=name)
    return layer


def by_size(number: str, polygons: npt.NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Return polygons in EPSG:4490 as a table, the largest first: their number under a name, ``area_km2``, ``geometry``."""
    areas = area_km2(polygons, CRS) if len(polygons) else np.empty(0)
    order = np.argsort(-areas, kind="stable")
    columns = {number: np.arange(1, len(order) + 1), "area_km2": areas[order]}
    return gpd.GeoDataFrame(columns, geometry=polygons[order], crs=CRS)
