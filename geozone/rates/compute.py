"""Every rate of a zone: all indicators over all units, and each demand of its documents as a row.

Nothing here reads a file or a clock; what is computed from what is declared in ``seeds/indicators.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from geozone.manifest.indicators import Indicator
from geozone.manifest.units import load_units
from geozone.messages import Text, text
from geozone.model import Level, Rate, Target, Zone
from geozone.policy.plausibility import Territory
from geozone.rates.facts import NOTHING, Facts, Unit, Value
from geozone.rates.figures import Figures
from geozone.rates.frame import REGION, Frame
from geozone.rates.measures import module_of
from geozone.rates.measures.derived import names
from geozone.rates.measures.reported import reported
from geozone.rates.needs import Need


def chosen_indicators(
    indicators: Mapping[str, Indicator], targets: Sequence[Target], own: Iterable[str] = ()
) -> list[Indicator]:
    """Return the indicators that a zone computes, each after those that it is made from.

    They are those that a clause of the zone asks for, those that are always told, what stands beside them, the user's
    own, and what these are made from.
    """
    asked = {target.indicator for target in targets} | set(own)
    wanted = [
        one.id
        for one in indicators.values()
        if one.id in asked or one.told == "always" or (one.told == "where_known" and _stands_beside(one, asked, indicators))
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
    formula = indicator.options.get("formula")
    return names(formula) if formula else indicator.indicators


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


def regions(units: Sequence[Unit], targets: Sequence[Target], zone: Zone) -> list[Unit]:
    """Return the regions of several units that clauses speak of together, such as a new area of three counties."""
    size = {unit.code: unit for unit in units}
    found: dict[str, Unit] = {}
    for target in targets:
        codes = target.region_codes
        if len(codes) < 2 or set(codes) == set(zone.coastal) or not set(codes) <= set(size):
            continue
        key = REGION.join(codes)
        known = found.get(key)
        found[key] = Unit(
            key,
            target.region,
            size[codes[0]].level,
            sum(size[code].area_km2 for code in codes),
            codes,
            (known.indicators if known else frozenset()) | {target.indicator},
        )
    return list(found.values())


def compute_rates(
    facts: Facts, indicators: Sequence[Indicator], targets: Sequence[Target], size: Territory
) -> list[Rate]:
    """Return every rate of a zone.

    A rate of a city, a province or the zone is made from the sums of its parts' numerators and denominators, never from
    their rates. What has no denominator has no number: its row says ``not_computable`` and what is missing.

    Steps
    -----
    1. Every indicator whose layers and registers are there is computed for its units by its measure.
    2. What an authority reported stands beside it, as a row of kind ``reported``.
    3. Each row is held against the demands that speak of its unit.
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

    Raises
    ------
    ConservationError
        If a layer covers more of a unit than there is.
    """
    frame = Frame(facts, {one.id: one for one in indicators}, targets, size)
    rates = [row for one in indicators for row in _rows(frame, one)]
    return rates + frame.unanswered(rates)


def _rows(frame: Frame, indicator: Indicator) -> Iterator[Rate]:
    facts = frame.facts
    given = list(_reported(indicator, facts))
    for value in given:
        yield from frame.rows(indicator, _with_context(value, indicator, facts))
    if facts.missing(indicator):
        if indicator.told == "always" and facts.whole.code not in {value.unit.code for value in given}:
            value = Value(facts.whole, indicator.unit, note=frame.missing(indicator), method=text("rates.method_none"))
            yield from frame.rows(indicator, value)
        return
    if indicator.measure.id != "reported":
        for value in module_of(indicator.measure.id).values(indicator, facts):
            yield from frame.rows(indicator, value)


def _reported(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the latest figure of every unit, of an indicator that authorities report."""
    for name in indicator.figures or (indicator.id,):
        scopes = facts.figures.scopes(name)
        for unit in facts.units:
            figure = facts.figures.latest(name, unit.code) if unit.code in scopes else None
            value = reported(indicator, unit, figure) if figure else None
            if value is not None:
                yield value


def _with_context(value: Value, indicator: Indicator, facts: Facts) -> Value:
    """Return a value of the zone with the figures of other scopes in its note; they are never judged."""
    if value.unit is not facts.whole:
        return value
    return replace(value, note=value.note + context(facts.figures, indicator, facts.zone.key))


def context(figures: Figures, indicator: Indicator, zone: str) -> Text:
    """Return what was reported of other scopes than the zone's own."""
    note = NOTHING
    for figure in figures.context(indicator.id, zone):
        note += text(
            "rates.note_context", scope=figure.scope_name, year=figure.year or "—", value=f"{figure.value:g}",
            unit=load_units()[figure.unit].title, source=figure.source,
        )  # fmt: skip
    return note
