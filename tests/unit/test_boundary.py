"""A user's own boundary becomes units that tile the ground, and whatever that took is told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import samples
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.errors import DataError
from geozone.messages import Text
from geozone.model import CRS, Basis, Layer, LayerSpec, Level, Severity, Zone
from geozone.overlay.plane import area_km2, length_km
from geozone.overlay.units import finest_units, tile, zone_units
from geozone.run.boundary import differs_from, own_boundary

SAID = Text("±5 米", "±5 m")
ZONE = Zone("z", SAID, "pilot_zone", ("910000", "920000"), (Level.COUNTY, Level.CITY, Level.PROVINCE), ())
COUNTIES = (
    samples.sample_units()
    .query("level == 'county'")
    .reset_index(drop=True)[["code", "name", "name_en", "level", "geometry"]]
)


def layer(data):
    spec = LayerSpec("boundary", "boundary", SAID, Basis.OFFICIAL, SAID, "", "2024", SAID, ())
    return Layer("boundary", gpd.GeoDataFrame(data, crs=CRS), spec)


def changed(**shapes):
    data = COUNTIES.copy()
    for code, shape in shapes.items():
        data.loc[data.code == code.removeprefix("c"), "geometry"] = shape
    return data


def prepared(data, zone=ZONE):
    found = own_boundary(layer(data), zone)
    return found, {item.kind: item.severity for item in found.findings}


def total(found):
    units = zone_units(ZONE, found.data)
    return units.area_km2.iloc[-1], area_km2([shapely.union_all(found.data.geometry.to_numpy())], CRS)[0]


def square(code):
    return COUNTIES.geometry[COUNTIES.code == code].iloc[0]


def test_a_sound_boundary_stays_as_it_is():
    found, kinds = prepared(COUNTIES)
    assert kinds == {}
    assert len(found.ledger) == 0
    assert found.data.geometry.to_wkb().tolist() == COUNTIES.geometry.to_wkb().tolist()


def test_a_unit_drawn_over_the_half_of_another_is_an_error():
    west, south, east, north = square("910102").bounds
    _, kinds = prepared(changed(c910102=shapely.box(west - 0.25, south, east, north)))
    assert kinds["overlap"] is Severity.ERROR


@pytest.mark.parametrize(("metres", "told"), [(2, False), (20, True)])
def test_ground_of_two_units_counts_once(metres, told):
    west, south, east, north = square("910102").bounds
    wide = shapely.box(west - metres / 87_000, south, east, north)
    found, kinds = prepared(changed(c910102=wide))
    assert kinds.get("overlap") == (Severity.WARNING if told else None)
    assert kinds.get("overlaps_narrow") == (None if told else Severity.NOTE)
    units, ground = total(found)
    assert units == pytest.approx(ground, rel=1e-12)
    # the ledger says which unit gave the ground away, and how much
    assert set(found.ledger.method) == {"tiled"}
    lost = found.ledger.before_km2.sum() - found.ledger.after_km2.sum()
    overlap = area_km2(shapely.intersection(wide, square("910101")), CRS)[0]
    assert lost == pytest.approx(overlap, rel=1e-6)


def test_a_narrow_gap_goes_to_a_neighbour_and_a_wide_one_is_told():
    _, south, east, north = square("910201").bounds
    for metres, kind in ((2, "gaps_narrow"), (200, "gap")):
        crack = shapely.box(east - metres / 87_000, south + 0.1, east, north - 0.1)
        found, kinds = prepared(changed(c910201=shapely.difference(square("910201"), crack)))
        assert kinds == {kind: Severity.NOTE if kind == "gaps_narrow" else Severity.WARNING}
        units, ground = total(found)
        assert units == pytest.approx(ground, rel=1e-12)
        whole = area_km2([shapely.union_all(COUNTIES.geometry.to_numpy())], CRS)[0]
        assert bool(units == pytest.approx(whole, rel=1e-12)) == (metres == 2)


def test_broken_units_are_repaired_and_recorded():
    west, south, east, north = square("920101").bounds
    spur = shapely.Polygon(
        [(west, south), (east, south), (east, north), (west, north), (west, north - 0.1),
         (west + 0.001, north - 0.1), (west - 0.0, north - 0.101), (west + 0.001, north - 0.1)]
    )  # fmt: skip
    assert not spur.is_valid
    found, kinds = prepared(changed(c920101=spur))
    assert kinds["ring_self_intersection"] is Severity.ERROR  # which repair sets right
    assert "structure" in set(found.ledger.method)
    assert found.data.is_valid.all()


def test_a_unit_without_geometry_is_an_error():
    _, kinds = prepared(changed(c910101=None))
    assert kinds["geometry_null"] is Severity.ERROR
    _, kinds = prepared(changed(c910101=shapely.Polygon()))
    assert kinds["geometry_empty"] is Severity.ERROR


def test_a_unit_in_several_features_is_one_unit():
    west, south, east, north = square("910101").bounds
    middle = (south + north) / 2
    first = COUNTIES.index[COUNTIES.code == "910101"][0]
    halves = changed(c910101=shapely.box(west, south, east, middle))
    extra = halves.loc[[first]].assign(geometry=shapely.box(west, middle, east, north))
    found, kinds = prepared(pd.concat([halves, extra], ignore_index=True))
    assert kinds == {"boundary_parts": Severity.WARNING}
    assert len(found.data) == len(COUNTIES)
    assert total(found)[0] == pytest.approx(area_km2(COUNTIES.geometry, CRS).sum(), rel=1e-9)
    other = pd.concat([halves, extra.assign(name="别的县")], ignore_index=True)
    assert prepared(other)[1]["key_doubled"] is Severity.ERROR


@pytest.mark.parametrize("empty", ["", None])
def test_a_feature_without_code_is_missed_among_or_beside_the_units(empty):
    lost = COUNTIES.copy()
    lost["code"] = lost.code.where(lost.code != "910102", empty or "")
    found, kinds = prepared(lost)  # between the others
    assert kinds["boundary_no_code"] is Severity.ERROR
    assert found.findings[0].feature == str(COUNTIES.index[COUNTIES.code == "910102"][0])
    corner = COUNTIES.copy()
    corner["code"] = corner.code.where(corner.code != "910101", empty or "")
    corner = corner[corner.code != "910201"]
    assert prepared(corner)[1]["boundary_code_beside"] is Severity.WARNING


def test_a_feature_without_code_elsewhere_is_noted():
    sea = COUNTIES.loc[[0]].assign(code="", name="海域", geometry=shapely.box(120, 38, 121, 39))
    lake = sea.assign(name="湖", geometry=shapely.box(116.1, 38.1, 116.2, 38.2))
    found, kinds = prepared(pd.concat([COUNTIES, sea, lake], ignore_index=True))
    assert kinds == {"boundary_codeless": Severity.NOTE}
    assert len(found.data) == len(COUNTIES)


@pytest.mark.parametrize("words", [{"county": "县级", "city": "地级"}, {"county": "3", "city": "2"}, None])
def test_levels_follow_from_the_codes_where_the_file_has_none(words):
    cities = COUNTIES.copy()
    cities["code"] = cities.code.str[:4] + "00"
    cities = cities.dissolve("code", as_index=False).assign(level="city", name=lambda rows: rows.code + "市")
    both = gpd.GeoDataFrame(pd.concat([COUNTIES, cities], ignore_index=True), crs=CRS)
    both = both.drop(columns="level") if words is None else both.assign(level=both.level.map(words))
    found, kinds = prepared(both)
    assert kinds == ({} if words is None else {"boundary_levels": Severity.WARNING})
    units = zone_units(ZONE, found.data)
    assert set(finest_units(units).code) == set(COUNTIES.code)
    assert units.area_km2.iloc[-1] == pytest.approx(area_km2(COUNTIES.geometry, CRS).sum(), rel=1e-9)


def test_a_county_in_a_zone_of_cities_is_of_the_finest_level():
    zone = Zone("z", SAID, "pilot_zone", ("910000",), (Level.CITY, Level.PROVINCE), ())
    rows = COUNTIES[COUNTIES.code.isin(["910101", "910102"])].drop(columns="level")
    found, kinds = prepared(rows.assign(code=["910100", "919001"]), zone)
    assert kinds == {}
    assert list(found.data.level) == ["city", "city"]


def test_a_boundary_without_codes_is_refused():
    with pytest.raises(DataError) as caught:
        own_boundary(layer(COUNTIES.drop(columns="code")), ZONE)
    assert caught.value.message.key == "units.no_code"


def test_a_boundary_of_another_size_is_told():
    units = zone_units(ZONE, COUNTIES)
    assert list(differs_from(units, units)) == []
    part = zone_units(ZONE, COUNTIES[COUNTIES.code != "910101"])
    [finding] = differs_from(part, units)
    assert (finding.kind, finding.severity) == ("boundary_area", Severity.WARNING)


def test_a_small_unit_that_a_boundary_lacks_is_told_by_its_code():
    small = COUNTIES.code == "910101"
    counties = COUNTIES.copy()
    counties.loc[small, "geometry"] = counties.geometry[small].scale(0.1, 0.1)
    units = zone_units(ZONE, counties)
    [finding] = differs_from(zone_units(ZONE, counties[~small]), units)
    assert finding.kind == "boundary_lacks"
    assert "910101" in finding.message.get("en")
    renamed = counties.assign(code=counties.code.replace("910101", "910199"))
    assert list(differs_from(zone_units(ZONE, renamed), units)) == []  # its ground is there


SHIFT = st.tuples(st.floats(-4e-5, 4e-5), st.floats(-4e-5, 4e-5))


@given(st.lists(SHIFT, min_size=8, max_size=8), st.lists(st.integers(1, 5), min_size=8, max_size=8))
def test_units_tile_whatever_their_borders_are_off_by(shifts, steps):
    """Every unit is drawn on its own, a few metres off and with vertices of its own."""
    drawn = []
    for shape, (x, y), count in zip(COUNTIES.geometry, shifts, steps, strict=True):
        dense = shapely.segmentize(shape, 0.5 / count)
        drawn.append(shapely.affinity.translate(dense, x, y))
    tiled = tile(np.array(drawn, dtype=object), 20.0)
    areas = area_km2(tiled, CRS)
    ground = area_km2([shapely.union_all(drawn)], CRS)[0]
    filled = area_km2([shapely.union_all(tiled)], CRS)[0]
    assert areas.sum() == pytest.approx(filled, rel=1e-9)
    # vertices less than a hundred-millionth of the extent apart are one to GEOS: here 5 mm, along every border
    assert filled >= ground - 5e-6 * length_km(shapely.boundary(drawn), CRS).sum()
    assert filled - ground < 0.02 * 100  # at most the cracks between the units: 100 km of borders, 20 m wide
    assert np.abs(areas / area_km2(drawn, CRS) - 1).max() < 2e-3


def test_two_units_of_one_geometry_are_an_error():
    _, kinds = prepared(changed(c910102=square("910101")))
    assert kinds["duplicate"] is Severity.ERROR


def test_a_unit_without_area_is_an_error():
    west, south, _, north = square("910101").bounds
    line = shapely.Polygon([(west, south), (west, north), (west, south), (west, south)])
    _, kinds = prepared(changed(c910101=line))
    assert kinds["boundary_no_area"] is Severity.ERROR


def test_a_city_drawn_elsewhere_than_its_counties_is_told():
    """The counties count; a sound outline of the city says nothing."""
    members = COUNTIES[COUNTIES.code.str.startswith("9101")]
    union = shapely.union_all(members.geometry.to_numpy())

    def told(shape):
        city = members.head(1).assign(code="910100", name="市", level="city", geometry=[shape])
        found, kinds = prepared(gpd.GeoDataFrame(pd.concat([COUNTIES, city], ignore_index=True), crs=CRS))
        assert total(found)[0] == pytest.approx(total(prepared(COUNTIES)[0])[0], rel=1e-12)
        return kinds.get("boundary_members")

    assert told(union) is None
    assert told(shapely.affinity.scale(union, 0.999, 0.999)) is None
    assert told(shapely.affinity.scale(union, 0.9, 0.9)) is Severity.WARNING
    assert told(shapely.affinity.translate(union, 1.0, 0.0)) is Severity.WARNING
