"""Filters of features and items by their fields, and fields as numbers: water classes are numbers too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_GRADE = re.compile(r"(劣|worse than\s*|>)?\s*(?:class\s*)?(iii|ii|iv|vi|v|i|[1-6])\s*类?", re.IGNORECASE)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_ABSENT = {"", "nan", "none", "-", "—", "/", "未监测", "无数据"}


def passes(table: pd.DataFrame, where: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.int8]:
    """Tell for each row whether it passes a filter: 1 yes, 0 no, -1 unknown (a field is empty, and no other says no).

    Texts are compared without regard to case, width and blanks; water classes as grades (``Ⅲ类`` is ``3``, ``劣Ⅴ`` is
    ``6``); a field that the table lacks is unknown in all rows.
    """
    result = np.ones(len(table), np.int8)
    for field, wanted in where.items():
        if field not in table.columns:
            result[result == 1] = -1
            continue
        known = {plain(value) for value in wanted}
        grades = {grade for value in wanted if (grade := grade_of(value)) is not None}
        values = [plain(value) for value in table[field]]
        outcome = np.array(
            [
                -1 if value in _ABSENT else int(value in known or grade_of(value) in grades)
                for value in values
            ],
            np.int8,
        )
        result = np.where((result == 0) | (outcome == 0), 0, np.minimum(result, outcome)).astype(np.int8)
    return result


def numbers(values: pd.Series[Any]) -> pd.Series[float]:
    """Return a field as numbers; a water class is its grade, and what is no number is missing."""
    found = pd.to_numeric(values, errors="coerce").astype(float)
    words = found.isna() & values.notna()
    if words.any():
        grades = [grade_of(value) for value in values[words]]
        found[words] = pd.Series(grades, index=values.index[words], dtype=float)
    return found


def plain(value: Any) -> str:
    """Return a value as it is compared: half-width, without blanks, in small letters, whole numbers without decimals."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)) or value is pd.NA:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value))).casefold()


def grade_of(value: Any) -> int | None:
    """Return the grade that a water class stands for: ``Ⅲ``, ``III类``, ``3`` are 3, ``劣Ⅴ`` is 6; None for other words."""
    match = _GRADE.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
    if match is None:
        return None
    grade = _ROMAN.get(match[2].casefold()) or int(match[2])
    return grade + 1 if match[1] else grade
