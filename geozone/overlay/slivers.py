"""Parts of a layer too thin to be more than the mismatch of two outlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    layer: gpd.GeoDataFrame,
    units: Iterable[gpd.GeoDataFrame],
    pieces: pd.DataFrame,
    accuracy_m: float,
    *,
    outline_km: Mapping[str, float] | None = None,
) -> dict[str, Sliver]:
    """Return, by unit code, the parts of a layer whose mean width is below its accuracy.

    The mean width is twice the area by the length of the outline. A part larger than a strip along the whole outline of
    the unit, as wide as the accuracy, is none.

    Parameters
    ----------
    layer
        Polygons in EPSG:4490.
    units
        Tables of units of all levels: ``code, parent`` and polygons in EPSG:4490.
    pieces
        The finest units with the area of the layer in them: ``code, area_km2``; rows of one unit are added up.
    accuracy_m
        How far the outlines of the layer or the units may be off, in metres.
    outline_km
        What `outlines` returns of the units, where it is at hand.
    """
    units = list(units)
    outline = outlines(units) if outline_km is None else outline_km
    small = [(table, narrow) for table in units if (narrow := _narrow(pieces, table, accuracy_m, outline))]
    if not small:
        return {}
    parts = polygonal(to_plane(layer.geometry.to_numpy(), CRS))
    tree = shapely.STRtree(parts)
    mended = np.zeros(len(parts), dtype=bool)
    found = {}
    for table, areas in small:
        shapes = table.set_index("code").geometry.loc[list(areas)]
        for code, unit in zip(areas, to_plane(shapes.to_numpy(), CRS), strict=True):
            near = np.sort(tree.query(unit))
            new = near[~mended[near]]
            parts[new] = shapely.make_valid(parts[new], method="structure", keep_collapsed=False)
            mended[new] = True
            clipped = shapely.clip_by_rect(parts[near], *shapely.bounds(unit))
            ground = shapely.intersection(shapely.union_all(shapely.make_valid(clipped)), unit)
            length = float(length_km(from_plane(ground), CRS)[0])
            width = 2e3 * areas[code] / length if length else 0.0
            if width < accuracy_m:
                found[code] = Sliver(areas[code], width, accuracy_m)
    return found


def outlines(units: Iterable[gpd.GeoDataFrame]) -> dict[str, float]:
    """Return the length of the outline of every unit of some tables, in km, by code."""
    found: dict[str, float] = {}
    for table in units:
        new = table[~table["code"].isin(found)]
        found |= dict(zip(new["code"], length_km(new.geometry.to_numpy(), CRS), strict=True))
    return found


def _narrow(
    pieces: pd.DataFrame, units: gpd.GeoDataFrame, accuracy_m: float, outline: Mapping[str, float]
) -> dict[str, float]:
    """Return, by unit code, the areas that a strip along the whole outline of the unit would have."""
    areas = _by_unit(pieces, units)
    return {code: area for code, area in areas.items() if 0 < area < accuracy_m / 1e3 * outline[code]}


def _by_unit(pieces: pd.DataFrame, units: pd.DataFrame) -> Mapping[str, float]:
    finest = pieces[["code", "area_km2"]].rename(columns={"code": "finest"})
    joined = finest.merge(ancestors(units), on="finest")
    return {str(code): float(area) for code, area in joined.groupby("code")["area_km2"].sum().items()}
