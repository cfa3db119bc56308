"""Every rate of a zone: numerators, denominators, and each demand of its documents as a row.

Nothing here reads a file or a clock; areas and lengths come from `geozone.overlay`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geozone.manifest.units import load_units
from geozone.messages import Text, text
from geozone.model import Kind, LayerSpec, Level, Rate, Register, Target, Verdict, Zone
from geozone.overlay.slivers import Sliver
from geozone.overlay.units import ancestors, code_prefix
from geozone.policy.plausibility import territory
from geozone.rates.areas import Ground
from geozone.rates.completion import Count, count_items, pooled
from geozone.rates.rows import NOTHING, READING, Frame, Unit, ordered_units
from geozone.rates.trajectory import register_trajectory
from geozone.rates.variants import robustness, robustness_note
from geozone.seeds import Reference

# indicator -> the registers that it counts, and the other measures that its items may be weighed by
COMPLETIONS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "bay_completion": (("bay",), {"shore": "shore_km", "area": "area_km2"}),
    "river_completion": (("river",), {"length": "length_km"}),
    "lake_completion": (("lake",), {"area": "area_km2"}),
    "water_completion": (("river", "lake"), {}),  # only where a clause takes both together
}
MEASURE_UNITS = {"shore": "km", "length": "km", "area": "km2"}
_MEASURE = re.compile("_(?:shore|area|length)$")
_FEWEST_VARIANTS = 2  # one variant is no test
COMPLETION_LEVELS = (Level.ZONE, Level.PROVINCE, Level.CITY)


def compute_rates(
    *,
    zone: Zone,
    units: gpd.GeoDataFrame,
    mosaic: pd.DataFrame,
    lengths: Mapping[str, pd.DataFrame],
    layers: Mapping[str, LayerSpec],
    registers: Mapping[str, Register],
    targets: Sequence[Target],
    continuity: Mapping[str, tuple[float, float]] | None = None,
    slivers: Mapping[str, Mapping[str, Sliver]] | None = None,
    shore_accuracy_m: float = 0.0,
    references: Sequence[Reference] = (),
    redline_areas: pd.DataFrame | None = None,
    unused: Collection[str] = (),
    earlier: Collection[str] = (),
    incomplete: Collection[str] = (),
) -> list[Rate]:
    """Return every rate of a zone.

    A rate of a city, a province or the zone is made from the sums of its parts' numerators and denominators, never from
    their rates. What has no denominator has no number: its row says ``not_computable`` and what is missing. A share of
    less than the layers can tell is not applicable: its row has the denominator and no number.

    Parameters
    ----------
    zone
        The zone.
    units
        Units of all levels, the zone itself included: ``code, name, name_en, level, parent, area_km2``.
    mosaic
        Area in km² of every combination of layers per finest unit: ``code``, one bool column per layer, ``area_km2``.
        Columns used: ``redline``, ``barrier``, ``blue_green``.
    lengths
        Length in km per finest unit, as column or index ``code`` and column ``length_km``. Frames used: ``coastline``
        (mainland shore) and ``natural_shore`` (its natural part).
    layers
        What is declared of the layers, by id: basis and vintage of the rates made from them.
    registers
        ``bay``, ``river`` and ``lake``, as far as there are any.
    targets
        The demands of the zone's documents.
    continuity
        Unit code -> (area in km² of the largest connected part of the barrier, of the whole barrier) in the unit.
    slivers
        Layer -> unit code -> a part of the layer in the unit that is thinner than the layers are accurate: no rate is made
        of it. Layer used: ``barrier``.
    shore_accuracy_m
        How far the ends of a shore may be off, in metres; of a shore shorter than twice that, no rate is made.
    references
        Published figures: the sea area that a demand on land and sea may count on, and floors that the documents lack.
    redline_areas
        The red line area by every defensible choice, as `geozone.overlay.variants.area_variants` returns it.
    unused
        Roles of layers that are there and that no rate is made from.
    earlier
        Roles of layers that are there in an older vintage as well, which no rate is made from.
    incomplete
        Layers of which not every feature counts; the notes of their rates say so.

    Returns
    -------
    list of Rate
        Rates first (the zone, provinces, cities, counties), then the demands that no rate answers.

    Raises
    ------
    ConservationError
        If a layer covers more of a unit than there is.
    """
    ordered = ordered_units(units)
    size = territory(zone.key, zone.members, zone.coastal, ordered[0].area_km2, references)
    frame = Frame(
        zone, ordered, layers, targets, size, _present(layers, registers, unused), earlier, incomplete
    )
    ground = Ground(frame, mosaic, ancestors(units), slivers or {}, shore_accuracy_m)
    rates = [
        *ground.coverages(),
        *ground.redline_areas(references),
        *ground.barrier_protected(),
        *ground.barrier_continuity(continuity or {}),
        *ground.shore_retention(lengths),
        *_completions(frame, registers),
    ]
    areas = pd.DataFrame() if redline_areas is None else redline_areas
    return [_with_robustness(frame, rate, registers, areas) for rate in rates + frame.unanswered(rates)]


def _present(
    layers: Mapping[str, LayerSpec], registers: Mapping[str, Register], unused: Collection[str]
) -> dict[str, Text]:
    """Return what is at hand by role: bays, rivers and lakes as registers, everything else as layers."""
    listed = {role for roles, _ in COMPLETIONS.values() for role in roles}
    drawn: dict[str, Text] = {}
    for spec in layers.values():
        if spec.role not in listed:
            drawn.setdefault(spec.role, spec.title)
    return drawn | {role: text(f"rates.answer_{role}") for role in (*registers, *unused)}


def rate_register(indicator: str, registers: Mapping[str, Register]) -> Register | None:
    """Return what a completion rate counts, or the measure of one; None where there is no such register."""
    roles, _ = COMPLETIONS.get(_MEASURE.sub("", indicator), ((), {}))
    chosen = [registers[role] for role in roles if role in registers]
    return pooled(chosen) if len(chosen) > 1 else next(iter(chosen), None)


def _with_robustness(
    frame: Frame, rate: Rate, registers: Mapping[str, Register], areas: pd.DataFrame
) -> Rate:
    """Return a row whose note says in how many variants its target is met, where it has a verdict or is a reading."""
    judged = rate.verdict in (Verdict.MET, Verdict.SHORT, Verdict.ON_TRACK)
    name = rate.target_id or ""
    if not judged and not (name.endswith(READING) and rate.verdict is Verdict.REPORT_ONLY):
        return rate
    target = next(target for target in frame.targets if target.id == name.removesuffix(READING))
    register = rate_register(rate.indicator, registers)
    robust = robustness(rate, target, zone=frame.zone, register=register, areas=areas)
    if robust is None or len(robust.variants) < _FEWEST_VARIANTS:
        return rate
    return replace(rate, note=rate.note + robustness_note(robust))


def _completions(frame: Frame, registers: Mapping[str, Register]) -> Iterator[Rate]:
    for indicator, (roles, measures) in COMPLETIONS.items():
        chosen = [registers[role] for role in roles if role in registers]
        if not chosen:
            yield from _missing_register(frame, indicator, roles[0])
            continue
        register = pooled(chosen) if len(chosen) > 1 else chosen[0]
        for unit in frame.units:
            if unit.level not in COMPLETION_LEVELS:
                continue
            count = count_items(register, unit.code, unit.level, frame.zone)
            if count.reason == "part_of_total" and not count.listed:
                continue  # an inland city of a province whose total is published
            if count.reason == "no_items":
                yield from _no_items(frame, indicator, unit)
                continue
            yield from _completion(frame, indicator, unit, register, count)
            for suffix, column in measures.items():
                measured = count_items(register, unit.code, unit.level, frame.zone, column)
                if measured.tally is not None or measured.detail > 0 or _always_told(suffix, unit):
                    yield from _completion(frame, f"{indicator}_{suffix}", unit, register, measured)


def _always_told(suffix: str, unit: Unit) -> bool:
    """Tell whether a row says that a measure is unknown: of the zone's shores, so that nobody looks for it in vain."""
    return suffix == "shore" and unit.level is Level.ZONE


