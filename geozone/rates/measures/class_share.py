"""Share of raster classes: how much of a unit, or of a layer in it, some classes cover."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, text
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import ClassNeed, Ground, Need
from geozone.rounding import percent

_TELLING = 1e-9  # of the whole: less without data is rounding


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the area of every class."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the share of the classes for every unit.

    1. A cell that a border passes counts with the exact share of it inside, every cell with its true area on the
       CGCS2000 ellipsoid (`geozone.raster.zonal`).
    2. Numerator: the area (km²) of the cells of the classes. Denominator: the area of all cells in the unit, or in the
       layer `of` in it, those without data included. Where that layer has less there than its accuracy lets be told from
       nothing, the question does not arise.
    3. Ground without data may be of the classes or not: from none of it to all of it is the band, and where there is
       any, there is no single value.
    """
    wanted = facts.class_codes(indicator)
    rows, table = facts.rows_by_unit(_need(indicator)), facts.tables[_need(indicator)]
    area, value = table["area_km2"].to_numpy(), table["value"]
    of_classes, unknown = value.isin(wanted).to_numpy(), value.isna().to_numpy()
    for unit in facts.units_of(indicator):
        here = rows.get(unit.code)
        total = float(area[here].sum()) if here is not None else 0.0
        if here is None or total <= 0:
            yield facts.not_applicable(unit, "km2", indicator)
            continue
        reason = (
            facts.too_little(unit, total, indicator.options["of"]) if indicator.options.get("of") else None
        )
        if reason is not None:
            yield facts.not_applicable(unit, "km2", indicator, total, reason)
            continue
        part = float(area[here[of_classes[here]]].sum())
        absent = float(area[here[unknown[here]]].sum())
        doubtful = absent > _TELLING * total
        low = min(1.0, part / total)
        yield Value(
            unit,
            "km2",
            numerator=part,
            denominator=total,
            value=None if doubtful else low,
            low=low,
            high=min(1.0, (part + absent) / total) if doubtful else low,
            note=text("rates.note_no_data", share=percent(absent / total)) if doubtful else NO_TEXT,
            layers=indicator.layers,
        )


def _need(indicator: Indicator) -> ClassNeed:
    of = indicator.options.get("of")
    return ClassNeed(indicator.options["layer"], Ground.of(of) if of else None)
