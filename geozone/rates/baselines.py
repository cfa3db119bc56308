"""The value that a change is held against: of the year that the clause names, or of the first that is known."""

from __future__ import annotations

from dataclasses import dataclass

from geozone.manifest.indicators import REPORTED, Indicator
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Comparator, Target
from geozone.rates.amounts import amount_text, figure_text
from geozone.rates.digits import amount_places
from geozone.rates.facts import Facts, Value
from geozone.rates.figures import Figure
from geozone.rates.measures import module_of
from geozone.vintages import year_of

CHANGES = (Comparator.INCREASE, Comparator.DECREASE, Comparator.STABLE)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a change starts from."""

    value: float | None = None
    stated: bool = True  # the clause names its year, so that a verdict may be given
    note: Text = NO_TEXT


def baseline_of(target: Target, indicator: Indicator, value: Value, facts: Facts) -> Baseline:
    """Return the value that a target's change starts from.

    1. A value that is itself a change starts from nothing changed.
    2. Where the clause names a base year, the figure of that year counts; without one what was measured of an older vintage of
       that year, else what an authority reported of the change since then, taken from the value; without any of them there
       is no baseline.
    3. Where it names none, and the layer has an older vintage, what was measured of that one counts.
    4. Where there is none, the first figure before the value counts: the change is told, and not judged.
    """
    if target.comparator not in CHANGES:
        return Baseline()
    if value.baseline is not None:
        return Baseline(value.baseline)
    name = indicator.figures[0] if indicator.measure.id == REPORTED else indicator.id
    series = [one for one in facts.figures.series(name, value.unit.code) if one.year]
    now = value.figure.year if value.figure else None
    if target.base_year is not None:
        base = next((one for one in series if one.year == target.base_year), None)
        if base is None and value.figure is None and _is_of_year(indicator, facts, target.base_year):
            assert facts.before is not None
            return _measured(indicator, value, facts.before) or Baseline()
        return (
            _baseline(base, indicator, stated=True) if base else _from_change(target, indicator, value, facts)
        )
    if facts.before is not None and value.figure is None:
        older = _measured(indicator, value, facts.before)
        if older is not None:
            return older
    before = [one for one in series if now is None or (one.year or 0) < now]
    return _baseline(before[0], indicator, stated=False) if before else Baseline()


def _from_change(target: Target, indicator: Indicator, value: Value, facts: Facts) -> Baseline:
    """Return the value of the base year as the value less what was reported of its change since."""
    now = value.figure.year if value.figure else None
    figure = (
        facts.figures.of_year(indicator.change, value.unit.code, now) if indicator.change and now else None
    )
    if figure is None or value.value is None or str(target.base_year) not in figure.period.en:
        return Baseline()
    in_points = figure.in_unit("percentage_points" if indicator.share else indicator.unit)
    if in_points is None:
        return Baseline()
    amount = figure_text(figure.value, figure.unit, figure.comparator, figure.places)
    note = text("rates.note_base_change", year=target.base_year, change=amount, source=figure.source)
    return Baseline(value.value - (in_points / 100 if indicator.share else in_points), stated=True, note=note)


def _is_of_year(indicator: Indicator, facts: Facts, year: int) -> bool:
    """Tell whether the older vintages of the layers of an indicator describe a year."""
    before = facts.before
    older = [] if before is None else [name for name in indicator.layers if before.is_older(name)]
    return bool(older) and all(year_of(before.specs[name].vintage) == year for name in older if before)


def _measured(indicator: Indicator, value: Value, before: Facts) -> Baseline | None:
    """Return what was measured of the older vintage of a layer in the unit of a value."""
    changed = [name for name in indicator.layers if before.is_older(name)]
    if not changed or before.missing(indicator):
        return None
    if (indicator.id, before.whole.code) not in before.found:
        for one in module_of(indicator.measure.id).values(indicator, before):
            before.found[indicator.id, one.unit.code] = one
    then = before.found.get((indicator.id, value.unit.code))
    if then is None or then.value is None:
        return None
    vintage = min(before.specs[name].vintage for name in changed)
    shown = then.value * 100 if indicator.share else then.value
    note = text(
        "rates.note_base_vintage",
        vintage=vintage,
        value=amount_text(shown, indicator.unit, max(2, amount_places(shown, indicator.unit))),
    )
    return Baseline(then.value, stated=True, note=note)


def _baseline(figure: Figure, indicator: Indicator, *, stated: bool) -> Baseline:
    number = figure.in_unit(indicator.unit)
    if number is None:
        return Baseline()
    note = text(
        "rates.note_base" if stated else "rates.note_base_unstated",
        year=figure.year, value=figure_text(figure.value, figure.unit, figure.comparator, figure.places), source=figure.source,
    )  # fmt: skip
    return Baseline(number / 100 if indicator.share else number, stated, note)
