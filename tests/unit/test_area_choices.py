"""Areas by other methods, other coastlines and without repaired features, in closed form."""

import numpy as np
import pytest
import shapely
from samples import frame

from geozone.overlay.area_choices import area_variants, central_meridian
from geozone.overlay.coverage import coverage
from geozone.overlay.plane import FLATTENING, SEMI_MAJOR_AXIS, from_plane, to_plane

CRS = "EPSG:4490"
CELL = 9549.520093962  # km², 1° cell 39-40N by the series of 国土调查办发〔2008〕32号


def dense(west, south, east, north):
    """A box with a vertex every 36 seconds, so that edges follow the parallels in any projection."""
    return shapely.segmentize(shapely.box(west, south, east, north), 0.01)


UNITS = frame(
    dense(115, 38, 118, 41),
    dense(118, 38, 119, 41),
    dense(115, 38, 119, 41),
    code=["910000", "920000", "z"],
    level=["province", "province", "zone"],
)


def areas(table, code="910000"):
    rows = table[table["code"] == code]
    return rows.set_index(["method", "coastline", "repair"])["area_km2"]


def excess(south, north, west, east, meridian):
    """The mean of the areal scale of Gauss-Krueger less 1 in a box, from its expansion about the meridian."""
    latitudes, longitudes = np.meshgrid(
        np.linspace(south, north, 401), np.deg2rad(np.linspace(west, east, 401) - meridian)
    )
    phi = np.deg2rad(latitudes)
    cos, tan = np.cos(phi), np.tan(phi)
    second = FLATTENING * (2 - FLATTENING) / (1 - FLATTENING) ** 2
    eta = second * cos**2
    scale = 1 + (1 + eta) * (longitudes * cos) ** 2 / 2 + (5 - 4 * tan**2) * (longitudes * cos) ** 4 / 24
    weight = cos / (1 - FLATTENING * (2 - FLATTENING) * np.sin(phi) ** 2) ** 2
    weight[[0, -1]] /= 2
    weight[:, [0, -1]] /= 2
    return float((scale**2 * weight).sum() / weight.sum() - 1)


def test_two_methods_on_a_cell():
    found = areas(area_variants(frame(shapely.box(115, 39, 116, 40)), UNITS))
    assert list(found.index.get_level_values("method")) == ["ellipsoid", "planar"]
    assert found["ellipsoid", "land", "with"] == pytest.approx(CELL, rel=1e-11)
    planar = excess(39, 40, 115, 116, 117)
    assert planar == pytest.approx(4.2e-4, rel=0.1)  # a cell 1-2° off its meridian
    assert found["planar", "land", "with"] / CELL - 1 == pytest.approx(planar, rel=1e-4)


def rule_of_2008(polygon, meridian):
    """The area in km² by 国土调查办发〔2008〕32号: trapezoids between every edge and a meridian."""
    e2 = FLATTENING * (2 - FLATTENING)
    factors = (
        1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4,
        1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4,
        3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4,
        1 / 112 * e2**3 + 45 / 2304 * e2**4,
        5 / 2304 * e2**4,
    )
    longitude, latitude = np.deg2rad(shapely.get_coordinates(polygon)).T
    width = (longitude[1:] + longitude[:-1]) / 2 - np.deg2rad(meridian)
    height, middle = np.diff(latitude), (latitude[1:] + latitude[:-1]) / 2
    terms = [
        (-1) ** k * factor * np.sin((2 * k + 1) * height / 2) * np.cos((2 * k + 1) * middle)
        for k, factor in enumerate(factors)
    ]
    semi_minor = SEMI_MAJOR_AXIS * (1 - FLATTENING)
    return abs(float((2 * semi_minor**2 * width * sum(terms)).sum())) / 1e6


def test_the_rule_of_2008_is_no_third_method():
    assert rule_of_2008(shapely.box(115, 39, 116, 40), 117) == pytest.approx(CELL, rel=1e-11)
    slanting = shapely.Polygon([(115.1, 38.2), (117.3, 39.1), (116.4, 40.7), (115.3, 40.1)])
    found = areas(area_variants(frame(slanting), UNITS))
    degrees = from_plane(shapely.segmentize(to_plane(frame(slanting)), 100.0))[0]
    assert found["ellipsoid", "land", "with"] == pytest.approx(rule_of_2008(degrees, 117), rel=1e-9)


