"""What a command imports before it starts: nothing that it does not work with."""

import subprocess
import sys

import pandas as pd
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

import geozone
from geozone.aligned import aligned, separated

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


def heavy_after(code):
    """Return the heavy packages that a new process has loaded when some code has run."""
    code += f"\nimport sys; print('loaded', *sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_the_package_itself_loads_nothing():
    assert heavy_after("import geozone; dir(geozone)") == set()


def test_every_public_name_is_there_and_told():
    assert set(geozone.__all__) <= set(dir(geozone))
    for name in geozone.__all__:
        assert getattr(geozone, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such_name"):
        geozone.no_such_name  # noqa: B018


def test_what_needs_no_data_loads_nothing():
    commands = [
        ["--help"],
        ["--version"],
        ["zones"],
        ["zones", "--json"],
        ["zones", "--csv"],
        ["rule"],
        ["rule", "GH302"],
    ]
    assert heavy_after("".join(CALL.format(arguments=arguments) for arguments in commands)) == set()


def test_the_help_of_no_command_loads_anything():
    calls = "".join(CALL.format(arguments=[command, "--help"]) for command in COMMANDS)
    assert heavy_after(calls) == set()


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp"])
def test_a_check_loads_what_reads_the_file_and_no_more(tmp_path, ending):
    path = tmp_path / f"units.{ending}"
    samples.sample_units().iloc[:5][["code", "name", "geometry"]].to_file(path, encoding="utf-8")
    assert heavy_after(CALL.format(arguments=["check", str(path)])) <= READING


def test_a_build_loads_no_compiler_and_no_second_library_for_what_numpy_does():
    loaded = heavy_after("import geozone.run.output, geozone.run.folder")
    assert not loaded & {"exactextract", "mapclassify", "matplotlib", "numba", "pypinyin", "scipy", "sklearn"}


TEXTS = st.text(st.sampled_from('ab1 -.,"\n\t、县界º'), max_size=50)


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "行政区": TEXTS, "c": TEXTS}), min_size=1, max_size=5))
def test_texts_are_printed_as_pandas_prints_them(rows):
    frame = pd.DataFrame(rows)
    with pd.option_context("display.unicode.east_asian_width", True):
        assert aligned(rows).splitlines() == frame.to_string(index=False).splitlines()
    assert separated(rows) == frame.to_csv(index=False).rstrip("\n")
