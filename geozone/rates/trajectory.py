"""How fast a register is being completed, from the dates of its statuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from geozone.model import Level, Status
from geozone.rates.item_counts import ItemCounts

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Built items over time, at the pace so far.

    The pace is the number built, divided by the years from the start of the first year in which one was built to the
    date of the register. It says nothing about why, and a change of the rules is not in it.
    """

    built: int
    total: int
    started: Fraction  # the start of the first year with a built item
    as_of: Fraction  # the date of the register, in years

    @property
    def pace(self) -> float:
        """Items a year so far."""
        return float(self.built / (self.as_of - self.started))

    def pace_needed(self, needed: int, year: int) -> float | None:
        """Items a year from now on to have `needed` by the end of `year`; None when that is past."""
        left = Fraction(year + 1) - self.as_of
        return max(0.0, float((needed - self.built) / left)) if left > 0 else None

    def year_reached(self, needed: int) -> int | None:
        """Return the year in which `needed` items are built at the pace so far; None without any pace."""
        if needed <= self.built:
            return ceil(self.as_of) - 1
        if not self.built:
            return None
        # an item finished exactly at the end of a year belongs to that year
        when = self.as_of + Fraction(needed - self.built) * (self.as_of - self.started) / self.built
        return ceil(when) - 1

    def share_in(self, year: int) -> float:
        """Share built at the end of `year` at the pace so far; never more than all."""
        left = max(Fraction(0), Fraction(year + 1) - self.as_of)
        built = self.built + int(left * self.built / (self.as_of - self.started))
        return min(built, self.total) / self.total


def register_trajectory(counts: ItemCounts, code: str, level: Level) -> Trajectory | None:
    """Return the trajectory of a unit.

    None where the unit has no denominator, nothing is built, a built item or the register is undated, or an item is dated
    after the register.
    """
    tally = counts.count(code, level).tally
    as_of = end_of(counts.register.as_of)
    if tally is None or as_of is None:
        return None
    built = counts.field("status", code, level) == Status.BUILT
    dates = [_start_of_year(str(date)) for date in counts.field("status_date", code, level)[built]]
    known = [date for date in dates if date is not None]
    if not known or len(known) < len(dates) or min(known) >= as_of:
        return None
    return Trajectory(int(tally.built), int(tally.total), min(known), as_of)


def end_of(date: str) -> Fraction | None:
    """Return the end of a date (``2025``, ``2025-12`` or ``2025-12-26``) in years; None if it is none.

    Months count as twelfths and days as thirtieths of a month: good to two days.
    """
    match = _DATE.match(date)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return Fraction(year + 1)
    whole = Fraction(month if day is None else month - 1, 12)
    return year + whole + (Fraction(min(day, 30), 360) if day is not None else 0)


def _start_of_year(date: str) -> Fraction | None:
    match = _DATE.match(date)
    return Fraction(int(match[1])) if match else None
