"""Areas and lengths that scripts ask for: nothing that means little comes without a word."""

import warnings

import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

import geozone
from geozone.errors import DataError, GeozoneWarning

OUTER = box(117.0, 40.0, 117.1, 40.1)
INNER = box(117.02, 40.02, 117.04, 40.04)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon(OUTER.exterior, [shapely.box(118.0, 40.0, 118.05, 40.05).exterior]),  # a hole elsewhere
        Polygon([(117, 40), (117.1, 40.1), (117.1, 40), (117, 40.1)]),
        MultiPolygon([OUTER, OUTER]),
        Polygon(OUTER.exterior, [INNER.exterior, INNER.exterior]),
        Polygon(INNER.exterior, [OUTER.exterior]),
    ],
)
def test_areas_of_what_is_not_valid_are_told(shape):
    with pytest.warns(GeozoneWarning, match="feature 1"):
        geozone.area_km2([OUTER, shape, None], 4490)


def test_sound_shapes_are_not_doubted():
    hole = Polygon(OUTER.exterior, [INNER.exterior])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole, left, part = geozone.area_km2([OUTER, hole, INNER], 4490)
        assert geozone.area_km2([box(0, 0, 100, 80)], 3857)[0] == pytest.approx(0.008, rel=0.01)
    assert left == pytest.approx(whole - part)


@pytest.mark.parametrize("measure", [geozone.area_km2, geozone.length_km])
def test_coordinates_of_another_kind_than_the_system_are_refused(measure):
    with pytest.raises(DataError, match="4490"):
        measure([OUTER], 4548)
    with pytest.raises(DataError, match="4527"):
        measure([box(500000, 4400000, 501000, 4401000)], 4490)
