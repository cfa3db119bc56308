"""From a number to what it is made of: items, features, layer, method, clause."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from geozone.barriers.telling import belt_text
from geozone.errors import UsageError
from geozone.messages import Language, Text, text
from geozone.model import Comparator, Kind, Level, Rate, Register, Status, Target, Verdict, ZoneResult
from geozone.overlay.units import member_codes, region_code
from geozone.policy.places import zone_places
from geozone.rates.frame import READING
from geozone.rates.item_counts import ItemCounts, unit_items
from geozone.rates.measures.completion import counted_register
from geozone.rates.regions import ground_code
from geozone.rates.robustness import area_choices, robustness
from geozone.rates.titles import indicator_title
from geozone.rates.trajectory import register_trajectory
from geozone.rates.verdicts import decimals, smallest_count, target_value
from geozone.rates.whatif import close_gap
from geozone.rates.wording import (
    gap_text,
    other_value_text,
    parts_text,
    target_text,
    value_text,
    verdict_text,
)
from geozone.rounding import digits
from geozone.vintages import vintage_words

_SHOWN = 30  # items or features that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation."""

    kind: str  # heading | value | parts | item | more | layer | belt | method | clause | verdict | gap | pace | plan | variants | note
    text: Text


def explain(result: ZoneResult, indicator: str, unit: str | None = None) -> list[Line]:
    """Return how a rate came about.

    Parameters
    ----------
    result
        What a run computed.
    indicator
        Id of an indicator, or of a demand.
    unit
        Code or name of a unit, or of a region of several; id or name of a place that is made of units. The zone itself
        unless told otherwise.

    Raises
    ------
    UsageError
        If the zone has no such indicator, no such unit, or no such rate of the unit.
    """
    code = _unit_code(result, unit)
    names = (indicator, indicator + READING)  # a demand is explained with its reading
    rows = [rate for rate in result.rates if rate.indicator == indicator or rate.target_id in names]
    if not rows:
        known = sorted({rate.indicator for rate in result.rates})
        raise UsageError("explain.unknown_indicator", indicator=indicator, known=", ".join(known))
    here = [rate for rate in rows if rate.unit_code == code]
    if not here and unit is None:
        here = rows  # the demand speaks of some units only
    if not here:
        units = ", ".join(dict.fromkeys(rate.unit_code for rate in rows))
        raise UsageError("explain.no_rate", indicator=indicator, unit=unit or code, units=units)
    return [line for rate in _by_number(here) for line in _explain(result, rate)]


def lines_of(lines: list[Line], lang: Language) -> list[str]:
    """Return an explanation as lines of text, what belongs to a heading set in."""
    return [("" if line.kind == "heading" else "  ") + line.text.get(lang) for line in lines]


def _unit_code(result: ZoneResult, unit: str | None) -> str:
    if unit is None:
        return result.zone.key
    table = result.units
    for column in ("code", "name", "name_en"):
        found = table.loc[table[column] == unit, "code"].unique()
        if len(found) > 1:
            raise UsageError("explain.ambiguous_unit", unit=unit, codes=", ".join(found))
        if len(found) == 1:
            return str(found[0])
    regions = _region_codes(result, unit)
    if len(regions) > 1:
        raise UsageError("explain.ambiguous_unit", unit=unit, codes=", ".join(sorted(regions)))
    if regions:
        return regions.pop()
    raise UsageError("explain.unknown_unit", unit=unit, zone=result.zone.title)


def _region_codes(result: ZoneResult, named: str) -> set[str]:
    """Return the codes of regions, or of the units that places are, which have a name, an id or these codes."""
    joined = region_code(member_codes(named))
    found = {
        rate.unit_code
        for rate in result.rates
        if named in {rate.unit_name.zh, rate.unit_name.en} or joined == rate.unit_code
    }
    for place in zone_places(result.zone):
        if named in {place.id, place.name.zh, place.name.en}:
            if not place.units:
                raise UsageError("explain.place_without_units", place=place.name)
            found.add(ground_code(place.units, result.zone))
    return found


def _by_number(rates: list[Rate]) -> list[Rate]:
    """Return the rates with the same number one after the other, so that it is explained once."""
    return sorted(rates, key=lambda rate: (rate.unit_code, rate.indicator))


