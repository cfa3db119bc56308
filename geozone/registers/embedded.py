"""The embedded registers of ``layers/registers``, and lists as published."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from geozone.files import shipped
from geozone.messages import Text
from geozone.model import Basis, Register, RegisterTotal, Zone
from geozone.rates.completion import CODE_COLUMNS, inside_zone
from geozone.registers.reader import read_register
from geozone.seeds import get_zone


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
        found[register.role] = Register(
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
        role=entry["role"],
        basis=Basis(entry["basis"]),
        as_of=entry["as_of"],
        source=Text(**entry["source"]),
        totals=tuple(RegisterTotal(**total) for total in entry.get("total", ())),
    )
    register.id = register_id
    return register


def _folder() -> Path:
    return shipped("layers") / "registers"