def test_a_long_edge_covers_the_same_ground_under_every_method():
    long, dense_one = frame(shapely.box(115, 39, 118, 40)), frame(dense(115, 39, 118, 40))
    one, other = areas(area_variants(long, UNITS)), areas(area_variants(dense_one, UNITS))
    assert one.to_numpy() == pytest.approx(other.to_numpy(), rel=1e-8)


def test_the_zone_is_the_sum_of_its_provinces_each_on_its_own_meridian():
    table = area_variants(frame(dense(117.5, 39, 118.5, 40)), UNITS)
    halves, whole = (areas(table, "910000"), areas(table, "920000")), areas(table, "z")
    assert whole["ellipsoid", "land", "with"] == pytest.approx(CELL, rel=1e-11)
    assert whole.to_numpy() == pytest.approx((halves[0] + halves[1]).to_numpy(), rel=1e-12)
    west, east = excess(39, 40, 117.5, 118, 117), excess(39, 40, 118, 118.5, 120)
    assert whole["planar", "land", "with"] / CELL - 1 == pytest.approx((west + east) / 2, rel=1e-4)
    first = table.drop_duplicates("code").set_index("code")
    assert set(zip(first["method"], first["coastline"], first["repair"], strict=True)) == {
        ("ellipsoid", "land", "with")
    }
    assert first.loc["z", "unit_km2"] == pytest.approx(
        first.loc["910000", "unit_km2"] + first.loc["920000", "unit_km2"]
    )


def test_the_default_is_the_net_area_of_coverage():
    layer = frame(dense(115.2, 38.3, 117.1, 39.9), dense(116, 39, 118.7, 40.5), dense(114, 37, 115.5, 39))
    table = area_variants(layer, UNITS)
    net = coverage(layer, UNITS, by="code")
    for code in UNITS["code"]:
        assert areas(table, code).iloc[0] == pytest.approx(net.loc[code, "net_km2"], rel=1e-9)
        unit = table.loc[table["code"] == code, "unit_km2"].iloc[0]
        assert unit == pytest.approx(net.loc[code, "zone_km2"], rel=1e-12)


def test_repaired_features_can_be_left_out():
    layer = frame(dense(115, 39, 116, 40), dense(115.5, 39, 116.5, 40))
    found = areas(area_variants(layer, UNITS, repaired_features=[1]))
    assert found["ellipsoid", "land", "with"] == pytest.approx(1.5 * CELL, rel=1e-11)
    assert found["ellipsoid", "land", "without"] == pytest.approx(CELL, rel=1e-11)
    covered = areas(area_variants(layer, UNITS, repaired_features=[0, 1]))
    assert covered["ellipsoid", "land", "without"] == 0
    elsewhere = area_variants(layer, UNITS, repaired_features=[7])
    assert set(elsewhere["repair"]) == {"with"}


SEA = frame(
    dense(118.9, 39, 120, 40),  # overlaps the land of the province, as another coastline does
    dense(119, 40, 120, 41),
    dense(119, 38, 122, 41),
    kind=["working_unit", "working_unit", "natural_bay"],
    province_codes=["920000", "930000", "920000"],
)


def test_the_sea_counts_within_the_working_units_of_the_province():
    layer = frame(dense(118.5, 39, 121, 41))  # half a degree of land, two of sea
    table = area_variants(layer, UNITS, sea=SEA)
    found = areas(table, "920000")
    land = found["ellipsoid", "land", "with"]
    assert found["ellipsoid", "land_and_sea", "with"] - land == pytest.approx(CELL, rel=1e-9)
    assert set(table[table["code"] == "910000"]["coastline"]) == {"land"}  # nothing of it at sea
    whole = areas(table, "z")
    assert whole["planar", "land_and_sea", "with"] == pytest.approx(
        found["planar", "land_and_sea", "with"], rel=1e-12
    )


def test_a_layer_that_ends_at_the_shore_leaves_no_choice_of_coastline():
    table = area_variants(frame(dense(118.5, 39, 119, 41)), UNITS, sea=SEA)
    assert set(table["coastline"]) == {"land"}
    nothing = area_variants(frame(dense(100, 39, 101, 40)), UNITS, sea=SEA)
    assert (nothing["area_km2"] == 0).all()


@pytest.mark.parametrize(
    ("west", "east", "meridian"), [(113.45, 119.85, 117), (115.4, 117.5, 117), (118.01, 122.9, 120)]
)
def test_the_meridian_is_the_nearest_one(west, east, meridian):
    assert central_meridian(west, east) == meridian
