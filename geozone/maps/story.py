"""The zone in a few sentences: how its demands stand, what leads, and what is missing most."""

from __future__ import annotations

from collections.abc import Iterable

from geozone.manifest.inputs import register_title
from geozone.maps.indicators import leading_rates
from geozone.maps.missing import Gap
from geozone.maps.rate_rows import ALONE, SILENT, made_text, rank, reported_figure
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.titles import indicator_title
from geozone.rates.verdicts import NOT_COMPARABLE
from geozone.rates.wording import by_id, demands, outcome_text, tally, target_of, target_text, value_text

LEADING, MISSING = 2, 2  # figures and gaps that are named


def story(result: ZoneResult, missing: Iterable[Gap]) -> Text:
    """Return one to three sentences.

    1. How many demands there are, and how many have which outcome; each counts once, by the number that leads.
    2. The figures of the zone that stand first on the page, with target, outcome and source.
    3. What most demands wait for.
    """
    return _outcomes(result) + _figures(result) + _missing(missing)


def _outcomes(result: ZoneResult) -> Text:
    counts = tally(result.rates, demands(result.targets))
    total = sum(count for _, _, count in counts)
    if not total:
        return text("maps.story_no_demands")
    parts = [text("maps.story_outcome", count=count, outcome=word) for _, word, count in counts]
    return text("maps.story_outcomes", total=total, parts=_listed(parts))


def _figures(result: ZoneResult) -> Text:
    leading = [rate for rate in leading_rates(result.rates).values() if rate.level is Level.ZONE]
    whole = [rate for rate in leading if rank(rate) < SILENT and not _is_part(rate, result)]
    # what comes from a working list or a screening layer is told only where there is nothing else
    whole = [rate for rate in whole if rate.basis not in NOT_COMPARABLE] or whole
    own = demands(result.targets)
    asked = {rate.indicator for rate in result.rates if rate.target_id in own}
    chosen = sorted(whole, key=lambda rate: rank(rate) if rate.indicator in asked else ALONE)[:LEADING]
    if not chosen:
        return NO_TEXT
    return text("maps.story_figures", parts=_listed([_figure(rate, result) for rate in chosen], "semicolon"))


def _is_part(rate: Rate, result: ZoneResult) -> bool:
    declared = result.indicators.get(rate.indicator)
    return declared is not None and declared.part_of is not None


def _figure(rate: Rate, result: ZoneResult) -> Text:
    title, source = indicator_title(rate, result), source_text(rate, result)
    target = target_of(rate, by_id(result.targets))
    outcome = outcome_text(rate, target)
    if target is None or outcome is None:
        made = made_text(rate, result) or rate.method
        return text("maps.story_figure", title=title, value=value_text(rate), made=made, source=source)
    return text(
        "maps.story_judged", title=title, value=value_text(rate), goal=target_text(rate, target), outcome=outcome,
        source=source,
    )  # fmt: skip


def source_text(rate: Rate, result: ZoneResult) -> Text:
    """Return where the number of a row comes from, in a few words: who reported it, or the inputs that it is made from."""
    figure = reported_figure(rate, result)
    if figure is not None:
        return figure.source
    declared = result.indicators.get(rate.indicator)
    if declared is None:
        return text("words.no_value")
    layers = {name: layer.spec for name, layer in result.layers.items() if layer.spec} | dict(result.rasters)
    titles = [layers[name].title for name in declared.layers if name in layers]
    titles += [register_title(name) for name in declared.registers if name in result.registers]
    if not titles:
        made = [result.indicators[name].title for name in declared.indicators if name in result.indicators]
        return _listed(made) if made else rate.method
    return _listed(list({title.zh: title for title in titles}.values()))


def _missing(missing: Iterable[Gap]) -> Text:
    named = [gap for gap in missing if gap.answers and gap.demands][:MISSING]
    if not named:
        return NO_TEXT
    parts = [text("maps.story_gap", title=gap.title, count=len(gap.demands)) for gap in named]
    return text("maps.story_missing", parts=_listed(parts))


def _listed(parts: list[Text], mark: str = "and_so_on") -> Text:
    between = text(f"words.{mark}")
    return Text(between.zh.join(part.zh for part in parts), between.en.join(part.en for part in parts))
