"""Well-known binary and text that a library does not read as it stands: nested so deep that the stack overflows, or more than it says."""

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
    return len(raw) >= SUSPECT and _walk(raw) is None


def says_less(raw: bytes) -> bool:
    """Tell whether something is left behind the geometry of well-known binary: a count in it is too small.

    Zero bytes fill up a field of fixed length, and are nothing.
    """
    end = _walk(raw)
    return end is not None and bool(raw[end:].strip(b"\x00"))


def _walk(raw: bytes) -> int | None:
    """Return where the geometry that bytes begin with ends, by its own counts; None where it is nested deeper than `DEEPEST`."""
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
                    return None
        while waiting and waiting[-1] <= 0:
            waiting.pop()
    return at


def parsed(values: Iterable[Any]) -> Any:
    """Return the geometries of well-known binary: None for nothing, for bytes that are none or more than one, and for nested too deep."""
    shallow = [
        None if isinstance(raw, bytes) and len(raw) >= SUSPECT and is_too_deep(raw) else raw for raw in values
    ]
    found = shapely.from_wkb(np.array(shallow, dtype=np.object_), on_invalid="ignore")
    # written again it is as long as it was, unless bytes were left over
    again = shapely.to_wkb(found, include_srid=True)
    for place, (raw, other) in enumerate(zip(shallow, again, strict=True)):
        if other is not None and isinstance(raw, bytes) and len(raw) > len(other) and says_less(raw):
            found[place] = None
    return found


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
