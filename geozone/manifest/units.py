"""Units of values: how they are written, and which are the same but for a factor (``seeds/units.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.messages import Text

_KEYS = {"zh", "en", "share", "places", "of", "factor", "grades", "shown"}


@dataclass(frozen=True, slots=True)
class Shown:
    """The unit that people read in the place of another, with a factor for each language."""

    unit: Text
    zh_factor: float
    en_factor: float


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of values."""

    id: str
    title: Text
    share: bool  # held as a fraction
    places: int  # decimals that a value is shown with, at least
    base: str  # the unit that it is a multiple of; itself where it is none
    factor: float  # of the base
    grades: tuple[str, ...]  # words for 1, 2, 3, ..., where the unit is a grade
    shown: Shown | None


@cache
def load_units() -> Mapping[str, Unit]:
    """Return every unit by its id.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "units.toml")
    units = {}
    for key, table in declared.tables.items():
        declared.known_keys((key,), table, _KEYS)
        base = table.get("of", key)
        if base not in declared.tables:
            declared.fault((key, "of"), "unknown_unit", name=base, nearest="")
        shown = table.get("shown")
        units[key] = Unit(
            id=key,
            title=Text(table["zh"], table["en"]),
            share=table.get("share", False),
            places=table.get("places", 0),
            base=base,
            factor=float(table.get("factor", 1.0)),
            grades=tuple(table.get("grades", ())),
            shown=shown and Shown(Text(shown["zh"], shown["en"]), shown["zh_factor"], shown["en_factor"]),
        )
    declared.stop_on_faults()
    return MappingProxyType(units)


def converted(value: float, unit: str, wanted: str) -> float | None:
    """Return a value in another unit; None where the two measure different things.

    >>> converted(137.0, "million_kw", "kw")
    137000000.0
    """
    units = load_units()
    if unit == wanted:
        return value
    if unit not in units or wanted not in units or units[unit].base != units[wanted].base:
        return None
    return value * units[unit].factor / units[wanted].factor
