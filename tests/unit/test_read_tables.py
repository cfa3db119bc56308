"""Tables with coordinates: CSV, XLSX, land-parcel text."""

from datetime import time, timedelta

import pytest
import shapely
import xlsxwriter
from office import write_book
from openpyxl.styles import Font
from told import decided, kinds

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
def test_a_table_is_read_whatever_its_delimiter_and_encoding(tmp_path, delimiter, encoding):
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
def test_cells_with_geometries_become_features(tmp_path, cell):
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
def test_numbers_and_angles_are_read_as_coordinates(words, degrees):
    assert _number(words) == degrees


@pytest.mark.parametrize("text", ["", "\n\n", "name,value\n甲,1\n", "只有一列\n1\n"])
def test_tables_without_coordinates_are_refused(tmp_path, text):
    with pytest.raises(InputError) as error:
        read_layer(csv_file(tmp_path, text))
    assert error.value.message.key in {"read.no_coordinates", "read.empty_file"}


def test_the_sheet_with_coordinates_is_found(tmp_path):
    path = write_book(
        tmp_path / "a.xlsx",
        {"说明": [["本表…"]], "站点": [["站点名录"], [], ["名称", "经度", "纬度"], ["甲", 116, 39]]},
    )
    layer = read_layer(path)
    assert points(layer) == [(116.0, 39.0)]
    assert layer.data["name"].tolist() == ["甲"]


def test_several_sheets_with_coordinates_are_not_chosen_between(tmp_path):
    rows = [["名称", "经度", "纬度"], ["甲", 116, 39]]
    path = write_book(tmp_path / "a.xlsx", {"一": rows, "二": rows})
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.several_layers"
    assert len(read_layer(path, layer="二").data) == 1
    with pytest.raises(InputError) as error:
        read_layer(path, layer="三")
    assert error.value.message.key == "read.no_such_layer"


def test_a_workbook_without_coordinates_or_damaged_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(write_book(tmp_path / "a.xlsx", {"一": [["名称"], ["甲"]]}))
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


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nname;lon;lat\na;117.3;40.05\n",
        "name;lon;lat\na;117,3;40,05\n",
        "name\tlon\tlat\na\t117,3\t40,05\n",
        "站点名录\nname,lon,lat\na,117.3,40.05\n",
        "站点名录,,\n单位：度,,\nname,lon,lat\na,117.3,40.05\n",
        "站点名录,站点名录,站点名录\nname,lon,lat\na,117.3,40.05\n",
        "name,lon,lat\n,°,°\na,117.3,40.05\n",
        "name,lon,lat,area\n,度,度,km2\na,117.3,40.05,1\n",
        "name，lon，lat\na，117.3，40.05\n",
        "name,lon,lat\na,117.3°E,N40.05°\n",
        'name,经纬度\na,"117.3,40.05"\n',
        'name,坐标\na,"北纬40°3′，东经117°18′"\n',
        "名称,坐标,\n,经度,纬度\na,117.3,40.05\n",
        "名称,经度,,,纬度,,\n,度,分,秒,度,分,秒\na,117,18,0,40,3,0\n",
        "name,经度,纬度\na,1171800,400300\n",
        "name,lon,lat\na,40.05N,117.3E\n",
        "name,X（纵坐标）,Y（横坐标）\na,40.05,117.3\n",
    ],
)
def test_tables_as_offices_write_them(tmp_path, text):
    assert points(read_layer(csv_file(tmp_path, text))) == [(117.3, 40.05)]


def test_formats_may_change_from_row_to_row_and_a_row_that_says_nothing_is_named(tmp_path):
    rows = [
        "117.2083°E,40.05",
        "E117.2083,N40°3′",
        "117 12 29.88,40 03 00",
        "东经117度12分29.88秒,40-03-00",
        "117°72′,40",
    ]
    text = "lon,lat\n" + "\n".join(rows) + "\n"
    layer = read_layer(csv_file(tmp_path, text))
    assert points(layer) == [(117.2083, 40.05)] * 4
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["4"]


def test_metres_with_separators_of_thousands_are_read(tmp_path):
    layer = read_layer(csv_file(tmp_path, 'name,x,y\na,"39,517,000.5","4,333,000.25"\n'))
    other = read_layer(csv_file(tmp_path, "name;x;y\na;39.517.000,5;4.333.000,25\n", name="b.csv"))
    assert points(layer) == points(other)
    assert "EPSG:4527" in decided(layer, "crs")


