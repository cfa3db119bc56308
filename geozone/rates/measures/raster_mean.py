"""Mean of a raster: weighted by the true area of its cells, or by another raster."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, text
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import MeanNeed, Need
from geozone.rounding import percent

_TELLING = 1e-9  # of the whole: less without data is rounding


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the weighted sums of the raster."""
    return (_need(indicator),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the mean of the raster in every unit.

    1. Σ w·x ÷ Σ w over the cells with data, x being the value and w the part of the cell in the unit times its true
       area, or times the value of the weighting raster (people, say) (`geozone.raster.zonal`).
    2. How much of the weight has no value is said; what it would be there is not known, so no band can be given.
    """
    rows, table = facts.rows_by_unit(_need(indicator)), facts.tables[_need(indicator)]
    sums, weights, unknown = (table[name].to_numpy() for name in ("sum", "weight", "missing"))
    whole = rows.get(facts.whole.code)
    doubtful = indicator.share and whole is not None and 0 < sums[whole].sum() < weights[whole].sum()
    for unit in facts.units_of(indicator):
        here = rows.get(unit.code)
        weight = float(weights[here].sum()) if here is not None else 0.0
        if here is None or weight <= 0:
            yield facts.not_applicable(unit, indicator.unit, indicator)
            continue
        mean = float(sums[here].sum()) / weight
        mean = mean / 100 if indicator.share else mean  # rasters of a share hold per cent
        missing = float(unknown[here].sum())
        lost = missing > _TELLING * (weight + missing)
        yield Value(
            unit,
            indicator.unit,
            value=mean,
            low=mean,
            high=mean,
            note=(
                text("rates.note_no_data", share=percent(missing / (weight + missing))) if lost else NO_TEXT
            )
            + (text("rates.note_maybe_fractions") if doubtful else NO_TEXT),
            layers=indicator.layers,
        )


def _need(indicator: Indicator) -> MeanNeed:
    return MeanNeed(indicator.options["layer"], indicator.options.get("weight", "area"))
