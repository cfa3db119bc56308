"""Where the items of a register lie: codes and names held against the list of units and against each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from geozone.messages import Text
from geozone.model import Severity, Zone
from geozone.overlay.units import code_prefix
from geozone.rates.completion import CODE_COLUMNS
from geozone.registers.gazetteer import Code, Gazetteer, chain, common, divided, holds
from geozone.registers.heading_words import PLACE
from geozone.registers.items import Item, Reading
from geozone.registers.words import PLACE_COLUMNS, is_blank

_COUNTING = re.compile(r"^[\d\s.、．)）(（-]+|[\d\s]+$")  # around the title of a sheet
_BRACKET = re.compile(r"[(（].*?[)）]")
_LEVELS = dict(zip(PLACE_COLUMNS, CODE_COLUMNS, strict=True))


@dataclass
class _Evidence:
    """What the cells of an item say about its place."""

    told: list[tuple[str, str]] = field(default_factory=list)  # as written, and the code of the unit
    several: bool = False  # one cell names several places: the item lies in all of them

    def add(self, written: str, code: str) -> None:
        if code:
            self.told.append((written, code))

    @property
    def codes(self) -> list[str]:
        return [code for _, code in self.told]


def find_places(
    reading: Reading, gazetteer: Callable[[], Gazetteer], zone: Zone | None = None, *, named: bool = False
) -> None:
    """Fill the codes of every item from its codes and names.

    The finest unit counts that all cells agree on. Where they contradict each other that is the smallest unit that holds
    all that they name, so that nothing is counted in a unit that may be the wrong one.

    Parameters
    ----------
    reading
        The items; what is wrong is told.
    gazetteer
        Gives the units.
    zone
        The zone that the register serves: of several units of one name its own are meant.
    named
        The items are units, whose names are still to be looked up (`units.find_units`): one without a place is no finding.
    """
    work = _Places(
        reading, gazetteer, tuple(code_prefix(code) for code in zone.members) if zone else (), named
    )
    without = [row for row in reading.items if not work.find(row)]
    if zone is not None and without and not named:
        _tell_without(reading, without, zone)


@dataclass
class _Places:
    """The places of the items of one register while they are found."""

    reading: Reading
    gazetteer: Callable[[], Gazetteer]
    members: tuple[str, ...]  # first digits of the units of the zone
    named: bool  # the items are units
    sections: dict[str, str] = field(default_factory=dict)  # unit of every heading within the register

    def find(self, row: str) -> str:
        """Set the codes of an item; return the code of its unit, empty where it has none."""
        item = self.reading.items[row]
        evidence = _Evidence()
        self._read_codes(row, item, evidence)
        self._read_names(row, item, evidence)
        code = self._agreed(row, item, evidence)
        section, place = self._section(item), item["section"]
        if not code and section:
            code = section
            if not self.named:
                self.reading.tell("section_place", row, Severity.NOTE, name=item["name"], place=place)
        elif section and not (holds(section, code) or holds(code, section)):
            own = _or_none(self.gazetteer().name(code))
            self.reading.tell("section_differs", row, name=item["name"], place=own, other=place)
        item.update(zip(CODE_COLUMNS, chain(code), strict=True))
        return code

    def _section(self, item: Item) -> str:
        """Return the unit that the heading or the sheet names that an item stands under."""
        title = item["section"]
        if title and title not in self.sections:
            units = self.gazetteer()
            self.sections[title] = self._best(units.find(_place_in(title, units), "city"), "")
        return self.sections.get(title, "")

    def _read_codes(self, row: str, item: Item, evidence: _Evidence) -> None:
        for column in CODE_COLUMNS:
            cell = item.get(column, "")
            if is_blank(cell):
                continue
            codes = []
            for part in divided(cell):
                code = self.gazetteer().read_code(part)
                if code.state == "malformed" and (named := self._best(self.gazetteer().find(part), "")):
                    code = Code(part, named, "")  # a name where a code is due
                self._tell_code(row, code)
                codes += [code.code] if code.code else []
            evidence.several |= len(set(codes)) > 1
            evidence.add(cell, common(codes))

    def _tell_code(self, row: str, code: Code) -> None:
        place = self.gazetteer().name(code.code) if code.code else ""
        if code.state == "malformed":
            self.reading.tell("malformed_code", row, word=code.given)
        elif code.state == "unknown":
            self.reading.tell("unknown_code", row, word=code.given, place=_or_none(place))
        elif code.state and code.change is not None:
            self.reading.tell(
                "divided_code" if code.state == "divided" else "former_code",
                row,
                word=code.given,
                former=code.change.name,
                year=code.change.year,
                place=place,
                now=code.code,
            )

    def _read_names(self, row: str, item: Item, evidence: _Evidence) -> None:
        for column in (*PLACE_COLUMNS, PLACE):
            cell = item.get(column, "")
            if is_blank(cell):
                continue
            coded = item.get(_LEVELS.get(column, ""), "")
            codes = []
            for name in self.gazetteer().places(cell):
                coded_as = self._coded(row, name)
                found = coded_as or self._named(name, column, evidence.codes)
                if not found and (section := self._section(item)):
                    found = self._named(name, column, [section])
                if found and not coded_as:
                    tell_former(self.reading, self.gazetteer(), row, name, found)
                if found:
                    codes.append(found)
                elif not (coded and evidence.told):
                    # beside a code, an area of its own may have a name that no unit has
                    self.reading.tell("unknown_place", row, word=name)
            evidence.several |= len(set(codes)) > 1
            evidence.add(cell, common(codes))

    def _coded(self, row: str, name: str) -> str:
        """Return the unit of a code that stands where a name is due; empty for a name."""
        if not any(map(str.isdigit, name)):
            return ""
        code = self.gazetteer().read_code(name)
        if code.state != "malformed":
            self._tell_code(row, code)
        return code.code

    def _named(self, name: str, column: str, known: list[str]) -> str:
        """Return the code of a named place; empty where no unit has the name, or several."""
        units = self.gazetteer()
        level = column if column in PLACE_COLUMNS else None
        if not units.find(name, level):
            name = _BRACKET.sub("", name)
        uppers = [[unit for unit in dict.fromkeys(chain(code)) if unit][::-1] for code in known]
        for upper in (unit for code in uppers for unit in code):
            if units.is_name_of(name, upper):
                return upper
        for upper in (unit for code in uppers for unit in code):
            if found := self._best(units.find(name, level, upper), upper):
                return found
        return self._best(units.find(name, level), "")

    def _best(self, found: Iterable[str], upper: str) -> str:
        """Return the one unit that is meant of several: the only one in the zone, or the city of all of them."""
        found = set(found)
        inside = {code for code in found if code.startswith(self.members)} if self.members else set()
        chosen = inside or found
        if len(chosen) == 1:
            return next(iter(chosen))
        shared = common(chosen)
        return shared if shared and shared != upper and not shared.endswith("0000") else ""

    def _agreed(self, row: str, item: Item, evidence: _Evidence) -> str:
        """Return the finest unit that all evidence agrees on."""
        codes = evidence.codes
        finest = max(codes, key=lambda code: len(set(chain(code)) - {""}), default="")
        agree = all(holds(code, finest) for code in codes)
        if agree and not evidence.several:
            return finest
        units = self.gazetteer()
        shared = common(codes)
        place = _or_none(units.name(shared) if shared else "")
        if agree:
            self.reading.tell("several_places", row, Severity.NOTE, name=item["name"], place=place)
            return shared
        said = dict.fromkeys(
            f"{written}（{units.name(code)}）" if any(map(str.isdigit, written)) else written
            for written, code in evidence.told
            if code != shared
        )
        self.reading.tell("places_differ", row, name=item["name"], words="、".join(said), place=place)
        return shared


def tell_former(reading: Reading, units: Gazetteer, row: str, name: str, code: str) -> None:
    """Tell that a place is named as it was called before, where it was."""
    found = units.former(name, code)
    told = ("register_former_code", "register_divided_code")
    by_code = any(one.feature == row and one.kind in told for one in reading.findings)
    if found is None or found.change is None or by_code:
        return
    kind = "divided_name" if found.state == "divided" else "former_name"
    place = units.name(code)
    reading.tell(kind, row, word=name, former=found.change.name, year=found.change.year, place=place)


def _place_in(title: str, gazetteer: Gazetteer) -> str:
    """Return the unit that a title names: all of it, or the longest whole name in it (唐山市 of 唐山市海湾名录)."""
    bare = _COUNTING.sub("", title)
    if gazetteer.find(bare):
        return bare
    parts = (bare[start:end] for start in range(len(bare)) for end in range(len(bare), start + 1, -1))
    named = [part for part in parts if gazetteer.has_name(part)]
    return max(named, key=len, default="")


def _tell_without(reading: Reading, rows: list[str], zone: Zone) -> None:
    """Tell the items without a place; a zone of one unit is their place, for they lie in it."""
    if len(zone.members) == 1:
        for row in rows:
            reading.items[row].update(zip(CODE_COLUMNS, chain(zone.members[0]), strict=True))
    names = "、".join(reading.items[row]["name"] for row in rows[:5])
    reading.tell("no_place", rows[0], count=len(rows), names=names, zone=zone.title)


def _or_none(place: str) -> Any:
    return Text(place, place) if place else Text("无", "none")
