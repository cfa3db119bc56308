"""Layer coastline: shore lines of the coastal counties of bth, yrd and gba.

One feature per county and kind (mainland or island), made of the pieces that `shores` gives to the county.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import DATA, write
from names import english_name
from shores import COASTS, counties_around, shore_pieces

from geozone.model import CRS

KINDS = {"mainland": ("大陆岸线", "mainland shore"), "island": ("海岛岸线", "island shore")}


def main() -> None:
    """Build ``data/coastline_osm.gpkg``."""
    shores = pd.concat([county_shores(zone) for zone in COASTS], ignore_index=True)
    titles = {"coastline": "海岸线（OpenStreetMap，按县分段）"}
    write(DATA / "coastline_osm.gpkg", {"coastline": gpd.GeoDataFrame(shores, crs=CRS)}, titles)


def county_shores(zone: str) -> gpd.GeoDataFrame:
    """Return the shore of every county of the zone, mainland and islands apart."""
    pieces = shore_pieces(zone)
    counties = counties_around(COASTS[zone].extent)
    rows = []
    for (row, kind), part in pieces.groupby(["row", "kind"]):
        county = counties.iloc[row]
        if not COASTS[zone].has(county):
            continue
        zh, en = KINDS[kind]
        rows.append(
            {
                "code": county.district_adcode,
                "kind": kind,
                "province_codes": county.province_adcode,
                "name": f"{county.district_name}{zh}",
                "name_en": f"{english_name(county.district_name)} {en}",
                "source": "OpenStreetMap land polygons (roaring-landmask 0.11.0)",
                "licence": "ODbL-1.0",
                "basis": "public",
                "accuracy_m": np.int32(50),
                "vintage": "unknown",
                "geometry": _joined(part.geometry.array),
            }
        )
    return gpd.GeoDataFrame(rows, crs=CRS).sort_values(["code", "kind"], ignore_index=True)


def _joined(pieces: np.ndarray) -> shapely.MultiLineString:
    merged = shapely.line_merge(shapely.multilinestrings(pieces))
    # the pieces were cut for attribution only: take the added vertices out again
    return shapely.multilinestrings(shapely.get_parts(shapely.simplify(merged, 1e-6)))


if __name__ == "__main__":
    main()
