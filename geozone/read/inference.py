"""What coordinates themselves say of their coordinate reference system, in China.

Gauss-Krüger eastings carry the zone number in front: 39 517 000 is zone 39. Three-degree zones have the numbers
25-45, six-degree zones 13-23, so a number names one zone only; Web Mercator metres of eastern China look like those
of the zones 13-15. Without the number, the zone cannot be known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.float64]

CHINA = (73.0, 3.0, 136.0, 54.5)  # degrees, sea included
_NORTHING = (300_000.0, 6_100_000.0)  # 3°N to 54.5°N in Gauss-Krüger
_EASTING = (100_000.0, 900_000.0)  # four degrees to both sides of the central meridian
_MERCATOR_X = (8.1e6, 15.2e6)  # 73°E to 136°E in Web Mercator
_MERCATOR_Y = (3.3e5, 7.3e6)
ZONES = {3: range(25, 46), 6: range(13, 24)}  # numbers of the zones of China by the width of their belts
WILD = 1e9  # no coordinate in metres, feet or degrees is larger
_SHARE = 0.98  # of the features must agree,
_FEW = 5  # or all but one where there are so many at least


@dataclass(frozen=True, slots=True)
class Extent:
    """The boxes of the features of a layer, in whatever units its coordinates have."""

    west: Numbers
    south: Numbers
    east: Numbers
    north: Numbers

    @classmethod
    def of(cls, geometries: npt.NDArray[np.object_]) -> Extent:
        """Return the extent of geometries; those with a coordinate that nothing on earth has are left out."""
        boxes = np.asarray(shapely.bounds(geometries), dtype=np.float64).reshape(-1, 4)
        return cls(*boxes[(np.abs(boxes) < WILD).all(axis=1)].T)

    @property
    def empty(self) -> bool:
        """Tell whether there is no coordinate at all."""
        return not len(self.west)

    @property
    def swapped(self) -> Extent:
        """The extent with the axes in the other order."""
        return Extent(self.south, self.west, self.north, self.east)

    def moved(self, east: float) -> Extent:
        """Return the extent moved to the east."""
        return Extent(self.west + east, self.south, self.east + east, self.north)

    def within(self, west: float, south: float, east: float, north: float) -> bool:
        """Tell whether nearly all features lie inside a box."""
        inside = (self.west >= west) & (self.south >= south) & (self.east <= east) & (self.north <= north)
        return nearly_all(inside)

    def overlaps(self, west: float, south: float, east: float, north: float) -> bool:
        """Tell whether the layer as a whole touches a box."""
        if self.empty:
            return False
        left, right = np.median(self.west), np.median(self.east)
        low, high = np.median(self.south), np.median(self.north)
        return bool(right >= west and left <= east and high >= south and low <= north)

    @property
    def box(self) -> str:
        """The outer box as text, for messages."""
        if self.empty:
            return "-"
        values = (self.west.min(), self.south.min(), self.east.max(), self.north.max())
        return ", ".join(f"{value:.6g}" if abs(value) < 1000 else f"{value:.0f}" for value in values)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which coordinates can be read."""

    crs: str
    swapped: bool = False
    belt: int | None = None  # width of the Gauss-Krüger zone in degrees
    zone: int | None = None

    @property
    def label(self) -> str:
        """The CRS, and the order of the axes where it is the other one."""
        return f"{self.crs} (y, x)" if self.swapped else self.crs


def nearly_all(agree: npt.NDArray[np.bool_]) -> bool:
    """Tell whether so many features agree that the others are faults of their own, and told as such."""
    misses = len(agree) - int(agree.sum())
    return bool(len(agree)) and (
        misses <= (1.0 - _SHARE) * len(agree) or (misses == 1 and len(agree) >= _FEW)
    )


def candidates(extent: Extent) -> list[Candidate]:
    """Return every way in which the coordinates can be read; none or several means that nobody can tell."""
    return [
        Candidate(found.crs, swapped, found.belt, found.zone)
        for swapped in (False, True)
        for found in _readings(extent.swapped if swapped else extent, degrees_at_all=not swapped)
    ]


def zone_crs(zone: int) -> str:
    """Return the CGCS2000 Gauss-Krüger CRS of a zone number that stands in front of the easting."""
    return f"EPSG:{4513 + zone - 25}" if zone >= 25 else f"EPSG:{4491 + zone - 13}"


def meridian_crs(meridian: int) -> str:
    """Return the three-degree CGCS2000 Gauss-Krüger CRS of a central meridian, without zone number."""
    return f"EPSG:{4534 + (meridian - 75) // 3}"


def zone_meridian(zone: int) -> int:
    """Return the central meridian of a zone number, in degrees."""
    return 3 * zone if zone >= 25 else 6 * zone - 3


def lacks_zone(extent: Extent) -> bool:
    """Tell whether coordinates look like Gauss-Krüger metres without the zone number, in either order."""
    return any(
        one.within(_EASTING[0], _NORTHING[0], _EASTING[1], _NORTHING[1]) for one in (extent, extent.swapped)
    )


def mixes_zones(extent: Extent) -> bool:
    """Tell whether the features carry the numbers of different zones."""
    zones = {zone for one in (extent, extent.swapped) for zone in zone_numbers(one)}
    return len(zones) > 1


def _readings(extent: Extent, *, degrees_at_all: bool) -> list[Candidate]:
    found: list[Candidate] = []
    if extent.within(-180.0, -90.0, 180.0, 90.0):
        # small numbers are degrees, whatever place that is; swapped they are only where that leads to China
        # and the order as it stands does not
        if degrees_at_all:
            if not (extent.swapped.within(*CHINA) and not extent.overlaps(*CHINA)):
                found.append(Candidate("EPSG:4490"))
        elif extent.within(*CHINA) and not extent.swapped.overlaps(*CHINA):
            found.append(Candidate("EPSG:4490"))
        return found
    zones = zone_numbers(extent)
    if len(zones) == 1:
        zone = zones.pop()
        found.append(Candidate(zone_crs(zone), belt=3 if zone >= 25 else 6, zone=zone))
    if extent.within(_MERCATOR_X[0], _MERCATOR_Y[0], _MERCATOR_X[1], _MERCATOR_Y[1]):
        found.append(Candidate("EPSG:3857"))
    return found


def zone_numbers(extent: Extent) -> set[int]:
    """Return the zone numbers in front of the eastings, where the rest is an easting and a northing."""
    fits = carries_zone(extent)
    if extent.empty or not nearly_all(fits):
        return set()
    zones = np.floor((extent.west + extent.east) / 2e6)
    numbers, count = np.unique(zones[fits], return_counts=True)
    return {int(number) for number in numbers[count >= max(1, 0.001 * len(zones))]}


def carries_zone(extent: Extent) -> npt.NDArray[np.bool_]:
    """Tell which features have a zone number in front of an easting, beside a northing."""
    middle = (extent.west + extent.east) / 2.0
    zones = np.floor(middle / 1e6)
    easting = middle - zones * 1e6
    with np.errstate(invalid="ignore"):
        known = ((zones >= 13) & (zones <= 23)) | ((zones >= 25) & (zones <= 45))
        fits = known & (easting >= _EASTING[0]) & (easting <= _EASTING[1])
        fits &= (extent.south >= _NORTHING[0]) & (extent.north <= _NORTHING[1])
    return np.asarray(fits)
