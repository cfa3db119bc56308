"""A CRS that is stated is found, in whatever words, encoding and place; a datum that is stated is not passed over."""

import sqlite3
from contextlib import closing

import geopandas as gpd
import pyogrio
import pyproj
import pytest
import shapely
from told import kinds

import geozone
from geozone.errors import InputError
from geozone.model import CRS
from geozone.overlay.plane import area_km2, length_km
from geozone.read import read_layer
from geozone.read.crs import Wanted, to_cgcs2000
from geozone.read.geodetic import Datum, contradicting_datum, datum_named, datum_of, has_parameters
from geozone.read.notes import Notes
from geozone.read.stated import is_undefined, parse_crs, prj_text

SHELL = shapely.box(517_000, 4_333_000, 527_000, 4_343_000)


def esri(
    name="CGCS2000_3_Degree_GK_CM_117E", datum="D_China_2000", spheroid='"CGCS2000",6378137.0,298.257222101'
):
    return (
        f'PROJCS["{name}",GEOGCS["GCS_{datum[2:]}",DATUM["{datum}",SPHEROID[{spheroid}]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


KRASSOVSKY = '"Krasovsky_1940",6378245.0,298.3'
IAG = '"IAG75",6378140.0,298.257'


def shapefile(folder, prj=None, ending=".prj"):
    path = folder / "a.shp"
    pyogrio.write_dataframe(gpd.GeoDataFrame({"n": [1]}, geometry=[SHELL], crs=4548), path)
    path.with_suffix(".prj").unlink(missing_ok=True)
    if prj is not None:
        path.with_suffix(ending).write_bytes(prj)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_prj_is_read_in_any_encoding(tmp_path, encoding):
    layer = read_layer(shapefile(tmp_path, esri("国家2000_3度带_117").encode(encoding)))
    assert kinds(layer) == set()
    assert area_km2(layer.data)[0] == pytest.approx(100.0, rel=1e-3)


@pytest.mark.parametrize(
    "words",
    ["EPSG:4548", "4548", "urn:ogc:def:crs:EPSG::4548", "http://www.opengis.net/gml/srs/epsg.xml#4548",
     "CGCS2000 / 3-degree Gauss-Kruger CM 117E", "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=GRS80\n\x00"],
)  # fmt: skip
def test_a_prj_may_name_its_crs_in_other_words(tmp_path, words):
    layer = read_layer(shapefile(tmp_path, words.encode()))
    assert area_km2(layer.data)[0] == pytest.approx(100.0, rel=1e-3)


def test_a_qpj_serves_where_the_prj_is_missing_or_cannot_be_parsed(tmp_path):
    path = shapefile(tmp_path, esri().encode(), ".qpj")
    assert kinds(read_layer(path)) == set()
    path.with_suffix(".prj").write_text("<?xml version='1.0'?><x/>")
    assert kinds(read_layer(path)) == {"prj_unreadable"}


def drawing(path):
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=[SHELL.exterior], crs=4548), path, driver="DXF")
    return path


@pytest.mark.parametrize("name", ["a.prj", "A.PRJ", "esri_cad.prj"])
def test_a_prj_beside_a_drawing_is_used_and_said(tmp_path, name):
    path = drawing(tmp_path / "a.dxf")
    (tmp_path / name).write_text(esri())
    layer = read_layer(path)
    assert "read.crs_beside" in {decision.reason.key for decision in layer.decisions}
    assert length_km(layer.data)[0] == pytest.approx(40.0, rel=1e-3)


