"""The embedded registers of ``layers/registers``, and lists as published."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from geozone.files import shipped
from geozone.manifest.inputs import register_title
from geozone.messages import Text, message
from geozone.model import Basis, Finding, Origin, Register, RegisterTotal, Severity, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.reader import read_register
from geozone.seeds import get_zone
from geozone.toml_tables import read_tables


def embedded_registers(zone: Zone | str, without: frozenset[str] = frozenset()) -> dict[str, Register]:
    """Return the embedded registers of a zone by id: ``bay``, ``river``, ``lake``, ``zero_waste_city``, …; a zone may have none.

    Those that somebody can do without are not read.

    A zone takes the items that lie wholly in it; one that is only part of the zone that a register was made for takes none
    whose place is larger. A list of known members only says so in a finding (``register_partial``).
    """
    zone = get_zone(zone) if isinstance(zone, str) else zone
    found = {}
    for name, entry in _declared().items():
        id_ = _id_of(entry)
        if zone.key not in entry["zones"] or id_ in without:
            continue
        register = _read_embedded(name)
        codes = register.items[list(CODE_COLUMNS)].itertuples(index=False, name=None)
        whole = entry["zones"][0] == zone.key
        inside = [(whole or any(row)) and inside_zone(row, zone) for row in codes]
        items = register.items[inside].reset_index(drop=True)
        names = set(items["name"])
        findings = [
            finding for finding in register.findings if finding.message.params.get("name", "") in names
        ]
        if entry.get("partial", False):
            findings.append(_partial(register, id_))
        found[id_] = replace(register, items=items, findings=findings)
    return found


def embedded_dates(zone: Zone) -> dict[str, str]:
    """Return the ids of the embedded registers of a zone with the date of each, in their order; none of them is read."""
    return {_id_of(one): one["as_of"] for one in _declared().values() if zone.key in one["zones"]}


def embedded_file(register: Register) -> Path | None:
    """Return the file that an embedded register was read from; None of one that was supplied."""
    entry = _declared().get(register.id)
    return None if entry is None else _folder() / entry["file"]


def published_lists() -> dict[str, Register]:
    """Return the lists of bays and waters as published, by id: cases and built units, which are nobody's denominator."""
    return {key: _read_embedded(key) for key, entry in _declared().items() if not entry["zones"]}


def _id_of(entry: dict[str, Any]) -> str:
    return str(entry.get("id", entry["role"]))


def _partial(register: Register, id_: str) -> Finding:
    return Finding(
        "register_partial",
        Severity.NOTE,
        register.id,
        message("registers.partial", register=register_title(id_)),
        message("registers.partial_remedy"),
    )


@cache
def _declared() -> dict[str, Any]:
    return read_tables(_folder() / "registers.toml")


@cache
def _read_embedded(name: str) -> Register:
    entry = _declared()[name]
    register = read_register(
        _folder() / entry["file"],
        role=entry["role"],
        id=entry.get("id", ""),
        basis=Basis(entry["basis"]),
        as_of=entry["as_of"],
        source=Text(**entry["source"]),
        totals=tuple(RegisterTotal(**total) for total in entry.get("total", ())),
    )
    return replace(register, id=name, origins=(Origin(register.source),))


def _folder() -> Path:
    return shipped("layers") / "registers"
