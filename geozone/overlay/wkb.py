"""Polygons as coordinate arrays: from well-known binary, without a geometry object for each, and measured.

A column of Arrow holds its polygons one behind the other in one buffer; `geozone.overlay.compiled.outlines` walks over it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.plane import FARTHEST, POLE, SCALES, SERIES, Geometries, Indices, Numbers

Integers = npt.NDArray[np.int64]
Room = Callable[[int], Numbers]  # an array of so many numbers to write to

_LIMITS = (FARTHEST, POLE, 90.0)  # polygons that reach farther from their first vertex may lie across 180°


@dataclass(frozen=True)
class Outlines:
    """Polygons as nested arrays: coordinates in rings in parts in features, each given by offsets into the next."""

    coordinates: Numbers  # (n, 2)
    rings: Integers
    parts: Integers
    features: Integers

    def __len__(self) -> int:
        return len(self.features) - 1

    def geometries(self) -> Geometries:
        """Return the features as multipolygons."""
        return np.asarray(
            shapely.from_ragged_array(
                shapely.GeometryType.MULTIPOLYGON, self.coordinates, (self.rings, self.parts, self.features)
            )
        )

    def take(self, positions: Indices) -> Outlines:
        """Return some of the features, in the order asked for."""
        return OutlineStore([self]).take(positions)


@dataclass(frozen=True)
class Measures:
    """Boxes (west, south, east, north), areas, and whether they hold: the polygon is certainly valid."""

    boxes: Numbers
    areas: Numbers
    valid: npt.NDArray[np.bool_]


class OutlineStore:
    """Outlines that lie in several arrays, features numbered from the first to the last."""

    def __init__(self, several: Sequence[Outlines]) -> None:
        self._coordinates = [one.coordinates for one in several]
        self._firsts = np.cumsum([0, *(len(one.coordinates) for one in several)])
        self._rings = _join_offsets([one.rings for one in several])
        self._parts = _join_offsets([one.parts for one in several])
        self._features = _join_offsets([one.features for one in several])

    @property
    def vertices(self) -> Integers:
        """The number of coordinates of every feature."""
        return np.diff(self._rings[self._parts[self._features]])

    def take(self, positions: Indices) -> Outlines:
        """Return some of the features, in the order asked for."""
        parts, features = _take(self._features, positions)
        rings, part_offsets = _take(self._parts, parts)
        count = self._rings[rings + 1] - self._rings[rings]
        # the points of a feature lie together: whole stretches are copied
        begin = self._rings[self._parts[self._features[positions]]]
        end = self._rings[self._parts[self._features[positions + 1]]]
        array = np.searchsorted(self._firsts, begin, side="right") - 1
        begin, end = begin - self._firsts[array], end - self._firsts[array]
        stretches = [
            self._coordinates[number][first:last]
            for number, first, last in zip(array.tolist(), begin.tolist(), end.tolist(), strict=True)
        ]
        return Outlines(
            np.concatenate([np.zeros((0, 2)), *stretches]),
            np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            part_offsets,
            features,
        )


def outlines_of(polygons: Geometries) -> Outlines:
    """Return polygons and multipolygons that are not empty as coordinate arrays."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    return Outlines(
        coordinates,
        np.searchsorted(ring, np.arange(len(rings) + 1)).astype(np.int64),
        np.searchsorted(part, np.arange(len(parts) + 1)).astype(np.int64),
        np.searchsorted(owner, np.arange(len(polygons) + 1)).astype(np.int64),
    )


def _join_offsets(several: Sequence[Integers]) -> Integers:
    first = np.cumsum([0, *(one[-1] for one in several)])
    return np.concatenate(
        [[0], *(one[1:] + start for one, start in zip(several, first, strict=False))]
    ).astype(np.int64)


def measure(outlines: Outlines) -> Measures:
    """Measure polygons of the plane; rings must be closed and their coordinates finite."""
    # numba takes half a second to load: only those who overlay something wait for it
    from geozone.overlay.compiled.outlines import measure as compiled  # noqa: PLC0415

    measures, valid = compiled(
        *alike(outlines.coordinates.reshape(-1), outlines.rings, outlines.parts, outlines.features)
    )
    return Measures(measures[:, :4], measures[:, 4], valid)


