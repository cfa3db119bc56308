"""Small files made to break a reader: each ends as a sentence, in a time and a memory that are in proportion to it."""

import json
import time

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geozone.checks import check
from geozone.checks.findings import stops
from geozone.errors import InputError
from geozone.model import Severity
from geozone.read import gdal, read_layer
from geozone.read.formats import Format
from geozone.read.headings import read_heading
from geozone.read.notes import Notes
from geozone.read.safety import LIMITS
from geozone.read.source import Source
from geozone.registers.files import read_grids
from geozone.registers.words import measured_heading, unit_factor


def drawing(blocks, insert):
    head = ["  0", "SECTION", "  2", "HEADER", "  9", "$ACADVER", "  1", "AC1015", "  0", "ENDSEC"]
    body = [
        "  0",
        "SECTION",
        "  2",
        "BLOCKS",
        *blocks,
        "  0",
        "ENDSEC",
        "  0",
        "SECTION",
        "  2",
        "ENTITIES",
        *insert,
    ]
    return "\n".join([*head, *body, "  0", "ENDSEC", "  0", "EOF", ""])


def block(name, *parts):
    begin = ["  0", "BLOCK", "  8", "0", "  2", name, " 10", "0", " 20", "0"]
    return [*begin, *(word for part in parts for word in part), "  0", "ENDBLK"]


def insert(name, *more):
    return ["  0", "INSERT", "  8", "0", "  2", name, " 10", "0", " 20", "0", *more]


LINE = ["  0", "LINE", "  8", "0", " 10", "116", " 20", "39", " 11", "117", " 21", "40"]


def laughs():
    blocks = block("B0", LINE)
    for depth in range(1, 9):
        blocks += block(f"B{depth}", *[insert(f"B{depth - 1}")] * 20)
    return drawing(blocks, insert("B8"))


def grid():
    return drawing(block("B", LINE), insert("B", " 70", "30000", " 71", "30000", " 44", "1", " 45", "1"))


@pytest.mark.parametrize("made", [laughs, grid])
def test_a_drawing_that_unfolds_beyond_measure_is_refused(tmp_path, made):
    (tmp_path / "a.dxf").write_text(made())
    with pytest.raises(InputError, match="unfold into"):
        read_layer(tmp_path / "a.dxf")


@pytest.mark.parametrize("inner", ["B", "C"])
def test_a_block_that_holds_itself_is_read_as_far_as_it_goes(tmp_path, inner):
    blocks = block("B", LINE, insert(inner)) + block("C", insert("B"))
    (tmp_path / "a.dxf").write_text(drawing(blocks, insert("B")))
    assert len(read_layer(tmp_path / "a.dxf").data)


