"""Registers as files: CSV, XLSX or a layer of a GeoPackage, as a table of text with the file's own headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd
import pyogrio
from openpyxl.utils.exceptions import InvalidFileException
from pyogrio.errors import DataSourceError

from geozone.errors import InputError
from geozone.rates.words import match_headings
from geozone.read import read_layer

_HEADING_ROWS = 10  # a title and an approval number may stand above the headings
_TABLES = (".csv", ".tsv", ".txt")
OWN_TABLE = "registers"  # of the GeoPackages that geozone writes
_SHEETS = (".xlsx", ".xlsm")


def read_table(path: Path, layer: str | None = None, fields: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a file as a table of text; its index is the row number in the file, as a spreadsheet counts it.

    Parameters
    ----------
    path
        ``.csv`` (UTF-8, or GB 18030 where that is not valid), ``.xlsx``, or any vector file that geozone reads.
    layer
        Sheet of a workbook or layer of a vector file; by default the first one, and of a GeoPackage that geozone
        wrote its table ``registers``.
    fields
        Register column -> heading of the file, where the synonyms do not know it.

    Raises
    ------
    InputError
        If the file is missing or cannot be read, or no heading is recognised.
    """
    if not path.exists():
        raise InputError("rates.register_missing", path=path)
    suffix = path.suffix.lower()
    if suffix in _TABLES:
        return _below_headings(_csv_rows(path), path, fields)
    if suffix in _SHEETS:
        return _below_headings(_sheet_rows(path, layer), path, fields)
    table = _attributes(path, layer)
    table.index += 1  # features are counted from one
    return table.map(as_text)


def _attributes(path: Path, layer: str | None) -> pd.DataFrame:
    """Return a table without geometry (a GeoPackage's ``registers``), or the attributes of a layer."""
    try:
        kinds = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    except DataSourceError:
        kinds = {}  # the reader tells what is wrong
    name = layer or (OWN_TABLE if OWN_TABLE in kinds else None)
    if name in kinds and kinds[name] is None:
        return pd.DataFrame(pyogrio.read_dataframe(path, layer=name, read_geometry=False))
    data = read_layer(path, layer=layer).data
    return pd.DataFrame(data.drop(columns=data.geometry.name)).reset_index(drop=True)


def as_text(value: Any) -> str:
    """Return a cell as text: a whole number without decimals, a date as ISO, an empty cell as nothing."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _csv_rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            written = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError("rates.register_encoding", path=path)
    first = written.partition("\n")[0]
    delimiter = max(",\t;，", key=first.count)
    return list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter))


def _sheet_rows(path: Path, sheet: str | None) -> list[list[str]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise InputError("rates.register_unreadable", path=path, reason=str(error)) from error
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise InputError(
                "rates.register_no_sheet", path=path, sheet=sheet, sheets="、".join(book.sheetnames)
            )
        rows = book[sheet or book.sheetnames[0]].iter_rows(values_only=True)
        return [[as_text(cell) for cell in row] for row in rows]
    finally:
        book.close()


def _below_headings(rows: list[list[str]], path: Path, fields: Mapping[str, str] | None) -> pd.DataFrame:
    scores = [len(match_headings([*filter(None, row)], _given(fields, row))) for row in rows[:_HEADING_ROWS]]
    best = max(scores, default=0)
    if not best:
        raise InputError("rates.register_no_headings", path=path)
    at = scores.index(best)
    headings = [heading or f"#{position}" for position, heading in enumerate(rows[at])]
    body = [
        (number, (row + [""] * len(headings))[: len(headings)])
        for number, row in enumerate(rows[at + 1 :], at + 2)
        if any(cell.strip() for cell in row)
    ]
    return pd.DataFrame(
        [[cell.strip() for cell in row] for _, row in body],
        columns=headings,
        index=pd.Index([number for number, _ in body], dtype="int64"),
        dtype=str,
    )


def _given(fields: Mapping[str, str] | None, row: list[str]) -> dict[str, str]:
    return {column: heading for column, heading in (fields or {}).items() if heading in row}
