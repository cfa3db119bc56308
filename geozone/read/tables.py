"""Tables with coordinates in their cells: CSV and XLSX with WKT, WKB or longitude and latitude."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely

from geozone.errors import InputError
from geozone.read.bulk import quiet
from geozone.read.document import read_document
from geozone.read.notes import Notes
from geozone.read.safety import Limits, in_bytes, small_enough
from geozone.read.salvage import report_broken
from geozone.read.source import Source
from geozone.read.wellknown import is_too_deep, is_too_deep_text

_GEOMETRY_NAMES = {
    "wkt",
    "geom",
    "geometry",
    "the_geom",
    "wkb",
    "wkb_geometry",
    "shape",
    "几何",
    "几何信息",
    "坐标串",
}
_EAST_NAMES = (
    "lon", "lng", "long", "longitude", "经度", "东经", "lon_wgs84", "x_lon", "point_x", "x坐标", "横坐标", "东坐标", "easting", "x",
)  # fmt: skip
_NORTH_NAMES = (
    "lat", "latitude", "纬度", "北纬", "lat_wgs84", "y_lat", "point_y", "y坐标", "纵坐标", "北坐标", "northing", "y",
)  # fmt: skip
_WKT = re.compile(
    r"\s*(SRID=(\d+);)?\s*(POINT|LINESTRING|POLYGON|MULTI\w+|GEOMETRYCOLLECTION|TIN|TRIANGLE|POLYHEDRALSURFACE|LINEARRING)\b",
    re.IGNORECASE,
)
_HEX = re.compile(r"0[01][0-9A-Fa-f]{20,}")
_DMS = re.compile(
    r"\s*([NSEW东西南北]?)[经纬]?\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′'’分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”秒]|''))?\s*([NSEW]?)\s*",
    re.IGNORECASE,
)
_CODE_LIKE = re.compile(r"code|dm$|bsm|代码|编码|编号|标识码", re.IGNORECASE)
_FIELD_LIMIT = 1 << 28  # bytes of one cell: the WKT of a large polygon


def read_csv(source: Source, encoding: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return a delimited text file with coordinates; rows without readable ones are named and left out.

    Raises
    ------
    InputError
        If no column holds coordinates.
    """
    words = read_document(source, encoding, notes, limits)
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter = _delimiter(words)
    try:
        rows = [row for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)) from error
    return _place(rows, source, notes)


