"""An atlas of a zone: one PDF with an index, and a sheet for every county or city, written page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit

from geozone.barriers.telling import unit_names
from geozone.choices import Paper
from geozone.errors import UsageError
from geozone.export.atlas_cutting import Cutting
from geozone.export.atlas_index import Box, Line, draw_index, pages_of
from geozone.export.atlas_panel import Member, Place, unit_panel
from geozone.export.fonts import chinese_font
from geozone.export.sheet import MAP_CORNER, PANEL, SIZES, map_size, page_footer, page_title, panel_place
from geozone.export.sheet_page import QUIET, Page
from geozone.export.sheet_panel import Theme, legend, theme
from geozone.export.sheet_scene import draw_map
from geozone.files import unwritable, whole_file
from geozone.messages import Language, Text, listed, text
from geozone.model import Level, ZoneResult

ATLAS_LEVELS = (Level.COUNTY, Level.CITY)
_POINTS = 72 / 25.4  # points of a millimetre, the unit of a PDF
_LEAST_PANEL = 40  # millimetres that a legend leaves to what is said of a unit
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Group:
    """Units of an atlas that have one upper unit, in the order of their codes."""

    title: Text
    members: tuple[Member, ...]


class _Link(NamedTuple):
    """A place of a page in millimetres that leads to another page, both counted from 0."""

    page: int
    box: Box
    target: int


def write_atlas(
    result: ZoneResult,
    path: Path,
    level: Level,
    *,
    lang: Language = "zh",
    paper: Paper = "A4",
    rate: str | None = None,
    breaks: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write an atlas: index, bookmarks, and one sheet for each unit of a level with its rates, items and gaps.

    1. Classes and colours are those of the whole zone, so that sheets can be compared.
    2. A sheet is drawn from what lies in its window alone, written, and forgotten before the next one.
    3. Bookmarks, and links from the index to the sheets, are added to the whole.

    Parameters
    ----------
    result
        What the run computed.
    path
        Where to write.
    level
        ``county`` or ``city``; a province without that level stands with the units that it has below the zone.
    lang, paper, rate, breaks
        As for `geozone.export.sheet.write_sheet`.
    progress
        Called with how many sheets are done, and of how many.

    Raises
    ------
    UsageError
        If the zone has no unit of the level, no font has Chinese characters, or the file cannot be written.
    """
    groups = groups_of(result, level)
    members = [member for group in groups for member in group.members]
    font = chinese_font()
    width, height = SIZES[paper]
    scale = width / SIZES["A4"][0]
    about = theme(result, lang, rate, breaks)
    title = text("export.atlas_title", zone=result.title, level=text(f"words.level_{level}")).get(lang)
    lines = [*_index_lines(about, groups)]
    first = pages_of(len(lines), Page(width, height, scale))  # pages before the sheets
    count = first + len(members)
    links: list[_Link] = []
    with whole_file(path) as unfinished, _written(path):
        drawn = unfinished.with_name("sheets.pdf")
        dates = {"CreationDate": None, "ModDate": None}
        with (
            mpl.rc_context({"font.family": [font], "hatch.linewidth": 0.35 * scale, "pdf.fonttype": 3}),
            PdfPages(drawn, metadata=dates) as pages,
        ):
            for number in range(first):
                page = Page(width, height, scale)
                page_title(page, about, title)
                found = draw_index(page, about, lines, number, first)
                links += [_Link(number, box, first + sheet) for box, sheet in found]
                _number(page, number + 1, count, lang)
                pages.savefig(page.figure)
            cutting = Cutting(about)
            for done, member in enumerate(members):
                page = Page(width, height, scale)
                draw_unit(page, cutting, member)
                _number(page, first + done + 1, count, lang)
                pages.savefig(page.figure)
                if progress is not None:
                    progress(done + 1, len(members))
        _bind(drawn, unfinished, title, groups, links, lang=lang)


def groups_of(result: ZoneResult, level: Level) -> list[Group]:
    """Return the units of a level by their upper unit.

    Raises
    ------
    UsageError
        If there is none.
    """
    units = result.units[result.units["level"] == level.value].sort_values("code")
    if units.empty:
        present = [text(f"words.level_{one}") for one in ATLAS_LEVELS if one in set(result.units["level"])]
        raise UsageError(
            "export.atlas_not_of_level",
            zone=result.title,
            level=text(f"words.level_{level}"),
            levels=listed(present),
        )
    titles = unit_names(result.units)
    groups = []
    for code, rows in units.groupby("parent", sort=True):
        members = [Member(one, titles[one], level) for one in rows["code"]]
        groups.append(Group(titles.get(code, result.title), tuple(members)))
    return groups


def _index_lines(about: Theme, groups: Sequence[Group]) -> Iterator[Line]:
    """Yield the lines of the index: the upper units, and each unit with its main rate and its sheet."""
    number = 0
    for group in groups:
        yield Line(group.title.get(about.lang))
        for member in group.members:
            yield Line(member.title.get(about.lang), member.code, number)
            number += 1


def draw_unit(page: Page, cutting: Cutting, member: Member) -> None:
    """Draw the sheet of a unit."""
    focus = cutting.focus(member.code)
    about = cutting.around(focus.frame(page, map_size(page)))
    page_title(page, about, cutting.heading(member))
    draw_map(page, about, MAP_CORNER, map_size(page), focus=focus)
    x, top, floor = panel_place(page)
    bottom = legend(page, about, x, top, PANEL)
    whole = replace(about, result=cutting.about.result)
    unit_panel(page, whole, member, Place(x, PANEL, floor), max(bottom - 2, floor + _LEAST_PANEL))
    page_footer(page, about)


def _number(page: Page, number: int, count: int, lang: Language) -> None:
    words = text("export.atlas_page", page=number, pages=count).get(lang)
    page.say(page.width - 8, 4.5, words, 5.5, ha="right", color=QUIET)


def _bind(
    drawn: Path, path: Path, title: str, groups: Sequence[Group], links: Sequence[_Link], *, lang: Language
) -> None:
    """Add bookmarks and links to the pages, and write the whole."""
    writer = PdfWriter(clone_from=drawn)
    writer.add_metadata({"/Title": title})
    writer.add_outline_item(title=text("export.atlas_index").get(lang), page_number=0)
    number = len(writer.pages) - sum(len(group.members) for group in groups)
    for group in groups:
        upper = writer.add_outline_item(title=group.title.get(lang), page_number=number)
        for member in group.members:
            writer.add_outline_item(title=member.title.get(lang), page_number=number, parent=upper)
            number += 1
    for link in links:
        left, lower, right, higher = (side * _POINTS for side in link.box)
        mark = Link(rect=(left, lower, right, higher), target_page_index=link.target, fit=Fit.fit())
        writer.add_annotation(link.page, mark)
    writer.page_mode = "/UseOutlines"
    writer.write(path)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error
