"""Files changed within their own structure, so that the change gets past checksums and outer parsers."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = (0, -1, 1, 2**31 - 1, -(2**31), 2**63 - 1, 1e308, -1e308, 1e-320, 181.0, 91.0, 0.5)
TEXTS = (
    "",
    " ",
    "NaN",
    "inf",
    "=1+1",
    "０",
    "\ufeff",
    "𠀀",
    "a" * 5000,
    "'; DROP TABLE a",
    "<b>",
    "../../x",
    "\r\n",
    "1e999",
)


def changed_within(raw: bytes, ending: str, rng: Random) -> bytes | None:
    """Return a file changed within its structure; None where nothing is known of that of its format."""
    change = _WAYS.get(ending)
    return None if change is None else change(raw, rng)


def _json(raw: bytes, rng: Random) -> bytes:
    document = json.loads(raw)
    for _ in range(rng.choice([1, 1, 2, 5])):
        places = list(_places(document))
        holder, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.4:
            holder[key] = rng.choice([*NUMBERS, *TEXTS, None, True, [], {}])
        elif kind < 0.6:
            del holder[key]
        elif kind < 0.8:
            other, name = rng.choice(list(_places(document)) or [(holder, key)])
            value = json.loads(json.dumps(other[name]))
            if isinstance(holder, dict):
                holder[key] = value
            else:
                holder.insert(key, value)
        else:
            deep: Any = rng.choice(NUMBERS)
            for _ in range(rng.choice([3, 60, 300])):
                deep = [deep] if rng.random() < 0.9 else {"geometries": deep, "type": "GeometryCollection"}
            holder[key] = deep
        if not isinstance(document, dict | list) or not document:
            break
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode()


def _places(value: Any):
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        items = (
            holder.items()
            if isinstance(holder, dict)
            else enumerate(holder)
            if isinstance(holder, list)
            else ()
        )
        for key, inner in list(items):
            yield holder, key
            waiting.append(inner)


_TOKEN = re.compile(r"<[^<>]*>|[^<>\s]+")
_WORD = re.compile(r"[^\s,;|]+")


def _tokens(pattern: re.Pattern[str]) -> Callable[[bytes, Random], bytes]:
    """Return what takes words or tags of a text out, doubles, swaps or replaces them."""

    def change(raw: bytes, rng: Random) -> bytes:
        code = "utf-8"
        try:
            words = raw.decode(code)
        except UnicodeDecodeError:
            code = "gb18030"
            words = raw.decode(code, "replace")
        for _ in range(rng.choice([1, 1, 2, 4])):
            found = list(pattern.finditer(words))
            if not found:
                break
            one, other = rng.choice(found), rng.choice(found)
            new = rng.choice(
                [
                    "",
                    one[0] * 2,
                    other[0],
                    str(rng.choice(NUMBERS)),
                    rng.choice(TEXTS),
                    one[0] + "\n",
                    f'"{one[0]}',
                ]
            )
            words = words[: one.start()] + new + words[one.end() :]
        return words.encode(code, "replace")

    return change


def _database(raw: bytes, rng: Random) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(raw)
        with closing(sqlite3.connect(path)) as database:
            names = [
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ]
            for name in names:
                database.execute(f'DROP TRIGGER "{name}"')
            tables = [
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            for _ in range(rng.choice([1, 1, 2, 4])):
                table = rng.choice([name for name in tables if not name.startswith(("sqlite", "rtree"))])
                columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
                column = rng.choice(columns or ["rowid"])
                one = f'"{table}" SET "{column}" = ? WHERE rowid = (SELECT rowid FROM "{table}" ORDER BY random() LIMIT 1)'
                blob = database.execute(f'SELECT "{column}" FROM "{table}" LIMIT 1').fetchone()
                value: Any = rng.choice([*NUMBERS[:5], *TEXTS, None])
                if blob and isinstance(blob[0], bytes) and rng.random() < 0.8:
                    value = _flipped(blob[0], rng)
                statement = rng.choice(
                    [f"UPDATE {one}", f"UPDATE {one}", f"UPDATE {one}", f'DELETE FROM "{table}"']
                )
                try:
                    database.execute(statement, (value,) if "?" in statement else ())
                except sqlite3.Error:
                    continue
            database.commit()
        return path.read_bytes()


def _flipped(raw: bytes, rng: Random) -> bytes:
    damaged = bytearray(raw)
    for _ in range(rng.choice([1, 2, 8])):
        place = rng.randrange(len(damaged))
        damaged[place] = rng.choice([0, 1, 6, 7, 15, 127, 255, rng.randrange(256)])
    return bytes(damaged)


def _archive(raw: bytes, rng: Random) -> bytes:
    """Change a file inside an archive or workbook, and pack it with right checksums."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        names = [item.filename for item in old.infolist()]
        victim = rng.choice(names)
        for name in names:
            content = old.read(name)
            if name == victim:
                ending = Path(name).suffix.lower()
                inner = changed_within(content, ending, rng) if ending not in {".xlsx", ".zip"} else None
                content = _flipped(content, rng) if inner is None and content else inner or b""
            if name == victim and rng.random() < 0.1:
                continue
            new.writestr(
                rng.choice([name, name, name, name.upper(), f"x/{name}"]) if name == victim else name, content
            )
    return kept.getvalue()


