"""Rows of tables that are sums, means or shares of the rows around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from geozone.toml_tables import read_tables

_COUNTED = re.compile(
    r"^((合计|总计|共计|小计|共有?|total)[:：]?\d+(个|处|条|座|项|片)?.*|其中[:：].*|其中)$"
)
_UNIT = re.compile(r"[全本各].*|.*[省市县区旗州盟国]")  # 唐山市 小计, 全省 合计
_BRACKETS = re.compile(r"\(.*?\)")
_LETTER = re.compile(r"[^\W\d_]")


@cache
def total_words() -> frozenset[str]:
    """Return the words that make a row a total, in small half-width letters and without spaces."""
    return frozenset(chain.from_iterable(_words().values()))


def is_counted(words: str) -> bool:
    """Tell whether words count items, or begin to list some of those above: 共12个, 其中."""
    return bool(_COUNTED.match(words))


def is_sum(words: str) -> bool:
    """Tell whether the word of a total says how much or how many there are of all, not a mean, a share or a part.

    >>> is_sum("唐山市小计"), is_sum("共12个"), is_sum("平均"), is_sum("其中")
    (True, True, False, False)
    """
    word = _plain(_BRACKETS.sub("", unicodedata.normalize("NFKC", words)) or words)
    if is_counted(word):
        return not word.startswith("其中")
    return word in _words()["counts"] or word.endswith(tuple(_words()["sums"]))


def is_part_sum(words: str) -> bool:
    """Tell whether the word of a total is that of some of the rows: 小计."""
    return _plain(words).endswith(tuple(_words()["part_sums"]))


def total_word(row: Sequence[str], places: Collection[int]) -> str:
    """Return the word by which a row of places is a total, or nothing.

    It stands first of all words of the row, or behind the name of a unit: 平均 behind the name of a point is a value of it.

    Parameters
    ----------
    row
        Its cells.
    places
        The numbers of the cells that say where it lies.
    """
    words = [cell for at, cell in enumerate(row) if at not in places and _LETTER.search(cell)]
    if not words:
        return ""
    first = _plain(words[0])
    if first in total_words() or is_counted(first):
        return words[0]
    if any(_UNIT.fullmatch(first.removesuffix(word)) for word in _words()["sums"] if first.endswith(word)):
        return words[0]
    behind = len(words) > 1 and _UNIT.fullmatch(first) and _plain(words[1]) in _words()["sums"]
    return words[1] if behind else ""


def _plain(cell: str) -> str:
    written = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).casefold()
    return written.strip("*:.,;。、#()[]【】")


@cache
def _words() -> dict[str, frozenset[str]]:
    read = read_tables(Path(__file__).parent / "totals.toml")
    return {kind: frozenset(map(_plain, words)) for kind, words in read.items()}
