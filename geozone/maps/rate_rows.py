"""The rates of the page: the rows as they are, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geozone.manifest.indicators import Indicator
from geozone.maps.indicators import shown_value
from geozone.maps.plain import Strings, clean, interned, number
from geozone.messages import Text, text
from geozone.model import Kind, Level, Rate, ZoneResult
from geozone.rates.figures import FLOOR
from geozone.rates.titles import indicator_title, is_screening
from geozone.rates.verdicts import JUDGED, NOT_COMPARABLE
from geozone.rates.wording import (
    by_id,
    gap_text,
    outcome_text,
    parts_text,
    target_of,
    target_text,
    tells_something,
    value_text,
)
from geozone.story.reported import figure_of
from geozone.story.zone import rate_statement
from geozone.vintages import YEAR

RATE_NUMBERS = ("numerator", "denominator", "value", "low", "high", "target_value", "gap")
# how far up a row stands: one with a verdict, one with a target, one without, one that says nothing
WITH_VERDICT, WITH_TARGET, ALONE, SILENT = range(4)


def rate_rows(result: ZoneResult, strings: Strings) -> dict[str, list[Any]]:
    """Return the columns of the rates; numbers as ``repr`` gives them, so that they are those of every other output."""

    def row(rate: Rate) -> dict[str, Any]:
        return {
            "unit_code": clean(rate.unit_code),
            "indicator": rate.indicator,
            "kind": rate.kind and rate.kind.value,
            "unit": rate.unit,
            **{name: number(getattr(rate, name)) for name in RATE_NUMBERS},
            "shown": number(shown_value(rate)),
            "rank": rank(rate),
            "basis": rate.basis and rate.basis.value,
            "target_id": rate.target_id,
            "comparator": rate.comparator and rate.comparator.value,
            "target_year": rate.target_year,
            "verdict": rate.verdict and rate.verdict.value,
            "gap_unit": rate.gap_unit,
            "vintage": rate.vintage,
            "method": strings.add(rate.method),
            "note": strings.add(rate.note),
        }

    return _columns([row(rate) for rate in result.rates])


def rate_words(result: ZoneResult, strings: Strings) -> dict[str, list[Any]]:
    """Return what the page says of each rate: title, value, its parts, how it is made, target, verdict and gap."""
    targets = by_id(result.targets)

    def words(rate: Rate) -> dict[str, int | None]:
        target = target_of(rate, targets)
        said = {
            "title_text": indicator_title(rate, result),
            "value_text": value_text(rate),
            "parts_text": parts_text(rate),
            "made_text": made_text(rate, result),
            "target_text": target_text(rate, target) if rate.comparator else None,
            "outcome_text": outcome_text(rate, target),
            "gap_text": gap_text(rate),
            "statement_text": rate_statement(rate, result) if _is_told(rate) else None,
        }
        return {name: None if one is None else strings.add(one) for name, one in said.items()}

    return _columns([words(rate) for rate in result.rates])


def _is_told(rate: Rate) -> bool:
    """Tell whether a row is told in a sentence too: one with a target, or of a province or the zone."""
    return rate.target_id is not None or rate.level in {Level.ZONE, Level.PROVINCE}


def rank(rate: Rate) -> int:
    """Return how far up a row stands on the page."""
    if not tells_something(rate):
        return SILENT
    if rate.target_id is None:
        return ALONE
    return WITH_VERDICT if rate.verdict in JUDGED else WITH_TARGET


def made_text(rate: Rate, result: ZoneResult) -> Text | None:
    """Return how a number came about, with its date: reported, or computed from layers, registers or other indicators."""
    if rate.kind is None:
        return None
    made = _making(rate, result)
    dated = YEAR.search(rate.vintage or "")
    return text("maps.made_dated", made=made, date=rate.vintage) if dated else made


def _making(rate: Rate, result: ZoneResult) -> Text:
    if rate.kind is Kind.REPORTED:
        return text("maps.made_floor" if _is_floor(rate, result) else f"words.rate_kind_{rate.kind.value}")
    declared: Indicator | None = result.indicators.get(rate.indicator)
    if declared is not None and rate.basis in NOT_COMPARABLE and is_screening(rate, declared):
        return text("maps.made_screening")
    if declared is not None and declared.registers:
        return text("maps.made_register")
    return text("maps.made_layer" if declared is not None and declared.layers else "maps.made_computed")


def dates(result: ZoneResult) -> dict[str, Any]:
    """Return the first and the last year that the numbers of the page describe, and whether any of them does not say.

    What a document sets for a year to come describes none.
    """
    told = [rate for rate in result.rates if tells_something(rate)]
    described = [rate.vintage or "" for rate in told if not _is_floor(rate, result)]
    years = [int(year) for vintage in described for year in YEAR.findall(vintage)]
    return {
        "first": min(years, default=None),
        "last": max(years, default=None),
        "unsaid": any(not YEAR.search(vintage) for vintage in described),
    }


def _is_floor(rate: Rate, result: ZoneResult) -> bool:
    figure = figure_of(rate, result)
    return figure is not None and figure.kind == FLOOR


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = list(rows[0]) if rows else []
    return {name: interned(row[name] for row in rows) for name in names}
