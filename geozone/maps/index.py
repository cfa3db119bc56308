"""The index page over all zones of a build: cards, small maps and a comparison table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import shapely
from branca.element import CssLink, JavascriptLink

from geozone.maps.document import Page, Raw, sealed, unsupported
from geozone.maps.indicators import indicator_entries, leading_rates, mappable, partitions, shown_value
from geozone.maps.mercator import to_drawing
from geozone.maps.plain import Strings, clean, number
from geozone.maps.rate_rows import SILENT, made_text, rank
from geozone.messages import Language, Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.titles import indicator_title
from geozone.rates.wording import (
    by_id,
    demands,
    has_figure,
    outcome_text,
    tally,
    target_of,
    target_text,
    value_text,
)
from geozone.story.zone import leading_indicators, zone_story
from geozone.symbology import RATE_MISSING, RATE_ZERO

MAP_WIDTH, MAP_HEIGHT, MAP_MARGIN = 340.0, 230.0, 8.0
MAIN_RATES = 4


@dataclass(frozen=True, slots=True)
class MapChoice:
    """What the small maps of an index show."""

    indicator: str | None  # None where the zones have none in common
    entries: Mapping[str, Mapping[str, Any]]  # what the page knows of indicators, by zone
    rows: Sequence[tuple[str, Text]]  # colours and labels of the legend


def render_index(results: Sequence[ZoneResult], *, lang: Language = "zh", maps: bool = True) -> str:
    """Return the index page over several zones as one html document.

    It links to ``<zone>.html`` beside it, holds both languages and opens in `lang`. Since it belongs to no zone's run
    record, it carries its own digest. `maps` says whether the cards have small maps.

    Raises
    ------
    InputError
        If the bundled scripts have not been built.
    """
    title = text("maps.index_title")
    page = Page(title=f"{title.zh} · {title.en}", lang=lang)
    page.header.add_child(CssLink("asset:index.css"), name="style")
    page.header.add_child(JavascriptLink("asset:index.js"), name="script")
    choice = map_choice(results) if maps else None
    cards = "".join(_card(result, small_map(result, choice) if choice else "") for result in results)
    legend = _legend(results, choice) if choice else ""
    told = unsupported(text("maps.index_needs_browser"), text("maps.index_needs_script"))
    body = (
        f'{told}<div class="index" id="page"><header class="masthead"><div class="titles"><h1>{_both(title)}</h1>'
        f'<p class="subtitle">{_both(text("maps.subtitle"))}</p></div>'
        f'<button type="button" class="language" data-lang-switch="{lang}" data-lang="">{_both(text("words.other_language"))}</button></header>'
        f'<main>{legend}<section aria-label="{escape(text("maps.index_cards").en)}" class="zone-cards">{cards}</section>'
        f"<section><h2>{_both(text('maps.index_compare'))}</h2>{_comparison(results)}</section>"
        f'<p class="review">{_both(_review(results))}</p><p class="note">{_both(text("maps.browsers"))}</p></main></div>'
    )
    page.html.add_child(Raw("index", body))
    return sealed(page.render())


def _both(value: Text) -> str:
    """Return a text in both languages; the style sheet shows one."""
    return (
        f'<span lang="zh-CN">{escape(clean(value.zh))}</span><span lang="en">{escape(clean(value.en))}</span>'
    )


def _review(results: Sequence[ZoneResult]) -> Text:
    numbers = sorted({result.review_number.strip() for result in results} - {""})
    unreviewed = any(not result.review_number.strip() for result in results)
    lines = [text("words.reviewed", number=number_) for number_ in numbers]
    if unreviewed:
        lines.append(text("words.not_reviewed"))
    note = text("maps.map_note")
    return Text(
        " · ".join([*(line.zh for line in lines), note.zh]),
        " · ".join([*(line.en for line in lines), note.en]),
    )


def zone_rates(result: ZoneResult) -> list[Rate]:
    """Return the rates of the zone itself that have a value or a band, in the order of the page, what says nothing last."""
    code = str(result.units["code"].iloc[_zone_row(result)])
    rates = [rate for rate in result.rates if rate.unit_code == code and has_figure(rate)]
    best: dict[str, int] = {}
    for rate in rates:
        best[rate.indicator] = min(best.get(rate.indicator, SILENT), rank(rate))
    return sorted(rates, key=lambda rate: best[rate.indicator])  # the row that leads stays before the others


def _zone_row(result: ZoneResult) -> int:
    levels = [str(level) for level in result.units["level"]]
    return levels.index(Level.ZONE.value) if Level.ZONE.value in levels else len(levels) - 1


def _card(result: ZoneResult, image: str) -> str:
    key = escape(clean(result.zone.key))
    targets = by_id(result.targets)
    shown: dict[str, Rate] = {}
    for rate in zone_rates(result):
        shown.setdefault(rate.indicator, rate)
    leading = [shown[name] for name in leading_indicators(result) if name in shown]
    lines = []
    for rate in list(dict.fromkeys([*leading, *shown.values()]))[:MAIN_RATES]:
        verdict = outcome_text(rate, target_of(rate, targets))
        pill = f'<span class="pill pill-{rate.verdict}">{_both(verdict)}</span>' if verdict else ""
        lines.append(
            f"<li {_data(rate)}><span>{_both(_title(result, rate.indicator))}</span>"
            f"<strong>{_proof(result, rate)}</strong>{pill}</li>"
        )
    counts = "".join(
        f'<li class="pill pill-{verdict.value}">{_both(word)} <b>{count}</b></li>'
        for verdict, word, count in tally(result.rates, demands(result.targets))
    )
    finest = result.units["level"].iloc[0]
    number_of_units = sum(result.units["level"] == finest)
    return (
        f'<article class="zone-card" data-zone="{key}"><a class="map-link" href="{key}.html" tabindex="-1" aria-hidden="true">'
        f"{image}</a>"
        f'<h2><a href="{key}.html">{_both(result.title)}</a></h2>'
        f'<p class="note">{_both(text("maps.amount_units", amount=number_of_units))}</p>'
        f'<p class="story" data-story="{key}">{_both(zone_story(result) if result.story is None else result.story)}</p>'
        f'<ul class="main-rates">{"".join(lines)}</ul><ul class="tally">{counts}</ul>'
        f'<a class="open" href="{key}.html">{_both(text("maps.index_open"))}<span class="sr"> {_both(result.title)}</span></a></article>'
    )


def _data(rate: Rate) -> str:
    band = f' data-low="{number(rate.low)}" data-high="{number(rate.high)}"' if rate.value is None else ""
    return (
        f'data-indicator="{escape(rate.indicator)}" data-unit="{escape(clean(rate.unit_code))}" '
        f'data-value="{number(rate.value) or ""}"{band}'
    )


def _proof(result: ZoneResult, rate: Rate) -> str:
    """Return a number that leads to where it comes from, on the page of its zone."""
    page = f"{escape(clean(result.zone.key))}.html#proof={escape(clean(rate.indicator))}"
    return f'<a href="{page}">{_both(value_text(rate))}</a>'


def _title(result: ZoneResult, indicator: str) -> Text:
    rate = next((rate for rate in result.rates if rate.indicator == indicator), None)
    return indicator_title(rate, result) if rate else Text(indicator, indicator)


def _by_indicator(result: ZoneResult) -> dict[str, list[Rate]]:
    """Return the rows of the zone by indicator: one of each kind, the one that leads first."""
    found: dict[str, dict[object, Rate]] = {}
    for rate in zone_rates(result):
        found.setdefault(rate.indicator, {}).setdefault(rate.kind, rate)
    return {name: list(rates.values()) for name, rates in found.items()}


def _cell(result: ZoneResult, rates: Sequence[Rate]) -> str:
    """Return a zone's number of an indicator with its target and verdict, and what is computed beside what is reported."""
    if not rates:
        return '<td class="empty">—</td>'
    first, *others = rates
    target = target_of(first, by_id(result.targets))
    lines = [outcome_text(first, target)]
    if first.comparator:
        lines.insert(0, target_text(first, target))
    for rate in others:
        made = made_text(rate, result) or rate.method
        value = value_text(rate)
        lines.append(text("maps.beside", made=made, value=value))
    told = "".join(f"<small>{_both(line)}</small>" for line in lines if line is not None)
    return f"<td {_data(first)}><strong>{_proof(result, first)}</strong>{told}</td>"


