"""The plugin in QGIS without a window: installed from its zip, run by qgis_process and by QGIS's Python."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner
from delivery_samples import planning_delivery, write_folder
from samples import sample_result
from shapely import box

import geozone
from geozone.cli import cli
from geozone.export.formats import write_format
from geozone.model import CRS
from geozone.qgis_plugin.pack import PACKAGE, pack

pytestmark = pytest.mark.qgis

# Debian's qgis_process hands on an option that it does not know itself
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
ZONES = gpd.GeoDataFrame(
    {"name": ["甲", "乙", "丙"]}, geometry=[box(116, 39, 117, 40), box(117, 39, 118, 40), box(118, 39, 119, 40)], crs=CRS
)  # fmt: skip
LAYER = gpd.GeoDataFrame(
    {"kind": ["a", "b"]}, geometry=[box(116.5, 39, 117, 40), box(116.5, 39, 117.25, 40)], crs=CRS
)
LATER = gpd.GeoDataFrame({"kind": ["a"]}, geometry=[box(116.75, 39, 117.5, 40)], crs=CRS)
CALL = """#!{python}
import sys
sys.path.insert(0, {root!r})
from geozone.cli import main
if __name__ == "__main__":
    main()
"""
WAITING = """#!{python}
import pathlib, sys, time, os
print("[10%] waiting", file=sys.stderr, flush=True)
pathlib.Path({mark!r}).write_text(str(os.getpid()))
time.sleep(60)
"""
DELIVERING = """#!{python}
import pathlib, shutil, sys
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
shutil.copytree({delivery!r}, out)
print("[50%] 生成", file=sys.stderr)
for path in sorted(out.iterdir()):
    print(path)
