"""Rates of earlier years: what was known at the end of each, by the rules of today."""

from dataclasses import replace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from rate_samples import COUNTIES, NAME, ZONE, register, target, units

from geozone.manifest.indicators import load_indicators
from geozone.messages import Text
from geozone.model import Basis, Comparator, Level, Status
from geozone.overlay.units import level_of
from geozone.policy.plausibility import Published, territory
from geozone.rates.by_year import MOST_YEARS, changed, figures_until, rates_by_year, register_at, years
from geozone.rates.compute import chosen_indicators, compute_rates, zone_units
from geozone.rates.facts import Facts
from geozone.rates.figures import FLOOR, Figure, Figures
from geozone.rates.item_counts import ItemCounts, ItemPlaces

GOAL = target()
AIR = target(comparator=Comparator.AT_MOST, value=33.0, unit="ug/m3", indicator="pm25_annual_mean", id="T-2")
CHOSEN = chosen_indicators(load_indicators(), [GOAL, AIR], [])
SIZE = territory(ZONE.key, ZONE.members, ZONE.coastal, 80.0, Published())


def facts(rows, figures=(), basis=Basis.OFFICIAL, as_of="2025-12-31"):
    table = units()
    return Facts(
        zone=ZONE,
        units=zone_units(table),
        parents=dict(zip(table["code"], table["parent"], strict=True)),
        specs={},
        tables={},
        registers={"bay": register(rows, basis, as_of=as_of)},
        figures=Figures(figures),
    )


def air(year, value, **more):
    return Figure(
        "pm25_annual_mean", "z", NAME, year, value, "ug/m3", "=", "value", Basis.PUBLIC, Text("源", "source"), "", **more
    )  # fmt: skip


def key(rate):
    return (rate.unit_code, rate.indicator, rate.kind, rate.target_id)


def whole(latest, then):
    """Return the rates of a year: those of today, but for what differed."""
    differing = changed(latest, then)
    rows = [differing.get(place, rate) for place, rate in enumerate(latest)]
    return [rate for rate in rows if rate is not None]


DATES = st.sampled_from(["", "2019", "2021-06", "2023", "2024-12-31", "无"])
ROWS = st.lists(st.tuples(st.sampled_from(Status), DATES, st.none(), st.just(1.0)), min_size=1, max_size=12)


@given(ROWS)
def test_a_year_counts_what_was_known_at_its_end(rows):
    by_year = rates_by_year(facts(rows), CHOSEN, [GOAL], SIZE)
    given_ = facts(rows)
    latest = compute_rates(given_, CHOSEN, [GOAL], SIZE)
    for year, then in by_year.items():
        [row] = [one for one in whole(latest, then) if one.target_id == "T-1"]
        known = [status for status, date, *_ in rows if date[:4].isdigit() and int(date[:4]) <= year]
        built = sum(status is Status.BUILT for status in known)
        closed = sum(status not in {Status.BUILT, Status.UNKNOWN} for status in known)
        assert row.denominator == len(rows)
        assert row.low == built / len(rows)
        assert row.high == (len(rows) - closed) / len(rows)


@given(ROWS)
def test_what_differs_and_what_does_not_make_the_rates_of_the_year(rows):
    given_ = facts(rows, [air(2020, 40.0), air(2024, 31.0)])
    latest = compute_rates(given_, CHOSEN, [GOAL, AIR], SIZE)
    for year, then in rates_by_year(given_, CHOSEN, [GOAL, AIR], SIZE).items():
        anew = replace(
            given_,
            registers={"bay": register_at(given_.registers["bay"], year)},
            figures=figures_until(given_.figures, year),
            found={},
        )
        expected = compute_rates(anew, CHOSEN, [GOAL, AIR], SIZE)
        told = {key(rate): rate for rate in whole(latest, then)}
        for rate in expected:
            assert told.get(key(rate), rate) == rate
        assert {key(rate) for rate in told.values()} <= {key(rate) for rate in expected}


