"""Parts of a layer too thin to be more than the mismatch of two outlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.plane import from_plane, length_km, to_plane
from geozone.overlay.units import ancestors
from geozone.overlay.zones import polygonal


@dataclass(frozen=True, slots=True)
class Sliver:
    """A part of a layer in a unit that is thinner than the layers are accurate."""

    area_km2: float
    width_m: float  # twice the area by the outline: of a long strip, its width
    accuracy_m: float


def slivers(
    layer: gpd.GeoDataFrame, units: gpd.GeoDataFrame, pieces: pd.DataFrame, accuracy_m: float
) -> dict[str, Sliver]:
    """Return, by unit code, the parts of a layer whose mean width is below its accuracy.

    The mean width is twice the area by the length of the outline. A part larger than a strip along the whole outline of
    the unit, as wide as the accuracy, is none.

    Parameters
    ----------
    layer
        Polygons in EPSG:4490.
    units
        Units of all levels: ``code, parent`` and polygons in EPSG:4490.
    pieces
        The finest units with the area of the layer in them: ``code, area_km2``; rows of one unit are added up.
    accuracy_m
        How far the outlines of the layer or the units may be off, in metres.
    """
    areas = _by_unit(pieces, units)
    table = units.set_index("code")
    outline = dict(zip(table.index, length_km(table.geometry.to_numpy(), CRS), strict=True))
    small = [code for code, area in areas.items() if 0 < area < accuracy_m / 1e3 * outline[code]]
    if not small:
        return {}
    parts = polygonal(to_plane(layer.geometry.to_numpy(), CRS))
    parts = shapely.make_valid(parts, method="structure", keep_collapsed=False)
    tree = shapely.STRtree(parts)
    found = {}
    for code, unit in zip(small, to_plane(table.geometry.loc[small].to_numpy(), CRS), strict=True):
        near = shapely.clip_by_rect(parts[np.sort(tree.query(unit))], *shapely.bounds(unit))
        ground = shapely.intersection(shapely.union_all(shapely.make_valid(near)), unit)
        length = float(length_km(from_plane(ground), CRS)[0])
        width = 2e3 * areas[code] / length if length else 0.0
        if width < accuracy_m:
            found[code] = Sliver(areas[code], width, accuracy_m)
    return found


def _by_unit(pieces: pd.DataFrame, units: pd.DataFrame) -> Mapping[str, float]:
    finest = pieces[["code", "area_km2"]].rename(columns={"code": "finest"})
    joined = finest.merge(ancestors(units), on="finest")
    return {str(code): float(area) for code, area in joined.groupby("code")["area_km2"].sum().items()}
