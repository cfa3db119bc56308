"""The units that an example stands on: the counties of a zone from the embedded boundary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely

from geozone.files import shipped
from geozone.model import Zone
from geozone.seeds import get_zone

Numbers = npt.NDArray[np.float64]
_RASTER = 20  # points a side of the net in which the middle of a county is looked for


@dataclass(frozen=True, slots=True)
class County:
    """A county with the names of the units that it lies in."""

    code: str
    name: str
    city_code: str  # of a county in a municipality: the municipality's
    city: str
    province_code: str
    province: str
    outline: shapely.Polygon  # its largest part
    spots: Numbers  # points inside, each with its distance to the outline in degrees, the innermost first

    @property
    def middle(self) -> tuple[float, float]:
        """The point that lies farthest inside."""
        return float(self.spots[0, 0]), float(self.spots[0, 1])


@dataclass(frozen=True, slots=True)
class Ground:
    """The counties of a zone in the order of their codes."""

    zone: Zone
    counties: tuple[County, ...]
    outlines: dict[str, shapely.Geometry]  # of the counties, with islands

    def chosen(self, prefixes: Iterable[str]) -> list[County]:
        """Return the counties whose codes begin with one of some prefixes."""
        begins = tuple(prefixes)
        return [county for county in self.counties if county.code.startswith(begins)]

    def union(self, codes: Iterable[str]) -> shapely.Geometry:
        """Return the outline of some counties together."""
        return shapely.union_all([self.outlines[code] for code in codes])


@cache
def ground(key: str) -> Ground:
    """Return the counties of a zone."""
    zone = get_zone(key)
    names = _names()
    table = _layer("county")
    table = table[table["code"].str[:2].isin({member[:2] for member in zone.members})]
    rows = table.sort_values("code")[["code", "name", "geometry"]].itertuples(index=False, name=None)
    outlines = {str(code): outline for code, _, outline in rows}
    counties = tuple(_county(code, names, outline) for code, outline in outlines.items())
    return Ground(zone, counties, outlines)


@cache
def other_edges(key: str) -> frozenset[tuple[tuple[float, float], ...]]:
    """Return the edges of all units outside a zone, and those that two counties share: no shore runs there."""
    prefixes = {member[:2] for member in get_zone(key).members}
    seen: set[tuple[tuple[float, float], ...]] = set()
    shared: set[tuple[tuple[float, float], ...]] = set()
    for level in ("county", "city", "province"):
        table = _layer(level)
        for code, outline in zip(table["code"], table.geometry, strict=True):
            if level == "county" or code[:2] not in prefixes:
                found = set(edges_of(outline))
                shared |= found if code[:2] not in prefixes else found & seen
                seen |= found
    return frozenset(shared)


def edges_of(outline: shapely.Geometry) -> Iterable[tuple[tuple[float, float], ...]]:
    """Yield the edges of an outline, each with its ends in order."""
    for ring in shapely.get_rings(shapely.get_parts(outline)):
        points = [tuple(point) for point in shapely.get_coordinates(ring).tolist()]
        yield from (tuple(sorted(ends)) for ends in pairwise(points))


def _county(code: str, names: dict[str, str], outline: shapely.Geometry) -> County:
    largest = max(
        shapely.get_parts(outline),
        key=lambda part: float(np.prod(np.diff(np.reshape(part.bounds, (2, 2)), axis=0))),
    )
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    city = city if city in names else province
    return County(code, names[code], city, names[city], province, names[province], largest, _spots(largest))


def _spots(outline: shapely.Polygon) -> Numbers:
    """Return points of a net that lie inside an outline, the innermost first."""
    west, south, east, north = outline.bounds
    across = np.round(np.linspace(west, east, _RASTER), 3)
    up = np.round(np.linspace(south, north, _RASTER), 3)
    x, y = (side.ravel() for side in np.meshgrid(across, up))
    inside = shapely.contains_xy(outline, x, y)
    x, y = x[inside], y[inside]
    depth = np.round(shapely.distance(outline.exterior, shapely.points(x, y)), 6)
    order = np.lexsort((y, x, -depth))
    return np.column_stack([x, y, depth])[order]


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for level in ("province", "city", "county"):
        table = _layer(level)
        found |= {str(code): str(name) for code, name in zip(table["code"], table["name"], strict=True)}
    return found


@cache
def _layer(level: str) -> gpd.GeoDataFrame:
    path = shipped("layers") / "data" / "boundary.gpkg"
    return pyogrio.read_dataframe(path, layer=level, columns=["code", "name"])
