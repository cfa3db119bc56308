"""Sites: how many items of a register have a status that counts."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.messages import text
from geozone.model import Level, Status
from geozone.rates.completion import unit_items
from geozone.rates.facts import NOTHING, Facts, Value
from geozone.rates.measures.completion import counted_register
from geozone.rates.needs import Need

_ALWAYS = (Level.ZONE, Level.PROVINCE)  # none is told of these


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: registers are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the number of items that count, for every unit.

    1. The items that lie wholly in the unit and pass the filter are looked at.
    2. Those with a status that counts are counted: built ones unless the indicator says otherwise.
    3. Items of unknown status may count or not: from none to all of them is the band. What the register does not list is
       not known: from a register that is no official list the number is a floor.
    """
    register = counted_register(indicator, facts.registers)
    assert register is not None, indicator.id
    counting = set(indicator.options.get("statuses", (Status.BUILT.value,)))
    for unit in facts.units_of(indicator):
        items = unit_items(register, unit.code, unit.level, facts.zone)
        sure = int(items["status"].isin(counting).sum())
        unknown = int((items["status"] == Status.UNKNOWN).sum())
        yield Value(
            unit,
            "count",
            numerator=float(sure),
            value=None if unknown else float(sure),
            low=float(sure),
            high=float(sure + unknown),
            note=text("rates.note_items_unknown", count=unknown) if unknown else NOTHING,
            basis=register.basis,
            empty=not len(items) and unit.level not in _ALWAYS,
            vintage=register.as_of,
        )
