"""Which layers there are: one declaration a layer, ``layers/<id>.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from geozone.errors import InputError, UsageError
from geozone.files import shipped
from geozone.manifest.origins import licence_of, read_origin, source_of
from geozone.manifest.roles import get_role
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, LayerSource, LayerSpec, LayerStyle
from geozone.toml_tables import read_tables

_Choice = TypeVar("_Choice", bound=StrEnum)


def load_catalog(folder: Path | None = None) -> dict[str, LayerSpec]:
    """Return the declared layers by id.

    Parameters
    ----------
    folder
        Where the declarations lie; the embedded ``layers`` folder unless told otherwise.

    Raises
    ------
    InputError
        If a declaration is not valid TOML, lacks a key or has a value that is not allowed.
    """
    return dict(_read(folder) if folder else _embedded())


@cache
def _embedded() -> Mapping[str, LayerSpec]:
    return MappingProxyType(_read(shipped("layers")))


def _read(folder: Path) -> dict[str, LayerSpec]:
    specs = (_load(path) for path in sorted(folder.glob("*.toml")) if path.stem != "template")
    return {spec.id: spec for spec in specs}


def choice(kind: type[_Choice], table: Mapping[str, Any], name: str) -> _Choice:
    """Return the value of a key as a member of an enumeration; ValueError names the choices."""
    value = str(table.get(name, ""))
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(member.value for member in kind)
        raise DeclarationError(text("catalog.bad_value", name=name, value=value, choices=choices)) from None


def declared_role(table: Mapping[str, Any]) -> str:
    """Return the role that a declaration names; DeclarationError names the nearest one."""
    try:
        return get_role(str(table.get("role", ""))).id
    except UsageError as error:
        raise DeclarationError(error.message.text) from None


class DeclarationError(Exception):
    """What is wrong in a declaration; the caller knows in which file."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


def _load(path: Path) -> LayerSpec:
    try:
        return _parse(read_tables(path), path.parent)
    except KeyError as error:
        raise InputError(
            "catalog.unreadable", path=path, reason=text("catalog.missing_key", name=error.args[0])
        ) from error
    except DeclarationError as error:
        raise InputError("catalog.unreadable", path=path, reason=error.reason) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise InputError("catalog.unreadable", path=path, reason=str(error)) from error


def _parse(table: Mapping[str, Any], folder: Path) -> LayerSpec:
    origins = tuple(read_origin(one) for one in table["origin"])
    processing = Text(**table["processing"]) if "processing" in table else NO_TEXT
    return LayerSpec(
        id=table["id"],
        role=declared_role(table),
        title=Text(**table["title"]),
        basis=choice(Basis, table, "basis"),
        source=source_of(origins, processing),
        licence=licence_of(origins).en,
        vintage=table["vintage"],
        accuracy=Text(**table["accuracy"]),
        sources=tuple(
            LayerSource(
                folder / entry["path"],
                entry.get("layer"),
                zones=tuple(entry.get("zones", ())),
                fields=table.get("fields", {}),
            )
            for entry in table["sources"]
        ),
        style=LayerStyle(**table["style"]) if "style" in table else get_role(table["role"]).style,
        note=Text(**table["note"]) if "note" in table else None,
        zones=tuple(table.get("zones", ())),
        origins=origins,
        processing=processing,
    )
