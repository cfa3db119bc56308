"""Deliveries with planted faults: each is found under the code of its rule, and nothing else is."""

import json
from collections import Counter

import delivery_samples as samples
import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geozone import cli
from geozone.checks import check
from geozone.model import Layer
from geozone.standards.checking import check_delivery, checks
from geozone.standards.declared import load_standard, standard_ids
from geozone.standards.delivery import Delivery, Table, as_texts
from geozone.standards.keys import CHECKS
from geozone.standards.reading import read_deliveries

DELIVERIES = {
    "planning": samples.planning_delivery,
    "redline": samples.redline_delivery,
    "survey": samples.survey_delivery,
}
MILLIMETRE = 0.001
WEST, SOUTH = samples.WEST, samples.SOUTH


def delivery_of(layers, name=samples.PLANNING, tolerances=None):
    """Return a delivery that was read, without a file."""
    tables = [
        Table(layer, Layer(layer, data.to_crs(4490), crs=pyproj.CRS(data.crs)), (tolerances or {}).get(layer))
        for layer, data in layers.items()
    ]
    return Delivery(name, tables)


def codes(standard, layers, **options):
    return Counter(
        finding.rule for finding in check_delivery(load_standard(standard), delivery_of(layers, **options))
    )


def put(layer, row, **values):
    """Return a fault: values of one feature."""

    def plant(layers):
        data = layers[layer]
        for name, value in values.items():
            if name != "geometry":
                data[name] = (
                    data[name].astype(object) if isinstance(value, str) or value is None else data[name]
                )
            data.loc[row, name] = value

    return plant


def scale(layer, field, factor, row=None):
    def plant(layers):
        data = layers[layer]
        rows = data.index if row is None else [row]
        data.loc[rows, field] = data.loc[rows, field] * factor

    return plant


def move_edge(layer, row, metres, side="east"):
    """Return a fault: one edge of a square lies elsewhere."""

    def plant(layers):
        west, south, east, north = layers[layer].geometry[row].bounds
        moved = {"west": west, "east": east} | {side: {"west": west, "east": east}[side] + metres}
        layers[layer].loc[row, "geometry"] = shapely.box(moved["west"], south, moved["east"], north)

    return plant


def drop(layer, field=None):
    def plant(layers):
        if field is None:
            del layers[layer]
        else:
            layers[layer] = layers[layer].drop(columns=field)

    return plant


def rename(old, new):
    def plant(layers):
        layers[new] = layers.pop(old)

    return plant


def to(system, *names):
    def plant(layers):
        for name in names or list(layers):
            layers[name] = layers[name].to_crs(system)

    return plant


def add_field(layer, field, value):
    def plant(layers):
        layers[layer][field] = value

    return plant


def empty(layer):
    def plant(layers):
        layers[layer] = layers[layer].iloc[:0]

    return plant


def as_text(layer, field):
    def plant(layers):
        layers[layer][field] = layers[layer][field].map("{:.2f}".format)

    return plant


def copy_row(layer, row, **values):
    def plant(layers):
        data = layers[layer]
        again = data.loc[[row]].assign(**values)
        layers[layer] = gpd.GeoDataFrame(pd.concat([data, again], ignore_index=True), crs=data.crs)

    return plant


def retraced(layer, row):
    """Return a fault: the outline runs into the area and back on itself."""

    def plant(layers):
        west, south, east, north = layers[layer].geometry[row].bounds
        middle = (south + north) / 2
        ring = [(west, south), (east, south), (east, middle), ((west + east) / 2, middle), (east, middle),
                (east, north), (west, north)]  # fmt: skip
        layers[layer].loc[row, "geometry"] = shapely.Polygon(ring)

    return plant


def joined(layer, row, other):
    """Return a fault: two features that do not touch are one."""

    def plant(layers):
        data = layers[layer]
        both = shapely.MultiPolygon([data.geometry[row], data.geometry[other]])
        for name in ("TBMJ", "KCMJ", "TBDLMJ"):
            data.loc[row, name] = round(data.loc[row, name] + data.loc[other, name], 2)
        data.loc[[row], "geometry"] = gpd.GeoSeries([both], index=[row], crs=data.crs)
        layers[layer] = data.drop(index=other)

    return plant


def several(*faults):
    def plant(layers):
        for fault in faults:
            fault(layers)

    return plant


def another_village(layers):
    """Give a village of the survey a code of another county, and its parcels with it."""
    layers["CJDCQ"].loc[0, "ZLDWDM"] = "130399100201"
    parcels = layers["DLTB"]
    parcels.loc[:7, "ZLDWDM"] = "1303991002010000000"


