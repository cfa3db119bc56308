"""Drawing coordinates: Web Mercator cut into whole units, and their compact encoding.

Only drawing happens here. A unit is the world's width / 2**26, 0.6 m on the equator; areas and lengths come
from `geozone.overlay` and never from these coordinates.
"""

from __future__ import annotations

import base64
import gzip
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.plane import without_heights

HALF_WIDTH_M = 20037508.342789244  # metres; half the width of EPSG:3857
WORLD = 1 << 26
PIXEL_SHIFT = 26 - 8  # a screen's pixel at zoom z is 2 ** (PIXEL_SHIFT - z) drawing units
KIND_NONE, KIND_POINT, KIND_LINE, KIND_POLYGON = 0, 1, 2, 3
LIMIT_LATITUDE = 85.0
_DIMENSION_KIND = {0: KIND_POINT, 1: KIND_LINE, 2: KIND_POLYGON}

Integers = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


def project(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project longitude and latitude in degrees, shape (n, 2), to drawing units, y downwards."""
    latitude = np.radians(np.clip(points[:, 1], -LIMIT_LATITUDE, LIMIT_LATITUDE))
    x = (points[:, 0] + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    return np.column_stack([x, y]) * WORLD


def unproject(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return longitude and latitude in degrees of drawing units."""
    longitude = points[:, 0] / WORLD * 360 - 180
    latitude = np.degrees(np.arctan(np.sinh((0.5 - points[:, 1] / WORLD) * 2 * np.pi)))
    return np.column_stack([longitude, latitude])


def to_drawing(geometries: Any) -> Geometries:
    """Return geometries of longitude and latitude in drawing units; missing ones become empty."""
    array = np.asarray(geometries, dtype=object)
    array = np.where(shapely.is_missing(array), shapely.GeometryCollection(), array)
    return np.asarray(shapely.transform(without_heights(array), project), dtype=object)


def rings_of(geometries: Geometries) -> tuple[Geometries, Integers, Integers, npt.NDArray[np.bool_]]:
    """Take geometries apart into rings, lines and points.

    Returns
    -------
    pieces, owner, kind, outer
        The pieces in feature order, the position of the feature of each, the ``KIND_`` of each, and whether it is no
        hole; the holes of a polygon follow its outer ring.
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    nested = np.isin(shapely.get_type_id(parts), (4, 5, 6, 7))  # collections inside collections
    while nested.any():
        inner, index = shapely.get_parts(parts, return_index=True)
        parts, owner = inner, owner[index]
        nested = np.isin(shapely.get_type_id(parts), (4, 5, 6, 7))
    keep = ~shapely.is_empty(parts)
    parts, owner = parts[keep], owner[keep]
    dimension = shapely.get_dimensions(parts)
    polygons = dimension == 2
    rings, ring_of = shapely.get_rings(parts[polygons], return_index=True)
    pieces = np.concatenate([rings, parts[~polygons]])
    owners = np.concatenate([owner[polygons][ring_of], owner[~polygons]])
    kinds = np.concatenate([np.full(len(rings), KIND_POLYGON), dimension[~polygons] + 1]).astype(np.int64)
    outer = np.ones(len(pieces), bool)
    outer[1 : len(rings)] = ring_of[1:] != ring_of[:-1]
    order = np.argsort(owners, kind="stable")
    return pieces[order], owners[order].astype(np.int64), kinds[order], outer[order]


def quantised_rings(pieces: Geometries, kinds: Integers) -> tuple[Integers, Integers]:
    """Round pieces to whole units, without repeated points and without the closing point of rings.

    Returns
    -------
    points, counts
        All points, shape (n, 2), and the number of points of each piece (0 where it shrank to nothing).
    """
    coordinates, index = shapely.get_coordinates(pieces, return_index=True)
    points = np.rint(coordinates).astype(np.int64)
    if not len(points):
        return points.reshape(0, 2), np.zeros(len(pieces), np.int64)
    first = np.r_[True, index[1:] != index[:-1]]
    last = np.r_[index[1:] != index[:-1], True]
    moved = np.r_[True, (points[1:] != points[:-1]).any(axis=1)]
    keep = first | moved
    keep &= ~(last & (kinds[index] == KIND_POLYGON))
    counts = np.bincount(index[keep], minlength=len(pieces))
    needed = np.where(kinds == KIND_POLYGON, 3, np.where(kinds == KIND_LINE, 2, 1))
    thin = counts < needed
    keep &= ~thin[index]
    counts[thin] = 0
    return points[keep], counts.astype(np.int64)


def zigzag(values: Integers) -> npt.NDArray[np.uint64]:
    """Map signed to unsigned integers, small ones to small ones."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def varints(values: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint8], Integers]:
    """Encode unsigned integers as variable-length bytes, seven bits each.

    Returns
    -------
    data, sizes
        The bytes of all values one after another, and the number of bytes of each value.
    """
    values = np.asarray(values, np.uint64)
    sizes = np.ones(len(values), np.int64)
    for bits in range(7, 64, 7):
        sizes += values >= np.uint64(1 << bits)
    ends = np.cumsum(sizes)
    data = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    starts = ends - sizes
    for place in range(int(sizes.max(initial=0))):
        present = sizes > place
        septet = (values[present] >> np.uint64(7 * place)) & np.uint64(127)
        more = (sizes[present] > place + 1).astype(np.uint8) << 7
        data[starts[present] + place] = septet.astype(np.uint8) | more
    return data, sizes


def encode(geometries: Geometries) -> bytes:
    """Encode features in drawing units for the page.

    The stream of varints is: number of features; for each its kind and number of rings; for each ring its
    number of points; then every point as the zigzag difference to the point before it.
    """
    pieces, owners, kinds, _ = rings_of(geometries)
    points, counts = quantised_rings(pieces, kinds)
    alive = counts > 0
    owners, kinds, counts = owners[alive], kinds[alive], counts[alive]
    number = len(geometries)
    rings = np.bincount(owners, minlength=number)
    kind = np.zeros(number, np.int64)
    kind[owners] = kinds
    deltas = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    stream = np.concatenate(
        [
            np.array([number], np.uint64),
            np.column_stack([kind, rings]).ravel().astype(np.uint64),
            counts.astype(np.uint64),
            zigzag(deltas.ravel()),
        ]
    )
    return varints(stream)[0].tobytes()


def pack(data: bytes) -> str:
    """Compress bytes for the page: gzip without a date, then base64."""
    return base64_text(gzip.compress(data, 9, mtime=0))


def base64_text(data: bytes) -> str:
    """Return bytes as text that may stand in a document."""
    return base64.b64encode(data).decode("ascii")
