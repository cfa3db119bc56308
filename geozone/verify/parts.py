"""What was changed in a file that is not as recorded: the cell, the feature or the part of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl.utils import column_index_from_string

from geozone.export.fingerprint import (
    PAGE_DATA,
    Changes,
    Grid,
    as_saved,
    changes,
    package_grids,
    package_styles,
    package_systems,
    page_blocks,
    values_beside,
    workbook_grids,
)
from geozone.messages import Message, Text, message, room, text
from geozone.verify.check import comparable, shown
from geozone.verify.rates import NAMES_ROW, page_columns, page_data, place_of_cell

RATES = "rates"  # compared cell by cell with the other files
_LABELS = ("name", "unit_name", "title", "indicator", "id")  # what a feature or row is called, the best first
_RATES_ON_PAGE = (f"{PAGE_DATA}.rates", f"{PAGE_DATA}.strings")
_UNITS_ON_PAGE = f"{PAGE_DATA}.units"
_UNIT_FACTS = ("code", "name", "name_en", "level", "parent", "area_km2")


class Twin:
    """The tables that stand in both the GeoPackage and the workbook: of a changed one, the other says what it was."""

    def __init__(self, folder: Path, zone: str, intact: Iterable[str]) -> None:
        intact = set(intact)
        self._paths = [folder / name for name in (f"{zone}.gpkg", f"{zone}.xlsx") if name in intact]
        self._tables: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def table(self, name: str, *, beside: str = "") -> tuple[str, list[dict[str, Any]]]:
        """Return another file that is as recorded and its rows of a table; no rows where there is none."""
        for path in self._paths:
            if path.name == beside:
                continue
            if path.name not in self._tables:
                self._tables[path.name] = dict(_tables(path))
            if name in self._tables[path.name]:
                return path.name, self._tables[path.name][name]
        return "", []


def _tables(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if path.suffix == ".gpkg":
        for grid in package_grids(path):
            yield grid.name, [dict(zip(grid.columns, values, strict=True)) for _, values in grid.rows]
        return
    for grid in workbook_grids(path):
        name, sheet = _table_of(grid.name), [values for _, values in grid.rows]
        if name is not None and len(sheet) >= NAMES_ROW:
            names = [str(value) for value in sheet[NAMES_ROW - 1]]
            yield name, [dict(zip(names, values, strict=True)) for values in sheet[NAMES_ROW:]]


def _table_of(sheet: str) -> str | None:
    """Return the table that a sheet holds, by its title in either language; None for the cover and the overview."""
    titles = ((name, title) for name, title in room("words").items() if name.startswith("table_"))
    return next(
        (name.removeprefix("table_") for name, title in titles if sheet in (title.zh, title.en)), None
    )


def changed_parts(
    path: Path, output: Mapping[str, Any], twin: Twin, *, rates_told: bool
) -> list[Message] | None:
    """Return what was changed in a file, part by part.

    Parameters
    ----------
    path
        The file.
    output
        What its run record says of it.
    twin
        Where the rows stand that a workbook shares with the GeoPackage.
    rates_told
        Whether the changed cells of the rates are known already, and need no word here.

    Returns
    -------
    list of Message or None
        One for each changed part; empty where the file holds what it held, though its bytes differ. None where the
        record does not say what the file held, or the file cannot be read.
    """
    try:
        if "tables" in output:
            told = {RATES} if rates_told else set()
            systems = _systems(path, output.get("systems", {}))
            styles = _styles(path, output.get("styles", {}))
            return [*_package(path, output["tables"], twin, told), *systems, *styles]
        if "values" in output:
            return list(_values(path, output["values"], rates_told=rates_told))
        if "sheets" in output:
            return list(_workbook(path, output["sheets"], twin, {RATES} if rates_told else set()))
        if "blocks" in output:
            return list(_page(path, output["blocks"], twin, set(_RATES_ON_PAGE) if rates_told else set()))
    except (OSError, ValueError, KeyError, TypeError, IndexError, sqlite3.Error, BadZipFile):
        return None
    return None


def _systems(path: Path, recorded: Mapping[str, int]) -> Iterator[Message]:
    """Yield the layers of a GeoPackage that say another coordinate reference system than they did."""
    found = package_systems(path)
    for name, expected in recorded.items():
        if name in found and found[name] != expected:
            yield message("verify.system", table=name, found=found[name], expected=expected)


def _styles(path: Path, recorded: Mapping[str, str]) -> Iterator[Message]:
    """Yield the layers whose delivered style was changed or is gone; a style that a person added is none of these."""
    found = package_styles(path)
    for name, expected in recorded.items():
        if found.get(name) != expected:
            yield message("verify.style" if name in found else "verify.lost_style", table=name)


def _values(path: Path, recorded: Mapping[str, Any], *, rates_told: bool) -> Iterator[Message]:
    """Yield the values beside the rates that are not as they were; where the digest differs, something does."""
    found = values_beside(json.loads(path.read_text("utf-8")))
    differing = [
        name
        for name in {**recorded, **found}
        if found.get(name) != recorded.get(name) or (name in found) != (name in recorded)
    ]
    for name in differing:
        yield message(
            "verify.value_was", place=name, found=shown(found.get(name)), expected=shown(recorded.get(name))
        )
    if not differing and not rates_told:
        yield message("verify.changed")


def _package(path: Path, recorded: Mapping[str, Any], twin: Twin, told: set[str]) -> Iterator[Message]:
    def layer(grid: Grid, found: Changes) -> Iterator[Message]:
        return _layer(grid, found, twin.table(grid.name, beside=path.name), told)

    return _held_tables(package_grids(path), recorded, layer)


def _held_tables(
    grids: Iterable[Grid], recorded: Mapping[str, Any], parts: Callable[[Grid, Changes], Iterator[Message]]
) -> Iterator[Message]:
    """Yield the tables that are new or lost, and of every other one the `parts` that changed."""
    seen = set()
    for grid in grids:
        seen.add(grid.name)
        if grid.name not in recorded:
            yield message("verify.new_table", table=grid.name)
            continue
        held = Grid(grid.name, grid.columns, list(grid.rows))
        yield from parts(held, changes(recorded[grid.name], held))
    for name in recorded:
        if name not in seen:
            yield message("verify.lost_table", table=name)


def _layer(
    grid: Grid, found: Changes, other: tuple[str, list[dict[str, Any]]], told: set[str]
) -> Iterator[Message]:
    for column in found.new_columns:
        yield message("verify.new_column", table=grid.name, column=column)
    for column in found.lost_columns:
        yield message("verify.lost_column", table=grid.name, column=column)
    rows = {key: dict(zip(grid.columns, values, strict=True)) for key, values in grid.rows}
    for key in found.added:
        yield message("verify.feature_added", table=grid.name, feature=key, name=_label(rows[key]))
    for key in found.removed:
        yield message("verify.feature_removed", table=grid.name, feature=key)
    for key in found.shapes:
        yield message("verify.feature_shape", table=grid.name, feature=key, name=_label(rows[key]))
    file, twins = other
    for key in () if grid.name in told else found.rows:
        known = list(_cells(rows[key], twins[key - 1])) if 0 < key <= len(twins) else []
        for column, expected in known:
            yield message(
                "verify.feature_cell",
                table=grid.name,
                feature=key,
                name=_label(rows[key]),
                column=column,
                found=shown(rows[key][column]),
                expected=shown(expected),
                reference=file,
            )
        if not known:
            fields = [name for name in found.columns if not isinstance(rows[key][name], bytes)]
            yield message(
                "verify.feature",
                table=grid.name,
                feature=key,
                name=_label(rows[key]),
                columns=Text("、".join(fields), ", ".join(fields)) if fields else text("verify.some_fields"),
            )


def _cells(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the columns in which a row differs, with what stood there."""
    for column, expected in before.items():
        if column in now and comparable(now[column], rounded=True) != comparable(expected, rounded=True):
            yield column, expected


