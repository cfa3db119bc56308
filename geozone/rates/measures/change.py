"""Change of a layer between two vintages: gained, lost, net."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.messages import text
from geozone.rates.amounts import area_text
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import ChangeNeed, Ground, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the areas at both vintages, and what lies in one of them only."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the net change of the area (km²) for every unit.

    1. Both vintages are overlaid with the finest units as one mosaic, each piece of ground once: gained is what only the
       new one holds, lost what only the old one holds. Gained less lost is the net change, exactly.
    2. The value is the net change; gained and lost stand in the note, since a loss that is made up elsewhere is one.
    """
    need = _need(indicator)
    gained, lost = (facts.by_unit(need, column) for column in ("gained_km2", "lost_km2"))
    old, new = (facts.by_unit(need, column) for column in ("old_km2", "new_km2"))
    for unit in facts.units_of(indicator):
        before = old.get(unit.code, 0.0)
        if before <= 0 and new.get(unit.code, 0.0) <= 0:
            yield facts.not_applicable(unit, "km2", indicator)
            continue
        net = gained.get(unit.code, 0.0) - lost.get(unit.code, 0.0)
        note = text(
            "rates.note_change",
            gained=area_text(gained.get(unit.code, 0.0)),
            lost=area_text(lost.get(unit.code, 0.0)),
            before=area_text(before),
        )
        yield Value(
            unit,
            "km2",
            numerator=net,
            denominator=before,
            value=net,
            low=net,
            high=net,
            note=note,
            layers=indicator.layers,
            baseline=0.0,
            lost=lost.get(unit.code, 0.0),
        )


def _need(indicator: Indicator) -> ChangeNeed:
    return ChangeNeed(Ground.of(indicator.options["layer"], indicator.where))
