"""What is told of the rows and cells of a table with coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geozone.model import METRES_PER_DEGREE, Severity
from geozone.read.columns import Columns, Pair, commas_of, find_columns, side
from geozone.read.headings import is_place
from geozone.read.notes import Notes
from geozone.read.totals import total_word
from geozone.read.workbook import Sheet

Cells = list[list[str]]

_DEGREES = 360.0
_SHIFT = (5e-4, 0.02)  # degrees between the same place in two systems of web maps
_ENOUGH, _SPREAD = 3, 0.5  # rows that tell, and how much of a shift it may differ by
_BESIDE = 0.05  # degrees by which a point beside a geometry may lie off it


def tell_unseen(sheet: Sheet, notes: Notes) -> None:
    """Say what people see and a table does not: rows hidden or struck through, comments; and formulas without results."""
    hidden = sorted(sheet.hidden_rows)
    if hidden:
        notes.find("rows_hidden", Severity.WARNING, sheet=sheet.title, count=len(hidden))
    if sheet.struck_rows:
        notes.find("rows_struck", Severity.WARNING, sheet=sheet.title, count=len(sheet.struck_rows))
    if sheet.unsaved:
        notes.find("formulas_unsaved", Severity.WARNING, sheet=sheet.title, count=len(sheet.unsaved))
    if sheet.part_struck:
        row = min(sheet.part_struck)[0]
        notes.find(
            "cells_part_struck", Severity.WARNING, sheet=sheet.title, count=len(sheet.part_struck), row=row
        )
    if sheet.unseen:
        row = min(sheet.unseen)[0]
        notes.find("cells_unseen", Severity.WARNING, sheet=sheet.title, count=len(sheet.unseen), row=row)
    if sheet.comments:
        place = min(sheet.comments)
        notes.find(
            "cells_commented",
            Severity.WARNING,
            sheet=sheet.title,
            count=len(sheet.comments),
            row=place[0],
            comment=sheet.comments[place],
        )


def tell_beside(
    header: Sequence[str], body: Cells, columns: Columns, series: gpd.GeoSeries, notes: Notes
) -> None:
    """Tell longitudes and latitudes beside a column of geometries that lie elsewhere: only the geometries are read."""
    if columns.geometry is None:
        return
    at = columns.geometry
    rest = [[*row[:at], "", *row[at + 1 :]] for row in body]
    beside = find_columns([*header[:at], "", *header[at + 1 :]], rest)
    pair = beside.pair if isinstance(beside, Columns) else None
    west, south, east, north = series.bounds.to_numpy().T
    if (
        pair is None
        or pair.kind != "angle"
        or not np.nanmax(np.abs(np.append(west, east)), initial=0) <= _DEGREES
    ):
        return
    x, y = _places(rest, pair).T
    away = np.fmax(np.fmax(west - x, x - east), np.fmax(south - y, y - north))
    rows = np.flatnonzero(away > _BESIDE)
    if len(rows):
        named = ", ".join(header[place] for place in pair.east + pair.north)
        notes.find("columns_beside", Severity.WARNING, count=len(rows), columns=named, first=str(rows[0]))


def tell_passed(body: Cells, columns: Columns, notes: Notes) -> None:
    """Tell a pair of coordinates that was passed over, and that lies as far off as web maps are shifted: one of both is."""
    pair = columns.pair
    if pair is None or pair.kind != "angle" or pair.system is not None:
        return
    used = _places(body, pair)
    for other in columns.others:
        if other.kind != "angle" or is_place(other.place):
            continue
        steps = _places(body, other) - used
        steps = steps[np.isfinite(steps).all(axis=1)]
        away = float(np.median(np.hypot(*steps.T))) if len(steps) else 0.0
        # maps shift all places of a region alike; other places of the items lie to all sides
        alike = len(steps) < _ENOUGH or float(np.hypot(*steps.std(axis=0))) < _SPREAD * away
        if _SHIFT[0] < away < _SHIFT[1] and alike:
            notes.find("columns_passed", Severity.WARNING, metres=f"{away * METRES_PER_DEGREE:.0f}")


def _places(body: Cells, pair: Pair) -> npt.NDArray[np.float64]:
    commas = commas_of(body, pair)
    sides = [
        [side(row, places, decimal_comma=commas)[0] for places in (pair.east, pair.north)] for row in body
    ]
    return np.array(sides, dtype=float).reshape(-1, 2)


def totals(body: Cells, columns: Columns, notes: Notes) -> npt.NDArray[np.bool_]:
    """Tell which rows are sums or means of others, which lie nowhere whatever their coordinates say."""
    said = [total_word(row, columns.places) for row in body]
    if all(said):
        said = [""] * len(body)  # all there is cannot be the sum of something else
    for number, word in enumerate(said):
        if word:
            notes.find("row_total", Severity.WARNING, row=number, word=word)
    return np.array([bool(word) for word in said], dtype=bool)
