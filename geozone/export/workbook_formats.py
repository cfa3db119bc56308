"""The sheets of a workbook, how their cells are drawn, and the room that contents take."""

from __future__ import annotations

import re

import xlsxwriter
from xlsxwriter.format import Format

SHEETS = ("rates", "units", "targets", "registers", "figures", "mosaic", "findings", "ledger", "run")
LINE = 15.0  # points
_HEADING = "#1d6577"
_WIDE = re.compile("[\u2e80-\U0010ffff]")  # letters as wide as two


class Formats:
    """The cell formats of a workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        base = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
        self.text = book.add_format(base)
        self.wrapped = book.add_format({**base, "text_wrap": True})
        self.quoted = book.add_format({**base, "quote_prefix": True})
        self.number = book.add_format({**base, "num_format": "#,##0.00"})
        self.whole = book.add_format({**base, "num_format": "0"})
        self.percent = book.add_format({**base, "num_format": "0.00%"})
        self.heading = book.add_format(
            {**base, "bold": True, "font_color": "#ffffff", "bg_color": _HEADING, "text_wrap": True, "border": 1,
             "border_color": "#ffffff", "valign": "vcenter"}
        )  # fmt: skip
        self.name = book.add_format({**base, "italic": True, "font_color": "#555555", "bg_color": "#eef3d6"})
        self.title = book.add_format({**base, "bold": True, "font_size": 18, "font_color": _HEADING})
        self._book, self._base, self._numbers = book, base, dict[str, Format]()
        self.strong = book.add_format({**base, "bold": True})
        self.warning = book.add_format({**base, "bold": True, "font_color": "#a63603", "text_wrap": True})

    def digits(self, places: int, *, share: bool) -> Format:
        """Return the format of a number with so many decimals, or of a fraction in per cent."""
        decimals = "." + "0" * places if places else ""
        pattern = f"0{decimals}%" if share else f"#,##0{decimals}"
        if pattern not in self._numbers:
            self._numbers[pattern] = self._book.add_format({**self._base, "num_format": pattern})
        return self._numbers[pattern]


def height(words: str, width: int) -> float:
    """Return the height of a row in points that shows a text in a column of a width in letters."""
    return LINE * max(1, -(-letters(words) // max(width - 2, 1)))


def letters(value: str) -> int:
    """Return the width of a text in letters; a Chinese character is as wide as two."""
    return len(value) + len(_WIDE.findall(value))
