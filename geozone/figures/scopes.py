"""Whom a figure speaks of: a unit, a zone, a place, the whole country."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache

from geozone.figures.unit_names import names, unit_text, units_in_english
from geozone.figures.words import in_brackets, is_word, meanings, squeezed, without_brackets, word_table
from geozone.figures.zones import contains, is_inside, places
from geozone.messages import NO_TEXT, Text
from geozone.model import NATIONAL, Zone
from geozone.overlay.units import level_of
from geozone.registers.gazetteer import Gazetteer, chain, holds
from geozone.registers.words import register_words
from geozone.seeds import NAMES_UNIT, NAMES_ZONE, Place, load_zones

_ORDER = ("province", "city", "county")
_NUMBERING = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]+[)）、.．]\s*)+")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a figure speaks of; with a doubt it is nobody."""

    id: str = ""  # as in `geozone.rates.figures.Figure.scope`
    name: Text = NO_TEXT
    context: tuple[str, ...] = ()
    doubt: str = ""  # "unknown" | "several" | "differ" | "outside" | "total"
    words: str = ""  # as written
    near: str = ""  # the nearest known, or the ones to choose from
    taken_for: str = ""  # "place": the name is that of a unit too; "code": the name is not known, the code is


@dataclass
class Scopes:
    """The scopes that a zone's figures may have.

    Parameters
    ----------
    zone
        The zone whose figures they are.
    gazetteer
        Gives the units of the country.
    """

    zone: Zone
    gazetteer: Callable[[], Gazetteer]
    _found: dict[tuple[str, str], Scope] = field(default_factory=dict)

    def find(self, code: str, name: str) -> Scope:
        """Return the scope of a code and a name, of which either may be empty."""
        key = (code, name)
        if key not in self._found:
            self._found[key] = self._scope(code, name)
        return self._found[key]

    def named_in(self, title: str) -> Scope | None:
        """Return the scope that a title names: all of it, or the longest name in it; None where it names none."""
        bare = squeezed(_NUMBERING.sub("", title.strip()))
        if not bare:
            return None
        whole = self.find("", bare)
        if not whole.doubt:
            return whole
        most = max(self.gazetteer().longest_name, *map(len, self._zone_names))
        names = (
            bare[start:end]
            for start in range(len(bare))
            for end in range(min(len(bare), start + most), start + 1, -1)
        )
        known = [name for name in names if self.gazetteer().has_name(name) or name in self._zone_names]
        longest = max(known, key=len, default="")
        behind = bare[bare.find(longest) + len(longest) :]
        if not longest or any(behind.startswith(word) for word in meanings("beyond")):
            return None
        return self.find("", longest)

    def _scope(self, code: str, name: str) -> Scope:
        by_code = self._by_code(code) if code else None
        by_name = self._by_name(name) if name else None
        if by_code is None or by_name is None or by_code.doubt:
            return by_code or by_name or Scope(doubt="unknown")
        if by_name.doubt == "unknown":
            return replace(by_code, taken_for="code")  # under a name of its own
        if not self._agree(by_code, name, by_name):
            return Scope(doubt="differ", words=f"{code}、{name}", near=by_code.name.zh)
        return by_code

    def _agree(self, by_code: Scope, name: str, by_name: Scope) -> bool:
        """Tell whether a name may be that of the unit, zone or place of a code."""
        if by_code.id == by_name.id:
            return True
        bare = _bare(name)
        return by_code.id in {*self.gazetteer().find(bare), *units_in_english(name)} or (
            bool(by_name.doubt) and self.gazetteer().is_name_of(bare, by_code.id)
        )

    def _by_code(self, code: str) -> Scope:
        word = squeezed(code)
        if word in load_zones():
            return self._of_zone(word, code)
        if (place := places().get(word.upper())) is not None:
            return self._of_place(place, code)
        if is_word("scopes", word) and meanings("scopes")[word] == NATIONAL:
            return self._national()
        found = self.gazetteer().read_code(code)
        if found.state == "malformed":
            return self._by_name(code)  # a name where a code is due
        if found.state in {"unknown", "divided"} or not found.code:
            return Scope(
                doubt="unknown", words=code, near=self.gazetteer().name(found.code) if found.code else ""
            )
        return self._of_unit(found.code, code)

    def _by_name(self, name: str) -> Scope:
        bare = _bare(name)
        if any(map(str.isdigit, bare)) and self.gazetteer().read_code(bare).state != "malformed":
            return self._by_code(bare)
        if is_word("total", bare):
            return Scope(doubt="total", words=name)
        word = squeezed(bare)
        if meaning := meanings("scopes").get(word):
            return self._of_word(meaning, name)
        if key := self._zone_names.get(word):
            return self._of_zone(key, name)
        units = self.gazetteer()
        place = _place_named(word)
        if place is not None and not units.has_name(bare):
            same = units.find(bare) and word not in map(squeezed, register_words("areas"))
            return self._of_place(place, name, taken_for="place" if same else "")
        found = units.find(bare) if word not in register_words("areas") else set()
        return self._of_units(found or units_in_english(name), name)

    def _of_units(self, found: set[str], name: str) -> Scope:
        """Return the unit that is meant of several of one name: of the zone before others, the upper before the lower."""
        inside = {code for code in found if is_inside(code, self.zone)}
        around = {code for code in found if any(holds(code, own) for own in self.zone.members)}
        chosen = inside or around
        if found and not chosen:
            return Scope(
                doubt="outside", words=name, near="、".join(map(self.gazetteer().name, sorted(found)))
            )
        for level in _ORDER:
            of_level = sorted(code for code in chosen if level_of(code) == level)
            if len(of_level) == 1:
                return self._of_unit(of_level[0], name)
            if of_level:
                units = self.gazetteer()
                choices = "、".join(f"{units.name(code)}（{code}）" for code in of_level)
                return Scope(doubt="several", words=name, near=choices)
        return Scope(doubt="unknown", words=name, near=self._nearest(name))

    def _of_unit(self, code: str, written: str) -> Scope:
        name = own_name(code, self.gazetteer())
        if is_inside(code, self.zone):
            return Scope(code, unit_text(code, name), words=written)
        if any(
            holds(code, own) for own in self.zone.members
        ):  # Guangdong, of which the zone takes nine cities
            return Scope(code, unit_text(code, name), (self.zone.key,), words=written)
        return Scope(doubt="outside", words=written, near=self.gazetteer().name(code))

    def _of_zone(self, key: str, written: str) -> Scope:
        zone = load_zones()[key]
        if key == self.zone.key:
            return self._whole(written)
        if contains(key, self.zone):
            return Scope(key, zone.title, (self.zone.key,), words=written)
        if len(zone.members) == 1:
            return self._of_unit(zone.members[0], written)
        return Scope(doubt="outside", words=written, near=zone.title.zh)

    def _of_place(self, place: Place, written: str, *, taken_for: str = "") -> Scope:
        if not is_inside(place.id, self.zone):
            return Scope(doubt="outside", words=written, near=place.name.zh)
        return Scope(place.id, place.name, words=written, taken_for=taken_for)

    def _of_word(self, meaning: str, written: str) -> Scope:
        if meaning == NATIONAL:
            return self._national()
        if meaning == "member" and len(self.zone.members) != 1:
            return Scope(doubt="unknown", words=written)
        return self._whole(written)

    def _whole(self, written: str) -> Scope:
        """Return the zone; where it has one member, which is the same ground, that."""
        if len(self.zone.members) == 1:
            return self._of_unit(self.zone.members[0], written)
        return Scope(self.zone.key, self.zone.title, words=written)

    def _national(self) -> Scope:
        zh, en = word_table("scopes")[NATIONAL][0], word_table("scopes")[NATIONAL][-1].title()
        return Scope(NATIONAL, Text(zh, en), (self.zone.key,))

    @cached_property
    def _zone_names(self) -> dict[str, str]:
        """Return the zone of every name that zones go by: key, titles, and the names that documents use."""
        found = {
            squeezed(name): zone.key
            for zone in load_zones().values()
            for name in (zone.key, zone.title.zh, zone.title.en)
        }
        for place in places().values():
            if place.zone and place.names == NAMES_ZONE:
                found |= {squeezed(name): place.zone for name in (place.name.zh, place.name.en)}
        for key, words in word_table("zones").items():
            found |= {squeezed(word): key for word in words}
        return found

    def _nearest(self, name: str) -> str:
        return next(iter(get_close_matches(_bare(name), _names_inside(self.zone), n=1, cutoff=0.4)), "")


@lru_cache(maxsize=32)
def _names_inside(zone: Zone) -> tuple[str, ...]:
    """Return the names of the units and places in a zone."""
    inside = [unit for code, unit in names().items() if is_inside(code, zone)]
    return (*inside, *(place.name.zh for place in places().values() if is_inside(place.id, zone)))


def own_name(code: str, gazetteer: Gazetteer) -> str:
    """Return the name of a unit without those of the units that hold it."""
    upper = [unit for unit in dict.fromkeys(chain(code)) if unit and unit != code]
    whole = gazetteer.name(code)
    return whole.removeprefix(gazetteer.name(upper[-1])) if upper else whole


def _bare(name: str) -> str:
    """Return a name without numbering, and without a bracket that only repeats a code or an abbreviation."""
    plain = _NUMBERING.sub("", name.strip()) or name.strip()
    if any(re.fullmatch(r"[\dA-Za-z]+", inside) for inside in in_brackets(plain)):
        plain = without_brackets(plain)
    return re.sub(r"\s+", "", plain)


def _place_named(word: str) -> Place | None:
    named = (
        place for place in places().values()
        if place.names != NAMES_UNIT and word in {squeezed(place.name.zh), squeezed(place.name.en)}
    )  # fmt: skip
    return next(named, None)
