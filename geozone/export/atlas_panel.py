"""What stands beside the map of a sheet of an atlas: rates with bars, items of registers, breaks and gaps of barriers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.patches import Rectangle

from geozone.barriers.telling import unit_names
from geozone.export.columns import domain_values
from geozone.export.sheet_page import ACCENT, ALERT, INK, QUIET, Page, fitted
from geozone.export.sheet_panel import VERDICT_INKS, Theme
from geozone.manifest.inputs import register_title
from geozone.messages import Language, Text, text
from geozone.model import Layer, Level, Rate, Status
from geozone.rates.completion import CODE_COLUMNS
from geozone.rates.digits import is_share
from geozone.rates.wording import (
    by_id,
    has_figure,
    outcome_text,
    target_of,
    target_text,
    tells_something,
    value_text,
)
from geozone.rounding import digits
from geozone.symbology import RATE_COLOURS, STATUS_COLOURS

BAR = "bar"  # what the rectangle of a value goes by in a figure
_TRACK = "#e6e9e6"
_NAME, _TOLD = 5.8, 5.0  # points
_HEADING, _ROW, _ROW_WITHOUT, _LINE, _SPACE, _BAR = 7.0, 8.6, 6.4, 3.4, 1.5, 1.5  # millimetres
_LEAST_LINES = (4, 3, 2)  # of a list, fewer where that leaves a line to every rate


class Place(NamedTuple):
    """A part of a page: its left edge and width, and the lowest that may be written on, in millimetres."""

    x: float
    width: float
    bottom: float


class Member(NamedTuple):
    """A unit of an atlas."""

    code: str
    title: Text
    level: Level


def unit_panel(page: Page, about: Theme, member: Member, place: Place, top: float) -> float:
    """Write all that is known of a unit below each other; return the lower edge.

    What finds no room is counted, so nobody takes a list for a whole one.
    """
    sections = [
        (heading, lines)
        for heading, lines in (
            (text("export.atlas_items"), [*_items(about, member)]),
            (text("export.atlas_breaks"), [*_breaks(about, member)]),
        )
        if lines
    ]
    short = _HEADING + len(rates_of(about, member.code)) * _LINE  # of rates, one line each
    for least in _LEAST_LINES:
        kept = [_HEADING + min(len(lines), least) * _LINE + _SPACE for _, lines in sections]
        if top - short - sum(kept) >= place.bottom:
            break
    y = _rates(page, about, member, place._replace(bottom=place.bottom + sum(kept)), top)
    for number, (heading, lines) in enumerate(sections):
        below = place._replace(bottom=place.bottom + sum(kept[number + 1 :]))
        y = _list(page, heading, lines, below, y, about.lang) - _SPACE
    return y


def _list(  # noqa: PLR0917 - a private step
    page: Page, heading: Text, lines: list[tuple[str, str, str]], place: Place, top: float, lang: Language
) -> float:
    """Write lines under a heading, as many as there is room for, and how many there are more; return the lower edge."""
    page.heading(place.x, top - 2, heading.get(lang), place.width)
    y = top - _HEADING
    fitting = max(int((y - place.bottom) / _LINE), 1)
    shown = lines if len(lines) <= fitting else lines[: fitting - 1]
    for words, more, colour in shown:
        page.say(place.x, y, *fitted(words, place.width * 0.66, _TOLD))
        page.say(place.x + place.width, y, *fitted(more, place.width * 0.32, _TOLD), ha="right", color=colour)
        y -= _LINE
    if len(shown) < len(lines):
        page.say(place.x, y, _further(len(lines) - len(shown), heading).get(lang), _TOLD, color=QUIET)
        y -= _LINE
    return y


def _further(count: int, heading: Text) -> Text:
    return text("export.atlas_further", count=count, heading=heading)


def _rates(page: Page, about: Theme, member: Member, place: Place, top: float) -> float:
    """Write the rates of a unit, a bar for each share, its end where the value is and a mark where the target is.

    Where there is no room for three lines a rate, each has one.
    """
    rates, lang = rates_of(about, member.code), about.lang
    page.heading(place.x, top - 2, text("export.sheet_rates").get(lang), place.width)
    y = top - _HEADING
    heights = [_ROW if _has_bar(rate) else _ROW_WITHOUT for rate in rates]
    if not rates:
        page.say(place.x, y, text("words.no_value").get(lang), _TOLD, color=QUIET)
        return y - _LINE
    if y - sum(heights) + _LINE / 2 >= place.bottom:
        for rate, height in zip(rates, heights, strict=True):
            _rate(page, about, rate, place, y, height)
            y -= height
        return y
    fitting = max(int((y - place.bottom + _LINE / 2) / _LINE), 1)
    shown = rates if len(rates) <= fitting else rates[: fitting - 1]
    for rate in shown:
        _short_rate(page, about, rate, place, y)
        y -= _LINE
    if len(shown) < len(rates):
        left = _further(len(rates) - len(shown), text("export.sheet_rates"))
        page.say(place.x, y, left.get(lang), _TOLD, color=QUIET)
        y -= _LINE
    return y


def _rate(page: Page, about: Theme, rate: Rate, place: Place, y: float, height: float) -> None:  # noqa: PLR0917 - a private step
    """Write a rate: name and value, bar, and what it rests on with its target and verdict."""
    lang = about.lang
    demand = target_of(rate, by_id(about.result.targets))
    right = place.x + place.width
    page.say(place.x, y, *fitted(about.named(rate.indicator).get(lang), place.width * 0.66, _NAME))
    page.say(
        right, y, *fitted(value_text(rate).get(lang), place.width * 0.32, _NAME), ha="right", weight="bold"
    )
    if _has_bar(rate):
        _bar(page, rate, place, y - 2.6)
    told = [text(f"words.basis_{rate.basis}").get(lang)] if rate.basis else []
    if rate.comparator is not None:
        told.append(text("export.atlas_target", target=target_text(rate, demand)).get(lang))
    below = y + _LINE - height
    page.say(place.x, below, *fitted(" · ".join(told), place.width * 0.62, _TOLD), color=QUIET)
    if (verdict := _verdict(rate, about)) is not None:
        words, colour = verdict
        page.say(right, below, *fitted(words, place.width * 0.36, _TOLD), ha="right", color=colour)


def _short_rate(page: Page, about: Theme, rate: Rate, place: Place, y: float) -> None:
    """Write a rate on one line: name, bar, value, and its verdict or else what it rests on."""
    lang, (x, width, _) = about.lang, place
    page.say(x, y, *fitted(about.named(rate.indicator).get(lang), width * 0.44, _TOLD))
    if _has_bar(rate):
        _bar(page, rate, place._replace(x=x + width * 0.45, width=width * 0.2), y)
    page.say(x + width * 0.83, y, *fitted(value_text(rate).get(lang), width * 0.17, _TOLD), ha="right")
    basis = text(f"words.basis_{rate.basis}").get(lang) if rate.basis else ""
    words, colour = _verdict(rate, about) or (basis, QUIET)
    page.say(x + width, y, *fitted(words, width * 0.16, _TOLD), ha="right", color=colour)


def _verdict(rate: Rate, about: Theme) -> tuple[str, str] | None:
    """Return the verdict with its gap, and its colour; None where the question does not arise."""
    verdict = outcome_text(rate, target_of(rate, by_id(about.result.targets))) if rate.applies else None
    if verdict is None or rate.verdict is None:
        return None
    return verdict.get(about.lang), VERDICT_INKS[rate.verdict]


def rates_of(about: Theme, code: str) -> list[Rate]:
    """Return the rates of a unit that a sheet shows: those with a figure, or with a verdict; one of each variant."""
    found: dict[tuple[str, str | None, str, str | None], Rate] = {}
    for rate in about.result.rates:
        if rate.unit_code == code and (has_figure(rate) or rate.verdict is not None):
            found.setdefault((rate.indicator, rate.kind, rate.unit, rate.target_id), rate)
    return list(found.values())


def _has_bar(rate: Rate) -> bool:
    return is_share(rate) and has_figure(rate)


def _bar(page: Page, rate: Rate, place: Place, y: float) -> None:
    """Draw a share as a bar from nothing to the whole, a band of what is not known paler, and its target as a mark."""
    page.axes.add_patch(Rectangle((place.x, y - _BAR / 2), place.width, _BAR, facecolor=_TRACK, linewidth=0))
    if rate.value is not None:
        width = place.width * min(max(rate.value, 0.0), 1.0)
        bar = Rectangle((place.x, y - _BAR / 2), width, _BAR, facecolor=ACCENT, linewidth=0, gid=BAR)
        page.axes.add_patch(bar)
    elif tells_something(rate):
        low, high = rate.low or 0.0, 1.0 if rate.high is None else min(rate.high, 1.0)
        band = Rectangle(
            (place.x + place.width * low, y - _BAR / 2), place.width * (high - low), _BAR,
            facecolor=RATE_COLOURS[1], linewidth=0,
        )  # fmt: skip
        page.axes.add_patch(band)
    if rate.target_value is not None and 0 <= rate.target_value <= 1:
        mark = place.x + place.width * rate.target_value
        page.axes.add_patch(Rectangle((mark - 0.2, y - 1.3), 0.4, 2.6, facecolor=INK, linewidth=0))


def _items(about: Theme, member: Member) -> Iterator[tuple[str, str, str]]:
    """Yield the items of registers in a unit: register and name, status, and its colour."""
    words = {Status(value): title for value, title in domain_values("status")}
    for name, register in about.result.registers.items():
        items = register.items
        here = pd.Series(data=False, index=items.index)
        for column in CODE_COLUMNS:
            if column in items:
                here |= items[column].astype(str) == member.code
        for item in items[here].itertuples():
            status = Status(str(item.status))
            title = Text(str(item.name), str(item.name_en or item.name)).get(about.lang)
            about_item = text("export.atlas_item", register=register_title(name), item=title)
            colour = STATUS_COLOURS[status] if status is Status.BUILT else QUIET
            yield about_item.get(about.lang), words[status].get(about.lang), colour


def _breaks(about: Theme, member: Member) -> Iterator[tuple[str, str, str]]:
    """Yield the breaks and the unprotected parts of barriers in a unit, by rank."""
    kinds, lang = dict(domain_values("break_kind")), about.lang
    names = unit_names(about.result.units)
    for belt in about.result.belts.values():
        for row in _rows(about, belt.layers.get(belt.belt.breaks), member):
            county = names.get(row.county_code, Text(row.county_code, row.county_code))
            words = text("export.atlas_break", rank=row.rank, kind=kinds[str(row.kind)], county=county)
            width = text("export.atlas_width", width=digits(float(row.width_km), 1))
            yield words.get(lang), width.get(lang), ALERT
        for row in _rows(about, belt.layers.get(belt.belt.gaps), member):
            county = names.get(row.county_code, Text(row.county_code, row.county_code))
            words = text("export.atlas_gap", rank=row.rank, county=county)
            area = text("export.atlas_area", area=digits(float(row.area_km2), 1))
            yield words.get(lang), area.get(lang), INK


def _rows(about: Theme, layer: Layer | None, member: Member) -> Iterator[Any]:
    """Yield the features of a layer that lie in a unit, or in the units below it."""
    if layer is None or "county_code" not in layer.data:
        return
    units = about.result.units
    parents = dict(zip(units["code"], units["parent"], strict=True))
    codes = layer.data["county_code"].astype(str)
    here = [member.code in {code, parents.get(code), parents.get(parents.get(code))} for code in codes]
    yield from layer.data[here].sort_values("rank").itertuples()
