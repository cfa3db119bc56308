"""Corridors: belts of a stated width along lines, ways from province to province, and barriers at two dates."""

import re
from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from raster_samples import saved
from samples import sample_result
from test_barriers import CRS, CUT_6, GEOD, NECK, RIDGE, RULE, broken_ridge, on_earth, units

from geozone.barriers.analysis import analyse
from geozone.barriers.buffers import belt_along
from geozone.barriers.passages import passages
from geozone.barriers.stability import Direction, compare
from geozone.barriers.telling import belt_text
from geozone.manifest.classes import load_classes
from geozone.manifest.indicators import load_indicators
from geozone.manifest.roles import get_role
from geozone.messages import Text
from geozone.model import Basis, Layer, LayerSource, LayerSpec
from geozone.opened import OpenProject
from geozone.overlay.plane import area_km2
from geozone.run.belts import BeltMaterials, Belts, widened

CORRIDOR = shapely.box(-200e3, -3e3, 200e3, 3e3)  # 6 km wide
NARROW = [shapely.box(10e3, 1e3, 20e3, 9e3), shapely.box(10e3, -9e3, 20e3, -1e3)]  # 2 km between them
THREE = units(*[shapely.box(x, -300e3, y, 300e3) for x, y in ((-250e3, -50e3), (-50e3, 50e3), (50e3, 250e3))])


def ways(*cuts):
    ground = shapely.difference(CORRIDOR, shapely.union_all(cuts))
    found = passages(on_earth(ground), THREE.geometry.to_numpy(), ["west", "middle", "east"], link_m=1000)
    return {frozenset(way.units): way for way in found}


WEST, EAST = frozenset({"west", "middle"}), frozenset({"middle", "east"})
THROUGH = WEST | EAST


def test_a_whole_corridor_leads_through_every_province():
    found = ways()
    assert found.keys() == {WEST, EAST, THROUGH}
    assert all(way.open and way.gap_km == 0 for way in found.values())
    assert [way.width_km for way in found.values()] == pytest.approx([6, 6, 6], rel=0.001)


def test_a_corridor_broken_at_a_border_is_broken_there():
    found = ways(shapely.box(-54e3, -9e3, -50e3, 9e3))
    assert [found[one].open for one in (WEST, EAST, THROUGH)] == [False, True, True]
    assert found[WEST].gap_km == pytest.approx(4, rel=0.001)
    middle = shapely.Point(found[WEST].place)
    [there] = on_earth(shapely.box(-54e3, -4e3, -50e3, 4e3))
    assert there.buffer(0.01).contains(middle)
    assert found[WEST].width_km == 0


def test_a_break_inside_a_province_is_one_of_its_passage():
    found = ways(shapely.box(0, -9e3, 5e3, 9e3))
    assert [found[one].open for one in (WEST, EAST, THROUGH)] == [True, True, False]
    assert found[THROUGH].gap_km == pytest.approx(5, rel=0.001)


def test_the_width_is_that_of_the_narrowest_place_on_the_widest_way():
    assert ways(*NARROW)[THROUGH].width_km == pytest.approx(2, rel=0.001)
    x, _ = ways(*NARROW)[THROUGH].place
    [neck] = on_earth(shapely.box(5e3, -1e3, 25e3, 1e3))
    west, _, east, _ = neck.bounds
    assert west < x < east
    # an island in it makes two ways: the wider one counts
    assert ways(shapely.box(-10e3, -1.5e3, 10e3, 0.5e3))[THROUGH].width_km == pytest.approx(2.5, rel=0.001)


def test_gaps_within_reach_do_not_part():
    assert all(way.open for way in ways(shapely.box(-54e3, -9e3, -53.2e3, 9e3)).values())


def test_a_corridor_in_one_province_has_no_passage():
    assert (
        passages(
            on_earth(shapely.box(-40e3, -3e3, 40e3, 3e3)),
            THREE.geometry.to_numpy(),
            ["a", "b", "c"],
            link_m=1000,
        )
        == []
    )


