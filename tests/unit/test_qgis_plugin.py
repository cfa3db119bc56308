"""The plugin for QGIS without QGIS: how it is packed, which program it runs in which environment, and how that ends."""

import ast
import json
import os
import re
import sys
import time
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

import geozone
from geozone.choices import EDITIONS
from geozone.cli import cli
from geozone.messages import room
from geozone.qgis_plugin.geozone_processing import command
from geozone.qgis_plugin.pack import PACKAGE, pack
from geozone.seeds import load_zones
from geozone.standards.declared import standard_ids

ROOT = Path(geozone.__file__).parent
FOLDER = ROOT / "qgis_plugin" / PACKAGE
MODULES = sorted(FOLDER.glob("*.py"))
SOURCE = "\n".join(path.read_text("utf-8") for path in MODULES)
QGIS_HOME = {
    "HOME": "/home/user", "LANG": "zh_CN.UTF-8", "PGPASSFILE": "/home/user/.pgpass", "PATH": "/opt/qgis/bin", "PYTHONHOME": "/opt/qgis",
    "PYTHONPATH": "/opt/qgis/python", "LD_LIBRARY_PATH": "/opt/qgis/lib", "PROJ_LIB": "/opt/qgis/proj",
    "GDAL_DRIVER_PATH": "/opt/qgis/gdal", "QT_PLUGIN_PATH": "/opt/qgis/qt", "VIRTUAL_ENV": "/opt/other",
}  # fmt: skip


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return pack(tmp_path_factory.mktemp("packed") / "plugin.zip")


def test_the_zip_holds_one_folder_with_all_that_the_plugin_manager_asks_for(packed):
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        metadata = archive.read(f"{PACKAGE}/metadata.txt").decode("utf-8")
    assert {name.partition("/")[0] for name in names} == {PACKAGE}
    assert {f"{PACKAGE}/{path.name}" for path in MODULES} <= set(names)
    for line in (
        "name=geozone",
        f"version={geozone.__version__}",
        "qgisMinimumVersion=3.22",
        "hasProcessingProvider=yes",
    ):
        assert line in metadata.splitlines()  # fmt: skip


def test_the_words_of_the_plugin_are_those_of_the_catalogue_and_none_is_idle(packed):
    with zipfile.ZipFile(packed) as archive:
        content = json.loads(archive.read(f"{PACKAGE}/catalogue.json"))
    catalogue = room("qgis_plugin")
    assert content["words"] == {key: {"zh": one.zh, "en": one.en} for key, one in catalogue.items()}
    assert list(content["zones"]) == list(load_zones())
    assert content["editions"] == list(EDITIONS)
    assert list(content["standards"]) == standard_ids()
    named = set(re.findall(r'word\(\s*"([a-z_0-9]+)"', SOURCE)) | {"description", "about"}
    commands = re.findall(r'KEY = "([a-z]+)"', SOURCE)
    named |= {f"{key}_{part}" for key in commands for part in ("title", "about", "help")}
    named |= {f"{key}_{part}" for key in ("change", "diff") for part in ("old", "new")}
    named |= {"change_zones", "change_places", "check_failing", "check_repaired"}
    assert named == set(catalogue)


def test_every_algorithm_runs_a_command_that_there_is():
    assert set(re.findall(r'KEY = "([a-z]+)"', SOURCE)) <= set(cli.commands)


def test_two_equal_plugins_are_equal_files(packed, tmp_path):
    assert pack(tmp_path / "again.zip").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_plugin_reads_in_the_python_of_the_oldest_qgis_and_imports_nothing_of_geozone(path):
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 9))
    names = [
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
        for alias in node.names
    ]
    allowed = {*sys.stdlib_module_names, "qgis", "processing"}
    assert {name.partition(".")[0] for name in names} <= allowed


def test_the_process_gets_nothing_of_qgis():
    found = command.clean_environment(PurePosixPath("/srv/env/bin/geozone"), QGIS_HOME, windows=False)
    assert found == {
        "HOME": "/home/user", "LANG": "zh_CN.UTF-8", "PGPASSFILE": "/home/user/.pgpass", "PATH": "/srv/env/bin:/usr/bin:/bin",
        "PYTHONUTF8": "1", "GEOZONE_PROGRESS": "lines",
    }  # fmt: skip


