"""What a terminal or a pipe can show: a character that its encoding lacks is replaced by one that reads alike."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

from geozone.lookalikes import look_alike

READABLE, ESCAPED = "geozone.readable", "geozone.escaped"


def prepare(stream: TextIO, *, escape: bool = False) -> None:
    """Let a stream replace what its encoding lacks instead of failing on it.

    Parameters
    ----------
    stream
        Standard output or standard error.
    escape
        Write such characters as JSON does (``\\u00b2``), so that no value changes.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=ESCAPED if escape else READABLE)


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Replace by a look-alike (² by 2, © by (c)), or by the number of the character where there is none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(look_alike(letter, error.encoding) or _escape(letter) for letter in lacking), error.end


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_escape(letter) for letter in error.object[error.start : error.end]), error.end


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


codecs.register_error(READABLE, _readable)
codecs.register_error(ESCAPED, _escaped)
