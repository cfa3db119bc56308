"""What a GeoPackage says it holds, against what was read of it; views that are not run.

GDAL leaves off at a damaged page of the database without a word. The number of rows that the file states, in the table
of counts and in the spatial index, costs nothing to look up; only where it differs from what was read is the table walked
through.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geozone.errors import InputError
from geozone.read.door.database import opened_database, written_database
from geozone.read.shift_files import names_a_file
from geozone.read.wellknown import SUSPECT, is_too_deep

Numbers = npt.NDArray[np.int64]

# what a damaged database raises; the words of SQLite may themselves be damaged
_DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError)
UNREADABLE = (sqlite3.Error, OSError, TypeError, ValueError, IndexError)
_SMALL = 256 << 20  # bytes: a file up to this size that states no count is always checked page by page
_SPARSE = 4  # numbers in a range for each row, up to which all of the range is tried
_STEPS = 1_000_000  # instructions of the database between two looks at the budget
_BUDGET = 200  # such steps that a view may take to count its rows and to make its values
_LONGEST = 1 << 28  # bytes of one value of a view
_COLLECTION = 7  # code of a collection
_ENVELOPES = {1: 32, 2: 48, 3: 48, 4: 64}  # bytes of the box in front of a geometry, by its code
# functions by which a view reaches files and addresses, or fills the memory
_VIRTUAL = re.compile(
    r"\s*CREATE\s+VIRTUAL\s+TABLE\b.*\bUSING\s+\W?Virtual(OGR|Shape|Text|XL|Dbf|GeoJSON|XPath|Network)",
    re.IGNORECASE | re.DOTALL,
)
_REACHING = re.compile(
    r"\b(ogr_|gdal_|load_extension|readfile|writefile|zeroblob|randomblob"
    r"|(?:printf|format)\s*\(\s*'[^']*%[^a-z']*(?:\*|\d{5}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Rows of a table that were not read."""

    stated: int  # rows that the table should have
    numbers: Numbers  # of rows not read that may still be found one by one
    certain: bool  # all of these numbers are rows: the spatial index lists them


def shortage(path: Path, layer: str, numbers: npt.ArrayLike) -> Shortage | None:
    """Return what was not read of a table, or None where all of it was.

    Parameters
    ----------
    path
        The GeoPackage.
    layer
        The table.
    numbers
        The row numbers that were read, in the order of reading.
    """
    read = np.asarray(numbers, dtype=np.int64)
    ordered = bool((np.diff(read) > 0).all())
    try:
        with opened_database(path) as database:
            if _definition(database, layer)[0] != "table":
                return None
            stated = _missing(database, path, layer, len(read), ordered=ordered)
            return None if stated is None else Shortage(stated, *_candidates(database, layer, read, stated))
    except UNREADABLE:
        return None


def is_short(path: Path, layer: str, read: int) -> int | None:
    """Return how many rows a table should have where that is more than was read or it is damaged, else None."""
    try:
        with opened_database(path) as database:
            if _definition(database, layer)[0] != "table":
                return None
            return _missing(database, path, layer, read, ordered=True)
    except UNREADABLE:
        return None


def is_damaged(path: Path, layer: str) -> bool:
    """Tell whether a table cannot be walked through to its end."""
    try:
        with opened_database(path) as database:
            query = f"SELECT count(*) FROM {_quoted(layer)}"  # noqa: S608 - the name is quoted, and read only
            walked = int(database.execute(query).fetchone()[0])
            stated = _stated(database, layer)
            return stated is not None and stated > walked and not _sound(database, layer)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return not isinstance(error, sqlite3.OperationalError)
    except UNREADABLE:
        return False


def stale_index(path: Path, layer: str) -> bool:
    """Tell whether the spatial index of a table lists other rows than the table has geometries."""
    try:
        with opened_database(path) as database:
            indexed = _indexed(database, layer)
            if indexed is None:
                return False
            column = _quoted(_column(database, layer))
            query = f"SELECT count({column}) FROM {_quoted(layer)}"  # noqa: S608 - names are quoted, and read only
            return indexed != int(database.execute(query).fetchone()[0])
    except UNREADABLE:
        return False


