"""Every rate of a zone: all indicators over all units, and each demand of its documents as a row.

Nothing here reads a file or a clock; what is computed from what is declared in ``seeds/indicators.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from geozone.manifest.indicators import ALWAYS, REPORTED, WHERE_KNOWN, Indicator
from geozone.messages import Text, text
from geozone.model import Level, Rate, Target, Verdict
from geozone.policy.plausibility import Territory
from geozone.rates.amounts import amount_text, figure_text
from geozone.rates.digits import amount_places
from geozone.rates.facts import Facts, Unit, Value
from geozone.rates.frame import READING, Frame, context
from geozone.rates.measures import module_of
from geozone.rates.measures.completion import counted_register
from geozone.rates.measures.reported import reported
from geozone.rates.needs import Need
from geozone.rates.robustness import robustness, robustness_note
from geozone.rates.verdicts import JUDGED, NOT_COMPARABLE
from geozone.rounding import percent

_FEWEST_VARIANTS = 2  # one variant is no test


def chosen_indicators(
    indicators: Mapping[str, Indicator], targets: Sequence[Target], own: Iterable[str] = ()
) -> list[Indicator]:
    """Return the indicators that a zone computes, each after those that it is made from.

    They are those that a clause of the zone asks for, those that are always told, what stands beside them, the user's
    own, and what these are made from.
    """
    asked = {target.indicator for target in targets} | set(own)
    always = {one.id for one in indicators.values() if one.told == ALWAYS}
    wanted = [
        one.id
        for one in indicators.values()
        if one.id in asked
        or one.id in always
        or (one.told == WHERE_KNOWN and one.part_of in {None, *asked, *always})
    ]
    ordered: dict[str, Indicator] = {}

    def add(name: str) -> None:
        if name in ordered or name not in indicators:
            return
        for other in sources(indicators[name]):
            add(other)
        ordered[name] = indicators[name]

    for name in wanted:
        add(name)
    return list(ordered.values())


def sources(indicator: Indicator) -> tuple[str, ...]:
    """Return the ids of the indicators that one is made from."""
    return indicator.in_formula or indicator.indicators


def all_needs(indicators: Iterable[Indicator]) -> list[Need]:
    """Return what indicators need of the layers, each need once."""
    return list(
        dict.fromkeys(need for one in indicators for need in module_of(one.measure.id).needs(one))
    )  # fmt: skip


def zone_units(units: pd.DataFrame) -> list[Unit]:
    """Return the units of a zone, the zone first and the finest last."""
    rank = {level.value: -position for position, level in enumerate(Level)}
    table = units[["code", "name", "name_en", "level", "area_km2"]]
    rows = [
        Unit(str(code), Text(name, name_en), Level(level), float(area))
        for code, name, name_en, level, area in table.itertuples(index=False)
    ]
    return sorted(rows, key=lambda unit: (rank[unit.level.value], unit.code))


def compute_rates(
    facts: Facts,
    indicators: Sequence[Indicator],
    targets: Sequence[Target],
    size: Territory,
    areas: pd.DataFrame | None = None,
) -> list[Rate]:
    """Return every rate of a zone.

    A rate of a city, a province or the zone is made from the sums of its parts' numerators and denominators, never from
    their rates. What has no denominator has no number: its row says ``not_computable`` and what is missing. A share of
    less than the layers can tell is not applicable: its row has the denominator and no number.

    Steps
    -----
    1. What an authority reported of an indicator is a row of kind ``reported``; it goes before what is computed from a
       layer that is neither official nor public, and behind what is computed from one that is.
    2. Every indicator whose layers and registers are there is computed for its units by its measure.
    3. Each row is held against the demands that speak of its unit, and against every defensible choice behind it.
    4. A demand that no row was held against gets a row that says what is missing.

    Parameters
    ----------
    facts
        Units, quantities of layers, registers and figures.
    indicators
        What to compute, in order (`chosen_indicators`).
    targets
        The demands of the zone's documents.
    size
        How large the zone is, as far as known: a demand beyond it cannot hold.
    areas
        The area of the statutory layer by every defensible choice, as `geozone.overlay.area_choices.area_variants` returns it.

    Raises
    ------
    ConservationError
        If a layer covers more of a unit than there is.
    """
    frame = Frame(facts, {one.id: one for one in indicators}, targets, size)
    rates = [row for one in indicators for row in _rows(frame, one)]
    rates += frame.unanswered(rates)
    known = pd.DataFrame() if areas is None else areas
    return [_with_robustness(frame, rate, known) for rate in rates]


def _rows(frame: Frame, indicator: Indicator) -> Iterator[Rate]:
    facts = frame.facts
    given = [] if indicator.measure.id == REPORTED else list(_reported(indicator, facts))
    missing = facts.missing(indicator) or facts.missing_fields(indicator)
    # what a qualitative demand has to look at is told, whatever else is missing
    blocked = missing and indicator.measure.kind is not None
    computed = [] if blocked else _measured(indicator, facts)
    if missing and not blocked:
        computed = [replace(value, note=value.note + frame.missing(indicator)) for value in computed]
    computed = [_compared(value, given, indicator) for value in computed if frame.is_told(indicator, value)]
    known = {value.unit.code for value in (*given, *computed)}
    if missing and indicator.told == ALWAYS and facts.whole.code not in known:
        method = text("rates.method_none")
        computed.append(Value(facts.whole, indicator.unit, note=frame.missing(indicator), method=method))
    sketched = any(facts.basis_of(value) in NOT_COMPARABLE for value in computed)
    for value in [*given, *computed] if sketched else [*computed, *given]:
        yield from frame.rows(indicator, _with_context(value, indicator, facts))


def _measured(indicator: Indicator, facts: Facts) -> list[Value]:
    """Return what the measure of an indicator gives; of layers alone it gives the same in every year."""
    module = module_of(indicator.measure.id)
    dated = indicator.registers or indicator.figures or indicator.change or sources(indicator)
    if dated or not module.needs(indicator):
        return list(module.values(indicator, facts))
    if indicator.id not in facts.measured:
        facts.measured[indicator.id] = list(module.values(indicator, facts))
    return facts.measured[indicator.id]


def _reported(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the latest figure of every unit, of an indicator that is computed as well."""
    for unit in facts.units:
        figure = facts.figures.latest(indicator.id, unit.code)
        value = reported(indicator, unit, figure) if figure else None
        if value is not None:
            yield value


