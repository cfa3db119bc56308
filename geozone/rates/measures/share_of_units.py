"""Share of units: how many administrative units of a level are on a register with a status that counts."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.model import Level, Status
from geozone.rates.facts import Facts, Value
from geozone.rates.measures.completion import item_counts
from geozone.rates.needs import Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: registers are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of units that count, for every larger unit.

    1. Denominator: the units of the indicator's level in the larger unit; a municipality without cities is one city. Where
       the register lists some units of the level only because others do not take part, its own list is no denominator.
    2. Numerator: those that the register gives a status that counts, built ones unless the indicator says otherwise.
    3. A unit that the register does not list, or whose status is unknown, may count or not: from none to all of them is
       the band.
    """
    counts = item_counts(indicator, facts, indicator.where)
    level = Level(indicator.options.get("level", Level.CITY))
    counting = indicator.options.get("statuses", (Status.BUILT.value,))
    known = counts.first_statuses(level)
    for unit in facts.units_of(indicator):
        below = facts.units_below(unit, level)
        if not below:
            yield facts.not_applicable(unit, "count", indicator)
            continue
        statuses = [known.get(code, Status.UNKNOWN.value) for code in below]
        sure = sum(status in counting for status in statuses)
        unknown = sum(status == Status.UNKNOWN for status in statuses)
        yield Value.of_counts(
            unit,
            sure,
            unknown,
            len(below),
            "rates.note_units_unknown",
            basis=counts.register.basis,
            vintage=counts.register.as_of,
        )