@pytest.mark.parametrize("written", ["C:\\geozone\\.venv", '"C:\\geozone\\.venv"', "C:/geozone/.venv"])
def test_an_environment_of_windows_has_its_program_in_scripts(written):
    places = command.candidates(written, windows=True)
    assert PureWindowsPath("C:\\geozone\\.venv\\Scripts\\geozone.exe") in places
    assert command.candidates("C:\\geozone\\.venv\\Scripts\\geozone.exe", windows=True)[0] == PureWindowsPath(
        "C:\\geozone\\.venv\\Scripts\\geozone.exe"
    )


def test_the_process_of_windows_finds_its_own_libraries_before_those_of_the_system():
    given = {"SYSTEMROOT": "C:\\WINDOWS", "USERPROFILE": "C:\\Users\\甲", "Path": "C:\\OSGeo4W\\bin", "OSGEO4W_ROOT": "C:\\OSGeo4W",
             "PYTHONHOME": "C:\\OSGeo4W\\apps\\Python39"}  # fmt: skip
    program = PureWindowsPath("D:\\环境\\geo zone\\Scripts\\geozone.exe")
    found = command.clean_environment(program, given, windows=True)
    assert found["PATH"].split(";") == [
        "D:\\环境\\geo zone\\Scripts", "D:\\环境\\geo zone", "D:\\环境\\geo zone\\Library\\bin", "C:\\WINDOWS\\System32",
        "C:\\WINDOWS",
    ]  # fmt: skip
    assert not any("OSGeo4W" in value for value in found.values())
    assert found["SYSTEMROOT"] == "C:\\WINDOWS"
    assert command.tree_end(42) == ["taskkill", "/PID", "42", "/T", "/F"]


def test_a_program_is_found_in_the_folder_that_was_chosen_or_on_the_path(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "geozone"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for chosen in (tmp_path, tmp_path / "bin", program):
        assert command.find_program(f" {chosen} ", windows=False) == program
    assert command.find_program(str(tmp_path / "other"), windows=False) is None
    monkeypatch.setenv("PATH", str(program.parent))
    assert command.find_program("", windows=False) == program


def run(*code, cancelled=lambda: False):
    steps, told = [], []
    finished = command.run(
        [sys.executable, "-c", "\n".join(code)],
        {"PYTHONUTF8": "1"},
        cancelled=cancelled,
        progress=steps.append,
        tell=told.append,
    )
    return finished, steps, told


def test_output_progress_and_messages_are_told_apart():
    finished, steps, told = run(
        "import sys",
        "print('[3%]', file=sys.stderr)",
        "print('一句话', file=sys.stderr)",
        "print('[70%] 叠加', file=sys.stderr)",
        "print('红线' * 100000)",
        "sys.exit(1)",
    )
    assert (steps, told) == ([3, 70], ["一句话", "叠加"])
    assert (finished.code, finished.told) == (1, ["一句话"])
    assert finished.output == "红线" * 100000 + os.linesep


def test_a_cancelled_process_may_clear_up_and_has_ended_then(tmp_path):
    mark = tmp_path / "mark"
    started = time.monotonic()
    with pytest.raises(command.CancelledError):
        run(
            "import pathlib, signal, sys, time",
            f"mark = pathlib.Path({str(mark)!r})",
            "def end(*_): mark.write_text('cleared'); sys.exit()",
            "signal.signal(signal.SIGTERM, end)",
            "mark.write_text('begun')",
            "time.sleep(60)",
            cancelled=mark.exists,
        )
    assert mark.read_text() == "cleared"
    assert time.monotonic() - started < 30


def test_a_program_that_is_none_is_an_error_at_once(tmp_path):
    with pytest.raises(OSError, match="absent"):
        command.run([str(tmp_path / "absent")], {}, cancelled=bool, progress=print, tell=print)