def read_outlines(
    data: npt.NDArray[np.uint8], offsets: Integers, room: Room = np.empty
) -> tuple[Outlines, Indices, Indices]:
    """Return the polygons of a buffer of well-known binary.

    Parameters
    ----------
    data
        The buffer.
    offsets
        Where each geometry begins, and where the last one ends.
    room
        Where the coordinates go.

    Returns
    -------
    outlines
        Every plain polygon and multipolygon: little-endian, rings closed, coordinates finite.
    positions
        Their positions in the column.
    rest
        Positions of everything else: other types, broken rings.
    """
    outlines, _, positions, rest = _walk(data, offsets, room, degrees=False)
    return outlines, positions, rest


def read_in_plane(
    data: npt.NDArray[np.uint8], offsets: Integers, room: Room = np.empty
) -> tuple[Outlines, Measures, Indices, Indices]:
    """Return the polygons of a buffer of longitudes and latitudes, put into the plane and measured on the way.

    What lies nowhere on earth, or may lie across 180°, is left in the rest as well; otherwise as `read_outlines`.
    """
    return _walk(data, offsets, room, degrees=True)


def put_in_plane(outlines: Outlines) -> tuple[Outlines, Measures, Indices, Indices]:
    """Return polygons in longitude and latitude, rings closed and coordinates finite, in the plane and measured.

    Parameters
    ----------
    outlines
        The polygons; their coordinates are written over, but for those of the rest.

    Returns
    -------
    outlines, measures
        Every polygon on earth that certainly does not lie across 180°.
    positions
        Their positions among the polygons.
    rest
        Positions of the others.
    """
    from geozone.overlay.compiled.outlines import put  # noqa: PLC0415 - as above

    measures, valid, taken = put(
        *alike(outlines.coordinates.reshape(-1), outlines.rings, outlines.parts, outlines.features),
        *(np.array(constants) for constants in (SERIES, SCALES, _LIMITS)),
    )
    plane = outlines
    positions, rest = np.flatnonzero(taken), np.flatnonzero(~taken)
    if len(rest):
        plane, measures, valid = plane.take(positions), measures[taken], valid[taken]
    return plane, Measures(measures[:, :4], measures[:, 4], valid), positions, rest


def _walk(
    data: npt.NDArray[np.uint8], offsets: Integers, room: Room, *, degrees: bool
) -> tuple[Outlines, Measures, Indices, Indices]:
    from geozone.overlay.compiled.outlines import walk  # noqa: PLC0415 - as above

    if len(data) < 16:  # of a view of one number numpy would make another kind of array
        data = np.append(data, np.zeros(16, dtype=np.uint8))
    points = room(int(offsets[-1] - offsets[0]) // 8)
    rings, parts, features, measures, valid, taken = walk(
        _from_each_byte(data, "<u4"),
        _from_each_byte(data, "<f8"),
        offsets,
        points,
        degrees,
        *(np.array(constants) for constants in (SERIES, SCALES, _LIMITS)),
    )
    outlines = Outlines(points[: 2 * rings[-1]].reshape(-1, 2), rings, parts, features)
    return (
        outlines,
        Measures(measures[:, :4], measures[:, 4], valid),
        np.flatnonzero(taken),
        np.flatnonzero(~taken),
    )


def _from_each_byte(data: npt.NDArray[np.uint8], kind: str) -> npt.NDArray[Any]:
    """Return the numbers that begin at each byte of a buffer."""
    count = max(len(data) - int(kind[-1]) + 1, 0)
    numbers: npt.NDArray[Any] = np.ndarray((count,), kind, buffer=data, strides=(1,))
    # as buffers of Arrow are: another kind of array would be compiled for once more
    numbers.flags.writeable = False
    return numbers


def alike(*arrays: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return arrays of which compiled code knows one kind: whole and writable."""
    return [np.require(array, requirements=["C", "W"]) for array in arrays]


def _take(offsets: Integers, positions: Indices) -> tuple[Indices, Integers]:
    """Return the members of some groups, one behind the other, and the offsets of the new groups."""
    count = offsets[positions + 1] - offsets[positions]
    new = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    members = np.arange(new[-1]) + np.repeat(offsets[positions] - new[:-1], count)
    return members, new
