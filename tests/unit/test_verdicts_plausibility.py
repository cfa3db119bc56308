"""What cannot be right is found by arithmetic; what can be right is left alone."""

from dataclasses import replace

import pytest

from geozone.figures.references import published
from geozone.model import Comparator, Modality
from geozone.policy.plausibility import Published, Territory, implausible, impossible, territory
from geozone.policy.targets import containing_zones, target_findings, zone_territory
from geozone.seeds import load_targets

REDLINE = next(target for target in load_targets() if target.id == "HEB-01")


def kinds(target, size=None, **more):
    return [finding.kind for finding in implausible(target, size, **more)]


def test_the_printed_red_line_of_hebei_is_impossible_and_its_reading_is_not():
    size = zone_territory("hebei", published())
    found = impossible(REDLINE, size)
    assert found.kind == "impossible_area"
    assert "363,900" in found.message.get("en")
    read = replace(REDLINE, value=REDLINE.reading.value)
    assert kinds(read, size, floors=published().floors, containing=["bth"]) == []


@pytest.mark.parametrize(("zone", "value"), [("bth", 42300.0), ("yrd", 77000.0), ("hebei", 36390.0)])
def test_published_floors_have_no_fault(zone, value):
    target = replace(REDLINE, zone=zone, value=value, reading=None)
    found = kinds(
        target,
        zone_territory(zone, published()),
        floors=published().floors,
        containing=containing_zones(zone),
    )
    assert found == []


@pytest.mark.parametrize(("zone", "value"), [("bth", 423000.0), ("yrd", 770000.0)])
def test_ten_times_as_much_is_impossible_anywhere(zone, value):
    assert impossible(replace(REDLINE, zone=zone, value=value), zone_territory(zone, published())) is not None


def test_a_part_is_not_larger_than_its_whole():
    found = kinds(
        replace(REDLINE, value=50000.0), Territory(188000.0), floors=published().floors, containing=["bth"]
    )
    assert "exceeds_whole" in found


@pytest.mark.parametrize("value", [155.0, -1.0])
def test_a_share_is_between_none_and_all(value):
    share = replace(REDLINE, unit="%", value=value)
    assert kinds(share) == ["impossible_share"]
    assert kinds(replace(share, value=100.0)) == []


def test_a_change_without_its_base_is_a_finding():
    change = replace(
        REDLINE,
        comparator=Comparator.INCREASE,
        unit="percentage_points",
        value=3.2,
        base_year=2024,
        change_basis="percentage_points",
    )
    assert kinds(change) == ["missing_base_value"]
    assert kinds(replace(change, base_year=None)) == ["missing_base_year"]


def test_more_than_there_is_to_count_or_to_measure():
    size = Territory(1000.0, shore_km=100.0, counts=(("zero_waste_cities_built", 11),))
    cities = replace(REDLINE, indicator="zero_waste_cities_built", unit="count", value=12.0)
    assert kinds(cities, size) == ["impossible_count"]
    assert kinds(replace(cities, value=11.0), size) == []
    assert kinds(replace(REDLINE, unit="km", value=101.0), size) == ["impossible_length"]


def test_two_clauses_with_two_figures_for_one_thing():
    first = replace(REDLINE, id="A", unit="%", value=40.0, year=2027, modality=Modality.FIRM)
    other = replace(first, id="B", clause="9(9)", value=41.0)
    assert kinds(first, siblings=[first, other]) == ["contradicts_sibling"]
    assert kinds(first, siblings=[replace(other, year=2035)]) == []


def test_an_unknown_sea_is_told_and_not_taken_for_none():
    size = territory("x", ["330000"], ["330000"], 100.0, Published())
    assert size.sea_km2 is None
    found = implausible(replace(REDLINE, value=150.0), size)
    assert [item.kind for item in found] == ["larger_than_land"]


def test_every_impossible_demand_of_the_register_is_known():
    impossible_ones = {
        finding.feature for finding in target_findings(published()) if finding.kind.startswith("impossible")
    }
    assert impossible_ones == {"HEB-01"}


def test_the_sea_and_the_shore_of_a_zone_are_those_of_its_coastal_members():
    size = zone_territory("bth", published())
    assert size.sea_km2 == 7227.76 + 2146
    assert size.shore_km == 487 + 153
    assert zone_territory("hebei", published()).sea_km2 == 7227.76
    assert zone_territory("yrd", published()).sea_km2 is None  # of Shanghai and Jiangsu none was found
    assert (
        zone_territory("yrd", published()).shore_km is None
    )  # of Zhejiang it is only said to be at least so much


def test_a_floor_of_another_document_is_held_against_the_demand_of_its_ground():
    far = replace(REDLINE, value=50000.0)
    assert "contradicts_public_figure" in kinds(far, floors=published().floors)
    assert "contradicts_public_figure" not in kinds(
        replace(far, region_codes=("130100",)), floors=published().floors
    )
