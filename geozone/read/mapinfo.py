"""MapInfo TAB and MIF: their Chinese text is in a code page that GDAL cannot always turn to UTF-8."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import geopandas as gpd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import BULK_ERRORS, LEFT_OFF, read_bulk, reason_of
from geozone.read.door.content import bytes_of
from geozone.read.encoding import codec
from geozone.read.notes import Notes
from geozone.read.recode import RAW, given_codec, recode
from geozone.read.salvage import mend_geometries
from geozone.read.source import Source, companion, link

_CHARSET = re.compile(rb'(charset\s+)(")?([\w\-]+)(")?', re.IGNORECASE)
_OBJECT = re.compile(
    rb"^[ \t]*(?:none|point|line|pline|region|arc|text|rect|roundrect|ellipse|multipoint)\b",
    re.IGNORECASE | re.MULTILINE,
)
_DATA = re.compile(rb"^[ \t]*data[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_AFFINE = re.compile(rb"^[ \t]*coordsys\b[^\r\n]*\baffine\b", re.IGNORECASE | re.MULTILINE)
_MAP_VERSION, _MAP_AFFINE = (
    0x104,
    0x200,
)  # in a .map; the six numbers stand 8 bytes behind, from version 500 on
_WITH_AFFINE = 500
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_COLLECTION = re.compile(rb"^[ \t]*collection\b", re.IGNORECASE | re.MULTILINE)
_PAGES = {
    "windowssimpchinese": "gb18030", "windowstradchinese": "cp950", "windowslatin1": "cp1252", "utf-8": "utf-8",
    "windowscyrillic": "cp1251", "windowsjapanese": "cp932", "windowskorean": "cp949",
}  # fmt: skip


def read_mapinfo(source: Source, encoding: str | None, notes: Notes) -> gpd.GeoDataFrame:
    """Return a TAB or MIF file with its text decoded.

    Raises
    ------
    InputError
        If a companion is missing or the file cannot be read.
    """
    given = given_codec(encoding, source.shown)
    if source.layer is not None and source.layer != source.path.stem:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=source.path.stem
        )
    endings = (".dat", ".map", ".id") if source.path.suffix.lower() == ".tab" else (".mid",)
    missing = [ending for ending in endings if companion(source.path, ending) is None]
    if missing:
        raise InputError("read.companions_missing", path=source.shown, endings=", ".join(missing))
    view, page = _neutral_view(source, endings)
    stated = _PAGES.get(page.lower(), codec(page))
    try:
        data = read_bulk(view, None, encoding=RAW, use_arrow=False)
    except (*BULK_ERRORS, UnicodeDecodeError) as error:
        raise InputError("read.unreadable", path=source.shown, reason=reason_of(error, view)) from error
    _tell_counts(data, view, notes)
    if _has_affine(view):
        notes.find("affine_ignored", Severity.ERROR)
    data = mend_geometries(data, view, None, notes, encoding=RAW)
    return recode(data, [("Charset", stated)] if stated else [], given, notes)


def _has_affine(view: Path) -> bool:
    """Tell whether the CRS of a file goes with an affine transformation, which GDAL does not undo."""
    if view.suffix.lower() == ".mif":
        return _AFFINE.search(_DATA.split(bytes_of(view), maxsplit=1)[0]) is not None
    header = bytes_of(view.with_suffix(".map"), _MAP_AFFINE + 8 + 48)
    if len(header) < _MAP_AFFINE + 8 + 48 or not header[_MAP_AFFINE]:
        return False
    version = struct.unpack_from("<h", header, _MAP_VERSION)[0]
    return version >= _WITH_AFFINE and struct.unpack_from("<6d", header, _MAP_AFFINE + 8) != _IDENTITY


def _tell_counts(data: gpd.GeoDataFrame, view: Path, notes: Notes) -> None:
    """Hold what was read against the count of a .tab, or against the rows and objects of a .mif."""
    stated = int(data.attrs.pop(LEFT_OFF, 0))
    if view.suffix.lower() == ".mif":
        body = _DATA.split(bytes_of(view), maxsplit=1)[-1]
        objects = 0 if _COLLECTION.search(body) else len(_OBJECT.findall(body))
        stated = max(stated, _rows(view.with_suffix(".mid")), objects)
    if stated > len(data):
        notes.find("file_damaged", Severity.ERROR, stated=stated, read=len(data))


def _rows(table: Path) -> int:
    """Return the number of rows of a .mid; a text in quotes may hold line ends."""
    rows, quotes = 0, 0
    for line in bytes_of(table).splitlines():
        quotes += line.count(b'"')
        rows += int(quotes % 2 == 0 and bool(line.strip(b" \x1a")))
    return rows


def _neutral_view(source: Source, endings: tuple[str, ...]) -> tuple[Path, str]:
    """Return a view of the file that says nothing of its code page, and the page that it said."""
    folder = source.scratch / "mapinfo"
    folder.mkdir()
    main = folder / source.path.name
    raw = bytes_of(source.path)
    head, rest = raw[:4096], raw[4096:]
    named = _CHARSET.search(head)
    main.write_bytes(_CHARSET.sub(rb"\g<1>\g<2>Neutral\g<4>", head) + rest)
    for ending in (*endings, ".ind"):
        beside = companion(source.path, ending)
        if beside is not None:
            link(beside, main.with_suffix(ending))
    return main, named[3].decode("ascii") if named else ""