def test_equal_rows_without_number_are_not_unfolded(tmp_path):
    shape = pa.array([shapely.box(116, 39, 117, 40).wkb], pa.binary())
    equal = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_500_000, np.int32)), shape)
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    table = pa.table({"geometry": equal}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    with pytest.raises(InputError, match="1500000 features, more than the limit of 1000000"):
        read_layer(tmp_path / "a.parquet")


def test_a_table_of_other_tables_is_refused(tmp_path):
    words = '!table\n!version 300\n!charset Neutral\n\nDefinition Table\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    Table Char (50) ;\n'
    (tmp_path / "a.tab").write_text(words + 'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n')
    with pytest.raises(InputError, match="refers to other files"):
        read_layer(tmp_path / "a.tab")


def test_a_cell_of_any_length_is_not_taken_for_a_heading(tmp_path):
    began = time.perf_counter()
    assert read_heading("x" * 5_000_000) is None
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize("kind", ["wkt", "wkb"])
def test_a_geometry_nested_without_end_costs_itself_only(tmp_path, kind):
    depth = 20_000
    collection = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"
    deep = {
        "wkt": '"' + "GEOMETRYCOLLECTION(" * depth + "POINT(116 39)" + ")" * depth + '"',
        "wkb": (collection * depth + shapely.Point(116, 39).wkb).hex(),
    }[kind]
    sound = {"wkt": '"POINT(116 39)"', "wkb": shapely.Point(116, 39).wkb_hex}[kind]
    (tmp_path / "a.csv").write_text(f"name,{kind}\na,{deep}\nb,{sound}\n")
    layer = read_layer(tmp_path / "a.csv")
    assert len(layer.data) == 1
    assert any(finding.kind == "records_broken" for finding in layer.findings)


@pytest.mark.parametrize(("zeros", "severity"), [(1, Severity.WARNING), (512, Severity.ERROR)])
def test_zero_bytes_of_a_text_are_told(tmp_path, zeros, severity):
    rows = "".join(f"p{number},116.{number},39\n" for number in range(200))  # beyond what tells the format
    path = tmp_path / "a.csv"
    place = len(rows) // 2
    path.write_text("name,lon,lat\n" + rows[:place] + "\x00" * zeros + rows[place + zeros :])
    found = {finding.kind: finding.severity for finding in read_layer(path).findings}
    assert found["zero_bytes"] is severity
    assert [finding.kind for grid in read_grids(path) for finding in grid.findings] == ["zero_bytes"]


def test_text_that_is_in_no_encoding_does_not_stop_a_geopackage(tmp_path):
    path = tmp_path / "a.gpkg"
    names = ["甲乙丙丁" * 4, "戊己庚辛" * 4]
    frame = gpd.GeoDataFrame({"code": names}, geometry=[shapely.box(116, 39, 117, 40)] * 2, crs="EPSG:4490")
    frame.to_file(path)
    raw = path.read_bytes()
    place = raw.index("戊己".encode())
    path.write_bytes(raw[:place] + b"\xff\xfe" + raw[place + 2 :])
    layer = read_layer(path)
    assert len(layer.data) == 2
    assert any(finding.kind == "text_lost" for finding in layer.findings)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_geometry_that_counts_fewer_parts_than_it_holds_is_told(tmp_path, ending):
    """A count that lost a bit leaves rings or parts behind the geometry, which a library passes over."""
    squares = shapely.MultiPolygon([shapely.box(116, 39, 117, 40), shapely.box(118, 39, 119, 40)])
    sound = squares.wkb
    lost = {
        "part": sound[:5] + b"\x01" + sound[6:],
        "rings": shapely.box(116, 39, 117, 40).wkb[:5] + bytes(4) + shapely.box(116, 39, 117, 40).wkb[9:],
    }
    padded = sound + bytes(40)  # fills up a field of fixed length
    placed = shapely.to_wkb(shapely.set_srid(squares, 4490), include_srid=True)
    values = {"sound": sound, "padded": padded, "placed": placed, **lost}
    path = tmp_path / f"a.{ending}"
    if ending == "csv":
        path.write_text("name,wkb\n" + "".join(f"{name},{raw.hex()}\n" for name, raw in values.items()))
    else:
        pq.write_table(pa.table({"name": list(values), "wkb": list(values.values())}), path)
    layer = read_layer(path)
    assert layer.data["name"].tolist() == ["sound", "padded", "placed"]
    assert layer.data.geometry.geom_equals(squares).all()
    assert [f.message.params["count"] for f in layer.findings if f.kind == "records_broken"] == [2]


def test_a_heading_that_has_taken_in_the_first_row_is_told(tmp_path):
    rows = ["lon,lat,name", "116,39,a", "117,40,b", "118,41,c"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows))
    assert not [finding.kind for finding in read_layer(path).findings if finding.kind == "heading_wider"]
    path.write_text(rows[0] + "\n".join(rows[1:]))  # the line break behind the heading is lost
    layer = read_layer(path)
    assert len(layer.data) == 2
    assert "heading_wider" in {finding.kind for finding in layer.findings}


@pytest.mark.parametrize("place", [(0, 0), (1, 1)])
def test_a_cell_longer_than_any_is_refused_with_row_and_column(tmp_path, place):
    rows = [["海湾名称", "状态"], ["甲湾", "已建成"]]
    rows[place[0]][place[1]] = "x" * (LIMITS.cell_characters + 1)
    path = tmp_path / "r.csv"
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    with pytest.raises(InputError, match=rf"row {place[0] + 1}, column #{place[1] + 1} has 32768 characters"):
        read_grids(path)
    rows[place[0]][place[1]] = "x" * LIMITS.cell_characters
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    [grid] = read_grids(path)
    assert grid.rows == rows


