"""Verify a build: every file as its run record says, and the same number in all of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd

from geozone.errors import InputError
from geozone.files import digest
from geozone.messages import Message, message
from geozone.model import RATE_COLUMNS

_NUMBERS = ("numerator", "denominator", "value", "low", "high", "target_value", "target_year", "gap")

_NAMES = ("unit_code", "indicator", "target_id", "verdict")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified of one file."""

    file: str
    passed: bool
    message: Message


def verify_build(folder: Path) -> list[Check]:
    """Verify the files of every zone that was built into a folder.

    Parameters
    ----------
    folder
        Where ``geozone build`` wrote to.

    Returns
    -------
    list of Check
        For every file of a run record: whether its digest is the recorded one; for every table of rates (CSV,
        workbook, GeoPackage): whether each cell equals the JSON.

    Raises
    ------
    InputError
        If the folder has no run record, or a record or table cannot be read.
    """
    records = sorted(folder.glob("*_run.json"))
    if not records:
        raise InputError("verify.no_record", folder=folder)
    checks: list[Check] = []
    for path in records:
        record = _load(path)
        checks += _files(folder, record)
        checks += _tables(folder, record["zone"])
    return checks


def _files(folder: Path, record: dict[str, Any]) -> Iterator[Check]:
    for output in record["outputs"]:
        path = folder / output["name"]
        if not path.exists():
            yield Check(path.name, passed=False, message=message("verify.missing"))
            continue
        same = digest(path) == output["sha256"]
        yield Check(path.name, same, message("verify.same" if same else "verify.changed"))


def _tables(folder: Path, zone: str) -> Iterator[Check]:
    path = folder / f"{zone}_rates.json"
    if not path.exists():
        return
    expected = pd.DataFrame(_load(path)["rates"], columns=list(RATE_COLUMNS))
    readers = {
        folder / f"{zone}_rates.csv": _csv,
        folder / f"{zone}.gpkg": _geopackage,
        folder / f"{zone}.xlsx": _workbook,
    }
    for table, reader in readers.items():
        if table.exists():
            yield _compare(table, reader(table), expected)


def _compare(path: Path, found: pd.DataFrame, expected: pd.DataFrame) -> Check:
    if len(found) != len(expected):
        return Check(
            path.name, passed=False, message=message("verify.rows", found=len(found), expected=len(expected))
        )
    for column in (*_NUMBERS, *_NAMES):
        different = _comparable(found[column], column) != _comparable(expected[column], column)
        if different.any():
            row = int(different.to_numpy().argmax())
            return Check(
                path.name,
                passed=False,
                message=message(
                    "verify.cell",
                    row=row + 1,
                    unit=expected["unit_code"].iloc[row],
                    indicator=expected["indicator"].iloc[row],
                    column=column,
                    found=found[column].iloc[row],
                    expected=expected[column].iloc[row],
                ),
            )
    return Check(path.name, passed=True, message=message("verify.agrees", count=len(found)))


def _comparable(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    if name in _NUMBERS:  # float() reads every digit
        return pd.Series([float("inf") if pd.isna(value) else float(value) for value in column])
    return column.astype(object).fillna("").astype(str)


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("verify.unreadable", path=path, reason=str(error)) from error


def _csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, encoding="utf-8-sig", dtype=str)
    except (OSError, ValueError) as error:
        raise InputError("verify.unreadable", path=path, reason=str(error)) from error


def _geopackage(path: Path) -> pd.DataFrame:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            return pd.read_sql("SELECT * FROM rates ORDER BY fid", database)
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        raise InputError("verify.unreadable", path=path, reason=str(error)) from error


def _workbook(path: Path) -> pd.DataFrame:
    try:
        sheets = pd.read_excel(
            path, sheet_name=None, header=1, dtype=dict.fromkeys(_NAMES, str), na_values=[""]
        )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise InputError("verify.unreadable", path=path, reason=str(error)) from error
    for sheet in sheets.values():
        if set(RATE_COLUMNS) <= set(sheet.columns):
            return sheet
    raise InputError("verify.unreadable", path=path, reason=message("verify.no_sheet").text)
