"""Which encoding a text is in, judged on all of it; and text that nothing can bring back."""

from __future__ import annotations

import codecs
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

REPLACED = "\ufffd"
MOJIBAKE = "锟斤拷"  # U+FFFD written as UTF-8 and read as GBK: the text before is lost
_SEPARATOR = b"\x1e"  # no character beyond ASCII has this byte in the encodings that are told apart
_LOST = "\ufffd".encode()
_ENOUGH = 1000  # failures that settle it
_SIGNS = "°²³±·×"
_CONVINCING = 0.9  # share of characters that are common Chinese ones
_NATIONAL = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "936": "gb18030",
    "ansi 936": "gb18030",
}
_SPELLINGS = {"koi8r": "koi8-r", "koi8u": "koi8-u"}
_WESTERN = {"cp1252", "iso8859-1", "latin-1", "ascii"}  # what software writes when it does not know
# language driver byte of a .dbf, where it names a code page that Python knows
LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x13: "cp932", 0x1F: "cp852", 0x26: "cp866",
    0x37: "cp850", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252",
    0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865", 0x78: "cp950", 0x79: "cp949", 0x7A: "gb18030",
    0x7B: "cp932", 0x7C: "cp874", 0x87: "cp852", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
    0xCC: "cp1257",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding, and how sure it is."""

    encoding: str  # Python codec
    sure: bool
    lost: int = 0  # texts that hold characters lost before


def codec(name: str) -> str | None:
    """Return the Python codec for the name of an encoding as files and users write it, or None."""
    name = name.strip().strip("\x00").lower().removeprefix("encoding=")
    name = _SPELLINGS.get(name, name)
    for candidate in (
        _NATIONAL.get(name, name),
        f"cp{name}",
        name.replace("ansi ", "cp"),
        name.replace("-", ""),
    ):
        try:
            found = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        return _NATIONAL.get(found, found)
    return None


def is_western(name: str) -> bool:
    """Tell whether an encoding is one that software writes when it does not know."""
    return name in _WESTERN


def guess(texts: Collection[bytes]) -> Guess:
    """Guess between UTF-8 and GB18030 on all texts together.

    A text that stops inside a character, as a field of fixed width may, counts without that character.
    Characters of common Chinese speak for an encoding, failures against it.
    """
    if all(text.isascii() for text in texts):
        return Guess("utf-8", sure=True)
    rest = without_lost(texts)
    lost = len(texts) - len(rest)
    if all(text.isascii() for text in rest):
        return Guess("utf-8", sure=False, lost=lost)
    scores = {name: score(rest, name) for name in ("utf-8", "gb18030")}
    failures = {name: failed for name, (failed, _) in scores.items()}
    if failures["utf-8"] != failures["gb18030"]:
        best = min(failures, key=lambda name: failures[name])
    else:
        best = "gb18030" if _utf8_by_chance(rest) else "utf-8"
    failed, common = scores[best]
    if best == "utf-8":
        return Guess(best, sure=not failed, lost=lost)
    # GB18030 takes almost any bytes, so what comes out has to make sense
    if common < 0.5:
        best = next((name for name in ("big5", "cp1252") if _plausible(rest, name)), best)
    return Guess(best, sure=best == "gb18030" and not failed and common >= 0.5, lost=lost)


def _utf8_by_chance(texts: Collection[bytes]) -> bool:
    """Tell whether texts that are valid in both encodings are rather GB18030.

    Two bytes of GB 2312 look like one character of UTF-8 in about one case of five, so four characters and more
    do not by chance. Letters with accents stand beside other letters, signs as that of degrees behind digits; Chinese
    characters hardly ever do.
    """
    beyond = 0
    for raw in texts:
        text = f" {decode(raw, 'utf-8') or ''} "
        for place, character in enumerate(text):
            if character > "\x7f":
                beside = text[place - 1] + text[place + 1]
                if character >= "\u0800" or any(letter.isascii() and letter.isalpha() for letter in beside):
                    return False
                if character in _SIGNS and text[place - 1].isdigit():
                    return False
                beyond += 1
        if beyond >= 4:
            return False
    return score(texts, "gb18030")[1] >= _CONVINCING


def _plausible(texts: Collection[bytes], encoding: str) -> bool:
    """Tell whether texts make sense in an encoding beside the two that are guessed between."""
    for raw in texts:
        text = decode(raw, encoding)
        if text is None:
            return False
        for character in text:
            if character > "\x7f" and not (
                character.isalpha() and character < "\u0250"
                if encoding == "cp1252"
                else 0xA1 <= character.encode("big5")[0] <= 0xC6
            ):
                return False
    return True


def score(texts: Collection[bytes], encoding: str) -> tuple[int, float]:
    """Return at how many places texts cannot be decoded, and the share of common Chinese beyond ASCII.

    Counting stops at `_ENOUGH` failures.
    """
    blob = _SEPARATOR.join(texts)
    try:
        text, failed = _decode_joined(blob, encoding)
    except (LookupError, UnicodeError):
        return _ENOUGH, 0.0
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    beyond = characters[characters > 0x7F]
    return failed, float(_common()[np.minimum(beyond, 0xFFFF)].mean()) if len(beyond) else 0.0


def convincing(texts: Collection[bytes], encoding: str) -> bool:
    """Tell whether every text can be decoded and nearly all of it is common Chinese."""
    failed, common = score(texts, encoding)
    return not failed and common >= _CONVINCING


def decode(raw: bytes, encoding: str) -> str | None:
    """Decode strictly, but for a last character that was cut off; None where that fails."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if not _is_cut(raw, error.start, len(raw), encoding):
            return None
        try:
            return raw[: error.start].decode(encoding)
        except UnicodeDecodeError:
            return None
    except (LookupError, UnicodeError):
        return None


