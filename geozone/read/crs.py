"""From the coordinate reference system of a file to CGCS2000 longitude and latitude, or a clear refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from geozone.errors import InputError
from geozone.messages import Text, text
from geozone.model import CRS, Severity
from geozone.read import datum
from geozone.read.inference import (
    CHINA,
    WILD,
    Candidate,
    Extent,
    candidates,
    lacks_zone,
    meridian_crs,
    mixes_zones,
    zone_meridian,
    zone_numbers,
)
from geozone.read.notes import Notes

_FAULTY_METRES = 1.3e7
EDGE_METRES = 1000.0  # longer edges of a projected source are cut there before they are turned to degrees
_ALIKE = re.compile(
    r"WGS.?84|WGS.?1984|World Geodetic System 1984|CGCS.?2000|China.?2000|ITRF|IGS", re.IGNORECASE
)
_WITHOUT_PARAMETERS = re.compile(
    r"xi.?an.?19?80|西安.?19?80|beijing.?19?54|北京.?19?54|new.?beijing", re.IGNORECASE
)
_LISTED = 100
Fit = Literal["fits", "swapped", "prefixed", "unprefixed", "contradicts"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asks for."""

    crs: Any = None
    refuse_datum: bool = False  # refuse a datum to which no parameters are published


@dataclass(frozen=True, slots=True)
class _Coordinates:
    """Geometries in whatever units they have, with their extent and the file they are from."""

    geometries: Any
    extent: Extent
    path: Path | str


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
        The CRS that the format prescribes where the file states none.
    path
        The file as the user knows it.
    notes
        Takes every decision and finding.

    Raises
    ------
    InputError
        If the CRS is not known, contradicts the coordinates, or cannot be told from them.
    """
    data = _without_wild(_flat(data, notes), notes)
    geometries = np.asarray(data.geometry.values)
    extent = Extent.of(geometries)
    if datum.is_shifted(wanted.crs):
        return _from_shifted(data, str(wanted.crs), extent, path, notes)
    if wanted.crs is not None:
        stated, origin = _given(wanted.crs, path), "given"
    elif data.crs is not None:
        stated, origin = pyproj.CRS(data.crs), "file"
    else:
        stated, origin = None, "none"
    place = _Coordinates(geometries, extent, path)
    if stated is not None:
        source, geometries = _stated(stated, place, notes, by_user=origin == "given")
    else:
        source, geometries = _inferred(default, place, notes)
    if origin == "given" and data.crs is not None and not _equal(pyproj.CRS(data.crs), source):
        notes.decide(
            "crs", _name(source), "read.crs_over_file", crs=_name(source), stated=_name(pyproj.CRS(data.crs))
        )
    degrees = _transform(geometries, source, wanted, path, notes)
    degrees = _report_range(degrees, data, notes)
    return data.set_geometry(gpd.GeoSeries(degrees, index=data.index, crs=CRS), crs=CRS)


def _flat(data: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer without heights and measures, and with the horizontal part of its CRS."""
    geometries = np.asarray(data.geometry.values)
    with_height = shapely.has_z(geometries) | shapely.has_m(geometries)
    if with_height.any():
        notes.decide("vertical", "2D", "read.heights_dropped", count=int(with_height.sum()))
    crs = pyproj.CRS(data.crs) if data.crs is not None else None
    if crs is not None and crs.is_compound:
        flat = crs.sub_crs_list[0]
        notes.decide(
            "vertical", _name(flat), "read.vertical_part", crs=_name(flat), part=crs.sub_crs_list[-1].name
        )
        crs = flat
    elif crs is not None and len(crs.axis_info) == 3:
        crs = crs.to_2d()
    if with_height.any():
        geometries = shapely.force_2d(geometries)
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index)).set_crs(crs, allow_override=True)


def _given(given: Any, path: Path | str) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_user_input(given)
    except CRSError as error:
        raise InputError("read.bad_crs", path=path, crs=str(given)[:80]) from error
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (crs.is_geographic or crs.is_projected):
        raise InputError("read.bad_crs", path=path, crs=str(given)[:80])
    return crs


