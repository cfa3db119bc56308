"""Zones that share ground: every row is right, their sum is not, and that is told."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

import geozone
from geozone.cli import cli
from geozone.errors import GeozoneWarning
from geozone.overlay.length import line_lengths, lines_in_layer, points_in_zones
from geozone.overlay.losses import told
from geozone.overlay.plane import area_km2
from geozone.overlay.zone_overlaps import KINDS

LAYER = gpd.GeoDataFrame(geometry=[shapely.box(116.1, 39.1, 116.2, 39.2)], crs=4490)
LINES = gpd.GeoDataFrame(geometry=[shapely.LineString([(116.1, 39.1), (116.9, 39.2)])], crs=4490)
METRE = 1 / 111_000
WEST, EAST = shapely.box(116, 39, 116.5, 40), shapely.box(116.5, 39, 117, 40)


def zones(*shapes, **fields):
    return gpd.GeoDataFrame(
        {"key": list("abcdefgh"[: len(shapes)])} | fields, geometry=list(shapes), crs=4490
    )


def found(frame, make=geozone.coverage):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeozoneWarning)
        table = make(frame)
    return [finding for finding in told(table) if finding.kind in KINDS]


def by_coverage(frame):
    return geozone.coverage(LAYER, frame, by="key")


def by_mosaic(frame):
    return geozone.mosaic({"red": LAYER}, frame, by="key")


def by_change(frame):
    return geozone.change(LAYER, LAYER, frame, by="key")


RASTER = np.ones((20, 20), dtype="uint8"), Affine(0.05, 0, 116, 0, -0.05, 40)


def by_shares(frame):
    return geozone.zonal_shares(RASTER, frame, by="key", crs=4490)


def by_means(frame):
    return geozone.zonal_means(RASTER, frame, by="key", crs=4490)


def by_lengths(frame):
    return line_lengths(LINES, frame, by="key")


def by_shares_of_lines(frame):
    return lines_in_layer(LINES, LAYER, frame, by="key")


def by_points(frame):
    return points_in_zones(LAYER, frame, by="key")


@pytest.mark.parametrize(
    "make",
    [
        by_coverage, by_mosaic, by_change, by_shares, by_means, by_lengths, by_shares_of_lines, by_points
    ],
)  # fmt: skip
def test_zones_that_overlap_are_told_with_the_ground_they_share(make):
    [finding] = found(zones(WEST, shapely.box(116.4, 39, 117, 40)), make)
    shared = float(area_km2(np.array([shapely.box(116.4, 39, 116.5, 40)]), 4490)[0])
    assert finding.kind == "zones_overlap"
    assert float(finding.message.params["area"]) == pytest.approx(shared, abs=1e-3)
    assert finding.message.params["first"] == "a × b"


@pytest.mark.parametrize("make", [by_shares, by_means])
def test_a_function_that_returns_a_plain_table_warns_of_it(make):
    with pytest.warns(GeozoneWarning, match="must not be added up"):
        make(zones(WEST, shapely.box(116.4, 39, 117, 40)))


def test_a_streamed_layer_tells_it_as_well(tmp_path):
    path = tmp_path / "red.fgb"
    LAYER.to_file(path)
    frame = zones(WEST, shapely.box(116.4, 39, 117, 40))
    assert [one.kind for one in found(frame, lambda given: geozone.coverage(path, given, by="key"))] == [
        "zones_overlap"
    ]


@pytest.mark.parametrize(("metres", "kinds"), [(0, []), (4, []), (40, ["zones_overlap"])])
def test_a_strip_along_a_border_is_noise_up_to_the_accuracy_of_outlines(metres, kinds):
    frame = zones(WEST, shapely.box(116.5 - metres * METRE, 39, 117, 40))
    assert [one.kind for one in found(frame, by_coverage)] == kinds
    assert found(frame.assign(accuracy_m=500.0), by_coverage) == []


def test_a_patch_beside_a_long_strip_is_told():
    notched = shapely.union(
        shapely.box(116.5 - 2 * METRE, 39, 117, 40), shapely.box(116.49, 39.5, 116.6, 39.51)
    )
    assert [one.kind for one in found(zones(WEST, notched), by_coverage)] == ["zones_overlap"]


def test_a_city_with_its_counties_is_told_as_levels():
    [finding] = found(zones(WEST, EAST, shapely.box(116, 39, 117 + 2 * METRE, 40)), by_coverage)
    assert finding.kind == "zones_nested"
    assert finding.severity.value == "note"
    assert finding.message.params["count"] == 2


def test_the_same_ground_twice_is_told_unless_the_table_says_that_it_is_two_levels():
    frame = zones(WEST, WEST, EAST)
    assert [one.kind for one in found(frame, by_coverage)] == ["zones_equal"]
    levels = frame.assign(level=["city", "county", "county"])
    assert [one.kind for one in found(levels, by_coverage)] == ["zones_nested"]
    assert found(frame.assign(key=["a", "a", "b"]), by_coverage) == []


def test_the_command_tells_it_and_marks_every_row(tmp_path, capsys):
    layer, apart, overlapping = (tmp_path / f"{name}.gpkg" for name in ("red", "apart", "overlapping"))
    LAYER.to_file(layer)
    zones(WEST, EAST).to_file(apart)
    zones(WEST, shapely.box(116.4, 39, 117, 40)).to_file(overlapping)
    for path, marked in ((apart, False), (overlapping, True)):
        cli.main(
            ["coverage", str(layer), str(path), "--by", "key", "--json", "--lang", "en"],
            standalone_mode=False,
        )
        caught = capsys.readouterr()
        assert [row.get("zones_overlap", False) for row in json.loads(caught.out)] == [marked, marked]
        assert ("must not be added up" in caught.err) == marked
        for ending in (".gpkg", ".geojson", ".csv"):
            out = tmp_path / f"out{ending}"
            cli.main(
                ["coverage", str(layer), str(path), "--by", "key", "--out", str(out)], standalone_mode=False
            )
            table = pd.read_csv(out) if ending == ".csv" else gpd.read_file(out, layer=0)
            assert ("zones_overlap" in table) == marked, ending
            cli.main(
                ["change", str(layer), str(layer), str(path), "--by", "key", "--out", str(out)],
                standalone_mode=False,
            )
            table = pd.read_csv(out) if ending == ".csv" else gpd.read_file(out, layer=0)
            assert ("zones_overlap" in table) == marked, ending
        capsys.readouterr()


@pytest.mark.parametrize(
    ("keys", "alike"),
    [
        (("a", "a "), True),
        (("A", "a"), True),
        (("１", "1"), True),
        (("130102", "130102.0"), True),
        (("130102", "1.30102E+05"), True),
        (("130102", "130102000000"), True),
        (("130102", "'130102"), True),
        (("a", "a\u200b"), True),
        (("1", "01"), True),
        (("130102", "130102001"), False),
        (("1", "10"), False),
        (("a", "b"), False),
    ],
)
def test_keys_that_differ_only_in_what_nobody_sees_are_told(keys, alike):
    frame = zones(WEST, EAST).assign(key=list(keys))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeozoneWarning)
        table = by_coverage(frame)
    assert ("zone_keys_alike" in {finding.kind for finding in told(table)}) is alike
    assert len(table) == 2


def test_keys_that_are_lists_are_taken_as_text():
    table = by_coverage(zones(WEST, EAST).assign(key=[[1], [2]]))
    assert list(table.index) == ["[1]", "[2]"]
