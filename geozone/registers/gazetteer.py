"""Administrative units by code and by name, those of before included: what a register means by a place."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import pandas as pd

from geozone.files import shipped
from geozone.model import Level
from geozone.overlay.units import code_prefix, level_of
from geozone.registers.words import register_words

_PEOPLES = (
    "各族|满族|回族|蒙古族|(?<!内)蒙古|藏族|苗族|土家族|侗族|壮族|瑶族|黎族|彝族|白族|傣族|羌族|畲族|水族|布依族|仡佬族|仫佬族|毛南族|朝鲜族|"
    "哈尼族|傈僳族|拉祜族|佤族|纳西族|景颇族|独龙族|怒族|普米族|布朗族|哈萨克|柯尔克孜|锡伯|塔吉克|裕固族|保安族|东乡族|撒拉族|土族|"
    "达斡尔族|鄂温克族|维吾尔"
)
_SUFFIX = re.compile(rf"(({_PEOPLES})*自治[区州县旗]|特别行政区|地区|新区|林区|矿区|省|市|区|县|盟|旗)$")
_OF_ITS_OWN = ("新区", "林区", "矿区")  # ends of names of areas that were founded beside units of like names
_MUNICIPAL = ("11", "12", "31", "50", "81", "82")  # municipalities have counties, no cities
LONG_CODES = (9, 12)  # digits of a township's and a village's code, which begin with the county's
_DIRECT = "90"  # third and fourth digit of a county that stands below its province without a city
_DIVIDING = re.compile(r"[、,，;；/|\n]")
_JOINING = re.compile(r"[和与及]")  # which names of places hold too


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a unit: the codes that its ground has now."""

    year: int
    kind: str  # "recoded" | "merged" | "divided" | "renamed"
    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code as a register writes it, and the unit that it is taken for."""

    given: str
    code: str  # "" where no unit can be meant
    state: str  # "" | "recoded" | "merged" | "divided" | "unknown" | "malformed"
    change: Change | None = None


class Gazetteer:
    """Units by code and by name.

    Parameters
    ----------
    units
        Units with ``code`` and ``name``.
    changes
        By code, what units of before have become; the embedded table unless told otherwise.
    """

    def __init__(self, units: pd.DataFrame, changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        self._names: dict[str, str] = {
            str(code): str(name) for code, name in units[["code", "name"]].itertuples(index=False)
        }
        self._with_counties = {code[:4] for code in self._names if level_of(code) == Level.COUNTY}
        self._changes = _embedded_changes() if changes is None else changes
        self._by_name: dict[str, set[str]] = {}
        for code, name in self._names.items():
            for writing in _writings(name):
                self._by_name.setdefault(writing, set()).add(code)
        self._former: dict[str, set[str]] = {}
        self._stories: dict[
            str, list[tuple[str, Change]]
        ] = {}  # by full name of before, with the code of then
        for code, story in self._changes.items():
            for change in story:
                self._stories.setdefault(change.name, []).append((code, change))
                for writing in _writings(change.name):
                    self._former.setdefault(writing, set()).update(self._now(code))
        for area, codes in register_words("areas").items():
            self._by_name.setdefault(area, set()).add(common(codes))

    def name(self, code: str) -> str:
        """Return the full name of a unit, from its province or city down; the code itself where none has it."""
        parts = [self._names.get(upper, "") for upper in dict.fromkeys(chain(code)) if upper]
        return "".join(parts) or code

    def own_name(self, code: str) -> str:
        """Return the name of a unit alone; its code where it has none."""
        return self._names.get(code, code)

    def unit_at(self, code: str, level: Level) -> str:
        """Return the code of a unit as one of a level; empty where it is none.

        A municipality is a city as well as a province, a county without a city above it a city too, and a city without
        counties a county.
        """
        own = level_of(code)
        if not code or own == level:
            return code
        as_city = (own == Level.PROVINCE and code[:2] in _MUNICIPAL) or (
            own == Level.COUNTY and code[2:4] == _DIRECT
        )
        as_county = own == Level.CITY and code[:4] not in self._with_counties
        return code if (level is Level.CITY and as_city) or (level is Level.COUNTY and as_county) else ""

    def is_area(self, name: str) -> bool:
        """Tell whether a name is that of an area that consists of units and is none."""
        return _spelled(name) in register_words("areas")

    def has_name(self, name: str) -> bool:
        """Tell whether a unit has a name to the last letter."""
        return any(self._names.get(code) == name for code in self._by_name.get(name, ()))

    @cached_property
    def longest_name(self) -> int:
        """How many letters the longest name of a unit has."""
        return max(map(len, self._names.values()), default=0)

    def is_name_of(self, name: str, code: str) -> bool:
        """Tell whether a unit has a name, or had it, or its ground belonged to a unit of that name."""
        return code in self._by_name.get(_spelled(name), ()) or code in self._former.get(_spelled(name), ())

    def former(self, name: str, code: str) -> Code | None:
        """Return how a name of before led to a unit of now; None for a name that a unit has today.

        Parameters
        ----------
        name
            A name, or a path that ends with one.
        code
            The unit that the name was taken for.
        """
        wanted = _spelled(name)
        if wanted in self._by_name:
            return None
        for start in range(len(wanted) - 1):
            for old, change in self._stories.get(wanted[start:], ()):
                now = self._now(old)
                if old != code and any(holds(code, one) for one in now):
                    return Code(name, code, change.kind if len(now) == 1 else "divided", change)
        return None

    def read_code(self, given: str) -> Code:
        """Return the unit that a code means.

        Codes of two and four digits are a province and a city; a longer one begins with its county's. A code of before
        gives the unit of now; one that no unit has gives the unit above, where there is one.
        """
        digits = _digits(given)
        if digits is None:
            return Code(given, "", "malformed")
        given = given.strip().strip("'")
        code = self._of_a_whole(digits)
        if code in self._names:
            return Code(given, code, "")
        if code in self._changes:
            change = self._changes[code][-1]
            now = self._now(code)
            return Code(given, common(now), change.kind if len(now) == 1 else "divided", change)
        upper = next((unit for unit in (f"{code[:4]}00", f"{code[:2]}0000") if unit in self._names), "")
        return Code(given, upper, "unknown")

    def find(self, name: str, level: str | None = None, within: str = "") -> set[str]:
        """Return the codes of the units that a name may mean, best guess only.

        Parameters
        ----------
        name
            A name, short or whole, of now or of before; or a path such as 河北省唐山市曹妃甸区.
        level
            ``province``, ``city`` or ``county``: units of this level go before others.
        within
            Code of a unit that holds it.
        """
        wanted = _spelled(name)
        prefix = code_prefix(within) if within else ""
        for table in (self._by_name, self._former):
            found = {code for code in table.get(wanted, ()) if code.startswith(prefix)}
            fitting = {code for code in found if level_of(code) == level}
            exact = {code for code in fitting or found if self._names.get(code) == wanted}
            if found:
                return exact or fitting or found
        # 孟村县 for 孟村回族自治县, of the level that is asked for; 北戴河新区 is another place than 北戴河区
        short = wanted if wanted.endswith(_OF_ITS_OWN) else _SUFFIX.sub("", wanted)
        found = {code for code in self._by_name.get(short, ()) if level_of(code) == level}
        if found := {code for code in found if code.startswith(prefix)}:
            return found
        for size in range(len(wanted) - 1, 1, -1):  # a path: the longest upper part first
            for upper in self._by_name.get(wanted[:size], ()):
                if upper.startswith(prefix) and level_of(upper) != "county":
                    found = self.find(wanted[size:], level, upper)
                    if found:
                        return found
        return set()

    def places(self, cell: str) -> list[str]:
        """Return the places that a cell names one after the other."""
        found: list[str] = []
        for part in [cell] if self.find(cell) else divided(cell):
            parts = _JOINING.split(part)
            joined = len(parts) > 1 and not self.find(part) and all(self.find(one) for one in parts)
            found += parts if joined else [part]
        return found

    def code(self, name: str, level: str, within: str = "") -> str | None:
        """Return the code of a unit by its name, inside the unit of code `within`; None if none or several fit."""
        found = {code for code in self.find(name, level, within) if level_of(code) == level}
        return next(iter(found)) if len(found) == 1 else None

    def _of_a_whole(self, code: str) -> str:
        """Return the unit behind a code that statistics use for all districts of a city together, or the like."""
        if code in self._names:
            return code
        if code[:2] in _MUNICIPAL and code[2:] in {"0100", "0200"}:
            return f"{code[:2]}0000"
        if code[2:4] == _DIRECT and code.endswith("00"):
            return f"{code[:2]}0000"
        if code.endswith("01") and code not in self._changes and f"{code[:4]}00" in self._names:
            return f"{code[:4]}00"
        return code

    def _now(self, code: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """Return the codes that the ground of a unit of before has now."""
        if code in self._names and code not in seen and not seen:
            return {code}
        if code in seen or code not in self._changes:
            return {code} & set(self._names)
        latest = self._changes[code][-1]
        return set().union(
            *({other} if other in self._names else self._now(other, seen | {code}) for other in latest.codes)
        )


@lru_cache(1 << 12)
def chain(code: str) -> tuple[str, str, str]:
    """Return the codes of the province, the city and the county of a unit; empty where it has none.

    A county without a city above it stands at the level of the cities as well.
    """
    if not code:
        return "", "", ""
    province = f"{code[:2]}0000"
    level = level_of(code)
    if level == "province":
        return province, "", ""
    if code[:2] in _MUNICIPAL:
        return province, "", code if level == "county" else ""
    if level == "city":
        return province, code, ""
    return province, code if code[2:4] == _DIRECT else f"{code[:4]}00", code


def holds(upper: str, code: str) -> bool:
    """Tell whether a unit is another one or holds it."""
    return code == upper or (level_of(upper) != "county" and code.startswith(code_prefix(upper)))


def common(codes: Iterable[str]) -> str:
    """Return the code of the smallest unit that holds some units; empty where none does, or there are no units."""
    chains = [[unit for unit in dict.fromkeys(chain(code)) if unit] for code in codes]
    if not chains:
        return ""
    shared = [units[0] for units in zip(*chains, strict=False) if len(set(units)) == 1]
    return shared[-1] if shared else ""


def divided(cell: str) -> list[str]:
    """Return what a cell lists."""
    return [part for part in (part.strip() for part in _DIVIDING.split(cell)) if part]


@cache
def embedded_gazetteer() -> Gazetteer:
    """Return the units of the whole country by code and name."""
    with (shipped("layers") / "registers" / "units.csv").open(encoding="utf-8", newline="") as stream:
        return Gazetteer(pd.DataFrame(csv.DictReader(stream)))


@cache
def _embedded_changes() -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    with (shipped("layers") / "registers" / "code_changes.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            change = Change(int(row["year"]), row["kind"], row["name"], tuple(row["new_codes"].split()))
            found.setdefault(row["code"], []).append(change)
    return {code: sorted(story, key=lambda change: change.year) for code, story in found.items()}


@lru_cache(1 << 16)
def _spelled(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def _writings(name: str) -> set[str]:
    """Return a name as it is written: whole, and without the word that tells its level."""
    short = _SUFFIX.sub("", name)
    return {name, short} if len(short) > 1 else {name}


def _digits(given: str) -> str | None:
    """Return the six digits of a code; None for what is no code."""
    words = _spelled(given).strip("'\"`=")
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d{1,2}", words):
        words = str(int(float(words)))
    words = re.sub(r"\.0*$", "", words)
    if not words.isdecimal():
        return None
    if len(words) in LONG_CODES:
        return words[:6]
    return words.ljust(6, "0") if len(words) in {2, 4, 6} else None
