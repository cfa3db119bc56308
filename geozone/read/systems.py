"""The system of the coordinates of a table, where a column says it row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.columns import Columns
from geozone.read.datum import is_shifted
from geozone.read.headings import is_of_systems, stated_system, system_of
from geozone.read.notes import Notes
from geozone.read.stated import parse_crs

_ALIKE = {"EPSG:4326", "EPSG:4490"}  # nobody can tell them apart by their coordinates
_REMARK = re.compile(r"[(（*※]?\s*(?:注|说明|备注|坐标|数据|来源|资料|note|source|coordinate)", re.IGNORECASE)
_MOST = 10  # systems that a sentence names


def system_in_column(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    path: Path | str,
    notes: Notes,
    *,
    headed: str | None = None,
) -> str | None:
    """Return the one system that a column states for the coordinates of all rows; None where no column does, or headings do.

    Parameters
    ----------
    header, rows
        The headings, and the rows below them.
    path
        The file as the user knows it.
    notes
        Takes the decision, and what is not understood.
    headed
        The system that the headings of the coordinates state: it counts, and a column of another one is told.

    Raises
    ------
    InputError
        If rows are of different systems.
    """
    places = [place for place, heading in enumerate(header) if is_of_systems(heading)]
    if len(places) != 1:
        return None
    cells = list(dict.fromkeys(row[places[0]] for row in rows if row[places[0]]))
    systems = {cell: _read(cell) for cell in cells}
    unknown = next((cell for cell, system in systems.items() if system is None), None)
    if unknown is not None:
        notes.find("system_unknown", Severity.WARNING, column=header[places[0]], content=unknown[:40])
    known = list(dict.fromkeys(system for system in systems.values() if system is not None))
    if len(known) > 1 and not set(known) <= _ALIKE:
        raise InputError("read.crs_stated_several", path=path, choices=", ".join(cells[:_MOST]))
    if not known:
        return None
    if headed is not None:
        if headed not in known and not {headed, *known} <= _ALIKE:
            said = ", ".join(cells[:_MOST])
            notes.find(
                "system_unused", Severity.WARNING, column=header[places[0]], content=said, system=headed
            )
        return None
    notes.decide("coordinates", known[0], "read.system_of_column", column=header[places[0]], system=known[0])
    return known[0]


def remarks_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the remarks that stand among the rows of a table: 注：坐标为GCJ-02坐标系, alone in its row."""
    alone = [filled[0] for row in rows if len(filled := [cell for cell in row if cell]) == 1 and len(row) > 1]
    return [words for words in alone if _REMARK.match(words)]


def columns_in(columns: Columns, in_column: str | None, remarks: str, notes: Notes) -> Columns:
    """Return the columns of coordinates with the system that a column, a title or a remark states, where headings state none.

    Parameters
    ----------
    in_column
        What `system_in_column` gave.
    remarks
        What stands above the heading and below the rows, and the name of the sheet.
    """
    system = in_column or stated_system(remarks)
    if system is None:
        return columns
    pair = columns.pair
    if pair is not None and pair.system is None:
        columns = replace(columns, pair=replace(pair, system=system))
    elif pair is None and columns.headed is None and in_column is None and is_shifted(system):
        columns = replace(columns, headed=system)
    else:
        return columns
    if in_column is None:
        notes.decide("coordinates", system, "read.system_of_title", system=system)
    return columns


def with_system(
    series: gpd.GeoSeries, read: str | None, stated: str | None
) -> tuple[gpd.GeoSeries, str | None]:
    """Return geometries with the system that a column states, where nothing else states one.

    Parameters
    ----------
    series
        The geometries, with the CRS that stands in them or none.
    read
        What their headings state (`placed.geometries_of`).
    stated
        What the column states.
    """
    if stated is None or read is not None or series.crs is not None:
        return series, read
    if is_shifted(stated):
        return series, stated
    crs = parse_crs(stated)
    # a datum alone says nothing of the zone of metres
    return (series.set_crs(crs), None) if crs is not None and crs.is_projected else (series, stated)


def _read(cell: str) -> str | None:
    """Return what a cell states: a CRS where it says the whole of it, else the system alone."""
    found, crs = system_of(cell), parse_crs(cell)
    if crs is None or (found is not None and not crs.is_projected and not cell.strip().isdigit()):
        return found
    authority = crs.to_authority()
    return ":".join(authority) if authority else found
