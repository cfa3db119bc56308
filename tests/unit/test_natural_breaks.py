"""Natural breaks are the best classes there are, and those of mapclassify."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geozone import natural_breaks as module
from geozone.natural_breaks import natural_breaks


def distance(values, bounds):
    """Return the sum of squared distances from the means of the classes with some upper bounds."""
    classes = np.searchsorted(bounds, values)
    return sum(
        ((part - part.mean()) ** 2).sum() for number in set(classes) if len(part := values[classes == number])
    )


@given(st.lists(st.integers(0, 40), min_size=1, max_size=14), st.integers(1, 4))
def test_no_other_classes_lie_nearer_to_their_means(values, classes):
    values = np.array(values, float)
    distinct = np.unique(values)
    found = natural_breaks(values, classes)
    assert list(found) == sorted(set(found))
    assert found[-1] == distinct[-1]
    assert len(found) == min(classes, len(distinct))
    others = combinations(distinct[:-1], len(found) - 1)
    best = min(distance(values, np.array([*inner, distinct[-1]])) for inner in others)
    assert distance(values, found) == pytest.approx(best, abs=1e-9)


def test_groups_are_found_whatever_their_size_and_place():
    groups = np.concatenate([np.full(50, 1.0), [5.0, 5.1], 1e6 + np.arange(3), [2e6]])
    assert list(natural_breaks(groups, 4)) == [1.0, 5.1, 1e6 + 2, 2e6]
    assert list(natural_breaks(groups[::-1], 4)) == [1.0, 5.1, 1e6 + 2, 2e6]


def test_many_values_are_classed_in_blocks_alike(monkeypatch):
    values = np.random.default_rng(7).gamma(2, 10, 300)
    whole = natural_breaks(values, 5)
    monkeypatch.setattr(module, "_BLOCK", 1000)
    assert list(natural_breaks(values, 5)) == list(whole)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(8))
def test_the_classes_are_those_of_mapclassify(seed):
    mapclassify = pytest.importorskip("mapclassify")
    chance = np.random.default_rng(seed)
    values = np.round(chance.gamma(1.5, 20, chance.integers(12, 250)), chance.integers(0, 3))
    bins = mapclassify.FisherJenks(values, k=5).bins
    found = natural_breaks(values, 5)
    # mapclassify computes in single precision: it may miss the best classes by a hair
    assert list(found) == list(bins) or distance(values, found) < distance(values, bins) * (1 + 1e-12)
