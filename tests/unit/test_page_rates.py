"""What the page knows and says of rates: which row leads, what colours a unit, what is left to do, what is missing."""

from dataclasses import replace

import pandas as pd
import pytest
from samples import sample_result

from geozone.manifest.indicators import load_indicators
from geozone.maps.indicators import (
    done_statuses,
    indicator_entries,
    leading_rates,
    mappable,
    open_items,
    partitions,
    shown_value,
)
from geozone.maps.missing import gaps
from geozone.maps.payload import zone_payload
from geozone.maps.places import region_entries
from geozone.maps.plain import Strings
from geozone.maps.rate_rows import (
    ALONE,
    SILENT,
    WITH_TARGET,
    WITH_VERDICT,
    dates,
    made_text,
    rank,
    rate_words,
)
from geozone.maps.sources import sources
from geozone.messages import Text
from geozone.model import Basis, Kind, Level, Status, Verdict
from geozone.rates.figures import FLOOR, Figure, Figures
from geozone.rates.wording import tells_something

SILENCE = {"value": None, "low": 0.0, "high": 1.0}


def both(value):
    return Text(value, value)


def rate_of(result, indicator="bay_completion", unit="bth"):
    return next(one for one in result.rates if (one.indicator, one.unit_code) == (indicator, unit))


def figure(**changes):
    known = {
        "indicator": "redline_area", "scope": "bth", "scope_name": both("z"), "year": 2024, "value": 3100.0, "unit": "km2",
        "comparator": "=", "kind": "value", "basis": Basis.PUBLIC, "source": both("Gazette"), "published": "2025-01",
    }  # fmt: skip
    return Figure(**(known | changes))


def reported(result, **changes):
    """Return the red line area of the zone as somebody reported it."""
    return replace(
        rate_of(result, "redline_area"), kind=Kind.REPORTED, basis=Basis.PUBLIC, value=3100.0, low=3100.0, high=3100.0,
        vintage="2024", **changes,
    )  # fmt: skip


def column(stored):
    """Return a column of the payload as the page reads it."""
    return stored if isinstance(stored, list) else [stored["values"][place] for place in stored["places"]]


@pytest.fixture
def result():
    return sample_result()


def entries(result):
    strings = Strings()
    return indicator_entries(result, strings), strings.pairs


def test_the_first_row_of_a_unit_leads_and_colours_it(result):
    computed = rate_of(result, "redline_coverage", "910000")
    result.rates.append(replace(computed, kind=Kind.REPORTED, value=0.99, low=0.99, high=0.99))
    assert leading_rates(result.rates)["redline_coverage", "910000"] == computed
    whole = entries(result)[0]["redline_coverage"]["classes"]
    assert {tuple(one["bounds"]) for one in whole.values()} == {
        tuple(whole["province"]["bounds"])
    }  # alike at every level


def test_the_map_opens_with_what_leads_and_is_known_of_most_units(result):
    known = {"known": 6, "bounds": [1.0]}
    own = {"layers": ["redline"], "map_rank": None, "classes": {"county": known}}
    sketch = {"layers": ["redline"], "map_rank": 1, "classes": {"county": known}}
    whole = {"layers": ["redline"], "map_rank": None, "classes": {}}
    other = {"layers": ["barrier"], "map_rank": 0, "classes": {"county": known}}
    covers = {"county": list(range(8)), "province": [8, 9]}
    assert mappable({"a": own, "b": sketch}, ["a"], covers) == ["a", "b"]
    assert mappable({"a": whole, "b": sketch, "c": other}, ["a"], covers) == ["b", "c"]
    assert mappable({"b": sketch, "c": other}, [], covers) == ["c", "b"]
    few = own | {"classes": {"county": known | {"known": 4}, "province": known | {"known": 2}}, "layers": []}
    assert mappable({"a": few, "c": other}, ["a"], covers) == ["c", "a"]
    assert mappable({"a": whole}, ["a"], covers) == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"value": 0.3}, 0.3),
        ({"low": 0.2, "high": 0.4}, 0.2),
        (SILENCE, None),  # it may be anything: no colour tells that
        ({"low": 0.0, "high": 0.07, "kind": Kind.REPORTED, "unit": "%"}, 0.07),  # printed as at most 7 %
        ({"low": 42300.0, "high": None, "kind": Kind.REPORTED, "unit": "km2"}, 42300.0),
        ({"low": None, "high": None}, None),
    ],
)
def test_a_unit_has_the_colour_of_what_is_known(result, changes, shown):
    assert shown_value(replace(rate_of(result), **({"value": None} | changes))) == shown


def test_what_says_nothing_is_in_no_class(result):
    result.rates = [
        replace(one, **SILENCE) if one.indicator == "bay_completion" else one for one in result.rates
    ]
    found, _ = entries(result)
    assert found["bay_completion"]["classes"] == {}
    assert mappable(found, [], partitions(result.units)) == ["redline_coverage"]


