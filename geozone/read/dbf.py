"""The table of a shapefile: its header held against its fields and its size, and set right where these agree.

GDAL believes the header. One that is wrong shifts all attributes, and rows that are missing take their shapes with them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geozone.model import Severity
from geozone.read.door.content import opened
from geozone.read.door.mapping import mapped
from geozone.read.encoding import score
from geozone.read.notes import Notes
from geozone.read.source import link

_BACKLINK = 263  # bytes that Visual FoxPro has after the fields
_FIELD = 32
_TYPES = frozenset(b"CNFLDTMIBGOYVWQP@+0")
_LOOKED_AT = 1 << 18  # bytes
_MARKS = 50  # rows whose deletion mark is looked at


@dataclass(frozen=True, slots=True)
class Table:
    """A .dbf as its fields and its size have it."""

    path: Path
    stated: int  # rows that the header states
    there: int  # rows that the file has room for
    header: int  # bytes before the first row
    record: int  # bytes of a row
    language: int
    sound: bool  # the attributes can be read
    mended: bool  # header or record length were wrong and could be set right
    deleted: int
    utf8: bool  # the first part of it is UTF-8

    def rows(self, shapes: int) -> int:
        """Return how many rows count: those stated, and more where there are more shapes."""
        return min(self.there, max(self.stated, shapes))


def read_table(path: Path | None) -> Table | None:
    """Return what is known of a .dbf, or None where there is none."""
    if path is None:
        return None
    size = path.stat().st_size
    with opened(path) as stream:
        raw = stream.read(_LOOKED_AT)
    if len(raw) < 33:
        return Table(path, 0, 0, 0, 0, 0, sound=False, mended=False, deleted=0, utf8=False)
    count, stated_header, stated_record = struct.unpack_from("<IHH", raw, 4)
    lengths = _lengths(raw, count, stated_header, stated_record, size)
    if lengths is None:
        return Table(path, count, 0, 0, 0, raw[29], sound=False, mended=False, deleted=0, utf8=False)
    header, record = lengths
    there = max((size - header) // record, 0)
    here = min(count, there)
    marks = mapped(path, header, (here, record))[:, 0] if here else np.empty(0)
    return Table(
        path,
        count,
        there,
        header,
        record,
        raw[29],
        sound=True,
        mended=lengths != (stated_header, stated_record),
        deleted=int((marks == 0x2A).sum()),
        utf8=score([raw[header:]], "utf-8")[0] <= 1,
    )


def place_table(table: Table, shapes: int, place: Path) -> None:
    """Put a table where GDAL finds it: the file itself, or a copy with a true header and a row for every shape."""
    there = table.rows(shapes)
    if not table.mended and table.stated == there >= shapes:
        link(table.path, place)
        return
    rows = max(there, shapes)
    with opened(table.path) as stream, place.open("wb") as out:
        header = bytearray(stream.read(table.header))
        struct.pack_into("<IHH", header, 4, rows, table.header, table.record)
        out.write(header)
        left = there * table.record
        while left and (block := stream.read(min(left, 1 << 20))):
            out.write(block)
            left -= len(block)
        for _ in range(rows - there):
            out.write(b" " * table.record)


def tell_table(table: Table, shapes: int, notes: Notes, *, cut: bool) -> None:
    """Say what is wrong with a table; `cut` tells that the .shp itself lacks shapes, which is said elsewhere."""
    if table.deleted:
        notes.find("records_deleted", Severity.NOTE, count=table.deleted)
    if table.mended:
        notes.find("dbf_header", Severity.WARNING)
    rows = table.rows(shapes)
    if rows < shapes:
        notes.find("dbf_cut", Severity.WARNING, shapes=shapes, rows=rows, lost=shapes - rows)
    elif table.stated != shapes and not cut:
        notes.find("counts_differ", Severity.WARNING, shapes=shapes, rows=table.stated)


def _lengths(raw: bytes, count: int, header: int, record: int, size: int) -> tuple[int, int] | None:
    """Return the lengths of header and row that fields and size agree on, or None."""
    widths: list[int] = []
    at = _FIELD
    while at + _FIELD <= len(raw) and raw[at] != 0x0D:
        if raw[at + 11] not in _TYPES:
            return None
        widths.append(raw[at + 16])
        at += _FIELD
    if not widths or at >= len(raw) or raw[at] != 0x0D:
        return None
    true_record = 1 + sum(widths)

    headers = (header, at + 1, at + 2, at + 1 + _BACKLINK)
    for one in headers:
        if one > at and size - one - count * true_record in {0, 1} and _marked(raw, one, true_record):
            return one, true_record
    # cut off, or with something behind its rows: the lengths stand where they are the usual ones
    if record == true_record and header in headers[1:] and _marked(raw, header, record):
        return header, record
    return None


def _marked(raw: bytes, header: int, record: int) -> bool:
    """Tell whether rows, but for a few, begin with a deletion mark where these lengths put them."""
    marks = [raw[at] in b" *" for at in range(header, min(len(raw) - 1, header + _MARKS * record), record)]
    return sum(marks) >= 0.8 * len(marks)
