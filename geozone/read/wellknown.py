"""Geometries nested so deep that reading them overflows the stack, found before they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import shapely

DEEPEST = 64  # collections inside each other that are read
SUSPECT = 20_000  # bytes: no shorter geometry is nested so deep that the stack overflows
_POINT, _LINE, _RINGED = 1, 2, {3, 17}


def is_too_deep(raw: bytes) -> bool:
    """Tell whether well-known binary holds geometries nested deeper than `DEEPEST`; bytes that are none do not."""
    if len(raw) < SUSPECT:
        return False
    waiting: list[int] = [1]  # members that are still to come, at every level that is open
    at = 0
    while waiting and at + 9 <= len(raw):
        order: Literal["little", "big"] = "little" if raw[at] == 1 else "big"
        code = int.from_bytes(raw[at + 1 : at + 5], order)
        flags, kind = code & 0xF0000000, code & 0xFFFF
        at += 5 + (4 if flags & 0x20000000 else 0)
        extra = (kind // 1000 in {1, 3}) + (kind // 1000 in {2, 3}) + (flags >> 31) + (flags >> 30 & 1)
        width = 8 * (2 + extra)
        waiting[-1] -= 1
        if kind % 1000 == _POINT:
            at += width
        else:
            count = int.from_bytes(raw[at : at + 4], order)
            at += 4
            if kind % 1000 == _LINE:
                at += width * count
            elif kind % 1000 in _RINGED:
                for _ in range(min(count, len(raw) // 4)):
                    at += 4 + width * int.from_bytes(raw[at : at + 4], order)
            else:
                waiting.append(count)
                if len(waiting) > DEEPEST:
                    return True
        while waiting and waiting[-1] <= 0:
            waiting.pop()
    return False


def parsed(values: Iterable[Any]) -> Any:
    """Return the geometries of well-known binary: None for nothing, for bytes that are none, and for nested too deep."""
    shallow = [
        None if isinstance(raw, bytes) and len(raw) >= SUSPECT and is_too_deep(raw) else raw for raw in values
    ]
    return shapely.from_wkb(np.array(shallow, dtype=np.object_), on_invalid="ignore")


def is_too_deep_text(words: str) -> bool:
    """Tell whether well-known text holds collections nested deeper than `DEEPEST`."""
    if len(words) < SUSPECT or words.upper().count("COLLECTION") <= DEEPEST:
        return False
    depth = 0
    for character in words:
        depth += (character == "(") - (character == ")")
        if depth > DEEPEST:
            return True
    return False
