"""SQLite files: opened to read, without a trace beside them, and without running what they hold."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from geozone.read.door.content import admitted, begins_with, bytes_of
from geozone.system import database_address

MAGIC = b"SQLite format 3\x00"
_MODES = slice(18, 20)  # of the header: 1 a journal, 2 a write-ahead log
_LOGGED = b"\x02\x02"
_BESIDE = ("-wal", "-journal")  # what another program has not written into the file yet
_LONGEST = 1 << 30  # bytes of one value


def is_database_file(path: Path) -> bool:
    """Tell by its content whether a file is a SQLite database."""
    return path.is_file() and begins_with(path, MAGIC)


def unsettled(path: Path) -> list[Path]:
    """Return the files beside a database that hold what another program has not written into it yet."""
    beside = [path.with_name(path.name + ending) for ending in _BESIDE]
    return [item for item in beside if item.is_file() and item.stat().st_size]


def is_logged(path: Path) -> bool:
    """Tell whether a database is in write-ahead mode, in which SQLite writes beside a file that it only reads."""
    return bytes_of(path, _MODES.stop)[_MODES] == _LOGGED


@contextmanager
def settled(path: Path) -> Iterator[Path]:
    """Yield a database with what another program still keeps beside it; no file is touched."""
    beside = unsettled(path) if path.is_file() else []
    if not beside and not (is_database_file(path) and is_logged(path)):
        yield path
        return
    with TemporaryDirectory(prefix="geozone-") as folder:
        copy = Path(folder) / path.name
        for item in (path, *beside):
            shutil.copyfile(item, copy.with_name(item.name))
        settle(copy)
        yield copy


@contextmanager
def opened_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to read; it runs no function of its own and loads nothing.

    Raises
    ------
    InputError
        If there is no such file.
    sqlite3.Error
        If it is no database, or damaged.
    """
    local = admitted(path)
    with settled(local) as file:
        # a file that is taken as it stands is not waited for, and nothing is written beside it
        options = "mode=ro" if file != local else "mode=ro&immutable=1"
        with closing(sqlite3.connect(database_address(file, options), uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            yield database


@contextmanager
def written_database(copy: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of a database to change it; what was changed is kept when the block ends well.

    Raises
    ------
    InputError
        If there is no such file.
    sqlite3.Error
        If it is no database, or damaged.
    """
    with closing(sqlite3.connect(admitted(copy))) as database:
        yield database
        database.commit()


def settle(copy: Path) -> None:
    """Take what stands beside a copy of a database into it; what cannot be taken is told where it is read."""
    with suppress(sqlite3.Error), written_database(copy) as database:
        database.execute("PRAGMA journal_mode = DELETE")