def refuse_views(path: Path, layer: str, shown: Path, limit: int) -> None:
    """Refuse a view that reaches out of the file, or that gives more rows than are read.

    Raises
    ------
    InputError
        If the layer is such a view.
    """
    try:
        with opened_database(path) as database:
            kind, words = _definition(database, layer)
            if kind != "view":
                return
            if _REACHING.search(words):
                raise InputError("read.view_reaching", path=shown, layer=layer)
            if _too_long(database, layer, limit):
                raise InputError("read.view_endless", path=shown, layer=layer)
    except UNREADABLE:
        return  # what cannot be looked up here, GDAL will say


def refuse_virtual(path: Path, shown: Path) -> None:
    """Refuse a database with tables that are other files or addresses, or systems that name files, before it is opened.

    Raises
    ------
    InputError
        If it has such tables or systems.
    """
    try:
        with opened_database(path) as database:
            tables = database.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall()
    except UNREADABLE:
        return  # what cannot be looked up here, GDAL will say
    if any(_VIRTUAL.match(str(words)) for (words,) in tables) or any(map(names_a_file, _systems(path))):
        raise InputError("read.reaching", path=shown)


def _systems(path: Path) -> list[str]:
    """Return how a GeoPackage defines its coordinate reference systems."""
    try:
        with opened_database(path) as database:
            rows = database.execute("SELECT * FROM gpkg_spatial_ref_sys").fetchall()
    except UNREADABLE:
        return []
    return [str(cell) for row in rows for cell in row if isinstance(cell, str)]


def is_of_any_kind_with_height(path: Path) -> bool:
    """Tell whether a layer is declared to hold geometries of any kind, all with heights or measures.

    GDAL has a code for that which no library above it knows.
    """
    query = "SELECT 1 FROM gpkg_geometry_columns WHERE upper(geometry_type_name) = 'GEOMETRY' AND (z = 1 OR m = 1)"
    try:
        with opened_database(path) as database:
            return database.execute(query).fetchone() is not None
    except UNREADABLE:
        return False


def declare_optional_height(path: Path) -> None:
    """Declare in a copy of a GeoPackage that heights and measures of such layers are optional; nothing else changes."""
    with written_database(path) as database:
        database.execute(
            "UPDATE gpkg_geometry_columns SET z = 2, m = 2 WHERE upper(geometry_type_name) = 'GEOMETRY'"
        )


def refuse_deep(path: Path, layer: str, shown: Path) -> None:
    """Refuse a table that holds geometries nested so deep that reading them overflows the stack.

    Raises
    ------
    InputError
        If it does; the message names the first such row.
    """
    try:
        with opened_database(path) as database:
            column = _column(database, layer)
            # the length stands in the head of a row: of long geometries the beginning is read, of collections all
            query = f"SELECT rowid FROM {_quoted(layer)} WHERE length({_quoted(column)}) > ?"  # noqa: S608 - quoted
            for (row,) in database.execute(query, (SUSPECT,)).fetchall():
                with database.blobopen(layer, column, row, readonly=True) as blob:
                    head = blob.read(8)
                    blob.seek(8 + _ENVELOPES.get(head[3] >> 1 & 7, 0))
                    raw = blob.read(5)
                    kind = int.from_bytes(raw[1:5], "little" if raw[0] == 1 else "big")
                    if kind % 1000 != _COLLECTION:
                        continue
                    raw += blob.read()
                if is_too_deep(raw):
                    raise InputError("read.geometry_too_deep", path=shown, layer=layer, row=row)
    except UNREADABLE:
        return  # what cannot be looked up here, GDAL will say


def _definition(database: sqlite3.Connection, layer: str) -> tuple[str, str]:
    """Return what a layer is in the database, ``table`` or ``view``, and its definition."""
    query = "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')"
    kind, words = database.execute(query, (layer,)).fetchone()
    virtual = str(words or "").lstrip().lower().startswith("create virtual")
    return ("virtual table" if virtual else str(kind)), str(words or "")


