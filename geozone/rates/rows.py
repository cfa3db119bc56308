"""Rows of the rates table: a rate as a row, and a row held against the demands that speak of its unit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from geozone.messages import Text, text
from geozone.model import (
    Basis,
    Comparator,
    Kind,
    LayerSpec,
    Level,
    Rate,
    Target,
    Verdict,
    Zone,
)
from geozone.rates.completion import worst_basis
from geozone.rates.plausibility import Territory, impossible
from geozone.rates.verdicts import Measured, judge, target_value

NOTHING = Text("", "")
REGION = "+"  # joins the codes of a region of several units
READING = ":reading"  # suffix of the id of a target that is read otherwise than printed
Projection = Callable[[int], float]  # year -> share at the end of it if the pace so far holds


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as far as a row needs it."""

    code: str
    name: Text
    level: Level
    area_km2: float


def ordered_units(units: pd.DataFrame) -> list[Unit]:
    """Return the units, the zone first and the finest last."""
    rank = {level.value: -position for position, level in enumerate(Level)}
    table = units[["code", "name", "name_en", "level", "area_km2"]]
    rows = [
        Unit(str(code), Text(name, name_en), Level(level), float(area))
        for code, name, name_en, level, area in table.itertuples(index=False)
    ]
    return sorted(rows, key=lambda unit: (rank[unit.level.value], unit.code))


@dataclass(frozen=True, slots=True)
class Frame:
    """What every row of a zone has in common."""

    zone: Zone
    units: Sequence[Unit]
    layers: Mapping[str, LayerSpec]
    targets: Sequence[Target]
    size: Territory
    present: Mapping[str, Text] = field(default_factory=dict)  # layers and registers at hand, by role
    earlier: Collection[str] = ()  # roles of which an older vintage is at hand too
    incomplete: Collection[str] = ()  # layers of which not every feature counts

    @property
    def whole(self) -> Unit:
        """The zone itself."""
        return self.units[0]

    def row(
        self,
        indicator: str,
        kind: Kind | None,
        unit: Unit,
        measure: str,
        *layers: str,
        numerator: float | None = None,
        denominator: float | None = None,
        value: float | None = None,
        method: Text | None = None,
        note: Text = NOTHING,
    ) -> Rate:
        """Return a row without target; basis and vintage are those of its layers, the least and the oldest.

        A layer that is neither official nor public is named in the note by its title, which says what it is.
        """
        specs = [self.layers[layer] for layer in layers if layer in self.layers]
        unsure = [spec for spec in specs if spec.basis not in (Basis.OFFICIAL, Basis.PUBLIC)]
        for spec in reversed(unsure):
            note = text("rates.note_unofficial_layer", layer=spec.title) + note
        for spec in specs:
            if spec.id in self.incomplete:
                note = text("rates.note_incomplete_layer", layer=spec.title) + note
        return Rate(
            zone=self.zone.key,
            unit_code=unit.code,
            unit_name=unit.name,
            level=unit.level,
            indicator=indicator,
            kind=kind,
            numerator=numerator,
            denominator=denominator,
            unit=measure,
            value=value,
            low=value,
            high=value,
            basis=worst_basis([spec.basis.value for spec in specs], Basis.PUBLIC) if specs else None,
            target_id=None,
            comparator=None,
            target_value=None,
            target_year=None,
            verdict=None,
            gap=None,
            gap_unit=None,
            vintage=min((spec.vintage for spec in specs if spec.vintage), default=None),
            method=method or text(f"rates.method_{indicator}"),
            note=note,
        )

    def without(
        self,
        indicator: str,
        unit: Unit,
        reason: Text,
        *,
        kind: Kind = Kind.COVERAGE,
        denominator: float | None = None,
    ) -> Rate:
        """Return a row that says why there is no number; one with a denominator is not applicable (`Rate.applies`)."""
        measure = {Kind.COMPLETION: "count", Kind.LENGTH: "km"}.get(kind, "km2")
        method = text("rates.method_none") if kind is Kind.COMPLETION else None
        row = self.row(indicator, kind, unit, measure, method=method, note=reason, denominator=denominator)
        return replace(row, verdict=Verdict.NOT_COMPUTABLE)

    def held(self, rate: Rate, projection: Projection | None = None) -> list[Rate]:
        """Return a rate held against every target that speaks of its unit; the rate alone where none does."""
        rows = [
            row
            for target in self.targets
            if target.indicator == rate.indicator and self._speaks_of(target, rate)
            for row in self._held(rate, target, projection)
        ]
        return rows or [rate]

    def _speaks_of(self, target: Target, rate: Rate) -> bool:
        """Tell whether a target speaks of the unit of a rate.

        A clause without codes, or with all the coastal members, speaks of the zone; one with several codes speaks of
        them together, unless it demands all of each of them ("the whole territory of both cities").
        """
        codes = target.region_codes
        if not codes or (len(codes) > 1 and set(codes) == set(self.zone.coastal)):
            return rate.level is Level.ZONE
        if len(codes) == 1 or target.comparator is Comparator.FULL:
            return rate.unit_code in codes
        return rate.unit_code == REGION.join(codes)

    def _held(self, rate: Rate, target: Target, projection: Projection | None) -> list[Rate]:
        wrong = impossible(target, self.size)
        if wrong is None:
            return [hold(rate, target, projection)]
        row = replace(
            _with_target(rate, target),
            verdict=Verdict.NOT_COMPUTABLE,
            note=wrong.message.text + rate.note + _note(target),
        )
        if target.reading is None:
            return [row]
        reading = replace(target, id=target.id + READING, value=target.reading.value, note=None)
        read = hold(rate, reading, projection)
        told = text(
            "rates.note_reading", printed=_printed(target), reason=target.reading.reason, source=target.reading.source
        )  # fmt: skip
        return [row, replace(read, note=told + read.note)]

    def unanswered(self, rates: Sequence[Rate]) -> list[Rate]:
        """Return a row for every target that no rate was held against: not computable, with what is missing."""
        answered = {rate.target_id for rate in rates}
        by_code = {unit.code: unit for unit in self.units}
        rows = []
        for target in self.targets:
            if target.id in answered:
                continue
            codes = target.region_codes
            unit = by_code.get(codes[0], self.whole) if len(codes) == 1 else self.whole
            region = (
                text("rates.note_region", region=target.region) if codes and unit is self.whole else NOTHING
            )
            row = self.row(
                target.indicator, None, unit, target.unit,
                method=text("rates.method_none"), note=region + self._missing(target) + _elsewhere(target) + _note(target),
            )  # fmt: skip
            rows.append(replace(_with_target(row, target), verdict=Verdict.NOT_COMPUTABLE))
        return rows

    def _missing(self, target: Target) -> Text:
        """Return what would answer a target: what is not there, else why nothing is computed from what is."""
        if not target.answered_by:
            return text("rates.note_outside")
        absent = [text(f"rates.answer_{name}") for name in target.answered_by if name not in self.present]
        if absent:
            return text("rates.note_missing", layers=_listed(absent))
        layers = _listed([self.present[name] for name in target.answered_by])
        reason = _UNUSED.get(target.comparator, "unused")
        if reason == "once" and not set(self.earlier).isdisjoint(target.answered_by):
            reason = "unused"
        return text(f"rates.note_there_{reason}", layers=layers)


