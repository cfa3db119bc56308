"""Means of a raster in zones: by the true area of its cells, or by another raster such as population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geozone.errors import ConservationError, DataError
from geozone.messages import message
from geozone.model import Decision, Finding, Severity
from geozone.overlay.losses import tell
from geozone.overlay.plane import Numbers
from geozone.overlay.zone_overlaps import zones_apart
from geozone.overlay.zones import Zones, make_zones
from geozone.raster.density import density_found
from geozone.raster.passes import Scan, count_together, scans_of
from geozone.raster.shares import partly
from geozone.raster.tiles import Tiles, tiles_of
from geozone.raster.unlike import unlike
from geozone.raster.values import ValueSums
from geozone.raster.weights import Weighted, weigh
from geozone.raster.zonal import SHIFT
from geozone.read.notes import warn

AREA = "area"
_ROUNDING = 1e-10  # of a zone: ground below is the rounding of sums
_CLOSE = 1e-3  # of the weight of a zone: by so much weights in and out of cells of two CRS may differ
_BARE = 0.01  # of a zone: as much without a weight is told


def zonal_means(
    raster: Any,
    zones: Any,
    *,
    by: str | None = None,
    weight: Any = AREA,
    weight_crs: Any = None,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
) -> pd.DataFrame:
    """Return the mean of a raster in every zone.

    Parameters
    ----------
    raster, zones, by, crs, band, nodata
        As for `geozone.zonal_shares`; values are those that the scale and the offset of the band make.
    weight
        ``"area"``, or a raster as for `weighted_sums`.
    weight_crs
        CRS of the weighting raster, where it is an array or the file is silent or wrong; of an array `crs` by default.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``data_km2`` (area of the zone with a value), ``mean``; with a weighting
        raster also ``weight`` (of the ground with a value) and ``missing`` (of the rest). A zone without a value has no
        mean. ``attrs`` as for `weighted_sums`.

    Raises
    ------
    InputError, UsageError, DataError
        As for `weighted_sums`.

    Warns
    -----
    GeozoneWarning
        If zones overlap, or are partly without data or weight, several bands could be meant, the CRS was inferred, values
        look like undeclared ones for missing data, or a weighting raster says that its values are per area.
    """
    prepared = zones_apart(zones, by)
    weights = None if is_area(weight) else tiles_of(weight, crs=weight_crs, arrays_crs=crs)
    sums = WeightedCount(tiles_of(raster, crs=crs, band=band, nodata=nodata), prepared, weights)
    count_together(sums.scans)
    found = sums.result()
    columns = {"zone_km2": prepared.area / 1e6, "data_km2": found.data / 1e6}
    if weights is not None:
        columns |= {"weight": found.weight, "missing": found.missing}
    with np.errstate(invalid="ignore", divide="ignore"):
        columns["mean"] = np.where(found.weight > 0, found.total / found.weight, np.nan)
    table = pd.DataFrame(columns, index=prepared.keys)
    findings = [*prepared.findings, *found.findings, *partly(table)]
    warn(findings)
    return tell(table, findings, found.decisions)


def weighted_sums(
    raster: Any,
    zones: Any,
    *,
    by: str | None = "code",
    weight: Any = AREA,
    weight_crs: Any = None,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
) -> pd.DataFrame:
    """Return the weighted sum of a raster in every zone, and the weight that it rests on.

    1. A cell counts with its value x (after scale and offset) and the weight w of its part inside the zone.
    2. With ``weight="area"``, w is that part's exact share of the cell times the true area of the cell, in km².
    3. With a weighting raster, each of its values is the total of its cell (people, say), evenly spread over it: a part of
       the cell has the same share of the total as of the area. Every cell of either raster is cut exactly at the lines of
       the other, whatever grid and CRS they have, and at the outline of the zone.
    4. Ground without a value, in or beyond the raster, gives its weight to ``missing``. Where the weighting raster has no
       value there is no weight; as much as 1 % of a zone is told.
    5. A number that programs write for missing data, that is not declared and lies far from all others (-9999 beside
       concentrations), is taken for none, told; if it is near to others it counts, told.

    Parameters
    ----------
    raster, zones, by, crs, band, nodata
        As for `geozone.raster.shares.class_areas`.
    weight
        ``"area"``, or a raster in any grid and CRS: a path, `LayerSource`, open dataset, pair of array and transform, or a
        sequence of such.
    weight_crs
        CRS of the weighting raster, where it is an array or the file is silent or wrong; of an array `crs` by default.

    Returns
    -------
    DataFrame
        One row per zone: ``code`` (the key; named as `by`, if given), ``sum`` (Σ w·x), ``weight`` (Σ w over the ground with
        a value; km² for ``"area"``, else in the unit of the weighting raster) and ``missing`` (Σ w over the rest of the
        zone). ``attrs`` hold what was decided and found (`geozone.overlay.losses.told`, `decided`).

    Raises
    ------
    InputError
        If a file is missing or unreadable, or its place on earth is not certain.
    UsageError
        If an array has no CRS or is turned, or there is no such band.
    DataError
        If files of one raster overlap, or weights are negative.
    """
    prepared = make_zones(zones, by)
    weights = None if is_area(weight) else tiles_of(weight, crs=weight_crs, arrays_crs=crs)
    sums = SumTable(tiles_of(raster, crs=crs, band=band, nodata=nodata), prepared, weights, by or "code")
    count_together(sums.scans)
    return sums.table()


@dataclass
class Found:
    """What a raster makes in zones; areas in m², weights in km² or the unit of the weighting raster."""

    data: Numbers  # area with a value
    total: Numbers
    weight: Numbers
    missing: Numbers
    findings: list[Finding] = field(default_factory=list)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)


@dataclass
class _Added:
    """The sums of all files of a raster by the area of their cells, or of totals."""

    known: Numbers  # area with a value
    total: Numbers
    inside: Numbers  # area on the ground of the raster
    left_out: dict[int, tuple[float, ...]] = field(default_factory=dict)  # by number of the file
    findings: list[Finding] = field(default_factory=list)


class WeightedCount:
    """The sums of a raster in zones, weighted by area where there are no weights, once the scans are done."""

    def __init__(self, tiles: Tiles, zones: Zones, weights: Tiles | None) -> None:
        self.tiles, self.zones, self.weights = tiles, zones, weights
        self._values = scans_of(tiles, zones, ValueSums)
        self._people = scans_of(weights, zones, partial(ValueSums, per_cell=True)) if weights else []
        self.scans = [*self._values, *self._people]

    def result(self) -> Found:
        """Return the sums.

        Raises
        ------
        DataError
            If weights are negative.
        """
        tiles, zones, weights = self.tiles, self.zones, self.weights
        values = _added(self._values, zones)
        findings = [*tiles.findings, *values.findings]
        if weights is None:
            missing = zones.area - values.known
            missing[missing <= _ROUNDING * zones.area] = 0
            total, known = values.total / 1e6, values.known / 1e6
            return Found(values.known, total, known, missing / 1e6, findings, tiles.decisions)
        people = _added(self._people, zones)
        weighted = Weighted.nothing(len(zones))
        for tile, some, numbers in tiles.each(zones):
            for other, fewer, places in weights.each(some):
                left_out = values.left_out[tile.number], people.left_out[other.number]
                weighted.add(numbers[places], weigh(tile, other, fewer, left_out))
        weighted = _closed(weighted, people.total, values.inside >= (1 - _ROUNDING) * zones.area)
        decisions = [*tiles.decisions, *weights.decisions]
        decisions += [
            (name, Decision("weight", "total", message("raster.weight_total"))) for name in weights.called
        ]
        findings += [*weights.findings, *people.findings, *_unweighted(zones, people.known)]
        findings += [
            found for one in self._people if (found := density_found(one.counter.raster)) is not None
        ]
        return Found(values.known, weighted.total, weighted.known, weighted.void, findings, decisions)


class SumTable:
    """The table of `weighted_sums`, once the scans are done; `key` is what the column of the keys is called."""

    def __init__(self, tiles: Tiles, zones: Zones, weights: Tiles | None, key: str) -> None:
        self.zones, self.key = zones, key
        self._count = WeightedCount(tiles, zones, weights)

    @property
    def scans(self) -> list[Scan[ValueSums]]:
        """What is to be counted."""
        return self._count.scans

    def table(self) -> pd.DataFrame:
        """Return the table.

        Raises
        ------
        DataError
            If weights are negative.
        """
        found = self._count.result()
        columns = {"sum": found.total, "weight": found.weight, "missing": found.missing}
        table = pd.DataFrame({self.key: self.zones.keys, **columns})
        return tell(table, [*self.zones.findings, *found.findings], found.decisions)


def is_area(weight: Any) -> bool:
    """Tell whether a weight is that of the area."""
    return isinstance(weight, str) and weight == AREA


def _added(scans: Sequence[Scan[ValueSums]], zones: Zones) -> _Added:
    """Return the sums over all files of a raster.

    Raises
    ------
    DataError
        If totals of cells are negative.
    """
    added = _Added(np.zeros(len(zones)), np.zeros(len(zones)), np.zeros(len(zones)))
    for scan in scans:
        sums, numbers = scan.counter, scan.numbers
        if sums.per_cell and sums.least < 0:
            raise DataError("raster.negative_weight", path=sums.raster.path, value=f"{sums.least:g}")
        found = sums.sums(scan.ground, scan.zones.outline)
        added.inside[numbers] += scan.ground
        added.known[numbers] += found.known
        added.total[numbers] += found.total
        added.left_out[scan.tile.number] = sums.left_out
        added.findings += sums.findings()
    added.findings += unlike([one.counter.held() for one in scans])
    # the outline of a zone, off by the rounding of its coordinates, can reach over so much of the data
    bare = added.known < np.minimum(zones.outline * SHIFT, zones.area / 2)
    added.known[bare] = added.total[bare] = 0
    return added


def _closed(weighted: Weighted, total: Numbers, within: npt.NDArray[np.bool_]) -> Weighted:
    """Return weighted sums that add up to the whole weight of each zone, `within` telling the zones without ground beyond.

    Raises
    ------
    ConservationError
        If they differ by more than the lines of two CRS can make.
    """
    counted = weighted.known + weighted.void
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(within & (counted > 0), total / counted, 1.0)
    off = np.where(within, np.abs(total - counted), counted - total) > _CLOSE * np.maximum(total, counted)
    if off.any():
        worst = int(np.flatnonzero(off)[0])
        raise ConservationError(
            "raster.weight_not_conserved",
            zone=worst + 1,
            cells=f"{counted[worst]:.12g}",
            whole=f"{total[worst]:.12g}",
        )
    known = weighted.known * factor
    void = np.where(within, weighted.void * factor, np.maximum(total - known, 0))
    return Weighted(known, void, weighted.total * factor)


def _unweighted(zones: Zones, known: Numbers) -> Iterator[Finding]:
    """Yield the finding that a weighting raster has no value on part of the zones."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(zones.area > 0, known / zones.area, 1.0)
    bare = np.flatnonzero(share < 1 - _BARE)
    if len(bare):
        worst = bare[np.argmin(share[bare])]
        params = {
            "count": len(bare),
            "zones": len(zones),
            "zone": zones.keys[worst],
            "share": f"{1 - share[worst]:.1%}",
        }
        said, remedy = message("raster.unweighted", **params), message("raster.unweighted_remedy")
        yield Finding("unweighted", Severity.WARNING, "zones", said, remedy)
