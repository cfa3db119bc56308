"""From elevation to the ecological barrier, and screening by the guideline for red lines."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geozone.terrain.factors import climate_erosivity, dryness, soil_erodibility
    from geozone.terrain.ranking import Importance, importance
    from geozone.terrain.rules import Kapos, Relief, Slope
    from geozone.terrain.screening import (
        Screening,
        biodiversity,
        sand_fixing,
        soil_retention,
        water_conservation,
    )
    from geozone.terrain.sensitive import (
        Grading,
        desertification_sensitivity,
        erosion_sensitivity,
        sensitivity_classes,
    )
    from geozone.terrain.variants import sensitivity

__all__ = [
    "Grading",
    "Importance",
    "Kapos",
    "Relief",
    "Screening",
    "Slope",
    "biodiversity",
    "climate_erosivity",
    "desertification_sensitivity",
    "dryness",
    "erosion_sensitivity",
    "importance",
    "sand_fixing",
    "sensitivity",
    "sensitivity_classes",
    "soil_erodibility",
    "soil_retention",
    "water_conservation",
]

_HOME = {
    "Grading": "sensitive",
    "Importance": "ranking",
    "Kapos": "rules",
    "Relief": "rules",
    "Screening": "screening",
    "Slope": "rules",
    "biodiversity": "screening",
    "climate_erosivity": "factors",
    "desertification_sensitivity": "sensitive",
    "dryness": "factors",
    "erosion_sensitivity": "sensitive",
    "importance": "ranking",
    "sand_fixing": "screening",
    "sensitivity": "variants",
    "sensitivity_classes": "sensitive",
    "soil_erodibility": "factors",
    "soil_retention": "screening",
    "water_conservation": "screening",
}


def __getattr__(name: str) -> Any:
    # imported on first use: whoever wants the elevation for a picture does not wait for scipy and the compiler
    if name not in _HOME:
        raise AttributeError(f"module 'geozone.terrain' has no attribute {name!r}")
    return getattr(import_module(f"geozone.terrain.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
