"""Numbers as tables write them: with a comparator, a multiple, a unit, a direction, a mark of a footnote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from geozone.figures.words import in_brackets, is_word, meanings, squeezed, without_brackets
from geozone.manifest.units import Written, multiples, read_unit

EXACT, ABOUT = "=", "about"
_NUMBER = re.compile(
    r"(?P<before>[^\d.]*?)(?P<number>[+-]?(?:[1-9]\d{0,2}(?:[ ,]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+))"
    r"(?:e(?P<power>[+-]?\d{1,2}))?(?P<after>(?![\d.]).*)",
    re.DOTALL,
)
_POWER = re.compile(r"\s*[×xX*·]\s*10\s*(?:\^\s*([-+]?\d+)|([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))")
_MARK = re.compile(r"(?<=[\d%％])\s*(?:[①-⒇¹²³⁰⁴-⁹]+|[*＊†‡※]+$|[\[［〔【]\s*注?\s*\d+\s*[\]］〕】]$|注\d+$)")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Number:
    """A number with what stands around it."""

    value: Decimal
    comparator: str = EXACT  # "=" | ">=" | "<=" | "about"
    unit: Written | None = None
    multiple: Decimal = Decimal(1)  # 万 without a unit behind it
    direction: str = ""  # "up" | "down" of a change
    preliminary: bool = False
    marked: bool = False  # with a mark of a footnote, which is no part of it


def read_number(cell: str) -> Number | None:
    """Return the number of a cell; None where any part of the cell is not understood.

    >>> read_number("约 1,234.5 万吨").value, read_number("不低于4.23万平方千米").comparator
    (Decimal('1234.5'), '>=')
    """
    words = _POWER.sub(lambda match: f"e{(match[1] or match[2]).translate(_SUPERSCRIPTS)}", cell.strip())
    plain = _MARK.sub("", words)
    marked = plain != words
    plain = unicodedata.normalize("NFKC", plain.replace("−", "-")).casefold().strip()
    bare = without_brackets(plain).strip()
    match = _NUMBER.fullmatch(bare)
    if match is None:
        return None
    value = Decimal(re.sub(r"[ ,]", "", match["number"])).scaleb(int(match["power"] or 0))
    change = (
        "up" if match["number"].startswith("+") else ""
    )  # nobody writes a sign before what is not a change
    found = _with_before(Number(value, marked=marked, direction=change), match["before"])
    found = found and _with_after(found, match["after"])
    for inside in in_brackets(plain):
        found = found and _with_bracket(found, inside)
    return found


def read_grade(cell: str, grades: Sequence[str]) -> int | None:
    """Return the number of a grade, counted from 1; None where it is none of them.

    >>> [read_grade(cell, ("Ⅰ", "Ⅱ", "Ⅲ", "劣Ⅲ")) for cell in ("Ⅱ类", "III", "三类", "劣Ⅲ类", "2", "Ⅱ-Ⅲ类")]
    [2, 3, 3, 4, 2, None]
    """
    word = re.sub(r"水质|类别|类|级|class|grade|category|water|quality", "", squeezed(cell))
    word = re.sub(r"\.0+$", "", word)
    names = {squeezed(grade): number for number, grade in enumerate(grades, 1)}
    for number, grade in enumerate(grades, 1):
        if number <= len(_NUMERALS) and is_worse(grade) is None:
            names |= {str(number): number, _NUMERALS[number - 1]: number}
        last = is_worse(grade)
        if last is not None:
            number_before = names.get(last, number - 1)
            writings = (last, str(number_before), _NUMERALS[number_before - 1])
            names |= {squeezed(word) + one: number for word in meanings("worse") for one in writings}
            names[str(number)] = number
    return names.get(word)


def is_worse(grade: str) -> str | None:
    """Return the grade that another one is worse than (劣Ⅴ: v); None for any other."""
    plain = squeezed(grade)
    return next((plain.removeprefix(word) for word in meanings("worse") if plain.startswith(word)), None)


def _with_before(number: Number, words: str) -> Number | None:
    word = squeezed(words).rstrip(":")
    direction = meanings("directions").get(word, "")
    if direction:
        return replace(number, direction=direction)
    comparator = meanings("comparators").get(word, "") if word else EXACT
    return replace(number, comparator=comparator) if comparator else None


def _with_after(number: Number, words: str) -> Number | None:
    """Return a number with the unit, the multiple and the comparator that stand behind it."""
    rest = squeezed(words)
    if not rest:
        return number
    if read_unit(rest) is None and rest not in multiples():
        ending = next((word for word in meanings("comparators") if rest.endswith(word)), "")
        compared = _compared(number, meanings("comparators").get(ending, ""))
        return compared and _with_after(compared, rest.removesuffix(ending))
    unit = read_unit(rest)
    return replace(number, unit=unit) if unit else replace(number, multiple=multiples()[rest])


def _with_bracket(number: Number, inside: str) -> Number | None:
    if is_word("qualifiers", inside):
        return replace(number, preliminary=True)
    if unit := read_unit(inside):
        return replace(number, unit=unit) if number.unit in {None, unit} else None
    return _compared(number, meanings("comparators").get(squeezed(inside), ""))


def _compared(number: Number, comparator: str) -> Number | None:
    """Return a number with a comparator behind it; None where it has another one already, or this is none."""
    if not comparator or (number.comparator not in {EXACT, comparator} and comparator != EXACT):
        return None
    return replace(number, comparator=number.comparator if comparator == EXACT else comparator)
