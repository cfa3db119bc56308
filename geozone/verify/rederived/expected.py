"""What a row of the rates should say by the second engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

Band = tuple[float, float]  # from, to: of a number that is known, twice the same

AREA, LENGTH, EXACT = 1e-6, 1e-5, 1e-9  # relative differences that are none
LEAST_KM2, LEAST_KM = 1e-5, 5e-3  # and absolute ones: what the edges of two planes leave at the borders

_TELLING = 1e4  # times what is told from nothing: from there on a relative difference says something


@dataclass(frozen=True, slots=True)
class Expected:
    """Numbers by the column that they should stand in, and how far a row may be from them.

    ``always`` are the columns that a row of this kind is never without; any other may be empty where a rule of the rates
    withholds it.
    """

    numbers: Mapping[str, Band | None]  # None: the column is empty
    relative: float = EXACT
    least: Mapping[str, float] = field(default_factory=dict)
    always: frozenset[str] = frozenset()

    def agrees(self, column: str, found: float | None) -> bool:
        """Tell whether a number of a row is the expected one."""
        band = self.numbers[column]
        if found is None:
            return band is None or column not in self.always
        if band is None or not math.isfinite(found):  # of an endless number every difference would be small
            return False
        low, high = band
        allowed = self.relative * abs(found) + self.least.get(column, 0.0)
        return low - allowed <= found <= high + allowed

    def difference(self, column: str, found: float | None) -> float:
        """Return the relative difference between a number of a row and the expected one."""
        band = self.numbers[column]
        if band is None or found is None:
            return 0.0
        away = max(band[0] - found, found - band[1], 0.0)
        size = max(abs(found), abs(band[0]))
        # of hardly anything, the border is all
        return away / size if size > self.least.get(column, 0.0) * _TELLING else 0.0


def nothing() -> Expected:
    """Return what a row says where there is nothing to count: no share, and nought or nothing for its parts."""
    return Expected(
        {**dict.fromkeys(("numerator", "denominator"), single(0.0)), "low": None, "high": None, "value": None}
    )


def single(number: float) -> Band:
    """Return a number that is known as a band."""
    return number, number


def of_share(
    part: float, most: float, whole: float, *, relative: float, least: float, always: bool
) -> Expected:
    """Return what a share should say: a band where the part may be as much as `most`."""
    columns = {"numerator": single(part), "denominator": single(whole)}
    numbers: dict[str, Band | None] = {**columns}
    if whole > 0:
        low, high = min(1.0, part / whole), min(1.0, most / whole)
        numbers |= {"low": single(low), "high": single(high)}
        if part == most:
            numbers["value"] = single(low)
    share = least / whole if whole > 0 else 0.0
    allowed = dict.fromkeys(("numerator", "denominator"), least) | dict.fromkeys(
        ("low", "high", "value"), share
    )
    return Expected(
        numbers, 2 * relative, allowed, frozenset(numbers) if always and whole > 0 else frozenset()
    )


def of_amount(low: float, high: float, *, relative: float = EXACT, least: float = 0.0) -> Expected:
    """Return what an amount should say: a band where it is not known whether all of it counts."""
    numbers: dict[str, Band | None] = {"numerator": single(low), "low": single(low), "high": single(high)}
    if low == high:
        numbers["value"] = single(low)
    return Expected(numbers, relative, dict.fromkeys(numbers, least), frozenset(numbers))
