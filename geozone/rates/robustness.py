"""Does a verdict hold whatever defensible choice is made? Each target held under every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Comparator, Kind, Level, Rate, Register, Status, Target, Zone
from geozone.rates.frame import READING
from geozone.rates.item_counts import ItemCounts
from geozone.rates.verdicts import reaches

# a change needs its base value under every choice as well, and that is published for none
_COMPARED = (Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.EQUAL, Comparator.ABOUT, Comparator.FULL)
_AREAS = (Kind.AREA, Kind.COVERAGE)
_NAMED = 2  # variants that a note names
MEASURES = (None, "shore_km", "area_km2", "length_km")


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination of choices, the value that it gives, and whether the figure is then met."""

    choices: tuple[Text, ...]
    value: float
    met: bool

    @property
    def name(self) -> Text:
        """The choices in words."""
        return Text(
            "，".join(choice.zh for choice in self.choices), ", ".join(choice.en for choice in self.choices)
        )


@dataclass(frozen=True, slots=True)
class Robustness:
    """A target under every variant; the first one is the choice that the rate is made with."""

    variants: tuple[Variant, ...]

    @property
    def met(self) -> int:
        """In how many variants the figure is met."""
        return sum(variant.met for variant in self.variants)

    @property
    def flips(self) -> list[Variant]:
        """The variants that come out otherwise than the first one."""
        return [variant for variant in self.variants if variant.met != self.variants[0].met]


def completion_variants(
    register: Register, code: str, level: Level, zone: Zone, target: Target
) -> Robustness | None:
    """Return a completion target under every defensible way to count; None where the unit has no denominator.

    Choices
    -------
    counting basis
        Items, and their shore, area or length where every item has one.
    recognised cases
        Not counted, or counted as built.
    unknown items
        None of them built, or all of them.
    rounding
        As the figure is printed, or exact.
    """
    recounted = replace(register, items=register.items.copy())
    recognised = recounted.items["status"] == Status.RECOGNISED
    recounted.items.loc[recognised, "status"] = Status.BUILT.value
    listed, honoured = ItemCounts(register, zone), ItemCounts(recounted, zone)
    variants = []
    for measure in MEASURES:
        plain, generous = listed.count(code, level, measure).tally, honoured.count(code, level, measure).tally
        if plain is None or generous is None:
            continue
        counts = [("rates.variant_recognised_not", plain)]
        if generous.built > plain.built:
            counts.append(("rates.variant_recognised_counted", generous))
        for (key, tally), all_built, places in product(counts, (False, True), ("printed", None)):
            if all_built and not tally.possible:
                continue
            value = tally.high if all_built else tally.low
            choices = [text(f"rates.variant_by_{measure or 'count'}"), text(key)]
            if tally.possible:
                choices.append(text(f"rates.variant_unknown_{'counted' if all_built else 'not'}"))
            choices.append(text(f"rates.variant_rounding_{places or 'exact'}"))
            variants.append(Variant(tuple(choices), value, reaches(target, value, None, places)))
    return Robustness(tuple(variants)) if variants else None


def value_variants(target: Target, values: Sequence[tuple[Mapping[str, Text], float]]) -> Robustness:
    """Return a target under values that the caller computed, each with the choices that it was made with.

    Parameters
    ----------
    target
        The demand.
    values
        (choices by their kind, such as area method, coastline or repair method; the value), the one in use first.
    """
    return Robustness(
        tuple(Variant(tuple(choices.values()), value, reaches(target, value)) for choices, value in values)
    )


def has_area_choices(indicator: Indicator) -> bool:
    """Tell whether the area of the statutory layer, or its share of a unit, is what an indicator is."""
    roles = load_roles()
    statutory = {role.layer for role in roles.values() if role.statutory}
    return indicator.measure.kind in _AREAS and not indicator.where and set(indicator.layers) <= statutory


def area_choices(
    rate: Rate, indicator: Indicator, areas: pd.DataFrame
) -> list[tuple[dict[str, Text], float]]:
    """Return the area or coverage of the statutory layer in a unit by every defensible choice, the one in use first.

    Parameters
    ----------
    rate
        A computed row.
    indicator
        Its indicator.
    areas
        As `geozone.overlay.area_choices.area_variants` returns it; empty where nothing was computed.

    Returns
    -------
    list of (dict, float)
        The choices by their kind (``method``, ``coastline``, ``repair``; only kinds with more than one choice), and the
        value in the unit of the rate. A coverage is of the land, so that it has no choice of coastline. Empty for
        other indicators, and for units that the table lacks.
    """
    if rate.kind not in _AREAS or not has_area_choices(indicator) or rate.value is None or not len(areas):
        return []
    rows = areas[areas["code"] == rate.unit_code]
    values = rows["area_km2"]
    if rate.kind is Kind.COVERAGE:
        rows = rows[rows["coastline"] == "land"]
        values = rows["area_km2"] / rows["unit_km2"]
    kinds = [kind for kind in ("method", "coastline", "repair") if len(rows[kind].unique()) > 1]
    found = [
        ({kind: text(f"rates.variant_{kind}_{row[kind]}") for kind in kinds}, float(value))
        for row, value in zip(rows.to_dict("records"), values, strict=True)
    ]
    if found:
        found[0] = (found[0][0], rate.value)  # the same to 1e-9; the verdict was given on this one
    return found


def robustness(
    rate: Rate,
    target: Target,
    indicator: Indicator,
    *,
    zone: Zone,
    register: Register | None,
    areas: pd.DataFrame,
) -> Robustness | None:
    """Return a target under every defensible choice behind its rate; None where there is no choice.

    Parameters
    ----------
    rate
        The row that is held against the target, or against its reading.
    target
        The demand as registered.
    indicator
        What the row is a rate of.
    zone
        The zone of the rate.
    register
        What a completion rate counts; rivers and lakes pooled where the indicator takes both.
    areas
        The red line area by every choice, or an empty table.
    """
    held = reading_of(rate, target)
    if held.comparator not in _COMPARED or (held.value is None and held.comparator is not Comparator.FULL):
        return None
    if rate.kind is Kind.COMPLETION:
        if register is None or rate.denominator is None:
            return None
        return completion_variants(register, rate.unit_code, rate.level, zone, held)
    choices = area_choices(rate, indicator, areas)
    return value_variants(held, choices) if choices else None


def reading_of(rate: Rate, target: Target) -> Target:
    """Return the target that a row is held against: its likely reading where the row says so."""
    if target.reading is None or not (rate.target_id or "").endswith(READING):
        return target
    return replace(target, id=target.id + READING, value=target.reading.value)


def robustness_note(robust: Robustness) -> Text:
    """Return in one sentence how many variants meet the target, and which turn the outcome."""
    counted = text("rates.note_variants", met=robust.met, total=len(robust.variants))
    flips = robust.flips
    if not flips:
        return counted
    names = [variant.name for variant in flips[:_NAMED]]
    more = text("rates.note_flips_more", count=len(flips) - _NAMED) if len(flips) > _NAMED else NO_TEXT
    joined = listed(names, "; ")
    return counted + text("rates.note_flips", names=joined, more=more)
