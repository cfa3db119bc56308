"""From the coordinate reference system of a file to CGCS2000 longitude and latitude, or a clear refusal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geozone.errors import InputError
from geozone.model import CRS, Severity
from geozone.overlay.edges import across_180
from geozone.read import datum
from geozone.read.fit import in_other_zones
from geozone.read.geodetic import (
    contradicting_datum,
    contradicting_meridian,
    datum_named,
    datum_of,
    has_parameters,
    is_pulkovo,
)
from geozone.read.inference import CHINA, WILD, Extent
from geozone.read.notes import Notes
from geozone.read.placing import Coordinates, crs_name, from_coordinates, hint, under_crs
from geozone.read.shift_files import names_a_file
from geozone.read.stated import is_undefined
from geozone.read.transform import Geometries, hold_areas, left_out, to_degrees

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asks for."""

    crs: Any = None
    refuse_datum: bool = False  # refuse a datum to which no parameters are published


def to_cgcs2000(
    data: gpd.GeoDataFrame, wanted: Wanted, default: str | None, path: Path | str, notes: Notes
) -> gpd.GeoDataFrame:
    """Return the layer in EPSG:4490, two-dimensional.

    Parameters
    ----------
    data
        The layer with the CRS that its file states, or none.
    wanted
        The user's CRS, which goes before the file's.
    default
        The CRS that holds where the file states none: prescribed by its format, or told by its headings, which may
        also name GCJ-02 or BD-09.
    path
        The file as the user knows it.
    notes
        Takes every decision, finding and change.

    Raises
    ------
    InputError
        If the CRS is not known, contradicts the coordinates, or cannot be told from them.
    """
    if data.crs is not None and names_a_file(data.crs):
        raise InputError("read.reaching", path=path)
    data = _flat(data, notes)
    geometries = np.asarray(data.geometry.values)
    boxes = _boxes(geometries)
    wild = _wild(geometries, boxes)
    geometries = plain = _without(geometries, wild, "coordinate_lost", data.index, notes)
    boxes[wild] = np.nan
    zero = _zero_vertices(geometries, boxes)
    place = Coordinates(geometries, _extent(geometries, boxes, zero), data.index, path)
    stated = pyproj.CRS(data.crs) if data.crs is not None else None
    shifted = _shifted(wanted.crs, stated, default)
    if shifted is not None:
        degrees = _from_shifted(shifted, place, notes, by_user=wanted.crs is not None)
    else:
        source, geometries = _placed(stated, wanted, default, place, notes)
        notes.crs = source
        other = in_other_zones(source, geometries)
        notes.find_each("zone_differs", Severity.ERROR, [str(name) for name in data.index[other]])
        if wanted.refuse_datum and (older := unshifted_datum(source)) is not None:
            raise InputError("read.datum_refused", path=path, datum=older)
        report_datum(source, notes)
        degrees = to_degrees(geometries, source, path, data.index, notes)
    degrees = _report_places(degrees, boxes if degrees is plain else None, zero, data.index, notes)
    return data.set_geometry(gpd.GeoSeries(degrees, index=data.index, crs=CRS), crs=CRS)


def _shifted(given: Any, stated: pyproj.CRS | None, default: str | None) -> str | None:
    """Return GCJ-02 or BD-09 where the statement that goes first is one of them."""
    first = next((one for one in (given, stated, default) if one is not None), None)
    return str(first) if datum.is_shifted(first) else None


