"""The items of a register, row by row: statuses, dates, measures, and what would make a rate wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from geozone.messages import Text, message, text
from geozone.model import Basis, Finding, Severity, Status, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.headings import KINDS
from geozone.registers.rows import SUMMED, RowCount
from geozone.registers.status_words import StatusReading, find_date, later, read_status
from geozone.registers.words import MEASURES, PLACE_COLUMNS, homonym, is_blank, plain_name, unit_factor

Item = dict[str, Any]
NATURAL = "natural_bay"  # a kind of geozone's own layer of bays: shown, but not counted
_NUMBER = re.compile(r"(约|大约|~|≈)?([+-]?\d+(?:\.\d+)?|[+-]?\.\d+)([a-z²\u4e00-\u9fff]*\d?)")
_THOUSANDS = re.compile(r"[^\d]*\d{1,3}(,\d{3})+(?!\d)")  # 24,5 is no number that is certain
_EPOCH = date(1899, 12, 30)  # day 0 of a workbook
_DAYS = (32874, 73050)  # numbers of days that are dates of 1990 to 2099
_YEARS = (1990, 2100)  # numbers that are years


_DOUBTS = {
    "word": "unknown_status",
    "qualified": "doubtful_status",
    "open": "doubtful_status",
    "past": "past_plan",
}


@dataclass
class Reading:
    """A register while it is read: its items by row number, and the findings so far."""

    file: str
    items: dict[str, Item]  # by what the row is called in the file
    findings: list[Finding] = field(default_factory=list)

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
    """Leave out what is not an item: in geozone's own layer of bays, the natural bays."""
    natural = [row for row, item in reading.items.items() if item.get("kind") == NATURAL]
    if natural:
        reading.tell("natural", natural[0], Severity.NOTE, count=len(natural))
    for row in natural:
        del reading.items[row]


def read_cells(reading: Reading, basis: Basis, as_of: str) -> None:
    """Turn the words and figures of every item into statuses, dates and numbers."""
    blank: list[str] = []
    for row, item in reading.items.items():
        for column in ("status_date", "planned_year"):
            item[column] = _date(reading, row, item[column])
        item["planned_year"] = int(item["planned_year"][:4]) if item["planned_year"] else None
        if not _read_status(reading, row, item, as_of):
            blank.append(row)
        factors = item.pop("factors")
        for column in MEASURES:
            item[column] = _measure(reading, row, item[column], column, factors.get(column, 1.0))
        item["basis"] = item["basis"] if item["basis"] in set(Basis) else basis.value
    if blank:
        reading.tell("blank_status", blank[0], count=len(blank))


def _read_status(reading: Reading, row: str, item: Item, as_of: str) -> bool:
    """Set the status of an item from its cells; tell whether they say anything."""
    told: Sequence[tuple[str, str]] = item.pop("statuses")
    filled = [(heading, cell) for heading, cell in told if cell]
    words = "；".join(cell if len(filled) == 1 else f"{heading}：{cell}" for heading, cell in filled)
    readings = [read_status(cell, heading, as_of) for heading, cell in filled]
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
    if words.isdecimal() and _DAYS[0] <= int(words) <= _DAYS[1]:
        return (_EPOCH + timedelta(days=int(words))).isoformat()
    if re.fullmatch(r"(19|20)\d{4}(\d{2})?", words):
        words = "-".join(filter(None, (words[:4], words[4:6], words[6:])))
    found = find_date(words)
    if found.startswith("19") and len(found) == 10:  # a year that the sheet shows as the day of its number
        days = (date.fromisoformat(found) - _EPOCH).days
        if _YEARS[0] <= days <= _YEARS[1]:
            return str(days)
    if not found:
        reading.tell("no_date", row, word=cell)
    return found


def drop_repeated(reading: Reading) -> None:
    """Count every item once: a row that repeats another is a finding and is left out.

    Where the two rows differ in their status it is unknown which one holds.
    """
    first: dict[tuple[str, ...], str] = {}
    for row, item in list(reading.items.items()):
        key = (plain_name(item["name"]), *(item[column] for column in CODE_COLUMNS))
        if key not in first:
            first[key] = row
            continue
        kept = reading.items[first[key]]
        kind = "duplicate" if item["name"] == kept["name"] else "two_names"
        reading.tell(kind, row, name=item["name"], other=kept["name"], first=first[key])
        if item["status"] != kept["status"]:
            said = {kept["status"], item["status"]} - {Status.UNKNOWN.value}
            kept["status"] = next(iter(said)) if len(said) == 1 else Status.UNKNOWN.value
            if len(said) > 1:
                reading.tell("two_statuses", row, name=item["name"], first=first[key])
        del reading.items[row]


def compare_names(reading: Reading) -> None:
    """Tell names that several items or several places share."""
    first: dict[str, str] = {}
    shared = set()
    for row, item in reading.items.items():
        name = plain_name(item["name"])
        if name in first:
            reading.tell("same_name", row, name=item["name"], other=first[name])
            shared |= {row}
        else:
            first[name] = row
    for row, item in reading.items.items():
        places = homonym(item["name"])
        if places is not None and row not in shared:
            reading.tell("homonym", row, Severity.NOTE, name=item["name"], places=places)


def tell_outside(reading: Reading, zone: Zone) -> None:
    """Tell the items that lie outside the zone; they stay on the register and do not count in the zone."""
    for row, item in reading.items.items():
        codes = [item[column] for column in CODE_COLUMNS]
        if not inside_zone(codes, zone):
            named = [item[place] for place in PLACE_COLUMNS if item.get(place)]
            where = named[-1] if named else next(code for code in reversed(codes) if code)
            reading.tell("outside_zone", row, name=item["name"], place=Text(where, where), zone=zone.title)


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


def name_ids(reading: Reading, role: str) -> None:
    """Give every item an id of its own: that of the file where it is one, else the row."""
    times: dict[str, int] = {}
    for item in reading.items.values():
        times[item["item_id"]] = times.get(item["item_id"], 0) + 1
    taken = {name for name, count in times.items() if count == 1}
    for row, item in reading.items.items():
        if item["item_id"] and times[item["item_id"]] == 1:
            continue
        name = f"{role}-{row}"
        while name in taken:
            name += "+"
        item["item_id"] = name
        taken.add(name)


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
    return total
