"""Registers as files: CSV, workbooks, a layer of a GeoPackage or a table of a database, as grids of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from pyogrio.errors import DataSourceError

from geozone.addresses import is_database, without_password
from geozone.errors import InputError
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.read import read_layer
from geozone.read.columns import GEOJSON, HEX, WKT
from geozone.read.delimited import BLOCK, read_rows
from geozone.read.door import vector
from geozone.read.door.content import bytes_of
from geozone.read.door.database import is_database_file
from geozone.read.encoding import decode_document
from geozone.read.postgis import rows_of_table
from geozone.read.safety import LIMITS, few_columns, local_file, short_cells, small_enough
from geozone.read.workbook import CellError, Sheet, is_workbook, open_workbook
from geozone.registers.cell_text import as_text, shown_divided

_TABLES = (".csv", ".tsv", ".txt", ".xls", ".et")  # text that was given the ending of a workbook is text
_GEODATABASE = ".gdb"
_OF_PROGRAMS = {"layer_styles", "qgis_projects"}  # tables of GeoPackages that hold no data
OWN_TABLE = "registers"  # of the GeoPackages that geozone writes

# what is not seen in a cell, but makes two words of one: zero-width spaces, marks of order and direction, soft hyphens
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)

Place = tuple[int, int]  # row and column of a grid, both counted from 0


HEADING_ROWS = 15  # a title, a date and an approval number may stand above the headings
HEADING_LEVELS = 3  # rows that headings may have


@dataclass
class Grid:
    """A table as it stands in a file, headings and all, as text."""

    title: str  # the sheet's or layer's; empty for a file of one table
    rows: list[list[str]]
    labels: list[str]  # what a row is called in the file
    is_layer: bool = False  # its first row is the names of its fields
    visible: bool = True
    spans: dict[Place, int] = field(
        default_factory=dict
    )  # cells merged over several rows, by the range they belong to
    copies: set[Place] = field(default_factory=set)  # cells that only repeat the first one of a merged range
    faults: dict[Place, str] = field(
        default_factory=dict
    )  # cells without a value: the error, or "" for no result
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck_rows: set[int] = field(default_factory=set)
    part_struck: set[Place] = field(default_factory=set)  # cells of whose text a part is struck through
    unseen: set[Place] = field(default_factory=set)  # filled cells that show nothing
    comments: dict[Place, str] = field(default_factory=dict)
    scaled: dict[Place, str] = field(default_factory=dict)  # numbers that the sheet shows divided
    stray: list[int] = field(default_factory=list)  # rows with a quote that has no partner
    findings: list[Finding] = field(default_factory=list)  # of the reader

    def marks(self, place: int, at: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what people see at a cell beside its text, or do not see: the kind of a finding, and what else that says."""
        if shown := self.scaled.get((place, at)):
            yield "scaled", {"shown": shown}
        if (place, at) in self.part_struck:
            yield "part_struck", {}
        if (place, at) in self.unseen:
            yield "unseen_cell", {}
        if comment := self.comments.get((place, at)):
            yield "cell_comment", {"comment": comment}

    def __post_init__(self) -> None:
        self.rows = [
            [cell if cell.isascii() else cell.translate(_INVISIBLE).strip() for cell in row]
            for row in self.rows
        ]

    def heading_parts(self, start: int, levels: int) -> list[list[str]]:
        """Return the parts of every column's heading in some rows, from above down.

        A heading over several columns is written above the first of them, and belongs to all.
        """
        rows = self.rows[start : start + levels]
        width = max(len(row) for row in rows)
        filled = [[*row, *[""] * (width - len(row))] for row in rows]
        for upper, lower in pairwise(filled):
            for column in range(1, width):
                if not upper[column] and lower[column] and upper[column - 1] and lower[column - 1]:
                    upper[column] = upper[column - 1]
        return [list(dict.fromkeys(filter(None, column))) for column in zip(*filled, strict=True)]


