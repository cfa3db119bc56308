"""Whole numbers to the last digit: a gap among them makes a column of floating point, which is inexact from 2⁵³ on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

_EXACT = 2.0**53
_LARGEST = 2**63 - 1


def may_be_rounded(values: pd.Series) -> bool:
    """Tell whether a column of numbers may be one of whole numbers that a gap made inexact: codes of 18 digits."""
    if not pd.api.types.is_float_dtype(values.dtype) or not values.isna().any():
        return False
    return bool((values.abs() >= _EXACT).any())


def as_whole(values: Iterable[Any], index: pd.Index) -> pd.Series | None:
    """Return whole numbers with None in the gaps; None where there are others among them."""
    found = [None if value is None or value is pd.NA else value for value in values]
    if not all(value is None or (isinstance(value, int) and not isinstance(value, bool)) for value in found):
        return None
    return pd.Series(found, index=index, dtype=object)


def plain_numbers(values: pd.Series) -> pd.Series:
    """Return a column of a type that knows gaps (Int64, boolean, Float64) as files that do not have such types give it.

    Whole numbers that are too large for a field of 64 bits with a sign are kept one by one.
    """
    if values.dtype == np.dtype("uint64"):
        return values.astype(object if bool((values > _LARGEST).any()) else "int64")
    if not isinstance(values.dtype, pd.api.extensions.ExtensionDtype) or values.dtype.na_value is not pd.NA:
        return values
    gaps = values.isna().any()
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype(object).where(values.notna(), None) if gaps else values.astype(bool)
    if pd.api.types.is_integer_dtype(values.dtype):
        if not gaps:
            return plain_numbers(values.astype(getattr(values.dtype, "numpy_dtype", "int64")))
        large = bool((values.abs() >= _EXACT).any())
        return values.astype(object).where(values.notna(), None) if large else values.astype(float)
    return values.astype(float) if pd.api.types.is_float_dtype(values.dtype) else values
