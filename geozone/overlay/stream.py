"""Features of a file, batch by batch: the file is read once, and no table of it is ever made.

GDAL hands the geometries over as Arrow batches of well-known binary; GeoParquet gives them directly. While one batch is
read, the ones before are projected and checked in threads. What is kept is one array of coordinates per batch; beyond
`MEMORY` bytes of them, the arrays lie in a temporary file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from geozone.errors import GeozoneError, InputError, UsageError
from geozone.model import Finding
from geozone.overlay.coverage import (
    count_features,
    coverage_table,
    find_shares,
    grid_cells,
    in_no_zone,
    sum_up,
)
from geozone.overlay.features import (
    Block,
    Features,
    Progress,
    block_in_plane,
    block_of_geometries,
    block_of_outlines,
    features_of,
    no_rows,
)
from geozone.overlay.geojson import likely_count, may_be_plain, walk_features
from geozone.overlay.geojson_walk import NotPlainError
from geozone.overlay.guard import Repair
from geozone.overlay.jobs import Job, in_turn
from geozone.overlay.losses import losses, merged, tell
from geozone.overlay.parquet import SUFFIXES, Box, parquet_batches, parquet_rows
from geozone.overlay.plane import Indices, is_alike, parse_crs
from geozone.overlay.room import Store
from geozone.overlay.wkb import read_in_plane, read_outlines
from geozone.overlay.zone_grid import Sheet, make_sheets
from geozone.overlay.zone_overlaps import zone_overlaps
from geozone.overlay.zones import Zones, make_zones
from geozone.read import read_layer
from geozone.read.bulk import BULK_ERRORS, quiet
from geozone.read.door import vector
from geozone.read.geopackage import (
    is_of_any_kind_with_height,
    is_short,
    refuse_views,
    refuse_virtual,
)
from geozone.read.safety import LIMITS
from geozone.read.salvage import parse_wkb
from geozone.read.shapefile import is_plain
from geozone.read.wellknown import is_too_deep
from geozone.system import processors

MEMORY = 3 << 30  # bytes of coordinates that are kept in memory
_BATCH = 4096  # features a batch
_CURVED = range(8, 13)  # numbers of curves and surfaces of curves in well-known binary
_USUAL = 100_000  # features of a file that does not tell


class NotAcceptedError(Exception):
    """A file cannot be streamed as it is, or its features were not accepted."""


def coverage_of_file(
    path: str | Path,
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    layer: str | None = None,
    crs: Any = None,
    stream: Callable[..., Features | None] | None = None,
    accept: Callable[[Features], bool] | None = None,
    progress: Progress | None = None,
    inspect: Callable[[Features], list[Finding]] | None = None,
) -> pd.DataFrame:
    """Return the coverage of zones by a layer that is streamed from its file.

    Parameters
    ----------
    path
        GeoPackage, FlatGeobuf, Shapefile, GeoJSON or GeoParquet; any other file that GDAL reads will do.
    zones, by, threads
        As for `geozone.overlay.coverage.coverage`.
    layer
        The layer inside the file; needed only where it has several.
    crs
        The CRS, where the file is silent or wrong.
    stream
        What returns the features, or None where it has none; `features_of_file` where nothing else is given.
    accept
        Called with the features that were read; tells whether they can be used.
    progress
        Called while the file is read with the number of features read, and of all (0 where the file does not tell); then
        with the number of tiles that are done, and of all.
    inspect
        Called with the features that were read; returns what else is to be told of them.

    Returns
    -------
    DataFrame
        As from `geozone.overlay.coverage.coverage`.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    UsageError
        If the file has several layers and none is named, or if it has no CRS and none is given.
    NotAcceptedError
        If there are no features, or they are not accepted.
    """
    count = threads or processors()
    prepared, expected = make_zones(zones, by), _expected(Path(path), layer)
    with ThreadPoolExecutor(1) as aside:  # zones are made ready while the file is read
        ready = aside.submit(_sheets, prepared, expected)
        features = (stream or features_of_file)(path, threads=count, layer=layer, crs=crs, progress=progress)
        if features is None or not (accept is None or accept(features)):
            raise NotAcceptedError
        found = find_shares(features, ready.result(), count, progress=progress)
        shared = zone_overlaps(prepared, zones, by, ready.result())
    sums, name = sum_up(found, len(prepared), features), layer or Path(path).stem
    counted = count_features([sums], len(prepared))
    said = [*merged(features.findings, losses(features, name, features.labels)), *in_no_zone(counted, name)]
    said += inspect(features) if inspect else []
    return tell(coverage_table(prepared, [sums], counted), [*prepared.findings, *shared, *said])


def walk_plain(path: str | Path, **options: Any) -> Features | None:
    """Return the features of plain GeoJSON, or None where the reader has to look at it.

    Parameters
    ----------
    options
        As for `features_of_file`.

    Raises
    ------
    DataError
        If most features lie nowhere on earth.
    """
    return walk_features(Path(path), Store(MEMORY), **options)


def _sheets(zones: Zones, features: int) -> list[Sheet]:
    sheets = make_sheets(zones.polygons, grid_cells(features))
    for sheet in sheets:
        sheet.prepare()
    return sheets


def _expected(path: Path, layer: str | None) -> int:
    """Return about how many features a file has."""
    return (likely_count(path) if may_be_plain(path) else _count(path, layer)) or _USUAL


def _count(path: Path, layer: str | None) -> int:
    """Return how many features a file says it has; 0 where counting them would mean reading them."""
    if path.suffix.lower() in SUFFIXES:
        return parquet_rows(path)
    try:
        with quiet():
            return max(0, int(vector.info(path, layer=layer_name(path, layer))["features"]))
    except (GeozoneError, *BULK_ERRORS):  # whoever reads the features says so
        return 0


def features_of_file(
    path: str | Path,
    *,
    threads: int = 1,
    layer: str | None = None,
    crs: Any = None,
    box: Box | None = None,
    progress: Progress | None = None,
) -> Features:
    """Return the features of a file, in the order of the file.

    A file that is damaged, or holds curves, is read by `geozone.read.read_layer` instead, which saves what it can; what it
    found stands in ``findings`` of the result.

    Parameters
    ----------
    box
        Read only what may meet this box, in the CRS of the file; features are then numbered as in the file (FID).

    Raises
    ------
    InputError, UsageError
        As for `coverage_of_file`.
    DataError
        If most features lie nowhere on earth.
    """
    features = stream_features(path, threads=threads, layer=layer, crs=crs, box=box, progress=progress)
    if features is not None:
        return features
    read = read_layer(path, layer=layer, crs=crs)
    features = features_of(read.data, threads=threads)
    features.findings, features.labels = list(read.findings), read.data.index
    return features


def stream_features(
    path: str | Path,
    *,
    threads: int = 1,
    layer: str | None = None,
    crs: Any = None,
    box: Box | None = None,
    progress: Progress | None = None,
) -> Features | None:
    """Return the features of a file as `features_of_file` does, or None where the file needs the reader."""
    path = Path(path)
    if box is None:
        features = walk_plain(path, threads=threads, layer=layer, crs=crs, progress=progress)
        if features is not None:
            return features
    if not _can_be_streamed(path, layer, box):
        return None
    try:
        return _streamed(path, threads, layer, crs, box, progress)
    except NotPlainError as error:
        if box is not None:
            raise InputError("overlay.not_by_tiles", path=path) from error
        return None


def _can_be_streamed(path: Path, layer: str | None, box: Box | None) -> bool:
    """Tell whether GDAL can take a file as it is.

    Raises
    ------
    InputError
        If it is a database that reaches out of itself, or the layer a view without an end.
    """
    ending = path.suffix.lower()
    if not path.exists():
        return True  # which is told where it is opened
    if ending == ".shp" and box is None:
        return is_plain(path)
    if ending == ".gpkg":
        refuse_virtual(path, path)
        if is_of_any_kind_with_height(path):
            return False
        refuse_views(path, layer_name(path, layer), path, LIMITS.features)
    return True


def _streamed(  # noqa: PLR0917 - one private step of the function above
    path: Path, threads: int, layer: str | None, crs: Any, box: Box | None, progress: Progress | None
) -> Features:
    store, start, expected = Store(MEMORY), 0, _count(path, layer) if progress else 0
    with _batches(path, layer, box) as (declared, columns):
        source = _source(path, crs if crs is not None else declared)

        def jobs() -> Iterator[Job]:
            nonlocal start
            for column, fids in columns:
                numbers = np.arange(start, start + len(column), dtype=np.intp) if fids is None else fids
                start += len(column)
                yield partial(_blocks, column, numbers, source, store)
                if progress:
                    progress(start, expected)

        blocks, repairs = in_turn(jobs(), threads)
    if box is not None:
        return Features(blocks, start, repairs)
    if _left_off(path, layer, start):
        raise NotPlainError
    features = Features(blocks, start, repairs).check_places()
    if features.lost or features.repairs:
        features.labels = feature_ids(path, layer, start)
    return features


def feature_ids(path: Path, layer: str | None, count: int) -> Sequence[int] | None:
    """Return the numbers that the features of a file have in it (FID), which people look them up by."""
    if path.suffix.lower() in SUFFIXES:
        return None
    try:
        with quiet():
            _, table = vector.arrow(
                path, layer=layer_name(path, layer), columns=[], read_geometry=False, return_fids=True
            )
    except (GeozoneError, *BULK_ERRORS):
        return None
    return list(map(int, table.column(0).to_pylist())) if len(table) == count else None


def _left_off(path: Path, layer: str | None, read: int) -> bool:
    """Tell whether GDAL left off before the end, which it does at damaged places without a word."""
    if path.suffix.lower() in SUFFIXES:
        return False
    if path.suffix.lower() == ".gpkg":
        return is_short(path, layer_name(path, layer), read) is not None
    return read < _count(path, layer)


def layer_name(path: Path, layer: str | None) -> str:
    """Return the layer to read: the one asked for, or the only one.

    Raises
    ------
    InputError
        If the file is missing, unreadable, or lacks the layer.
    UsageError
        If there are several and none is named.
    """
    if not path.exists():
        raise InputError("overlay.missing", path=path)
    try:
        with quiet():
            layers = [str(name) for name, kind in vector.layers(path) if kind is not None]
    except BULK_ERRORS as error:
        raise InputError("overlay.unreadable", path=path, reason=str(error)) from error
    names = ", ".join(layers)
    if layer is None:
        if len(layers) != 1:
            raise UsageError("overlay.which_layer", path=path, layers=names)
        return layers[0]
    if layer not in layers:
        raise InputError("overlay.no_layer", path=path, layer=layer, layers=names)
    return layer


@contextmanager
def _batches(
    path: Path, layer: str | None, box: Box | None
) -> Iterator[tuple[Any, Iterator[tuple[pa.Array, Indices | None]]]]:
    """Yield the declared CRS and the geometry columns of all batches, with row numbers where only a box is read."""
    if path.suffix.lower() in SUFFIXES:
        with parquet_batches(path, box, _BATCH) as found:
            yield found
        return
    name = layer_name(path, layer)
    try:
        with (
            quiet(),
            vector.arrow_batches(
                path,
                layer=name,
                columns=[],
                bbox=box,
                return_fids=box is not None,
                batch_size=_BATCH,
            ) as (meta, reader),
        ):
            geometry, fids = meta["geometry_name"] or "wkb_geometry", meta["fid_column"] or "OGC_FID"
            if box is None:
                yield meta["crs"], ((batch.column(geometry), None) for batch in reader)
            else:
                yield (
                    meta["crs"],
                    (
                        (batch.column(geometry), np.asarray(batch.column(fids), dtype=np.intp))
                        for batch in reader
                    ),
                )
    except (*BULK_ERRORS, pa.ArrowInvalid) as error:  # curves, damaged places
        raise NotPlainError from error


def _source(path: Path, crs: Any) -> Any:
    if crs is None:
        raise UsageError("overlay.file_without_crs", path=path)
    return parse_crs(crs)


def _blocks(
    column: pa.Array, numbers: Indices, source: Any, store: Store
) -> tuple[list[Block], list[Repair]]:
    """Return the features of one batch: plain polygons by their arrays, the rest by GEOS."""
    blocks: list[Block] = []
    repairs: list[Repair] = []
    if column.null_count:
        present = column.is_valid().to_numpy(zero_copy_only=False)
        blocks.append(no_rows({"without_geometry": numbers[~present]}))
        column, numbers = column.filter(pa.array(present)), numbers[present]
    if not len(column):
        return blocks, repairs
    data, offsets = _buffers(column)
    if is_alike(source):
        outlines, measures, positions, rest = read_in_plane(data, offsets, store.room)
        block, repairs = block_in_plane(outlines, measures, numbers[positions])
        blocks.append(block)
    else:
        outlines, positions, rest = read_outlines(data, offsets)
        block, repairs = block_of_outlines(outlines, numbers[positions], source, store.room)
        blocks.append(block)
    if len(rest):
        others, more = _by_geos(column, rest, numbers, source)
        blocks.extend(block.moved(store.room) for block in others)
        repairs.extend(more)
    return blocks, repairs


def _by_geos(
    column: pa.Array, positions: Indices, numbers: Indices, source: Any
) -> tuple[list[Block], list[Repair]]:
    wkb = np.asarray(column.take(pa.array(positions)).to_pylist(), dtype=object)
    if any(_is_curved(raw) for raw in wkb):
        raise NotPlainError
    wkb[[is_too_deep(raw) for raw in wkb]] = b""  # GEOS would overflow the stack
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are found and told
        geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    unread = np.flatnonzero(shapely.is_missing(geometries))
    repairs: list[Repair] = []
    for position in unread:
        geometries[position], was_open = parse_wkb(bytes(wkb[position]))
        lost = geometries[position] is None
        if lost or was_open:
            method = "dropped" if lost else "closed_ring"
            area = 0.0  # in the plane it is known only for whole features
            repairs.append(Repair(int(numbers[positions[position]]), method, area, area))
    broken = unread[shapely.is_missing(geometries[unread])]
    read = np.setdiff1d(np.arange(len(positions)), broken)
    block, more = block_of_geometries(geometries[read], numbers[positions[read]], source)
    blocks = [no_rows({"geometry_unreadable": numbers[positions[broken]]})] if len(broken) else []
    return [*blocks, block], repairs + more


def _is_curved(wkb: bytes) -> bool:
    """Tell whether a geometry is of arcs, of which the reader makes chords, where the layer itself says nothing of them."""
    code = int.from_bytes(wkb[1:5], "little" if wkb[:1] == b"\x01" else "big") & 0x0FFFFFFF
    return code % 1000 in _CURVED


def _buffers(column: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        column = column.cast(pa.large_binary())
    _, offsets, data = column.buffers()
    kind = np.int64 if pa.types.is_large_binary(column.type) else np.int32
    places = np.frombuffer(offsets, kind)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8), places.astype(np.int64)
