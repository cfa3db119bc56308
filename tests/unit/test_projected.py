"""Polygons of any CRS get into the plane on their coordinate arrays as geometries do."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from samples import THOROUGH

from geozone.model import CRS
from geozone.overlay.features import block_of_geometries, block_of_outlines
from geozone.overlay.plane import EDGE_SHARE, degree_coordinates, plane_coordinates
from geozone.overlay.projected import FARTHEST_OFF, into_plane
from geozone.overlay.wkb import outlines_of

NUMBERS = np.arange(3)
ANGLES = np.linspace(0, 2 * np.pi, 9, endpoint=False)
SYSTEMS = [4527, 4548, 4498, 32650, 3857, 4610, 4555, "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80"]


def placed(crs, x, y, size):
    """Return polygons of some metres around a place, one with a hole and one in two parts."""
    source = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4490, source, always_xy=True).transform(x, y)
    size = size / 1e5 if source.is_geographic else size
    star = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) * size
    place = np.array([x, y])
    shapes = [
        shapely.Polygon(place + star),
        shapely.Polygon(place + star, [place + star / 9]),
        shapely.MultiPolygon(
            [shapely.Polygon(place + np.array([3 * side * size, 0]) + star) for side in (0, 1)]
        ),
    ]
    return np.array(shapes, dtype=object)


@pytest.mark.parametrize("crs", SYSTEMS)
@given(st.floats(112, 122), st.floats(18, 53), st.sampled_from([3.0, 300.0, 3e4]))
def test_arrays_give_what_geometries_give(crs, x, y, size):
    polygons = placed(crs, x, y, size)
    one, _ = block_of_outlines(outlines_of(polygons), NUMBERS, crs)
    other, _ = block_of_geometries(polygons, NUMBERS, crs)
    # edges are cut into other pieces, so that areas are the same to `EDGE_SHARE`, and places to `FARTHEST_OFF`
    np.testing.assert_allclose(one.areas, other.areas, rtol=2 * EDGE_SHARE, atol=1e-5)
    np.testing.assert_allclose(one.boxes, other.boxes, rtol=0, atol=4 * FARTHEST_OFF)


def in_plane(shapes, crs):
    return shapely.transform(shapes, lambda points: plane_coordinates(degree_coordinates(points, crs), CRS))


@pytest.mark.parametrize("crs", [one for one in SYSTEMS if not pyproj.CRS(one).is_geographic])
@pytest.mark.parametrize("latitude", [18, 35, 53] if THOROUGH else [53])  # the steepest
@pytest.mark.parametrize("size", [200.0, 2e3, 3e4])
def test_edges_are_where_they_would_be_if_they_were_cut_a_thousand_times(crs, latitude, size):
    random = np.random.default_rng(1)
    shapes = []
    for _ in range(12 if THOROUGH else 4):
        angles = 2 * np.pi * (np.arange(6) + random.uniform(-0.3, 0.3, 6)) / 6
        rays = np.column_stack([np.cos(angles), np.sin(angles)]) * random.uniform(0.5, 1, (6, 1)) * size
        centre = pyproj.Transformer.from_crs(4490, crs, always_xy=True).transform(117, latitude)
        shapes.append(shapely.Polygon(np.array(centre) + rays, [np.array(centre) + rays / 5]))
    shapes = np.array(shapes, dtype=object)
    fine = in_plane(shapely.segmentize(shapes, max(size / 1000, 0.5)), crs)
    found = into_plane(outlines_of(shapes), crs).geometries()
    np.testing.assert_allclose(shapely.area(found), shapely.area(fine), rtol=EDGE_SHARE, atol=0)
    # the plane is the ground stretched along the meridian, and shortened across it
    ground = np.array([np.cos(np.radians(latitude)), 1 / np.cos(np.radians(latitude))])
    for one, other in zip(found, fine, strict=True):
        outline, exact = (
            shapely.transform(shape.boundary, lambda points: points * ground) for shape in (one, other)
        )
        off = shapely.distance(shapely.points(shapely.get_coordinates(exact)), outline).max()
        assert off <= (1.1 if size < 1e4 else 2) * FARTHEST_OFF  # edges of tens of kilometres bend unevenly


def test_short_edges_stay_whole():
    square = np.array([shapely.segmentize(shapely.box(5e5, 4.3e6, 5.01e5, 4.301e6), 30.0)], dtype=object)
    assert len(into_plane(outlines_of(square), 4548).coordinates) == shapely.get_num_coordinates(square[0])


def test_a_layer_across_180_is_left_to_geometries():
    polygons = placed(32660, 179.99, 40, 5000.0)
    assert into_plane(outlines_of(polygons), 32660) is None
    block, _ = block_of_outlines(outlines_of(polygons), NUMBERS, 32660)
    assert block.areas == pytest.approx(block_of_geometries(polygons, NUMBERS, 32660)[0].areas, rel=1e-12)


def test_what_lies_nowhere_is_told():
    polygons = placed(4527, 117, 40, 300.0)
    polygons[1] = shapely.box(1e8, 1e8, 1.1e8, 1.1e8)
    block, _ = block_of_outlines(outlines_of(polygons), NUMBERS, 4527)
    assert block.lost["off_earth"].tolist() == [1]
    assert block.features.tolist() == [0, 2]
