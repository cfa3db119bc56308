"""Layer redline: where to look first for ecological red line, NEVER the line itself.

The statutory red line is not public. This screening layer follows one plain rule and is not fitted to any published total:

1. *Steep mountains*: ground inside the derived barrier whose relief within 3 km is `RELIEF_M` or more, by the same steps
   as the barrier with discs of 1 km and patches of `PATCH_KM2`. The threshold is a choice of this project.
2. *Waters*: the embedded lakes and reservoirs with a rim of `RIM_M`.

Coastal mud flats, forests, wetlands and protected areas are part of real red lines and missing here: no embedded data
shows them. The parts keep the licence of their sources and lie in different files.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from common import BTH, DATA, YRD, write

from geozone.model import CRS
from geozone.overlay.plane import area_km2
from geozone.terrain.barrier import barrier

RELIEF_M = 300.0
DISC_M = 1000.0
PATCH_KM2 = 10.0
RIM_M = 500.0
SMALLEST_KM2 = 1.0
TITLE = "生态保护红线筛查范围（推算，非法定红线）"


def main() -> None:
    """Build ``data/redline_screening_*.gpkg``."""
    mountains = gpd.GeoDataFrame(
        pd.concat([steep("bth", BTH), steep("yrd", YRD)], ignore_index=True), crs=CRS
    )
    report("mountains", mountains)
    write(DATA / "redline_screening_relief.gpkg", {"redline": mountains}, {"redline": TITLE})
    for source in ("osm", "gshhg", "schematic"):
        rims = waters(source)
        report(source, rims)
        write(DATA / f"redline_screening_lakes_{source}.gpkg", {"redline": rims}, {"redline": TITLE})


def steep(zone: str, codes: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return the steep ground inside the barrier, patch by patch."""
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    barriers = pyogrio.read_dataframe(DATA / "barrier.gpkg", layer="barrier")
    zones = provinces[provinces.code.isin(codes)]
    patches = barrier(
        DATA / f"dem_{zone}.tif",
        zones,
        relief_m=RELIEF_M,
        opening_m=DISC_M,
        closing_m=DISC_M,
        patch_km2=PATCH_KM2,
        hole_km2=PATCH_KM2,
    )
    inside = shapely.intersection(patches.geometry.array, shapely.union_all(barriers.geometry.array))
    parts = shapely.get_parts(shapely.get_parts(inside))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    parts = parts[area_km2(parts, CRS) >= SMALLEST_KM2]
    rows = [
        {
            "kind": "steep_mountain",
            "province_codes": _provinces(part, provinces),
            "name": "陡峻山地（红线筛查，非法定）",
            "name_en": "Steep mountains (screening, not the statutory red line)",
            "source": "geozone relief rule on the 30″ grid of meteva 1.9.6.2",
            "licence": "GPL-3.0 (elevation of the package meteva)",
            "basis": "derived",
            "accuracy_m": np.int32(1000),
            "vintage": "unknown",
            "geometry": shapely.multipolygons([part]),
        }
        for part in parts[np.argsort(-area_km2(parts, CRS), kind="stable")]
    ]
    return gpd.GeoDataFrame(rows, crs=CRS)


def waters(source: str) -> gpd.GeoDataFrame:
    """Return the lakes of one source with their rim."""
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    lakes = pyogrio.read_dataframe(DATA / f"lakes_{source}.gpkg", layer="lakes")
    lakes = lakes[[bool({*codes.split(",")} & {*BTH, *YRD}) for codes in lakes.province_codes]]
    return gpd.GeoDataFrame(
        {
            "kind": "lake_with_rim",
            "province_codes": [_provinces(lake, provinces) for lake in lakes.geometry],
            "name": lakes.name + "及岸带（红线筛查，非法定）",
            "name_en": lakes.name_en + " with rim (screening, not the statutory red line)",
            "source": lakes.source + "; rim of 500 m by geozone",
            "licence": lakes.licence,
            "basis": np.where(lakes.basis == "schematic", "schematic", "derived"),
            "accuracy_m": lakes.accuracy_m,
            "vintage": lakes.vintage,
        },
        geometry=[_rim(lake) for lake in lakes.geometry],
        crs=CRS,
    )


def report(name: str, rows: gpd.GeoDataFrame) -> None:
    """Print the area of a part, each piece of ground once."""
    print(
        f"  {name}: {area_km2([shapely.union_all(rows.geometry.array)], CRS)[0]:.0f} km2, {len(rows)} features"
    )


def _rim(lake: Any) -> shapely.MultiPolygon:
    middle = shapely.centroid(lake)
    plane = f"+proj=laea +lat_0={middle.y} +lon_0={middle.x} +ellps=GRS80 +units=m"
    ends = [
        pyproj.Transformer.from_crs(*pair, always_xy=True).transform for pair in ((CRS, plane), (plane, CRS))
    ]
    ground = shapely.transform(lake, ends[0], interleaved=False)
    rim = shapely.simplify(shapely.buffer(ground, RIM_M, quad_segs=4), 20)
    return shapely.multipolygons(shapely.get_parts(shapely.transform(rim, ends[1], interleaved=False)))


def _provinces(ground: Any, provinces: gpd.GeoDataFrame) -> str:
    inside = area_km2(shapely.intersection(provinces.geometry.array, ground), CRS)
    return ",".join(sorted(provinces.code[inside > inside.sum() / 1000]))


if __name__ == "__main__":
    main()
