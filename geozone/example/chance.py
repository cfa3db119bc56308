"""Chance that is the same on every machine: numbers that follow from words by a hash, and smooth patterns of integers.

No generator of a library is used: their streams may change between versions. Patterns are integer arithmetic, so that
no processor rounds them differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
TOP = 1023  # patterns run from 0 to this
_DEEP = 1 << 53
T = TypeVar("T")


def fraction(*key: object) -> float:
    """Return a number from 0 up to, not including, 1 that follows from some words.

    >>> fraction("a", 1) == fraction("a", 1)
    True
    """
    words = "\x1f".join(map(str, key)).encode()
    return (int.from_bytes(blake2b(words, digest_size=8).digest()) % _DEEP) / _DEEP


def shuffled(items: Iterable[T], *key: object) -> list[T]:
    """Return items in an order of chance that depends on what they are called and not on where they stood."""
    return sorted(items, key=lambda item: (fraction(*key, item), str(item)))


def drawn(choices: Sequence[T], weights: Sequence[float], *key: object) -> T:
    """Return one of some choices, each as likely as it weighs."""
    left = fraction(*key) * sum(weights)
    for choice, weight in zip(choices, weights, strict=True):
        left -= weight
        if left < 0:
            return choice
    return choices[-1]


def pattern(rows: int, columns: int, periods: Sequence[int], seed: int) -> Whole:
    """Return a smooth pattern of whole numbers from 0 to `TOP`.

    Random knots stand `period` cells apart and are joined bilinearly; the patterns of all periods are added, the coarse
    ones weighing more.

    Parameters
    ----------
    rows, columns
        Shape of the result.
    periods
        Distances of the knots in cells, the coarsest first.
    seed
        Which pattern.
    """
    weights = [1 << (len(periods) - 1 - place) for place in range(len(periods))]
    total = np.zeros((rows, columns), np.int64)
    for period, weight in zip(periods, weights, strict=True):
        total += weight * _bilinear(rows, columns, period, seed * 31 + period)
    return total // sum(weights)


def _bilinear(rows: int, columns: int, period: int, seed: int) -> Whole:
    knots = _knots(rows // period + 2, columns // period + 2, seed)
    row, down = np.divmod(np.arange(rows, dtype=np.int64), period)
    column, right = np.divmod(np.arange(columns, dtype=np.int64), period)
    upper = knots[row][:, column] * (period - right) + knots[row][:, column + 1] * right
    lower = knots[row + 1][:, column] * (period - right) + knots[row + 1][:, column + 1] * right
    down = down[:, None]
    return np.asarray((upper * (period - down) + lower * down) // (period * period))


def _knots(rows: int, columns: int, seed: int) -> Whole:
    """Return random knots: the mixing function of splitmix64 over their numbers."""
    row = np.arange(rows, dtype=np.uint64)[:, None] << np.uint64(32)
    first = np.uint64(seed * 0x9E3779B97F4A7C15 % (1 << 64))
    number = np.asarray(row + np.arange(columns, dtype=np.uint64) + first, np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        number = np.asarray((number ^ (number >> np.uint64(shift))) * np.uint64(factor), np.uint64)
    number ^= number >> np.uint64(31)
    return (number >> np.uint64(54)).astype(np.int64)
