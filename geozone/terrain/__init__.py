"""From elevation to the ecological barrier, and screening by the guideline for red lines."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geozone.terrain.rules import Kapos, Relief, Slope
    from geozone.terrain.variants import sensitivity

__all__ = ["Kapos", "Relief", "Slope", "sensitivity"]

_HOME = {"Kapos": "rules", "Relief": "rules", "Slope": "rules", "sensitivity": "variants"}


def __getattr__(name: str) -> Any:
    # imported on first use: whoever wants the elevation for a picture does not wait for scipy and the compiler
    if name not in _HOME:
        raise AttributeError(f"module 'geozone.terrain' has no attribute {name!r}")
    return getattr(import_module(f"geozone.terrain.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
