"""The equal-area plane of the CGCS2000 ellipsoid, and areas and lengths on it.

Every overlay happens in one cylindrical equal-area plane, ``x = a·λ`` and ``y = q(φ) / a``, in metres. There a planar
area *is* the area on the ellipsoid, so that clip, union and area need no second formula. With ``s = sin φ``::

    q(φ) = b² ∫ ds / (1 − e² s²)² = b² Σ (k + 1) / (2k + 1) · e²ᵏ · s²ᵏ⁺¹

Seven terms leave less than 3e-16 of the whole. Parallels and meridians are straight in this plane, so that the
trapezoids of 国土调查办发〔2008〕32号 are rectangles of it.

Edges between two vertices
--------------------------
Longitudes and latitudes go vertex by vertex, and the edge between two vertices is straight in the plane. A source in any
projected CRS has its edges densified *there* first, since they are straight there: to at most ``EDGE_SHARE`` of the area
of the feature, where an edge piece of length L leaves at most ``L³ · tan φ / (12 a)`` between the two curves. Pieces are
never shorter than `SHORTEST_EDGE`, nor more than about `MOST_EDGES` in an outline; pieces of L metres leave at most
``L² · tan φ / (12 a)`` m² per metre of outline, which is 5e-7 m² for 5 m and 2e-4 m² for 100 m at 55° of latitude. Layers have
theirs cut where they bend (`geozone.overlay.projected`), which takes fewer pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geozone.errors import DataError, UsageError
from geozone.model import CRS
from geozone.overlay.degrees import is_of_greenwich
from geozone.overlay.edges import across_180, densify, linework, unwrapped
from geozone.overlay.rings import Geometries, not_finite, without_empty_rings
from geozone.projections import transformer

__all__ = ["Geometries"]
Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

SEMI_MAJOR_AXIS = 6378137.0
FLATTENING = 1 / 298.257222101
_ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
_SEMI_MINOR_AXIS_2 = (SEMI_MAJOR_AXIS * (1 - FLATTENING)) ** 2
_RADIAN = np.pi / 180
SERIES = tuple((k + 1) / (2 * k + 1) * _ECCENTRICITY_2**k for k in range(7))
# metres a degree of longitude, and a unit of the series
SCALES = SEMI_MAJOR_AXIS * _RADIAN, _SEMI_MINOR_AXIS_2 / SEMI_MAJOR_AXIS
_STEP = 1024  # geometries a thread takes at once
_BLOCK = 1 << 15  # coordinates a step, so that the steps of the series stay in the processor's cache

EDGE_SHARE = 1e-8  # of a feature's area: what densification may leave between the two curves
SHORTEST_EDGE = 5.0  # metres: shorter edges are never cut further
MOST_EDGES = 20_000  # pieces that an outline is cut into at most
FARTHEST, POLE = 540.0, 90 + 1e-9  # degrees: what lies beyond is no longitude or latitude
_STEEPEST = 1.43  # tan φ at 55°, the north of China

_ELLIPSOID = pyproj.Geod(a=SEMI_MAJOR_AXIS, f=FLATTENING)
_ALIKE = {4490, 4326, 4480, 4979}  # CGCS2000 and WGS 84 differ by less than data of this kind resolve


def to_plane(geometries: Any, crs: Any = None) -> Geometries:
    """Return geometries in the equal-area plane, in metres; Z and M are dropped.

    Parameters
    ----------
    geometries
        A GeoDataFrame, GeoSeries, geometry or array of geometries.
    crs
        CRS of the geometries; may be left out where they carry their own.

    Raises
    ------
    UsageError
        If the CRS is missing, or is neither geographic nor projected.
    DataError
        If coordinates that are said to be degrees are not.
    """
    array, source = with_crs(geometries, crs)
    return _to_plane(without_empty_rings(array), source)


def from_plane(geometries: Any) -> Geometries:
    """Return geometries of the equal-area plane as longitude and latitude in degrees (EPSG:4490)."""
    array = np.atleast_1d(np.asarray(geometries, dtype=object)).copy()
    coordinates = shapely.get_coordinates(array)
    sine = coordinates[:, 1] / SCALES[1]
    target = sine.copy()
    for _ in range(4):  # Newton on the series: quadratic from the first guess s = q
        sine -= (_polynomial(sine) - target) * (1 - _ECCENTRICITY_2 * sine * sine) ** 2
    coordinates[:, 0] = np.rad2deg(coordinates[:, 0] / SEMI_MAJOR_AXIS)
    coordinates[:, 1] = np.rad2deg(np.arcsin(np.clip(sine, -1, 1)))
    return np.asarray(shapely.set_coordinates(array, coordinates))


def area_km2(geometries: Any, crs: Any = None) -> Numbers:
    """Return the area of each geometry in km², as `geozone.area_km2` does: nothing but a missing CRS is refused, and nothing told."""
    array, source = with_crs(geometries, crs)
    steps = [array[start : start + _STEP] for start in range(0, len(array), _STEP)]
    if len(steps) < 2:
        return np.asarray(shapely.area(_to_plane(array, source)) / 1e6)
    with ThreadPoolExecutor() as pool:
        areas = list(pool.map(lambda step: shapely.area(_to_plane(step, source)), steps))
    return np.concatenate(areas) / 1e6


def without_heights(geometries: Geometries) -> Geometries:
    """Return geometries without heights and measures; those that have none stay themselves, which is much quicker."""
    if shapely.has_z(geometries).any() or shapely.has_m(geometries).any():
        return np.asarray(shapely.force_2d(geometries), dtype=object)
    return geometries


def length_km(geometries: Any, crs: Any = None) -> Numbers:
    """Return the length of each geometry in km, as `geozone.length_km` does: nothing but a missing CRS is refused."""
    array, source = with_crs(geometries, crs)
    array = without_heights(array)
    lines, owners = linework(array)
    if not is_geographic(source):
        lines = shapely.segmentize(lines, max_segment_length=1000.0)
    coordinates, edges = shapely.get_coordinates(lines, return_index=True)
    if len(coordinates) < 2:
        return np.zeros(len(array))
    degrees = degree_coordinates(coordinates, source)
    inside = edges[1:] == edges[:-1]
    start, end = degrees[:-1][inside], degrees[1:][inside]
    metres = _ELLIPSOID.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1], return_back_azimuth=False)[2]
    return np.bincount(owners[edges[1:][inside]], weights=metres, minlength=len(array)) / 1e3


def on_earth(degrees: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which of some longitudes and latitudes (n, 2) are places."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(degrees[:, 0]) <= FARTHEST) & (np.abs(degrees[:, 1]) <= POLE))


def off_earth(degrees: Geometries) -> npt.NDArray[np.bool_]:
    """Tell which geometries, in longitude and latitude, have a coordinate that is no place on earth."""
    astray = not_finite(degrees)
    coordinates, owner = shapely.get_coordinates(
        degrees, return_index=True
    )  # boxes do not tell of inner rings
    astray[owner[~on_earth(coordinates)]] = True
    return astray


def plane_coordinates(coordinates: Numbers, crs: Any, *, in_place: bool = False) -> Numbers:
    """Return coordinates (n, 2) of any geographic or projected CRS in the equal-area plane.

    Parameters
    ----------
    in_place
        Write over `coordinates`.

    Raises
    ------
    DataError
        If degrees are none, or a projected coordinate has none; ``feature`` is then the number of the coordinate.
    """
    return _plane_of_degrees(degree_coordinates(coordinates, crs), coordinates, in_place=in_place)


def degree_coordinates(coordinates: Numbers, crs: Any) -> Numbers:
    """Return coordinates of any CRS as longitude and latitude of CGCS2000, in degrees."""
    source = parse_crs(crs)
    if is_alike(source):
        return coordinates
    x, y = transformer(source, CRS).transform(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y])


def parse_crs(crs: Any) -> pyproj.CRS:
    """Return a CRS with which areas can be computed: geographic or projected.

    Raises
    ------
    UsageError
        If there is none, it is not known, or it is of another kind.
    """
    if crs is None:
        raise UsageError("overlay.no_crs")
    source = _known_crs(crs)
    if source.is_compound:
        source = source.sub_crs_list[0]
    if source.is_bound and source.source_crs is not None:
        source = source.source_crs
    if not (source.is_geographic or source.is_projected):
        raise UsageError("overlay.useless_crs", crs=source.name)
    return source


def _known_crs(crs: Any) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise UsageError("overlay.unknown_crs", crs=str(crs)[:80]) from error


@lru_cache(maxsize=64)
def _alike(wkt: str) -> bool:
    source = pyproj.CRS.from_wkt(wkt)
    alike = source.to_epsg() in _ALIKE or source.name.startswith("WGS 84 (CRS84")
    return source.is_geographic and alike and is_of_greenwich(source)


def is_alike(source: pyproj.CRS) -> bool:
    """Tell whether coordinates are longitude and latitude of CGCS2000 or WGS 84, which are taken for one."""
    return _alike(source.to_wkt())


def is_geographic(source: pyproj.CRS) -> bool:
    """Tell whether coordinates are longitude and latitude."""
    return bool(source.is_geographic)


def with_crs(geometries: Any, crs: Any = None) -> tuple[Geometries, pyproj.CRS]:
    """Return geometries as an array, and their CRS: that of the argument, else their own."""
    own = getattr(geometries, "crs", None)
    if isinstance(geometries, gpd.GeoDataFrame):
        geometries = geometries.geometry
    if isinstance(geometries, pd.Series | gpd.array.GeometryArray):
        array = np.asarray(geometries, dtype=object)
    elif isinstance(geometries, np.ndarray | Sequence):
        array = np.asarray(geometries, dtype=object).reshape(-1)
    else:
        array = np.array([geometries], dtype=object)
    if crs is not None and own is not None and _known_crs(crs) != own:
        raise UsageError("overlay.two_crs", first=str(own), second=str(crs))
    return array, parse_crs(own if crs is None else crs)


def _to_plane(array: Geometries, source: pyproj.CRS) -> Geometries:
    array = without_heights(array)
    if is_geographic(source):
        torn = across_180(array)
        if len(torn):
            raise DataError("overlay.across_180", feature=int(torn[0]))
    else:
        array = _densify(array)
    coordinates = shapely.get_coordinates(array)
    result = array.copy()
    if len(coordinates):
        degrees = degree_coordinates(coordinates, source)
        if not is_geographic(source):
            degrees = _made_whole(array, degrees)
        try:
            plane = _plane_of_degrees(degrees, coordinates, in_place=True)
        except DataError as error:
            owners = shapely.get_coordinates(array, return_index=True)[1]
            number = int(owners[error.message.params["feature"]])
            raise DataError(error.message.key, **{**error.message.params, "feature": number}) from error
        result = shapely.set_coordinates(result, plane)
    return np.asarray(result)


def _plane_of_degrees(degrees: Numbers, coordinates: Numbers, *, in_place: bool) -> Numbers:
    """Return degrees in the plane; `coordinates` are what they were made of, for the error."""
    x, y = degrees[:, 0], degrees[:, 1]
    if len(degrees) and not (
        x.min() >= -FARTHEST and x.max() <= FARTHEST and y.min() >= -POLE and y.max() <= POLE
    ):
        wrong = ~((np.abs(x) <= FARTHEST) & (np.abs(y) <= POLE))
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            "overlay.not_degrees",
            feature=first,
            x=f"{coordinates[first, 0]:g}",
            y=f"{coordinates[first, 1]:g}",
        )
    return _project(degrees, degrees if in_place else np.empty_like(degrees))


def _polynomial(sine: Numbers) -> Numbers:
    square = sine * sine
    total = np.full_like(sine, SERIES[-1])
    for factor in SERIES[-2::-1]:
        total *= square
        total += factor
    total *= sine
    return total


def _project(degrees: Numbers, plane: Numbers) -> Numbers:
    for start in range(0, len(degrees), _BLOCK):
        piece = slice(start, start + _BLOCK)
        np.multiply(degrees[piece, 0], SCALES[0], out=plane[piece, 0])
        sine = degrees[piece, 1] * _RADIAN
        np.sin(sine, out=sine)
        np.multiply(_polynomial(sine), SCALES[1], out=plane[piece, 1])
    return plane


def _made_whole(array: Geometries, degrees: Numbers) -> Numbers:
    """Return degrees of a projected source, whose edges are short, without a step where it lies across 180°."""
    if not len(degrees) or not np.ptp(degrees[:, 0]) > 180.0:
        return degrees
    placed = shapely.set_coordinates(array.copy(), degrees)
    return np.asarray(shapely.get_coordinates(unwrapped(placed, across_180(placed))))


def _densify(array: Geometries) -> Geometries:
    """Cut edges so that straight there and straight in the plane enclose the same area, to `EDGE_SHARE`."""
    array = without_empty_rings(array)
    return densify(array, longest_edges(shapely.area(array), shapely.length(array)))


def longest_edges(area: Numbers, outline: Numbers) -> Numbers:
    """Return how long an edge of a projected geometry may be, in metres, by its area and the length of its outline."""
    with np.errstate(invalid="ignore", divide="ignore"):
        longest = np.sqrt(EDGE_SHARE * area * 12 * SEMI_MAJOR_AXIS / (outline * _STEEPEST))
    longest = np.maximum(np.maximum(longest, SHORTEST_EDGE), outline / MOST_EDGES)
    return np.where(area > 0, longest, 1000.0)
