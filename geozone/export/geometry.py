"""Geometries and field names as exchange files want them: one geometry type a layer, plain names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geozone.errors import UsageError
from geozone.overlay.edges import densify
from geozone.overlay.plane import without_heights
from geozone.reuse.reuse import Reuse

_DIMENSION = {"MultiPoint": 0, "MultiLineString": 1, "MultiPolygon": 2}
_SINGLE = [0, 1, 3]  # types of points, lines and areas of one part
_SUFFIX = {0: "_points", 1: "_lines", 2: "_areas"}
_BUILD = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
_EDGE_DEGREES = 0.01  # edges that are longer are divided before they are laid into a plane; about a kilometre
_RESERVED = {"fid", "geom", "geometry", "ogc_fid"}  # columns that the files keep for themselves


def single_type(geometries: gpd.GeoSeries, expected: str) -> list[tuple[str, str, gpd.GeoSeries]]:
    """Split a layer into one part for each kind of geometry: points, lines, areas.

    A collection gives its areas to one part and its lines to another, so nothing is dropped. Heights are left out. Points are
    single ones where no feature has several.

    Parameters
    ----------
    geometries
        The layer's geometries in any mixture; empty and missing ones stay in the first part as missing.
    expected
        The type that takes the layer's own name, where it occurs or where the layer is empty.

    Returns
    -------
    list
        Suffix of the layer name, geometry type, and geometries of that type with the index of the features.
    """
    flat = without_heights(np.asarray(geometries.array, dtype=object))
    if np.isin(shapely.get_type_id(flat), _SINGLE).all():  # the usual case of large layers
        parts, owners = flat, np.arange(len(flat))
    else:
        parts, owners = shapely.get_parts(flat, return_index=True)
    while (
        shapely.get_type_id(parts) >= 4
    ).any():  # a collection may hold multi-parts and further collections
        parts, place = shapely.get_parts(parts, return_index=True)
        owners = owners[place]
    parts, owners = parts[~shapely.is_empty(parts)], owners[~shapely.is_empty(parts)]
    dimensions = shapely.get_dimensions(parts)
    present = sorted(set(dimensions.tolist()), reverse=True)
    main = _DIMENSION[expected]
    if present and main not in present:
        main = present[0]
    result = []
    for dimension in [main, *(item for item in present if item != main)]:
        chosen = dimensions == dimension
        multi = np.full(len(flat), None, dtype=object)
        _BUILD[dimension](parts[chosen], indices=owners[chosen], out=multi)
        series = gpd.GeoSeries(multi, index=geometries.index, crs=geometries.crs)
        if dimension == main:
            others = np.isin(np.arange(len(flat)), owners[~chosen]) & shapely.is_missing(multi)
            series = series[~others]
        else:
            series = series[~shapely.is_missing(multi)]
        kind = next(name for name, number in _DIMENSION.items() if number == dimension)
        if dimension == 0 and (shapely.get_num_geometries(series.to_numpy()) <= 1).all():
            kind, series = (
                "Point",
                gpd.GeoSeries(shapely.get_geometry(series.to_numpy(), 0), index=series.index, crs=series.crs),
            )
        result.append(("" if dimension == main else _SUFFIX[dimension], kind, series))
    return result


def ascii_names(
    names: Iterable[object], *, longest: int = 60, romanised: Mapping[str, str] | None = None
) -> dict[object, str]:
    """Return plain ASCII names (pinyin for Chinese ones, as `romanised` has them), unique without regard to case."""
    known = romanised or {}
    taken = set(_RESERVED)
    result: dict[object, str] = {}
    for name in names:
        plain = re.sub(r"\W+", "_", known.get(str(name)) or _romanised(str(name)))
        plain = re.sub(r"[^A-Za-z0-9_]", "", plain)[:longest].strip("_") or "field"
        unique, number = plain, 2
        while unique.lower() in taken:
            unique = f"{plain[: longest - len(str(number)) - 1]}_{number}"
            number += 1
        taken.add(unique.lower())
        result[name] = unique
    return result


def romanised_names(names: Iterable[str], reuse: Reuse) -> dict[str, str]:
    """Return the Chinese names among some in pinyin, which is kept between runs: to load its phrases takes a third of a second."""
    chinese = sorted({name for name in names if not name.isascii()})
    if not chinese:
        return {}
    return reuse.result("names", "", lambda: chinese, lambda: {name: _romanised(name) for name in chinese})


def _romanised(name: str) -> str:
    if name.isascii():
        return name
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its phrases are long, and most names are plain already

    return "_".join(lazy_pinyin(name))


def crs_of(crs: str) -> pyproj.CRS:
    """Return a coordinate reference system.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    try:
        return pyproj.CRS.from_user_input(crs)
    except CRSError as error:
        raise UsageError("export.unknown_crs", crs=crs) from error


def in_system(shapes: gpd.GeoSeries, crs: pyproj.CRS) -> gpd.GeoSeries:
    """Return shapes in degrees in another system; long edges are divided first, which are not straight in a plane."""
    if crs.is_projected:
        divided = densify(np.asarray(shapes.array, dtype=object), _EDGE_DEGREES)
        shapes = gpd.GeoSeries(divided, index=shapes.index, crs=shapes.crs)
    return shapes.to_crs(crs)