def test_a_prj_beside_a_table_is_used_unless_it_is_that_of_a_shapefile(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text(f'name,wkt\n甲,"{SHELL.wkt}"\n', "utf-8")
    (tmp_path / "a.prj").write_text(esri())
    assert area_km2(read_layer(table).data)[0] == pytest.approx(100.0, rel=1e-3)
    shapefile(tmp_path, esri().encode())
    table.write_text("name,经度,纬度\n甲,117.1,39.1\n", "utf-8")
    assert kinds(read_layer(table)) == {"crs_inferred_degrees"}


@pytest.mark.parametrize("crs", ["Undefined geographic SRS", "Undefined Cartesian SRS"])
def test_a_statement_that_nothing_is_known_is_none(crs):
    wkt = {
        "Undefined geographic SRS": 'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,'
        '298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
        "Undefined Cartesian SRS": 'LOCAL_CS["Undefined Cartesian SRS",UNIT["metre",1]]',
    }[crs]
    assert is_undefined(pyproj.CRS(wkt))
    notes = Notes("layer")
    to_cgcs2000(
        gpd.GeoDataFrame(geometry=[shapely.box(117, 39, 118, 40)], crs=wkt), Wanted(), None, "a", notes
    )
    assert {finding.kind for finding in notes.findings} == {"crs_inferred_degrees"}


def test_a_crs_that_is_stated_by_its_parameters_only_is_one():
    assert not is_undefined(pyproj.CRS("+proj=longlat +ellps=GRS80"))
    assert parse_crs("<x/>") is None
    assert parse_crs("") is None
    assert prj_text(b"\xef\xbb\xbfx\x00\r\n") == "x"


@pytest.mark.parametrize(
    ("words", "datum"),
    [
        (esri("Xian_1980_3_Degree_GK_CM_117E", "D_Xian_1980", IAG), Datum.XIAN_1980),
        (esri("1980西安坐标系", "D_西安80", IAG), Datum.XIAN_1980),
        (esri("x", "D_unknown", IAG), Datum.XIAN_1980),
        (esri("Krasovsky_1940_GK", "D_Krasovsky_1940", KRASSOVSKY), Datum.BEIJING_1954),
        ("+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass", Datum.BEIJING_1954),
        ("+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass +towgs84=0,0,0,0,0,0,0", Datum.BEIJING_1954),
        ("+proj=tmerc +lon_0=117 +x_0=500000 +a=6378140 +b=6356755.288157528", Datum.XIAN_1980),
        ("EPSG:4555", Datum.BEIJING_1954),
        ("EPSG:4284", Datum.OTHER),
        ("EPSG:4548", Datum.ALIKE),
        ("EPSG:32650", Datum.ALIKE),
    ],
)
def test_the_datum_of_a_crs(words, datum):
    assert datum_of(pyproj.CRS(words)) is datum
    assert not has_parameters(pyproj.CRS(words))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_an_older_datum_is_never_passed_over(tmp_path, encoding):
    words = esri("1980西安坐标系_3度带", "D_西安80", IAG)
    assert kinds(read_layer(shapefile(tmp_path, words.encode(encoding)))) == {"datum_unshifted"}


def test_seven_zeros_are_no_parameters(tmp_path):
    given = "+proj=tmerc +lon_0=117 +x_0=500000 +ellps=krass +towgs84=0,0,0,0,0,0,0"
    assert kinds(read_layer(shapefile(tmp_path), crs=given)) == {"datum_unshifted"}


def test_a_name_that_contradicts_its_definition_is_told(tmp_path):
    words = esri("北京54_3度带_117")
    assert contradicting_datum(pyproj.CRS(words)) is Datum.BEIJING_1954
    assert kinds(read_layer(shapefile(tmp_path, words.encode()))) == {"datum_contradicts"}


@pytest.mark.parametrize(
    ("name", "meridian", "found"),
    [
        ("CGCS2000_3_Degree_GK_CM_117E", 120, {"meridian_contradicts"}),
        ("CGCS2000_3_Degree_GK_Zone_39", 114, {"meridian_contradicts"}),
        ("CGCS2000_3_Degree_GK_CM_117E", 117, set()),
        ("CGCS2000_3_Degree_GK_Zone_39", 117, set()),
        ("CGCS2000_GK_Zone_20", 117, set()),
        ("CGCS2000_3_Degree_GK_CM_117_30", 117.5, set()),
        ("地方坐标系", 117.5, set()),
    ],
)
def test_a_name_with_another_meridian_is_told(tmp_path, name, meridian, found):
    words = pyproj.CRS(4548).to_wkt("WKT1_ESRI").replace("117.0]", f"{float(meridian)}]")
    words = words.replace("CGCS2000_3_Degree_GK_CM_117E", name)
    assert name in words
    assert kinds(read_layer(shapefile(tmp_path, words.encode()))) == found


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ('PRIMEM["Greenwich",0.0]', 'PRIMEM["Paris",2.33722917]', lambda points: points - [2.33722917, 0.0]),
        (
            'UNIT["Degree",0.0174532925199433]',
            'UNIT["Grad",0.01570796326794897]',
            lambda points: points / 0.9,
        ),
    ],
)
def test_degrees_are_those_of_greenwich(tmp_path, old, new, moved):
    words = pyproj.CRS(4490).to_wkt("WKT1_ESRI").replace(old, new)
    area = shapely.box(117.0, 40.0, 117.1, 40.1)
    path = tmp_path / "a.shp"
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=[shapely.transform(area, moved)], crs=words), path)
    path.with_suffix(".prj").write_text(words, encoding="utf-8")
    assert read_layer(path).data.total_bounds == pytest.approx(area.bounds)
    zones = gpd.GeoDataFrame(geometry=[area], crs=4490)
    assert geozone.coverage(path, zones)["share"].to_list() == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("words", "datum"),
    [("红线_西安80", Datum.XIAN_1980), ("xian1980", Datum.XIAN_1980), ("80西安", Datum.XIAN_1980),
     ("1980年国家大地坐标系", Datum.XIAN_1980), ("北京54坐标", Datum.BEIJING_1954), ("bj54_x", Datum.BEIJING_1954),
     ("1954年北京坐标系", Datum.BEIJING_1954), ("西安 8000 户", None), ("北京2054", None), ("object54", None), ("西安80年代", None)],
)  # fmt: skip
def test_a_name_states_the_datum(words, datum):
    assert datum_named(words) is datum


