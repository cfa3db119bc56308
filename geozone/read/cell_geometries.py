"""From the cells of a table to geometries: rows whose cells say no place are named and left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.columns import GEOJSON, HEX, WKT, Columns, Pair, commas_of, side
from geozone.read.coordinates import read_pair, unpacked
from geozone.read.datum import is_shifted
from geozone.read.geodetic import datum_of
from geozone.read.notes import Notes
from geozone.read.salvage import patch_surfaces, report_broken
from geozone.read.source import Source
from geozone.read.stated import crs_of_objects, parse_crs
from geozone.read.wellknown import is_too_deep, is_too_deep_text, says_less

Rows = Sequence[Sequence[str]]

_MISSING = {"", "-", "--", "/", "\\", "null", "none", "nan", "n/a", "na", "#n/a", "无", "空", "缺", "—", "——"}
_PACKED = re.compile(r"\d{1,3}\.\d{4,}")  # 117.1230 may be 117°12′30″
_PLAIN = re.compile(r"-?\d+(?:\.\d*)?")
_SCIENTIFIC = re.compile(r"[-+]?\d(?:[.,](\d*))?E\+?(\d+)", re.IGNORECASE)
_FEW = 5  # rows from which on such numbers are no accident
_MOST = 0.98  # of the rows must agree


@dataclass
class _Found:
    """The geometries of a table, the rows that have none to be read, and what else their cells say."""

    geometries: list[Any] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    srids: list[int] = field(default_factory=list)
    turned: int = 0  # rows whose letters say that the columns are in the other order


def geometries_of(
    body: Rows, header: Sequence[str], columns: Columns, source: Source, notes: Notes
) -> tuple[gpd.GeoSeries, np.ndarray, str | None]:
    """Return the geometry of every row, which rows can be read, and what the headings say of a shifted or older system.

    Raises
    ------
    InputError
        If no row can be read, or geometries of several systems stand in one column.
    """
    used = ", ".join(header[place] for place in columns.places)
    notes.decide("coordinates", used, "read.coordinate_columns", columns=used)
    if columns.others:
        others = "; ".join(
            ", ".join(header[place] for place in pair.east + pair.north) for pair in columns.others
        )
        notes.decide("coordinates", others, "read.coordinate_columns_passed", columns=used, others=others)
    if columns.single:
        single = ", ".join(header[place] for place in columns.single)
        notes.find("columns_single", Severity.WARNING, columns=used, single=single)
    pair = columns.pair
    found = _of_cells(body, columns) if pair is None else _of_pair(body, pair, used, notes)
    keep = np.ones(len(body), dtype=bool)
    keep[found.broken] = False
    report_broken([str(row) for row in found.broken], int(keep.sum()), notes)
    if found.broken and not keep.any():
        raise InputError("read.all_broken", path=source.shown, count=len(found.broken), reason=used)
    notes.find_each("ring_closed", Severity.WARNING, [str(row) for row in found.closed])
    for row in found.closed:
        notes.change(str(row), "ring_closed")
    if found.turned:
        notes.find("columns_turned", Severity.WARNING, columns=used, count=found.turned)
    series = gpd.GeoSeries(found.geometries, dtype="geometry")
    series = series.set_crs(crs_of_objects(sorted(set(found.srids)), source.shown, notes))
    system = pair.system if pair is not None else columns.headed
    if system is None or is_shifted(system):
        return series, keep, system
    if columns.both is not None or (pair is not None and pair.kind == "angle"):
        return series.set_crs(system, allow_override=True), keep, None
    stated = parse_crs(system)
    return series, keep, system if stated is not None and datum_of(stated).has_no_parameters else None


def _of_pair(body: Rows, pair: Pair, used: str, notes: Notes) -> _Found:
    comma = commas_of(body, pair)
    if comma:
        notes.decide("numbers", ",", "read.decimal_comma", columns=used)
    rounded = [number for number, row in enumerate(body) if _is_rounded(row, pair)]
    notes.find_each("coordinates_rounded", Severity.WARNING, [str(number) for number in rounded])
    found = _Found()
    values: list[tuple[float | None, float | None]] = []
    for row in body:
        (x, of_x), (y, of_y) = (side(row, places, decimal_comma=comma) for places in (pair.east, pair.north))
        if of_x == "y" and of_y == "x":
            x, y, found.turned = y, x, found.turned + 1
        elif of_x == "y" or of_y == "x":
            x = y = None
        values.append((x, y))
    if pair.packed:
        values = [_of_packed(row, pair, value) for row, value in zip(body, values, strict=True)]
        notes.decide("numbers", "ddd.mmss", "read.angles_packed", columns=used)
        notes.find("angles_packed", Severity.WARNING, columns=used)
    elif pair.kind == "angle":
        values = _unpacked(values, used, notes)
        if len(pair.east) == 1:
            _suspect_packed(body, pair, used, notes)
    whole = np.array([x is not None and y is not None for x, y in values], dtype=bool)
    points = np.full(len(body), None, dtype=object)
    if whole.any():
        points[whole] = shapely.points([value for value, known in zip(values, whole, strict=True) if known])
    found.geometries = list(points)
    found.broken = [
        row
        for row in np.flatnonzero(~whole).tolist()
        if not all(_is_missing(body[row], places) for places in (pair.east, pair.north))
    ]
    return found


def _of_cells(body: Rows, columns: Columns) -> _Found:
    [place] = columns.places
    found = _Found()
    for number, row in enumerate(body):
        cell = row[place] if place < len(row) else ""
        if columns.both is not None:
            both = read_pair(cell)
            geometry, closed = (None if both is None else shapely.Point(both)), False
        else:
            geometry, closed = parse_geometry(cell, found.srids)
        found.geometries.append(geometry)
        if geometry is None and not _is_missing(row, (place,)):
            found.broken.append(number)
        elif closed:
            found.closed.append(number)
    return found


def parse_geometry(words: str, srids: list[int]) -> tuple[Any, bool]:
    """Return the geometry that a text holds, or None, and whether a ring of it was open; an SRID in it is noted."""
    try:
        if HEX.match(words):
            geometry, closed = geometry_of_bytes(bytes.fromhex(words.strip()))
        elif GEOJSON.match(words):
            geometry, closed = shapely.from_geojson(words), False
        else:
            geometry, closed = _from_text(words, srids)
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError, RecursionError, OverflowError):
        return None, False
    if geometry is None or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None, False
    if srid := int(shapely.get_srid(geometry)):
        srids.append(srid)
    return geometry, closed


def _from_text(words: str, srids: list[int]) -> tuple[Any, bool]:
    match = WKT.match(words)
    if match and match[2]:
        srids += [int(match[2])] if int(match[2]) else []
        words = words[match.end(1) :]
    if is_too_deep_text(words):
        return None, False
    words = re.sub(r"\b(TIN|POLYHEDRALSURFACE)\b", "MULTIPOLYGON", words, flags=re.IGNORECASE)
    words = re.sub(r"\bTRIANGLE\b", "POLYGON", words, flags=re.IGNORECASE)
    geometry = shapely.from_wkt(words, on_invalid="ignore")
    if geometry is not None:
        return geometry, False
    return shapely.from_wkt(words, on_invalid="fix"), True


def geometry_of_bytes(raw: bytes) -> tuple[Any, bool]:
    """Return the geometry of well-known binary, and whether a ring of it was open; None where it is none.

    Triangulated surfaces become the polygons of their triangles.

    Raises
    ------
    IndexError, ValueError, RecursionError, OverflowError
        If the bytes are no geometry at all.
    """
    if is_too_deep(raw) or says_less(raw):
        return None, False
    geometry = shapely.from_wkb(raw, on_invalid="ignore")
    if geometry is None:
        geometry = shapely.from_wkb(patch_surfaces(raw), on_invalid="ignore")
    return (geometry, False) if geometry is not None else (shapely.from_wkb(raw, on_invalid="fix"), True)


def _unpacked(
    values: list[tuple[float | None, float | None]], used: str, notes: Notes
) -> list[tuple[float | None, float | None]]:
    """Return angles that are packed into numbers, 1171230 for 117°12′30″, in degrees; others as they are."""
    known = [(x, y) for x, y in values if x is not None and y is not None]
    packed = [
        abs(x) > 360.0 and abs(y) > 90.0 and unpacked(x) is not None and unpacked(y) is not None
        for x, y in known
    ]
    if not known or np.mean(packed) < _MOST:
        return values
    notes.decide("numbers", "dddmmss", "read.angles_packed", columns=used)
    notes.find("angles_packed", Severity.WARNING, columns=used)
    return [(None if x is None else unpacked(x), None if y is None else unpacked(y)) for x, y in values]


def _of_packed(
    row: Sequence[str], pair: Pair, values: tuple[float | None, float | None]
) -> tuple[float | None, float | None]:
    """Return angles whose minutes and seconds stand behind the point, 117.1230 for 117°12′30″, in degrees; written ones as they are."""
    found = []
    for value, [place] in zip(values, (pair.east, pair.north), strict=True):
        is_packed = value is not None and _PLAIN.fullmatch(row[place].strip())
        found.append(
            unpacked(value if abs(value) > 360.0 else round(value * 1e4, 6))
            if value is not None and is_packed
            else value
        )
    return found[0], found[1]


def _suspect_packed(body: Rows, pair: Pair, used: str, notes: Notes) -> None:
    """Say that degrees could be degrees, minutes and seconds: no fraction has 60 or more where minutes would stand."""
    cells = [row[place].strip() for row in body for place in pair.east + pair.north if place < len(row)]
    cells = [cell for cell in cells if cell]
    # a spreadsheet drops zeros at the end
    if sum(_PACKED.fullmatch(cell) is not None for cell in cells) < 2 * _FEW:
        return
    if not all(_PLAIN.fullmatch(cell) for cell in cells):
        return
    fractions = [cell.partition(".")[2].ljust(4, "0") for cell in cells]
    if all(fraction[:2] < "60" and fraction[2:4] < "60" for fraction in fractions):
        notes.find("angles_maybe_packed", Severity.WARNING, columns=used)


def _is_rounded(row: Sequence[str], pair: Pair) -> bool:
    """Tell whether a spreadsheet left few digits of metres: 3.9517E+07."""
    cells = (row[place] for place in pair.east + pair.north if place < len(row))
    return any(
        (match := _SCIENTIFIC.fullmatch(cell.strip())) is not None and len(match[1] or "") < int(match[2])
        for cell in cells
    )


def _is_missing(row: Sequence[str], places: tuple[int, ...]) -> bool:
    return all(row[place].strip().casefold() in _MISSING for place in places if place < len(row))