@pytest.mark.parametrize("system", ["gcj02", "GCJ-02"])
def test_a_pair_that_is_headed_as_shifted_is_converted_and_said(tmp_path, system):
    text = f"name,lng_{system},lat_{system}\na,116.403963,39.915119\n"
    layer = read_layer(csv_file(tmp_path, text))
    [(longitude, latitude)] = points(layer)
    assert (longitude, latitude) == pytest.approx((116.397719, 39.913715), abs=1e-5)
    assert kinds(layer) == {"datum_headed"}


def test_an_older_datum_in_a_heading_is_said(tmp_path):
    layer = read_layer(csv_file(tmp_path, "name,经度_西安80,纬度_西安80\na,117.2,39.9\n"))
    assert kinds(layer) == {"datum_unshifted"}
    layer = read_layer(csv_file(tmp_path, "name,Y_西安80,X_西安80\na,4333353.1,39516248.9\n", name="b.csv"))
    assert kinds(layer) == {"crs_inferred_zone_named", "datum_unshifted"}
    assert "EPSG:2363" in decided(layer, "crs")


def test_rivals_are_refused_and_the_user_chooses(tmp_path):
    path = csv_file(
        tmp_path, "name,lng,lat,lng_gcj02,lat_gcj02\na,116.397719,39.913715,116.403963,39.915119\n"
    )
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.columns_several"
    assert "lng_gcj02+lat_gcj02" in str(error.value)
    plain = read_layer(path, fields={"lon": "lng", "lat": "lat"})
    shifted = read_layer(path, fields={"lon": "lng_gcj02", "lat": "lat_gcj02"})
    assert points(plain) == [(116.397719, 39.913715)]
    assert points(shifted)[0] == pytest.approx(points(plain)[0], abs=1e-5)
    assert "lon" not in plain.data.columns
    twice = csv_file(tmp_path, "经度,纬度,经度,纬度\n117.1,39.1,117.2,39.2\n", name="b.csv")
    assert points(read_layer(twice, fields={"lon": "经度_3", "lat": "纬度_4"})) == [(117.2, 39.2)]


@pytest.mark.parametrize(
    ("fields", "key"),
    [({"lon": "lng"}, "read.half_a_pair"), ({"lon": "lng", "lat": "no"}, "read.no_such_field")],
)
def test_a_choice_that_names_half_or_nothing_is_refused(tmp_path, fields, key):
    with pytest.raises(InputError) as error:
        read_layer(csv_file(tmp_path, "name,lng,lat\na,117,39\n"), fields=fields)
    assert error.value.message.key == key


