"""Layers and registers that indicators ask for, as declared in ``seeds/layers.toml`` and ``seeds/registers.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.roles import load_roles
from geozone.messages import Text
from geozone.model import LayerStyle, Level

_ROLES = "roles"


@dataclass(frozen=True, slots=True)
class DeclaredLayer:
    """A layer that indicators ask for."""

    id: str
    role: str
    title: Text
    style: LayerStyle  # its own, or that of its role
    words: tuple[str, ...] = ()  # in names of files, by which it is recognised


@dataclass(frozen=True, slots=True)
class DeclaredRegister:
    """A register that indicators ask for."""

    id: str
    role: str  # of its items
    title: Text
    level: Level | None  # of a register of units
    words: tuple[str, ...] = ()  # in names of files, by which it is recognised


@cache
def load_layers() -> Mapping[str, DeclaredLayer]:
    """Return every layer that the product knows by its id: those that go by their role, and those with an id of their own.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "layers.toml")
    roles = load_roles()
    found = {
        role.layer: DeclaredLayer(role.layer, role.id, role.title, role.style, role.words)
        for role in roles.values()
    }
    for key, table in declared.tables.items():
        declared.known_keys((key,), table, {"role", "title", "style", "words"})
        if table["role"] not in roles:
            near = nearest(table["role"], roles)
            declared.fault((key, "role"), "unknown_word", name=table["role"], nearest=near)
            continue
        style = LayerStyle(**table["style"]) if "style" in table else roles[table["role"]].style
        found[key] = DeclaredLayer(
            key, table["role"], Text(**table["title"]), style, tuple(table.get("words", ()))
        )
    declared.stop_on_faults()
    return MappingProxyType(found)


@cache
def load_registers() -> Mapping[str, DeclaredRegister]:
    """Return every register that the product knows by its id.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = _registers()
    found = {}
    for key, table in declared.tables.items():
        if key == _ROLES:
            continue
        declared.known_keys((key,), table, {"role", "level", "title", "words"})
        if table["role"] not in register_roles():
            near = nearest(table["role"], register_roles())
            declared.fault((key, "role"), "unknown_word", name=table["role"], nearest=near)
        level = Level(table["level"]) if "level" in table else None
        found[key] = DeclaredRegister(
            key, table["role"], Text(**table["title"]), level, tuple(table.get("words", ()))
        )
    declared.stop_on_faults()
    return MappingProxyType(found)


@cache
def _registers() -> Declarations:
    return Declarations.read(shipped("seeds") / "registers.toml")


@cache
def register_roles() -> Mapping[str, Text]:
    """Return what the items of a register can be, with the word for it."""
    return MappingProxyType({key: Text(**title) for key, title in _registers().tables[_ROLES].items()})


def layer_title(name: str) -> Text:
    """Return what a layer is called; its id where nobody says."""
    known = load_layers().get(name)
    return known.title if known else Text(name, name)


def register_title(name: str) -> Text:
    """Return what a register is called; its id where nobody says."""
    known = load_registers().get(name)
    return known.title if known else Text(name, name)
