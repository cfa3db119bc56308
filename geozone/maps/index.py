"""The index page over all zones of a build: cards, small maps and a comparison table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import shapely
from branca.element import CssLink, JavascriptLink

from geozone.maps.document import Page, Raw, sealed, unsupported
from geozone.maps.mercator import to_drawing
from geozone.maps.payload import Strings, clean, indicator_entries, number, partitions
from geozone.messages import Language, Text, text
from geozone.model import Level, Rate, ZoneResult
from geozone.rates.titles import indicator_title
from geozone.rates.wording import by_id, gap_text, outcome_text, tally, target_of, target_text, value_text
from geozone.symbology import RATE_MISSING, RATE_ZERO

MAP_WIDTH, MAP_HEIGHT, MAP_MARGIN = 340.0, 230.0, 8.0
MAIN_RATES = 4


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
    cards = "".join(_card(result, small_map(result) if maps else "") for result in results)
    told = unsupported(text("maps.index_needs_browser"), text("maps.index_needs_script"))
    body = (
        f'{told}<div class="index" id="page"><header class="masthead"><div class="titles"><h1>{_both(title)}</h1>'
        f'<p class="subtitle">{_both(text("maps.subtitle"))}</p></div>'
        f'<button type="button" class="language" data-lang-switch="{lang}" data-lang="">{_both(text("words.other_language"))}</button></header>'
        f'<main><section aria-label="{escape(text("maps.index_cards").en)}" class="zone-cards">{cards}</section>'
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
    """Return the rates of the zone itself that have a value or a band, those with targets first."""
    code = str(result.units["code"].iloc[_zone_row(result)])
    rates = [
        rate
        for rate in result.rates
        if rate.unit_code == code and (rate.value is not None or rate.low is not None)
    ]
    return sorted(rates, key=lambda rate: rate.target_id is None)


def _zone_row(result: ZoneResult) -> int:
    levels = [str(level) for level in result.units["level"]]
    return levels.index(Level.ZONE.value) if Level.ZONE.value in levels else len(levels) - 1


def _card(result: ZoneResult, image: str) -> str:
    key = escape(clean(result.zone.key))
    targets = by_id(result.targets)
    shown: dict[str, Rate] = {}
    for rate in zone_rates(result):
        shown.setdefault(rate.indicator, rate)
    lines = []
    for rate in list(shown.values())[:MAIN_RATES]:
        verdict = outcome_text(rate, target_of(rate, targets))
        pill = f'<span class="pill pill-{rate.verdict}">{_both(verdict)}</span>' if verdict else ""
        lines.append(
            f"<li {_data(rate)}><span>{_both(_title(result, rate.indicator))}</span>"
            f"<strong>{_both(value_text(rate))}</strong>{pill}</li>"
        )
    of_zone = [rate for rate in result.rates if rate.unit_code == _zone_code(result)]
    counts = "".join(
        f'<li class="pill pill-{verdict.value}">{_both(word)} <b>{count}</b></li>'
        for verdict, word, count in tally(of_zone, targets)
    )
    finest = result.units["level"].iloc[0]
    number_of_units = sum(result.units["level"] == finest)
    return (
        f'<article class="zone-card" data-zone="{key}"><a class="map-link" href="{key}.html" tabindex="-1" aria-hidden="true">'
        f"{image}</a>"
        f'<h2><a href="{key}.html">{_both(result.title)}</a></h2>'
        f'<p class="note">{_both(text("maps.amount_units", amount=number_of_units))}</p>'
        f'<ul class="main-rates">{"".join(lines)}</ul><ul class="tally">{counts}</ul>'
        f'<a class="open" href="{key}.html">{_both(text("maps.index_open"))}<span class="sr"> {_both(result.title)}</span></a></article>'
    )


def _zone_code(result: ZoneResult) -> str:
    return str(result.units["code"].iloc[_zone_row(result)])


def _data(rate: Rate) -> str:
    band = f' data-low="{number(rate.low)}" data-high="{number(rate.high)}"' if rate.value is None else ""
    return (
        f'data-indicator="{escape(rate.indicator)}" data-unit="{escape(clean(rate.unit_code))}" '
        f'data-value="{number(rate.value) or ""}"{band}'
    )


def _title(result: ZoneResult, indicator: str) -> Text:
    rate = next((rate for rate in result.rates if rate.indicator == indicator), None)
    return indicator_title(rate, result) if rate else Text(indicator, indicator)


def _comparison(results: Sequence[ZoneResult]) -> str:
    tables = [{rate.indicator: rate for rate in reversed(zone_rates(result))} for result in results]
    demands = [by_id(result.targets) for result in results]
    indicators = list(dict.fromkeys(rate.indicator for result in results for rate in zone_rates(result)))
    head = "".join(
        f'<th scope="col"><a href="{escape(result.zone.key)}.html">{_both(result.title)}</a></th>'
        for result in results
    )
    rows = []
    for indicator in indicators:
        owner = next(result for result, table in zip(results, tables, strict=True) if indicator in table)
        cells = []
        for table, targets in zip(tables, demands, strict=True):
            rate = table.get(indicator)
            if rate is None:
                cells.append('<td class="empty">—</td>')
                continue
            gap = gap_text(rate)
            target = target_of(rate, targets)
            cells.append(
                f"<td {_data(rate)}><strong>{_both(value_text(rate))}</strong>"
                + (f"<small>{_both(target_text(rate, target))}</small>" if rate.comparator else "")
                + (f"<small>{_both(gap)}</small>" if gap else "")
                + "</td>"
            )
        rows.append(f'<tr><th scope="row">{_both(_title(owner, indicator))}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(text("maps.index_compare").en)}"><table class="comparison-table">'
        f'<thead><tr><th scope="col">{_both(text("words.column_indicator"))}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def small_map(result: ZoneResult) -> str:
    """Return a zone's units as a small vector image, coloured by the first indicator of maps that differs between them."""
    indicators = indicator_entries(result, Strings())
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
    drawable = [name for name, entry in indicators.items() if level in entry["classes"]]
    indicator = min(drawable, key=lambda name: indicators[name]["rank"] or len(indicators) + 1, default=None)
    classes = indicators[indicator]["classes"][level] if indicator else {"bounds": [], "colours": []}
    values = {
        rate.unit_code: rate.value if rate.value is not None else rate.low
        for rate in result.rates
        if rate.indicator == indicator
    }
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
    if value <= 0:
        return RATE_ZERO
    place = sum(value > float(bound) for bound in classes["bounds"])
    return str(classes["colours"][min(place, len(classes["colours"]) - 1)])
