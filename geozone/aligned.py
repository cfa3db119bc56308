"""A table of texts alone, as text: aligned for reading, or CSV; a table with numbers is printed by pandas, and looks alike.

On a terminal the widest columns are broken into lines, so that no row is wider than the screen; an ideograph is as wide
as two letters.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from unicodedata import combining, east_asian_width

# how wide a table may be; None where nobody looks at it, as in a pipe. The command line sets it
WIDTH: ContextVar[int | None] = ContextVar("WIDTH", default=None)
_ESCAPED = str.maketrans({"\t": "\\t", "\r": "\\r", "\n": "\\n"})
_LEAST = 8  # the narrowest that a column becomes
_GAP = 2  # between columns that are broken into lines
# words of letters stay whole, lists of them end a line behind a comma; between ideographs a line may end, but not before
# a closing or after an opening sign
_PIECES = re.compile(r"[（《“‘]*(?:[\x21-\x2b\x2d-\x7e]+,*|.)[，。、；：！？）》”’％]*", re.DOTALL)
# what stands flush right: numbers with their sign and unit, and no codes
_NUMBER = re.compile(
    r"[<>≥≤≈~+\-−]{0,2}\s?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*|0)?(?:\.\d+)?(?:\s?(?:%|[a-zA-Zµ²³/]+))?"
)


def is_of_texts(rows: Sequence[Mapping[str, object]]) -> bool:
    """Whether there are rows, all with the same columns, and nothing but texts in them."""
    return bool(rows) and all(
        row.keys() == rows[0].keys() and all(isinstance(cell, str) for cell in row.values()) for row in rows
    )


def aligned(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows under their headings, each column flush right."""
    columns = [_column(name, [row[name] for row in rows]) for name in rows[0]]
    return "\n".join(" ".join(line) for line in zip(*columns, strict=True))


def fitted(rows: Sequence[Mapping[str, str]], width: int) -> str:
    """Return rows under their headings, no line wider than a terminal.

    Texts stand flush left, columns of numbers flush right. The widest columns are broken into lines; where even that is not
    enough, each row becomes a block with a line for every cell that is not empty.

    Parameters
    ----------
    rows
        Rows with the same columns.
    width
        Columns of the terminal.
    """
    names = list(rows[0])
    cells = [names, *([row[name].translate(_ESCAPED) for name in names] for row in rows)]
    widest = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    room = width - _GAP * (len(names) - 1)
    if sum(min(_LEAST, side) for side in widest) > room:
        return _blocks(names, cells[1:], width)
    while sum(widest) > room:
        place = widest.index(max(widest))
        others = [side for side in widest if side < widest[place]]
        least = max(_LEAST, max(others, default=0), widest[place] - (sum(widest) - room))
        widest[place] = least if least < widest[place] else widest[place] - 1
    right = [
        all(_NUMBER.fullmatch(row[place]) or not row[place] for row in cells[1:])
        for place in range(len(names))
    ]
    lines: list[str] = []
    for row in cells:
        parts = [broken(cell, side) for cell, side in zip(row, widest, strict=True)]
        for number in range(max(map(len, parts))):
            line = [
                _filled(part[number] if number < len(part) else "", side, right=flush)
                for part, side, flush in zip(parts, widest, right, strict=True)
            ]
            lines.append((" " * _GAP).join(line).rstrip())
    return "\n".join(lines)


def broken(cell: str, width: int) -> list[str]:
    """Return a text in lines that are no wider: between words and between ideographs, inside a word where it must be."""
    lines, line, used = [], "", 0
    for piece in _PIECES.findall(cell):
        for part in [piece] if width_of(piece) <= width else list(piece):
            side = width_of(part)
            if used + side > width and line.strip():
                lines.append(line.rstrip())
                line, used = "", 0
            if line or not part.isspace():
                line, used = line + part, used + side
    return [*lines, line.rstrip()]


def separated(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as CSV, without the last line end."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([row[name] for name in rows[0]] for row in rows)
    return stream.getvalue().rstrip("\n")


def width_of(cell: str) -> int:
    """Return how wide a text stands on a terminal: an ideograph is as wide as two letters, a combining mark has no width."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in cell)


def _blocks(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    blocks = []
    for row in rows:
        lines = [
            part
            for name, cell in zip(names, row, strict=True)
            if cell
            for part in broken(f"{name}: {cell}", width)
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _filled(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - width_of(cell))
    return space + cell if right else cell + space


def _column(heading: str, cells: list[str]) -> list[str]:
    written = [heading, *(cell.translate(_ESCAPED) for cell in cells)]
    widest = max(map(width_of, written))
    return [" " * (widest - width_of(cell)) + cell for cell in written]
