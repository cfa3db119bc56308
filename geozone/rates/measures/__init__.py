"""How indicators are computed: one module a measure, each with ``needs`` and ``values``.

``seeds/measures.toml`` declares the same measures with the keys that an indicator of each takes.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from geozone.manifest.measures import load_measures


def module_of(measure: str) -> ModuleType:
    """Return the module that computes a measure; it goes by the measure's id."""
    if measure not in load_measures():
        raise KeyError(measure)
    return import_module(f"{__name__}.{measure}")
