"""A build replaces the files of a folder whole, or not at all.

Everything is written into a temporary folder beside the files that are there. When all of it is on the disk, that folder is
renamed, and the build counts from this moment on: its files are then moved to their places, and if anything ends the process
meanwhile, whoever comes next moves the rest. Where a file cannot be moved, those already moved go back.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geozone.errors import UsageError
from geozone.files import TEMPORARY, clear_leftovers, make_folder, put, unwritable, working_folder
from geozone.messages import Text
from geozone.shortage import is_of_disk
from geozone.system import BusyError, held, keep, move

_PENDING = f"{TEMPORARY}swap"  # a build that is whole, and not yet in its place
_FORMER = f"{TEMPORARY}former"  # the files that it takes the places of
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def one_build(out: Path) -> Iterator[Path]:
    """Yield the folder that a build is written into; its files take their places in `out` when the block ends well.

    A build that was ended before its time is completed, or cleared away, first.

    Raises
    ------
    UsageError
        If `out` cannot be written to, another build is writing to it, or the disk is full.
    """
    make_folder(out)
    try:
        with held(out):
            complete(out)
            clear_leftovers(out)
            with _disk_watched(out), working_folder(out) as stage:
                yield stage
                _take_place(stage, out)
    except BusyError as error:
        raise UsageError("files.busy", path=out) from error


def settle(out: Path) -> None:
    """Complete a build that was ended in the midst of its swap, for whoever reads the folder; of one under way nothing is touched."""
    if (out / _PENDING).is_dir():
        with suppress(BusyError, UsageError, OSError), held(out):
            complete(out)


def complete(out: Path) -> bool:
    """Move the files of a build that is whole to their places; tell whether there was one.

    Raises
    ------
    UsageError
        If a file cannot be moved; then all files are as they were before.
    """
    pending = out / _PENDING
    if not pending.is_dir():
        return False
    former = out / _FORMER
    shutil.rmtree(former, ignore_errors=True)
    former.mkdir()
    moved: list[str] = []
    try:
        for item in sorted(pending.iterdir()):
            place = out / item.name
            _remember(place, former)
            move(item, place)
            moved.append(item.name)
        keep(out)
        pending.rmdir()
    except OSError as error:
        _go_back(out, moved)
        raise unwritable(error.filename2 or out, error) from error
    finally:
        shutil.rmtree(former, ignore_errors=True)
    return True


def _take_place(stage: Path, out: Path) -> None:
    """Let the files of a stage take the places of those before them."""
    for item in stage.iterdir():
        keep(item)
    keep(stage)
    with _not_ended():
        put(stage, out / _PENDING)
        keep(out)
        complete(out)


def _remember(place: Path, former: Path) -> None:
    """Keep the file at a place under another name, without moving it."""
    if not place.exists():
        return
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place), None, str(place))
    try:
        os.link(place, former / place.name)
    except OSError:  # a drive without second names
        shutil.copyfile(place, former / place.name)


def _go_back(out: Path, moved: list[str]) -> None:
    """Put the former files back to their places, and give up the build."""
    for name in moved:
        before = out / _FORMER / name
        if before.exists():
            move(before, out / name)
        else:
            (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / _PENDING, ignore_errors=True)


@contextmanager
def _not_ended() -> Iterator[None]:
    """Put off the signals that end a process; it is a matter of a moment."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    former = {each: signal.signal(each, lambda number, _: came.append(number)) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler if handler is not None else signal.SIG_DFL)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _disk_watched(out: Path) -> Iterator[None]:
    """Say that the disk is full where that is why a block failed; libraries say all sorts of things."""
    try:
        yield
    except Exception as error:
        if is_of_disk(error):
            folder = min((out, Path(tempfile.gettempdir())), key=lambda one: shutil.disk_usage(one).free)
            raise UsageError("files.disk_full", path=folder, needed=_needed(out)) from error
        raise


def _needed(out: Path) -> Text:
    """Return how much room a build may need beside the files that are there."""
    from geozone.read.safety import in_bytes  # noqa: PLC0415 - of use here alone

    size = sum(item.stat().st_size for item in out.rglob("*") if item.is_file())
    words = in_bytes(max(size, 1 << 26))
    return Text(words, words)
