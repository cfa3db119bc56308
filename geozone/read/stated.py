"""Where a coordinate reference system is stated: in words of many kinds, and in files beside the data."""

from __future__ import annotations

import codecs
import html
import json
import mmap
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.door.content import bytes_of, opened
from geozone.read.fit import fit
from geozone.read.formats import Format
from geozone.read.inference import Extent
from geozone.read.notes import Notes
from geozone.read.shift_files import names_a_file
from geozone.read.source import Source, companion

_LONGEST = 1 << 16  # bytes of a .prj that are looked at
_CODE = re.compile(r"EPSG(?:\.xml#|/[\d.]+/|[\s:_/#]+(?:[\d.]*:)?)(\d{4,6})\s*$", re.IGNORECASE)
_BESIDE = (".prj", ".qpj")
_IN_METADATA = re.compile(r"<(?:authid|WKT|projcsn|geogcsn)\b[^>]*>\s*([^<]+?)\s*<", re.IGNORECASE)
_LONGEST_METADATA = 1 << 22  # bytes of a description that are looked at
_OF_FOLDER = "esri_cad.prj"  # states the CRS of all drawings of a folder
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# formats that state nothing themselves, or may state nothing
_MAY_BE_BESIDE = {Format.DXF, Format.CSV, Format.XLSX, Format.PARCELS, Format.TAB, Format.MIF, Format.GML}
_STRING = rb'"[^"\\{}]*"'
_MEMBERS = rb"(?:\s*" + _STRING + rb"\s*:\s*(?:" + _STRING + rb"|-?\d+)\s*,?)*\s*"
# what no attribute looks like: {"type": "name", "properties": {"name": "EPSG:4490"}}
_CRS_OBJECT = re.compile(
    rb'"crs"\s*:\s*(\{' + _MEMBERS + rb'"properties"\s*:\s*\{' + _MEMBERS + rb"\}\s*,?" + _MEMBERS + rb"\})"
)

# what software writes where no CRS is known
_UNDEFINED = re.compile(r"undefined (geographic|cartesian)|unspecified", re.IGNORECASE)
_UNNAMED = re.compile(
    r"undefined|unknown|unnamed", re.IGNORECASE
)  # where it is neither geographic nor projected


def prj_text(raw: bytes) -> str:
    """Return the text of a .prj, which may be UTF-8, UTF-16 or GBK."""
    if raw.startswith(_MARKS[0]):
        words = raw.decode("utf-8-sig", "replace")
    elif raw.startswith(_MARKS[1:]):
        words = raw.decode("utf-16", "replace")
    elif raw[1:64:2].count(0) > raw[:64:2].count(0) + 8:
        words = raw.decode("utf-16-le", "replace")
    elif raw[:64:2].count(0) > raw[1:64:2].count(0) + 8:
        words = raw.decode("utf-16-be", "replace")
    else:
        try:
            words = raw.decode("utf-8")
        except UnicodeDecodeError:
            words = raw.decode("gb18030", "replace")
    words = words.strip("\ufeff\x00 \r\n\t")
    return words.replace("'", '"') if "[" in words and '"' not in words else words


def parse_crs(stated: Any) -> pyproj.CRS | None:
    """Return the CRS that words, a number or a PROJJSON object state, or None where they state none that is known."""
    if isinstance(stated, str):
        stated = stated.strip()
        code = _CODE.search(stated)
        if stated.isdigit() or code:
            stated = int(code[1]) if code else int(stated)
        elif stated.upper() in {"CRS84", "OGC:CRS84"}:
            stated = "OGC:CRS84"
    if stated is None or stated == "" or (isinstance(stated, str | dict) and names_a_file(stated)):
        return None
    try:
        return (_parsed if isinstance(stated, str | int) else _sound)(stated)
    except (CRSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=64)
def _parsed(stated: str | int) -> pyproj.CRS:
    """Return the CRS of words or a number, which several readers ask for in turn."""
    return _sound(stated)


def _sound(stated: Any) -> pyproj.CRS:
    """Return a CRS that can be made again from what it says of itself; one that lacks a part cannot, and is an error."""
    crs = pyproj.CRS.from_user_input(stated)
    pyproj.CRS.from_wkt(crs.to_wkt())
    return crs


