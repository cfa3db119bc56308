"""The vocabulary of registers: what a heading, a status or a place name means."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from geozone.files import shipped
from geozone.manifest.units import multiples
from geozone.model import REGISTER_COLUMNS
from geozone.toml_tables import read_tables

PLACE_COLUMNS = ("province", "city", "county")  # columns that name a unit instead of giving its code
MEASURES = ("shore_km", "area_km2", "length_km")
_KEPT = 1 << 16  # words that are not worked out twice: long registers repeat few
_LONGEST_HEADING = 200  # letters of a heading with its unit; every beginning of one is looked up
_SEVERAL = re.compile(r"等\s*([2-9]|[1-9]\d+|[两二三四五六七八九十]+)\s*[个处条座项家]")  # 一厂等3家
_BESIDE = re.compile(r"[、;；\n]")
_NAME = 2  # letters of a name
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_NOTE_NUMBER = re.compile(r"[①-⑳¹²³⁴-⁹]+$")
_FOOTNOTES = "*※†"  # behind a name
_DASHES = re.compile(r"[-‐‑‒–—―~·]")
_POWER = re.compile(r"10\^?(?P<power>[2-9])[×x*·]?(?P<unit>[a-z\u4e00-\u9fff].*)")  # 10⁴ hm²
# what ends or is written like a unit, known or not
_UNIT_LIKE = re.compile(
    r".*[亩顷米里尺丈]|(sq\.?|square)?(mi|miles?|acres?|nm|ft|feet|yds?)2?|[\d.^×x*·]*[a-zμ]{0,2}m[23]?"
)
_IN_BRACKET = re.compile(r"[,，、;；:：/]")
_SUFFIX = re.compile(
    r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|新区|省|市|区|县|盟|旗)$"
)


SENTENCE = re.compile(r"[。；;：:]|[，,].*[，,]")  # marks of a sentence, which is no name


def plain(word: Any) -> str:
    """Return a word without brackets, spaces, marks around it and case, in half-width letters."""
    return _plain(str(word))


@lru_cache(_KEPT)
def _plain(word: str) -> str:
    written = re.sub(r"\s+", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", word))).casefold()
    return written.strip("*:.,;。、#") or written


def plain_name(name: Any) -> str:
    """Return the name of an item such that two writings of it are alike: dashes and spaces do not count."""
    word = _spelled(str(name))
    return _same_place().get(word, word)


def bare_name(name: str) -> str:
    """Return the name of an item without what stands in brackets and without numbers of footnotes."""
    return plain_name(_NOTE_NUMBER.sub("", _BRACKETS.sub("", name)))


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


def variant_name(name: str) -> str:
    """Return the name of an item in one way to write it, to find those that may be the same.

    >>> variant_name("一号灣") == variant_name("1号湾")
    True
    """
    return _variants().sub(lambda found: register_words("variants")[found[0]], plain_name(name))


@cache
def _variants() -> re.Pattern[str]:
    return re.compile("|".join(sorted(register_words("variants"), key=len, reverse=True)))


def is_several(name: str) -> bool:
    """Tell whether a name is those of several items: a number of them, or names side by side that end alike or like waters.

    >>> is_several("一厂等3家"), is_several("甲湾、乙湾"), is_several("甲湾（东、西段）"), is_several("东、西浙塘河")
    (True, True, False, False)
    """
    if _SEVERAL.search(name):
        return True
    parts = [part.strip() for part in _BESIDE.split(_BRACKETS.sub("", name)) if part.strip()]
    if len(parts) == 1 or min(map(len, parts), default=0) < _NAME:
        return False
    waters = tuple(_words()["other_names"]["waters"])
    return len({part[-1] for part in parts}) == 1 or all(part.endswith(waters) for part in parts)


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
    written = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return _DASHES.sub("", written).rstrip(_FOOTNOTES) or written


def measure_factor(heading: str, kind: str | None = None) -> float | None:
    """Return the factor to km or km² that a heading asks for, in brackets or behind its words.

    Parameters
    ----------
    heading
        The heading as written.
    kind
        ``length`` or ``area``; both unless told.

    Returns
    -------
    float or None
        1 without a unit; None where it is of the other kind, or not known, or where there are several.
    """
    behind = measured_heading(heading)
    if behind is not None:
        return unit_factor(behind[1], kind)
    parts = [
        re.sub(r"^单位|\s", "", part)
        for bracket in _BRACKETS.findall(unicodedata.normalize("NFC", heading))
        for part in _IN_BRACKET.split(bracket[1:-1])
    ]
    stated = {unit_factor(part, kind) for part in parts if is_unit_like(part)}
    return 1.0 if not stated else stated.pop() if len(stated) == 1 else None


@lru_cache(_KEPT)
def measured_heading(heading: str) -> tuple[str, str] | None:
    """Return the words and the unit of a heading that has its unit behind them: ``面积/hm²``, ``面积_ha``, ``面积 单位：亩``."""
    written = re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading)).casefold()
    if len(written) > _LONGEST_HEADING:
        return None
    for place in range(1, len(written)):
        words = written[:place].rstrip("/_-:,").removesuffix("单位").rstrip("/_-:,")
        if words in _measure_headings() and unit_factor(written[place:]) is not None:
            return words, written[place:]
    return None


@cache
def _measure_headings() -> frozenset[str]:
    return frozenset(plain(word) for column in MEASURES for word in _words()["headings"][column])


def is_unit_like(word: str) -> bool:
    """Tell whether a word is a unit of length or area, or is written like one."""
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", word)).casefold()
    return unit_factor(word) is not None or bool(_UNIT_LIKE.fullmatch(written))


@lru_cache(_KEPT)
def unit_factor(unit: str, kind: str | None = None) -> float | None:
    """Return the factor to km or km² of a unit of measure; None for a word that is none (of this kind).

    A multiple may stand before it: 千公顷, 10⁴ hm².
    """
    if len(unit) > _LONGEST_HEADING:
        return None  # one multiple before another, a thousand times
    word = re.sub(r"\s", "", unit).casefold()
    for name, units in register_words("measures").items():
        if kind in {None, name}:
            for written, factor in units.items():
                if word in {written, unicodedata.normalize("NFKC", written)}:
                    return float(factor)
    if power := _POWER.fullmatch(unicodedata.normalize("NFKC", word)):
        factor = unit_factor(power["unit"], kind)
        return None if factor is None else factor * 10 ** int(power["power"])
    for multiple, times in multiples().items():
        if word.startswith(multiple) and word != multiple:
            factor = unit_factor(word.removeprefix(multiple), kind)
            return None if factor is None else factor * float(times)
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
    word = plain(cell)
    # (12) is a number in brackets, and (空) a word in them
    return not cell or ((word or plain(cell.strip("()（）[]【】"))) in word_set("rows", "blank"))


def register_words(table: str) -> dict[str, Any]:
    """Return one table of the vocabulary."""
    found: dict[str, Any] = _words()[table]
    return found


@cache
def _words() -> dict[str, Any]:
    words = read_tables(shipped("layers") / "registers" / "words.toml")
    unknown = set(words["headings"]) - set(REGISTER_COLUMNS) - {*PLACE_COLUMNS, "kind", "township", "role"}
    assert not unknown, unknown
    return words
