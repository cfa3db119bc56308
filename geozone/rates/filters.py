"""Filters of features and items by their fields, and fields as numbers: as people write them, and nothing guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geozone.figures.numbers import EXACT, read_grade, read_number
from geozone.figures.words import is_blank, squeezed, without_brackets
from geozone.manifest.fields import load_fields
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import converted, load_units
from geozone.raster.bands import ABSURD, FILLS

PASSES, FAILS, UNKNOWN = 1, 0, -1
_GRADED = "class"  # the unit of values that are grades
_ROMAN = re.compile(r"[ivx]")
_SEVERAL = re.compile(r"[-/、,]|至|到|和|或")
_AN_ANSWER = "无"  # stands for nothing among numbers; asked for a kind it is an answer
_SMALL = -99.0
_NINES = (999.0, 9999.0, 99999.0)  # stand for no value where no other comes near them
_FAR = 10.0


@dataclass(frozen=True, slots=True)
class Unread:
    """What a field holds that cannot be taken for a value, or not as it stands."""

    field: str
    written: tuple[str, ...]  # values, each once
    count: int  # of rows
    fill: bool = False  # they are numbers that stand for no value
    marked: bool = False  # they are numbers with the mark of a footnote, which is left out


def passes(table: pd.DataFrame, where: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.int8]:
    """Tell for each row whether it passes a filter: 1 yes, 0 no, -1 unknown (no field says no, and one is not understood).

    1. Texts are compared without regard to case, width and blanks, whole numbers without decimals.
    2. Water classes are compared as grades: ``Ⅲ类``, ``三类`` and ``3`` are one, a cause in brackets behind them is none of
       it, and of ``Ⅱ～Ⅲ`` both must pass. What is no grade is unknown.
    3. So is a word that a field of a closed vocabulary (``values`` in ``seeds/fields.toml``) does not have, an empty field,
       and a field that the table lacks.
    """
    result = np.full(len(table), PASSES, np.int8)
    for field, wanted in where.items():
        if field in table.columns:
            judge = _judge(field, tuple(map(str, wanted)))
            codes, values = pd.factorize(table[field], use_na_sentinel=False)
            outcome = np.array([judge(value) for value in values], np.int8)[codes]
        else:
            outcome = np.full(len(table), UNKNOWN, np.int8)
        result = np.where((result == FAILS) | (outcome == FAILS), FAILS, np.minimum(result, outcome))
    return result.astype(np.int8)


def numbers(values: pd.Series[Any], unit: str = "") -> pd.Series[float]:
    """Return a field as numbers in a unit; what is no number, or stands for no value, is missing.

    1. A water class is its grade. Elsewhere every part of a text has to be understood: ``1,234.5``, ``35 µg/m³``.
    2. Numbers that programs write for no value (-9999, and 9999 far from all others), and those that there cannot be in
       the unit, are none.
    """
    return _numbers(values, unit)[0]


def unread(table: pd.DataFrame, indicator: Indicator) -> Iterator[Unread]:
    """Yield what the fields that an indicator asks for hold that is neither empty nor understood."""
    for field, wanted in indicator.where.items():
        if field in table.columns:
            empty = np.array([_is_empty(value) for value in table[field]], dtype=bool)
            yield from _told(field, table[field][(passes(table, {field: wanted}) == UNKNOWN) & ~empty])
    for name, unit in (("field", indicator.unit), ("weight", "")):
        field = indicator.options.get(name, "")
        if field in table.columns:
            found, fills = _numbers(table[field], unit)
            yield from _told(field, table[field][fills], fill=True)
            empty = np.array([_is_empty(value) for value in table[field]], dtype=bool)
            yield from _told(field, table[field][found.isna() & ~fills & ~empty])
            yield from _told(field, table[field][found.notna() & _marked(table[field])], marked=True)


def matches_nothing(table: pd.DataFrame, indicator: Indicator) -> Iterator[str]:
    """Yield the fields of a filter of which every row says no."""
    for field, wanted in indicator.where.items():
        if len(table) and field in table.columns and not passes(table, {field: wanted}).any():
            yield field


def plain(value: Any) -> str:
    """Return a value as it is compared: half-width, without blanks, in small letters, whole numbers without decimals."""
    if (
        value is None
        or (isinstance(value, float) and not np.isfinite(value))
        or value is pd.NA
        or value is pd.NaT
    ):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value))).casefold()
    return re.sub(r"(?<=^\d)(\d*)\.0+$", r"\1", word)


def grades_of(value: Any) -> frozenset[int]:
    """Return the grades that a water class names: ``Ⅲ``, ``三类``, ``3`` are 3, ``劣Ⅴ`` is 6; none for other words."""
    grades = load_units()[_GRADED].grades
    word = squeezed(without_brackets(plain(value))).strip("*＊")
    whole = read_grade(word, grades)
    parts = {read_grade(part, grades) for part in _SEVERAL.split(word)}
    if whole is not None:
        return frozenset({whole})
    return frozenset(part for part in parts if part is not None) if None not in parts else frozenset()


@cache
def _judge(field: str, wanted: tuple[str, ...]) -> Callable[[Any], int]:
    """Return what tells of a value of a field whether it is one of those wanted."""
    known = {plain(value) for value in wanted}
    grades = frozenset().union(*(grades_of(value) for value in wanted))
    declared = load_fields().get(field)
    words = {plain(value) for value in declared.words} if declared else set()
    closed = known <= words
    graded = declared is not None and declared.unit == _GRADED
    graded |= all(grades_of(value) and _ROMAN.search(plain(value)) for value in wanted)

    def judge(value: Any) -> int:
        word = plain(value)
        if word in known:
            return PASSES
        if _is_empty(value) and (graded or closed or word != _AN_ANSWER):
            return UNKNOWN
        found = grades_of(value) if grades else frozenset()
        if graded:
            return (
                (PASSES if found <= grades else FAILS if not found & grades else UNKNOWN)
                if found
                else UNKNOWN
            )
        if found and found <= grades:
            return PASSES
        return UNKNOWN if closed and word not in words else FAILS

    return judge


def _is_empty(value: Any) -> bool:
    return is_blank(plain(value))


def _numbers(values: pd.Series[Any], unit: str) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Return a field as numbers in a unit, and which of them stand for no value, and are missing therefore."""
    known = load_units().get(unit)
    found = pd.to_numeric(values, errors="coerce").astype(float)
    words = found.isna() & values.notna()
    if words.any():
        codes, written = pd.factorize(values[words])
        read = np.array([_number(str(word), unit) for word in written], dtype=float)
        found[words] = read[codes]
    if known is not None and known.grades:
        found = found.where(found.isin(range(1, len(known.grades) + 1)))
    fills = found.isin([*FILLS, _SMALL]) & (found < 0) | (found.abs() >= ABSURD)
    if known is not None:
        fills |= (found < known.least) | (found > known.most)
    nines = found.isin(_NINES) & ~fills
    if nines.any():
        others = found[~nines & ~fills].max()
        fills |= nines & bool(others * _FAR < found[nines].min())
    return found.mask(fills), fills


