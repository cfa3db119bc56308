"""The embedded layers: clean, complete, honest about their origin, and what their declarations say."""

import re
import tomllib

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from geozone.catalog import load_catalog
from geozone.files import shipped
from geozone.model import Basis
from geozone.overlay.plane import area_km2, length_km, to_plane
from geozone.seeds import load_phrases

LAYERS = shipped("layers")
DATA = LAYERS / "data"
VECTORS = sorted(DATA.glob("*.gpkg"))
RASTERS = sorted(DATA.glob("*.tif"))
TABLES = [(path, layer) for path in VECTORS for layer in pyogrio.list_layers(path)[:, 0]]
TOLD = ["name", "name_en", "source", "licence", "basis", "accuracy_m", "vintage"]
PHRASED = ["source", "published_note"]
IDS = {
    "boundary",
    "coastline",
    "rivers",
    "lakes",
    "dem",
    "barrier",
    "bays",
    "redline",
    "places",
    "administrative_seats",
    "map_names",
    "open_water",
    "sea_surface",
}
COUNTY_ZONES = {
    "bth": ("110000", "120000", "130000"),
    "yrd": ("310000", "320000", "330000", "340000"),
}
GBA_CITIES = ("440100", "440300", "440400", "440600", "440700", "441200", "441300", "441900", "442000")
YANGTZE = [
    "310000",
    "320000",
    "340000",
    "360000",
    "420000",
    "430000",
    "500000",
    "510000",
    "530000",
    "540000",
    "630000",
]
YELLOW = ["140000", "150000", "370000", "410000", "510000", "610000", "620000", "630000", "640000"]
LAKES = ["白洋淀", "密云水库", "官厅水库", "于桥水库", "太湖", "巢湖", "洪泽湖", "淀山湖", "千岛湖"]
RIVERS = ["永定河", "子牙河", "潮白河", "北运河", "滦河", "海河", "长江", "淮河", "新安江", "太浦河"]


def read(name, layer):
    return pyogrio.read_dataframe(DATA / name, layer=layer)


def read_all(pattern, layer):
    tables = [pyogrio.read_dataframe(path, layer=layer) for path in sorted(DATA.glob(pattern))]
    return {row.name: row for table in tables for row in table.itertuples()}


@pytest.fixture(scope="module")
def units():
    levels = ("county", "city", "province")
    tables = {level: read("boundary.gpkg", level) for level in levels}
    # planar areas in the equal-area plane, as the overlay computes them
    return {
        level: table.assign(km2=shapely.area(to_plane(table.geometry.array, table.crs)) / 1e6)
        for level, table in tables.items()
    }


def test_the_data_stays_within_its_budget():
    sizes = [path.stat().st_size for path in DATA.iterdir()]
    assert sum(sizes) <= 12e6
    assert max(sizes) <= 4e6


@pytest.mark.parametrize(("path", "layer"), TABLES, ids=lambda value: getattr(value, "stem", value))
def test_every_feature_is_valid_and_tells_its_origin(path, layer):
    table = pyogrio.read_dataframe(path, layer=layer)
    assert len(table) > 0
    assert table.crs.to_epsg() == 4490
    assert table[TOLD].notna().all(axis=None)
    assert (table[[column for column in TOLD if column != "accuracy_m"]] != "").all(axis=None)
    assert (table.accuracy_m > 0).all()
    assert set(table.basis) <= {basis.value for basis in Basis} - {"official"}
    assert table.geometry.is_valid.all()
    assert not table.geometry.is_empty.any()
    assert len(set(table.geom_type)) == 1
    coordinates = shapely.get_coordinates(table.geometry.array)
    assert np.abs(coordinates - np.round(coordinates, 6)).max() < 1e-9


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_file_holds_one_licence(path):
    licences = {
        licence for layer in pyogrio.list_layers(path)[:, 0] for licence in read(path.name, layer).licence
    }
    assert len(licences) == 1


def test_every_file_is_named_in_the_licences():
    text = (LAYERS / "LICENSES.md").read_text("utf-8")
    for path in [*VECTORS, *RASTERS]:
        assert f"`{re.sub('dem_.*', 'dem_*.tif', path.name)}`" in text


def test_the_declarations_agree_with_the_data():
    catalog = load_catalog()
    assert set(catalog) == IDS
    used = set()
    for spec in catalog.values():
        for entry in spec.sources:
            assert entry.path.is_file()
            used.add(entry.path.name)
            if entry.layer is not None:
                assert entry.layer in pyogrio.list_layers(entry.path)[:, 0]
                table = pyogrio.read_dataframe(entry.path, layer=entry.layer, read_geometry=False)
                assert set(entry.fields.values()) <= set(table.columns)
                for licence in set(table.licence):
                    assert licence.split(" (")[0].split(";")[0] in spec.licence
        for text in (spec.title, spec.source, spec.accuracy, spec.note):
            assert text is not None
            assert text.zh
            assert text.en
        for colour in (spec.style.fill, spec.style.stroke):
            assert colour is None or re.fullmatch("#[0-9a-f]{6}", colour)
    assert used == {path.name for path in [*VECTORS, *RASTERS]}


