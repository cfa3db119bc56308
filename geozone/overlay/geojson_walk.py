"""One walk over a document of GeoJSON, batch by batch.

It knows a plain document and nothing else: a collection of features, or one feature a line, each with a geometry that is whole.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.wkb import Integers, Outlines, Room
from geozone.read.door.content import opened
from geozone.read.geojson import attribute, plain_geometry

Box = tuple[float, float, float, float]  # west, south, east, north
MARK = b"\xef\xbb\xbf"  # of UTF-8
BLANKS, RECORD = b" \t\r\n", b"\x1e"
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BATCH = 4096  # features a batch
_ROOM = 1 << 19  # numbers a batch, so that they stay in the processor's cache until they are copied
_NAMES = 1024  # names of properties that are known apart
_MEMBERS = 1000  # outermost members
_LONGEST = 1 << 20  # bytes of an outermost member that is looked at


class NotPlainError(Exception):
    """A document holds something that the walk does not know for certain."""


@dataclass
class Document:
    """What a document holds beside the ground of its features.

    Parameters
    ----------
    crs
        The CRS that it states, or None.
    members
        Its outermost members, beside the features.
    extent
        Where all its coordinates lie, in its own CRS.
    by_line
        Whether it is one feature a line, and no document of JSON.
    has_ids
        Whether a feature has a number or name of its own.
    """

    crs: pyproj.CRS | None
    members: dict[str, Any] = field(default_factory=dict)
    extent: Box = (np.inf, np.inf, -np.inf, -np.inf)
    by_line: bool = False
    has_ids: bool = False
    names: list[str] | None = None  # of properties; None where there are too many to be known
    content: mmap.mmap | None = None
    properties: list[Integers] = field(default_factory=list)  # where they begin and end

    def reach(self, points: Numbers) -> None:
        """Let the extent reach to coordinates (n, 2)."""
        from geozone.overlay.compiled.squares import bounds  # noqa: PLC0415 - numba, as below

        box = bounds(points.reshape(-1))
        self.extent = *map(min, self.extent[:2], box[:2]), *map(max, self.extent[2:], box[2:])

    def table(self, names: list[str]) -> pd.DataFrame:
        """Return some properties of all features."""
        assert self.content is not None
        rows = []
        for begin, end in np.concatenate(self.properties).tolist():
            found = json.loads(self.content[begin:end]) if end else {}
            rows.append({name: attribute(found[name]) for name in names if name in found})
        return pd.DataFrame(rows, columns=names)


@dataclass(frozen=True)
class Batch:
    """Features of a document: polygons as coordinate arrays, other geometries, and those that have none, each with its number."""

    outlines: Outlines
    numbers: Indices
    geometries: Geometries
    others: Indices
    without: Indices
    end: int  # the number of the feature behind the last one


@dataclass(frozen=True)
class _Arrays:
    """What the compiled walk writes to: see there."""

    points: Numbers
    long_numbers: Integers
    rings: Integers
    parts: Integers
    features: Integers
    taken: npt.NDArray[np.bool_]
    places: Integers

    def all(self) -> tuple[npt.NDArray[Any], ...]:
        return (
            self.points,
            self.long_numbers,
            self.rings,
            self.parts,
            self.features,
            self.taken,
            self.places,
        )


class Walk:
    """One walk over a document.

    Parameters
    ----------
    path
        The file.
    document
        Is told everything beside the features as it is found.
    room
        Where the coordinates of polygons go.
    """

    def __init__(self, path: Path, document: Document, room: Room) -> None:
        with opened(path) as stream:
            self._content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._data = np.frombuffer(self._content, np.uint8)
        self._document, self._room = document, room
        document.content = self._content
        self._count, self._let_go = 0, 0
        self._names = np.zeros((_NAMES + 1, 2), np.int64)
        self._make_room(_ROOM)
        self._last = len(self._content) - 1
        while self._last > 0 and self._content[self._last] in BLANKS:
            self._last -= 1
        if self._byte(self._last) != b"}":
            raise NotPlainError

    def features(self) -> Iterator[Batch]:
        """Yield the features, batch by batch; raises `NotPlainError` at whatever is not known for certain."""
        # numba takes half a second to load: only those who overlay something wait for it
        from geozone.overlay.compiled import geojson as compiled  # noqa: PLC0415

        start = len(MARK) if self._content[:3] == MARK else 0
        while self._content[start] in BLANKS:
            start += 1
        if self._byte(start) == RECORD:
            yield from self._sequence(self._after_blanks(start + 1), compiled.RECORDS)
        elif self._byte(start) == b"{":
            yield from self._document_of(start)
        else:
            raise NotPlainError
        if not self._count:
            raise NotPlainError
        known = int(self._names[0, 0])
        if not self._names[0, 1]:
            words = [
                json.loads(self._content[begin:end]) for begin, end in self._names[1 : known + 1].tolist()
            ]
            self._document.names = list(dict.fromkeys(words))

    def _document_of(self, start: int) -> Iterator[Batch]:
        """Yield the features of a collection, or of what turns out to be one feature a line."""
        from geozone.overlay.compiled import geojson as compiled  # noqa: PLC0415 - as above

        members, stated = self._document.members, self._document.members.pop("crs", None)
        seen: set[bytes] = set()
        place = start
        while place == start or self._byte(place) == b",":
            place = self._after_blanks(place + 1)
            end, value = compiled.member(self._data, place, self._last)
            name = self._content[place : max(end, place)]
            if not name or name in seen or len(seen) == _MEMBERS:
                raise NotPlainError
            seen.add(name)
            if name == b'"features"' and self._byte(value) == b"[":
                yield from self._batches(self._after_blanks(value + 1), compiled.LIST)
                end = self._end + 1
            else:
                end = self._value_end(value)
                if end - value <= _LONGEST:
                    members[json.loads(name)] = json.loads(self._content[value:end])
            place = self._after_blanks(end)
        if self._byte(place) != b"}":
            raise NotPlainError
        if members.get("type") == "Feature" and not seen & {b'"features"', b'"crs"'}:
            members.clear()
            # one alone may have several lines, as a record may
            yield from self._sequence(start, compiled.RECORDS if place == self._last else compiled.LINES)
            return
        whole = place == self._last and members.get("type") == "FeatureCollection" and b'"features"' in seen
        if not whole or members.get("crs") != stated or (stated is None and b'"crs"' in seen):
            raise NotPlainError

    def _sequence(self, start: int, between: int) -> Iterator[Batch]:
        yield from self._batches(start, between)
        self._document.by_line = self._count > 1

    def _batches(self, place: int, between: int) -> Iterator[Batch]:
        """Yield the features from a place on; `_end` is then where they end."""
        from geozone.overlay.compiled import geojson as compiled  # noqa: PLC0415 - as above

        why = compiled.FULL
        while why != compiled.ENDED:
            why, place, count, long, named = compiled.walk(
                self._data, place, self._last, between, *self._arrays.all(), self._names
            )
            if why == compiled.LEFT_OFF:
                raise NotPlainError
            if why == compiled.NO_ROOM:
                self._make_room(2 * len(self._arrays.points))
                continue
            self._document.has_ids |= bool(named)
            yield self._batch(count, long)
            self._count += count
            self._forget(place)
        self._end = self._after_blanks(place) if between == compiled.LIST else place

    def _batch(self, count: int, long: int) -> Batch:
        """Return what one batch of features holds, copied out of the arrays of the walk."""
        arrays, document = self._arrays, self._document
        for place, begin in arrays.long_numbers[:long].tolist():
            match = _NUMBER.match(self._content, begin)
            assert match is not None
            arrays.points[place] = float(match[0])
        parts = arrays.parts[: arrays.features[count] + 1].copy()
        rings = arrays.rings[: parts[-1] + 1].copy()
        points = self._room(2 * int(rings[-1])).reshape(-1, 2)
        points[:] = arrays.points[: points.size].reshape(-1, 2)
        self._check(points, rings)
        places, taken = arrays.places[:count], arrays.taken[:count]
        numbers = np.arange(self._count, self._count + count, dtype=np.intp)
        present = places[:, 1] > 0
        others = np.flatnonzero(present & ~taken)
        shapes = np.empty(len(others), dtype=object)
        shapes[:] = [self._geometry(*places[row, :2].tolist()) for row in others.tolist()]
        document.reach(shapely.get_coordinates(shapes))
        document.properties.append(places[:, 2:].copy())
        ends = arrays.features[: count + 1][np.append(True, taken)]  # those of the features that were copied
        return Batch(
            Outlines(points, rings, parts, ends),
            numbers[taken],
            shapes,
            numbers[others],
            numbers[~present],
            self._count + count,
        )

    def _check(self, points: Numbers, rings: Integers) -> None:
        """Leave off at a ring that is no ring, and at a number that is too large for one."""
        self._document.reach(points)
        if len(points) and not np.isfinite(self._document.extent).all():
            raise NotPlainError
        if (np.diff(rings) < 4).any() or (points[rings[:-1]] != points[rings[1:] - 1]).any():
            raise NotPlainError

    def _geometry(self, begin: int, end: int) -> Any:
        """Return a geometry that is not of polygons, or has no coordinates."""
        found = json.loads(self._content[begin:end])
        shape = plain_geometry(found)
        polygonal = found["type"] in {"Polygon", "MultiPolygon"} and found["coordinates"] != []
        if shape is None or polygonal or found["type"] == "GeometryCollection":
            raise NotPlainError
        return shape

    def _forget(self, place: int) -> None:
        """Let go of the pages of the file that were walked over: they would count as memory."""
        advice, upto = getattr(mmap, "MADV_DONTNEED", None), place // mmap.PAGESIZE * mmap.PAGESIZE
        if advice is not None and upto > self._let_go:  # no such thing on Windows
            self._content.madvise(advice, self._let_go, upto - self._let_go)
            self._let_go = upto

    def _make_room(self, numbers: int) -> None:
        self._arrays = _Arrays(
            np.empty(numbers),
            np.empty((numbers, 2), np.int64),
            np.zeros(numbers // 8 + 2, np.int64),
            np.zeros(numbers // 8 + 2, np.int64),
            np.zeros(_BATCH + 1, np.int64),
            np.zeros(_BATCH, np.bool_),
            np.zeros((_BATCH, 4), np.int64),
        )

    def _byte(self, place: int) -> bytes:
        return self._content[place : place + 1]

    def _value_end(self, place: int) -> int:
        from geozone.overlay.compiled.geojson import value_end  # noqa: PLC0415 - as above

        end = int(value_end(self._data, place, self._last))
        if end < 0:
            raise NotPlainError
        return end

    def _after_blanks(self, place: int) -> int:
        from geozone.overlay.compiled.geojson import blanks_end  # noqa: PLC0415 - as above

        return int(blanks_end(self._data, place)) if place <= self._last else self._last + 1
