"""Registers as data: read, put into the fixed columns, and held for what would make a rate wrong."""

from __future__ import annotations

import tomllib
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
    Status,
    Zone,
)
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.rates.register_files import read_table
from geozone.rates.words import (
    MEASURES,
    PLACE_COLUMNS,
    Gazetteer,
    embedded_gazetteer,
    homonym,
    match_headings,
    match_status,
    measure_factor,
    plain_name,
)
from geozone.seeds import get_zone

NATURAL = "natural_bay"  # a kind of geozone's own layer of bays: shown, but not counted
_LEVELS = dict(zip(PLACE_COLUMNS, CODE_COLUMNS, strict=True))


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
    not counted in it. All of this is told as findings.

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
        Who published it.
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
        If the file is missing or unreadable, or has no column for the name or the status.
    """
    path = Path(path)
    table = read_table(path, layer, fields)
    columns = match_headings([str(heading) for heading in table.columns], fields)
    for needed in ("name", "status"):
        if needed not in columns:
            raise InputError(
                "rates.register_no_column",
                path=path,
                column=needed,
                headings="、".join(map(str, table.columns)),
            )
    findings: list[Finding] = []
    table = _items_only(table, columns, path.name, findings)
    raw = pd.DataFrame({column: table[heading] for column, heading in columns.items() if heading in table})
    items = pd.DataFrame("", index=raw.index, columns=list(REGISTER_COLUMNS), dtype=object)
    for column in raw.columns.intersection(items.columns):
        items[column] = raw[column]
    items["status"] = [
        _status(word, row, path.name, findings)
        for row, word in zip(items.index, items["status"], strict=True)
    ]
    for column in MEASURES:
        factor = measure_factor(columns[column]) if column in columns else 1.0
        items[column] = [
            _measure(cell, factor, row, path.name, findings)
            for row, cell in zip(items.index, items[column], strict=True)
        ]
    items["planned_year"] = [int(year[:4]) if year[:4].isdigit() else None for year in items["planned_year"]]
    items["item_id"] = [
        given or f"{role.value}-{row}" for row, given in zip(items.index, items["item_id"], strict=True)
    ]
    items["basis"] = [basis.value if not given else _basis(given, basis) for given in items["basis"]]
    _find_codes(items, raw, path.name, findings, units)
    items = _once(items, path.name, findings)
    _compare_names(items, path.name, findings)
    if zone is not None:
        _outside(items, raw, zone, path.name, findings)
    unnamed = Text(path.name, path.name)
    return Register(
        path.name, role, basis, as_of, source or unnamed, items.reset_index(drop=True), totals, findings
    )


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


def _items_only(
    table: pd.DataFrame, columns: Mapping[str, str], layer: str, findings: list[Finding]
) -> pd.DataFrame:
    """Return the rows that are items: in geozone's own layer of bays, the natural bays are none."""
    if "kind" not in columns:
        return table
    natural = table[columns["kind"]] == NATURAL
    if natural.any():
        findings.append(
            _finding("natural", Severity.NOTE, layer, int(table.index[natural][0]), count=int(natural.sum()))
        )
    return table[~natural]


def _status(word: str, row: int, layer: str, findings: list[Finding]) -> str:
    status = match_status(word)
    if status is None:
        findings.append(_finding("unknown_status", Severity.WARNING, layer, row, word=word))
    return (status or Status.UNKNOWN).value


def _measure(cell: Any, factor: float, row: int, layer: str, findings: list[Finding]) -> float | None:
    if not cell:
        return None
    try:
        value = float(str(cell).replace(",", "").replace("，", ""))
    except ValueError:
        findings.append(_finding("not_a_number", Severity.WARNING, layer, row, word=cell))
        return None
    return value * factor


def _basis(given: str, default: Basis) -> str:
    return given if given in set(Basis) else default.value


def _find_codes(
    items: pd.DataFrame, raw: pd.DataFrame, layer: str, findings: list[Finding], units: pd.DataFrame | None
) -> None:
    """Fill the codes: from names where there are none, and the larger units' codes from the smaller ones'."""
    gazetteer: Gazetteer | None = None
    for row in items.index:
        within = ""
        for place, column in _LEVELS.items():
            code = str(items.loc[row, column]).strip()
            name = raw.loc[row, place].strip() if place in raw else ""
            if not code and name:
                if gazetteer is None:
                    gazetteer = embedded_gazetteer() if units is None else Gazetteer(units)
                code = gazetteer.code(name, place, within) or ""
                if not code:
                    findings.append(_finding("unknown_place", Severity.WARNING, layer, row, word=name))
            items.loc[row, column] = code
            within = code or within
        province, city, county = (str(items.loc[row, column]) for column in CODE_COLUMNS)
        city = city or (f"{county[:4]}00" if county else "")
        province = province or (f"{(city or county)[:2]}0000" if city or county else "")
        if city[2:4] in ("00", "01", "02", "90") and province[:2] in _MUNICIPAL:
            city = ""  # a municipality has counties, no cities
        items.loc[row, list(CODE_COLUMNS)] = [province, city, county]


_MUNICIPAL = ("11", "12", "31", "50", "81", "82")


def _once(items: pd.DataFrame, layer: str, findings: list[Finding]) -> pd.DataFrame:
    """Return every item once; a row that repeats an item is a finding and is left out."""
    first: dict[tuple[str, ...], int] = {}
    repeated = []
    for row in items.index:
        key = (plain_name(items.loc[row, "name"]), *items.loc[row, list(CODE_COLUMNS)].astype(str))
        if key in first:
            repeated.append(row)
            other = items.loc[first[key], "name"]
            name = items.loc[row, "name"]
            kind = "duplicate" if name == other else "two_names"
            findings.append(
                _finding(kind, Severity.WARNING, layer, row, name=name, other=other, first=first[key])
            )
        else:
            first[key] = row
    return items.drop(index=repeated)


def _compare_names(items: pd.DataFrame, layer: str, findings: list[Finding]) -> None:
    """Tell names that several items or several places share."""
    places: dict[str, list[int]] = {}
    for row in items.index:
        places.setdefault(plain_name(items.loc[row, "name"]), []).append(row)
    for row in items.index:
        name = str(items.loc[row, "name"])
        others = [other for other in places[plain_name(name)] if other != row]
        known = homonym(name)
        if others and row > min(others):
            findings.append(_finding("same_name", Severity.WARNING, layer, row, name=name, other=min(others)))
        elif known is not None:
            findings.append(_finding("homonym", Severity.NOTE, layer, row, name=name, places=known))


def _outside(items: pd.DataFrame, raw: pd.DataFrame, zone: Zone, layer: str, findings: list[Finding]) -> None:
    for row, codes in zip(
        items.index, items[list(CODE_COLUMNS)].itertuples(index=False, name=None), strict=True
    ):
        if not inside_zone(codes, zone):
            named = [raw.loc[row, place] for place in PLACE_COLUMNS if place in raw and raw.loc[row, place]]
            where = named[-1] if named else next(code for code in reversed(codes) if code)
            findings.append(
                _finding(
                    "outside_zone",
                    Severity.WARNING,
                    layer,
                    row,
                    name=items.loc[row, "name"],
                    place=where,
                    zone=zone.title,
                )
            )


def _finding(kind: str, severity: Severity, layer: str, row: int, **params: Any) -> Finding:
    return Finding(
        kind=f"register_{kind}",
        severity=severity,
        layer=layer,
        message=message(f"rates.register_{kind}", file=layer, row=row, **params),
        remedy=message(f"rates.register_{kind}_remedy"),
        feature=str(row),
    )
