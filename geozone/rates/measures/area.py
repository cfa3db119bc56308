"""Area: the net area of a layer in a unit."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import AreaNeed, Ground, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the net area of the layer."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the net area (km²) of the layer in every unit.

    1. The features are overlaid with the finest units in the equal-area plane; ground that several of them cover
       counts once (`geozone.overlay.mosaic`).
    2. The areas of the finest units are added up. The units are land: what lies at sea is not in them.
    """
    covered = facts.by_unit(_need(indicator), "area_km2")
    for unit in facts.units_of(indicator):
        area = covered.get(unit.code, 0.0)
        yield Value(
            unit, "km2", numerator=area, value=area, low=area, high=area, layers=indicator.layers,
            note=indicator.note_text,
        )  # fmt: skip


def _need(indicator: Indicator) -> AreaNeed:
    return AreaNeed(frozenset({Ground.of(indicator.options["layer"], indicator.where)}))
