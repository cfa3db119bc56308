"""GeoJSON as features of the plane: one walk over the bytes, where GDAL makes objects of every coordinate.

Whatever the walk does not know for certain is left to the reader, for the whole file and before a number is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from geozone.errors import InputError
from geozone.overlay.features import (
    Block,
    Features,
    Progress,
    block_in_plane,
    block_of_geometries,
    block_of_outlines,
    no_rows,
)
from geozone.overlay.geojson_walk import BLANKS, MARK, RECORD, Batch, Document, NotPlainError, Walk
from geozone.overlay.guard import Repair
from geozone.overlay.jobs import Job, in_turn
from geozone.overlay.plane import is_alike, parse_crs
from geozone.overlay.room import Store
from geozone.overlay.wkb import Room, put_in_plane
from geozone.read.declared import outer_members
from geozone.read.door.content import bytes_of
from geozone.read.geojson import DEFAULT_CRS
from geozone.read.notes import Notes
from geozone.read.stated import crs_of_objects

_HEAD = 1 << 20  # bytes that tell how long a feature is


def may_be_plain(path: Path) -> bool:
    """Tell by its first bytes whether a file may be a document that the walk knows."""
    if not path.is_file():
        return False
    head = bytes_of(path, 4096).removeprefix(MARK).lstrip(BLANKS + RECORD)
    return head.startswith(b"{")


def likely_count(path: Path) -> int:
    """Return how many features a document may have by what it begins with."""
    head = bytes_of(path, _HEAD)
    return int(head.count(b'"geometry"') * path.stat().st_size / max(len(head), 1))


def batches(path: Path, layer: str | None, document: Document, room: Room) -> Iterator[Batch]:
    """Yield the features of a document, and tell what else it holds.

    Parameters
    ----------
    path
        A file that `may_be_plain`.
    layer
        The name that the layer has to have, if any.
    document
        Is told everything else as it is found; whole when all features were asked for.
    room
        Where the coordinates of polygons go.

    Raises
    ------
    NotPlainError
        If there is anything that is not known for certain; what was yielded before counts for nothing then.
    """
    yield from Walk(path, document, room).features()
    name = document.members.get("name")
    if layer is not None and layer != (name if isinstance(name, str) and name else path.stem):
        raise NotPlainError


def stated_crs(path: Path) -> Document:
    """Return a document with the CRS that its two ends state, which is held against the whole of it later.

    Raises
    ------
    NotPlainError
        If they state one that is not known.
    """
    stated = outer_members(path).get("crs")
    if stated is None:
        return Document(None)
    try:
        crs = crs_of_objects([stated], path, Notes(path.stem))
    except InputError as error:
        raise NotPlainError from error
    if crs is None:
        raise NotPlainError
    return Document(crs, {"crs": stated})


def source_of(document: Document, crs: Any) -> pyproj.CRS:
    """Return the CRS of coordinates: the one given, else that of the document, else that of the format."""
    return parse_crs(next(one for one in (crs, document.crs, DEFAULT_CRS) if one is not None))


def blocks_of(batch: Batch, source: pyproj.CRS, room: Room) -> tuple[list[Block], list[Repair]]:
    """Return the features of a batch in the plane."""
    blocks: list[Block] = []
    repairs: list[Repair] = []

    def add(found: tuple[Block, list[Repair]], *, move: bool) -> None:
        blocks.append(found[0].moved(room) if move else found[0])
        repairs.extend(found[1])

    if len(batch.without):
        blocks.append(no_rows({"without_geometry": batch.without}))
    if len(batch.others):
        add(block_of_geometries(batch.geometries, batch.others, source), move=True)
    if not len(batch.numbers):
        return blocks, repairs
    if not is_alike(source):
        add(block_of_outlines(batch.outlines, batch.numbers, source, room), move=False)
        return blocks, repairs
    outlines, measures, taken, rest = put_in_plane(batch.outlines)
    add(block_in_plane(outlines, measures, batch.numbers[taken]), move=False)
    if len(rest):
        shapes = batch.outlines.take(rest).geometries()
        add(block_of_geometries(shapes, batch.numbers[rest], source), move=True)
    return blocks, repairs


def walk_features(
    path: Path,
    store: Store,
    *,
    threads: int = 1,
    layer: str | None = None,
    crs: Any = None,
    progress: Progress | None = None,
) -> Features | None:
    """Return the features of a plain document of GeoJSON, or None for any other file.

    Parameters
    ----------
    store
        Where coordinates go.
    threads, layer, crs, progress
        As for `geozone.overlay.stream.coverage_of_file`.

    Raises
    ------
    UsageError, DataError
        As `geozone.overlay.stream.features_of_file` does.
    """
    if not may_be_plain(path):
        return None
    start = 0
    try:
        document = stated_crs(path)
        source = source_of(document, crs)
        found = batches(path, layer, document, store.room if is_alike(source) else np.empty)

        def jobs() -> Iterator[Job]:
            nonlocal start
            for batch in found:
                start = batch.end
                yield partial(blocks_of, batch, source, store.room)
                if progress:
                    progress(start, 0)

        blocks, repairs = in_turn(jobs(), threads)
    except NotPlainError:
        return None
    features = Features(blocks, start, repairs).check_places()
    features.document = document
    # GDAL tells by which number a feature with one of its own goes
    return None if document.has_ids and (features.lost or features.repairs) else features
