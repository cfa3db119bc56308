"""Tables with coordinates in their cells: CSV and XLSX with WKT, WKB or longitude and latitude."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.cell_geometries import geometries_of
from geozone.read.columns import (
    CHOSEN,
    GEOJSON,
    HEX,
    WKT,
    Columns,
    Rivals,
    find_columns,
    given_columns,
    refuse_without,
)
from geozone.read.coordinates import read_coordinate
from geozone.read.delimited import BLOCK, read_rows
from geozone.read.document import read_document
from geozone.read.fields import named_once, tell_twice
from geozone.read.headings import goes_on, is_unit
from geozone.read.named_maps import tell_named
from geozone.read.notes import Notes
from geozone.read.safety import Limits, few_columns, small_enough
from geozone.read.source import Source
from geozone.read.systems import columns_in, remarks_of, system_in_column, with_system
from geozone.read.table_findings import tell_beside, tell_passed, tell_unseen, totals
from geozone.read.workbook import Sheet, open_workbook

Cells = list[list[str]]

_CODE_LIKE = re.compile(r"code|dm$|bsm|代码|编码|编号|标识码", re.IGNORECASE)
_LOOKED_AT = 10  # rows among which the heading is looked for
_UNITS = 2  # rows of units that may stand below a heading


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading found."""

    header: list[str]
    body: Cells
    columns: Columns | Rivals
    above: int = 0  # rows above the heading, and rows of units below it
    headless: bool = False
    title: str = ""  # what stands above the heading


def read_csv(
    source: Source, encoding: str | None, fields: Mapping[str, str], limits: Limits, notes: Notes
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return a delimited text file with coordinates, and the system that its headings name for them, if any.

    Rows without readable coordinates are named and left out.

    Raises
    ------
    InputError
        If no column holds coordinates, or several do.
    """
    found = read_rows(read_document(source, encoding, notes, limits))
    few_columns(source.shown, max(map(len, found.cells), default=0), limits)
    if found.zeros:
        notes.find(
            "zero_bytes", Severity.ERROR if found.zeros >= BLOCK else Severity.WARNING, count=found.zeros
        )
    for place in found.stray:
        notes.find("quote_stray", Severity.WARNING, row=place + 1)
    return _place(found.cells, fields, source, notes)


def read_xlsx(
    source: Source, fields: Mapping[str, str], limits: Limits, notes: Notes
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return the sheet of a workbook that has coordinates; `layer` names the sheet.

    Raises
    ------
    InputError
        If the workbook is damaged or too large, or no sheet, or more than one, has coordinates.
    """
    opened = _sheets(source, limits)
    sheets = _as_text(opened, source, limits)
    placed = {name: rows for name, rows in sheets.items() if find_table(rows, fields) is not None}
    if not placed and len(sheets) == 1:
        placed = sheets  # which says what it lacks
    if len(placed) > 1:
        raise InputError("read.several_layers", path=source.shown, choices=", ".join(placed))
    if not placed:
        raise InputError("read.no_coordinates", path=source.shown)
    [(name, rows)] = placed.items()
    notes.decide("layer", name, "read.sheet", name=name)
    tell_unseen(opened[name], notes)
    return _place(rows, fields, source, notes, sheet=name)


def placed_sheets(source: Source, limits: Limits) -> list[str]:
    """Return the names of the sheets that have coordinates.

    Raises
    ------
    InputError
        If the workbook is damaged or too large.
    """
    sheets = _as_text(_sheets(source, limits), source, limits)
    return [name for name, rows in sheets.items() if find_table(rows, {}) is not None]


def _as_text(sheets: Mapping[str, Sheet], source: Source, limits: Limits) -> dict[str, Cells]:
    """Return the sheet that is asked for, or all, as rows of text."""
    if source.layer is not None and source.layer not in sheets:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=", ".join(sheets)
        )
    names = [source.layer] if source.layer else list(sheets)
    chosen = {name: sheets[name].rows for name in names}
    for rows in chosen.values():
        few_columns(source.shown, max(map(len, rows), default=0), limits)
    return {name: [[_text(value) for value in row] for row in rows] for name, rows in chosen.items()}


def find_table(rows: Cells, fields: Mapping[str, str]) -> Table | None:
    """Return the table that rows hold: below titles, with a heading of one or two rows; None where none has coordinates.

    Parameters
    ----------
    rows
        Rows of text, empty ones included.
    fields
        The columns that the user names.
    """
    filled = [row for row in ([cell.strip() for cell in row] for row in rows) if any(row)]
    asked = any(name in fields for name in CHOSEN)
    wide = max((sum(map(bool, row)) for row in filled[: 2 * _LOOKED_AT]), default=0) > 1
    for start, row in enumerate(filled[:_LOOKED_AT]):
        # a title has one cell, or the same in all
        if wide and len(set(filter(None, row))) < 2:
            continue
        for depth in (2, 1):
            if depth == 2 and not _is_second(filled[start + 1 : start + 2]):
                continue
            header, body = _joined(filled[start : start + depth]), filled[start + depth :]
            columns = _named(_headed(header), fields) if asked else find_columns(header, body)
            if columns is None or (not body and not isinstance(columns, Rivals)):
                continue
            if isinstance(columns, Columns) and _is_row(header, columns):
                names = [f"column_{place + 1}" for place in range(len(header))]
                return Table(names, filled[start:], columns, start, headless=True)
            units = _units(body, columns)
            title = " ".join(cell for row in filled[:start] for cell in row)
            return Table(_headed(header), body[units:], columns, start + depth - 1 + units, title=title)
    return None