def _number(word: str, unit: str) -> float:
    """Return the number of a text in a unit; not a number where any part of it is not understood."""
    known = load_units().get(unit)
    if known is not None and known.grades:
        found = grades_of(word)
        return float(next(iter(found))) if len(found) == 1 else np.nan
    number = read_number(word)
    if number is None or number.comparator != EXACT or number.direction:
        return np.nan
    value = float(number.value * number.multiple)
    if number.unit is None:
        return value
    in_unit = converted(float(number.value * number.unit.multiple), number.unit.unit, unit)
    return np.nan if in_unit is None else in_unit


def _marked(values: pd.Series[Any]) -> pd.Series[bool]:
    """Tell which texts are numbers with the mark of a footnote (45*): what it says of the number stands elsewhere."""
    words = pd.to_numeric(values, errors="coerce").isna() & values.notna()
    found = {
        word: (one := read_number(str(word))) is not None and one.marked for word in values[words].unique()
    }
    return words & values.map(lambda value: found.get(value, False)).astype(bool)


def _told(field: str, words: pd.Series[Any], *, fill: bool = False, marked: bool = False) -> Iterator[Unread]:
    if len(words):
        yield Unread(
            field, tuple(dict.fromkeys(str(word).strip() for word in words)), len(words), fill, marked
        )
