"""A zone as a drawing: the outlines of its layers in a plane of metres, for programs that know no fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataSourceError

from geozone.errors import UsageError
from geozone.export.geometry import crs_of, in_system
from geozone.export.table import Table
from geozone.files import whole_file
from geozone.read.inference import zone_crs

_FIRST_ZONE, _FIRST_CODE, _LAST_ZONE = (
    25,
    4513,
    45,
)  # of the three-degree zones of CGCS2000, with the number in the easting
_LEVELLED = "units"  # drawn level by level
_HOLES = "_holes"


def _plane(longitude: float) -> str:
    """Return the three-degree zone of CGCS2000 in which a longitude lies, its number in the easting."""
    return zone_crs(min(max(round(longitude / 3), _FIRST_ZONE), _LAST_ZONE))


def write_dxf(tables: Sequence[Table], path: Path, crs: str | None = None) -> list[Path]:
    """Write the outlines of every layer as one drawing, and its system beside it (``.prj``), which a drawing cannot state.

    Every ring of an area is a closed line, every line a line, every point a point. They lie on drawing layers that are called as
    the layers are, units on one for each level; the rings of holes lie on layers of their own (``redline_holes``), so that
    the areas of a layer less those of its holes are its area.

    Parameters
    ----------
    tables
        What `geozone.export.result_tables.content` returns.
    path
        Where to write.
    crs
        A projected system; by default the three-degree zone of CGCS2000 of the middle of the units.

    Returns
    -------
    list of Path
        The drawing, and the file with its system.

    Raises
    ------
    UsageError
        If the system is none of a plane, or the files cannot be written.
    """
    layers = [table.frame for table in tables if table.geometry and len(table.frame)]
    bounds = np.array([frame.total_bounds for frame in layers])
    plane = crs_of(crs or _plane(float(bounds[:, 0].min() + bounds[:, 2].max()) / 2))
    if not plane.is_projected:
        raise UsageError("export.needs_plane", crs=crs)
    names: list[str] = []
    shapes: list[Any] = []
    for table in tables:
        if table.geometry and len(table.frame):
            for name, outlines in _drawn(table, plane):
                names += [name] * len(outlines)
                shapes += list(outlines)
    drawing = gpd.GeoDataFrame({"Layer": names}, geometry=shapes, crs=plane)
    beside = path.with_suffix(".prj")
    try:
        with whole_file(path) as unfinished:
            pyogrio.write_dataframe(drawing, unfinished, driver="DXF", geometry_type="Unknown")
    except DataSourceError as error:
        raise UsageError("files.unwritable", path=path, reason=str(error)) from error
    with whole_file(beside) as unfinished:
        unfinished.write_text(plane.to_wkt("WKT1_ESRI"), "utf-8")
    return [path, beside]


def _drawn(table: Table, plane: pyproj.CRS) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the outlines of a layer with the drawing layer that they lie on."""
    geometries = np.asarray(in_system(table.frame.geometry, plane).array, dtype=object)
    levels = table.frame["level"].to_numpy() if table.name == _LEVELLED else np.zeros(len(geometries))
    for level in dict.fromkeys(levels):
        name = f"{table.name}_{level}" if table.name == _LEVELLED else table.name
        chosen = geometries[levels == level]
        parts = shapely.get_parts(chosen[~shapely.is_missing(chosen)])
        areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        outer = shapely.get_exterior_ring(parts[areas])
        yield name, np.concatenate([_lines(outer), parts[~areas]])
        inner = [ring for part in parts[areas] for ring in shapely.get_rings(part)[1:]]
        if inner:
            yield f"{name}{_HOLES}", _lines(np.array(inner, dtype=object))


def _lines(rings: np.ndarray) -> np.ndarray:
    """Return rings as lines that close."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    return np.asarray(shapely.linestrings(points, indices=ring)) if len(rings) else rings