def read_grids(path: Path | str, layer: str | None = None, *, own: str = OWN_TABLE) -> list[Grid]:
    """Return the tables of a file: every sheet of a workbook, else one.

    Parameters
    ----------
    path
        Delimited text (UTF-8, UTF-16 or GB 18030), XLSX or XLS, or any vector file that geozone reads; the content
        decides, not the ending. Or the address of a database, ``postgresql://host/database?table=schema.table``.
    layer
        Sheet of a workbook or layer of a vector file; by default all sheets, and of a vector file the only layer or, of
        a GeoPackage that geozone wrote, its table ``registers``; table of a database.
    own
        The table of a database that is meant where none is named.

    Raises
    ------
    InputError
        If the file is missing or cannot be read, or has no such sheet or layer.
    """
    if is_database(path):
        table = rows_of_table(str(path), layer, own=own, limits=LIMITS)
        return [_rows_as_grid(table, [], without_password(str(path)))]
    path = Path(path)
    if not path.exists():
        raise InputError("registers.missing", path=path)
    if path.is_file():
        local_file(path)
        if is_workbook(path):
            return _sheets(path, layer)
        if path.suffix.lower() in _TABLES:
            return [_text_grid(path)]
    return [_layer_grid(path, layer)]


def plain_tables(path: Path) -> list[str]:
    """Return the tables without geometry in a GeoPackage or geodatabase; `read_grids` takes each as its `layer`.

    Tables in which programs keep styles and projects are none of them. A file that cannot be opened has none: whoever reads
    it is told why.
    """
    if not _holds_tables(path):
        return []
    try:
        return [name for name, kind in vector.layers(path) if kind is None and name not in _OF_PROGRAMS]
    except (DataSourceError, InputError):
        return []


def _holds_tables(path: Path) -> bool:
    return is_database_file(path) or (path.is_dir() and path.suffix.lower() == _GEODATABASE)


def _sheets(path: Path, layer: str | None) -> list[Grid]:
    sheets = open_workbook(path)
    if layer is not None:
        named = [sheet for sheet in sheets if sheet.title == layer]
        if not named:
            titles = "、".join(sheet.title for sheet in sheets)
            raise InputError("registers.no_sheet", path=path, sheet=layer, sheets=titles)
        sheets = named
    return [_sheet_grid(sheet, path) for sheet in sheets]


def _sheet_grid(sheet: Sheet, path: Path) -> Grid:
    few_columns(path, len(sheet.columns), LIMITS)
    rows = {number: place for place, number in enumerate(sheet.numbers)}
    columns = {number: place for place, number in enumerate(sheet.columns)}
    grid = Grid(
        sheet.title,
        [[as_text(value) for value in row] for row in sheet.rows],
        [str(number) for number in sheet.numbers],
        visible=sheet.visible,
        hidden_rows={rows[number] for number in sheet.hidden_rows if number in rows},
        hidden_columns={columns[number] for number in sheet.hidden_columns if number in columns},
        struck_rows={rows[number] for number in sheet.struck_rows if number in rows},
        part_struck={(rows[row], columns[column]) for row, column in sheet.part_struck if row in rows},
        unseen={(rows[row], columns[column]) for row, column in sheet.unseen if row in rows},
        comments={
            (rows[row], columns[column]): said
            for (row, column), said in sheet.comments.items()
            if row in rows and column in columns
        },
        faults={
            (place, column): str(value)
            for place, row in enumerate(sheet.rows)
            for column, value in enumerate(row)
            if isinstance(value, CellError)
        },
    )
    grid.scaled = {
        (place, column): shown
        for place, row in enumerate(sheet.rows)
        for column, value in enumerate(row)
        if (shown := shown_divided(value))
    }
    for row, column in sheet.unsaved:
        if row in rows and column in columns:
            grid.faults[rows[row], columns[column]] = ""
    for span, (top, left, bottom, right) in enumerate(sheet.merged):
        inside = [
            (row, column) for row in _between(rows, top, bottom) for column in _between(columns, left, right)
        ]
        grid.copies.update(place for place in inside if place != (rows.get(top), columns.get(left)))
        if top < bottom:
            grid.spans.update(dict.fromkeys(inside, span))
    return _with_short_cells(grid, path, [f"#{number}" for number in sheet.columns])


def _between(places: dict[int, int], first: int, last: int) -> Iterable[int]:
    numbers = range(first, last + 1) if last - first < len(places) else sorted(places)
    return [places[number] for number in numbers if number in places and first <= number <= last]


