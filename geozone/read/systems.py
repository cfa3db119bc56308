"""The system of the coordinates of a table, where a column says it row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.datum import is_shifted
from geozone.read.headings import is_of_systems, system_of
from geozone.read.notes import Notes
from geozone.read.stated import parse_crs

_ALIKE = {"EPSG:4326", "EPSG:4490"}  # nobody can tell them apart by their coordinates
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
