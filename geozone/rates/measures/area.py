"""Area: the net area of a layer in a unit."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, measured
from geozone.rates.needs import AreaNeed, Ground, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the net area of the features that pass the filter, and with those that may."""
    return _need(indicator), _need(indicator, unsure=True)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the net area (km²) of the layer in every unit.

    1. The features are overlaid with the finest units in the equal-area plane; ground that several of them cover
       counts once (`geozone.overlay.mosaic`).
    2. The areas of the finest units are added up. The units are land: what lies at sea is not in them.
    3. Features of which a field of the filter is empty may be of the layer or not: they widen the band.
    """
    low, high = (facts.by_unit(_need(indicator, unsure=unsure), "area_km2") for unsure in (False, True))
    for unit in facts.units_of(indicator):
        yield measured(unit, "km2", low.get(unit.code, 0.0), high.get(unit.code, 0.0), indicator.layers)


def _need(indicator: Indicator, *, unsure: bool = False) -> AreaNeed:
    return AreaNeed(frozenset({Ground.of(indicator.options["layer"], indicator.where, unsure=unsure)}))
