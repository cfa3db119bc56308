import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import samples
import shapely

from geozone.errors import DataError
from geozone.messages import Text
from geozone.model import CRS, Level, Zone
from geozone.overlay.plane import area_km2
from geozone.overlay.units import ancestors, code_prefix, finest_units, zone_units


def zone(*members, levels=(Level.COUNTY, Level.CITY, Level.PROVINCE)):
    return Zone("bth", Text("样区", "Sample"), "pilot_zone", members, levels, ())


def boundary():
    units = samples.sample_units()
    return units[units.level != "zone"].drop(columns=["area_km2", "parent"])


@pytest.mark.parametrize(
    ("code", "prefix"), [("130000", "13"), ("440100", "4401"), ("130102", "130102"), ("810000", "81")]
)
def test_the_prefix_of_a_code_is_what_its_units_share(code, prefix):
    assert code_prefix(code) == prefix


def test_areas_add_up_at_every_level():
    units = zone_units(zone("910000", "920000"), boundary())
    assert units.level.value_counts().to_dict() == {"county": 8, "city": 4, "province": 2, "zone": 1}
    by_level = units.groupby("level").area_km2.sum()
    assert list(by_level) == pytest.approx([by_level["zone"]] * 4, rel=1e-12)
    whole = area_km2(units.geometry.to_numpy()[-1:], CRS)[0]
    assert whole == pytest.approx(by_level["zone"], rel=1e-12)


def test_parents_follow_the_codes():
    units = zone_units(zone("910000", "920000"), boundary()).set_index("code")
    assert units.parent["910101"] == "910100"
    assert units.parent["910100"] == "910000"
    assert units.parent["910000"] == "bth"
    assert units.parent["bth"] == ""
    assert units.name["bth"] == "样区"


def test_a_zone_of_cities_takes_only_their_units():
    units = zone_units(zone("910100"), boundary())
    assert list(units.code) == ["910101", "910102", "910100", "bth"]


def test_a_city_without_counties_stands_for_itself():
    lonely = boundary()
    lonely = lonely[~lonely.code.isin(["910101", "910102"])]
    units = zone_units(zone("910000"), lonely)
    assert list(finest_units(units).code) == ["910100", "910201", "910202"]
    assert units.set_index("code").area_km2["910000"] == pytest.approx(finest_units(units).area_km2.sum())


def test_a_county_with_the_code_of_its_city_is_the_city():
    doubled = boundary()
    doubled = doubled[~doubled.code.isin(["910101", "910102"])]
    twin = doubled[doubled.code == "910100"].assign(level="county")
    units = zone_units(zone("910000"), gpd.GeoDataFrame(joined(doubled, twin), crs=CRS))
    assert units.code.is_unique
    assert units.set_index("code").level["910100"] == "city"


def joined(*frames):
    return pd.concat(frames, ignore_index=True)


def test_a_zone_may_start_at_cities():
    units = zone_units(zone("910000", levels=(Level.CITY, Level.PROVINCE)), boundary())
    assert set(units.level) == {"city", "province", "zone"}


def test_ancestors_reach_the_zone():
    table = ancestors(zone_units(zone("910000", "920000"), boundary()))
    assert list(table[table.finest == "920202"].code) == ["920202", "920200", "920000", "bth"]


def test_overlapping_units_are_united_not_torn():
    overlapping = boundary()
    first = overlapping.index[overlapping.code == "910101"][0]
    overlapping.loc[first, "geometry"] = shapely.box(116.0, 38.0, 116.6, 38.5)
    units = zone_units(zone("910000"), overlapping)
    assert np.isfinite(units.area_km2).all()
    assert units.is_valid.all()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda frame: frame[~frame.code.str.startswith("91")], "units.member_missing"),
        (lambda frame: joined(frame, frame[frame.code == "910101"]), "units.code_doubled"),
        (lambda frame: frame.drop(columns="code"), "units.no_code"),
    ],
)
def test_a_wrong_boundary_is_told(change, key):
    with pytest.raises(DataError) as caught:
        zone_units(zone("910000"), gpd.GeoDataFrame(change(boundary()), crs=CRS))
    assert caught.value.message.key == key
