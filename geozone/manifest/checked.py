"""The declarations held against each other: every name that one table uses of another, kinds, units, words.

Loading a table checks it by itself; this checks them as a whole. A fault is told with file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from geozone.errors import InputError
from geozone.files import shipped
from geozone.manifest.checked_policy import figure_faults, policy_faults
from geozone.manifest.declared import Declarations, Fault, joined_faults, nearest
from geozone.manifest.fields import load_fields
from geozone.manifest.indicators import AREA_WEIGHT, LAYER_KINDS, Indicator, load_indicators
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.measures import Key, load_measures
from geozone.manifest.roles import Role, load_roles
from geozone.manifest.units import load_units, written_units
from geozone.model import REGISTER_COLUMNS, Level

_UNIT_ROLE = "unit"  # of registers whose items are administrative units
_FIELDS = frozenset({*REGISTER_COLUMNS, "code"})  # that every layer or register may have
_NEEDED = {
    "layers": ("role", "title"),
    "registers": ("role", "title"),
    "measures": ("title", "method"),
    "units": ("zh", "en"),
    "fields": ("title",),
}  # fmt: skip
_APART = {"registers": "roles", "units": "multiples"}  # tables of another kind in these files


def check_manifest() -> None:
    """Hold all declarations against each other.

    Raises
    ------
    InputError
        With every fault, each with its file and line.
    """
    _raise(fault for name, keys in _NEEDED.items() for fault in _shape_faults(name, keys))
    checks: tuple[Callable[[], Iterable[Fault]], ...] = (
        role_faults, register_faults, measure_faults, unit_faults, indicator_faults, policy_faults, figure_faults,
    )  # fmt: skip
    _raise(fault for check in checks for fault in check())


def role_faults() -> list[Fault]:
    """Return the faults of roles: registers and layers that are not declared, two at one place of the order."""
    declared = _read("roles")
    places: dict[int, str] = {}
    for role in load_roles().values():
        _known(declared, (role.id, "register"), role.register, load_registers())
        _known(declared, (role.id, "made_from"), role.made_from, load_roles())
        made = [each.layer for each in load_roles().values() if each.made_from == role.id]
        layers = [each.layer for each in load_roles().values()]
        if role.belt is not None:
            for name in ("axis", "breaks", "gaps"):
                _known(declared, (role.id, "belt", name), getattr(role.belt, name), made)
            for name in role.belt.protected:
                _known(declared, (role.id, "belt", "protected"), name, layers)
        if role.order in places:
            declared.fault((role.id, "order"), "twice", name=role.order, other=places[role.order])
        places[role.order] = role.id
    return declared.faults


def register_faults() -> list[Fault]:
    """Return the faults of registers: a level where there is none, or none where there is one."""
    declared = _read("registers")
    for register in load_registers().values():
        if register.role == _UNIT_ROLE and register.level is None:
            declared.fault((register.id,), "missing_key", name="level")
        if register.role != _UNIT_ROLE and register.level is not None:
            declared.fault((register.id, "level"), "no_level", role=register.role)
    return declared.faults


def measure_faults() -> list[Fault]:
    """Return the faults of measures: a unit that is none."""
    declared = _read("measures")
    for measure in load_measures().values():
        _known(declared, (measure.id, "unit"), measure.unit or "", load_units(), "unknown_unit")
    return declared.faults


def unit_faults() -> list[Fault]:
    """Return the faults of units: a multiple of a multiple, a writing that means two."""
    declared = _read("units")
    units = load_units()
    for unit in units.values():
        if units[unit.base].base != unit.base:
            declared.fault((unit.id, "of"), "no_base", name=unit.base, base=units[unit.base].base)
    meant: dict[str, str] = {}
    for word, name in written_units():
        if meant.setdefault(word, name) != name:
            declared.fault((name, "written"), "twice", name=word, other=meant[word])
    return declared.faults


def indicator_faults() -> list[Fault]:
    """Return the faults of indicators: inputs that are not declared or of the wrong kind, units, fields, circles."""
    declared = _read("indicators")
    indicators = load_indicators()
    ranks: dict[int, str] = {}
    for one in indicators.values():
        for name, key in one.measure.keys.items():
            if name in one.options:
                _check_input(declared, (one.id, name), key, one.options[name], indicators)
        for name in one.in_formula:
            _known(declared, (one.id, "formula"), name, indicators, "unknown_indicator")
        for field in one.fields:
            place = (one.id, "where" if field in one.where else "field")
            _known(declared, place, field, {*load_fields(), *_FIELDS}, "unknown_field")
        if one.map_rank is not None and ranks.setdefault(one.map_rank, one.id) != one.id:
            declared.fault((one.id, "map_rank"), "twice", name=one.map_rank, other=ranks[one.map_rank])
        if one.measure.kind is None and one.unit != "-":
            declared.fault((one.id, "unit"), "unit_of_nothing", measure=one.measure.id, unit=one.unit)
        if one.id in _upward(one.id, indicators):
            declared.fault((one.id,), "circle", name=one.id)
    return declared.faults


def _check_input(
    declared: Declarations,
    place: tuple[str, str],
    key: Key,
    value: Any,
    indicators: Mapping[str, Indicator],
) -> None:
    """Keep the faults of a key that names inputs."""
    names = (value,) if isinstance(value, str) else value
    if key.holds in {"figure", "figures", "indicator"}:
        for name in names:
            _known(declared, place, name, indicators, "unknown_indicator")
    elif key.holds in {"register", "registers"}:
        for name in names:
            _known(declared, place, name, load_registers())
    elif key.holds == "weight" and value != AREA_WEIGHT:
        _check_layer(declared, place, value, "raster")
    elif key.holds in {*LAYER_KINDS, "layer", "layers", "areas"}:
        kind = {"areas": "area"}.get(key.holds, key.holds)
        for name in names:
            _check_layer(declared, place, name, kind if kind in LAYER_KINDS else None)
    elif key.holds == "level" and value == Level.ZONE:
        declared.fault(place, "unknown_word", name=value, nearest=nearest(value, [Level.CITY, Level.COUNTY]))


def _check_layer(declared: Declarations, place: tuple[str, str], name: str, kind: str | None) -> None:
    _known(declared, place, name, load_layers())
    known = load_layers().get(name)
    if known is None or kind is None:
        return
    role: Role = load_roles()[known.role]
    if kind not in (role.kind, *role.also):
        declared.fault(place, "wrong_kind", layer=name, kind=role.kind, wanted=kind)


def _upward(name: str, indicators: Mapping[str, Indicator]) -> set[str]:
    """Return the indicators that one is made from or looks at, those of these included."""
    found: set[str] = set()
    due = [name]
    while due:
        one = indicators.get(due.pop())
        if one is not None:
            more = {*one.indicators, *one.in_formula, *([one.part_of] if one.part_of else ())} - found
            found |= more
            due += more
    return found


def _shape_faults(name: str, keys: tuple[str, ...]) -> list[Fault]:
    """Return the tables of a file that lack a key which loading takes for granted."""
    declared = _read(name)
    for key, table in declared.tables.items():
        if key == _APART.get(name):
            continue
        if not isinstance(table, dict):
            declared.fault((key,), "no_table", name=key)
            continue
        for wanted in keys:
            if wanted not in table:
                declared.fault((key,), "missing_key", name=wanted)
        title = table.get("title")
        if "title" in table and (not isinstance(title, dict) or set(title) != {"zh", "en"}):
            declared.fault((key, "title"), "two_languages", name="title")
    return declared.faults


def _known(
    declared: Declarations,
    place: tuple[str, ...],
    name: str,
    names: Collection[str],
    fault: str = "unknown_word",
) -> None:
    if name and name not in names:
        declared.fault(place, fault, name=name, nearest=nearest(name, names))


def _read(name: str) -> Declarations:
    return Declarations.read(shipped("seeds") / f"{name}.toml")


def _raise(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        files = ", ".join(dict.fromkeys(fault.file for fault in found))
        raise InputError("manifest.faults", file=files, count=len(found), faults=joined_faults(found))