"""


def program(folder, text, **values):
    """Write an environment with a program of the name geozone."""
    path = folder / "bin" / "geozone"
    path.parent.mkdir(parents=True)
    path.write_text(text.format(python=sys.executable, root=str(Path(geozone.__file__).parents[1]), **values))
    path.chmod(0o755)
    return folder


def printed(*arguments):
    """Return what the command line prints as JSON; a check with findings ends with 1."""
    return json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).stdout)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory):
    """A folder of plugins with this one, unpacked as the plugin manager does it."""
    folder = tmp_path_factory.mktemp("plugins")
    with zipfile.ZipFile(pack(folder.parent / f"{folder.name}.zip")) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("资料 data")
    ZONES.to_file(folder / "zones.gpkg")
    LAYER.to_file(folder / "layers.gpkg", layer="红线")
    LATER.to_file(folder / "layers.gpkg", layer="later")
    LAYER.set_crs("EPSG:4326", allow_override=True).to_file(folder / "unplaced.shp")
    (folder / "unplaced.prj").unlink()
    delivered = planning_delivery()
    delivered["STBHHX"].loc[0, "MJ"] = -1.0
    write_folder(delivered, folder / "汇交")
    result = sample_result()
    (folder / "delivery").mkdir()
    write_format(result, folder / "delivery" / "bth.qgz", "qgz")
    program(folder / "environment", CALL)
    program(folder / "waiting", WAITING, mark=str(folder / "mark"))
    program(folder / "delivering", DELIVERING, delivery=str(folder / "delivery"))
    return folder


@pytest.fixture(scope="module")
def in_qgis(run_in_qgis, plugins, data):
    """Run steps in QGIS, each in one of the environments, and all in one of the languages."""

    def run(*steps, language="zh_CN"):
        task = [
            {
                "algorithm": f"geozone:{name}",
                "parameters": parameters,
                **more,
                "environment": str(data / more.get("environment", "environment")),
            }
            for name, parameters, more in steps
        ]
        out = run_in_qgis("run_algorithms.py", plugins, language, task=json.dumps(task), timeout=300)
        return json.loads(out.strip().splitlines()[-1])

    return run


@pytest.fixture(scope="module")
def ran(in_qgis, data, tmp_path_factory):
    """What QGIS told of every algorithm."""
    redline, later = f"{data}/layers.gpkg|layername=红线", f"{data}/layers.gpkg|layername=later"
    zones, out = str(data / "zones.gpkg"), tmp_path_factory.mktemp("out")
    in_zones = {"ZONES": zones, "BY": "name"}
    told = in_qgis(
        ("coverage", {"LAYER": redline, **in_zones, "OUTPUT": str(out / "coverage.gpkg")}, {}),
        ("coverage", {"LAYER": {"path": redline, "filter": "kind = 'a'"}, **in_zones, "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
        ("coverage", {"LAYER": {"path": str(data / "unplaced.shp"), "crs": "EPSG:4490", "delete": 0}, **in_zones,
                      "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
        ("mosaic", {"LAYERS": [redline, later], **in_zones, "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
        ("change", {"OLD": redline, "NEW": later, **in_zones, "OUTPUT": str(out / "change.gpkg")}, {}),
        ("check", {"LAYERS": [redline], "OUTPUT": "TEMPORARY_OUTPUT", "REPAIRED": str(out / "repaired.gpkg")}, {}),
        ("diff", {"OLD": str(data / "delivery"), "NEW": str(data / "delivery" / "bth.gpkg"),
                  "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
        ("diff", {"OLD": zones, "NEW": zones, "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
        ("build", {"ZONES": ["bth"], "OUTPUT": str(out / "maps")}, {"environment": "delivering"}),
        ("diff", {"OLD": zones, "NEW": zones, "OUTPUT": "TEMPORARY_OUTPUT"}, {"environment": "waiting", "cancel": 2}),
        ("check", {"DELIVERY": str(data / "汇交"), "STANDARD": "planning", "OUTPUT": "TEMPORARY_OUTPUT",
                   "FAILING": str(out / "failing.gpkg")}, {}),
        ("check", {"LAYERS": [redline], "DELIVERY": str(data / "汇交"), "OUTPUT": "TEMPORARY_OUTPUT"}, {}),
    )  # fmt: skip
    names = (
        "coverage",
        "filtered",
        "edited",
        "mosaic",
        "change",
        "check",
        "diff",
        "failing",
        "build",
        "cancelled",
        "held",
        "both",
    )
    return told | dict(zip(names, told["steps"], strict=True))


def test_the_toolbox_shows_six_algorithms_in_chinese_and_nothing_of_geozone_is_loaded(ran):
    names = {name.partition(":")[2]: title for name, (title, _) in ran["algorithms"].items()}
    assert set(names) == {"check", "coverage", "mosaic", "change", "build", "diff"}
    assert names["coverage"].startswith("覆盖")
    assert ran["path_kept"]
    assert not ran["geozone_imported"]
    assert not ran["left"]


def test_the_coverage_in_qgis_has_the_numbers_of_the_library_and_its_style(ran):
    layer = ran["coverage"]["layers"]["OUTPUT"]
    expected = geozone.coverage(LAYER, ZONES, by="name").reset_index()
    for column in ("name", "zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features"):
        assert [row[column] for row in layer["rows"]] == expected[column].tolist(), column
    assert (layer["renderer"], layer["crs"]) == ("RuleRenderer", "EPSG:4490")
    assert ran["coverage"]["steps"][-1] == 100
    assert ran["coverage"]["errors"] == []


def test_a_layer_that_qgis_shows_otherwise_than_its_file_counts_as_it_is_shown_and_that_is_said(ran):
    for name, kept in (("filtered", LAYER[:1]), ("edited", LAYER[1:])):
        expected = geozone.coverage(kept, ZONES, by="name")["net_km2"].tolist()
        found = [row["net_km2"] for row in ran[name]["layers"]["OUTPUT"]["rows"]]
        assert found == pytest.approx(expected, rel=1e-12), name
        assert any("按 QGIS 中所见复制" in line for line in ran[name]["said"]), name
    assert not any("复制" in line for line in ran["coverage"]["said"])


def test_the_mosaic_in_qgis_is_the_table_of_the_library(ran):
    expected = geozone.mosaic({"红线": LAYER, "later": LATER}, ZONES, by="name")
    rows = ran["mosaic"]["layers"]["OUTPUT"]["rows"]
    for column in expected.columns:
        assert [row[column] for row in rows] == expected[column].tolist(), column
    assert {row["complete"] for row in rows} == {True}


def test_a_change_opens_two_layers_with_a_style_each(ran):
    layers = ran["change"]["layers"]
    expected = geozone.change(LAYER, LATER, ZONES, by="name")
    rows = layers["CHANGE_ZONES"]["rows"]
    assert [row["gained_km2"] for row in rows] == pytest.approx(expected["gained_km2"].tolist(), rel=1e-12)
    assert [row["lost_km2"] for row in rows] == pytest.approx(expected["lost_km2"].tolist(), rel=1e-12)
    assert {row["change"] for row in layers["CHANGE_PLACES"]["rows"]} == {"gained", "lost"}
    assert layers["CHANGE_PLACES"]["renderer"] == "categorizedSymbol"
    assert set(ran["change"]["loaded"]) == {"CHANGE_ZONES", "CHANGE_PLACES"}


def test_a_check_puts_its_findings_where_they_are(ran):
    rows = ran["check"]["layers"]["OUTPUT"]["rows"]
    (overlap,) = [row for row in rows if row["kind"] == "overlap"]
    assert overlap["point"] == pytest.approx([116.75, 39.5])
    assert "重叠" in overlap["message"]
    assert overlap["layer"] == "红线"
    assert Path(ran["check"]["results"]["REPAIRED"]).is_file()


def test_a_delivery_held_against_a_standard_has_the_findings_of_the_command_line(ran, data):
    expected = [
        (finding["code"], finding["feature"] or "NULL", finding["message"]["zh"])
        for report in printed("check", str(data / "汇交"), "--standard", "planning")
        for finding in report["findings"]
    ]
    rows = ran["held"]["layers"]["OUTPUT"]["rows"]
    assert [(row["code"], row["feature"], row["message"]) for row in rows] == expected
    assert any("-1" in message for _, _, message in expected)
    failing = ran["held"]["results"]["FAILING"]
    assert "FINDINGS_AREAS" in ran["held"]["loaded"]
    assert len(gpd.read_file(failing, layer="findings_areas")) == sum(
        feature != "NULL" for _, feature, _ in expected
    )
    assert "二者选其一" in ran["both"]["error"]


def test_a_check_and_a_comparison_tell_how_far_they_are(ran):
    assert ran["check"]["steps"] == [33, 66]  # of reading, checking and repairing; QGIS begins at 0
    assert ran["diff"]["steps"] == [33, 66, 100]
    assert len(ran["held"]["steps"]) > 10  # each rule
    assert ran["held"]["steps"] == sorted(ran["held"]["steps"])


def test_two_equal_deliveries_have_no_difference(ran):
    assert ran["diff"]["layers"]["OUTPUT"]["rows"] == []
    assert "共 0 处差异。" in ran["diff"]["said"]


def test_what_the_command_says_of_a_failure_is_what_the_user_reads(ran):
    assert "geozone 未能完成（退出码 " in ran["failing"]["error"]
    assert "zones.gpkg" in ran["failing"]["error"]


def test_a_build_opens_its_project_as_a_group_with_names_order_and_styles(ran, data):
    told = ran["build"]
    out = told["results"]["OUTPUT"]
    assert told["errors"] == []
    (group,) = told["tree"]
    with zipfile.ZipFile(data / "delivery" / "bth.qgz") as archive:
        project = archive.read("bth.qgs").decode("utf-8")
    assert f"<title>{group['group']}</title>" in project
    assert len(group["layers"]) > 10
    assert all(valid and out in source for _, valid, source in group["layers"])
    assert [name for name, *_ in group["layers"] if name.isascii()] == []
    assert told["steps"] == [50]


def test_english_words_where_qgis_speaks_another_language_and_one_of_two_inputs(in_qgis):
    told = in_qgis(("build", {"OUTPUT": "TEMPORARY_OUTPUT"}, {}), language="de")
    assert told["algorithms"]["geozone:coverage"][0] == "Coverage, each piece of ground once"
    assert "Choose zones or a project file" in told["steps"][0]["error"]


def test_a_cancelled_algorithm_ends_the_process(ran, data):
    assert "已取消" in " ".join(ran["cancelled"]["said"])
    assert ran["cancelled"]["steps"] == [10]
    with pytest.raises(ProcessLookupError):
        os.kill(int((data / "mark").read_text()), 0)


@pytest.fixture(scope="module")
def qgis_process(plugins, data, tmp_path_factory):
    """Return a function that runs qgis_process with settings of its own, the plugin enabled."""
    if PROGRAM is None:
        pytest.skip("qgis_process (package qgis) is not installed")
    home = tmp_path_factory.mktemp("home")
    settings = home / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    # settings of Qt hold other letters than those of ASCII as numbers
    place = "".join(one if one.isascii() else f"\\x{ord(one):x}" for one in str(data / "environment"))
    settings.write_text(f"[Processing]\nConfiguration\\GEOZONE_ENVIRONMENT={place}\n", "ascii")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8",
        "QGIS_PLUGINPATH": str(plugins), "QGIS_CUSTOM_CONFIG_PATH": str(home),
        # what must not reach the command
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""), "PROJ_LIB": "/usr/share/proj",
    }  # fmt: skip

    def run(*arguments):
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120, env=environment
        ).stdout

    run("plugins", "enable", PACKAGE)
    return run


@pytest.mark.parametrize(
    ("name", "inputs", "arguments", "layer"),
    [
        ("coverage", ["LAYER={gis}红线", "ZONES={zones}", "BY=name"], ["{file}:红线", "{zones}", "--by", "name"], "coverage"),
        ("mosaic", ["LAYERS={gis}红线", "LAYERS={gis}later", "ZONES={zones}", "BY=name"],
         ["{zones}", "{file}:红线", "{file}:later", "--by", "name"], None),
        ("change", ["OLD={gis}红线", "NEW={gis}later", "ZONES={zones}", "BY=name"],
         ["{file}:红线", "{file}:later", "{zones}", "--by", "name"], "change_zones"),
        ("check", ["LAYERS={gis}红线"], ["{file}:红线"], None),
    ],
)  # fmt: skip
def test_qgis_process_gives_the_numbers_of_the_command_line(
    qgis_process, data, tmp_path, *, name, inputs, arguments, layer
):
    out, file = tmp_path / f"{name}.gpkg", f"{data}/layers.gpkg"
    words = {"gis": f"{file}|layername=", "file": file, "zones": f"{data}/zones.gpkg"}
    given = [one.format(**words) for one in inputs]
    said = qgis_process("run", f"geozone:{name}", "--", *given, f"OUTPUT={out}")
    assert str(out) in said
    expected = printed(name, *(one.format(**words) for one in arguments))
    if name == "check":
        expected = [
            {"kind": finding["kind"], "message": finding["message"]["en"]}
            for report in expected
            for finding in report["findings"]
        ]
    assert expected
    columns = list(expected[0])
    assert gpd.read_file(out, layer=layer)[columns].to_dict(orient="records") == expected


DEFINITION = """<!DOCTYPE qgis-layer-definition>
<qlr><layer-tree-group><layer-tree-layer id="a" name="a" providerKey="ogr" source="./gone.gpkg|layername=units"/></layer-tree-group>
<maplayers><maplayer type="vector" geometry="Polygon"><id>a</id><datasource>./gone.gpkg|layername=units</datasource>
<layername>a</layername><provider encoding="UTF-8">ogr</provider></maplayer></maplayers></qlr>
"""


def test_a_renamed_geopackage_opens_with_all_layers_where_the_plugin_is_and_is_never_taken_for_another(
    run_in_qgis, plugins, data, tmp_path
):
    folder = tmp_path / "最终版2"
    shutil.copytree(data / "delivery", folder)
    renamed = (folder / "bth.gpkg").rename(folder / "京津冀 100%.gpkg")
    (folder / "bth.qgz").rename(folder / "工程.qgz")
    (folder / "其他.gpkg").write_bytes(b"no GeoPackage")
    (tmp_path / "elsewhere").mkdir()
    definition = tmp_path / "elsewhere" / "a.qlr"
    definition.write_text(DEFINITION, "utf-8")
    addresses = [f"geopackage:{renamed}?projectName=bth", str(folder / "工程.qgz")]
    out = run_in_qgis("open_renamed.py", plugins, *addresses, definition, timeout=300)
    told = json.loads(out.strip().splitlines()[-1])
    for each in told["with"]:
        assert each["read"]
        assert each["count"] == len(each["sources"]) > 10
        assert all(str(renamed) in source for source in each["sources"])
    assert [each["sources"] for each in told["without"]] == [[], []], "QGIS finds them by itself"
    assert told["added"] == [False]  # its layer has the same name in the open project, and lies elsewhere
    shutil.copy(renamed, folder / "bth 副本.gpkg")
    again = run_in_qgis("open_renamed.py", plugins, *addresses, timeout=300)
    inside, beside = json.loads(again.strip().splitlines()[-1])["with"]
    assert inside["count"] == len(inside["sources"])
    assert beside["sources"] == []  # nobody knows which of two is meant
