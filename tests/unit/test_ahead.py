"""Barriers that another process looks at are those that this one finds, to the last digit."""

from dataclasses import replace

import pytest
from belt_samples import belt_materials
from pandas.testing import assert_frame_equal
from samples import sample_result

import geozone.barriers.analysis
from geozone.errors import GeozoneError
from geozone.reuse.folder import VARIABLE
from geozone.reuse.reuse import Reuse
from geozone.run.ahead import Ahead
from geozone.run.belts import Belts
from geozone.run.options import Options
from geozone.run.processes import Processes


@pytest.fixture
def given():
    return belt_materials(sample_result())


def test_another_process_finds_the_same_and_this_one_looks_at_none(given, monkeypatch):
    (expected,) = Belts(given).found().values()
    monkeypatch.setattr(geozone.barriers.analysis, "analyse", lambda *_, **__: pytest.fail("looked at here"))
    with Processes(1, Options()) as helper:
        ahead = Ahead(helper).analyses(given)
        (found,) = Belts(given, ahead).found().values()
    assert set(found.layers) == set(expected.layers)
    for name, layer in expected.layers.items():
        assert_frame_equal(found.layers[name].data, layer.data, check_exact=True)
        assert (found.layers[name].data.geometry == layer.data.geometry).all()
    assert (found.analysis.ends == expected.analysis.ends).all()
    assert found.analysis.length_km == expected.analysis.length_km > 100
    assert found.more == expected.more


def test_what_it_took_from_earlier_runs_is_entered_here(given, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    taken = []
    for _ in range(2):
        reuse = Reuse.between_runs()
        with Processes(1, Options(cache=True)) as helper:
            ahead = Ahead(helper).analyses(replace(given, reuse=reuse))
            assert ahead() is ahead()
        taken.append([(one.what, one.of) for one in reuse.taken])
    assert taken == [[], [("belt", "barrier")]]


def test_what_goes_wrong_there_is_told_here(given):
    broken = replace(given, finest=given.finest.drop(columns="geometry"))
    with Processes(1, Options()) as helper:
        ahead = Ahead(helper).analyses(broken)
        with pytest.raises((AttributeError, KeyError, GeozoneError)):
            Belts(given, ahead).found()


def test_no_process_is_asked_where_there_is_no_barrier(given):
    without = {name: layer for name, layer in given.layers.items() if name != "barrier"}
    with Processes(1, Options()) as helper:
        assert Ahead(helper).analyses(replace(given, layers=without)) is None
