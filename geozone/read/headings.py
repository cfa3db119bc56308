"""What the heading of a column says about coordinates: axis, system, part of an angle, and which place it means."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from geozone.read.geodetic import datum_named, without_datum
from geozone.toml_tables import read_tables

Part = Literal["degrees", "minutes", "seconds"]

_BETWEEN = re.compile(r"[\s_\-/()\[\]{}<>.:;,·=#|\\]+")
_PACKED = re.compile(r"度\s*[.·]\s*分\s*秒|d{2,3}\.?m{2}\.?s{2,}(?:\.s+)?")
_LETTER = re.compile(r"[xy](?:坐标|座标|坐標)?$")
_PRIMES = str.maketrans({"″": '"', "”": '"', "“": '"', "’": "'", "‘": "'", "′": "'", "º": "°", "˚": "°"})
_LONGEST = 300  # characters of a heading


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column that holds a coordinate, or a part of one."""

    family: int  # headings of one family go together
    kind: str  # "angle" or "plane"
    east: bool
    system: str | None  # a CRS, "GCJ-02" or "BD-09", where the heading states one
    place: str  # which of several places it means; empty for the place of the row
    part: Part | None
    bare: bool = False  # a word that means something else as well, such as n or long
    packed: bool = False  # degrees, minutes and seconds stand in one number: 117.1230


@lru_cache(maxsize=1 << 12)  # headings recur, and each is looked at word by word
def read_heading(words: str) -> Heading | None:
    """Return what a heading says, or None where it is not that of a coordinate."""
    if len(words) > _LONGEST:
        return None
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", words.translate(_PRIMES)))
    plain = re.sub(r"([经經])(?=[分秒])", r"\1度", re.sub(r"([纬緯])(?=[分秒])", r"\1度", plain.casefold()))
    system, plain = _system(plain)
    packed, plain = _PACKED.search(plain) is not None, _PACKED.sub(" ", plain)
    found = _axis(plain)
    if found is None:
        return None
    family, east, bare, rest = found
    kind = str(_words()["family"][family]["kind"])
    if kind == "plane" and rest and any(rest[-1] in words for words in _angle_parts()):
        kind = "angle"  # E度, E分: the letter alone is what metres are headed with
    part, tokens = _part(rest, kind)
    tokens = [token for token in tokens if token not in _group("filler")]
    place = "".join(tokens)
    if any(token in _group("other") for token in tokens) or place in _group("other"):
        return None
    known = not place or place.rstrip("0123456789") in {"", *_group("place")}
    return Heading(family, kind, east, system, place, part, bare, packed) if known or not bare else None


def stated_system(words: str) -> str | None:
    """Return the system that a title states for all coordinates below it: a CRS, "GCJ-02" or "BD-09"."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    return _system(plain)[0] if "坐标" in plain or "坐標" in plain or "coordinate" in plain else None


def is_of_systems(words: str) -> bool:
    """Tell whether a heading is that of a column that says the system of the coordinates."""
    return _plain(words) in _group("systems")


def system_of(words: str) -> str | None:
    """Return the system that a cell states: a CRS, "GCJ-02" or "BD-09"; None where it states none that is known."""
    return _system(_plain(words))[0]


def both_of(words: str) -> str | None:
    """Return the system that a heading of one column with both coordinates states, "" for none; None where it is no such heading."""
    return _of_group(words, "both")


def geometry_of(words: str) -> str | None:
    """Return the system that a heading of geometries as text states, "" for none; None where it is no such heading."""
    return _of_group(words, "geometry")


def _of_group(words: str, group: str) -> str | None:
    plain = unicodedata.normalize("NFKC", words).casefold().strip()
    system, rest = _system(plain)
    bare = re.sub(r"[(\[].*?[)\]]", "", plain).strip()
    named = [plain, bare] if system is None else [plain, bare, _BETWEEN.sub(" ", rest).strip()]
    return (system or "") if _group(group).intersection(named) else None


def is_place(words: str) -> bool:
    """Tell whether a word beside an axis is known to mean another place than that of the row."""
    return words.rstrip("0123456789") in _group("place")


def is_source(words: str) -> bool:
    """Tell whether a heading is that of a column that says of which map places were taken."""
    return _plain(words) in _group("sources")


def shifted_named(words: str) -> str | None:
    """Return the shifted system of the map that a name or remark mentions; None where it mentions none, or another beside it."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    patterns: dict[str, str] = _words()["shifted"]
    if re.search(patterns["not"], plain):
        return None
    return next(
        (name for name, pattern in patterns.items() if name != "not" and re.search(pattern, plain)), None
    )


