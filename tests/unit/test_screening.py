"""Screening by the guideline: cells counted by hand, and what is refused or told."""

import doctest
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from geozone.errors import GeozoneWarning, InputError, UsageError
from geozone.terrain import (
    Grading,
    biodiversity,
    climate_erosivity,
    desertification_sensitivity,
    dryness,
    erosion_sensitivity,
    importance,
    sand_fixing,
    sensitivity_classes,
    soil_erodibility,
    soil_retention,
    water_conservation,
)

NPP = np.array([[400.0, 200.0, 100.0]])
LOW_TO_HIGH = np.array([[0.0, 5.0, 10.0]])  # 0, 1/2, 1
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "screening.md"
PLACE = Affine(0.5, 0, 116, 0, -0.5, 40)


def test_the_examples_of_the_documentation_run():
    found = doctest.testfile(str(DOCUMENT), module_relative=False, encoding="utf-8")
    assert (found.failed, found.attempted > 5) == (0, True)


def file_of(path, array, transform=PLACE, crs="EPSG:4490", nodata=-1.0):
    profile = {"driver": "GTiff", "dtype": "float64", "count": 1, "crs": crs, "transform": transform}
    height, width = array.shape
    with rasterio.open(path, "w", height=height, width=width, nodata=nodata, **profile) as file:
        file.write(array, 1)
    return path


def test_water_soil_and_life_are_the_products_that_the_formulas_say():
    up, down = LOW_TO_HIGH, 10 - LOW_TO_HIGH
    assert water_conservation(NPP, up, up, up).values.tolist() == [[0, 200 * 0.125, 0]]
    assert water_conservation(NPP, down, down, up).values.tolist() == [[400, 25, 0]]
    assert soil_retention(NPP, up, up).values.tolist() == [[400, 50, 0]]
    assert biodiversity(NPP, down, down, up).values.tolist() == [[400, 25, 0]]
    assert water_conservation(NPP, up, up, up).unit == "g C/(m²·a)"


def test_every_result_says_that_it_is_screening_and_no_statutory_line():
    found = soil_retention(NPP, LOW_TO_HIGH, LOW_TO_HIGH)
    for result in (found, importance(found)):
        assert "不是法定生态保护红线" in result.statement.zh
        assert "no statutory red line" in result.statement.en


def test_sand_is_fixed_more_on_rough_ground():
    slope = np.array([[0.0, 60.0, 0.0]])
    found = sand_fixing(NPP, LOW_TO_HIGH, LOW_TO_HIGH, slope).values
    assert found == pytest.approx(np.array([[0, 200 * 0.25 * 2, 100]]))


def test_stated_limits_make_regions_comparable():
    limits = {"erodibility": (0.0, 20.0), "slope": (0.0, 5.0)}
    found = soil_retention(NPP, LOW_TO_HIGH, LOW_TO_HIGH, limits=limits).values
    assert found.tolist() == [[400, 0, 0]]  # what lies beyond a limit counts as the limit
    even = np.full((1, 3), 5.0)
    with pytest.raises(UsageError) as refused:
        soil_retention(NPP, even, LOW_TO_HIGH)
    assert refused.value.message.key == "terrain.screening_constant"
    assert soil_retention(NPP, even, LOW_TO_HIGH, limits={"erodibility": (0, 10)}).values.tolist() == [
        [200, 50, 0]
    ]
    with pytest.raises(UsageError) as unknown:
        soil_retention(NPP, even, LOW_TO_HIGH, limits={"npp": (0, 1)})
    assert unknown.value.message.key == "terrain.screening_limits"


def test_what_one_input_lacks_has_no_value_and_is_told_with_its_share():
    npp = np.array([[400.0, 200.0, 100.0, np.nan]])
    slope = np.ma.masked_equal([[0.0, 5.0, 10.0, 80.0]], 80.0)
    soil = np.array([[10.0, 5.0, 0.0, -999.0]])
    with pytest.warns(GeozoneWarning, match=r"25\.0%.*npp 25\.0%, slope 25\.0%"):
        found = soil_retention(npp, soil, slope)
    # the -999 takes no part in the scaling, as there is no NPP
    assert found.values[0, :3].tolist() == [0, 50, 0]
    assert np.isnan(found.values[0, 3])
    assert found.nodata_share == 0.25
    assert found.missing == {"npp": 0.25, "erodibility": 0.0, "slope": 0.25}
    with pytest.raises(InputError) as empty:
        soil_retention(np.full((1, 4), np.nan), soil, slope)
    assert empty.value.message.key == "terrain.screening_empty"


