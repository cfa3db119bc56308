"""Indicators by the titles that tables give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from geozone.figures.words import in_brackets, is_word, squeezed, without_brackets, word_table
from geozone.figures.years import Year, read_year
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import Written, read_unit

_NUMBERING = re.compile(
    r"^\s*(?:[(（]?[一二三四五六七八九十]+[)）、.．]|[(（]\d+[)）]|\d+[、.．)）](?!\d))\s*"
)
_STATED_UNIT = re.compile(r"[,，;；、]?\s*单位[:：]\s*(.+)$")
_KNOWN_ASIDE = ("qualifiers", "kinds", "value_kinds", "scopes", "ambiguous", "headings")
_LEAST = 4  # letters of a title that is looked for inside another one


@dataclass(frozen=True, slots=True)
class Named:
    """What a title names: the ids of one title, and the unit that stands behind it."""

    ids: tuple[str, ...] = ()  # several where indicators share a title, which ask the same
    unit: Written | None = None
    year: Year | None = None  # that stands in its brackets
    choices: tuple[str, ...] = ()  # without ids: the titles that may be meant
    near: str = ""  # without ids and choices: the nearest title
    aside: tuple[
        str, ...
    ] = ()  # what stands in brackets that is neither in the title nor a unit, year or kind


class Titles:
    """Indicators by id, title and the other names of ``layers/figures/words.toml``.

    Parameters
    ----------
    indicators
        All that may be named.
    """

    def __init__(self, indicators: Mapping[str, Indicator]) -> None:
        self.indicators = indicators
        self._found: dict[str, Named] = {}
        others = word_table("indicators")
        self._whole: dict[str, dict[str, None]] = {}
        self._open: dict[str, dict[str, None]] = {}
        # a title goes before the other names, of whichever indicator
        for key, one in indicators.items():
            for name in dict.fromkeys((key, one.title.zh, one.title.en)):
                self._whole.setdefault(squeezed(name), {})[key] = None
        titled = set(self._whole)
        for key in indicators:
            for name in others.get(key, ()):
                if squeezed(name) not in titled:
                    self._whole.setdefault(squeezed(name), {})[key] = None
        for word, ids in self._whole.items():
            self._open.setdefault(squeezed(without_brackets(word)), {}).update(ids)

    def title(self, key: str) -> str:
        """Return an indicator as messages name it: its title and its id."""
        return f"{self.indicators[key].title.zh}（{key}）"

    def find(self, cell: str) -> Named:
        """Return the indicator of a cell or heading, and the unit that stands in it."""
        if cell not in self._found:
            self._found[cell] = self._named(cell)
        return self._found[cell]

    def _named(self, cell: str) -> Named:
        bare = _NUMBERING.sub("", unicodedata.normalize("NFC", cell)).strip().rstrip("*＊#※:：")
        for words, unit in _without_unit(bare):
            word = squeezed(words)
            if word in self._whole:
                return Named(tuple(self._whole[word]), unit)
        for words, unit in _without_unit(bare):
            ids = tuple(
                self._open.get(squeezed(without_brackets(words)), self._open.get(squeezed(words), {}))
            )
            if len(ids) == 1:
                return Named(ids, unit, _year_in(words), aside=self._aside(words, ids[0]))
            if ids:
                return Named(choices=tuple(self.title(key) for key in ids))
        return Named(near=self._nearest(bare))

    def _aside(self, words: str, key: str) -> tuple[str, ...]:
        """Return what the brackets of a title say beside the title itself: 扣除沙尘, 三年滑动平均."""
        known = "".join(word for word, ids in self._whole.items() if key in ids)
        return tuple(
            inside
            for inside in in_brackets(words)
            if squeezed(inside) not in known
            and not (read_unit(inside) or read_year(inside))
            and not any(is_word(table, inside) for table in _KNOWN_ASIDE)
        )

    def inside(self, title: str) -> tuple[str, ...]:
        """Return the ids of the longest title or name that stands in a longer one; none where there is none."""
        word = squeezed(title)
        found = [name for name in self._whole if len(name) >= _LEAST and name in word and not name.isascii()]
        found = found or [
            name for name in self._whole if name.isascii() and len(name) > _LEAST and name in word
        ]
        return tuple(self._whole[max(found, key=len)]) if found else ()

    def _nearest(self, cell: str) -> str:
        word = squeezed(without_brackets(cell))
        best = get_close_matches(word, list(self._open), n=1, cutoff=0.4)
        return self.title(next(iter(self._open[best[0]]))) if best else ""


def _year_in(words: str) -> Year | None:
    """Return the only year that stands in the brackets of a title."""
    found = {year for inside in in_brackets(words) if (year := read_year(inside))}
    return found.pop() if len(found) == 1 else None


def _without_unit(words: str) -> list[tuple[str, Written | None]]:
    """Return the readings of a title: as it stands, and without the unit that stands in its last bracket or behind it."""
    readings: list[tuple[str, Written | None]] = [(words, None)]
    if (stated := _STATED_UNIT.search(words)) and (unit := read_unit(stated[1].strip("()（） "))):
        readings.append((words[: stated.start()].rstrip("(（ "), unit))
    brackets = in_brackets(words)
    for inside in reversed(brackets):
        if unit := read_unit(re.sub(r"^单位[:：]", "", inside)):
            place = words.rindex(inside)
            readings.append(((words[: place - 1].rstrip() + words[place + len(inside) + 1 :]).strip(), unit))
            break
    for mark in ("/", "／", " ", "，", ","):
        before, found, after = words.partition(mark) if mark != " " else words.rpartition(mark)
        if found and before.strip() and (unit := read_unit(after)):
            readings.append((before.strip(), unit))
            break
    return readings