def _comparison(results: Sequence[ZoneResult]) -> str:
    tables = [_by_indicator(result) for result in results]
    indicators = list(dict.fromkeys(rate.indicator for result in results for rate in zone_rates(result)))
    head = "".join(
        f'<th scope="col"><a href="{escape(result.zone.key)}.html">{_both(result.title)}</a></th>'
        for result in results
    )
    rows = []
    for indicator in indicators:
        owner = next(result for result, table in zip(results, tables, strict=True) if indicator in table)
        cells = [
            _cell(result, table.get(indicator, [])) for result, table in zip(results, tables, strict=True)
        ]
        rows.append(f'<tr><th scope="row">{_both(_title(owner, indicator))}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(text("maps.index_compare").en)}"><table class="comparison-table">'
        f'<thead><tr><th scope="col">{_both(text("words.column_indicator"))}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _mappable(result: ZoneResult, indicators: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the indicators that can colour the map of a zone, in the order of its page."""
    return mappable(indicators, leading_indicators(result), partitions(result.units))


def map_choice(results: Sequence[ZoneResult]) -> MapChoice:
    """Return what the small maps show: one indicator for all zones where they have one in common, on one scale.

    Of a zone that lacks it the first of its own is shown, and the legend does not speak of it.
    """
    entries = [indicator_entries(result, Strings()) for result in results]
    chosen = [_mappable(result, one) for result, one in zip(results, entries, strict=True)]
    name = next((name for name in chosen[0] if all(name in one for one in chosen)), None) if chosen else None
    if name is None:
        return MapChoice(None, dict(zip((result.zone.key for result in results), entries, strict=True)), [])
    values = [shown_value(rate) for result in results for rate in _drawn(result, name)]
    most = max((value for value in values if value is not None), default=0.0)
    strings = Strings()
    shared = {result.zone.key: indicator_entries(result, strings, {name: most}) for result in results}
    scales = [classes for one in shared.values() for classes in one[name]["classes"].values()]
    fullest = max(scales, key=lambda one: len(one["bounds"]))
    zero = [] if fullest["zero"] is None else [(RATE_ZERO, Text(*strings.pairs[fullest["zero"]]))]
    rows = [
        (colour, Text(*strings.pairs[title]))
        for colour, title in zip(fullest["colours"], fullest["titles"], strict=True)
    ]
    return MapChoice(name, shared, [*zero, *rows])


def _drawn(result: ZoneResult, indicator: str) -> list[Rate]:
    return [rate for (name, _), rate in leading_rates(result.rates).items() if name == indicator]


def _swatch(colour: str) -> str:
    return f'<svg width="22" height="13" aria-hidden="true"><rect x="0.5" y="0.5" width="21" height="12" fill="{colour}" stroke="#8a8f8c"/></svg>'


def _legend(results: Sequence[ZoneResult], choice: MapChoice) -> str:
    if choice.indicator is None:
        return ""
    titles = {_title(result, choice.indicator) for result in results}
    title = next(iter(titles)) if len(titles) == 1 else _title(results[0], choice.indicator)
    rows = "".join(
        f'<li data-colour="{colour}" tabindex="0">{_swatch(colour)}{_both(label)}</li>'
        for colour, label in choice.rows
    )
    missing = f'<li data-colour="{RATE_MISSING}" tabindex="0">{_swatch(RATE_MISSING)}{_both(text("words.no_value"))}</li>'
    return f'<div class="index-legend" data-legend="{escape(choice.indicator)}"><b>{_both(title)}</b><ul>{rows}{missing}</ul></div>'


def small_map(result: ZoneResult, choice: MapChoice) -> str:
    """Return a zone's units as a small vector image, coloured by the indicator of the choice, else by the first of its own."""
    indicators = choice.entries[result.zone.key]
    covers = partitions(result.units)
    level = next(name for name in ("city", "province", "county", "zone") if name in covers)
    places = covers[level]
    units = result.units.iloc[places]
    drawn = to_drawing(units.geometry.to_numpy())
    west, north, east, south = shapely.total_bounds(drawn)
    scale = min(
        (MAP_WIDTH - 2 * MAP_MARGIN) / max(east - west, 1),
        (MAP_HEIGHT - 2 * MAP_MARGIN) / max(south - north, 1),
    )
    drawn = shapely.simplify(drawn, 0.7 / scale)
    left = (MAP_WIDTH - (east - west) * scale) / 2
    top = (MAP_HEIGHT - (south - north) * scale) / 2
    names = [choice.indicator] if choice.indicator is not None else _mappable(result, indicators)
    indicator = next((name for name in names if level in indicators[name]["classes"]), None)
    classes = indicators[indicator]["classes"][level] if indicator else {"bounds": [], "colours": []}
    values = {rate.unit_code: shown_value(rate) for rate in _drawn(result, indicator or "")}
    paths = []
    for code, geometry in zip(units["code"], drawn, strict=True):
        rings = shapely.get_rings(shapely.get_parts(geometry))
        outline = "".join(
            "M"
            + " ".join(
                f"{(x - west) * scale + left:.1f},{(y - north) * scale + top:.1f}"
                for x, y in shapely.get_coordinates(ring)[:-1]
            )
            + "Z"
            for ring in rings
        )
        paths.append(f'<path d="{outline}" fill="{_colour(values.get(str(code)), classes)}"/>')
    return (
        f'<svg viewBox="0 0 {MAP_WIDTH:g} {MAP_HEIGHT:g}" aria-hidden="true" fill-rule="evenodd" '
        f'stroke="#5a605f" stroke-width="0.6" stroke-linejoin="round">{"".join(paths)}</svg>'
    )


def _colour(value: float | None, classes: dict[str, list[float] | list[str]]) -> str:
    if value is None or not classes["bounds"]:
        return RATE_MISSING
    if value <= 0 and classes["zero"] is not None:
        return RATE_ZERO
    place = sum(value > float(bound) for bound in classes["bounds"])
    return str(classes["colours"][min(place, len(classes["colours"]) - 1)])
