"""Length: the length of a layer's lines in a unit."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import Ground, LengthNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the length of the lines."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the length (km) of the lines in every unit.

    1. Lines are cut at the finest units; a line that is drawn twice counts once, one along a border half for each side
       (`geozone.overlay.length`). Lengths are geodesic on the CGCS2000 ellipsoid.
    2. The lengths of the finest units are added up.
    """
    lengths = facts.by_unit(_need(indicator), "length_km")
    for unit in facts.units_of(indicator):
        length = lengths.get(unit.code, 0.0)
        yield Value(
            unit, "km", numerator=length, value=length, low=length, high=length, layers=indicator.layers,
            note=indicator.note_text,
        )  # fmt: skip


def _need(indicator: Indicator) -> LengthNeed:
    return LengthNeed(Ground.of(indicator.options["layer"], indicator.where))