def _stated(crs: pyproj.CRS, place: _Coordinates, notes: Notes, *, by_user: bool) -> tuple[pyproj.CRS, Any]:
    """Hold a stated CRS against the coordinates; return it with the coordinates as it means them."""
    geometries, extent, path = place.geometries, place.extent, place.path
    name = _name(crs)
    if not (crs.is_geographic or crs.is_projected):
        raise InputError("read.crs_local", path=path, crs=name)
    fit, move = _fit(_unbound(crs), extent)
    if fit == "contradicts":
        raise InputError(
            "read.crs_contradicts",
            path=path,
            crs=name,
            box=extent.box,
            hint=_hint(extent),
        )
    notes.decide("crs", name, "read.crs_given" if by_user else "read.crs_of_file", crs=name)
    if fit == "swapped":
        notes.decide("axis_order", "yx", "read.axes_swapped", crs=name, box=extent.box)
        notes.find("axes_swapped", Severity.WARNING, crs=name, box=extent.box)
        return crs, _swap(geometries)
    if fit in {"prefixed", "unprefixed"}:
        notes.decide("crs", name, f"read.{fit}", crs=name, zone=round(abs(move) / 1e6))
        notes.find("zone_number", Severity.WARNING, crs=name, box=extent.box)
        return crs, shapely.transform(geometries, lambda points: points + np.array([move, 0.0]))
    if crs.is_geographic and not extent.overlaps(*CHINA) and extent.swapped.within(*CHINA):
        notes.find("axes_maybe_swapped", Severity.WARNING, crs=name, box=extent.box)
    return crs, geometries


def _fit(crs: pyproj.CRS, extent: Extent) -> tuple[Fit, float]:
    """Tell how coordinates fit a CRS, and by how many metres eastings have to be moved."""
    if extent.empty:
        return "fits", 0.0
    if crs.is_geographic:
        return _fit_degrees(extent), 0.0
    factor = crs.axis_info[0].unit_conversion_factor
    sides = (extent.west, extent.south, extent.east, extent.north)
    metres = Extent(*(np.asarray(side) * factor for side in sides))
    if metres.within(-180.0, -90.0, 180.0, 90.0):
        return "contradicts", 0.0
    middle = _parameter(crs, "false easting")
    if middle is None or not _is_transverse_mercator(crs):
        return ("fits" if _lands_on_earth(crs, extent) else "contradicts"), 0.0
    return _fit_easting(crs, metres, middle)


def _fit_degrees(extent: Extent) -> Fit:
    if extent.within(-180.0001, -90.0001, 360.0001, 90.0001):
        return "fits"
    if extent.swapped.within(-180.0001, -90.0001, 360.0001, 90.0001):
        return "swapped"
    # a few wild features among many in range are findings, not a wrong CRS
    return "fits" if _mostly_degrees(extent) else "contradicts"