def _explain(result: ZoneResult, rate: Rate) -> Iterator[Line]:
    target = _target(result, rate)
    yield Line(
        "heading", text("explain.heading", indicator=indicator_title(rate, result), unit=rate.unit_name)
    )
    yield Line("value", text("explain.value", value=value_text(rate)))
    parts = parts_text(rate)
    if parts is not None:
        yield Line("parts", parts)
    yield Line("method", text("explain.method", method=rate.method))
    register = _register(result, rate)
    if register is not None:
        yield from _items(result, rate, register)
    yield from _layers(result, rate)
    yield from _belts(result, rate)
    if target is not None:
        yield from _clause(result, rate, target)
        yield from _verdict(rate, target)
        if register is not None and rate.kind is Kind.COMPLETION:
            yield from _outlook(result, rate, target, register)
        yield from _robustness(result, rate, target)
    else:
        yield from _choices(result, rate)
    if rate.note.zh:
        yield Line("note", text("explain.note", note=rate.note))


def _target(result: ZoneResult, rate: Rate) -> Target | None:
    wanted = (rate.target_id or "").removesuffix(READING)
    return next((target for target in result.targets if target.id == wanted), None)


def _register(result: ZoneResult, rate: Rate) -> Register | None:
    if rate.kind is Kind.REPORTED:
        return None
    return counted_register(result.indicators[rate.indicator], result.registers)


def _items(result: ZoneResult, rate: Rate, register: Register) -> Iterator[Line]:
    yield Line(
        "layer",
        text(
            "explain.register",
            source=register.source,
            basis=text(f"words.basis_{register.basis.value}"),
            as_of=vintage_words(register.as_of),
        ),
    )
    items = unit_items(register, rate.unit_code, rate.level, result.zone)
    for row in items.head(_SHOWN).to_dict("records"):
        yield Line("item", _item(row))
    if len(items) > _SHOWN:
        yield Line("more", text("explain.more", count=len(items) - _SHOWN))
    for total in register.totals:
        if rate.level is Level.ZONE or total.unit_code in member_codes(rate.unit_code):
            yield Line(
                "item", text("explain.total", unit=total.unit_code, count=total.count, source=total.source,
                             date=total.source_date)
            )  # fmt: skip


def _item(row: Mapping[Hashable, Any]) -> Text:
    status = text(f"words.status_{Status(row['status']).value}")
    if row["status_date"]:
        status = Text(f"{status.zh}（{row['status_date']}）", f"{status.en} ({row['status_date']})")
    return text(
        "explain.item",
        name=Text(str(row["name"]), str(row["name_en"] or row["name"])),
        status=status,
        source=row["source"] or "—",
        note=row["note"] or "—",
    )


def _layers(result: ZoneResult, rate: Rate) -> Iterator[Line]:
    for name in result.indicators[rate.indicator].layers if rate.kind is not Kind.REPORTED else ():
        layer = result.layers.get(name)
        if layer is None or layer.spec is None:
            continue
        spec = layer.spec
        yield Line(
            "layer",
            text(
                "explain.layer",
                title=spec.title,
                source=spec.source,
                basis=text(f"words.basis_{spec.basis.value}"),
                vintage=vintage_words(spec.vintage),
                accuracy=spec.accuracy,
                licence=spec.licence or "—",
            ),
        )
        unit = result.units[result.units["code"].isin(member_codes(rate.unit_code))]
        if not len(unit):
            continue
        shape = unit.geometry.iloc[0] if len(unit) == 1 else shapely.union_all(unit.geometry.to_numpy())
        shapely.prepare(shape)
        inside = layer.data[shapely.intersects(shape, layer.data.geometry.to_numpy())]
        yield Line(
            "more", text("explain.features", count=len(inside), total=len(layer.data), title=spec.title)
        )
        names = [str(value) for value in inside.get("name", []) if isinstance(value, str) and value]
        if names:
            shown = list(dict.fromkeys(names))[:_SHOWN]
            yield Line("item", text("explain.names", names=Text("、".join(shown), ", ".join(shown))))
        wrong = [finding for finding in result.findings if finding.layer == name]
        if wrong:
            yield Line("note", text("explain.findings", count=len(wrong), title=spec.title))


def _belts(result: ZoneResult, rate: Rate) -> Iterator[Line]:
    """Yield what matters of the layers that are looked at as a belt, in the whole zone."""
    layers = result.indicators[rate.indicator].layers if rate.kind is not Kind.REPORTED else ()
    for belt in result.belts.values():
        told = belt_text(belt, result.units) + belt.more
        if belt.role.layer in layers and rate.level is Level.ZONE and told.zh:
            yield Line("belt", text("explain.belt", told=told))


