"""What is released: a wheel that needs no Node, no network and no checkout, and the version that says so."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from shutil import copy, copytree

import pytest

import geozone
from geozone.catalog import load_catalog
from geozone.maps import assets
from geozone.overlay.compiled.kept import is_compiled
from geozone.run.folder import write_index

ROOT = Path(geozone.__file__).resolve().parents[1]
NO_NETWORK = (
    "import sys; sys.addaudithook(lambda event, given: event in ('socket.connect', 'socket.getaddrinfo') "
    "and sys.exit(f'asked for {given}'))\n"
)


MAIN = "from geozone.cli import main; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return a Python in which the wheel is installed, and what it depends on, but nothing of this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (packages / "network.pth").write_text(NO_NETWORK)
    return python


def run(python, code, *arguments, **settings):
    """Run code away from the checkout, without its paths, and without any program that is not its own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GEOZONE"))
    }
    done = subprocess.run(
        [python, "-c", code, *arguments],
        cwd=python.parent, env=environment | {"PATH": str(python.parent)} | settings, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_that_the_program_reads(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.getinfo(name).file_size for name in archive.namelist()}
    for folder, inside, endings in (
        ("geozone", "geozone", {".py", ".toml", ".json", ".txt", ".typed"}),
        ("geozone/maps/assets", "geozone/maps/assets", {".js", ".css", ".html", ".txt", ".svg"}),
        ("seeds", "geozone/_shipped/seeds", {".toml", ".csv"}),
        ("layers/data", "geozone/_shipped/layers/data", {".gpkg", ".tif", ".csv"}),
        ("layers/figures", "geozone/_shipped/layers/figures", {".csv", ".toml"}),
        ("layers/registers", "geozone/_shipped/layers/registers", {".csv", ".toml"}),
    ):
        files = [
            path.relative_to(ROOT / folder)
            for path in (ROOT / folder).rglob("*")
            if path.suffix in endings and "frontend" not in path.relative_to(ROOT).parts
        ]
        assert files, folder
        lacking = [path for path in files if f"{inside}/{path.as_posix()}" not in held]
        assert lacking == [], folder
    assert [name for name in held if "frontend" in name or "node_modules" in name or "tests/" in name] == []
    assert {f"geozone/_shipped/layers/{name}.toml" for name in load_catalog()} <= set(held)
    assert sum(held.values()) < 25e6


def test_the_wheel_states_its_licences_and_what_it_needs(wheel):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        said = archive.read(name).decode()
        licences = {one.rpartition("/licenses/")[2] for one in archive.namelist() if "/licenses/" in one}
    assert set(declared["license-files"]) <= licences
    assert f"\nVersion: {geozone.__version__}\n" in said
    needed = [
        line for line in said.splitlines() if line.startswith("Requires-Dist: ") and "extra ==" not in line
    ]
    assert len(needed) == len(declared["dependencies"])


def test_it_lists_without_a_checkout(installed):
    assert "bth" in run(installed, MAIN, "zones")
    assert "redline" in run(installed, MAIN, "roles")
    assert "layers/data" not in run(installed, MAIN, "layers", "hebei", "--json")


@pytest.fixture(scope="module")
def made(installed, tmp_path_factory):
    """Return the folder of a build by the wheel."""
    kept = str(tmp_path_factory.mktemp("kept"))
    if is_compiled():  # of the same sources, so that it need not be compiled again
        ask = "from geozone.overlay.compiled.tile_combinations import combinations; print(combinations.stats.cache_path)"
        ours = subprocess.check_output([sys.executable, "-c", ask], cwd=ROOT, encoding="utf-8")
        copytree(ours.strip(), run(installed, ask, NUMBA_CACHE_DIR=kept).strip(), dirs_exist_ok=True)
    folder = tmp_path_factory.mktemp("made")
    run(installed, MAIN, "build", "hebei", "--no-cache", "--out", str(folder), NUMBA_CACHE_DIR=kept)
    return folder


@pytest.mark.parametrize("ending", [".html", ".gpkg", ".qgz", "_rates.csv", "_rates.json", ".xlsx"])
def test_it_builds_the_same_bytes_again_without_node_network_or_checkout(made, built, ending):
    assert (made / f"hebei{ending}").read_bytes() == (built / f"hebei{ending}").read_bytes()


def test_the_index_of_zones_that_other_builds_wrote_is_that_of_one_build(made, built, tmp_path):
    for folder in (made, built):
        for path in folder.iterdir():
            if not (tmp_path / path.name).exists():
                copy(path, tmp_path)
    write_index(tmp_path, "zh", lambda reason: pytest.fail(reason.en))
    assert (tmp_path / "index.html").read_bytes() == (built / "index.html").read_bytes()


def test_the_changelog_has_a_section_of_the_version_and_one_of_what_is_unreleased():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(geozone.__version__)} \(\d{{4}}-\d\d-\d\d\)", headings[1])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", heading) for heading in headings[1:])
