"""A zone with its rates: what outputs read afterwards is what the rates were made from."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from samples import sample_result

from geozone.errors import InputError
from geozone.model import LayerSource
from geozone.run.compute import Rated
from geozone.run.sealed import sealed


def project_of(path):
    layer = SimpleNamespace(sources=(LayerSource(path),))
    return SimpleNamespace(layers={"landcover": layer}, own={"landcover"}, older={}, registers=(), figures=())


def rated(path: Path, *, found: dict) -> Rated:
    with sealed(project_of(path)) as hold:
        return Rated(sample_result(), SimpleNamespace(found=lambda: found), dict, hold)


def test_the_whole_has_the_layers_that_its_belts_make(tmp_path):
    path = tmp_path / "cover.tif"
    path.write_bytes(b"cells")
    made = sample_result().layers["barrier"]
    run = rated(path, found={"barrier": SimpleNamespace(layers={"barrier_axis": made})})
    assert "barrier_axis" not in run.result.layers
    assert run.result.belts == {}
    whole = run.whole()
    assert whole.layers["barrier_axis"] is made
    assert set(whole.belts) == {"barrier"}
    assert "barrier_axis" not in run.result.layers


def test_a_file_that_changes_between_the_rates_and_the_belts_is_told(tmp_path):
    path = tmp_path / "cover.tif"
    path.write_bytes(b"cells")
    run = rated(path, found={})
    assert run.whole().rates == run.result.rates
    path.write_bytes(b"other cells")
    with pytest.raises(InputError, match=r"cover\.tif"):
        run.whole()
