"""Files as arrays of bytes, of which only what is looked at is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geozone.read.door.content import admitted


def mapped(path: str | Path, offset: int = 0, shape: tuple[int, ...] | None = None) -> npt.NDArray[np.uint8]:
    """Return the bytes of a file, or so many of them from a place on, read as they are looked at; raises as `opened` does."""
    return np.memmap(admitted(path), np.uint8, "r", offset, shape)