FAULTS = {
    "planning": {
        "a layer is missing": (drop("CZKFBJ"), "GH102"),
        "a layer has another name": (rename("STBHHX", "红线最终版2"), "GH103"),
        "a layer is not asked for": (lambda layers: layers.update(DL=samples.frame({"MC": ["a"]}, [samples.square(90, 90)])), "GH104"),
        "a layer is empty": (empty("CZKFBJ"), "GH105"),
        "a feature is a line": (put("YJJBNT", 2, geometry=shapely.LineString([(WEST, SOUTH - 900), (WEST + 9, SOUTH - 900)])), "GH106"),
        "all layers are in WGS 84": (to(4326), "GH107"),
        "one layer is in another zone": (to(4527, "CZKFBJ"), "GH108"),
        "a field is missing": (drop("STBHHX", "LHLX"), "GH201"),
        "a field is misspelt, and another": (several(add_field("YJJBNT", "MJJ", 1.0)), "GH202"),
        "an area is text": (as_text("CZKFBJ", "MJ"), "GH203"),
        "an identifier is too long": (put("STBHHX", 1, BSM="1" * 19), "GH204"),
        "a name is empty": (put("STBHHX", 1, XJXZQMC=None), "GH205"),
        "an identifier stands twice": (put("YJJBNT", 1, BSM=f"{samples.COUNTY}1{0:011d}"), "GH206"),
        "a county code has five digits": (put("STBHHX", 4, XJXZQDM="13032"), "GH207"),
        "a feature code has letters": (put("CZKFBJ", 0, YSDM="20900100A0"), "GH208"),
        "a county has two names": (put("STBHHX", 0, XJXZQMC="昌梨县"), "GH209"),
        "an area is negative": (scale("YJJBNT", "MJ", -1, row=3), "GH301"),
        "an area is zero": (scale("YJJBNT", "MJ", 0, row=3), "GH301"),
        "an area is in km²": (scale("STBHHX", "MJ", 1e-6, row=2), "GH302"),
        "all areas are in km²": (scale("STBHHX", "MJ", 1e-6), "GH302"),
        "an area is a fifth too large": (scale("CZKFBJ", "MJ", 1.2, row=5), "GH303"),
        "an outline runs back on itself": (retraced("STBHHX", 3), "GH401"),
        "a feature has no geometry": (put("STBHHX", 3, geometry=None), "GH401"),
        "a feature is there twice": (copy_row("YJJBNT", 5, BSM="130322999999999999"), "GH402"),
        "two features overlap by 2 mm": (move_edge("STBHHX", 2, 2 * MILLIMETRE), "GH403"),
        "two control lines overlap": (put("CZKFBJ", 5, geometry=samples.square(5, 4, 500.0)), "GH404"),
    },
    "redline": {
        "the month is 13": (put("STBHHX", 2, SLSJ="20231301"), "HX208"),
        "the date has seven digits": (put("STBHHX", 2, SLSJ="2023121"), "HX208"),
        "the date is of the last century but one": (put("STBHHX", 2, SLSJ="18231201"), "HX208"),
        "an area is in m²": (scale("STBHHX", "QYMJ", 1e6, row=1), "HX302"),
        "all areas are in m²": (scale("STBHHX", "QYMJ", 1e6), "HX302"),
        "all areas are in mu": (scale("STBHHX", "QYMJ", 1500), "HX302"),
        "an area is negative": (scale("STBHHX", "QYMJ", -1, row=1), "HX301"),
        "a field of the other dialect": (lambda layers: layers.update(STBHHX=layers["STBHHX"].rename(columns={"XJXZQHDM": "XJXZQDM"})), "HX201 HX202"),
    },
    "survey": {
        "the layer of villages is missing": (drop("CJDCQ"), "DC101"),
        "a number is text": (as_text("CJDCQ", "JSMJ"), "DC203"),
        "a land class is not on the list": (put("DLTB", 3, DLBM="0199"), "DC209"),
        "a land class has another's name": (put("DLTB", 3, DLMC="水田"), "DC210"),
        "an ownership is not on the list": (put("DLTB", 3, QSXZ="99"), "DC211"),
        "a share is above one": (put("DLTB", 3, KCXS=1.2), "DC212"),
        "the month is 13": (put("DLTB", 3, BGRQ="20231301"), "DC213"),
        "a parcel lies in a village that is not there": (put("DLTB", 3, ZLDWDM="1303221009990000000"), "DC214"),
        "a village lies in another county": (another_village, "DC215"),
        "a township's code has eight digits": (put("XZQ", 0, XZQDM="13032210"), "DC207"),
        "a village code has nine digits": (put("DLTB", 3, ZLDWDM="130322100"), "DC208"),
        "a parcel's area is negative": (scale("DLTB", "TBMJ", -1, row=3), "DC301"),
        "a parcel's area is in mu": (several(scale("DLTB", "TBMJ", 1 / 666.6666666666667, row=3), put("DLTB", 3, KCMJ=np.nan)), "DC302"),
        "a computed area is a tenth too small": (scale("CJDCQ", "JSMJ", 0.9, row=1), "DC303"),
        "a village is more than its parcels": (several(put("CJDCQ", 0, DCMJ=81000.0), put("XZQ", 0, DCMJ=161000.0)), "DC304"),
        "the county is more than its villages": (put("XZQ", 1, DCMJ=170000.0), "DC305"),
        "a parcel is more than its parts": (scale("DLTB", "TBDLMJ", 0.9, row=3), "DC306"),
        "an outline runs back on itself": (retraced("DLTB", 12), "DC401"),
        "a parcel has two parts": (joined("DLTB", 0, 3), "DC402"),
        "two parcels overlap by 2 mm": (move_edge("DLTB", 4, 2 * MILLIMETRE), "DC404"),
        "two parcels part by 2 mm": (move_edge("DLTB", 4, -2 * MILLIMETRE), "DC405"),
        "a parcel reaches out by 2 mm": (move_edge("DLTB", 0, -2 * MILLIMETRE, side="west"), "DC406"),
    },
}  # fmt: skip
CASES = [
    pytest.param(standard, *fault, id=f"{standard}: {name}")
    for standard, faults in FAULTS.items()
    for name, fault in faults.items()
]


