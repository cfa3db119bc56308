"""The columns of every exported table, declared once for GeoPackage, PostGIS, sheets and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, Literal

import pandas as pd

from geozone import messages
from geozone.manifest.inputs import register_roles
from geozone.manifest.roles import load_roles
from geozone.messages import Text
from geozone.model import (
    Basis,
    BreakKind,
    Comparator,
    Kind,
    Level,
    Modality,
    PlaceGroup,
    Severity,
    Status,
    Verdict,
)

ColumnType = Literal["text", "integer", "number", "boolean"]

_DTYPES: dict[str, Any] = {"text": "object", "integer": "Int64", "number": "float64", "boolean": "boolean"}

# value domains: name -> the codes that may stand in the column
DOMAINS: dict[str, type[StrEnum] | None] = {
    "basis": Basis,
    "status": Status,
    "verdict": Verdict,
    "level": Level,
    "severity": Severity,
    "comparator": Comparator,
    "modality": Modality,
    "rate_kind": Kind,
    "break_kind": BreakKind,
    "place_group": PlaceGroup,
    "role": None,  # of layers and registers, as declared
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, its type, its value domain and what people call it."""

    name: str
    type: ColumnType
    title: Text
    domain: str | None = None
    fraction: bool = False  # a number from 0 to 1 that people read as per cent
    fixed: bool = False  # what geozone needs to read the table back: people do not edit it
    hidden: bool = False  # nor need they see it


def column(
    name: str,
    type_: ColumnType = "text",
    *,
    table: str = "",
    domain: str | None = None,
    title: Text | None = None,
) -> Column:
    """Return a column with its title from the catalogue.

    The title is the text ``words.column_<table>_<name>``, else ``words.column_<name>``, else `title`, else the
    name itself.
    """
    texts = messages.room("words")
    found = texts.get(f"column_{table}_{name}") or texts.get(f"column_{name}") or title or Text(name, name)
    return Column(name, type_, found, domain)


def columns(table: str, declared: Iterable[str]) -> tuple[Column, ...]:
    """Return columns from declarations like ``"value number"`` or ``"status text status"``."""
    result = []
    for line in declared:
        name, type_, domain = (*line.split(), "", "")[:3]
        result.append(column(name, _checked(type_ or "text"), table=table, domain=domain or None))
    return tuple(result)


def domain_values(domain: str) -> list[tuple[str, Text]]:
    """Return the codes of a value domain with their labels."""
    codes = DOMAINS[domain]
    if codes is None:
        titles = {role.id: role.title for role in load_roles().values()}
        return list({**titles, **register_roles()}.items())
    texts = messages.room("words")
    return [(item.value, texts[f"{domain}_{item.name.lower()}"]) for item in codes]


def conformed(frame: pd.DataFrame, declared: Sequence[Column]) -> pd.DataFrame:
    """Return the declared columns of a frame in order and type; what is missing is empty."""
    data = {
        item.name: _typed(frame[item.name], item.type)
        if item.name in frame.columns
        else pd.Series([None] * len(frame), index=frame.index, dtype=_DTYPES[item.type])
        for item in declared
    }
    return pd.DataFrame(data, index=frame.index, columns=[item.name for item in declared])


def type_of(values: pd.Series[Any]) -> ColumnType:
    """Return the column type that holds the values of a column as read."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(values.dtype) else "text"


def _typed(values: pd.Series[Any], type_: ColumnType) -> pd.Series[Any]:
    if type_ != "text":
        typed: pd.Series[Any] = values.astype(_DTYPES[type_])
        return typed
    if isinstance(values.dtype, pd.StringDtype):  # texts already, the usual case of large layers
        texts_only: pd.Series[Any] = values.astype("object").where(values.notna(), None)
        return texts_only
    if set(map(type, values.array)) <= {str, NoneType}:  # a word of an enumeration is of a type of its own
        return values.astype("object")
    present = values.notna().tolist()
    texts = [_plain(value) if there else None for value, there in zip(values, present, strict=True)]
    return pd.Series(texts, index=values.index, dtype="object")


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if value != value.normalize() else value.date().isoformat()
    return value.value if isinstance(value, StrEnum) else str(value)


def _checked(type_: str) -> ColumnType:
    match type_:
        case "text" | "integer" | "number" | "boolean":
            return type_
        case _:
            raise ValueError(type_)
