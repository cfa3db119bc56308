"""What could reach outside, or grow without bounds, is refused."""

import io
import os
import sqlite3
import stat
import tarfile
import threading
import zipfile
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely

from geozone.errors import InputError
from geozone.raster.opening import open_raster
from geozone.read import Limits, read_layer

POINT = '{"type":"Point","coordinates":[116,39]}'


def refused(path, **options):
    with pytest.raises(InputError) as error:
        read_layer(path, **options)
    assert error.value.get("zh")
    return error.value.message.key


def archive(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "path",
    [
        "http://example.org/a.geojson",
        "https://example.org/a.zip",
        "/vsicurl/http://example.org/a.geojson",
        "/vsizip/a.zip",
        "WFS:http://example.org",
        "GPKG:a.gpkg",
        "PG:dbname=a",
    ],
)
def test_remote_paths_are_refused(path):
    assert refused(path) == "read.remote"
    with pytest.raises(InputError):
        open_raster(path).__enter__()


@pytest.mark.parametrize("path", ["no such file.shp", "x" * 5000, "a\x00b"])
def test_paths_that_are_not_there(path):
    assert refused(path) == "read.missing"


@pytest.mark.parametrize(
    "name",
    ["../out.geojson", "/etc/out.geojson", "a/../../out.geojson", "..\\out.geojson", "C:\\out.geojson"],
)
def test_paths_out_of_the_archive_are_refused(tmp_path, name):
    assert refused(archive(tmp_path / "a.zip", (name, POINT))) == "read.archive_path"
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]


def test_the_same_path_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(tmp_path / "a.zip", ("a.geojson", POINT), ("a.geojson", POINT))
    assert refused(path) == "read.archive_path"


def test_links_in_archives_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(archive(tmp_path / "a.zip", (link, "/etc/passwd"))) == "read.archive_link"
    with tarfile.open(tmp_path / "a.tar", "w") as file:
        entry = tarfile.TarInfo("a.geojson")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(entry)
    assert refused(tmp_path / "a.tar") == "read.archive_link"


