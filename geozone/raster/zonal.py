"""What zones cover of the cells of a raster, window by window, so that memory does not grow with the raster.

A cell that the outline of a zone passes counts with the exact share of it inside; one wholly inside counts whole. Only
windows that zones reach are read, and while one is counted the next is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

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
Read = TypeVar("Read")


@dataclass(frozen=True)
class Window:
    """A window of a raster, with what zones that do not overlap cover of it."""

    rows: Span
    columns: Span
    label: npt.NDArray[
        Any
    ]  # the zone of each cell that lies wholly inside one; their number where it does in none
    cut_rows: Indices  # of the cells that an outline passes, counted in the window
    cut_columns: Indices
    cut_zones: Indices
    shares: Numbers  # of those cells inside


def windows(grid: Grid, block: Span, outlines: Geometries, *, most: Span | None = None) -> Iterator[Window]:
    """Yield the windows of a grid that zones reach.

    Parameters
    ----------
    block
        Rows and columns of the raster that are best read together.
    outlines
        The zones in the coordinates of the grid; they do not overlap.
    most
        Rows and columns that a window may have. It has `PIXELS` at most, or a block where that is larger.
    """
    most = most or (PIXELS, _WIDE)
    edges = edges_of(outlines)
    if not len(edges.owners):
        return
    points = np.concatenate([edges.start, edges.end])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    rows = _aligned(*_between(-grid.y_lines[::-1], -north, -south), block[0], grid.height)
    columns = _aligned(*_between(grid.x_lines, west, east), block[1], grid.width)
    if rows[0] >= rows[1] or columns[0] >= columns[1]:
        return
    wide = max(min(most[1], PIXELS // block[0]) // block[1], 1) * block[1]
    wide = min(wide, columns[1] - columns[0])
    tall = max(min(most[0], PIXELS // wide) // block[0], 1) * block[0]
    for top in range(*rows, tall):
        band = top, min(top + tall, rows[1])
        cover = cover_rows(edges, grid.x_lines[columns[0] : columns[1] + 1], grid.lines(band))
        for left in range(*columns, wide):
            part = left, min(left + wide, columns[1])
            window = _window(cover, band, part, left - columns[0], len(outlines))
            if window is not None:
                yield window


def read_ahead(wanted: Iterator[Window], read: Callable[[Span, Span], Read]) -> Iterator[tuple[Window, Read]]:
    """Yield windows with what is read of them; the next is read while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        before = None
        for window in wanted:
            reading = pool.submit(read, window.rows, window.columns)
            if before is not None:
                yield before[0], before[1].result()
            before = window, reading
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


def _window(cover: Cover, rows: Span, columns: Span, left: int, zones: int) -> Window | None:
    """Return one window of a band of rows, which begins `left` columns after the cover; None if no zone reaches it."""
    tall, wide = rows[1] - rows[0], columns[1] - columns[0]
    cut = (cover.columns >= left) & (cover.columns < left + wide)
    starts, ends = np.clip(cover.run_starts - left, 0, wide), np.clip(cover.run_ends - left, 0, wide)
    run = starts < ends
    if not (cut.any() or run.any()):
        return None
    label = np.full((tall, wide), zones, dtype=np.uint16 if zones < 1 << 15 else np.int32)
    _paint(label, tall - 1 - cover.run_rows[run], starts[run], ends[run], cover.run_owners[run])
    return Window(
        rows,
        columns,
        label,
        tall - 1 - cover.rows[cut],
        cover.columns[cut] - left,
        cover.owners[cut],
        cover.shares[cut],
    )


def _paint(label: npt.NDArray[Any], rows: Indices, starts: Indices, ends: Indices, owners: Indices) -> None:
    """Write runs of owners; runs do not overlap."""
    width = label.shape[1]
    begin, end = rows * width + starts, rows * width + ends
    order = np.argsort(begin)
    begin, end, owners = begin[order], end[order], owners[order]
    # run, gap, run, gap ...: one repeat writes them all
    lengths = np.empty(2 * len(begin) + 1, dtype=np.intp)
    lengths[0] = begin[0] if len(begin) else label.size
    lengths[1::2] = end - begin
    lengths[2::2] = np.append(begin[1:], label.size) - end if len(begin) else []
    marks = np.full(len(lengths), label.flat[0], dtype=label.dtype)
    marks[1::2] = owners
    label.ravel()[:] = np.repeat(marks, lengths)
