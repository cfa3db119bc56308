"""Coverage and mosaic on several processes or machines, through Dask.

The ground is cut into tiles. A tile reads every feature that may reach into it, keeps the order of the file (FID) as the
priority, counts only the ground inside it, and returns one sum per zone. Sums of tiles add up; nothing is merged or dissolved
afterwards. A tile that is lost with its worker is simply computed again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geozone.errors import InputError, UsageError
from geozone.messages import message
from geozone.model import CRS, Finding, Severity
from geozone.overlay.coverage import (
    Sums,
    count_features,
    coverage_table,
    find_shares,
    grid_cells,
    in_no_zone,
    sum_up,
)
from geozone.overlay.faces import Faces, Layers, find_faces
from geozone.overlay.features import Features, features_of
from geozone.overlay.guard import Repair
from geozone.overlay.losses import losses, tell
from geozone.overlay.mosaic import check_count, combined, mosaic_table
from geozone.overlay.parquet import SUFFIXES, Box, parquet_batches, parquet_rows
from geozone.overlay.plane import Numbers, from_plane, is_alike, parse_crs
from geozone.overlay.stream import features_of_file, layer_name
from geozone.overlay.zone_grid import Sheet, make_sheets
from geozone.overlay.zone_overlaps import zone_overlaps
from geozone.overlay.zones import Zones, make_zones
from geozone.projections import transformer
from geozone.read.bulk import quiet
from geozone.read.door import vector
from geozone.read.geopackage import is_damaged, stale_index

Result = TypeVar("Result")
_TILE = 20_000  # features a tile, about: tiles cost next to nothing, and the last one is waited for by all
_FEWEST = 16  # tiles
_FIRST = 40  # bits: features of layer k are numbered from k << 40
Drawn = Callable[
    [pd.Series], list[Finding]
]  # tells of the drawn area of features, in m², by their number in the file
_EDGE = 2.1e7  # metres: beyond the plane
_POLE = 6.36e6 / _EDGE  # the plane is not as high as it is wide


@dataclass(frozen=True)
class Part:
    """A layer in a file."""

    path: Path
    layer: str | None
    crs: Any
    count: int = 0  # of its features


@dataclass(frozen=True)
class Job:
    """What every tile needs to know."""

    parts: tuple[Part, ...]
    zones: Zones
    sheets: tuple[Sheet, ...]
    measured: tuple[bool, ...] = ()  # of which layers somebody asks how large each feature is drawn


@dataclass(frozen=True)
class MosaicTile:
    """The faces of a tile, and of each layer how many features with area begin in it, and what of it was repaired."""

    faces: Faces
    features: tuple[int, ...]
    repairs: tuple[tuple[Repair, ...], ...]
    drawn: tuple[pd.Series, ...]  # areas of the features that were read, where somebody asks


def coverage_on_cluster(
    path: str | Path,
    zones: Any,
    *,
    by: str | None = None,
    layer: str | None = None,
    crs: Any = None,
    client: Any = None,
    scheduler: str | None = None,
    workers: int = 2,
    tiles: int | None = None,
    called: str | None = None,
    labels: Mapping[int, object] | None = None,
    inspect: Drawn | None = None,
) -> pd.DataFrame:
    """Return the coverage of zones by a layer in a file, computed by a Dask cluster.

    Parameters
    ----------
    path
        A file that every worker can read: FlatGeobuf, GeoPackage or GeoParquet serve best, having a spatial index.
    zones, by, layer, crs
        As for `geozone.overlay.stream.coverage_of_file`.
    client
        A `distributed.Client` to use.
    scheduler
        Address of a scheduler to use.
    workers
        Workers of a cluster on this machine, where neither is given.
    tiles
        Number of tiles; by default as the number of features asks for.
    called, labels
        What the layer and its features are called in findings; as in the file by default.
    inspect
        Called with the drawn areas of the features, in m², by their number in the file; returns what is to be told of them.

    Returns
    -------
    DataFrame
        As from `geozone.coverage`.

    Raises
    ------
    UsageError
        If the extra ``cluster`` is not installed, or for the reasons of `coverage_of_file`.
    """
    parts = _parts({"layer": path}, {"layer": layer}, crs)
    job, sums = _computed(
        parts, make_zones(zones, by), _coverage_tile, _client(client, scheduler, workers), tiles
    )
    name = called or layer or Path(path).stem
    counted = count_features(sums, len(job.zones))
    told = [
        *job.zones.findings,
        *zone_overlaps(job.zones, zones, by, job.sheets),
        *in_no_zone(counted, name),
        *_lost(job.parts[0].count, counted.features, name, [part.repairs for part in sums], labels),
        *(inspect(_once(_areas(part.features, part.areas) for part in sums)) if inspect else []),
    ]
    return tell(coverage_table(job.zones, sums, counted), told)


def mosaic_on_cluster(
    layers: Mapping[str, str | Path],
    zones: Any,
    *,
    by: str | None = None,
    names: Mapping[str, str | None] | None = None,
    crs: Any = None,
    client: Any = None,
    scheduler: str | None = None,
    workers: int = 2,
    tiles: int | None = None,
    labels: Mapping[str, Mapping[int, object]] | None = None,
    inspect: Mapping[str, Drawn] | None = None,
) -> pd.DataFrame:
    """Return the mosaic of zones and layers in files, computed by a Dask cluster.

    Parameters
    ----------
    layers
        Files by name, 16 at most.
    names
        Layer inside the file, by the same name, where a file has several.
    labels
        How the features of a layer are called in findings, by the same name; as in the file by default.
    inspect
        What tells of the drawn areas of a layer, by the same name, as for `coverage_on_cluster`.
    zones, by, crs, client, scheduler, workers, tiles
        As for `coverage_on_cluster`.

    Returns
    -------
    DataFrame
        As from `geozone.mosaic`.
    """
    check_count(layers)
    asked = inspect or {}
    parts = _parts(layers, names or {}, crs)
    job, done = _computed(
        parts,
        make_zones(zones, by),
        _mosaic_tile,
        _client(client, scheduler, workers),
        tiles,
        measured=tuple(name in asked for name in layers),
    )
    told = [*job.zones.findings, *zone_overlaps(job.zones, zones, by, job.sheets)]
    for number, (name, part) in enumerate(zip(layers, parts, strict=True)):
        read = sum(tile.features[number] for tile in done)
        repairs = [tile.repairs[number] for tile in done]
        told += _lost(part.count, read, name, repairs, (labels or {}).get(name))
        told += asked[name](_once(tile.drawn[number] for tile in done)) if name in asked else []
    return tell(mosaic_table(job.zones, list(layers), Faces.of([tile.faces for tile in done]), by), told)


def _parts(paths: Mapping[str, str | Path], names: Mapping[str, str | None], crs: Any) -> tuple[Part, ...]:
    """Return the layers as their files describe them; what cannot be opened is told here."""
    found = (Part(Path(path).resolve(), names.get(name), crs) for name, path in paths.items())
    return tuple(
        replace(part, crs=system, count=count) for part in found for system, count in [_describe(part)]
    )


def _computed(
    parts: tuple[Part, ...],
    zones: Zones,
    task: Callable[[Job, Numbers], Result],
    cluster: AbstractContextManager[Any],
    tiles: int | None,
    *,
    measured: tuple[bool, ...] = (),
) -> tuple[Job, list[Result]]:
    """Return a job, and what a cluster makes of each of its tiles; the one is made ready while the other starts."""
    with ThreadPoolExecutor(1) as aside:
        making = aside.submit(_job, parts, zones, measured)
        with cluster as running:
            refused = [running.submit(_refuse_doubtful, part, pure=False) for part in parts]
            job = making.result()
            try:
                done = _run(running, task, job, tiles)
            finally:  # it tells better what is wrong with a file than the tile that came upon it
                for one in refused:
                    one.result()
            return job, done


def _job(parts: tuple[Part, ...], zones: Zones, measured: tuple[bool, ...]) -> Job:
    sheets = tuple(make_sheets(zones.polygons, grid_cells(sum(part.count for part in parts))))
    for sheet in sheets:
        sheet.prepare()  # once, and not by every worker
    return Job(parts, zones, sheets, measured)


def _refuse_doubtful(part: Part) -> None:
    """Refuse a GeoPackage of which a reader of tiles would miss something without a word."""
    if part.path.suffix.lower() != ".gpkg":
        return
    name = layer_name(part.path, part.layer)
    if is_damaged(part.path, name):
        raise InputError("overlay.not_by_tiles", path=part.path)
    if stale_index(part.path, name):
        raise InputError("overlay.stale_index", path=part.path)


def _describe(part: Part) -> tuple[Any, int]:
    """Return the CRS and the number of features of a layer."""
    if part.path.suffix.lower() in SUFFIXES:
        with parquet_batches(part.path, None, 1) as (declared, _):
            return parse_crs(part.crs if part.crs is not None else declared), parquet_rows(part.path)
    try:
        with quiet():
            info = vector.info(part.path, layer=layer_name(part.path, part.layer), force_feature_count=True)
    except NotImplementedError as error:  # curves
        raise InputError("overlay.not_by_tiles", path=part.path) from error
    return parse_crs(part.crs if part.crs is not None else info["crs"]), int(info["features"])


@contextmanager
def _client(client: Any, scheduler: str | None, workers: int) -> Iterator[Any]:
    if client is not None:
        yield client
        return
    try:
        distributed = import_module("distributed")  # an extra
    except ImportError as error:
        raise UsageError("overlay.no_cluster") from error
    if scheduler is not None:
        with distributed.Client(scheduler) as running:
            yield running
        return
    with (
        distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as running,
    ):
        made_ready = [running.submit(_make_ready, number, pure=False) for number in range(workers)]
        yield running
        del made_ready  # who let go of them earlier would have them called off


def _make_ready(number: int) -> int:
    """Load the compiled engine into a worker, by a small overlay."""
    square = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(116, 39, 117, 40)], crs="EPSG:4490")
    zones = make_zones(square, "code")
    find_shares(features_of(square), make_sheets(zones.polygons, grid_cells(1)), 1)
    return number


def _run(client: Any, task: Callable[[Job, Numbers], Result], job: Job, tiles: int | None) -> list[Result]:
    boxes = _tiles(
        job.zones, tiles or int(np.clip(sum(part.count for part in job.parts) / _TILE, _FEWEST, 10_000))
    )
    with warnings.catch_warnings():
        # as a task, and not as scattered data, it is made again when the worker that holds it is lost
        warnings.filterwarnings("ignore", "Sending large graph")
        shared = client.submit(_same, job, pure=False)
    futures = [client.submit(task, shared, box, pure=False) for box in boxes]
    return [future.result() for future in futures]


def _lost(
    count: int,
    read: int,
    layer: str,
    repairs: Iterable[Iterable[Repair]],
    labels: Mapping[int, object] | None,
) -> list[Finding]:
    """Return what of a layer counts for nothing, or not as it is.

    Of the features that the file says it has, some may have been read by no tile, or have no area; a feature that several
    tiles read was repaired by each.
    """
    once = dict.fromkeys(repair for some in repairs for repair in some)
    found = losses(Features([], count, list(once)), layer, labels)
    if count > read:
        said = message("overlay.not_counted", count=count - read, all=count)
        remedy = message("overlay.not_counted_remedy", path=layer)
        found.append(Finding("not_counted", Severity.WARNING, layer, said, remedy))
    return found


def _same(job: Job) -> Job:
    return job


def _tiles(zones: Zones, count: int) -> list[Numbers]:
    """Return boxes of the plane, about as many as asked for; together they hold every point of it once."""
    wanted = zones.polygons[shapely.area(zones.polygons) > 0]
    if not len(wanted):
        return []
    west, south, east, north = shapely.total_bounds(wanted)
    across = max(round(np.sqrt(count * (east - west) / (north - south))), 1)
    x = np.linspace(west, east, across + 1)
    y = np.linspace(south, north, max(round(count / across), 1) + 1)
    x[[0, -1]] = y[[0, -1]] = -_EDGE, _EDGE
    return [np.array([x[i], y[j], x[i + 1], y[j + 1]]) for j in range(len(y) - 1) for i in range(len(x) - 1)]


def _coverage_tile(job: Job, box: Numbers) -> Sums:
    """Return what is covered of every zone in a tile."""
    features = _read(job.parts[0], 0, box)
    return sum_up(find_shares(features, job.sheets, 1, ground=box), len(job.zones), features)


def _mosaic_tile(job: Job, box: Numbers) -> MosaicTile:
    """Return the faces of a tile, summed up."""
    read = [_read(part, number, box) for number, part in enumerate(job.parts)]
    every = Features([block for features in read for block in features.blocks], 0)
    firsts = np.arange(len(job.parts), dtype=np.intp) << _FIRST
    faces = combined(find_faces(Layers(every, firsts), job.sheets, 1, ground=box))
    return MosaicTile(
        faces,
        tuple(_first_here(features, box) for features in read),
        tuple(tuple(features.repairs) for features in read),
        tuple(
            _areas(*((features.features - firsts[number], features.areas) if asked else ((), ())))
            for number, (features, asked) in enumerate(zip(read, job.measured, strict=True))
        ),
    )


def _areas(numbers: Any, areas: Any) -> pd.Series:
    """Return the areas of features by their number; a feature may be of several rows."""
    rows = pd.Series(np.asarray(areas, dtype=np.float64), index=np.asarray(numbers, dtype=np.intp))
    return rows.groupby(level=0).sum()


def _once(tiles: Iterable[pd.Series]) -> pd.Series:
    """Return the areas of all features; one that several tiles read has its area in each of them."""
    every: pd.Series = pd.concat(list(tiles) or [_areas([], [])])
    return every.loc[~every.index.duplicated()]


def _first_here(features: Features, box: Numbers) -> int:
    """Return how many features with area have their first vertex in a box, so that each is counted in one tile."""
    inside = (features.anchors >= box[:2]).all(axis=1) & (features.anchors < box[2:]).all(axis=1)
    return int((inside & (features.areas > 0)).sum())


def _read(part: Part, number: int, box: Numbers) -> Features:
    features = features_of_file(part.path, layer=part.layer, crs=part.crs, box=_in_source(box, part.crs))
    first = number << _FIRST
    return Features([block.numbered_from(first) for block in features.blocks], 0, features.repairs)


def _in_source(box: Numbers, crs: pyproj.CRS) -> Box:
    """Return a box in the CRS of a file that holds a box of the plane."""
    outer = np.abs(box) >= _EDGE
    corners = shapely.box(*np.clip(box, -_EDGE, _EDGE) * np.where(outer, [1, _POLE, 1, _POLE], 1.0))
    degrees = shapely.get_coordinates(from_plane(corners))
    low, high = degrees.min(axis=0), degrees.max(axis=0)
    if is_alike(crs):
        return float(low[0]) - 1e-9, float(low[1]) - 1e-9, float(high[0]) + 1e-9, float(high[1]) + 1e-9
    if outer.any():  # no projection holds it: everything is read
        return -1e12, -1e12, 1e12, 1e12
    west, south, east, north = transformer(CRS, crs).transform_bounds(
        low[0], low[1], high[0], high[1], densify_pts=101
    )
    margin = 1e-9 if crs.is_geographic else 1.0
    return west - margin, south - margin, east + margin, north + margin
