"""What names tell: the layer or register that is meant, its date, and where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from geozone.drafting.declared import load_drafting
from geozone.drafting.entries import LAYER, REGISTER
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Basis
from geozone.vintages import dates_in


@dataclass(frozen=True, slots=True)
class Name:
    """A name that tells something, and where it stands (``seeds/drafting.toml``)."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a name may mean, and the word that says so."""

    kind: str  # LAYER or REGISTER
    id: str
    word: str
    place: str

    @property
    def guessed(self) -> bool:
        """Whether the place of the name is one that makes no certainty."""
        return self.place in load_drafting().guessed

    @property
    def reason(self) -> Text:
        """By what it was recognised."""
        return text("drafting.recognised", place=text(f"drafting.place_{self.place}"), word=self.word)


def matches(names: Iterable[Name]) -> list[Match]:
    """Return what names may mean: the surest place first, in it the longest word."""
    order = load_drafting().places
    found: dict[tuple[str, str], tuple[tuple[int, int], Match]] = {}
    for name in names:
        plain = _plain(name.words)
        for kind, key, word in _words():
            if not _holds(plain, _plain(word)):
                continue
            rank = order.index(name.place), -len(word)
            if (kind, key) not in found or rank < found[kind, key][0]:
                found[kind, key] = rank, Match(kind, key, word, name.place)
    ordered = [match for _, match in sorted(found.values(), key=lambda one: one[0])]
    return [match for match in ordered if not _in_general(match, ordered)]


def _in_general(match: Match, others: Sequence[Match]) -> bool:
    """Tell whether a layer of an id of its own is meant, as surely, rather than its role in general."""
    order = load_drafting().places
    return _is_plain(match) and any(
        other.kind == LAYER
        and not _is_plain(other)
        and _role(other) == _role(match)
        and order.index(other.place) <= order.index(match.place)
        for other in others
    )


def _role(match: Match) -> str:
    return load_layers()[match.id].role if match.kind == LAYER else ""


def _is_plain(match: Match) -> bool:
    """Tell whether a layer goes by its role."""
    return match.kind == LAYER and load_roles()[_role(match)].layer == match.id


@cache
def _words() -> list[tuple[str, str, str]]:
    layers = [(LAYER, key, word) for key, one in load_layers().items() for word in one.words]
    return layers + [(REGISTER, key, word) for key, one in load_registers().items() for word in one.words]


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()


def _holds(words: str, word: str) -> bool:
    """Tell whether a word stands in some: one of letters not inside another of letters."""
    if not word.isascii():
        return word in words
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", words) is not None


def date_of(names: Sequence[Name]) -> tuple[str, str]:
    """Return the last date of the surest name that has one, and the place of the name; empty where there is none."""
    for name in names:
        if dates := dates_in(name.words):
            return max(dates), name.place
    return "", ""


def basis_of(names: Iterable[Name], contents: Iterable[str]) -> tuple[Basis | None, str]:
    """Return where data stand by their names and contents, and the word that says so."""
    declared = load_drafting()
    for basis, words in declared.basis_names.items():
        for name in names:
            for word in words:
                if _holds(_plain(name.words), word):
                    return basis, word
    for cell in contents:
        for basis, words in declared.basis_words.items():
            for word in words:
                if word in cell:
                    return basis, word
    return None, ""
