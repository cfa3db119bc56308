"""Shore lengths of administrative units: the shore lies on their edge or off it, never reliably inside."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.edges import linework
from geozone.overlay.noding import share_vertices
from geozone.overlay.plane import Geometries, Indices, Numbers, length_km
from geozone.overlay.units import code_prefix

ISLAND = ("island", "海岛", "岛屿", "海岛岸线", "岛屿岸线")  # kinds of shore that are no mainland shore
NOWHERE = ""  # the code of shore that belongs to no unit
FARTHEST_DEGREES = 0.1  # of latitude, 11 km: shore farther off every unit belongs to none
_PIECE_DEGREES = 0.005  # 550 m: so long are the pieces that go to one unit


def shore_lengths(coastline: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the length of shore of every unit.

    A shore line that carries the ``code`` of a unit belongs to that unit; one with the code of a unit elsewhere belongs to
    none of these. Any other is taken apart into pieces of half a kilometre, and each piece belongs to the unit nearest to
    its middle. A line that stands twice counts once, and half for each of two units whose codes it carries. Where the lines
    tell their ``kind``, island shore is left out.

    Parameters
    ----------
    coastline
        Lines in EPSG:4490, with the columns ``code`` and ``kind`` where known.
    units
        Finest units: ``code`` and polygons in EPSG:4490.

    Returns
    -------
    DataFrame
        Columns ``code, length_km`` (geodesic on the CGCS2000 ellipsoid), one row per unit that has shore; the row without
        a code, where there is one, is shore without a code that lies more than 11 km off every unit.
    """
    lines = coastline[~coastline["kind"].isin(ISLAND)] if "kind" in coastline else coastline
    lines = lines[lines.geometry.notna() & ~lines.geometry.is_empty]
    known = units["code"].astype(str).to_numpy()
    codes = (
        lines["code"].fillna("").astype(str).str.strip()
        if "code" in lines
        else pd.Series("", index=lines.index)
    )
    own = codes.isin(known).to_numpy()
    loose = ~own & np.array([_within(code, known) for code in codes], dtype=bool)
    edges, owners = _edges(lines.geometry.to_numpy(), np.where(own, codes, NOWHERE), own | loose)
    lengths = length_km(edges, CRS)
    shared = pd.DataFrame({"edge": _number(edges), "code": owners, "length_km": lengths})
    # where a line with a code lies upon one without, the code tells
    shared = shared.drop_duplicates(["edge", "code"])
    coded = shared["code"] != NOWHERE
    shared = shared[coded | ~shared["edge"].isin(shared["edge"][coded])]
    shared["length_km"] /= shared.groupby("edge")["edge"].transform("size")
    far = shared[shared["code"] == NOWHERE]
    near = _nearest(edges[far.index], far["length_km"].to_numpy(), units.geometry.to_numpy(), known)
    table = pd.concat([shared[shared["code"] != NOWHERE][["code", "length_km"]], near])
    return table.groupby("code")["length_km"].sum().reset_index()


def _within(code: str, known: np.ndarray) -> bool:
    """Tell whether a code is none, or that of a larger unit which some of the units lie in."""
    return not code or bool(np.char.startswith(known.astype(str), code_prefix(code)).any())


def _edges(lines: Geometries, codes: np.ndarray, wanted: np.ndarray) -> tuple[Geometries, np.ndarray]:
    """Return the edges of the lines wanted, each piece of ground once for every code, and their codes."""
    paths, owner = linework(lines[wanted])
    paths, codes = share_vertices(paths), codes[wanted][owner]
    found, names = [np.zeros(0, dtype=object)], [np.zeros(0, dtype=object)]
    for code in np.unique(codes.astype(str)):
        once = shapely.get_parts(shapely.union_all(paths[codes == code]))
        points, line = shapely.get_coordinates(once, return_index=True)
        follows = line[:-1] == line[1:]
        edges = shapely.linestrings(np.stack([points[:-1][follows], points[1:][follows]], axis=1))
        found.append(edges)
        names.append(np.full(len(edges), code, dtype=object))
    return np.concatenate(found), np.concatenate(names)


def _number(edges: Geometries) -> Indices:
    """Return the same number for edges between the same two places."""
    ends = shapely.get_coordinates(shapely.normalize(edges)).reshape(-1, 4)
    return np.unique(ends, axis=0, return_inverse=True)[1].ravel()


def _nearest(edges: Geometries, lengths: Numbers, areas: Geometries, known: np.ndarray) -> pd.DataFrame:
    """Return pieces of edges with the code of the nearest unit."""
    ends = shapely.get_coordinates(edges).reshape(-1, 2, 2)
    count = np.maximum(np.ceil(np.hypot(*(ends[:, 1] - ends[:, 0]).T) / _PIECE_DEGREES), 1).astype(np.intp)
    edge = np.repeat(np.arange(len(edges)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = ((number + 0.5) / count[edge])[:, None]
    middle = ends[edge, 0] + share * (ends[edge, 1] - ends[edge, 0])
    # a degree of longitude is shorter than one of latitude
    scale = np.array([np.cos(np.radians(middle[:, 1].mean())) if len(middle) else 1.0, 1.0])
    tree = shapely.STRtree(shapely.transform(areas, lambda points: points * scale))
    piece, unit = tree.query_nearest(
        shapely.points(middle * scale), max_distance=FARTHEST_DEGREES, all_matches=False
    )
    codes = np.full(len(edge), NOWHERE, dtype=object)
    codes[piece] = known[unit]
    return pd.DataFrame({"code": codes, "length_km": (lengths / count)[edge]})