def test_columns_that_make_no_pair_are_named_in_the_refusal(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(csv_file(tmp_path, "河流,long,纬度\n甲,12.5,39.1\n"))
    assert error.value.message.params["columns"] == "long, 纬度"


def test_an_end_without_its_latitude_is_said(tmp_path):
    layer = read_layer(csv_file(tmp_path, "河流,起点经度,起点纬度,终点经度\n甲,117.1,39.1,117.2\n"))
    assert "columns_single" in kinds(layer)


def test_rows_at_zero_are_told(tmp_path):
    layer = read_layer(csv_file(tmp_path, "name,lon,lat\na,117.2,40\nb,0,0\nc,117.3,40.1\n"))
    assert kinds(layer) == {"at_zero", "crs_inferred_degrees"}
    assert layer.data.geometry.isna().tolist() == [False, True, False]


def test_angles_that_may_be_packed_are_said(tmp_path):
    rows = "".join(f"117.{place:02d}30,39.{place:02d}15\n" for place in range(10, 60, 10))
    assert "angles_maybe_packed" in kinds(read_layer(csv_file(tmp_path, f"lon,lat\n{rows}")))
    assert "angles_maybe_packed" not in kinds(
        read_layer(csv_file(tmp_path, f"lon,lat\n{rows}117.7012,39.1\n", name="b.csv"))
    )


def test_packed_angles_are_turned_to_degrees_and_said(tmp_path):
    layer = read_layer(csv_file(tmp_path, "lon,lat\n1171800,400300\n1171230,400300\n"))
    assert "angles_packed" in kinds(layer)


def test_turned_columns_are_said(tmp_path):
    assert "columns_turned" in kinds(read_layer(csv_file(tmp_path, "lon,lat\n40.05N,117.3E\n")))


def test_geometries_written_as_text_become_features(tmp_path):
    text = 'name,g\na,"{""type"":""Point"",""coordinates"":[117,39]}"\nb,"POLYGON((117 39,118 39,118 40))"\nc,POINT(117\n'
    layer = read_layer(csv_file(tmp_path, text))
    assert kinds(layer) == {"ring_closed", "crs_inferred_degrees", "record_broken", "records_broken"}
    assert [change.method for change in layer.changes] == ["ring_closed"]
    assert layer.data.geometry.geom_type.tolist() == ["Point", "Polygon"]


def test_a_table_without_heading_loses_no_row(tmp_path):
    text = 'a,"POLYGON((117 39,118 39,118 40,117 39))"\nb,"POLYGON((117 39,118 39,118 40,117 39))"\n'
    layer = read_layer(csv_file(tmp_path, text))
    assert layer.data["column_1"].tolist() == ["a", "b"]


@pytest.mark.parametrize("srid", [4548, 0])
def test_the_srid_of_a_geometry_states_the_crs(tmp_path, srid):
    box = shapely.box(517_000, 4_333_000, 527_000, 4_343_000)
    binary = shapely.to_wkb(shapely.set_srid(box, srid), hex=True, include_srid=True)
    path = csv_file(tmp_path, f"name,g\na,{binary}\n")
    if srid:
        assert decided(read_layer(path), "crs") == ["EPSG:4548"]
    else:
        with pytest.raises(InputError) as error:
            read_layer(path)
        assert error.value.message.key == "read.crs_no_zone"


def test_several_srids_are_refused(tmp_path):
    text = 'name,g\na,"SRID=4490;POINT(117 39)"\nb,"SRID=4548;POINT(517000 4333000)"\n'
    with pytest.raises(InputError) as error:
        read_layer(csv_file(tmp_path, text))
    assert error.value.message.key == "read.crs_stated_several"


def test_a_quote_without_partner_costs_no_row(tmp_path):
    layer = read_layer(csv_file(tmp_path, 'name,lon,lat\n"a,117.2,39.9\nb,117.3,39.8\nc,117.4,39.7\n'))
    assert len(layer.data) == 3
    assert "quote_stray" in kinds(layer)


def test_a_geometry_nested_too_deep_is_a_broken_row(tmp_path):
    deep = "GEOMETRYCOLLECTION(" * 3000 + "POINT(117 39)" + ")" * 3000
    layer = read_layer(csv_file(tmp_path, f'name,g\na,"{deep}"\nb,POINT(117 39)\n'))
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["0"]


def test_angles_that_a_workbook_took_for_times(tmp_path):
    rows = [["名称", "经度", "纬度"], ["甲", timedelta(hours=117, minutes=12, seconds=30), time(23, 54, 20)]]
    [(longitude, latitude)] = points(read_layer(write_book(tmp_path / "a.xlsx", {"一": rows})))
    assert (longitude, latitude) == pytest.approx(
        (117 + 12 / 60 + 30 / 3600, 23 + 54 / 60 + 20 / 3600), abs=1e-6
    )


def test_a_workbook_is_chosen_from_by_fields_too(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"一": [["名称", "a", "b"], ["甲", 117.1, 39.1]]})
    assert points(read_layer(path, fields={"lon": "a", "lat": "b"})) == [(117.1, 39.1)]
    with pytest.raises(InputError) as error:
        read_layer(path, fields={"lon": "a"})
    assert error.value.message.key == "read.half_a_pair"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("站点名录（1980西安坐标系）", {"datum_unshifted"}),
        ("坐标系：北京54", {"datum_unshifted"}),
        ("2000国家大地坐标系", set()),
        ("高德坐标", {"datum_headed"}),
        ("西安80年代站点", {"crs_inferred_degrees"}),
    ],
)
def test_a_title_may_state_the_system_of_the_coordinates(tmp_path, title, found):
    layer = read_layer(csv_file(tmp_path, f"{title}\nname,lon,lat\na,117.3,40.05\n"))
    assert kinds(layer) == found
    sheet = title.replace("：", "")[:20]
    path = write_book(tmp_path / "a.xlsx", {sheet: [["name", "lon", "lat"], ["a", 117.3, 40.05]]})
    assert kinds(read_layer(path)) == found


