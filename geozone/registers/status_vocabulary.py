"""The words that a status is made of, and what each of them means."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from geozone.registers.words import register_words

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[二一][〇○零一二三四五六七八九]{3}(?=年)")
_CHINESE_DAY = re.compile(
    r"(?<=\d年)(?P<month>十[一二]?|[一二三四五六七八九])月"
    r"(?:(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[日号]))?"
)


def plain_status(cell: Any) -> str:
    """Return a cell in half-width small letters, with dates in digits and without spaces or marks around it."""
    words = unicodedata.normalize("NFKC", str(cell)).casefold()
    words = _CHINESE_YEAR.sub(lambda found: found[0].translate(_CHINESE_DIGITS), words)
    words = _CHINESE_DAY.sub(lambda found: f"{_number(found['month'])}月{_number(found['day'] or '')}", words)
    words = re.sub(r"(?<=[a-z])[-_](?=[a-z])", "", words)
    # lines divide clauses, other spaces do not
    return re.sub(r"[^\S\n]+", "", words.strip()).strip("。.,;:、!*'\"")


def _number(words: str) -> str:
    """Return a number below a hundred in digits: 十二, 三十一."""
    tens, found, ones = words.rpartition("十")
    digits = (tens or "1") + (ones or "0") if found else words
    return digits.translate(_CHINESE_DIGITS)


@cache
def vocabulary(programme: bool) -> dict[str, tuple[str, str]]:
    """Return every word with its kind and meaning; a status goes before a qualifier of the same spelling.

    Parameters
    ----------
    programme
        Whether the words of programmes and tasks are among them.
    """
    found: dict[str, tuple[str, str]] = {}
    tables = [register_words("statuses")]
    grammars = [register_words("status_grammar")]
    if programme:
        further = register_words("programmes")
        tables += [further["statuses"], _task_statuses(further["tasks"])]
        grammars = [further["grammar"], {"neutral": further["tasks"]["words"]}, *grammars]
    for table in tables:
        for status, words in table.items():
            for word in words:
                found.setdefault(plain_status(word), ("status", status))
    for grammar in grammars:
        for kind, words in grammar.items():
            if kind not in {"yes", "no"}:
                for word in words:
                    found.setdefault(plain_status(word), (kind, ""))
    for word, year in register_words("plan_periods").items():
        found.setdefault(plain_status(word), ("plan_periods", str(year)))
    found.pop("", None)  # a dash alone is told by its cell
    return found


def _task_statuses(tasks: dict[str, list[str]]) -> dict[str, list[str]]:
    forms = {status: forms for status, forms in tasks.items() if status != "words"}
    return {
        status: [form.format(word) for form in forms for word in tasks["words"]]
        for status, forms in forms.items()
    }


@cache
def lengths(programme: bool) -> tuple[int, ...]:
    """Return how long the words of `vocabulary` are, the longest first."""
    return tuple(sorted({len(word) for word in vocabulary(programme)}, reverse=True))


@cache
def answers() -> dict[str, bool]:
    """Return the words that answer a question, and whether they say yes."""
    grammar = register_words("status_grammar")
    return {plain_status(word): kind == "yes" for kind in ("yes", "no") for word in grammar[kind]}
