"""The synthetic example: the same bytes every time, readable as it is meant to be, and the truth in closed form."""

import csv
import os
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from hashlib import sha256
from itertools import combinations, pairwise

import numpy as np
import openpyxl
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from geozone.cli import main
from geozone.errors import UsageError
from geozone.example import UNANSWERED, ZONES, truth, write_example
from geozone.example.cells import Grid, cell_areas
from geozone.example.chance import TOP, drawn, fraction, pattern, shuffled
from geozone.example.declared import entries
from geozone.example.ellipsoid import cell_km2, line_km, polygon_km2
from geozone.example.features import self_touching
from geozone.example.ground import ground
from geozone.example.inputs import inputs
from geozone.example.patches import star
from geozone.manifest.indicators import load_indicators
from geozone.model import Comparator, Status
from geozone.seeds import zone_targets

MARK = "示例数据"
FRACTION = 0.05486073129750235  # of the words a and 1, on every machine
GEOD = pyproj.Geod(a=6378137.0, f=1 / 298.257222101)
NOT_QUALITATIVE = {"bth": 33, "hebei": 35, "yrd": 21}  # demands of the zone's own documents


@pytest.fixture(scope="module")
def folders(example_of):
    return {zone: example_of(zone) for zone in ZONES}


@pytest.fixture(scope="module")
def truths():
    return {zone: truth(zone) for zone in ZONES}


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def project(folder):
    return tomllib.loads((folder / "project.toml").read_text("utf-8"))


def rows_of(folder, path, sheet=None):
    """Return the rows of a sheet or of a GBK table as lists."""
    if path.endswith(".csv"):
        return list(csv.reader((folder / path).read_text("gbk").splitlines()))
    book = openpyxl.load_workbook(folder / path)
    return [list(row) for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True)]


def test_another_process_of_another_place_and_hour_writes_the_same_bytes(folders, tmp_path):
    """Neither the hour, the language, the folder nor the order of sets decides a byte."""
    again = tmp_path / "somewhere else" / "示例"
    surroundings = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "geozone", "example", str(again), "--zone", "yrd"]
    done = subprocess.run(command, env=surroundings, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip().endswith("project.toml")
    assert MARK in done.stderr
    assert digests(again) == digests(folders["yrd"])


def test_making_everything_afresh_gives_the_same_bytes(folders, tmp_path):
    inputs.cache_clear()
    ground.cache_clear()
    write_example(tmp_path / "hebei", "hebei")
    assert digests(tmp_path / "hebei") == digests(folders["hebei"])


def test_the_zones_differ(folders):
    red_lines = {digests(folder)["生态保护红线/生态保护红线2023.zip"] for folder in folders.values()}
    assert len(red_lines) == len(ZONES)


def test_nothing_that_stands_in_a_folder_is_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError) as error:
        write_example(tmp_path, "bth")
    assert str(tmp_path) in error.value.text.en
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_zone_is_wrong_usage(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["example", str(tmp_path / "new"), "--zone", "gba"])
    assert stopped.value.code == 2
    assert "hebei" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("zone", ZONES)
def test_a_folder_is_of_moderate_size(folders, zone):
    assert sum(path.stat().st_size for path in folders[zone].rglob("*")) < 25e6


@pytest.mark.parametrize("zone", ZONES)
def test_the_project_names_files_that_are_there_and_says_that_they_are_synthetic(folders, zone):
    declared = project(folders[zone])
    assert declared["zone"] == zone
    assert MARK in declared["title"]
    files = set()
    for kind in ("layer", "register", "figures"):
        for entry in declared[kind]:
            assert (folders[zone] / entry["path"]).exists(), entry["path"]
            assert (entry["basis"], MARK in entry["source"]) == ("synthetic", True)
            files.add(entry["path"])
    assert all(MARK in entry["title"] for entry in declared["layer"])
    written = {path.split("/", 1)[0] for path in digests(folders[zone])} - {"project.toml", "README.md"}
    assert written == {path.split("/", 1)[0] for path in files}
    [own] = declared["indicator"]
    assert {own["layer"], *own["within"]} <= {entry.get("id", entry["role"]) for entry in declared["layer"]}


