"""Rows of numbers told apart by one number each: to sort numbers takes a third of the time of sorting rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MIXING = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits well spread


def mixed_keys(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Return 64 mixed bits for every row (n, columns): the same for the same numbers, and else different by all odds."""
    bits = np.ascontiguousarray(rows + 0.0).view(np.uint64)  # no negative zero
    keys = np.zeros(len(bits), dtype=np.uint64)
    for column in bits.T:
        # round numbers have their bits at the top, which multiplication alone would push out
        keys ^= column
        keys ^= keys >> np.uint64(32)
        keys *= _MIXING
        keys ^= keys >> np.uint64(29)
        keys *= _MIXING
        keys ^= keys >> np.uint64(32)
    return keys
