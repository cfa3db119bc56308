"""Registers and figures as files: one function for every way in which ``seeds/example/registers.toml`` has them kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geozone.example.keeping import NO_VALUE
from geozone.example.lists import Item, MadeRegister
from geozone.example.reported import Row
from geozone.example.sheets import Sheet, write_table, write_workbook

FIGURES_FILE = "统计指标.xlsx"
_FIGURES_TITLE = "统计指标（示例数据）"
_FIGURES_COLUMNS = ("行政区", "指标", "年份", "数值", "单位", "来源")
_SOURCE = "示例数据（geozone example 生成）"
_ELSEWHERE = "跨行政区"  # the sheet of items that lie in several cities
_TOTAL, _NOTES = "合计", (["注：本表为示例数据，由 geozone example 生成，不反映实际情况。"], ["填表人：示例"])
_PLACES = ("province", "city")


def merged_workbook(made: MadeRegister, folder: Path) -> None:
    """Keep a register as a sheet with two rows of headings and merged places."""
    rows = _rows(made)
    columns = list(made.entry["columns"].values())
    order = [columns.index(place) for place in _PLACES if place in columns]
    rows.sort(key=lambda row: [str(row[place]) for place in order])
    rows = [[place, *row[1:]] for place, row in enumerate(rows, 1)]
    _write(made, folder, [_sheet(made, made.entry["sheet"], rows, merged=order)])


def workbook(made: MadeRegister, folder: Path) -> None:
    """Keep a register as a sheet."""
    _write(made, folder, [_sheet(made, made.entry["sheet"], _rows(made))])


def sheet_for_every_city(made: MadeRegister, folder: Path) -> None:
    """Keep a register as a workbook with a sheet for every city."""
    city = list(made.entry["columns"].values()).index("city")
    rows = _rows(made)
    names = sorted({str(row[city]) for row in rows})
    sheets = []
    for name in names:
        here = [[place, *row[1:]] for place, row in enumerate([row for row in rows if row[city] == name], 1)]
        sheets.append(_sheet(made, name or _ELSEWHERE, here))
    _write(made, folder, sheets)


def gbk_csv(made: MadeRegister, folder: Path) -> None:
    """Keep a register as comma-separated text in GBK."""
    write_table(_file(made, folder), list(made.entry["columns"]), _rows(made), "gbk")


def write_figures(rows: Sequence[Row], folder: Path) -> None:
    """Keep figures as a sheet."""
    cells = [
        [
            row.scope_name,
            row.title,
            row.year,
            f"{row.value:,.0f}" if row.as_text else row.value,
            row.unit_name,
            _SOURCE,
        ]
        for row in rows
    ]
    write_workbook(
        folder / FIGURES_FILE, [Sheet(_FIGURES_TITLE[:4], _FIGURES_TITLE, _FIGURES_COLUMNS, cells)]
    )


def _rows(made: MadeRegister) -> list[list[Any]]:
    """Return the rows, with the repeated item behind its first row and the one off the zone at the end."""
    items: list[Item] = []
    for item in made.items:
        items += [item, item] if item is made.repeated else [item]
    items += [made.outside] if made.outside else []
    return [_row(item, number, list(made.entry["columns"].values())) for number, item in enumerate(items, 1)]


def _row(item: Item, number: int, columns: Sequence[str]) -> list[Any]:
    known = {
        **item.fields,
        "number": number,
        "name": item.name,
        "status": item.word,
        "code": item.county_code,
        "note": "",
    }
    return [known.get(column, "") for column in columns]


def _sheet(made: MadeRegister, name: str, rows: list[list[Any]], merged: Sequence[int] = ()) -> Sheet:
    wrong = made.entry.get("wrong", ())
    below: list[list[Any]] = []
    if "total_row" in wrong:
        below.append([_TOTAL, f"{len(rows)}个", *[NO_VALUE] * (len(rows[0]) - 2)])
    if "note_rows" in wrong:
        below += [list(line) for line in _NOTES]
    return Sheet(name, made.entry["title"], list(made.entry["columns"]), rows, merged, below)


def _write(made: MadeRegister, folder: Path, sheets: list[Sheet]) -> None:
    write_workbook(_file(made, folder), sheets)


def _file(made: MadeRegister, folder: Path) -> Path:
    path: Path = folder / made.entry["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