@pytest.mark.parametrize("zone", ZONES)
def test_every_vector_file_is_read_by_gdal_alone(folders, zone):
    for made, entry in zip(inputs(zone).layers, project(folders[zone])["layer"], strict=False):
        path = folders[zone] / entry["path"]
        if path.suffix in {".xlsx", ".csv"}:
            continue
        source = f"/vsizip/{path}" if path.suffix == ".zip" else path
        read = pyogrio.read_dataframe(
            source, layer=entry.get("layer"), encoding="gbk" if path.suffix == ".zip" else None
        )
        assert len(read) == len(made.features), path
        assert set(entry["fields"].values()) <= set(read.columns), path
        assert list(read.columns[:-1]) == list(made.entry["columns"])
        assert read.columns[-1] == "geometry"
        assert (read.crs is None) == (path.suffix == ".zip"), path
        if made.crs == "EPSG:4490":
            assert read.crs.to_epsg() == 4490
            shapes = shapely.normalize(read.geometry.to_numpy())
            expected = (
                shapely.normalize(shapely.multipolygons([[one.geometry] for one in made.features]))
                if path.suffix in {".gpkg", ".gdb"}
                else None
            )
            assert expected is None or shapely.equals_exact(shapes, expected, 1e-9).all(), path


@pytest.mark.parametrize("zone", ZONES)
def test_the_red_line_has_no_crs_and_no_code_page_file_but_a_zone_number(folders, zone):
    for name in ("生态保护红线2023", "生态保护红线2018"):
        path = folders[zone] / f"生态保护红线/{name}.zip"
        endings = {name.rpartition(".")[2] for name in zipfile.ZipFile(path).namelist()}
        assert endings == {"shp", "shx", "dbf"}
        read = pyogrio.read_dataframe(f"/vsizip/{path}", encoding="gbk")
        number = 40 if zone == "yrd" else 39
        points = shapely.get_coordinates(read.geometry.to_numpy())
        inside = (points[:, 0] > number * 1e6 + 1e5) & (points[:, 0] < number * 1e6 + 9e5)
        assert inside.all()
        assert (points == np.round(points)).all()
        assert set(read["LHLX"]) <= {"水源涵养", "水土保持", "生物多样性维护", "防风固沙"}


@pytest.mark.parametrize("zone", ZONES)
def test_every_raster_is_read_by_rasterio_alone(folders, zone):
    for raster in inputs(zone).rasters:
        with rasterio.open(folders[zone] / raster.entry["file"]) as source:
            assert source.crs.to_epsg() == 4490
            assert source.nodata == raster.entry["nodata"]
            assert MARK in source.tags()["TIFFTAG_IMAGEDESCRIPTION"]
            assert (source.read(1) == raster.cells).all()
            west, south, east, north = ground(zone).union(one.code for one in ground(zone).counties).bounds
            assert source.bounds.left < west < east < source.bounds.right
            assert source.bounds.bottom < south < north < source.bounds.top


@pytest.mark.parametrize("zone", ZONES)
def test_every_workbook_says_in_its_title_that_it_is_synthetic(folders, zone):
    for path in folders[zone].rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            assert MARK in sheet["A1"].value, path
            assert any(str(cells).startswith("A1:") for cells in sheet.merged_cells.ranges), path


def test_heads_are_merged_over_two_rows_and_coordinates_are_in_degrees_minutes_and_seconds(folders):
    rows = rows_of(folders["bth"], "监测点位/国控断面.xlsx")
    assert rows[1][4:8] == ["断面位置", None, "2025年监测结果", "备注"]
    assert rows[2][4:8] == ["经度", "纬度", "水质类别", None]
    assert {"Ⅲ", "劣Ⅴ", "—"} <= {row[6] for row in rows[3:]}
    for row, feature in zip(rows[3:], inputs("bth").vintages("control_unit")[0].features, strict=True):
        for cell, degrees in zip(row[4:6], (feature.geometry.x, feature.geometry.y), strict=True):
            whole, minutes, seconds = (float(part) for part in cell.rstrip("″").replace("°", "′").split("′"))
            assert whole + minutes / 60 + seconds / 3600 == pytest.approx(degrees, abs=1e-9)


