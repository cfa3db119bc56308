"""What the page says at the end of earlier years: what differs from today, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from geozone.maps.plain import Strings
from geozone.maps.rate_rows import rate_rows, rate_words
from geozone.messages import text
from geozone.model import Rate, Verdict, ZoneResult
from geozone.rates.by_year import figures_until, register_at
from geozone.story.zone import zone_story


def year_entries(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    """Return for each year its story and the rows that differ from those of today, by their places; and texts of these alone.

    The places of these texts go on from `strings`, which must be whole.
    """
    own = Strings(strings)
    years = [_year(year, differing, result, own) for year, differing in sorted(result.years.items())]
    return {"strings": own.pairs, "years": years}


def at_year(result: ZoneResult, year: int) -> ZoneResult:
    """Return the result as it was at the end of a year; what had no number then has a row that says so."""
    differing = result.years.get(year, {})
    rates = [
        _then(rate, differing[place], year) if place in differing else rate
        for place, rate in enumerate(result.rates)
    ]
    return replace(
        result,
        rates=rates,
        registers={name: register_at(register, year) for name, register in result.registers.items()},
        figures=None if result.figures is None else figures_until(result.figures, year),
    )


def _year(
    year: int, differing: Mapping[int, Rate | None], result: ZoneResult, strings: Strings
) -> dict[str, Any]:
    then = at_year(result, year)
    places = sorted(differing)
    rows = replace(then, rates=[then.rates[place] for place in places])
    return {
        "year": year,
        "story": strings.add(zone_story(then)),
        "places": places,
        "rates": rate_rows(rows, strings),
        "rate_words": rate_words(rows, strings),
    }


def _then(latest: Rate, earlier: Rate | None, year: int) -> Rate:
    if earlier is not None:
        return earlier
    return replace(
        latest,
        numerator=None,
        denominator=None,
        value=None,
        low=None,
        high=None,
        verdict=latest.verdict and Verdict.NOT_COMPUTABLE,
        gap=None,
        gap_unit=None,
        vintage=None,
        note=text("maps.nothing_in_year", year=year),
    )
