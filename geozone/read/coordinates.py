"""Coordinates as people write them: numbers with commas, angles in degrees, minutes and seconds, letters and signs."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Axis = Literal["x", "y"]

# signs that look like those of degrees, minutes and seconds; some of them stand for something else in normal form
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("°˚º゜∘⁰", "°"),
        **dict.fromkeys("′'’‘ʹ´`＇ˊ‵", "'"),
        **dict.fromkeys('″"”“ʺ˝＂〃‶', '"'),
        **dict.fromkeys("−–—－‐", "-"),
    }
)
_EAST = r"东经|東經|東经|东|東|EAST|E"
_WEST = r"西经|西經|西|WEST|W"
_NORTH = r"北纬|北緯|北|NORTH|N"
_SOUTH = r"南纬|南緯|南|SOUTH|S"
_SIDE = re.compile(f"(?P<e>{_EAST})|(?P<w>{_WEST})|(?P<n>{_NORTH})|(?P<s>{_SOUTH})")
_SIDES = f"(?:{_EAST}|{_WEST}|{_NORTH}|{_SOUTH})"
_NAMED = r"(?:经度|經度|纬度|緯度|LONGITUDE|LATITUDE|LON|LNG|LAT)"
_AROUND = re.compile(
    rf"(?:{_NAMED}\s*[:=]?\s*)?(?P<before>{_SIDES})?\s*[:=]?\s*(?P<number>[-+]?\s*\d.*?)\s*"
    rf"(?:\(\s*(?P<inside>{_SIDES})\s*\)|(?P<after>{_SIDES}))?"
)
_WHOLE = r"[-+]?\s*\d{1,3}"
_PART = r"\d{1,2}(?:\.\d+)?"
_ANGLES = tuple(
    re.compile(pattern)
    for pattern in (
        # with signs or words; the last part may lack its own
        rf"({_WHOLE})\s*(?:°|度)\s*({_PART})\s*(?:'|分)?(?:\s*({_PART})\s*(?:''|\"|秒)?)?",
        rf"({_WHOLE})\s*(?:D|DEG)\s*({_PART})\s*(?:M|MIN|')?(?:\s*({_PART})\s*(?:S|SEC|\")?)?",
        # three numbers with something between them, or two of which the second has a fraction
        rf"({_WHOLE})[\s:]+({_PART})[\s:]+({_PART})",
        rf"({_WHOLE})\s*-\s*(\d{{1,2}})\s*-\s*({_PART})",
        rf"({_WHOLE})\.(\d{{1,2}})\.(\d{{1,2}}(?:\.\d+)?)",
        rf"({_WHOLE})(?:\s*:\s*|\s+)({_PART})()",
        rf"({_WHOLE})\s*-\s*(\d{{1,2}}\.\d+)()",
    )
)
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:E[-+]?\d+)?)\s*(?:°|度|DEG|D|M|米)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*(?:\.\d+)?")
_DOTTED = re.compile(r"[-+]?\d{1,3}(?:[. ]\d{3})*(?:,\d+)?|[-+]?\d+,\d+")
_LETTERED = re.compile(rf"{_WHOLE}\s*D.*\d")  # 117D12M30S: the last letter stands for seconds
_BETWEEN = (";", ",", "、", "/", "|")  # two coordinates in one cell
_FARTHEST = 360.0


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A number, and the axis that a letter or word beside it names."""

    value: float
    axis: Axis | None = None


