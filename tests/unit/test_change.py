"""Change between two vintages on squares whose areas are known: gained, lost, by zone and by place."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geozone
from geozone.api import mapped_change
from geozone.cli import cli
from geozone.errors import GeozoneWarning, UsageError
from geozone.overlay.change import COLUMNS, changed_ground
from geozone.overlay.losses import decided, told
from geozone.overlay.plane import area_km2

ZONES = gpd.GeoDataFrame(
    {"name": ["west", "east"]},
    geometry=[shapely.box(115, 39, 116, 40), shapely.box(116, 39, 117, 40)],
    crs=4490,
)
WIDE, SHIFTED, ADDED = (
    shapely.box(115.2, 39.2, 115.5, 39.4),
    shapely.box(115.3, 39.2, 115.6, 39.4),
    shapely.box(116.2, 39.2, 116.3, 39.4),
)
TENTH = float(area_km2(np.array([shapely.box(115, 39.2, 115.1, 39.4)]), 4490)[0])
LINE = shapely.LineString([(115.1, 39.1), (115.9, 39.9)])


def frame(*geometries):
    return gpd.GeoDataFrame(geometry=list(geometries), crs=4490)


def write(path, *geometries):
    path.parent.mkdir(exist_ok=True)
    frame(*geometries).to_file(path)
    return path


def run(capsys, *args):
    try:
        cli.main([*map(str, args)])
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def test_gained_lost_and_kept_ground_are_told_by_zone():
    table = geozone.change(frame(WIDE), frame(SHIFTED, ADDED), ZONES, by="name")
    assert tuple(table.columns) == COLUMNS
    expected = {"old_km2": 3, "new_km2": 3, "gained_km2": 1, "lost_km2": 1, "unchanged_km2": 2, "net_km2": 0}
    assert {name: table.loc["west", name] / TENTH for name in expected} == pytest.approx(expected, abs=1e-9)
    assert table.loc["east", "gained_km2"] == pytest.approx(TENTH)
    assert table.attrs["complete"] is True


def test_ground_that_features_of_one_vintage_share_counts_once():
    table = geozone.change(frame(WIDE, WIDE, SHIFTED), frame(WIDE, SHIFTED, SHIFTED), ZONES)
    assert table.loc[0, "old_km2"] == pytest.approx(4 * TENTH)
    assert table[["gained_km2", "lost_km2", "net_km2"]].to_numpy() == pytest.approx(0)


def test_changed_places_come_the_largest_first_and_add_up_to_the_zones():
    old, new = frame(WIDE), frame(shapely.box(115.3, 39.2, 115.4, 39.4), ADDED)
    by_zone, by_place = mapped_change(old, new, ZONES, by="name")
    assert by_place["area_km2"].is_monotonic_decreasing
    assert sorted(zip(by_place["change"], by_place["name"], strict=True)) == [
        ("gained", "east"), ("lost", "west"), ("lost", "west"),
    ]  # fmt: skip
    sums = by_place.groupby(["name", "change"])["area_km2"].sum()
    assert sums["east", "gained"] == pytest.approx(by_zone.loc["east", "gained_km2"], rel=1e-9)
    assert sums["west", "lost"] == pytest.approx(by_zone.loc["west", "lost_km2"], rel=1e-9)
    plain = geozone.change(old, new, ZONES, by="name")
    assert np.allclose(by_zone[list(COLUMNS)], plain, rtol=1e-12)
    assert area_km2(by_zone.geometry.values, by_zone.crs) == pytest.approx(by_zone["zone_km2"].to_numpy())
    assert changed_ground(old, new, ZONES, by="name").equals(by_place)


def test_zones_without_a_number_are_not_dropped():
    zones = ZONES.assign(code=[1.0, None])
    table = geozone.change(frame(), frame(ADDED), zones, by="code")
    assert len(table) == 2
    assert table["gained_km2"].sum() == pytest.approx(TENTH)


@pytest.mark.parametrize("field", ["old", "new", "area_km2", "net_km2", "change", "complete"])
def test_a_field_that_would_be_mixed_up_with_a_result_is_refused(field):
    zones = ZONES.rename(columns={"name": field})
    with pytest.raises(UsageError) as caught:
        geozone.change(frame(WIDE), frame(SHIFTED), zones, by=field)
    assert field in str(caught.value)


def test_vintages_in_files_of_one_name_are_told_apart(tmp_path):
    old = write(tmp_path / "2018" / "redline.gpkg", WIDE, LINE)
    new = write(tmp_path / "2023" / "redline.gpkg", SHIFTED, LINE)
    with pytest.warns(GeozoneWarning):
        table = geozone.change(old, new, ZONES, by="name")
    assert {layer for layer, _ in decided(table)} == {"redline (old)", "redline (new)"}
    assert [one.kind for one in told(table)].count("not_areas") == 2
    assert table.attrs["complete"] is False
    assert table.loc["west", "gained_km2"] == pytest.approx(TENTH)


def test_a_vintage_of_lines_only_is_an_error(tmp_path, capsys):
    zones = tmp_path / "zones.gpkg"
    ZONES.to_file(zones)
    old, new = write(tmp_path / "old.gpkg", LINE), write(tmp_path / "new.gpkg", WIDE)
    code, _, err = run(capsys, "change", old, new, zones, "--lang", "en")
    assert code == 1
    assert "lines or points only" in err


@pytest.mark.parametrize("ending", ["csv", "gpkg", "geojson"])
def test_the_command_writes_tables_and_maps(tmp_path, capsys, ending):
    zones = tmp_path / "zones.gpkg"
    ZONES.to_file(zones)
    old, new = write(tmp_path / "old.gpkg", WIDE), write(tmp_path / "new.gpkg", SHIFTED)
    out = tmp_path / f"change.{ending}"
    code, said, _ = run(capsys, "change", old, new, zones, "--by", "name", "--out", out)
    assert (code, said.strip()) == (0, str(out))
    if ending == "gpkg":
        zone = geozone.read_layer(f"{out}:change_zones").data
        place = geozone.read_layer(f"{out}:change_places").data
    elif ending == "geojson":
        both = geozone.read_layer(out).data
        zone, place = both[both["change"] == "zone"], both[both["change"] != "zone"]
        assert json.loads(out.read_text("utf-8"))["crs"]["properties"]["name"].endswith("4490")
    else:
        assert out.read_text("utf-8-sig").splitlines()[0] == ",".join(["name", *COLUMNS, "complete"])
        return
    assert list(zone["gained_km2"]) == pytest.approx([TENTH, 0])
    assert zone["complete"].astype(bool).all()
    assert list(place["change"]) in (["gained", "lost"], ["lost", "gained"])
    assert list(place["area_km2"]) == pytest.approx([TENTH, TENTH])


def test_a_field_that_a_geopackage_has_of_its_own_is_renamed_and_told(tmp_path, capsys):
    zones = tmp_path / "zones.geojson"
    ZONES.rename(columns={"name": "geom"}).to_file(zones)
    old, new = write(tmp_path / "old.gpkg", WIDE), write(tmp_path / "new.gpkg", SHIFTED)
    out = tmp_path / "change.gpkg"
    code, _, err = run(capsys, "change", old, new, zones, "--by", "geom", "--out", out, "--lang", "en")
    assert code == 0
    assert "geom_2" in err


def test_a_file_of_no_known_kind_is_refused_before_the_work(tmp_path):
    with pytest.raises(UsageError):
        cli.main(["change", "a", "b", "c", "--out", str(tmp_path / "change.dwg")], standalone_mode=False)


def test_a_sound_change_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error", GeozoneWarning)
        geozone.change(frame(WIDE), frame(SHIFTED), ZONES, by="name")


def test_a_file_held_against_itself_is_told(tmp_path):
    path, zones = tmp_path / "red.gpkg", tmp_path / "zones.gpkg"
    square = gpd.GeoDataFrame({"key": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
    square.to_file(path)
    square.to_file(zones)
    with pytest.warns(GeozoneWarning, match="same file"):
        table = geozone.change(path, path, zones, by="key")
    assert float(table["net_km2"].iloc[0]) == 0
