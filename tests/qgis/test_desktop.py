"""The GeoPackage in the programs that people open it with: GDAL's command line tools and QGIS."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime

import pytest
from samples import sample_result

from geozone.export.geopackage import write_geopackage
from geozone.export.record import write_record
from geozone.export.result_tables import TABLES, layer_names
from geozone.files import digest
from geozone.model import Basis, Status
from geozone.registers import read_register
from geozone.symbology import OFF_REGISTER_COLOUR, RATE_COLOURS, STATUS_COLOURS
from geozone.verify import held_checks

pytestmark = pytest.mark.qgis

SPATIAL = ["zone", "units", *layer_names(sample_result())]
ALL = [*SPATIAL, "mosaic", *TABLES]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("desktop") / "bth.gpkg"
    write_geopackage(sample_result(), path)
    return path


@pytest.fixture(scope="module")
def ogrinfo():
    if shutil.which("ogrinfo") is None:
        pytest.skip("the GDAL command line tools (gdal-bin) are not installed")

    def run(*arguments):
        return subprocess.run(
            ["ogrinfo", *map(str, arguments)], capture_output=True, text=True, check=True, timeout=60
        )

    return run


@pytest.fixture(scope="module")
def qgis(run_in_qgis, tmp_path_factory):
    """Return a function that opens and draws a GeoPackage in QGIS, and makes edits as a person does."""

    def run(path, *edits, layers=ALL, look_around=False):
        task = {"layers": list(layers), "edits": list(edits), "look_around": look_around}
        return json.loads(
            run_in_qgis("render.py", path, tmp_path_factory.mktemp("png"), task=json.dumps(task))
        )

    return run


@pytest.fixture(scope="module")
def in_qgis(qgis, package, tmp_path_factory):
    """What QGIS found in the GeoPackage, after one edit as a person makes it."""
    copy = tmp_path_factory.mktemp("qgis") / "bth.gpkg"
    shutil.copy(package, copy)
    return qgis(copy, ["registers", ["item_id", "bay-2"], "status", "built"]) | {"path": copy}


@pytest.fixture(scope="module")
def edited(qgis, tmp_path_factory):
    """A status edited on the map: the first bay stands for an item of the register, the second is on none."""
    result = sample_result()
    bays = result.layers["bays"]
    bays.data = bays.data.assign(item_id=["bay-2", None], status=["recognised", None])
    path = tmp_path_factory.mktemp("edited") / "bth.gpkg"
    write_geopackage(result, path)
    edit = ["bays", ["item_id", "bay-2"], "status", "built"]
    return qgis(path, edit, layers=("units", "bays")) | {"path": path}


def test_gdal_opens_every_layer_without_a_warning(package, ogrinfo):
    done = ogrinfo("-ro", "-al", "-so", package)
    assert done.stderr == ""
    assert [name for name in [*ALL, "layer_styles"] if f"Layer name: {name}\n" not in done.stdout] == []
    assert "warning" not in done.stdout.lower()


def test_gdal_knows_the_value_domains(package, ogrinfo):
    assert "status: String (0.0), domain name=status" in ogrinfo("-ro", "-so", package, "registers").stdout
    assert "built: 已建成" in ogrinfo("-ro", "-fielddomain", "status", package).stdout


def test_gdal_uses_the_spatial_index(package, ogrinfo):
    done = ogrinfo("-ro", "-so", "-spat", "116.1", "38.1", "116.2", "38.2", package, "units")
    assert "Feature Count: 4\n" in done.stdout  # a county, its city, its province and the zone


def test_qgis_opens_every_layer_and_table(in_qgis):
    assert [name for name in ALL if not in_qgis[name]["valid"]] == []
    assert {in_qgis[name]["crs"] for name in SPATIAL} == {"EPSG:4490"}


def test_qgis_takes_the_stored_styles(in_qgis):
    assert [name for name in ALL if not (in_qgis[name]["styles"] and in_qgis[name]["loaded"])] == []
    renderers = {name: in_qgis[name]["renderer"] for name in SPATIAL}
    assert renderers == {
        "zone": "singleSymbol",
        "units": "RuleRenderer",
        "redline": "singleSymbol",
        "barrier": "singleSymbol",
        "barrier_gaps": "singleSymbol",
        "barrier_axis": "singleSymbol",
        "barrier_breaks": "singleSymbol",
        "bays": "categorizedSymbol",
        "rivers": "categorizedSymbol",
        "lakes": "categorizedSymbol",
        "coastline": "singleSymbol",
        "places": "singleSymbol",
    }
    assert "已建成" in in_qgis["bays"]["legend"]
    assert "无数据" in in_qgis["units"]["legend"]


def test_qgis_draws_every_layer_in_its_colours(in_qgis):
    strokes = {name: layer.spec.style.stroke for name, layer in sample_result().layers.items()}
    strokes["rivers"] = STATUS_COLOURS[Status.UNDER_CONSTRUCTION]  # drawn by status
    assert [name for name, colour in strokes.items() if colour not in in_qgis[name]["colours"]] == []
    assert set(RATE_COLOURS) <= set(in_qgis["units"]["colours"])


def test_qgis_shows_chinese_titles_and_drop_down_lists(in_qgis):
    for name in ALL:
        aliases = {field: alias for field, alias in in_qgis[name]["aliases"].items() if field != "fid"}
        assert aliases, name
        assert [field for field, alias in aliases.items() if alias.isascii()] == [], name
    assert in_qgis["registers"]["widgets"]["status"] == "ValueMap"


def test_an_edit_in_qgis_is_in_the_register(in_qgis):
    assert in_qgis["edits"] == [1]
    with closing(sqlite3.connect(in_qgis["path"])) as database:
        assert (
            database.execute("SELECT status FROM registers ORDER BY item_id").fetchall() == [("built",)] * 2
        )
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.fixture
def recorded(package, tmp_path):
    """A GeoPackage with its run record."""
    shutil.copy(package, tmp_path / "bth.gpkg")
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    outputs = [tmp_path / "bth.gpkg"]
    write_record(
        sample_result(),
        tmp_path / "bth_run.json",
        parameters={},
        outputs=outputs,
        started=moment,
        finished=moment,
    )
    return tmp_path


def told_of_package(folder):
    return [
        (check.passed, check.message.get("en")) for check in held_checks(folder) if check.file == "bth.gpkg"
    ]


def test_a_geopackage_that_was_open_in_qgis_is_not_changed(qgis, recorded):
    before = digest(recorded / "bth.gpkg")
    qgis(recorded / "bth.gpkg", look_around=True)
    assert digest(recorded / "bth.gpkg") != before, "QGIS left every byte as it was: this shows nothing"
    assert [passed for passed, _ in told_of_package(recorded)] == [True], told_of_package(recorded)


def test_an_edit_in_qgis_is_named_by_verify(qgis, recorded):
    edit = ["bays", ["name", "bays 2"], "status", "built"]
    assert qgis(recorded / "bth.gpkg", edit, layers=("units", "bays"))["edits"] == [1]
    assert told_of_package(recorded) == [(False, "layer bays, feature 2 (bays 2): changed in status")]


def test_qgis_hides_the_records_and_leaves_them_alone(in_qgis):
    assert in_qgis["registers"]["widgets"]["item_as_exported"] == "Hidden"
    assert {"register_as_exported", "item_as_exported"} <= set(in_qgis["registers"]["hidden"])
    assert {"register", "as_of", "register_as_exported", "item_as_exported"} == set(
        in_qgis["registers"]["read_only"]
    )


def test_qgis_draws_apart_what_is_on_no_register(edited):
    assert edited["bays"]["renderer"] == "categorizedSymbol"
    assert "海湾（不在名录）" in edited["bays"]["legend"]
    assert edited["bays"]["read_only"] == ["item_id"]
    assert OFF_REGISTER_COLOUR in edited["bays"]["colours"]


def test_an_edit_on_the_map_in_qgis_is_in_the_register(edited):
    assert edited["edits"] == [1]
    found = read_register(edited["path"], role="bay", basis=Basis.OFFICIAL)
    assert dict(zip(found.items["item_id"], found.items["status"], strict=True))["bay-2"] == "built"
    kinds = [item.kind for item in found.findings]
    assert "register_layer_taken" in kinds
    assert "register_unsettled" not in kinds  # QGIS leaves no log behind
