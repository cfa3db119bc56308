"""The items of a register counted by unit, whatever their statuses are in a year.

Where the items lie and what is known of each is found once (`ItemPlaces`), and all units of a level are added up at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geozone.model import Basis, Level, Register, Status, Zone
from geozone.overlay.plane import Indices
from geozone.overlay.units import code_prefix, level_of, member_codes
from geozone.rates.completion import (
    CODE_COLUMNS,
    COLUMN_OF,
    TRUST,
    Count,
    Tally,
    inside_zone,
    worst_basis,
)
from geozone.rates.grouping import Groups


class ItemPlaces:
    """What counts of the items of a register hang on beside their statuses: where the items lie, and what is known of each.

    Parameters
    ----------
    register
        The items, and published totals where the list is not public.
    zone
        The zone; items outside it do not count.
    outcome
        What a filter says of each item (`geozone.rates.filters.passes`): those that fail are left out, and of those that may
        pass the status is taken for unknown.
    """

    def __init__(self, register: Register, zone: Zone, outcome: NDArray[np.int8] | None = None) -> None:
        items = register.items
        outcome = np.ones(len(items), np.int8) if outcome is None else outcome
        self.chosen = np.flatnonzero(outcome != 0)
        self.unsure = outcome[self.chosen] < 0
        self.codes = {column: items[column].to_numpy(object)[self.chosen] for column in CODE_COLUMNS}
        basis = items["basis"].to_numpy(object)[self.chosen]
        rows = list(zip(*self.codes.values(), strict=True))
        lies_inside = {codes: inside_zone(codes, zone) for codes in dict.fromkeys(rows)}
        self.inside = np.flatnonzero(np.fromiter((lies_inside[codes] for codes in rows), bool, len(rows)))
        self.unchecked = _unchecked(basis, register) & ~_on_published_list(self.codes, register)
        trust = {
            value: TRUST.index(Basis(value)) if isinstance(value, str) and value else -1
            for value in dict.fromkeys(basis.tolist())
        }
        self._trust = np.fromiter((trust[value] for value in basis.tolist()), np.intp, len(basis))
        self._groups: dict[Level, Groups] = {}
        self._least: dict[Level, list[int]] = {}
        self.listed = {
            total: len(self.rows(total.unit_code, level_of(total.unit_code))) for total in register.totals
        }

    def groups(self, level: Level) -> Groups:
        """Return the items inside the zone by the unit of a level that they lie in."""
        if level not in self._groups:
            own = None if level is Level.ZONE else self.codes[COLUMN_OF[level]]
            self._groups[level] = Groups.of(self.inside, own)
        return self._groups[level]

    def rows(self, code: str, level: Level) -> Indices:
        """Return the rows of the items that lie wholly in a unit, in order."""
        members = member_codes(code)
        if len(members) > 1:
            return np.unique(np.concatenate([self.rows(member, level_of(member)) for member in members]))
        return self.inside if level is Level.ZONE else self.groups(level).rows_of(code)

    def least_trusted(self, code: str, level: Level) -> int:
        """Return the place in `TRUST` of the worst basis of the items of a unit; -1 where none has any."""
        groups = self.groups(level)
        if level not in self._least:
            self._least[level] = groups.highest(self._trust)
        place = groups.place(code)
        return -1 if place is None else self._least[level][place]


class ItemCounts:
    """The items of a register, ready to be counted for any unit of a zone.

    Parameters
    ----------
    register
        Items with their status, and published totals where the list is not public.
    zone
        The zone; items outside it do not count.
    places
        Where the items lie, if that is known from the same items with other statuses, and which of them count.
    """

    def __init__(self, register: Register, zone: Zone, places: ItemPlaces | None = None) -> None:
        self.register, self.zone = register, zone
        self.places = places or ItemPlaces(register, zone)
        self._fields: dict[str, NDArray[np.object_]] = {}
        self._counted: dict[tuple[str, Level, str | None], Count] = {}
        self._sums: dict[Level, tuple[list[int], ...]] = {}
        self._having: dict[tuple[Level, frozenset[str]], list[int]] = {}
        status = self._field("status")
        self._built, self._unknown = status == Status.BUILT, status == Status.UNKNOWN
        self._recognised = status == Status.RECOGNISED
        self._doubtful = self._recognised & self.places.unchecked

    def items(self, code: str, level: Level) -> pd.DataFrame:
        """Return the items that lie wholly in a unit, with their statuses as they stand in the register.

        An item that crosses the border of a unit belongs to the next larger unit that holds it: its code at the finer
        level is empty. Of a region of several units it is the items of its members.
        """
        return self.register.items.iloc[self.places.chosen[self.places.rows(code, level)]]

    def field(self, name: str, code: str, level: Level) -> NDArray[np.object_]:
        """Return one column of the items of a unit."""
        return self._field(name)[self.places.rows(code, level)]

    def number(self, code: str, level: Level) -> int:
        """Return the number of items of a unit."""
        if len(member_codes(code)) > 1:
            return len(self.places.rows(code, level))
        groups = self.places.groups(level)
        place = groups.place(code)
        return 0 if place is None else groups.sizes[place]

    def having(self, statuses: frozenset[str], code: str, level: Level) -> int:
        """Return the number of items of a unit that have one of some statuses."""
        if len(member_codes(code)) > 1:
            return sum(status in statuses for status in self.field("status", code, level))
        groups = self.places.groups(level)
        asked = level, statuses
        if asked not in self._having:
            status = self._field("status").tolist()
            chosen = {one: one in statuses for one in dict.fromkeys(status)}
            self._having[asked] = groups.numbers(np.array([chosen[one] for one in status], dtype=bool))
        place = groups.place(code)
        return 0 if place is None else self._having[asked][place]

    def first_statuses(self, level: Level) -> dict[str, str]:
        """Return the status of each unit of a level that is on the register, inside the zone or not: that of its first item."""
        codes, statuses = self.places.codes[COLUMN_OF[level]].tolist(), self._field("status").tolist()
        found = dict(zip(reversed(codes), reversed(statuses), strict=True))
        found.pop("", None)
        return found

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
        register = self.register
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
        least = self.places.least_trusted(code, level)
        of_items = [TRUST[least].value] if least >= 0 else []
        basis = worst_basis([*of_items, *whole, *("public" for _ in inside)], register.basis)
        listed, built, possible, recognised, doubtful = self._numbers(code, level)
        told = (recognised - doubtful, doubtful)

        def without(reason: str, detail: float = 0.0) -> Count:
            return Count(None, basis, listed, 0, *told, reason, detail)

        unlisted = 0
        for total in inside:
            missing = total.count - self.places.listed[total]
            if missing < 0:
                return without("above_total", total.count)
            unlisted += missing
        if any(self.places.listed[total] != total.count for total in around):
            return without("part_of_total")
        if not listed and not unlisted:
            return without("no_items")
        if measure is not None:
            return self._weighed(
                Count(None, basis, listed, unlisted, *told), self.places.rows(code, level), measure
            )
        tally = Tally(float(built), float(possible + unlisted), float(listed + unlisted))
        return Count(tally, basis, listed, unlisted, *told)

    def _weighed(self, count: Count, rows: Indices, measure: str) -> Count:
        """Return a count by a measure of the items, where every item has it and none is without a name."""
        weights = self._weights(measure)
        known = int((weights[rows] > 0).sum())
        if count.unlisted or known < count.listed:
            return replace(count, unlisted=0, reason="unmeasured", detail=known)
        tally = Tally(
            built=float(weights[rows[self._built[rows]]].sum()),
            possible=float(weights[rows[(self._unknown | self._doubtful)[rows]]].sum()),
            total=float(weights[rows].sum()),
        )
        return replace(count, tally=tally)

    def _numbers(self, code: str, level: Level) -> tuple[int, ...]:
        """Return how many items of a unit there are, and how many are built, may be, are recognised, and doubtful."""
        groups = self.places.groups(level)
        if level not in self._sums:
            masks = (self._built, self._unknown | self._doubtful, self._recognised, self._doubtful)
            self._sums[level] = (groups.sizes, *map(groups.numbers, masks))
        place = groups.place(code)
        return (0,) * 5 if place is None else tuple(numbers[place] for numbers in self._sums[level])

    def _field(self, name: str) -> NDArray[np.object_]:
        if name not in self._fields:
            values = self.register.items[name].to_numpy(object)[self.places.chosen]
            if name == "status":
                values[self.places.unsure] = Status.UNKNOWN.value
            self._fields[name] = values
        return self._fields[name]

    def _weights(self, measure: str) -> NDArray[np.float64]:
        weights = pd.to_numeric(self.register.items[measure], errors="coerce")
        return weights.to_numpy(float, na_value=np.nan)[self.places.chosen]


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


def _unchecked(basis: NDArray[np.object_], register: Register) -> NDArray[np.bool_]:
    """Tell which items nobody has held against the list of the built: those of a working list, unless made official."""
    if register.basis is Basis.WORKING:
        return np.asarray(basis != Basis.OFFICIAL, dtype=bool)
    return np.asarray(basis == Basis.WORKING, dtype=bool)


def _on_published_list(codes: Mapping[str, NDArray[np.object_]], register: Register) -> NDArray[np.bool_]:
    """Tell which items belong to a unit whose number of items is published, with its list of the built."""
    prefixes = tuple(code_prefix(total.unit_code) for total in register.totals)
    pairs = zip(codes["province_code"].tolist(), codes["city_code"].tolist(), strict=True)
    found = [bool(prefixes) and str(city or province).startswith(prefixes) for province, city in pairs]
    return np.array(found, dtype=bool)


def _within(total_code: str, prefix: str, zone: Zone) -> bool:
    total_prefix = code_prefix(total_code)
    if prefix:
        return total_prefix.startswith(prefix)
    return any(total_prefix.startswith(code_prefix(member)) for member in zone.members)