_UNUSED = {
    Comparator.QUALITATIVE: "qualitative",
    Comparator.STABLE: "once",
    Comparator.INCREASE: "once",
    Comparator.DECREASE: "once",
}  # why what is there gives no number


def hold(rate: Rate, target: Target, projection: Projection | None = None) -> Rate:
    """Return a rate with its target, verdict, gap and the reason for them."""
    row = _with_target(rate, target)
    if rate.value is None and rate.low is None:
        return replace(
            row, verdict=Verdict.NOT_COMPUTABLE, note=rate.note + _elsewhere(target) + _note(target)
        )
    measured = Measured(
        value=rate.value,
        low=rate.low,
        high=rate.high,
        basis=rate.basis,
        denominator=rate.denominator,
        unit=rate.unit,
        projected=projection(target.year) if projection and target.year else None,
    )
    judged = judge(target, measured)
    return replace(
        row,
        verdict=judged.verdict,
        gap=judged.gap,
        gap_unit=judged.gap_unit,
        note=judged.note + rate.note + _note(target),
    )


def _with_target(rate: Rate, target: Target) -> Rate:
    return replace(
        rate,
        target_id=target.id,
        comparator=target.comparator,
        target_value=target_value(target),
        target_year=target.year,
    )


def _note(target: Target) -> Text:
    return target.note or NOTHING


def _printed(target: Target) -> str:
    assert target.value is not None
    return f"{target.value:,.10g} {target.unit}"


def _elsewhere(target: Target) -> Text:
    """Return that the figure of a target is not known here either, where it stands in another document."""
    unknown = target.comparator is Comparator.EXTERNAL and target.value is None
    return text("rates.verdict_external") if unknown else NOTHING


def _listed(names: Sequence[Text]) -> Text:
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
