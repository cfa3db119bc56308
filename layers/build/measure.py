"""Measure the embedded layers against published figures and write the tables of ``docs/layers.md``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from barrier import BASHANG
from common import BTH, DATA, YRD

import geozone.terrain
from geozone.model import CRS
from geozone.overlay.plane import area_km2, length_km
from geozone.terrain.barrier import barrier
from geozone.terrain.continuity import continuity

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/layers.md"
# km² as statistical yearbooks and government pages give them, rounded there
PROVINCES = {
    "110000": 16410, "120000": 11966, "130000": 188800, "140000": 156700, "150000": 1183000, "310000": 6341,
    "320000": 107200, "330000": 105500, "340000": 140100, "360000": 166900, "370000": 157900, "410000": 167000,
    "420000": 185900, "430000": 211800, "500000": 82400, "510000": 486000, "530000": 394100, "540000": 1228400,
    "610000": 205600, "620000": 425800, "630000": 722300, "640000": 66400, "810000": 1114, "820000": 33.3,
}  # fmt: skip
REASONS = {
    "140000": "",
    "150000": "rounded older figure; outline drawn differently",
    "310000": "the unit takes in the mouth of the Yangtze; the published figure is land",
    "320000": "the published figure seems to count tidal land that the outline leaves out",
    "330000": "islands and tidal land are generalised away",
    "530000": "rounded older figure",
    "540000": "older figure; the newer one is 1,202,800",
    "630000": "older figure; the newer one is 696,700",
    "640000": "older figure with areas since counted elsewhere; the newer one is 51,950",
    "810000": "small islands are generalised away",
    "820000": "reclaimed land is missing",
}
MOUNTAINS = {"110000": 10072, "120000": 727, "130000": 90280}  # km²
RIVERS = {"滦河": 888, "海河": 73, "北运河": 143, "淮河": 1000, "黄河": 5464}  # km


def main() -> None:
    """Fill the tables between the markers of the document."""
    text = DOCUMENT.read_text("utf-8")
    tables = {
        "provinces": provinces(),
        "lakes": lakes(),
        "barrier": barriers(),
        "sensitivity": sensitivity(),
        "bays": bays(),
        "shores": shores(),
        "rivers": rivers(),
        "redline": redline(),
        "files": files(),
    }
    for name, rows in tables.items():
        marker = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not marker.search(text):
            raise ValueError(f"the document has no place for {name}")
        table = "\n".join(rows) + "\n"
        text = marker.sub(lambda found, table=table: found[1] + table + found[2], text)
    DOCUMENT.write_text(text, "utf-8")


def provinces() -> Iterable[str]:
    """Province areas and how exactly their counties and cities add up."""
    units = {name: _units(name) for name in ("county", "city", "province")}
    whole = units["province"].set_index("code")
    counties = units["county"].groupby("province_code").km2.sum()
    cities = units["city"].groupby("province_code").km2.sum()
    yield "| code | province | measured km² | published km² | difference | counties − province | cities − province | reason |"
    yield "|---|---|---|---|---|---|---|---|"
    for code, row in whole.iterrows():
        published = PROVINCES[str(code)]
        by_county = f"{counties[code] / row.km2 - 1:.0e}" if code in counties.index else ""
        by_city = f"{cities[code] / row.km2 - 1:.0e}" if code in cities.index else ""
        share = f"{row.km2 / published - 1:+.1%}"
        reason = REASONS.get(str(code), "")
        yield f"| {code} | {row.name_en} | {row.km2:,.0f} | {published:,} | {share} | {by_county} | {by_city} | {reason} |"


def lakes() -> Iterable[str]:
    """Lake areas."""
    table = pd.concat([_read(path.name, "lakes") for path in sorted(DATA.glob("lakes_*.gpkg"))])
    table["km2"] = area_km2(table.geometry.array, CRS)
    yield "| lake | measured km² | published km² | ratio | what the published figure means | source | basis |"
    yield "|---|---|---|---|---|---|---|"
    for row in table.sort_values("km2", ascending=False).itertuples():
        source = row.source.split(" (")[0]
        yield (
            f"| {row.name} {row.name_en} | {row.km2:,.0f} | {row.published_km2:,.0f} | {row.km2 / row.published_km2:.2f} "
            f"| {row.published_note} | {source} | {row.basis} |"
        )


def barriers() -> Iterable[str]:
    """Barrier areas by part, and by province against published mountain areas."""
    table = _read("barrier.gpkg", "barrier")
    table["km2"] = area_km2(table.geometry.array, CRS)
    yield "| part | km² | patches | continuity |"
    yield "|---|---|---|---|"
    for _, rows in table.groupby("part"):
        yield f"| {rows.name_en.iloc[0]} | {rows.km2.sum():,.0f} | {len(rows)} | {continuity(rows):.3f} |"
    yield ""
    yield "| province | barrier km² | published mountains km² | difference |"
    yield "|---|---|---|---|"
    for row in _units("province").itertuples():
        if row.code in (*BTH, *YRD):
            km2 = area_km2(shapely.intersection(table.geometry.array, row.geometry), CRS).sum()
            published = MOUNTAINS.get(row.code)
            compared = f"{published:,} | {km2 / published - 1:+.1%}" if published else "not compared | "
            yield f"| {row.name_en} | {km2:,.0f} | {compared} |"


def sensitivity() -> Iterable[str]:
    """Barrier of bth by every rule, and under other numbers of each."""
    units = _units("province")
    zone = units[units.code.isin(BTH)]
    counties = _units("county")
    plateau = counties[counties.code.isin(BASHANG)]
    table = geozone.terrain.sensitivity(DATA / "dem_bth.tif", zone, plateau=plateau)
    pairs = table[table.number == ""]
    yield "| rule | km² | against | change | overlap |"
    yield "|---|---|---|---|---|"
    for row in pairs.itertuples():
        against = "" if row.rule == row.against else row.against
        told = f"{row.change:+.1%} | {row.overlap:.3f}" if against else " | "
        yield f"| {row.rule} | {row.area_km2:,.0f} | {against} | {told} |"
    whole = barrier(DATA / "dem_bth.tif", zone).area_km2.sum()
    used = float(pairs.area_km2.iloc[0])
    yield f"| {pairs.rule.iloc[0]}, plateau kept | {whole:,.0f} | {pairs.rule.iloc[0]} | {whole / used - 1:+.1%} | |"
    yield ""
    yield "| rule | number | −20 % | change | overlap | +20 % | change | overlap |"
    yield "|---|---|---|---|---|---|---|---|"
    for (rule, number), rows in table[table.number != ""].groupby(["rule", "number"], sort=False):
        cells = (f"{row.value:g} | {row.change:+.1%} | {row.overlap:.3f}" for row in rows.itertuples())
        yield f"| {rule} | {number} | {' | '.join(cells)} |"


def bays() -> Iterable[str]:
    """Areas of the natural bays."""
    table = _read("bays_osm.gpkg", "bays")
    table["km2"] = area_km2(table.geometry.array, CRS)
    units = table[table.kind == "working_unit"]
    yield "| bay | measured km² | published km² | ratio | note |"
    yield "|---|---|---|---|---|"
    for row in table[table.kind == "natural_bay"].itertuples():
        yield (
            f"| {row.name} {row.name_en} | {row.km2:,.0f} | {row.published_km2:,.0f} | {row.km2 / row.published_km2:.2f} "
            f"| {row.published_note} |"
        )
    yield ""
    yield "| province | working units | shore km | water km² |"
    yield "|---|---|---|---|"
    for code, rows in units.groupby("province_codes"):
        yield f"| {code} | {len(rows)} | {rows.shore_km.sum():,.0f} | {rows.km2.sum():,.0f} |"
    once = float(area_km2([shapely.union_all(units.geometry.array)], CRS)[0])
    yield ""
    yield f"The {len(units)} working units overlap each other by {abs(units.km2.sum() - once):.6f} km² altogether."


def shores() -> Iterable[str]:
    """Length of the shores."""
    table = _read("coastline_osm.gpkg", "coastline")
    table["km"] = length_km(table.geometry.array, CRS)
    sums = table.pivot_table(
        index="province_codes", columns="kind", values="km", aggfunc="sum", fill_value=0.0
    )
    yield "| province | mainland km | islands km |"
    yield "|---|---|---|"
    for row in sums.itertuples():
        yield f"| {row.Index} | {row.mainland:,.0f} | {row.island:,.0f} |"


def rivers() -> Iterable[str]:
    """Length of the rivers."""
    yield "| river | file | basis | km | published km |"
    yield "|---|---|---|---|---|"
    for path in sorted(DATA.glob("rivers_*.gpkg")):
        table = _read(path.name, "rivers")
        km = length_km(table.geometry.array, CRS)
        for row, length in zip(table.itertuples(), km, strict=True):
            yield f"| {row.name} {row.name_en} | {path.name} | {row.basis} | {length:,.0f} | {RIVERS.get(row.name, '')} |"


def redline() -> Iterable[str]:
    """Area of the screening layer by province, each piece of ground once."""
    parts = [_read(path.name, "redline") for path in sorted(DATA.glob("redline_screening_*.gpkg"))]
    ground = shapely.union_all(np.concatenate([part.geometry.array for part in parts]))
    yield "| province | screening km² | share of the province |"
    yield "|---|---|---|"
    for row in _units("province").itertuples():
        if row.code in (*BTH, *YRD):
            km2 = float(area_km2([shapely.intersection(ground, row.geometry)], CRS)[0])
            yield f"| {row.name_en} | {km2:,.0f} | {km2 / row.km2:.1%} |"


def files() -> Iterable[str]:
    """Size of the files."""
    paths = sorted(path for path in DATA.iterdir() if path.suffix in {".gpkg", ".tif"})
    yield "| file | MB |"
    yield "|---|---|"
    for path in paths:
        yield f"| {path.name} | {path.stat().st_size / 1e6:.2f} |"
    yield f"| all | {sum(path.stat().st_size for path in paths) / 1e6:.2f} |"


def _read(file: str, layer: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(DATA / file, layer=layer)


def _units(layer: str) -> gpd.GeoDataFrame:
    table = _read("boundary.gpkg", layer)
    return table.assign(km2=area_km2(table.geometry.array, CRS))


if __name__ == "__main__":
    main()
