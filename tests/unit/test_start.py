"""What a command imports before it starts: nothing that it does not work with."""

import gc
import os
import subprocess
import sys

import pandas as pd
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

import geozone
from geozone.aligned import aligned, separated
from geozone.cli.loading import loading

HEAVY = {
    "distributed",
    "exactextract",
    "fiona",
    "folium",
    "geopandas",
    "jinja2",
    "mapclassify",
    "matplotlib",
    "numba",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pypinyin",
    "pyproj",
    "rasterio",
    "requests",
    "scipy",
    "shapely",
    "sklearn",
    "tqdm",
    "xlrd",
    "xlsxwriter",
}
READING = {"geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely"}
CALL = "import sys; from geozone.cli import main\ntry:\n    main({arguments})\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
COMMANDS = ("build", "change", "check", "coverage", "example", "explain", "export", "indicators", "layers", "map",
            "mosaic", "rates", "roles", "rule", "targets", "verify", "versions", "zones")  # fmt: skip


LISTING = (
    ["--help"],
    ["--version"],
    ["zones"],
    ["zones", "--json"],
    ["zones", "--csv"],
    ["rule"],
    ["rule", "GH302"],
)
TELL = f"\nimport sys; print('loaded', *sorted({HEAVY!r} & set(sys.modules)))\n"


def heavy_after(*steps):
    """Return the heavy packages that a new process has loaded after each of some steps, one after the other."""
    code = "".join(step + TELL for step in steps)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    told = [line.split() for line in done.stdout.splitlines()]
    loaded = [set(words[1:]) for words in told if words[:1] == ["loaded"]]
    assert len(loaded) == len(steps)
    return loaded


def called(*commands):
    return "".join(CALL.format(arguments=arguments) for arguments in commands)


def test_neither_the_package_nor_a_listing_nor_the_help_of_a_command_loads_anything():
    package, listing, helps = heavy_after(
        "import geozone; dir(geozone)", called(*LISTING), called(*([name, "--help"] for name in COMMANDS))
    )
    assert package == set()
    assert listing == set()
    assert helps == set()


def test_every_public_name_is_there_and_told():
    assert set(geozone.__all__) <= set(dir(geozone))
    for name in geozone.__all__:
        assert getattr(geozone, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        geozone.no_such_name  # noqa: B018


def test_a_check_loads_what_reads_the_file_and_no_more(tmp_path):
    units = samples.sample_units().iloc[:5][["code", "name", "geometry"]]
    paths = [str(tmp_path / f"units.{ending}") for ending in ("geojson", "gpkg", "shp")]
    for path in paths:
        units.to_file(path, encoding="utf-8")
    for path, loaded in zip(paths, heavy_after(*(called(["check", path]) for path in paths)), strict=True):
        assert loaded <= READING, path


def test_a_check_loads_the_reader_of_its_format_alone(tmp_path):
    path = tmp_path / "units.geojson"
    samples.sample_units().iloc[:5][["code", "geometry"]].to_file(path)
    tell = "\nprint('loaded', *sorted(name for name in sys.modules if name.startswith('geozone.read.')))\n"
    done = subprocess.run(
        [sys.executable, "-c", called(["check", str(path)]) + tell],
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    readers = {
        f"geozone.read.{name}"
        for name in ("gdal", "geojson", "parcels", "parquet", "postgis", "shapefile", "tables")
    }
    assert loaded & readers == {"geozone.read.geojson"}


def test_a_build_loads_no_compiler_and_no_second_library_for_what_numpy_does():
    (loaded,) = heavy_after("import geozone.run.output, geozone.run.folder")
    assert not loaded & {"exactextract", "mapclassify", "matplotlib", "numba", "pypinyin", "scipy", "sklearn"}


def test_garbage_is_looked_for_again_once_a_command_has_loaded_its_libraries():
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), loading():
        raise KeyError
    assert gc.isenabled()


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("3", "3")])
def test_a_command_starts_no_thread_for_matrices_unless_it_is_asked_for(given, threads):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if given:
        environment["OPENBLAS_NUM_THREADS"] = given
    code = (
        "import os\nfrom geozone.cli import main\ntry:\n    main(['zones'])\nexcept SystemExit:\n    pass\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True, encoding="utf-8"
    )
    assert done.stdout.split()[-1] == threads


TEXTS = st.text(st.sampled_from('ab1 -.,"\n\t、县界º'), max_size=50)


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "行政区": TEXTS, "c": TEXTS}), min_size=1, max_size=5))
def test_texts_are_printed_as_pandas_prints_them(rows):
    frame = pd.DataFrame(rows)
    with pd.option_context("display.unicode.east_asian_width", True):
        assert aligned(rows).splitlines() == frame.to_string(index=False).splitlines()
    assert separated(rows) == frame.to_csv(index=False).rstrip("\n")