def decode_all(texts: list[bytes], encoding: str) -> list[str]:
    """Decode many texts; a last character that was cut off goes, what cannot be decoded becomes U+FFFD."""
    blob = _SEPARATOR.join(texts)
    if blob.count(_SEPARATOR) == len(texts) - 1:
        try:
            decoded = _decode_joined(blob, encoding, give_up=False)[0].split(_SEPARATOR.decode())
        except (LookupError, UnicodeError):
            decoded = []
        if len(decoded) == len(texts):
            return decoded
    return [
        text if (text := decode(raw, encoding)) is not None else raw.decode(encoding, "replace")
        for raw in texts
    ]


class _EnoughError(Exception):
    """The encoding is not the right one; counting on would only take time."""


def _decode_joined(blob: bytes, encoding: str, *, give_up: bool = True) -> tuple[str, int]:
    """Return texts that are joined by separators as one, and at how many places they cannot be decoded."""
    failed = 0

    def handle(error: UnicodeError) -> tuple[str, int]:
        nonlocal failed
        assert isinstance(error, UnicodeDecodeError)
        end = blob.find(_SEPARATOR, error.start, error.start + 4)
        end = end if end >= 0 else len(blob)
        if _is_cut(blob, error.start, end, encoding):
            return "", end
        failed += 1
        if give_up and failed >= _ENOUGH:
            raise _EnoughError
        return REPLACED, error.start + 1

    codecs.register_error("geozone.cut", handle)
    try:
        return blob.decode(encoding, "geozone.cut"), failed
    except _EnoughError:
        return "", failed


def _is_cut(raw: bytes, start: int, end: int, encoding: str) -> bool:
    """Tell whether the bytes from `start` to `end` are the beginning of one character, with others before it."""
    piece = raw[start:end]
    if not 1 <= len(piece) <= 3 or start == 0 or raw[start - 1 : start] == _SEPARATOR:
        return False
    try:
        return not codecs.getincrementaldecoder(encoding)().decode(piece, final=False)
    except UnicodeDecodeError:
        return False


def without_lost(texts: Collection[bytes]) -> Collection[bytes]:
    """Return the texts that hold no trace of characters that were replaced before they were written."""
    if _LOST not in _SEPARATOR.join(texts):
        return texts
    return {text for text in texts if _LOST not in text}


def decode_document(raw: bytes, given: str | None = None) -> tuple[str, Guess]:
    """Decode a whole text file: the user's encoding, else a byte order mark, else the guess on its lines.

    Raises
    ------
    UnicodeDecodeError
        If the text is not in the encoding that the user gave.
    """
    if given is not None:
        return raw.decode(given), Guess(given, sure=True)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(name, "replace"), Guess(name, sure=True)
    found = guess(raw.splitlines())
    return raw.decode(found.encoding, "replace"), found


@cache
def _common() -> npt.NDArray[np.bool_]:
    """Return which characters are of the first level of GB 2312 or Chinese punctuation, by code point."""
    table = np.zeros(0x10000, bool)
    for lead in (0xA1, 0xA3, *range(0xB0, 0xD8)):
        for trail in range(0xA1, 0xFF):
            character = bytes((lead, trail)).decode("gb2312", "ignore")
            if character:
                table[ord(character)] = True
    return table