def test_files_of_one_grid_give_what_arrays_give_and_where_it_lies(tmp_path):
    names = ("npp", "soil", "slope")
    arrays = (NPP, 10 - LOW_TO_HIGH, LOW_TO_HIGH)
    files = [file_of(tmp_path / f"{name}.tif", array) for name, array in zip(names, arrays, strict=True)]
    found = soil_retention(*files)
    assert found.values.tolist() == soil_retention(*arrays).values.tolist()
    assert found.transform == PLACE
    assert found.crs.to_epsg() == 4490
    assert found.areas.shape == NPP.shape
    pairs = soil_retention(*((array, PLACE) for array in arrays), crs=4490)
    assert pairs.values.tolist() == found.values.tolist()
    ranked = importance(found)
    assert sum(ranked.area_km2.values()) == pytest.approx(found.areas.sum())


@pytest.mark.parametrize("change", ["shape", "shift", "size", "crs"])
def test_rasters_of_two_grids_are_refused(tmp_path, change):
    one = file_of(tmp_path / "one.tif", NPP)
    array = NPP if change != "shape" else np.hstack([NPP, NPP])
    moved = {"shift": PLACE @ Affine.translation(1, 0), "size": PLACE @ Affine.scale(2)}.get(change, PLACE)
    if change == "crs":
        moved = Affine(1000, 0, 500000, 0, -1000, 4400000)
    other = file_of(tmp_path / "other.tif", array, moved, "EPSG:4548" if change == "crs" else "EPSG:4490")
    with pytest.raises(UsageError) as refused:
        soil_retention(one, other, one)
    assert refused.value.message.key == "terrain.screening_grids"
    assert refused.value.message.params["other"] == "erodibility"


def test_values_that_cannot_be_are_refused():
    for job, key in (
        (lambda: soil_retention(-NPP, LOW_TO_HIGH, LOW_TO_HIGH), "negative"),
        (lambda: sand_fixing(NPP, LOW_TO_HIGH, LOW_TO_HIGH, 18 * LOW_TO_HIGH), "slope"),
        (lambda: erosion_sensitivity(NPP, LOW_TO_HIGH, NPP, NPP / 1000), "grades"),
        (lambda: erosion_sensitivity(NPP, np.ones((1, 3)), NPP, NPP), "share"),
        (lambda: importance(-NPP), "negative"),
        (lambda: importance(NPP, areas=np.ones((2, 2))), "grids"),
        (lambda: soil_erodibility(120, 10, 10, 1), "percent"),
        (lambda: climate_erosivity([1], [1, 2], [1], [0.1], [30]), "months"),
        (lambda: climate_erosivity([1], [1], [1], [50.0], [30]), "share"),
    ):
        with pytest.raises(UsageError) as refused:
            job()
        assert refused.value.message.key == f"terrain.screening_{key}"
    for nothing, key in ((0 * NPP, "zero"), (np.nan * NPP, "empty")):
        with pytest.raises(InputError) as refused:
            importance(nothing)
        assert refused.value.message.key == f"terrain.screening_{key}"


@pytest.mark.parametrize(
    ("inputs", "expected", "number"),
    [
        ((99, 1, 49, 0.61), 1.0, 1), ((100, 1, 49, 0.61), 3**0.25, 1), ((600, 3, 300, 0.6), 3.0, 2),
        ((601, 5, 301, 0.19), 5.0, 3), ((601, 5, 301, 0.2), 375**0.25, 3), ((601, 5, 50, 0.2), 225**0.25, 2),
    ],
)  # fmt: skip
def test_sensitivity_is_the_root_of_four_grades(inputs, expected, number):
    """Erosivity, grade of the soil, relief and cover."""
    found = erosion_sensitivity(*(np.array([[float(value)]]) for value in inputs))
    assert found.values[0, 0] == pytest.approx(expected)
    assert sensitivity_classes(found)[0, 0] == number


def test_desertification_has_limits_of_its_own_and_takes_others():
    inputs = [np.array([[1.4, 1.5, 16.1]]), np.array([[9.0, 30.0, 31.0]]), np.array([[1.0, 3.0, 5.0]])]
    cover = np.array([[0.9, 0.4, 0.1]])
    assert desertification_sensitivity(*inputs, cover).values[0].tolist() == pytest.approx([1, 3, 5])
    other = desertification_sensitivity(*inputs, cover, gradings={"dryness": Grading(1.0, 20.0)}).values
    assert other[0].tolist() == pytest.approx([3**0.25, 3, (3 * 125) ** 0.25])
    with pytest.raises(UsageError):
        desertification_sensitivity(*inputs, cover, gradings={"soil": Grading(1.0, 20.0)})
    cover[0, 2] = np.nan
    with pytest.warns(GeozoneWarning, match=r"33\.3%"):
        assert sensitivity_classes(desertification_sensitivity(*inputs, cover)).tolist() == [[1, 2, 0]]