@given(st.floats(20, 52), st.floats(75, 130), st.floats(0, 180), st.sampled_from([300.0, 1000.0, 3000.0]))
def test_the_edge_of_a_belt_is_as_far_off_as_stated(latitude, longitude, azimuth, width):
    end = GEOD.fwd(longitude, latitude, azimuth, 40_000)[:2]
    line = shapely.LineString([(longitude, latitude), end])
    belt = belt_along(np.array([line]), width, shapely.box(0, 0, 180, 80))
    for share in (0.2, 0.5, 0.8):
        (x, y), (ahead, above) = (
            line.interpolate(part, normalized=True).coords[0] for part in (share, share + 1e-4)
        )
        along = GEOD.inv(x, y, ahead, above)[0]
        for side in (-90, 90):
            ends = [GEOD.fwd(x, y, along + side, width * part)[:2] for part in (0.999, 1.001)]
            assert [belt.contains(shapely.Point(one)) for one in ends] == [True, False]
    area = 2 * width / 1e3 * 40 + np.pi * (width / 1e3) ** 2
    assert area_km2([belt], CRS)[0] == pytest.approx(area, rel=2e-3)


def test_the_belt_of_a_coast_lies_on_the_land():
    land = shapely.box(116, 39, 117, 40)
    coast = shapely.LineString([(117, 39), (117, 40)])
    belt = belt_along(np.array([coast]), 1000, land)
    length = GEOD.geometry_length(coast) / 1e3
    assert area_km2([belt], CRS)[0] == pytest.approx(length, rel=1e-3)
    assert land.buffer(1e-9).contains(belt)
    assert belt_along(np.array([], dtype=object), 1000, land).is_empty


def at(ground, safe=None):
    ground = on_earth(ground)
    return analyse(ground, None if safe is None else on_earth(safe), units(), RULE), ground


def test_a_barrier_that_lost_a_break_and_gained_ground_is_more_stable():
    (old, before), (new, after) = (
        at(broken_ridge()),
        at(shapely.union_all([broken_ridge(), shapely.box(50e3, -20e3, 56e3, 20e3)])),
    )
    found = compare(old, new, before, after)
    assert found.direction is Direction.MORE
    assert found.gained_km2 == pytest.approx(6 * 40, rel=1e-3)
    assert found.lost_km2 == pytest.approx(0, abs=0.1)
    assert (len(found.opened), found.closed.kind.to_list()) == (0, ["cut"])
    back = compare(new, old, after, before)
    assert back.direction is Direction.LESS
    assert (back.gained_km2, back.lost_km2) == pytest.approx((found.lost_km2, found.gained_km2))
    assert back.opened.width_km.to_list() == pytest.approx([6], rel=0.01)
    assert compare(old, old, before, before).direction is Direction.SAME


def test_gained_here_and_broken_there_points_both_ways():
    moved = shapely.difference(RIDGE, shapely.union_all([shapely.box(100e3, -30e3, 103e3, 30e3), *NECK]))
    (old, before), (new, after) = at(broken_ridge()), at(moved)
    found = compare(old, new, before, after)
    assert found.direction is Direction.MIXED
    assert (len(found.opened), len(found.closed)) == (1, 2)


def test_more_protection_alone_points_up():
    half, most = shapely.box(-150e3, -20e3, 0, 20e3), shapely.box(-150e3, -20e3, 60e3, 20e3)
    (old, ground), (new, _) = at(RIDGE, half), at(RIDGE, most)
    found = compare(old, new, ground, ground)
    assert found.protected_share == pytest.approx((0.5, 0.7), rel=1e-3)
    assert found.direction is Direction.MORE


