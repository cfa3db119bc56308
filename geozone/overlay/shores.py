"""Shore lengths of administrative units: the shore lies on their edge or off it, never reliably inside."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.plane import length_km, to_plane

MAINLAND = "mainland"


def shore_lengths(coastline: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the length of shore of every unit.

    A shore line that carries the ``code`` of its unit belongs to that unit. Any other is taken apart into its edges,
    and each edge belongs to the unit nearest to its middle in the equal-area plane. A line that stands twice counts
    once. Where the lines tell their ``kind``, only the mainland shore counts.

    Parameters
    ----------
    coastline
        Lines in EPSG:4490, with the columns ``code`` and ``kind`` where known.
    units
        Finest units: ``code`` and polygons in EPSG:4490.

    Returns
    -------
    DataFrame
        Columns ``code, length_km`` (geodesic on the CGCS2000 ellipsoid), one row per unit that has shore.
    """
    lines = coastline[coastline["kind"] == MAINLAND] if "kind" in coastline else coastline
    lines = lines[lines.geometry.notna() & ~lines.geometry.is_empty]
    if "code" in lines and lines["code"].notna().all():
        codes, shores = lines["code"].to_numpy(), lines.geometry.to_numpy()
    else:
        shores = _edges(lines.geometry.to_numpy())
        middle = to_plane(shapely.line_interpolate_point(shores, 0.5, normalized=True), CRS)
        nearest = shapely.STRtree(to_plane(units.geometry.to_numpy(), CRS)).nearest(middle)
        codes = units["code"].to_numpy()[nearest]
    table = pd.DataFrame({"code": codes, "length_km": length_km(shores, CRS)})
    table = table[table["code"].isin(units["code"])]
    return table.groupby("code")["length_km"].sum().reset_index()


def _edges(lines: np.ndarray) -> np.ndarray:
    """Return the edges of lines, each piece of ground once."""
    once = shapely.get_parts(shapely.union_all(lines))
    points, line = shapely.get_coordinates(once, return_index=True)
    follows = line[:-1] == line[1:]
    return np.asarray(shapely.linestrings(np.stack([points[:-1][follows], points[1:][follows]], axis=1)))