def test_digits_that_a_spreadsheet_left_out_are_said(tmp_path):
    layer = read_layer(
        csv_file(
            tmp_path, "name,x,y\na,3.9517E+07,4.333E+06\nb,39517000,4333000\nc,3.9517000E+07,4.333000E+06\n"
        )
    )
    assert [finding.feature for finding in layer.findings if finding.kind == "coordinates_rounded"] == ["0"]


@pytest.mark.parametrize(
    ("row", "word"),
    [("9,合计", "合计"), (",平均值", "平均值"), ("9,Total", "Total"), ("9,唐山市,小计", "小计"), ("9,全市合计", "全市合计"), ("最大值", "最大值"), ("9,共3个", "共3个")],
)  # fmt: skip
def test_a_row_of_totals_with_coordinates_is_no_feature_and_told(tmp_path, row, word):
    rows = [["序号", "点位", "指标", "经度", "纬度"], ["1", "A", "平均", "116.1", "39.1"], ["2", "B", "平均", "116.2", "39.2"]]  # fmt: skip
    cells = [*row.split(","), "", ""]
    rows.append([*cells[:3], "116.15", "39.15"])
    layer = read_layer(csv_file(tmp_path, "\n".join(map(",".join, rows))))
    assert layer.data["点位"].tolist() == ["A", "B"]
    [finding] = [one for one in layer.findings if one.kind == "row_total"]
    assert finding.message.params["word"] == word


def test_points_that_are_named_after_a_sum_are_features(tmp_path):
    path = csv_file(tmp_path, "点位,指标,经度,纬度\n总和乡,平均,116.1,39.1\n平均湖,total,116.2,39.2\n")
    assert len(read_layer(path).data) == 2


def test_rows_that_are_struck_through_are_read_and_told(tmp_path):
    def change(book):
        book.active["A3"].font = Font(strike=True)

    rows = [["点位", "经度", "纬度"], ["A", 116.1, 39.1], ["B", 116.2, 39.2]]
    layer = read_layer(write_book(tmp_path / "a.xlsx", {"点位": rows}, change=change))
    assert len(layer.data) == 2
    assert "rows_struck" in {one.kind for one in layer.findings}


def test_cells_that_are_struck_through_in_part_or_have_a_comment_are_told(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("点位")
        for number, row in enumerate([["点位", "经度", "纬度"], ["A", 116.1, 39.1], ["B", 116.2, 39.2]]):
            sheet.write_row(number, 0, row)
        sheet.write_rich_string("A3", "B", book.add_format({"font_strikeout": True}), "旧")
        sheet.write_comment("B2", "坐标待核")
    found = {one.kind: one for one in read_layer(path).findings}
    assert found["cells_part_struck"].message.params["row"] == 3
    assert found["cells_commented"].message.params["comment"] == "坐标待核"


@pytest.mark.parametrize(
    ("point", "told"), [("116.1,39.2", False), ("116.12,39.19", False), ("117.1,39.2", True), (",", False)]
)
def test_coordinates_beside_a_geometry_that_lie_elsewhere_are_told(tmp_path, point, told):
    path = csv_file(
        tmp_path, f"点位,经度,纬度,wkt\nA,{point},POINT(116.1 39.2)\nB,116.3,39.3,POINT(116.3 39.3)\n"
    )
    layer = read_layer(path)
    assert (layer.data.geometry.x[0], layer.data.geometry.y[0]) == (116.1, 39.2)
    assert ("columns_beside" in {one.kind for one in layer.findings}) is told


def test_cells_that_show_nothing_are_told(tmp_path):
    rows = [["点位", "经度", "纬度"], ["A", 116.1, 39.1], ["B", 116.2, 39.2]]
    book = write_book(tmp_path / "a.xlsx", {"点位": rows}, formats={(3, 1): ";;;", (3, 2): "0.0;;"})
    found = {one.kind: one for one in read_layer(book).findings}
    assert found["cells_unseen"].message.params["count"] == 1
