"""Layer rivers: named rivers and canals, one file per source because their licences differ.

1. ``data/rivers_wdbii.gpkg``: lines of the World Data Bank II. They bear no names; points on the course
   (``courses.toml``) lead along them by the shortest way. Ends that lie within `BRIDGE` of another line are joined at a
   cost, which closes the gaps that reservoirs leave.
2. ``data/rivers_natural_earth.gpkg``: lines that Natural Earth names, where the data bank draws banks or nothing.
3. ``data/rivers_schematic.gpkg``: a few points each, drawn here, for rivers that neither has.

Every river has a class (``stream_class``, 1 the largest) from what its source ranks it by, and its lines run downstream.
"""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from common import DATA, write
from numpy.typing import NDArray
from packages import debian
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from wdbii import read_rivers

from geozone.model import CRS
from geozone.overlay.plane import length_km

EXTENT = (113.0, 27.0, 123.0, 43.0)
BRIDGE = 0.16  # degrees, as long as the reservoirs that interrupt the Hutuo and the Zhang
BRIDGE_COST = 4.0  # a bridge counts as this many times its length, so that drawn lines are preferred
SNAP = 0.1  # degrees: how far a point may lie beside its river
DETOUR = 2.2  # a way longer than this many times the straight course is not that river
# source, licence, basis, accuracy in metres, vintage
WDBII = (
    "World Data Bank II (GSHHG 2.3.7, gmt-gshhg-full), named here by points on the course",
    "LGPL-3.0-or-later",
    "public",
    2000,
    "1977",
)
NATURAL_EARTH = ("Natural Earth 3.0.0, 1:10m (libmagics++-data)", "public domain", "public", 2000, "2013")
DRAWN = ("geozone, drawn by hand", "CC0-1.0", "schematic", 3000, "2025")
# classes: what a rank of the source comes to at most, in the order of the classes
WDBII_CLASSES = {0: 2, 1: 2, 2: 2, 3: 3, 4: 4, 8: 4, 9: 4}
NATURAL_EARTH_CLASSES = ((4, 1), (7, 2), (9, 3))
TOUCH_KM = 1.0  # a province that has less of a river is not named with it


def main() -> None:
    """Build the three files."""
    table = tomllib.loads((Path(__file__).parent / "courses.toml").read_text("utf-8"))
    files: dict[str, tuple[list[dict[str, Any]], str]] = {
        "rivers_wdbii": (routed(table["course"]), "河流（WDBII）"),
        "rivers_natural_earth": (named(table["named"]), "河流（Natural Earth）"),
        "rivers_schematic": (drawn(table["drawn"]), "河流（示意）"),
    }
    for file, (rows, title) in files.items():
        rivers = gpd.GeoDataFrame(rows, crs=CRS).sort_values("name", ignore_index=True)
        rivers["province_codes"] = provinces_of(rivers)
        rivers["vintage"] = rivers.vintage.astype(str)
        for row in rivers.itertuples():
            print(f"  {row.name}: {length_km([row.geometry], CRS)[0]:.0f} km, {row.province_codes}")
        write(DATA / f"{file}.gpkg", {"rivers": rivers}, {"rivers": title})


