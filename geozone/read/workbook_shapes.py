"""What the number format of a cell makes of its number: a percentage, a number with a unit, a number without its thousands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geozone.read.workbook import Share, Worded

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>general|G/通用格式)'
    r"|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_THOUSAND = 1000.0
_TEXT = 3  # the section of a format by which text is shown


@dataclass(frozen=True, slots=True)
class Shape:
    """What a number format does to a number."""

    percent: bool = False  # shown times a hundred
    scale: float = 1.0  # what it is divided by before it is shown: 0.0, and the 0!.0, of 万
    words: str = ""  # behind the digits
    empty: bool = False  # nothing is shown


@dataclass(frozen=True, slots=True)
class _Section:
    shape: Shape
    condition: tuple[str, float] | None


def as_shown(value: float, code: str) -> Any:
    """Return a number as its format shows it: as it is, as a share, or with its words.

    Parameters
    ----------
    value
        The number that the cell holds.
    code
        Its number format, as workbooks write them.
    """
    if not code or code == "General":
        return value
    shape = _shape_for(_sections(code), value)
    if shape.percent:
        return Share(value)
    if shape.words or shape.scale != 1.0:
        return Worded(value, shape.words, shape.scale)
    return value


def is_unseen(value: Any, code: str) -> bool:
    """Tell whether a format shows nothing of a cell (``;;;``); a zero that it shows as nothing is a common way to write none.

    >>> is_unseen(5, ";;;"), is_unseen("甲湾", ";;;"), is_unseen(5, "0.0"), is_unseen(0, "0;-0;")
    (True, True, False, False)
    """
    if ";" not in code or isinstance(value, bool):
        return False
    sections = _sections(code)
    if isinstance(value, int | float):
        return value != 0 and _shape_for(sections, value).empty
    return isinstance(value, str) and len(sections) > _TEXT and sections[_TEXT].shape.empty


def _shape_for(sections: tuple[_Section, ...], value: float) -> Shape:
    """Return the section of a format that a number is shown by: by its condition, else by its sign."""
    if any(one.condition for one in sections):
        fitting = (one for one in sections if one.condition is None or _holds(one.condition, value))
        return next(fitting, sections[0]).shape
    place = 1 if value < 0 else 2 if value == 0 else 0  # positive; negative; zero
    return sections[place if place < len(sections) else 0].shape


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, bound = condition
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
        "=": value == bound, "<>": value != bound,
    }[sign]  # fmt: skip


@lru_cache(1 << 10)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[re.Match[str]] = []
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            sections.append(_section(tokens))
            tokens = []
        else:
            tokens.append(match)
    return (*sections, _section(tokens))


def _section(tokens: list[re.Match[str]]) -> _Section:
    """Return what one section of a format does; a literal point within its digits divides as commas behind them do."""
    digits = [place for place, one in enumerate(tokens) if one["digit"] or one["general"]]
    last = digits[-1] if digits else -1
    percent, scale, words, condition = False, 1.0, "", None
    pointed = False  # a literal point stands before these digits
    for place, one in enumerate(tokens):
        literal = one["quoted"] if one["quoted"] is not None else one["escaped"]
        if one["bracket"] is not None and (found := _CONDITION.fullmatch(one["bracket"])):
            condition = (found[1], float(found[2]))
        percent |= one["other"] == "%"
        if place < last:
            pointed |= literal == "."
        elif literal is not None:
            words += literal
        elif one["other"] == ",":
            scale *= _THOUSAND
        elif one["other"] is not None and not one["other"].isascii():
            words += one["other"]  # 0亩, as Chinese programs take it
        scale *= 10.0 if pointed and one["digit"] else 1.0
    empty = not any(
        one["quoted"] or one["escaped"] or one["general"] or one["digit"] or one["other"] for one in tokens
    )
    return _Section(
        Shape(percent, scale if digits else 1.0, words.strip() if digits else "", empty), condition
    )