def test_amounts_below_zero_have_classes_of_their_own(result):
    changes = {"910000": -12.0, "920000": 40.0}
    result.rates = [
        replace(one, kind=Kind.CHANGE, unit="km2", value=changes[one.unit_code], low=None, high=None)
        for one in result.rates
        if one.indicator == "redline_coverage" and one.unit_code in changes
    ]
    found, texts = entries(result)
    classes = found["redline_coverage"]["classes"]["province"]
    assert classes["zero"] is None
    assert classes["bounds"][0] == -12
    assert texts[classes["titles"][0]][1].startswith("-12")


def test_the_map_is_coloured_by_the_lowest_rank_first(result):
    known = {
        name: {"map_rank": rank_, "classes": {"city": {}}}
        for name, rank_ in (("a", None), ("b", 2), ("c", 1))
    }
    assert mappable(known | {"d": {"map_rank": 0, "classes": {}}}, [], {}) == ["c", "b", "a"]


def test_an_indicator_says_its_inputs_unit_and_whole(result):
    part = replace(rate_of(result), indicator="bay_completion_shore")
    result.rates.append(part)
    found, texts = entries(result)
    assert (found["bay_completion"]["registers"], found["bay_completion"]["part_of"]) == (["bay"], None)
    assert found["bay_completion_shore"]["part_of"] == "bay_completion"
    assert found["redline_coverage"]["layers"] == ["redline"]
    assert texts[found["redline_area"]["unit"]] == ["km²", "km²"]
    result.rates = [part]
    assert entries(result)[0]["bay_completion_shore"]["part_of"] is None  # its whole is not there


def test_a_map_with_a_screening_layer_says_so_and_a_reported_row_does_not(result):
    result.rates = [
        reported(result),
        *(
            replace(rate_of(result, "redline_area"), unit_code=code, basis=Basis.DERIVED)
            for code in ("910000", "920000")
        ),
    ]
    found, texts = entries(result)
    entry = found["redline_area"]
    assert "screening" in texts[entry["map_title"]][1]
    assert "screening" not in texts[entry["title"]][1]
    said = column(rate_words(result, strings := Strings())["title_text"])
    assert ["screening" in strings.pairs[place][1] for place in said] == [False, True, True]


def test_open_items_are_those_not_complete_nearest_to_completion_first(result):
    items = result.registers["bay"].items
    rows = [items.iloc[[1]].assign(item_id=name, status=status, planned_year=year) for name, status, year in (
        ("unknown", Status.UNKNOWN, None), ("late", Status.UNDER_CONSTRUCTION, 2029), ("planned", Status.PLANNED, None),
        ("soon", Status.UNDER_CONSTRUCTION, 2026), ("built", Status.BUILT, None), ("case", Status.RECOGNISED, None),
    )]  # fmt: skip
    together = pd.concat(rows, ignore_index=True)
    result.registers["bay"] = result.registers["bay"].with_items(together)
    result.zone = replace(result.zone, members=("920000",))
    ((name, places),) = open_items(load_indicators()["bay_completion"], result)
    assert name == "bay"
    assert list(together["item_id"].iloc[places]) == ["soon", "late", "planned", "case", "unknown"]
    assert open_items(load_indicators()["bay_completion_shore"], result) == []  # it looks at the same items


def test_items_that_an_indicator_counts_are_done_unless_it_counts_what_is_left():
    known = load_indicators()
    assert done_statuses(known["bay_completion"]) == (Status.BUILT,)
    assert Status.UNDER_CONSTRUCTION in done_statuses(known["zero_waste_city_coverage"])
    assert done_statuses(known["black_odorous_waters"]) == (Status.BUILT, Status.RECOGNISED)


def test_what_is_judged_stands_above_what_has_a_target_and_that_above_the_rest(result):
    row = rate_of(result)
    assert rank(replace(row, value=0.6, verdict=Verdict.MET)) == WITH_VERDICT
    assert rank(replace(row, value=0.6, verdict=Verdict.REPORT_ONLY)) == WITH_TARGET
    assert rank(replace(row, value=0.6, verdict=None, target_id=None)) == ALONE
    assert rank(replace(row, **SILENCE)) == SILENT
    assert WITH_VERDICT < WITH_TARGET < ALONE < SILENT


def test_a_number_says_how_it_came_about(result):
    result.figures = Figures([figure()])
    assert made_text(reported(result), result).en == "reported figure (2024)"
    result.figures = Figures([figure(kind=FLOOR, comparator=">=", year=2035)])
    assert made_text(reported(result), result).en == "floor set by a document (2024)"
    assert made_text(replace(rate_of(result, "redline_area"), basis=Basis.DERIVED), result).en.startswith(
        "from a screening layer"
    )
    assert (
        made_text(replace(rate_of(result, "redline_area"), basis=Basis.OFFICIAL), result).en
        == "from layers (2025)"
    )
    assert made_text(rate_of(result), result).en == "from registers (2025-12)"
    assert made_text(replace(rate_of(result), vintage="unknown"), result).en == "from registers"
    assert made_text(replace(rate_of(result), kind=None), result) is None


