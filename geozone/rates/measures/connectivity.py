"""Connectivity: the share of a layer that its largest connected part makes up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geozone.manifest.indicators import Indicator
from geozone.rates.facts import Facts, Value, share
from geozone.rates.needs import ConnectedNeed, Ground, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the largest connected part and the whole of the layer."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of the largest connected part, for every unit.

    1. The layer is cut to the unit; parts that lie within ``reach_m`` metres of each other, on the CGCS2000 ellipsoid,
       are connected (`geozone.terrain.continuity.connected_area`).
    2. Numerator: the area (km²) of the largest connected part, that of its patches alone. Denominator: the area of all.
    """
    table = facts.tables[_need(indicator)].set_index("code")
    for unit in facts.units_of(indicator):
        total = float(table["total_km2"].get(unit.code, 0.0))
        reason = facts.too_little(unit, total, indicator.options["layer"])
        if reason is None:
            largest = float(table["largest_km2"][unit.code])
            value = share(unit, largest, total, "km2", indicator.layers)
            told = facts.told.get(indicator.options["layer"]) if unit == facts.whole else None
            yield value if told is None else replace(value, note=told)
        else:
            yield facts.not_applicable(unit, "km2", indicator, total, reason)


def _need(indicator: Indicator) -> ConnectedNeed:
    ground = Ground.of(indicator.options["layer"], indicator.where)
    levels = tuple(level.value for level in indicator.levels)
    return ConnectedNeed(ground, float(indicator.options["reach_m"]), levels, indicator.options.get("along"))
