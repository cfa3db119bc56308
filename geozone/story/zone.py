"""The story of a zone: what an authority has reported, how far bays and waters are, and what cannot be said."""

from __future__ import annotations

from functools import reduce
from operator import add

from geozone.messages import NO_TEXT, Text, text
from geozone.model import Level, Rate, Verdict, ZoneResult
from geozone.rates.wording import by_id, demands, leading_of_targets, outcome, target_of
from geozone.story.amounts import amount, sentence
from geozone.story.approved import approved_sentence
from geozone.story.registers import (
    completion_sentence,
    counted,
    in_order,
    not_applicable,
    statement_of_register,
    total_unknown,
)
from geozone.story.reported import (
    absent_statement,
    fact_of,
    facts_of_zone,
    facts_sentence,
    lowered,
    statement_of,
    unit_text,
)

LEADING = 3  # indicators that stand before the others


def zone_story(result: ZoneResult) -> Text:
    """Return one to three sentences, by the rules of ``docs/story.md``.

    1. What an authority has reported: the first targets that are judged on a figure of exactly the zone's scope; without
       one the approved area of the red line.
    2. How far bays, then rivers and lakes are completed: the verdict, the range, or why there is none.
    3. What cannot be said: a misprint of the document, else how many of its targets are not computable.
    """
    leading = leading_of_demands(result)
    if not leading:
        first = approved_sentence(result, result.zone.key, result.zone.short)
        nothing = sentence(text("story.no_demands", of=result.zone.short))
        return first + nothing if first else nothing
    facts = facts_of_zone(result, list(leading.values()))
    reported = (
        facts_sentence(facts, result)
        if facts
        else approved_sentence(result, result.zone.key, result.zone.short)
    )
    unsaid = _misprint(result) or _uncomputed(result, leading)
    parts = [part for part in (reported, _completion(result, leading), unsaid) if part is not None]
    if not parts:  # every target has a number, and none of them is judged
        told = (rate_statement(rate, result) for rate in leading.values())
        parts = [next((one for one in told if one is not None), NO_TEXT)]
    return reduce(add, parts)


def leading_indicators(result: ZoneResult) -> list[str]:
    """Return the indicators of the zone that matter most, as the story tells them: those that stand first on the page."""
    leading = leading_of_demands(result)
    told = [
        fact.rate.indicator
        for fact in facts_of_zone(result, list(leading.values()))
        if fact.rate.level is Level.ZONE
    ]
    if not told:
        told = [name for name, one in result.indicators.items() if one.approved]
    told = told[:1] + [name for name, one in result.indicators.items() if one.said is not None] + told[1:]
    shown = {rate.indicator for rate in result.rates if rate.level is Level.ZONE}
    return [name for name in dict.fromkeys(told) if name in shown][:LEADING]


def leading_of_demands(result: ZoneResult) -> dict[str, Rate]:
    """Return the row that leads of every target that the zone's own documents set."""
    return leading_of_targets(result.rates, demands(result.targets))


def is_uncomputed(rate: Rate) -> bool:
    """Tell whether there is no number at all to hold against a target."""
    return outcome(rate) is Verdict.NOT_COMPUTABLE


def rate_statement(rate: Rate, result: ZoneResult) -> Text | None:
    """Return what is known of one rate in a sentence; None where the tables say all there is.

    Not applicable, then by register, reported figure, or the absence of any. Of the red line what a plan sets or an
    authority published.
    """
    found = (
        not_applicable(rate, result),
        _of_approved(rate, result),
        _of_register(rate, result),
        _of_value(rate, result),
    )
    return next((one for one in found if one is not None), None)


def _of_approved(rate: Rate, result: ZoneResult) -> Text | None:
    declared = result.indicators.get(rate.indicator)
    if declared is None or not declared.approved:
        return None
    return approved_sentence(result, rate.unit_code, unit_text(rate, result), sketch=True)


def _of_register(rate: Rate, result: ZoneResult) -> Text | None:
    row = counted(rate, result)
    return total_unknown(rate, result) if row is None else statement_of_register(row, result)


def _of_value(rate: Rate, result: ZoneResult) -> Text | None:
    target = target_of(rate, by_id(result.targets))
    declared = result.indicators.get(rate.indicator)
    if (declared is not None and declared.approved) or (target is not None and target.reference):
        return None
    fact = fact_of(rate, result)
    if fact is not None and (fact.figure is not None or target is not None):
        return statement_of(fact, result)
    if target is not None and is_uncomputed(rate) and target.value is not None:
        return absent_statement(rate, target, result)
    return None


def _completion(result: ZoneResult, leading: dict[str, Rate]) -> Text | None:
    rows = []
    for name, indicator in result.indicators.items():
        if indicator.said is None:
            continue
        held = [rate for rate in leading.values() if rate.indicator == name and rate.level is Level.ZONE]
        own = [rate for rate in result.rates if rate.indicator == name and rate.level is Level.ZONE]
        row = counted((held or own)[0], result) if held or own else None
        if row is not None:
            rows.append(row)
    return completion_sentence(in_order(rows), result)


def _misprint(result: ZoneResult) -> Text | None:
    for target in demands(result.targets).values():
        if target.reading is None or target.value is None:
            continue
        document = next((result.documents[key] for key in target.documents if key in result.documents), None)
        named = document and (document.short or document.title)
        return sentence(
            text(
                "story.misprint", document=named or NO_TEXT, title=lowered(target.title), printed=amount(target.value, target.unit),
                said=target.reading.said, value=amount(target.reading.value, target.unit), source=target.reading.short,
            )
        )  # fmt: skip
    return None


def _uncomputed(result: ZoneResult, leading: dict[str, Rate]) -> Text | None:
    count = sum(is_uncomputed(rate) for rate in leading.values())
    if not count:
        return None
    key = "not_computable_embedded" if result.embedded else "not_computable"
    return sentence(
        text(
            f"story.{key}", total=text("story.targets_of_one" if count == 1 else "story.targets", count=len(leading)), count=text("story.targets_counted", count=count),
        )
    )  # fmt: skip