def test_the_template_is_a_declaration():
    table = tomllib.loads((LAYERS / "template.toml").read_text("utf-8"))
    declared = tomllib.loads((LAYERS / "rivers.toml").read_text("utf-8"))
    assert set(declared) <= set(table)


@pytest.mark.parametrize("level", ["county", "city", "province"])
def test_the_units_of_a_level_are_one_coverage(units, level):
    assert shapely.coverage_is_valid(units[level].geometry.array)


def test_no_code_stands_at_two_levels(units):
    codes = pd.concat([table.code for table in units.values()])
    assert not codes.duplicated().any()


def test_the_finest_units_of_all_zones_are_one_coverage(units):
    """Counties, cities without counties and provinces without either leave no gap and no overlap."""
    county, city, province = units["county"], units["city"], units["province"]
    cities = city[~city.code.isin(county.city_code)]
    provinces = province[~province.code.isin({*county.province_code, *city.province_code})]
    finest = pd.concat([county, cities, provinces])
    assert shapely.coverage_is_valid(finest.geometry.array)
    whole = province.km2.sum() + city[city.province_code == "440000"].km2.sum()
    assert finest.km2.sum() == pytest.approx(whole, rel=1e-9)


def test_counties_and_cities_add_up_to_their_province(units):
    province = units["province"].set_index("code").km2
    counties = units["county"].groupby("province_code").km2.sum()
    cities = units["city"].groupby("province_code").km2.sum()
    for codes in COUNTY_ZONES.values():
        assert counties[list(codes)].to_numpy() == pytest.approx(province[list(codes)].to_numpy(), rel=1e-9)
    assert counties["810000"] == pytest.approx(province["810000"], rel=1e-9)
    divided = [code for code in province.index if code in cities.index]
    assert set(province.index) - set(divided) == {"110000", "120000", "310000", "500000", "810000", "820000"}
    assert cities[divided].to_numpy() == pytest.approx(province[divided].to_numpy(), rel=1e-9)


def test_counties_add_up_to_their_city(units):
    parts = units["county"][units["county"].city_code != ""].groupby("city_code").km2.sum()
    city = units["city"].set_index("code").km2
    assert len(parts) == 11 + 13 + 11 + 16 + 7
    for code, km2 in parts.items():
        assert km2 == pytest.approx(city[code], rel=1e-9)


def test_every_unit_has_its_parent(units):
    above = {
        "county": {*units["city"].code, *units["province"].code},
        "city": {*units["province"].code, "440000"},
    }
    for level, parents in above.items():
        assert set(units[level].parent) <= parents
        assert (units[level].level == level).all()
    assert set(units["county"][units["county"].province_code == "110000"].parent) == {"110000"}
    for table in units.values():
        assert table.code.str.fullmatch(r"\d{6}").all()
        assert table.name_en.str.fullmatch(r"[A-Za-zü' ]+").all()


def test_the_zones_have_their_members(units):
    counties = units["county"]
    for codes in COUNTY_ZONES.values():
        assert set(codes) <= set(counties.province_code)
    assert {*GBA_CITIES} <= set(units["city"].code)
    assert {*GBA_CITIES} - set(counties.city_code) == {"441900", "442000"}
    assert {*YANGTZE, *YELLOW} <= set(units["province"].code)
    assert {*YANGTZE, *YELLOW} - set(units["city"].province_code) == {"310000", "500000"}
    names = dict(zip(counties.code, counties.name_en, strict=True))
    assert names["130304"] == "Beidaihe"
    assert names["341522"] == "Huoqiu"
    assert dict(zip(units["city"].code, units["city"].name_en, strict=True))["341500"] == "Lu'an"


def test_the_named_waters_are_there():
    lakes = read_all("lakes_*.gpkg", "lakes")
    rivers = read_all("rivers_*.gpkg", "rivers")
    assert set(LAKES) <= set(lakes)
    assert {lake.geometry.geom_type for lake in lakes.values()} == {"MultiPolygon"}
    for lake in lakes.values():
        measured = area_km2([lake.geometry], "EPSG:4490")[0]
        near = bool(
            {*lake.province_codes.split(",")} & {code for codes in COUNTY_ZONES.values() for code in codes}
        )
        assert (0.4 if near else 0.8) < measured / lake.published_km2 < (1.6 if near else 1.25)
    assert set(RIVERS) <= set(rivers)
    assert sum("京杭大运河" in name for name in rivers) == 3
    assert {river.geometry.geom_type for river in rivers.values()} == {"MultiLineString"}
    assert {river.basis for river in rivers.values()} == {"public", "schematic"}
    assert rivers["太浦河"].basis == lakes["白洋淀"].basis == "schematic"
    assert rivers["永定河"].province_codes == "110000,120000,130000"


