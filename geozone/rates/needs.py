"""What measures are made from: quantities of layers that the run works out, once for all indicators.

A measure names its needs; the run supplies one table for each, by finest unit, so that the rates are plain sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, order=True)
class Ground:
    """Features of a layer: all of them, or those that a filter lets pass."""

    layer: str
    where: Where = ()
    unsure: bool = False  # with those that may pass: a field of the filter is empty

    @classmethod
    def of(
        cls, layer: str, where: Mapping[str, tuple[str, ...]] | None = None, *, unsure: bool = False
    ) -> Ground:
        """Return the features of a layer that pass a filter (field -> values), with those that may where asked for."""
        return cls(layer, tuple(sorted((where or {}).items())), unsure and bool(where))


@dataclass(frozen=True, slots=True)
class AreaNeed:
    """Net area of the ground where all of some layers are: columns ``code, area_km2``."""

    grounds: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class LengthNeed:
    """Length of lines, in some layers where they are named: columns ``code, length_km``."""

    line: Ground
    within: frozenset[Ground] = frozenset()


@dataclass(frozen=True, slots=True)
class FeatureNeed:
    """Features with the unit that they lie in: column ``code`` and their fields; a row for every unit that they touch."""

    layer: str


@dataclass(frozen=True, slots=True)
class ClassNeed:
    """Area of every class of a raster: columns ``code, value, area_km2``; value missing where there is no data."""

    raster: str
    of: Ground | None = None


@dataclass(frozen=True, slots=True)
class MeanNeed:
    """Weighted sum of a raster: columns ``code, sum, weight, missing`` (weight of what has no value)."""

    raster: str
    weight: str  # "area" or the id of a raster


@dataclass(frozen=True, slots=True)
class ConnectedNeed:
    """Largest connected part of a layer and the whole of it, in every unit: columns ``code, largest_km2, total_km2``."""

    ground: Ground
    reach_m: float
    levels: tuple[str, ...]  # that are asked for
    along: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeNeed:
    """Area of a layer at its two vintages: columns ``code, old_km2, new_km2, gained_km2, lost_km2``."""

    ground: Ground


Need = AreaNeed | LengthNeed | FeatureNeed | ClassNeed | MeanNeed | ConnectedNeed | ChangeNeed
