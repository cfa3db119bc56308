"""Ranking of a screening by what the highest cells add up to: 50 % of the total, then 80 %."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.errors import InputError, UsageError
from geozone.messages import Text, text
from geozone.model import Severity
from geozone.read.notes import Notes, warn
from geozone.terrain.layers_on_grid import Values
from geozone.terrain.screening import Screening

EXTREME, IMPORTANT = 0.5, 0.8  # of the total, that the highest cells add up to
NODATA, GENERAL_CLASS, IMPORTANT_CLASS, EXTREME_CLASS = 0, 1, 2, 3
_EXACT = 1e-12  # of the total: sums nearer than this to a share have reached it


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a class ends: its lowest value, and what the cells down to it add up to."""

    value: float
    reached: float  # share of the total that all cells of this value and above add up to
    tied: int  # cells of exactly this value
    spare: int  # of these, how many the class has beyond the share, because they tell no difference


@dataclass(frozen=True, slots=True)
class Importance:
    """Classes of a screening: 3 extremely important, 2 important, 1 general, 0 no data; never a statutory line."""

    classes: npt.NDArray[np.uint8]
    extreme: Limit
    important: Limit
    cells: dict[int, int]  # cells of each class
    area_km2: dict[int, float] | None  # and their area, where the raster's place is known
    nodata_share: float

    @property
    def statement(self) -> Text:
        """What has to stand beside it wherever it is shown."""
        return text("terrain.screening_statement")


def importance(screening: Screening | Any, *, areas: Any = None) -> Importance:
    """Return the classes of a screening by the cumulative ranking of the guideline.

    1. Every cell counts with its value, times its area where that is known: values are per area, and cells of longitude and
       latitude grow to the south. Arrays without place count cell by cell, as in an equal-area plane.
    2. From the highest value down, the smallest set of cells that adds up to 50 % of the total is extremely important (极重要);
       what adds up to 80 % is important (重要); the rest is general (一般重要).
    3. Cells of exactly one value are never parted: all of them are in the class that the first of them falls into. How many
       a class has beyond its share for that reason is told.

    Parameters
    ----------
    screening
        A `Screening`, or an array of values that are not negative; NaN or masked where there is none.
    areas
        Area of each cell, in km²; by default that of the screening.

    Returns
    -------
    Importance
        Classes with their limits.

    Raises
    ------
    InputError
        If no cell has a value, or all are 0.
    UsageError
        If values or areas are negative, or of another shape.

    Warns
    -----
    GeozoneWarning
        If a class has more cells than its share needs, because they have the same value.
    """
    values, sizes = _taken(screening, areas)
    known = np.isfinite(values)
    some = values[known]
    if not len(some):
        raise InputError("terrain.screening_empty", names="screening")
    if some.min() < 0:
        raise UsageError("terrain.screening_negative", name="screening", value=f"{some.min():g}")
    weights = np.ones(len(some)) if sizes is None else sizes[known]
    levels, where = np.unique(-some, return_inverse=True)  # the highest first
    sums: Values = np.cumsum(np.bincount(where, weights=some * weights)).astype(np.float64)
    if not sums[-1] > 0:
        raise InputError("terrain.screening_zero")
    counts = np.bincount(where)
    steps = [int(np.searchsorted(sums, share * sums[-1] * (1 - _EXACT))) for share in (EXTREME, IMPORTANT)]
    extreme, important = (
        _limit(float(-levels[step]), sums, int(counts[step]), step, share)
        for step, share in zip(steps, (EXTREME, IMPORTANT), strict=True)
    )
    classes = np.full(values.shape, NODATA, np.uint8)
    ranked = np.where(
        where <= steps[0], EXTREME_CLASS, np.where(where <= steps[1], IMPORTANT_CLASS, GENERAL_CLASS)
    )
    classes[known] = ranked
    _tell_ties([extreme, important])
    numbers = (EXTREME_CLASS, IMPORTANT_CLASS, GENERAL_CLASS, NODATA)
    ground = None if sizes is None else {one: float(sizes[classes == one].sum()) for one in numbers}
    cells = {one: int((classes == one).sum()) for one in numbers}
    return Importance(classes, extreme, important, cells, ground, float(1 - known.mean()))


def _limit(value: float, sums: Values, tied: int, step: int, share: float) -> Limit:
    before = float(sums[step - 1]) if step else 0.0
    group, wanted = float(sums[step]) - before, share * float(sums[-1]) - before
    # how many of the cells of this value would do, were they equally large
    needed = int(np.ceil(wanted / group * tied - 1e-9)) if group > 0 else 0
    return Limit(value + 0.0, float(sums[step] / sums[-1]), tied, tied - max(needed, 1))


def _taken(screening: Any, areas: Any) -> tuple[Values, Values | None]:
    given = screening.values if isinstance(screening, Screening) else screening
    values = np.ma.filled(np.ma.masked_invalid(np.ma.asarray(given, dtype=np.float64)), np.nan)
    sizes = screening.areas if areas is None and isinstance(screening, Screening) else areas
    if sizes is None:
        return values, None
    sizes = np.asarray(sizes, dtype=np.float64)
    if sizes.shape != values.shape:
        raise UsageError("terrain.screening_grids", one="screening", other="areas")
    if not (sizes >= 0).all():
        raise UsageError("terrain.screening_negative", name="areas", value=f"{np.nanmin(sizes):g}")
    return values, sizes


def _tell_ties(limits: list[Limit]) -> None:
    notes = Notes("screening")
    for limit, share in zip(limits, (EXTREME, IMPORTANT), strict=True):
        if limit.spare:
            notes.find(
                "screening_ties",
                Severity.WARNING,
                "terrain.screening_ties",
                share=f"{share:.0%}",
                tied=limit.tied,
                value=f"{limit.value:g}",
                spare=limit.spare,
                reached=f"{limit.reached:.1%}",
            )
    warn(notes.findings)