def _fit_easting(crs: pyproj.CRS, metres: Extent, middle: float) -> tuple[Fit, float]:
    """Tell how metres fit a transverse Mercator CRS with a false easting."""

    def near(one: Extent) -> bool:
        # a layer of the whole country in one zone reaches 2500 km from its meridian; a zone number in front of the
        # eastings that is not that of the CRS is another zone, however near
        other = zone_numbers(one) - {int(middle // 1e6)} if middle > 1e6 else set()
        return one.within(middle - 3e6, -1e7, middle + 3e6, 1e7) and not other

    if near(metres):
        return "fits", 0.0
    if near(metres.swapped):
        return "swapped", 0.0
    for zone in _zones_of(crs):
        if metres.moved(-zone * 1e6).within(0.0, -1e7, 1e6, 1e7):
            return "prefixed", -zone * 1e6
        if int(middle // 1e6) == zone and metres.within(0.0, -1e7, 1e6, 1e7):
            return "unprefixed", zone * 1e6
    return "contradicts", 0.0


def _unbound(crs: pyproj.CRS) -> pyproj.CRS:
    """Return a CRS without the parameters to WGS 84 that it carries."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def _mostly_degrees(extent: Extent) -> bool:
    inside = (extent.west >= -360) & (extent.east <= 360) & (extent.south >= -90) & (extent.north <= 90)
    return bool(inside.mean() > 0.5)


def _is_transverse_mercator(crs: pyproj.CRS) -> bool:
    operation = crs.coordinate_operation
    return operation is not None and "transverse mercator" in operation.method_name.lower()


def _parameter(crs: pyproj.CRS, name: str) -> float | None:
    """Return a parameter of the projection of a CRS, in metres or degrees."""
    operation = crs.coordinate_operation
    for parameter in operation.params if operation is not None else ():
        if name in parameter.name.lower():
            metric = "easting" in name
            return float(parameter.value) * (parameter.unit_conversion_factor if metric else 1.0)
    return None


def _zones_of(crs: pyproj.CRS) -> list[int]:
    """Return the zone numbers, of three and of six degrees, that the central meridian of a CRS has."""
    meridian = _parameter(crs, "longitude of natural origin")
    if meridian is None:
        return []
    zones = [round(meridian / 3.0)] if meridian % 3 == 0 else []
    return zones + ([round((meridian + 3.0) / 6.0)] if (meridian + 3.0) % 6 == 0 else [])


def _lands_on_earth(crs: pyproj.CRS, extent: Extent) -> bool:
    try:
        to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        middle = ((extent.west + extent.east) / 2, (extent.south + extent.north) / 2)
        longitude, latitude = to_degrees.transform(*middle)
    except ProjError:
        return True  # told where the coordinates are converted
    sound = np.isfinite(longitude) & np.isfinite(latitude)
    return bool(sound.mean() > 0.5)


def _inferred(default: str | None, place: _Coordinates, notes: Notes) -> tuple[pyproj.CRS, Any]:
    """Tell the CRS from the coordinates, or refuse where that is not possible."""
    geometries, extent, path = place.geometries, place.extent, place.path
    if default is not None and (extent.empty or _fit(pyproj.CRS(default), extent)[0] == "fits"):
        notes.decide("crs", default, "read.crs_of_format", crs=default)
        return pyproj.CRS(default), geometries
    if extent.empty:
        notes.decide("crs", CRS, "read.crs_nothing_to_place")
        return pyproj.CRS(CRS), geometries
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
    _report_inferred(reading, extent, notes)
    crs = pyproj.CRS(reading.crs)
    return crs, _swap(geometries) if reading.swapped else geometries


def _report_inferred(reading: Candidate, extent: Extent, notes: Notes) -> None:
    params: dict[str, Any] = {"crs": reading.crs, "box": extent.box}
    if reading.zone is not None:
        params |= {"zone": reading.zone, "belt": reading.belt, "meridian": zone_meridian(reading.zone)}
        kind = "crs_inferred_zone"
    else:
        kind = "crs_inferred_mercator" if reading.crs == "EPSG:3857" else "crs_inferred_degrees"
    notes.decide("crs", reading.crs, f"read.{kind}", **params)
    notes.find(kind, Severity.WARNING, **params)
    if kind == "crs_inferred_degrees" and not extent.overlaps(*CHINA) and not reading.swapped:
        notes.find("outside_china", Severity.WARNING, box=extent.box)
    if reading.swapped:
        notes.decide(
            "axis_order", "yx", "read.axes_swapped", **{name: params[name] for name in ("crs", "box")}
        )
        notes.find("axes_swapped", Severity.WARNING, crs=reading.crs, box=extent.box)


def _meridians() -> str:
    return ", ".join(f"{meridian_crs(meridian)} ({meridian}°E)" for meridian in range(75, 136, 3))


def _hint(extent: Extent) -> Text:
    """Return what the coordinates look like, for a CRS that contradicts them."""
    found = candidates(extent)
    if found:
        return text("read.looks_like", choices=", ".join(one.label for one in found))
    return text("read.looks_like_no_zone") if lacks_zone(extent) else text("read.looks_like_nothing")


def _transform(geometries: Any, source: pyproj.CRS, wanted: Wanted, path: Path | str, notes: Notes) -> Any:
    base = source.geodetic_crs
    if base is None:  # pragma: no cover - geographic and projected systems have one
        raise InputError("read.crs_local", path=path, crs=_name(source))
    name = f"{base.name} {base.datum.name if base.datum else ''}"
    if source.is_projected:
        geometries = _cut_long_edges(geometries, source, notes)
    if _WITHOUT_PARAMETERS.search(name) and not source.is_bound:
        if wanted.refuse_datum:
            raise InputError("read.datum_refused", path=path, datum=base.name)
        notes.decide("datum", base.name, "read.datum_unshifted", datum=base.name)
        notes.find("datum_unshifted", Severity.WARNING, datum=base.name)
    elif source.is_bound or not _ALIKE.search(name):
        # parameters lead to WGS 84, which is CGCS2000 to a decimetre
        transformer = _transformer(source, pyproj.CRS("EPSG:4326"), path)
        said = "?" if transformer.accuracy < 0 else f"{transformer.accuracy:g}"
        notes.decide("datum", base.name, "read.datum_accuracy", datum=base.name, accuracy=said)
        return _apply(geometries, transformer, source, path)
    if source.is_geographic:
        return geometries
    return _apply(geometries, _transformer(source, base, path), source, path)


def _transformer(source: pyproj.CRS, target: pyproj.CRS, path: Path | str) -> pyproj.Transformer:
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:  # a CRS that is written well and means nothing
        reason = " ".join(str(error).split())[:120]
        raise InputError("read.not_transformable", path=path, crs=_name(source), reason=reason) from error


def _apply(geometries: Any, transformer: pyproj.Transformer, source: pyproj.CRS, path: Path | str) -> Any:
    def move(points: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    try:
        return shapely.transform(geometries, move)
    except (ProjError, shapely.errors.ShapelyError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError("read.not_transformable", path=path, crs=_name(source), reason=reason) from error


def _cut_long_edges(geometries: Any, source: pyproj.CRS, notes: Notes) -> Any:
    """Cut edges longer than `EDGE_METRES` in their own plane, where they are straight."""
    longest = EDGE_METRES / _unbound(source).axis_info[0].unit_conversion_factor
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    steps = np.hypot(*np.diff(points, axis=0).T)
    steps[np.diff(owner) != 0] = 0.0
    # an edge longer than the earth is wide is a fault, which cutting would only make large
    with_long = np.setdiff1d(
        owner[1:][steps > longest], owner[1:][steps > _FAULTY_METRES / EDGE_METRES * longest]
    )
    with_long = with_long[shapely.get_dimensions(geometries[with_long]) > 0]
    if len(with_long):
        geometries = geometries.copy()
        geometries[with_long] = shapely.segmentize(geometries[with_long], longest)
        notes.decide(
            "edges",
            f"{EDGE_METRES:.0f} m",
            "read.edges_cut",
            count=len(with_long),
            metres=f"{EDGE_METRES:.0f}",
        )
    return geometries


def _from_shifted(
    data: gpd.GeoDataFrame, given: str, extent: Extent, path: Path | str, notes: Notes
) -> gpd.GeoDataFrame:
    if not extent.within(-180.0, -90.0, 180.0, 90.0):
        raise InputError("read.crs_contradicts", path=path, crs=given, box=extent.box, hint=_hint(extent))
    name = datum.name_of(given)
    notes.decide("datum", name, "read.datum_converted", datum=name)
    geometries = datum.to_wgs84(np.asarray(data.geometry.values), name)
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index, crs=CRS), crs=CRS)


def _without_wild(data: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer without the geometries that have a coordinate that is not one."""
    geometries = np.asarray(data.geometry.values)
    present = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    boxes = np.asarray(shapely.bounds(geometries)).reshape(-1, 4)
    wild = present & ~(np.abs(boxes) < WILD).all(axis=1)
    for row in np.flatnonzero(wild)[:_LISTED]:
        notes.find("coordinate_lost", Severity.ERROR, feature=str(data.index[row]), row=str(data.index[row]))
    if not wild.any():
        return data
    geometries = geometries.copy()
    geometries[wild] = None
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index, crs=data.crs))


def _report_range(geometries: Any, data: gpd.GeoDataFrame, notes: Notes) -> Any:
    """Find features that did not land on the earth; those without a finite coordinate lose their geometry."""
    boxes = np.asarray(shapely.bounds(geometries)).reshape(-1, 4)
    west, south, east, north = boxes.T
    present = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    lost = present & ~np.isfinite(boxes).all(axis=1)
    outside = present & ~lost & ((west < -180.0) | (east > 180.0) | (south < -90.0) | (north > 90.0))
    for row in np.flatnonzero(lost | outside)[:_LISTED]:
        kind = "coordinate_lost" if lost[row] else "coordinate_outside"
        place = None if lost[row] else (float(west[row]), float(south[row]))
        notes.find(kind, Severity.ERROR, feature=str(data.index[row]), place=place, row=str(data.index[row]))
    if lost.any():
        geometries = geometries.copy()
        geometries[lost] = None
    return geometries


def _swap(geometries: Any) -> Any:
    return shapely.transform(geometries, lambda points: points[:, ::-1])


def _equal(one: pyproj.CRS, two: pyproj.CRS) -> bool:
    return bool(one.equals(two, ignore_axis_order=True))


def _name(crs: pyproj.CRS) -> str:
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)