def test_the_outlines_in_a_register_may_be_long_and_are_told(tmp_path):
    outline = shapely.Point(117, 40).buffer(1, quad_segs=1000)
    path = tmp_path / "r.csv"
    path.write_text(f'海湾名称,状态,wkt,wkb\n甲湾,已建成,"{outline.wkt}",{outline.wkb_hex}\n', "utf-8")
    [grid] = read_grids(path)
    assert grid.rows[1] == ["甲湾", "已建成", "", ""]
    [finding] = grid.findings
    assert (finding.kind, finding.severity) == ("outlines_unread", Severity.NOTE)
    assert finding.message.text.en.startswith("Column #3、#4 has 2 cells")


def test_a_word_of_many_multiples_is_no_unit():
    assert unit_factor("万亩") == pytest.approx(1e4 * 2 / 3000)
    assert unit_factor("万" * 5000 + "亩") is None


def test_a_long_heading_is_looked_at_once():
    assert measured_heading("面积/hm²") == ("面积", "hm2")
    assert measured_heading("面积" + "x" * 20_000 + "/hm²") is None


def test_a_placemark_of_too_many_fields_is_refused_before_it_is_read(tmp_path):
    head = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    point = "<Point><coordinates>117,40</coordinates></Point>"

    def write(count, names):
        data = "".join(f"<Data name='k{number % names}'><value>1</value></Data>" for number in range(count))
        folder = f"<Placemark><ExtendedData>{data}</ExtendedData>{point}</Placemark>"
        (tmp_path / "a.kml").write_text(f"{head}{folder}</Document></kml>")

    write(LIMITS.columns + 1, LIMITS.columns + 1)
    with pytest.raises(InputError, match=f"{LIMITS.columns + 1} columns, more than the limit"):
        gdal.layers_of(Source(tmp_path / "a.kml", tmp_path / "a.kml", Format.KML, None, tmp_path), Notes("a"))
    write(LIMITS.columns + 1, 10)
    assert len(read_layer(tmp_path / "a.kml").data) == 1


@pytest.mark.parametrize("kind", ["rings", "parts"])
def test_rings_that_lie_over_one_another_without_number_are_named_and_left_out(tmp_path, kind):
    ring = "(117 40, 117.1 40, 117 40.1, 117 40)"
    count = 4000
    words = {
        "rings": f"POLYGON({', '.join([ring] * count)})",
        "parts": f"MULTIPOLYGON({', '.join([f'({ring})'] * count)})",
    }[kind]
    (tmp_path / "a.csv").write_text(f'name,wkt\na,"{words}"\nb,"POLYGON({ring})"\n')
    layer = read_layer(tmp_path / "a.csv")
    assert list(layer.data.geometry.isna()) == [True, False]
    [finding] = [finding for finding in layer.findings if finding.kind == "edges_crowded"]
    assert (finding.feature, finding.severity) == ("0", Severity.ERROR)
    assert stops(finding)


@pytest.mark.parametrize("kind", ["holes", "parts"])
def test_many_rings_beside_one_another_are_read(tmp_path, kind):
    side = 100
    squares = shapely.box(
        *np.indices((side, side)).reshape(2, -1) / 100 + 116,
        *np.indices((side, side)).reshape(2, -1) / 100 + 116.004,
    )
    geometry = (
        shapely.MultiPolygon(list(squares))
        if kind == "parts"
        else shapely.Polygon(
            shapely.box(115.9, 115.9, 117.1, 117.1).exterior, [part.exterior for part in squares]
        )
    )
    geometry = shapely.transform(geometry, lambda points: points - [0, 80])
    (tmp_path / "a.csv").write_text(f'name,wkt\na,"{geometry.wkt}"\n')
    layer = read_layer(tmp_path / "a.csv")
    [read] = layer.data.geometry
    assert shapely.get_num_coordinates(read) == shapely.get_num_coordinates(geometry)
    assert check(layer) == []
