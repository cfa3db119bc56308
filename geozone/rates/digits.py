"""The digits of a rate, alike on the page, in print, in tables and in explanations."""

from __future__ import annotations

from geozone.manifest.units import load_units
from geozone.model import Kind, Rate
from geozone.rounding import digits, exact_places, rounded

MOST_PLACES = 6
_SHARES = (
    Kind.COVERAGE,
    Kind.COMPLETION,
    Kind.RASTER,
    Kind.SHARE_OF_UNITS,
    Kind.POINTS,
    Kind.CONNECTIVITY,
)


def is_share(rate: Rate) -> bool:
    """Tell whether the values of a rate are fractions of a whole; a length is one where it has a whole."""
    unit = load_units().get(rate.unit)
    if rate.kind in _SHARES or (unit is not None and unit.share):
        return True
    return rate.kind is Kind.LENGTH and rate.denominator is not None


def value_unit(rate: Rate) -> str:
    """Return the unit in which people read the values of a rate; the row has that of numerator and denominator."""
    unit = load_units().get(rate.unit)
    return rate.unit if (unit is not None and unit.share) or not is_share(rate) else "%"


def in_unit(value: float, rate: Rate) -> float:
    """Return a value of a rate in `value_unit`: a fraction in per cent."""
    return value * 100 if is_share(rate) else value


def amount_places(size: float, unit: str) -> int:
    """Return how many decimals an amount that was computed is shown with.

    An area or a length has none from 100, one from 10, else two; any other unit those that it declares.
    """
    if unit in {"km2", "km"}:
        return 0 if abs(size) >= 100 or size == 0 else 1 if abs(size) >= 10 else 2
    known = load_units().get(unit)
    return known.places if known else exact_places(size)


def value_places(rate: Rate) -> int:
    """Return as many decimals as tell the value of a rate from its target: 54.96 % is not "55.0 %" of 55 %.

    A reported figure keeps its own.
    """
    assert rate.value is not None
    value = in_unit(rate.value, rate)
    reported = rate.kind is Kind.REPORTED
    places = max(rate.places, exact_places(value)) if reported else amount_places(value, value_unit(rate))
    goal = rate.target_value
    if goal is not None and goal != rate.value:
        while places < MOST_PLACES and digits(value, places) == digits(in_unit(goal, rate), places):
            places += 1
    return places


def band_places(low: float, high: float, unit: str) -> tuple[int, int]:
    """Return how many decimals tell the ends of a band apart; nothing and the whole of a share have none."""
    places = max(amount_places(low, unit), amount_places(high, unit))
    while places < MOST_PLACES and low != high and digits(low, places) == digits(high, places):
        places += 1
    whole = {0.0, 100.0} if unit == "%" else {0.0}
    return 0 if low in whole else places, 0 if high in whole else places


def gap_places(size: float, unit: str) -> int:
    """Return how many decimals a gap in `unit` is shown with; one that is there is never shown as 0."""
    places = 0 if unit == "count" and float(size).is_integer() else max(1, amount_places(size, unit))
    if unit in {"km2", "km"}:
        places = amount_places(size, unit)
    while size and places < MOST_PLACES and not rounded(size, places):
        places += 1
    return places
