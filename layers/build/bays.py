"""Layer bays: working units off the coastal counties, and natural bays behind closing lines.

Official bay units (美丽海湾) are management units whose list and outlines are not public for these zones. In their place
stands, per coastal county, the water off its shore:

1. The shore of a county is its mainland shore (`shores`); a county of islands has the shore of its islands. Less than
   `SHORTEST_KM` makes no coastal county.
2. Water within `REACH_M` of a shore belongs to the county whose shore is nearest (Voronoi cells of the shore's pieces).
   Counties of neighbouring provinces take part and are left out afterwards.
3. Land, islands included, is cut out.

Natural bays are the water between the shore and closing lines that are drawn in ``bays.toml``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from common import DATA, DECIMALS, write
from names import english_name
from shores import COASTS, counties_around, in_plane, sea, shore_pieces

from geozone.model import CRS
from geozone.overlay.plane import area_km2, length_km

ZONES = ("bth", "yrd", "gba")
REACH_M = 5000.0
SHORTEST_KM = 1.0
LINE_WIDTH = 1e-7  # degrees: the closing line as a blade
SMALLEST_KM2 = 0.1  # splinters of a unit below this are left out
SOURCE = "OpenStreetMap land polygons (roaring-landmask 0.11.0)"
TOLD = {"licence": "ODbL-1.0", "vintage": "unknown"}


def main() -> None:
    """Build ``data/bays_osm.gpkg``."""
    table = tomllib.loads((Path(__file__).parent / "bays.toml").read_text("utf-8"))
    units = [working_units(zone) for zone in ZONES]
    bays = [natural_bays(zone, [bay for bay in table["bay"] if bay["zone"] == zone]) for zone in ZONES[:2]]
    rows = pd.concat([*units, *bays], ignore_index=True)
    write(
        DATA / "bays_osm.gpkg",
        {"bays": gpd.GeoDataFrame(rows, crs=CRS)},
        {"bays": "海湾（工作单元与自然海湾）"},
    )


def working_units(zone: str) -> gpd.GeoDataFrame:
    """Return the water off every coastal county of the zone."""
    coast, pieces, counties = COASTS[zone], shore_pieces(zone), counties_around(COASTS[zone].extent)
    shore = _shores(pieces)
    lines = in_plane(shore.geometry.array, coast)
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    cells = np.asarray(
        shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middles), ordered=True))
    )
    water = in_plane(np.array([sea(zone)], dtype=object), coast)[0]
    near = shapely.intersection(shapely.union_all(shapely.buffer(lines, REACH_M, quad_segs=8)), water)
    rows, shapes_ = [], []
    for row in np.unique(shore.row):
        county = counties.iloc[row]
        own = (shore.row == row).to_numpy()
        unit = shapely.intersection(shapely.coverage_union_all(cells[own]), near)
        if coast.has(county):
            name = english_name(county.district_name)
            rows.append(
                {
                    "code": county.district_adcode,
                    "kind": "working_unit",
                    "province_codes": county.province_adcode,
                    "name": f"{county.district_name}近岸海域（工作单元）",
                    "name_en": f"Coastal water of {name} (working unit)",
                    "shore_km": float(length_km(shore.geometry.array[own], CRS).sum()),
                    "published_km2": np.nan,
                    "published_note": "",
                    "source": f"{SOURCE}; water within 5 km, nearest county",
                    "basis": "working",
                    "accuracy_m": np.int32(500),
                    **TOLD,
                }
            )
            shapes_.append(unit)
    units = gpd.GeoDataFrame(
        rows, geometry=_clean(in_plane(np.array(shapes_, dtype=object), coast, back=True)), crs=CRS
    )
    areas = area_km2(units.geometry.array, CRS)
    print(
        units.assign(area=areas.round(1))[["code", "name", "shore_km", "area"]]
        .round(1)
        .to_string(header=False)
    )
    return units


def natural_bays(zone: str, bays: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return the bays behind their closing lines."""
    water = sea(zone)
    provinces = pyogrio.read_dataframe(DATA / "boundary.gpkg", layer="province")
    pieces = shore_pieces(zone)
    rows = []
    for bay in bays:
        blade = shapely.buffer(
            shapely.multilinestrings([shapely.LineString(line) for line in bay["lines"]]), LINE_WIDTH
        )
        parts = shapely.get_parts(shapely.difference(water, blade))
        part = parts[int(np.argmin(shapely.distance(parts, shapely.Point(bay["inside"]))))]
        area = float(area_km2([part], CRS)[0])
        print(
            f"  {bay['name']}: {area:.0f} km2, published {bay['published_km2']}, ratio {area / bay['published_km2']:.2f}"
        )
        beside = pieces[shapely.dwithin(pieces.geometry.array, part, 1e-6)]
        touched = provinces.code[shapely.dwithin(provinces.geometry.array, part, 0.02)]
        rows.append(
            {
                "code": "",
                "kind": "natural_bay",
                "province_codes": ",".join(sorted(touched)),
                "name": bay["name"],
                "name_en": bay["name_en"],
                "shore_km": float(length_km(beside.geometry.array, CRS).sum()),
                "published_km2": float(bay["published_km2"]),
                "published_note": bay["published_note"],
                "source": f"{SOURCE}; closing lines drawn by geozone",
                "basis": "derived",
                "accuracy_m": np.int32(1000),
                **TOLD,
                "geometry": shapely.multipolygons([part]),
            }
        )
    return gpd.GeoDataFrame(rows, crs=CRS)


def _shores(pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the mainland pieces of every county, or the island pieces where it has no mainland."""
    km = pieces.assign(km=length_km(pieces.geometry.array, CRS)).pivot_table(
        index="row", columns="kind", values="km", aggfunc="sum", fill_value=0.0
    )
    kind = np.where(km.mainland >= SHORTEST_KM, "mainland", np.where(km.island >= SHORTEST_KM, "island", ""))
    chosen = pd.Series(kind, index=km.index)
    kept = pieces[pieces.kind == pieces.row.map(chosen)].reset_index(drop=True)
    # every piece once, and none without length: two equal points have no Voronoi cells of their own
    middles = shapely.line_interpolate_point(kept.geometry.array, 0.5, normalized=True)
    return kept[~pd.Series(shapely.to_wkb(middles)).duplicated()].reset_index(drop=True)


def _clean(units: np.ndarray) -> np.ndarray:
    """Round the units and keep them one coverage."""
    parts = [
        [
            part
            for part in shapely.get_parts(unit)
            if part.geom_type == "Polygon" and area_km2([part], CRS)[0] > SMALLEST_KM2
        ]
        for unit in shapely.make_valid(units, method="structure")
    ]
    whole = np.array([shapely.multipolygons(part) for part in parts], dtype=object)
    rounded = shapely.set_precision(whole, 10**-DECIMALS)
    clean = np.asarray(shapely.coverage_clean(rounded, snapping_distance=0), dtype=object)
    rounded = shapely.transform(clean, lambda xy: np.round(xy, DECIMALS))
    print("  coverage:", shapely.coverage_is_valid(rounded), "valid:", shapely.is_valid(rounded).all())
    return np.array([shapely.multipolygons(shapely.get_parts(unit)) for unit in rounded], dtype=object)


if __name__ == "__main__":
    main()
