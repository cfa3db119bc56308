"""Which geodetic datum a CRS, a heading or a file name states: CGCS2000 and its like, or one of the older Chinese ones."""

from __future__ import annotations

import re
from enum import StrEnum

import pyproj

from geozone.read.inference import ZONES

_ALIKE = re.compile(
    r"WGS.?84|WGS.?1984|World Geodetic System 1984|CGCS.?2000|China.?2000|国家.?2000|2000.?国家|ITRF|IGS",
    re.IGNORECASE,
)
_NAMES = {
    "XIAN_1980": r"xi.?an.?(19)?80(?!\d|年代)|西安.?(19)?80(?!\d|年代)|(?<!\d)(19)?80.?(年)?西安|(?<!\d)(19)?80.?(年)?国家.?大地|IAG.?(19)?75",
    "BEIJING_1954": r"bei.?jing.?(19)?54(?!\d|年代)|北京.?(19)?54(?!\d|年代)|(?<!\d)(19)?54.?(年)?北京|new.?beijing|新.?北京|(?<![a-z])bj.?54(?!\d|年代)",
}
_GAUSS = re.compile(r"G[ _-]?K|gauss|高斯|degree|度带", re.IGNORECASE)
_MERIDIAN = re.compile(r"(?:CM|中央(?:经|子午)线)[ _:=]?(\d{2,3}(?:\.\d+)?)(?![\d.]|[_ ]\d)", re.IGNORECASE)
_ZONE = re.compile(r"zone[ _]?(\d{2})(?!\d)", re.IGNORECASE)
_DEGREE = 1e-6
_AXES = {6378245.0: "BEIJING_1954", 6378140.0: "XIAN_1980"}  # Krassovsky 1940, IAG 1975; metres


class Datum(StrEnum):
    """A datum as far as reading has to know it."""

    ALIKE = "CGCS2000"  # CGCS2000, WGS 84 and the ITRF: one to a decimetre
    XIAN_1980 = "Xian 1980"
    BEIJING_1954 = "Beijing 1954"
    OTHER = "other"

    @property
    def has_no_parameters(self) -> bool:
        """Tell whether no parameters to CGCS2000 are published."""
        return self in {Datum.XIAN_1980, Datum.BEIJING_1954}

    @property
    def geographic(self) -> str:
        """The code of longitude and latitude on the datum."""
        return {"Xian 1980": "EPSG:4610", "Beijing 1954": "EPSG:4214"}.get(self.value, "EPSG:4490")

    def zone(self, number: int) -> str:
        """Return the code of the Gauss-Krüger zone of a number that stands in front of the easting."""
        three, six = {"Xian 1980": (2349, 2327), "Beijing 1954": (2401, 21413)}.get(self.value, (4513, 4491))
        return f"EPSG:{three + number - 25 if number >= 25 else six + number - 13}"


def datum_of(crs: pyproj.CRS) -> Datum:
    """Return the datum of a CRS by its name, or by its ellipsoid where it names none that is known."""
    base = without_parameters(crs).geodetic_crs
    if base is None:
        return Datum.OTHER
    words = f"{base.name} {base.datum.name if base.datum else ''}".partition(" using towgs84")[0]
    named = datum_named(words)
    if named is not None:
        return named
    if _ALIKE.search(words):
        return Datum.ALIKE
    # Pulkovo 1942 and others have the ellipsoid of 1940 too, and are known to the register
    known = base.to_epsg(min_confidence=70) is not None
    axis = base.ellipsoid.semi_major_metre if base.ellipsoid else 0.0
    if not known and axis in _AXES:
        return Datum[_AXES[axis]]
    return Datum.OTHER


def datum_named(words: str) -> Datum | None:
    """Return the older Chinese datum that a name, heading or file name states."""
    return next(
        (Datum[name] for name, pattern in _NAMES.items() if re.search(pattern, words, re.IGNORECASE)), None
    )


def without_datum(words: str) -> str:
    """Return words without the name of an older Chinese datum in them."""
    for pattern in _NAMES.values():
        words = re.sub(pattern, " ", words, flags=re.IGNORECASE)
    return words


def contradicting_datum(crs: pyproj.CRS) -> Datum | None:
    """Return the older datum that the name of a projected CRS states while its definition has another."""
    named = datum_named(crs.name)
    return named if named is not None and datum_of(crs) is not named else None


def contradicting_meridian(crs: pyproj.CRS) -> tuple[str, float] | None:
    """Return the central meridian or zone that the name of a Gauss-Krüger CRS states, and the meridian that it has instead."""
    operation = without_parameters(crs).coordinate_operation
    values = [
        float(one.value)
        for one in (operation.params if operation else ())
        if "longitude of" in one.name.lower()
    ]
    if not crs.is_projected or not values or not _GAUSS.search(crs.name):
        return None
    [own, *_] = values
    stated = _MERIDIAN.search(crs.name)
    if stated is not None:
        return None if abs(float(stated[1]) - own) < _DEGREE else (f"{stated[1]}°", own)
    zone = _ZONE.search(crs.name)
    if zone is None or not any(int(zone[1]) in zones for zones in ZONES.values()):
        return None
    meant = {3.0 * int(zone[1]), 6.0 * int(zone[1]) - 3.0}
    return None if any(abs(one - own) < _DEGREE for one in meant) else (zone[0], own)


def is_pulkovo(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS has the datum of Pulkovo 1942, which stands for Beijing 1954 where software knows only that."""
    base = without_parameters(crs).geodetic_crs
    words = f"{base.name} {base.datum.name if base.datum else ''}" if base is not None else ""
    return "pulkovo" in words.lower()


def without_parameters(crs: pyproj.CRS) -> pyproj.CRS:
    """Return a CRS without the parameters to WGS 84 that it carries."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def has_parameters(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS carries parameters to WGS 84; seven zeros are what software writes that knows none."""
    operation = crs.coordinate_operation if crs.is_bound else None
    return operation is not None and any(operation.towgs84 or [1.0])


def is_chinese(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS has a datum of China."""
    base = without_parameters(crs).geodetic_crs
    words = f"{base.name} {base.datum.name if base.datum else ''}" if base else ""
    return datum_of(crs).has_no_parameters or re.search(r"CGCS|China|国家", words, re.IGNORECASE) is not None
