"""The numbers of a window as the compiled loops take them: side by side, and of few types, each of which is compiled once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.raster.opening import Mask

Hidden = npt.NDArray[np.uint8]

NO_DATA = 1  # the kind of a cell without data; 0 has a value, others a number that is like a fill
GROUND, KNOWN, SUM = range(3)  # what is summed: ground, that with a value, and it times the value
_WHOLE = ("uint8", "int16", "uint16", "int32")
_FLOATING = ("float32", "float64")


def whole(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return whole numbers of any type in one that has a loop."""
    return _in_order(numbers, _WHOLE, "int64")


def plain(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return numbers of any type in one that has a loop."""
    return _in_order(numbers, (*_WHOLE, *_FLOATING), "float64")


def hidden(absent: Mask | None) -> Hidden:
    """Return where numbers stand for no data as a loop takes it: without any row where they nowhere do."""
    return np.zeros((0, 0), dtype=np.uint8) if absent is None else np.ascontiguousarray(absent).view(np.uint8)


def extremes(numbers: npt.NDArray[Any], hides: Hidden) -> tuple[Any, Any] | None:
    """Return the lowest and the highest of the numbers that are not hidden; None if all are."""
    if not len(hides):
        return numbers.min(), numbers.max()
    from geozone.raster import compiled  # noqa: PLC0415 - numba takes half a second to load

    floating = np.issubdtype(numbers.dtype, np.floating)
    limits = np.array(
        [np.inf, -np.inf] if floating else [np.iinfo(numbers.dtype).max, np.iinfo(numbers.dtype).min]
    )
    most, least = limits.astype(numbers.dtype)
    low, high = compiled.extremes(numbers, hides, most, least)
    return (low, high) if low <= high else None


def _in_order(numbers: npt.NDArray[Any], types: tuple[str, ...], other: str) -> npt.NDArray[Any]:
    smaller = {"bool": "uint8", "int8": "int16"}
    name = smaller.get(numbers.dtype.name, numbers.dtype.name)
    return np.ascontiguousarray(numbers, dtype=name if name in types else other)
