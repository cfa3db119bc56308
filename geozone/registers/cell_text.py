"""The cells of tables as the text that people see in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd

from geozone.manifest.units import multiples, read_unit
from geozone.read.workbook import CellError, Share, Worded
from geozone.registers.words import is_unit_like

_PERCENT = ("%", "％")


def as_text(value: Any) -> str:
    """Return a cell as text: a whole number without decimals, a date as ISO, an empty cell as nothing."""
    if value is None or value is pd.NaT or value is pd.NA or isinstance(value, CellError):
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return _number(value) if isinstance(value, float) else str(value).strip()


def shown_divided(value: Any) -> str:
    """Return what a sheet shows of a number that it shows divided, where no unit or multiple says so; else nothing."""
    if not isinstance(value, Worded) or value.scale == 1.0:
        return ""
    return "" if _is_part(value) or value.words in multiples() else _shown(value) + value.words


def _number(value: float) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, Share):
        return f"{round(float(value) * 100, 10):.12g}%"
    if isinstance(value, Worded) and _is_part(value):
        return _shown(value) + value.words
    return str(int(value)) if value.is_integer() else str(float(value))


def _is_part(value: Worded) -> bool:
    """Tell whether the words behind a number belong to its value: a unit, or a multiple that it was not divided by."""
    multiple = multiples().get(value.words)
    if multiple is not None:
        return float(multiple) != value.scale
    return value.words in _PERCENT or is_unit_like(value.words) or read_unit(value.words) is not None


def _shown(value: Worded) -> str:
    return f"{value / value.scale:.15g}"
