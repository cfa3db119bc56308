"""What stands beside the map of a printed sheet: legend, rates against targets, rates of units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import shapely

from geozone.barriers.telling import belt_text
from geozone.export.columns import domain_values
from geozone.export.indicators import is_finest, main_rate, main_rates
from geozone.export.qml import OUTLINES
from geozone.export.sheet_page import ALERT, DOT, INK, QUIET, Page, fitted, line_height, shortened, wrapped
from geozone.manifest.roles import Role, load_roles
from geozone.manifest.units import load_units, unit_title
from geozone.messages import Language, Text, text
from geozone.model import LayerSpec, LayerStyle, Level, Rate, Status, Verdict, ZoneResult
from geozone.rates.digits import is_share
from geozone.rates.titles import indicator_titles, with_basis
from geozone.rates.wording import by_id, has_figure, target_of, target_text, value_text, verdict_text
from geozone.rounding import digits, exact_places
from geozone.symbology import (
    LEGEND_ORDER,
    RATE_MISSING,
    Drawn,
    RateClass,
    breaks,
    drawing_order,
    drawn_style,
    drawn_title,
    feature_grades,
    layer_statuses,
    rate_classes,
)

_LEFT = 0.36  # share of the legend that its left column takes
_MOST_RATES = 12
_TOLD = 5.2  # points of sentences
_HEADING_LINES = 3  # of a column
_NAME = 6.0  # points of the headings of a legend
_CELL, _WARNING, _WARNING_LINES = 5.6, 5.0, 3
_UNITS_ROOM = 20  # millimetres that the rates of units take
VERDICT_INKS = {
    Verdict.MET: "#00694f",
    Verdict.ON_TRACK: "#1d6577",
    Verdict.SHORT: ALERT,
    Verdict.REPORT_ONLY: "#555555",
    Verdict.NOT_COMPUTABLE: "#8a8a8a",
}


@dataclass(frozen=True)
class Theme:
    """What a sheet shows, in which language: the result, and the rate that colours the finest units."""

    result: ZoneResult
    lang: Language
    rate: str
    classes: list[RateClass]
    values: dict[str, float]  # of the rate, by unit code
    levels: list[Level]  # finest first
    titles: dict[str, Text]

    def named(self, indicator: str) -> Text:
        """Return what people call an indicator."""
        return self.titles.get(indicator, Text(indicator, indicator))

    def of_level(self, level: Level) -> list[Rate]:
        """Return the rates of the units of a level."""
        return [item for item in self.result.rates if item.level is level]


def theme(
    result: ZoneResult, lang: Language, rate: str | None = None, bounds: Sequence[float] | None = None
) -> Theme:
    """Return the theme of a sheet, with the class bounds of `geozone.symbology.breaks` unless they are given.

    Named places are left off: without room for their names, they would be borders and dots that say nothing. So are areas that
    the run makes and that are not shown at first: they would hide the rates.
    """
    roles = load_roles()
    drawn = {
        name: one
        for name, one in result.layers.items()
        if one.spec is None or not _left_off(roles[one.spec.role])
    }
    indicator = main_rate(result, rate) or main_rates(result)[0]
    values = {
        item.unit_code: item.value
        for item in result.rates
        if item.indicator == indicator and item.value is not None
    }
    present = set(result.units["level"])
    levels = [level for level in Level if level.value in present]
    finest = result.units.loc[is_finest(result.units), "code"]
    chosen = breaks([values.get(code) for code in finest], 100.0) if bounds is None else bounds
    classes = rate_classes(chosen) if values else []
    shown = replace(result, layers=drawn)
    return Theme(shown, lang, indicator, classes, values, levels, indicator_titles(result))


def _left_off(role: Role) -> bool:
    """Tell whether a sheet leaves out a layer: names of ground, and made areas that a reader must ask for."""
    return role.nominal or bool(role.made_from and role.kind == "area" and not role.shown)


def on_sheet(spec: LayerSpec) -> LayerStyle:
    """Return the style of a layer on a sheet: a broad area is an outline, so that the rates keep their colours."""
    style, role = spec.style, load_roles()[spec.role]
    if not role.outlined or style.kind != "fill":
        return style
    return replace(
        style, kind="outline", fill=None, stroke=style.stroke or style.fill, width=max(style.width, 1.2)
    )


def legend(page: Page, about: Theme, x: float, top: float, width: float) -> float:
    """Draw the legend of what is on the map, in two columns; return its lower edge."""
    lang = about.lang
    page.heading(x, top - 2, text("words.legend").get(lang), width)
    half, y = width * _LEFT, top - 7.5
    title = wrapped(about.named(about.rate).get(lang), half - 4, _NAME)
    for number, line in enumerate(title):
        page.say(x, y - number * line_height(_NAME), line, _NAME, weight="bold")
    heading, y = y, y - (len(title) - 1) * line_height(_NAME)
    samples: list[tuple[Text, LayerStyle | None]] = [
        (item.label, LayerStyle("fill", item.colour, "#9a9a9a")) for item in about.classes
    ]
    applies = all(item.applies for item in about.result.rates if item.indicator == about.rate)
    bare = text("words.no_value" if applies else "words.no_value_or_not_applicable")
    samples.append((bare, LayerStyle("fill", RATE_MISSING, "#9a9a9a")))
    for level in about.levels[1:]:
        colour, weight = OUTLINES[level]
        name = text("export.boundary_of", level=text(f"words.level_{level}"))
        samples.append((name, LayerStyle("line", stroke=colour, width=weight)))
    layers, present = _layer_samples(about)
    ramps, codes = _graded_samples(about)
    graded = sorted(codes, key=len, reverse=True)  # the longest left, the others right
    samples += graded[0] if graded else []
    layers += [sample for own in graded[1:] for sample in own]
    left = _column(page, lang, (x, y), half, samples)
    if layers:
        page.say(x + half, heading, text("export.cover_layers_short").get(lang), _NAME, weight="bold")
    right = _column(page, lang, (x + half, heading), width - half, layers)
    if present:
        right -= 4.5
        page.say(x + half, right, text("words.column_status").get(lang), 6, weight="bold")
        plain = LayerStyle("status", "#ffffff", "#777777")
        titles = {Status(value): title for value, title in domain_values("status")}
        samples = [
            (
                titles[drawn] if isinstance(drawn, Status) else drawn_title(drawn, None),
                drawn_style(plain, "fill", drawn),
            )
            for drawn in LEGEND_ORDER
            if drawn in present
        ]
        right = _column(page, lang, (x + half, right), width - half, samples)
    for ramp in ramps:
        # in the column that is shorter so far
        if left > right:
            left = _ramp(page, lang, (x, left), half - 6, ramp)
        else:
            right = _ramp(page, lang, (x + half, right), width - half - 2, ramp)
    return min(left, right) - 1.5


@dataclass(frozen=True)
class _Ramp:
    """The classes of the lines of a layer, with the numbers between them."""

    title: Text
    styles: list[LayerStyle]
    ends: list[str]


def _ramp(page: Page, lang: Language, corner: tuple[float, float], room: float, ramp: _Ramp) -> float:
    """Draw the classes of lines under their heading; return where they end."""
    x, y = corner
    page.say(x, y - 3.8, shortened(ramp.title.get(lang), room, 5.5), 5.5)
    page.ramp(x, y - 6.8, ramp.styles, ramp.ends, room)
    return y - 9.5


def _column(
    page: Page,
    lang: Language,
    corner: tuple[float, float],
    room: float,
    samples: Iterable[tuple[Text, LayerStyle | None]],
) -> float:
    """Draw samples with their names below each other, of no style a name alone; return where the last one stands."""
    x, y = corner
    for label, style in samples:
        y -= 3.8
        if style is None:
            page.say(x, y, shortened(label.get(lang), room, 5.5), 5.5)
        else:
            page.sample(x, y, style, label.get(lang), room)
    return y


def _layer_samples(about: Theme) -> tuple[list[tuple[Text, LayerStyle | None]], set[Drawn]]:
    """Return the layers of the legend, and the statuses that occur in them."""
    samples: list[tuple[Text, LayerStyle | None]] = []
    present = set[Drawn]()
    for layer in drawing_order(about.result.layers.values()):
        if layer.spec is None or not len(layer.data):
            continue
        style = on_sheet(layer.spec)
        if layer.data.geometry.geom_type.str.endswith("LineString").any() and style.kind != "line":
            style = replace(style, kind="line", stroke=style.stroke or style.fill)
        samples.append((with_basis(layer.spec.title, layer.spec.basis), style))
        if feature_grades(layer) is not None:
            samples.pop()
        statuses = layer_statuses(layer, about.result.registers)
        present |= set() if statuses is None else set(statuses)
    return samples, present


def _graded_samples(
    about: Theme,
) -> tuple[list[_Ramp], list[list[tuple[Text, LayerStyle | None]]]]:
    """Return how features of layers are told apart by a field: classes of a number with their ends, and entries of codes.

    The first of a rank look like the others.
    """
    ramps, found = [], []
    for layer in drawing_order(about.result.layers.values()):
        graded = feature_grades(layer) if len(layer.data) else None
        if graded is None or layer.spec is None:
            continue
        title = with_basis(layer.spec.title, layer.spec.basis)
        declared = load_roles()[layer.spec.role].grades
        if declared is not None and declared.bounds:
            ends = [digits(bound, exact_places(bound)) for bound in declared.bounds]
            unit = load_units()[declared.unit].title
            titled = text("words.qualified", title=layer.spec.title, word=unit)
            ramps.append(_Ramp(titled, [one.style for one in graded[0]], ends))
            continue
        points = not shapely.get_dimensions(layer.data.geometry.to_numpy()).any()
        seen = {graded[0][number].code or graded[0][number].key for number in graded[1]}
        samples: list[tuple[Text, LayerStyle | None]] = [(title, None)]
        samples += [
            (one.title, replace(one.style, kind=DOT) if points else one.style)
            for one in graded[0]
            if (one.code or one.key) in seen and not one.first
        ]
        found.append(samples)
    return ramps, found


def zone_rates(
    page: Page, about: Theme, corner: tuple[float, float], width: float, *, bottom: float
) -> float:
    """Write the zone's rates held against their targets, and what is doubtful of them; return the lower edge.

    The first of what is doubtful goes before the rates of units, the rest takes the room that those leave; all of it stands in
    full in the files.
    """
    lang, (x, top) = about.lang, corner
    page.heading(x, top - 2, text("export.sheet_rates").get(lang), width)
    y = top - 7
    shares = (0.0, 0.35, 0.515, 0.595, 0.8, 1.0)
    places = [x + width * share for share in shares]
    rooms = [width * (end - start) - 0.8 for start, end in pairwise(shares)]
    names = ("indicator", "rates_value", "basis", "target_value", "verdict")
    for place, room, name in zip(places, rooms, names, strict=False):
        page.say(place, y, *fitted(text(f"words.column_{name}").get(lang), room, 5.5), color=QUIET)
    y -= 0.3
    zone, targets = about.of_level(Level.ZONE), by_id(about.result.targets)
    shown = {
        (item.indicator, item.kind, item.unit, item.target_id): item for item in zone if has_figure(item)
    }
    before = ""
    for item in list(shown.values())[:_MOST_RATES]:
        y -= 3.4
        demand = target_of(item, targets)
        goal, verdict = target_text(item, demand), verdict_text(item, demand)
        name = _named(about, item)
        words = [
            "" if name == before else name,
            value_text(item).get(lang),
            text(f"words.basis_{item.basis}").get(lang) if item.basis else "",
            goal.get(lang) if item.comparator else "",
            verdict.get(lang) if item.verdict and verdict else "",
        ]
        before = name
        colours = [INK] * 4 + [VERDICT_INKS[item.verdict] if item.verdict else INK]
        for place, room, word, colour in zip(places, rooms, words, colours, strict=False):
            page.say(place, y, *fitted(word, room, _CELL), color=colour)
    doubtful = [item.note.get(lang) for item in shown.values() if item.verdict is Verdict.NOT_COMPUTABLE]
    for number, note in enumerate(dict.fromkeys(doubtful)):
        lines = wrapped(note, width, _WARNING)
        if len(lines) > _WARNING_LINES:
            lines = [
                *lines[: _WARNING_LINES - 1],
                shortened(f"{lines[_WARNING_LINES - 1]}…", width, _WARNING),
            ]
        kept = _UNITS_ROOM if number else 0
        if y - 0.8 - len(lines) * line_height(_WARNING) - kept < bottom:
            break
        y -= 0.8
        for line in lines:
            y -= line_height(_WARNING)
            page.say(x, y, line, _WARNING, color=ALERT)
    if left := sum(item.verdict is Verdict.NOT_COMPUTABLE and not has_figure(item) for item in zone):
        y -= 3.4
        page.say(
            x, y, *fitted(text("export.not_computable_count", count=left).get(lang), width, 5), color=QUIET
        )
    return y - 1.5


def belts(page: Page, about: Theme, corner: tuple[float, float], width: float, *, bottom: float) -> float:
    """Write what matters of barriers as belts, where the rates of units keep their room; return the lower edge."""
    x, y = corner
    for belt in about.result.belts.values():
        words = belt_text(belt, about.result.units).get(about.lang)
        lines = wrapped(words, width, _TOLD) if words else []
        height = len(lines) * line_height(_TOLD) + 1.5
        if not lines or y - height - _UNITS_ROOM < bottom:
            continue
        for number, line in enumerate(lines):
            page.say(x, y - (number + 1) * line_height(_TOLD), line, _TOLD)
        y -= height
    return y


def unit_rates(page: Page, about: Theme, corner: tuple[float, float], width: float, *, bottom: float) -> None:
    """Write the rates of provinces, of cities where there is one province only, as far as the paper goes."""
    lang, units, (x, top) = about.lang, about.result.units, corner
    level = Level.PROVINCE if (units["level"] == Level.PROVINCE.value).sum() > 1 else Level.CITY
    units = units[units["level"] == level.value].sort_values("code")
    ratios = [
        item
        for item in about.of_level(level)
        if has_figure(item) and is_share(item) and item.unit in {"km2", "count"}
    ]
    indicators = list(dict.fromkeys(item.indicator for item in ratios))[:3]
    room = top - 8.5 - bottom
    if not indicators or not len(units) or room < 8:
        return
    page.heading(x, top - 2, text("export.sheet_units", level=text(f"words.level_{level}")).get(lang), width)
    y = top - 7
    step = min(3.4, max(2.5, room / len(units)))
    size = min(5.6, step / 0.53)
    places = [x + width * (0.3 + 0.24 * number) for number in range(len(indicators))]
    headings = [
        wrapped(about.named(indicator).get(lang), width * 0.235, 5)[:_HEADING_LINES]
        for indicator in indicators
    ]
    for place, heading in zip(places, headings, strict=True):
        for number, line in enumerate(heading):
            page.say(place, y - number * line_height(5), line, 5, color=QUIET)
    y -= (max(map(len, headings)) - 1) * line_height(5)
    room -= (max(map(len, headings)) - 1) * line_height(5)
    column = "name" if lang == "zh" else "name_en"
    figures = {(item.unit_code, item.indicator): value_text(item).get(lang) for item in reversed(ratios)}
    none = text("words.not_applicable").get(lang)
    for item in about.of_level(level):
        if not item.applies:
            figures.setdefault((item.unit_code, item.indicator), none)
    fitting = int(room / step)
    shown = units if len(units) <= fitting else units.iloc[: fitting - 1]
    for unit in shown.itertuples():
        y -= step
        page.say(x, y, *fitted(getattr(unit, column) or unit.name, width * 0.29, size))
        for place, indicator in zip(places, indicators, strict=True):
            page.say(place, y, *fitted(figures.get((unit.code, indicator), "—"), width * 0.23, size))
    if len(shown) < len(units):
        page.say(
            x,
            y - step,
            text("export.further_units", count=len(units) - len(shown)).get(lang),
            size,
            color=QUIET,
        )


def _named(about: Theme, rate: Rate) -> str:
    """Return the title of a rate, with its unit where the same indicator is counted in several."""
    units = {
        item.unit for item in about.result.rates if item.indicator == rate.indicator and has_figure(item)
    }
    title = about.named(rate.indicator)
    if len(units) > 1:
        title = text("words.qualified", title=title, word=unit_title(rate.unit))
    return title.get(about.lang)
