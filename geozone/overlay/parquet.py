"""GeoParquet as batches of well-known binary, the row groups outside a box left unread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geozone.errors import InputError
from geozone.overlay.plane import Indices
from geozone.read.door.columnar import opened_parquet
from geozone.read.parquet import SUFFIXES

__all__ = ["SUFFIXES"]
Box = tuple[float, float, float, float]  # west, south, east, north


@contextmanager
def parquet_batches(
    path: Path, box: Box | None, batch: int
) -> Iterator[tuple[Any, Iterator[tuple[pa.Array, Indices]]]]:
    """Yield the declared CRS, and geometry columns with the row numbers of all batches.

    Parameters
    ----------
    box
        Row groups whose statistics lie wholly outside are not read; the others are read whole.

    Raises
    ------
    InputError
        If the file is missing, unreadable, or not GeoParquet with well-known binary.
    """
    if not path.exists():
        raise InputError("overlay.missing", path=path)
    try:
        with opened_parquet(path) as file:
            column, declared = _geometry(path, file)
            yield declared.get("crs", "OGC:CRS84"), _read(file, column, declared, box, batch)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("overlay.unreadable", path=path, reason=str(error)) from error


def parquet_rows(path: Path) -> int:
    """Return the number of rows of a file.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    """
    if not path.exists():
        raise InputError("overlay.missing", path=path)
    try:
        with opened_parquet(path) as file:
            return int(file.metadata.num_rows)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("overlay.unreadable", path=path, reason=str(error)) from error


def _geometry(path: Path, file: pq.ParquetFile) -> tuple[str, dict[str, Any]]:
    header = (file.schema_arrow.metadata or {}).get(b"geo")
    if header is None:
        raise InputError("overlay.unreadable", path=path, reason="no GeoParquet metadata")
    geo = json.loads(header)
    column = str(geo["primary_column"])
    declared: dict[str, Any] = geo["columns"][column]
    if declared.get("encoding") != "WKB":
        reason = f"geometry encoding {declared.get('encoding')}"
        raise InputError("overlay.unreadable", path=path, reason=reason)
    return column, declared


def _read(
    file: pq.ParquetFile, column: str, declared: dict[str, Any], box: Box | None, batch: int
) -> Iterator[tuple[pa.Array, Indices]]:
    first = 0
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group)
        if box is None or _may_meet(rows, declared, box):
            start = first
            for part in file.iter_batches(batch, row_groups=[group], columns=[column]):
                yield part.column(0), np.arange(start, start + len(part), dtype=np.intp)
                start += len(part)
        first += rows.num_rows


def _may_meet(rows: Any, declared: dict[str, Any], box: Box) -> bool:
    """Tell from the statistics of its covering columns whether a row group may hold something in the box."""
    covering = declared.get("covering", {}).get("bbox")
    if covering is None:
        return True
    found = {}
    for number in range(rows.num_columns):
        part = rows.column(number)
        if part.is_stats_set and part.statistics is not None and part.statistics.has_min_max:
            found[part.path_in_schema] = part.statistics
    names = {side: ".".join(covering[side]) for side in ("xmin", "ymin", "xmax", "ymax")}
    if not set(names.values()) <= set(found):
        return True
    west, south, east, north = box
    return bool(
        found[names["xmin"]].min <= east
        and found[names["xmax"]].max >= west
        and found[names["ymin"]].min <= north
        and found[names["ymax"]].max >= south
    )
