"""How coordinates fit a stated CRS: as they stand, in another order, with another zone number or unit, or not at all.

Coordinates that land in China as they stand, near the central meridian, are believed. Others are read in another way
where only that leads to China and to the zone of the CRS. A layer elsewhere on the earth is left there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from geozone.projections import transformer
from geozone.read.geodetic import is_chinese, without_parameters
from geozone.read.inference import CHINA, Extent, carries_zone, nearly_all, zone_numbers

Numbers = npt.NDArray[np.float64]

_SAMPLE = 400  # features whose place is looked at
_DEGREES = (-180.0001, -90.0001, 360.0001, 90.0001)
_PLACES = ((73.0, 17.5, 136.0, 54.5), (105.0, 3.0, 120.5, 17.5))  # mainland with its seas, South China Sea
_RADIANS = tuple(math.radians(side) for side in CHINA)
_FAR = 3.0e6  # metres: a layer of the whole country in one zone reaches 2500 km from its meridian
_NEAR = 9.0e5  # metres: what is farther from the meridian is no layer of one zone
_OFF = 4.0  # degrees from the central meridian: more than three zones of three degrees
_POLE = 1.0e7  # metres from the equator to the pole
_KILO = 1000.0
_EQUATOR = 1.0  # degrees: where kilometres land that are taken for metres
_MOST = 0.5  # of the features


@dataclass(frozen=True, slots=True)
class Fit:
    """A way in which coordinates can be read under a CRS: put in order, then scaled, then moved to the east."""

    swapped: bool = False
    factor: float = 1.0
    move: float = 0.0  # in the units of the CRS
    contradicts: bool = False
    instead: Fit | None = None  # lands in China, where the coordinates as they stand do not
    off: float = 0.0  # degrees between the layer and the central meridian, where they are too many
    abroad: bool = field(default=False, compare=False)  # read so, nothing lies in China

    @property
    def as_stated(self) -> bool:
        """Tell whether the coordinates are right as they stand, and nothing has to be said."""
        return self == Fit()

    @property
    def changes(self) -> bool:
        """Tell whether the coordinates have to be changed."""
        return self.swapped or self.factor != 1.0 or self.move != 0.0

    def applied(self, points: Numbers) -> Numbers:
        """Return coordinates (n, 2) as the CRS means them."""
        moved = points[:, ::-1] if self.swapped else points
        moved = moved * self.factor if self.factor != 1.0 else moved
        return moved + np.array([self.move, 0.0]) if self.move else moved


def fit(crs: pyproj.CRS, extent: Extent) -> Fit:
    """Tell how coordinates fit a geographic or projected CRS.

    Parameters
    ----------
    crs
        The CRS that is stated; parameters to WGS 84 that it carries do not matter.
    extent
        The boxes of the features in the units of the file.
    """
    if extent.empty:
        return Fit()
    crs = without_parameters(crs)
    try:
        return _fit_degrees(crs, extent) if crs.is_geographic else _Projection(crs).fit(extent)
    except ProjError:
        return Fit()  # told where the coordinates are converted


def _fit_degrees(crs: pyproj.CRS, extent: Extent) -> Fit:
    if extent.within(*_DEGREES):
        outside = not extent.overlaps(*CHINA)
        if outside and extent.swapped.within(*CHINA):
            return Fit(instead=Fit(swapped=True))
        # a national CRS has no other place, and what lies where China would in radians was written in them
        return Fit(abroad=outside and (is_chinese(crs) or extent.within(*_RADIANS)))
    if extent.swapped.within(*_DEGREES):
        return Fit(swapped=True)
    # a few wild features among many in range are findings, not a wrong CRS
    inside = (extent.west >= -360) & (extent.east <= 360) & (extent.south >= -90) & (extent.north <= 90)
    return Fit(contradicts=not inside.mean() > _MOST)


def in_other_zones(crs: pyproj.CRS, geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Tell which geometries carry another zone number in their eastings than the projected CRS has."""
    easting = _parameter(crs, "false easting") if crs.is_projected else None
    if easting is None or easting < 1e6:
        return np.zeros(len(geometries), dtype=bool)
    boxes = np.asarray(shapely.bounds(geometries)).reshape(-1, 4) * crs.axis_info[0].unit_conversion_factor
    with np.errstate(invalid="ignore"):
        other = (boxes[:, 0] + boxes[:, 2]) // 2e6 != easting // 1e6
    return np.asarray(carries_zone(Extent(*boxes.T)) & other)