def _compared(value: Value, given: Sequence[Value], indicator: Indicator) -> Value:
    """Return a computed value that says how far it is from the reported one of its unit."""
    figure = next((one.figure for one in given if one.unit.code == value.unit.code), None)
    number = figure.in_unit(indicator.unit) if figure else None
    if figure is None or number is None or value.value is None:
        return value
    mine = value.value * (100 if indicator.share else 1)
    in_unit = "percentage_points" if indicator.unit == "%" else indicator.unit
    note = text(
        "rates.note_beside_reported",
        reported=figure_text(figure.value, figure.unit, figure.comparator, figure.places),
        year=figure.year or figure.published or "—",
        source=figure.source,
        difference=amount_text(mine - number, in_unit, amount_places(mine - number, in_unit)),
        share=percent(mine / number - 1, 0) if number else "—",
    )
    return replace(value, note=value.note + note)


def _with_context(value: Value, indicator: Indicator, facts: Facts) -> Value:
    """Return a value of the zone with the figures of other scopes in its note; they are never judged."""
    if value.unit is not facts.whole:
        return value
    return replace(value, note=value.note + context(facts, indicator))


def _with_robustness(frame: Frame, rate: Rate, areas: pd.DataFrame) -> Rate:
    """Return a row whose note says in how many variants its target is met, where it has a verdict or is a reading."""
    judged = rate.verdict in JUDGED
    name = rate.target_id or ""
    if not judged and not (name.endswith(READING) and rate.verdict is Verdict.REPORT_ONLY):
        return rate
    target = next(target for target in frame.targets if target.id == name.removesuffix(READING))
    indicator = frame.indicators[rate.indicator]
    register = counted_register(indicator, frame.facts.registers)
    robust = robustness(rate, target, indicator, zone=frame.facts.zone, register=register, areas=areas)
    if robust is None or len(robust.variants) < _FEWEST_VARIANTS:
        return rate
    return replace(rate, note=rate.note + robustness_note(robust))
