"""The vocabulary of tables of figures (``layers/figures/words.toml``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from geozone.files import shipped
from geozone.toml_tables import read_tables

_DASHES = re.compile(r"[‐‑‒–—―−－~～〜]")
_QUOTES = re.compile("[\"'“”‘’「」『』]")
_BRACKETS = re.compile(r"[(（\[［【〔]([^()（）\[\]［］【】〔〕]*)[)）\]］】〕]")


@lru_cache(maxsize=1 << 12)  # the same few words stand in every row
def squeezed(words: str) -> str:
    """Return words without spaces, quotes, case and full-width letters, all dashes alike."""
    plain = _QUOTES.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", words)))
    return re.sub(r"\s+", "", plain).casefold()


def without_brackets(words: str) -> str:
    """Return words without what stands in brackets; as they are where that is all of them."""
    return _BRACKETS.sub("", words) or words


def in_brackets(words: str) -> list[str]:
    """Return what stands in the brackets of some words."""
    return [found.strip() for found in _BRACKETS.findall(words)]


def word_table(name: str) -> Mapping[str, Any]:
    """Return one table of the vocabulary as it is written."""
    table: dict[str, Any] = _words()[name]
    return MappingProxyType(table)


@cache
def meanings(name: str) -> Mapping[str, str]:
    """Return the meaning of every word of a table, the longest words first."""
    found = {squeezed(word): key for key, words in word_table(name).items() for word in words}
    return MappingProxyType({word: found[word] for word in sorted(found, key=len, reverse=True)})


def is_word(name: str, words: str) -> bool:
    """Tell whether some words stand in a table."""
    return squeezed(words) in meanings(name)


def is_blank(cell: str) -> bool:
    """Tell whether a cell holds nothing, or a mark that stands for nothing."""
    return not cell.strip() or is_word("blank", cell)


@cache
def _words() -> dict[str, Any]:
    return read_tables(shipped("layers") / "figures" / "words.toml")
