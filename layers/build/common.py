"""What every layer script shares: the extent, the columns that every feature carries, and how files are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from geozone.files import whole_file
from geozone.model import CRS

LAYERS = Path(__file__).resolve().parents[1]
DATA = LAYERS / "data"
DECIMALS = 6  # of a degree: about 0.1 m, far below any accuracy here
TOLD = ("name", "name_en", "source", "licence", "basis", "accuracy_m", "vintage")

BTH = ("110000", "120000", "130000")
YRD = ("310000", "320000", "330000", "340000")
# the nine cities of Guangdong; with Hong Kong and Macao they are the Greater Bay Area
GBA_CITIES = ("440100", "440300", "440400", "440600", "440700", "441200", "441300", "441900", "442000")
GBA = ("810000", "820000")
# the eleven provinces that the main stem of the Yangtze crosses, whole in article 2 of the Yangtze Protection Law
YANGTZE = (
    "310000", "320000", "340000", "360000", "420000", "430000", "500000", "510000", "530000", "540000", "630000",
)  # fmt: skip
# the nine provinces that the main stem of the Yellow River crosses, as in article 2 of its Protection Law
YELLOW = ("140000", "150000", "370000", "410000", "510000", "610000", "620000", "630000", "640000")

# zones with county detail, with a margin: west, south, east, north in degrees
EXTENT = {
    "bth": (113.2, 35.8, 120.2, 42.9), "yrd": (114.6, 26.8, 123.2, 35.4), "gba": (111.2, 21.4, 115.6, 24.5),
}  # fmt: skip


def write(path: Path, layers: dict[str, gpd.GeoDataFrame], titles: dict[str, str]) -> None:
    """Write a GeoPackage that GDAL 3.6 opens without a warning and that comes out the same every time."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    with whole_file(path) as unfinished:
        for number, (layer, data) in enumerate(layers.items()):
            missing = [column for column in TOLD if column not in data or data[column].isna().any()]
            if missing:
                raise ValueError(f"{path.name}/{layer} lacks {missing}")
            rounded = data.set_geometry(rounded_geometry(data.geometry.array)).set_crs(
                CRS, allow_override=True
            )
            pyogrio.write_dataframe(
                rounded,
                unfinished,
                layer=layer,
                append=number > 0,
                dataset_options={"VERSION": "1.2"} if number == 0 else None,
                layer_options={"IDENTIFIER": titles[layer], "GEOMETRY_NAME": "geom"},
            )
    print(
        f"{path.relative_to(LAYERS)}: {path.stat().st_size / 1e6:.2f} MB,",
        {k: len(v) for k, v in layers.items()},
    )


def rounded_geometry(geometry: Sequence[shapely.Geometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Round coordinates to the grid, vertex by vertex, so that shared borders stay shared.

    A shape that rounding makes invalid (a spike narrower than the grid) is put on the grid as a whole instead.
    """
    shapes = np.asarray(geometry, dtype=object)
    rounded = np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS)))
    for row in np.flatnonzero(~shapely.is_valid(rounded)):
        whole = shapely.set_precision(shapes[row], 10.0**-DECIMALS)
        parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
        rounded[row] = shapely.transform(shapely.multipolygons(parts), lambda xy: np.round(xy, DECIMALS))
    return rounded
