"""Share of a layer inside others: how much of a layer's ground all of some other layers cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, share
from geozone.rates.needs import AreaNeed, Ground, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the net area of the layer, and of the ground that it has in common with all the others."""
    whole, part = _grounds(indicator)
    return AreaNeed(whole), AreaNeed(whole | part)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of the layer that lies in all the others, for every unit.

    1. The mosaic of the layers gives the area of every combination of them in every finest unit, in the equal-area
       plane, each piece of ground once (`geozone.overlay.mosaic`).
    2. Numerator: the area (km²) of the combinations that hold the layer and all the others.
    3. Denominator: the area (km²) of those that hold the layer. Where that is below what the accuracy of the layer lets
       be told from nothing, the question does not arise.
    """
    whole, part = _grounds(indicator)
    total = facts.by_unit(AreaNeed(whole), "area_km2")
    both = facts.by_unit(AreaNeed(whole | part), "area_km2")
    for unit in facts.units_of(indicator):
        here = total.get(unit.code, 0.0)
        reason = facts.too_little(unit, here, indicator.options["layer"])
        if reason is None:
            yield share(unit, both.get(unit.code, 0.0), here, "km2", indicator.layers)
        else:
            absent = facts.not_applicable(unit, "km2", indicator, here, reason)
            yield replace(absent, empty=False)  # that there is none is told of every unit


def _grounds(indicator: Indicator) -> tuple[frozenset[Ground], frozenset[Ground]]:
    whole = frozenset({Ground.of(indicator.options["layer"], indicator.where)})
    return whole, frozenset(Ground.of(name) for name in indicator.options["within"])
