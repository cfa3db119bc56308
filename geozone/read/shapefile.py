"""Shapefiles: companions that are missing, damaged or untrue, records that are broken or cut off."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geozone.errors import InputError
from geozone.messages import text
from geozone.model import Severity
from geozone.read.bulk import BULK_ERRORS, is_missing, read_bulk, reason_of
from geozone.read.dbf import Table, place_table, read_table, tell_table
from geozone.read.door.content import bytes_of, opened
from geozone.read.door.mapping import mapped
from geozone.read.encoding import LANGUAGE_BYTES, codec
from geozone.read.notes import Notes
from geozone.read.recode import RAW, given_codec, is_utf8, recode
from geozone.read.salvage import fill_geometries, report_broken
from geozone.read.source import Source, companion, link
from geozone.read.stated import crs_beside, parse_crs, prj_text
from geozone.read.system_conflicts import systems_beside, tell_other_systems

_HEADER = 100
_MAGIC = b"\x00\x00\x27\x0a"
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records of a .shp lie; a record that is not whole is not sound."""

    offset: Integers  # of the record header, in bytes
    size: Integers  # of the content, in bytes
    sound: npt.NDArray[np.bool_]
    null: npt.NDArray[np.bool_]
    restored: bool  # the index was rebuilt from the .shp
    cut: bool  # the file ends inside a record


def read_shapefile(source: Source, encoding: str | None, notes: Notes) -> gpd.GeoDataFrame:
    """Return a shapefile as it is, without the records that are broken; those are found and named.

    Raises
    ------
    InputError
        If the .shp itself cannot be read.
    """
    given = given_codec(encoding, source.shown)
    if source.layer is not None and source.layer != source.path.stem:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=source.path.stem
        )
    table = read_table(companion(source.path, ".dbf"))
    records = _records(source, table, notes)
    view = _view(source, records, table)
    data, read_as = _read_text(view, table, source)
    data = _drop_broken(data, view, records, notes)
    _tell_holes_alone(data, notes)
    if not len(data) and (len(records.sound) or records.cut):
        count = max(len(records.sound), table.stated if table and table.sound else 0)
        raise InputError("read.all_broken", path=source.shown, count=count, reason=text("read.fault_record"))
    if table is None:
        data = data[[data.geometry.name]]
        notes.find("dbf_missing", Severity.WARNING)
    elif not table.sound:
        data = data[[data.geometry.name]]
        notes.find("dbf_damaged", Severity.WARNING)
    else:
        tell_table(table, len(records.offset), notes, cut=records.cut)
        data = recode(data, _declared(source, table, notes), given, notes, read_as=read_as)
    return _with_prj(data, source, notes)


def is_plain(path: Path) -> bool:
    """Tell whether GDAL reads all of a shapefile as it is: nothing is damaged, cut off or missing."""
    size = path.stat().st_size
    index = companion(path, ".shx")
    with opened(path) as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC) or index is None:
        return False
    located = _from_index(index, size)
    if located is None or 2 * struct.unpack_from(">i", header, 24)[0] != size:
        return False
    sound, _ = _examine(mapped(path), *located)
    table = read_table(companion(path, ".dbf"))
    whole = table is not None and table.sound and not table.mended and table.stated == len(sound)
    return bool(whole and table is not None and table.there >= table.stated and sound.all())


def _read_text(view: Path, table: Table | None, source: Source) -> tuple[gpd.GeoDataFrame, str]:
    """Return the layer with its text as UTF-8 where all of it is, else with one character for every byte."""
    try:
        if table is not None and table.utf8:
            try:
                data = read_bulk(view, None, encoding="UTF-8")
                if is_utf8(data):
                    return data, "utf-8"
            except UnicodeDecodeError:
                pass  # a field name, or text further on
        return read_bulk(view, None, encoding=RAW), "latin-1"
    except BULK_ERRORS as error:
        raise InputError("read.unreadable", path=source.shown, reason=reason_of(error, view)) from error