def _missing(database: sqlite3.Connection, path: Path, layer: str, read: int, *, ordered: bool) -> int | None:
    """Return the number of rows that a table should have where not all of them were read."""
    stated = [count for count in (_stated(database, layer), _indexed(database, layer)) if count is not None]
    # the index leaves out rows without geometry: it is asked only where there is no other count
    if ordered and stated and read == stated[0]:
        return None
    try:
        query = f"SELECT count(*) FROM {_quoted(layer)}"  # noqa: S608 - the name is quoted, and read only
        walked = int(database.execute(query).fetchone()[0])
    except _DAMAGED:
        return max([read, *stated])
    if walked > read:
        return max([walked, *stated])
    if not ordered or max(stated, default=0) > read or (not stated and path.stat().st_size < _SMALL):
        # the counts may be out of date, or the walk has lost its way: the pages tell
        return None if _sound(database, layer) else max([read, *stated])
    return None


def _stated(database: sqlite3.Connection, layer: str) -> int | None:
    try:
        query = "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ? COLLATE NOCASE"
        row = database.execute(query, (layer,)).fetchone()
    except UNREADABLE:
        return None
    return None if row is None or row[0] is None else int(row[0])


def _indexed(database: sqlite3.Connection, layer: str) -> int | None:
    """Return how many rows the spatial index lists: those with a geometry that is not empty."""
    try:
        table = _quoted(f"rtree_{layer}_{_column(database, layer)}_rowid")
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - quoted
    except UNREADABLE:
        return None


def _column(database: sqlite3.Connection, layer: str) -> str:
    query = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ? COLLATE NOCASE"
    return str(database.execute(query, (layer,)).fetchone()[0])


def _sound(database: sqlite3.Connection, layer: str) -> bool:
    try:
        return database.execute(f"PRAGMA quick_check({_quoted(layer)})").fetchall() == [("ok",)]
    except _DAMAGED:
        return False


def _candidates(database: sqlite3.Connection, layer: str, read: Numbers, stated: int) -> tuple[Numbers, bool]:
    """Return numbers of rows that were not read: those that the index lists, else all of a close range."""
    try:
        table = _quoted(f"rtree_{layer}_{_column(database, layer)}_rowid")
        rows = database.execute(f"SELECT rowid FROM {table}").fetchall()  # noqa: S608 - quoted
        if rows:
            return np.setdiff1d(np.array([row[0] for row in rows], np.int64), read), True
    except UNREADABLE:
        pass
    try:
        query = f"SELECT max(rowid) FROM {_quoted(layer)}"  # noqa: S608 - the name is quoted, and read only
        last = int(database.execute(query).fetchone()[0])
    except UNREADABLE:
        last = stated
    last = last if last <= _SPARSE * stated else stated
    return np.setdiff1d(np.arange(1, last + 1), read), False


def _too_long(database: sqlite3.Connection, layer: str, limit: int) -> bool:
    """Tell whether a view gives more rows than the limit or values without measure, or takes too long to tell."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return int(steps > _BUDGET)

    database.set_progress_handler(step, _STEPS)
    longest = database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {_quoted(layer)} LIMIT ?)"  # noqa: S608 - quoted, read only
    try:
        if int(database.execute(query, (limit + 1,)).fetchone()[0]) > limit:
            return True
        # a function can make a value of any length: each is made here once, under a limit, before GDAL makes it
        names = [_quoted(row[1]) for row in database.execute(f"PRAGMA table_info({_quoted(layer)})")]
        made = ", ".join(f"count(length({name}))" for name in names)
        database.execute(f"SELECT {made} FROM {_quoted(layer)}").fetchall()  # noqa: S608 - quoted, read only
    except sqlite3.DataError:
        return True
    except sqlite3.OperationalError:
        return steps > _BUDGET
    finally:
        database.set_progress_handler(None, 0)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
    return False


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
