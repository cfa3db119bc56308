"""The overlay engine against GEOS and closed forms, on outlines that meet the lines along which ground is divided."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geozone.errors import ConservationError
from geozone.overlay import engine
from geozone.overlay.engine import combine
from geozone.overlay.face_shapes import find_shapes
from geozone.overlay.faces import Layers, find_faces
from geozone.overlay.features import Features, block_of_outlines
from geozone.overlay.guard import Guard
from geozone.overlay.plane import from_plane
from geozone.overlay.wkb import outlines_of
from geozone.overlay.zone_grid import make_sheets

SIDE = 16


def features_of_plane(polygons):
    """Features from polygons of the plane, moved there and back by less than a micrometre."""
    degrees = from_plane(np.asarray(polygons, dtype=object))
    block, _ = block_of_outlines(outlines_of(degrees), np.arange(len(polygons)), "EPSG:4490")
    return Features([block], len(polygons))


def areas(polygons, zones, **options):
    """What counts of every polygon in every zone, and its whole area there."""
    features = features_of_plane(polygons)
    (sheet,) = make_sheets(np.asarray(zones, dtype=object), 64)
    found = combine(features, sheet, 1, Guard(), **options)
    counted, whole = np.zeros((len(polygons), len(zones))), np.zeros((len(polygons), len(zones)))
    place = features.features[found.covers], found.zones
    np.add.at(counted, place, found.counted)
    np.add.at(whole, place, found.whole)
    return counted, whole


def by_geos(polygons, zones):
    """The same, feature by feature: what the union of the earlier ones leaves."""
    counted, whole, before = [], [], shapely.Polygon()
    for polygon in polygons:
        counted.append(shapely.area(shapely.intersection(shapely.difference(polygon, before), zones)))
        whole.append(shapely.area(shapely.intersection(polygon, zones)))
        before = shapely.union(before, polygon)
    return np.array(counted), np.array(whole)


corner = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))


@st.composite
def lattice_polygons(draw):
    """Polygons whose corners lie on a lattice, so that they touch, share edges and repeat one another."""
    made = []
    for corners in draw(st.lists(st.lists(corner, min_size=3, max_size=7), min_size=1, max_size=12)):
        polygon = shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
        if polygon.area > 0 and polygon.geom_type in {"Polygon", "MultiPolygon"}:
            made.append(polygon)
    assume(made)
    return np.array(made, dtype=object)


@st.composite
def lattice_zones(draw):
    """Some of the cells of a grid on the same lattice; a grid may stand askew."""
    lines = np.linspace(0, SIDE, draw(st.sampled_from([1, 2, 4])) + 1)
    cells = [shapely.box(*low, *high) for low, high in _corners(lines)]
    cells = np.array(draw(st.lists(st.sampled_from(cells), min_size=1, unique_by=id)), dtype=object)
    if draw(st.booleans()):
        cells = shapely.transform(cells, lambda points: points @ np.array([[0.9, 0.1], [-0.1, 0.9]]) + 0.8)
    return cells


def _corners(lines):
    pairs = list(itertools.pairwise(lines))
    return [((west, south), (east, north)) for west, east in pairs for south, north in pairs]


@given(
    lattice_polygons(), lattice_zones(), st.sampled_from([10, 100, 65_536]), st.sampled_from([4, 10, 8_192])
)
def test_every_feature_has_what_geos_says_however_the_ground_is_divided(polygons, zones, tile, large):
    scale = 1000.0
    polygons, zones = (shapely.transform(each, lambda points: points * scale) for each in (polygons, zones))
    try:
        expected = by_geos(polygons, zones)
    except shapely.GEOSException:  # it gives up on some of these
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_MOST", tile)
        patch.setattr(engine, "_LARGE", large)
        found = areas(polygons, zones)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-7 * (SIDE * scale) ** 2)


@given(lattice_polygons(), st.sampled_from([10, 40, 65_536]), st.booleans())
def test_groups_of_features_far_from_the_borders_of_zones_have_what_geos_says(polygons, tile, turned):
    turn = np.array([[1.0, 1.0], [-1.0, 1.0]]) if turned else np.eye(2)  # sides along the diagonals
    polygons = shapely.transform(polygons, lambda points: points @ turn * 1000.0)
    zones = np.array([shapely.box(-1e6, -1e6, 1e6, 1e6)])
    try:
        expected = by_geos(polygons, zones)
        union = [shapely.area(shapely.union_all(polygons[first::2])) for first in (0, 1)]
        both = shapely.area(shapely.intersection(*(shapely.union_all(polygons[f::2]) for f in (0, 1))))
    except shapely.GEOSException:  # it gives up on some of these
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_MOST", tile)
        found = areas(polygons, zones)
        order = np.argsort(np.arange(len(polygons)) % 2, kind="stable")
        features = features_of_plane(polygons[order])
        (sheet,) = make_sheets(zones, 64)
        layered = combine(features, sheet, 1, Guard(), layers=(order % 2)[features.features])
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-7 * (SIDE * 1000.0) ** 2)
    sets = np.bincount(layered.covers, weights=layered.counted, minlength=4)[1:]
    allowed = 1e-7 * (SIDE * 1000.0) ** 2
    np.testing.assert_allclose(sets, [union[0] - both, union[1] - both, both], atol=allowed)


@given(lattice_polygons(), st.integers(0, 2**32 - 1))
def test_parts_of_the_ground_add_up_to_the_whole(polygons, seed):
    scale, random = 1000.0, np.random.default_rng(seed)
    polygons = shapely.transform(polygons, lambda points: points * scale)
    zones = np.array([shapely.box(0, 0, SIDE * scale, SIDE * scale)])
    whole = areas(polygons, zones)
    x = np.sort(np.append(random.integers(0, SIDE, 2) * scale, [-1e6, 1e6]))
    strips = [
        areas(polygons, zones, ground=np.array([west, -1e6, east, 1e6]))
        for west, east in itertools.pairwise(x)
    ]
    for number in range(2):
        sums = np.sum([strip[number] for strip in strips], axis=0)
        np.testing.assert_allclose(sums, whole[number], atol=1e-7 * (SIDE * scale) ** 2)


def blobs(count, depth, seed=1, side=1e5):
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    size = np.sqrt(depth * side**2 / count / np.pi)
    radius = size * (1 + 0.3 * random.uniform(-1, 1, (count, 40)))
    around = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    points = random.uniform(0, side, (count, 1, 2)) + around
    return shapely.polygons(np.concatenate([points, points[:, :1]], axis=1))


def grid(count, side=1e5):
    return np.array([shapely.box(*low, *high) for low, high in _corners(np.linspace(0, side, count + 1))])


@pytest.mark.parametrize("depth", [0.5, 3, 30])
def test_combinations_of_layers_have_the_areas_of_faces_that_geos_builds(depth):
    features = features_of_plane(np.concatenate([blobs(40, depth, seed) for seed in (1, 2, 3)]))
    layers = Layers(features, np.array([0, 40, 80]))
    sheets = make_sheets(grid(3), 64)
    sums = [
        np.bincount(faces.zones * 8 + faces.masks, weights=faces.areas, minlength=72)
        for faces in (find_faces(layers, sheets, 2), find_shapes(layers, sheets, 2))
    ]
    np.testing.assert_allclose(*sums, rtol=1e-9, atol=1.0)


def test_diamonds_whose_boxes_meet_at_a_corner_are_apart():
    centres = np.array([(0.0, 0.0), (1.2, 1.2), (2.4, 0.0), (1.2, -1.2), (0.9, 0.0)]) * 1000
    diamonds = shapely.buffer(shapely.points(centres), 1000, quad_segs=1)
    counted, whole = areas(diamonds, [shapely.box(-1e5, -1e5, 1e5, 1e5)])
    np.testing.assert_allclose(whole[:, 0], 2e6, rtol=1e-9)
    np.testing.assert_allclose(counted[:4, 0], 2e6, rtol=1e-9)
    left = shapely.difference(diamonds[4], shapely.union_all(diamonds[:4])).area
    np.testing.assert_allclose(counted[4, 0], left, rtol=1e-9)


def test_two_hundred_squares_one_inside_the_other_have_a_frame_each():
    half = np.arange(1, 201) * 10.0
    squares = shapely.box(1000 - half, 1000 - half, 1000 + half, 1000 + half)
    frames = np.diff((2 * half) ** 2, prepend=0)
    counted, whole = areas(squares, [shapely.box(-2000, -2000, 4000, 4000)])
    np.testing.assert_allclose(counted[:, 0], frames, atol=1e-3)
    np.testing.assert_allclose(whole[:, 0], (2 * half) ** 2, atol=1e-3)
    counted, _ = areas(squares[::-1], [shapely.box(-2000, -2000, 4000, 4000)])
    np.testing.assert_allclose(counted[:, 0], [(2 * half[-1]) ** 2, *[0] * 199], atol=1e-3)


def test_of_ten_thousand_identical_features_the_first_has_all():
    blob = blobs(1, 0.1)[0]
    counted, whole = areas([blob] * 10_000, grid(3))
    parts = shapely.area(shapely.intersection(blob, grid(3)))
    np.testing.assert_allclose(counted[0], parts, atol=1e-2)
    assert not counted[1:].any()
    np.testing.assert_allclose(whole, np.broadcast_to(parts, whole.shape), atol=1e-2)


@pytest.mark.parametrize("shift", [1e-6, 1e-3, 1.0])
def test_features_that_nearly_coincide_cover_what_their_union_covers(shift):
    random = np.random.default_rng(5)
    copies = [
        shapely.transform(blobs(1, 0.1)[0], lambda points: points + random.normal(0, shift, 2))
        for _ in range(40)
    ]
    counted, _ = areas(copies, grid(2))
    union = shapely.area(shapely.intersection(shapely.union_all(copies), grid(2)))
    np.testing.assert_allclose(counted.sum(axis=0), union, rtol=1e-9, atol=1e-2)


@pytest.mark.parametrize("factor", [1 + 1e-6, 1 - 1e-6])
def test_areas_that_do_not_add_up_are_refused(factor):
    features = features_of_plane(blobs(3, 3))
    features.areas[1] *= factor
    (sheet,) = make_sheets(
        np.array([shapely.box(-1e6, -1e6, 5e4, 1e6), shapely.box(5e4, -1e6, 1e6, 1e6)]), 64
    )
    with pytest.raises(ConservationError):
        combine(features, sheet, 1, Guard())
