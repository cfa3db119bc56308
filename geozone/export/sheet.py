"""A printed map sheet, A4 or A3 landscape: map, legend, rates, sources, review line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geozone.choices import Paper
from geozone.errors import UsageError
from geozone.export.fonts import chinese_font
from geozone.export.indicators import is_finest
from geozone.export.qml import OUTLINES
from geozone.export.sheet_frame import Frame, frame_of
from geozone.export.sheet_map import (
    draw,
    graticule,
    north_arrow,
    place_names,
    projected,
    scale_bar,
)
from geozone.export.sheet_page import ALERT, INK, QUIET, Page, line_height, wrapped
from geozone.export.sheet_panel import Theme, belts, legend, on_sheet, theme, unit_rates, zone_rates
from geozone.files import whole_file
from geozone.manifest.inputs import register_title
from geozone.manifest.roles import load_roles
from geozone.messages import Language, text
from geozone.model import LayerStyle, Level, ZoneResult
from geozone.symbology import (
    LEGEND_ORDER,
    RATE_MISSING,
    RateClass,
    drawing_order,
    drawn_style,
    feature_grades,
    layer_statuses,
)
from geozone.vintages import vintage_words

SIZES: dict[Paper, tuple[float, float]] = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}  # millimetres
KINDS = ("pdf", "png")

# millimetres on A4; A3 enlarges everything by the same factor
_MARGIN, _TITLE, _FOOTER, _PANEL, _GAP = 8.0, 17.0, 23.0, 88.0, 4.0


def write_sheet(
    result: ZoneResult,
    path: Path,
    *,
    lang: Language = "zh",
    kind: str | None = None,
    paper: Paper = "A4",
    rate: str | None = None,
    breaks: Sequence[float] | None = None,
    dpi: int = 200,
) -> None:
    """Write a map sheet as PDF or PNG.

    Parameters
    ----------
    result
        What the run computed.
    path
        Where to write.
    lang
        Language of the sheet.
    kind
        ``pdf`` or ``png``; None goes by the ending of `path`.
    paper
        ``A4`` or ``A3``, landscape.
    rate
        Indicator that colours the finest units; None takes the first of `indicators.main_rates` that has values.
    breaks
        Upper class bounds of that rate as fractions; None takes those of `geozone.symbology.breaks`.
    dpi
        Dots per inch of a PNG.

    Raises
    ------
    UsageError
        If the kind is unknown, no font has Chinese characters, or the file cannot be written.
    """
    ending = kind or path.suffix.lower().removeprefix(".")
    if ending not in KINDS:
        raise UsageError("export.unknown_format", format=ending, choices=", ".join(KINDS))
    font = chinese_font()
    dates = {"CreationDate": None, "ModDate": None} if ending == "pdf" else {}  # equal input, equal bytes
    width, height = SIZES[paper]
    scale = width / SIZES["A4"][0]
    with whole_file(path) as unfinished:
        try:
            with mpl.rc_context({"font.family": [font], "hatch.linewidth": 0.35 * scale, "pdf.fonttype": 3}):
                figure = draw_sheet(theme(result, lang, rate, breaks), Page(width, height, scale))
                figure.savefig(unfinished, format=ending, dpi=dpi, metadata=dates)
        except OSError as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error


def draw_sheet(about: Theme, page: Page) -> Figure:
    """Draw a sheet on a page and return its figure."""
    _title(page, about)
    _map(page, about)
    x = page.width - _MARGIN - _PANEL
    bottom = legend(page, about, x, page.height - _MARGIN - _TITLE, _PANEL)
    bottom = zone_rates(page, about, x, bottom - 2, _PANEL)
    bottom = belts(page, about, (x, bottom), _PANEL, bottom=_MARGIN + _FOOTER)
    unit_rates(page, about, (x, bottom - 2), _PANEL, bottom=_MARGIN + _FOOTER)
    _footer(page, about)
    return page.figure


def _title(page: Page, about: Theme) -> None:
    top, lang = page.height - _MARGIN, about.lang
    page.say(_MARGIN, top - 4.5, about.result.title.get(lang), 17, weight="bold")
    title = about.named(about.rate)
    rates = [item for item in about.result.rates if item.indicator == about.rate and item.basis]
    for basis in dict.fromkeys(item.basis for item in rates):
        title = text("words.qualified", title=title, word=text(f"words.basis_{basis}"))
    vintages = ", ".join(sorted({item.vintage for item in rates if item.vintage}))
    level = text(f"words.level_{about.levels[0]}")
    words = text("export.sheet_about", title=title, level=level, vintage=vintage_words(vintages))
    page.say(_MARGIN, top - 12, words.get(lang), 9, color=QUIET)
    number = about.result.review_number
    review = text("words.reviewed", number=number) if number else text("words.not_reviewed")
    page.say(page.width - _MARGIN, top - 4.5, review.get(lang), 9, ha="right", color=INK if number else ALERT)
    page.rule(_MARGIN, top - 15.5, page.width - 2 * _MARGIN, weight=0.8)


def _map(page: Page, about: Theme) -> None:
    x, y = _MARGIN + 4, _MARGIN + _FOOTER + 4
    width = page.width - 2 * _MARGIN - _PANEL - _GAP - 4
    height = page.height - _MARGIN - _TITLE - y
    result, scale = about.result, page.scale
    roles = load_roles()
    layers = [layer.data for layer in result.layers.values() if layer.spec and roles[layer.spec.role].marine]
    bounds = np.array([data.total_bounds for data in [result.units, *layers] if len(data)])
    extent = [*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)]
    frame = frame_of(extent, width * scale, height * scale)
    axes = page.window(x, y, width, height)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_facecolor("#f4f8fa")
    for spine in axes.spines.values():
        spine.set_linewidth(0.8 * scale)
    graticule(axes, frame, scale=scale)
    _draw_units(axes, frame, about, scale)
    _draw_layers(axes, frame, about, scale * 0.6)
    _draw_names(axes, frame, about, scale)
    zone = result.units[result.units["level"] == about.levels[-1].value]
    scale_bar(axes, frame, about.lang, shapely.union_all(projected(zone, frame)), scale=scale)
    north_arrow(axes, frame, about.lang, scale=scale)


def _draw_units(axes: Axes, frame: Frame, about: Theme, scale: float) -> None:
    units = about.result.units
    finest = units[is_finest(units)]
    values = finest["code"].map(about.values).to_numpy(dtype=float)
    shapes = projected(finest, frame)
    colour, width = OUTLINES[about.levels[0]]
    none = LayerStyle("fill", RATE_MISSING, colour, width * 0.6)
    draw(axes, shapes[np.isnan(values)], none, order=1, scale=scale)
    for item in about.classes:
        style = LayerStyle("fill", item.colour, colour, width * 0.6)
        draw(axes, shapes[_in_class(values, item)], style, order=1, scale=scale)
    for place, level in enumerate(about.levels[1:]):
        colour, width = OUTLINES[level]
        shapes = projected(units[units["level"] == level.value], frame)
        outline = LayerStyle("outline", None, colour, width * 0.7)
        draw(axes, shapes, outline, order=6 + place, scale=scale)


def _draw_layers(axes: Axes, frame: Frame, about: Theme, scale: float) -> None:
    for place, layer in enumerate(drawing_order(about.result.layers.values())):
        if not len(layer.data):
            continue
        style = on_sheet(layer.spec) if layer.spec else LayerStyle("line", stroke=QUIET)
        statuses = layer_statuses(layer, about.result.registers)
        order = 2 + place * 0.5
        shapes = projected(layer.data, frame)
        graded = feature_grades(layer)
        if graded is not None:
            for number, entry in enumerate(graded[0]):
                draw(axes, shapes[np.array(graded[1]) == number], entry.style, order=order, scale=scale)
            continue
        if statuses is None:
            draw(axes, shapes, style, order=order, scale=scale)
            continue
        kind = "line" if (shapely.get_dimensions(shapes) == 1).any() else "fill"
        for drawn in LEGEND_ORDER:
            chosen = np.array([found is drawn for found in statuses], dtype=bool)
            draw(axes, shapes[chosen], drawn_style(style, kind, drawn), order=order, scale=scale)


def _draw_names(axes: Axes, frame: Frame, about: Theme, scale: float) -> None:
    taken: list[shapely.Geometry] = []
    column = "name" if about.lang == "zh" else "name_en"
    for level, size in ((Level.PROVINCE, 8.0), (Level.CITY, 5.5)):
        units = about.result.units[about.result.units["level"] == level.value]
        if level is Level.PROVINCE and len(units) < 2:
            continue
        units = units.sort_values("area_km2", ascending=False)
        names = list(zip(units[column].fillna(units["name"]), projected(units, frame), strict=True))
        place_names(axes, frame, names, size=size * scale, order=15, taken=taken)


def _footer(page: Page, about: Theme) -> None:
    """Say where the data come from and how the map is projected, as small as need be."""
    top, width, lang = _MARGIN + _FOOTER - 3.5, page.width - 2 * _MARGIN, about.lang
    page.rule(_MARGIN, top + 1.5, width, weight=0.5)
    told = [
        text("export.sheet_source", title=spec.title, basis=text(f"words.basis_{spec.basis}"), source=spec.source,
             vintage=vintage_words(spec.vintage))
        for layer in about.result.layers.values()
        if (spec := layer.spec)
    ]  # fmt: skip
    told += [
        text("export.sheet_register", title=register_title(register.id),
             basis=text(f"words.basis_{register.basis}"), as_of=register.as_of)
        for register in about.result.registers.values()
    ]  # fmt: skip
    words = " ".join(item.get(lang) for item in [text("export.sheet_projection"), *dict.fromkeys(told)])
    sizes = (5.5, 5.0, 4.5, 4.0)
    room = _FOOTER - 4
    size = next(
        (size for size in sizes if len(wrapped(words, width, size)) * line_height(size) <= room), sizes[-1]
    )
    lines = wrapped(words, width, size)
    if len(lines) > (most := int(room / line_height(size))):
        lines = [*lines[: most - 1], text("export.sheet_more").get(lang)]
    for number, line in enumerate(lines):
        page.say(_MARGIN, top - (number + 0.5) * line_height(size), line, size, color=QUIET)


def _in_class(values: np.ndarray, item: RateClass) -> np.ndarray:
    above = values > item.lower if item.upper > item.lower else values >= item.lower
    return np.asarray(above & (values <= item.upper))