def test_a_compressed_tar_is_unpacked(tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        entry = tarfile.TarInfo("a.geojson")
        entry.size = len(POINT)
        file.addfile(entry, io.BytesIO(POINT.encode()))
    assert len(read_layer(tmp_path / "a.tar.gz").data) == 1


def test_bombs_are_stopped(tmp_path):
    path = archive(tmp_path / "a.zip", ("a.geojson", b"0" * (4 << 20)))
    assert refused(path, limits=Limits(archive_free_bytes=1 << 20)) == "read.archive_bomb"
    assert refused(path, limits=Limits(archive_bytes=1 << 20)) == "read.archive_bomb"
    many = archive(tmp_path / "b.zip", *((f"{number}.txt", "") for number in range(20)))
    assert refused(many, limits=Limits(archive_entries=10)) == "read.archive_entries"


def test_an_archive_with_a_password_is_refused(tmp_path):
    raw = bytearray(archive(tmp_path / "a.zip", ("a.geojson", POINT)).read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(raw)
    assert refused(tmp_path / "b.zip") == "read.archive_encrypted"


def test_a_damaged_archive_is_refused(tmp_path):
    raw = bytearray(archive(tmp_path / "a.zip", ("a.geojson", POINT * 50)).read_bytes())
    raw[45:60] = b"\xff" * 15
    (tmp_path / "b.zip").write_bytes(raw)
    assert refused(tmp_path / "b.zip") == "read.archive_damaged"
    (tmp_path / "c.zip").write_bytes(raw[:40])
    assert refused(tmp_path / "c.zip") == "read.archive_damaged"
    (tmp_path / "d.gz").write_bytes(b"\x1f\x8b\x08nothing")
    assert refused(tmp_path / "d.gz") == "read.archive_damaged"


def test_an_archive_without_data_is_refused(tmp_path):
    assert (
        refused(archive(tmp_path / "a.zip", ("读我.docx", "x"), ("__MACOSX/a.geojson", POINT)))
        == "read.nothing_inside"
    )


def test_names_in_the_code_page_of_their_maker(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("XXXXXXXX.geojson", POINT)
    raw = path.read_bytes().replace(b"XXXXXXXX", "生态红线".encode("gb18030"))
    path.write_bytes(raw)
    layer = read_layer(path, layer="生态红线")
    assert len(layer.data) == 1
    assert [decision.value for decision in layer.decisions if decision.kind == "archive_names"] == ["gb18030"]


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaa">]><kml>&a;</kml>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd"><kml/>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % r SYSTEM "http://example.org/x">%r;]><kml/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path, text, encoding):
    path = tmp_path / "a.kml"
    path.write_bytes(text.encode(encoding))
    assert refused(path) == "read.entities"


@pytest.mark.parametrize("name", ["a.geojson", "a.kml", "a.shp", "a.xml", "a.vrt"])
def test_documents_that_point_elsewhere_are_refused(tmp_path, name):
    path = tmp_path / name
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    assert refused(path) in {"read.reaching", "read.unknown_format"}


def test_size_is_limited(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(POINT)
    assert refused(path, limits=Limits(file_bytes=10)) == "read.too_large"
    assert refused(path, limits=Limits(text_bytes=10)) == "read.too_large"
    book = openpyxl.Workbook()
    book.active.append(["lon", "lat"])
    book.save(tmp_path / "a.xlsx")
    assert refused(tmp_path / "a.xlsx", limits=Limits(text_bytes=100)) == "read.too_large"


def test_pipes_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.geojson")
    assert refused(tmp_path / "pipe.geojson") == "read.not_a_file"


def test_a_name_with_a_colon_is_a_local_file(tmp_path):
    path = tmp_path / "GPKG:a.geojson"
    path.write_text(POINT)
    assert len(read_layer(path).data) == 1


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def test_web_addresses_are_fetched_on_request_only(tmp_path):
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490).to_file(
        tmp_path / "a.geojson"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/a.geojson"
        assert refused(address) == "read.remote"
        assert read_layer(address, remote=True).data["name"].tolist() == ["甲"]
        assert refused(address, remote=True, limits=Limits(file_bytes=10)) == "read.too_large"
        assert refused(address.replace("a.geo", "b.geo"), remote=True) == "read.unreadable"
    finally:
        server.shutdown()
        server.server_close()


def test_a_database_whose_tables_are_other_files_is_not_opened(tmp_path):
    path = tmp_path / "reach.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        words = "CREATE VIRTUAL TABLE t USING VirtualOGR('/vsicurl/http://127.0.0.1:1/x.geojson')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 't', 't', 0, ?)", (words,))
        database.commit()
    assert refused(path) == "read.reaching"


def test_a_schema_fetches_no_other(tmp_path):
    fetched = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self):
            fetched.append(self.path)
            self.send_error(404)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(117, 40, 118, 41)], crs=4490)
    path = tmp_path / "a.gml"
    pyogrio.write_dataframe(data, path)
    schema = path.with_suffix(".xsd")
    include = f'<xs:include schemaLocation="http://127.0.0.1:{server.server_port}/inc.xsd"/>'
    schema.write_text(
        schema.read_text("utf-8").replace("<xs:element", include + "<xs:element", 1), encoding="utf-8"
    )
    assert read_layer(path).data["name"].tolist() == ["a"]
    server.shutdown()
    server.server_close()
    assert fetched == []


@pytest.mark.parametrize("value", ["printf('%.*c', 900000000, 'x')", "hex(zeroblob(400000000))"])
def test_a_view_that_makes_values_without_measure_is_refused(tmp_path, value):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490).to_file(
        path, layer="a"
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE VIEW v AS SELECT fid, geom, {value} AS x FROM a")
        database.execute("UPDATE gpkg_contents SET table_name = 'v'")
        database.execute("UPDATE gpkg_geometry_columns SET table_name = 'v'")
        database.commit()
    assert refused(path) in {"read.view_endless", "read.view_reaching"}
