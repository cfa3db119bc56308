"""Coverage of zones by a layer, each piece of ground counted once.

``net(z) = Σ_i [ area(A_i ∩ z) − area( (∪_{j<i} A_i ∩ A_j) ∩ z ) ]``: every feature gives what earlier ones have not given
already. The layer is worked off in tiles of features that lie close together; a tile reads its own features and those
earlier ones that they meet, and returns plain sums.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.errors import ConservationError
from geozone.overlay.features import Features, features_of, in_threads
from geozone.overlay.guard import TOLERANCE, Guard, Repair
from geozone.overlay.overlap import Items, covered_area
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.sheet import CROSSING, OUTSIDE, Sheet, make_sheets
from geozone.overlay.zones import Zones, frame_of, make_zones

COLUMNS = ("zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features")
_TILE = 8192  # features a tile


@dataclass(frozen=True)
class Shares:
    """What features have in zones: one entry for every feature, zone and piece."""

    features: Indices
    zones: Indices
    gross: Numbers  # m²
    own: Numbers  # m², what earlier features leave of it

    @staticmethod
    def of(parts: Sequence[Shares]) -> Shares:
        """Return all entries of several."""
        if not parts:
            nothing = np.zeros(0, dtype=np.intp)
            return Shares(nothing, nothing, np.zeros(0), np.zeros(0))
        return Shares(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.zones for part in parts]),
            np.concatenate([part.gross for part in parts]),
            np.concatenate([part.own for part in parts]),
        )


@dataclass(frozen=True)
class Found:
    """Entries with what was repaired on the way and how well parts added up."""

    shares: Shares
    repairs: list[Repair]
    deviation: float


def coverage(layer: Any, zones: Any, *, by: str | None = None, threads: int | None = None) -> pd.DataFrame:
    """Return how much of every zone a layer covers, each piece of ground counted once.

    Parameters
    ----------
    layer, zones
        A GeoDataFrame, GeoSeries or Layer each, in any CRS. Zones may overlap each other, each then counts for itself.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    threads
        Threads to use; by default one for every processor.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``gross_km2`` (every feature counted), ``net_km2`` (every piece of ground
        counted once), ``overlap_km2`` (the difference), ``share`` (net of zone), ``features`` (with area in the zone).
        ``attrs["repairs"]`` lists what had to be repaired, ``attrs["deviation"]`` how far parts and wholes were apart.

    Raises
    ------
    UsageError
        If a CRS or the field `by` is missing.
    ConservationError
        If parts do not add up to their whole.
    """
    count = threads or processors()
    prepared = make_zones(zones, by)
    features = features_of(frame_of(layer), threads=count)
    found = find_shares(features, make_sheets(prepared.polygons, grid_cells(len(features))), count)
    return coverage_table(prepared, [found], features.repairs)


def attribution(layer: Any, zones: Any, *, by: str | None = None, threads: int | None = None) -> pd.DataFrame:
    """Return for every feature and zone what earlier features leave it: each piece of ground belongs to one feature.

    Parameters
    ----------
    layer, zones, by, threads
        As for `coverage`. The order of the features is their priority.

    Returns
    -------
    DataFrame
        Index: feature (the index of `layer`) and zone key. Columns: ``gross_km2``, ``own_km2``. The sum of ``own_km2``
        over the features of a zone is its ``net_km2``.
    """
    count = threads or processors()
    prepared, frame = make_zones(zones, by), frame_of(layer)
    features = features_of(frame, threads=count)
    shares = find_shares(features, make_sheets(prepared.polygons, grid_cells(len(features))), count).shares
    table = pd.DataFrame(
        {
            "feature": shares.features,
            "zone": shares.zones,
            "gross_km2": shares.gross / 1e6,
            "own_km2": shares.own / 1e6,
        }
    )
    table = table.groupby(["feature", "zone"], sort=True).sum()
    table.index = pd.MultiIndex.from_arrays(
        [
            frame.index[table.index.get_level_values(0)],
            prepared.keys[table.index.get_level_values(1)],
        ],
        names=[frame.index.name or "feature", prepared.keys.name or "zone"],
    )
    return table


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grid_cells(features: int) -> int:
    """Return how fine a label grid serves for so many features."""
    return int(np.clip(8 * np.sqrt(features), 256, 4096))


def find_shares(
    features: Features, sheets: Sequence[Sheet], threads: int, *, own: Indices | None = None
) -> Found:
    """Return what every feature has in every zone.

    Parameters
    ----------
    own
        Rows to answer for; without it, all. The others only take from them.
    """
    found = [_on_sheet(features, sheet, threads, own) for sheet in sheets]
    return Found(
        Shares.of([part.shares for part in found]),
        [repair for part in found for repair in part.repairs],
        max((part.deviation for part in found), default=0.0),
    )


def coverage_table(zones: Zones, found: Sequence[Found], repairs: Sequence[Repair]) -> pd.DataFrame:
    """Return the table of `coverage`."""
    number = len(zones)
    gross, net, count = np.zeros(number), np.zeros(number), np.zeros(number, dtype=np.int64)
    for part in found:
        shares = part.shares
        gross += np.bincount(shares.zones, weights=shares.gross, minlength=number)
        net += np.bincount(shares.zones, weights=shares.own, minlength=number)
        pairs = np.unique(shares.features * np.int64(number) + shares.zones)
        count += np.bincount(pairs % number, minlength=number) if number else 0
    zone = zones.area
    check_bounds(zones, gross, net)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(zone > 0, net / zone, np.nan)
    table = pd.DataFrame(
        {
            "zone_km2": zone / 1e6,
            "gross_km2": gross / 1e6,
            "net_km2": net / 1e6,
            "overlap_km2": (gross - net) / 1e6,
            "share": share,
            "features": count,
        },
        index=zones.keys,
        columns=list(COLUMNS),
    )
    every = [*repairs, *(repair for part in found for repair in part.repairs)]
    table.attrs["repairs"] = [
        {
            "feature": repair.feature,
            "method": repair.method,
            "before_km2": repair.before_km2,
            "after_km2": repair.after_km2,
        }
        for repair in every
    ]
    table.attrs["deviation"] = max((part.deviation for part in found), default=0.0)
    return table


def check_bounds(zones: Zones, gross: Numbers, net: Numbers) -> None:
    """Check that no zone is covered by more than itself, or by more than its features have."""
    zone = zones.area
    allowed = np.minimum(gross, zone) + TOLERANCE * zone
    if (bad := (net > allowed) | (net < -TOLERANCE * zone)).any():
        worst = int(np.flatnonzero(bad)[0])
        raise ConservationError(
            "overlay.zone_not_conserved",
            zone=zones.keys[worst],
            net=f"{net[worst] / 1e6:.12g}",
            gross=f"{gross[worst] / 1e6:.12g}",
            area=f"{zone[worst] / 1e6:.12g}",
        )


def _on_sheet(features: Features, sheet: Sheet, threads: int, own: Indices | None) -> Found:
    place = sheet.classify(features.boxes)
    asked = place != OUTSIDE
    if own is not None:
        wanted = np.zeros(len(features), dtype=bool)
        wanted[own] = True
        asked &= wanted
    rows = np.flatnonzero(asked & (features.areas > 0))
    rows = rows[np.argsort(_along_curve(features.boxes[rows]), kind="stable")]
    size = int(np.clip(len(rows) / (4 * threads), 256, _TILE))
    tiles = [rows[start : start + size] for start in range(0, len(rows), size)]
    if (place[rows] == CROSSING).any():
        sheet.pieces  # noqa: B018 - made once, before threads share them
    found = in_threads(lambda tile: _on_tile(features, sheet, place[tile], tile), tiles, threads)
    return Found(
        Shares.of([part.shares for part in found]),
        [repair for part in found for repair in part.repairs],
        max((part.deviation for part in found), default=0.0),
    )


def _on_tile(features: Features, sheet: Sheet, place: np.ndarray, tile: Indices) -> Found:
    guard = Guard()
    met, others = _earlier(features, tile)
    inside, crossing = place >= 0, place == CROSSING
    needed = np.flatnonzero(met | crossing)
    geometries = features.take(tile[needed])
    # items: those inside a zone as they are, those that cross a boundary in parts
    whole = inside[needed]
    cross = np.flatnonzero(~whole)
    if len(cross):
        owner, parts, zone = sheet.split(
            geometries[cross],
            features.areas[tile[needed[cross]]],
            features.features[tile[needed[cross]]],
            guard,
        )
    else:
        owner, parts, zone = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=object), np.zeros(0, dtype=np.intp)
    alone = np.flatnonzero(inside & ~met)
    items = np.concatenate([alone, needed[whole], needed[cross[owner]]])
    zones = np.concatenate([place[alone], place[needed[whole]], zone])
    shapes = np.concatenate([geometries[whole], parts])
    gross = np.concatenate([features.areas[tile[alone]], shapely.area(shapes)])
    own = gross.copy()
    numbers = features.features[tile[items]]
    if len(others):
        taken = covered_area(
            Items(shapes, numbers[len(alone) :]),
            Items(features.take(others), features.features[others]),
            guard,
        )
        own[len(alone) :] -= taken
        _check_bounds(taken, gross[len(alone) :], shapes, numbers[len(alone) :])
    return Found(Shares(numbers, sheet.numbers[zones], gross, own), guard.repairs, guard.deviation)


def _check_bounds(taken: Numbers, gross: Numbers, shapes: Geometries, numbers: Indices) -> None:
    """Check that earlier features take no more of an item than there is."""
    bad = taken > gross * (1 + TOLERANCE) + 4e-8 * shapely.length(shapes)
    if bad.any():
        worst = int(np.flatnonzero(bad)[0])
        raise ConservationError(
            "overlay.not_conserved",
            feature=int(numbers[worst]),
            parts=f"{taken[worst] / 1e6:.12g}",
            whole=f"{gross[worst] / 1e6:.12g}",
        )


def _earlier(features: Features, tile: Indices, step: int = 1024) -> tuple[np.ndarray, Indices]:
    """Tell which rows meet a box of an earlier feature, and return the rows of those features."""
    met = np.zeros(len(tile), dtype=bool)
    others = np.zeros(0, dtype=np.intp)
    diagonals = shapely.linestrings(features.boxes[tile].reshape(-1, 2, 2))
    for start in range(0, len(tile), step):
        position, other = features.tree.query(diagonals[start : start + step])
        position = position + start
        earlier = features.features[other] < features.features[tile[position]]
        met[position[earlier]] = True
        others = np.union1d(others, other[earlier])
    return met, others


def _along_curve(boxes: Numbers) -> np.ndarray:
    """Return the place of box centres along a Z-shaped curve that keeps neighbours together."""
    if not len(boxes):
        return np.zeros(0, dtype=np.uint64)
    centre = boxes[:, :2] + boxes[:, 2:]
    low, size = centre.min(axis=0), max(float(np.ptp(centre, axis=0).max()), 1e-9)
    code = np.zeros(len(boxes), dtype=np.uint64)
    steps = ((centre - low) / size * 0xFFFF).astype(np.uint64)
    for bit in range(16):
        for axis in range(2):
            code |= ((steps[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return code
