"""The register of demands is whole, and its parts agree with each other."""

import tomllib

import pytest

from geozone.errors import UsageError
from geozone.figures.references import published
from geozone.files import shipped
from geozone.manifest.indicators import load_indicators
from geozone.manifest.units import load_units
from geozone.model import Comparator, Modality
from geozone.policy.clauses import figures, half_width
from geozone.policy.targets import targets_table
from geozone.seeds import (
    NATIONAL,
    get_zone,
    load_documents,
    load_places,
    load_renderings,
    load_targets,
    load_zones,
    zone_targets,
)

TARGETS = {target.id: target for target in load_targets()}


def test_there_are_all_the_demands_of_the_documents():
    by_document = {
        document: [target for target in load_targets() if document in target.documents]
        for document in load_documents()
    }
    counts = {document: len(targets) for document, targets in by_document.items()}
    assert counts == {"000": 37, "001": 7, "002": 41, "003": 24, "004": 37}
    assert len(TARGETS) >= 105
    assert {target.id for target in by_document["000"]} == {target.id for target in by_document["004"]}


def test_zones_are_declared_with_members_coasts_and_documents():
    zones = load_zones()
    assert list(zones) == ["bth", "yrd", "hebei", "gba", "yangtze", "yellow"]
    for zone in zones.values():
        assert set(zone.coastal) <= set(zone.members)
        assert set(zone.documents) <= set(load_documents())
        assert len(set(zone.members)) == len(zone.members)
        assert zone_targets(zone.key)
    assert "110000" not in zones["bth"].coastal
    assert "340000" not in zones["yrd"].coastal
    assert len(zones["gba"].members) == 11
    assert len(zones["yangtze"].members) == 11
    assert len(zones["yellow"].members) == 9


def test_an_unknown_zone_is_a_wrong_call():
    with pytest.raises(UsageError) as error:
        zone_targets("atlantis")
    assert "atlantis" in str(error.value)
    assert "bth" in str(error.value)


@pytest.mark.parametrize("target", load_targets(), ids=lambda target: target.id)
def test_each_demand_agrees_with_itself(target):
    assert target.zone in {*load_zones(), NATIONAL}
    assert set(target.documents) <= set(load_documents())
    assert set(target.printed) <= set(target.documents)
    assert target.unit in load_units()
    indicator = load_indicators()[target.indicator]
    assert indicator.inputs or indicator.measure.kind is None, "nothing answers it"
    if target.comparator in {Comparator.QUALITATIVE, Comparator.EXTERNAL, Comparator.STABLE}:
        assert target.value is None
    if target.comparator is Comparator.FULL:
        assert (target.value, target.unit, target.printed) == (100, "%", {})
    if target.comparator is Comparator.EXTERNAL:
        assert target.modality is Modality.EXTERNAL
    if target.change_basis == "percentage_points":
        assert target.unit == "percentage_points"
        assert target.base_year
    # what is printed is what is registered, in every language
    for figure in target.printed.values():
        assert next(figures(half_width(figure))).value == target.value


def test_every_printed_figure_has_its_place_in_a_clause():
    for document, rendering in load_renderings().items():
        placed = [entry for entries in rendering.figures.values() for entry in entries if not entry.isdigit()]
        assert len(placed) == len(set(placed))
        printed = {target.id.partition(":")[0] for target in load_targets() if document in target.printed}
        assert set(placed) == printed
        for clause, entries in rendering.figures.items():
            assert all(TARGETS[entry].clause == clause for entry in entries if not entry.isdigit())


def test_every_year_of_a_demand_is_one_that_its_clause_prints():
    for target in load_targets():
        for document in target.documents:
            entries = load_renderings()[document].figures.get(target.clause, ())
            for year in (target.year, target.base_year):
                assert year is None or str(year) in entries, (target.id, document)


def test_one_figure_for_two_indicators_is_two_demands():
    assert TARGETS["HEB-14"].indicator == "water_completion"
    assert TARGETS["HEB-14:bays"].indicator == "bay_completion"
    assert TARGETS["HEB-14"].value == TARGETS["HEB-14:bays"].value == 40


def test_the_misprint_is_registered_as_printed_with_its_reading():
    target = TARGETS["HEB-01"]
    assert target.value == 363900
    assert target.reading.value == 36390
    assert target.reading.source.zh
    assert target.reading.reason.en


def test_indicators_that_are_counted_have_demands():
    demanded = {target.indicator for target in load_targets()}
    assert {"bay_completion", "water_completion", "redline_area", "blue_green_share"} <= demanded
    counted = {
        one.id
        for one in load_indicators().values()
        if one.told == "always" and one.measure.id == "completion"
    }
    assert counted - demanded == {"river_completion", "lake_completion", "bay_completion_shore"}


def test_demands_of_the_country_hold_in_the_zones_whose_documents_make_them():
    assert {target.zone for target in zone_targets("gba")} == {NATIONAL}
    assert NATIONAL not in {target.zone for target in zone_targets("hebei")}


def test_places_are_named_properly_with_their_traps():
    places = {place.id: place for place in load_places()}
    assert len(places) == 97
    assert places["P017"].name.zh == "生态城—寨上岸段"
    assert "Shanghai" in places["P018"].trap
    for place in places.values():
        if place.point:
            assert 73 < place.point[0] < 136
            assert 17 < place.point[1] < 54
            assert place.coordinate_basis


def test_the_table_lists_all_demands_and_one_zone():
    table = targets_table(published())
    assert len(table) == len(TARGETS)
    assert table.loc[table["id"] == "HEB-01", "findings"].iloc[0].startswith("impossible_area")
    assert set(targets_table(published(), "yrd", "en")["zone"]) == {"yrd", NATIONAL}


def test_the_seeds_carry_facts_and_no_sentences():
    """No text in the seeds is as long as a sentence of a document would be, but for notes of the project's own."""
    for name in ("targets", "documents", "zones"):
        entries = tomllib.loads((shipped("seeds") / f"{name}.toml").read_text("utf-8"))
        for key, entry in entries.items():
            for field in ("title", "region", "denominator"):
                words = entry.get(field, {})
                assert len(words.get("zh", "")) <= 45, key
                assert len(words.get("en", "")) <= 110, key


def test_zone_of_a_key_is_the_declared_one():
    assert get_zone("hebei").members == ("130000",)
