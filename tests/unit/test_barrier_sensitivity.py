"""How a barrier changes with its numbers, on ground whose barrier is known."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from rasterio import Affine

from geozone.model import CRS
from geozone.terrain import Relief, sensitivity
from geozone.terrain.barrier import barrier
from geozone.terrain.variants import PLATEAU, SHARED, overlap

ZONE = gpd.GeoDataFrame(geometry=[shapely.box(116.2, 40.0, 117.0, 40.6)], crs=CRS)
PLACE = Affine(1 / 120, 0, 116, 0, -1 / 120, 40.8)


ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "layers" / "data"
NORTH = ("110000", "120000", "130000")
BASHANG = ("130722", "130723", "130724", "130725", "130826", "130828")


def layer(*bounds):
    return gpd.GeoDataFrame(geometry=[shapely.box(*bounds)], crs=CRS)


def test_overlap_is_intersection_over_union():
    one, other = layer(116, 40, 117, 41), layer(116.5, 40, 117.5, 41)
    assert overlap(one, one) == 1
    assert overlap(one, other) == pytest.approx(1 / 3, rel=1e-9)
    assert overlap(one, layer(118, 40, 119, 41)) == 0
    assert overlap(one.iloc[:0], one.iloc[:0]) == 1


def test_every_number_is_lowered_and_raised_and_every_rule_is_held_against_the_first():
    generator = np.random.default_rng(7)
    rough = 900 * np.kron(generator.uniform(0, 1, (12, 16)), np.ones((10, 10)))
    rough[:, :60] = 100.0
    table = sensitivity((rough, PLACE), ZONE, plateau=ZONE)
    pairs = table[table.number == ""].set_index(["rule", "against"])
    assert list(pairs.index) == [
        ("relief", "relief"), ("kapos", "relief"), ("slope", "relief"), ("slope", "kapos"),
    ]  # fmt: skip
    as_it_is = pairs.xs("relief", level="against")
    assert as_it_is.overlap["relief"] == 1
    assert as_it_is.change["relief"] == 0
    assert as_it_is.area_km2["relief"] == barrier((rough, PLACE), ZONE, plateau=ZONE).area_km2.sum()
    relief = table[(table.rule == "relief") & (table.number != "")]
    assert set(relief.number) == {"relief_m", "radius_m", *SHARED, *PLATEAU}
    assert (relief.groupby("number").size() == 2).all()
    higher = barrier((rough, PLACE), ZONE, plateau=ZONE, rule=Relief(relief_m=120.0))
    row = relief[(relief.number == "relief_m") & (relief.value == 120.0)].iloc[0]
    assert row.area_km2 == higher.area_km2.sum()
    assert row.change == pytest.approx(row.area_km2 / as_it_is.area_km2["relief"] - 1)
    assert table.overlap.between(0, 1).all()


def test_nothing_changes_on_ground_that_is_barrier_by_any_number():
    steep = 900.0 * (np.indices((96, 120)).sum(axis=0) % 2)
    table = sensitivity((steep, PLACE), ZONE)
    relief = table[(table.rule == "relief") & (table.against == "relief")]
    assert relief.overlap.to_numpy() == pytest.approx(1, abs=1e-9)
    assert relief.change.to_numpy() == pytest.approx(0, abs=1e-9)
    assert set(PLATEAU).isdisjoint(relief.number)


def test_the_table_of_the_documentation_is_what_the_embedded_elevation_gives():
    provinces, counties = (
        pyogrio.read_dataframe(DATA / "boundary.gpkg", layer=name) for name in ("province", "county")
    )
    zone, plateau = provinces[provinces.code.isin(NORTH)], counties[counties.code.isin(BASHANG)]
    text = (ROOT / "docs" / "layers.md").read_text("utf-8")
    table = re.search(r"<!-- sensitivity -->\n(.*?)<!-- end -->", text, re.DOTALL)[1]
    found = {
        name: barrier(DATA / "dem_bth.tif", zone, plateau=plateau, rule=name)
        for name in ("relief", "kapos", "slope")
    }
    for name, against in (("kapos", "relief"), ("slope", "relief"), ("slope", "kapos")):
        area, other = found[name].area_km2.sum(), found[against].area_km2.sum()
        both = overlap(found[name], found[against])
        assert f"| {name} | {area:,.0f} | {against} | {area / other - 1:+.1%} | {both:.3f} |" in table
    lower = barrier(DATA / "dem_bth.tif", zone, plateau=plateau, relief_m=80.0)
    change = lower.area_km2.sum() / found["relief"].area_km2.sum() - 1
    assert f"| relief | relief_m | 80 | {change:+.1%} | {overlap(lower, found['relief']):.3f} |" in table
