"""Classes of a raster at two dates: gained and lost, cell by cell."""

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from raster_samples import CRS, METRES, PROJECTED, cut_cells, flower, saved
from samples import frame

from geozone.raster.class_change import class_change

GROUND = frame(flower(115.6, 39.6, 0.5))
NEW, OLD = (1, 2), (10, 20)  # the values that count at either date


@settings(max_examples=8)
@given(
    arrays.arrays(np.uint8, (100, 100), elements=st.sampled_from([0, 1, 2, 3])),
    arrays.arrays(np.uint8, (100, 100), elements=st.sampled_from([0, 10, 20, 30])),
)
def test_every_cell_is_gained_lost_or_kept_as_it_is_counted_by_hand(tmp_path_factory, new, old):
    areas = cut_cells(new, GROUND.geometry.iloc[0]).reshape(new.shape)
    known = (new > 0) & (old > 0)
    assume(not 0 < areas[known].sum() < 0.1)  # ground that data merely touch has none
    folder = tmp_path_factory.mktemp("dates")
    found = class_change(
        saved(folder / "old.tif", old, nodata=0), saved(folder / "new.tif", new, nodata=0), GROUND,
        old_values=OLD, new_values=NEW,
    )  # fmt: skip
    now, then = np.isin(new, NEW), np.isin(old, OLD)
    by_hand = [(now & ~then & known), (then & ~now & known), (now & known), (then & known)]
    expected = [areas[cells].sum() for cells in by_hand]
    assert [found.gained_km2, found.lost_km2, found.new_km2, found.old_km2] == pytest.approx(
        expected, rel=1e-6, abs=1e-6
    )
    assert found.unknown_km2 == pytest.approx(areas[~known].sum(), rel=1e-6, abs=1e-6)
    assert found.ground_km2 == pytest.approx(areas.sum(), rel=1e-6)
    assert found.new_km2 - found.old_km2 == pytest.approx(found.gained_km2 - found.lost_km2, abs=1e-6)


def test_dates_with_different_cells_have_no_gain_and_loss_apart(tmp_path):
    random = np.random.default_rng(3)
    new = saved(tmp_path / "new.tif", random.integers(1, 4, (100, 100)).astype(np.uint8))
    coarse = Affine(0.02, 0, 115.5, 0, -0.02, 40.5)
    old = np.full((50, 50), 30, np.uint8)
    old[:, :25] = 10
    found = class_change(
        saved(tmp_path / "old.tif", old, transform=coarse), new, GROUND, old_values=OLD, new_values=NEW
    )
    assert (found.gained_km2, found.lost_km2) == (None, None)
    west = shapely.intersection(GROUND.geometry.iloc[0], shapely.box(115, 39, 116, 41))
    areas = cut_cells(old, west, transform=coarse)
    assert found.old_km2 == pytest.approx(areas.sum(), rel=1e-6)
    assert found.unknown_km2 == pytest.approx(0, abs=1e-6)


def test_rasters_of_several_files_are_compared_file_by_file(tmp_path):
    west = Affine(0.01, 0, 115.5, 0, -0.01, 40.5)
    east = Affine(0.01, 0, 115.9, 0, -0.01, 40.5)
    files = {
        name: [
            saved(tmp_path / f"{name}{number}.tif", np.full((100, 40), value, np.uint8), transform=there)
            for number, (value, there) in enumerate(zip(values, (west, east), strict=True))
        ]
        for name, values in (("old", (10, 30)), ("new", (3, 1)))
    }
    found = class_change(files["old"][::-1], files["new"], GROUND.to_crs(CRS), old_values=OLD, new_values=NEW)
    both = [
        shapely.intersection(GROUND.geometry.iloc[0], shapely.box(x, 39, y, 41))
        for x, y in ((115, 115.9), (115.9, 117))
    ]
    lost, gained = (cut_cells(np.zeros((100, 100)), part).sum() for part in both)
    assert (found.lost_km2, found.gained_km2) == pytest.approx((lost, gained), rel=1e-6)


def test_scaled_and_projected_rasters_are_compared_by_what_their_numbers_mean(tmp_path):
    ground = frame(shapely.box(115.95, 39.6, 116.2, 39.8))
    stored = np.full((60, 60), 5, np.uint8)
    paths = [
        saved(tmp_path / f"{name}.tif", stored, transform=METRES, crs=PROJECTED, scale=scale)
        for name, scale in (("old", (2.0, 0.0)), ("new", (0.2, 0.0)))  # 10 and 1
    ]
    found = class_change(*paths, ground, old_values=OLD, new_values=(2,))
    assert found.lost_km2 == pytest.approx(found.ground_km2 - found.unknown_km2, rel=1e-6)
    assert found.lost_km2 > 0
    assert (found.gained_km2, found.new_km2) == (0, 0)
