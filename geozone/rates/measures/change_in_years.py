"""Change between years: of a reported figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geozone.manifest.indicators import REPORTED, Indicator
from geozone.manifest.measures import load_measures
from geozone.messages import text
from geozone.rates.amounts import amount_text
from geozone.rates.facts import Facts, Value
from geozone.rates.figures import Figure
from geozone.rates.needs import Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: figures are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the change of a figure from the base year to a year, for every unit that has both.

    1. Base: the figure of ``base_year``, the first one without it. End: that of ``year``, the latest without it.
    2. ``absolute``: end − base, in the unit of the figure; ``points``: the same in percentage points; ``relative``:
       end ÷ base − 1.
    """
    name = indicator.options.get("figure") or indicator.options.get("indicator") or indicator.id
    for unit in facts.units:
        series = facts.figures.series(name, unit.code)
        base = _of_year(series, indicator.options.get("base_year"), first=True)
        end = _of_year(series, indicator.options.get("year"), first=False)
        if base is None or end is None or base is end:
            continue
        start, stop = base.value, end.in_unit(base.unit)
        if stop is None:
            continue
        kind = indicator.options.get("as", "absolute")
        change = stop / start - 1 if kind == "relative" else stop - start
        change = change / 100 if kind != "relative" and indicator.share else change
        value = Value(unit, indicator.unit, value=change, low=change, high=change, basis=end.basis)
        yield replace(
            value,
            vintage=f"{base.year}–{end.year}",
            note=text(
                "rates.note_years",
                base=base.year,
                start=amount_text(start, base.unit),
                year=end.year,
                stop=amount_text(stop, base.unit),
            ),
            method=load_measures()[REPORTED].method,
        )


def _of_year(series: list[Figure], year: int | None, *, first: bool) -> Figure | None:
    if year is not None:
        return next((figure for figure in series if figure.year == year), None)
    dated = [figure for figure in series if figure.year]
    return (dated[0] if first else dated[-1]) if dated else None