def _records(source: Source, table: Table | None, notes: Notes) -> Records:
    size = source.path.stat().st_size
    with opened(source.path) as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise InputError("read.shp_header", path=source.shown)
    content = mapped(source.path)
    index = companion(source.path, ".shx")
    located = _from_index(index, size) if index is not None else None
    stated = 2 * struct.unpack_from(">i", header, 24)[0]
    if (
        located is not None
        and _ends_early(*located, min(stated, size))
        and len(_walk(content)[0]) > len(located[0])
    ):
        located = None
    if index is not None and located is None:
        notes.find("shx_damaged", Severity.WARNING)
    if located is None:
        offset, length, cut = _walk(content)
        if index is None:
            notes.find("shx_restored", Severity.NOTE, count=len(offset))
            notes.decide("salvage", "shx", "read.shx_rebuilt", count=len(offset))
        restored = True
    else:
        (offset, length), cut, restored = located, False, False
    sound, null = _examine(content, offset, length)
    if stated > size:
        expected = table.stated if table and table.sound else None
        whole = int(sound.sum())
        cut = True
        notes.find(
            "shp_cut",
            Severity.ERROR,
            stated=stated,
            size=size,
            whole=whole,
            lost="?" if expected is None else max(expected - whole, 0),
        )
        notes.decide("salvage", str(whole), "read.shp_cut_kept", count=whole)
        # what is not there is said once, and not again record by record
        keep = sound | (offset + 8 <= size - 12)
        keep &= offset + 8 + length <= size
        offset, length, sound, null, restored = offset[keep], length[keep], sound[keep], null[keep], True
    elif stated < size:
        notes.find("shp_too_long", Severity.NOTE, stated=stated, size=size)
    return Records(offset, length, sound, null, restored, cut)


def _from_index(index: Path, size: int) -> tuple[Integers, Integers] | None:
    """Return offsets and content lengths from a .shx, or None where it cannot be that of the .shp."""
    raw = bytes_of(index)
    if len(raw) < _HEADER or not raw.startswith(_MAGIC):
        return None
    if 2 * struct.unpack_from(">i", raw, 24)[0] > len(raw):
        return None  # cut off
    count = (len(raw) - _HEADER) // 8
    pairs = np.frombuffer(raw, ">i4", 2 * count, _HEADER).reshape(-1, 2).astype(np.int64) * 2
    offset, length = pairs[:, 0], pairs[:, 1]
    if count and ((offset < 0).any() or (length < 0).any() or (offset >= size).mean() > 0.9):
        return None
    return offset, length


def _ends_early(offset: Integers, length: Integers, end: int) -> bool:
    """Tell whether the records of an index leave room for more behind the last of them."""
    last = int((offset + 8 + length).max()) if len(offset) else _HEADER
    return last + 12 <= end


def _walk(content: npt.NDArray[np.uint8]) -> tuple[Integers, Integers, bool]:
    """Return offsets and content lengths by going from record to record."""
    offsets: list[int] = []
    lengths: list[int] = []
    at, size = _HEADER, len(content)
    while at + 12 <= size:
        number, words = struct.unpack(">ii", content[at : at + 8].tobytes())
        if words < 2 or number < 0 or at + 8 + 2 * words > size:
            following = _next_record(content, at + 8, len(offsets) + 2)
            if following is None:
                return np.array(offsets, np.int64), np.array(lengths, np.int64), True
            offsets.append(at)
            lengths.append(following - at - 8)
            at = following
            continue
        offsets.append(at)
        lengths.append(2 * words)
        at += 8 + 2 * words
    return np.array(offsets, np.int64), np.array(lengths, np.int64), at < size


def _next_record(content: npt.NDArray[np.uint8], start: int, number: int) -> int | None:
    """Return where the record of a number begins, after one whose length is wrong."""
    window = content[start : start + (64 << 20)].tobytes()
    wanted = struct.pack(">i", number)
    found = window.find(wanted)
    while found >= 0:
        at = start + found
        if at % 2 == 0 and at + 12 <= len(content):
            words, kind = struct.unpack(">i", window[found + 4 : found + 8])[0], content[at + 8]
            if (
                words >= 2
                and at + 8 + 2 * words <= len(content)
                and kind in {0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31}
            ):
                return at
        found = window.find(wanted, found + 1)
    return None


