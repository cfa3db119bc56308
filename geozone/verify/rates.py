"""The table of rates in each file of a build, and where two of them differ."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from geozone.export.fingerprint import PAGE_DATA, page_block, workbook_grids
from geozone.export.tables import safe_cell
from geozone.messages import Message, Text, message, text
from geozone.model import RATE_COLUMNS
from geozone.read.door.database import opened_database
from geozone.verify.check import comparable, shown

NUMBERS = ("numerator", "denominator", "value", "low", "high", "target_value", "target_year", "gap")
PAGE_TEXTS = ("method", "note")
NAMES_ROW = 2  # of a sheet: its columns as all other files name them


class UnreadableError(Exception):
    """A file from which the rates cannot be read."""

    def __init__(self, reason: str | Text) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates as one file holds them, and how a cell of it is named."""

    file: str
    rows: Sequence[Mapping[str, Any]]
    place: Callable[[int, str], Text]
    columns: Sequence[str] = RATE_COLUMNS
    told: Callable[[str], str] = str  # what a text of the file stands for
    agrees: str = "verify.agrees"
    rounded: bool = False  # a spreadsheet saved it, and may have cut the last digits


def read_rate_table(path: Path, lang: str) -> RateTable:
    """Read the rates out of a file of a build.

    Raises
    ------
    UnreadableError
        If it is damaged or holds no rates.
    """
    reader = next(reader for ending, reader in READERS.items() if path.name.endswith(ending))
    try:
        return reader(path, lang)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        sqlite3.Error,
        csv.Error,
        BadZipFile,
    ) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def differences(reference: RateTable, found: RateTable) -> Iterator[Message]:
    """Yield a message for every cell of a table that is not as in the reference, or for a difference in the rows."""
    if len(found.rows) != len(reference.rows):
        yield message(
            "verify.rows", found=len(found.rows), expected=len(reference.rows), reference=reference.file
        )
        return
    shared = [column for column in RATE_COLUMNS if column in found.columns and column in reference.columns]
    for number, (one, other) in enumerate(zip(reference.rows, found.rows, strict=True)):
        for column in shared:
            if not _same(one.get(column), other.get(column), column, reference, found):
                yield message(
                    "verify.cell",
                    place=found.place(number, column),
                    unit=one["unit_code"],
                    indicator=one["indicator"],
                    found=shown(other.get(column)),
                    expected=shown(one.get(column)),
                    reference=reference.file,
                )


def _same(expected: Any, found: Any, column: str, reference: RateTable, table: RateTable) -> bool:
    if column in NUMBERS:
        rounded = reference.rounded or table.rounded
        return bool(_number(expected, rounded=rounded) == _number(found, rounded=rounded))
    one, other = str(comparable(expected)), str(comparable(found))
    return bool({one, reference.told(one)} & {other, table.told(other)})


def _number(value: Any, *, rounded: bool) -> Any:
    """Return a number with all its digits; what is no number stays as it is."""
    try:
        return comparable(float(value) if isinstance(value, str) and value else value, rounded=rounded)
    except ValueError:
        return value


def _json(path: Path, _lang: str) -> RateTable:
    rows = json.loads(path.read_text("utf-8"))["rates"]
    return RateTable(path.name, rows, lambda row, column: _both(f"rates[{row}].{column}"))


def _csv(path: Path, _lang: str) -> RateTable:
    lines: list[int] = []
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
    if not set(RATE_COLUMNS) <= set(reader.fieldnames or ()):
        raise ValueError(text("verify.no_columns").en)
    return RateTable(
        path.name,
        rows,
        lambda row, column: text("verify.place_line", line=lines[row], column=column),
        told=_without_guard,
    )


def _without_guard(cell: str) -> str:
    """Return a text of a CSV without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def _package(path: Path, _lang: str) -> RateTable:
    with opened_database(path) as database:
        cursor = database.execute("SELECT * FROM rates ORDER BY fid")
        names = [item[0] for item in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    return RateTable(
        path.name,
        rows,
        lambda row, column: text(
            "verify.place_feature", table="rates", feature=rows[row]["fid"], column=column
        ),
        columns=names,
    )


def _workbook(path: Path, _lang: str) -> RateTable:
    for grid in workbook_grids(path):
        sheet = [values for _, values in grid.rows]
        names = [str(name) for name in sheet[NAMES_ROW - 1]] if len(sheet) >= NAMES_ROW else []
        if set(RATE_COLUMNS) <= set(names):
            return _rates_sheet(path.name, grid.name, names, sheet[NAMES_ROW:])
    raise ValueError(text("verify.no_sheet").en)


def _rates_sheet(file: str, title: str, names: list[str], rows: list[Sequence[Any]]) -> RateTable:
    return RateTable(
        file,
        [dict(zip(names, values, strict=True)) for values in rows],
        lambda row, column: place_of_cell(title, names.index(column) + 1, row + NAMES_ROW + 1),
        told=unescape,
    )


def place_of_cell(sheet: str, column: int, row: int) -> Text:
    """Return how a person finds a cell of a workbook."""
    return text("verify.place_cell", sheet=sheet, cell=f"{get_column_letter(column)}{row}")


def _page(path: Path, lang: str) -> RateTable:
    data = page_data(path)
    columns = page_columns(data["rates"])
    place = 1 if lang == "en" else 0
    for name in PAGE_TEXTS:
        columns[name] = [data["strings"][number][place] for number in columns[name]]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return RateTable(
        path.name,
        rows,
        lambda _, column: text("verify.place_data", column=column),
        columns=list(columns),
        agrees="verify.page_agrees",
    )


def page_data(path: Path) -> dict[str, Any]:
    """Return the data of a page.

    Raises
    ------
    OSError, ValueError
        If the page cannot be read or has no data.
    """
    block = page_block(path.read_text("utf-8"), PAGE_DATA)
    if block is None:
        raise ValueError(text("verify.no_data").en)
    data: dict[str, Any] = json.loads(block)
    return data


def page_columns(stored: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of a table of a page, which may be stored as distinct values and their places."""
    return {
        name: column if isinstance(column, list) else [column["values"][place] for place in column["places"]]
        for name, column in stored.items()
    }


def _both(value: str) -> Text:
    return Text(value, value)


READERS: Mapping[str, Callable[[Path, str], RateTable]] = {
    "_rates.json": _json,
    "_rates.csv": _csv,
    ".gpkg": _package,
    ".xlsx": _workbook,
    ".html": _page,
}
