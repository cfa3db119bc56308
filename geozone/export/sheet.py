"""A printed map sheet, A4 or A3 landscape: map, legend, rates, sources, review line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from geozone.choices import Paper
from geozone.errors import UsageError
from geozone.export.fonts import chinese_font
from geozone.export.sheet_page import ALERT, INK, QUIET, Page, line_height, wrapped
from geozone.export.sheet_panel import Theme, belts, legend, theme, unit_rates, zone_rates
from geozone.export.sheet_scene import draw_map
from geozone.files import unwritable, whole_file
from geozone.manifest.inputs import register_title
from geozone.messages import Language, listed, text
from geozone.model import ZoneResult
from geozone.rates.titles import with_basis
from geozone.vintages import vintage_words

SIZES: dict[Paper, tuple[float, float]] = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}  # millimetres
KINDS = ("pdf", "png")

# millimetres on A4; A3 enlarges everything by the same factor
_MARGIN, _TITLE, _FOOTER, PANEL, _GAP = 8.0, 17.0, 22.0, 88.0, 4.0
MAP_CORNER = (_MARGIN + 4, _MARGIN + _FOOTER + 4)
_FOOTER_SIZES = (6.0, 5.5, 5.0)  # points; smaller letters cannot be read


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
            raise unwritable(path, error) from error


def draw_sheet(about: Theme, page: Page) -> Figure:
    """Draw a sheet on a page and return its figure."""
    page_title(page, about, about.result.title.get(about.lang))
    draw_map(page, about, MAP_CORNER, map_size(page))
    x, top, floor = panel_place(page)
    bottom = legend(page, about, x, top, PANEL)
    bottom = zone_rates(page, about, (x, bottom - 2), PANEL, bottom=floor)
    bottom = belts(page, about, (x, bottom), PANEL, bottom=floor)
    unit_rates(page, about, (x, bottom - 2), PANEL, bottom=floor)
    page_footer(page, about)
    return page.figure


def map_size(page: Page) -> tuple[float, float]:
    """Return the width and height of the map of a page."""
    return page.width - 2 * _MARGIN - PANEL - _GAP - 4, page.height - _MARGIN - _TITLE - MAP_CORNER[1]


def panel_place(page: Page) -> tuple[float, float, float]:
    """Return where the panel of a page begins on the left, on top, and where it ends below."""
    return page.width - _MARGIN - PANEL, page.height - _MARGIN - _TITLE, _MARGIN + _FOOTER


def page_title(page: Page, about: Theme, title: str) -> None:
    """Write a title, what the map shows, and whether it was reviewed."""
    top, lang = page.height - _MARGIN, about.lang
    page.say(_MARGIN, top - 4.5, title, 17, weight="bold")
    shown = about.named(about.rate)
    rates = [item for item in about.result.rates if item.indicator == about.rate and item.basis]
    for basis in dict.fromkeys(item.basis for item in rates if item.basis):
        shown = with_basis(shown, basis)
    vintages = ", ".join(sorted({item.vintage for item in rates if item.vintage}))
    level = text(f"words.level_{about.levels[0]}")
    words = text("export.sheet_about", title=shown, level=level, vintage=vintage_words(vintages))
    page.say(_MARGIN, top - 12, words.get(lang), 9, color=QUIET)
    number = about.result.review_number
    review = text("words.reviewed", number=number) if number else text("words.not_reviewed")
    page.say(page.width - _MARGIN, top - 4.5, review.get(lang), 9, ha="right", color=INK if number else ALERT)
    page.rule(_MARGIN, top - 15.5, page.width - 2 * _MARGIN, weight=0.8)


def page_footer(page: Page, about: Theme) -> None:
    """Say how the map is projected, where the data stand and who made them, in letters that can be read."""
    top, width, lang = _MARGIN + _FOOTER - 3.5, page.width - 2 * _MARGIN, about.lang
    page.rule(_MARGIN, top + 1.5, width, weight=0.5)
    result = about.result
    specs = [layer.spec for layer in result.layers.values() if layer.spec]
    told = [
        text("export.sheet_source", title=spec.title, basis=text(f"words.basis_{spec.basis}"),
             vintage=vintage_words(spec.vintage))
        for spec in specs
    ]  # fmt: skip
    told += [
        text("export.sheet_register", title=register_title(name),
             basis=text(f"words.basis_{register.basis}"), as_of=vintage_words(register.as_of))
        for name, register in result.registers.items()
    ]  # fmt: skip
    specs += [layer.spec for layer in result.backdrop.values() if layer.spec]
    producers = dict.fromkeys(
        origin.producer for spec in specs for origin in spec.origins if origin.producer.zh
    )
    lines = [text("export.sheet_projection"), listed(dict.fromkeys(told), "; ")]
    if producers:
        lines.append(text("export.sheet_producers", producers=listed(producers, ", ")))
    room = _FOOTER - 4
    for size in _FOOTER_SIZES:
        written = [part for line in lines for part in wrapped(line.get(lang), width, size)]
        if len(written) * line_height(size) <= room:
            break
    if len(written) > (most := int(room / line_height(size))):
        written = [*written[: most - 1], text("export.sheet_more").get(lang)]
    for number, line in enumerate(written):
        page.say(_MARGIN, top - (number + 0.5) * line_height(size), line, size, color=QUIET)
