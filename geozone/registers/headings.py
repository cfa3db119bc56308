"""The headings of a register: which row or rows they are, and which column holds what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path

from geozone.errors import InputError
from geozone.model import Status
from geozone.registers.files import Grid
from geozone.registers.status_words import asked_status
from geozone.registers.words import (
    MEASURES,
    PLACE_COLUMNS,
    measure_factor,
    plain,
    register_words,
    unit_factor,
)

PLACE = "place"  # a column that names province, city and county together
KINDS = {"shore_km": "length", "area_km2": "area", "length_km": "length"}  # of the measures
_HEADING_ROWS = 15  # a title, a date and an approval number may stand above the headings
_SHOWN = 50  # headings that a message lists at most
_NAME_ENDS = ("名称", "name")
_TELLING = 4  # letters of a word for a status that tells by itself, at the end of a longer one
_LAST = 1000  # a rank below all synonyms
_MOST_LEVELS = 3  # rows that headings may have
_STATED_UNIT = re.compile(r"单位[:： ]*([^)）\]】]+)")


@dataclass
class Headings:
    """Where the headings of a grid are, and what its columns hold."""

    start: int  # the first row of the headings
    below: int  # the first row below them
    names: list[str]  # of all columns
    columns: dict[str, int] = field(default_factory=dict)  # register column -> place of its column
    statuses: list[int] = field(default_factory=list)  # columns of statuses, the leading one first
    marks: dict[int, Status] = field(default_factory=dict)  # columns that mark the items of one status
    factors: dict[str, float | None] = field(default_factory=dict)  # of the measures; None for a wrong unit

    @property
    def score(self) -> int:
        """How many columns are known; several of one status are one."""
        return len(set(self.columns) - {"status"}) + bool(self.statuses) + len(self.marks)

    @property
    def is_register(self) -> bool:
        """Whether there is a column for the names and one for the statuses."""
        return "name" in self.columns and bool(self.statuses or self.marks)


def find_headings(grid: Grid, fields: Mapping[str, str] | None = None) -> Headings | None:
    """Return the headings of a grid; None where no row has any.

    Two or three rows of headings are read as one. Of the rows that could be headings those are taken that name the most
    columns.

    Parameters
    ----------
    grid
        The table.
    fields
        Register column -> heading, where the user says so; it goes before the synonyms.
    """
    best: tuple[tuple[bool, int, int, int], Headings] | None = None
    starts = 1 if grid.is_layer else min(_HEADING_ROWS, len(grid.rows))
    for start in range(starts):
        for levels in range(1, 2 if grid.is_layer else _MOST_LEVELS + 1):
            if start + levels > len(grid.rows):
                break
            parts = _flattened(grid, start, levels)
            found = _columns(grid, start, levels, parts, fields or {})
            if levels > 1 and not _continues(grid, start, levels, parts, found):
                break
            rank = (found.is_register, found.score, -levels, -start)
            if found.score and (best is None or rank > best[0]):
                best = rank, found
    if best is None:
        return None
    headings = best[1]
    if not grid.is_layer:
        _take_units(headings, grid)
    return headings


def field_columns(names: Sequence[str]) -> dict[str, str]:
    """Return the field of a layer for every register column (or place column) that it has."""
    grid = Grid("", [list(names)], [""], is_layer=True)
    headings = find_headings(grid)
    if headings is None:
        return {}
    columns = headings.columns | ({"status": headings.statuses[0]} if headings.statuses else {})
    return {column: names[place] for column, place in columns.items()}


def require_headings(
    headings: Headings | None, grid: Grid, path: Path, fields: Mapping[str, str] | None = None
) -> Headings:
    """Return the headings of a grid that is to be read as a register.

    Raises
    ------
    InputError
        If there are none, the name or the status has no column, a heading that the user names is not there, or two
        columns of one heading differ.
    """
    if headings is None:
        if fields:
            names = "、".join(cell for cell in (grid.rows or [[]])[0] if cell)
            column, heading = next(iter(fields.items()))
            raise InputError(
                "registers.no_field", path=path, column=column, heading=heading, headings=names, near=""
            )
        raise InputError("registers.no_headings", path=path)
    _require_fields(headings, path, fields or {})
    for column, found in (("name", "name" in headings.columns), ("status", headings.is_register)):
        if not found:
            written = "、".join(headings.names[:_SHOWN])
            raise InputError("registers.no_column", path=path, column=column, headings=written)
    _refuse_doubles(headings, grid, path, fields or {})
    return headings


def _flattened(grid: Grid, start: int, levels: int) -> list[list[str]]:
    """Return the parts of every column's heading, from above down."""
    rows = grid.rows[start : start + levels]
    width = max(len(row) for row in rows)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    for upper, lower in pairwise(filled):
        for column in range(1, width):
            # a heading over several columns is written above the first of them
            if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                upper[column] = upper[column - 1]
    return [list(dict.fromkeys(filter(None, column))) for column in zip(*filled, strict=True)]