def read_xlsx(source: Source, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return the sheet of a workbook that has coordinates; `layer` names the sheet.

    Raises
    ------
    InputError
        If the workbook is damaged or too large, or no sheet, or more than one, has coordinates.
    """
    placed = placed_sheets(source, limits)
    if len(placed) > 1:
        raise InputError("read.several_layers", path=source.shown, choices=", ".join(placed))
    if not placed:
        raise InputError("read.no_coordinates", path=source.shown)
    [(name, rows)] = placed.items()
    notes.decide("layer", name, "read.sheet", name=name)
    return _place(rows, source, notes)


def placed_sheets(source: Source, limits: Limits) -> dict[str, list[list[str]]]:
    """Return the sheets that have coordinates, of those asked for, with their rows of text.

    Raises
    ------
    InputError
        If the workbook is damaged or too large, or has no sheet of the name asked for.
    """
    small_enough(source.path, source.shown, limits)
    sheets = _sheets(source, limits)
    if source.layer is not None and source.layer not in sheets:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=", ".join(sheets)
        )
    chosen = {source.layer: sheets[source.layer]} if source.layer else sheets
    texts = {name: _texts(rows) for name, rows in chosen.items()}
    return {name: rows for name, rows in texts.items() if _has_place(rows)}


def _sheets(source: Source, limits: Limits) -> dict[str, list[list[Any]]]:
    try:
        with zipfile.ZipFile(source.path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)) from error
    if size > limits.text_bytes:
        raise InputError(
            "read.too_large", path=source.shown, size=in_bytes(size), limit=in_bytes(limits.text_bytes)
        )
    try:
        with quiet():
            book = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
            sheets = {
                sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
                for sheet in book.worksheets
            }
            book.close()
    except Exception as error:  # openpyxl raises whatever its parsers raise on damaged workbooks
        raise InputError("read.unreadable", path=source.shown, reason=str(error)[:200]) from error
    return sheets


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    texts = [["" if value is None else str(value).strip() for value in row] for row in rows]
    filled = [row for row in texts if any(row)]
    # a title above the table has one cell; the header is the first row with several
    start = next((place for place, row in enumerate(filled) if sum(map(bool, row)) > 1), 0)
    return filled[start:]


def _delimiter(words: str) -> str:
    header = words.lstrip("\ufeff").split("\n", 1)[0]
    return max((",", "\t", ";", "|"), key=header.count)


def _has_place(rows: list[list[str]]) -> bool:
    return len(rows) > 1 and _columns(_header(rows[0]), rows[1:]) is not None


def _header(row: list[str]) -> list[str]:
    names = [name.lstrip("\ufeff").strip() or f"column_{place + 1}" for place, name in enumerate(row)]
    return [name if names.index(name) == place else f"{name}_{place + 1}" for place, name in enumerate(names)]


def _columns(header: list[str], rows: list[list[str]]) -> tuple[int, ...] | None:
    """Return the column with geometries, or the two with coordinates; None where there are none."""
    plain = [name.casefold().strip() for name in header]
    sample = rows[:200]

    def holds(place: int, pattern: re.Pattern[str]) -> bool:
        values = [row[place] for row in sample if place < len(row) and row[place]]
        return bool(values) and sum(bool(pattern.match(value)) for value in values) * 2 > len(values)

    by_name = [place for place, name in enumerate(plain) if name in _GEOMETRY_NAMES]
    for place in by_name + [place for place in range(len(plain)) if place not in by_name]:
        if holds(place, _WKT) or holds(place, _HEX):
            return (place,)

    def first(names: tuple[str, ...]) -> int | None:
        whole = [plain.index(name) for name in names if name in plain]
        begun = [
            place
            for name in names
            if len(name) > 1
            for place, column in enumerate(plain)
            if column.startswith(name)
        ]
        numeric = [
            place
            for place in whole + begun
            if any(_number(row[place]) is not None for row in sample if place < len(row))
        ]
        return numeric[0] if numeric else None

    east, north = first(_EAST_NAMES), first(_NORTH_NAMES)
    return (east, north) if east is not None and north is not None and east != north else None


def _place(rows: list[list[str]], source: Source, notes: Notes) -> gpd.GeoDataFrame:
    if not rows:
        raise InputError("read.empty_file", path=source.shown)
    header = _header(rows[0])
    body = [row + [""] * (len(header) - len(row)) for row in rows[1:]]
    columns = _columns(header, body)
    if columns is None:
        raise InputError("read.no_coordinates", path=source.shown)
    used = ", ".join(header[place] for place in columns)
    notes.decide("coordinates", used, "read.coordinate_columns", columns=used)
    broken: list[str] = []
    geometries: list[Any] = []
    srids: set[int] = set()
    for number, row in enumerate(body):
        geometry = (
            _parse(row[columns[0]], srids) if len(columns) == 1 else _point(row[columns[0]], row[columns[1]])
        )
        geometries.append(geometry)
        if geometry is None and any(row[place] for place in columns):
            broken.append(str(number))
    keep = [str(number) not in set(broken) for number in range(len(body))] if broken else [True] * len(body)
    report_broken(broken, sum(keep), notes)
    if broken and not any(keep):
        raise InputError("read.all_broken", path=source.shown, count=len(broken), reason=used)
    table = pd.DataFrame([row[: len(header)] for row in body], columns=header)
    table = table.drop(columns=[header[columns[0]]]) if len(columns) == 1 else table
    table = table.apply(_typed)
    name = "geometry" if "geometry" not in table.columns else "geometry_"
    data = gpd.GeoDataFrame(table.assign(**{name: gpd.GeoSeries(geometries)}), geometry=name)
    if len(srids) == 1:
        data = data.set_crs(srids.pop())
    return data[np.array(keep, bool)].copy() if broken else data


def _typed(column: pd.Series) -> pd.Series:
    """Return a column as numbers where all its values are; codes and values with leading zeros stay text."""
    values = column.replace("", None)
    texts = values.dropna().astype(str)
    if not len(texts) or _CODE_LIKE.search(str(column.name)) or texts.str.match(r"[+-]?0\d").any():
        return values.astype("str")
    numbers = pd.to_numeric(values, errors="coerce")
    return numbers if numbers.notna().sum() == len(texts) else values.astype("str")


def _parse(words: str, srids: set[int]) -> Any:
    match = _WKT.match(words)
    if match and match[2]:
        srids.add(int(match[2]))
        words = words[match.end(1) :]
    words = re.sub(r"\b(TIN|POLYHEDRALSURFACE)\b", "MULTIPOLYGON", words, flags=re.IGNORECASE)
    words = re.sub(r"\bTRIANGLE\b", "POLYGON", words, flags=re.IGNORECASE)
    try:
        if is_too_deep_text(words) or (_HEX.match(words) and is_too_deep(bytes.fromhex(words.strip()))):
            return None
        geometry = shapely.from_wkb(words.strip()) if _HEX.match(words) else shapely.from_wkt(words)
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None
    return geometry if np.isfinite(shapely.get_coordinates(geometry)).all() else None


def _point(east: str, north: str) -> Any:
    x, y = _number(east), _number(north)
    return None if x is None or y is None else shapely.Point(x, y)


def _number(words: str) -> float | None:
    """Return a number, or an angle in degrees, minutes and seconds as degrees."""
    try:
        value = float(words.replace(",", "") if words.count(",") and "." in words else words)
    except ValueError:
        match = _DMS.fullmatch(words)
        if match is None:
            return None
        before, degrees, minutes, seconds, after = match.groups()
        value = float(degrees) + float(minutes or 0) / 60.0 + float(seconds or 0) / 3600.0
        return -value if {before.upper(), after.upper()} & {"S", "W", "南", "西"} else value
    return value if np.isfinite(value) else None
