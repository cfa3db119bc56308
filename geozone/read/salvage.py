"""Bring back what the bulk reader cannot read: block by block, geometry by geometry; what is lost is named."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.geometry

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import BULK_ERRORS, is_missing, quiet, raw_geometries, reason_of
from geozone.read.door import vector
from geozone.read.door.database import opened_database
from geozone.read.geopackage import Shortage
from geozone.read.notes import Notes

NAMED = 100  # broken features that are named one by one
_BLOCK = 8192
_MANY = 1000
_LEAST = 12  # bytes of a feature: its size, and a table of FlatBuffers without a field
_LOOKED_AT = 100_000  # features without geometry whose bytes are looked at
_TRIANGULATED = {15: 6, 16: 6, 17: 3}  # polyhedral surface, TIN and triangle as (multi)polygons


def read_numbered(path: Path, layer: str, shown: Path, notes: Notes) -> gpd.GeoDataFrame:
    """Read a layer in blocks of feature numbers, halving the blocks that fail; for formats with random access.

    Raises
    ------
    InputError
        If not even the layer can be opened.
    """
    try:
        with quiet():
            stated = int(vector.info(path, layer=layer, force_feature_count=True)["features"])
    except BULK_ERRORS as error:
        raise InputError("read.unreadable", path=shown, reason=reason_of(error, path)) from error
    total = min(stated, path.stat().st_size // _LEAST)  # a damaged header may state any number
    blocks, broken = _blocks(path, layer, np.arange(total))
    if not blocks:
        raise InputError("read.unreadable", path=shown, reason=str(stated))
    data = gpd.GeoDataFrame(pd.concat(blocks), crs=blocks[0].crs)
    report_broken([str(number) for number in broken], len(data), notes, unnamed=stated - total)
    return data


def read_rest(
    data: gpd.GeoDataFrame, path: Path, layer: str, missing: Shortage, notes: Notes
) -> gpd.GeoDataFrame:
    """Return a layer with what lies behind a damaged part of its file; what cannot be read is counted and named."""
    known = data[~data.index.duplicated()]
    blocks, broken = _blocks(path, layer, missing.numbers)
    whole = gpd.GeoDataFrame(pd.concat([known, *blocks]), crs=data.crs).sort_index()
    named = [str(number) for number in broken] if missing.certain else []
    lost = max(missing.stated - len(whole), len(named))
    notes.find("file_damaged", Severity.ERROR, stated=missing.stated, read=len(whole))
    report_broken(named, len(whole), notes, unnamed=lost - len(named))
    return whole


def _blocks(
    path: Path, layer: str, numbers: npt.NDArray[np.int64]
) -> tuple[list[gpd.GeoDataFrame], list[int]]:
    """Return features by their numbers, block by block, and the numbers that cannot be read.

    Once many in a row are broken, blocks as large as a sixteenth of them are not halved any more: a file may state features without
    end.
    """
    blocks: list[gpd.GeoDataFrame] = []
    broken: list[int] = []
    in_vain = 0  # features that could not be read since one could
    waiting = [numbers[start : start + _BLOCK] for start in range(0, len(numbers), _BLOCK)][::-1]
    while waiting:
        some = waiting.pop()
        try:
            with quiet():
                block = vector.frame(path, layer=layer, fids=some, fid_as_index=True, on_invalid="ignore")
            in_vain = 0
            if len(block):
                blocks.append(block)
        except BULK_ERRORS:
            if len(some) == 1 or (in_vain > _MANY and len(some) <= in_vain // 16):
                broken += some.tolist()
                in_vain += len(some)
            else:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    return blocks, broken


def mend_geometries(
    data: gpd.GeoDataFrame, path: Path, layer: str | None, notes: Notes, **options: Any
) -> gpd.GeoDataFrame:
    """Bring back geometries that were not parsed in bulk; what cannot be brought back is named and left out.

    A feature that has no geometry in the file stays.
    """
    data, broken = fill_geometries(data, path, layer, notes, **options)
    missing = np.flatnonzero(is_missing(data))
    stored = _stored(path, layer, np.asarray(data.index[missing])) if len(missing) else set()
    broken |= is_missing(data) & np.isin(np.asarray(data.index), list(stored))
    if not broken.any():
        return data
    report_broken([str(number) for number in data.index[broken]], int((~broken).sum()), notes)
    return data[~broken].copy()


def fill_geometries(
    data: gpd.GeoDataFrame, path: Path, layer: str | None, notes: Notes, **options: Any
) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.bool_]]:
    """Bring back open rings and triangulated surfaces; tell which features hold bytes that are no geometry."""
    broken = np.zeros(len(data), bool)
    missing = np.flatnonzero(is_missing(data))
    if not len(missing):
        return data, broken
    raw: dict[int, bytes] = {}
    options = {name: value for name, value in options.items() if name != "use_arrow"}
    for rows in np.array_split(missing[:_LOOKED_AT], max(1, min(len(missing), _LOOKED_AT) // 1000)):
        try:
            raw |= raw_geometries(path, layer, np.asarray(data.index[rows]), **options)
        except BULK_ERRORS:
            continue
    geometries = np.array(data.geometry.values, dtype=object)
    closed: list[int] = []
    for row, number in zip(missing.tolist(), data.index[missing].tolist(), strict=True):
        if number in raw:
            geometries[row], was_open = parse_wkb(raw[number])
            broken[row] = geometries[row] is None
            if was_open and geometries[row] is not None:
                closed.append(number)
    notes.find_each("ring_closed", Severity.WARNING, [str(number) for number in closed])
    for number in closed:
        notes.change(str(number), "ring_closed")
    data = data.set_geometry(gpd.GeoSeries(geometries, index=data.index, crs=data.crs))
    return data, broken


def report_broken(numbers: list[str], kept: int, notes: Notes, *, unnamed: int = 0) -> None:
    """Name the features that could not be read, and say how many were kept."""
    for number in numbers[:NAMED]:
        notes.find("record_broken", Severity.ERROR, feature=number, row=number)
    lost = len(numbers) + unnamed
    if lost:
        notes.find("records_broken", Severity.ERROR, count=lost, kept=kept)
        notes.decide("salvage", str(kept), "read.salvaged", kept=kept, lost=lost)


def patch_surfaces(raw: bytes) -> bytes:
    """Return WKB with its TINs, triangles and polyhedral surfaces, however deep inside, as polygons of the same rings.

    Raises
    ------
    IndexError, ValueError, RecursionError
        If the bytes are not WKB.
    """
    patched = bytearray(raw)

    def number(at: int, order: Literal["little", "big"]) -> int:
        if at + 4 > len(raw):
            raise IndexError(at)
        return int.from_bytes(raw[at : at + 4], order)

    def visit(at: int) -> int:
        """Patch the geometry that begins at a place and return where it ends."""
        order: Literal["little", "big"] = "little" if raw[at] == 1 else "big"
        code = number(at + 1, order)
        kind = code % 1000
        width = 8 * (2 + (code // 1000 in {1, 3}) + (code // 1000 in {2, 3}))
        if kind in _TRIANGULATED:
            patched[at + 1 : at + 5] = (code - kind + _TRIANGULATED[kind]).to_bytes(4, order)
        if kind == 1:
            return at + 5 + width
        count, end = number(at + 5, order), at + 9
        if count > len(raw):
            raise IndexError(at)
        if kind == 2:
            return end + width * count
        for _ in range(count):
            end = end + 4 + width * number(end, order) if kind in {3, 17} else visit(end)
        return end

    visit(0)
    return bytes(patched)


def parse_wkb(raw: bytes) -> tuple[Any, bool]:
    """Return a geometry from well-known binary that GEOS refuses, or None; and whether an open ring was closed."""
    with quiet():
        try:
            surface = shapely.from_wkb(patch_surfaces(raw), on_invalid="ignore")
        except (IndexError, ValueError, RecursionError, OverflowError):
            surface = None
        if surface is not None:
            return surface, False
        mended = shapely.from_wkb(raw, on_invalid="fix")
    if mended is not None and not np.isfinite(shapely.get_coordinates(mended)).all():
        return None, False
    return mended, mended is not None


def _stored(path: Path, layer: str | None, numbers: np.ndarray) -> set[int]:
    """Return which features of a GeoPackage hold bytes where a geometry should be."""
    if layer is None or path.suffix.lower() != ".gpkg":
        return set()
    try:
        with opened_database(path) as database:
            (column,) = database.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
            ).fetchone()
            table, column = layer.replace('"', '""'), column.replace('"', '""')
            query = f'SELECT rowid FROM "{table}" WHERE rowid = ? AND "{column}" IS NOT NULL'  # noqa: S608 - names are quoted, and read only
            return {number for number in numbers.tolist() if database.execute(query, (number,)).fetchone()}
    except (sqlite3.Error, TypeError):
        return set()


def closed_polygon(geometry: Any) -> Any:
    """Return a polygon or multipolygon whose rings were not closed, or None where that is not what is wrong."""
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        if kind not in {"Polygon", "MultiPolygon"}:
            return None
        polygons = [coordinates] if kind == "Polygon" else list(coordinates)
        if any(len({tuple(place[:2]) for place in ring}) < 3 for polygon in polygons for ring in polygon):
            return None
        mended = [
            [list(ring) if ring[0] == ring[-1] else [*ring, ring[0]] for ring in polygon]
            for polygon in polygons
        ]
        return shapely.geometry.shape(
            {"type": kind, "coordinates": mended[0] if kind == "Polygon" else mended}
        )
    except (KeyError, IndexError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None