def _flat(data: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer without heights and measures, and with the horizontal part of the CRS that it states, if any."""
    geometries = np.asarray(data.geometry.values)
    with_height = shapely.has_z(geometries) | shapely.has_m(geometries)
    if with_height.any():
        notes.decide("vertical", "2D", "read.heights_dropped", count=int(with_height.sum()))
        before, geometries = geometries, shapely.force_2d(geometries)
        hold_areas(before, geometries, 1.0, data.index, notes)
    crs = pyproj.CRS(data.crs) if data.crs is not None else None
    if crs is not None and is_undefined(crs):
        notes.decide("crs", crs.name, "read.crs_undefined", crs=crs.name)
        crs = None
    elif crs is not None and crs.is_compound:
        flat, part = crs.sub_crs_list[0], crs.sub_crs_list[-1].name
        notes.decide("vertical", crs_name(flat), "read.vertical_part", crs=crs_name(flat), part=part)
        crs = flat
    elif crs is not None and len(crs.axis_info) == 3:
        crs = crs.to_2d()
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index)).set_crs(crs, allow_override=True)


def _placed(
    stated: pyproj.CRS | None, wanted: Wanted, default: str | None, place: Coordinates, notes: Notes
) -> tuple[pyproj.CRS, Geometries]:
    """Return the CRS of the coordinates, and the coordinates as it means them."""
    if wanted.crs is None:
        if stated is None:
            return from_coordinates(default, place, notes)
        return under_crs(stated, place, notes, by_user=False)
    source, geometries = under_crs(_given(wanted.crs, place.path), place, notes, by_user=True)
    if stated is not None and not stated.equals(source, ignore_axis_order=True):
        names = {"crs": crs_name(source), "stated": crs_name(stated)}
        notes.decide("crs", names["crs"], "read.crs_over_file", **names)
    return source, geometries


def _given(given: Any, path: Path | str) -> pyproj.CRS:
    if names_a_file(given):
        raise InputError("read.bad_crs", path=path, crs=str(given)[:80])
    try:
        crs = pyproj.CRS.from_user_input(given)
    except CRSError as error:
        raise InputError("read.bad_crs", path=path, crs=str(given)[:80]) from error
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (crs.is_geographic or crs.is_projected):
        raise InputError("read.bad_crs", path=path, crs=str(given)[:80])
    return crs


def is_known(given: str) -> bool:
    """Tell whether what a user writes is a geographic or projected system, or one of the shifted ones."""
    if datum.is_shifted(given):
        return True
    try:
        _given(given, "")
    except InputError:
        return False
    return True


def unshifted_datum(source: pyproj.CRS) -> str | None:
    """Return the name of an older datum that no published parameters turn into that of today; None for any other."""
    base, own = source.geodetic_crs, datum_of(source)
    named = base.name if base is not None else source.name
    if not own.has_no_parameters or has_parameters(source):
        return None
    return named if datum_named(named) is own else own.value


def report_datum(source: pyproj.CRS, notes: Notes) -> None:
    """Say what is doubtful about the datum of a CRS: an older one is taken as it is, names contradict each other."""
    base = source.geodetic_crs
    named = base.name if base is not None else source.name
    other = contradicting_datum(source)
    if other is not None:
        notes.find("datum_contradicts", Severity.WARNING, crs=source.name, name=other.value, datum=named)
    named_otherwise = contradicting_meridian(source)
    if named_otherwise is not None:
        said, own = named_otherwise
        notes.find("meridian_contradicts", Severity.WARNING, crs=source.name, name=said, meridian=f"{own:g}")
    if is_pulkovo(source):
        notes.find("datum_pulkovo", Severity.WARNING, datum=named)
    name = unshifted_datum(source)
    if name is not None:
        notes.decide("datum", name, "read.datum_unshifted", datum=name)
        notes.find("datum_unshifted", Severity.WARNING, datum=name)


def _from_shifted(given: str, place: Coordinates, notes: Notes, *, by_user: bool) -> Geometries:
    """Return coordinates of GCJ-02 or BD-09 in WGS 84."""
    if not (place.extent.empty or place.extent.within(-180.0, -90.0, 180.0, 90.0)):
        raise InputError(
            "read.crs_contradicts", path=place.path, crs=given, box=place.extent.box, hint=hint(place.extent)
        )
    name = datum.name_of(given)
    notes.decide("datum", name, "read.datum_converted" if by_user else "read.datum_headed", datum=name)
    if not by_user:
        notes.find("datum_headed", Severity.WARNING, datum=name)
    return np.asarray(datum.to_wgs84(place.geometries, name))


def _boxes(geometries: Geometries) -> Numbers:
    return np.asarray(shapely.bounds(geometries), dtype=np.float64).reshape(-1, 4)


def _extent(geometries: Geometries, boxes: Numbers, zero: Mask) -> Extent:
    """Return the extent that tells the CRS: without points at (0, 0), unless there are no others."""
    known = ~np.isnan(boxes[:, 0])
    placed = known & ~(zero & (shapely.get_type_id(geometries) == 0))
    return Extent(*boxes[placed if placed.any() else known].T)


def _wild(geometries: Geometries, boxes: Numbers) -> Mask:
    """Tell which geometries have a coordinate that is none."""
    present = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    return np.asarray(present & ~(np.abs(boxes) < WILD).all(axis=1))


def _zero_vertices(geometries: Geometries, boxes: Numbers) -> Mask:
    """Tell which geometries have a vertex at (0, 0): what software writes where it knows no place."""
    with np.errstate(invalid="ignore"):
        around: Mask = np.asarray((boxes[:, :2] <= 0.0).all(axis=1) & (boxes[:, 2:] >= 0.0).all(axis=1))
    for row in np.flatnonzero(around):
        around[row] = (shapely.get_coordinates(geometries[row]) == 0.0).all(axis=1).any()
    return around


def _without(geometries: Geometries, rows: Mask, kind: str, index: pd.Index, notes: Notes) -> Geometries:
    """Return the geometries without some that have no place, each of them named and entered in the ledger."""
    severity = Severity.WARNING if kind == "at_zero" else Severity.ERROR
    notes.find_each(kind, severity, [str(name) for name in index[rows]])
    return left_out(geometries, np.flatnonzero(rows), kind, index, notes)


def _report_places(
    degrees: Geometries, boxes: Numbers | None, zero: Mask, index: pd.Index, notes: Notes
) -> Geometries:
    """Find features that did not land where the others are; those that have no place lose their geometry.

    `boxes` are those of the features where the coordinates are the ones that were looked at already.
    """
    lost = np.zeros(len(degrees), dtype=bool)
    if boxes is None:
        boxes = _boxes(degrees)
        lost = _wild(degrees, boxes)
    west, south, east, north = boxes.T
    finite = np.isfinite(west) & ~lost
    with np.errstate(invalid="ignore"):
        outside = finite & ((west < -180.0) | (east > 180.0) | (south < -90.0) | (north > 90.0))
        abroad = (east < CHINA[0]) | (west > CHINA[2]) | (north < CHINA[1]) | (south > CHINA[3])
    torn = np.zeros(len(degrees), dtype=bool)
    torn[across_180(degrees, boxes)] = True
    lost_outside = torn & outside  # no area can be told of it
    torn &= ~outside
    point = shapely.get_type_id(degrees) == 0

    def find(kind: str, severity: Severity, rows: Mask) -> None:
        places = [(float(x), float(y)) for x, y in boxes[rows, :2]]
        notes.find_each(kind, severity, [str(name) for name in index[rows]], places)

    unplaced = np.zeros(len(degrees), dtype=bool)
    in_china = Extent(*boxes[finite & ~zero].T).overlaps(*CHINA)
    if in_china:
        unplaced = zero & point
        lost, outside = lost & ~unplaced, outside & ~unplaced
    find("coordinate_outside", Severity.ERROR, outside & ~lost_outside)
    if in_china:
        find("vertex_at_zero", Severity.ERROR, zero & ~point)
        find("feature_abroad", Severity.WARNING, abroad & finite & ~outside & ~zero & ~torn)
    degrees = _without(degrees, lost, "coordinate_lost", index, notes)
    degrees = _without(degrees, torn, "across_180", index, notes)
    degrees = _without(degrees, lost_outside, "coordinate_outside", index, notes)
    return _without(degrees, unplaced, "at_zero", index, notes)
