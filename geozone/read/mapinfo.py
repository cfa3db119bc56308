"""MapInfo TAB and MIF: their Chinese text is in a code page that GDAL cannot always turn to UTF-8."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd

from geozone.errors import InputError
from geozone.read.bulk import BULK_ERRORS, read_bulk, reason_of
from geozone.read.encoding import codec
from geozone.read.notes import Notes
from geozone.read.recode import RAW, given_codec, recode
from geozone.read.salvage import mend_geometries
from geozone.read.source import Source, companion, link

_CHARSET = re.compile(rb'(charset\s+)(")?([\w\-]+)(")?', re.IGNORECASE)
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
    data = mend_geometries(data, view, None, notes, encoding=RAW)
    return recode(data, [("Charset", stated)] if stated else [], given, notes)


def _neutral_view(source: Source, endings: tuple[str, ...]) -> tuple[Path, str]:
    """Return a view of the file that says nothing of its code page, and the page that it said."""
    folder = source.scratch / "mapinfo"
    folder.mkdir()
    main = folder / source.path.name
    raw = source.path.read_bytes()
    head, rest = raw[:4096], raw[4096:]
    named = _CHARSET.search(head)
    main.write_bytes(_CHARSET.sub(rb"\g<1>\g<2>Neutral\g<4>", head) + rest)
    for ending in (*endings, ".ind"):
        beside = companion(source.path, ending)
        if beside is not None:
            link(beside, main.with_suffix(ending))
    return main, named[3].decode("ascii") if named else ""
