"""Archives and workbooks: opened to read, entry by entry."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from geozone.read.door.content import admitted, bytes_of, opened


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file to read; raises `zipfile.BadZipFile` and what `content.opened` raises."""
    with opened(path) as stream, _zip_of(stream) as archive:
        yield archive


def _zip_of(stream: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    # an entry of a version that there is not, or with a name that is no UTF-8
    except (NotImplementedError, UnicodeDecodeError) as error:
        raise zipfile.BadZipFile(str(error)) from error


@contextmanager
def opened_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a tar file to read, compressed or not; raises `tarfile.TarError` and what `content.opened` raises."""
    with opened(path) as stream, tarfile.open(fileobj=stream) as archive:
        yield archive


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open what a .gz, .bz2 or .xz file holds; raises what they raise and what `content.opened` raises."""
    head = bytes_of(path, 6)
    opener: Any = bz2.open if head.startswith(b"BZh") else lzma.open if head == b"\xfd7zXZ\x00" else gzip.open
    with opened(path) as packed, opener(packed) as stream:
        yield stream


def is_zip(path: Path) -> bool:
    """Tell whether a file is a zip file by its content."""
    return zipfile.is_zipfile(admitted(path))


def is_tar(path: Path) -> bool:
    """Tell whether a file is a tar file by its content, compressed or not."""
    return tarfile.is_tarfile(admitted(path))
