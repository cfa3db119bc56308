"""Change between years: of a reported figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geozone.manifest.indicators import REPORTED, Indicator
from geozone.manifest.measures import load_measures
from geozone.manifest.units import is_share_unit, unit_title
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Comparator
from geozone.rates.amounts import amount_text
from geozone.rates.facts import Facts, Value
from geozone.rates.figures import Figure
from geozone.rates.needs import Need

_ABOUT = Comparator.ABOUT.value
_NUMBERS = (Comparator.EQUAL.value, _ABOUT)


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: figures are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the change of a figure from the base year to a year, for every unit that has both.

    1. Base: the figure of ``base_year``, the first one without it. End: that of ``year``, the latest without it.
    2. ``absolute``: end − base, in the unit of the indicator; ``points``: the same in percentage points; ``relative``:
       end ÷ base − 1, which a base of zero does not have.
    3. Of a figure that is a bound (no less than ..., at most ...) no difference is known; of one printed as about it is said.
    """
    name = indicator.options.get("figure") or indicator.options.get("indicator") or indicator.id
    for unit in facts.units:
        series = facts.figures.series(name, unit.code)
        base = _of_year(series, indicator.options.get("base_year"), first=True)
        end = _of_year(series, indicator.options.get("year"), first=False)
        if base is None or end is None or base is end:
            continue
        relative = indicator.options.get("as") == "relative"
        wanted = base.unit if relative or (indicator.share and is_share_unit(base.unit)) else indicator.unit
        start, stop = base.in_unit(wanted), end.in_unit(wanted)
        reason = _why_not(base, end, indicator, comparable=None not in {start, stop}, relative=relative)
        if reason is not None or start is None or stop is None:
            yield Value(unit, indicator.unit, note=reason or NO_TEXT)
            continue
        change = stop / start - 1 if relative else stop - start
        change = change / 100 if not relative and indicator.share else change
        value = Value(unit, indicator.unit, value=change, low=change, high=change, basis=end.basis)
        yield replace(
            value,
            vintage=f"{base.year}–{end.year}",
            note=text(
                "rates.note_years",
                base=base.year,
                start=amount_text(start, wanted),
                year=end.year,
                stop=amount_text(stop, wanted),
            )
            + (text("rates.note_about") if _ABOUT in {base.comparator, end.comparator} else NO_TEXT),
            method=load_measures()[REPORTED].method,
        )


def _why_not(
    base: Figure, end: Figure, indicator: Indicator, *, comparable: bool, relative: bool
) -> Text | None:
    """Return why two figures have no difference that a number could tell; None where they have one."""
    if not comparable:
        named = {"unit": unit_title(base.unit), "wanted": unit_title(indicator.unit)}
        return text("rates.note_other_unit", **named)
    if any(one.comparator not in _NUMBERS for one in (base, end)):
        return text("rates.note_bounds", base=base.year, year=end.year)
    if relative and not base.value:
        return text("rates.note_base_zero", year=base.year)
    return None


def _of_year(series: list[Figure], year: int | None, *, first: bool) -> Figure | None:
    if year is not None:
        return next((figure for figure in series if figure.year == year), None)
    dated = [figure for figure in series if figure.year]
    return (dated[0] if first else dated[-1]) if dated else None