def layer(name, role, shapes, **declared):
    spec = LayerSpec(
        id=name, role=role, title=Text(name, name), basis=Basis.SYNTHETIC, source=Text("s", "s"), licence="CC0",
        vintage="2025", accuracy=Text("1", "1"), sources=(), **declared,
    )  # fmt: skip
    return Layer(name, gpd.GeoDataFrame({"name": [name] * len(shapes)}, geometry=list(shapes), crs=CRS), spec)


def belts_of(layers, older, everything, finest, **rasters):
    return Belts(BeltMaterials(layers, older, everything, finest, {}, **rasters))


def zone():
    table = THREE.assign(
        name=["西", "中", "东"], name_en=["West", "Middle", "East"], level="county", parent="zone"
    )
    provinces = table.assign(level="province", code=["110000", "120000", "130000"])
    return table, gpd.GeoDataFrame(
        np.concatenate([table, provinces]), columns=table.columns, geometry="geometry", crs=CRS
    )


def test_lines_with_a_width_become_belts_and_are_told():
    finest, everything = zone()
    line = shapely.LineString([(115.2, 39), (116.8, 39)])
    lines = {
        "corridor": layer("corridor", "corridor", [line], width_m=2000.0),
        "rivers": layer("rivers", "river", [line]),
    }
    found = widened(lines, shapely.union_all(finest.geometry.to_numpy()))
    [belt] = found["corridor"].data.geometry
    assert area_km2([belt], CRS)[0] == pytest.approx(
        GEOD.geometry_length(line) / 1e3 * 4 + np.pi * 4, rel=2e-3
    )
    assert "2000" in found["corridor"].spec.processing.zh
    assert "2000" in found["corridor"].spec.source.en
    assert found["rivers"] is lines["rivers"]
    belts = belts_of(found, {}, everything, finest)
    made = belts.found()
    assert set(made) == {"corridor"}
    assert [way.open for way in made["corridor"].passages] == [True, True, True]
    said = belts.told()["corridor"]
    assert "西—中" in said.zh
    assert "West—Middle" in said.en
    assert made["corridor"].layers["corridor_axis"].data.width_km.median() == pytest.approx(4, rel=0.01)
    assert set(made["corridor"].layers) == {"corridor_axis", "corridor_breaks", "corridor_gaps"}


def test_two_dates_of_a_barrier_are_told_with_a_direction():
    finest, everything = zone()
    new = {"barrier": layer("barrier", "barrier", on_earth(RIDGE))}
    old = {"barrier": layer("barrier", "barrier", on_earth(broken_ridge()))}
    belts = belts_of(new, old, everything, finest)
    assert belts.found()["barrier"].stability.direction is Direction.MORE
    said = belts.told()["barrier"]
    assert "趋于稳固" in said.zh
    assert "no verdict" in said.en
    assert belts_of(new, {}, everything, finest).found()["barrier"].stability is None


def land_cover(folder, name, built, vintage):
    """Return a land cover of forest with ground that is built up, and ground without data beyond 117.3°E."""
    values = np.full((200, 400), 1, np.uint8)  # a hundredth of a degree, from 114°E 40°N
    west, south, east, north = (round(100 * one) for one in built.bounds)
    values[4000 - north : 4000 - south, west - 11400 : east - 11400] = 8
    values[:, 330:] = 0
    path = saved(folder / f"{name}.tif", values, transform=Affine(0.01, 0, 114, 0, -0.01, 40), nodata=0)
    spec = layer("landcover", "landcover", []).spec
    classes = {"forest": (1.0,), "建设用地": (8.0,)}
    return replace(spec, sources=(LayerSource(path),), classes=classes, vintage=vintage)


