"""Groups and regions are those of scipy, by their numbers too."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geozone.overlay.groups import joined_groups, regions_of

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


@given(PAIRS)
def test_things_that_are_joined_are_a_group(pairs):
    one, two = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    links = coo_array((np.ones(len(one), dtype=bool), (one, two)), shape=(20, 20))
    assert list(joined_groups(20, one, two)) == list(connected_components(links, directed=False)[1])


def test_a_long_chain_in_any_order_is_one_group():
    order = np.random.default_rng(3).permutation(5000)
    assert set(joined_groups(5000, order[:-1], order[1:])) == {0}
    assert list(joined_groups(3, order[:0], order[:0])) == [0, 1, 2]


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_cells_that_share_a_side_are_a_region(cells):
    regions, count = regions_of(cells)
    known, number = ndimage.label(cells)
    assert count == number
    assert np.array_equal(regions, known)
