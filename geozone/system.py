"""What systems do each in their own way: the one room, beside `geozone.cli.supervised`, that calls what not all of them have."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # any other
    msvcrt = None  # type: ignore[assignment]

_PR_SET_PDEATHSIG = 1
_IN_USE = frozenset({5, 32, 33})  # of Windows: access denied, sharing violation, lock violation
_WAITS_S = (
    0.1,
    0.2,
    0.4,
    0.8,
    1.5,
)  # a virus scanner or an indexer lets go within moments, a program does not
_DRIVE = re.compile(r"[A-Za-z]")


class BusyError(Exception):
    """Another process holds a lock."""


def end_with_parent(parent: int) -> None:
    """End this process when the one that began it ends, however that ends; Linux alone can do that.

    Parameters
    ----------
    parent
        The number of the process that began it, as that one knew it: it may have ended by now.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended meanwhile
        os.kill(os.getpid(), signal.SIGKILL)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_of_address_space() -> float:
    """Return how much of the address space that this process may have it has taken; 0 where the system does not say."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        words = re.search(r"VmPeak:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    except (ImportError, OSError, UnicodeDecodeError):
        return 0.0
    if words is None or limit == resource.RLIM_INFINITY:
        return 0.0
    return (int(words[1]) << 10) / float(limit)


def peak_memory_mb() -> float | None:
    """Return the most memory that this process has had so far, in MB; None where the system does not say."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder for this process; the lock ends with the process, however that ends, and leaves nothing behind.

    Yields whether it is held: where the drive has no locks, nothing is. Windows opens no folder: there a file in the folder of
    temporary files stands for it, which goes with its last holder.

    Raises
    ------
    BusyError
        If another process holds it.
    """
    if fcntl is not None:
        descriptor = os.open(folder, os.O_RDONLY)
    elif msvcrt is not None:
        name = sha256(os.path.normcase(folder.absolute()).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        place = Path(tempfile.gettempdir()) / f"geozone-{name}.lock"
        try:
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_TEMPORARY", 0))
        except PermissionError as error:  # it is going away with another process
            raise BusyError from error
    else:
        yield False
        return
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError) as error:
        raise BusyError from error
    except OSError:  # a drive without locks
        return False
    return True


def in_use(error: OSError) -> bool:
    """Tell whether a file could not be moved because a program has it open, as only Windows refuses it."""
    return getattr(error, "winerror", None) in _IN_USE


def move(source: Path, place: Path) -> None:
    """Move a file or folder; a file at the place goes. One that is open elsewhere is waited for, a few seconds.

    Raises
    ------
    OSError
        If it cannot be moved; `in_use` tells whether a program has it open.
    """
    for wait in (*_WAITS_S, None):
        try:
            source.replace(place)
        except OSError as error:
            if wait is None or not in_use(error):
                raise
            time.sleep(wait)
        else:
            return


def keep(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk and not only on their way there."""
    for access in (os.O_RDWR, os.O_RDONLY):  # Windows writes out none that is open for reading only
        try:
            descriptor = os.open(path, access)
        except OSError:  # a folder is read only, Windows opens none
            continue
        try:
            os.fsync(descriptor)
        except OSError:  # some network drives keep none
            continue
        finally:
            os.close(descriptor)
        return


def is_drive(word: str) -> bool:
    """Tell whether what stands before a colon is the letter of a drive, as on Windows, and no file with a layer inside."""
    return bool(_DRIVE.fullmatch(word))


def slashed(name: str) -> str:
    r"""Return a relative path that was written on Windows as this system reads it.

    Examples
    --------
    >>> slashed(r"数据\红线.gdb")
    '数据/红线.gdb'
    """
    return name if isinstance(Path(), PureWindowsPath) else name.replace("\\", "/")


def database_address(path: PurePath, options: str) -> str:
    r"""Return the address by which SQLite opens a file: a share of Windows stands in the path, not in the authority.

    Examples
    --------
    >>> database_address(PureWindowsPath(r"C:\成果 1\a.gpkg"), "mode=ro")
    'file:///C:/%E6%88%90%E6%9E%9C%201/a.gpkg?mode=ro'
    >>> database_address(PureWindowsPath(r"\\server\share\a.gpkg"), "mode=ro")
    'file:////server/share/a.gpkg?mode=ro'
    """
    posix = path.as_posix()
    rooted = posix if posix.startswith("/") else f"/{posix}"
    return f"file://{quote(rooted, safe='/:' if not isinstance(path, PurePosixPath) else '/')}?{options}"
