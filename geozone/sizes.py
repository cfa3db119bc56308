"""Areas and lengths of any geometries, as scripts ask for them: what makes one mean little is refused or told."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pyproj
import shapely

from geozone.errors import DataError, GeozoneWarning
from geozone.messages import message
from geozone.overlay import plane
from geozone.overlay.plane import Geometries, Numbers

_AREAL = (3, 6, 7)  # type numbers of GEOS
_FAR = 1e5  # metres: a false easting from which on no place of a zone has coordinates that look like degrees


def area_km2(geometries: Any, crs: Any = None) -> Numbers:
    """Return the area of each geometry on the CGCS2000 ellipsoid, in km²; missing geometries have none.

    Parameters
    ----------
    geometries
        A GeoDataFrame, GeoSeries, geometry or array of geometries.
    crs
        CRS of the geometries; may be left out where they carry their own.

    Warns
    -----
    GeozoneWarning
        If polygons are not valid: the area is that which their rings enclose by sign.

    Raises
    ------
    UsageError
        If the CRS is missing: the area of plain numbers means nothing.
    DataError
        If coordinates do not fit the CRS, or an edge crosses 180°.
    """
    array, source = plane.with_crs(geometries, crs)
    _refuse_degrees(array, source)
    areas = plane.area_km2(array, source)
    present = np.flatnonzero(np.isin(shapely.get_type_id(array), _AREAL))
    wrong = present[~shapely.is_valid(array[present])]
    if len(wrong):
        named = {
            "count": len(wrong),
            "feature": int(wrong[0]),
            "reason": shapely.is_valid_reason(array[wrong[0]]),
        }
        said = message("overlay.area_not_valid", **named), message("overlay.area_not_valid_remedy")
        warnings.warn(GeozoneWarning(*said), stacklevel=2)
    return areas


def length_km(geometries: Any, crs: Any = None) -> Numbers:
    """Return the geodesic length of each line on the CGCS2000 ellipsoid, in km; of a polygon, that of its outline.

    Edges of a projected source are densified in their own CRS first.

    Raises
    ------
    UsageError
        If the CRS is missing.
    DataError
        If coordinates do not fit the CRS.
    """
    array, source = plane.with_crs(geometries, crs)
    _refuse_degrees(array, source)
    lengths = plane.length_km(array, source)
    if not np.isfinite(lengths).all():
        plane.to_plane(array, source)  # which names what is no place
    return lengths


def _refuse_degrees(array: Geometries, source: pyproj.CRS) -> None:
    """Refuse coordinates that are degrees under a CRS of metres, all of whose places have larger ones."""
    operation = source.coordinate_operation if source.is_projected else None
    eastings = (
        [float(one.value) for one in operation.params if one.name == "False easting"] if operation else []
    )
    box = shapely.total_bounds(array)
    if not eastings or eastings[0] < _FAR or not np.isfinite(box).all():
        return
    if abs(box[[0, 2]]).max() <= 180.0 and abs(box[[1, 3]]).max() <= 90.0 and box.any():
        raise DataError("overlay.not_metres", crs=source.name, x=f"{box[0]:g}", y=f"{box[1]:g}")
