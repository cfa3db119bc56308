"""Layer barrier: the mountain barriers that the plans name, by the relief rule.

`geozone.terrain.barrier` holds the rule. Here its patches are shared out to the barriers that the plans name:

- bth: Taihang and Yanshan, on either side of `DIVIDE`; the plateau of Bashang is taken out.
- yrd: the Dabie mountains in western Anhui, and the mountains of southern Anhui with western and southern Zhejiang, by
  the cities that they lie in. Hills elsewhere (Lianyungang, Yixing, eastern Zhejiang, islands) belong to no named barrier.

The divide and the lists of cities are readings of the plans made here, not official.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from common import BTH, DATA, YRD, write

from geozone.model import CRS
from geozone.overlay.plane import area_km2
from geozone.terrain.barrier import barrier
from geozone.terrain.continuity import continuity

# 坝上: the six counties of the plateau in Zhangjiakou and Chengde
BASHANG = ("130722", "130723", "130724", "130725", "130826", "130828")
# Guangou, the pass of Nankou and Badaling, parts Taihang and Yanshan; then up the Yang river to the province's edge
DIVIDE = (
    (117.6, 39.2), (116.13, 40.24), (116.01, 40.36), (115.80, 40.40), (115.52, 40.41), (115.25, 40.48), (115.03, 40.60),
    (114.72, 40.67), (114.40, 40.67), (113.0, 40.50),
)  # fmt: skip
WEST_ANHUI = ("340800", "341500")
SOUTH = (
    "340200", "340700", "341000", "341700", "341800",  # southern Anhui
    "330100", "330500", "330800",  # western Zhejiang
    "330300", "330700", "331100",  # southern Zhejiang
)  # fmt: skip
SMALLEST_KM2 = 10.0  # pieces that the divide and the cities cut off below this are left out
NAMES = {
    "taihang": ("太行山生态安全屏障（推算）", "Taihang ecological barrier (derived)"),
    "yanshan": ("燕山生态安全屏障（推算）", "Yanshan ecological barrier (derived)"),
    "west_anhui": ("皖西大别山区生态安全屏障（推算）", "Western Anhui (Dabie) ecological barrier (derived)"),
    "south_anhui_zhejiang": (
        "皖南—浙西—浙南山区生态安全屏障（推算）",
        "Southern Anhui, western and southern Zhejiang ecological barrier (derived)",
    ),
}
TOLD = {
    "source": "geozone relief rule on the 30″ grid of meteva 1.9.6.2",
    "licence": "GPL-3.0 (elevation of the package meteva)",
    "basis": "derived",
    "accuracy_m": np.int32(1000),
    "vintage": "unknown",
}


def main() -> None:
    """Build ``data/barrier.gpkg``."""
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    counties = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="county")
    north = provinces[provinces.code.isin(BTH)]
    south = provinces[provinces.code.isin(YRD)]
    parts = pd.concat([northern(north, counties), southern(south, counties)], ignore_index=True)
    for part, rows in parts.groupby("part"):
        print(
            f"  {part}: {rows.area_km2.sum():.0f} km2, {len(rows)} patches, continuity {continuity(rows):.4f}"
        )
    for code, province in zip(provinces.code, provinces.geometry, strict=True):
        inside = area_km2(shapely.intersection(parts.geometry.array, province), CRS).sum()
        if inside > 0:
            print(f"  in {code}: {inside:.0f} km2")
    write(DATA / "barrier.gpkg", {"barrier": parts}, {"barrier": "山地生态安全屏障（高程推算）"})


def northern(provinces: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the barrier of bth in its two parts."""
    plateau = counties[counties.code.isin(BASHANG)]
    patches = barrier(DATA / "dem_bth.tif", provinces, plateau=plateau)
    south_west = shapely.Polygon([*DIVIDE, (113.0, 34.0), (117.6, 34.0)])
    parts = {"taihang": south_west, "yanshan": shapely.difference(shapely.box(110, 34, 121, 44), south_west)}
    return _named(patches, parts, provinces)


def southern(provinces: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the two barriers of yrd."""
    patches = barrier(DATA / "dem_yrd.tif", provinces)
    parts = {
        name: shapely.coverage_union_all(counties.geometry.array[counties.city_code.isin(cities)])
        for name, cities in (("west_anhui", WEST_ANHUI), ("south_anhui_zhejiang", SOUTH))
    }
    return _named(patches, parts, provinces)


def provinces_of(ground: shapely.Geometry, provinces: gpd.GeoDataFrame) -> str:
    """Return the codes of the provinces that the ground lies in."""
    inside = area_km2(shapely.intersection(provinces.geometry.array, ground), CRS)
    return ",".join(sorted(provinces.code[inside > 0.01]))


def _named(
    patches: gpd.GeoDataFrame, parts: dict[str, shapely.Geometry], provinces: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    rows = []
    for part, ground in parts.items():
        pieces = shapely.get_parts(shapely.intersection(shapely.union_all(patches.geometry.array), ground))
        pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON]
        areas = area_km2(pieces, CRS)
        for number, row in enumerate(np.argsort(-areas, kind="stable"), start=1):
            if areas[row] >= SMALLEST_KM2:
                zh, en = NAMES[part]
                rows.append(
                    {
                        "part": part,
                        "patch": number,
                        "name": zh,
                        "name_en": en,
                        "province_codes": provinces_of(pieces[row], provinces),
                        "area_km2": areas[row],
                        **TOLD,
                        "geometry": pieces[row],
                    }
                )
    return gpd.GeoDataFrame(rows, crs=CRS).pipe(_multipolygons)


def _multipolygons(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parts = [shapely.multipolygons(shapely.get_parts(shape)) for shape in table.geometry]
    return table.set_geometry(gpd.GeoSeries(parts, index=table.index, crs=CRS))


if __name__ == "__main__":
    main()
