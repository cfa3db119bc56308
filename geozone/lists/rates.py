"""The rates of a zone as people read them on a terminal: those that matter first, by indicator."""

from __future__ import annotations

from dataclasses import dataclass

from geozone.messages import Language, Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.titles import indicator_title
from geozone.rates.wording import (
    by_id,
    demands,
    outcome_text,
    target_of,
    target_text,
    tells_something,
    value_text,
)
from geozone.story.zone import leading_indicators
from geozone.table_output import Rows


@dataclass(frozen=True, slots=True)
class RateList:
    """Rates in words, and what was left out of them."""

    rows: Rows
    left_out: list[Text]


def rate_list(result: ZoneResult, lang: Language, *, every: bool = False) -> RateList:
    """Return the rates of a zone in words, grouped by indicator: those of the story first.

    Parameters
    ----------
    result
        What the run computed.
    lang
        The language of the words.
    every
        All rates; otherwise those of the zone, its provinces and regions, and those that are held against a target, as far
        as they tell something.
    """
    first = leading_indicators(result)
    indicators = dict.fromkeys([*first, *(rate.indicator for rate in result.rates)])
    rates: dict[str, list[Rate]] = {name: [] for name in indicators}
    for rate in result.rates:
        rates[rate.indicator].append(rate)
    shown = {name: [rate for rate in found if every or _matters(rate)] for name, found in rates.items()}
    told = {name: found for name, found in shown.items() if found}
    rows: Rows = []
    for name in sorted(told, key=lambda one: (one not in first, not _has_value(told[one]))):
        rows += _rows(told[name], result, lang)
    return RateList(rows, [] if every else _left_out(result, sum(map(len, told.values()))))


def _matters(rate: Rate) -> bool:
    above = rate.level in {Level.ZONE, Level.PROVINCE} or rate.target_id is not None
    return above and tells_something(rate)


def _has_value(rates: list[Rate]) -> bool:
    return any(rate.value is not None for rate in rates)


def _rows(rates: list[Rate], result: ZoneResult, lang: Language) -> Rows:
    """Return the rows of an indicator, whose title stands beside the first of them alone."""
    targets = by_id(result.targets)
    rows: Rows = []
    titles: set[Text] = set()
    for rate in rates:
        target = target_of(rate, targets)
        outcome = outcome_text(rate, target)
        title = indicator_title(rate, result)
        rows.append(
            {
                "indicator": "" if title in titles else title.get(lang),
                "unit_name": rate.unit_name.get(lang),
                "rates_value": value_text(rate).get(lang),
                "basis": rate.basis.value if rate.basis else "",
                "vintage": rate.vintage or "—",
                "target_value": target_text(rate, target).get(lang) if rate.comparator else "",
                "outcome": outcome.get(lang) if outcome else "",
            }
        )
        titles.add(title)
    return rows


def _left_out(result: ZoneResult, shown: int) -> list[Text]:
    """Return how many rows are not shown, and how many demands have no number."""
    own = demands(result.targets)
    judged = {rate.target_id for rate in result.rates if rate.target_id in own and tells_something(rate)}
    told = []
    if rest := len(result.rates) - shown:
        told.append(text("lists.rates_left_out", count=rest))
    if silent := len(own) - len(judged):
        told.append(text("lists.rates_without", count=silent, zone=result.zone.key))
    return told
