"""The one door: what a user's file is opened by, and what it can't reach from there."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.transform import from_origin
from shapely import box

from geozone.errors import InputError
from geozone.raster.opening import open_raster
from geozone.read import LIMITS, read_layer
from geozone.read.door import vector
from geozone.read.door.columnar import table_of
from geozone.read.door.content import admitted, bytes_of
from geozone.read.door.database import opened_database
from geozone.read.door.seal import Seal, companions
from geozone.read.door.switches import SWITCHES
from geozone.read.formats import DRIVERS, REACHING_DRIVERS, Format
from geozone.registers.files import read_grids
from geozone.reuse.files import bytes_read


def squares():
    cells = [box(116 + place, 39, 116.5 + place, 39.5) for place in range(3)]
    return gpd.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=cells, crs="EPSG:4490")


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "data.gpkg"
    squares().to_file(path, layer="a")
    return path


def logged(path):
    """Put a database into write-ahead mode, with nothing left beside it."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
    database.close()
    return path


@pytest.mark.parametrize("name", ["PG:dbname=x", "http:data", "GPKG:data.gpkg:a", "vsicurl"])
def test_a_file_is_never_taken_for_an_address(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(b"words")
    assert admitted(name).is_absolute()
    assert bytes_of(name) == b"words"


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1:9/a.gpkg", "http://127.0.0.1:9/a.gpkg", "PG:dbname=x", "a\x00b"]
)
@pytest.mark.parametrize(
    "opener", [vector.layers, vector.info, vector.frame, vector.arrow, table_of, bytes_of]
)
def test_what_is_not_here_is_not_opened(path, opener):
    with pytest.raises(InputError):
        opener(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.gpkg")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        vector.layers(tmp_path / "pipe.gpkg")


def test_a_document_that_leads_elsewhere_is_refused_at_every_opener(tmp_path):
    path = tmp_path / "table.gpkg"
    path.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>")
    for opener in (vector.layers, vector.info, vector.frame, vector.arrow):
        with pytest.raises(InputError, match="refers to other files"):
            opener(path)


def test_a_file_that_was_changed_is_looked_at_again(tmp_path, package):
    assert vector.layers(package)
    package.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>")
    with pytest.raises(InputError, match="refers to other files"):
        vector.layers(package)


def test_a_database_of_other_files_is_refused_at_every_opener(package):
    with sqlite3.connect(package) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "INSERT INTO sqlite_master VALUES ('table', 't', 't', 0, 'CREATE VIRTUAL TABLE t USING VirtualOGR(''x'')')"
        )
    database.close()
    with pytest.raises(InputError, match="refers to other files"):
        vector.frame(package, layer="a")


@pytest.mark.parametrize(("driver", "name"), [("JML", "data.jml"), ("OGR_GMT", "data.gmt")])
def test_a_driver_that_no_format_is_read_with_is_refused(tmp_path, driver, name):
    squares().to_file(tmp_path / name, driver=driver)
    with pytest.raises(InputError, match=driver):
        vector.info(tmp_path / name)


def test_every_format_that_gdal_reads_names_its_drivers():
    no_gdal = {Format.GEOPARQUET, Format.CSV, Format.XLSX, Format.PARCELS, Format.ARCHIVE, Format.FOLDER}
    assert set(DRIVERS) == set(Format) - no_gdal
    assert not {driver for drivers in DRIVERS.values() for driver in drivers} & set(REACHING_DRIVERS)


def test_the_switches_are_set_while_a_file_is_open_and_then_as_before(package):
    pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "YES"})
    try:
        with vector.arrow_batches(package, layer="a"), vector.arrow_batches(package, layer="a"):
            for name, value in SWITCHES.items():
                assert pyogrio.get_gdal_config_option(name) in {
                    value,
                    value != "NO" and None,
                    value != "NO",
                }, name
        assert pyogrio.get_gdal_config_option("GML_DOWNLOAD_SCHEMA") in {"YES", True}
        assert pyogrio.get_gdal_config_option("CPL_VSIL_CURL_ALLOWED_FILENAME") is None
    finally:
        pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": None})


