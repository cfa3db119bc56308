"""Completion: the built items of a register, by number or by a measure of the items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from geozone.manifest.indicators import ALWAYS, Indicator
from geozone.manifest.units import unit_title
from geozone.messages import NO_TEXT, Text, filled, text
from geozone.model import Level, Register, Status
from geozone.rates.completion import DATED, Count, pooled
from geozone.rates.facts import Facts, Unit, Value
from geozone.rates.filters import passes
from geozone.rates.item_counts import ItemCounts, ItemPlaces
from geozone.rates.needs import Need
from geozone.rates.trajectory import register_trajectory

MEASURED_IN = {"count": "count", "shore_km": "km", "length_km": "km", "area_km2": "km2"}


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: registers are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield built ÷ all for every unit.

    1. The items that lie wholly in the unit count; one that crosses a border belongs to the next larger unit that holds
       it. Several registers are counted as one.
    2. Numerator: the built items. Denominator: all items, and those of a published number that the list lacks.
    3. Items of unknown status may be built or not: from none to all of them is the band.
    4. With ``by``, every item weighs its shore (km), length (km) or area (km²); where an item lacks it, or the list is not
       whole, there is no such rate.
    """
    by = indicator.options.get("by", "count")
    counts = item_counts(indicator, facts, indicator.where)
    for unit in facts.units_of(indicator):
        count = counts.count(unit.code, unit.level, None if by == "count" else by)
        if indicator.where and count.unlisted:
            # items without a name may pass the filter or not
            count = replace(count, tally=None, reason="part_of_total")
        value = _value(indicator, facts, unit, counts, count)
        if value is not None:
            yield value


def item_counts(indicator: Indicator, facts: Facts, where: Mapping[str, tuple[str, ...]]) -> ItemCounts:
    """Return the items of the registers of an indicator, several as one, without those that a filter leaves out.

    What hangs on nothing that changes with the years is found once and kept with the facts.
    """
    names = tuple(name for name in indicator.registers if name in facts.registers)
    register = pooled([facts.registers[name] for name in names])
    asked = names, tuple(where.items())
    places = facts.places.get(asked)
    if places is None:
        places = ItemPlaces(register, facts.zone, passes(register.items, where) if where else None)
        if not set(DATED) & set(where):
            facts.places[asked] = places
    return ItemCounts(register, facts.zone, places)


def counted_register(indicator: Indicator, registers: Mapping[str, Register]) -> Register | None:
    """Return the register that an indicator counts: several as one, without the items that its filter leaves out."""
    chosen = [registers[name] for name in indicator.registers if name in registers]
    return filtered(pooled(chosen), indicator) if chosen else None


def filtered(register: Register, indicator: Indicator) -> Register:
    """Return a register without the items that the filter of an indicator leaves out."""
    if not indicator.where:
        return register
    outcome = passes(register.items, indicator.where)
    items = register.items.copy()
    items.loc[outcome < 0, "status"] = Status.UNKNOWN.value  # it may be one of those asked for, or not
    return register.with_items(items[outcome != 0].reset_index(drop=True))


def _value(indicator: Indicator, facts: Facts, unit: Unit, counts: ItemCounts, count: Count) -> Value | None:
    register = counts.register
    by = indicator.options.get("by", "count")
    measured_in = MEASURED_IN[by]
    method = filled(indicator.measure.method, {"register": register.source, "unit": unit_title(measured_in)})
    if by == "count" and count.reason == "part_of_total" and not count.listed:
        return None  # an inland city of a province whose total is published
    if count.reason == "no_items":
        absent = facts.no_items(unit, indicator) if by == "count" else None
        return absent and replace(absent, method=method, basis=register.basis)
    # of some measures it is said that they are unknown, so that nobody looks for them in vain
    told = unit.level is Level.ZONE and indicator.told == ALWAYS
    if count.tally is None and by != "count" and not count.detail and not told:
        return None
    note = _note(count)
    blank = Value(unit, measured_in, note=note, basis=count.basis, vintage=register.as_of, method=method)
    if count.tally is None:
        reason = text(f"rates.note_{count.reason}", known=f"{count.detail:g}", listed=count.listed)
        return replace(blank, note=reason + note)
    tally = count.tally
    pace = register_trajectory(counts, unit.code, unit.level) if by == "count" else None
    return replace(
        blank,
        numerator=tally.built,
        denominator=tally.total,
        value=tally.value,
        low=tally.low,
        high=tally.high,
        projection=pace.share_in if pace else None,
    )


def _note(count: Count) -> Text:
    note = NO_TEXT
    if count.unlisted:
        note += text("rates.note_unlisted", unlisted=count.unlisted)
    if count.recognised:
        note += text("rates.note_recognised", recognised=count.recognised)
    if count.doubtful:
        note += text("rates.note_doubtful", doubtful=count.doubtful)
    return note
