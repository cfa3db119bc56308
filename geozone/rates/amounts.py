"""Amounts in words: a number in its unit, as people write it."""

from __future__ import annotations

import unicodedata

from geozone.manifest.units import load_units
from geozone.messages import Text, text
from geozone.model import Comparator
from geozone.rates.digits import amount_places
from geozone.rounding import digits, exact_places


def amount_text(value: float, unit: str, places: int | None = None) -> Text:
    """Return an amount in its unit, a share in per cent.

    Parameters
    ----------
    value
        The number in `unit`: 55 for 55 %.
    unit
        An id of ``seeds/units.toml``; another one is written as it is.
    places
        Decimals; by default as many as show the number as it is.
    """
    known = load_units().get(unit)
    if known is None:
        return _amount(value, places, Text(unit, unit))
    if known.grades and float(value).is_integer() and 1 <= value <= len(known.grades):
        grade = known.grades[int(value) - 1]
        return text("words.amount_class", grade=Text(grade, _latin(grade)))
    if known.shown is not None:
        zh = _amount(value * known.shown.zh_factor, None, known.shown.unit)
        return Text(zh.zh, _amount(value * known.shown.en_factor, None, known.shown.unit).en)
    if unit == "count":
        return text("words.amount_count", amount=_digits(value, places))
    if unit == "%":
        shown = f"{_digits(value, places)}%"
        return Text(shown, shown)
    return _amount(value, places, known.title)


def _latin(grade: str) -> str:
    """Return a grade as English prints it: III for Ⅲ, worse than V for 劣Ⅴ."""
    plain = unicodedata.normalize("NFKC", grade)
    worse = text("words.grade_worse")
    return plain.replace(worse.zh, f"{worse.en} ", 1) if plain.startswith(worse.zh) else plain


def figure_text(value: float, unit: str, comparator: str = "", places: int = 0) -> Text:
    """Return a figure as an authority gave it: "at least", "at most" and "about" are kept, and so are its digits."""
    amount = amount_text(value, unit, max(places, exact_places(value)))
    given = next((one for one in Comparator if one.value == comparator), Comparator.EQUAL)
    return text(f"words.target_{given.name.lower()}", amount=amount)


def area_text(km2: float) -> Text:
    """Return an area that was computed, in km²."""
    return amount_text(km2, "km2", amount_places(km2, "km2"))


def _amount(value: float, places: int | None, unit: Text) -> Text:
    shown = _digits(value, places)
    return text("words.amount_of", amount=shown, unit=unit) if unit.zh or unit.en else Text(shown, shown)


def _digits(value: float, places: int | None) -> str:
    return digits(value, exact_places(value) if places is None else places)
