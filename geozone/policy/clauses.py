"""The text of a policy document: its clauses by number, and the figures that each prints, with line numbers."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

FRONT = "front"  # what stands before the first section
_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TENS = {"twenty": 20, "thirty": 30}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_NUMERAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}|[A-Za-z]+(?:-[a-z]+)?"
_LINE_START = r"^[ \t#*>]*"
_ITEM = re.compile(rf"[(（]\s*({_NUMERAL})\s*[)）]")
_SECTION = re.compile(
    rf"{_LINE_START}(?:([一二三四五六七八九十]{{1,3}})\s*、|(\d{{1,2}})\s*[、.．](?!\d)|([A-Z][a-z]+),\s)",
    re.MULTILINE,
)
_AT_START = re.compile(r"[\n#*>\s。.;；:：]")
_FIGURE = re.compile(
    r"(?P<scale>tens\s+of\s+(?:thousands|millions|billions))"
    r"|[Cc]lass\s+(?P<grade>I{1,3}|IV|VI?)\b"
    rf"|\b(?P<word>{'|'.join(_WORDS[1:])})\b"
    r"|(?<![A-Za-z0-9_{.])(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"[\s\"'“”‘’*-]*(%|[A-Za-z]+|[\u4e00-\u9fff]{1,4})?")
_SCALES = {"thousands": 1e4, "millions": 1e7, "billions": 1e10}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a document prints it."""

    value: float
    printed: str
    suffix: str  # the unit or word that follows it
    kind: str  # "number" | "word" | "grade" | "scale"
    line: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a document: a section's own text, or an item."""

    section: int
    item: int | None
    line: int
    figures: tuple[Figure, ...]

    @property
    def number(self) -> str:
        """The number as the register writes it: ``3(6)``, or ``1`` for a section's own text."""
        if not self.section:
            return FRONT
        return f"{self.section}" if self.item is None else f"{self.section}({self.item})"


@dataclass(frozen=True, slots=True)
class Misnumbered:
    """A heading that breaks the numbering: it stands where another number is missing."""

    kind: str  # "section" | "item"
    expected: int
    printed: str
    line: int


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    kind: str
    number: int
    printed: str


def clauses(document: str) -> tuple[list[Clause], list[Misnumbered]]:
    """Return the clauses of a document, in its order, and the headings that break the numbering.

    What stands before the first section is a clause of its own. Items are numbered through the whole document, so a
    heading counts where it goes on with the numbering: at the start of a line, or, where lines were broken or joined, at
    the start of a sentence.
    """
    plain = half_width(document)
    breaks = [match.start() for match in re.finditer("\n", plain)]
    marks: list[_Mark] = []
    misnumbered: list[Misnumbered] = []
    for candidates in (_section_marks(plain), _item_marks(plain)):
        chosen = _numbered(candidates, plain)
        marks += chosen
        misnumbered += _misnumbered(candidates, chosen, plain, breaks)
    parts = []
    section, item, begin, line = 0, None, 0, 1
    for mark in [*sorted(marks, key=lambda mark: mark.start), _Mark(len(plain), len(plain), "end", 0, "")]:
        parts.append(Clause(section, item, line, tuple(figures(plain, breaks, begin, mark.start))))
        section, item = (mark.number, None) if mark.kind == "section" else (section, mark.number)
        begin, line = mark.end, bisect_right(breaks, mark.end - 1) + 1
    return parts, misnumbered


def figures(
    text: str, breaks: list[int] | None = None, begin: int = 0, end: int | None = None
) -> Iterator[Figure]:
    """Yield the figures of a text: numbers, number words, water classes and orders of magnitude.

    Ordinals ("20th") and digits that are part of a name ("PM2.5") are no figures.
    """
    stop = len(text) if end is None else end
    for match in _FIGURE.finditer(text, begin, stop):
        kind = str(match.lastgroup)
        written = match[kind]
        after = _SUFFIX.match(text, match.end(), stop)
        suffix = ((after and after[1]) or "").casefold()
        if kind == "number" and suffix in {"st", "nd", "rd", "th"}:
            continue
        line = 1 if breaks is None else bisect_right(breaks, match.start()) + 1
        yield Figure(_value(kind, written), match[0], suffix, kind, line)


