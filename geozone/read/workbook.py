"""Workbooks as sheets of cells: XLSX and XLS, by what their cells say rather than by what the sheet declares.

The dimension that a sheet declares is not looked at: several programs write it wrong. Cells are kept sparse while they
are read, so a single cell far out costs nothing. Merged cells hold their value in every cell of their range.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlrd
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from geozone.errors import InputError
from geozone.messages import text
from geozone.read.bulk import quiet
from geozone.read.safety import LIMITS, Limits, in_bytes

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a workbook that a password protects
_MOST_CELLS = 50_000_000  # of one sheet, empty ones between filled ones included
_PERCENT_FORMATS = (9, 10)  # built-in number formats of percentages

Range = tuple[int, int, int, int]  # first row, first column, last row, last column, as the sheet counts them


class Share(float):
    """A number that the sheet shows as a percentage."""


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
    unsaved: frozenset[tuple[int, int]] = frozenset()  # cells whose formula was saved without its result


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook by its content: XLSX or XLS, whatever it is called."""
    with path.open("rb") as stream:
        head = stream.read(len(_OLE2))
    if head == _OLE2:
        return True
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
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
    with path.open("rb") as stream:
        old = stream.read(len(_OLE2)) == _OLE2
    try:
        with quiet():
            return _open_xls(path, shown, limits) if old else _open_xlsx(path, shown, limits)
    except InputError:
        raise
    except Exception as error:  # both libraries raise whatever their parsers raise on damaged workbooks
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            "read.unreadable", path=shown, reason=reason.replace(str(path), path.name)
        ) from error


def _open_xlsx(path: Path, shown: Path, limits: Limits) -> list[Sheet]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        _small_enough(sum(entry.file_size for entry in archive.infolist()), shown, limits)
        for name, other in (("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
            if name in names:
                raise InputError("read.workbook_other", path=shown, format=other.upper())
    with path.open("rb") as stream:  # by its name, a workbook of another ending would be refused
        reader = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
        reader.read()
        sheets = {sheet.title: sheet for sheet in reader.wb.worksheets}
        lost = [
            sheet.name
            for sheet, link in reader.parser.find_sheets()
            if "worksheet" in link.Type and sheet.name not in sheets
        ]
        if lost:
            raise InputError(
                "read.unreadable", path=shown, reason=text("read.sheet_missing", sheets="、".join(lost))
            )
        return [_xlsx_sheet(sheet, shown) for sheet in sheets.values()]


class _Parser(WorkSheetParser):
    """The parser of openpyxl, which also notes the formulas without a result.

    The reading mode of openpyxl itself would take the declared dimension for true and pass merged cells over; its full
    mode holds an object for every cell.
    """

    unsaved: set[tuple[int, int]]

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # a result that is empty text has the type "str"
        if cell["value"] is None and cell["data_type"] == "n" and element.find(FORMULA_TAG) is not None:
            self.unsaved.add((cell["row"], cell["column"]))
        return cell


def _xlsx_sheet(sheet: Any, shown: Path) -> Sheet:
    book = sheet.parent
    percent = _percent_styles(book)
    cells: dict[int, dict[int, Any]] = {}
    with book._archive.open(sheet._worksheet_path) as stream:  # noqa: SLF001 - read-only sheets offer no other way
        parser = _Parser(
            stream,
            sheet._shared_strings,  # noqa: SLF001 - as above
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001 - as above
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001 - as above
        )
        parser.unsaved = set()
        for _, row in parser.parse():
            for cell in row:
                value = cell["value"]
                if value is None or value == "":
                    continue
                if cell["data_type"] == "e":
                    value = CellError(value)
                elif cell["style_id"] in percent and isinstance(value, int | float):
                    value = Share(value)
                cells.setdefault(cell["row"], {})[cell["column"]] = value
    merged = [
        (item.min_row, item.min_col, item.max_row, item.max_col)
        for item in (parser.merged_cells.mergeCell if parser.merged_cells else ())
    ]
    hidden = frozenset(int(row) for row, told in parser.row_dimensions.items() if _is_hidden(told))
    columns = frozenset(
        number
        for told in parser.column_dimensions.values()
        if _is_hidden(told)
        for number in range(int(told["min"]), min(int(told["max"]), 1 << 14) + 1)
    )
    return _sheet(
        sheet.title,
        sheet.sheet_state == "visible",
        cells,
        shown,
        merged,
        hidden_rows=hidden,
        hidden_columns=columns,
        unsaved=frozenset(parser.unsaved),
    )


def _percent_styles(book: Any) -> set[int]:
    """Return the numbers of the cell styles that show a percentage."""
    own = {164 + place for place, shape in enumerate(book._number_formats) if "%" in shape}  # noqa: SLF001
    return {
        number
        for number, style in enumerate(book._cell_styles)  # noqa: SLF001 - openpyxl offers styles by cell only
        if style.numFmtId in own or style.numFmtId in _PERCENT_FORMATS
    }


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden", "0") in {"1", "true"}


def _open_xls(path: Path, shown: Path, limits: Limits) -> list[Sheet]:
    content = path.read_bytes()
    _small_enough(len(content), shown, limits)
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
    for number in range(sheet.nrows):
        row = {place: _xls_value(book, cell) for place, cell in enumerate(sheet.row(number), 1)}
        row = {place: value for place, value in row.items() if value is not None and value != ""}
        if row:
            cells[number + 1] = row
    return _sheet(
        sheet.name,
        sheet.visibility == 0,
        cells,
        shown,
        [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells],
        hidden_rows=frozenset(row + 1 for row, told in sheet.rowinfo_map.items() if told.hidden),
        hidden_columns=frozenset(column + 1 for column, told in sheet.colinfo_map.items() if told.hidden),
    )


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
        value = Share(value) if "%" in shape else whole
    return value if cell.ctype != xlrd.XL_CELL_EMPTY else None


def _sheet(
    title: str,
    visible: bool,
    cells: dict[int, dict[int, Any]],
    shown: Path,
    merged: Iterable[Range],
    *,
    hidden_rows: frozenset[int],
    hidden_columns: frozenset[int],
    unsaved: frozenset[tuple[int, int]] = frozenset(),
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
        unsaved,
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


def _small_enough(size: int, shown: Path, limits: Limits) -> None:
    if size > limits.text_bytes:
        raise InputError("read.too_large", path=shown, size=in_bytes(size), limit=in_bytes(limits.text_bytes))
