"""Which row of one table is which row of another, and which of their cells differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

Key = Callable[[pd.DataFrame], "pd.Series[Any]"]
Row = Mapping[str, Any]
Pairs = list[tuple[Any, Any]]

_CLOSE = 1e-9  # of numbers, relatively


def paired(old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[Key]) -> tuple[Pairs, list[Any], list[Any]]:
    """Return the rows of two tables that are the same by the first key that tells, and the rows that have no partner.

    Parameters
    ----------
    old, new
        The tables.
    keys
        Each returns a text for every row, empty where it tells nothing. Rows of one text go together in their order.

    Returns
    -------
    pairs, deleted, added
        By index.
    """
    pairs: Pairs = []
    for key in keys:
        left, right = _numbered(old, key), _numbered(new, key)
        common = [text for text in left if text in right]
        pairs += [(left[text], right[text]) for text in common]
        old = old.drop(index=[left[text] for text in common])
        new = new.drop(index=[right[text] for text in common])
    return sorted(pairs, key=lambda pair: pair[0]), list(old.index), list(new.index)


def _numbered(table: pd.DataFrame, key: Key) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    times: dict[str, int] = {}
    for index, text in key(table).items() if len(table) else ():
        if text:
            times[text] = times.get(text, 0) + 1
            found[text, times[text]] = index
    return found


def of_columns(*columns: str) -> Key:
    """Return a key that is made of columns; a row without the last of them has none."""

    def key(table: pd.DataFrame) -> pd.Series[Any]:
        if not set(columns) <= set(table.columns):
            return pd.Series("", index=table.index, dtype=object)
        cells = table[list(columns)].map(plain)
        joined = cells.apply(lambda row: "\x1f".join(str(cell) for cell in row), axis=1)
        return joined.where(cells[columns[-1]] != "", "")

    return key


def rows_of(table: pd.DataFrame) -> dict[Any, Row]:
    """Return the rows of a table by their index."""
    return {
        index: {str(name): cell for name, cell in row.items()}
        for index, row in table.to_dict("index").items()
    }


def differing(old: Row, new: Row, columns: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """Yield every cell that differs between two rows: column, what stood there, what stands there."""
    for column in columns:
        before, after = plain(old.get(column)), plain(new.get(column))
        if not same(before, after):
            yield column, before, after


def plain(value: Any) -> Any:
    """Return a cell such that equal content is equal: nothing is "", a whole number a whole number."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return "" if math.isnan(value) else int(value) if value.is_integer() else value
    if isinstance(value, bool | int):
        return int(value)
    return str(value).strip()


def same(one: Any, other: Any) -> bool:
    """Tell whether two cells say the same."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=1e-12)
    return bool(one == other)
