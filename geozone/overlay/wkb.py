"""Polygons from well-known binary straight into coordinate arrays, without a geometry object for each.

A column of Arrow holds its polygons one behind the other in one buffer. Here all of them are walked at once: step k
reads the k-th ring of every polygon that has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.plane import Geometries, Indices, Numbers

Integers = npt.NDArray[np.int64]

_Z_FLAG, _M_FLAG, _SRID_FLAG = 0x80000000, 0x40000000, 0x20000000
_STEP = 1 << 15  # coordinates a step
_MOST_RINGS = 4096  # polygons with more rings than this are left to GEOS


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


def read_outlines(data: npt.NDArray[np.uint8], offsets: Integers) -> tuple[Outlines, Indices, Indices]:
    """Return the polygons of a buffer of well-known binary.

    Parameters
    ----------
    data
        The buffer.
    offsets
        Where each geometry begins, and where the last one ends. An empty piece is a missing geometry.

    Returns
    -------
    outlines
        Every plain polygon and multipolygon: little-endian, rings closed, coordinates finite.
    positions
        Their positions in the column.
    rest
        Positions of everything else that is not missing: other types, broken rings, polygons of very many rings.
    """
    present = np.flatnonzero(np.diff(offsets) >= 9)
    start = offsets[present]
    words = np.ndarray((max(len(data) - 3, 0),), "<u4", buffer=data, strides=(1,))
    code = words[start + 1]
    flags, kind = code & 0xF0000000, code & 0x0FFFFFFF
    dimensions = 2 + np.isin(kind // 1000, (1, 2, 3)) + (kind // 1000 == 3)
    dimensions = dimensions + ((flags & _Z_FLAG) > 0) + ((flags & _M_FLAG) > 0)
    plain = (data[start] == 1) & np.isin(kind % 1000, (3, 6)) & ((flags & _SRID_FLAG) == 0)
    position, start, stride = present[plain], start[plain], 8 * dimensions[plain]
    owner, part, ring, count, unread = _walk(words, start, code[plain], stride)
    good = np.ones(len(position), dtype=bool)
    good[unread] = False
    # a ring must fit into its geometry, close, and hold an area
    end = offsets[position + 1][owner]
    fits = (count >= 4) & (ring + count * stride[owner] <= end)
    last = ring[fits] + (count[fits] - 1) * stride[owner[fits]]
    points = np.ndarray((max(len(data) - 15, 0),), "V16", buffer=data, strides=(1,))
    fits[fits] = points[ring[fits]] == points[last]
    good[owner[~fits]] = False
    good &= np.bincount(owner, minlength=len(position)) > 0  # not an empty polygon
    keep = good[owner]
    owner, part, ring, count = owner[keep], part[keep], ring[keep], count[keep]
    rings = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    coordinates = _gather(points, ring, count, stride[owner], rings)
    new_feature = np.diff(owner, prepend=-1) != 0
    new_part = new_feature | (np.diff(part, prepend=-1) != 0)
    parts = np.append(np.flatnonzero(new_part), len(owner)).astype(np.int64)
    features = np.append(np.flatnonzero(new_feature[new_part]), len(parts) - 1).astype(np.int64)
    outlines = Outlines(coordinates, rings, parts, features)
    taken = position[good]
    # a sum is finite where all its terms are, and takes one pass
    if not np.isfinite(coordinates.sum()):
        finite = np.isfinite(coordinates).all(axis=1)
        sound = np.logical_and.reduceat(finite, rings[parts[features[:-1]]])
        outlines, taken = outlines.take(np.flatnonzero(sound)), taken[sound]
    left = np.zeros(len(offsets) - 1, dtype=bool)
    left[present], left[taken] = True, False
    return outlines, taken, np.flatnonzero(left)


def _walk(
    words: npt.NDArray[np.uint32], start: Integers, code: npt.NDArray[np.uint32], stride: Integers
) -> tuple[Indices, Integers, Integers, Integers, Indices]:
    """Return owner, part, first byte and length of every ring, sorted by owner, and the owners left unread."""
    owner = np.arange(len(start))
    multi = (code & 0x0FFFFFFF) % 1000 == 6
    code = np.where(multi, code - 3, code)  # of a part
    parts = np.ones(len(start), dtype=np.int64)
    parts[multi] = words[start[multi] + 5]
    position = start + np.where(multi, 9, 0)
    limit = len(words) - 13
    found: list[tuple[Indices, Integers, Integers, Integers]] = []
    lost: list[Indices] = []  # that end before all that they declare
    part = np.zeros(len(start), dtype=np.int64)
    rings = np.zeros(len(start), dtype=np.int64)
    live = parts > 0
    for _ in range(_MOST_RINGS):
        # enter the next part of those that have finished one
        while True:
            owner, part, parts, rings, position = (a[live] for a in (owner, part, parts, rings, position))
            live = position <= limit
            fresh = live & (rings == 0)
            begun, own = position[fresh], owner[fresh]
            live[fresh] = (words[begun] & 0xFF == 1) & (words[begun + 1] == code[own])
            if not live.all():
                lost.append(owner[~live])
                continue
            if not fresh.any():
                break
            rings[fresh] = words[position[fresh] + 5]
            position[fresh] += 9
            empty = fresh & (rings == 0)
            parts[empty] -= 1
            part[empty] += 1
            live = parts > 0
        if not len(owner):
            break
        count = words[position].astype(np.int64)
        found.append((owner, part.copy(), position + 4, count))
        position = position + 4 + count * stride[owner]
        rings -= 1
        done = rings == 0
        parts[done] -= 1
        part[done] += 1
        live = parts > 0
    unread = np.concatenate([*lost, owner])
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, nothing, unread
    all_owners, all_parts, first, counts = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(all_owners, kind="stable")
    return all_owners[order], all_parts[order], first[order], counts[order], unread


def _gather(
    points: npt.NDArray[np.void], ring: Integers, count: Integers, stride: Integers, offsets: Integers
) -> Numbers:
    result = np.empty(int(offsets[-1]), dtype=points.dtype)
    first = 0
    while first < len(ring):  # in steps that stay in the processor's cache
        last = max(int(np.searchsorted(offsets, offsets[first] + _STEP, side="right")) - 1, first + 1)
        some = slice(first, last)
        begin, end = int(offsets[first]), int(offsets[last])
        within = np.arange(end - begin)
        within -= np.repeat(offsets[some] - begin, count[some])
        within *= np.repeat(stride[some], count[some])
        within += np.repeat(ring[some], count[some])
        result[begin:end] = points[within]
        first = last
    return result.view("<f8").reshape(-1, 2)


def _take(offsets: Integers, positions: Indices) -> tuple[Indices, Integers]:
    """Return the members of some groups, one behind the other, and the offsets of the new groups."""
    count = offsets[positions + 1] - offsets[positions]
    new = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    members = np.arange(new[-1]) + np.repeat(offsets[positions] - new[:-1], count)
    return members, new
