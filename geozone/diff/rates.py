"""Differences of rates and verdicts, and what the verdicts changed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from geozone.diff.difference import Change, Difference, Part
from geozone.diff.package import Package
from geozone.diff.pairing import Row, differing, of_columns, paired, plain, rows_of
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import layer_title, load_registers, register_title
from geozone.messages import NO_TEXT, Text, listed, text

RATES = "rates"
_KEY = ("zone", "kind", "target_id", "unit_code", "indicator")
_VALUES = ("value", "low", "high", "numerator", "denominator", "basis")
_DEMAND = ("comparator", "target_value", "target_year")
_VERDICT = "verdict"


def rate_differences(old: Package, new: Package, data: Iterable[Difference]) -> Iterator[Difference]:
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
    of_table = Difference(old.zone, Part.RATES, RATES, "", "", Change.CHANGED)

    def told(row: Row, change: Change, **more: Any) -> Difference:
        indicator = str(plain(row["indicator"]))
        target = str(plain(row.get("target_id")))
        item = " ".join(filter(None, (str(plain(row["unit_code"])), indicator, target)))
        known = load_indicators().get(indicator)
        title = known.title.zh if known else indicator
        return replace(of_table, item=item, name=f"{plain(row['unit_name'])} {title}", change=change, **more)

    for left, right in pairs:
        one, other = before[left], after[right]
        cells = list(differing(one, other, _VALUES))
        for column, was, now in cells:
            yield told(one, Change.CHANGED, field=column, old=was, new=now)
        for column, was, now in differing(one, other, (_VERDICT,)):
            why = _why(one, other, changed)
            yield replace(
                told(one, Change.CHANGED, field=column, old=was, new=now, why=why), part=Part.VERDICTS
            )
    for index in deleted:
        yield told(before[index], Change.DELETED)
    for index in added:
        yield told(after[index], Change.ADDED)


def _why(old: Row, new: Row, changed: Counter[str]) -> Text:
    """Return what a verdict changed by: the demand, the value, its band or basis, and the inputs that differ."""
    reasons = []
    demand = list(differing(old, new, _DEMAND))
    if demand:
        reasons.append(text("diff.why_target"))
    fields = [column for column, _, _ in differing(old, new, _VALUES)]
    if "value" in fields:
        was, now = (_shown(row.get("value")) for row in (old, new))
        reasons.append(text("diff.why_value", old=was, new=now))
    elif {"low", "high"} & set(fields):
        bands = (f"{_shown(row.get('low'))}–{_shown(row.get('high'))}" for row in (old, new))
        reasons.append(text("diff.why_band", old=next(bands), new=next(bands)))
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


def _shown(value: Any) -> str:
    cell = plain(value)
    return f"{cell:,.6g}" if isinstance(cell, int | float) else "—"
