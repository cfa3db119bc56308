"""Where geozone's own data lies, and how files are written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

from geozone.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


@cache
def shipped(folder: str) -> Path:
    """Return the folder ``layers`` or ``seeds``: inside an installed wheel, else beside the package."""
    packed = _PACKAGE / "_shipped" / folder
    return packed if packed.is_dir() else _PACKAGE.parent / folder


def make_folder(path: Path) -> Path:
    """Make a folder for outputs.

    Raises
    ------
    UsageError
        If it cannot be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise UsageError("files.unwritable", path=path, reason=error.strerror or str(error)) from error
    return path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path with the same ending; move it to `path` when the block ends well.

    When the block raises, nothing is left behind and a file that stood at `path` stays as it was.

    Raises
    ------
    UsageError
        If the folder cannot be written to.
    """
    make_folder(path.parent)
    folder = Path(tempfile.mkdtemp(prefix=".geozone-", dir=path.parent))
    try:
        unfinished = folder / path.name
        yield unfinished
        try:
            unfinished.replace(path)
        except OSError as error:
            raise UsageError("files.unwritable", path=path, reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder (a file geodatabase) in name order."""
    total = sha256()
    parts = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    for part in parts:
        if path.is_dir():
            total.update(part.relative_to(path).as_posix().encode())
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()
