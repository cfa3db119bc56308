"""Loops compiled by numba at their first use, and kept beside the package or in the user's cache folder."""

from __future__ import annotations

from typing import Any

from numba import njit

_OPTIONS = {"nogil": True, "error_model": "numpy"}
# sums may be added up in any order, which lets the processor add several numbers at a time; NaN stays what it is
_ANY_ORDER = {"reassoc", "contract", "nsz"}


def compiled(function: Any) -> Any:
    """Return a function compiled."""
    return _compiled(function, _OPTIONS)


def compiled_sums(function: Any) -> Any:
    """Return a function compiled whose sums may be added up in any order."""
    return _compiled(function, _OPTIONS | {"fastmath": _ANY_ORDER})


def _compiled(function: Any, options: dict[str, Any]) -> Any:
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # no folder to keep compiled code in: it is compiled anew in every process
        return njit(**options)(function)
