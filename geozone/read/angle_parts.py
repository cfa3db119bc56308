"""Degrees, minutes and seconds in columns of their own, of which only that of the degrees may say its axis."""

from __future__ import annotations

from collections.abc import Sequence

from geozone.read.coordinates import read_coordinate
from geozone.read.headings import part_of, read_heading

_PARTS = {"minutes": "分", "seconds": "秒"}


def with_parts(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """Return headings in which minutes and seconds that stand beside their degrees, unheaded or as 分 and 秒, name their axis too."""
    names, sides = list(header), set()
    for place, words in enumerate(header):
        heading = read_heading(words) if words else None
        if heading is None or heading.part not in {None, "degrees"} or not is_whole(sample, place):
            continue
        for step, part in enumerate(("minutes", "seconds"), 1):
            at = place + step
            if (
                at >= len(header)
                or (header[at] and part_of(header[at]) != part)
                or not _is_sixtieths(sample, at)
            ):
                break
            names[at] = f"{words} {_PARTS[part]}"
            sides.add(heading.east)
    return names if len(sides) > 1 else list(header)


def _is_sixtieths(sample: Sequence[Sequence[str]], place: int) -> bool:
    """Tell whether a column holds minutes or seconds."""
    values = [read_coordinate(cell) for cell in cells_of(sample, place) if cell]
    return bool(values) and all(value is not None and 0.0 <= value.value < 60.0 for value in values)


def is_whole(sample: Sequence[Sequence[str]], place: int) -> bool:
    """Tell whether a column holds whole numbers only, as that of degrees beside minutes does."""
    values = [read_coordinate(cell) for cell in cells_of(sample, place) if cell]
    return all(value is None or value.value.is_integer() for value in values)


def cells_of(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    """Return the cells of one column; rows may be too short."""
    return [row[place] if place < len(row) else "" for row in sample]
