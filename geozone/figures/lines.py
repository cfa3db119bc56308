"""The rows of a table of figures: which ones hold figures, and what the others are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from geozone.figures.headings import SCOPES, Headings
from geozone.figures.remarks import Telling
from geozone.figures.scopes import Scope, Scopes
from geozone.figures.titles import Titles
from geozone.figures.words import is_blank, squeezed
from geozone.model import Severity
from geozone.read.encoding import REPLACED
from geozone.registers.files import Grid
from geozone.registers.words import SENTENCE, word_set

_LONG = 25  # characters of a sentence rather than a name
_NUMBER = re.compile(r"^[(（]?(\d{1,2}|[甲乙丙丁戊])[)）]?$")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds figures."""

    label: str
    cells: Mapping[str, str]  # column of figures -> text
    values: tuple[tuple[int, str], ...]  # place of a column of values, and its text
    section: Scope | None = None  # whom the heading within the table names that it stands under


@dataclass
class LineCount:
    """How many rows there are below the headings, and why some hold no figure."""

    rows: int = 0
    taken: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def read_lines(
    grid: Grid, headings: Headings, titles: Titles, scopes: Scopes, *, count: LineCount, telling: Telling
) -> Iterator[Line]:
    """Yield the rows of a grid that hold figures; what the others are is counted, and told where it may matter."""
    section: Scope | None = None
    noted = False
    for place in range(headings.below, len(grid.rows)):
        row = grid.rows[place]
        filled = [cell for cell in row if cell]
        if not filled:
            continue
        count.rows += 1
        label = grid.labels[place]
        distinct = list(dict.fromkeys(filled))
        line = Line(label, _cells(row, headings), _values(grid, headings, place, telling), section)
        if not grid.is_layer:
            kind = _aside(grid, headings, place, filled)
            alone = len(distinct) == 1 and not (
                line.values or titles.find(line.cells.get("indicator", "")).ids
            )
            if not kind and alone and not noted and (named := scopes.named_in(distinct[0])) is not None:
                section, kind = named, "section"
            elif not kind and (alone or _is_note(filled[0])):
                kind, noted = "note", True
                telling.tell("note_row", label, Severity.NOTE, word=filled[0][:_LONG])
            if kind:
                count.skipped[kind] += 1
                continue
        _look_closely(grid, headings, place, telling)
        if not line.values:
            count.skipped["blank"] += 1
            telling.tell("blank_value", label, Severity.NOTE)
            continue
        yield line
    _tell_hidden(grid, headings, telling)


def _cells(row: list[str], headings: Headings) -> dict[str, str]:
    return {column: cell for column, at in headings.columns.items() if (cell := _cell(row, at))}


def _values(grid: Grid, headings: Headings, place: int, telling: Telling) -> tuple[tuple[int, str], ...]:
    """Return the cells of values that hold something; an error or a formula without its result is told."""
    found = []
    for column in headings.values:
        if (place, column.at) in grid.faults:
            error = grid.faults[place, column.at]
            kind = "error_cell" if error else "no_result"
            telling.tell(kind, grid.labels[place], word=error, heading=column.heading)
            continue
        cell = _cell(grid.rows[place], column.at)
        if not is_blank(cell):
            found.append((column.at, cell))
            for kind, more in grid.marks(place, column.at):
                telling.tell(kind, grid.labels[place], word=cell, heading=column.heading, **more)
    return tuple(found)


def _aside(grid: Grid, headings: Headings, place: int, filled: list[str]) -> str:
    """Return what a row is that repeats the headings or numbers the columns; nothing for any other."""
    above = grid.rows[headings.start : headings.below]
    if any(filled == [cell for cell in row if cell] for row in above):
        return "heading"
    if place > headings.below + 1 or len(filled) < 2 or not all(_NUMBER.match(cell) for cell in filled):
        return ""
    numbers = [int(digits[0]) for cell in filled if (digits := re.findall(r"\d+", cell))]
    counts = not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return "numbering" if counts else ""


def _is_note(cell: str) -> bool:
    word = squeezed(cell)
    before = re.sub(r"\d+[.、]?$", "", word.partition(":")[0].strip("()"))
    return before in word_set("rows", "note") or (word[:1] in {"*", "※"} and bool(SENTENCE.search(word)))


def _look_closely(grid: Grid, headings: Headings, place: int, telling: Telling) -> None:
    row, label = grid.rows[place], grid.labels[place]
    if any(row[len(headings.names) :]):
        telling.tell("long_row", label)
    if any(REPLACED in cell for cell in row):
        telling.tell("text_lost", label)
    if place in grid.stray:
        telling.tell("stray_quote", label)
    for column in (*SCOPES, "indicator", "year", "unit"):
        at = headings.columns.get(column, -1)
        if (place, at) in grid.faults:
            error = grid.faults[place, at]
            kind = "error_cell" if error else "no_result"
            telling.tell(kind, label, word=error, heading=headings.names[at])


def _tell_hidden(grid: Grid, headings: Headings, telling: Telling) -> None:
    for place in sorted(grid.hidden_rows):
        if place >= headings.below and any(grid.rows[place]):
            telling.tell("hidden_rows", grid.labels[place])
    for place in sorted(grid.struck_rows):
        if place >= headings.below:
            telling.tell("struck_rows", grid.labels[place])
    used = {*headings.columns.values(), *(one.at for one in headings.values)}
    hidden = [headings.names[at] for at in sorted(grid.hidden_columns & used) if at < len(headings.names)]
    if hidden:
        telling.tell("hidden_columns", grid.labels[headings.start], headings="、".join(hidden))


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""
