"""The items of a register, row by row: statuses, dates, measures, and what would make a rate wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from geozone.messages import Text, message, text
from geozone.model import Basis, Finding, Severity, Status
from geozone.registers.headings import KINDS
from geozone.registers.rows import RowCount
from geozone.registers.status_words import (
    StatusReading,
    contradicts,
    find_date,
    is_cut_date,
    later,
    read_status,
)
from geozone.registers.table_row import SUMMED
from geozone.registers.words import MEASURES, is_blank, unit_factor
from geozone.vintages import date_of_number, is_empty_date, is_no_day, year_shown_as_date

Item = dict[str, Any]
SEVERAL = ";"  # between the ids of the items that one feature stands for
NATURAL = "natural_bay"  # a kind of geozone's own layer of bays: shown, but not counted
_NUMBER = re.compile(r"(约|大约|~|≈)?([+-]?\d+(?:\.\d+)?|[+-]?\.\d+)([a-z²\u4e00-\u9fff]*\d?)")
_SHORT_MONTH = re.compile(r"20\d\d\.1")
_THOUSANDS = re.compile(r"[^\d]*\d{1,3}(,\d{3})+(?!\d)")  # 24,5 is no number that is certain


_MOST = {"length": 20_000.0, "area": 250_000.0}  # km and km²: no shore, river or unit of the country has more
_SHOWN = 5  # items that a finding names
_DOUBTS = {
    "word": "unknown_status",
    "qualified": "doubtful_status",
    "open": "doubtful_status",
    "counted": "counted_status",
    "past": "past_plan",
}


@dataclass
class Reading:
    """A register while it is read: its items by row number, and the findings so far."""

    file: str
    items: dict[str, Item]  # by what the row is called in the file
    findings: list[Finding] = field(default_factory=list)
    further: list[str] = field(default_factory=list)  # columns that not every register has
    as_of: str = ""  # the date of the register, as far as it is one
    titles: list[tuple[str, str]] = field(
        default_factory=list
    )  # what stands above the headings, by their row

    def tell(self, kind: str, row: str, severity: Severity = Severity.WARNING, **params: Any) -> None:
        """Add a finding on a row."""
        found = Finding(
            kind=f"register_{kind}",
            severity=severity,
            layer=self.file,
            message=message(f"registers.{kind}", file=self.file, row=row, **params),
            remedy=message(f"registers.{kind}_remedy"),
            feature=row or None,
        )
        self.findings.append(found)


def drop_natural(reading: Reading) -> None:
    """Leave out what is not an item: in geozone's own layer of bays, the natural bays; tell features of several items."""
    natural = [row for row, item in reading.items.items() if item.get("kind") == NATURAL]
    if natural:
        reading.tell("natural", natural[0], Severity.NOTE, count=len(natural))
    for row in natural:
        del reading.items[row]
    joined = [row for row, item in reading.items.items() if SEVERAL in str(item.get("item_id") or "")]
    if joined:  # the layer alone, without the table that lists them
        reading.tell("joined_items", joined[0], Severity.WARNING, count=len(joined))


def read_cells(reading: Reading, basis: Basis, as_of: str, *, programme: bool = False) -> None:
    """Turn the words and figures of every item into statuses, dates and numbers.

    Parameters
    ----------
    reading
        The items.
    basis
        That of the register, for items without one of their own.
    as_of
        Date of the register.
    programme
        As for `status_words.read_status`.
    """
    blank: list[str] = []
    overdue: list[str] = []
    for row, item in reading.items.items():
        for column in ("status_date", "planned_year"):
            item[column] = _date(reading, row, item[column])
        item["planned_year"] = int(item["planned_year"][:4]) if item["planned_year"] else None
        if not _read_status(reading, row, item, as_of, programme):
            blank.append(row)
        if _is_overdue(item, as_of):
            overdue.append(row)
        factors = item.pop("factors")
        for column in MEASURES:
            item[column] = _measure(reading, row, item[column], column, factors.get(column, 1.0))
        item["basis"] = item["basis"] if item["basis"] in set(Basis) else basis.value
    if blank:
        reading.tell("blank_status", blank[0], count=len(blank))
    if overdue:
        names = "、".join(reading.items[row]["name"] for row in overdue[:_SHOWN])
        reading.tell("overdue", overdue[0], count=len(overdue), names=names, as_of=as_of)


def _is_overdue(item: Item, as_of: str) -> bool:
    """Tell whether an item was to be finished in a year before that of the register, and is not."""
    ahead = item["status"] in {Status.UNDER_CONSTRUCTION.value, Status.PLANNED.value}
    return bool(ahead and as_of and item["planned_year"]) and item["planned_year"] < int(as_of[:4])


