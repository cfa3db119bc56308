"""Tables with coordinates: CSV, XLSX, land-parcel text."""

import openpyxl
import pytest
import shapely

from geozone.errors import InputError
from geozone.read import read_layer
from geozone.read.tables import _number


def csv_file(tmp_path, text, encoding="utf-8", name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def points(layer):
    return [(round(point.x, 6), round(point.y, 6)) for point in layer.data.geometry]


@pytest.mark.parametrize(
    "header",
    [
        "lon,lat",
        "lng,lat",
        "经度,纬度",
        "东经,北纬",
        "LONGITUDE,LATITUDE",
        "x,y",
        "经度（度）,纬度（度）",
        "POINT_X,POINT_Y",
    ],
)
def test_columns_of_longitude_and_latitude(tmp_path, header):
    layer = read_layer(csv_file(tmp_path, f"编号,{header}\n007,116.25,39.5\n008,117.5,40\n"))
    assert points(layer) == [(116.25, 39.5), (117.5, 40.0)]
    assert layer.data["编号"].tolist() == ["007", "008"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    text = (
        delimiter.join(["名称", "经度", "纬度"]) + "\n" + delimiter.join(["滏阳河", "115.5", "37.5"]) + "\n"
    )
    layer = read_layer(csv_file(tmp_path, text, encoding))
    assert layer.data["名称"].tolist() == ["滏阳河"]
    assert layer.data["name"].tolist() == ["滏阳河"]
    assert points(layer) == [(115.5, 37.5)]


@pytest.mark.parametrize(
    "cell",
    ['"POLYGON ((116 39, 117 39, 117 40, 116 39))"', '"SRID=4490;POLYGON ((116 39, 117 39, 117 40, 116 39))"',
     shapely.to_wkb(shapely.Polygon([(116, 39), (117, 39), (117, 40)]), hex=True),
     '"TRIANGLE Z ((116 39 0, 117 39 0, 117 40 0, 116 39 0))"'],
)  # fmt: skip
def test_cells_with_geometries(tmp_path, cell):
    layer = read_layer(csv_file(tmp_path, f"name,what\n甲,{cell}\n"))
    assert shapely.Polygon([(116, 39), (117, 39), (117, 40)]).equals(layer.data.geometry.iloc[0])


def test_projected_columns_northing_first_are_recognised(tmp_path):
    # in the survey's way X is the northing
    layer = read_layer(csv_file(tmp_path, "点号,X,Y\nJ1,4333353.086,39516248.873\n"))
    [(longitude, latitude)] = points(layer)
    assert 117.1 < longitude < 117.3
    assert 39.1 < latitude < 39.2
    assert {"crs_inferred_zone", "axes_swapped"} == {finding.kind for finding in layer.findings}


def test_rows_without_readable_coordinates_are_named(tmp_path):
    layer = read_layer(csv_file(tmp_path, "name,lon,lat\n甲,116,39\n乙,不详,39\n丙,117,40\n丁,,\n"))
    assert layer.data["name"].tolist() == ["甲", "丙", "丁"]
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["1"]
    assert layer.data.geometry.isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("words", "degrees"),
    [
        ("116.25", 116.25),
        ("116°15′00″", 116.25),
        ("116°15'0\"E", 116.25),
        ("东经116度15分", 116.25),
        ("W 116°15′", -116.25),
        ("1,234.5", 1234.5),
        ("不详", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_numbers_and_angles(words, degrees):
    assert _number(words) == degrees


@pytest.mark.parametrize("text", ["", "\n\n", "name,value\n甲,1\n", "只有一列\n1\n"])
def test_tables_without_coordinates_are_refused(tmp_path, text):
    with pytest.raises(InputError) as error:
        read_layer(csv_file(tmp_path, text))
    assert error.value.message.key in {"read.no_coordinates", "read.empty_file"}


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_the_sheet_with_coordinates_is_found(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        说明=[["本表…"]],
        站点=[["站点名录"], [], ["名称", "经度", "纬度"], ["甲", 116, 39]],
    )
    layer = read_layer(path)
    assert points(layer) == [(116.0, 39.0)]
    assert layer.data["name"].tolist() == ["甲"]


def test_several_sheets_with_coordinates_are_not_chosen_between(tmp_path):
    rows = [["名称", "经度", "纬度"], ["甲", 116, 39]]
    path = workbook(tmp_path / "a.xlsx", 一=rows, 二=rows)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.several_layers"
    assert len(read_layer(path, layer="二").data) == 1
    with pytest.raises(InputError) as error:
        read_layer(path, layer="三")
    assert error.value.message.key == "read.no_such_layer"


def test_a_workbook_without_coordinates_or_damaged_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(workbook(tmp_path / "a.xlsx", 一=[["名称"], ["甲"]]))
    assert error.value.message.key == "read.no_coordinates"
    path = tmp_path / "b.xlsx"
    path.write_bytes((tmp_path / "a.xlsx").read_bytes()[:-600])
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.unreadable"


HEADER = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=39\n[地块坐标]\n"
SHELL = "4,0.01,{0},地块{0},面,,耕地,,@\nJ1,1,4333000,39516000\nJ2,1,4333000,39516900\nJ3,1,4333900,39516900\nJ4,1,4333900,39516000\n"
CLOSE = "J1,1,4333000,39516000\n"
HOLE = "J5,2,4333300,39516300\nJ6,2,4333300,39516600\nJ7,2,4333600,39516600\nJ5,2,4333300,39516300\n"


def parcels(tmp_path, text, encoding="gb18030"):
    return read_layer(csv_file(tmp_path, text, encoding, "界址点.txt"))


@pytest.mark.parametrize("close", [CLOSE, ""])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_parcels_with_northing_first_and_holes(tmp_path, close, encoding):
    layer = parcels(tmp_path, HEADER + SHELL.format(1) + close + HOLE + SHELL.format(2) + close, encoding)
    assert layer.data["name"].tolist() == ["地块1", "地块2"]
    assert layer.findings == []
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == ["EPSG:4527"]
    with_hole, without = layer.data.to_crs(4527).geometry
    assert shapely.equals_exact(
        shapely.box(*without.bounds), shapely.box(39516000, 4333000, 39516900, 4333900), tolerance=0.01
    )
    assert len(with_hole.interiors) == 1


def test_a_second_ring_outside_is_a_second_part(tmp_path):
    other = "J5,2,4335300,39516300\nJ6,2,4335300,39516600\nJ7,2,4335600,39516600\n"
    layer = parcels(tmp_path, HEADER + SHELL.format(1) + other)
    assert layer.data.geometry.iloc[0].geom_type == "MultiPolygon"


def test_a_line_that_is_no_point_costs_its_parcel_only(tmp_path):
    layer = parcels(tmp_path, HEADER + SHELL.format(1) + "J9,1,abc,39516000\n" + SHELL.format(2))
    assert layer.data["name"].tolist() == ["地块2"]
    assert {finding.kind for finding in layer.findings} == {"parcel_line", "record_broken", "records_broken"}


@pytest.mark.parametrize(
    ("datum", "belt", "zone", "code"),
    [
        ("1980西安坐标系", 3, 39, "EPSG:2363"),
        ("北京54", 6, 20, "EPSG:21420"),
        ("CGCS2000", 6, 20, "EPSG:4498"),
    ],
)
def test_the_header_names_datum_belt_and_zone(tmp_path, datum, belt, zone, code):
    header = f"[属性描述]\n坐标系={datum}\n几度分带={belt}\n带号={zone}\n[地块坐标]\n"
    layer = parcels(tmp_path, header + SHELL.format(1).replace("39516", f"{zone}516"))
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == [code]


@pytest.mark.parametrize(
    "header",
    [
        "[地块坐标]\n",
        "[属性描述]\n坐标系=独立坐标系\n几度分带=3\n带号=39\n[地块坐标]\n",
        "[属性描述]\n坐标系=2000\n几度分带=3\n带号=20\n[地块坐标]\n",
    ],
)
def test_a_header_that_says_too_little_leaves_it_to_the_coordinates(tmp_path, header):
    layer = parcels(tmp_path, header + SHELL.format(1))
    assert {finding.kind for finding in layer.findings} == {"parcel_header", "crs_inferred_zone"}


def test_a_text_without_parcels_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        parcels(tmp_path, HEADER)
    assert error.value.message.key == "read.no_parcels"
