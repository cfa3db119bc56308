"""Sites: how many items of a register have a status that counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Level, Status
from geozone.rates.completion import STAND_INS
from geozone.rates.facts import Facts, Value
from geozone.rates.measures.completion import item_counts
from geozone.rates.needs import Need

_UNKNOWN = frozenset({Status.UNKNOWN.value})
_ALWAYS = (Level.ZONE, Level.PROVINCE)  # none is told of these


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: registers are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the number of items that count, for every unit.

    1. The items that lie wholly in the unit and pass the filter are looked at.
    2. Those with a status that counts are counted: built ones unless the indicator says otherwise. That is the lower end.
    3. Items of unknown status, and those of a published number that the list lacks, may count or not: with all of them
       it is the upper end.
    4. A list that stands in for the official one, or of which a larger unit has items without a name, may lack any
       number of items: there is no upper end, and the number is a floor.
    """
    passed, all_items = (item_counts(indicator, facts, where) for where in (indicator.where, {}))
    register = all_items.register
    counting = frozenset(indicator.options.get("statuses", (Status.BUILT.value,)))
    for unit in facts.units_of(indicator):
        listed = all_items.count(unit.code, unit.level)
        blank = Value(
            unit,
            "count",
            basis=listed.basis,
            vintage=register.as_of,
            empty=not passed.number(unit.code, unit.level) and unit.level not in _ALWAYS,
        )
        if listed.reason == "above_total":
            yield replace(blank, note=text("rates.note_above_total"))
            continue
        sure = passed.having(counting, unit.code, unit.level)
        unknown = passed.having(_UNKNOWN, unit.code, unit.level)
        doubtful = listed.doubtful if _honours_may_be_built(counting) else 0
        open_list = register.basis in STAND_INS or listed.reason == "part_of_total"
        possible = unknown + doubtful + listed.unlisted
        yield replace(
            blank,
            numerator=float(sure),
            value=None if possible or open_list else float(sure),
            low=float(sure),
            high=None if open_list else float(sure + possible),
            note=_note(unknown, listed.unlisted, open_list),
        )


def _honours_may_be_built(counting: Collection[str]) -> bool:
    return Status.BUILT in counting and Status.RECOGNISED not in counting


def _note(unknown: int, unlisted: int, open_list: bool) -> Text:
    note = NO_TEXT
    if unknown:
        note += text("rates.note_items_unknown", count=unknown)
    if unlisted:
        note += text("rates.note_unlisted", unlisted=unlisted)
    if open_list:
        note += text("rates.note_open_list")
    return note