def test_there_are_more_than_25_faults():
    assert len(CASES) > 50
    assert len({code for faults in FAULTS.values() for _, code in faults.values()}) > 40


@pytest.mark.parametrize("standard", DELIVERIES)
def test_a_clean_delivery_has_no_finding(standard):
    assert codes(standard, DELIVERIES[standard]()) == {}


@pytest.mark.parametrize(("standard", "plant", "expected"), CASES)
def test_a_planted_fault_is_found_under_its_code_and_nothing_else_is(standard, plant, expected):
    layers = DELIVERIES[standard]()
    plant(layers)
    assert set(codes(standard, layers)) == set(expected.split())


def test_a_delivery_with_another_name_is_told():
    assert codes("planning", samples.planning_delivery(), name="最终版2") == {"GH101": 1}


def test_another_tolerance_is_told_and_half_of_one_is_no_overlap():
    layers = samples.survey_delivery()
    assert codes("survey", layers, tolerances={"DLTB": 0.01, "XZQ": 0.001}) == {"DC108": 1}
    for metres in (0.5 * MILLIMETRE, -0.5 * MILLIMETRE):
        layers = samples.survey_delivery()
        move_edge("DLTB", 4, metres)(layers)
        assert codes("survey", layers) == {}


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_faults_that_do_not_concern_each_other_are_found_together(data):
    """Any few of the faults that change values of different features give the codes of each."""
    chosen = data.draw(st.lists(st.sampled_from(sorted(SINGLE)), min_size=2, max_size=4, unique=True))
    layers = samples.survey_delivery()
    expected = set()
    for row, code in enumerate(chosen, start=16):
        put("DLTB", row, **SINGLE[code])(layers)
        expected.add(code)
    assert set(codes("survey", layers)) == expected


SINGLE = {
    "DC204": {"TBBH": "123456789"},
    "DC205": {"ZLDWMC": None},
    "DC209": {"DLBM": "0199"},
    "DC211": {"QSXZ": "99"},
    "DC212": {"KCXS": -0.5},
    "DC213": {"BGRQ": "20230230"},
    "DC214": {"ZLDWDM": "130322100999"},
}


@settings(max_examples=8, deadline=None)
@given(
    st.floats(-30_000, 30_000),
    st.floats(-300_000, 300_000),
    st.sampled_from(["planning", "redline", "survey"]),
)
def test_a_clean_delivery_has_no_finding_wherever_it_lies(east, north, standard):
    assert (
        codes(standard, drawn_anew(DELIVERIES[standard](), lambda shapes: shapes.translate(east, north)))
        == {}
    )


