"""The sheets of an XLSX workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, VALUE_TAG, WorkSheetParser

from geozone.errors import InputError
from geozone.messages import text
from geozone.read.door.content import opened
from geozone.read.door.packed import opened_zip
from geozone.read.safety import Limits
from geozone.read.workbook import CellError, Sheet, filled_sheet, require_small
from geozone.read.workbook_marks import PART, WHOLE, comments_of, struck_runs, struck_strings, white_on_white
from geozone.read.workbook_shapes import as_shown, is_unseen

_OWN_FORMATS = 164  # where the number formats of a workbook itself begin


def open_xlsx(path: Path, shown: Path, limits: Limits) -> list[Sheet]:
    """Return the sheets of an XLSX workbook; openpyxl raises whatever its parsers raise on a damaged one.

    Raises
    ------
    InputError
        If it is too large, lacks a sheet or is of another format.
    """
    with opened_zip(path) as archive:
        names = set(archive.namelist())
        require_small(sum(entry.file_size for entry in archive.infolist()), shown, limits)
        for name, other in (("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
            if name in names:
                raise InputError("read.workbook_other", path=shown, format=other.upper())
    with opened(path) as stream:  # by its name, a workbook of another ending would be refused
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
        struck = struck_strings(reader.archive)
        return [_xlsx_sheet(sheet, shown, struck) for sheet in sheets.values()]


class _Parser(WorkSheetParser):
    """The parser of openpyxl, which also notes the formulas without a result, and texts of which runs are struck through.

    The reading mode of openpyxl itself would take the declared dimension for true and pass merged cells over; its full
    mode holds an object for every cell.
    """

    unsaved: set[tuple[int, int]]
    struck_strings: dict[int, str]  # by number of the shared text
    struck: dict[tuple[int, int], str]

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # a result that is empty text has the type "str"
        if cell["value"] is None and cell["data_type"] == "n" and element.find(FORMULA_TAG) is not None:
            self.unsaved.add((cell["row"], cell["column"]))
        kind = element.get("t")
        if (kind == "s" and self.struck_strings) or kind == "inlineStr":
            struck = self._struck(element, kind)
            if struck is not None:
                self.struck[cell["row"], cell["column"]] = struck
        return cell

    def _struck(self, element: Any, kind: str) -> str | None:
        if kind == "s":
            number = element.findtext(VALUE_TAG)
            return None if number is None else self.struck_strings.get(int(number))
        inline = element.find(INLINE_STRING)
        return None if inline is None else struck_runs(inline)


def _xlsx_sheet(sheet: Any, shown: Path, struck: dict[int, str]) -> Sheet:
    book = sheet.parent
    formats, struck_styles = _number_formats(book), _struck_styles(book)
    white_styles = white_on_white(book)
    struck_rows: set[int] = set()
    unseen: set[tuple[int, int]] = set()
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
        parser.unsaved, parser.struck = set(), {}
        parser.struck_strings = struck
        for _, row in parser.parse():
            for cell in row:
                value = cell["value"]
                if value is None or value == "":
                    continue
                if cell["style_id"] in struck_styles:
                    struck_rows.add(cell["row"])
                shape = formats.get(cell["style_id"], "")
                if cell["style_id"] in white_styles or is_unseen(value, shape):
                    unseen.add((cell["row"], cell["column"]))
                if cell["data_type"] == "e":
                    value = CellError(value)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    value = as_shown(value, shape)
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
    return filled_sheet(
        sheet.title,
        sheet.sheet_state == "visible",
        cells,
        shown,
        merged,
        hidden_rows=hidden,
        hidden_columns=columns,
        struck_rows=frozenset(struck_rows | {row for (row, _), how in parser.struck.items() if how == WHOLE}),
        unsaved=frozenset(parser.unsaved),
        part_struck=frozenset(place for place, how in parser.struck.items() if how == PART),
        unseen=frozenset(unseen),
        comments=comments_of(book._archive, sheet._worksheet_path),  # noqa: SLF001 - as above
    )


def _number_formats(book: Any) -> dict[int, str]:
    """Return the number formats of the cell styles that have one, by number."""
    own = dict(enumerate(book._number_formats, _OWN_FORMATS))  # noqa: SLF001
    known = BUILTIN_FORMATS | own
    return {
        number: known[style.numFmtId]
        for number, style in enumerate(book._cell_styles)  # noqa: SLF001 - openpyxl offers styles by cell only
        if style.numFmtId in known
    }


def _struck_styles(book: Any) -> set[int]:
    """Return the numbers of the cell styles whose text is struck through."""
    fonts = {place for place, font in enumerate(book._fonts) if font.strike}  # noqa: SLF001 - as below
    return {number for number, style in enumerate(book._cell_styles) if style.fontId in fonts}  # noqa: SLF001


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden", "0") in {"1", "true"}
