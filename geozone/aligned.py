"""A table of texts alone, as text: aligned for reading, or CSV; a table with numbers is printed by pandas, and looks alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

_ESCAPED = str.maketrans({"\t": "\\t", "\r": "\\r", "\n": "\\n"})


def is_of_texts(rows: Sequence[Mapping[str, object]]) -> bool:
    """Whether there are rows, all with the same columns, and nothing but texts in them."""
    return bool(rows) and all(
        row.keys() == rows[0].keys() and all(isinstance(cell, str) for cell in row.values()) for row in rows
    )


def aligned(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows under their headings, each column flush right; an ideograph is as wide as two letters."""
    columns = [_column(name, [row[name] for row in rows]) for name in rows[0]]
    return "\n".join(" ".join(line) for line in zip(*columns, strict=True))


def separated(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as CSV, without the last line end."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([row[name] for name in rows[0]] for row in rows)
    return stream.getvalue().rstrip("\n")


def _column(heading: str, cells: list[str]) -> list[str]:
    written = [heading, *(cell.translate(_ESCAPED) for cell in cells)]
    widest = max(map(_width, written))
    return [" " * (widest - _width(cell)) + cell for cell in written]


def _width(cell: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in cell)
