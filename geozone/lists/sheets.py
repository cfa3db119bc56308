"""Empty tables for an office to fill in: what stands in them, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from geozone.messages import Language, text

_CREATION = datetime(2000, 1, 1)  # noqa: DTZ001 - a constant of the format, so that equal input gives equal bytes
_HEADING, _ASKED = "#1d6577", "#fff4cc"
_ROWS = 500  # that take a choice of words, and codes as text
_NARROW, _WIDE = 12, 28


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table to fill in."""

    name: str
    about: str  # what is to be written in it
    required: bool = False
    words: tuple[str, ...] = ()  # to choose from; others may be written
    is_text: bool = False  # codes keep their zeros


@dataclass(frozen=True)
class Sheet:
    """A table to fill in, with the rows that are known."""

    path: str  # below the folder of the tables
    name: str  # of the sheet
    title: str
    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Any]] = field(default_factory=tuple)
    notes: tuple[str, ...] = ()  # below the explanation of the columns


@dataclass(frozen=True)
class Tables:
    """The tables of a template: by the id of the register or layer of points, and that of the figures."""

    registers: Mapping[str, Sheet]
    points: Mapping[str, Sheet]
    figures: Sheet | None

    @property
    def all(self) -> list[Sheet]:
        """Every table."""
        return [*self.registers.values(), *self.points.values(), *([self.figures] if self.figures else [])]


def write_sheet(sheet: Sheet, folder: Path, lang: Language) -> None:
    """Write a table as a workbook: the headings, and a second sheet that explains them."""
    path = folder / sheet.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": sheet.title, "created": _CREATION})
        look = {"border": 1, "valign": "vcenter", "text_wrap": True}
        head = book.add_format({**look, "bold": True, "font_color": "#ffffff", "bg_color": _HEADING})
        asked, codes = book.add_format({**look, "bg_color": _ASKED}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"valign": "top", "text_wrap": True})
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(sheet.headings):
            page.set_column(
                column, column, max(_NARROW, 2 * len(heading.name) + 2), codes if heading.is_text else None
            )
            page.write_string(0, column, heading.name, head)
            if heading.words:
                page.data_validation(
                    1, column, _ROWS, column,
                    {"validate": "list", "source": list(heading.words), "error_type": "information"},
                )  # fmt: skip
        for number, row in enumerate(sheet.rows, 1):
            for column, (heading, cell) in enumerate(zip(sheet.headings, row, strict=True)):
                if cell is not None:
                    page.write(number, column, cell)
                elif heading.required:
                    page.write_blank(number, column, None, asked)
        about = book.add_worksheet(text("lists.sheet_about").get(lang))
        about.set_column(0, 0, _WIDE)
        about.set_column(1, 1, 3 * _WIDE)
        for column, key in enumerate(("lists.about_heading", "lists.about_content")):
            about.write_string(0, column, text(key).get(lang), head)
        lines = [(heading.name, _about(heading, lang)) for heading in sheet.headings]
        lines += [("", note) for note in sheet.notes]
        for number, (name, said) in enumerate(lines, 1):
            about.write_string(number, 0, name, wrapped)
            about.write_string(number, 1, said, wrapped)


def _about(heading: Heading, lang: Language) -> str:
    must = text("lists.required" if heading.required else "lists.optional").get(lang)
    return f"{must}{heading.about}"
