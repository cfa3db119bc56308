"""Share of sites: how many sites of a layer pass a filter, of those that have a value."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import FeatureNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the sites with the units that they lie in."""
    return (FeatureNeed(indicator.options["layer"]),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of sites that pass the filter, for every unit.

    1. A site belongs to the finest unit that it lies in, and is counted once in every larger one.
    2. Numerator: the sites that pass. Denominator: all sites.
    3. A site without a value in a field of the filter may pass or not: from none of them to all of them is the band,
       and where there are any, there is no single value.
    """
    outcomes = facts.outcomes_by_unit(FeatureNeed(indicator.options["layer"]), indicator.where)
    for unit in facts.units_of(indicator):
        outcome = outcomes.get(unit.code)
        if outcome is None:
            yield facts.not_applicable(unit, "count", indicator)
            continue
        total, sure, unknown = len(outcome), int((outcome == 1).sum()), int((outcome < 0).sum())
        yield Value.of_counts(unit, sure, unknown, total, "rates.note_unknown_sites", layers=indicator.layers)
