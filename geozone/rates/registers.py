"""Registers as data: read from files, and embedded."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from geozone.errors import InputError
from geozone.files import shipped
from geozone.messages import Text, message
from geozone.model import (
    REGISTER_COLUMNS,
    Basis,
    Finding,
    Register,
    RegisterTotal,
    Role,
    Severity,
    Zone,
)
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.rates.package_files import read_package
from geozone.rates.register_files import read_table
from geozone.rates.register_items import (
    Item,
    Reading,
    compare_names,
    drop_natural,
    drop_repeated,
    find_codes,
    read_cells,
    tell_outside,
)
from geozone.rates.register_package import Exported, is_exported, own_names, read_exported
from geozone.rates.words import (
    MEASURES,
    PLACE_COLUMNS,
    Gazetteer,
    embedded_gazetteer,
    match_headings,
    measure_factor,
)
from geozone.seeds import get_zone


def read_register(
    path: Path | str,
    *,
    role: Role,
    basis: Basis,
    as_of: str = "",
    source: Text | None = None,
    layer: str | None = None,
    fields: Mapping[str, str] | None = None,
    zone: Zone | None = None,
    totals: tuple[RegisterTotal, ...] = (),
    units: pd.DataFrame | None = None,
) -> Register:
    """Read a register of bays, rivers or lakes.

    Headings may be Chinese or English (``layers/registers/words.toml``); a place may be given by code or by name. A row
    that repeats another is not counted; an unknown status word counts as of unknown status; an item outside the zone is
    not counted in it. All of this is told as findings. The table ``registers`` that geozone writes comes back with its
    published totals and with the basis of every row that nobody edited (`geozone.rates.register_package`).

    Parameters
    ----------
    path
        CSV (UTF-8 or GBK), XLSX, or a layer of a GeoPackage.
    role
        ``bay``, ``river`` or ``lake``.
    basis
        Where the register stands; a row may say otherwise in a column of its own.
    as_of
        Date of the statuses.
    source
        Who published it; where nobody says, what a table of geozone says itself, else the name of the file.
    layer, fields
        Sheet or layer; register column -> heading, where the synonyms do not know it.
    zone
        The zone that the register serves.
    totals
        Published numbers of items, where the list is incomplete.
    units
        Units with ``code, level, name``, to find places by name; the embedded ones unless told otherwise.

    Raises
    ------
    InputError
        If the file is missing or unreadable, has no column for the name or the status, or was written by geozone and has
        no item of the role.
    """
    path = Path(path)
    table, exported = _read_table(path, role, basis, layer, fields)
    columns = match_headings([str(heading) for heading in table.columns], fields)
    for needed in ("name", "status"):
        if needed not in columns:
            raise InputError(
                "rates.register_no_column",
                path=path,
                column=needed,
                headings="、".join(map(str, table.columns)),
            )
    empty = dict.fromkeys((*REGISTER_COLUMNS, *PLACE_COLUMNS), "")
    cells = table[[columns[column] for column in columns]].set_axis(list(columns), axis=1).to_dict("records")
    rows = (int(row) for row in table.index)
    items_by_row: dict[int, Item] = {
        row: {**empty, **{str(column): cell for column, cell in item.items()}}
        for row, item in zip(rows, cells, strict=True)
    }
    reading = Reading(path.name, items_by_row, exported.findings if exported else [])
    drop_natural(reading)
    read_cells(
        reading, basis, {column: measure_factor(columns[column]) for column in MEASURES if column in columns}
    )
    gazetteer = cache(lambda: embedded_gazetteer() if units is None else Gazetteer(units))
    find_codes(reading, gazetteer)
    drop_repeated(reading)
    compare_names(reading)
    if zone is not None:
        tell_outside(reading, zone)
    _name_items(reading, role)
    items = pd.DataFrame(list(reading.items.values()), columns=list(REGISTER_COLUMNS))
    items[list(MEASURES)] = items[list(MEASURES)].astype(float)
    items["planned_year"] = items["planned_year"].astype("Int64")
    source = source or (exported.source if exported else None) or Text(path.name, path.name)
    if exported:
        basis, totals = exported.basis, totals + exported.totals
    return Register(path.name, role, basis, as_of, source, items, totals, reading.findings)


def _read_table(
    path: Path, role: Role, basis: Basis, layer: str | None, fields: Mapping[str, str] | None
) -> tuple[pd.DataFrame, Exported | None]:
    """Return the rows of a file, and what became of them where geozone wrote it."""
    package = read_package(path, role, layer) if path.exists() else None
    table = package.registers if package else own_names(read_table(path, layer, fields))
    if not is_exported(table):
        return _of_role(table, path, role), None
    shown = (package.features, package.layer) if package else (None, "")
    exported = read_exported(table, file=path.name, role=role, basis=basis, features=shown[0], layer=shown[1])
    if exported is None:
        raise _role_absent(table, path, role)
    if package and package.unsettled:
        exported.findings.append(_unsettled(path))
    return exported.table, exported


def _of_role(table: pd.DataFrame, path: Path, role: Role) -> pd.DataFrame:
    """Return the rows of one role of a list that has several, by a column ``role``."""
    if "role" not in table or not set(table["role"]) & {known.value for known in Role}:
        return table
    mine = table[table["role"] == role.value]
    if not len(mine):
        raise _role_absent(table, path, role)
    return mine


def _role_absent(table: pd.DataFrame, path: Path, role: Role) -> InputError:
    there = "、".join(dict.fromkeys(word for word in table["role"] if word)) or "—"
    return InputError("rates.register_role_absent", path=path, role=role.value, roles=there)


def _unsettled(path: Path) -> Finding:
    return Finding(
        "register_unsettled",
        Severity.WARNING,
        path.name,
        message("rates.register_unsettled", file=path.name),
        message("rates.register_unsettled_remedy"),
    )


def _name_items(reading: Reading, role: Role) -> None:
    """Give every item an id of its own: one that it lacks or shares, as running numbers do, is made from its row."""
    shared = Counter(item["item_id"] for item in reading.items.values())
    taken = {name for name, count in shared.items() if count == 1}
    for row, item in reading.items.items():
        if item["item_id"] and shared[item["item_id"]] == 1:
            continue
        name = f"{role.value}-{row}"
        while name in taken:
            name += "+"
        item["item_id"] = name
        taken.add(name)


def embedded_registers(zone: Zone | str) -> dict[str, Register]:
    """Return the embedded registers of a zone by role: ``bay``, ``river``, ``lake``; a zone may have none.

    A zone that is only part of the one that a register was made for takes the items that lie wholly in it.
    """
    zone = get_zone(zone) if isinstance(zone, str) else zone
    found = {}
    for register_id, entry in _declared().items():
        if zone.key not in entry["zones"]:
            continue
        register = _read_embedded(register_id)
        items = register.items
        if entry["zones"][0] != zone.key:
            codes = list(items[list(CODE_COLUMNS)].itertuples(index=False, name=None))
            items = items[[any(row) and inside_zone(row, zone) for row in codes]].reset_index(drop=True)
        names = set(items["name"])
        found[register.role.value] = Register(
            register.id,
            register.role,
            register.basis,
            register.as_of,
            register.source,
            items.copy(),
            register.totals,
            [finding for finding in register.findings if finding.message.params.get("name", "") in names],
        )
    return found


def published_lists() -> dict[str, Register]:
    """Return the lists of bays and waters as published, by id: cases and built units, which are nobody's denominator."""
    return {key: _read_embedded(key) for key, entry in _declared().items() if not entry["zones"]}


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads((_folder() / "registers.toml").read_text("utf-8"))


@cache
def _read_embedded(register_id: str) -> Register:
    entry = _declared()[register_id]
    register = read_register(
        _folder() / entry["file"],
        role=Role(entry["role"]),
        basis=Basis(entry["basis"]),
        as_of=entry["as_of"],
        source=Text(**entry["source"]),
        totals=tuple(RegisterTotal(**total) for total in entry.get("total", ())),
    )
    register.id = register_id
    return register


def _folder() -> Path:
    return shipped("layers") / "registers"
