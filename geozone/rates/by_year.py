"""The rates of earlier years: the same rules on what was known at the end of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geozone.manifest.indicators import Indicator
from geozone.model import Rate, Register, Status, Target
from geozone.policy.plausibility import Territory
from geozone.rates.compute import compute_rates
from geozone.rates.facts import Facts
from geozone.rates.figures import VALUE, Figures
from geozone.vintages import year_of

MOST_YEARS = 12  # of which the last are told


@dataclass(frozen=True, slots=True)
class YearRates:
    """The rates of a year that may differ from those of today."""

    indicators: frozenset[str]  # of which every row of that year is here
    rates: list[Rate]


def rates_by_year(
    facts: Facts, indicators: Sequence[Indicator], targets: Sequence[Target], size: Territory
) -> dict[int, YearRates]:
    """Return the rates that depend on dated statuses and figures, as they were at the end of each year.

    1. The years run from the one before the first dated status to the last dated status or figure; of more than twelve the
       last ones count.
    2. At the end of a year an item has its status where the date of it is not later, and is unknown otherwise; a figure is
       known where its year is not later.
    3. What is made from registers and figures is computed again by the rules of today, where what it is made from was not what
       it is now. What is made from layers has the date of its layer, and no other value.

    Returns
    -------
    dict
        Year -> rates; of no year where nothing is dated.
    """
    dated = [one for one in indicators if one.registers or _reported(one, facts.figures)]
    latest = {one.id: _made_from(one, facts.registers, facts.figures) for one in dated}
    known: dict[tuple[str, object], list[Rate]] = {}
    found = {}
    for year in years(facts, dated):
        registers = {name: register_at(register, year) for name, register in facts.registers.items()}
        figures = figures_until(facts.figures, year)
        states = {one.id: _made_from(one, registers, figures) for one in dated}
        differing = [one for one in dated if states[one.id] != latest[one.id]]
        fresh = [one for one in differing if (one.id, states[one.id]) not in known]
        for one in fresh:
            known[one.id, states[one.id]] = []
        asked = {one.id for one in fresh}
        then = replace(facts, registers=registers, figures=figures, found={})
        for rate in compute_rates(then, fresh, [goal for goal in targets if goal.indicator in asked], size):
            known[rate.indicator, states[rate.indicator]].append(rate)
        rates = [rate for one in differing for rate in known[one.id, states[one.id]]]
        found[year] = YearRates(frozenset(one.id for one in differing), rates)
    return found


def _made_from(indicator: Indicator, registers: Mapping[str, Register], figures: Figures) -> object:
    """Return what an indicator is made from that may change with the years, to compare."""
    lists = tuple(
        (registers[name].as_of, tuple(registers[name].items["status"]))
        for name in indicator.registers
        if name in registers
    )
    names = {*indicator.figures, indicator.id, indicator.change}
    return lists, tuple(one for one in figures.all if one.indicator in names)


def years(facts: Facts, indicators: Iterable[Indicator]) -> list[int]:
    """Return the years that something dated describes, all between the first and the last included."""
    codes = {unit.code for unit in facts.units}
    names = {name for one in indicators for name in (*one.figures, one.id)}
    figured = {
        figure.year
        for figure in facts.figures.all
        if figure.year and figure.kind == VALUE and figure.scope in codes and figure.indicator in names
    }
    stated = {
        year
        for register in facts.registers.values()
        for date in dict.fromkeys(register.items["status_date"])
        if (year := year_of(date)) is not None
    }
    every = figured | stated | ({min(stated) - 1} if stated else set())
    return list(range(min(every), max(every) + 1))[-MOST_YEARS:] if every else []


def register_at(register: Register, year: int) -> Register:
    """Return a register as it was known at the end of a year: a status of a later date, or of none, was not known."""
    items = register.items
    dates = items["status_date"].tolist()
    then = {date: (one := year_of(date)) is not None and one <= year for date in dict.fromkeys(dates)}
    unknown = np.array([not then[date] for date in dates], dtype=bool)
    items = items.assign(
        status=items["status"].mask(unknown, Status.UNKNOWN.value),
        status_date=items["status_date"].mask(unknown, ""),
    )
    last = year_of(register.as_of)
    return replace(register, items=items, as_of=register.as_of if last is None or last <= year else str(year))


def figures_until(figures: Figures, year: int) -> Figures:
    """Return the figures that describe a year or an earlier one; what a document sets for a year to come is no value."""
    return Figures(one for one in figures.all if one.kind != VALUE or one.year is None or one.year <= year)


def _reported(indicator: Indicator, figures: Figures) -> bool:
    return any(figures.scopes(name) for name in dict.fromkeys((*indicator.figures, indicator.id)))


def changed(latest: Iterable[Rate], then: YearRates) -> Mapping[int, Rate | None]:
    """Return what differs of the rows of today: place -> the row of then, None where there was none.

    Rows are the same that have one unit, indicator, kind and target.
    """
    found = {_key(rate): rate for rate in then.rates}
    differing: dict[int, Rate | None] = {}
    for place, rate in enumerate(latest):
        if rate.indicator in then.indicators and (earlier := found.get(_key(rate))) != rate:
            differing[place] = earlier
    return differing


def _key(rate: Rate) -> tuple[object, ...]:
    return (rate.unit_code, rate.indicator, rate.kind, rate.target_id)
