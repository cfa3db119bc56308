"""Coordinate reference systems that name a file of shifts by its path, which PROJ would open wherever that leads.

A name without a path is looked for in PROJ's own folder alone, and stays as it is.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geozone.errors import InputError
from geozone.read.door.content import bytes_of, opened

_BLOCK = 1 << 22
_OVERLAP = 1 << 12
_SYSTEMS = (".prj", ".qpj")
_HEAD = 64  # bytes that tell markup and JSON
_PATH = rb"""[^\s"'<>,]*[/\\]"""
_NAMED = re.compile(
    rb"(?:nadgrids|geoidgrids)=" + _PATH
    + rb"|\+\s*(?:grids|xy_grids|z_grids|init|file|model)=" + _PATH
    + rb"|(?:PARAMETERFILE\s*\[\s*\"[^\"]*\"|PROJ4_GRIDS\")\s*,\s*\"[^\"]*[/\\]"
    + rb"|file\"\s*,\s*\"value\"\s*:\s*\"[^\"]*[/\\]",
    re.IGNORECASE,
)  # fmt: skip
# without one of these signs nothing is named; those with the word "file" are looked for where it stands at all
_SIGNS, _FILE, _OF_FILES = (b"grids", b"init=", b"model="), b"file", (b"parameterfile", b'file"', b"file=")
_OF_JSON, _OF_MARKUP = re.compile(rb"\\u00([2-7][0-9a-fA-F])"), re.compile(rb"&(?:#\w{2,5}|quot);")


def names_a_file(system: Any) -> bool:
    """Tell whether a coordinate reference system, or the words for one, name a file by its path."""
    if hasattr(system, "to_wkt"):  # pyproj is not loaded for listings, which read no file
        system = system.to_wkt()
    words = json.dumps(system) if isinstance(system, dict) else str(system)
    return _names(words.encode("utf-8", "replace"))


def refuse_shift_files(path: Path, shown: Path) -> None:
    """Refuse a file whose coordinate reference system names another file, in itself or in the .prj beside it.

    JSON and markup are looked through to their end, for a system may stand anywhere in them; of others the head says it.

    Raises
    ------
    InputError
        If it does.
    """
    beside = [path.with_suffix(ending) for ending in _SYSTEMS]
    for item in (path, *(one for one in beside if one != path and one.is_file())):
        if any(_names(block) for block in _blocks(item)):
            raise InputError("read.reaching", path=shown if item == path else shown.with_name(item.name))


def _names(words: bytes) -> bool:
    lower = words.lower()
    told = any(sign in lower for sign in _SIGNS)
    told = told or (_FILE in lower and any(sign in lower for sign in _OF_FILES))
    return told and _NAMED.search(words) is not None


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield what a file says, written plainly, in parts that overlap."""
    head = bytes_of(path, _BLOCK)
    start = head[:_HEAD].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    plain = _of_json if start in {b"{", b"["} else _of_markup if start == b"<" else None
    yield (plain or _unchanged)(head.translate(None, b"\x00"))  # of binary files a third may be zeros
    if plain is None or len(head) < _BLOCK:
        return
    with opened(path) as stream:
        at = _BLOCK - _OVERLAP
        while True:
            stream.seek(at)
            block = stream.read(_BLOCK)
            if not block:
                return
            yield plain(block)
            at += _BLOCK - _OVERLAP
            if len(block) < _BLOCK:
                return


def _unchanged(words: bytes) -> bytes:
    return words


def _of_json(words: bytes) -> bytes:
    return (
        _OF_JSON.sub(lambda found: bytes([int(found[1], 16)]), words)
        .replace(b'\\"', b'"')
        .replace(b"\\/", b"/")
    )


def _of_markup(words: bytes) -> bytes:
    return _OF_MARKUP.sub(lambda found: html.unescape(found[0].decode()).encode("utf-8", "replace"), words)
