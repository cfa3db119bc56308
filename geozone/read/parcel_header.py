"""What the header of a land-parcel text says of its coordinates: datum, belt, zone or central meridian, and units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import pyproj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from geozone.model import Severity
from geozone.read.coordinates import read_coordinate
from geozone.read.inference import ZONES, zone_meridian
from geozone.read.notes import Notes

Header = Mapping[str, str]

_DATUMS = (
    (
        re.compile(r"2000"),
        (4513, 4491, 4534, 4502),
        4490,
    ),  # CGCS2000: 3° and 6° by zone, 3° and 6° by meridian, degrees
    (re.compile(r"80"), (2349, 2327, 2370, 2338), 4610),  # Xian 1980
    (re.compile(r"54"), (2401, 21413, 2422, 21453), 4214),  # Beijing 1954
)
_METRES = {"米": 1.0, "m": 1.0, "metre": 1.0, "meter": 1.0, "公尺": 1.0, "千米": 1e3, "公里": 1e3, "km": 1e3}
_METRES |= {"分米": 0.1, "dm": 0.1, "厘米": 0.01, "cm": 0.01, "毫米": 1e-3, "mm": 1e-3}
_DEGREES = {"度", "°", "degree", "deg", "十进制度", "度分秒"}
_HECTARES = {"公顷": 1.0, "ha": 1.0, "亩": 1 / 15, "平方米": 1e-4, "m2": 1e-4, "㎡": 1e-4, "平方千米": 100.0}
_HECTARES |= {"平方公里": 100.0, "km2": 100.0}
_BELTS = {"3": 3, "三": 3, "6": 6, "六": 6}
_MERIDIANS = (75.0, 135.0)
_ALIKE = 1e-9  # degrees
_NUMBER = re.compile(r"[+-]?\d*\.?\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_FALSE_EASTING = 500_000.0


def metres_of(header: Header, notes: Notes) -> float:
    """Return by what coordinates are multiplied to be metres, or degrees where the header says so."""
    words = header.get("计量单位", "").strip().lower()
    if not words or words in _DEGREES:
        return 1.0
    factor = _METRES.get(words)
    if factor is None:
        notes.find("parcel_unit", Severity.WARNING, unit=words[:20])
        return 1.0
    if factor != 1.0:
        notes.decide("unit", words, "read.parcel_unit_given", unit=words)
    return factor


def hectares_of(header: Header, notes: Notes) -> float:
    """Return how many hectares the unit of the stated areas has; the format prescribes hectares."""
    words = header.get("面积单位", "").strip().lower().replace("²", "2")
    factor = _HECTARES.get(words) if words else 1.0
    if factor is None:
        notes.find("parcel_unit", Severity.WARNING, unit=words[:20])
    return factor or 1.0


def crs_of(header: Header, notes: Notes) -> pyproj.CRS | None:
    """Return the CRS that a header names, or None where it names none that is known; a zone goes before a meridian.

    Parameters
    ----------
    header
        What stands in front of the parcels, by its names.
    notes
        Takes what is not understood, or contradicts itself.
    """
    words = header.get("坐标系", "")
    found = next(((codes, degrees) for pattern, codes, degrees in _DATUMS if pattern.search(words)), None)
    if found is not None and header.get("计量单位", "").strip().lower() in _DEGREES:
        return pyproj.CRS(found[1])
    belt = _BELTS.get(_before_word(header.get("几度分带", ""))[:1])
    zone = header.get("带号", "").strip().removesuffix("带")
    meridian = _meridian(header.get("中央经线") or header.get("中央子午线", ""))
    crs = None
    if found is not None:
        codes, degrees = found
        number = int(zone) if zone.isdecimal() else 0
        zones = ZONES.get(belt or 0, range(0))
        if number in zones:
            crs = pyproj.CRS(codes[belt == 6] + zones.index(number))
            own = float(zone_meridian(number))
            if meridian is not None and abs(own - meridian) > _ALIKE:
                notes.find(
                    "parcel_meridian", Severity.WARNING, zone=number, own=f"{own:g}", stated=f"{meridian:g}"
                )
        elif meridian is not None:
            crs = _around(meridian, belt, codes, degrees)
    _tell_shift(header.get("转换参数", ""), notes)
    if crs is None:
        notes.find("parcel_header", Severity.WARNING, content=f"{words[:30]} {belt or ''}/{zone}".strip(" /"))
    return crs


def _tell_shift(words: str, notes: Notes) -> None:
    """Tell of parameters from one grid to another, which are not applied; a scale of 1 or all zeros change nothing."""
    *shifts, scale = [float(number) for number in _NUMBER.findall(words)] or [0.0]
    if any(shifts) or scale not in {0.0, 1.0}:
        notes.find("parcel_shift", Severity.WARNING, content=words.strip()[:60])


def _before_word(words: str) -> str:
    """Return the width of a belt; 1.5 is none of those with codes of their own."""
    plain = words.strip()
    return "" if re.match(r"\d+\.\d*[1-9]", plain) else plain


def _meridian(words: str) -> float | None:
    """Return a central meridian in degrees, however it is written; None where it is none of China."""
    found = read_coordinate(words) if words.strip() else None
    return found.value if found is not None and _MERIDIANS[0] <= found.value <= _MERIDIANS[1] else None


def _around(meridian: float, belt: int | None, codes: tuple[int, ...], degrees: int) -> pyproj.CRS:
    """Return the CRS around a meridian: one with a code where there is one, since local grids may have any."""
    number, rest = divmod(meridian - _MERIDIANS[0], belt or 3)
    return (
        _own(meridian, degrees) if rest > _ALIKE else pyproj.CRS(codes[3 if belt == 6 else 2] + int(number))
    )


@lru_cache(maxsize=8)
def _own(meridian: float, degrees: int) -> pyproj.CRS:
    base = pyproj.CRS(degrees)
    conversion = TransverseMercatorConversion(
        longitude_natural_origin=meridian, false_easting=_FALSE_EASTING, scale_factor_natural_origin=1.0
    )
    return ProjectedCRS(conversion, name=f"{base.name} / Gauss-Kruger CM {meridian:g}E", geodetic_crs=base)
