"""Standards as declared, in ``seeds/standards/<id>.toml`` or in a file of an office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geozone.errors import InputError, UsageError
from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.messages import Text
from geozone.model import Severity
from geozone.project.entries import stated
from geozone.read.door.content import bytes_of
from geozone.standards.declaration_checks import check_standard
from geozone.standards.keys import RULE

_ENDING = ".toml"
_FOLDER = "standards"


@dataclass(frozen=True, slots=True)
class Source:
    """Where rules and fields come from, and how sure that is: one of `geozone.standards.keys.CERTAINTIES`."""

    id: str
    title: Text
    certainty: str


@dataclass(frozen=True, slots=True)
class StandardLayer:
    """A layer that a delivery has."""

    id: str
    title: Text
    names: tuple[str, ...]  # the first is the one that it should go by
    kind: str
    source: Source
    optional: bool = False


@dataclass(frozen=True, slots=True)
class StandardField:
    """A field of some layers."""

    name: str
    title: Text
    layers: tuple[str, ...]
    type: str
    source: Source
    length: int | None = None
    unit: str | None = None  # of an area
    optional: bool = False


@dataclass(frozen=True, slots=True)
class StandardRule:
    """One rule: a check with what it concerns and what it takes."""

    code: str
    check: str
    severity: Severity
    source: Source
    layers: tuple[str, ...]  # that it concerns; none where it concerns all
    fields: tuple[str, ...]
    options: Mapping[str, Any]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """What a delivery is held against."""

    id: str
    title: Text
    note: Text | None
    layers: Mapping[str, StandardLayer]
    fields: tuple[StandardField, ...]
    rules: tuple[StandardRule, ...]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fields_of(self, layer: str) -> dict[str, StandardField]:
        """Return the fields of a layer by name."""
        return {one.name: one for one in self.fields if layer in one.layers}

    def pairs(self, rule: StandardRule) -> Iterator[tuple[StandardLayer, StandardField]]:
        """Yield the layers and fields that a rule concerns."""
        for layer in self.concerned(rule):
            for one in self.fields_of(layer.id).values():
                if not rule.fields or one.name in rule.fields:
                    yield layer, one

    def concerned(self, rule: StandardRule) -> list[StandardLayer]:
        """Return the layers that a rule concerns."""
        return [layer for layer in self.layers.values() if not rule.layers or layer.id in rule.layers]


def standard_ids() -> list[str]:
    """Return the ids of the standards that come with geozone."""
    return sorted(path.stem for path in (shipped("seeds") / _FOLDER).glob(f"*{_ENDING}"))


def load_standard(name: str) -> Standard:
    """Return a standard by its id, or from a file of an office.

    Parameters
    ----------
    name
        An id of `standard_ids`, or the path of a ``.toml`` file.

    Raises
    ------
    UsageError
        If there is no such standard.
    InputError
        If the file cannot be read, or is not as it should be; every fault is told with its line.
    """
    if name in standard_ids():
        return _embedded(name)
    if not name.lower().endswith(_ENDING):
        raise UsageError("standards.unknown", name=name, nearest=nearest(name, standard_ids()))
    path = Path(name)
    try:
        written = bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("standards.not_utf8", path=path) from error
    except OSError as error:
        raise InputError("standards.unreadable", path=path, reason=error.strerror or str(error)) from error
    return _parsed(Declarations(path.name, written), path.stem)


@cache
def _embedded(name: str) -> Standard:
    return _parsed(Declarations.read(shipped("seeds") / _FOLDER / f"{name}{_ENDING}"), name)


def _parsed(declared: Declarations, name: str) -> Standard:
    tables = declared.tables
    check_standard(declared)
    sources = {
        one["id"]: Source(one["id"], _text(one, "title"), one["certainty"]) for one in tables["source"]
    }
    layers = {
        one["id"]: StandardLayer(
            one["id"], _text(one, "title"), tuple(one["names"]), one["kind"], sources[one["source"]],
            one.get("optional", False),
        )
        for one in tables["layer"]
    }  # fmt: skip
    fields = tuple(
        StandardField(
            one["name"], _text(one, "title"), tuple(one.get("layers", layers)), one["type"], sources[one["source"]],
            one.get("length"), one.get("unit"), one.get("optional", False),
        )
        for one in tables.get("field", ())
    )  # fmt: skip
    return Standard(
        name,
        _text(tables, "title"),
        stated(tables, "note"),
        MappingProxyType(layers),
        fields,
        tuple(_rule(one, sources) for one in tables["rule"]),
        MappingProxyType(tables.get("codes", {})),
    )


def _rule(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> StandardRule:
    options = {name: value for name, value in entry.items() if name not in RULE}
    return StandardRule(
        entry["code"],
        entry["check"],
        Severity(entry["severity"]),
        sources[entry["source"]],
        tuple(entry.get("layers", ())),
        tuple(entry.get("fields", ())),
        MappingProxyType(options),
        stated(entry, "note"),
    )


def _text(table: Mapping[str, Any], name: str) -> Text:
    found = stated(table, name)
    assert found is not None  # the key is required
    return found
