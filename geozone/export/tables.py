"""The rates of a zone as CSV, JSON and workbook. The same number stands in all of them."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geozone.export.about_tables import zone_documents
from geozone.export.indicators import rate_columns
from geozone.export.record import plain
from geozone.export.result_tables import content
from geozone.export.table import Table
from geozone.export.workbook import write_workbook
from geozone.files import whole_file
from geozone.messages import Language, text
from geozone.model import ZoneResult

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_tables(
    result: ZoneResult, folder: Path, *, lang: Language = "zh", tables: list[Table] | None = None
) -> list[Path]:
    """Write ``<zone>_rates.csv``, ``<zone>_rates.json`` and ``<zone>.xlsx``.

    Numbers are written by repr, so that reading them gives the very same number back.

    Parameters
    ----------
    result
        What the run computed.
    folder
        Where to write; it is made when it is missing.
    lang
        Language of names, methods and notes; codes and columns are the same in both.
    tables
        What `content` returns of the result, where it is at hand.

    Returns
    -------
    list of Path
        The files, in the order above.

    Raises
    ------
    UsageError
        If a file cannot be written.
    """
    tables = content(result, lang) if tables is None else tables
    return [*write_rates(result, folder, lang, tables), write_book(result, folder, lang, tables)]


def write_rates(result: ZoneResult, folder: Path, lang: Language, tables: list[Table]) -> list[Path]:
    """Write the first two files of `write_tables`; what is given and raised is as there."""
    paths = [folder / f"{result.zone.key}{ending}" for ending in ("_rates.csv", "_rates.json")]
    with whole_file(paths[0]) as unfinished:
        table_csv(next(table for table in tables if table.name == "rates"), unfinished)
    _write_json(result, paths[1], lang)
    return paths


def write_book(result: ZoneResult, folder: Path, lang: Language, tables: list[Table]) -> Path:
    """Write the last file of `write_tables`; what is given and raised is as there."""
    path = folder / f"{result.zone.key}.xlsx"
    write_workbook(result, tables, path, lang)
    return path


def safe_cell(value: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula.

    A text that begins with ``= + - @``, their full-width forms, a tab or a return gets an apostrophe in front.
    A lone sign (the comparator ``=``) and a text that is a plain number are no formula and stay as they are.
    Numbers never come here.
    """
    if not value.startswith(_FORMULA_SIGNS) or len(value.strip()) == 1 or _is_number(value):
        return value
    return f"'{value}"


def number(value: float) -> int | float:
    """Return a whole number without its ``.0``, any other as it is."""
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


def table_csv(table: Table, path: Path) -> None:
    """Write a table as CSV: UTF-8 with a byte order mark, by which spreadsheets know it, and CRLF after RFC 4180."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(table.frame.columns)
        for row in table.frame.itertuples(index=False, name=None):
            writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    return str(value).lower() if isinstance(value, bool | np.bool_) else repr(number(value))


def _write_json(result: ZoneResult, path: Path, lang: Language) -> None:
    document = {
        "zone": result.zone.key,
        "title": result.title,
        "map_review": result.review_number or text("words.not_reviewed"),
        "documents": [
            {"id": item.id, "title": item.title, "issued": item.issued, "issuer": item.issuer}
            for item in zone_documents(result)
        ],
        "columns": {item.name: item.title for item in rate_columns()},
        "rates": [
            {name: _json_value(value) for name, value in rate.row(lang).items()} for rate in result.rates
        ],
    }
    with whole_file(path) as unfinished:
        unfinished.write_text(
            json.dumps(plain(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n",
            "utf-8",
            newline="\n",
        )


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return number(value) if math.isfinite(value) else None
    return value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
