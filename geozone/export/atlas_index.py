"""The index of an atlas: every unit with its main rate and the page of its sheet, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from geozone.export.sheet_page import ACCENT, QUIET, Page, fitted
from geozone.export.sheet_panel import Theme
from geozone.messages import text
from geozone.rates.wording import value_text

_COLUMNS = 5
_LINE, _SIZE = 3.7, 5.6  # millimetres, points
_MARGIN, _TOP, _BOTTOM, _GAP = 8.0, 30.0, 12.0, 5.0  # millimetres
_NAME, _VALUE = 0.56, 0.28  # of a column


class Box(NamedTuple):
    """A part of the paper, in millimetres from its lower left corner."""

    left: float
    lower: float
    right: float
    upper: float


class Line(NamedTuple):
    """A line of the index: an upper unit, or a unit with its code and the number of its sheet."""

    title: str
    code: str = ""
    sheet: int = -1


def _lines_of_column(page: Page) -> int:
    return int((page.height - _TOP - _BOTTOM) / _LINE)


def pages_of(count: int, page: Page) -> int:
    """Return how many pages an index of some lines takes."""
    return -(-count // (_COLUMNS * _lines_of_column(page)))


def draw_index(
    page: Page, about: Theme, lines: Sequence[Line], number: int, first: int
) -> list[tuple[Box, int]]:
    """Draw one page of the index.

    Parameters
    ----------
    page, about
        The page, and what the sheets show.
    lines
        All lines of the index.
    number
        Which of its pages, from 0.
    first
        How many pages there are before the sheets.

    Returns
    -------
    list
        The place of each unit on the paper, and the number of its sheet.
    """
    lang, rows = about.lang, _lines_of_column(page)
    width = (page.width - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) / _COLUMNS
    heading = text("export.atlas_index").get(lang)
    page.heading(_MARGIN, page.height - 26.5, heading, page.width - 2 * _MARGIN)
    values = {
        rate.unit_code: value_text(rate).get(lang)
        for rate in reversed(about.result.rates)
        if rate.indicator == about.rate
    }
    start = number * _COLUMNS * rows
    places = []
    for place, line in enumerate(lines[start : start + _COLUMNS * rows]):
        column, row = divmod(place, rows)
        x, y = _MARGIN + column * (width + _GAP), page.height - _TOP - (row + 1) * _LINE
        if not line.code:
            page.say(x, y, *fitted(line.title, width, _SIZE), weight="bold", color=ACCENT)
            continue
        page.say(x + 1.5, y, *fitted(line.title, width * _NAME - 1.5, _SIZE))
        value = values.get(line.code, text("words.no_value").get(lang))
        page.say(x + width * 0.87, y, *fitted(value, width * _VALUE, _SIZE), ha="right", color=QUIET)
        page.say(x + width, y, str(first + line.sheet + 1), _SIZE, ha="right")
        left, lower, right, upper = (
            side * page.scale for side in (x, y - _LINE / 2, x + width, y + _LINE / 2)
        )
        places.append((Box(left, lower, right, upper), line.sheet))
    return places
