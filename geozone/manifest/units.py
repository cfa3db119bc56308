"""Units of values: how they are written, and which are the same but for a factor (``seeds/units.toml``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import inf
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.messages import Text

_KEYS = {
    "zh",
    "en",
    "share",
    "places",
    "of",
    "factor",
    "grades",
    "least",
    "most",
    "shown",
    "spoken",
    "written",
}
_MULTIPLES = "multiples"  # the table of words that multiply a unit


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
    spoken: Text  # as sentences write it
    written: tuple[str, ...] = ()  # how people write it, beside its id and titles
    least: float = -inf  # the least and the most that a site can have
    most: float = inf


@dataclass(frozen=True, slots=True)
class Written:
    """A unit as somebody wrote it: ``万吨`` is 10,000 of ``t``."""

    unit: str
    multiple: Decimal


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
        if key == _MULTIPLES:
            continue
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
            spoken=Text(table.get("spoken", table["zh"]), table["en"]),
            written=tuple(table.get("written", ())),
            least=float(table.get("least", -inf)),
            most=float(table.get("most", inf)),
        )
    declared.stop_on_faults()
    return MappingProxyType(units)


def unit_title(name: str) -> Text:
    """Return how a unit is written."""
    known = load_units().get(name)
    return known.title if known else Text(name, name)


def is_share_unit(name: str) -> bool:
    """Tell whether values in a unit are held as fractions; of one that nobody knows they are not."""
    known = load_units().get(name)
    return known is not None and known.share


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


def read_unit(words: str) -> Written | None:
    """Return the unit that a cell or heading means, and what it multiplies; None for what is none.

    >>> read_unit("万平方公里"), read_unit("µg/m³")
    (Written(unit='km2', multiple=Decimal('10000')), Written(unit='ug/m3', multiple=Decimal('1')))
    """
    word = _plain(words)
    if word in _writings():
        return Written(_writings()[word], Decimal(1))
    for multiple, times in multiples().items():
        if word.startswith(multiple) and (unit := _writings().get(word.removeprefix(multiple))):
            return Written(unit, times)
    return None


@cache
def multiples() -> Mapping[str, Decimal]:
    """Return the words that multiply what follows them, the longest first."""
    table = Declarations.read(shipped("seeds") / "units.toml").tables[_MULTIPLES]
    return MappingProxyType({word: Decimal(table[word]) for word in sorted(table, key=len, reverse=True)})


def written_units() -> Iterator[tuple[str, str]]:
    """Yield every writing of every unit as `read_unit` compares it, with the id of the unit."""
    for key, unit in load_units().items():
        for word in {_plain(one) for one in (key, unit.title.zh, unit.title.en, *unit.written)}:
            if word and word != "-":
                yield word, key


@cache
def _writings() -> dict[str, str]:
    return dict(written_units())


def _plain(words: str) -> str:
    return re.sub(r"[\s^]", "", unicodedata.normalize("NFKC", words)).casefold()
