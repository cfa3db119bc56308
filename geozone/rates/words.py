"""The vocabulary of registers: what a heading, a status or a place name means."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import pyogrio

from geozone.files import shipped
from geozone.model import REGISTER_COLUMNS, Status
from geozone.overlay.units import code_prefix

PLACE_COLUMNS = ("province", "city", "county")  # columns that name a unit instead of giving its code
MEASURES = ("shore_km", "area_km2", "length_km")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_DASHES = re.compile(r"[-‐‑‒–—―~·]")
_SUFFIX = re.compile(
    r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|新区|省|市|区|县|盟|旗)$"
)


def plain(word: Any) -> str:
    """Return a word without brackets, spaces and case, in half-width letters."""
    return re.sub(r"\s+", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", str(word)))).casefold()


def plain_name(name: Any) -> str:
    """Return the name of an item such that two writings of it are alike: dashes and spaces do not count."""
    word = _spelled(str(name))
    return _same_place().get(word, word)


def item_names(name: str) -> list[str]:
    """Return the writings that mean an item on a map, as `plain_name` gives them, the whole name first.

    What stands in brackets is another name where it says so ("原…") or ends like a water; else it is a section, and
    a section is not the whole: ``滦河（唐山段）`` is not ``滦河``.
    """
    whole, outside, inside = _parts(name)
    others = [word for given in inside for word in (_other_name(given),) if word]
    same = [outside] if inside and (outside in others or any(map(_is_marked, inside))) else []
    return list(dict.fromkeys([whole, *others, *same]))


def feature_names(name: str) -> list[str]:
    """Return the writings of items that a feature may show a part or the whole of, its whole name first."""
    whole, outside, inside = _parts(name)
    others = [word for given in inside for word in (_other_name(given),) if word]
    return list(dict.fromkeys(word for word in [whole, *others, outside] if word))


def name_headings() -> tuple[str, ...]:
    """Return the headings under which a layer gives further names of its features, as `plain` gives them."""
    return tuple(plain(word) for word in _words()["other_names"]["headings"])


def sea_words() -> tuple[str, ...]:
    """Return what may follow the name of a unit where a feature is the sea off it, as `plain` gives it."""
    return tuple(plain(word) for word in ("", *_words()["other_names"]["sea"]))


def _parts(name: str) -> tuple[str, str, list[str]]:
    whole = plain_name(name)
    inside = [word for bracket in _BRACKETS.findall(name) if (word := bracket[1:-1].strip())]
    return whole, plain_name(_BRACKETS.sub("", name)) if inside else whole, inside


def _other_name(given: str) -> str | None:
    bare = plain_name(_former().sub("", given))
    return bare if _is_marked(given) or bare.endswith(tuple(_words()["other_names"]["waters"])) else None


def _is_marked(given: str) -> bool:
    return bool(_former().match(given))


@cache
def _former() -> re.Pattern[str]:
    return re.compile("^(?:" + "|".join(_words()["other_names"]["former"]) + ")[:：]?")


@cache
def _same_place() -> dict[str, str]:
    return {_spelled(name): _spelled(names[0]) for names in _words()["same_place"].values() for name in names}


def _spelled(name: str) -> str:
    return _DASHES.sub("", "".join(unicodedata.normalize("NFKC", name).split()).casefold())


def match_headings(headings: list[str], fields: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the file's heading for every register column (or place column) that it has.

    Parameters
    ----------
    headings
        The headings of the file, as written.
    fields
        Register column -> heading, where the user says so; it goes before the synonyms.
    """
    found = dict(fields or {})
    by_word: dict[str, str] = {}
    for heading in headings:
        by_word.setdefault(plain(heading), heading)
    for column, synonyms in _words()["headings"].items():
        for synonym in synonyms:
            written = by_word.get(plain(synonym))
            if column not in found and written is not None and written not in found.values():
                found[column] = written
    return found


def measure_factor(heading: str) -> float:
    """Return the factor to km or km² that the bracket of a heading asks for."""
    for bracket in _BRACKETS.findall(unicodedata.normalize("NFC", heading)):
        word = bracket[1:-1].strip().casefold()
        if word in _words()["measures"]:
            return float(_words()["measures"][word])
    return 1.0


def match_status(word: Any) -> Status | None:
    """Return the status that a word of a list means; None for a word that is not in the vocabulary."""
    written = plain(word)
    if not written or written == "nan":
        return Status.UNKNOWN
    return _status_words().get(written)


def homonym(name: str) -> str | None:
    """Return the places that a name may mean, where it is a known homonym."""
    bare = _BRACKETS.sub("", name).strip()
    known = _words()["homonyms"]
    places = known.get(bare) or known.get(_SUFFIX.sub("", bare))
    return None if places is None else str(places)


class Gazetteer:
    """Units by name: finds the code of a province, city or county that a list names."""

    def __init__(self, units: pd.DataFrame) -> None:
        self._rows = [
            (str(code), str(level), {str(name), _SUFFIX.sub("", str(name))})
            for code, level, name in units[["code", "level", "name"]].itertuples(index=False)
        ]

        self._known: dict[tuple[str, str, str], str | None] = {}

    def code(self, name: str, level: str, within: str = "") -> str | None:
        """Return the code of a unit by its name, inside the unit of code `within`; None if none or several fit."""
        if (name, level, within) not in self._known:
            self._known[name, level, within] = self._find(name.strip(), level, within)
        return self._known[name, level, within]

    def _find(self, wanted: str, level: str, within: str) -> str | None:
        prefix = code_prefix(within) if within else ""
        fits = {
            code
            for code, unit_level, names in self._rows
            if unit_level == level
            and code.startswith(prefix)
            and (wanted in names or _SUFFIX.sub("", wanted) in names)
        }
        exact = {code for code, unit_level, names in self._rows if code in fits and wanted in names}
        chosen = fits if len(fits) == 1 else exact
        return next(iter(chosen)) if len(chosen) == 1 else None


@cache
def embedded_gazetteer() -> Gazetteer:
    """Return the units of the embedded boundary by name."""
    path = shipped("layers") / "data" / "boundary.gpkg"
    tables = [
        pyogrio.read_dataframe(path, layer=name, columns=["code", "level", "name"], read_geometry=False)
        for name, _ in pyogrio.list_layers(path)
    ]
    return Gazetteer(pd.concat(tables, ignore_index=True))


@cache
def _words() -> dict[str, Any]:
    words = tomllib.loads((shipped("layers") / "registers" / "words.toml").read_text("utf-8"))
    unknown = set(words["headings"]) - set(REGISTER_COLUMNS) - {*PLACE_COLUMNS, "kind"}
    assert not unknown, unknown
    return words


@cache
def _status_words() -> dict[str, Status]:
    return {plain(word): Status(status) for status, words in _words()["statuses"].items() for word in words}
