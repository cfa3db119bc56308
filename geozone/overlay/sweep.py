"""What lies on the features of a tile, for layers of very many features: measured in one sweep instead of built by GEOS.

An item is a feature with everything that meets its box: earlier features, features of later layers, pieces of zones. A sweep
over it (`geozone.overlay.compiled`) gives the area of every combination of them. What lies on one item beyond `DENSE`
features, and layers of fewer than `MANY`, for which compiling does not pay, are left to `geozone.overlay.overlap`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.features import Features
from geozone.overlay.guard import SLIVER, Guard
from geozone.overlay.overlap import near_pairs
from geozone.overlay.plane import Indices, Numbers
from geozone.overlay.tiling import Tile
from geozone.overlay.wkb import Outlines
from geozone.overlay.zone_grid import CROSSING, Sheet

MANY = 20_000  # features of a layer
DENSE = 256  # features that meet one
EARLIER = 16  # the bit of ground that an earlier feature has; bits 0 to 15 are layers

# feature, other feature -> bit of the ground that the other has, or -1
Label = Callable[[Indices, Indices], Indices]


@dataclass(frozen=True)
class Swept:
    """Areas, in m²: one entry for every row, zone and combination of bits."""

    features: Indices
    zones: Indices
    masks: npt.NDArray[np.int64]
    areas: Numbers


def earlier_bit(feature: Indices, other: Indices) -> Indices:
    """Return `EARLIER` for features that come earlier: the label of a single layer."""
    return np.where(other < feature, EARLIER, -1)


def make_ready(features: Features, sheet: Sheet) -> None:
    """Make what the sweeps of all tiles share, before threads do."""
    if len(features) >= MANY:
        features.outlines(np.zeros(0, dtype=np.intp))
        sheet.outlines  # noqa: B018 - computed on first use


def sweep_tile(features: Features, sheet: Sheet, tile: Tile, label: Label, guard: Guard) -> Swept | None:
    """Return what lies on the rows of a tile; None where the sweep does not pay.

    Parameters
    ----------
    label
        The bit of the ground of other features, seen from a feature.

    Raises
    ------
    ConservationError
        If combinations do not add up to their feature.
    """
    if len(features) < MANY:
        return None
    rows, place = tile.rows, tile.place
    diagonals = shapely.linestrings(features.boxes[rows].reshape(-1, 2, 2))
    neighbours = _neighbours(features, rows, diagonals, label)
    if neighbours is None:
        return None
    owner, other, bits = neighbours
    count = np.bincount(owner, minlength=len(rows))
    crossing = place == CROSSING
    alone, items = np.flatnonzero((count == 0) & ~crossing), np.flatnonzero((count > 0) | crossing)
    asked = rows[items]
    others, other = np.unique(other, return_inverse=True)
    cut, piece = sheet.pieces_near(diagonals[items], crossing[items])
    position = np.searchsorted(items, owner)
    # numba takes half a second to load, which only large layers pay back
    from geozone.overlay.compiled import sweep_items  # noqa: PLC0415

    entries, areas = sweep_items(
        _arrays(features.outlines(asked)),
        _arrays(features.outlines(others)),
        _arrays(sheet.outlines),
        _by_item(len(items), position, other, bits),
        _by_item(len(items), cut, piece, sheet.pieces[1][piece]),
        np.where(crossing[items], -1, place[items]).astype(np.int64),
    )
    item, zone, masks = entries.T
    sums = np.bincount(item, weights=areas, minlength=len(items)).astype(np.float64)
    extent = 2 * (features.boxes[asked, 2:] - features.boxes[asked, :2]).sum(axis=1)
    guard.check(sums, features.areas[asked], extent, features.features[asked])
    inside = (zone >= 0) & (areas > SLIVER * extent[item])
    return Swept(
        np.concatenate([features.features[rows[alone]], features.features[asked[item[inside]]]]),
        sheet.numbers[np.concatenate([place[alone], zone[inside]]).astype(np.intp)],
        np.concatenate([np.zeros(len(alone), dtype=np.int64), masks[inside]]),
        np.concatenate([features.areas[rows[alone]], areas[inside]]),
    )


def _neighbours(
    features: Features, rows: Indices, diagonals: npt.NDArray[np.object_], label: Label
) -> tuple[Indices, Indices, Indices] | None:
    """Return position, neighbour and bit of every pair whose boxes meet and that matters; None where they are too many."""
    nothing = np.zeros(0, dtype=np.intp)
    found = [(nothing, nothing, nothing)]
    for position, other in near_pairs(features.tree, diagonals):
        bits = label(features.features[rows[position]], features.features[other])
        some = np.flatnonzero(bits >= 0)
        if len(some) and np.bincount(position[some] - position[0]).max() > DENSE:
            return None
        found.append((position[some], other[some], bits[some]))
    position, other, bits = (np.concatenate(column) for column in zip(*found, strict=True))
    return position, other, bits


def _arrays(outlines: Outlines) -> tuple[Numbers, Indices, Indices]:
    return (
        np.ascontiguousarray(outlines.coordinates),
        outlines.rings,
        outlines.parts[outlines.features],
    )


def _by_item(
    count: int, owner: Indices, numbers: Indices, labels: Indices
) -> tuple[Indices, Indices, Indices]:
    """Return offsets by item, and numbers and labels in the order of items."""
    order = np.argsort(owner, kind="stable")
    offsets = np.searchsorted(owner[order], np.arange(count + 1))
    return offsets.astype(np.int64), numbers[order].astype(np.int64), labels[order].astype(np.int64)
