"""Does a verdict hold whatever defensible choice is made? Each target held under every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from geozone.messages import Text, text
from geozone.model import Level, Register, Status, Target, Zone
from geozone.rates.completion import count_items
from geozone.rates.verdicts import reaches

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
    variants = []
    for measure in MEASURES:
        plain = count_items(register, code, level, zone, measure).tally
        generous = count_items(recounted, code, level, zone, measure).tally
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
                choices.append(text(f"rates.variant_unknown_{'built' if all_built else 'not'}"))
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


def repair_variants(target: Target, value: float, repaired_km2: float) -> Robustness:
    """Return an area target with the repaired features, and without them.

    Parameters
    ----------
    target
        A demand on an area.
    value
        The area in km², repaired features included.
    repaired_km2
        The area of the repaired features after their repair; what they cover alone is at most that.
    """
    kept, left = text("rates.variant_repaired"), text("rates.variant_not_repaired")
    values = [({"repair": kept}, value)]
    if repaired_km2 > 0:
        values.append(({"repair": left}, max(0.0, value - repaired_km2)))
    return value_variants(target, values)
