"""Differences of rates and verdicts, and what the verdicts changed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from geozone.diff.difference import Change, Difference, Part, same_text
from geozone.diff.package import Delivery
from geozone.diff.pairing import Row, differing, of_columns, paired, plain, rows_of
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import layer_title, load_registers, register_title
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import RATE_COLUMNS, Rate
from geozone.rates.rows import read_rates
from geozone.rates.titles import with_basis
from geozone.rates.wording import other_value_text, parts_text, value_text, verdict_text

RATES = "rates"
_KEY = ("zone", "kind", "target_id", "unit_code", "indicator")
_VALUE = ("value", "low", "high")
_VALUES = (*_VALUE, "numerator", "denominator", "basis")
_DEMAND = ("comparator", "target_value", "target_year")
_VERDICT = "verdict"
_MORE_DIGITS = 4  # of values that read alike and are not


def rate_differences(old: Delivery, new: Delivery, data: Iterable[Difference]) -> Iterator[Difference]:
    """Yield the rates that differ, and the verdicts that flipped, each with what it changed by.

    Parameters
    ----------
    old, new
        The deliveries.
    data
        What differs in their data.
    """
    tables = old.table(RATES), new.table(RATES)
    changed = Counter(row.table for row in data)
    pairs, deleted, added = paired(*tables, [of_columns(*_KEY)])
    before, after = map(rows_of, tables)
    of_table = Difference(old.zone, Part.RATES, RATES, "", NO_TEXT, Change.CHANGED)
    names = _unit_names(old) | _unit_names(new)

    def told(row: Row, change: Change, **more: Any) -> Difference:
        indicator, unit = (str(plain(row[name])) for name in ("indicator", "unit_code"))
        target = str(plain(row.get("target_id")))
        item = " ".join(filter(None, (unit, indicator, target)))
        known = load_indicators().get(indicator)
        title = known.title if known else same_text(indicator)
        name = text("diff.rate_name", unit=names.get(unit) or str(plain(row["unit_name"])), indicator=title)
        return replace(of_table, item=item, name=name, change=change, **more)

    for left, right in pairs:
        one, other = before[left], after[right]
        rates = _rate(one), _rate(other)
        first = True  # people are told once of a rate
        for column, was, now in differing(one, other, _VALUES):
            words = _words(rates, was, now) if first else None
            yield told(one, Change.CHANGED, field=column, old=was, new=now, words=words)
            first = False
        for column, was, now in differing(one, other, (_VERDICT,)):
            yield replace(
                told(one, Change.CHANGED, field=column, old=was, new=now, words=_verdicts(rates, was, now)),
                part=Part.VERDICTS,
                why=_why(one, other, rates, changed),
            )
    for index in deleted:
        yield told(before[index], Change.DELETED)
    for index in added:
        yield told(after[index], Change.ADDED)


def _unit_names(package: Delivery) -> dict[str, Text]:
    units = package.table("units")
    if not {"code", "name", "name_en"} <= set(units.columns):
        return {}
    cells = units[["code", "name", "name_en"]].map(plain).itertuples(index=False, name=None)
    return {str(code): Text(str(zh), str(en or zh)) for code, zh, en in cells}


def _rate(row: Row) -> Rate | None:
    """Return a row as a rate; None for one that somebody edited until it was none."""
    cells = {name: plain(row.get(name)) for name in RATE_COLUMNS}
    with suppress(TypeError, ValueError):
        (rate,) = read_rates([{name: None if cell == "" else cell for name, cell in cells.items()}])
        return rate
    return None


def _words(rates: tuple[Rate | None, Rate | None], was: Any, now: Any) -> tuple[Text, Text]:
    """Return what people read of a rate before and after, in the first form in which both do not read alike.

    That is the value, the value with its parts, the value with more digits, the basis, or the cell itself.
    """
    before, after = rates
    if before is not None and after is not None:
        for tell in (value_text, _with_parts, _with_digits, _basis_of):
            old, new = tell(before), tell(after)
            if old != new:
                return old, new
    return same_text(str(was)), same_text(str(now))


def _with_parts(rate: Rate) -> Text:
    parts = parts_text(rate)
    return value_text(rate) if parts is None else text("diff.with_parts", value=value_text(rate), parts=parts)


def _with_digits(rate: Rate) -> Text:
    return value_text(rate) if rate.value is None else other_value_text(rate, rate.value, _MORE_DIGITS)


def _basis_of(rate: Rate) -> Text:
    value = value_text(rate)
    return value if rate.basis is None else with_basis(value, rate.basis)


def _verdicts(rates: tuple[Rate | None, Rate | None], was: Any, now: Any) -> tuple[Text, Text]:
    before, after = (
        (verdict_text(rate, None) if rate else None) or same_text(str(cell))
        for rate, cell in zip(rates, (was, now), strict=True)
    )
    return before, after


def _why(old: Row, new: Row, rates: tuple[Rate | None, Rate | None], changed: Counter[str]) -> Text:
    """Return what a verdict changed by: the demand, the value, its band or basis, and the inputs that differ."""
    reasons = []
    if any(differing(old, new, _DEMAND)):
        reasons.append(text("diff.why_target"))
    fields = [column for column, _, _ in differing(old, new, _VALUES)]
    if any(differing(old, new, _VALUE)):
        was, now = _words(rates, plain(old.get("value")), plain(new.get("value")))
        reasons.append(text("diff.why_value", old=was, new=now))
    if "basis" in fields:
        reasons.append(text("diff.why_basis", old=_basis(old), new=_basis(new)))
    known = load_indicators().get(str(plain(new["indicator"])))
    inputs = (*known.layers, *known.registers, *known.figures) if known else ()
    parts = [
        text("diff.why_input", title=_title(name), count=changed[name])
        for name in dict.fromkeys(inputs)
        if changed[name]
    ]
    if parts:
        reasons.append(text("diff.why_inputs", parts=listed(parts)))
    return listed(reasons, "; ") if reasons else text("diff.why_unknown")


def _title(name: str) -> Text:
    return register_title(name) if name in load_registers() else layer_title(name)


def _basis(row: Row) -> Text:
    code = str(plain(row.get("basis")))
    return text(f"words.basis_{code}") if code else NO_TEXT
