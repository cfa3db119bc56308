"""Overlays that a single bad pair cannot stop: the pair is repaired alone, and the repair is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import shapely

from geozone.errors import ConservationError, DataError
from geozone.overlay.plane import Geometries, Numbers
from geozone.overlay.rings import once_around

TOLERANCE = 1e-9  # parts and whole agree within this share
_ROUNDING = 2e-7  # m² per metre of outline: fifty times what the rounding of coordinates can do, since cuts add outline
SLIVER = 4e-9  # metres, twice the last place of a coordinate: ground less wide is what rounding leaves between outlines
_GRID = 1e-6  # metres: a pair that fails even when repaired is laid on this grid


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done so that an overlay could be computed; areas in km²."""

    feature: int  # number of the feature in its layer
    method: str  # "structure", "closed_ring", "dropped", "failed", "pair_structure", "pair_grid"
    before_km2: float
    after_km2: float


@dataclass
class Guard:
    """Runs overlay operations, keeps the repairs and the worst breach of conservation that was seen."""

    repairs: list[Repair] = field(default_factory=list)
    deviation: float = 0.0

    def intersection(self, one: Geometries, other: Geometries, features: np.ndarray) -> Geometries:
        """Return the polygons that pairs have in common; `features` names the first of each pair."""
        return self._apply(shapely.intersection, one, other, features)

    def difference(self, one: Geometries, other: Geometries, features: np.ndarray) -> Geometries:
        """Return what the second of each pair leaves of the first."""
        return self._apply(shapely.difference, one, other, features)

    def union(self, rows: Geometries) -> Geometries:
        """Return the union of every row of a two-dimensional array."""
        try:
            return np.asarray(shapely.union_all(rows, axis=1))
        except shapely.GEOSException:
            result = np.empty(len(rows), dtype=object)
            for position, row in enumerate(rows):
                try:
                    result[position] = shapely.union_all(row)
                except shapely.GEOSException:
                    result[position] = shapely.union_all(repaired(row), grid_size=_GRID)
            return result

    def check(self, parts: Numbers, whole: Numbers, extent: Numbers, features: np.ndarray) -> None:
        """Check that parts add up to their whole.

        Parameters
        ----------
        parts, whole
            Areas, in m².
        extent
            Length of the outline or box of each whole, in metres: coordinates are rounded to 4e-9 m.
        features
            Numbers of the features, for the error.

        Raises
        ------
        ConservationError
            If parts and whole differ by more than `TOLERANCE` and the rounding of coordinates.
        """
        allowed = TOLERANCE * whole + _ROUNDING * extent
        self._refuse(np.abs(parts - whole) - allowed, parts, whole, features)
        if len(whole) and (total := float(whole.sum())) > 0:
            self.deviation = max(self.deviation, abs(float(parts.sum()) - total) / total)

    def check_within(self, part: Numbers, whole: Numbers, extent: Numbers, features: np.ndarray) -> None:
        """Check that a part is not more than its whole; the arguments are those of `check`.

        Raises
        ------
        ConservationError
            If it is.
        """
        self._refuse(part - whole - (TOLERANCE * whole + _ROUNDING * extent), part, whole, features)

    def add(self, other: Guard) -> None:
        """Keep what another guard has seen."""
        self.repairs.extend(other.repairs)
        self.deviation = max(self.deviation, other.deviation)

    def _refuse(self, excess: Numbers, parts: Numbers, whole: Numbers, features: np.ndarray) -> None:
        if len(excess) and excess.max() > 0:
            worst = int(np.argmax(excess))
            raise ConservationError(
                "overlay.not_conserved",
                feature=int(features[worst]),
                parts=f"{parts[worst] / 1e6:.12g}",
                whole=f"{whole[worst] / 1e6:.12g}",
            )

    def _apply(
        self, operation: Callable[..., Any], one: Geometries, other: Geometries, features: np.ndarray
    ) -> Geometries:
        try:
            return np.asarray(operation(one, other))
        except shapely.GEOSException:
            if len(one) == 1:
                return self._alone(operation, one, other, int(features[0]))
            half = len(one) // 2
            return np.concatenate(
                [
                    self._apply(operation, one[:half], other[:half], features[:half]),
                    self._apply(operation, one[half:], other[half:], features[half:]),
                ]
            )

    def _alone(
        self, operation: Callable[..., Any], one: Geometries, other: Geometries, feature: int
    ) -> Geometries:
        before = float(shapely.area(one)[0])
        sound = repaired(one), repaired(other)
        after = float(shapely.area(sound[0])[0])
        for method, grid in (("pair_structure", None), ("pair_grid", _GRID)):
            try:
                result = np.asarray(operation(*sound, grid_size=grid))
            except shapely.GEOSException:
                continue
            self.repairs.append(Repair(feature, method, before / 1e6, after / 1e6))
            return result
        raise DataError("overlay.failed", feature=feature)


def repaired(geometries: Geometries) -> Geometries:
    """Return valid polygons by the structure of their rings: shells are merged, holes cut out of them."""
    return cast(
        Geometries, shapely.make_valid(once_around(geometries), method="structure", keep_collapsed=False)
    )
