"""Blocks of a drawing that are set into each other: a small file may unfold into more than any machine can hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from geozone.errors import InputError
from geozone.read.door.content import opened, opened_text
from geozone.read.dxf import BINARY, pairs, whole

_FEW = 2_000_000  # entities that a drawing of any size may unfold into
_DEEPEST = 100  # blocks inside each other
_ENTITIES = ""  # the part of a drawing that is in no block


@dataclass
class _Block:
    entities: int = 0
    inserts: list[tuple[str, int]] = field(default_factory=list)  # which block, and how many times


def refuse_unfolding(path: Path, shown: Path) -> None:
    """Refuse a drawing in text form whose blocks unfold into many more entities than stand in the file.

    Raises
    ------
    InputError
        If it is such a drawing.
    """
    with opened(path) as stream:
        if stream.read(len(BINARY)) == BINARY:
            return
    limit = max(_FEW, path.stat().st_size)
    count = _unfolded(_ENTITIES, _blocks(path), {}, 0)
    if count > limit:
        raise InputError("read.drawing_unfolds", path=shown, count=count, limit=limit)


class _Walk:
    """Walks through the codes of a drawing and keeps what stands in each block."""

    def __init__(self) -> None:
        self.found: dict[str, _Block] = defaultdict(_Block)
        self._section = self._kind = ""
        self._name = _ENTITIES
        self._insert: dict[int, str] = {}  # codes of the insert that is being read

    def take(self, number: int, value: str) -> None:
        """Take one code with its value."""
        if number == 0:
            self.close()
            self._begin(value)
        elif number == 2 and self._kind == "SECTION":
            self._section = value
        elif number == 2 and self._kind == "BLOCK":
            self._name = value
        elif self._kind == "INSERT" and number in {2, 70, 71}:
            self._insert[number] = value

    def close(self) -> None:
        """Keep the insert that has been read."""
        if 2 in self._insert:
            times = max(whole(self._insert.get(70)), 1) * max(whole(self._insert.get(71)), 1)
            self.found[self._name].inserts.append((self._insert[2], times))
        self._insert = {}

    def _begin(self, kind: str) -> None:
        self._kind = kind
        if kind == "ENDBLK":
            self._name = _ENTITIES
        elif kind != "INSERT" and self._section in {"BLOCKS", "ENTITIES"}:
            self.found[self._name].entities += 1


def _blocks(path: Path) -> dict[str, _Block]:
    walk = _Walk()
    with opened_text(path, "latin-1") as lines:
        for code, value in pairs(lines):
            walk.take(whole(code, -1), value)
    walk.close()
    return walk.found


def _unfolded(name: str, blocks: dict[str, _Block], known: dict[str, int], depth: int) -> int:
    """Return how many entities a block unfolds into; one that holds itself is not followed."""
    if name in known or name not in blocks or depth > _DEEPEST:
        return known.get(name, 0)
    known[name] = 0  # of one that holds itself
    block = blocks[name]
    known[name] = block.entities + sum(
        times * _unfolded(inner, blocks, known, depth + 1) for inner, times in block.inserts
    )
    return known[name]
