"""What zones cover of the cells of a raster, window by window, so that memory does not grow with the raster.

A cell that the outline of a zone passes counts with the exact share of it inside; one wholly inside counts whole. Only
windows that zones reach are read, and while one is counted the next is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from geozone.errors import ConservationError
from geozone.overlay.cells import Cover, cover_rows, edges_of
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.raster.grid import Grid
from geozone.raster.opening import Span

PIXELS = 1 << 22  # of a window
_WIDE = 1 << 13  # columns of a window, where the blocks of the file leave the choice
SHIFT = 0.1  # metres: the outline of a zone, off by the rounding of its coordinates, can move so far
_CUT_OFF = (
    0.05  # of the ground of cut cells: by so much their areas can be off, being uneven inside a coarse cell
)
_WHOLE_OFF = 1e-6  # of the ground of whole cells: the same
Job = TypeVar("Job")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Part:
    """What a set of zones covers of a window: the cover of its rows, from a column on."""

    cover: Cover
    left: int
    width: int

    @property
    def arrays(self) -> tuple[Indices, Numbers, Indices, int]:
        """Cells, shares, runs and the first column, as compiled loops take them."""
        return self.cover.cells, self.cover.shares, self.cover.runs, self.left

    def cut_cells(self) -> tuple[Indices, Indices, Indices]:
        """Return zone, row and column of every cell of the window that an outline passes."""
        zones, rows, columns = self.cover.cells.T
        columns = columns - self.left
        inside = (columns >= 0) & (columns < self.width)
        return zones[inside], rows[inside], columns[inside]

    def whole_cells(self) -> tuple[Indices, Indices, Indices]:
        """Return zone, row and column of every cell of the window that lies wholly inside a zone."""
        zones, rows, first, last = self.cover.runs.T
        first, last = (np.clip(ends - self.left, 0, self.width) for ends in (first, last))
        length = last - first
        run = np.repeat(np.arange(len(length)), length)
        columns = np.arange(len(run)) - np.repeat(np.cumsum(length) - length, length) + first[run]
        return zones[run], rows[run], columns


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a raster, and what sets of zones cover of it; None of a set that does not reach it."""

    rows: Span
    columns: Span
    parts: tuple[Part | None, ...]


def windows(
    grid: Grid, block: Span, sets: Sequence[Geometries], *, most: Span | None = None
) -> Iterator[Window]:
    """Yield the windows of a grid that zones reach.

    Parameters
    ----------
    block
        Rows and columns of the raster that are best read together.
    sets
        Sets of zones in the coordinates of the grid; zones may overlap.
    most
        Rows and columns that a window may have. It has `PIXELS` at most, or a block where that is larger.
    """
    most = most or (PIXELS, _WIDE)
    edges = [edges_of(outlines) for outlines in sets]
    points = np.concatenate([ends for some in edges for ends in (some.start, some.end)])
    if not len(points):
        return
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    rows = _aligned(*_between(-grid.y_lines[::-1], -north, -south), block[0], grid.height)
    columns = _aligned(*_between(grid.x_lines, west, east), block[1], grid.width)
    if rows[0] >= rows[1] or columns[0] >= columns[1]:
        return
    wide = max(min(most[1], PIXELS // block[0]) // block[1], 1) * block[1]
    width = columns[1] - columns[0]
    wide = min(wide, width)
    tall = max(min(most[0], PIXELS // wide) // block[0], 1) * block[0]
    x_lines = grid.x_lines[columns[0] : columns[1] + 1]
    for top in range(*rows, tall):
        band = top, min(top + tall, rows[1])
        covers = [cover_rows(some, x_lines, grid.lines(band)) for some in edges]
        for left in range(0, width, wide):
            right = min(left + wide, width)
            reached = [cover.reach(left, right) for cover in covers]
            first, last = min(span[0] for span in reached), max(span[1] for span in reached)
            if first >= last:
                continue
            first, last = _aligned(first, last, block[1], width)
            parts = (
                Part(cover, first, last - first) if span[0] < span[1] else None
                for cover, span in zip(covers, reached, strict=True)
            )
            yield Window(band, (columns[0] + first, columns[0] + last), tuple(parts))


def read_ahead(wanted: Iterator[Job], read: Callable[[Job], Read]) -> Iterator[tuple[Job, Read]]:
    """Yield what is wanted with what is read of it; while one is worked on the next is read."""
    with ThreadPoolExecutor(1) as pool:
        before = None
        for job in wanted:
            reading = pool.submit(read, job)
            if before is not None:
                yield before[0], before[1].result()
            before = job, reading
        if before is not None:
            yield before[0], before[1].result()


def closed(whole: Numbers, cut: Numbers, ground: Numbers, outline: Numbers) -> tuple[Numbers, Numbers]:
    """Return by what whole and cut cells of each zone are multiplied so that they add up to its ground.

    The area of a projected cell is uneven inside it, so that an exact share of the cell is not quite the same share of its
    area; the difference is shared out to the cells that an outline passes, where it comes from.

    Parameters
    ----------
    whole, cut
        Area of the cells counted, in m², those wholly inside and those that an outline passes.
    ground
        Area of the zone inside the raster, in m².
    outline
        Length of the outline of the zone, in m.

    Raises
    ------
    ConservationError
        If cells and ground differ by more.
    """
    short = ground - whole - cut
    counted = whole + cut
    on_cut = np.abs(short) <= _CUT_OFF * cut
    on_all = ~on_cut & (np.abs(short) <= _WHOLE_OFF * counted)
    astray = ~on_cut & ~on_all & (np.abs(short) > SHIFT * outline)
    if astray.any():
        worst = int(np.argmax(np.where(astray, np.abs(short), 0)))
        raise ConservationError(
            "raster.not_conserved",
            zone=worst + 1,
            cells=f"{counted[worst] / 1e6:.12g}",
            ground=f"{ground[worst] / 1e6:.12g}",
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(on_all, ground / counted, 1.0)
        return factor, np.where(on_cut & (cut > 0), 1 + short / cut, factor)


def _between(lines: Numbers, low: float, high: float) -> Span:
    """Return the first cell between ascending lines that reaches over `low`, and one past the last below `high`."""
    first = max(int(np.searchsorted(lines, low, side="right")) - 1, 0)
    return first, min(int(np.searchsorted(lines, high, side="left")), len(lines) - 1)


def _aligned(first: int, last: int, block: int, length: int) -> Span:
    return first - first % block, min(-(-last // block) * block, length)