def _read_status(reading: Reading, row: str, item: Item, as_of: str, programme: bool) -> bool:
    """Set the status of an item from its cells; tell whether they say anything."""
    told: Sequence[tuple[str, str]] = item.pop("statuses")
    filled = [(heading, cell) for heading, cell in told if cell]
    words = "；".join(cell if len(filled) == 1 else f"{heading}：{cell}" for heading, cell in filled)
    readings = [read_status(cell, heading, as_of, programme=programme) for heading, cell in filled]
    found = _of_several(readings)
    item["status"] = found.status.value
    if found.doubt:
        reading.tell(_DOUBTS[found.doubt], row, word=words)
    if found.status is Status.BUILT and later(item["status_date"], as_of):
        reading.tell("future_date", row, word=words, date=item["status_date"], as_of=as_of)
        item["status"] = Status.PLANNED.value
        item["planned_year"] = item["planned_year"] or int(item["status_date"][:4])
        item["status_date"] = ""
    elif found.inferred:
        status = message(f"words.status_{item['status']}").text
        reading.tell("read_status", row, Severity.NOTE, word=words, status=status)
    item["status_date"] = item["status_date"] or found.date
    item["planned_year"] = item["planned_year"] or found.planned_year
    note = str(item.get("note") or "")
    if found.status is not Status.UNKNOWN and contradicts(note, found.status, as_of, programme=programme):
        status = message(f"words.status_{item['status']}").text
        reading.tell("note_differs", row, word=note, name=item["name"], status=status)
    return bool(readings)


def _of_several(readings: Sequence[StatusReading]) -> StatusReading:
    """Return the status that the cells of an item give together.

    The leading column decides. The others may add to it, and where one contradicts it the status is unknown.
    """
    if not readings:
        return StatusReading(Status.UNKNOWN)
    # what an item is not, is of use only where nothing says what it is
    first, *others = [one for one in readings if one.doubt != "open"] or readings
    if first.doubt:
        return first
    found = {first.status, *(one.status for one in others if not one.doubt)} - {Status.UNKNOWN}
    if len(found) <= 1 or found == {Status.BUILT, Status.RECOGNISED}:
        status = Status.BUILT if Status.BUILT in found else next(iter(found), first.status)
    elif Status.BUILT in found or first.status is Status.UNKNOWN:
        return StatusReading(Status.UNKNOWN, doubt="qualified")
    else:
        status = Status.UNDER_CONSTRUCTION if Status.UNDER_CONSTRUCTION in found else Status.PLANNED
    years = [one.planned_year for one in readings if one.planned_year]
    dates = [one.date for one in readings if one.date]
    return StatusReading(
        status,
        max(dates, default=""),
        max(years, default=None),
        inferred=any(one.inferred for one in readings),
    )


def _date(reading: Reading, row: str, cell: str) -> str:
    """Return a date as ``2024``, ``2024-05`` or ``2024-05-01``; empty for a cell without one."""
    words = re.sub(r"\.0+$", "", cell.strip())
    if is_blank(words):
        return ""
    day = date_of_number(int(words)) if words.isdecimal() else None
    if day is not None:
        return day.isoformat()
    if _SHORT_MONTH.fullmatch(words):  # what a number makes of 2024.10 as well
        reading.tell("month_unclear", row, word=cell)
        return words[:4]
    found = find_date(words)
    if found.startswith("19") and len(found) == 10:
        year = year_shown_as_date(date.fromisoformat(found))
        if year is not None:
            return str(year)
    if not found or is_cut_date(words) or is_empty_date(found) or is_no_day(found):
        reading.tell("no_date", row, word=cell)
        return ""
    return found


def tell_rows(reading: Reading, count: RowCount) -> None:
    """Tell how many rows there are, how many are items, and why the others are not."""
    skipped = {reason: number for reason, number in sorted(count.skipped.items()) if number}
    words = [
        message("registers.skipped", reason=text(f"registers.row_{reason}"), count=number)
        for reason, number in skipped.items()
    ]
    why = Text("；".join(one.get("zh") for one in words), "; ".join(one.get("en") for one in words))
    if not reading.items:
        reading.tell("no_items", "")
    kind = "rows_skipped" if skipped else "rows"
    reading.findings.append(
        Finding(
            kind="register_rows",
            severity=Severity.NOTE,
            layer=reading.file,
            message=message(
                f"registers.{kind}",
                file=reading.file,
                rows=count.rows,
                items=len(reading.items),
                why=why,
            ),
            remedy=message("registers.rows_remedy"),
        )
    )


def _measure(reading: Reading, row: str, cell: str, column: str, factor: float | None) -> float | None:
    """Return a length in km or an area in km²; a cell may carry its unit, and rows of one item add up."""
    if is_blank(cell):
        return None
    total = 0.0
    for part in cell.split(SUMMED):
        words = re.sub(r"\s", "", unicodedata.normalize("NFKC", part)).casefold()
        match = _NUMBER.fullmatch(re.sub(r",", "", words) if _THOUSANDS.match(words) else words)
        unit = match[3] if match else ""
        scale = unit_factor(unit, KINDS[column]) if unit else factor
        if match is None or (unit and scale is None) or float(match[2]) < 0:
            reading.tell("not_a_number", row, word=cell)
            return None
        if scale is None:
            return None  # its heading has a unit of another kind, which is told once
        total += float(match[2]) * scale
        if total > _MOST[KINDS[column]]:
            unit = "km" if KINDS[column] == "length" else "km²"
            name = reading.items[row]["name"]
            reading.tell("too_large", row, name=name, value=f"{total:,.0f}", unit=unit, word=cell)
        if match[1]:
            reading.tell("about_number", row, Severity.NOTE, word=cell)
    return total