def _label(row: Mapping[str, Any]) -> str:
    return next((str(row[name]) for name in _LABELS if row.get(name)), "—")


def _workbook(path: Path, recorded: Mapping[str, Any], twin: Twin, told: set[str]) -> Iterator[Message]:
    def sheet(grid: Grid, found: Changes) -> Iterator[Message]:
        return _sheet(grid, found, twin, told)

    return _held_tables(map(as_saved, workbook_grids(path)), recorded, sheet)


def _sheet(grid: Grid, found: Changes, twin: Twin, told: set[str]) -> Iterator[Message]:
    for column in (*found.new_columns, *found.lost_columns):
        yield message("verify.sheet_column", sheet=grid.name, column=column)
    for key in (*found.added, *found.removed):
        yield message("verify.sheet_row", sheet=grid.name, row=key)
    rows = dict(grid.rows)
    table = _table_of(grid.name)
    names = list(rows.get(NAMES_ROW, ())) if table else []
    file, twins = twin.table(table) if table else ("", [])
    for key in found.rows:
        place = key - NAMES_ROW - 1
        if table in told and place >= 0:
            continue
        now = dict(zip(names, rows[key], strict=True)) if 0 <= place < len(twins) else {}
        known = {names.index(name): expected for name, expected in _cells(now, twins[place])} if now else {}
        for number, expected in known.items():
            yield message(
                "verify.cell_was",
                place=place_of_cell(grid.name, number + 1, key),
                found=shown(rows[key][number]),
                expected=shown(expected),
                reference=file,
            )
        for column in () if known else found.columns:
            number = column_index_from_string(column)
            value = shown(rows[key][number - 1])
            yield message("verify.cell_now", place=place_of_cell(grid.name, number, key), found=value)


def _page(path: Path, recorded: Mapping[str, Any], twin: Twin, told: set[str]) -> Iterator[Message]:
    found = page_blocks(path.read_text("utf-8"))
    names = dict.fromkeys((*recorded, *found))
    differing = [name for name in names if found.get(name) != recorded.get(name) and name not in told]
    for name in differing:
        units = list(_page_units(path, twin)) if name == _UNITS_ON_PAGE else []
        yield from units
        if not units:
            yield message("verify.page_part", name=name) if name else message("verify.page_rest")


def _page_units(path: Path, twin: Twin) -> Iterator[Message]:
    """Yield the units whose facts on the page are not those of the GeoPackage."""
    units = page_columns(
        {name: column for name, column in page_data(path)["units"].items() if name in _UNIT_FACTS}
    )
    file, twins = twin.table("units")
    before = {str(row["code"]): row for row in twins}
    for values in zip(*units.values(), strict=True):
        now = dict(zip(units, values, strict=True))
        now["area_km2"] = None if now["area_km2"] is None else float(now["area_km2"])
        for column, expected in _cells(now, before.get(now["code"], now)):
            yield message(
                "verify.cell_was",
                place=text("verify.place_unit", unit=now["code"], column=column),
                found=shown(now[column]),
                expected=shown(expected),
                reference=file,
            )
