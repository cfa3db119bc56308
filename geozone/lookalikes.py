"""Characters that read alike, where an encoding lacks one: ² by 2, © by (c)."""

from __future__ import annotations

import unicodedata

_ALIKE = {
    "©": "(c)",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "÷": "/",
    "≥": ">=",
    "≤": "<=",
    "≈": "~",
    "→": "->",
    "·": ".",
    "•": "*",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "《": "<",
    "》": ">",
    "°": " deg",
}


def look_alike(letter: str, encoding: str) -> str | None:
    """Return what reads like a character and stands in an encoding; None where nothing does.

    >>> look_alike("²", "gbk"), look_alike("©", "gbk"), look_alike("𠮷", "gbk")
    ('2', '(c)', None)
    """
    parts = unicodedata.normalize("NFKD", letter)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    for candidate in (_ALIKE.get(letter), "".join(_ALIKE.get(part, part) for part in bare)):
        if candidate and _fits(candidate, encoding):
            return candidate
    return None


def fitted_text(words: str, encoding: str) -> str:
    """Return a text with look-alikes for what an encoding lacks; what has none stays as it is."""
    if _fits(words, encoding):
        return words
    return "".join(
        letter if _fits(letter, encoding) else look_alike(letter, encoding) or letter for letter in words
    )


def _fits(words: str, encoding: str) -> bool:
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