def _columns(
    grid: Grid, start: int, levels: int, parts: list[list[str]], fields: Mapping[str, str]
) -> Headings:
    """Return what the columns hold by the parts of their headings."""
    names = ["/".join(words) or f"#{place + 1}" for place, words in enumerate(parts)]
    times = Counter(names)
    names = [f"{name}#{place + 1}" if times[name] > 1 else name for place, name in enumerate(names)]
    headings = Headings(start, start + levels, names)
    found: dict[str, list[tuple[int, int]]] = {}
    for place, words in enumerate(parts):
        meant = _meaning(words)
        if meant is not None:
            found.setdefault(meant[0], []).append((meant[1], place))
        elif words and (asked := asked_status(words[-1])) is not None:
            headings.marks[place] = asked
    headings.columns = {column: min(choices)[1] for column, choices in found.items()}
    headings.statuses = [place for _, place in sorted(found.get("status", ()))]
    if len(found.get("name", ())) > 1:
        headings.columns["name"] = _most_telling(grid, headings.below, found["name"])
    _take_nearly(headings, parts, {place for choices in found.values() for _, place in choices})
    for column, heading in fields.items():
        places = [place for place, name in enumerate(names) if heading in {name, *parts[place][-1:]}]
        if places:
            _take_field(headings, column, places[0])
    for column in set(MEASURES) & set(headings.columns):
        headings.factors[column] = measure_factor(names[headings.columns[column]], KINDS[column])
    return headings


def _take_nearly(headings: Headings, parts: list[list[str]], known: set[int]) -> None:
    """Take the only heading that ends as one for names or statuses does, where there is none of these."""
    open_ones = {
        place: plain(words[-1])
        for place, words in enumerate(parts)
        if words and place not in known and place not in headings.marks
    }
    names = [place for place, word in open_ones.items() if word.endswith(_NAME_ENDS)]
    if "name" not in headings.columns and len(names) == 1:
        headings.columns["name"] = names[0]
    ends = tuple(plain(word) for word in register_words("headings")["status"] if len(word) >= _TELLING)
    statuses = [place for place, word in open_ones.items() if word.endswith(ends)]
    if not headings.statuses and not headings.marks and len(statuses) == 1:
        headings.statuses = statuses
        headings.columns["status"] = statuses[0]


def _take_field(headings: Headings, column: str, place: int) -> None:
    """Use a column as the user says, and for nothing else."""
    headings.columns = {key: at for key, at in headings.columns.items() if at != place}
    headings.statuses = [at for at in headings.statuses if at != place]
    headings.marks.pop(place, None)
    headings.columns[column] = place
    if column == "status":
        headings.statuses, headings.marks = [place], {}


def _meaning(parts: list[str]) -> tuple[str, int] | None:
    """Return the register column that a heading means, and how far down the list of synonyms it stands."""
    if not parts:
        return None
    leaf = plain(parts[-1])
    known = _synonyms().get(leaf)
    if len(parts) == 1:
        return known
    upper = parts[-2]
    above = _synonyms().get(plain(upper))
    words = register_words("heading_parts")
    whole = _synonyms().get(plain(upper + parts[-1]))
    if whole is None and above is not None and (leaf in words["name"] or unit_factor(parts[-1]) is not None):
        whole = above
    elif whole is None and above is not None and leaf in words["code"]:
        column = f"{above[0]}_code" if above[0] in PLACE_COLUMNS else "item_id"
        whole = (column, above[1]) if above[0] in {*PLACE_COLUMNS, "name"} else None
    elif whole is None and leaf in words["date"] and (dated := _dated(upper, above[0] if above else None)):
        whole = (dated, 0)
    if whole is None and known is not None and leaf in {*words["name"], *words["code"]}:
        # a name or a code of something that is not known gives way to every other one
        return known[0], known[1] + _LAST
    return whole or known


def _dated(upper: str, column: str | None) -> str | None:
    """Return what a date below a heading is the date of."""
    asked = asked_status(upper)
    if column == "planned_year" or asked is Status.PLANNED:
        return "planned_year"
    if column == "status" or asked is Status.BUILT:
        return "status_date"
    return "source_date" if column == "source" else None


