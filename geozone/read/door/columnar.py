"""Parquet files: opened as files of this machine, never as an address of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geozone.read.door.content import admitted


@contextmanager
def opened_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file to read.

    Raises
    ------
    InputError
        If there is no such file.
    OSError, pyarrow.ArrowException
        If it is damaged.
    """
    # opened by its path, a name could be taken for the address of a store
    with pa.OSFile(str(admitted(path))) as stream, pq.ParquetFile(stream) as file:
        yield file


def table_of(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the columns of a Parquet file, all of them by default; raises as `opened_parquet` does."""
    with opened_parquet(path) as file:
        return file.read(columns=None if columns is None else list(columns))
