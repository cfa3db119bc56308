"""Share of a layer inside others: how much of a layer's ground all of some other layers cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geozone.manifest.indicators import Indicator
from geozone.messages import text
from geozone.rates.facts import Facts, Value, share
from geozone.rates.needs import AreaNeed, Ground, Need

_ROUNDING = 1e-9  # of an area: what two overlays of the same ground differ by


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the net area of the layer, and of the ground that it has in common with all the others."""
    return tuple(need for unsure in (False, True) for need in _needs(indicator, unsure=unsure))


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of the layer that lies in all the others, for every unit.

    1. The mosaic of the layers gives the area of every combination of them in every finest unit, in the equal-area
       plane, each piece of ground once (`geozone.overlay.mosaic`).
    2. Numerator: the area (km²) of the combinations that hold the layer and all the others.
    3. Denominator: the area (km²) of those that hold the layer. Where that is below what the accuracy of the layer lets
       be told from nothing, the question does not arise.
    4. Features of which a field of the filter is not known may be of the layer or not: the band reaches from the share
       with what they have outside the others, which is that of the numerator and denominator given, to that with what they
       have inside.
    """
    total, both, most, most_inside = (facts.by_unit(need, "area_km2") for need in needs(indicator))
    for unit in facts.units_of(indicator):
        here, inside = total.get(unit.code, 0.0), both.get(unit.code, 0.0)
        unsure_inside = max(0.0, most_inside.get(unit.code, 0.0) - inside)
        unsure_outside = max(0.0, most.get(unit.code, 0.0) - here - unsure_inside)
        reason = facts.too_little(unit, here + unsure_inside + unsure_outside, indicator.options["layer"])
        if reason is not None:
            absent = facts.not_applicable(unit, "km2", indicator, here, reason)
            yield replace(absent, empty=False)  # that there is none is told of every unit
        elif unsure_inside + unsure_outside <= _ROUNDING * here:
            yield share(unit, inside, here, "km2", indicator.layers)
        else:
            low, high = share_band(inside, here, unsure_inside, unsure_outside)
            note = text("rates.note_unknown_features")
            yield Value(
                unit,
                "km2",
                inside,
                here + unsure_outside,
                low=low,
                high=high,
                note=note,
                layers=indicator.layers,
            )


def share_band(
    inside: float, whole: float, unsure_inside: float, unsure_outside: float
) -> tuple[float, float]:
    """Return the least and the most that the inner part of a whole can be, where more of either kind may belong to it.

    >>> share_band(1.0, 4.0, 1.0, 1.0)
    (0.2, 0.4)
    """
    least = inside / (whole + unsure_outside) if whole + unsure_outside else 1.0
    most = (inside + unsure_inside) / (whole + unsure_inside) if whole + unsure_inside else 0.0
    return min(1.0, least), min(1.0, most)


def _needs(indicator: Indicator, *, unsure: bool) -> tuple[Need, Need]:
    whole = frozenset({Ground.of(indicator.options["layer"], indicator.where, unsure=unsure)})
    within = frozenset(Ground.of(name) for name in indicator.options["within"])
    return AreaNeed(whole), AreaNeed(whole | within)
