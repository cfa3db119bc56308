"""Several layers as one, and the ground with each combination of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geozone.overlay.engine import combine
from geozone.overlay.features import Features, Progress
from geozone.overlay.guard import Guard
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import Sheet

Bits = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Faces:
    """Pieces of ground in zones (or of owners), with the layers on them as bits."""

    zones: Indices
    masks: Bits
    areas: Numbers  # m²
    shapes: Geometries = field(default_factory=lambda: np.zeros(0, dtype=object))  # none, or one each

    @staticmethod
    def of(parts: Sequence[Faces]) -> Faces:
        """Return all faces of several."""
        nothing = np.zeros(0, dtype=np.int64)
        return Faces(
            np.concatenate([nothing, *(part.zones for part in parts)]),
            np.concatenate([nothing, *(part.masks for part in parts)]),
            np.concatenate([np.zeros(0), *(part.areas for part in parts)]),
            np.concatenate([np.zeros(0, dtype=object), *(part.shapes for part in parts)]),
        )


@dataclass(frozen=True)
class Layers:
    """Several layers, their features one layer behind the other."""

    features: Features
    firsts: Indices  # number of the first feature of each layer

    def layer(self, features: Indices) -> Bits:
        """Return the layer of each feature."""
        return np.searchsorted(self.firsts, features, side="right").astype(np.int64) - 1

    def matters(self, feature: Indices, other: Indices) -> npt.NDArray[np.bool_]:
        """Tell whether other features come earlier, or belong to a later layer."""
        return np.asarray((other < feature) | (self.layer(other) > self.layer(feature)))


def find_faces(
    layers: Layers,
    sheets: Sequence[Sheet],
    threads: int,
    *,
    ground: Numbers | None = None,
    progress: Progress | None = None,
) -> Faces:
    """Return the area of every combination of layers in every zone.

    Parameters
    ----------
    ground
        Count only what lies in this box of the plane.
    """
    features, guard = layers.features, Guard()
    layer = layers.layer(features.features)
    found = [
        combine(features, sheet, threads, guard, layers=layer, ground=ground, progress=progress)
        for sheet in sheets
    ]
    return Faces.of([Faces(one.zones, one.covers, one.counted) for one in found])
