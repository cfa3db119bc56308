"""The barrier of a build, found again from its GeoPackage alone by shapely and geodesics."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

GEOD = Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def tables(built):
    return {
        name: gpd.read_file(built / "bth.gpkg", layer=name)
        for name in ("barrier", "barrier_axis", "barrier_breaks", "barrier_gaps", "redline")
    }


def geodesic_km(geometry):
    return GEOD.geometry_length(geometry) / 1e3


def test_an_axis_is_as_long_as_its_steps_say(tables):
    for _, axis in tables["barrier_axis"].groupby("axis"):
        lengths = np.array([geodesic_km(step) for step in axis.geometry])
        assert axis.length_km.to_numpy() == pytest.approx(lengths, rel=1e-3)
        assert axis.along_km.to_numpy() == pytest.approx(np.cumsum(lengths) - lengths / 2, rel=1e-3)


def test_passes_stand_along_the_axis_in_the_order_of_the_map(tables):
    axis = tables["barrier_axis"].sort_values(["axis", "along_km"])
    there = axis[axis.there.notna()]
    # from the southern Taihang over Beijing to the sea
    wanted = ["娘子关", "倒马关", "紫荆关", "居庸关", "南口", "古北口", "喜峰口", "冷口", "山海关"]
    names = [name for names in there.there for name in names.split("、")]
    assert [name for name in names if name in wanted] == wanted
    assert (there.width_km > 20).all(), (
        "a pass that is narrow is a break, and docs/barrier.md says that none is"
    )


def test_a_cut_is_as_wide_as_its_parts_are_apart(tables):
    patches = shapely.get_parts(shapely.union_all(tables["barrier"].geometry.to_numpy()))
    cuts = tables["barrier_breaks"][tables["barrier_breaks"].kind == "cut"]
    assert len(cuts)
    for cut in cuts.itertuples():
        # the two patches nearest to the middle of the cut, by their vertices and the geodesic
        near = patches[np.argsort(shapely.distance(patches, cut.geometry))[:2]]
        vertices = shapely.get_coordinates(shapely.segmentize(near[0], 0.001))
        lines = shapely.shortest_line(shapely.points(vertices), near[1])
        ends = shapely.get_coordinates(lines).reshape(-1, 4)
        assert cut.width_km == pytest.approx(GEOD.inv(*ends.T)[2].min() / 1e3, rel=1e-3)


def test_gaps_are_ground_of_the_barrier_that_the_red_line_leaves(tables):
    gaps, barrier = tables["barrier_gaps"], shapely.union_all(tables["barrier"].geometry.to_numpy())
    red = shapely.union_all(shapely.make_valid(tables["redline"].geometry.to_numpy()))
    areas = (
        np.array(
            [
                abs(GEOD.geometry_area_perimeter(one)[0])
                for one in shapely.orient_polygons(gaps.geometry.to_numpy())
            ]
        )
        / 1e6
    )
    assert gaps.area_km2.to_numpy() == pytest.approx(areas, rel=1e-3)
    ground = (
        np.array(
            [
                abs(GEOD.geometry_area_perimeter(one)[0])
                for one in shapely.orient_polygons(shapely.get_parts(barrier))
            ]
        ).sum()
        / 1e6
    )
    assert gaps.gain_share.to_numpy() == pytest.approx(areas / ground, rel=1e-3)
    assert shapely.intersection(gaps.geometry.to_numpy(), red).size == len(gaps)
    over = [
        abs(GEOD.geometry_area_perimeter(one)[0])
        for one in shapely.intersection(gaps.geometry.to_numpy(), red)
    ]
    assert sum(over) / 1e6 < 1e-3 * areas.sum()
    assert gaps["rank"].to_list() == list(range(1, len(gaps) + 1))
    assert gaps.chosen.sum() == 5


def test_breaks_lie_at_known_passes(tables):
    there = tables["barrier_breaks"].there.fillna("")
    assert there.str.contains("娘子关").any()
    assert there.str.contains("冷口").any()