def test_a_datum_in_the_file_name_counts_where_no_crs_is_stated(tmp_path):
    path = tmp_path / "红线_西安80.geojson"
    path.write_text(
        '{"type":"Polygon","coordinates":[[[39517000,4333000],[39518000,4333000],[39518000,4334000],[39517000,4333000]]]}'
    )
    layer = read_layer(path)
    assert kinds(layer) == {"crs_inferred_zone_named", "datum_unshifted"}
    assert "EPSG:2363" in {decision.value for decision in layer.decisions}
    assert layer.data.crs == CRS


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.qmd", "<qgis><crs><spatialrefsys><authid>EPSG:4548</authid></spatialrefsys></crs></qgis>"),
        ("a.shp.xml", '<metadata><projcsn Sync="TRUE">CGCS2000_3_Degree_GK_CM_117E</projcsn></metadata>'),
        (
            "a.shp.xml",
            f"<m><peXml>&lt;P&gt;&lt;WKT&gt;{esri().replace(chr(34), '&amp;quot;')}&lt;/WKT&gt;&lt;/P&gt;</peXml></m>",
        ),
    ],
)
def test_a_description_beside_a_file_states_its_crs(tmp_path, name, words):
    path = shapefile(tmp_path)
    (tmp_path / name).write_text(words, "utf-8")
    layer = read_layer(path)
    assert "read.crs_beside" in {decision.reason.key for decision in layer.decisions}
    assert area_km2(layer.data)[0] == pytest.approx(100.0, rel=1e-3)


def test_pulkovo_in_the_place_of_beijing_is_told(tmp_path):
    assert kinds(read_layer(shapefile(tmp_path), crs="EPSG:28420")) == {"zone_number", "datum_pulkovo"}


@pytest.mark.parametrize("number", [0, -1])
def test_a_geopackage_without_a_crs_is_told_by_its_coordinates(tmp_path, number):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(117, 39, 118, 40)], crs=4490).to_file(path)
    with closing(sqlite3.connect(path)) as database:
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            database.execute(f"UPDATE {table} SET srs_id = {number}")
        database.commit()
    assert kinds(read_layer(path)) == {"crs_inferred_degrees"}


def test_a_prj_that_is_cut_off_is_told_and_does_not_stop_the_reader(tmp_path):
    path = shapefile(tmp_path, esri()[:200].encode())
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.crs_no_zone"
    assert kinds(read_layer(path, crs="EPSG:4548")) == {"prj_unreadable"}


def test_a_prj_in_single_quotes_is_understood(tmp_path):
    assert kinds(read_layer(shapefile(tmp_path, esri().replace('"', "'").encode()))) == set()


def test_the_prj_of_a_shapefile_serves_a_drawing_of_its_name_where_it_fits(tmp_path):
    path = drawing(tmp_path / "a.dxf")
    shapefile(tmp_path, esri().encode())
    assert length_km(read_layer(path).data)[0] == pytest.approx(40.0, rel=1e-3)
    degrees = pyproj.CRS(4490).to_wkt("WKT1_ESRI")
    (tmp_path / "a.prj").write_text(degrees)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.crs_no_zone"