def _clause(result: ZoneResult, rate: Rate, target: Target) -> Iterator[Line]:
    for document in target.documents:
        if document not in result.documents:
            continue
        printed = target.printed.get(document)
        yield Line(
            "clause",
            text(
                "explain.clause",
                title=result.documents[document].title,
                clause=target.clause,
                id=rate.target_id,
                printed=text("explain.printed", figure=printed) if printed else text("explain.not_printed"),
            ),
        )
    if target.denominator is not None:
        yield Line("clause", text("explain.denominator", denominator=target.denominator))


def _verdict(rate: Rate, target: Target) -> Iterator[Line]:
    if rate.verdict is None:
        return
    verdict = verdict_text(rate, target)
    yield Line("verdict", text("explain.verdict", verdict=verdict, target=target_text(rate, target)))
    gap = gap_text(rate)
    if gap is None or rate.gap is None:
        return
    if rate.gap_unit == "count" and rate.denominator and rate.numerator is not None and rate.unit == "count":
        share = 1.0 if target.comparator is Comparator.FULL else target_value(target) or 0.0
        total = int(rate.denominator)
        full = target.comparator is Comparator.FULL
        needed = total if full else smallest_count(share, total, decimals(target))
        yield Line(
            "gap",
            text(
                "explain.gap_count",
                needed=needed,
                total=total,
                built=f"{rate.numerator:g}",
                gap=f"{rate.gap:g}",
            ),
        )
        return
    yield Line("gap", gap)


def _outlook(result: ZoneResult, rate: Rate, target: Target, register: Register) -> Iterator[Line]:
    """Yield pace and plan of a completion rate."""
    counts = ItemCounts(register, result.zone)
    count = counts.count(rate.unit_code, rate.level)
    if count.tally is None:
        return
    share = 1.0 if target.comparator is Comparator.FULL else target_value(target)
    pace = register_trajectory(counts, rate.unit_code, rate.level)
    if share is not None and pace is not None and rate.verdict is not Verdict.MET:
        full = target.comparator is Comparator.FULL
        needed = pace.total if full else smallest_count(share, pace.total, decimals(target))
        by_year = pace.pace_needed(needed, target.year) if target.year else None
        yield Line(
            "pace",
            text(
                "explain.pace",
                pace=digits(pace.pace, 2),
                needed="—" if by_year is None else digits(by_year, 2),
                year=pace.year_reached(needed) or "—",
            ),
        )
    plan = close_gap(register, rate.unit_code, rate.level, result.zone, target)
    if plan is not None and plan.items:
        names = Text("、".join(plan.names), ", ".join(plan.names))
        yield Line(
            "plan",
            text("explain.plan", names=names, year=plan.year, share=other_value_text(rate, plan.share)),
        )


def _robustness(result: ZoneResult, rate: Rate, target: Target) -> Iterator[Line]:
    """Yield in how many variants the target is met: every variant of an area, of a completion those that differ."""
    if rate.verdict is Verdict.NOT_COMPUTABLE:
        return
    register = _register(result, rate)
    indicator = result.indicators[rate.indicator]
    robust = robustness(
        rate, target, indicator, zone=result.zone, register=register, areas=result.redline_areas
    )
    if robust is None:
        return
    yield Line("variants", text("explain.variants", met=robust.met, total=len(robust.variants)))
    flips = robust.flips
    for variant in robust.variants if rate.kind is not Kind.COMPLETION else flips[:_SHOWN]:
        outcome = text("words.verdict_met" if variant.met else "words.verdict_short")
        key = "explain.flip" if variant in flips else "explain.variant"
        value = _shown(rate, variant.value)
        yield Line("variants", text(key, name=variant.name, value=value, outcome=outcome))


def _choices(result: ZoneResult, rate: Rate) -> Iterator[Line]:
    """Yield a red line area by every other choice, where no target holds it to account."""
    for choices, value in area_choices(rate, result.indicators[rate.indicator], result.redline_areas)[1:]:
        name = Text(
            "，".join(choice.zh for choice in choices.values()),
            ", ".join(choice.en for choice in choices.values()),
        )
        yield Line("variants", text("explain.choice", name=name, value=_shown(rate, value)))


def _shown(rate: Rate, value: float) -> Text:
    # the methods of an area differ by less than a thousandth of the whole
    return other_value_text(
        rate, value, more=2 if rate.kind is Kind.COVERAGE else 1 if rate.kind is Kind.AREA else 0
    )