def test_the_dates_are_those_of_numbers_and_not_of_plans(result):
    result.figures = Figures([figure(kind=FLOOR, year=2035)])
    result.rates = [replace(reported(result), vintage="2035"), replace(rate_of(result), vintage="2023-12")]
    assert dates(result) == {"first": 2023, "last": 2023, "unsaid": False}
    result.rates.append(replace(rate_of(result), vintage="unknown"))
    assert dates(result) == {"first": 2023, "last": 2023, "unsaid": True}
    result.rates = []
    assert dates(result) == {"first": None, "last": None, "unsaid": False}


def test_what_is_planned_for_a_place_of_several_units_is_no_date_either(result):
    result.figures = Figures([figure(kind=FLOOR, year=2035, scope="P047", scope_name=both("示范区"))])
    of_place = {
        "unit_code": "910101+920101",
        "unit_name": both("示范区"),
        "level": Level.REGION,
        "vintage": "2035",
    }
    result.rates = [replace(reported(result), **of_place), replace(rate_of(result), vintage="2023-12")]
    assert dates(result)["last"] == 2023


def test_a_region_of_several_units_has_its_name_and_members(result):
    result.rates.append(replace(rate_of(result), unit_code="910101+910102", unit_name=both("new area")))
    strings = Strings()
    [found] = region_entries(result, strings)
    assert found["code"] == "910101+910102"
    assert found["members"] == ["910101", "910102"]
    areas = result.units.set_index("code")["area_km2"]
    assert float(found["area_km2"]) == areas["910101"] + areas["910102"]
    assert strings.pairs[found["name"]] == ["new area", "new area"]


# --- what is missing, and the story ------------------------------------------------------------------------------


def absent(result, indicator, target_id, **changes):
    blank = {"value": None, "low": None, "high": None, "numerator": None, "denominator": None}
    return replace(
        rate_of(result), indicator=indicator, target_id=target_id, verdict=Verdict.NOT_COMPUTABLE, **(blank | changes)
    )  # fmt: skip


def test_what_is_missing_is_grouped_by_what_would_answer_it(result):
    result.rates = [
        absent(result, "coal_consumption", "a"), absent(result, "carbon_intensity", "b"), absent(result, "carbon_intensity", "b"),
        absent(result, "good_water_share", "c"), absent(result, "zero_waste_cities_built", "d"),
        replace(rate_of(result), **SILENCE), absent(result, "beautiful_hebei", "e", unit="-", kind=None),
        absent(result, "redline_function", "f"), replace(rate_of(result), value=0.5),
    ]  # fmt: skip
    found = [(gap.title.en, len(gap.demands), len(gap.rows), gap.answers) for gap in gaps(result)]
    assert found == [
        ("Reported figures", 2, 3, True),
        ("Layer: National monitoring sections", 1, 1, True),
        ("Register of zero-waste cities", 1, 1, True),
        ("Statuses of the items of: Register of bays", 1, 1, True),
        ("another vintage of Ecological protection red line", 1, 1, True),
        ("Qualitative demands: the evidence is listed, nothing is judged", 1, 1, False),
    ]


def test_a_unit_without_a_target_is_not_missing_and_the_zone_is(result):
    zone = absent(result, "coal_consumption", None)
    result.rates = [replace(zone, unit_code="910101", level=Level.COUNTY)]
    assert gaps(result) == []
    result.rates = [zone]
    assert [gap.rows for gap in gaps(result)] == [[0]]


def test_every_row_with_a_target_has_a_number_or_is_missing_once(result):
    rows = [place for gap in gaps(result) for place in gap.rows]
    assert len(rows) == len(set(rows))
    asked = {place for place, one in enumerate(result.rates) if one.target_id and not tells_something(one)}
    assert asked <= set(rows)


# --- sources ------------------------------------------------------------------------------------------------------


def test_every_input_is_a_source_with_its_origin(result):
    older = result.inputs[0] | {"id": "redline", "role": "redline", "vintage": "2018"}
    result.inputs = [result.inputs[0] | {"id": "redline", "role": "redline"}, older]
    result.figures = Figures(
        [figure(), figure(year=2023), figure(indicator="land_area", source=both("elsewhere"))]
    )
    found = {(one.sort, one.title.en): one for one in sources(result)}
    assert found["layer", "Sample redline"].licence.en == "CC0-1.0"
    assert found["layer", "Sample redline (older date, 2018)"].date == "2018"
    assert {name for sort, name in found if sort == "layer"} >= {
        layer.spec.title.en for layer in result.layers.values()
    }
    register = found["register", "Register of bays"]
    assert (register.basis, register.date, register.note.en) == (Basis.WORKING, "2025-12-26", "2 items")
    assert [title for sort, title in found if sort == "figures"] == [
        "Gazette"
    ]  # what no row asks for is not cited
    assert "red line area" in found["figures", "Gazette"].note.en


def test_a_register_goes_by_the_title_of_what_indicators_ask_for(result):
    [first, *_] = result.registers
    result.registers = {"eco_civilisation": replace(result.registers[first], id="eco_civilisation_areas")}
    payload = zone_payload(result)
    title = payload["strings"][payload["registers"]["eco_civilisation"]["title"]]
    assert title[1] == "Register of ecological civilisation demonstration areas and Two Mountains bases"
