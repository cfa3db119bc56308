"""The headings of a register: which row or rows they are, and which column holds what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from geozone.model import Status
from geozone.registers.files import HEADING_LEVELS, HEADING_ROWS, Grid
from geozone.registers.heading_words import FIELDS, KIND, PLACE, meaning
from geozone.registers.status_words import asked_status
from geozone.registers.subject import Subject
from geozone.registers.words import (
    MEASURES,
    PLACE_COLUMNS,
    is_unit_like,
    measure_factor,
    measured_heading,
    plain,
    register_words,
    unit_factor,
)

KINDS = {"shore_km": "length", "area_km2": "area", "length_km": "length"}  # of the measures
_NAME_ENDS = ("名称", "name")
_TELLING = 4  # letters of a word for a status that tells by itself, at the end of a longer one
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
    names_of_units: list[int] = field(
        default_factory=list
    )  # where the name of a unit stands: the first filled one
    further: dict[str, int] = field(default_factory=dict)  # columns that the user wants kept
    units: int | None = None  # where the unit of the measures stands, row by row
    bare: frozenset[str] = frozenset()  # measures whose headings state no unit
    stated: set[str] = field(
        default_factory=set
    )  # measures whose unit stands below the headings or above the table
    factors: dict[str, float | None] = field(default_factory=dict)  # of the measures; None for a wrong unit

    @property
    def score(self) -> int:
        """How many columns are known; several of one status are one."""
        return len(set(self.columns) - {"status"}) + bool(self.statuses) + len(self.marks)

    @property
    def is_register(self) -> bool:
        """Whether there is a column for the names and one for the statuses."""
        return "name" in self.columns and bool(self.statuses or self.marks)


def find_headings(
    grid: Grid, fields: Mapping[str, str] | None = None, subject: Subject | None = None
) -> Headings | None:
    """Return the headings of a grid; None where no row has any.

    Two or three rows of headings are read as one. Of the rows that could be headings those are taken that name the most
    columns.

    Parameters
    ----------
    grid
        The table.
    fields
        Register column -> heading, where the user says so; it goes before the synonyms.
    subject
        What the register lists: some headings mean something in registers of units and sites only.
    """
    best: tuple[tuple[bool, int, int, int], Headings] | None = None
    starts = 1 if grid.is_layer else min(HEADING_ROWS, len(grid.rows))
    for start in range(starts):
        for levels in range(1, 2 if grid.is_layer else HEADING_LEVELS + 1):
            if start + levels > len(grid.rows):
                break
            parts = grid.heading_parts(start, levels)
            found = _columns(grid, start, levels, parts, fields or {}, subject=subject)
            if levels > 1 and not _continues(
                grid, start, levels, parts, found, programme=subject is not None and subject.programme
            ):
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


def _columns(
    grid: Grid,
    start: int,
    levels: int,
    parts: list[list[str]],
    fields: Mapping[str, str],
    *,
    subject: Subject | None,
) -> Headings:
    """Return what the columns hold by the parts of their headings."""
    names = ["/".join(words) or f"#{place + 1}" for place, words in enumerate(parts)]
    times = Counter(names)
    names = [f"{name}#{place + 1}" if times[name] > 1 else name for place, name in enumerate(names)]
    headings = Headings(start, start + levels, names)
    found: dict[str, list[tuple[int, int]]] = {}
    programme = subject is not None and subject.programme
    for place, words in enumerate(parts):
        meant = meaning(words, programme=programme)
        if meant is not None:
            found.setdefault(meant[0], []).append((meant[1], place))
        elif words and (asked := asked_status(words[-1], programme=programme)) is not None:
            headings.marks[place] = asked
    headings.columns = {column: min(choices)[1] for column, choices in found.items()}
    headings.statuses = [place for _, place in sorted(found.get("status", ()))]
    if len(found.get("name", ())) > 1:
        headings.columns["name"] = _most_telling(grid, headings.below, found["name"])
    _take_nearly(headings, parts, {place for choices in found.values() for _, place in choices})
    _take_kind(headings, parts, drop=programme)
    for column, heading in fields.items():
        places = [place for place, name in enumerate(names) if heading in {name, *parts[place][-1:]}]
        if places and column in FIELDS:
            _take_field(headings, column, places[0])
        elif places:
            headings.further[column] = places[0]
    if subject is not None:
        _take_names(headings, parts, subject)
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


def _take_kind(headings: Headings, parts: list[list[str]], *, drop: bool) -> None:
    """Take a heading that may mean a status or a kind (类别) as the kind where another one tells the status."""
    words = {plain(word) for word in register_words("headings")[KIND]}
    both = [place for place in headings.statuses if plain(parts[place][-1]) in words]
    if not both or not (headings.marks or len(headings.statuses) > len(both)):
        return
    headings.columns.setdefault(KIND, both[0])
    if drop:
        headings.statuses = [place for place in headings.statuses if place not in both]
        headings.columns.pop("status")
        if headings.statuses:
            headings.columns["status"] = headings.statuses[0]


def _take_names(headings: Headings, parts: list[list[str]], subject: Subject) -> None:
    """Find where the items have their names in a register of units or sites that has no column of names."""
    places: list[int] = []
    if subject.units:
        finest = (
            PLACE_COLUMNS.index(subject.level) if subject.level in PLACE_COLUMNS else len(PLACE_COLUMNS) - 1
        )
        units = [*reversed(PLACE_COLUMNS[: finest + 1]), PLACE]
        places = [headings.columns[column] for column in units if column in headings.columns]
    known = register_words("name_headings").get(subject.role, ())
    words = {plain(word): rank for rank, word in enumerate(known)}
    called = sorted(
        (words[plain(part[-1])], place)
        for place, part in enumerate(parts)
        if part and plain(part[-1]) in words
    )
    coded = [
        headings.columns[f"{column}_code"] for column in PLACE_COLUMNS if f"{column}_code" in headings.columns
    ]
    first = places or [place for _, place in called] or (coded[::-1] if subject.units else [])
    if "name" not in headings.columns and first:
        headings.columns["name"] = first[0]
    if subject.units and "name" in headings.columns:
        headings.names_of_units = list(dict.fromkeys([headings.columns["name"], *places, *coded[::-1]]))


def _take_field(headings: Headings, column: str, place: int) -> None:
    """Use a column as the user says, and for nothing else."""
    headings.columns = {key: at for key, at in headings.columns.items() if at != place}
    headings.statuses = [at for at in headings.statuses if at != place]
    headings.marks.pop(place, None)
    headings.columns[column] = place
    if column == "status":
        headings.statuses, headings.marks = [place], {}


def _continues(
    grid: Grid, start: int, levels: int, parts: list[list[str]], found: Headings, *, programme: bool
) -> bool:
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
        and meaning(parts[name][-1:]) is None
        and plain(own[name]) not in words
    ):
        return False
    known = [
        column
        for column, cell in own.items()
        if meaning([cell])
        or plain(cell) in words
        or unit_factor(cell)
        or asked_status(cell, programme=programme)
        or meaning(parts[column])
    ]
    return len(known) * 2 >= len(own) and not any(cell.replace(".", "").isdigit() for cell in own.values())


def _most_telling(grid: Grid, below: int, choices: Iterable[tuple[int, int]]) -> int:
    """Return the column that tells the most items apart; of equals the one that the vocabulary has first."""

    def apart(choice: tuple[int, int]) -> tuple[int, int]:
        place = choice[1]
        return len({row[place] for row in grid.rows[below:] if place < len(row) and row[place]}), -choice[0]

    return max(choices, key=apart)[1]


def _take_units(headings: Headings, grid: Grid) -> None:
    """Read the units of measures that stand in a row below the headings, above the table, or in a column of their own."""
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
                    headings.stated.add(column)
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
                    headings.stated.add(column)

    headings.bare, headings.units = _unit_column(headings, grid)


def _unit_column(headings: Headings, grid: Grid) -> tuple[frozenset[str], int | None]:
    """Return the measures whose headings state no unit, and the column that gives it row by row, if there is one."""
    bare = [column for column in headings.factors if not _has_unit(headings.names[headings.columns[column]])]
    words = {plain(word) for word in register_words("rows")["unit_headings"]}
    for place, heading in enumerate(headings.names) if bare else ():
        cells = {row[place] for row in grid.rows[headings.below :] if place < len(row) and row[place]}
        if plain(heading) in words and any(unit_factor(cell) is not None for cell in cells):
            return frozenset(bare), place
    return frozenset(bare), None


def _has_unit(heading: str) -> bool:
    return measured_heading(heading) is not None or any(
        is_unit_like(word) for word in re.split(r"[()（）\[\]【】/,，、:：]", heading)[1:] if word
    )