def _shapefile(raw: bytes, rng: Random) -> bytes:
    """Change counts, kinds, lengths or coordinates of a record, with a header that says the right length."""
    content = bytearray(raw)
    place = 100
    records = []
    while place + 8 <= len(content):
        length = struct.unpack_from(">i", content, place + 4)[0] * 2
        records.append((place, length))
        place += 8 + max(length, 0)
    for _ in range(rng.choice([1, 1, 3])):
        start, length = rng.choice(records)
        kind = rng.random()
        if kind < 0.2:
            struct.pack_into("<i", content, start + 8, rng.choice([0, 1, 3, 5, 8, 15, 31, 99]))
        elif kind < 0.5 and length > 52:  # number of parts or points
            struct.pack_into(
                "<i", content, start + 8 + rng.choice([36, 40]), rng.choice([0, 1, 3, -1, 2**31 - 1, 5000])
            )
        elif kind < 0.6:
            struct.pack_into(">i", content, start + 4, rng.choice([0, -1, length // 4, length, 2**30]))
        elif length > 60:
            value = rng.choice([*map(float, NUMBERS), float("nan"), float("inf")])
            struct.pack_into("<d", content, start + 8 + rng.randrange(44, length - 8), value)
    struct.pack_into(">i", content, 24, len(content) // 2)
    return bytes(content)


def _parquet(raw: bytes, rng: Random) -> bytes:
    table = pq.read_table(io.BytesIO(raw))
    metadata = dict(table.schema.metadata or {})
    if rng.random() < 0.5 and b"geo" in metadata:
        metadata[b"geo"] = _json(metadata[b"geo"], rng)
    else:
        column = rng.choice(table.column_names)
        values = table[column].to_pylist()
        place = rng.randrange(len(values))
        old = values[place]
        values[place] = _flipped(old, rng) if isinstance(old, bytes) else None
        table = table.set_column(
            table.column_names.index(column), column, pa.array(values, table.schema.field(column).type)
        )
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), out)
    return out.getvalue()


EXTREMES = (0, 1, 2, 3, 7, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)


def _old_workbook(raw: bytes, rng: Random) -> bytes:
    """Change kinds, lengths or contents of the records of an old workbook; its stream begins behind the first sector."""
    content, place, records = bytearray(raw), 512, []
    while place + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, place)
        if kind == length == 0:
            break
        records.append((place, length))
        place += 4 + length
    for _ in range(rng.choice([1, 1, 2, 4])):
        start, length = rng.choice(records)
        way = rng.random()
        if way < 0.2:
            struct.pack_into(
                "<H", content, start, struct.unpack_from("<H", content, rng.choice(records)[0])[0]
            )
        elif way < 0.4:
            struct.pack_into(
                "<H", content, start + 2, rng.choice([0, length // 2, length + 1, 8224, 2**16 - 1])
            )
        elif length:
            content[start + 4 + rng.randrange(length)] = rng.choice([0, 1, 127, 255, rng.randrange(256)])
    return bytes(content)


def _words(start: int, end: int, step: int) -> Callable[[bytes, Random], bytes]:
    """Return what makes numbers of four bytes in a part of a file extreme: counts, offsets and lengths of its header."""

    def change(raw: bytes, rng: Random) -> bytes:
        content = bytearray(raw)
        last = min(end, len(content)) - 4
        for _ in range(rng.choice([1, 1, 2, 4])):
            if last >= start:
                place = start + rng.randrange((last - start) // step + 1) * step
                struct.pack_into(
                    "<I", content, place, rng.choice([*EXTREMES, len(content), len(content) // 2])
                )
        return bytes(content)

    return change


def _raster(raw: bytes, rng: Random) -> bytes:
    """Change kinds, counts or values of the entries of a GeoTIFF's directory."""
    content = bytearray(raw)
    start = struct.unpack_from("<I", content, 4)[0]
    for _ in range(rng.choice([1, 1, 2])):
        entry = start + 2 + 12 * rng.randrange(struct.unpack_from("<H", content, start)[0])
        way = rng.random()
        if way < 0.2:
            struct.pack_into("<H", content, entry + 2, rng.choice([0, 1, 3, 4, 5, 12, 13, 16, 99]))
        elif way < 0.5:
            struct.pack_into("<I", content, entry + 4, rng.choice(EXTREMES))
        else:
            struct.pack_into("<I", content, entry + 8, rng.choice(EXTREMES))
    return bytes(content)


_XML, _PLAIN = _tokens(_TOKEN), _tokens(_WORD)
_WAYS: dict[str, Callable[[bytes, Random], bytes]] = {
    ".geojson": _json,
    ".json": _json,
    ".kml": _XML,
    ".gml": _XML,
    ".xml": _XML,
    ".rels": _XML,
    ".gpkg": _database,
    ".zip": _archive,
    ".xlsx": _archive,
    ".kmz": _archive,
    ".shp": _shapefile,
    ".parquet": _parquet,
    ".csv": _PLAIN,
    ".txt": _PLAIN,
    ".mif": _PLAIN,
    ".mid": _PLAIN,
    ".tab": _PLAIN,
    ".dxf": _PLAIN,
    ".prj": _PLAIN,
    ".toml": _PLAIN,
    ".xls": _old_workbook,
    ".tif": _raster,
    ".gdbtable": _words(0, 4096, 1),
    ".gdbtablx": _words(0, 1 << 20, 4),
    ".dbf": _words(0, 200, 1),
    ".shx": _words(24, 1 << 20, 4),
}
