"""Names of units that the list of units lacks: those in English, and all of them for a nearest one."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from geozone.figures.words import squeezed
from geozone.files import shipped
from geozone.messages import Text
from geozone.read.door import vector

_LEVELS = ("province", "city", "county")
_LEVEL_WORD = re.compile(
    r"\s+(?:province|municipality|city|county|district|prefecture|new area|banner)$", re.IGNORECASE
)


def unit_text(code: str, name: str) -> Text:
    """Return the name of a unit in both languages; the Chinese one where no other is known."""
    return Text(name, _english().get(code, name))


def units_in_english(name: str) -> set[str]:
    """Return the codes of the units of an English name, with or without the word for its level."""
    if not name.isascii():
        return set()
    bare = _LEVEL_WORD.sub("", name.strip())
    return set(_codes().get(squeezed(bare), ()))


@cache
def names() -> Mapping[str, str]:
    """Return the Chinese name of every unit by its code."""
    with (shipped("layers") / "registers" / "units.csv").open(encoding="utf-8", newline="") as stream:
        return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(stream)})


@cache
def _english() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for level in _LEVELS:
        table = vector.frame(
            shipped("layers") / "data" / "boundary.gpkg",
            layer=level,
            columns=["code", "name_en"],
            read_geometry=False,
        )
        found |= {
            str(code): str(name) for code, name in table[["code", "name_en"]].itertuples(index=False) if name
        }
    return MappingProxyType(found)


@cache
def _codes() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, name in _english().items():
        found.setdefault(squeezed(name), []).append(code)
    return MappingProxyType(found)
