"""Shares and areas of raster classes in zones, with exact fractions of cells and their true areas on the ellipsoid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.losses import tell
from geozone.overlay.mosaic import cut_to_layer
from geozone.overlay.plane import Numbers
from geozone.overlay.zone_overlaps import zones_apart
from geozone.overlay.zones import Zones, make_zones
from geozone.raster.classes import ClassAreas
from geozone.raster.passes import Scan, count_together, scans_of
from geozone.raster.tiles import Tiles, tiles_of
from geozone.raster.unlike import unlike
from geozone.raster.zonal import SHIFT
from geozone.read.notes import warn

_ROUNDING = 1e-9  # of all ground counted: areas below are the rounding of sums
_BARE = 0.01  # of a zone: as much without data is told


def zonal_shares(
    raster: Any,
    zones: Any,
    *,
    by: str | None = None,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
) -> pd.DataFrame:
    """Return the share of every class of a raster in every zone.

    Parameters
    ----------
    raster
        Path, open rasterio dataset, or pair of array and affine transform (which needs `crs`); or a sequence of such, of
        which none overlap. Classes are whole numbers, whatever type the raster keeps them in, after the scale and offset of
        the band. What a mask, an alpha band or the value for missing data hides is no data.
    zones
        A GeoDataFrame, GeoSeries or Layer, in any CRS. Zones may overlap each other.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    crs
        CRS of the raster, where it is an array or the file is silent or wrong.
    band
        Band to read; by default the first that is no alpha band.
    nodata
        Value that stands for no data, where the file is silent or wrong.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``data_km2`` (area of the zone with data), and one column per class, named
        by its value, with its share of ``data_km2``. Areas are true areas on the CGCS2000 ellipsoid. A zone that the data
        merely touches, by less than a shift of its outline by 0.1 m would make up, has none. ``attrs`` hold what was decided
        and found (`geozone.overlay.losses.told`, `decided`).

    Raises
    ------
    InputError
        If the file is missing or unreadable, or its place on earth is not certain.
    UsageError
        If an array has no CRS or is turned, or the raster holds fractions instead of classes, or too many classes.
    DataError
        If several files overlap.

    Warns
    -----
    GeozoneWarning
        If zones overlap, or are partly without data, several bands could be meant, the CRS was inferred, or a class looks
        like an undeclared value for missing data.
    """
    prepared = zones_apart(zones, by)
    tiles = tiles_of(raster, crs=crs, band=band, nodata=nodata)
    count = ClassCount(tiles, prepared)
    count_together(count.scans)
    found = count.result()
    areas, data = found.areas, found.areas.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(data[:, None] > 0, areas / data[:, None], np.nan)
    table = pd.DataFrame({"zone_km2": prepared.area / 1e6, "data_km2": data / 1e6}, index=prepared.keys)
    classes = pd.DataFrame(shares, index=prepared.keys, columns=found.classes.tolist())
    table = pd.concat([table, classes], axis=1)
    findings = [*prepared.findings, *tiles.findings, *found.findings, *partly(table)]
    warn(findings)
    return tell(table, findings, tiles.decisions)


def class_areas(
    raster: Any,
    zones: Any,
    *,
    by: str | None = "code",
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
    of: Any = None,
) -> pd.DataFrame:
    """Return the area of every class of a raster in every zone, ground without data included.

    Parameters
    ----------
    raster, zones, by, crs, band, nodata
        As for `zonal_shares`.
    of
        A GeoDataFrame, GeoSeries or Layer of areas, in any CRS, that the zones are cut to first; they may overlap.

    Returns
    -------
    DataFrame
        Columns ``code`` (the key; named as `by`, if given), ``value`` (the class; missing for ground without data, which
        the raster hides or does not reach) and ``area_km2``, true areas on the CGCS2000 ellipsoid. The rows of a zone add
        up to its area, or to that of its part in `of`; a zone without such ground has no row.
        ``attrs`` hold what was decided and found (`geozone.overlay.losses.told`, `decided`).

    Raises
    ------
    InputError, UsageError, DataError
        As for `zonal_shares`.
    """
    prepared = make_zones(zones, by)
    findings = prepared.findings
    if of is not None:
        prepared, lost = cut_to_layer(prepared, of, "of")
        findings = (*findings, *lost)
    count = ClassTable(prepared, tiles_of(raster, crs=crs, band=band, nodata=nodata), by or "code", findings)
    count_together(count.scans)
    return count.table()


def partly(table: pd.DataFrame) -> Iterator[Finding]:
    """Yield the finding that zones of a table with ``zone_km2`` and ``data_km2`` are partly without data."""
    known = (table["data_km2"] / table["zone_km2"].where(table["zone_km2"] > 0)).fillna(1.0)
    bare = known[known < 1 - _BARE]
    if len(bare):
        params = {
            "count": len(bare),
            "zones": len(known),
            "zone": bare.idxmin(),
            "share": f"{bare.min():.1%}",
        }
        found = message("raster.zones_partly", **params)
        remedy = message("raster.zones_partly_remedy", **params)
        yield Finding("zones_partly", Severity.WARNING, "zones", found, remedy)


@dataclass
class Classes:
    """Areas in m² of classes in zones."""

    classes: npt.NDArray[np.int64]  # ascending
    areas: Numbers  # of zones and classes
    findings: list[Finding] = field(default_factory=list)


class ClassCount:
    """The classes of all files of a raster in zones, once the scans are done."""

    def __init__(self, tiles: Tiles, zones: Zones) -> None:
        self.zones = zones
        self.scans = scans_of(tiles, zones, ClassAreas)

    def result(self) -> Classes:
        """Return the classes; those whose area is the rounding of sums are none."""
        zones = self.zones
        parts = []
        findings: list[Finding] = []
        for scan in self.scans:
            parts.append((scan.numbers, *scan.counter.areas(scan.ground, scan.zones.outline)))
            findings += scan.counter.findings()
        findings += unlike([one.counter.held() for one in self.scans])
        classes = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(found for _, found, _ in parts)]))
        areas = np.zeros((len(zones), len(classes)))
        for numbers, found, some_areas in parts:
            areas[np.ix_(numbers, np.searchsorted(classes, found))] += some_areas
        # the outline of a zone, off by the rounding of its coordinates, can reach over so much of the data
        touch = np.minimum(zones.outline * SHIFT, zones.area / 2)
        areas[areas.sum(axis=1) < touch] = 0
        real = areas.sum(axis=0) > _ROUNDING * areas.sum()
        return Classes(classes[real], areas[:, real], findings)


class ClassTable:
    """The table of `class_areas`, once the scans are done.

    Parameters
    ----------
    zones, tiles
        The zones, and the files of the raster.
    key
        What the column of the keys is called.
    findings
        What was found in the zones.
    """

    def __init__(self, zones: Zones, tiles: Tiles, key: str, findings: Sequence[Finding]) -> None:
        self.zones, self.tiles, self.key, self.findings = zones, tiles, key, findings
        self._count = ClassCount(tiles, zones)

    @property
    def scans(self) -> list[Scan[ClassAreas]]:
        """What is to be counted."""
        return self._count.scans

    def table(self) -> pd.DataFrame:
        """Return the table."""
        found, whole = self._count.result(), self.zones.area
        bare = whole - found.areas.sum(axis=1)
        bare[bare <= 0.1 * _ROUNDING * whole] = 0
        areas = np.column_stack([found.areas, bare])
        values = np.append(found.classes.astype(np.float64), np.nan)
        zone, place = np.nonzero(areas > 0)
        table = pd.DataFrame(
            {self.key: self.zones.keys[zone], "value": values[place], "area_km2": areas[zone, place] / 1e6}
        )
        return tell(table, [*self.findings, *self.tiles.findings, *found.findings], self.tiles.decisions)
