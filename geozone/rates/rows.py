"""Rows of a written table of rates, read as rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from geozone.messages import Text
from geozone.model import RATE_COLUMNS, Basis, Comparator, Kind, Level, Rate, Verdict

_CODES: Mapping[str, type[StrEnum]] = {
    "level": Level,
    "kind": Kind,
    "basis": Basis,
    "comparator": Comparator,
    "verdict": Verdict,
}
_TEXTS = ("unit_name", "method", "note")


def read_rates(rows: Iterable[Mapping[str, Any]]) -> list[Rate]:
    """Return rows as rates; their texts are in one language, what is missing is None.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a row is not one of geozone's.
    """
    return [Rate(**{name: _value(name, row[name]) for name in RATE_COLUMNS}) for row in rows]


def _value(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return Text(value, value)
    return _CODES[name](value) if name in _CODES and value is not None else value
