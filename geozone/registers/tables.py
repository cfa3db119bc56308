"""The rows of a register file: which of its sheets are the register, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from geozone.errors import InputError
from geozone.model import Severity
from geozone.registers.files import Grid
from geozone.registers.gazetteer import Gazetteer
from geozone.registers.heading_checks import require_headings
from geozone.registers.heading_words import FIELDS, KIND
from geozone.registers.headings import KINDS, Headings, find_headings
from geozone.registers.items import Reading
from geozone.registers.package import RECORDS
from geozone.registers.rows import RowCount, read_rows_of
from geozone.registers.statements import tell_said
from geozone.registers.status_words import read_status
from geozone.registers.subject import Subject
from geozone.registers.table_row import Row

ALL_SHEETS = "*"
_TABLE = 3  # rows and columns from which a sheet is a table rather than a remark

_ALIKE = 0.8  # of two words, from which on one is the other misspelt
_RESERVED = {
    "register", "register_id", "role", "as_of", "statuses", "factors", "section", *RECORDS, "fid", "ogc_fid", "geom", "geometry",
}  # fmt: skip  # columns of the table that geozone writes, and what a row holds beside its cells

Headed = tuple[Grid, Headings | None]


def read_tables(
    grids: Sequence[Grid],
    path: Path,
    sheet: str | None,
    fields: Mapping[str, str] | None,
    gazetteer: Callable[[], Gazetteer],
    *,
    subject: Subject,
    count: RowCount,
    reading: Reading,
) -> list[Row]:
    """Return the items of a register file, row by row.

    Parameters
    ----------
    grids, path
        The tables of the file (`files.read_grids`), and the file.
    sheet
        Its sheet or layer; ``"*"`` for all sheets that are registers.
    fields
        Register column -> heading, where the synonyms do not know it.
    gazetteer
        Gives the units.
    subject
        What the register lists.
    count, reading
        Take the numbers of rows, and what is found.

    Raises
    ------
    InputError
        If no sheet is a register, or several are and none is named.
    """
    _known_fields(path, fields)
    if not grids:
        raise InputError("registers.no_headings", path=path)
    headed = [(grid, find_headings(grid, fields, subject)) for grid in grids]
    chosen = _chosen(path, headed, sheet, gazetteer, fields, subject=subject)
    for grid, headings in headed:
        if not any(grid is other for other in chosen):
            _tell_left_out(grid, headings, sheet, reading)
    rows: list[Row] = []
    for grid, headings in headed:
        if not any(grid is other for other in chosen):
            continue
        reading.findings += grid.findings
        titled = sheet == ALL_SHEETS and bool(grid.title)
        if titled:
            grid.labels = [f"{grid.title}!{label}" for label in grid.labels]
        sound = require_headings(headings, grid, path, fields)
        for column, factor in sound.factors.items():
            if factor is None:
                reading.tell(
                    "wrong_unit", grid.labels[sound.start], heading=sound.names[sound.columns[column]]
                )
        _tell_bare(grid, sound, reading)
        tell_said(sound, grid, reading, fields or {}, programme=subject.programme)
        found = read_rows_of(grid, sound, gazetteer, count, reading.tell, subject=subject)
        kept = [column for column in (KIND, *sound.further) if column in {*sound.columns, *sound.further}]
        reading.further += [column for column in kept if column not in reading.further]
        for row in found:
            row.section = row.section or grid.title
        rows += found
    return rows


def _tell_bare(grid: Grid, headings: Headings, reading: Reading) -> None:
    """Tell the measures of which nobody says the unit, where there are numbers that state none themselves."""
    for unit, kind in (("km", "length"), ("km²", "area")):
        places = [
            headings.columns[column]
            for column in headings.factors
            if column in headings.bare - headings.stated
            and KINDS[column] == kind
            and headings.names[headings.columns[column]] != column
        ]
        bare = [
            headings.names[at]
            for at in places
            if any(at < len(row) and row[at][-1:].isdigit() for row in grid.rows[headings.below :])
        ]
        if bare and headings.units is None:
            names = "、".join(bare)
            reading.tell(
                "unit_assumed", grid.labels[headings.start], Severity.NOTE, headings=names, unit=unit
            )


def _chosen(
    path: Path,
    headed: list[Headed],
    sheet: str | None,
    gazetteer: Callable[[], Gazetteer],
    fields: Mapping[str, str] | None,
    *,
    subject: Subject,
) -> list[Grid]:
    """Return the tables that are the register."""
    if len(headed) == 1:
        return [headed[0][0]]
    fit = [grid for grid, headings in headed if headings is not None and headings.is_register]
    fit = [grid for grid in fit if grid.visible]
    if sheet != ALL_SHEETS and len(fit) > 1:
        # a list of codes has names and kinds too, but no status in it
        told = [
            grid
            for grid, headings in headed
            if grid in fit and _tells_statuses(grid, headings, gazetteer, subject)
        ]
        fit = told or fit
    if not fit:
        hidden = [grid.title for grid, headings in headed if headings is not None and headings.is_register]
        if hidden:
            raise InputError("registers.only_hidden", path=path, sheets="、".join(hidden))
        best = max(headed, key=lambda one: len(one[1].columns) if one[1] else -1)
        require_headings(best[1], best[0], path, fields)
    if sheet != ALL_SHEETS and len(fit) > 1:
        sheets = "、".join(grid.title for grid in fit)
        raise InputError("registers.several_sheets", path=path, sheets=sheets)
    return fit


def _tells_statuses(
    grid: Grid, headings: Headings | None, gazetteer: Callable[[], Gazetteer], subject: Subject
) -> bool:
    if headings is None:
        return False
    rows = read_rows_of(grid, headings, gazetteer, RowCount(), lambda *_, **__: None, subject=subject)
    return any(
        not read_status(cell, heading, programme=subject.programme).doubt
        for row in rows
        for heading, cell in row.statuses
    )


def _tell_left_out(grid: Grid, headings: Headings | None, sheet: str | None, reading: Reading) -> None:
    """Tell a sheet that is not read although it could be meant."""
    if not grid.rows:
        return
    if headings is not None and headings.is_register:
        kind = "other_sheet" if grid.visible else "hidden_sheet"
        reading.tell(kind, grid.labels[0], sheet=grid.title)
    elif grid.visible:
        filled = sorted(sum(map(bool, row)) for row in grid.rows)
        is_table = len(filled) >= _TABLE and filled[-_TABLE] >= _TABLE
        known = sheet == ALL_SHEETS or (headings is not None and headings.score > 1)
        severity = Severity.WARNING if is_table and known else Severity.NOTE
        reading.tell("unread_sheet", grid.labels[0], severity, sheet=grid.title)


def _known_fields(path: Path, fields: Mapping[str, str] | None) -> None:
    if fields is not None and not isinstance(fields, Mapping):
        raise InputError("registers.fields", path=path, value=str(fields))
    written = [column.casefold() for column in fields or {}]
    for column, heading in (fields or {}).items():
        if not isinstance(heading, str):
            raise InputError("registers.fields", path=path, value=f"{column} = {heading}")
        if column in FIELDS:
            continue
        near = _meant(column)
        if near or column.casefold() in _RESERVED or written.count(column.casefold()) > 1:
            raise InputError(
                "registers.bad_field",
                path=path,
                column=column,
                near=near or KIND,
                choices=", ".join(FIELDS),
            )


def _meant(column: str) -> str:
    """Return the column that a misspelt one means; empty for one of the user's own."""
    word = column.casefold()
    near = [known for known in FIELDS if sorted(known) == sorted(word)]
    near += [
        known for known in get_close_matches(word, FIELDS, n=1, cutoff=_ALIKE) if not word.startswith(known)
    ]
    return next(iter(near), "")
