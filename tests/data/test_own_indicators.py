"""Indicators of the user's own, one of each measure over shapes of known size: the exact number, in every file."""

import json
import math
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geozone.project import load_project
from geozone.run.build import build
from geozone.verify import verify_build
from geozone.verify.rates import READERS, differences, read_rate_table

A, F = 6378137.0, 1 / 298.257222101  # CGCS2000
WEST_COUNTY, EAST_COUNTY, ZONE = "130102", "130104", "hebei"
SOUTH, NORTH = 38.0, 38.5
PROJECT = """
zone = "hebei"

[[layer]]
role = "boundary"
path = "units.gpkg"
basis = "synthetic"
vintage = "2024"

[[layer]]
role = "redline"
path = "redline_new.gpkg"
basis = "synthetic"
vintage = "2023-12"

[[layer]]
role = "redline"
path = "redline_old.gpkg"
basis = "synthetic"
vintage = "2018-06"

[[layer]]
id = "fields"
role = "area"
path = "fields.gpkg"
title = "田块"
basis = "synthetic"
vintage = "2024"

[[layer]]
id = "core"
role = "area"
path = "core.gpkg"
title = "核心区"
basis = "synthetic"
vintage = "2024"

[[layer]]
id = "dykes"
role = "line"
path = "dykes.gpkg"
title = "堤防"
basis = "synthetic"
vintage = "2024"

[[layer]]
id = "gauges"
role = "point"
path = "gauges.gpkg"
title = "测点"
basis = "synthetic"
vintage = "2024"

[[layer]]
id = "cover"
role = "landcover"
path = "cover.tif"
title = "地类"
basis = "synthetic"
vintage = "2024"
classes = { green = [1, 2] }

[[layer]]
id = "quality"
role = "concentration"
path = "cover.tif"
title = "指数"
basis = "synthetic"
vintage = "2024"

[[register]]
role = "site"
id = "green_factory"
path = "factories.csv"
basis = "synthetic"
as_of = "2025-06-30"

[[register]]
role = "unit"
id = "beautiful_village"
path = "counties.csv"
level = "county"
basis = "synthetic"
as_of = "2025-06-30"

[[figures]]
path = "figures.csv"
basis = "synthetic"
"""
# measure, its keys, the number of the zone
OWN = {
    "own_coverage": ("coverage", 'layer = "fields"', 0.25),
    "own_share": ("share_of_layer", 'layer = "fields"\nwithin = ["core"]', 0.5),
    "own_filtered": ("share_of_layer", 'layer = "fields"\nwithin = ["core"]\nwhere = { kind = ["wet"] }', 1.0),
    "own_area": ("area", 'layer = "fields"', lambda: box_km2(0.5)),
    "own_length": ("length", 'layer = "dykes"', lambda: 3 * meridian_km()),
    "own_length_share": ("length_share", 'layer = "dykes"\nwhere = { kind = ["natural"] }', 1 / 3),
    "own_count": ("count", 'layer = "gauges"', 5.0),
    "own_points": ("share_of_points", 'layer = "gauges"\nwhere = { quality = ["good"] }', (0.4, 0.6)),
    "own_mean": ("mean_of_points", 'layer = "gauges"\nfield = "pm"\nunit = "ug/m3"', 30.0),
    "own_weighted": ("mean_of_points", 'layer = "gauges"\nfield = "pm"\nweight = "people"\nunit = "ug/m3"', 40.0),
    "own_classes": ("class_share", 'layer = "cover"\nclasses = ["green"]', 0.375),
    "own_codes": ("class_share", 'layer = "cover"\nclasses = [7]\nof = "fields"', 0.5),
    "own_raster_mean": ("raster_mean", 'layer = "quality"\nunit = "index"', (1 + 2 + 7 + 7 + 9 + 9 + 1 + 9) / 8),
    "own_completion": ("completion", 'register = "green_factory"', 0.5),
    "own_units": ("share_of_units", 'register = "beautiful_village"\nlevel = "county"', 0.5),
    "own_sites": ("sites", 'register = "green_factory"', 2.0),
    "own_connected": ("connectivity", 'layer = "core"\nreach_m = 1000', 2 / 3),
    "own_change": ("change", 'layer = "redline"', lambda: box_km2(0.25)),
    "own_years": (
        "change_in_years", 'figure = "forest_cover"\nbase_year = 2020\nyear = 2024\nas = "points"\nunit = "percentage_points"', 0.035,
    ),
    "own_reported": ("reported", 'figure = "forest_cover"\nunit = "%"', 0.385),
    "own_derived": ("derived", 'formula = "own_area / own_length"\nunit = "km"', lambda: box_km2(0.5) / (3 * meridian_km())),
}  # fmt: skip


def box_km2(degrees):
    """Return the area of a box of some degrees of longitude between the two latitudes (Bomford 1980, p. 658)."""
    e = math.sqrt(F * (2 - F))

    def band(latitude):
        s = math.sin(math.radians(latitude))
        return s / (2 * (1 - e * e * s * s)) + math.log((1 + e * s) / (1 - e * s)) / (4 * e)

    return (A * (1 - F)) ** 2 * math.radians(degrees) * (band(NORTH) - band(SOUTH)) / 1e6


