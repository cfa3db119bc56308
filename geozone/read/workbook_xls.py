"""The sheets of an XLS workbook."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import xlrd

from geozone.errors import InputError
from geozone.read.door.content import bytes_of
from geozone.read.safety import Limits
from geozone.read.workbook import CellError, Sheet, filled_sheet, require_small
from geozone.read.workbook_shapes import as_shown, is_unseen

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a workbook that a password protects
_WHITE = (1, 9)  # in the palette of a workbook


def open_xls(path: Path, shown: Path, limits: Limits) -> list[Sheet]:
    """Return the sheets of an XLS workbook; xlrd raises whatever its parser raises on a damaged one.

    Raises
    ------
    InputError
        If it is too large or protected by a password.
    """
    content = bytes_of(path)
    require_small(len(content), shown, limits)
    if _ENCRYPTED in content:
        raise InputError("read.workbook_password", path=shown)
    try:
        # the layout of cells is kept with the formats; what xlrd has to say goes nowhere
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise InputError("read.workbook_password", path=shown) from error
        raise
    return [_xls_sheet(book, sheet, shown) for sheet in book.sheets()]


def _xls_sheet(book: xlrd.Book, sheet: Any, shown: Path) -> Sheet:
    cells: dict[int, dict[int, Any]] = {}
    struck_rows: set[int] = set()
    part_struck: set[tuple[int, int]] = set()
    unseen: set[tuple[int, int]] = set()
    for number in range(sheet.nrows):
        row = {place: _xls_value(book, cell) for place, cell in enumerate(sheet.row(number), 1)}
        row = {place: value for place, value in row.items() if value is not None and value != ""}
        if row:
            cells[number + 1] = row
            styles = {at: book.xf_list[sheet.cell_xf_index(number, at - 1)] for at in row}
            if any(book.font_list[style.font_index].struck_out for style in styles.values()):
                struck_rows.add(number + 1)
            unseen |= {(number + 1, at) for at, style in styles.items() if _is_unseen(book, style, row[at])}
    for (row, column), runs in sheet.rich_text_runlist_map.items():
        if any(book.font_list[font].struck_out for _, font in runs):
            part_struck.add((row + 1, column + 1))
    return filled_sheet(
        sheet.name,
        sheet.visibility == 0,
        cells,
        shown,
        [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells],
        hidden_rows=frozenset(row + 1 for row, told in sheet.rowinfo_map.items() if told.hidden),
        hidden_columns=frozenset(column + 1 for column, told in sheet.colinfo_map.items() if told.hidden),
        struck_rows=frozenset(struck_rows),
        part_struck=frozenset(part_struck),
        unseen=frozenset(unseen),
        comments={
            (row + 1, column + 1): " ".join(note.text.split())
            for (row, column), note in sheet.cell_note_map.items()
            if note.text.strip()
        },
    )


def _is_unseen(book: xlrd.Book, style: Any, value: Any) -> bool:
    """Tell whether a cell shows nothing: by its format, or white on no other colour."""
    if is_unseen(value, book.format_map[style.format_key].format_str):
        return True
    fill = style.background
    bare = fill.fill_pattern == 0 or (fill.fill_pattern == 1 and fill.pattern_colour_index in _WHITE)
    return bare and book.font_list[style.font_index].colour_index in _WHITE


def _xls_value(book: xlrd.Book, cell: Any) -> Any:
    value = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        value = CellError(xlrd.error_text_from_code.get(value, "#?"))
    elif cell.ctype == xlrd.XL_CELL_DATE:
        with suppress(OverflowError, ValueError):  # a number that is no day stays a number
            value = xlrd.xldate.xldate_as_datetime(value, book.datemode)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        shape = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        whole = int(value) if value.is_integer() else value
        value = as_shown(whole, shape)
    return value if cell.ctype != xlrd.XL_CELL_EMPTY else None