def half_width(text: str) -> str:
    """Return a text with full-width digits, letters and brackets as half-width ones, every character in its place."""
    plain = (unicodedata.normalize("NFKC", character) for character in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(plain, text, strict=True))


def numeral(word: str) -> int | None:
    """Return the number that a heading is numbered with: ``8``, ``八``, ``Eight`` or ``twenty-one``."""
    if word.isdigit():
        return int(word)
    if set(word) <= set(_DIGITS) | {"十"}:
        tens, ten, ones = word.rpartition("十")
        return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
    low = word.casefold()
    if low in _WORDS:
        return _WORDS.index(low)
    first, _, second = low.partition("-")
    return (
        _TENS[first] + (_WORDS.index(second) if second else 0)
        if first in _TENS and second in (*_WORDS, "")
        else None
    )


def _item_marks(text: str) -> list[_Mark]:
    """Return all that may be the heading of an item."""
    found = ((match, numeral(match[1])) for match in _ITEM.finditer(text) if _starts(text, match.start()))
    return [
        _Mark(match.start(), match.end(), "item", number, match[0])
        for match, number in found
        if number is not None
    ]


def _section_marks(text: str) -> list[_Mark]:
    """Return all that may be the heading of a section."""
    found = []
    for match in _SECTION.finditer(text):
        written = next(group for group in match.groups() if group)
        low = written.casefold()
        if match[3] is None or low in _ORDINALS:
            number = _ORDINALS.index(low) + 1 if low in _ORDINALS else numeral(written)
            if number is not None:
                found.append(_Mark(match.start(), match.end(), "section", number, written))
    return found


def _numbered(candidates: list[_Mark], text: str) -> list[_Mark]:
    """Return the headings that count up; a number that is nowhere is passed over."""
    chosen: list[_Mark] = []
    position = 0
    for number in range(1, max((mark.number for mark in candidates), default=0) + 1):
        later = [mark for mark in candidates if mark.number == number and mark.start >= position]
        lines = [mark for mark in later if _starts_line(text, mark.start)]
        if not later:
            continue
        best = lines[0] if lines else later[0]
        if len(lines) > 1 and (chosen[-1].number if chosen else 0) < number - 1:
            # the number before is missing and this one is there twice: the first of the two is the misnumbered one
            following = [
                mark.start for mark in candidates if mark.number == number + 1 and mark.start > best.start
            ]
            if lines[1].start < min(following, default=len(text)):
                best = lines[1]
        chosen.append(best)
        position = best.end
    return chosen


def _misnumbered(
    candidates: list[_Mark], chosen: list[_Mark], text: str, breaks: list[int]
) -> list[Misnumbered]:
    """Return the headings at the start of a line that stand in a gap of the numbering, or else end it."""
    wrong = []
    end = _Mark(len(text), len(text), "end", 10**6, "")
    for before, after in pairwise([_Mark(0, 0, "begin", 0, ""), *chosen, end]):
        if after.number == before.number + 1:
            continue
        stray = [
            mark
            for mark in candidates
            if before.end <= mark.start < after.start
            and _starts_line(text, mark.start)
            and mark not in chosen
        ]
        if not stray and after is not end:
            stray = [after]
        wrong += [
            Misnumbered(
                mark.kind, before.number + 1 + i, mark.printed, bisect_right(breaks, mark.end - 1) + 1
            )
            for i, mark in enumerate(stray)
        ]
    return wrong


def _starts_line(text: str, position: int) -> bool:
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return not line.strip(" \t#*>")


def _starts(text: str, position: int) -> bool:
    return position == 0 or bool(_AT_START.match(text[position - 1]))


def _value(kind: str, written: str) -> float:
    if kind == "number":
        return float(written.replace(",", ""))
    if kind == "word":
        return float(_WORDS.index(written.casefold()))
    if kind == "grade":
        return float(_ROMAN[written.casefold()])
    return _SCALES[written.casefold().split()[-1]]
