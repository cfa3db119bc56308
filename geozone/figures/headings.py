"""The headings of a table of figures: which rows they are, and what the columns below them hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from geozone.figures.numbers import read_number
from geozone.figures.value_columns import Names, ValueColumn, is_aside, is_heading, value_column
from geozone.figures.words import in_brackets, is_blank, is_word, meanings, squeezed, without_brackets
from geozone.figures.years import read_year
from geozone.manifest.units import Written, read_unit
from geozone.registers.files import HEADING_LEVELS, HEADING_ROWS, Grid

SCOPES = ("unit_code", "unit_name", "zone", "province", "city", "county")
COLUMNS = (
    *SCOPES, "indicator", "year", "value", "unit", "source", "published", "note", "comparator", "kind", "basis", "period",
    "superseded", "preliminary",
)  # fmt: skip
_SAMPLE = 200  # rows that tell what an ambiguous column holds
_UNIT_CODE = re.compile(r"'?[1-8][1-7]\d{4}(?:\d{3}(?:\d{3})?)?(?:\.0)?")
_STATED = re.compile(r"(?:计量)?单位[:：]\s*([^，,;；)）\]】]+)")


@dataclass
class Headings:
    """Where the headings of a grid are, and what its columns hold."""

    start: int  # the first row of the headings
    below: int  # the first row below them
    names: list[str]  # of all columns
    columns: dict[str, int] = field(default_factory=dict)  # column of figures -> place
    values: list[ValueColumn] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)  # headings that say nothing to us
    title: str = ""  # what stands above
    units: tuple[Written, ...] = ()  # stated above the table

    @property
    def known(self) -> int:
        """How many columns are known by a word of the vocabulary, not by a year or indicator alone."""
        plain = sum(1 for one in self.values if not one.indicators and one.year is None and not one.scope)
        return len(set(self.columns) - {"value"}) + plain

    @property
    def score(self) -> int:
        """How much the headings say: every column that is known, and what they say of its values."""
        said = sum(
            1 + bool(one.year) + bool(one.indicators) + bool(one.unit) + bool(one.scope)
            for one in self.values
        )
        return len(set(self.columns) - {"value"}) + said

    @property
    def is_table(self) -> bool:
        """Whether there are values, and something that says what they are or whose."""
        named = "indicator" in self.columns or any(one.indicators for one in self.values)
        return bool(self.values) and (named or self.has_scope)

    @property
    def has_scope(self) -> bool:
        """Whether columns say whom every figure speaks of."""
        return self.has_scope_column or (bool(self.values) and all(one.scope for one in self.values))

    @property
    def has_scope_column(self) -> bool:
        """Whether a column says whom a row speaks of."""
        return any(column in self.columns for column in SCOPES)


def find_headings(grid: Grid, names: Names, fields: Mapping[str, str] | None = None) -> Headings | None:
    """Return the headings of a grid; None where no row has any.

    Of the rows that could be headings those are taken that name the most columns; up to three rows are read as one.

    Parameters
    ----------
    grid
        The table.
    names
        The indicators, units, zones and places that a heading may name.
    fields
        Column of figures -> heading, where the user says so; it goes before the vocabulary.
    """
    best: tuple[tuple[bool, bool, int, int, int], Headings] | None = None
    starts = 1 if grid.is_layer else min(HEADING_ROWS, len(grid.rows))
    for start in range(starts):
        if (
            not grid.is_layer
            and len(set(filter(None, grid.rows[start]))) == 1
            and max(map(len, grid.rows)) > 1
        ):
            continue  # a title, over one column or merged over all
        for levels in range(1, 2 if grid.is_layer else HEADING_LEVELS + 1):
            if start + levels > len(grid.rows) or (levels > 1 and not _goes_on(grid, start, levels, names)):
                break
            found = _read(grid, start, levels, names, fields or {})
            # of rows that hold numbers the words are those of a figure, whatever else they could head
            plain = not any(map(_is_number, (cell for row in grid.rows[start : found.below] for cell in row)))
            rank = (found.is_table, plain, found.score, -levels, -start)
            if found.known and (best is None or rank > best[0]):
                best = rank, found
    if best is None:
        return None
    headings = best[1]
    if not grid.is_layer:
        _take_units(headings, grid)
    return headings


def _read(grid: Grid, start: int, levels: int, names: Names, fields: Mapping[str, str]) -> Headings:
    parts = grid.heading_parts(start, levels)
    above = dict.fromkeys(cell for row in grid.rows[:start] for cell in row if cell)
    headings = Headings(start, start + levels, ["/".join(words) for words in parts], title=" ".join(above))
    named = _named(headings, parts, fields)
    unsure: list[int] = []
    for at, words in enumerate(parts):
        if not words or at in named:
            continue
        column = _column(words)
        if column is None and _holds_codes(grid, at, below=headings.below, word=words[-1]):
            column = "unit_code"
        if column == "ambiguous":
            unsure.append(at)
        elif column == "value" or column is None:
            if value := value_column(at, headings.names[at], words, names, plain=column == "value"):
                headings.values.append(value)
            elif not is_aside(words):
                headings.unused.append(headings.names[at])
        elif column in headings.columns:
            headings.unused.append(headings.names[at])
        else:
            headings.columns[column] = at
    _settle(headings, grid, unsure)
    if headings.has_scope_column:
        _leave_scopes(headings)
    return headings


def _named(headings: Headings, parts: list[list[str]], fields: Mapping[str, str]) -> set[int]:
    """Take the columns that the user names; return their places."""
    places = set()
    for column, heading in fields.items():
        found = [at for at, words in enumerate(parts) if heading in {headings.names[at], *words[-1:]}]
        if found:
            places.add(found[0])
            if column == "value":
                headings.values.append(ValueColumn(found[0], headings.names[found[0]]))
            headings.columns[column] = found[0]
    return places


def _column(words: Sequence[str]) -> str | None:
    """Return the column that a heading means: by all of it, else by its last part, else by those above."""
    for written in ("".join(words), *reversed(words)):
        for word in (written, without_brackets(written)):
            if is_word("ambiguous", word):
                return "ambiguous"
            if column := meanings("headings").get(squeezed(word)):
                return column
    return None


def _holds_codes(grid: Grid, at: int, *, below: int, word: str) -> bool:
    """Tell whether a column of codes holds those of administrative units: a code of an item or a row is another."""
    if not (is_word("codes", word) or is_word("codes", without_brackets(word))):
        return False
    cells = [row[at] for row in grid.rows[below:][:_SAMPLE] if at < len(row) and row[at]]
    return bool(cells) and all(_UNIT_CODE.fullmatch(cell) for cell in cells)


def _settle(headings: Headings, grid: Grid, unsure: Sequence[int]) -> None:
    """Tell the column of the units of measure from that of the administrative units, where both go by one word."""
    for at in unsure:
        cells = [row[at] for row in grid.rows[headings.below :][:_SAMPLE] if at < len(row) and row[at]]
        measures = sum(1 for cell in cells if read_unit(cell) is not None)
        if "unit" in headings.columns:
            column = "unit_name"
        elif headings.has_scope:
            column = "unit"
        else:
            column = "unit" if measures * 2 >= len(cells) else "unit_name"
        if column in headings.columns:
            headings.unused.append(headings.names[at])
        else:
            headings.columns[column] = at


def _leave_scopes(headings: Headings) -> None:
    """Leave out the scopes of columns, where every row says its own."""
    only = [one for one in headings.values if one.scope and not (one.year or one.indicators or one.unit)]
    headings.unused += [one.heading for one in only]
    headings.values = [replace(one, scope="") for one in headings.values if one not in only]


def _goes_on(grid: Grid, start: int, levels: int, names: Names) -> bool:
    """Tell whether a row goes on with the headings above it rather than being the first row of figures."""
    place = start + levels - 1
    upper, row = grid.rows[place - 1], grid.rows[place]
    own = {at: cell for at, cell in enumerate(row) if cell and (place, at) not in grid.copies}
    shared = [
        at for at in own
        if at >= len(upper) or not upper[at] or (place - 1, at) in grid.copies or upper.count(upper[at]) > 1
    ]  # fmt: skip
    if not own or not shared:
        return False
    known = [cell for cell in own.values() if is_heading(cell, names)]
    return len(known) * 2 >= len(own) and not any(map(_is_number, own.values()))


def _is_number(cell: str) -> bool:
    return read_number(cell) is not None and read_year(cell) is None


def _take_units(headings: Headings, grid: Grid) -> None:
    """Read the units that stand in a row below the headings, or above the table."""
    if headings.below < len(grid.rows):
        row = grid.rows[headings.below]
        units = {
            at: read_unit(cell.strip("()（） "))
            for at, cell in enumerate(row)
            if not is_blank(cell) and (headings.below, at) not in grid.copies
        }
        if units and all(units.values()) and set(units) <= {one.at for one in headings.values}:
            headings.below += 1
            headings.values = [replace(one, unit=one.unit or units.get(one.at)) for one in headings.values]
    found = [
        read_unit(part) for match in _STATED.findall(headings.title) for part in re.split(r"[、/\s]+", match)
    ]
    found += [read_unit(inside) for inside in in_brackets(headings.title)]
    headings.units = tuple(dict.fromkeys(unit for unit in found if unit))
