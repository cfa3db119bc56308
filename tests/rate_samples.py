"""Demands, registers and units small enough to count by hand."""

import geopandas as gpd
import pandas as pd
import shapely

from geozone.messages import Text
from geozone.model import (
    CRS,
    REGISTER_COLUMNS,
    Basis,
    Comparator,
    LayerSpec,
    Level,
    Modality,
    Register,
    Target,
    Zone,
)

NAME = Text("样本", "sample")
# two provinces (the first without a coast) of two cities of two counties, ten km² each
ZONE = Zone(
    "z", NAME, "pilot_zone", ("910000", "920000"), (Level.COUNTY, Level.CITY, Level.PROVINCE), (), ("920000",)
)
COUNTIES = [f"{province}0{city}0{county}" for province in (91, 92) for city in (1, 2) for county in (1, 2)]


def target(comparator=Comparator.AT_LEAST, modality=Modality.FIRM, value=55.0, unit="%", **more):
    given = {
        "id": "T-1",
        "documents": ("d",),
        "clause": "1(1)",
        "zone": "z",
        "region": NAME,
        "region_codes": (),
        "indicator": "bay_completion",
        "title": NAME,
        "year": 2027,
    }
    return Target(comparator=comparator, modality=modality, value=value, unit=unit, **(given | more))


def register(rows, basis=Basis.OFFICIAL, as_of="2025-12-31", role="bay", totals=()):
    """Return a register from (status, status_date, planned_year, shore_km[, code]) rows; the code is a county's."""
    items = pd.DataFrame("", index=range(len(rows)), columns=list(REGISTER_COLUMNS), dtype=object)
    items["item_id"] = [f"b{i}" for i in range(len(rows))]
    items["name"] = [f"湾{i}" for i in range(len(rows))]
    items["basis"] = basis.value
    for column, position in (("status_date", 1), ("planned_year", 2), ("shore_km", 3)):
        items[column] = [row[position] for row in rows]
    items["status"] = [row[0].value for row in rows]
    codes = [row[4] if len(row) > 4 else COUNTIES[-1] for row in rows]
    items["county_code"] = [code if not code.endswith("00") else "" for code in codes]
    items["city_code"] = [f"{code[:4]}00" if code[2:4] not in {"", "00"} else "" for code in codes]
    items["province_code"] = [f"{code[:2]}0000" if code else "" for code in codes]
    items["area_km2"] = items["length_km"] = None
    return Register("r", role, basis, as_of, NAME, items, totals)


def units():
    rows = [(code, "county", f"{code[:4]}00", 10.0) for code in COUNTIES]
    rows += [(code, "city", f"{code[:2]}0000", 20.0) for code in dict.fromkeys(row[2] for row in rows)]
    rows += [(code, "province", "z", 40.0) for code in ("910000", "920000")]
    rows.append(("z", "zone", "", 80.0))
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "area_km2"])
    table["name"] = table["name_en"] = table["code"]
    return gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)] * len(table), crs=CRS)


def spec(name, basis=Basis.OFFICIAL):
    return LayerSpec(name, "redline", NAME, basis, NAME, "CC0-1.0", "2025", NAME, ())