def routed(courses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Follow the lines of the data bank from point to point."""
    lines = read_rivers(EXTENT)
    vertices, network = _network(lines.geometry.array)
    levels = np.repeat(lines.level.to_numpy(), shapely.get_num_coordinates(lines.geometry.array))
    tree = shapely.STRtree(shapely.points(vertices))
    rows = []
    for course in courses:
        points = np.array(course["points"])
        stops = tree.nearest(shapely.points(points))
        offset = np.hypot(*(vertices[stops] - points).T)
        if offset.max() > SNAP:
            raise ValueError(f"{course['name']}: a point lies {offset.max():.2f} degrees beside every line")
        way = _way(network, stops)
        line = shapely.remove_repeated_points(shapely.LineString(vertices[way]))
        straight = shapely.LineString(points)
        if line.length > DETOUR * straight.length:
            raise ValueError(
                f"{course['name']}: the way is {line.length / straight.length:.1f} times the course"
            )
        most = int(np.bincount(levels[way]).argmax())
        rows.append(_row(course, line, WDBII, WDBII_CLASSES[most]))
    return rows


def named(rivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take rivers of Natural Earth by their names."""
    path = debian("libmagics++-data") / "usr/share/magics/10m/ne_10m_rivers_lake_centerlines.shp"
    table = pyogrio.read_dataframe(path).to_crs(CRS)
    rows = []
    for river in rivers:
        window = shapely.box(river.get("west", 85), 20, river.get("east", 125), 45)
        lines = table[table.name.isin(river["natural_earth"]) & table.within(window)]
        if not len(lines):
            raise ValueError(f"{river['name']} is not in Natural Earth")
        line = _towards(shapely.line_merge(shapely.union_all(lines.geometry.array)), river["mouth"])
        rank = lines.scalerank.min()
        rows.append(
            _row(river, line, NATURAL_EARTH, next(own for most, own in NATURAL_EARTH_CLASSES if rank <= most))
        )
    return rows


def drawn(rivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the drawn points."""
    return [_row(river, shapely.LineString(river["points"]), DRAWN, river["class"]) for river in rivers]


def _towards(line: shapely.Geometry, mouth: list[float]) -> shapely.Geometry:
    """Return lines of a river, each with its end nearer to the mouth than its beginning."""
    parts = shapely.get_parts(line)
    ends = [shapely.distance(shapely.get_point(parts, place), shapely.Point(mouth)) for place in (0, -1)]
    return shapely.multilinestrings(np.where(ends[0] < ends[1], shapely.reverse(parts), parts))


def provinces_of(rivers: gpd.GeoDataFrame) -> list[str]:
    """Return for every river the codes of the provinces that have more than `TOUCH_KM` of it."""
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    guangdong = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="city", where="province_code = '440000'")
    rows = [*zip(provinces.code, provinces.geometry, strict=True)]
    rows.append(("440000", shapely.coverage_union_all(guangdong.geometry.array)))
    shares = {
        code: length_km(shapely.intersection(rivers.geometry.array, area), CRS) > TOUCH_KM
        for code, area in sorted(rows)
    }
    return [",".join(code for code, has in shares.items() if has[row]) for row in range(len(rivers))]


def _row(
    river: dict[str, Any], line: shapely.Geometry, told: tuple[str, str, str, int, str], stream_class: int
) -> dict[str, Any]:
    source, licence, basis, accuracy, vintage = told
    return {
        "name": river["name"],
        "name_en": river["name_en"],
        "stream_class": np.int32(stream_class),
        "source": source,
        "licence": licence,
        "basis": basis,
        "accuracy_m": np.int32(river.get("accuracy_m", accuracy)),
        "vintage": vintage,
        "geometry": shapely.multilinestrings(shapely.get_parts(line)),
    }


def _network(lines: NDArray[np.object_]) -> tuple[NDArray[np.float64], csr_array]:
    """Return all vertices and the network between them, lengths in degrees of latitude."""
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    starts, ends, cost = [same], [same + 1], [_distance(vertices[same], vertices[same + 1])]
    tips = np.flatnonzero(np.r_[True, line[1:] != line[:-1]] | np.r_[line[1:] != line[:-1], True])
    tree = shapely.STRtree(shapely.points(vertices))
    near = tree.query(shapely.points(vertices[tips]), predicate="dwithin", distance=BRIDGE)
    bridge_start, bridge_end = tips[near[0]], near[1]
    foreign = line[bridge_start] != line[bridge_end]
    bridge_start, bridge_end = bridge_start[foreign], bridge_end[foreign]
    starts.append(bridge_start)
    ends.append(bridge_end)
    cost.append(BRIDGE_COST * _distance(vertices[bridge_start], vertices[bridge_end]) + 1e-9)
    shape = (len(vertices), len(vertices))
    return vertices, csr_array(
        (np.concatenate(cost), (np.concatenate(starts), np.concatenate(ends))), shape=shape
    )


def _distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    east = (first[:, 0] - second[:, 0]) * np.cos(np.radians(first[:, 1]))
    return np.hypot(east, first[:, 1] - second[:, 1])


def _way(network: csr_array, stops: NDArray[np.intp]) -> list[int]:
    way = [int(stops[0])]
    for start, end in pairwise(stops):
        _, before = dijkstra(network, directed=False, indices=start, return_predecessors=True)
        leg = [int(end)]
        while leg[-1] != start:
            if before[leg[-1]] < 0:
                raise ValueError("no way between two points of the course")
            leg.append(int(before[leg[-1]]))
        way += leg[::-1][1:]
    return way


if __name__ == "__main__":
    main()