class _Projection:
    """A projected CRS as the test needs it; lengths in metres."""

    def __init__(self, crs: pyproj.CRS) -> None:
        operation = crs.coordinate_operation
        transverse = operation is not None and "transverse mercator" in operation.method_name.lower()
        self.crs = crs
        self.unit = float(crs.axis_info[0].unit_conversion_factor)
        self.easting = _parameter(crs, "false easting") if transverse else None
        self.meridian = _parameter(crs, "longitude of")

    def fit(self, extent: Extent) -> Fit:
        """Tell how coordinates fit; extents are in the units of the file."""
        if _applied(extent, Fit(factor=self.unit)).within(-180.0, -90.0, 180.0, 90.0):
            return Fit(contradicts=True)
        plain = self._is_possible(extent, Fit())
        if plain and self._in_china(extent, Fit()).mean() >= _MOST and self._is_near(extent, Fit()):
            return Fit(off=self._off(extent, Fit()))
        way = next((way for way in self._ways() if self._leads_home(extent, way)), None)
        if way is not None and (not plain or self._is_certain(extent)):
            return replace(way, off=self._off(extent, way))
        if plain:
            return Fit(instead=way, abroad=way is None and not self._meets_china(extent, Fit()))
        # elsewhere on the earth, zone number and order of the axes still tell what is meant in one zone
        elsewhere = [way for way in self._ways() if way.factor == 1.0 and self._is_possible(extent, way)]
        found = elsewhere if self.easting is not None else []
        return replace(found[0], abroad=True) if found else Fit(contradicts=True)

    def _ways(self) -> list[Fit]:
        """Return the ways in which coordinates are known to be written wrong, the likeliest first."""
        ways = [Fit(swapped=swapped, move=move) for move in self._moves() for swapped in (False, True)]
        ways += [replace(way, factor=factor) for factor in (_KILO, 1 / _KILO) for way in ways]
        return ways[1:]

    def _moves(self) -> list[float]:
        """Return by how much eastings have to be moved that have, or lack, a zone number of this meridian."""
        if self.easting is None or self.meridian is None:
            return [0.0]
        own = self.easting // 1e6
        zones = [0.0]
        zones += [round(self.meridian / 3.0)] if self.meridian % 3 == 0 else []
        zones += [round((self.meridian + 3.0) / 6.0)] if (self.meridian + 3.0) % 6 == 0 else []
        return [0.0, *((own - zone) * 1e6 / self.unit for zone in zones if zone != own)]

    def _is_possible(self, extent: Extent, way: Fit) -> bool:
        """Tell whether coordinates can be of this CRS at all."""
        if self.easting is None:
            return self._is_on_earth(extent, way)
        metres = self._metres(extent, way)
        own = self.easting // 1e6
        if way.move:
            return metres.within(own * 1e6, -_POLE, (own + 1) * 1e6, _POLE)
        # a zone number in front of the eastings that is not that of the CRS is another zone, however near
        other = zone_numbers(metres) - {int(own)} if own else set()
        return metres.within(self.easting - _FAR, -_POLE, self.easting + _FAR, _POLE) and not other

    def _is_near(self, extent: Extent, way: Fit) -> bool:
        """Tell whether coordinates lie near the meridian of a transverse Mercator CRS; others have no such place."""
        metres = self._metres(extent, way)
        return self.easting is None or metres.within(
            self.easting - _NEAR, -_POLE, self.easting + _NEAR, _POLE
        )

    def _leads_home(self, extent: Extent, way: Fit) -> bool:
        return (
            self._is_possible(extent, way)
            and self._is_near(extent, way)
            and nearly_all(self._in_china(extent, way))
        )

    def _is_certain(self, extent: Extent) -> bool:
        """Tell whether coordinates that could also be of a place abroad are surely not meant so."""
        longitude, latitude = (np.nanmedian(side) for side in self._degrees(extent, Fit()))
        on_equator = abs(latitude) < _EQUATOR
        if self.easting is not None:
            return bool(on_equator or not self._is_near(extent, Fit()))
        return bool((on_equator and abs(longitude) < _EQUATOR) or self._serves_china)

    @cached_property
    def _serves_china(self) -> bool:
        centred = self.meridian is not None and CHINA[0] <= self.meridian <= CHINA[2]
        return centred or is_chinese(self.crs)

    def _in_china(self, extent: Extent, way: Fit) -> npt.NDArray[np.bool_]:
        """Tell which of the features that are looked at lie in China."""
        longitude, latitude = self._degrees(extent, way)
        inside = np.zeros(len(longitude), dtype=bool)
        for west, south, east, north in _PLACES:
            inside |= (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
        return inside

    def _meets_china(self, extent: Extent, way: Fit) -> bool:
        """Tell whether the box of a feature meets that of China, however far beyond it reaches."""
        box = _applied(_sampled(extent), way)
        corners = [(x, y) for x in (box.west, box.east) for y in (box.south, box.north)]
        found = np.array([self._way.transform(*corner) for corner in (*corners, _middle(box))])
        low, high = found.min(axis=0), found.max(axis=0)
        west, south, east, north = CHINA
        return bool(((low[0] <= east) & (high[0] >= west) & (low[1] <= north) & (high[1] >= south)).any())

    def _is_on_earth(self, extent: Extent, way: Fit) -> bool:
        """Tell whether most coordinates have a place, and are the coordinates of that place."""
        longitude, latitude = self._degrees(extent, way)
        sound = np.isfinite(longitude) & np.isfinite(latitude)
        there = self._way.transform(longitude, latitude, direction="INVERSE")
        with np.errstate(invalid="ignore"):
            for back, here in zip(there, _middle(_applied(_sampled(extent), way)), strict=True):
                sound &= np.abs(back - here) * self.unit < _KILO
        return bool(sound.mean() > _MOST)

    def _off(self, extent: Extent, way: Fit) -> float:
        """Return how many degrees off the central meridian a layer lies that has no feature near it."""
        if self.easting is None or self.meridian is None:
            return 0.0
        away = np.abs(self._degrees(extent, way)[0] - self.meridian)
        return round(float(np.median(away)), 1) if nearly_all(away > _OFF) else 0.0

    def _metres(self, extent: Extent, way: Fit) -> Extent:
        return _applied(_applied(extent, way), Fit(factor=self.unit))

    def _degrees(self, extent: Extent, way: Fit) -> tuple[Numbers, Numbers]:
        longitude, latitude = self._way.transform(*_middle(_applied(_sampled(extent), way)))
        return np.asarray(longitude), np.asarray(latitude)

    @cached_property
    def _way(self) -> pyproj.Transformer:
        return transformer(self.crs, self.crs.geodetic_crs)


def _middle(extent: Extent) -> tuple[Numbers, Numbers]:
    return (extent.west + extent.east) / 2.0, (extent.south + extent.north) / 2.0


def _applied(extent: Extent, way: Fit) -> Extent:
    low = way.applied(np.column_stack([extent.west, extent.south]))
    high = way.applied(np.column_stack([extent.east, extent.north]))
    return Extent(low[:, 0], low[:, 1], high[:, 0], high[:, 1])


def _sampled(extent: Extent) -> Extent:
    step = len(extent.west) // _SAMPLE + 1
    return Extent(extent.west[::step], extent.south[::step], extent.east[::step], extent.north[::step])


def _parameter(crs: pyproj.CRS, name: str) -> Any:
    """Return a parameter of the projection of a CRS, in metres or degrees, or None where it has none."""
    operation = crs.coordinate_operation
    for parameter in operation.params if operation is not None else ():
        if name in parameter.name.lower():
            metric = "easting" in name
            return float(parameter.value) * (parameter.unit_conversion_factor if metric else 1.0)
    return None