def test_shores_belong_to_coastal_counties_only():
    shores = read("coastline_osm.gpkg", "coastline")
    assert set(shores.kind) == {"mainland", "island"}
    assert not set(shores.province_codes) & {"110000", "340000"}
    km = length_km(shores.geometry.array, shores.crs)
    assert (km > 0).all()
    # the frame that the land was cut with is no shore: no straight piece is longer than the longest breakwater
    for line in shapely.get_parts(shores.geometry.array):
        steps = np.diff(shapely.get_coordinates(line), axis=0)
        framed = (np.abs(steps).min(axis=1) < 1e-9) & (np.abs(steps).max(axis=1) > 0.1)
        assert not framed.any()


def test_working_units_are_marked_and_disjoint():
    bays = read("bays_osm.gpkg", "bays")
    units = bays[bays.kind == "working_unit"]
    assert set(units.basis) == {"working"}
    assert set(bays[bays.kind == "natural_bay"].basis) == {"derived"}
    assert "渤海湾" in set(bays.name)
    assert not units.code.duplicated().any()
    assert not set(units.province_codes) & {"110000", "340000"}
    once = area_km2([shapely.union_all(units.geometry.array)], units.crs)[0]
    assert area_km2(units.geometry.array, units.crs).sum() == pytest.approx(once, rel=1e-9)
    assert (units.shore_km >= 1).all()


def test_the_parts_of_the_barrier_share_no_ground():
    barrier = read("barrier.gpkg", "barrier")
    assert set(barrier.part) == {"taihang", "yanshan", "west_anhui", "south_anhui_zhejiang"}
    assert set(barrier.basis) == {"derived"}
    ground = shapely.union_all(barrier.geometry.array)
    assert area_km2(barrier.geometry.array, barrier.crs).sum() == pytest.approx(
        area_km2([ground], barrier.crs)[0], rel=1e-6
    )


def test_the_accuracy_of_the_barrier_is_that_of_the_table_of_its_rule():
    table = (
        (DATA.parent.parent / "docs" / "layers.md").read_text("utf-8").partition("<!-- sensitivity -->")[2]
    )
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.partition("<!-- end -->")[0].splitlines()
    ]
    moved = [cell for row in rows if row[0] == "relief" and len(row) == 8 for cell in (row[3], row[6])]
    other = {
        row[0]: row[3]
        for row in rows
        if len(row) == 5 and row[2] == "relief" and row[0] in {"kapos", "slope"}
    }
    said = load_catalog()["barrier"].accuracy.zh
    ends = [f(moved, key=lambda cell: float(cell.rstrip("%"))) for f in (min, max)]
    for figure in [*ends, *other.values()]:
        assert figure in said
    assert len(moved) == 18


def test_the_red_line_screening_never_passes_for_the_statutory_line():
    spec = load_catalog()["redline"]
    assert spec.basis is Basis.DERIVED
    assert "推算" in spec.title.zh
    assert "非法定" in spec.title.zh
    assert "screening" in spec.title.en.lower()
    assert spec.note is not None
    assert "statutory" in spec.note.en
    for path in sorted(DATA.glob("redline*.gpkg")):
        assert "screening" in path.name
        table = read(path.name, "redline")
        assert table.name.str.contains("红线筛查，非法定").all()
        assert table.name_en.str.contains("screening, not the statutory red line").all()
        assert set(table.basis) <= {"derived", "schematic"}


@pytest.mark.parametrize("path", RASTERS, ids=lambda path: path.stem)
def test_the_elevation_is_a_cloud_optimised_geotiff(path):
    with rasterio.open(path) as source:
        assert source.crs.to_epsg() == 4490
        assert source.dtypes == ("int16",)
        assert source.nodata == -999
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        coarse = path.stem in {"dem_yangtze", "dem_yellow"}
        assert source.res == pytest.approx((1 / 20, 1 / 20) if coarse else (1 / 120, 1 / 120))
        cells = source.read(1, masked=True)
    assert -200 < cells.min() < 10
    low, high = (5500, 7000) if coarse else (900, 3200)
    assert low < cells.max() < high


