"""Rows of the rates table: a value as a row, and a row held against the demands that speak of its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import layer_title, register_title
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, Comparator, Kind, Level, Rate, Target, Verdict
from geozone.overlay.units import region_code
from geozone.policy.plausibility import Territory, impossible
from geozone.rates.amounts import amount_text, figure_text
from geozone.rates.baselines import baseline_of
from geozone.rates.facts import Facts, Unit, Value
from geozone.rates.figures import FLOOR
from geozone.rates.measures.reported import reported
from geozone.rates.methods import method_of
from geozone.rates.verdicts import Measured, judge, target_value
from geozone.vintages import year_of

READING = ":reading"  # suffix of the id of a target that is read otherwise than printed


@dataclass(frozen=True)
class Frame:
    """What every row of a zone has in common."""

    facts: Facts
    indicators: Mapping[str, Indicator]
    targets: Sequence[Target]
    size: Territory

    @cached_property
    def asking(self) -> Mapping[str, Sequence[Target]]:
        """The targets by the indicator that they are of."""
        found: dict[str, list[Target]] = {}
        for target in self.targets:
            found.setdefault(target.indicator, []).append(target)
        return found

    @cached_property
    def _methods(self) -> dict[str, Text]:
        return {}

    def method(self, indicator: Indicator) -> Text:
        """Return how an indicator is computed, in words."""
        if indicator.id not in self._methods:
            self._methods[indicator.id] = method_of(indicator)
        return self._methods[indicator.id]

    def rows(self, indicator: Indicator, value: Value) -> list[Rate]:
        """Return the row of a value, held against every target that speaks of its unit; alone where none does."""
        self.facts.found.setdefault((indicator.id, value.unit.code), value)
        rate = self.row(indicator, value)
        held = [
            row
            for target in self.asking.get(indicator.id, ())
            if self._speaks_of(target, value.unit)
            if not (target.reference and value.figure)  # a floor is not held against itself
            for row in self._held_in_time(rate, target, indicator, value)
        ]
        return held or [rate]

    def row(self, indicator: Indicator, value: Value) -> Rate:
        """Return a value as a row without target; basis and vintage are those of its layers, the least and the oldest.

        A layer that is neither official nor public is named in the note by its title, which says what it is.
        """
        specs = [self.facts.specs[name] for name in value.layers if name in self.facts.specs]
        note = value.note if value.figure else value.note + (indicator.note or NO_TEXT) + value.unit.note
        for spec in reversed(specs):
            if spec.basis not in (Basis.OFFICIAL, Basis.PUBLIC):
                note = text("rates.note_unofficial_layer", layer=spec.title) + note
        for spec in specs:
            if spec.id in self.facts.incomplete:
                note = text("rates.note_incomplete_layer", layer=spec.title) + note
        vintage = value.vintage or min((spec.vintage for spec in specs if spec.vintage), default=None)
        absent = value.value is None and value.low is None
        unit = value.unit
        return Rate(
            zone=self.facts.zone.key,
            unit_code=unit.code,
            unit_name=unit.name,
            level=Level.REGION if unit.region else unit.level,  # sums over a level count nothing twice
            indicator=indicator.id,
            kind=Kind.REPORTED if value.figure else _kind_of(indicator),
            numerator=value.numerator,
            denominator=value.denominator,
            unit=value.measured_in,
            value=value.value,
            low=value.low,
            high=value.high,
            basis=self.facts.basis_of(value),
            target_id=None,
            comparator=None,
            target_value=None,
            target_year=None,
            verdict=Verdict.NOT_COMPUTABLE if absent else None,
            gap=None,
            gap_unit=None,
            vintage=vintage,
            method=value.method or self.method(indicator),
            note=note,
            places=value.figure.places if value.figure and value.figure.unit == indicator.unit else 0,
        )

    def unanswered(self, rates: Sequence[Rate]) -> list[Rate]:
        """Return a row for every target that no row was held against: not computable, with what is missing."""
        answered = {(rate.target_id or "").removesuffix(READING) for rate in rates}
        by_code = {unit.code: unit for unit in self.facts.units}
        rows = []
        for target in self.targets:
            if target.id in answered or target.reference:
                continue
            indicator = self.indicators[target.indicator]
            codes = target.region_codes
            unit = by_code.get(region_code(codes), self.facts.whole)
            there = (
                text("rates.note_region", region=target.region)
                if codes and unit is self.facts.whole
                else NO_TEXT
            )
            note = there + self.missing(indicator) + context(self.facts, indicator) + (target.note or NO_TEXT)
            row = self.row(
                indicator, Value(unit, indicator.unit, note=note, method=text("rates.method_none"))
            )
            rows.append(replace(_with_target(row, target), verdict=Verdict.NOT_COMPUTABLE))
        return rows

    def is_told(self, indicator: Indicator, value: Value) -> bool:
        """Tell whether a value has a row: one of a unit that has nothing at all only where somebody asks for it."""
        if not value.empty or value.unit is self.facts.whole:
            return True
        asking = self.asking.get(indicator.id)
        if not asking:
            return False
        return any(self._speaks_of(target, value.unit) for target in asking)

    def missing(self, indicator: Indicator) -> Text:
        """Return what would answer an indicator and is not there."""
        facts = self.facts
        names = [layer_title(name) for name in indicator.layers if name not in facts.specs]
        names += [
            text("rates.older_vintage_of", layer=layer_title(name))
            for name in indicator.changing
            if name in facts.specs and name not in facts.vintages
        ]
        names += [register_title(name) for name in indicator.registers if name not in facts.registers]
        if indicator.figures:
            names.append(text("rates.a_figure", title=indicator.title))
        if fields := facts.missing_fields(indicator):
            inputs = [*map(layer_title, indicator.layers[:1]), *map(register_title, indicator.registers[:1])]
            names.append(text("rates.fields_of", input=inputs[0], fields=", ".join(fields)))
        if not names:
            names = [self.indicators[name].title for name in indicator.indicators if name in self.indicators]
        if not names:
            return NO_TEXT
        joined = listed(names)
        return text("rates.note_missing", layers=joined)

    def _speaks_of(self, target: Target, unit: Unit) -> bool:
        """Tell whether a target speaks of a unit.

        A clause without codes, or with all the coastal members, speaks of the zone; one with several codes speaks of
        them together, unless it demands all of each of them ("the whole territory of both cities").
        """
        codes = target.region_codes
        if not codes or (len(codes) > 1 and set(codes) == set(self.facts.zone.coastal)):
            return unit.level is Level.ZONE and not unit.region
        if len(codes) == 1 or target.comparator is Comparator.FULL:
            return unit.code in codes
        return unit.code == region_code(codes)

    def _held_in_time(self, rate: Rate, target: Target, indicator: Indicator, value: Value) -> list[Rate]:
        """Return a rate held against a target, that of a past year by the figure of that year; without one it is told."""
        year = None if value.value is None and value.low is None else year_of(rate.vintage or "")
        now = value.figure
        if target.year is None or year is None or year <= target.year or (now and now.kind == FLOOR):
            return self._held(rate, target, indicator, value)
        figure = self.facts.figures.of_year(now.indicator, value.unit.code, target.year) if now else None
        then = reported(indicator, value.unit, figure) if figure else None
        if now is None or then is None:
            told = text("rates.note_later", year=year, target=target.year)
            return self._held(replace(rate, note=told + rate.note), target, indicator, value)
        latest = figure_text(now.value, now.unit, now.comparator, now.places)
        told = text("rates.note_of_then", target=target.year, year=year, value=latest)
        others = context(self.facts, indicator) if value.unit is self.facts.whole else NO_TEXT
        then = replace(then, note=told + then.note + others)
        return self._held(self.row(indicator, then), target, indicator, then)

    def _held(self, rate: Rate, target: Target, indicator: Indicator, value: Value) -> list[Rate]:
        wrong = impossible(target, self.size)
        if wrong is None:
            return [self._hold(rate, target, indicator, value)]
        row = replace(
            _with_target(rate, target),
            verdict=Verdict.NOT_COMPUTABLE,
            note=wrong.message.text + rate.note + (target.note or NO_TEXT),
        )
        if target.reading is None or (value.value is None and value.low is None):
            return [row]
        reading = replace(target, id=target.id + READING, value=target.reading.value, note=None)
        read = self._hold(rate, reading, indicator, value)
        told = text(
            "rates.note_reading", printed=_printed(target), reason=target.reading.reason, source=target.reading.source
        )  # fmt: skip
        return [row, replace(read, note=told + read.note)]

    def _hold(self, rate: Rate, target: Target, indicator: Indicator, value: Value) -> Rate:
        """Return a rate with its target, verdict, gap and the reason for them."""
        row = _with_target(rate, target)
        note = rate.note + (target.note or NO_TEXT)
        if value.value is None and value.low is None:
            unknown = target.comparator is Comparator.EXTERNAL and target.value is None
            elsewhere = (
                text("rates.verdict_external") if unknown else NO_TEXT
            )  # its figure is not known here either
            return replace(
                row, verdict=Verdict.NOT_COMPUTABLE, note=rate.note + elsewhere + (target.note or NO_TEXT)
            )
        start = baseline_of(target, indicator, value, self.facts)
        measured = Measured(
            value=value.value,
            low=value.low,
            high=value.high,
            basis=rate.basis,
            denominator=value.denominator if indicator.share else None,
            unit=value.measured_in,
            baseline=start.value,
            judged=start.stated,
            lost=value.lost,
            floor=value.figure is not None and value.figure.kind == FLOOR,
            projected=value.projection(target.year) if value.projection and target.year else None,
            rounding=value.figure.rounding_in(indicator.unit) / (100 if indicator.share else 1)
            if value.figure
            else 0.0,
        )
        judged = judge(target, measured)
        return replace(
            row,
            verdict=judged.verdict,
            gap=judged.gap,
            gap_unit=judged.gap_unit,
            note=judged.note + start.note + note,
        )


def context(facts: Facts, indicator: Indicator) -> Text:
    """Return what was reported of other scopes than the zone's own: of its members, and of what it is a part of."""
    zone, figures = facts.zone, facts.figures
    own = figures.latest(indicator.id, zone.key) is not None
    members = [] if own else [figures.latest(indicator.id, code) for code in zone.members]
    others = [*filter(None, members), *figures.context(indicator.id, zone.key)]
    told = [
        text(
            "rates.context_figure", scope=one.scope_name, year=one.year or one.published or "—",
            value=figure_text(one.value, one.unit, one.comparator, one.places), source=one.source,
        )
        for one in others
    ]  # fmt: skip
    if not told:
        return NO_TEXT
    joined = listed(told, "; ")
    return text("rates.note_context", figures=joined)


def _kind_of(indicator: Indicator) -> Kind | None:
    """Return the kind of what is computed of an indicator; what is only ever reported has none without a figure."""
    kind = indicator.measure.kind
    return None if kind is Kind.REPORTED else kind


def _with_target(rate: Rate, target: Target) -> Rate:
    return replace(
        rate,
        target_id=target.id,
        comparator=target.comparator,
        target_value=target_value(target),
        target_year=target.year,
    )


def _printed(target: Target) -> Text:
    assert target.value is not None
    return amount_text(target.value, target.unit)
