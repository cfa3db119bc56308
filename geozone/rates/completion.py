"""Counting a register: how many items are built, how many may be, and out of how many.

Everything here adds: the tally of a unit is the sum of the tallies of its parts and of the items that belong to the
unit as a whole. A rate is only made at the end, from the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import Any

import pandas as pd

from geozone.model import Basis, Level, Register, Zone
from geozone.overlay.units import code_prefix

# what a register may be trusted with, best first: a unit is as good as its worst item
TRUST = (Basis.OFFICIAL, Basis.PUBLIC, Basis.DERIVED, Basis.SCHEMATIC, Basis.WORKING, Basis.SYNTHETIC)
# lists that stand in for an official one, which may have items that they lack
STAND_INS = (Basis.SCHEMATIC, Basis.WORKING)
COLUMN_OF = {Level.PROVINCE: "province_code", Level.CITY: "city_code", Level.COUNTY: "county_code"}
DATED = ("status", "status_date")  # of an item: what may have been another one in an earlier year
CODE_COLUMNS = ("province_code", "city_code", "county_code")


@dataclass(frozen=True, slots=True)
class Tally:
    """Items of a unit by status, in one measure (a count, km or km²).

    ``possible`` are items that may be built for all that is known: unknown and unlisted ones, and of a working list also
    the recognised ones, unless they belong to a unit whose own list of the built was at hand.
    """

    built: float
    possible: float
    total: float

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both parts together."""
        return Tally(self.built + other.built, self.possible + other.possible, self.total + other.total)

    @property
    def low(self) -> float:
        """The rate if none of the possible items is built."""
        return self.built / self.total

    @property
    def high(self) -> float:
        """The rate if all of the possible items are built."""
        # all of it is 1, whatever the sum of the lengths loses in the last digit
        return (
            1.0
            if isclose(self.built + self.possible, self.total)
            else (self.built + self.possible) / self.total
        )

    @property
    def value(self) -> float | None:
        """The rate, where no item is in doubt."""
        return None if self.possible else self.low


@dataclass(frozen=True, slots=True)
class Count:
    """The tally of a unit, or the reason why there is none."""

    tally: Tally | None
    basis: Basis
    listed: int  # items on the list
    unlisted: int  # items of a published total that the list lacks
    recognised: int  # recognised cases that are known not to be on the list of the built
    doubtful: int  # recognised cases of which that is not known
    reason: str | None = None  # "no_items" | "part_of_total" | "above_total" | "unmeasured"
    detail: float = 0.0


def inside_zone(codes: Sequence[str], zone: Zone) -> bool:
    """Tell whether an item with these codes (province, city, county) lies in the zone; one without any code does."""
    known = [code for code in codes if code]
    prefixes = tuple(code_prefix(member) for member in zone.members)
    # the finest code decides: a province may lie in the zone with some of its cities only
    return (
        not known
        or known[-1].startswith(prefixes)
        or any(p.startswith(code_prefix(known[-1])) for p in prefixes)
    )


def with_shores(register: Register, shore_km: Mapping[str, float]) -> Register:
    """Return a working register whose counties, standing in for bays, have the length of their shore.

    A length that the register gives itself stays; so does an item that shares its county with another one.
    """
    if register.basis is not Basis.WORKING or not shore_km:
        return register
    items = register.items.copy()
    alone = ~items["county_code"].duplicated(keep=False) & (items["basis"] == Basis.WORKING)
    shore = pd.Series([shore_km.get(code) for code in items["county_code"]], items.index, float)
    items["shore_km"] = pd.to_numeric(items["shore_km"]).astype(float).fillna(shore.where(alone))
    return replace(register, items=items)


def worst_basis(values: Sequence[Any], default: Basis) -> Basis:
    """Return the least trustworthy basis of some items."""
    known = [Basis(value) for value in values if isinstance(value, str) and value]
    return max(known, key=TRUST.index) if known else default


def pooled(registers: Sequence[Register]) -> Register:
    """Return several registers as one, for a clause that speaks of rivers and lakes together; of a single one itself."""
    first = registers[0]
    if len(registers) == 1:
        return first
    return Register(
        id="+".join(register.id for register in registers),
        role=first.role,
        basis=worst_basis([register.basis for register in registers], first.basis),
        as_of=max(register.as_of for register in registers),
        source=first.source,
        items=pd.concat([register.items for register in registers], ignore_index=True),
        totals=tuple(total for register in registers for total in register.totals),
    )
