"""A table as the command line gives it: in words or in codes, printed, or written to a file."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geozone.aligned import WIDTH, aligned, fitted, is_of_texts, separated
from geozone.errors import UsageError
from geozone.files import whole_file
from geozone.manifest.inputs import register_roles
from geozone.manifest.roles import load_roles
from geozone.manifest.units import unit_title
from geozone.messages import Language, Text, room, text
from geozone.model import Basis, Comparator, Level, Modality
from geozone.vintages import vintage_words

if TYPE_CHECKING:
    import pandas as pd


Rows = list[dict[str, Any]]

_ENUMS: dict[str, type[StrEnum]] = {
    "basis": Basis,
    "comparator": Comparator,
    "level": Level,
    "modality": Modality,
}
# columns that hold codes -> the family of their words
_DOMAINS = {name: name for name in _ENUMS} | {"levels": "level", "zones_kind": "zone_kind"}
ENDINGS = (".csv", ".json", ".xlsx", ".parquet")


def readable(table: Rows | pd.DataFrame, lang: Language, name: str = "") -> Rows:
    """Return a table for people: headings, codes and units in words, years without separators.

    Parameters
    ----------
    table
        Any table.
    lang
        The language of the words.
    name
        What the table is of, where a column is called otherwise there: ``targets``, ``zones``.
    """
    rows: list[Any] = table if isinstance(table, list) else table.to_dict(orient="records")
    columns = list(rows[0]) if rows else []
    headings = {column: _heading(str(column), lang, name) for column in columns}
    cells = {column: _cells(str(column), [row[column] for row in rows], lang, name) for column in columns}
    return [{headings[column]: cells[column][number] for column in columns} for number in range(len(rows))]


def _heading(column: str, lang: Language, name: str) -> str:
    words = room("words")
    title = words.get(f"column_{name}_{column}") or words.get(f"column_{column}")
    return title.get(lang) if title else column


def _cells(column: str, values: list[Any], lang: Language, name: str) -> list[Any]:
    if codes := _words_of(f"{name}_{column}") or _words_of(column):
        return [_worded(value, codes, lang) for value in values]
    if column.endswith("year"):
        return ["" if value is None or math.isnan(value) else f"{value:.0f}" for value in values]
    if column in {"unit", "gap_unit"}:
        return [unit_title(str(value)).get(lang) for value in values]
    if column == "vintage":
        return [vintage_words(str(value)).get(lang) for value in values]
    return values


def _words_of(column: str) -> dict[str, Text]:
    """Return the words of the codes of a column; none where it holds no codes."""
    if column == "role":
        return {**{role.id: role.title for role in load_roles().values()}, **register_roles()}
    domain = _DOMAINS.get(column)
    return {} if domain is None else {code: text(f"words.{domain}_{word}") for code, word in _codes(domain)}


def _codes(domain: str) -> list[tuple[str, str]]:
    if domain in _ENUMS:
        return [(item.value, item.name.lower()) for item in _ENUMS[domain]]
    start = f"{domain}_"
    names = [key.removeprefix(start) for key in room("words") if key.startswith(start)]
    return [(name, name) for name in names]


def _worded(value: Any, codes: dict[str, Text], lang: Language) -> Any:
    if not isinstance(value, str):
        return value
    parts = [codes[part].get(lang) if part in codes else part for part in value.split(",")]
    return text("words.and_so_on").get(lang).join(parts)


def show(table: Rows | pd.DataFrame, form: str | None) -> str:
    """Return a table as text: aligned for reading, or JSON records, or CSV. Numbers keep all their digits.

    On a terminal (`geozone.aligned.WIDTH`) a table for reading is no wider than it.
    """
    if form is None and (width := WIDTH.get()) is not None and len(table):
        rows = table if isinstance(table, list) else records(table)
        return fitted([{str(name): _words(cell) for name, cell in row.items()} for row in rows], width)
    if isinstance(table, list) and is_of_texts(table):
        if form == "json":
            return json.dumps(table, ensure_ascii=False, indent=1)
        return separated(table) if form == "csv" else aligned(table)
    import pandas as pd

    frame = pd.DataFrame(table) if isinstance(table, list) else table
    if form == "json":
        return json.dumps(records(frame), ensure_ascii=False, indent=1)
    if form == "csv":
        return frame.to_csv(index=False).rstrip("\n")
    with pd.option_context("display.unicode.east_asian_width", True):
        shown = frame.to_string(index=False, na_rep="", float_format=lambda value: f"{value:,.6g}")
    return shown if len(frame) else ""  # of no rows pandas speaks in words of its own


def _words(cell: Any) -> str:
    cell = _plain(cell)
    if cell is None or isinstance(cell, str):
        return cell or ""
    return f"{cell:,.6g}" if isinstance(cell, float) else str(cell)


def records(table: pd.DataFrame) -> Rows:
    """Return the rows as plain values; missing ones are None."""
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in table.to_dict(orient="records")
    ]


def require_ending(path: Path, more: tuple[str, ...] = ()) -> None:
    """Refuse a file name whose ending names no table format, nor one of `more`.

    Raises
    ------
    UsageError
        If the ending is none of csv, json, xlsx, parquet and `more`.
    """
    if path.suffix.lower() not in (*ENDINGS, *more):
        raise UsageError("cli.bad_ending", path=path, choices=", ".join((*ENDINGS, *more)))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format that its file name ends in.

    Raises
    ------
    UsageError
        If the ending is none of csv, json, xlsx, parquet, or the file cannot be written.
    """
    require_ending(path)
    with whole_file(path) as unfinished:
        match path.suffix.lower():
            case ".csv":
                table.to_csv(unfinished, index=False, encoding="utf-8-sig")
            case ".json":
                unfinished.write_text(json.dumps(records(table), ensure_ascii=False, indent=1), "utf-8")
            case ".xlsx":
                table.to_excel(unfinished, index=False, engine="xlsxwriter")
            case _:
                table.to_parquet(unfinished, index=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.item() if hasattr(value, "item") else value
