"""Well-known binary read without GEOS: what is damaged is left to GEOS, what is taken is what GEOS reads."""

import numpy as np
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from geozone.overlay.wkb import read_outlines

HOLED = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(1, 1, 2, 2).exterior])
SHAPES = [
    shapely.box(0, 0, 1, 1),
    shapely.MultiPolygon([HOLED, shapely.box(9, 9, 10, 10)]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3), shapely.box(4, 4, 5, 5)]),
]


def as_multi(shape):
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


@given(
    st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 1500), st.sampled_from([0, 1, 2, 3, 255])), max_size=3),
    st.integers(0, 400),
)
@example([SHAPES[2]], [], 93)  # the last of three parts is missing
@example([SHAPES[0]], [(9, 255), (12, 255)], 0)  # a ring of very many points
def test_damaged_outlines_are_left_to_geos(shapes, changes, cut):
    wkb = [shapely.to_wkb(shape) for shape in shapes]
    wkb[-1] = wkb[-1][: max(9, len(wkb[-1]) - cut)]
    offsets = np.cumsum([0, *(len(one) for one in wkb)])
    data = np.frombuffer(b"".join(wkb), np.uint8).copy()
    for place, value in changes:
        data[place % len(data)] = value
    outlines, positions, rest = read_outlines(data, offsets)
    assert sorted([*positions.tolist(), *rest.tolist()]) == list(range(len(wkb)))
    for found, position in zip(outlines.geometries(), positions, strict=True):
        raw = data[offsets[position] : offsets[position + 1]].tobytes()
        assert shapely.equals_exact(found, shapely.force_2d(as_multi(shapely.from_wkb(raw))))
