"""Values as bytes and back: the same value gives the same bytes, and nothing in them can make anything but values.

Plain values, containers, enumerations and records are written here; arrays and tables in `geozone.reuse.tables`.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from enum import Enum
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

_HEAD = 8  # bytes of the length of the description that goes before the blocks


class NotPackableError(Exception):
    """A value of a kind that has no bytes, or bytes that are none of a value."""


@dataclass(slots=True)
class Packing:
    """A value on its way to bytes: a description, and blocks of bytes that it refers to by number."""

    blocks: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # that it holds

    def block(self, content: bytes) -> int:
        """Return the number of a new block."""
        self.blocks.append(content)
        return len(self.blocks) - 1

    def described(self, value: Any) -> Any:
        """Return a value as JSON holds it.

        Raises
        ------
        NotPackableError
            If it is of an unknown kind.
        """
        kind = type(value)
        if value is None or kind in {bool, int, str}:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is list:
            return [self.described(one) for one in value]
        if isinstance(value, Enum):
            return {"word": [_name(kind), self.described(value.value)]}
        if is_dataclass(value):
            held = [self.described(getattr(value, one.name)) for one in fields(value)]
            return {"record": [_name(kind), held]}
        tag, write = _writer(kind)
        return {tag: write(self, value)}


@dataclass(frozen=True, slots=True)
class Unpacking:
    """Bytes on their way to a value."""

    blocks: list[bytes]
    kinds: Mapping[str, type]

    def value(self, described: Any) -> Any:
        """Return what a description stands for.

        Raises
        ------
        NotPackableError
            If it stands for nothing.
        """
        if isinstance(described, list):
            return [self.value(one) for one in described]
        if not isinstance(described, dict):
            return described
        ((tag, held),) = described.items()
        if tag == "float":
            return float(held)
        if tag == "word":
            return self._kind(held[0])(self.value(held[1]))
        if tag == "record":
            kind = self._kind(held[0])
            names = [one.name for one in fields(kind)]
            return kind(**dict(zip(names, map(self.value, held[1]), strict=True)))
        return _reader(tag)(self, held)

    def _kind(self, name: str) -> Any:
        if name not in self.kinds:
            raise NotPackableError(name)
        return self.kinds[name]


Writer = Callable[[Packing, Any], Any]
Reader = Callable[[Unpacking, Any], Any]
_WRITERS: dict[type, tuple[str, Writer]] = {}
_READERS: dict[str, Reader] = {}


def form(kind: type, tag: str, write: Writer, read: Reader) -> None:
    """Declare how values of a kind are written and read."""
    _WRITERS[kind] = tag, write
    _READERS[tag] = read


def packed(value: Any) -> bytes:
    """Return a value as bytes.

    Raises
    ------
    NotPackableError
        If it holds anything of an unknown kind.
    """
    packing = Packing()
    described = packing.described(value)
    sizes = [len(one) for one in packing.blocks]
    head = json.dumps([sizes, described], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8",
        "surrogatepass",  # names of files need not be UTF-8
    )
    return b"".join([len(head).to_bytes(_HEAD), head, *packing.blocks])


def paths_in(value: Any) -> list[str]:
    """Return all paths that a value holds, in whatever it holds.

    Raises
    ------
    NotPackableError
        If it holds anything of an unknown kind.
    """
    packing = Packing()
    packing.described(value)
    return packing.paths


def unpacked(content: bytes, kinds: Iterable[type] = ()) -> Any:
    """Return a value from its bytes.

    Parameters
    ----------
    content
        What `packed` returned.
    kinds
        The records and enumerations that it may hold.

    Raises
    ------
    NotPackableError
        If the bytes are none of a value, or hold a record of another kind.
    """
    try:
        start = _HEAD + int.from_bytes(content[:_HEAD])
        sizes, described = json.loads(content[_HEAD:start])
        blocks = []
        for size in sizes:
            blocks.append(content[start : start + size])
            start += size
        return Unpacking(blocks, {_name(kind): kind for kind in kinds}).value(described)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise NotPackableError(str(error)) from error


def _writer(kind: type) -> tuple[str, Writer]:
    for each in kind.__mro__:
        if each in _WRITERS:
            return _WRITERS[each]
    if _with_tables():
        return _writer(kind)
    raise NotPackableError(_name(kind))


def _reader(tag: str) -> Reader:
    if tag in _READERS:
        return _READERS[tag]
    if _with_tables():
        return _reader(tag)
    raise NotPackableError(tag)


def _with_tables() -> bool:
    """Load the forms of arrays and tables; tell whether there was need to. Without a table nobody waits for pandas."""
    name = "geozone.reuse.tables"
    if name in sys.modules:
        return False
    import_module(name)
    return True


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _write_many(packing: Packing, value: Iterable[Any]) -> list[Any]:
    return [packing.described(one) for one in value]


def _write_pairs(packing: Packing, value: Mapping[Any, Any]) -> list[Any]:
    return [[packing.described(key), packing.described(one)] for key, one in value.items()]


def _read_pairs(unpacking: Unpacking, held: Any) -> dict[Any, Any]:
    return {unpacking.value(key): unpacking.value(one) for key, one in held}


def _write_set(packing: Packing, value: Iterable[Any]) -> list[Any]:
    return sorted((packing.described(one) for one in value), key=json.dumps)


def _write_path(packing: Packing, value: PurePath) -> str:
    packing.paths.append(str(value))
    return str(value)


form(tuple, "tuple", _write_many, lambda unpacking, held: tuple(map(unpacking.value, held)))
form(dict, "pairs", _write_pairs, _read_pairs)
form(
    MappingProxyType,
    "fixed",
    _write_pairs,
    lambda unpacking, held: MappingProxyType(_read_pairs(unpacking, held)),
)
form(set, "set", _write_set, lambda unpacking, held: set(map(unpacking.value, held)))
form(frozenset, "fixed_set", _write_set, lambda unpacking, held: frozenset(map(unpacking.value, held)))
form(
    bytes,
    "bytes",
    lambda packing, value: packing.block(value),
    lambda unpacking, held: unpacking.blocks[held],
)
form(date, "date", lambda _, value: value.isoformat(), lambda _, held: date.fromisoformat(held))
form(PurePath, "path", _write_path, lambda _, held: PurePath(held))