def _examine(
    content: npt.NDArray[np.uint8], offset: Integers, length: Integers
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell which records are whole and consistent, and which are null shapes."""
    size = len(content)
    inside = (offset >= _HEADER) & (offset + 8 + length <= size) & (length >= 4)
    kind = _integers(content, offset + 8, inside)
    null = inside & (kind == 0)
    with_parts = np.isin(kind, (3, 5, 13, 15, 23, 25, 31))
    many = np.isin(kind, (8, 18, 28))
    single = np.isin(kind, (1, 11, 21))
    need = np.where(with_parts, 44, np.where(many, 40, np.where(single, 20, 4)))
    whole = inside & (length >= need) & (with_parts | many | single | null)
    parts = _integers(content, offset + 8 + 36, whole & with_parts)
    points = _integers(content, offset + 8 + np.where(with_parts, 40, 36), whole & (with_parts | many))
    whole &= (parts >= 0) & (points >= 0) & (parts <= np.maximum(points, 0))
    whole &= (points < 1 << 28) & (length >= need + 4 * parts + 16 * points)
    return whole, null


def _integers(content: npt.NDArray[np.uint8], at: Integers, where: npt.NDArray[np.bool_]) -> Integers:
    """Return the little-endian integers at some places; 0 where not asked for."""
    values = np.zeros(len(at), np.int64)
    place = at[where, None] + np.arange(4)
    values[where] = np.ascontiguousarray(content[place]).view("<i4").ravel()
    return values


def _view(source: Source, records: Records, table: Table | None) -> Path:
    """Return a folder of links under which GDAL finds the files that can be believed, and only those."""
    folder = source.scratch / "shapefile"
    folder.mkdir()
    main = folder / f"{source.path.stem}.shp"
    link(source.path, main)
    if table is not None and table.sound:
        place_table(table, len(records.offset), main.with_suffix(".dbf"))
    prj = companion(source.path, ".prj")
    words = prj_text(bytes_of(prj, 1 << 16)) if prj is not None else ""
    # GDAL knows neither UTF-16 nor GBK, and one that is cut off stops it; it also knows a form without brackets
    if words and ("[" not in words or parse_crs(words) is not None):
        main.with_suffix(".prj").write_text(words, "utf-8")
    index = companion(source.path, ".shx")
    if index is not None and not records.restored:
        link(index, main.with_suffix(".shx"))
    else:
        with opened(source.path) as stream:
            header = bytearray(stream.read(_HEADER))
        struct.pack_into(">i", header, 24, (_HEADER + 8 * len(records.offset)) // 2)
        pairs = np.column_stack([records.offset, records.size]) // 2
        main.with_suffix(".shx").write_bytes(bytes(header) + pairs.astype(">i4").tobytes())
    return main


def _drop_broken(data: gpd.GeoDataFrame, view: Path, records: Records, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer without the features whose record is broken."""
    data, broken = fill_geometries(data, view, None, notes, encoding=RAW)
    rows = np.asarray(data.index, np.int64)
    known = rows < len(records.sound)
    broken[known] |= ~records.sound[rows[known]]
    broken[known] |= is_missing(data)[known] & ~records.null[rows[known]]
    if not broken.any():
        return data
    report_broken([str(row) for row in rows[broken]], int((~broken).sum()), notes)
    return data[~broken].copy()


def _tell_holes_alone(data: gpd.GeoDataFrame, notes: Notes) -> None:
    """Tell of rings that turn as holes beside shells that turn as such, and lie in none: GDAL makes areas of them.

    A file may have all its rings turned the wrong way, or a feature its only one; that is careless, and no hole.
    """
    geometries = np.asarray(data.geometry.values)
    several = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.MULTIPOLYGON)
    parts, feature = shapely.get_parts(geometries[several], return_index=True)
    turned = np.asarray(shapely.is_ccw(shapely.get_exterior_ring(parts)))
    mixed = np.intersect1d(feature[turned], feature[~turned])
    if len(mixed):
        first = str(data.index[several[mixed[0]]])
        count = int((turned & np.isin(feature, mixed)).sum())
        notes.find("holes_alone", Severity.WARNING, feature=first, count=count)


def _declared(source: Source, table: Table, notes: Notes) -> list[tuple[str, str]]:
    """Return what .cpg and language byte say of the encoding."""
    declared: list[tuple[str, str]] = []
    page = companion(source.path, ".cpg")
    if page is not None:
        words = bytes_of(page, 64).decode("latin-1").strip()
        name = codec(words)
        if name is None:
            notes.find("cpg_unreadable", Severity.WARNING, content=words[:20])
        else:
            declared.append((".cpg", name))
    if table.language in LANGUAGE_BYTES:
        declared.append((f"LDID 0x{table.language:02X}", LANGUAGE_BYTES[table.language]))
    return declared


def _with_prj(data: gpd.GeoDataFrame, source: Source, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer with the CRS of its .prj, where GDAL did not understand that."""
    if data.crs is not None:
        tell_other_systems(data.crs, systems_beside(source.path), notes)
        return data
    found = crs_beside(source.path, notes)
    if found is None:
        return data
    crs, name = found
    if not name.lower().endswith(".prj"):
        notes.decide("crs", crs.name, "read.crs_beside", file=name, crs=crs.name)
    return data.set_crs(crs)
