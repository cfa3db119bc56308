"""The vocabulary of registers: what a heading, a status or a place name means."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import Any

from geozone.files import shipped
from geozone.model import REGISTER_COLUMNS

PLACE_COLUMNS = ("province", "city", "county")  # columns that name a unit instead of giving its code
MEASURES = ("shore_km", "area_km2", "length_km")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_SUFFIX = re.compile(
    r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|新区|省|市|区|县|盟|旗)$"
)


def plain(word: Any) -> str:
    """Return a word without brackets, spaces, marks around it and case, in half-width letters."""
    written = re.sub(r"\s+", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", str(word)))).casefold()
    return written.strip("*:.,;。、#") or written


def plain_name(name: Any) -> str:
    """Return the name of an item such that two writings of it are alike: dashes and spaces do not count."""
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(name))).casefold()
    word = re.sub(r"[-‐‑‒–—―~·]", "", word)
    for names in _words()["same_place"].values():
        if word in {re.sub(r"[-‐‑‒–—―~·]", "", other).casefold() for other in names}:
            return re.sub(r"[-‐‑‒–—―~·]", "", str(names[0])).casefold()
    return word


def measure_factor(heading: str, kind: str | None = None) -> float | None:
    """Return the factor to km or km² that the bracket of a heading asks for.

    Parameters
    ----------
    heading
        The heading as written.
    kind
        ``length`` or ``area``; both unless told.

    Returns
    -------
    float or None
        1 without a bracket, or with one that holds no unit; None where the unit is of the other kind.
    """
    for bracket in _BRACKETS.findall(unicodedata.normalize("NFC", heading)):
        factor = unit_factor(bracket[1:-1], kind)
        if factor is not None:
            return factor
        if unit_factor(bracket[1:-1]) is not None:
            return None
    return 1.0


def unit_factor(unit: str, kind: str | None = None) -> float | None:
    """Return the factor to km or km² of a unit of measure; None for a word that is none (of this kind)."""
    word = re.sub(r"\s", "", unit).casefold()
    for name, units in register_words("measures").items():
        if kind in {None, name}:
            for written, factor in units.items():
                if word in {written, unicodedata.normalize("NFKC", written)}:
                    return float(factor)
    return None


def homonym(name: str) -> str | None:
    """Return the places that a name may mean, where it is a known homonym."""
    bare = _BRACKETS.sub("", name).strip()
    known = _words()["homonyms"]
    places = known.get(bare) or known.get(_SUFFIX.sub("", bare))
    return None if places is None else str(places)


@cache
def word_set(table: str, name: str) -> frozenset[str]:
    """Return one list of the vocabulary as plain words."""
    return frozenset(plain(word) for word in register_words(table)[name])


def is_blank(cell: str) -> bool:
    """Tell whether a cell holds nothing, or a mark that stands for nothing."""
    return not cell or plain(cell) in word_set("rows", "blank")


def register_words(table: str) -> dict[str, Any]:
    """Return one table of the vocabulary."""
    found: dict[str, Any] = _words()[table]
    return found


@cache
def _words() -> dict[str, Any]:
    words = tomllib.loads((shipped("layers") / "registers" / "words.toml").read_text("utf-8"))
    unknown = set(words["headings"]) - set(REGISTER_COLUMNS) - {*PLACE_COLUMNS, "kind", "role"}
    assert not unknown, unknown
    return words