def test_the_highest_cells_that_add_up_to_half_are_extremely_important():
    values = np.array([[40.0, 10.0, 30.0], [20.0, np.nan, 0.0]])
    found = importance(values)
    # 40 + 30 = 70 of 100 reach the half, + 20 the 80 %
    assert found.classes.tolist() == [[3, 1, 3], [2, 0, 1]]
    assert (found.extreme.value, found.important.value) == (30, 20)
    assert found.extreme.reached == pytest.approx(0.7)
    assert found.important.reached == pytest.approx(0.9)
    assert found.cells == {3: 2, 2: 1, 1: 2, 0: 1}
    assert found.area_km2 is None
    assert found.nodata_share == pytest.approx(1 / 6)


def test_a_share_that_is_reached_exactly_needs_no_cell_more():
    found = importance(np.array([[5.0, 3.0, 2.0]]))
    assert found.classes.tolist() == [[3, 2, 1]]
    assert found.extreme.reached == 0.5
    assert importance(np.array([[0.5, 0.3, 0.1, 0.1]])).classes.tolist() == [[3, 2, 1, 1]]


@pytest.mark.filterwarnings("error::geozone.errors.GeozoneWarning")
def test_ties_that_change_nothing_are_not_told():
    found = importance(np.array([[25.0, 25.0, 15.0, 15.0, 10.0, 10.0]]))
    assert found.classes.tolist() == [[3, 3, 2, 2, 1, 1]]
    assert (found.extreme.tied, found.extreme.spare) == (2, 0)


def test_cells_of_one_value_are_never_parted_and_told():
    values = np.array([[1.0] * 10])
    with pytest.warns(GeozoneWarning) as told:
        found = importance(values)
    assert set(found.classes[0]) == {3}
    assert (found.extreme.tied, found.extreme.spare, found.extreme.reached) == (10, 5, 1.0)
    assert "5 more than needed" in str(told[0].message)
    assert importance(np.array([[7.0]])).classes.tolist() == [[3]]


@pytest.mark.filterwarnings("ignore::geozone.errors.GeozoneWarning")
def test_a_ranking_does_not_hang_on_the_order_of_cells_nor_on_the_unit():
    generator = np.random.default_rng(3)
    values = np.round(generator.gamma(2.0, 50.0, (40, 50)), 0)
    known = importance(values)
    turned = importance(1e-3 * values[::-1, ::-1])
    assert (turned.classes[::-1, ::-1] == known.classes).all()
    for limit, share, least in ((known.extreme, 0.5, 3), (known.important, 0.8, 2)):
        chosen = known.classes >= least
        assert values[chosen].sum() / values.sum() == pytest.approx(limit.reached)
        assert limit.reached >= share
        # without the cells of its last value a class does not reach its share
        assert values[chosen & (values > limit.value)].sum() / values.sum() < share


def test_larger_cells_count_for_more():
    values = np.array([[10.0, 9.0]])
    assert importance(values).classes.tolist() == [[3, 2]]
    weighted = importance(values, areas=np.array([[1.0, 9.0]]))
    assert weighted.classes.tolist() == [[3, 3]]
    assert weighted.area_km2 == {3: 10.0, 2: 0.0, 1: 0.0, 0: 0.0}


def test_erodibility_is_what_the_formula_gives_by_hand():
    # a loam: 40 % sand, 40 % silt, 20 % clay, 1 % carbon
    epic = (0.2 + 0.3 * np.exp(-0.0256 * 40 * 0.6)) * (40 / 60) ** 0.3
    epic *= (1 - 0.25 / (1 + np.exp(0.77))) * (1 - 0.7 * 0.6 / (0.6 + np.exp(-5.51 + 22.9 * 0.6)))
    assert soil_erodibility(40, 40, 20, 1) == pytest.approx((-0.01383 + 0.51575 * epic) * 0.1317)
    assert 0.01 < soil_erodibility(40, 40, 20, 1) < 0.06
    silty, sandy = soil_erodibility(10, 80, 10, 1), soil_erodibility(90, 5, 5, 1)
    assert silty > sandy
    assert np.isnan(soil_erodibility(np.array([40.0, np.nan]), 40, 20, 1)).tolist() == [False, True]


def test_the_climate_blows_only_in_dry_months():
    # 0.19 · 40² · 0.5 = 152 mm evaporate
    dry = climate_erosivity([2.0], [20.0], [0.0], [0.5], [30])
    assert dry == pytest.approx(8 * 30 / 100)
    assert climate_erosivity([2.0], [20.0], [76.0], [0.5], [30]) == pytest.approx(dry / 2)
    assert climate_erosivity([2.0], [20.0], [300.0], [0.5], [30]) == 0
    year = climate_erosivity([2.0] * 12, [20.0] * 12, [0.0] * 12, [0.5] * 12)
    assert year == pytest.approx(8 * 365.25 / 100)
    assert np.isnan(climate_erosivity([np.array([2.0])], [np.array([np.nan])], [0.0], [0.5], [30]))[0]


def test_dryness_is_heat_by_rain():
    assert dryness(4000.0, 400.0) == pytest.approx(1.6)
    assert np.isnan(dryness(4000.0, 0.0))
