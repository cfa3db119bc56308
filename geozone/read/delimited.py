"""Delimited text as rows: which character delimits, and quotes that have no partner.

A quote without a partner makes a reader take the rows below it for one long cell. Such a row is read by itself, its
quote taken literally, and is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|", "，")
_STATED = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)  # how Excel states the delimiter
_FORMULA = re.compile(r'="([^"]*)"')
BLOCK = 16  # zero bytes that are no slip of a program any more
_SAMPLE = 200  # lines that tell the delimiter and the width of the table
_FIELD_LIMIT = 1 << 28  # characters of one cell: the outline of a large polygon


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a delimited text, empty ones included."""

    cells: list[list[str]]
    delimiter: str
    stray: list[int]  # places in `cells` of rows with a quote that has no partner
    zeros: int = 0  # zero bytes: a block of them is where the disk lost a part of the file


def read_rows(words: str, delimiter: str | None = None) -> Rows:
    """Return the rows of a delimited text.

    Parameters
    ----------
    words
        The whole text. A first line ``sep=;`` states the delimiter and is no row.
    delimiter
        The delimiter, where it is known.
    """
    lines = list(io.StringIO(words.replace("\x00", ""), newline=""))
    stated = _STATED.fullmatch(lines[0]) if lines else None
    if stated:
        lines, delimiter = lines[1:], delimiter or stated[1]
    lines[:1] = [line.lstrip("\ufeff") for line in lines[:1]]
    found, width = _shape(lines)
    delimiter = delimiter or found
    cells: list[list[str]] = []
    stray: list[int] = []
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        for row, is_stray in _rows(lines, delimiter, width):
            if is_stray:
                stray.append(len(cells))
            cells.append([_value(cell) for cell in row])
    finally:
        csv.field_size_limit(before)
    return Rows(cells, delimiter, stray, words.count("\x00"))


def _value(cell: str) -> str:
    """Return what a cell holds: ="130200" is how text is kept from becoming a number in a spreadsheet."""
    found = _FORMULA.fullmatch(cell) if cell.startswith("=") else None
    return found[1] if found is not None else cell


def _shape(lines: list[str]) -> tuple[str, int]:
    """Return the delimiter, and how many cells most rows have with it."""
    sample = [line for line in lines[:_SAMPLE] if line.strip()]
    # a line with half a pair of quotes is part of a row, or has a stray one
    sample = [line for line in sample if line.count('"') % 2 == 0] or sample
    best = (0, 1, ",")
    for delimiter in DELIMITERS:
        counts = Counter(len(_alone(line, delimiter)) for line in sample)
        counts.pop(1, None)
        if counts:
            # the number of cells that the most rows agree on; of equals the wider table
            width, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
            if (rows, width) > best[:2]:
                best = (rows, width, delimiter)
    return best[2], best[1]


def _rows(lines: list[str], delimiter: str, width: int) -> Iterator[tuple[list[str], bool]]:
    place = 0
    while place < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(place, len(lines))), delimiter=delimiter)
        start = place
        try:
            for row in reader:
                end = place + reader.line_num
                if _is_swallowed(lines[start:end], row, delimiter, width, last=end == len(lines)):
                    break
                yield row, False
                start = end
            else:
                return
        except csv.Error:  # a cell without an end
            pass
        yield [cell.strip('"') for cell in lines[start].rstrip("\r\n").split(delimiter)], True
        place = start + 1


def _is_swallowed(lines: list[str], row: list[str], delimiter: str, width: int, *, last: bool) -> bool:
    """Tell whether a row holds other rows because of a quote that has no partner."""
    if len(lines) == 1:
        return last and lines[0].count('"') % 2 == 1 and _opens_with_quote(lines[0], delimiter)
    if last and "".join(lines).count('"') % 2 == 1:
        return True
    whole = lines[0].count(delimiter) + 1 == width or len(row) != width
    return width > 1 and whole and any(len(_alone(line, delimiter)) == width for line in lines[1:])


def _alone(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line that is read by itself."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _opens_with_quote(line: str, delimiter: str) -> bool:
    return any(cell.lstrip().startswith('"') for cell in line.split(delimiter))
