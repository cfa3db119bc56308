"""Length: how long the lines of a layer are in a unit."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, measured
from geozone.rates.needs import Ground, LengthNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the length of the lines that pass the filter, and with those that may."""
    return _need(indicator), _need(indicator, unsure=True)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the length (km) of the lines in every unit.

    1. Lines are cut at the finest units, those drawn twice counting once, with geodesic lengths on the CGCS2000
       ellipsoid (`geozone.overlay.length`); a shore belongs to the unit that it names or lies nearest to
       (`geozone.overlay.shores`).
    2. The lengths of the finest units are added up; a line along a border counts half on either side.
    3. Lines of which a field of the filter is empty may pass or not: they widen the band.
    """
    low, high = (facts.by_unit(_need(indicator, unsure=unsure), "length_km") for unsure in (False, True))
    for unit in facts.units_of(indicator):
        yield measured(unit, "km", low.get(unit.code, 0.0), high.get(unit.code, 0.0), indicator.layers)


def _need(indicator: Indicator, *, unsure: bool = False) -> LengthNeed:
    return LengthNeed(Ground.of(indicator.options["layer"], indicator.where, unsure=unsure))
