"""Where geozone's own data lies, and how files are written whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from geozone.errors import UsageError
from geozone.system import BusyError, held, in_use, keep, move

_PLAIN = re.compile(r"[\w ./\\()\[\]{}+,=~@\-]*|[A-Za-z]:[\w ./\\()\[\]{}+,=~@\-]*")
TEMPORARY = ".geozone-"  # how the names of temporary folders beside outputs begin
_in_use: set[Path] = set()  # such folders of this process
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
    with working_folder(path.parent) as folder, plain_path(folder / path.name) as named:
        yield named
        keep(folder / named.name)
        put(folder / named.name, path)


def put(source: Path, place: Path) -> None:
    """Move a file or folder to its place.

    Raises
    ------
    UsageError
        If it cannot be moved, such as to the place of a file that another program has open on Windows.
    """
    try:
        move(source, place)
    except OSError as error:
        raise unwritable(place, error) from error


def unwritable(path: Path | str, error: OSError) -> UsageError:
    """Return that a file cannot be written, and what may be done about it."""
    if in_use(error):
        return UsageError("files.in_use", path=path)
    return UsageError("files.unwritable", path=path, reason=error.strerror or str(error))


@contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """Yield a path to the same place that no library takes for an address: "!", "?", "#", "%" and ":" mislead them.

    The name of the file stays, if it is plain itself; else it has the same ending, and a file that is there goes by it too.
    """
    if _PLAIN.fullmatch(str(path)):
        yield path
        return
    name = path.name if _PLAIN.fullmatch(path.name) else f"file{path.suffix}"
    with tempfile.TemporaryDirectory(prefix="geozone-") as folder:
        place = Path(folder) / "plain"
        try:
            if name == path.name or not path.exists():
                place.symlink_to(path.parent.absolute(), target_is_directory=True)
            else:
                place.mkdir()
                (place / name).symlink_to(path.absolute())
        except OSError:  # a system without links
            yield path
            return
        yield place / name


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """Yield a temporary folder beside what is to be written; it goes when the block ends, however it ends.

    It is locked as long as it is in use, so that what a killed process left behind can be told from it.
    """
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=parent))
    _in_use.add(folder)
    try:
        with held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _in_use.discard(folder)


def remove_working_folders() -> None:
    """Remove what this process has not finished writing; for a process that ends at once."""
    for folder in list(_in_use):
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Remove the temporary folders in a folder that no process is using any more."""
    for item in parent.glob(f"{TEMPORARY}*"):
        if item.is_dir() and not item.is_symlink():
            with suppress(BusyError), held(item):
                shutil.rmtree(item, ignore_errors=True)


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