def is_undefined(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS is only a placeholder of software that knows none."""
    of_earth = crs.is_geographic or crs.is_projected
    return bool((_UNDEFINED if of_earth else _UNNAMED).match(crs.name))


def crs_objects(path: Path) -> list[Any]:
    """Return the CRS objects of a GeoJSON file, wherever they stand in it; each of several alike once."""
    if not path.stat().st_size:
        return []
    with opened(path) as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = {match[1] for match in _CRS_OBJECT.finditer(content)}
    return [json.loads(one.decode("utf-8", "replace")) for one in sorted(found)]


def crs_of_objects(stated: list[Any], path: Path | str, notes: Notes) -> pyproj.CRS | None:
    """Return the CRS that all CRS objects, names or numbers of a file state, or None where there is none that is known.

    Raises
    ------
    InputError
        If they name several.
    """
    names = list(dict.fromkeys(str(name) for one in stated if (name := _said(one)) is not None))
    known = {name: crs for name in names if (crs := parse_crs(name)) is not None}
    first = next(iter(known.values()), None)
    if any(crs != first for crs in known.values()):
        raise InputError("read.crs_stated_several", path=path, choices=", ".join(names[:10]))
    for name in names:
        if name not in known:
            notes.find("prj_unreadable", Severity.WARNING, content=name[:40])
    return first


def _said(stated: Any) -> Any:
    """Return what a CRS object says: a name, a code or an address."""
    if not isinstance(stated, dict):
        return stated or None
    properties = stated.get("properties")
    members = {**stated, **properties} if isinstance(properties, dict) else stated
    return next((members[key] for key in ("name", "code", "href") if members.get(key)), properties)


def crs_beside(path: Path, notes: Notes, *, drawing: bool = False) -> tuple[pyproj.CRS, str] | None:
    """Return the CRS that a file beside another states, and the name of that file.

    Parameters
    ----------
    path
        The data file.
    notes
        Takes a finding for each statement that cannot be parsed.
    drawing
        Whether a statement for all drawings of the folder holds for it.
    """
    files = [companion(path, ending) for ending in _BESIDE]
    if drawing:
        files.append(companion(path.with_name(_OF_FOLDER), ".prj"))
    for file in files:
        if file is None:
            continue
        words = prj_text(bytes_of(file, _LONGEST))
        crs = parse_crs(words)
        if crs is not None:
            return crs, file.name
        if words:
            notes.find("prj_unreadable", Severity.WARNING, content=words[:40])
    return in_metadata(path)


def in_metadata(path: Path) -> tuple[pyproj.CRS, str] | None:
    """Return the CRS that a description beside a file has, and the name of that."""
    described = companion(path, ".qmd"), path.with_name(f"{path.name}.xml")
    for file in described:
        if file is None or not file.is_file():
            continue
        words = prj_text(bytes_of(file, _LONGEST_METADATA))
        # ArcGIS escapes what stands in it twice
        for match in _IN_METADATA.finditer(html.unescape(html.unescape(words))):
            crs = parse_crs(match[1])
            if crs is not None and (crs.is_geographic or crs.is_projected):
                return crs, file.name
    return None


def with_crs_beside(data: gpd.GeoDataFrame, source: Source, notes: Notes) -> gpd.GeoDataFrame:
    """Return a layer that states no CRS with the one that a .prj beside its file states."""
    if data.crs is not None or source.format not in _MAY_BE_BESIDE:
        return data
    found = crs_beside(source.path, notes, drawing=source.format is Format.DXF)
    if found is None:
        return data
    crs, name = found
    # beside a shapefile of the same name, the .prj is that of the shapefile, and may be that of the other file as well
    extent = Extent.of(np.asarray(data.geometry.values, dtype=object))
    if companion(source.path, ".shp") is not None and not fit(crs, extent).as_stated:
        return data
    notes.decide("crs", crs.name, "read.crs_beside", file=name, crs=crs.name)
    return data.set_crs(crs)
