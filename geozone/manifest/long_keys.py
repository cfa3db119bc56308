"""Keys of TOML with very many dots, found before the parser sees them: it keeps every beginning of a key by itself."""

from __future__ import annotations

import re

MOST_DOTS = 64  # in one key; no table that is declared lies five deep

# A quoted string may be a part of a key. Nothing here can fail behind a repetition, so nothing is tried twice.
_TOKEN = re.compile(
    r'(?P<aside>"""(?:[^"\\]+|\\.?|"{1,2}(?!"))*(?:"{3,5}|\Z)'
    r"|'''(?:[^']+|'{1,2}(?!'))*(?:'{3,5}|\Z)"
    r"|\#[^\n]*)"
    r'|"(?:[^"\\\n]+|\\.?)*"?'
    r"|'[^'\n]*'?"
    r"|(?P<dot>\.)"
    r"|[\w\- \t]+"
    r"|(?P<sign>[^\w\- \t.\"'\#]+)",
    re.DOTALL,
)


def line_of_long_key(written: str) -> int | None:
    """Return the line of the first key with more than `MOST_DOTS` dots; None where there is none.

    Dots in strings, in comments and in numbers are no dots of a key.
    """
    # a key stands on one line, and few lines have so many dots at all
    if not any(line.count(".") > MOST_DOTS for line in written.split("\n")):
        return None
    dots = 0
    for token in _TOKEN.finditer(written):
        if token.lastgroup == "dot":
            dots += 1
            if dots > MOST_DOTS:
                return written.count("\n", 0, token.start()) + 1
        elif token.lastgroup is not None:
            dots = 0
    return None
