import json
import re
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
import samples
import shapely

import geozone
from geozone import cli
from geozone.errors import DataError, InputError


def run(capsys, *arguments):
    """Return exit code, stdout and stderr of one call in this process."""
    try:
        cli.main(list(arguments))
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def files(tmp_path):
    units = samples.sample_units()
    counties = tmp_path / "counties.gpkg"
    units[units.level == "county"].to_file(counties)
    redline = tmp_path / "redline.gpkg"
    samples.sample_layers()["redline"].data.to_file(redline)
    return redline, counties


def test_help_gives_examples(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "geozone build bth yrd hebei" in out


def test_zones_and_layers_are_listed(capsys):
    code, out, _ = run(capsys, "zones", "--json")
    assert code == 0
    assert {"bth", "yrd", "hebei", "gba", "yangtze", "yellow"} <= {row["zone"] for row in json.loads(out)}
    code, out, _ = run(capsys, "layers", "bth", "--csv")
    assert code == 0
    assert "boundary" in out


def test_coverage_of_any_two_files(capsys, files, tmp_path):
    redline, counties = map(str, files)
    code, out, _ = run(capsys, "coverage", redline, counties, "--by", "code", "--json")
    assert code == 0
    rows = json.loads(out)
    assert len(rows) == 8
    assert all(0 <= row["share"] <= 1 for row in rows)
    target = tmp_path / "coverage.csv"
    code, out, _ = run(capsys, "coverage", redline, counties, "--by", "code", "--out", str(target))
    assert (code, out.strip()) == (0, str(target))
    assert pd.read_csv(target).net_km2.sum() == pytest.approx(sum(row["net_km2"] for row in rows), rel=1e-12)


def test_the_mosaic_of_files_adds_up(capsys, files):
    redline, counties = map(str, files)
    code, out, _ = run(capsys, "mosaic", counties, redline, "--by", "code", "--json")
    assert code == 0
    _, whole, _ = run(capsys, "coverage", redline, counties, "--by", "code", "--json")
    areas = pd.DataFrame(json.loads(out)).groupby("code").area_km2.sum()
    zones = pd.DataFrame(json.loads(whole)).set_index("code").zone_km2
    assert list(areas) == pytest.approx(list(zones.loc[areas.index]), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("build", "atlantis"), 2, "atlantis"),
        (("build",), 2, "--all"),
        (("build", "bth", "--project", "project.toml"), 2, "--project"),
        (("build", "--nonsense"), 2, "--nonsense"),
        (("rates", "--project", "gone.toml"), 3, "gone.toml"),
        (("coverage", "gone.gpkg", "gone.gpkg"), 3, "gone.gpkg"),
        (("layers", "atlantis"), 2, "atlantis"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_exit_code(capsys, arguments, code, named):
    found, out, err = run(capsys, *arguments)
    assert found == code
    assert out == ""
    assert named in err
    assert "Traceback" not in err


def test_an_unknown_field_lists_the_known_ones(capsys, files):
    redline, counties = map(str, files)
    code, _, err = run(capsys, "coverage", redline, counties, "--by", "XZQDM", "--lang", "en")
    assert code == 2
    assert "XZQDM" in err
    assert "code" in err


def test_an_output_of_unknown_kind_is_refused_before_work(capsys, files, tmp_path):
    redline, counties = map(str, files)
    code, _, err = run(capsys, "coverage", redline, counties, "--out", str(tmp_path / "a.doc"))
    assert code == 2
    assert ".csv" in err
    assert not (tmp_path / "a.doc").exists()


def test_an_output_that_cannot_be_written_is_told(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "build", "bth", "--out", str(tmp_path / "file"))
    assert code == 2
    assert str(tmp_path / "file") in err


@pytest.mark.parametrize(("error", "code"), [(DataError, 1), (InputError, 3)])
def test_errors_keep_their_exit_code(capsys, monkeypatch, error, code):
    def fail(*_, **__):
        raise error("files.unwritable", path="x", reason="y")

    monkeypatch.setattr("geozone.run.build.build", fail)
    assert run(capsys, "build", "bth")[0] == code


def test_a_bug_is_exit_code_4_and_a_traceback_only_under_debug(capsys, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("geozone.run.build.build", fail)
    code, _, err = run(capsys, "build", "bth")
    assert code == 4
    assert "Traceback" not in err
    assert "--debug" in err
    code, _, err = run(capsys, "build", "bth", "--debug")
    assert code == 4
    assert "ZeroDivisionError" in err
    assert "Traceback" in err


def test_the_command_is_installed_and_prints_versions():
    done = subprocess.run(
        [sys.executable, "-m", "geozone", "versions", "--json"], capture_output=True, text=True, check=True
    )
    rows = json.loads(done.stdout)
    for library in ("GDAL", "GEOS", "PROJ"):
        assert sum(bool(row.get(library)) for row in rows) >= 2, library


def test_a_file_is_checked_and_repaired(capsys, tmp_path):
    knot = [(116.51, 39), (116.49, 39.01), (116.51, 39.01), (116.49, 39)]  # a small part that crosses itself
    crossed = shapely.Polygon([(116, 38), (117, 38), (117, 39), *knot, (116, 39)])
    sound = shapely.box(118, 38, 119, 39)
    path = tmp_path / "red.gpkg"
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[crossed, sound], crs=4490).to_file(path)
    code, out, _ = run(capsys, "check", str(path), "--json")
    assert code == 1
    assert [finding["kind"] for finding in json.loads(out)[0]["findings"]] == ["ring_self_intersection"]
    code, out, _ = run(capsys, "check", str(path), "--lang", "en")
    assert "crosses or touches itself" in out
    code, _, _ = run(capsys, "check", str(path), "--repair", str(tmp_path / "mended.gpkg"))
    assert code == 1
    assert gpd.read_file(tmp_path / "mended.gpkg", layer="red").is_valid.all()
    assert len(gpd.read_file(tmp_path / "mended.gpkg", layer="ledger")) == 1


def test_one_unreadable_file_does_not_keep_others_from_being_checked(capsys, files, tmp_path):
    redline, _ = files
    (tmp_path / "broken.gpkg").write_text("no GeoPackage")
    code, _, err = run(capsys, "check", str(tmp_path / "broken.gpkg"), str(redline), "--lang", "en")
    assert code == 3
    assert "broken.gpkg" in err
    assert "1 layers checked" in err


def test_a_missing_file_never_ends_in_nothing_found(capsys, tmp_path):
    code, out, err = run(capsys, "check", str(tmp_path / "missing.gpkg"))
    assert code == 3
    assert "没有发现问题" not in out + err


def test_libraries_do_not_speak_on_the_terminal(tmp_path):
    """What GDAL and GEOS grumble about, with paths and in their own words, reaches nobody."""
    path = tmp_path / "red.shp"
    shapes = gpd.GeoDataFrame(
        {"n": [1, 2]}, geometry=shapely.box([116, 117], 39, [116.5, 117.5], 40), crs=4490
    )
    shapes.to_file(path)
    raw = bytearray(path.read_bytes())
    raw[100 + 8 + 40 : 100 + 8 + 44] = (2**27).to_bytes(4, "little")
    path.write_bytes(raw)
    command = [sys.executable, "-m", "geozone", "check", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert not re.search(r"ERROR \d|Warning|warn", done.stderr)


def test_a_layer_whose_coordinates_do_not_fit_its_crs_is_not_streamed(files, tmp_path):
    """Metres that claim to be degrees go through the reader, which refuses them, and not into the plane."""
    redline, counties = files
    wrong = gpd.read_file(redline).to_crs(4527).set_crs(4326, allow_override=True)
    wrong.to_file(tmp_path / "wrong.gpkg")
    with pytest.raises(geozone.errors.GeozoneError):
        geozone.coverage(tmp_path / "wrong.gpkg", counties)


def test_streamed_and_read_layers_give_the_same_coverage(files, tmp_path):
    redline, counties = files
    gpd.read_file(redline).to_file(tmp_path / "red.geojson")
    streamed, read = (
        geozone.coverage(path, counties, by="code") for path in (redline, tmp_path / "red.geojson")
    )
    pd.testing.assert_frame_equal(streamed, read, rtol=1e-9)


def test_check_gives_one_row_a_kind_and_every_finding_where_asked(capsys, tmp_path):
    bow_ties = [shapely.Polygon([(x, 39), (x + 1, 40), (x + 1, 39), (x, 40)]) for x in (115, 117)]
    gpd.GeoDataFrame(geometry=bow_ties, crs=4490).to_file(tmp_path / "two.gpkg")
    code, out, _ = run(capsys, "check", str(tmp_path / "two.gpkg"), "--lang", "en")
    assert code == 1
    assert out.count("ring_self_intersection") == 1
    code, out, _ = run(capsys, "check", str(tmp_path / "two.gpkg"), "--all", "--lang", "en")
    assert out.count("ring_self_intersection") == 2


def test_a_layer_inside_a_file_is_named_after_a_colon(capsys, files, tmp_path):
    redline, counties = files
    both = tmp_path / "both.gpkg"
    gpd.read_file(redline).to_file(both, layer="redline")
    gpd.read_file(counties).to_file(both, layer="counties")
    code, out, _ = run(capsys, "check", f"{both}:redline", "--json")
    assert code == 0
    assert [report["layer"] for report in json.loads(out)] == ["redline"]
    whole = json.loads(run(capsys, "coverage", str(redline), str(counties), "--by", "code", "--json")[1])
    code, out, _ = run(capsys, "coverage", f"{both}:redline", f"{both}:counties", "--by", "code", "--json")
    assert code == 0
    assert json.loads(out) == whole


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), 3),
        (OSError("libx.so: failed to map segment from shared object"), 3),
        (OSError(12, "Cannot allocate memory"), 3),
        (ValueError("a bug"), 4),
    ],
)
def test_too_little_memory_is_a_sentence_whatever_a_library_says(monkeypatch, capsys, error, code):
    def fail(**_):
        if code == 4:
            raise error
        raise InputError("read.unreadable", path="boundary.gpkg", reason="?") from error

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main(["zones", "--lang", "en"])
    assert caught.value.code == code
    said = capsys.readouterr().err
    assert ("not enough memory" in said) == (code == 3)
    assert "boundary.gpkg" not in said
