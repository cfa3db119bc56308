"""Shore lines of the zones: OpenStreetMap land outlines, told apart into mainland and islands and given to counties.

1. The outline of the land polygons, without the edges that cutting to the extent made.
2. What lies up-river of a closing line (`RIVER_MOUTHS`) is a river bank, not a shore, and is left out.
3. Every piece of at most `PIECE` belongs to the nearest county, counties of neighbouring provinces included, so that
   the shore ends where the zone ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from common import GBA_CITIES
from numpy.typing import NDArray
from osm_land import Extent, read_land
from units import read_units

from geozone.model import CRS

PIECE = 0.005  # degrees, about 0.5 km
CUT_EDGE = 1e-7  # degrees: an edge this close to the extent's frame was made by cutting
# Where a river ends and the sea begins. The lines are a judgement of this project, drawn between named places.
RIVER_MOUTHS = {
    "长江": [(120.93, 31.85), (120.985, 31.68)],  # 徐六泾, the usual head of the estuary
    "钱塘江": [(120.93, 30.46), (120.85, 30.06)],  # 澉浦—西三闸, the usual head of Hangzhou Bay
}


@dataclass(frozen=True)
class Coast:
    """Extent of a zone's coast, its provinces, and the meridian of a transverse Mercator plane for distances."""

    extent: Extent
    provinces: tuple[str, ...]
    meridian: float
    cities: tuple[str, ...] = ()  # where the zone takes only part of a province

    @property
    def plane(self) -> str:
        """CRS in metres with less than 0.2 % of distortion over the extent."""
        return f"+proj=tmerc +lat_0=0 +lon_0={self.meridian} +k=1 +x_0=500000 +ellps=GRS80 +units=m"

    def has(self, county: pd.Series) -> bool:
        """Whether a county belongs to the zone."""
        return county.province_adcode in self.provinces or county.city_adcode in self.cities


COASTS = {
    "bth": Coast((117.0, 37.4, 120.6, 40.5), ("120000", "130000"), 118.8),
    "yrd": Coast((118.4, 26.8, 123.3, 35.6), ("310000", "320000", "330000"), 121.0),
    "gba": Coast((111.2, 21.2, 115.6, 23.4), ("810000", "820000"), 113.5, GBA_CITIES),
}


@cache
def counties_around(extent: Extent) -> gpd.GeoDataFrame:
    """Return all counties that touch the extent, of any province."""
    units = read_units("district")
    return units[units.intersects(shapely.box(*extent))].reset_index(drop=True)


@cache
def shore_pieces(zone: str) -> gpd.GeoDataFrame:
    """Return the pieces of the zone's shore: ``kind`` mainland or island, ``row`` in `counties_around`."""
    coast = COASTS[zone]
    mainland, islands = read_land(coast.extent)
    pieces = {
        kind: _pieces(land, coast.extent) for kind, land in (("mainland", mainland), ("island", islands))
    }
    table = gpd.GeoDataFrame(
        {"kind": np.repeat(list(pieces), [len(part) for part in pieces.values()])},
        geometry=np.concatenate(list(pieces.values())),
        crs=CRS,
    )
    table = table[~_up_river(table.geometry.array, mainland, coast.extent)].reset_index(drop=True)
    counties = counties_around(coast.extent)
    tree = shapely.STRtree(in_plane(counties.geometry.array, coast))
    table["row"] = tree.nearest(
        in_plane(shapely.line_interpolate_point(table.geometry.array, 0.5, normalized=True), coast)
    )
    return table


def in_plane(geometry: NDArray[np.object_], coast: Coast, *, back: bool = False) -> NDArray[np.object_]:
    """Project to the coast's metric plane, or back from it."""
    transformer = pyproj.Transformer.from_crs(
        *((coast.plane, CRS) if back else (CRS, coast.plane)), always_xy=True
    )
    return np.asarray(
        shapely.transform(np.asarray(geometry, dtype=object), transformer.transform, interleaved=False)
    )


def sea(zone: str) -> shapely.Geometry:
    """Return the water inside the extent that lies seaward of the river mouths."""
    coast = COASTS[zone]
    mainland, islands = read_land(coast.extent)
    water = shapely.difference(shapely.box(*coast.extent), shapely.union_all([*mainland, *islands]))
    return shapely.union_all([part for part, river in _parted(water) if not river])


def _pieces(land: list[shapely.Polygon], extent: Extent) -> NDArray[np.object_]:
    outline = shapely.segmentize(shapely.boundary(np.array(land, dtype=object)), PIECE)
    coordinates, line = shapely.get_coordinates(shapely.get_parts(outline), return_index=True)
    same = line[1:] == line[:-1]
    edges = np.stack([coordinates[:-1][same], coordinates[1:][same]], axis=1)
    west, south, east, north = extent
    framed = np.zeros(len(edges), dtype=bool)
    for axis, limit in ((0, west), (0, east), (1, south), (1, north)):
        framed |= (np.abs(edges[:, :, axis] - limit) < CUT_EDGE).all(axis=1)
    return np.asarray(shapely.linestrings(edges[~framed]))


def _up_river(
    pieces: NDArray[np.object_], mainland: list[shapely.Polygon], extent: Extent
) -> NDArray[np.bool_]:
    water = shapely.difference(shapely.box(*extent), shapely.union_all(mainland))
    rivers = [part for part, river in _parted(water) if river]
    if not rivers:
        return np.zeros(len(pieces), dtype=bool)
    reach = shapely.buffer(shapely.union_all(rivers), 1e-6)
    shapely.prepare(reach)
    return np.asarray(shapely.contains(reach, pieces))


def _parted(water: shapely.Geometry) -> list[tuple[shapely.Polygon, bool]]:
    """Return the parts of the water cut along the river mouths, each with whether it is a river."""
    mouths = [shapely.LineString(line) for line in RIVER_MOUTHS.values()]
    parts = shapely.get_parts(shapely.difference(water, shapely.buffer(shapely.union_all(mouths), 1e-9)))
    largest = np.argmax(shapely.get_num_coordinates(parts))
    return [
        (part, number != largest and any(part.distance(mouth) < 1e-6 for mouth in mouths))
        for number, part in enumerate(parts)
    ]