@pytest.mark.parametrize("write", [samples.write_geodatabase, samples.write_folder])
def test_long_edges_askew_with_vertices_on_one_side_only_are_no_gaps_and_no_overlaps(tmp_path, write):
    """Edges of 16 km are straight in the file and curved on the ellipsoid, by metres; the villages' vertices lie on them."""
    layers = drawn_anew(
        samples.survey_delivery(),
        lambda shapes: shapes.scale(20, 20, origin=(WEST, SOUTH)).rotate(33, origin=(WEST, SOUTH)),
    )
    path = write(layers, tmp_path / ("a.gdb" if write is samples.write_geodatabase else "a"))
    [delivery] = read_deliveries(path, told=pytest.fail)
    assert check_delivery(load_standard("survey"), delivery) == []


def drawn_anew(layers, change):
    """Return layers whose shapes are changed, with the areas that they state then."""
    found = {}
    for name, data in layers.items():
        moved = change(data.geometry)
        drawn = np.array(samples.drawn_m2(moved.to_list()))
        area = {"MJ": drawn, "QYMJ": (drawn / 1e6).round(6), "JSMJ": drawn, "TBMJ": drawn}
        fields = {field: values for field, values in area.items() if field in data}
        found[name] = data.set_geometry(moved).assign(**fields)
    if "DLTB" in found:
        parcels, villages, townships = found["DLTB"], found["CJDCQ"], found["XZQ"]
        parcels["KCMJ"] = (parcels["TBMJ"] / 10).round(2)
        parcels["TBDLMJ"] = (parcels["TBMJ"] - parcels["KCMJ"]).round(2)
        villages["DCMJ"] = [parcels["TBMJ"][8 * row : 8 * row + 8].sum().round(2) for row in range(4)]
        townships["DCMJ"] = [villages["DCMJ"][2 * row : 2 * row + 2].sum().round(2) for row in range(2)]
    return found


def test_long_codes_of_whole_numbers_keep_every_digit():
    codes_ = pd.Series([130281123456789012, 130281123456789013])
    assert list(as_texts(codes_)) == ["130281123456789012", "130281123456789013"]


def test_every_check_is_used_by_a_standard_and_has_a_function():
    used = {rule.check for name in standard_ids() for rule in load_standard(name).rules}
    assert used == set(CHECKS) == set(checks())


def test_checking_changes_nothing():
    delivery = delivery_of(samples.survey_delivery())
    before = [table.data.to_json() for table in delivery.tables]
    check_delivery(load_standard("survey"), delivery)
    assert [table.data.to_json() for table in delivery.tables] == before


@pytest.fixture(scope="module")
def survey_file(tmp_path_factory):
    """Return a geodatabase of the survey with eight faults."""
    layers = samples.survey_delivery()
    for fault in (
        put("DLTB", 3, DLBM="0199"), put("DLTB", 5, QSXZ="99"), put("DLTB", 7, BGRQ="20231301"), put("DLTB", 9, KCXS=1.2),
        scale("DLTB", "TBMJ", -1, row=11), move_edge("DLTB", 20, 2 * MILLIMETRE), scale("CJDCQ", "JSMJ", 0.9, row=1),
    ):  # fmt: skip
        fault(layers)
    path = tmp_path_factory.mktemp("survey") / "survey.gdb"
    return samples.write_geodatabase(layers, path, {"XZQ": "0.01"})


EXPECTED = {"DC108", "DC209", "DC211", "DC212", "DC213", "DC301", "DC303", "DC404"}


