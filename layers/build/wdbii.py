"""River and canal lines of the World Data Bank II in the binned netCDF file of gmt-gshhg.

The file cuts the lines at one-degree bins, counted from 90° N, 0° E, row by row. A vertex is stored in 1/65535 of a bin
from the bin's south-west corner.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from packages import debian, tool

from geozone.model import CRS

SNAP = 1e-4  # degrees: ends that the bins cut apart meet again within this distance
CANALS = (8, 9)  # levels of canals; lower levels are rivers from main to minor
Extent = tuple[float, float, float, float]


def read_rivers(extent: Extent) -> gpd.GeoDataFrame:
    """Return the lines whose bins touch the extent, joined across bins, with ``level``."""
    h5py = tool("h5py")
    path = debian("gmt-gshhg-full") / "usr/share/gmt-gshhg/binned_river_f.nc"
    with h5py.File(path) as file:
        first_segment, segments = file["Id_of_first_segment_in_a_bin"][:], file["N_segments_in_a_bin"][:]
        first_point, points = file["Id_of_first_point_in_a_segment"][:], file["N_points_for_a_segment"][:]
        level = file["Hierarchial_level_of_a_segment"][:]
        steps = [
            file[f"Relative_{axis}_from_SW_corner_of_bin"][:].astype(np.uint16)
            for axis in ("longitude", "latitude")
        ]
    rows = []
    for south in range(int(np.floor(extent[1])), int(np.ceil(extent[3]))):
        for west in range(int(np.floor(extent[0])), int(np.ceil(extent[2]))):
            cell = (89 - south) * 360 + west
            for segment in range(first_segment[cell], first_segment[cell] + segments[cell]):
                part = slice(first_point[segment], first_point[segment] + points[segment])
                xy = np.column_stack([step[part] for step in steps]) / 65535 + (west, south)
                if len(xy) > 1:
                    rows.append((int(level[segment]), shapely.LineString(xy)))
    table = gpd.GeoDataFrame(rows, columns=["level", "geometry"], crs=CRS)
    joined = []
    for number, part in table.groupby("level"):
        lines = shapely.set_precision(part.geometry.array, SNAP)
        merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
        joined.extend((number, line) for line in merged)
    return gpd.GeoDataFrame(joined, columns=["level", "geometry"], crs=CRS)
