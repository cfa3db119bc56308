"""Share of length: how much of a layer's lines passes a filter, or lies in other layers."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, share
from geozone.rates.needs import Ground, LengthNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the length of all lines, and of the part."""
    return _whole(indicator), _part(indicator), _part(indicator, unsure=True)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of the length for every unit.

    1. Lines are cut at the finest units, those drawn twice counting once, with geodesic lengths on the CGCS2000
       ellipsoid (`geozone.overlay.length`); a shore belongs to the unit that it names or lies nearest to
       (`geozone.overlay.shores`).
    2. Numerator: the length (km) of the lines that pass the filter, or lie in the other layers.
    3. Denominator: the length (km) of all. Where there is none, or less than its ends are known, the question does not arise.
    4. Lines of which a field of the filter is empty may pass or not: they widen the band.
    """
    total, low, high = (facts.by_unit(need, "length_km") for need in needs(indicator))
    for unit in facts.units_of(indicator):
        whole = total.get(unit.code, 0.0)
        reason = facts.too_little(unit, whole, indicator.options["layer"])
        if reason is None:
            part, most = low.get(unit.code, 0.0), high.get(unit.code, 0.0)
            yield share(unit, part, whole, "km", indicator.layers, most=most)
        else:
            yield facts.not_applicable(unit, "km", indicator, whole, reason)


def _whole(indicator: Indicator) -> LengthNeed:
    return LengthNeed(Ground.of(indicator.options["layer"]))


def _part(indicator: Indicator, *, unsure: bool = False) -> LengthNeed:
    within = frozenset(Ground.of(name) for name in indicator.options.get("within", ()))
    return LengthNeed(Ground.of(indicator.options["layer"], indicator.where, unsure=unsure), within)
