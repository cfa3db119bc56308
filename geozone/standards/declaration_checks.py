"""A standard held against its keys and against itself: every fault at once, with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.rules import load_rules
from geozone.messages import text
from geozone.project.schema import check_table
from geozone.standards.keys import (
    CHECKS,
    DATE_FORMS,
    FIELD,
    LAYER,
    PLACES,
    RULE,
    SOURCE,
    STANDARD,
    date_of,
)

_CODE = re.compile(r"[A-Z]{2,4}\d{3,4}")


def check_standard(declared: Declarations) -> None:
    """Raise every fault of a standard.

    Raises
    ------
    InputError
        With each fault and its line: keys and values first, then names that nothing has and codes that stand twice.
    """
    check_table(declared, (), declared.tables, STANDARD)
    for name, keys in (("source", SOURCE), ("layer", LAYER), ("field", FIELD)):
        _entries(declared, name, keys)
    _codes(declared)
    for place, entry in _entries(declared, "rule", RULE, more=True):
        _check_rule(declared, place, entry)
    declared.stop_on_faults()  # what follows takes every value for what its key holds
    _check_names(declared)
    declared.stop_on_faults()


def _entries(
    declared: Declarations, name: str, keys: Mapping[str, Any], *, more: bool = False
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Check the tables of a kind; return them with their places."""
    entries = declared.tables.get(name, [])
    found = []
    if isinstance(entries, list) and all(isinstance(one, Mapping) for one in entries):
        for position, entry in enumerate(entries):
            check_table(declared, (name, position), entry, keys, more=more)
            found.append(((name, position), entry))
    return iter(found)


def _codes(declared: Declarations) -> None:
    lists = declared.tables.get("codes", {})
    for name, codes in lists.items() if isinstance(lists, Mapping) else ():
        fine = (
            isinstance(codes, Mapping) and codes and all(isinstance(title, str) for title in codes.values())
        )
        if not fine:
            declared.said(("codes", name), text("standards.bad_codes", name=name))


def _check_rule(declared: Declarations, place: tuple[str | int, ...], entry: Mapping[str, Any]) -> None:
    """Hold the keys of a rule against those that its check takes."""
    check = entry.get("check")
    if not isinstance(check, str) or check not in CHECKS:  # told already
        return
    own = {name: value for name, value in entry.items() if name not in RULE}
    check_table(declared, place, own, CHECKS[check])
    for name, value in own.items():
        if name in PLACES and name in CHECKS[check] and isinstance(value, Mapping):
            check_table(declared, (*place, name), value, PLACES[name])


def _check_names(declared: Declarations) -> None:
    """Keep a fault for every name that nothing in the standard has, and for every code that stands twice."""
    tables = declared.tables
    sources = _ids(declared, "source")
    layers = _ids(declared, "layer")
    for position, entry in enumerate(tables.get("field", ())):
        _check_scope(declared, ("field", position), entry, sources, layers)
    for position, entry in enumerate(tables["layer"]):
        _check_scope(declared, ("layer", position), entry, sources, layers)
    fields = _fields_by_layer(tables, layers)
    seen: set[str] = set()
    for position, entry in enumerate(tables["rule"]):
        place = ("rule", position)
        _check_scope(declared, place, entry, sources, layers)
        concerned = {one for layer in entry.get("layers", layers) for one in fields.get(layer, ())}
        for one in entry.get("fields", ()):
            _known(declared, (*place, "fields"), one, concerned)
        _check_options(declared, place, entry, fields)
        code = entry["code"]
        if not _CODE.fullmatch(code) or code in load_rules():
            declared.said((*place, "code"), text("standards.bad_code", code=code))
        if code in seen:
            declared.said((*place, "code"), text("standards.code_twice", code=code))
        seen.add(code)


def _fields_by_layer(tables: Mapping[str, Any], layers: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {layer: set() for layer in layers}
    for entry in tables.get("field", ()):
        for layer in entry.get("layers", layers):
            found.setdefault(layer, set()).add(entry["name"])
    return found


def _check_scope(
    declared: Declarations,
    place: tuple[str | int, ...],
    entry: Mapping[str, Any],
    sources: Collection[str],
    layers: Collection[str],
) -> None:
    _known(declared, (*place, "source"), entry["source"], sources)
    for layer in entry.get("layers", ()):
        _known(declared, (*place, "layers"), layer, layers)


def _check_options(
    declared: Declarations,
    place: tuple[str | int, ...],
    entry: Mapping[str, Any],
    fields: Mapping[str, Collection[str]],
) -> None:
    """Hold what the check of a rule takes against what the standard has."""
    every = {one for several in fields.values() for one in several}
    if "codes" in entry:
        _known(declared, (*place, "codes"), entry["codes"], declared.tables.get("codes", {}))
    if "key" in entry:
        _known(declared, (*place, "key"), entry["key"], every)
    for name in ("of", "whole", "parts"):
        if name in entry:
            _check_place(declared, (*place, name), entry[name], fields)
    for name in ("earliest", "latest"):
        if name in entry and date_of(entry[name], DATE_FORMS[entry["form"]]) is None:
            declared.said((*place, name), text("standards.bad_date", value=entry[name], form=entry["form"]))


def _check_place(
    declared: Declarations, place: tuple[str | int, ...], value: Any, fields: Mapping[str, Collection[str]]
) -> None:
    """Hold a layer, some fields, or a table of a layer and its fields against what the standard has."""
    if isinstance(value, str):
        _known(declared, place, value, fields)
    elif isinstance(value, list):
        every = {one for several in fields.values() for one in several}
        for one in value:
            _known(declared, place, one, every)
    else:
        _known(declared, place, value["layer"], fields)
        for key in ("field", "key"):
            if key in value:
                _known(declared, place, value[key], fields.get(value["layer"], ()))


def _ids(declared: Declarations, name: str) -> list[str]:
    found: list[str] = []
    for position, entry in enumerate(declared.tables.get(name, ())):
        if entry["id"] in found:
            declared.said((name, position, "id"), text("standards.id_twice", id=entry["id"]))
        found.append(entry["id"])
    return found


def _known(declared: Declarations, place: tuple[str | int, ...], word: str, words: Collection[str]) -> None:
    if word not in words:
        declared.said(place, text("manifest.unknown_word", name=word, nearest=nearest(word, words)))
