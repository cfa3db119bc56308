"""Count: how many features of a layer lie in a unit."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, measured
from geozone.rates.needs import FeatureNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the features with the units that they lie in."""
    return (FeatureNeed(indicator.options["layer"]),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the number of features that pass the filter, for every unit.

    1. A feature belongs to every finest unit that it lies in with more than a strip as narrow as its outline is accurate
       (`geozone.overlay.joining`); in a unit of several of them it counts once.
    2. Features of which the filter's field is empty may pass: they widen the band.
    """
    outcomes = facts.outcomes_by_unit(FeatureNeed(indicator.options["layer"]), indicator.where)
    for unit in facts.units_of(indicator):
        outcome = outcomes.get(unit.code)
        sure = unknown = 0
        if outcome is not None:
            sure, unknown = int((outcome == 1).sum()), int((outcome < 0).sum())
        yield measured(unit, "count", sure, sure + unknown, indicator.layers)