# --- what is wrong on purpose ------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_every_mistake_is_in_the_files_and_in_the_readme(folders, zone):
    readme = (folders[zone] / "README.md").read_text("utf-8")
    assert readme.index("故意留下的错误") < readme.index("What is wrong on purpose")
    told = {entry["id"]: entry for entry in entries("mistake", zone)}
    used = {
        name
        for kind in ("layer", "raster", "register")
        for entry in entries(kind, zone)
        for name in entry.get("wrong", ())
    }
    assert used <= set(told)
    for name in used:
        assert told[name]["what"]["zh"] in readme
        assert told[name]["told"]["en"] in readme
    read = pyogrio.read_dataframe(
        f"/vsizip/{folders[zone]}/生态保护红线/生态保护红线2023.zip", encoding="gbk"
    )
    [broken] = read.index[~read.geometry.is_valid]
    assert Counter(read.geometry.to_wkb()).most_common(1)[0][1] == 2
    assert (read["XJXZQDM"].fillna("") == "").sum() == 1
    mended = shapely.make_valid(read.geometry[broken])
    assert mended.area == pytest.approx(abs(signed(read.geometry[broken])), rel=1e-12)


def signed(polygon):
    x, y = (shapely.get_coordinates(polygon) - shapely.get_coordinates(polygon)[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2


@pytest.mark.parametrize("zone", ZONES)
def test_the_bay_register_has_the_usual_faults_and_the_truth_counts_without_them(folders, truths, zone):
    rows = rows_of(folders[zone], "名录/海湾名录.xlsx", "2026")
    words = Counter(str(row[6]) for row in rows[3:])
    items = inputs(zone).register("bay").items
    built = sum(item.status is Status.BUILT for item in items)
    repeated = inputs(zone).register("bay").repeated
    assert Counter(row[1] for row in rows[3:])[repeated.name] == 2
    assert words["已建成"] == built + 1 + (repeated.status is Status.BUILT)  # one lies in Liaoning
    assert words["建成（预计2027年）"] == 1
    assert [str(row[0])[:2] for row in rows[-3:]] == ["合计", "注：", "填表"]
    name = next(one for one in truths[zone] if one.indicator == "bay_completion" and one.unit_code == zone)
    assert name.low == pytest.approx(built / len(items))
    assert name.high == pytest.approx((built + words["待核"]) / len(items))


def test_figures_are_named_by_title_and_by_id_and_some_numbers_are_text(folders):
    rows = rows_of(folders["bth"], "统计指标.xlsx")
    assert rows[1] == ["行政区", "指标", "年份", "数值", "单位", "来源"]
    titles = {indicator.title.zh for indicator in load_indicators().values()}
    named = {row[1] for row in rows[2:]}
    assert named - titles == {"groundwater_quality"}
    assert "4,186,000" in {row[3] for row in rows[2:]}
    assert {row[0] for row in rows_of(folders["hebei"], "统计指标.xlsx")[2:]} == {"河北省"}


# --- the truth ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_every_demand_that_is_not_qualitative_has_a_truth(truths, zone):
    demands = [one for one in zone_targets(zone) if one.comparator is not Comparator.QUALITATIVE]
    assert sum(one.zone == zone for one in demands) == NOT_QUALITATIVE[zone]
    answered = {one.target_id for one in truths[zone] if one.target_id}
    assert {one.id for one in demands} - answered == set(UNANSWERED) & {one.id for one in demands}
    assert len(UNANSWERED) <= 4


@pytest.mark.parametrize("zone", ZONES)
def test_every_truth_is_a_value_or_a_narrow_band(truths, zone):
    indicators = load_indicators()
    for one in truths[zone]:
        assert one.low <= one.high
        assert (one.value is None) == (one.low != one.high)
        assert np.isfinite([one.low, one.high]).all()
        if one.indicator in indicators and indicators[one.indicator].share:
            assert 0 <= one.low <= one.high <= 1
            assert one.high - one.low < 0.2
    doubtful = [one for one in truths[zone] if one.value is None and one.target_id]
    assert doubtful, "some demands must be answered by a band"


def test_every_demand_of_a_change_has_the_figure_that_it_starts_from():
    changes = {Comparator.INCREASE, Comparator.DECREASE, Comparator.STABLE}
    missing = []
    for zone in ZONES:
        for target in zone_targets(zone):
            indicator = load_indicators()[target.indicator]
            if target.comparator not in changes or indicator.measure.id == "change":
                continue
            scope = target.region_codes[0] if target.region_codes else zone
            years = {
                row.year
                for row in inputs(zone).figures
                if (row.indicator, row.scope) == (indicator.id, scope)
            }
            if target.base_year not in years and (target.base_year is not None or not years):
                missing.append(target.id)
    assert missing == []


def test_areas_lengths_and_cells_agree_with_geodesics():
    assert float(cell_km2(39, 40, 1.0)) * 1e6 == pytest.approx(9549520093.96, abs=0.02)
    box = shapely.box(116, 39, 116.5, 39.25)
    assert polygon_km2(box) == pytest.approx(float(cell_km2(39, 39.25, 0.5)), rel=1e-12)
    holed = shapely.Polygon(box.exterior, [shapely.box(116.1, 39.1, 116.2, 39.2).exterior.coords])
    assert polygon_km2(holed) == pytest.approx(polygon_km2(box) - float(cell_km2(39.1, 39.2, 0.1)), rel=1e-12)
    for county in ground("bth").counties[::40]:
        outline = star(county, 0.5, 0.9, "test").outline()
        fine = shapely.segmentize(outline, 0.001)
        area, length = GEOD.geometry_area_perimeter(fine)
        assert polygon_km2(fine) == pytest.approx(abs(area) / 1e6, rel=1e-7)
        assert line_km(shapely.get_coordinates(outline)) == pytest.approx(length / 1e3, rel=1e-8)
    assert line_km(np.array([[116.0, 39.0], [116.0, 40.0]])) == pytest.approx(
        GEOD.inv(116, 39, 116, 40)[2] / 1e3, rel=1e-9
    )


def test_cells_of_an_outline_add_up_to_its_area_and_whole_ones_are_whole():
    county = ground("hebei").counties[70]
    grid = Grid.around(county.outline.bounds, 50)
    areas = cell_areas(county.outline, grid)
    assert areas.sum() == pytest.approx(polygon_km2(county.outline), rel=1e-12)
    whole = areas[grid.rows // 2 - 1 : grid.rows // 2 + 1]
    assert (areas <= grid.row_km2()[:, None] * (1 + 1e-12)).all()
    assert whole.max() == pytest.approx(grid.row_km2()[grid.rows // 2 - 1], rel=1e-3)
    for row, column in [(grid.rows // 2, grid.columns // 2), (1, grid.columns // 2), (grid.rows // 3, 2)]:
        cell = shapely.box(
            grid.longitudes[column], grid.latitudes[row + 1], grid.longitudes[column + 1], grid.latitudes[row]
        )
        common = polygon_km2(shapely.intersection(county.outline, cell))
        assert areas[row, column] == pytest.approx(common, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("zone", ZONES)
def test_restoration_zones_share_no_ground(zone):
    areas = [feature.geometry for feature in inputs(zone).vintages("functional_zone")[0].features]
    common = [shapely.intersection(one, other).area for one, other in combinations(areas, 2)]
    assert max(common) < 1e-12


def test_patches_lie_in_their_county_and_smaller_ones_inside_larger_ones():
    for county in ground("yrd").counties[::25]:
        patch = star(county, 0.4, 0.8, "test", farthest=0.1, aside=True)
        assert county.outline.contains(patch.outline())
        assert patch.outline().is_valid
        assert patch.outline().contains(patch.outline(0.9))
        assert np.abs(shapely.get_coordinates(patch.outline()) - patch.centre).max() <= 0.1 + 1e-6


def test_a_ring_that_touches_itself_encloses_its_outline_less_the_triangle():
    angles = np.linspace(0, 2 * np.pi, 31)
    ring = np.round(np.column_stack([np.cos(angles), np.sin(angles)]) * 1000)
    ring[-1] = ring[0]
    touching = shapely.Polygon(self_touching(ring))
    assert not touching.is_valid
    corner, first, second = self_touching(ring)[len(ring) // 3 : len(ring) // 3 + 3]
    triangle = shapely.Polygon([corner, first, second])
    assert triangle.area > 0
    assert abs(signed(touching)) == pytest.approx(shapely.Polygon(ring).area - triangle.area, rel=1e-12)
    assert shapely.make_valid(touching).area == pytest.approx(abs(signed(touching)), rel=1e-12)


@pytest.mark.parametrize("zone", ZONES)
def test_the_stated_areas_of_the_red_line_add_up_to_the_truth(folders, truths, zone):
    read = pyogrio.read_dataframe(
        f"/vsizip/{folders[zone]}/生态保护红线/生态保护红线2023.zip", encoding="gbk"
    )
    once = read[read["XJXZQDM"].fillna("") != ""].drop_duplicates(["XJXZQDM", "MJ"])
    total = next(one for one in truths[zone] if one.indicator == "redline_area" and one.unit_code == zone)
    assert once["MJ"].sum() / 1e6 == pytest.approx(total.value, rel=1e-9)


@pytest.mark.parametrize("zone", ZONES)
def test_what_the_sheets_hold_gives_the_truth_by_counting(folders, truths, zone):
    by_name = {(one.indicator, one.unit_code): one for one in truths[zone] if not one.reported}
    rows = rows_of(folders[zone], "监测点位/国控断面.xlsx")[3:]
    grades = [row[6] for row in rows if row[3]]  # the one off the zone has no code
    good = by_name["good_water_share", zone]
    assert good.low == sum(grade in "ⅠⅡⅢ" for grade in grades) / len(grades)
    assert good.high == sum(grade in "ⅠⅡⅢ—" for grade in grades) / len(grades)
    cities = {}
    for row in rows_of(folders[zone], "监测点位/空气质量监测站.xlsx")[3:]:
        if row[5] != "—":
            cities.setdefault(row[2], []).append(row[5])
    means = [np.mean(values) for values in cities.values()]
    assert by_name["pm25_annual_mean", zone].value == pytest.approx(np.mean(means), rel=1e-12)


def test_a_band_of_the_corridor_is_what_lies_this_side_of_the_wide_gap(truths):
    parts = inputs("yrd").vintages("corridor")[0].features
    share = next(one for one in truths["yrd"] if one.indicator == "corridor_connectivity")
    before = sum(part.size for part in parts[:7])
    whole = sum(part.size for part in parts)
    assert share.value == pytest.approx(max(before, whole - before) / whole, rel=1e-12)
    gaps = [shapely.distance(one.geometry, other.geometry) for one, other in pairwise(parts)]
    assert sorted(np.array(gaps) > 0.02) == [False] * 8 + [True]
    zone = ground("yrd").union(county.code for county in ground("yrd").counties)
    assert all(zone.contains(part.geometry) for part in parts)


def test_gained_less_lost_is_the_change_of_the_red_line(truths):
    now, before = inputs("hebei").vintages("redline")
    change = next(
        one for one in truths["hebei"] if one.indicator == "redline_function" and one.unit_code == "hebei"
    )
    net = sum(one.size for one in now.counted) - sum(one.size for one in before.counted)
    assert change.value == pytest.approx(net, rel=1e-9)
    counties = [{one.county for one in layer.counted} for layer in (now, before)]
    assert counties[0] - counties[1]
    assert counties[1] - counties[0]


# --- chance ------------------------------------------------------------------------------------------------------


def test_chance_follows_from_words_alone():
    assert fraction("a", 1) == fraction("a", "1") == FRACTION
    assert fraction("a1") != FRACTION
    assert shuffled(["b", "a", "c"], 1) == shuffled(["c", "b", "a"], 1)
    counts = Counter(drawn(["x", "y"], [1, 3], number) for number in range(4000))
    assert 0.2 < counts["x"] / 4000 < 0.3


def test_a_pattern_is_whole_numbers_that_change_little_from_cell_to_cell():
    found = pattern(200, 300, [60, 20], 5)
    assert found.dtype == np.int64
    assert (found.shape, found.min() >= 0, found.max() <= TOP) == ((200, 300), True, True)
    assert np.abs(np.diff(found, axis=1)).max() < 60
    assert np.ptp(found) > 300
    assert (found == pattern(200, 300, [60, 20], 5)).all()
    assert (found != pattern(200, 300, [60, 20], 6)).any()
