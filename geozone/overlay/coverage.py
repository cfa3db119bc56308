"""Coverage of zones by a layer, each piece of ground counted once.

``net(z) = Σ_i [ area(A_i ∩ z) − area( (∪_{j<i} A_i ∩ A_j) ∩ z ) ]``: every feature gives what earlier ones have not given
already, so that each piece of ground belongs to one feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from geozone.errors import ConservationError
from geozone.model import Finding, Layer
from geozone.overlay.engine import combine
from geozone.overlay.features import Features, Progress, features_of
from geozone.overlay.guard import SLIVER, TOLERANCE, Guard, Repair
from geozone.overlay.losses import findings_of, losses, merged, outside, tell
from geozone.overlay.plane import Indices, Numbers
from geozone.overlay.zone_grid import Sheet, make_sheets
from geozone.overlay.zone_overlaps import zone_overlaps
from geozone.overlay.zones import Zones, frame_of, make_zones, refuse_taken
from geozone.system import processors

COLUMNS = ("zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features")


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


@dataclass(frozen=True)
class Sums:
    """Sums by zone, in m², over some ground; gross and net of parts of the ground add up."""

    gross: Numbers
    net: Numbers
    repairs: list[Repair]
    deviation: float
    features: Indices  # numbers of those with area
    areas: Numbers  # of them
    pairs: Indices  # feature * zones + zone, of features that have area in a zone


@dataclass(frozen=True)
class Counted:
    """How many features have area, in every zone and in none; a feature that lies in several parts of the ground counts once."""

    in_zone: Indices
    features: int
    outside: int
    outside_area: float


def coverage(
    layer: Any,
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return how much of every zone a layer covers, each piece of ground counted once.

    Parameters
    ----------
    layer, zones
        A GeoDataFrame, GeoSeries or Layer each, in any CRS. Zones may overlap each other, each then counts for itself.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    threads
        Threads to use; by default one for every processor.
    progress
        Called with the number of tiles that are done, and of all.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``gross_km2`` (every feature counted), ``net_km2`` (every piece of ground
        counted once), ``overlap_km2`` (the difference), ``share`` (net of zone), ``features`` (with area in the zone).
        ``attrs["repairs"]`` lists what had to be repaired, ``attrs["deviation"]`` how far parts and wholes were apart,
        ``attrs["findings"]`` what of the layer counts for nothing (`geozone.overlay.losses.told`).

    Raises
    ------
    UsageError
        If a CRS or the field `by` is missing.
    ConservationError
        If parts do not add up to their whole.
    """
    count = threads or processors()
    prepared, frame = make_zones(zones, by), frame_of(layer)
    features = features_of(frame, threads=count)
    sheets = make_sheets(prepared.polygons, grid_cells(len(features)))
    found = find_shares(features, sheets, count, progress=progress)
    sums = sum_up(found, len(prepared), features)
    name = layer.id if isinstance(layer, Layer) else "layer"
    read = merged(findings_of(layer), losses(features, name, frame.index))
    counted = count_features([sums], len(prepared))
    table = coverage_table(prepared, [sums], counted)
    shared = zone_overlaps(prepared, zones, by, sheets)
    return tell(table, [*prepared.findings, *shared, *read, *in_no_zone(counted, name)])


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


def grid_cells(features: int) -> int:
    """Return how fine a label grid serves for so many features."""
    return int(np.clip(8 * np.sqrt(features), 64, 4096))


def find_shares(
    features: Features,
    sheets: Sequence[Sheet],
    threads: int,
    *,
    ground: Numbers | None = None,
    progress: Progress | None = None,
) -> Found:
    """Return what every feature has in every zone.

    Parameters
    ----------
    ground
        Count only what lies in this box of the plane.
    """
    guard, parts = Guard(), []
    for sheet in sheets:
        found = combine(features, sheet, threads, guard, ground=ground, progress=progress)
        size = features.boxes[found.covers, 2:] - features.boxes[found.covers, :2]
        real = found.whole > SLIVER * 2 * size.sum(axis=1)
        parts.append(
            Shares(
                features.features[found.covers[real]],
                found.zones[real],
                found.whole[real],
                found.counted[real],
            )
        )
    return Found(Shares.of(parts), guard.repairs, guard.deviation)


def sum_up(found: Found, zones: int, features: Features) -> Sums:
    """Return the sums over all features, by zone."""
    shares = found.shares
    real = np.flatnonzero(features.areas > 0)
    return Sums(
        np.bincount(shares.zones, weights=shares.gross, minlength=zones).astype(np.float64),
        np.bincount(shares.zones, weights=shares.own, minlength=zones).astype(np.float64),
        [*features.repairs, *found.repairs],
        found.deviation,
        features.features[real],
        features.areas[real],
        _distinct(shares.features * np.int64(max(zones, 1)) + shares.zones),
    )


def count_features(parts: Sequence[Sums], zones: int) -> Counted:
    """Return how many features have area, in every zone and in none."""
    nothing = np.zeros(0, dtype=np.int64)
    pairs = _distinct(np.concatenate([nothing, *(part.pairs for part in parts)]))
    features, first = np.unique(
        np.concatenate([nothing, *(part.features for part in parts)]), return_index=True
    )
    areas = np.concatenate([np.zeros(0), *(part.areas for part in parts)])[first]
    apart = ~np.isin(features, pairs // max(zones, 1))
    return Counted(
        np.bincount(pairs % max(zones, 1), minlength=zones),
        len(features),
        int(apart.sum()),
        float(areas[apart].sum()),
    )


def _distinct(values: Indices) -> Indices:
    """Return values once each, ascending: `numpy.unique` of whole numbers takes ten times as long."""
    values = np.sort(values)
    return np.asarray(values[np.diff(values, prepend=-1) != 0])


def in_no_zone(counted: Counted, layer: str) -> list[Finding]:
    """Return the finding that features of a layer lie in no zone."""
    return outside(counted.outside, counted.features, counted.outside_area, layer)


def coverage_table(zones: Zones, parts: Sequence[Sums], counted: Counted) -> pd.DataFrame:
    """Return the table of `coverage` from the sums of all parts of the ground.

    Raises
    ------
    UsageError
        If the field of the zones goes by the name of a column of the result.
    """
    refuse_taken(zones.keys.name, COLUMNS)
    nothing = np.zeros(len(zones))
    gross = np.sum([nothing, *(part.gross for part in parts)], axis=0)
    net = np.sum([nothing, *(part.net for part in parts)], axis=0)
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
            "features": counted.in_zone,
        },
        index=zones.keys,
        columns=list(COLUMNS),
    )
    # a neighbour that two parts read is repaired by both
    repairs = dict.fromkeys(repair for part in parts for repair in part.repairs)
    table.attrs["repairs"] = [asdict(repair) for repair in sorted(repairs, key=lambda one: one.feature)]
    table.attrs["deviation"] = max((part.deviation for part in parts), default=0.0)
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
