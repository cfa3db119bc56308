"""Coordinates of a whole layer from one system to another, the area of every feature held against what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import ProjError

from geozone.errors import DataError, InputError
from geozone.model import CRS, Change, Severity
from geozone.overlay.degrees import is_of_greenwich
from geozone.overlay.edges import across_180, densify, outline_measures, unwrapped
from geozone.overlay.plane import area_km2
from geozone.projections import transformer
from geozone.read.geodetic import datum_of, has_parameters, without_parameters
from geozone.read.notes import Notes

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

EDGE_METRES = 1000.0  # longer edges of a projected source are cut there before they are turned to degrees
_FAULT_METRES = 1.3e7  # an edge longer than the earth is wide is a fault
_ROUNDING = 4.0 * np.finfo(np.float64).eps  # of a coordinate, in one step
_CLOSE = 1e-9  # share of an area


def moved(
    geometries: Geometries, move: Callable[[Numbers], Numbers], factor: float, index: pd.Index, notes: Notes
) -> Geometries:
    """Return geometries with their coordinates changed by a step that turns, moves or scales all of them alike.

    Parameters
    ----------
    move
        The step, on coordinates (n, 2).
    factor
        By how much it makes lengths longer.
    index
        The names of the features, for the finding where one changed its area all the same.
    """
    after = np.asarray(shapely.transform(geometries, move))
    hold_areas(geometries, after, factor, index, notes)
    return after


def cut_long_edges(geometries: Geometries, source: pyproj.CRS, index: pd.Index, notes: Notes) -> Geometries:
    """Cut edges longer than `EDGE_METRES` in their own plane, where they are straight, ring by ring."""
    unit = without_parameters(source).axis_info[0].unit_conversion_factor
    boxes = np.asarray(shapely.bounds(geometries)).reshape(-1, 4)
    with np.errstate(invalid="ignore"):
        wide = (boxes[:, 2:] - boxes[:, :2]).max(axis=1) * unit
    rows = np.flatnonzero(wide > EDGE_METRES / np.sqrt(2.0))  # smaller boxes have no edge so long
    if not len(rows):
        return geometries
    cut = densify(geometries[rows], EDGE_METRES / unit, fault=_FAULT_METRES / unit)
    longer = shapely.get_num_coordinates(cut) > shapely.get_num_coordinates(geometries[rows])
    if not longer.any():
        return geometries
    hold_areas(geometries[rows], cut, 1.0, index[rows], notes, unit=unit)
    result = geometries.copy()
    result[rows] = cut
    metres = f"{EDGE_METRES:.0f}"
    notes.decide("edges", f"{metres} m", "read.edges_cut", count=int(longer.sum()), metres=metres)
    return result


def hold_areas(
    before: Geometries,
    after: Geometries,
    factor: float,
    index: pd.Index,
    notes: Notes,
    *,
    unit: float = float("nan"),
) -> None:
    """Name every feature whose area or outline is another after a step that has to leave both as they were.

    Parameters
    ----------
    factor
        By how much the step makes lengths longer.
    unit
        The unit of the coordinates afterwards, in metres; NaN where areas in it mean nothing.
    """
    area, length = outline_measures(before)
    new_area, new_length = outline_measures(after)
    largest = np.abs(np.asarray(shapely.bounds(before)).reshape(-1, 4)).max(axis=1, initial=0.0)
    expected, outline = area * factor**2, length * factor
    rounding = _ROUNDING * largest * factor
    corners = np.maximum(shapely.get_num_coordinates(before), shapely.get_num_coordinates(after))
    with np.errstate(invalid="ignore"):
        wrong = np.abs(new_area - expected) > _CLOSE * np.abs(expected) + rounding * (outline + rounding)
        wrong |= np.abs(new_length - outline) > _CLOSE * outline + rounding * corners
    wrong |= shapely.is_missing(before) != shapely.is_missing(after)
    features = [str(index[int(row)]) for row in np.flatnonzero(wrong)]
    for feature, one, two in zip(features, expected[wrong], new_area[wrong], strict=True):
        notes.change(feature, "area_changed", (float(one) * unit**2 / 1e6, float(two) * unit**2 / 1e6))
    notes.find_each("area_changed", Severity.ERROR, features)


def to_degrees(
    geometries: Geometries, source: pyproj.CRS, path: Path | str, index: pd.Index, notes: Notes
) -> Geometries:
    """Return geometries of a CRS in longitude and latitude of CGCS2000 or what cannot be told from it.

    A datum to which no parameters are published stays as it is; other datums go by their parameters.

    Raises
    ------
    InputError
        If the CRS cannot be converted.
    """
    base = source.geodetic_crs
    if base is None:  # pragma: no cover - geographic and projected systems have one
        raise InputError("read.crs_local", path=path, crs=source.name)
    if source.is_projected:
        geometries = cut_long_edges(geometries, source, index, notes)
    datum = datum_of(source)
    if has_parameters(source) or not (datum.has_no_parameters or datum is datum.ALIKE):
        # parameters lead to WGS 84, which is CGCS2000 to a decimetre
        way = _way(source, pyproj.CRS("EPSG:4326"), path)
        said = "?" if way.accuracy < 0 else f"{way.accuracy:g}"
        notes.decide("datum", base.name, "read.datum_accuracy", datum=base.name, accuracy=said)
    elif source.is_geographic and is_of_greenwich(base):
        return geometries
    else:
        plain = base if is_of_greenwich(base) else pyproj.CRS(datum.geographic)
        way = _way(source, plain, path)
    degrees = _apply(geometries, way, source, path)
    return unwrapped(degrees, across_180(degrees)) if source.is_projected else degrees


def left_out(geometries: Geometries, rows: Rows, method: str, index: pd.Index, notes: Notes) -> Geometries:
    """Return geometries without some of them, which are entered in the ledger."""
    if not len(rows):
        return geometries
    for name in index[rows]:
        notes.change(str(name), method, (float("nan"), 0.0))
    result = geometries.copy()
    result[rows] = None
    return result


def changes_of(data: gpd.GeoDataFrame, notes: Notes) -> list[Change]:
    """Return what reading changed, for the ledger, with the area of each feature before and after.

    A step that gives no areas has closed what was open: the area that the rings enclose by sign is the same.
    """
    geometries = np.asarray(data.geometry.values)
    rows = {str(name): row for row, name in enumerate(data.index)} if notes.changed else {}
    changes: list[Change] = []
    for feature, method, areas in notes.changed:
        area = _area(geometries[rows[feature]]) if areas is None and feature in rows else 0.0
        changes.append(Change(feature, method, *(areas or (area, area))))
    return changes


def _area(geometry: Any) -> float:
    try:
        return float(area_km2(geometry, CRS)[0])
    except DataError:  # coordinates that are none; they are found
        return float("nan")


def _way(source: pyproj.CRS, target: pyproj.CRS, path: Path | str) -> pyproj.Transformer:
    try:
        return transformer(source, target)
    except ProjError as error:  # a CRS that is written well and means nothing
        raise _not_transformable(error, source, path) from error


def _apply(
    geometries: Geometries, way: pyproj.Transformer, source: pyproj.CRS, path: Path | str
) -> Geometries:
    def move(points: Numbers) -> Any:
        return np.column_stack(way.transform(points[:, 0], points[:, 1]))

    try:
        return np.asarray(shapely.transform(geometries, move))
    except (ProjError, shapely.errors.ShapelyError) as error:
        raise _not_transformable(error, source, path) from error


def _not_transformable(error: Exception, source: pyproj.CRS, path: Path | str) -> InputError:
    reason = " ".join(str(error).split())[:120]
    return InputError("read.not_transformable", path=path, crs=source.name, reason=reason)
