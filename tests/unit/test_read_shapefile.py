"""Shapefiles with missing, damaged and untrue companions, and with broken records."""

import struct

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from told import decided, kinds

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read import read_layer
from geozone.read.shapefile import _examine, _walk

COUNT = 12
RECORD = 8 + 44 + 4 + 5 * 16  # header and content of a ring of five vertices
NAMES = [f"第{number}号红线区" for number in range(COUNT)]


def squares(count=COUNT):
    side = np.arange(count) * 0.1
    return shapely.box(116.0 + side, 39.0, 116.05 + side, 39.05)


@pytest.fixture
def shapefile(tmp_path):
    """A GBK shapefile without .cpg and without language byte, as most are."""
    path = tmp_path / "红线.shp"
    data = gpd.GeoDataFrame({"HXMC": NAMES, "面积": np.arange(COUNT)}, geometry=squares(), crs=4490)
    # the driver cannot write GBK everywhere, so bytes are written as they are
    raw = data.assign(HXMC=[name.encode("gb18030").decode("latin-1") for name in NAMES])
    raw = raw.rename(columns={"面积": "面积".encode("gb18030").decode("latin-1")})
    pyogrio.write_dataframe(raw, path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(table)
    return path


def patch(path, place, form, value):
    raw = bytearray(path.read_bytes())
    struct.pack_into(form, raw, place, value)
    path.write_bytes(raw)


def record(number):
    return 100 + number * RECORD


def test_chinese_text_without_any_declaration(shapefile):
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert layer.data["name"].tolist() == NAMES
    assert "面积" in layer.data.columns
    assert decided(layer, "encoding") == ["gb18030"]
    assert layer.findings == []


def test_nothing_is_written_beside_the_file(shapefile):
    shapefile.with_suffix(".shx").unlink()
    before = {item.name: item.read_bytes() for item in shapefile.parent.iterdir()}
    read_layer(shapefile)
    assert {item.name: item.read_bytes() for item in shapefile.parent.iterdir()} == before


@pytest.mark.parametrize("lie", ["UTF-8", "ISO-8859-1", "Big5"])
def test_a_lying_cpg_is_overruled(shapefile, lie):
    shapefile.with_suffix(".cpg").write_text(lie)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    # software writes ISO-8859-1 where it does not know: that is no lie
    assert kinds(layer) == (set() if lie == "ISO-8859-1" else {"encoding_overruled"})


def test_a_cpg_that_is_a_web_page_is_ignored(shapefile):
    shapefile.with_suffix(".cpg").write_text("<!DOCTYPE html><title>404</title>")
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert kinds(layer) == {"cpg_unreadable"}


def test_the_language_byte_is_believed_where_it_is_true(shapefile):
    patch(shapefile.with_suffix(".dbf"), 29, "B", 0x4D)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert "LDID" in next(d for d in layer.decisions if d.kind == "encoding").reason.get("en")


def test_the_user_goes_before_everything(shapefile):
    shapefile.with_suffix(".cpg").write_text("GBK")
    layer = read_layer(shapefile, encoding="utf-8")
    assert decided(layer, "encoding") == ["utf-8"]
    assert kinds(layer) == {"encoding_undecodable", "text_lost"}
    with pytest.raises(InputError) as error:
        read_layer(shapefile, encoding="klingon")
    assert error.value.message.key == "read.bad_encoding"


def test_utf8_text_is_read_in_one_go(tmp_path):
    path = tmp_path / "utf8.shp"
    gpd.GeoDataFrame({"名称": NAMES}, geometry=squares(), crs=4490).to_file(path, encoding="UTF-8")
    layer = read_layer(path)
    assert layer.data["name"].tolist() == NAMES
    assert decided(layer, "encoding") == ["utf-8"]


def test_utf8_text_declared_as_gbk_is_overruled(tmp_path):
    path = tmp_path / "utf8.shp"
    gpd.GeoDataFrame({"HXMC": NAMES}, geometry=squares(), crs=4490).to_file(path, encoding="UTF-8")
    path.with_suffix(".cpg").write_text("GBK")
    layer = read_layer(path)
    assert layer.data["name"].tolist() == NAMES
    assert kinds(layer) == {"encoding_overruled"}


def test_lost_text_is_told_from_a_wrong_encoding(tmp_path):
    path = tmp_path / "lost.shp"
    names = ["锟斤拷锟斤拷", *NAMES[1:]]
    gpd.GeoDataFrame({"HXMC": names}, geometry=squares(), crs=4490).to_file(path, encoding="UTF-8")
    lost = next(finding for finding in read_layer(path).findings if finding.kind == "text_lost")
    assert lost.message.params["count"] == 1


def test_a_missing_index_is_restored(shapefile):
    shapefile.with_suffix(".shx").unlink()
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert kinds(layer) == {"shx_restored"}


def test_a_damaged_index_is_restored(shapefile):
    shapefile.with_suffix(".shx").write_bytes(b"nonsense" * 20)
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert kinds(layer) == {"shx_damaged"}


@pytest.mark.parametrize("records", [0, 5, COUNT - 1])
@pytest.mark.parametrize("honest", [False, True])
def test_an_index_that_lists_too_few_records_costs_no_shape(shapefile, records, honest):
    index = shapefile.with_suffix(".shx")
    raw = bytearray(index.read_bytes()[: 100 + 8 * records])
    if honest:  # its header states the length that it has
        struct.pack_into(">i", raw, 24, len(raw) // 2)
    index.write_bytes(raw)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert kinds(layer) == {"shx_damaged"}


def test_without_attributes_the_geometry_is_left(shapefile):
    shapefile.with_suffix(".dbf").unlink()
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert kinds(layer) == {"dbf_missing"}


def test_damaged_attributes_leave_the_geometry(shapefile):
    shapefile.with_suffix(".dbf").write_bytes(b"\x03" + b"\xff" * 400)
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert kinds(layer) == {"dbf_damaged"}


@pytest.mark.parametrize("error", [-64, -33, -1, 1, 2, 31, 32, 33, 100])
@pytest.mark.parametrize("place", [8, 10])  # length of the header, length of a row
def test_wrong_lengths_in_the_header_of_the_table_are_set_right(shapefile, place, error):
    table = shapefile.with_suffix(".dbf")
    stated = struct.unpack_from("<H", table.read_bytes(), place)[0]
    patch(table, place, "<H", stated + error)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert layer.data["面积"].tolist() == list(range(COUNT))
    assert kinds(layer) == {"dbf_header"}


def test_a_field_that_is_wider_than_its_row_leaves_the_geometry(shapefile):
    patch(shapefile.with_suffix(".dbf"), 32 + 16, "<B", 255)
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert kinds(layer) == {"dbf_damaged"}


@pytest.mark.parametrize("rows", [0, 1, 5, COUNT - 1])
def test_a_table_that_is_cut_off_costs_no_shape(shapefile, rows):
    table = shapefile.with_suffix(".dbf")
    raw = table.read_bytes()
    header, row = struct.unpack_from("<HH", raw, 8)
    table.write_bytes(raw[: header + rows * row + row // 2])
    layer = read_layer(shapefile)
    assert len(layer.data) == COUNT
    assert layer.data["HXMC"].tolist()[:rows] == NAMES[:rows]
    assert (
        layer.data["HXMC"].iloc[rows:].isin(["", None]).all() or layer.data["HXMC"].iloc[rows:].isna().all()
    )
    assert kinds(layer) == {"dbf_cut"}


@pytest.mark.parametrize("count", [0, 5, COUNT - 1, COUNT + 1, 10**6])
def test_a_wrong_count_of_rows_costs_no_shape(shapefile, count):
    patch(shapefile.with_suffix(".dbf"), 4, "<I", count)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert kinds(layer) == {"counts_differ"}


@pytest.mark.parametrize("with_index", [True, False])
@pytest.mark.parametrize("whole", [0, 1, 7, COUNT - 1])
def test_a_file_that_is_cut_off_yields_what_is_there(shapefile, whole, with_index):
    shapefile.write_bytes(shapefile.read_bytes()[: record(whole) + 60])
    if not with_index:
        shapefile.with_suffix(".shx").unlink()
    if whole == 0:
        with pytest.raises(InputError):
            read_layer(shapefile)
        return
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES[:whole]
    cut = next(finding for finding in layer.findings if finding.kind == "shp_cut")
    assert cut.severity is Severity.ERROR
    assert (cut.message.params["whole"], cut.message.params["lost"]) == (whole, COUNT - whole)


BREAKAGES = {
    "type": (8, "<i", 77),
    "parts": (8 + 36, "<i", 10**9),
    "negative parts": (8 + 36, "<i", -5),
    "points": (8 + 40, "<i", 10**9),
    "part index": (8 + 44, "<i", 50),
    "not a number": (8 + 48, "<d", float("nan")),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_record_costs_itself_only(shapefile, breakage):
    place, form, value = BREAKAGES[breakage]
    patch(shapefile, record(5) + place, form, value)
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES[:5] + NAMES[6:]
    assert layer.data.index.tolist() == [*range(5), *range(6, COUNT)]
    broken = [finding for finding in layer.findings if finding.kind == "record_broken"]
    assert [finding.feature for finding in broken] == ["5"]
    assert decided(layer, "salvage") == [str(COUNT - 1)]


def test_a_wrong_length_without_index_costs_itself_only(shapefile):
    shapefile.with_suffix(".shx").unlink()
    patch(shapefile, record(5) + 4, ">i", 10**8)
    layer = read_layer(shapefile)
    assert set(NAMES[:5] + NAMES[6:]) <= set(layer.data["HXMC"])


def test_a_prj_that_nobody_understands_is_said(shapefile):
    shapefile.with_suffix(".prj").write_text("地方坐标系")
    layer = read_layer(shapefile)
    assert kinds(layer) == {"prj_unreadable", "crs_inferred_degrees"}


def test_a_prj_with_a_code_is_understood(shapefile):
    shapefile.with_suffix(".prj").write_text("EPSG:4490")
    assert decided(read_layer(shapefile), "crs") == ["EPSG:4490"]


def test_a_companion_leads_to_its_shapefile(shapefile):
    for ending in (".dbf", ".shx", ".prj"):
        layer = read_layer(shapefile.with_suffix(ending))
        assert len(layer.data) == COUNT
        assert decided(layer, "file") == [shapefile.name]


def test_companions_in_capitals_are_found(shapefile):
    shapefile.with_suffix(".dbf").rename(shapefile.with_suffix(".DBF"))
    shapefile.with_suffix(".prj").rename(shapefile.with_suffix(".Prj"))
    layer = read_layer(shapefile)
    assert layer.data["HXMC"].tolist() == NAMES
    assert decided(layer, "crs") == ["EPSG:4490"]


def test_something_else_under_the_name_of_a_shapefile_is_refused(shapefile):
    table = shapefile.with_suffix(".dbf").read_bytes()
    for content, words in ((table, "dBASE"), (b"<html><body>404</body></html>", "HTML"), (b"", "empty")):
        shapefile.write_bytes(content)
        with pytest.raises(InputError) as error:
            read_layer(shapefile)
        assert words in str(error.value)
        assert error.value.exit_code == 3


def test_a_surface_of_triangles_is_read_as_polygons(tmp_path):
    # multipatch with one triangle strip of three vertices
    points = [(116.0, 39.0), (116.1, 39.0), (116.1, 39.1)]
    content = struct.pack("<i4dii", 31, 116.0, 39.0, 116.1, 39.1, 1, 3) + struct.pack("<ii", 0, 0)
    content += b"".join(struct.pack("<2d", *point) for point in points)
    content += struct.pack("<2d", 0, 0) + struct.pack("<3d", 0, 0, 0)
    words = (100 + 8 + len(content)) // 2
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<2i8d", 1000, 31, *[0.0] * 8)
    path = tmp_path / "patch.shp"
    path.write_bytes(header + struct.pack(">2i", 1, len(content) // 2) + content)
    layer = read_layer(path, crs="EPSG:4490")
    assert layer.data.geometry.iloc[0].geom_type in {"Polygon", "MultiPolygon"}
    assert shapely.get_dimensions(layer.data.geometry.iloc[0]) == 2


@given(st.binary(max_size=400), st.integers(0, 20))
def test_no_bytes_lead_the_record_scan_astray(noise, shapes):
    content = np.frombuffer(bytes(100) + noise, np.uint8)
    offset, length, _ = _walk(content)
    sound, null = _examine(content, offset, length)
    assert len(offset) == len(length) == len(sound) == len(null)
    assert (offset[sound] + 8 + length[sound] <= len(content)).all()


@pytest.mark.parametrize(
    ("reversed_rings", "found"),
    [((), set()), ((1,), {"holes_alone"}), ((0, 1), set())],
)
def test_a_hole_that_lies_in_no_shell_is_told(tmp_path, reversed_rings, found):
    path = tmp_path / "red.shp"
    apart = shapely.MultiPolygon([shapely.box(116, 39, 116.1, 39.1), shapely.box(116.2, 39, 116.3, 39.1)])
    gpd.GeoDataFrame({"id": [1]}, geometry=[apart], crs=4490).to_file(path)
    content = bytearray(path.read_bytes())
    first = 100 + 8 + 44 + 2 * 4  # behind the headers and the places of two parts
    points = np.frombuffer(content, "<f8", 20, first).reshape(2, 5, 2).copy()
    for ring in reversed_rings:
        points[ring] = points[ring, ::-1]
    content[first : first + points.nbytes] = points.tobytes()
    path.write_bytes(content)
    assert kinds(read_layer(path)) == found