def test_a_figure_counts_from_its_year_on_and_a_floor_in_every_year():
    given_ = facts([], [air(2020, 40.0), air(2024, 31.0)])
    values = {}
    latest = compute_rates(given_, CHOSEN, [AIR], SIZE)
    for year, then in rates_by_year(given_, CHOSEN, [AIR], SIZE).items():
        [row] = [one for one in whole(latest, then) if one.target_id == "T-2"]
        values[year] = row.value
    assert values == {2020: 40.0, 2021: 40.0, 2022: 40.0, 2023: 40.0, 2024: 31.0}
    floor = replace(air(2035, 30.0), kind=FLOOR)
    until = figures_until(Figures([*given_.figures.all, floor]), 2023)
    assert [one.year for one in until.all] == [2020, 2035]


def test_years_run_from_before_the_first_date_to_the_last_and_are_few():
    first = facts([(Status.BUILT, "2021", None, 1.0), (Status.PLANNED, "2024-05", None, 1.0)])
    assert years(first, CHOSEN) == [2020, 2021, 2022, 2023, 2024]
    assert years(facts([(Status.UNKNOWN, "", None, 1.0)]), CHOSEN) == []
    long = facts([(Status.BUILT, "1990", None, 1.0), (Status.BUILT, "2024", None, 1.0)])
    assert years(long, CHOSEN) == list(range(2025 - MOST_YEARS, 2025))


def test_a_register_of_a_year_is_no_younger_than_the_year():
    given_ = register(
        [(Status.BUILT, "2024", None, 1.0), (Status.PLANNED, "2021", None, 1.0)], as_of="2025-12-26"
    )
    then = register_at(given_, 2022)
    assert list(then.items["status"]) == ["unknown", "planned"]
    assert then.as_of == "2022"
    assert register_at(given_, 2026).as_of == "2025-12-26"
    assert isinstance(given_.items, pd.DataFrame)
    assert list(given_.items["status"]) == ["built", "planned"]


def test_a_filter_by_what_changes_with_the_years_is_asked_in_every_year():
    rows = [(Status.BUILT, "2021", None, 1.0), (Status.BUILT, "2024", None, 1.0)]
    [counted] = [one for one in CHOSEN if one.id == GOAL.indicator]
    dated = replace(counted, options={**counted.options, "where": {"status_date": ("2021",)}})
    counts = {
        year: [(rate.low, rate.high, rate.denominator) for rate in then.rates if rate.target_id == GOAL.id]
        for year, then in rates_by_year(facts(rows), [dated], [GOAL], SIZE).items()
    }
    # what has no date yet may be of those asked for, or not
    assert counts[2020] == [(0.0, 1.0, 2.0)]
    assert counts[2021] == counts[2023] == [(0.5, 1.0, 2.0)]
    assert counts[2024] == [(1.0, 1.0, 1.0)]


@given(ROWS, st.sampled_from(["", "910101", "910000", "920000", "910000+920000"]))
def test_items_of_another_year_lie_where_they_lay(rows, code):
    level = Level.REGION if "+" in code else level_of(code) if code else Level.ZONE
    of_today = register([(*row, COUNTIES[place % len(COUNTIES)]) for place, row in enumerate(rows)])
    then = register_at(of_today, 2021)
    known, anew = ItemCounts(then, ZONE, ItemPlaces(of_today, ZONE)), ItemCounts(then, ZONE)
    assert known.count(code, level) == anew.count(code, level)
    items = anew.items(code, level)
    assert known.number(code, level) == len(items)
    statuses = frozenset({Status.BUILT.value, Status.UNKNOWN.value})
    assert known.having(statuses, code, level) == items["status"].isin(statuses).sum()


def test_a_target_of_a_past_year_is_held_against_the_figure_of_that_year():
    goal = target(Comparator.AT_MOST, value=35.0, unit="ug/m3", indicator="pm25_annual_mean", year=2020)
    table = [(2020, 36.0), (2025, 30.0)]
    for figures, vintage, verdict, said in [
        (table, "2020", "short", "30"),
        (table[1:], "2025", "met", "2025"),
        (table[:1], "2020", "short", ""),
    ]:
        known = facts([(Status.BUILT, "2020", None, 1.0)], [air(*one) for one in figures])
        chosen = chosen_indicators(load_indicators(), [goal])
        [row] = [one for one in compute_rates(known, chosen, [goal], SIZE) if one.target_id == goal.id]
        assert (row.vintage, row.verdict) == (vintage, verdict)
        assert said in row.note.zh
        assert ("2020 年" in row.note.zh) is bool(said)
