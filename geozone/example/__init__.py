"""A complete synthetic set of inputs as offices keep them, and the truth that a right result is held against."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geozone.example.declared import ZONES

if TYPE_CHECKING:
    from geozone.example.truths import UNANSWERED, Truth, truth
    from geozone.example.writing import write_example

__all__ = ["UNANSWERED", "ZONES", "Truth", "truth", "write_example"]


def __getattr__(name: str) -> Any:
    # imported on first use: the command line asks for `ZONES` alone
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "writing" if name == "write_example" else "truths"
    return getattr(import_module(f"{__name__}.{home}"), name)
