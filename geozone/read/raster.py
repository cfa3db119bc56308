"""Open a raster whose place on earth and missing values are certain, or say what is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from pyproj.exceptions import CRSError
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from geozone.errors import InputError
from geozone.model import Decision, Finding, Severity
from geozone.read.bulk import quiet, reason_of
from geozone.read.inference import CHINA
from geozone.read.notes import Notes
from geozone.read.safety import LIMITS, Limits, local_file, refuse_reaching_markup

_FILLS = (-32768.0, -9999.0, -999.0, -99999.0, 32767.0, 65535.0)
_LOOKED_AT = 1024  # pixels a side of the reduced raster that is looked at for fill values


@dataclass(frozen=True, slots=True)
class Raster:
    """An open raster with its CRS, and what was decided and found on the way."""

    path: Path
    dataset: Any  # rasterio dataset, or a view of it with the CRS that was told
    crs: pyproj.CRS
    nodata: float | None
    decisions: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@contextmanager
def open_raster(path: str | Path, *, crs: Any = None, limits: Limits = LIMITS) -> Iterator[Raster]:
    """Yield an open raster.

    Parameters
    ----------
    path
        A file that rasterio reads; GeoTIFF is best.
    crs
        The coordinate reference system, where the file is silent or wrong.
    limits
        How large a file may be.

    Raises
    ------
    InputError
        If the file is missing or unreadable, is rotated, has no georeference, or its CRS is not known or
        contradicts its extent.
    """
    local = local_file(path, limits)
    shown = Path(path)
    if local.is_file():
        refuse_reaching_markup(local, shown)
    notes = Notes(shown.stem)
    try:
        with quiet():
            dataset = rasterio.open(local)
    except (RasterioError, OSError, ValueError) as error:
        raise InputError("read.raster_unreadable", path=shown, reason=reason_of(error, local)) from error
    with dataset:
        if dataset.transform.is_identity or dataset.count < 1:
            raise InputError("read.raster_no_place", path=shown)
        if dataset.transform.b or dataset.transform.d:
            raise InputError("read.raster_rotated", path=shown)
        found = _crs(dataset, crs, shown, notes)
        _report_nodata(dataset, notes)
        if dataset.crs is not None and pyproj.CRS(dataset.crs).equals(found):
            yield Raster(shown, dataset, found, dataset.nodata, notes.decisions, notes.findings)
            return
        with WarpedVRT(dataset, src_crs=found.to_wkt(), crs=found.to_wkt()) as view:
            yield Raster(shown, view, found, dataset.nodata, notes.decisions, notes.findings)


def _crs(dataset: Any, given: Any, shown: Path, notes: Notes) -> pyproj.CRS:
    west, south, east, north = dataset.bounds
    box = ", ".join(f"{value:.6g}" for value in dataset.bounds)
    in_degrees = -180.001 <= west <= east <= 360.001 and -90.001 <= south <= north <= 90.001
    if given is not None or dataset.crs is not None:
        try:
            stated = pyproj.CRS.from_user_input(given if given is not None else dataset.crs.to_wkt())
        except CRSError as error:
            raise InputError("read.bad_crs", path=shown, crs=str(given)[:80]) from error
        name = ":".join(stated.to_authority() or (stated.name,))
        if stated.is_geographic != in_degrees:
            raise InputError("read.raster_contradicts", path=shown, crs=name, box=box)
        notes.decide("crs", name, "read.crs_given" if given is not None else "read.crs_of_file", crs=name)
        return stated
    if not (in_degrees and CHINA[0] <= west and east <= CHINA[2] and CHINA[1] <= south and north <= CHINA[3]):
        raise InputError("read.raster_no_crs", path=shown, box=box)
    notes.decide("crs", "EPSG:4490", "read.crs_inferred_degrees", crs="EPSG:4490", box=box)
    notes.find("crs_inferred_degrees", Severity.WARNING, crs="EPSG:4490", box=box)
    return pyproj.CRS("EPSG:4490")


def _report_nodata(dataset: Any, notes: Notes) -> None:
    """Find a missing nodata value, and one that is used without being declared."""
    if dataset.nodata is not None or dataset.count > 1:
        return
    shape = (min(dataset.height, _LOOKED_AT), min(dataset.width, _LOOKED_AT))
    values = np.unique(dataset.read(1, out_shape=shape))
    fill = next((value for value in _FILLS if value in values), None)
    if fill is not None:
        notes.find("raster_fill", Severity.WARNING, low=f"{fill:g}")
    else:
        notes.find("raster_no_nodata", Severity.NOTE)
