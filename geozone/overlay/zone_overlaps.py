"""What zones share with each other: every row of a result is right then, and their sum is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.checks.accuracy import features_accuracy_m
from geozone.messages import message
from geozone.model import Finding, Layer, Severity
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import Sheet, make_sheets
from geozone.overlay.zones import Zones, frame_of, make_zones, overlaps
from geozone.read.crs import report_datum
from geozone.read.notes import Notes

Flags = npt.NDArray[np.bool_]

PARTIAL, EQUAL, NESTED = "zones_overlap", "zones_equal", "zones_nested"
KINDS = frozenset({PARTIAL, EQUAL, NESTED})
SUMS_WRONG = frozenset({PARTIAL, EQUAL})

_NAMED = 5  # pairs that are named
_SAME = 0.999  # of both zones in common: the same ground, drawn twice
_MOST = 0.5  # of a zone in common: less leaves more than a strip of it
_INSIDE = 0.95  # of the smaller zone: a county whose city was drawn from another source
_LEVEL = "level"  # the field by which units of all levels in one table are told apart


def zone_overlaps(prepared: Zones, zones: Any, by: str | None, sheets: Sequence[Sheet]) -> list[Finding]:
    """Return how zones overlap each other: partly, wholly as doubles, or as levels that lie over each other.

    Overlaps narrower than the outlines are accurate are no overlaps.

    Parameters
    ----------
    prepared, sheets
        The zones in the plane; on one sheet they do not overlap at all.
    zones, by
        What they were made of, as for `make_zones`.
    """
    if len(sheets) < 2:
        return []
    frame = frame_of(zones)
    noise = features_accuracy_m(frame)
    found = overlaps(prepared.polygons)
    wide = found.widths >= noise
    first, second, shared = pairs = found.first[wide], found.second[wide], found.areas[wide]
    equal, inside = _related(prepared.polygons, pairs, noise)
    levels = _levels(frame, prepared.keys, by)
    if levels is not None:
        apart = levels[first] != levels[second]
        equal, inside = equal & ~apart, inside | (equal & apart)
    inside &= ~equal
    return [
        _finding(kind, severity, prepared.keys, (first[rows], second[rows], shared[rows]))
        for kind, severity, rows in (
            (PARTIAL, Severity.WARNING, ~(equal | inside)),
            (EQUAL, Severity.WARNING, equal),
            (NESTED, Severity.NOTE, inside),
        )
        if rows.any()
    ]


def zones_apart(zones: Any, by: str | None) -> Zones:
    """Return zones as `make_zones` does, with what they share with each other among their findings."""
    prepared = make_zones(zones, by)
    notes = Notes("zones")
    frame = frame_of(zones)
    if frame.crs is not None and not isinstance(zones, Layer):  # of a layer, the reader tells it
        report_datum(frame.crs, notes)
    shared = zone_overlaps(prepared, zones, by, make_sheets(prepared.polygons))
    return replace(prepared, findings=(*prepared.findings, *notes.findings, *shared))


def _related(
    polygons: Geometries, pairs: tuple[Indices, Indices, Numbers], noise: float
) -> tuple[Flags, Flags]:
    """Return which pairs of polygons, with the area that they share, are the same ground, and of which one lies in the other."""
    areas = shapely.area(polygons)
    first, second, common = pairs
    smaller, larger = np.minimum(areas[first], areas[second]), np.maximum(areas[first], areas[second])
    inside = common >= _INSIDE * smaller
    # what one zone leaves of another is looked at where that may decide
    asked = (common >= _MOST * larger) | (~inside & (common >= _MOST * smaller))
    covered = []
    for one, two in ((first, second), (second, first)):
        whole = common >= _SAME * areas[one]
        left = shapely.difference(polygons[one[asked]], polygons[two[asked]])
        whole[asked] |= _is_narrow(left, noise)
        covered.append(whole)
    return covered[0] & covered[1], covered[0] | covered[1] | inside


def _is_narrow(geometries: Geometries, noise: float) -> Flags:
    """Tell which geometries are nowhere wider than the noise, part by part."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    wide = 2 * shapely.area(parts) >= noise * shapely.length(parts)
    wide &= shapely.area(parts) > 0
    return np.asarray(np.bincount(owner[wide], minlength=len(geometries)) == 0)


def _levels(frame: gpd.GeoDataFrame, keys: pd.Index, by: str | None) -> npt.NDArray[np.object_] | None:
    """Return the level of every zone, where the table tells one."""
    if _LEVEL not in frame.columns:
        return None
    levels = pd.Series(
        frame[_LEVEL].astype(str).to_numpy(), index=frame.index if by is None else frame[by], dtype=object
    )
    return np.asarray(levels[~levels.index.duplicated()].reindex(keys).fillna("").to_numpy(dtype=object))


def _finding(
    kind: str, severity: Severity, keys: pd.Index, pairs: tuple[Indices, Indices, Numbers]
) -> Finding:
    first, second, shared = pairs
    order = np.argsort(-shared, kind="stable")
    named = [f"{keys[first[row]]} × {keys[second[row]]}" for row in order[:_NAMED].tolist()]
    said = message(
        f"overlay.{kind}",
        count=len(shared),
        zones=len(np.unique(np.concatenate([first, second]))),
        area=f"{shared.sum() / 1e6:.4f}",
        first=", ".join(named) + (" …" if len(order) > _NAMED else ""),
    )
    return Finding(kind, severity, "zones", said, message(f"overlay.{kind}_remedy"))
