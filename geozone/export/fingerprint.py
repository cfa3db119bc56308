"""What a file holds, in a few bytes a row: by it a change is found and named, whatever program saved the file.

The digest of a file changes when a program opens it: QGIS switches the journal mode of a GeoPackage, a spreadsheet
writes every part of a workbook anew. What they hold does not.
"""

from __future__ import annotations

import json
import re
import warnings
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

import openpyxl
from openpyxl.utils import get_column_letter

from geozone.export.geopackage_schema import STYLE
from geozone.read.door.database import opened_database

PAGE_DATA = "geozone-data"
STYLES = "layer_styles"  # how layers are drawn, which is no content
_DELIVERED_STYLES = "SELECT f_table_name, styleQML FROM layer_styles WHERE styleName = ? ORDER BY id DESC"
_CHUNK = 4096
_SPREADSHEET_DIGITS = 15
_MARK = 4  # bytes a row
_BLOCK = re.compile(r'(<script type="[^"]+" id="([^"]+)">)(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table or a sheet: named columns, and rows by their number."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Changes:
    """How a grid differs from what was recorded of it: its rows by number, its columns by name.

    `columns` are those in which anything differs, known only where no row came or went.
    """

    rows: tuple[int, ...] = ()
    shapes: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()


def contents(path: Path) -> dict[str, Any]:
    """Return what a GeoPackage, workbook, page or JSON holds, for the run record; nothing of other files.

    Raises
    ------
    OSError, ValueError, sqlite3.Error, KeyError, zipfile.BadZipFile
        If the file is damaged.
    """
    match path.suffix:
        case ".gpkg":
            return {
                "tables": _fingerprints(package_grids(path)),
                "systems": package_systems(path),
                "styles": package_styles(path),
            }
        case ".xlsx":
            return {"sheets": _fingerprints(map(as_saved, workbook_grids(path)))}
        case ".html":
            return {"blocks": page_blocks(path.read_text("utf-8"))}
        case ".json":
            return {"values": values_beside(json.loads(path.read_text("utf-8")))}
        case _:
            return {}


def _fingerprints(grids: Iterable[Grid]) -> dict[str, Any]:
    return {grid.name: fingerprint(grid) for grid in grids}


def fingerprint(grid: Grid) -> dict[str, Any]:
    """Return the digest of each column, and a mark of each row, of its shape apart, in the order of the rows.

    The numbers of the rows are listed only where they do not count from one.
    """
    keys: list[int] = []
    rows, shapes = bytearray(), bytearray()
    columns = [blake2b(digest_size=8) for _ in grid.columns]
    shaped = False
    for chunk in _chunks(grid.rows):
        keys += [key for key, _ in chunk]
        across = list(zip(*(values for _, values in chunk), strict=True))
        plain = [_plain(column) for column in across]
        parts = [column for column in across if bytes in set(map(type, column))]
        for row in zip(*plain, strict=True) if plain else [()] * len(chunk):
            rows += crc32(_bytes(row)).to_bytes(_MARK)
        for row in zip(*parts, strict=True) if parts else [()] * len(chunk):
            shape = _shapes(row)
            shaped = shaped or bool(shape)
            shapes += crc32(shape).to_bytes(_MARK)
        for digest, told, column in zip(columns, plain, across, strict=True):
            digest.update(_bytes(told))
            digest.update(_shapes(column))
    found: dict[str, Any] = {
        "columns": {name: digest.hexdigest() for name, digest in zip(grid.columns, columns, strict=True)},
        "rows": b64encode(rows).decode(),
    }
    if shaped:
        found["shapes"] = b64encode(shapes).decode()
    if keys != list(range(1, len(keys) + 1)):
        found["keys"] = keys
    return found


def changes(recorded: Mapping[str, Any], grid: Grid) -> Changes:
    """Return how a grid differs from its recorded fingerprint."""
    known = tuple(recorded["columns"])
    shared = [name for name in known if name in grid.columns]
    lost = tuple(name for name in known if name not in shared)
    places = [grid.columns.index(name) for name in shared]
    rows = [(key, tuple(values[place] for place in places)) for key, values in grid.rows]
    found = fingerprint(Grid(grid.name, tuple(shared), rows))
    before, after = _marks(recorded, "rows"), _marks(found, "rows")
    added = tuple(key for key in after if key not in before)
    removed = tuple(key for key in before if key not in after)
    differing = [name for name in shared if found["columns"][name] != recorded["columns"][name]]
    return Changes(
        rows=() if lost else _unlike(before, after),  # a mark is of all columns
        shapes=_unlike(_marks(recorded, "shapes"), _marks(found, "shapes")),
        added=added,
        removed=removed,
        columns=() if added or removed else tuple(differing),
        new_columns=tuple(name for name in grid.columns if name not in known),
        lost_columns=lost,
    )


def _unlike(before: Mapping[int, bytes], after: Mapping[int, bytes]) -> tuple[int, ...]:
    return tuple(key for key, mark in after.items() if before.get(key, mark) != mark)


def _marks(held: Mapping[str, Any], name: str) -> dict[int, bytes]:
    marks = b64decode(held.get(name, ""))
    count = len(marks) // _MARK
    keys = held.get("keys", range(1, count + 1))
    return {
        key: marks[place * _MARK : (place + 1) * _MARK]
        for place, key in zip(range(count), keys, strict=False)
    }


def _chunks(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[list[tuple[int, Sequence[Any]]]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _plain(column: Sequence[Any]) -> Sequence[Any]:
    """Return values without shapes; a whole number is the same whether its column holds fractions or not."""
    if not any(issubclass(kind, bytes | float) for kind in set(map(type, column))):
        return column  # texts, most of them
    return [
        None
        if isinstance(value, bytes)
        else int(value)
        if isinstance(value, float) and value.is_integer()
        else value
        for value in column
    ]


def _bytes(plain: Sequence[Any]) -> bytes:
    return repr(list(plain)).encode("utf-8", "backslashreplace")


def _shapes(values: Sequence[Any]) -> bytes:
    return b"".join(value for value in values if isinstance(value, bytes))


def package_grids(path: Path) -> Iterator[Grid]:
    """Yield the layers and tables of a GeoPackage, without its styles and without what describes them.

    Raises
    ------
    sqlite3.Error
        If it is damaged.
    """
    with opened_database(path) as database:
        names = [
            str(name)
            for (name,) in database.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")
            if name != STYLES
        ]
        for name in names:
            described = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
            key = next((column[1] for column in described if column[5]), "rowid")
            columns = tuple(str(column[1]) for column in described if column[1] != key)
            listed = ", ".join(map(_quoted, (key, *columns)))
            cursor = database.execute(f"SELECT {listed} FROM {_quoted(name)} ORDER BY 1")  # noqa: S608 - quoted names
            yield Grid(name, columns, ((row[0], row[1:]) for row in cursor))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def package_systems(path: Path) -> dict[str, int]:
    """Return the number of the coordinate reference system of each layer of a GeoPackage; raises as `package_grids` does."""
    with opened_database(path) as database:
        rows = database.execute("SELECT table_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name")
        return {str(name): int(number) for name, number in rows}


def package_styles(path: Path) -> dict[str, str]:
    """Return the digest of each style that a GeoPackage was delivered with, by its layer; raises as `package_grids` does."""
    with opened_database(path) as database:
        known = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (STYLES,)).fetchone()
        rows = database.execute(_DELIVERED_STYLES, (STYLE,)).fetchall() if known else []
        return {str(name): blake2b(str(style).encode(), digest_size=8).hexdigest() for name, style in rows}


def values_beside(document: Mapping[str, Any], table: str = "rates") -> dict[str, Any]:
    """Return every value of a JSON document by its place, without those of its table."""
    found: dict[str, Any] = {}

    def walk(value: Any, place: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, f"{place}.{name}" if place else name)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                walk(inner, f"{place}[{number}]")
        else:
            found[place] = value

    walk({name: value for name, value in document.items() if name != table}, "")
    return found


def workbook_grids(path: Path) -> Iterator[Grid]:
    """Yield the sheets of a workbook with the values of their cells; columns are named as in a spreadsheet.

    Raises
    ------
    OSError, ValueError, KeyError, zipfile.BadZipFile
        If it is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features of a spreadsheet that hold no values
        book = openpyxl.load_workbook(path, read_only=True)
    with closing(book):
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # a program may write a wrong one
            rows = [tuple(map(_kept, row)) for row in sheet.iter_rows(values_only=True)]
            width = max(map(len, rows), default=0)
            padded = [row + (None,) * (width - len(row)) for row in rows]
            while padded and not any(value is not None for value in padded[-1]):
                padded.pop()
            yield Grid(sheet.title, tuple(map(get_column_letter, range(1, width + 1))), enumerate(padded, 1))


def as_saved(grid: Grid) -> Grid:
    """Return a sheet with its numbers as another spreadsheet may save them."""
    rows = (
        (key, [spreadsheet_digits(value) if isinstance(value, float) else value for value in values])
        for key, values in grid.rows
    )
    return Grid(grid.name, grid.columns, rows)


def _kept(value: Any) -> Any:
    """Return a cell as it survives saving: an empty text is an empty cell."""
    return None if value == "" else value


def spreadsheet_digits(value: float) -> float:
    """Return a number with the digits that every spreadsheet keeps when it saves one.

    Some save one digit more, so that it is rounded twice: here too.
    """
    saved = float(f"{value:.{_SPREADSHEET_DIGITS + 1}g}")
    return float(f"{saved:.{_SPREADSHEET_DIGITS}g}")


def page_blocks(html: str) -> dict[str, str]:
    """Return the digest of each data block of a page by its name, and under an empty name that of all the rest.

    The data themselves are digested part by part, named ``geozone-data.<part>``.

    Raises
    ------
    ValueError
        If the page has no data, or they are damaged.
    """
    found = {name: content for _, name, content in _BLOCK.findall(html)}
    data = json.loads(found.pop(PAGE_DATA, ""))
    found |= {f"{PAGE_DATA}.{name}": json.dumps(part, ensure_ascii=False) for name, part in data.items()}
    found[""] = _BLOCK.sub(lambda match: match[1], html)
    return {
        name: blake2b(content.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
        for name, content in found.items()
    }


def page_block(html: str, name: str) -> str | None:
    """Return the content of a data block of a page; None where it has none of that name."""
    return next((content for _, known, content in _BLOCK.findall(html) if known == name), None)