@pytest.mark.parametrize("read", [read_layer, lambda path: vector.frame(path, layer="a")])
def test_reading_a_database_in_write_ahead_mode_leaves_no_trace(package, read):
    logged(package)
    before = package.read_bytes()
    read(package)
    with opened_database(package) as database:
        assert database.execute("SELECT count(*) FROM a").fetchone()[0]
    assert [item.name for item in package.parent.iterdir()] == [package.name]
    assert package.read_bytes() == before


def test_what_another_program_keeps_beside_a_database_is_read(tmp_path, package):
    logged(package)
    other = sqlite3.connect(package)
    other.execute("CREATE TABLE more (x)")
    other.commit()
    with opened_database(package) as database:
        assert database.execute("SELECT count(*) FROM more").fetchone() == (0,)
    other.close()


def test_a_database_runs_nothing_and_is_not_changed(package):
    with opened_database(package) as database:
        with pytest.raises(sqlite3.Error):
            database.execute("DELETE FROM a")
        with pytest.raises(sqlite3.Error):
            database.execute("ATTACH ? AS other", (str(package),))
        with pytest.raises(sqlite3.Error):
            database.execute("SELECT load_extension('x')")


def test_a_raster_is_opened_with_the_declared_drivers_alone(tmp_path):
    path = tmp_path / "dem.tif"
    profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(path, "w", transform=from_origin(116, 40, 0.1, 0.1), **profile):
        pass
    with open_raster(path) as raster:
        assert raster.width == 4
    for words in ("<VRTDataset/>", "<GDAL_WMS/>", '{"type": "gdal_streamed_alg"}'):
        path.write_text(words)
        with pytest.raises(InputError), open_raster(path):
            pass


