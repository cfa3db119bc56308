"""Where a raster lies: its extent and its coordinate reference system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyproj
from affine import Affine
from pyproj.exceptions import CRSError, ProjError

from geozone.errors import InputError
from geozone.messages import Text
from geozone.model import CRS, Severity
from geozone.read.crs import report_datum
from geozone.read.inference import CHINA
from geozone.read.notes import Notes
from geozone.read.shift_files import names_a_file


def bounds_of(transform: Affine, height: int, width: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a raster whose rows come from the north."""
    west, north = transform.c, transform.f
    return west, north + transform.e * height, west + transform.a * width, north


def crs_of(
    own: Any, bounds: tuple[float, float, float, float], given: Any, shown: Path | Text, notes: Notes
) -> pyproj.CRS:
    """Return the CRS of a raster: the one given, else its own, else CGCS2000 where degrees lie in China.

    Raises
    ------
    InputError
        If it is not known, cannot be used, or contradicts the extent.
    """
    west, south, east, north = bounds
    box = ", ".join(f"{value:.6g}" for value in bounds)
    in_degrees = -180.001 <= west <= east <= 360.001 and -90.001 <= south <= north <= 90.001
    said = given if given is not None else own.to_wkt() if own is not None else None
    if said is not None and names_a_file(said):
        raise InputError("read.reaching", path=shown)
    try:
        stated = None if said is None else pyproj.CRS.from_user_input(said)
        if stated is not None and (stated.is_geographic or stated.is_projected):
            pyproj.Transformer.from_crs(stated, CRS)  # what can't be converted is of no use
    except (CRSError, ProjError) as error:
        raise InputError("read.bad_crs", path=shown, crs=str(said)[:80]) from error
    # a local system, which some programs write where there is none, tells nothing
    if stated is not None and (given is not None or stated.is_geographic or stated.is_projected):
        name = ":".join(stated.to_authority() or (stated.name,))
        if stated.is_geographic != in_degrees:
            raise InputError("raster.contradicts", path=shown, crs=name, box=box)
        notes.decide("crs", name, "read.crs_given" if given is not None else "read.crs_of_file", crs=name)
        report_datum(stated, notes)
        return stated
    if not (in_degrees and CHINA[0] <= west and east <= CHINA[2] and CHINA[1] <= south and north <= CHINA[3]):
        raise InputError("raster.no_crs", path=shown, box=box)
    notes.decide("crs", "EPSG:4490", "read.crs_inferred_degrees", crs="EPSG:4490", box=box)
    notes.find("crs_inferred_degrees", Severity.WARNING, crs="EPSG:4490", box=box)
    return pyproj.CRS("EPSG:4490")
