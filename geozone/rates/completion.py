"""Counting a register: how many items are built, how many may be, and out of how many.

Everything here adds: the tally of a unit is the sum of the tallies of its parts and of the items that belong to the
unit as a whole. A rate is only made at the end, from the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geozone.model import Basis, Level, Register, Status, Zone
from geozone.overlay.plane import Indices
from geozone.overlay.units import code_prefix, level_of, member_codes

# what a register may be trusted with, best first: a unit is as good as its worst item
TRUST = (Basis.OFFICIAL, Basis.PUBLIC, Basis.DERIVED, Basis.SCHEMATIC, Basis.WORKING, Basis.SYNTHETIC)
# lists that stand in for an official one, which may have items that they lack
STAND_INS = (Basis.SCHEMATIC, Basis.WORKING)
COLUMN_OF = {Level.PROVINCE: "province_code", Level.CITY: "city_code", Level.COUNTY: "county_code"}
CODE_COLUMNS = ("province_code", "city_code", "county_code")
_NO_ROWS = np.empty(0, dtype=np.intp)


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


class ItemCounts:
    """The items of a register, ready to be counted for any unit of a zone.

    Parameters
    ----------
    register
        Items with their status, and published totals where the list is not public.
    zone
        The zone; items outside it do not count.
    """

    def __init__(self, register: Register, zone: Zone) -> None:
        self.register, self.zone = register, zone
        items = register.items
        self._fields: dict[str, NDArray[np.object_]] = {}
        self._counted: dict[tuple[str, Level, str | None], Count] = {}
        self._by_code: dict[Level, dict[str, Indices]] = {}
        rows = list(zip(*(self._field(column) for column in CODE_COLUMNS), strict=True))
        lies_inside = {codes: inside_zone(codes, zone) for codes in dict.fromkeys(rows)}
        self._inside = np.flatnonzero(np.fromiter((lies_inside[codes] for codes in rows), bool, len(rows)))
        status, basis = self._field("status"), self._field("basis")
        self._built, self._unknown = status == Status.BUILT, status == Status.UNKNOWN
        self._recognised = status == Status.RECOGNISED
        unchecked = _unchecked(basis, register) & ~_on_published_list(items, register)
        self._doubtful = self._recognised & unchecked
        trust = {
            value: TRUST.index(Basis(value)) if isinstance(value, str) and value else -1
            for value in dict.fromkeys(basis.tolist())
        }
        self._trust = np.fromiter((trust[value] for value in basis.tolist()), np.intp, len(basis))
        self._listed = {
            total: len(self._rows(total.unit_code, level_of(total.unit_code))) for total in register.totals
        }

    def items(self, code: str, level: Level) -> pd.DataFrame:
        """Return the items that lie wholly in a unit.

        An item that crosses the border of a unit belongs to the next larger unit that holds it: its code at the finer
        level is empty. Of a region of several units it is the items of its members.
        """
        return self.register.items.iloc[self._rows(code, level)]

    def field(self, name: str, code: str, level: Level) -> NDArray[np.object_]:
        """Return one column of the items of a unit."""
        return self._field(name)[self._rows(code, level)]

    def count(self, code: str, level: Level, measure: str | None = None) -> Count:
        """Count the built items of a unit; of a region, those of its members together.

        Parameters
        ----------
        code, level
            The unit.
        measure
            ``shore_km``, ``area_km2`` or ``length_km`` to weigh every item by; without it every item counts as one.

        Returns
        -------
        Count
            With a tally, or with the reason why the unit has no denominator.
        """
        asked = code, level, measure
        if asked not in self._counted:
            self._counted[asked] = self._count(*asked)
        return self._counted[asked]

    def _count(self, code: str, level: Level, measure: str | None) -> Count:
        members = member_codes(code)
        if len(members) > 1:
            return _together([self.count(member, level_of(member), measure) for member in members])
        register, rows = self.register, self._rows(code, level)
        prefix = "" if level is Level.ZONE else code_prefix(code)
        inside = [total for total in register.totals if _within(total.unit_code, prefix, self.zone)]
        around = [
            total
            for total in register.totals
            if prefix
            and prefix != code_prefix(total.unit_code)
            and prefix.startswith(code_prefix(total.unit_code))
        ]
        # where a published total covers the unit, the denominator no longer hangs on the register as a whole
        covered = bool(around) or any(prefix == code_prefix(total.unit_code) for total in inside)
        whole = [] if covered else [register.basis.value]
        least = int(self._trust[rows].max(initial=-1))
        of_items = [TRUST[least].value] if least >= 0 else []
        basis = worst_basis([*of_items, *whole, *("public" for _ in inside)], register.basis)
        listed, doubtful = len(rows), int(self._doubtful[rows].sum())
        told = (int(self._recognised[rows].sum()) - doubtful, doubtful)

        def without(reason: str, detail: float = 0.0) -> Count:
            return Count(None, basis, listed, 0, *told, reason, detail)

        unlisted = 0
        for total in inside:
            missing = total.count - self._listed[total]
            if missing < 0:
                return without("above_total", total.count)
            unlisted += missing
        if any(self._listed[total] != total.count for total in around):
            return without("part_of_total")
        if not listed and not unlisted:
            return without("no_items")
        weights = self._weights(measure)
        if measure is not None:
            known = int((weights[rows] > 0).sum())
            if unlisted or known < listed:
                return without("unmeasured", known)
        tally = Tally(
            built=float(weights[rows[self._built[rows]]].sum()),
            possible=float(weights[rows[(self._unknown | self._doubtful)[rows]]].sum()) + unlisted,
            total=float(weights[rows].sum()) + unlisted,
        )
        return Count(tally, basis, listed, unlisted, *told)

    def _field(self, name: str) -> NDArray[np.object_]:
        if name not in self._fields:
            self._fields[name] = self.register.items[name].to_numpy(object)
        return self._fields[name]

    def _rows(self, code: str, level: Level) -> Indices:
        """Return the rows of the items that lie wholly in a unit, in order."""
        members = member_codes(code)
        if len(members) > 1:
            return np.unique(np.concatenate([self._rows(member, level_of(member)) for member in members]))
        if level is Level.ZONE:
            return self._inside
        if level not in self._by_code:
            found: dict[str, list[int]] = {}
            for row, own in zip(
                self._inside.tolist(), self._field(COLUMN_OF[level])[self._inside], strict=True
            ):
                found.setdefault(own, []).append(row)
            self._by_code[level] = {own: np.array(listed) for own, listed in found.items()}
        return self._by_code[level].get(code, _NO_ROWS)

    def _weights(self, measure: str | None) -> NDArray[np.float64]:
        items = self.register.items
        if measure is None:
            return np.ones(len(items))
        return pd.to_numeric(items[measure], errors="coerce").to_numpy(float, na_value=np.nan)


def unit_items(register: Register, code: str, level: Level, zone: Zone) -> pd.DataFrame:
    """Return the items of a register that lie wholly in a unit (`ItemCounts.items`)."""
    return ItemCounts(register, zone).items(code, level)


def count_items(register: Register, code: str, level: Level, zone: Zone, measure: str | None = None) -> Count:
    """Count the built items of a unit (`ItemCounts.count`)."""
    return ItemCounts(register, zone).count(code, level, measure)


def _together(counts: Sequence[Count]) -> Count:
    """Return the counts of the members of a region as one; without a tally where one of them can't be counted."""
    failed = [count for count in counts if count.reason not in {None, "no_items"}]
    counted = [count for count in counts if count.tally is not None] or list(counts)
    tallies = [count.tally for count in counted if count.tally is not None]
    first = failed[0] if failed else counted[0]
    return Count(
        tally=sum(tallies[1:], start=tallies[0]) if tallies and not failed else None,
        basis=worst_basis([count.basis for count in counted], first.basis),
        listed=sum(count.listed for count in counts),
        unlisted=sum(count.unlisted for count in counts),
        recognised=sum(count.recognised for count in counts),
        doubtful=sum(count.doubtful for count in counts),
        reason=first.reason,
        detail=first.detail,
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


def _unchecked(basis: NDArray[np.object_], register: Register) -> NDArray[np.bool_]:
    """Tell which items nobody has held against the list of the built: those of a working list, unless made official."""
    if register.basis is Basis.WORKING:
        return np.asarray(basis != Basis.OFFICIAL, dtype=bool)
    return np.asarray(basis == Basis.WORKING, dtype=bool)


def _on_published_list(items: pd.DataFrame, register: Register) -> NDArray[np.bool_]:
    """Tell which items belong to a unit whose number of items is published, with its list of the built."""
    prefixes = tuple(code_prefix(total.unit_code) for total in register.totals)
    if not prefixes:
        return np.zeros(len(items), dtype=bool)
    finest = items["province_code"].where(items["city_code"] == "", items["city_code"])
    return finest.astype(str).str.startswith(prefixes).to_numpy(bool)


def _within(total_code: str, prefix: str, zone: Zone) -> bool:
    total_prefix = code_prefix(total_code)
    if prefix:
        return total_prefix.startswith(prefix)
    return any(total_prefix.startswith(code_prefix(member)) for member in zone.members)