def test_what_lies_at_a_break_is_told_by_its_land_cover_and_by_passes(tmp_path):
    finest, everything = zone()
    [middle] = on_earth(CUT_6).tolist()
    x, y = middle.centroid.coords[0]
    built = shapely.box(round(x, 2) - 0.5, round(y, 2), round(x, 2) + 0.5, round(y, 2) + 0.4)
    cover = land_cover(tmp_path, "new", built, "2023")
    layers = {"barrier": layer("barrier", "barrier", on_earth(broken_ridge()))}
    breaks = {}
    for rasters in ({}, {"landcover": cover}):
        found = belts_of(layers, {}, everything, finest, rasters=rasters).found()["barrier"]
        data = found.layers["barrier_breaks"].data
        breaks[len(rasters)] = data
        lines = found.analysis.ends
    assert not breaks[0]["there"].str.contains("%").any()
    ridge, everywhere = shapely.union_all(on_earth(broken_ridge())), shapely.box(0, 0, 180, 80)
    assert set(breaks[1]["kind"]) == {"cut", "narrow"}
    for (_, row), ends in zip(breaks[1].iterrows(), lines, strict=True):
        ground = everywhere if row["kind"] == "cut" else ridge
        strip = belt_along(np.array([shapely.LineString(ends)]), 500, ground)
        whole = area_km2([strip], CRS)[0]
        share = sum(area_km2([shapely.intersection(strip, built)], CRS)) / whole
        told = re.search(r"建设用地 (\d+)%", row["there"])
        assert (told is not None) == (share >= 0.1), row["there"]
        if told:
            assert int(told[1]) == pytest.approx(100 * share, abs=0.51)
            assert "（2023）" in row["there"]
            assert "Built-up land" in row["there_en"]


def test_land_cover_of_two_dates_tells_what_a_belt_gained_and_lost_of_natural_cover(tmp_path):
    finest, everything = zone()
    line = shapely.LineString([(115.2, 39), (116.8, 39)])
    [ridge] = on_earth(RIDGE)
    dates = [
        land_cover(tmp_path, name, shapely.box(x, 38.5, x + 0.3, 39.5), vintage)
        for name, x, vintage in (("old", 115.5, "2018"), ("new", 115.7, "2023"))
    ]
    layers = {
        "barrier": layer("barrier", "barrier", [ridge]),
        "corridor": layer("corridor", "corridor", [line]),
    }
    given = {"rasters": {"landcover": dates[1]}, "older_rasters": {"landcover": dates[0]}}
    said = belts_of({"barrier": layers["barrier"]}, {}, everything, finest, **given).told()["barrier"]
    gained, lost = (
        sum(area_km2([shapely.intersection(ridge, shapely.box(x, 38.5, x + 0.2, 39.5))], CRS))
        for x in (115.5, 115.8)
    )
    assert f"新增 {gained:,.1f}，减少 {lost:,.1f}" in said.zh
    assert "（2018 与 2023）：其中自然地类（林地）" in said.zh
    assert "This is a direction, no verdict. " in said.en
    assert "of its area has no data at one of the dates." in said.en
    assert "与旧时点相比" not in said.zh
    assert "达标" not in said.zh.replace("不作达标判断", "")
    assert not belts_of({"barrier": layers["barrier"]}, {}, everything, finest).told()


