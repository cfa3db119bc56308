"""Edges that lie over one another are counted by a sample, and only far too many of them are told."""

import numpy as np
import pytest
import shapely

from geozone.overlay import crowding
from geozone.overlay.crowding import EACH, PAIRS, crowded

RING = [(117, 40), (117.1, 40), (117, 40.1), (117, 40)]


def array(*geometries):
    found = np.empty(len(geometries), dtype=object)
    found[:] = geometries
    return found


def heap(count):
    return shapely.multipolygons(shapely.polygons(np.repeat([RING], count, axis=0)))


@pytest.mark.parametrize("kind", ["parts", "rings", "collection"])
def test_every_edge_over_every_other_is_crowded(kind):
    count = 5000
    geometry = {
        "parts": heap(count),
        "rings": shapely.Polygon(RING, [RING] * (count - 1)),
        "collection": shapely.GeometryCollection([heap(count), shapely.Point(1, 1)]),
    }[kind]
    [pairs] = crowded(array(geometry))
    assert pairs == pytest.approx((3 * count) ** 2 / 2, rel=0.05)


def test_nothing_is_said_of_what_geos_is_done_with_in_seconds():
    few = int((2 * PAIRS) ** 0.5) // 4 - 1
    assert not crowded(array(heap(few))).any()


def test_many_crowded_features_add_up_and_others_are_left_alone():
    features = [heap(1000)] * (PAIRS // (3000**2 // 2) + 2)
    pairs = crowded(
        array(None, shapely.Point(1, 1), shapely.Point(1, 1).buffer(1, quad_segs=2000), *features)
    )
    assert not pairs[:3].any()
    assert (pairs[3:] > 0).all()


def test_one_edge_over_all_others_does_not_make_a_polygon_crowded(monkeypatch):
    monkeypatch.setattr(crowding, "PAIRS", 0)
    places = np.arange(2000) / 1000
    teeth = np.column_stack([np.repeat(places, 2), np.tile([0.0, 1.0, 1.0, 0.0], len(places) // 2)])
    comb = shapely.Polygon([(-1, -1), (-1, 2), *teeth, (3, 3), (3, -2)])
    assert shapely.get_num_coordinates(comb) > 2 * EACH
    assert not crowded(array(comb)).any()