def _continues(grid: Grid, start: int, levels: int, parts: list[list[str]], found: Headings) -> bool:
    """Tell whether the last of some rows is part of the headings rather than the first item."""
    place = start + levels - 1
    row = grid.rows[place]
    own = {column: cell for column, cell in enumerate(row) if cell and (place, column) not in grid.copies}
    if not own:
        return False
    words = {word for group in register_words("heading_parts").values() for word in group}
    name = found.columns.get("name")
    if (
        name in own
        and len(parts[name]) > 1
        and _meaning(parts[name][-1:]) is None
        and plain(own[name]) not in words
    ):
        return False
    known = [
        column
        for column, cell in own.items()
        if _meaning([cell])
        or plain(cell) in words
        or unit_factor(cell)
        or asked_status(cell)
        or _meaning(parts[column])
    ]
    return len(known) * 2 >= len(own) and not any(cell.replace(".", "").isdigit() for cell in own.values())


def _most_telling(grid: Grid, below: int, choices: Iterable[tuple[int, int]]) -> int:
    """Return the column that tells the most items apart; of equals the one that the vocabulary has first."""

    def apart(choice: tuple[int, int]) -> tuple[int, int]:
        place = choice[1]
        return len({row[place] for row in grid.rows[below:] if place < len(row) and row[place]}), -choice[0]

    return max(choices, key=apart)[1]


def _require_fields(headings: Headings, path: Path, fields: Mapping[str, str]) -> None:
    for column, heading in fields.items():
        place = headings.columns.get(column)
        leaf = "" if place is None else headings.names[place].rpartition("/")[2]
        if place is None or heading not in {headings.names[place], leaf}:
            near = get_close_matches(heading, headings.names, n=1, cutoff=0.0)
            raise InputError(
                "registers.no_field",
                path=path,
                column=column,
                heading=heading,
                headings="、".join(headings.names[:_SHOWN]),
                near=near[0] if near else "",
            )


def _refuse_doubles(headings: Headings, grid: Grid, path: Path, fields: Mapping[str, str]) -> None:
    """Refuse two columns under one heading that matters, unless they hold the same or the user names one."""
    for column, place in headings.columns.items():
        base, _, number = headings.names[place].rpartition("#")
        if not number.isdigit() or not base or fields.get(column) == headings.names[place]:
            continue
        others = [
            other
            for other, name in enumerate(headings.names)
            if other != place and name.rpartition("#")[0] == base
        ]
        for other in others if column not in {"status", "note", "source"} else []:
            cells = [
                [row[at] if at < len(row) else "" for at in (place, other)]
                for row in grid.rows[headings.below :]
            ]
            if any(one != two for one, two in cells):
                raise InputError(
                    "registers.doubled_heading",
                    path=path,
                    heading=base,
                    column=column,
                    one=headings.names[place],
                    other=headings.names[other],
                )


def _take_units(headings: Headings, grid: Grid) -> None:
    """Read the units of measures that stand in a row below the headings, or above the table."""
    if headings.below < len(grid.rows):
        row = grid.rows[headings.below]
        units = {column: cell.strip("()（）") for column, cell in enumerate(row) if cell}
        known = register_words("rows")["unit"]
        if units and all(unit_factor(unit) is not None or unit in known for unit in units.values()):
            headings.below += 1
            for column in headings.factors:
                place = headings.columns[column]
                if place in units:
                    headings.factors[column] = unit_factor(units[place], KINDS[column])
    above = " ".join(cell for row in grid.rows[: headings.start] for cell in dict.fromkeys(row))
    for match in _STATED_UNIT.finditer(above):
        for unit in re.split(r"[、,，;；/\s]+", match[1]):
            for column, factor in headings.factors.items():
                stated = unit_factor(unit, KINDS[column])
                if (
                    factor == 1.0
                    and stated is not None
                    and not _has_unit(headings.names[headings.columns[column]])
                ):
                    headings.factors[column] = stated


def _has_unit(heading: str) -> bool:
    return any(unit_factor(word) is not None for word in re.split(r"[()（）\[\]【】/]", heading)[1:])


@cache
def _synonyms() -> dict[str, tuple[str, int]]:
    """Return the register column of every synonym, with its place in the list."""
    found: dict[str, tuple[str, int]] = {}
    for column, words in {
        **register_words("headings"),
        PLACE: register_words("place_headings")["words"],
    }.items():
        for rank, word in enumerate(words):
            found.setdefault(plain(word), (column, rank))
    return found