def _sheets(source: Source, limits: Limits) -> dict[str, Sheet]:
    small_enough(source.path, source.shown, limits)
    return {sheet.title: sheet for sheet in open_workbook(source.path, source.shown, limits)}


def _text(value: Any) -> str:
    """Return the text of a cell; an angle that the workbook took for a time of day is one again."""
    if isinstance(value, time):
        value = timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60.0)
        hours, minutes = divmod(minutes, 60.0)
        return f"{hours:.0f}:{minutes:02.0f}:{seconds:09.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value).strip()


def _named(header: Sequence[str], fields: Mapping[str, str]) -> Columns | None:
    """Return the columns that the user names, where this is the heading that has them."""
    try:
        return given_columns(header, fields, "")
    except InputError:
        return None


def _is_second(rows: Cells) -> bool:
    """Tell whether a row goes on with the heading above it: it names parts or axes, and has no number."""
    cells = [cell for row in rows for cell in row if cell]
    return any(map(goes_on, cells)) and not any(read_coordinate(cell) for cell in cells)


def _joined(rows: Cells) -> list[str]:
    """Return a heading of one row, or of two of which the upper one stands over several columns of the lower."""
    if len(rows) == 1:
        return rows[0]
    upper, lower = rows
    names: list[str] = []
    group = ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        names.append(f"{group}_{below}" if below and group and below != group else below or above)
    return names


def _is_row(header: Sequence[str], columns: Columns) -> bool:
    """Tell whether what should be the heading is a row already: a geometry has no heading above it."""
    return columns.geometry is not None and any(
        pattern.match(header[columns.geometry]) for pattern in (WKT, HEX, GEOJSON)
    )


def _units(body: Cells, columns: Columns | Rivals) -> int:
    """Return how many rows below the heading only say the units of the coordinates."""
    if isinstance(columns, Rivals):
        return 0
    count = 0
    for row in body[:_UNITS]:
        said = [row[place] if place < len(row) else "" for place in columns.places]
        if not all(map(is_unit, said)):
            break
        count += 1
    return count


def _headed(row: Sequence[str]) -> list[str]:
    """Return the headings as names of columns: none empty, none twice."""
    return named_once([name or f"column_{place + 1}" for place, name in enumerate(row)])


def _place(
    rows: Cells, fields: Mapping[str, str], source: Source, notes: Notes, *, sheet: str = ""
) -> tuple[gpd.GeoDataFrame, str | None]:
    if not any(map(any, rows)):
        raise InputError("read.empty_file", path=source.shown)
    table = find_table(rows, fields)
    if table is None:
        first = next(row for row in rows if len(set(filter(None, row))) > 1 or len(row) == 1)
        given_columns(first, fields, source.shown)
        refuse_without(first, rows, source.shown)
    if isinstance(table.columns, Rivals):
        choices = ["+".join(table.header[place] for place in choice) for choice in table.columns.choices]
        raise InputError("read.columns_several", path=source.shown, choices="; ".join(choices))
    if table.above:
        notes.decide("heading", str(table.above), "read.heading_below", count=table.above)
    if table.headless:
        notes.decide("heading", "0", "read.headless")
    width = len(table.header)
    longest = max(map(len, table.body), default=width)
    if not sheet and longest < width:
        notes.find("heading_wider", Severity.WARNING, count=width, other=longest)
    body = [row[:width] + [""] * (width - len(row)) for row in table.body]
    columns = table.columns
    headed = columns.pair.system if columns.pair is not None else columns.headed
    in_column = system_in_column(table.header, body, source.shown, notes, headed=headed)
    remarks = " ".join([table.title, sheet, *remarks_of(body)])
    columns = columns_in(columns, in_column, remarks, notes)
    series, keep, system = geometries_of(body, table.header, columns, source, notes)
    tell_beside(table.header, body, columns, series, notes)
    tell_passed(body, columns, notes)
    if system is None:
        tell_named([remarks], notes)
    keep &= ~totals(body, columns, notes)
    series, system = with_system(series, system, in_column)
    pairs = [columns.pair, *columns.others]
    placing = [place for pair in pairs if pair is not None for place in pair.east + pair.north]
    tell_twice(table.header, notes, known=placing)
    data = pd.DataFrame(body, columns=table.header)
    if columns.geometry is not None:
        data = data.drop(columns=[table.header[columns.geometry]])
    data = data.apply(_typed)
    name = "geometry" if "geometry" not in data.columns else "geometry_"
    placed = gpd.GeoDataFrame(data.assign(**{name: series}), geometry=name, crs=series.crs)
    return (placed if keep.all() else placed[keep].copy()), system


def _typed(column: pd.Series) -> pd.Series:
    """Return a column as numbers where all its values are; codes and values with leading zeros stay text."""
    values = column.replace("", None)
    texts = values.dropna().astype(str)
    if not len(texts) or _CODE_LIKE.search(str(column.name)) or texts.str.match(r"[+-]?0\d").any():
        return values.astype("str")
    numbers = pd.to_numeric(values, errors="coerce")
    return numbers if numbers.notna().sum() == len(texts) else values.astype("str")


def _number(words: str) -> float | None:
    """Return a number, or an angle in degrees, minutes and seconds as degrees."""
    found = read_coordinate(words)
    return None if found is None else found.value