def run(capsys, *arguments):
    try:
        cli.main([str(one) for one in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    out, err = capsys.readouterr()
    return code, out, err


def test_a_geodatabase_is_checked_from_the_command_line(capsys, survey_file, tmp_path):
    failing = tmp_path / "failing.gpkg"
    arguments = ("check", survey_file, "--standard", "survey", "--failing", failing)
    code, out, err = run(capsys, *arguments, "--json", "--lang", "en")
    assert code == 1
    found = [finding for report in json.loads(out) for finding in report["findings"]]
    assert {finding["code"] for finding in found} == EXPECTED
    assert len(found) == len(EXPECTED)
    assert {finding["certainty"] for finding in found} >= {"secondary", "read"}
    assert "second hand" in err
    table = gpd.read_file(failing, layer="findings")
    assert set(table["code"]) == EXPECTED
    areas = gpd.read_file(failing, layer="findings_areas")
    assert set(areas["code"]) == EXPECTED - {"DC108"}
    assert set(areas.geom_type) == {"MultiPolygon"}
    styles = gpd.read_file(failing, layer="layer_styles")
    assert {"findings", "findings_areas", "findings_places"} == set(styles["f_table_name"])
    code, out, _ = run(capsys, "check", survey_file, "--standard", "survey")
    assert code == 1
    assert "二手资料" in out
    assert all(one in out for one in EXPECTED)


@pytest.mark.parametrize("write", [samples.write_geodatabase, samples.write_package, samples.write_folder])
def test_a_clean_file_of_any_kind_has_no_finding(capsys, tmp_path, write):
    ending = {"write_geodatabase": ".gdb", "write_package": ".gpkg"}.get(write.__name__, "")
    path = write(samples.planning_delivery(), tmp_path / f"{samples.PLANNING}{ending}")
    code, out, err = run(capsys, "check", path, "--standard", "planning", "--json")
    assert [finding for report in json.loads(out) for finding in report["findings"]] == []
    assert code == 0
    assert "未发现问题" in err


def test_one_layer_is_checked_alone_and_what_was_not_held_is_told(capsys, survey_file):
    for arguments in ((f"{survey_file}:DLTB",), (survey_file, "--layer", "DLTB")):
        code, out, err = run(capsys, "check", *arguments, "--standard", "survey", "--json", "--lang", "en")
        assert code == 1
        found = {finding["code"] for report in json.loads(out) for finding in report["findings"]}
        assert found == EXPECTED - {"DC108", "DC303"}
        assert "DC101" in err
        assert "DC304" in err


def test_a_layer_that_cannot_be_read_is_not_called_missing(capsys, tmp_path):
    folder = samples.write_folder(samples.planning_delivery(), tmp_path / samples.PLANNING)
    (folder / "CZKFBJ.shp").write_bytes(b"\x00\x00\x27\x0a" + b"\x00" * 20)
    code, out, err = run(capsys, "check", folder, "--standard", "planning", "--json")
    assert code == 3
    assert "图层 CZKFBJ" in err
    assert "未发现问题" not in err
    assert "GH102" not in out


def test_findings_of_an_ordinary_check_are_written_as_layers_too(capsys, tmp_path):
    shapes = [
        shapely.Polygon([(116, 38), (117, 39), (117, 38), (116, 39)]),
        shapely.box(116, 38, 116.5, 38.5),
    ]
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs=4490).to_file(tmp_path / "a.gpkg")
    failing = tmp_path / "failing.gpkg"
    code, _, _ = run(capsys, "check", tmp_path / "a.gpkg", "--failing", failing)
    assert code == 1
    assert set(gpd.read_file(failing, layer="findings_areas")["code"]) == {"CK010"}
    [finding] = [
        one for one in check(Layer("a", gpd.read_file(tmp_path / "a.gpkg"))) if one.kind.startswith("ring")
    ]
    [place] = gpd.read_file(failing, layer="findings_places").geometry
    assert place.geoms[0].coords[0] == pytest.approx(finding.place)
    code, _, err = run(capsys, "check", tmp_path / "a.gpkg", "--failing", tmp_path / "a.shp", "--lang", "en")
    assert code == 2
    assert "GeoPackage" in err


def test_the_reader_tells_the_xy_tolerance_of_a_geodatabase(survey_file):
    [delivery] = read_deliveries(survey_file, told=pytest.fail)
    assert {table.name: table.xy_tolerance for table in delivery.tables} == {
        "XZQ": 0.01,
        "CJDCQ": 0.001,
        "DLTB": 0.001,
    }


def test_folders_with_layers_of_one_name_are_deliveries_of_their_own(tmp_path, capsys):
    """A city hands over a folder for each county; what is wrong in the second is told of it, and drawn where it lies."""
    whole = tmp_path / "city"
    whole.mkdir()
    faulty = samples.redline_delivery()
    faulty["STBHHX"].loc[2, "XJXZQHDM"] = "昌黎"
    faulty["STBHHX"] = faulty["STBHHX"].set_geometry(faulty["STBHHX"].translate(50_000))
    samples.write_folder(samples.redline_delivery(), whole / "east")
    samples.write_folder(faulty, whole / "west")
    failing = tmp_path / "failing.gpkg"
    options = ("--standard", "redline", "--failing", failing, "--json", "--lang", "en")
    _, out, err = run(capsys, "check", whole, *options)
    found = {report["file"]: {one["code"] for one in report["findings"]} for report in json.loads(out)}
    assert set(found) == {"city/east", "city/west"}
    assert found["city/west"] - found["city/east"] == {"HX207"}
    assert "layers of one name in 2 places" in err
    drawn = gpd.read_file(failing, layer="findings_areas")
    [row] = drawn[drawn["code"] == "HX207"].to_dict("records")
    assert (row["file"], row["layer"], row["feature"]) == ("city/west", "STBHHX", "2")
    expected = faulty["STBHHX"].to_crs(drawn.crs).geometry[2]
    assert row["geometry"].symmetric_difference(expected).area < 1e-6 * expected.area