def goes_on(words: str) -> bool:
    """Tell whether a cell goes on with the heading above it: it names minutes or seconds, or an axis."""
    plain = _plain(words)
    parts = _words()["part"]
    return plain in parts["minutes"] or plain in parts["seconds"] or read_heading(words) is not None


def part_of(words: str) -> Part | None:
    """Return which part of an angle a heading names that names nothing else."""
    plain = _plain(words).strip("()[]")
    parts: dict[Part, list[str]] = _words()["part"]
    return next((part for part, names in parts.items() if plain in names), None)


def is_unit(words: str) -> bool:
    """Tell whether a cell only says the unit of a coordinate."""
    return _plain(words).strip("()[]") in _group("unit")


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words.translate(_PRIMES)).casefold().strip()


def _system(plain: str) -> tuple[str | None, str]:
    """Return the system that a heading states, and the heading without it."""
    for code, pattern in _words()["system"].items():
        if re.search(pattern, plain):
            return str(code), re.sub(pattern, " ", plain)
    older = datum_named(plain)
    return (older.geographic, without_datum(plain)) if older is not None else (None, plain)


def _axis(plain: str) -> tuple[int, bool, bool, list[str]] | None:
    """Return family, side, whether the word is a bare one, and the tokens beside it; None for none or both sides."""
    found = [
        (word, number, east, bare, rest)
        for number, family in enumerate(_words()["family"])
        for east in (True, False)
        for bare in (False, True)
        for word in family.get(f"{'bare_' if bare else ''}{'east' if east else 'north'}", ())
        if (rest := _beside(plain, word)) is not None
    ]
    if not found:
        return None
    # the longest word that is not a bare one, and not a letter only, which surveyors use for the other axis
    word, number, east, bare, rest = max(
        found, key=lambda one: (not one[3], not _LETTER.match(one[0]), len(one[0]))
    )
    if not _LETTER.match(word):
        rest = [token for token in rest if not _LETTER.match(token)]
    if _spare(east=not east).intersection(rest):
        return None  # a column of both
    return number, east, bare, rest if bare else [token for token in rest if token not in _spare(east=east)]


@cache
def _spare(*, east: bool) -> frozenset[str]:
    """Return the words of one side that may stand beside another word of it."""
    side = "east" if east else "north"
    families = _words()["family"]
    plain = {word for family in families for word in family[side]}
    return frozenset(
        plain
        | {word for family in families for word in family.get(f"bare_{side}", ())}
        | {"经" if east else "纬"}
    )


def _beside(plain: str, word: str) -> list[str] | None:
    """Return the tokens of a heading beside a word, or None where the word is not in it."""
    if word.isascii():
        tokens = [
            token for part in _BETWEEN.split(plain) for token in re.findall(r"[a-z]+|\d+|[^a-z\d]+", part)
        ]
        if word not in tokens:
            return None
        tokens.remove(word)
        return tokens
    pattern = r"\s*".join(map(re.escape, word))  # letters of other alphabets are set apart, as 经 度
    pattern = rf"(?<![a-z]){pattern}" if word[0].isascii() else pattern
    pattern = rf"{pattern}(?![a-z])" if word[-1].isascii() else pattern
    compact = _BETWEEN.sub(" ", plain)
    match = re.search(pattern, compact)
    return [*compact[: match.start()].split(), *compact[match.end() :].split()] if match else None


def _part(rest: list[str], kind: str) -> tuple[Part | None, list[str]]:
    """Return which part of an angle a column holds, by the last token beside the axis, and the other tokens."""
    if kind == "angle" and rest:
        for part, words in _words()["part"].items():
            if rest[-1] in words:
                return part, rest[:-1]
    return None, rest


@cache
def _angle_parts() -> tuple[frozenset[str], ...]:
    """Return the words of degrees, minutes and seconds that are not letters, which may be metres."""
    return tuple(
        frozenset(word for word in words if len(word) > 1 or not word.isascii())
        for words in _words()["part"].values()
    )


def _group(name: str) -> frozenset[str]:
    return _groups()[name]


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(_words()[name]["words"])
        for name in ("filler", "other", "place", "both", "geometry", "unit", "systems", "sources")
    }


@cache
def _words() -> dict[str, Any]:
    return read_tables(Path(__file__).parent / "headings.toml")
