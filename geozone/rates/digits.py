"""The digits of a rate, alike on the page, in print, in tables and in explanations."""

from __future__ import annotations

from geozone.model import Kind, Rate
from geozone.rounding import digits, exact_places, percent, rounded

MOST_PLACES = 6
KM2 = "km²"


def area_places(value: float) -> int:
    """Return how many decimals an area in km² is shown with."""
    return 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2


def amount(value: float, kind: Kind | None, places: int | None = None) -> str:
    """Return a value of an indicator in its unit: a fraction in per cent, an area in km²."""
    if kind is Kind.AREA:
        return f"{digits(value, area_places(value) if places is None else places)} {KM2}"
    return percent(value, 1 if places is None else places)


def value_places(rate: Rate) -> int:
    """Return as many decimals as tell the value of a rate from its target: 54.96 % is not "55.0 %" of 55 %."""
    assert rate.value is not None
    places = area_places(rate.value) if rate.kind is Kind.AREA else 1
    goal = rate.target_value
    if goal is not None and goal != rate.value:
        while places < MOST_PLACES and amount(rate.value, rate.kind, places) == amount(
            goal, rate.kind, places
        ):
            places += 1
    return places


def value_text(rate: Rate) -> str | None:
    """Return the value of a rate, or its band; None where it has neither."""
    if rate.value is not None:
        return amount(rate.value, rate.kind, value_places(rate))
    if rate.low is None or rate.high is None:
        return None
    return f"{amount(rate.low, rate.kind)} – {amount(rate.high, rate.kind)}"


def target_amount(rate: Rate) -> str:
    """Return the figure of a target with all its decimals; empty where the target states none."""
    goal = rate.target_value
    if goal is None:
        return ""
    return amount(goal, rate.kind, exact_places(goal if rate.kind is Kind.AREA else goal * 100))


def gap_places(size: float, unit: str) -> int:
    """Return how many decimals a gap in `unit` is shown with; one that is there is never shown as 0."""
    match unit:
        case "percentage_points":
            places = 1
        case "km2":
            places = area_places(size)
        case "km":
            places = 0 if size >= 100 else 1
        case _:
            places = 0 if float(size).is_integer() else 1
    while size and places < MOST_PLACES and not rounded(size, places):
        places += 1
    return places
