"""Registers whose items are administrative units: which unit a row is, and of which level all of them are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geozone.errors import InputError
from geozone.messages import text
from geozone.model import Level, Severity, Status, Zone
from geozone.overlay.units import code_prefix, level_of
from geozone.rates.completion import CODE_COLUMNS
from geozone.registers.gazetteer import Gazetteer, chain, common, holds
from geozone.registers.heading_words import KIND
from geozone.registers.items import Item, Reading
from geozone.registers.places import tell_former
from geozone.registers.rows import RowCount
from geozone.registers.words import register_words

_LEVELS = dict(zip((Level.PROVINCE, Level.CITY, Level.COUNTY), CODE_COLUMNS, strict=True))
_AREA = re.compile(r"[区园岛港镇乡村场县旗团]$")  # what an area in a unit ends with: 秦皇岛市经济技术开发区
_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")


def find_units(
    reading: Reading,
    gazetteer: Callable[[], Gazetteer],
    level: Level | None,
    zone: Zone | None,
    count: RowCount,
) -> Level | None:
    """Give every item the code of the unit that it is, at the level of the register.

    The name says which unit it is, inside the place that the other cells give (`places.find_places`). At the level of
    cities a municipality has the code of its province. What is a unit of another level, or an area that is none, is left
    out; an item whose unit cannot be told, or whose name contradicts its place, stays with an unknown status. All of this
    is told.

    Parameters
    ----------
    reading
        The items, with the codes of their places.
    gazetteer
        Gives the units.
    level
        The level of the units; None where nobody says, and the items do.
    zone
        The zone that the register serves: of several units of one name its own are meant.
    count
        Takes the number of rows that are left out.

    Returns
    -------
    Level or None
        The level; None for a register without items.

    Raises
    ------
    InputError
        If nobody says the level and the items do not agree on one.
    """
    if not reading.items:
        return level
    units = gazetteer()
    if level is None:
        level = _common_level(reading, units)
        reading.tell("level_read", "", Severity.NOTE, level=text(f"words.level_{level}"))
    members = tuple(code_prefix(code) for code in zone.members) if zone else ()
    work = _Units(reading, units, level, members)
    for row in list(reading.items):
        count.skipped["no_unit"] += not work.find(row)
    if level is Level.COUNTY and KIND not in reading.further:
        _read_kinds(reading, units)
    return level


@dataclass
class _Units:
    """The units of one register while they are found."""

    reading: Reading
    gazetteer: Gazetteer
    level: Level
    members: tuple[str, ...]  # first digits of the units of the zone

    def find(self, row: str) -> bool:
        """Set the codes of an item; return whether it is one of the register."""
        item = self.reading.items[row]
        place = _finest(item)
        name, around = _called(item, self.gazetteer)
        if self.gazetteer.is_area(name):
            return self._leave_out(row, item)
        if own := self.gazetteer.unit_at(place, self.level):
            taken = self._check(row, item, own, name)
        elif place and _is_finer(place, self.level):
            taken = self._leave_out(row, item)
        else:
            taken = self._look_up(row, item, name, place or around)
        if taken and (code := item[_LEVELS[self.level]]):
            tell_former(self.reading, self.gazetteer, row, name, code)
        return taken

    def _look_up(self, row: str, item: Item, name: str, place: str) -> bool:
        """Take the unit that a name means inside a place."""
        found = self._units_of(name, place)
        if len(found) == 1:
            return self._take(item, found.pop())
        elsewhere = set() if found else self._units_of(name, "")
        if elsewhere:
            return self._doubt(row, item, "unit_differs", common([place, *elsewhere]))
        if found or not self.gazetteer.find(name, None, place):
            return self._doubt(row, item, "unit_unknown", place)
        return self._leave_out(row, item)

    def _check(self, row: str, item: Item, code: str, name: str) -> bool:
        """Take the unit of the place unless the name is that of another one, or of an area within it."""
        units = self.gazetteer
        if not name or units.is_name_of(name, code) or code in units.find(name, self.level):
            return self._take(item, code)
        meant = units.find(name)
        if not meant:
            whole = name.startswith(units.own_name(code)) and not _AREA.search(name)
            return self._take(item, code) if whole else self._doubt(row, item, "unit_unknown", code)
        if any(holds(code, other) for other in meant):
            return self._leave_out(row, item)  # a part of the unit
        if any(holds(other, code) for other in meant):
            return self._take(item, code)
        return self._doubt(row, item, "unit_differs", common([code, *meant]))

    def _units_of(self, name: str, within: str) -> set[str]:
        """Return the units of the level that a name may mean, those of the zone if there are any."""
        if not name:
            return set()
        named = self.gazetteer.find(name, self.level, within)
        found = {self.gazetteer.unit_at(code, self.level) for code in named} - {""}
        return {code for code in found if self.members and code.startswith(self.members)} or found

    def _take(self, item: Item, code: str) -> bool:
        item.update(zip(CODE_COLUMNS, chain(code), strict=True))
        item[_LEVELS[self.level]] = code
        if not _is_word(item["name"]):
            item["name"] = self.gazetteer.own_name(code)
        return True

    def _doubt(self, row: str, item: Item, kind: str, place: str) -> bool:
        """Keep an item that is some unit inside a place."""
        self.reading.tell(kind, row, name=item["name"], level=text(f"words.level_{self.level}"))
        item["status"] = Status.UNKNOWN.value
        above = list(_LEVELS).index(self.level)  # not to be taken for the unit itself
        item.update(zip(CODE_COLUMNS, (*chain(place)[:above], "", "", "")[:3], strict=True))
        return True

    def _leave_out(self, row: str, item: Item) -> bool:
        self.reading.tell("no_unit", row, name=item["name"], level=text(f"words.level_{self.level}"))
        del self.reading.items[row]
        return False


def _called(item: Item, units: Gazetteer) -> tuple[str, str]:
    """Return the name of an item without what stands in brackets, and the unit that this names."""
    written = str(item["name"])
    if not _is_word(written):
        return "", ""
    bare = _BRACKETS.sub("", written).strip()
    if not bare or units.has_name(written):
        return written, ""
    around = [codes for words in _BRACKETS.findall(written) if len(codes := units.find(words)) == 1]
    return bare, next(iter(around[0])) if around else ""


def _common_level(reading: Reading, units: Gazetteer) -> Level:
    """Return the level that most of the items have a unit of; of two that of cities, for municipalities have both."""
    counts: Counter[Level] = Counter()
    told = 0
    for item in reading.items.values():
        place, (name, around) = _finest(item), _called(item, units)
        codes = (units.find(name, None, place or around) if name else set()) or {place}
        levels = {level for level in _LEVELS for code in codes if units.unit_at(code, level)}
        counts.update(levels)
        told += bool(levels)
    best = [level for level in _LEVELS if counts[level] == max(counts.values(), default=0)]
    level = Level.CITY if Level.CITY in best else best[0]
    if 2 * counts[level] <= told or (len(best) > 1 and level is not Level.CITY):
        raise InputError("registers.no_level", path=reading.file)
    return level


def _read_kinds(reading: Reading, units: Gazetteer) -> None:
    """Give every county the kind that its name ends with, where the register does not say it."""
    kinds: dict[str, Any] = register_words("unit_kinds")
    for item in reading.items.values():
        code = item[_LEVELS[Level.COUNTY]]
        name = units.own_name(code) if code and level_of(code) == Level.COUNTY else ""
        item[KIND] = kinds.get(name[-1:], "")
    reading.further.append(KIND)
    reading.tell("kind_read", "", Severity.NOTE)


def _finest(item: Item) -> str:
    return next((str(item[column]) for column in reversed(CODE_COLUMNS) if item[column]), "")


def _is_finer(code: str, level: Level) -> bool:
    order = list(_LEVELS)
    return order.index(level_of(code)) > order.index(level)


def _is_word(name: str) -> bool:
    return any(not (character.isdigit() or character in "'.") for character in name)