def read_coordinate(words: str, *, decimal_comma: bool = False) -> Coordinate | None:
    """Return the coordinate that a text says, angles in degrees; None where it says none for certain.

    Parameters
    ----------
    words
        A number or an angle: ``117.2083``, ``E117.2083°``, ``117°12′30″E``, ``东经117度12分30秒``, ``117-12-30``.
    decimal_comma
        Whether a comma divides the whole from the fraction, and dots divide thousands.
    """
    if words.isascii() and "_" not in words and not (decimal_comma and "." in words):
        try:
            plain_number = float(words)
        except ValueError:
            pass
        else:
            return Coordinate(plain_number) if math.isfinite(plain_number) else None
    plain = (
        unicodedata.normalize("NFKC", words.translate(_SIGNS)).translate(_SIGNS).strip(" \t\r\n\u00a0;,。")
    )
    found = _AROUND.fullmatch(plain.upper().lstrip("'"))
    if found is None:
        return None
    sides = [side for name in ("before", "inside", "after") if (side := found[name])]
    number = found["number"].strip()
    if found["after"] == "S" and _LETTERED.fullmatch(number):
        number, sides = f"{number}S", sides[:-1]
    value = _value(number, decimal_comma=decimal_comma)
    if value is None or not math.isfinite(value):
        return None
    if not sides:
        return Coordinate(value)
    kinds = {match.lastgroup for side in sides if (match := _SIDE.fullmatch(side))}
    if len(kinds) != 1:
        return None
    side = kinds.pop()
    negative = side in {"w", "s"}
    if negative and value > 0:
        value = -value
    return Coordinate(value, "x" if side in {"e", "w"} else "y")


def read_pair(words: str) -> tuple[float, float] | None:
    """Return the two coordinates of one cell, east first where letters tell which that is, else as they stand."""
    plain = unicodedata.normalize("NFKC", words).strip(" \t\r\n()[]{}")
    parts = next((some for mark in _BETWEEN if len(some := plain.split(mark)) == 2), None)
    halves = [parts] if parts else []
    if not halves:
        tokens = plain.split()
        places = sorted(range(1, len(tokens)), key=lambda place: abs(place - len(tokens) / 2))
        halves = [[" ".join(tokens[:place]), " ".join(tokens[place:])] for place in places]
    for one, two in halves:
        first, second = read_coordinate(one), read_coordinate(two)
        if first is None or second is None or (first.axis is not None and first.axis == second.axis):
            continue
        if first.axis == "y" or second.axis == "x":
            first, second = second, first
        return first.value, second.value
    return None


def unpacked(value: float) -> float | None:
    """Return an angle that is packed into one number, 1171230.5 for 117°12′30.5″, in degrees; None if it is none."""
    whole, seconds = divmod(abs(value), 100.0)
    degrees, minutes = divmod(whole, 100.0)
    if minutes >= 60.0 or seconds >= 60.0 or not 1.0 <= degrees <= _FARTHEST / 2:
        return None
    return math.copysign(degrees + minutes / 60.0 + seconds / 3600.0, value)


def has_decimal_commas(cells: Iterable[str], *, angles: bool) -> bool:
    """Tell whether commas in the numbers of a table divide whole and fraction, or thousands.

    Parameters
    ----------
    cells
        The texts of all columns that are read alike.
    angles
        Whether they are longitudes and latitudes: of those, ``117,208`` is no thousand.
    """
    undecided = False
    for cell in cells:
        if "," not in cell and "，" not in cell:
            continue
        number = unicodedata.normalize("NFKC", cell).strip()
        if re.fullmatch(r"[-+]?\d{1,3},\d{3}", number):
            undecided = True
        elif _THOUSANDS.fullmatch(number):
            return False
        elif _DOTTED.fullmatch(number):
            return True
    return undecided and angles


def _value(number: str, *, decimal_comma: bool) -> float | None:
    for pattern in _ANGLES:
        angle = pattern.fullmatch(number.replace(",", "."))
        if angle is not None:
            return _degrees(*angle.groups())
    if decimal_comma and _DOTTED.fullmatch(number):
        number = number.replace(".", "").replace(" ", "").replace(",", ".")
    elif _THOUSANDS.fullmatch(number):
        number = number.replace(",", "").replace(" ", "")
    plain = _NUMBER.fullmatch(number)
    return float(plain[1]) if plain is not None else None


def _degrees(whole: str, minutes: str, seconds: str | None) -> float | None:
    """Return an angle in degrees; only its last part may have a fraction, and sixty of one are one of the next."""
    degrees = float(whole.replace(" ", ""))
    if seconds and "." in minutes:
        return None
    fraction = float(minutes) / 60.0 + float(seconds or 0) / 3600.0
    if float(minutes) >= 60.0 or float(seconds or 0) >= 60.0 or abs(degrees) + fraction > _FARTHEST:
        return None
    return degrees - fraction if whole.lstrip().startswith("-") else degrees + fraction
