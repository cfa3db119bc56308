"""What stands in and above the headings of a register beside them: that its statuses are those of a plan, or of another day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from geozone.model import Severity, Status, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.files import Grid
from geozone.registers.gazetteer import Gazetteer, chain, holds
from geozone.registers.heading_words import meaning
from geozone.registers.headings import Headings
from geozone.registers.items import Reading
from geozone.registers.status_words import find_date, heading_aside
from geozone.registers.subject import Subject
from geozone.registers.words import plain, register_words

_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]?")
_SHOWN = 60  # letters of a title
_NAME, _UNIT_ENDS = 3, "省市区州盟"  # of full names of provinces and cities


def tell_said(
    headings: Headings, grid: Grid, reading: Reading, fields: Mapping[str, str], *, programme: bool = False
) -> None:
    """Tell what the headings of the statuses say beside them, and keep the titles of a grid for `tell_titles`.

    应建成情况, 投资完成情况, 建成情况（2027年目标）: what in brackets is no word for a plan, a part or a day may explain the answers.
    A column that the user names is a status.
    """
    above = [] if grid.is_layer else grid.rows[: headings.start]
    titles = dict.fromkeys(cell for row in above for cell in row if cell)
    reading.titles += [(grid.labels[headings.start], words) for words in (*titles, grid.title) if words]
    if "status" not in fields:
        _tell_headings(headings, grid, reading, programme=programme)


def _tell_headings(headings: Headings, grid: Grid, reading: Reading, *, programme: bool) -> None:
    for at in (*headings.statuses, *headings.marks):
        words = re.sub(r"#\d+$", "", headings.names[at])
        inside = [part for part in _BRACKETS.findall(words) if part]
        before = "" if at in headings.marks else _before(_BRACKETS.sub("", words).rpartition("/")[2])
        for part in filter(None, (*inside, before)):
            flags, dated, rest = heading_aside(part, programme=programme)
            otherwise = flags or (dated and _differs(dated, reading.as_of))
            if otherwise or (rest and part == before):
                severity = Severity.WARNING if otherwise else Severity.NOTE
                reading.tell(
                    "status_heading", grid.labels[headings.start], severity, heading=words, word=part
                )


def tell_titles(
    reading: Reading, gazetteer: Callable[[], Gazetteer], zone: Zone | None, subject: Subject
) -> None:
    """Tell a title by which the items that count as built are those of a plan, or all of it is of another day or place."""
    if reading.titles and not subject.units:
        _tell_places(reading, gazetteer(), zone)
    words = register_words("titles")
    built = [item for item in reading.items.values() if item["status"] == Status.BUILT]
    for row, title in reading.titles:
        shown = title if len(title) <= _SHOWN else f"{title[:_SHOWN]}…"
        is_plan = any(word in title for word in words["plan"]) and not any(
            word in title for word in words["progress"]
        )
        if built and is_plan:
            reading.tell("title_of_plan", row, title=shown, count=len(built))
        for mark in words["as_of"]:
            date = find_date(title.partition(mark)[2])
            if date and _differs(date, reading.as_of):
                reading.tell("title_date", row, title=shown, date=date, as_of=reading.as_of)
                break


def _tell_places(reading: Reading, units: Gazetteer, zone: Zone | None) -> None:
    """Tell a title that names provinces or cities in which no item lies; without places, ones outside of the zone."""
    own = ([item[column] for column in CODE_COLUMNS if item[column]] for item in reading.items.values())
    codes = {some[-1] for some in own if some}
    for row, title in reading.titles:
        named = _units_in(title[:_SHOWN], units)
        if codes:
            fits = any(holds(unit, code) or holds(code, unit) for unit in named for code in codes)
        else:
            fits = zone is None or any(inside_zone(chain(unit), zone) for unit in named)
        if named and not fits:
            places = "、".join(map(units.own_name, named))
            reading.tell("title_place", row, title=title[:_SHOWN], place=places)


def _units_in(title: str, units: Gazetteer) -> list[str]:
    """Return the provinces and cities whose full names stand in a title."""
    spans = (
        title[start:end]
        for start in range(len(title))
        for end in range(start + _NAME, min(len(title), start + units.longest_name) + 1)
        if title[end - 1] in _UNIT_ENDS
    )
    found = [
        units.code(name, level) for name in spans if units.has_name(name) for level in ("province", "city")
    ]
    return list(dict.fromkeys(filter(None, found)))


def _before(heading: str) -> str:
    """Return what stands before the words of a heading that mean a status, where it is none that the vocabulary has."""
    leaf = plain(heading)
    if meaning([leaf]) is not None:
        return ""
    ends = [word for written in register_words("headings")["status"] if leaf.endswith(word := plain(written))]
    return leaf.removesuffix(max(ends, key=len)) if ends else ""


def _differs(date: str, as_of: str) -> bool:
    told = min(len(date), len(as_of))
    return bool(told) and date[:told] != as_of[:told]
