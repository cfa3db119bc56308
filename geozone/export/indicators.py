"""Rates as columns: their fixed table, what people call them, and their places beside the units."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from geozone.export.columns import Column, columns
from geozone.model import RATE_COLUMNS, Rate, ZoneResult
from geozone.rates.wording import has_figure

_NUMBERS = {"numerator", "denominator", "value", "low", "high", "target_value", "gap"}
_RATE_DOMAINS = {
    "level": "level",
    "kind": "rate_kind",
    "basis": "basis",
    "comparator": "comparator",
    "verdict": "verdict",
}


def rate_columns() -> tuple[Column, ...]:
    """Return the fixed columns of the rates."""
    declared = []
    for name in RATE_COLUMNS:
        type_ = "number" if name in _NUMBERS else "integer" if name == "target_year" else "text"
        declared.append(f"{name} {type_} {_RATE_DOMAINS.get(name, '')}".strip())
    return columns("rates", declared)


def is_finest(units: pd.DataFrame) -> pd.Series[bool]:
    """Return which units have none below them: counties, and cities or provinces that are not divided here.

    Together they cover the zone once, so amounts may be added over them.
    """
    return ~units["code"].isin(units["parent"])


def main_rate(result: ZoneResult, wanted: str | None = None) -> str | None:
    """Return the indicator that maps are coloured by.

    It is the wanted one, else the indicator of the lowest ``map_rank`` with values on the finest units, else None.
    """
    if wanted is not None:
        return wanted
    ranked = main_rates(result)
    finest = set(result.units.loc[is_finest(result.units), "code"])
    valued = {rate.indicator for rate in result.rates if rate.unit_code in finest and rate.value is not None}
    return next((name for name in ranked if name in valued), None)


def main_rates(result: ZoneResult) -> list[str]:
    """Return the indicators that maps may be coloured by, the best first."""
    ranked = {one.id: one.map_rank for one in result.indicators.values() if one.map_rank is not None}
    return sorted(ranked, key=ranked.__getitem__)


def rate_variants(rates: Iterable[Rate]) -> dict[tuple[str, str | None, str], str]:
    """Return the column of ``units`` for every (indicator, kind, unit) that has a figure.

    The first variant of an indicator takes its plain name, the others (completion by shore length or by area)
    add their unit: ``bay_completion``, ``bay_completion_km``.
    """
    names: dict[tuple[str, str | None, str], str] = {}
    for rate in rates:
        key = (rate.indicator, rate.kind, rate.unit)
        if key in names or not has_figure(rate):
            continue
        plain = rate.indicator not in names.values()
        name = rate.indicator if plain else f"{rate.indicator}_{rate.unit}"
        names[key] = name if name not in names.values() else f"{name}_{rate.kind}"
    return names
