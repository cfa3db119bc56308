"""Parquet files: opened as files of this machine, never as an address of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geozone.errors import InputError
from geozone.read.door.content import admitted
from geozone.read.safety import LIMITS

_FEW = 1_000_000  # rows that are read of a file of any size


@contextmanager
def opened_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file to read.

    Raises
    ------
    InputError
        If there is no such file, or it has more rows than are read, or more than a file of its size can hold apart: equal
        rows take next to no room in it, and all of it in memory.
    OSError, pyarrow.ArrowException
        If it is damaged.
    """
    # opened by its path, a name could be taken for the address of a store
    local = admitted(path)
    with pa.OSFile(str(local)) as stream, pq.ParquetFile(stream) as file:
        limit = min(LIMITS.features, max(_FEW, local.stat().st_size))
        if file.metadata.num_rows > limit:
            raise InputError("read.too_many_features", path=path, count=file.metadata.num_rows, limit=limit)
        yield file


def table_of(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the columns of a Parquet file, all of them by default; raises as `opened_parquet` does."""
    with opened_parquet(path) as file:
        return file.read(columns=None if columns is None else list(columns))
