"""What has no number, grouped by what would give it one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import layer_title, register_title
from geozone.messages import Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.facts import Facts
from geozone.rates.figures import Figures
from geozone.rates.frame import READING
from geozone.rates.wording import has_figure, tells_something


@dataclass
class Gap:
    """Something that would answer demands: a layer, its other vintage, a register, figures; or a reason that nothing would."""

    title: Text
    answers: bool  # whether supplying it would give numbers
    rows: list[int] = field(default_factory=list)  # places of the rates that lack it
    demands: set[str] = field(default_factory=set)  # ids of their targets


def gaps(result: ZoneResult) -> list[Gap]:
    """Return what is missing, what most demands wait for first, and the reasons that nothing would help last.

    1. A row is missing that has no number, or only a band from nothing to everything: every row with a target, and every
       row of the zone itself. One that does not apply is not missing.
    2. It waits for the first layer, older vintage, register or field that its indicator is made from and that is not there;
       where all are there but statuses are unknown, for the statuses; where it is made from none, for a reported figure.
    """
    facts = _facts(result)
    found: dict[tuple[str, str], Gap] = {}
    for place, rate in enumerate(result.rates):
        if tells_something(rate) or not (rate.target_id or rate.level is Level.ZONE):
            continue
        if not rate.applies and not rate.target_id:
            continue
        key, title = _missing(rate, result.indicators.get(rate.indicator), facts)
        gap = found.setdefault(key, Gap(title, answers=key[0] not in _REASONS))
        gap.rows.append(place)
        if rate.target_id:
            gap.demands.add(rate.target_id.removesuffix(READING))
    return sorted(found.values(), key=lambda gap: (not gap.answers, -len(gap.demands), -len(gap.rows)))


_REASONS = ("qualitative", "other")


def _missing(rate: Rate, indicator: Indicator | None, facts: Facts) -> tuple[tuple[str, str], Text]:
    """Return what a row waits for: a key, and a title."""
    if indicator is not None and indicator.measure.kind is None:
        return ("qualitative", ""), text("maps.gap_qualitative")
    waits = _awaited(rate, indicator, facts) if indicator is not None else iter(())
    return next(waits, (("other", ""), text("maps.gap_other")))


def _awaited(rate: Rate, indicator: Indicator, facts: Facts) -> Iterator[tuple[tuple[str, str], Text]]:
    """Yield what an indicator waits for, what it needs first at first."""
    if has_figure(rate):
        yield from (
            (("status", name), text("maps.gap_statuses", register=register_title(name)))
            for name in indicator.registers
        )
    absent = facts.missing(indicator)
    for name in absent:
        if name in indicator.layers and name not in facts.specs:
            yield ("layer", name), text("maps.gap_layer", layer=layer_title(name))
        elif name in indicator.registers:
            yield ("register", name), text("maps.gap_register", register=register_title(name))
    for name in absent:
        if name in facts.specs:
            yield ("vintage", name), text("rates.older_vintage_of", layer=layer_title(name))
    if fields := facts.missing_fields(indicator):
        inputs = [*map(layer_title, indicator.layers[:1]), *map(register_title, indicator.registers[:1])]
        said = ", ".join(fields)
        yield ("fields", f"{inputs[0].en} {said}"), text("rates.fields_of", input=inputs[0], fields=said)
    if indicator.figures and not (indicator.layers or indicator.registers):
        yield ("figures", ""), text("maps.gap_figures")


def _facts(result: ZoneResult) -> Facts:
    """Return what was there for the rates. Which layers had an older vintage is not known: a row without a value had none."""
    specs: dict[str, Any] = {name: layer.spec for name, layer in result.layers.items() if layer.spec}
    specs |= dict(result.rasters)
    read: Mapping[str, Any] = {entry["id"]: None for entry in result.inputs if entry.get("id")}
    return Facts(
        zone=result.zone,
        units=(),
        parents={},
        specs={**read, **specs},
        tables={},
        registers=result.registers,
        figures=result.figures or Figures(),
        fields={name: frozenset(map(str, layer.data.columns)) for name, layer in result.layers.items()},
    )
