"""A register as it is read: from whatever an office keeps it in to items with a status and a place each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from geozone.addresses import shown_path
from geozone.manifest.inputs import register_roles
from geozone.messages import Text
from geozone.model import REGISTER_COLUMNS, Basis, Level, Register, RegisterTotal, Zone
from geozone.registers.files import read_grids
from geozone.registers.gazetteer import Gazetteer, embedded_gazetteer
from geozone.registers.identity import compare_names, drop_repeated, long_codes, name_ids, tell_outside
from geozone.registers.items import Item, Reading, drop_natural, read_cells, tell_rows
from geozone.registers.package_files import read_package, read_table
from geozone.registers.places import find_places
from geozone.registers.rows import RowCount
from geozone.registers.statements import tell_titles
from geozone.registers.status_words import find_date
from geozone.registers.subject import subject_of
from geozone.registers.tables import ALL_SHEETS, read_tables
from geozone.registers.units import find_units
from geozone.registers.words import MEASURES, PLACE_COLUMNS


def read_register(
    path: Path | str,
    *,
    role: str,
    basis: Basis,
    id: str = "",  # noqa: A002 - as the key of [[register]] is called
    level: Level | None = None,
    as_of: str = "",
    source: Text | None = None,
    layer: str | None = None,
    sheet: str | None = None,
    fields: Mapping[str, str] | None = None,
    zone: Zone | None = None,
    totals: tuple[RegisterTotal, ...] = (),
    units: pd.DataFrame | None = None,
) -> Register:
    """Read a register of bays, rivers, lakes, units or sites.

    Headings may be Chinese or English (``layers/registers/words.toml``), in one row or two; a place may be given by code
    or by name. Rows that are no items (totals, notes) and rows that repeat another are not counted; a status that is not
    understood to the last word counts as unknown; an item outside the zone is not counted in it. All of this is told as
    findings, and how many rows there were and were taken.

    The items of a register of units are the units: each has its code at the level of the register, and each counts once
    (`geozone.registers.units`). Sites are placed by codes and names as bays are. A column of kinds and every column that
    `fields` names further are kept as text. The table ``registers`` that geozone writes comes back with its
    published totals and with the basis of every row that nobody edited (`geozone.registers.package`).

    Parameters
    ----------
    path
        CSV (UTF-8, UTF-16 or GBK), XLSX, XLS, a layer of a GeoPackage, or the address of a database.
    role
        What the items are: one of `geozone.manifest.inputs.register_roles`.
    basis
        Where the register stands; a row may say otherwise in a column of its own.
    id
        Which register it is, of several of one role (``zero_waste_city``): found by it in a table that geozone wrote.
    level
        Level of the units of a register of units; that which is declared for `id` unless told otherwise.
    as_of
        Date of the statuses: what is dated later has not happened.
    source
        Who published it; where nobody says, what a table of geozone says itself, else the name of the file.
    layer, sheet
        Layer of a vector file or table of a database; sheet of a workbook, ``"*"`` for all that are registers.
    fields
        Register column -> heading, where the synonyms do not know it; any other name keeps a column under that name.
    zone
        The zone that the register serves.
    totals
        Published numbers of items, where the list is incomplete.
    units
        Units with ``code, name``, to hold codes and names against; those of the whole country unless told otherwise.

    Raises
    ------
    InputError
        If the file is missing or unreadable, has no column for the name or the status, has several sheets that are
        registers, was written by geozone and has no such register, or lists units and nobody says their level.

    Returns
    -------
    Register
        Named after the file, with `items` in the columns `REGISTER_COLUMNS` and those kept further (texts).
    """
    wanted = sheet or layer
    given, path, subject = path, shown_path(path, wanted), subject_of(role, id, level)
    day = find_date(as_of)
    reading, count = Reading(path.name, {}, as_of=day), RowCount()
    gazetteer = cache(lambda: embedded_gazetteer() if units is None else Gazetteer(units))
    exported = read_package(path, subject, basis, wanted)
    grids = [] if exported else read_grids(given, None if sheet == ALL_SHEETS else wanted)
    exported = exported or read_table(grids, path, subject, basis)
    if exported is not None:
        rows, subject = exported.rows, replace(subject, level=level or exported.level or subject.level)
        count.rows = exported.listed
        reading.findings += exported.findings
        reading.further += exported.further
    else:
        rows = read_tables(
            grids, path, wanted, fields, gazetteer, subject=subject, count=count, reading=reading
        )
    empty = dict.fromkeys((*REGISTER_COLUMNS, *PLACE_COLUMNS, *reading.further), "")
    for row in rows:
        cells: Item = {**empty, **row.cells}
        cells |= {"statuses": row.statuses, "factors": row.factors, "section": row.section}
        if cells.get("role") not in set(register_roles()) - {
            role
        }:  # one table of all roles, as geozone writes it
            reading.items[row.label] = cells
        else:
            count.skipped["role"] += 1
    drop_natural(reading)
    count.skipped["natural"] += len(rows) - count.skipped["role"] - len(reading.items)
    count.skipped["role"] += count.rows - len(rows) if exported else 0
    if as_of and not day:
        reading.tell("as_of", "", word=as_of)
    read_cells(reading, basis, day, programme=subject.programme)
    placed = exported.placed if exported else frozenset()  # they have been found, and some have none
    finer = long_codes(reading) if subject.sites else {}
    items_left = {row: item for row, item in reading.items.items() if row not in placed}
    find_places(Reading(path.name, items_left, reading.findings), gazetteer, zone, named=subject.units)
    if subject.units:
        subject = replace(subject, level=find_units(reading, gazetteer, subject.level, zone, count))
    taken = len(reading.items)
    drop_repeated(reading, subject, finer, apart=exported.known if exported else ())
    count.skipped["repeated"] += taken - len(reading.items)
    tell_titles(reading, gazetteer, zone, subject)
    compare_names(reading, subject, gazetteer)
    if zone is not None:
        tell_outside(reading, zone)
    name_ids(reading, subject)
    tell_rows(reading, count)
    items = pd.DataFrame(list(reading.items.values()), columns=[*REGISTER_COLUMNS, *reading.further])
    items[list(MEASURES)] = items[list(MEASURES)].astype(float)
    items["planned_year"] = items["planned_year"].astype("Int64")
    source = source or (exported.source if exported else None) or Text(path.name, path.name)
    if exported:
        basis, totals = exported.basis, totals + exported.totals
    return Register(path.name, role, basis, as_of, source, items, totals, reading.findings, subject.level)