def test_a_port_breaks_the_coastal_belt_where_the_land_cover_shows_it(tmp_path):
    finest, everything = zone()
    shore = shapely.LineString([(115.2, 39), (116.8, 39)])
    lines = {"coastal_belt": layer("coastal_belt", "coastal_belt", [shore], width_m=2000.0)}
    layers = widened(lines, shapely.union_all(finest.geometry.to_numpy()))
    port, half = shapely.box(116.0, 38.9, 116.1, 39.1), shapely.box(116.0, 38.99, 116.1, 39.1)
    cover, older = (land_cover(tmp_path, *date) for date in (("new", port, "2023"), ("old", half, "2018")))
    found = belts_of(layers, {}, everything, finest, rasters={"landcover": cover}).found()["coastal_belt"]
    [row] = found.layers["coastal_belt_breaks"].data.itertuples()
    length = GEOD.line_length([116.0, 116.1], [39, 39]) / 1e3
    assert (row.kind, row.width_km) == ("built", pytest.approx(0, abs=1e-6))
    assert row.length_km == pytest.approx(length, abs=1)  # a step counts from half of it on
    assert row.geometry.distance(shapely.Point(116.05, 39)) < 0.06
    assert "建设用地 100%" in row.there
    assert "连续，1 处被建设用地占用，" in belt_text(found, everything).zh
    assert "unbroken, built up in one place, " in belt_text(found, everything).en
    # of a port that leaves a quarter of the width, that quarter is told
    some = {"landcover": older}
    partly = belts_of(layers, {}, everything, finest, rasters=some).found()["coastal_belt"]
    [row] = partly.layers["coastal_belt_breaks"].data.itertuples()
    strip = belt_along(np.array([shore]), 2000, shapely.box(116.02, 38, 116.08, 40))
    left = 1 - sum(area_km2([shapely.intersection(strip, half)], CRS)) / area_km2([strip], CRS)[0]
    assert row.width_km == pytest.approx(4 * left, rel=0.03)
    # and without land cover nobody knows of either
    unknown = belts_of(layers, {}, everything, finest).found()["coastal_belt"]
    assert unknown.layers["coastal_belt_breaks"].data.empty


def test_a_port_built_between_two_dates_opens_a_break(tmp_path):
    finest, everything = zone()
    shore = shapely.LineString([(115.2, 39), (116.8, 39)])
    lines = {"coastal_belt": layer("coastal_belt", "coastal_belt", [shore], width_m=2000.0)}
    layers = widened(lines, shapely.union_all(finest.geometry.to_numpy()))
    port, inland = shapely.box(116.0, 38.9, 116.1, 39.1), shapely.box(116.0, 38.2, 116.1, 38.4)
    cover, older = (land_cover(tmp_path, *date) for date in (("new", port, "2023"), ("old", inland, "2018")))
    given = {"rasters": {"landcover": cover}, "older_rasters": {"landcover": older}}
    belts = belts_of(layers, {}, everything, finest, **given)
    stability = belts.found()["coastal_belt"].stability
    assert (len(stability.opened), len(stability.closed)) == (1, 0)
    assert stability.direction is Direction.LESS
    assert "新出现断点 1 处" in belts.told()["coastal_belt"].zh
    assert "减少" in belts.told()["coastal_belt"].zh
    assert belts.found()["coastal_belt"].more == belts.told()["coastal_belt"]


def test_a_belt_of_which_nothing_is_told_is_not_looked_at(monkeypatch):
    finest, everything = zone()

    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr("geozone.barriers.analysis.analyse", refuse)
    belts = belts_of({"barrier": layer("barrier", "barrier", on_earth(RIDGE))}, {}, everything, finest)
    assert dict(belts.told()) == {}
    with pytest.raises(AssertionError):
        belts.found()


def test_the_rates_of_an_opened_project_look_at_no_belt(monkeypatch):
    asked = []
    result = sample_result()
    run = SimpleNamespace(result=result, whole=lambda: asked.append("whole") or result)
    monkeypatch.setattr("geozone.opened.compute_rated", lambda *_: asked.append("rated") or run)
    project = OpenProject(None)
    assert len(project.rates()) == len(result.rates)
    assert asked == ["rated"]
    assert project.result is project.result is result
    assert asked == ["rated", "whole"]


def test_names_of_natural_classes_are_those_of_the_share_of_the_coastal_belt():
    declared = load_indicators()["coastal_belt_natural"].options["classes"]
    assert {one.id for one in load_classes().values() if one.natural} == set(declared)


def test_a_layer_made_of_others_is_no_better_than_they_are():
    finest, everything = zone()
    layers = {"barrier": layer("barrier", "barrier", on_earth(RIDGE))}
    made = belts_of(layers, {}, everything, finest).found()["barrier"].layers
    assert {one.spec.basis for one in made.values()} == {Basis.SYNTHETIC}
    assert {one.spec.role for one in made.values()} == set(made)
    assert all(get_role(name).made_from == "barrier" for name in made)