@pytest.mark.parametrize(("zone", "codes"), [("yangtze", YANGTZE), ("yellow", YELLOW)])
def test_the_coarse_elevation_ends_with_the_provinces_and_covers_them(zone, codes):
    provinces = read("boundary.gpkg", "province")
    ground = shapely.union_all(provinces.geometry.array[provinces.code.isin(codes)])
    shapely.prepare(ground)
    with rasterio.open(DATA / f"dem_{zone}.tif") as source:
        known = source.read(1) != source.nodata
        rows, columns = np.nonzero(known)
        x, y = source.transform * (columns + 0.5, rows + 0.5)
    assert shapely.contains_xy(ground, x, y).all()
    assert known.sum() * (1 / 20) ** 2 == pytest.approx(ground.area, rel=0.01)


def test_lakes_of_the_wide_zones_stand_in_every_province_that_has_large_ones():
    lakes = read_all("lakes_*.gpkg", "lakes")
    held = {code for lake in lakes.values() for code in lake.province_codes.split(",")}
    assert {
        "360000",
        "420000",
        "430000",
        "510000",
        "530000",
        "540000",
        "630000",
        "620000",
        "370000",
        "150000",
    } <= held
    assert not {"洞庭湖", "丹江口水库", "南四湖", "乌梁素海"} & set(lakes)
    screened = read_all("redline_screening_lakes_*.gpkg", "redline")
    assert not any("青海湖" in name or "鄱阳湖" in name for name in screened)


def test_every_layer_goes_into_the_wheel():
    declared = tomllib.loads((LAYERS.parent / "pyproject.toml").read_text("utf-8"))
    shipped_files = declared["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    layers = {path.name for path in LAYERS.glob("*.toml")} - {"template.toml"}
    assert {f"layers/{name}" for name in layers} == {one for one in shipped_files if one.endswith(".toml")}


def test_every_prefecture_of_the_county_zones_has_its_seat_in_it(units):
    seats = read("seats_geonames.gpkg", "seats")
    assert seats.code.is_unique
    for level, least in (("province", 1.0), ("city", 1.0), ("county", 0.45)):
        table = units[level]
        table = table[table.province_code.isin([code for zone in COUNTY_ZONES.values() for code in zone])]
        own = table.merge(seats.drop(columns=["name", "name_en"]), on="code", suffixes=("", "_seat"))
        assert len(own) >= least * len(table)
        assert shapely.within(own.geometry_seat.array, own.geometry.array).all()
    assert set(seats["rank"]) == {1, 2, 3}


def test_the_sea_holds_its_names_and_no_land_but_a_strip_of_the_zone(units):
    seas = read("names_seas.gpkg", "names")
    land = shapely.union_all(units["province"].geometry.array)
    named = set()
    for zone in pyogrio.list_layers(DATA / "sea_tianditu.gpkg")[:, 0]:
        sea = read("sea_tianditu.gpkg", zone).geometry.iloc[0]
        named |= set(seas.name[shapely.within(seas.geometry.array, sea)])
        inland = shapely.intersection(sea, shapely.buffer(land, -0.05))
        assert area_km2([inland], seas.crs)[0] < 10
    assert named == set(seas.name)


def test_the_yangtze_is_water_and_lakes_are_not_told_twice():
    water = read("water_osm.gpkg", "yrd").geometry.iloc[0]
    river = read_all("rivers_*.gpkg", "rivers")
    reaches = [river[name].geometry for name in ("长江", "长江（扬州以下）")]
    delta = read("boundary.gpkg", "province").set_index("code").loc[["320000", "340000"]].geometry.array
    course = shapely.intersection(shapely.union_all(reaches), shapely.union_all(delta))
    wet = length_km([shapely.intersection(course, shapely.buffer(water, 0.025))], "EPSG:4490")[0]
    assert wet > 0.9 * length_km([course], "EPSG:4490")[0]
    lakes = shapely.union_all([lake.geometry for lake in read_all("lakes_*.gpkg", "lakes").values()])
    assert area_km2([shapely.intersection(water, lakes)], "EPSG:4490")[0] < 30


def test_what_the_data_say_in_words_is_said_in_both_languages():
    """Every phrase of a layer stands in seeds/phrases.toml, and nothing else does."""
    held = set()
    for path, layer in TABLES:
        data = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
        for name in set(PHRASED) & set(data.columns):
            held |= set(data[name].dropna()) - {""}
    registers = {
        source
        for path in (LAYERS / "registers").glob("*.csv")
        for source in pd.read_csv(path).get("source", [])
    }
    phrases = load_phrases()
    assert held <= phrases.keys()
    assert phrases.keys() <= held | registers
    for phrase in phrases.values():
        assert phrase.zh != phrase.en