def _text_grid(path: Path) -> Grid:
    small_enough(path, path, LIMITS)
    content = bytes_of(path)
    words, _ = decode_document(content, _wide_encoding(content))
    if words.lstrip("\ufeff \t\r\n").startswith("<"):
        raise InputError("registers.markup", path=path)
    found = read_rows(words)
    few_columns(path, max(map(len, found.cells), default=0), LIMITS)
    rows = [[cell.strip() for cell in row] for row in found.cells]
    labels = [str(number) for number in range(1, len(rows) + 1)]
    grid = Grid("", rows, labels, stray=found.stray, findings=_zeros(found.zeros, path))
    return _with_short_cells(
        grid, path, [f"#{number}" for number in range(1, max(map(len, rows), default=0) + 1)]
    )


def _with_short_cells(grid: Grid, path: Path | str, columns: Sequence[str]) -> Grid:
    """Return a grid whose cells are words: outlines that are too long for one are left out and told, anything else is refused.

    Raises
    ------
    InputError
        If a cell that is no outline has more characters than the limit.
    """
    outlines = {
        (place, at)
        for place, row in enumerate(grid.rows)
        if max(map(len, row), default=0) > LIMITS.cell_characters
        for at, cell in enumerate(row)
        if len(cell) > LIMITS.cell_characters and any(shape.match(cell) for shape in (WKT, HEX, GEOJSON))
    }
    for place, at in outlines:
        grid.rows[place][at] = ""
    labels = [f"{grid.title}!{label}" for label in grid.labels] if grid.title else grid.labels
    short_cells(path, grid.rows, labels, columns, LIMITS)
    if outlines:
        named = "、".join(columns[at] for at in sorted({at for _, at in outlines}))
        said = message("read.outlines_unread", columns=named, count=len(outlines))
        remedy = message("read.outlines_unread_remedy")
        grid.findings.append(Finding("outlines_unread", Severity.NOTE, Path(path).name, said, remedy))
    return grid


def _zeros(count: int, path: Path) -> list[Finding]:
    """Return what is said of zero bytes in a text: a block of them is where a part of it was lost."""
    if not count:
        return []
    severity = Severity.ERROR if count >= BLOCK else Severity.WARNING
    said = message("read.zero_bytes", count=count), message("read.zero_bytes_remedy", count=count)
    return [Finding("zero_bytes", severity, path.name, *said)]


def _wide_encoding(content: bytes) -> str | None:
    """Return UTF-16 for text of two bytes a character that has no mark in front: most ASCII of it is half zeros."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or len(content) % 2 or b"\x00" not in content:
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        pairs = {content[place : place + 2] for place in range(0, len(content), 2)}
        breaks = {b"\n\x00", b"\r\x00"} if first else {b"\x00\n", b"\x00\r"}
        if pairs & breaks:
            try:
                content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def _layer_grid(path: Path, layer: str | None) -> Grid:
    """Return a table without geometry (a GeoPackage's ``registers``), or the attributes of a layer."""
    return _rows_as_grid(*_attributes(path, layer), path)


def _rows_as_grid(table: pd.DataFrame, findings: list[Finding], path: Path | str) -> Grid:
    rows = [[as_text(value) for value in row] for row in table.itertuples(index=False, name=None)]
    labels = [str(number) for number in range(1, len(rows) + 1)]  # features are counted from one
    headings = [str(name) for name in table.columns]
    grid = Grid("", [headings, *rows], ["0", *labels], is_layer=True, findings=findings)
    return _with_short_cells(grid, path, headings)


def _attributes(path: Path, layer: str | None) -> tuple[pd.DataFrame, list[Finding]]:
    kinds: dict[str, Any] = {}
    if _holds_tables(path):
        with suppress(DataSourceError):  # the reader tells what is wrong
            kinds = dict(vector.layers(path))
    name = layer or (OWN_TABLE if OWN_TABLE in kinds else None)
    if name in kinds and kinds[name] is None:
        return pd.DataFrame(vector.frame(path, layer=name, read_geometry=False)), []
    read = read_layer(path, layer=layer)
    data = read.data
    return pd.DataFrame(data.drop(columns=data.geometry.name)).reset_index(drop=True), read.findings
