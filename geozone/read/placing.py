"""Coordinates under the CRS that is stated, or under the one that they tell themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj

from geozone.errors import InputError
from geozone.messages import Text, text
from geozone.model import CRS, Severity
from geozone.read.fit import Fit, fit
from geozone.read.geodetic import Datum, datum_named, datum_of
from geozone.read.inference import (
    CHINA,
    Candidate,
    Extent,
    candidates,
    lacks_zone,
    meridian_crs,
    mixes_zones,
    zone_meridian,
)
from geozone.read.notes import Notes
from geozone.read.transform import Geometries, moved


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Geometries in whatever units they have, with their extent, the names of the features and the file."""

    geometries: Geometries
    extent: Extent
    index: pd.Index
    path: Path | str

    def read_as(self, way: Fit, notes: Notes) -> Geometries:
        """Return the geometries in another way of reading them."""
        if not way.changes:
            return self.geometries
        return moved(self.geometries, way.applied, way.factor, self.index, notes)


def under_crs(
    crs: pyproj.CRS, place: Coordinates, notes: Notes, *, by_user: bool
) -> tuple[pyproj.CRS, Geometries]:
    """Hold a stated CRS against the coordinates; return it with the coordinates as it means them.

    Raises
    ------
    InputError
        If the CRS is a local one, or contradicts the coordinates.
    """
    name, extent = crs_name(crs), place.extent
    if not (crs.is_geographic or crs.is_projected):
        raise InputError("read.crs_local", path=place.path, crs=name)
    found = fit(crs, extent)
    if found.contradicts:
        raise InputError("read.crs_contradicts", path=place.path, crs=name, box=extent.box, hint=hint(extent))
    notes.decide("crs", name, "read.crs_given" if by_user else "read.crs_of_file", crs=name)
    _report_fit(found, crs, extent, notes)
    return crs, place.read_as(found, notes)


def from_coordinates(default: str | None, place: Coordinates, notes: Notes) -> tuple[pyproj.CRS, Geometries]:
    """Tell the CRS from the coordinates; `default` holds where it can.

    Raises
    ------
    InputError
        If the coordinates can be read in several ways, or in none.
    """
    extent, path = place.extent, place.path
    held = fit(pyproj.CRS(default), extent) if default is not None else Fit(contradicts=True)
    if default is not None and not (held.contradicts or held.changes):
        crs = pyproj.CRS(default)
        notes.decide("crs", default, "read.crs_of_format", crs=default)
        _report_fit(held, crs, extent, notes)
        return crs, place.geometries
    if extent.empty:
        notes.decide("crs", CRS, "read.crs_nothing_to_place")
        return pyproj.CRS(CRS), place.geometries
    found = candidates(extent)
    if len(found) > 1:
        raise InputError(
            "read.crs_several", path=path, box=extent.box, choices=", ".join(one.label for one in found)
        )
    if not found:
        if mixes_zones(extent):
            raise InputError("read.crs_zones_mixed", path=path, box=extent.box)
        key = "read.crs_no_zone" if lacks_zone(extent) else "read.no_crs"
        raise InputError(key, path=path, box=extent.box, choices=_meridians())
    [reading] = found
    older = _older_datum(default, path, notes.layer)
    crs = pyproj.CRS(_code(reading, older))
    _report_inferred(reading, crs_name(crs), older, extent, notes)
    return crs, place.read_as(Fit(swapped=reading.swapped), notes)


def hint(extent: Extent) -> Text:
    """Return what coordinates look like, for a CRS that contradicts them."""
    found = candidates(extent)
    if found:
        return text("read.looks_like", choices=", ".join(one.label for one in found))
    if mixes_zones(extent):
        return text("read.looks_like_several_zones")
    return text("read.looks_like_no_zone") if lacks_zone(extent) else text("read.looks_like_nothing")


@lru_cache(maxsize=64)
def crs_name(crs: pyproj.CRS) -> str:
    """Return the code of a CRS, or its name where it has none; the search among all codes takes a tenth of a second."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)


def _report_fit(found: Fit, crs: pyproj.CRS, extent: Extent, notes: Notes) -> None:
    name, box = crs_name(crs), extent.box
    if found.swapped:
        notes.decide("axis_order", "yx", "read.axes_swapped", crs=name, box=box)
        notes.find("axes_swapped", Severity.WARNING, crs=name, box=box)
    if found.factor != 1.0:
        factor = f"{found.factor:g}"
        notes.decide("unit", factor, "read.units_scaled", crs=name, box=box, factor=factor)
        notes.find("units_scaled", Severity.WARNING, crs=name, box=box, factor=factor)
    if found.move:
        zones = round(found.move * crs.axis_info[0].unit_conversion_factor / 1e6)
        key = "unprefixed" if zones >= 25 or zones in range(13, 24) else "renumbered"
        key = "prefixed" if -zones >= 25 or -zones in range(13, 24) else key
        notes.decide("crs", name, f"read.{key}", crs=name, zone=abs(zones))
        notes.find("zone_number", Severity.WARNING, crs=name, box=box)
    if found.off:
        notes.find("far_from_meridian", Severity.WARNING, crs=name, box=box, degrees=f"{found.off:g}")
    if found.abroad:
        notes.find("outside_china", Severity.WARNING, box=box)
    if found.instead is not None:
        plain = found.instead == Fit(swapped=True)
        kind = "axes_maybe_swapped" if plain else "crs_maybe_misread"
        notes.find(kind, Severity.WARNING, crs=name, box=box)


def _older_datum(default: str | None, path: Path | str, layer: str) -> Datum | None:
    """Return the older datum that headings, or the names of layer, file or folder state."""
    headed = datum_of(pyproj.CRS(default)) if default is not None else None
    if headed is not None and headed.has_no_parameters:
        return headed
    return datum_named(f"{layer} {Path(path).stem} {Path(path).parent.name}")


def _code(reading: Candidate, older: Datum | None) -> str:
    if older is None or reading.crs == "EPSG:3857":
        return reading.crs
    return older.zone(reading.zone) if reading.zone is not None else older.geographic


def _report_inferred(
    reading: Candidate, code: str, older: Datum | None, extent: Extent, notes: Notes
) -> None:
    params: dict[str, Any] = {"crs": code, "box": extent.box}
    if reading.zone is not None:
        params |= {"zone": reading.zone, "belt": reading.belt, "meridian": zone_meridian(reading.zone)}
        kind = "crs_inferred_zone"
    else:
        kind = "crs_inferred_mercator" if reading.crs == "EPSG:3857" else "crs_inferred_degrees"
    said = kind
    if older is not None and kind != "crs_inferred_mercator":
        said, params["datum"] = f"{kind}_named", older.value
    notes.decide("crs", code, f"read.{said}", **params)
    notes.find(said, Severity.WARNING, **params)
    if kind == "crs_inferred_degrees" and not extent.overlaps(*CHINA) and not reading.swapped:
        notes.find("outside_china", Severity.WARNING, box=extent.box)
    if reading.swapped:
        notes.decide("axis_order", "yx", "read.axes_swapped", crs=code, box=extent.box)
        notes.find("axes_swapped", Severity.WARNING, crs=code, box=extent.box)


def _meridians() -> str:
    return ", ".join(f"{meridian_crs(meridian)} ({meridian}°E)" for meridian in range(75, 136, 3))
