import pytest

import geozone


def test_every_public_name_is_there_and_sorted():
    assert sorted(geozone.__all__) == geozone.__all__
    assert set(geozone._HOME) == set(geozone.__all__)
    for name in geozone.__all__:
        assert callable(getattr(geozone, name)), name


def test_every_public_name_is_offered_for_completion():
    assert set(geozone.__all__) <= set(dir(geozone))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        _ = geozone.nothing
