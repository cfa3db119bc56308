"""Workbooks and delimited text as offices write them, with the same bytes every time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

WRITTEN = datetime(2026, 7, 1, tzinfo=UTC)  # the date that stands in every file
_LEVELS = "/"  # between the levels of a heading
_ENTRY_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3  # system that the entries of an archive say they come from


@dataclass
class Sheet:
    """A sheet: a title, headings of one or two levels, rows, and lines below them."""

    name: str
    title: str
    headings: Sequence[str]
    rows: list[list[Any]]
    merged: Sequence[int] = ()  # columns in which equal cells that follow each other are merged
    below: list[list[Any]] = field(default_factory=list)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets as a workbook."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": sheets[0].title, "created": WRITTEN.replace(tzinfo=None)})
        look = {"border": 1, "align": "center", "valign": "vcenter"}
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"}),
            "heading": book.add_format({**look, "bold": True, "bg_color": "#DDEBF7", "text_wrap": True}),
            "cell": book.add_format(look),
        }
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
    with zipfile.ZipFile(content) as archive:
        pack(path, {name: archive.read(name) for name in archive.namelist()})


def pack(path: Path, files: dict[str, bytes]) -> None:
    """Write files as an archive without compressing them: compressors differ between machines."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ENTRY_DATE)
            entry.create_system = _UNIX
            archive.writestr(entry, content)


def write_table(path: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str) -> None:
    """Write rows as comma-separated text."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    path.write_bytes(lines.getvalue().encode(encoding))


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    width = len(sheet.headings)
    page.merge_range(0, 0, 0, width - 1, sheet.title, formats["title"])
    parts = [heading.split(_LEVELS) for heading in sheet.headings]
    levels = max(map(len, parts))
    for top in range(levels):
        _merge_level(page, parts, top, levels, formats["heading"])
    row = 1 + levels
    for cells in [*sheet.rows, *sheet.below]:
        for column, cell in enumerate(cells):
            if cell is not None:
                page.write(row, column, cell, formats["cell"])
        row += 1
    for column in sheet.merged:
        _merge_equal(page, [cells[column] for cells in sheet.rows], 1 + levels, column, formats["cell"])
    page.set_column(0, width - 1, 16)


def _merge_level(page: Any, parts: list[list[str]], top: int, levels: int, look: Any) -> None:
    """Write one row of headings: a heading over several columns, or over the rows below it, is one cell."""
    column = 0
    while column < len(parts):
        if top >= len(parts[column]):
            column += 1
            continue
        last = column
        while (
            top + 1 < len(parts[column])
            and last + 1 < len(parts)
            and parts[last + 1][: top + 1] == parts[column][: top + 1]
        ):
            last += 1
        bottom = levels - 1 if top + 1 == len(parts[column]) else top
        _merge(page, (1 + top, column, 1 + bottom, last), parts[column][top], look)
        column = last + 1


def _merge_equal(page: Any, cells: list[Any], first: int, column: int, look: Any) -> None:
    start = 0
    for place in range(1, len(cells) + 1):
        if place == len(cells) or cells[place] != cells[start] or not cells[start]:
            if place - start > 1:
                _merge(page, (first + start, column, first + place - 1, column), cells[start], look)
            start = place


def _merge(page: Any, span: tuple[int, int, int, int], cell: Any, look: Any) -> None:
    if span[0] == span[2] and span[1] == span[3]:
        page.write(span[0], span[1], cell, look)
    else:
        page.merge_range(*span, cell, look)