def _completion(frame: Frame, indicator: str, unit: Unit, register: Register, count: Count) -> list[Rate]:
    measure = MEASURE_UNITS.get(indicator.rpartition("_")[2], "count")
    method = text("rates.method_completion", register=register.source, unit=load_units()[measure].title)
    blank = replace(
        frame.row(indicator, Kind.COMPLETION, unit, measure, method=method, note=_count_note(count)),
        basis=count.basis,
        vintage=register.as_of,
    )
    tally = count.tally
    if tally is None:
        reason = text(f"rates.note_{count.reason}", known=f"{count.detail:g}", listed=count.listed)
        return frame.held(replace(blank, verdict=Verdict.NOT_COMPUTABLE, note=reason + blank.note))
    row = replace(
        blank,
        numerator=tally.built,
        denominator=tally.total,
        value=tally.value,
        low=tally.low,
        high=tally.high,
    )
    pace = register_trajectory(register, unit.code, unit.level, frame.zone) if measure == "count" else None
    return frame.held(row, pace.share_in if pace else None)


def _count_note(count: Count) -> Text:
    note = NOTHING
    if count.unlisted:
        note += text("rates.note_unlisted", unlisted=count.unlisted)
    if count.recognised:
        note += text("rates.note_recognised", recognised=count.recognised)
    if count.doubtful:
        note += text("rates.note_doubtful", doubtful=count.doubtful)
    return note


def _no_items(frame: Frame, indicator: str, unit: Unit) -> list[Rate]:
    """Return the row of a unit without items: of an inland province for bays, and of the zone."""
    bay = indicator == "bay_completion"
    if unit.level is Level.ZONE:
        inland = not frame.zone.coastal
    else:
        inland = not any(coast.startswith(code_prefix(unit.code)) for coast in frame.zone.coastal)
    if unit.level is Level.ZONE or (bay and unit.level is Level.PROVINCE):
        reason = text("rates.note_no_coast" if bay and inland else "rates.note_no_items")
        return frame.held(frame.without(indicator, unit, reason, kind=Kind.COMPLETION))
    return []


def _missing_register(frame: Frame, indicator: str, role: str) -> list[Rate]:
    reason = text("rates.note_missing_register", register=text(f"rates.answer_{role}"))
    return frame.held(frame.without(indicator, frame.whole, reason, kind=Kind.COMPLETION))