REACH = """
import socket, sys
def told(event, args):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        print("reached", event, args, file=sys.stderr)
sys.addaudithook(told)
from geozone.cli import main
main(["check", sys.argv[1]])
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_no_socket_is_opened_by_what_leads_elsewhere(tmp_path):
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    port = server.getsockname()[1]
    document = tmp_path / "reach.gml"
    document.write_text(
        f"""<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="http://t"
        xsi:schemaLocation="http://t http://127.0.0.1:{port}/?SERVICE=WFS&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=t:a">
        <gml:featureMember><t:a><t:g><gml:Point srsName="EPSG:4326"><gml:coordinates>116,39</gml:coordinates></gml:Point></t:g></t:a>
        </gml:featureMember></wfs:FeatureCollection>""",
        "utf-8",
    )
    traced = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect", "-o", tmp_path / "trace",
         sys.executable, "-c", REACH, document],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert traced.returncode in {0, 1, 3}, traced.stderr
    assert "AF_INET" not in (tmp_path / "trace").read_text("utf-8", "replace")
    with pytest.raises(TimeoutError):
        server.accept()
    server.close()


def test_a_companion_that_leads_out_of_the_folder_is_refused(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    squares().to_file(inside / "data.shp")
    (inside / "data.dbf").rename(outside / "secret.dbf")
    (inside / "data.dbf").symlink_to(outside / "secret.dbf")
    with pytest.raises(InputError, match="outside its folder"):
        read_layer(inside / "data.shp")
    with pytest.raises(InputError, match="outside its folder"):
        read_layer(inside)


def test_a_file_that_is_a_link_is_read_and_told(tmp_path, package):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.gpkg"
    link.symlink_to(package)
    layer = read_layer(link)
    assert len(layer.data) == 3
    assert any("link.gpkg is a link" in decision.reason.text.en for decision in layer.decisions)


def test_a_table_of_too_many_columns_is_refused_at_once(tmp_path):
    names = ",".join(f"c{place}" for place in range(LIMITS.columns + 1))
    (tmp_path / "wide.csv").write_text(f"{names},lon,lat\n" + "1," * (LIMITS.columns + 1) + "116,39\n")
    with pytest.raises(InputError, match=f"the limit of {LIMITS.columns}"):
        read_layer(tmp_path / "wide.csv")
    with pytest.raises(InputError, match=f"the limit of {LIMITS.columns}"):
        read_grids(tmp_path / "wide.csv")


@pytest.mark.parametrize("change", ["main", "companion", "removed"])
def test_a_file_that_changes_while_it_is_read_is_told(tmp_path, change):
    squares().to_file(tmp_path / "data.shp")
    seal = Seal.of(tmp_path / "data.shp")
    seal.hold()
    if change == "removed":
        (tmp_path / "data.shp").unlink()
    else:
        changed = tmp_path / ("data.shp" if change == "main" else "data.dbf")
        changed.write_bytes(changed.read_bytes() + b"\x00")
    with pytest.raises(InputError, match="was changed while it was read"):
        seal.hold()


def test_a_seal_knows_what_is_read_with_a_file(tmp_path):
    squares().to_file(tmp_path / "data.shp")
    (tmp_path / "data.txt").write_text("notes")
    (tmp_path / "other.dbf").write_text("x")
    assert {path.suffix for path in companions(tmp_path / "data.shp")} == {".cpg", ".dbf", ".prj", ".shx"}


@pytest.mark.parametrize(
    ("driver", "ending"),
    [("GTiff", ".tif"), ("HFA", ".img"), ("AAIGrid", ".asc"), ("ENVI", ".dat"), ("EHdr", ".bil"), ("PNG", ".png"), ("RST", ".rst"), ("SAGA", ".sdat")],
)  # fmt: skip
def test_a_seal_knows_every_file_that_is_opened_with_a_raster(tmp_path, driver, ending):
    path = tmp_path / f"a{ending}"
    values = np.arange(12, dtype="uint8" if driver in {"PNG", "RST"} else "int16").reshape(3, 4)
    profile = {
        "width": 4,
        "height": 3,
        "count": 1,
        "dtype": values.dtype,
        "transform": Affine(0.1, 0, 116, 0, -0.1, 40),
    }
    if driver in {"GTiff", "PNG"}:
        profile["worldfile"] = "yes"
    with rasterio.open(tmp_path / "of.tif", "w", driver="GTiff", **profile | {"nodata": 7}) as made:
        made.write(values, 1)
    rasterio.shutil.copy(
        tmp_path / "of.tif", path, driver=driver, **({"worldfile": "yes"} if "worldfile" in profile else {})
    )
    (tmp_path / f"a{ending}.aux.xml").write_text("<PAMDataset><Metadata/></PAMDataset>")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "ab.tfw").write_text("of another one")
    with rasterio.open(path) as opened:
        used = {Path(one).name for one in opened.files}
    assert len(used) > 1
    found = {one.name for one in companions(path)}
    assert used - {path.name} <= found
    assert not found & {"notes.txt", "ab.tfw", path.name, "of.tif"}
    before = bytes_read(path)
    beside = tmp_path / min(used - {path.name})
    beside.write_bytes(beside.read_bytes() + b" ")
    assert bytes_read(path) != before


def test_the_command_line_loads_no_driver_that_reaches_elsewhere(tmp_path):
    words = (
        "import sys\nfrom geozone.cli import main\ntry:\n    main(['zones'])\nexcept SystemExit:\n    pass\n"
        "import fiona, pyogrio, rasterio\nfrom geozone.read.formats import REACHING_DRIVERS\n"
        "from rasterio.drivers import raster_driver_extensions\n"
        "print(sorted(set(pyogrio.list_drivers()) & set(REACHING_DRIVERS)), file=sys.stderr)\n"
        "with rasterio.Env() as env:\n    print(sorted(set(env.drivers()) & set(REACHING_DRIVERS)), file=sys.stderr)\n"
        "with fiona.Env() as env:\n    print(sorted(set(env.drivers()) & set(REACHING_DRIVERS)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr.splitlines()[-3:] == ["[]", "[]", "[]"], done.stderr


def test_the_command_line_opens_no_socket_for_what_it_imports():
    words = (
        "import sys\nfrom geozone.quiet import quieten\nquieten()\n"
        "sys.addaudithook(lambda event, given: event.startswith('socket.') and print('opened', event, given))\n"
        "import geozone.maps.page, geozone.maps.index, geozone.run.output, geozone.run.folder\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, timeout=120, check=True
    )
    assert not done.stdout
