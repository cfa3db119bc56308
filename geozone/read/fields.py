"""Which field of a file answers which field of geozone: the user's mapping first, then those of roles, then the synonyms."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.errors import InputError
from geozone.manifest.fields import load_fields
from geozone.manifest.roles import load_roles
from geozone.manifest.units import converted, read_unit, unit_title
from geozone.model import Severity
from geozone.read.columns import CHOSEN
from geozone.read.notes import Notes
from geozone.toml_tables import read_tables

_BRACKETS = re.compile(r"[(（\[［【]([^()（）\[\]［］【】]*)[)）\]］】]")
_LISTED = 10  # names of columns that are told
_WIDTH = 10  # bytes of a field name in a .dbf


def map_fields(
    data: gpd.GeoDataFrame, given: Mapping[str, str], path: Path | str, notes: Notes
) -> gpd.GeoDataFrame:
    """Add the fields of geozone to the fields of the file, which stay as they are.

    A field that differs from that of geozone in capitals only takes its name instead.

    Raises
    ------
    InputError
        If the user names a field that the file does not have.
    """
    for name, wanted in given.items():
        if name == data.geometry.name:
            raise InputError("read.geometry_given", path=path, name=name)
        field = _named(data, wanted, path, notes)
        if name != field:
            notes.decide("fields", f"{name} = {field}", "read.field_given", name=name, field=field)
        data = _in_unit(_take(data, name, field), name, field, notes)
    for name, groups in _all_synonyms().items():
        if name not in given and name not in data.columns:
            data = _by_synonym(data, name, groups, notes)
    if "code" in data.columns:
        data["code"] = code_texts(data["code"])
    return data


def named_once(names: Sequence[str]) -> list[str]:
    """Return the names of columns; one that stands there again bears the number of its column."""
    seen: dict[str, int] = {}
    return [
        f"{name}_{place + 1}" if seen.setdefault(name, place) != place else name
        for place, name in enumerate(names)
    ]


def tell_twice(names: Sequence[str], notes: Notes, *, known: Collection[int] = ()) -> None:
    """Say which names of `named_once` stand over several columns, those of `known` columns left out."""
    bare = {
        place: name.removesuffix(f"_{place + 1}") for place, name in enumerate(names) if place not in known
    }
    twice = list(
        dict.fromkeys(name for place, name in bare.items() if name != names[place] and name in names[:place])
    )
    if twice:
        notes.find("columns_twice", Severity.WARNING, names=", ".join(twice[:_LISTED]), count=len(twice))


def code_texts(values: pd.Series) -> pd.Series:
    """Return codes as text without blanks: 130102.0 → "130102"; missing ones are ""."""
    if pd.api.types.is_numeric_dtype(values):
        return values.map(_whole).astype("str")
    texts = values.astype("string").fillna("").str.strip()
    return texts.str.replace(r"(?<=\d{6})\.0+$", "", regex=True).astype("str")


def _whole(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _named(data: gpd.GeoDataFrame, wanted: str, path: Path | str, notes: Notes) -> str:
    names = _fields(data)
    if wanted in names:
        return wanted
    alike = [name for name in names if means(name, wanted)]
    alike = alike or [name for name in names if name.endswith(f"_{wanted}")]  # the lower of two heading rows
    if len(alike) != 1:
        raise InputError("read.no_such_field", path=path, field=wanted, choices=", ".join(names))
    if alike[0].casefold() != wanted.casefold():
        notes.decide("fields", alike[0], "read.field_cut", wanted=wanted, field=alike[0])
    return alike[0]


def _by_synonym(data: gpd.GeoDataFrame, name: str, groups: list[list[str]], notes: Notes) -> gpd.GeoDataFrame:
    names = _fields(data)
    for group in groups:
        found = list(dict.fromkeys(field for wanted in group for field in names if means(field, wanted)))
        if not found:
            continue
        field = found[0]
        if len(found) > 1 and not all(data[field].equals(data[other]) for other in found[1:]):
            notes.find("field_ambiguous", Severity.WARNING, name=name, fields=", ".join(found), field=field)
        notes.decide("fields", f"{name} = {field}", "read.field_synonym", name=name, field=field)
        return _take(data, name, field)
    return data


def _take(data: gpd.GeoDataFrame, name: str, field: str) -> gpd.GeoDataFrame:
    if name == field:
        return data
    if name.casefold() == field.casefold():
        return data.rename(columns={field: name})
    # tables of a GeoPackage do not tell NAME from name
    alike = [other for other in _fields(data) if other.casefold() == name.casefold()]
    data = data.rename(columns={other: f"{other}_file" for other in alike if other != name})
    data[name] = data[field]
    return data


def _in_unit(data: gpd.GeoDataFrame, name: str, heading: str, notes: Notes) -> gpd.GeoDataFrame:
    """Return numbers in the unit that a field has, where the heading states another one; nothing is done to other values."""
    declared = load_fields().get(name)
    stated = next((unit for words in _BRACKETS.findall(heading) if (unit := read_unit(words))), None)
    if stated is None or declared is None or declared.unit is None:
        return data
    factor = converted(float(stated.multiple), stated.unit, declared.unit)
    if factor == 1:
        return data
    units: dict[str, Any] = {"unit": unit_title(stated.unit), "wanted": unit_title(declared.unit)}
    if factor is None or not pd.api.types.is_numeric_dtype(data[name]):
        notes.find("field_unit", Severity.WARNING, heading=heading, name=name, **units)
        return data
    notes.decide(
        "fields",
        f"{name} × {factor:g}",
        "read.field_converted",
        heading=heading,
        factor=f"{factor:g}",
        **units,
    )
    data[name] = data[name] * factor
    return data


def _fields(data: gpd.GeoDataFrame) -> list[str]:
    return [str(column) for column in data.columns if column != data.geometry.name]


def synonyms(name: str) -> list[str]:
    """Return all fields that mean a field of geozone, the more specific first."""
    return [field for group in _all_synonyms().get(name, []) for field in group]


def known_fields() -> frozenset[str]:
    """Return the fields of geozone that a layer may have for every purpose: those with synonyms, and those of indicators."""
    return frozenset({*_all_synonyms(), *load_fields(), *CHOSEN})


def means(field: str, wanted: str) -> bool:
    """Tell whether a field is the one wanted, whole or cut to the width of a .dbf."""
    if field.casefold() == wanted.casefold():
        return True
    if not field or not wanted.casefold().startswith(field.casefold()):
        return False
    for encoding in ("gb18030", "utf-8"):
        following = wanted[: len(field) + 1].encode(encoding)
        if len(field.encode(encoding)) <= _WIDTH < len(following):
            return True
    return False


@cache
def _all_synonyms() -> dict[str, list[list[str]]]:
    """Return the groups of fields that mean a field of geozone, the more specific first.

    A layer often names what its features lie in (a section its river, a red line its reserve), so of two roles the one that
    maps draw above the other goes first.
    """
    found: dict[str, list[list[str]]] = {}
    for role in reversed(list(load_roles().values())):
        for name, words in role.fields.items():
            found.setdefault(name, []).append(list(words))
    general = read_tables(Path(__file__).parent / "synonyms.toml")
    return {name: found.get(name, []) + general.get(name, []) for name in [*general, *found]}
