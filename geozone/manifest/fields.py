"""Fields that indicators ask for of their layers and registers, as declared in ``seeds/fields.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.units import load_units
from geozone.messages import Text


@dataclass(frozen=True, slots=True)
class Field:
    """A field of features or items."""

    id: str
    title: Text
    unit: str | None  # of its values, where they are numbers
    written: tuple[str, ...] = ()  # other headings under which files have it
    words: tuple[str, ...] = ()  # all words that it may hold; empty where they may be any


@cache
def load_fields() -> Mapping[str, Field]:
    """Return every declared field by its id.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "fields.toml")
    found = {}
    for key, table in declared.tables.items():
        declared.known_keys((key,), table, {"title", "unit", "written", "values"})
        unit = table.get("unit")
        if unit is not None and unit not in load_units():
            near = nearest(unit, load_units())
            declared.fault((key, "unit"), "unknown_unit", name=unit, nearest=near)
        written, words = (tuple(table.get(name, ())) for name in ("written", "values"))
        found[key] = Field(key, Text(**table["title"]), unit, written, words)
    declared.stop_on_faults()
    return MappingProxyType(found)


def field_title(name: str) -> Text:
    """Return what a field is called; its id where nobody says."""
    known = load_fields().get(name)
    return known.title if known else Text(name, name)