def meridian_km():
    """Return the length of a meridian between the two latitudes, by Gauss-Legendre quadrature."""
    e2 = F * (2 - F)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    low, high = math.radians(SOUTH), math.radians(NORTH)
    at = (high - low) / 2 * nodes + (high + low) / 2
    return float((A * (1 - e2) / (1 - e2 * np.sin(at) ** 2) ** 1.5 * weights).sum() * (high - low) / 2 / 1e3)


def box(west, east):
    return shapely.box(west, SOUTH, east, NORTH)


def write(folder, file, shapes, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_file(folder / f"{file}.gpkg")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """Return the folder of a build with one indicator of each measure."""
    folder = tmp_path_factory.mktemp("own")
    write(
        folder,
        "units",
        [box(114, 115), box(115, 116)],
        code=[WEST_COUNTY, EAST_COUNTY],
        name=["长安区", "桥西区"],
    )
    write(folder, "fields", [box(114, 114.25), box(114.25, 114.5)], name=["甲", "乙"], kind=["wet", "dry"])
    write(folder, "core", [box(113.999, 114.25), box(115.5, 115.625)], name=["丙", "丁"])
    write(folder, "redline_old", [box(114, 114.5)], name=["老"])
    write(folder, "redline_new", [box(114, 114.75)], name=["新"])
    lines = [shapely.LineString([(x, SOUTH), (x, NORTH)]) for x in (114.2, 114.6, 115.3)]
    write(folder, "dykes", lines, name=["一", "二", "三"], kind=["natural", "built", "built"])
    points = shapely.points([114.1, 114.3, 114.7, 115.2, 115.8], 38.25)
    write(
        folder, "gauges", points, name=list("abcde"), quality=["good", "good", "bad", "bad", None],
        pm=[10.0, 20.0, 30.0, 40.0, 50.0], people=[0.0, 0.0, 1.0, 0.0, 1.0],
    )  # fmt: skip
    profile = {"driver": "GTiff", "width": 8, "height": 2, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(
        folder / "cover.tif", "w", transform=from_origin(114, NORTH, 0.25, 0.25), **profile
    ) as raster:
        raster.write(np.array([[[1, 7, 2, 7, 9, 9, 1, 9]] * 2], "uint8"))
    pd.DataFrame(
        {"名称": ["一厂", "二厂", "三厂", "四厂"], "县区": ["长安区", "长安区", "桥西区", "桥西区"],
         "市": "石家庄市", "状态": ["建成", "在建", "建成", "计划"]}
    ).to_csv(folder / "factories.csv", index=False)  # fmt: skip
    pd.DataFrame({"县区": ["长安区", "桥西区"], "市": "石家庄市", "状态": ["建成", "推进"]}).to_csv(
        folder / "counties.csv", index=False
    )
    pd.DataFrame(
        {
            "行政区": "河北省",
            "指标": "forest_cover",
            "年份": [2020, 2024],
            "数值": [35.0, 38.5],
            "单位": "%",
            "来源": "公报",
        }
    ).to_csv(folder / "figures.csv", index=False)
    asked = [
        f'\n[[indicator]]\nid = "{name}"\ntitle = "自定 {name}"\nmeasure = "{measure}"\n{keys}\n'
        for name, (measure, keys, _) in OWN.items()
    ]
    (folder / "project.toml").write_text(PROJECT + "".join(asked), "utf-8")
    build([load_project(folder / "project.toml")], folder / "maps")
    return folder / "maps"


def known(name):
    value = OWN[name][2]
    return value() if callable(value) else value


@pytest.mark.parametrize("name", OWN)
def test_the_number_is_exact(delivered, name):
    rows = json.loads((delivered / "hebei_rates.json").read_text("utf-8"))["rates"]
    [row] = [row for row in rows if row["indicator"] == name and row["unit_code"] == ZONE]
    low, high = known(name) if isinstance(known(name), tuple) else (known(name), known(name))
    assert row["low"] == pytest.approx(low, rel=1e-9)
    assert row["high"] == pytest.approx(high, rel=1e-9)
    assert row["value"] == (pytest.approx(low, rel=1e-9) if low == high else None)


def test_every_file_has_it_and_says_the_same(delivered):
    tables = [read_rate_table(delivered / f"hebei{ending}", "zh") for ending in READERS]
    for table in tables[1:]:
        assert [told.get("en") for told in differences(tables[0], table)] == []
    assert [check.message.get("en") for check in verify_build(delivered) if not check.passed] == []
    with sqlite3.connect(delivered / "hebei.gpkg") as package:
        stored = dict(package.execute("SELECT indicator, value FROM rates WHERE unit_code = 'hebei'"))
    assert set(OWN) <= set(stored)
    assert stored["own_area"] == pytest.approx(box_km2(0.5), rel=1e-9)


def test_the_parts_add_up(delivered):
    rows = json.loads((delivered / "hebei_rates.json").read_text("utf-8"))["rates"]
    values = {(row["indicator"], row["unit_code"]): row["value"] for row in rows}
    for name in ("own_area", "own_length", "own_count", "own_sites", "own_change"):
        parts = sum(values.get((name, code)) or 0.0 for code in (WEST_COUNTY, EAST_COUNTY))
        assert parts == pytest.approx(values[name, ZONE], rel=1e-9), name
