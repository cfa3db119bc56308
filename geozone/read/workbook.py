"""Workbooks as sheets of cells: XLSX and XLS, by what their cells say rather than by what the sheet declares.

The dimension that a sheet declares is not looked at: several programs write it wrong. Cells are kept sparse while they
are read, so a single cell far out costs nothing. Merged cells hold their value in every cell of their range.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from geozone.errors import InputError
from geozone.read.bulk import quiet
from geozone.read.door.content import opened
from geozone.read.door.packed import opened_zip
from geozone.read.safety import LIMITS, Limits, in_bytes

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMMENT = 60  # characters of a comment that are shown
_MOST_CELLS = 50_000_000  # of one sheet, empty ones between filled ones included

Range = tuple[int, int, int, int]  # first row, first column, last row, last column, as the sheet counts them


class Share(float):
    """A number that the sheet shows as a percentage."""


class Worded(float):
    """A number that the sheet shows with words behind it (300公顷), or divided by a scale (3.0 for 30000)."""

    __slots__ = ("scale", "words")

    words: str
    scale: float

    def __new__(cls, value: float, words: str = "", scale: float = 1.0) -> Self:
        """Keep the number of the cell, with what is shown of it."""
        made = super().__new__(cls, value)
        made.words, made.scale = words, scale
        return made


class CellError(str):
    """An error that stands in a cell instead of a value, such as ``#N/A``."""

    __slots__ = ()


@dataclass
class Sheet:
    """One sheet: the rows that hold anything, with the columns that hold anything."""

    title: str
    visible: bool
    rows: list[list[Any]]  # None where a cell is empty
    numbers: list[int]  # the number of every row in the sheet
    columns: list[int]  # the number of every column in the sheet
    merged: list[Range] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()  # with a filled cell whose text is struck through
    unsaved: frozenset[tuple[int, int]] = frozenset()  # cells whose formula was saved without its result
    part_struck: frozenset[tuple[int, int]] = frozenset()  # cells of whose text a part is struck through
    unseen: frozenset[tuple[int, int]] = (
        frozenset()
    )  # filled cells that show nothing: white, or by their format
    comments: Mapping[tuple[int, int], str] = field(
        default_factory=dict
    )  # their beginnings, by row and column


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook by its content: XLSX or XLS, whatever it is called."""
    with opened(path) as stream:
        head = stream.read(len(_OLE2))
    if head == _OLE2:
        return True
    if not head.startswith(b"PK"):
        return False
    try:
        with opened_zip(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return path.suffix.lower() in {".xlsx", ".xlsm"}
    return "[Content_Types].xml" in names or "mimetype" in names


def open_workbook(path: Path, shown: Path | None = None, limits: Limits = LIMITS) -> list[Sheet]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    path
        XLSX or XLS; the content decides, not the ending.
    shown
        The path as the user knows it, for messages.
    limits
        How much is read at most.

    Raises
    ------
    InputError
        If the workbook is damaged, too large, protected by a password, or of another format (ODS, XLSB).
    """
    shown = shown or path
    with opened(path) as stream:
        old = stream.read(len(_OLE2)) == _OLE2
    try:
        with quiet():
            return _sheets_of(path, shown, limits, old=old)
    except InputError:
        raise
    except Exception as error:  # both libraries raise whatever their parsers raise on damaged workbooks
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            "read.unreadable", path=shown, reason=reason.replace(str(path), path.name)
        ) from error


def _sheets_of(path: Path, shown: Path, limits: Limits, *, old: bool) -> list[Sheet]:
    # each brings a library that few files ask for
    if old:
        from geozone.read.workbook_xls import open_xls  # noqa: PLC0415

        return open_xls(path, shown, limits)
    from geozone.read.workbook_xlsx import open_xlsx  # noqa: PLC0415

    return open_xlsx(path, shown, limits)


def filled_sheet(
    title: str,
    visible: bool,
    cells: dict[int, dict[int, Any]],
    shown: Path,
    merged: Iterable[Range],
    *,
    hidden_rows: frozenset[int],
    hidden_columns: frozenset[int],
    struck_rows: frozenset[int],
    unsaved: frozenset[tuple[int, int]] = frozenset(),
    part_struck: frozenset[tuple[int, int]] = frozenset(),
    unseen: frozenset[tuple[int, int]] = frozenset(),
    comments: Mapping[tuple[int, int], str] | None = None,
) -> Sheet:
    """Return a sheet from its filled cells, with merged cells filled."""
    columns = sorted({column for row in cells.values() for column in row})
    if len(columns) * len(cells) > _MOST_CELLS:
        raise InputError(
            "read.sheet_too_wide", path=shown, sheet=title, rows=len(cells), columns=len(columns)
        )
    numbers = sorted(cells)
    ranges = [span for span in merged if span[0] < span[2] or span[1] < span[3]]
    for row, column, value in list(_copies(ranges, cells, columns)):
        cells[row].setdefault(column, value)
    return Sheet(
        title,
        visible,
        [[cells[number].get(column) for column in columns] for number in numbers],
        numbers,
        columns,
        ranges,
        hidden_rows,
        hidden_columns,
        struck_rows,
        unsaved,
        part_struck,
        unseen,
        {place: said[:_COMMENT] for place, said in (comments or {}).items()},
    )


def _copies(
    ranges: Iterable[Range], cells: dict[int, dict[int, Any]], columns: list[int]
) -> Iterator[tuple[int, int, Any]]:
    """Yield the cells that merged ranges cover beside their first one, with the value of that.

    Rows that hold nothing of their own stay empty: a range may reach over rows that only space a table out.
    """
    for top, left, bottom, right in ranges:
        value = cells.get(top, {}).get(left)
        if value is None:
            continue
        rows = range(top, bottom + 1) if bottom - top < len(cells) else sorted(cells)
        places = [column for column in columns if left <= column <= right]
        for row in rows:
            if top <= row <= bottom and row in cells:
                yield from ((row, column, value) for column in places if (row, column) != (top, left))


def require_small(size: int, shown: Path, limits: Limits) -> None:
    """Refuse a workbook whose cells, unpacked, are more than is read at most.

    Raises
    ------
    InputError
        If it is too large.
    """
    if size > limits.text_bytes:
        raise InputError("read.too_large", path=shown, size=in_bytes(size), limit=in_bytes(limits.text_bytes))
