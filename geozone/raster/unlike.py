"""Files of one raster that do not agree: in what no data is, or so far in their values that their units may differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from geozone.messages import Text, message
from geozone.model import Finding, Severity
from geozone.raster.bands import Band


@dataclass(frozen=True, slots=True)
class Held:
    """What was met in one file of a raster."""

    path: Path | Text
    band: Band
    numbers: frozenset[float]  # stored ones that counted: all classes, or the ends of values
    values: tuple[float, float] | None = None  # the least and the greatest, where they are no classes


def unlike(files: Sequence[Held]) -> Iterator[Finding]:
    """Yield what files of one raster do not agree in, each once."""
    pairs = [(one, other) for one, other in combinations(files, 2) if one.path != other.path]
    for one, other in pairs:
        if _far_apart(one.values, other.values):
            (low, high), (least, most) = one.values or (0, 0), other.values or (0, 0)
            yield _finding("tiles_values", one, other, low=low, high=high, least=least, most=most)
            break
    for first, second in [*pairs, *((other, one) for one, other in pairs)]:
        nodata = first.band.nodata
        if nodata is not None and nodata != second.band.nodata and nodata in second.numbers:
            yield _finding("tiles_nodata", first, second, value=nodata)
            break


def _far_apart(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    """Tell whether two ranges are farther from each other than either is wide; one of a single value tells nothing."""
    if one is None or other is None or one[0] == one[1] or other[0] == other[1]:
        return False
    gap = max(other[0] - one[1], one[0] - other[1])
    return gap > max(one[1] - one[0], other[1] - other[0])


def _finding(kind: str, first: Held, second: Held, **numbers: float) -> Finding:
    params: dict[str, Any] = {"first": first.path, "second": second.path}
    params |= {name: f"{number:g}" for name, number in numbers.items()}
    said, remedy = message(f"raster.{kind}", **params), message(f"raster.{kind}_remedy")
    return Finding(kind, Severity.WARNING, str(second.path), said, remedy)
