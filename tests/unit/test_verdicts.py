"""Every comparator under every mood, above, at, below and without a figure; gaps; rounding."""

from dataclasses import replace
from itertools import product

import pytest
from rate_samples import target

from geozone.model import Basis, Comparator, Modality, Verdict
from geozone.rates.verdicts import Measured, decimals, judge, reaches, rounded, smallest_count

MET, SHORT, REPORT, NONE = Verdict.MET, Verdict.SHORT, Verdict.REPORT_ONLY, Verdict.NOT_COMPUTABLE
LEVEL, CHANGE = (0.60, 0.55, 0.50), (0.36, 0.35, 0.34)  # above, at, below; changes from a base of 0.30


# comparator: value of the target, the three values tried, base value, and what they give when the mood is firm
TABLE = {
    Comparator.AT_LEAST: (55.0, LEVEL, None, (MET, MET, SHORT)),
    Comparator.AT_MOST: (55.0, LEVEL, None, (SHORT, MET, MET)),
    Comparator.EQUAL: (55.0, LEVEL, None, (SHORT, MET, SHORT)),
    Comparator.ABOUT: (55.0, LEVEL, None, (REPORT, REPORT, REPORT)),
    Comparator.INCREASE: (5.0, CHANGE, 0.30, (MET, MET, SHORT)),
    Comparator.DECREASE: (5.0, (0.26, 0.25, 0.24), 0.30, (SHORT, MET, MET)),
    Comparator.STABLE: (None, (0.31, 0.30, 0.29), 0.30, (MET, MET, SHORT)),
    Comparator.FULL: (100.0, (1.0, 1.0, 0.999), None, (MET, MET, SHORT)),
    Comparator.EXTERNAL: (None, LEVEL, None, (NONE, NONE, NONE)),
    Comparator.QUALITATIVE: (None, LEVEL, None, (REPORT, REPORT, REPORT)),
}
SOFT = {Modality.ABOUT, Modality.BASICALLY, Modality.EXPLORE}


@pytest.mark.parametrize(("comparator", "modality"), list(product(Comparator, Modality)))
def test_every_comparator_under_every_mood(comparator, modality):
    figure, values, base, firm = TABLE[comparator]
    demand = target(comparator, modality, figure)
    for value, expected in zip(values, firm, strict=True):
        wanted = expected
        if modality in SOFT and expected in {MET, SHORT}:
            wanted = REPORT
        if modality is Modality.EXTERNAL and figure is None:
            wanted = NONE
        judged = judge(demand, Measured(value, basis=Basis.OFFICIAL, baseline=base))
        assert judged.verdict is wanted, (comparator, modality, value)
        if modality is Modality.STRIVE and wanted in {MET, SHORT}:
            assert "indicative" in judged.note.en
    unknown = judge(demand, Measured(None, basis=Basis.OFFICIAL, baseline=base))
    assert unknown.verdict is NONE
    assert unknown.gap is None
    assert unknown.note.zh


@pytest.mark.parametrize("comparator", [Comparator.INCREASE, Comparator.DECREASE, Comparator.STABLE])
def test_a_change_without_its_base_value_is_not_judged(comparator):
    judged = judge(target(comparator, value=5.0, base_year=2024), Measured(0.4, basis=Basis.OFFICIAL))
    assert judged.verdict is NONE
    assert "2024" in judged.note.zh


def test_a_relative_decrease_is_not_one_in_percentage_points():
    demand = target(Comparator.DECREASE, value=41.0, change_basis="relative")
    assert judge(demand, Measured(0.59, basis=Basis.OFFICIAL, baseline=1.0)).verdict is MET
    assert (
        judge(demand, Measured(0.30, basis=Basis.OFFICIAL, baseline=0.5)).verdict is SHORT
    )  # 40 % of the base


@pytest.mark.parametrize("basis", [Basis.WORKING, Basis.DERIVED, Basis.SCHEMATIC, None])
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_data_that_is_not_comparable_never_gives_a_verdict(basis, value):
    judged = judge(target(), Measured(value, basis=basis, denominator=20, unit="count"))
    assert judged.verdict is REPORT
    assert judged.gap == 11 - 20 * value
    assert judged.note.en


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.6, 0.9, MET), (0.1, 0.5, SHORT), (0.5, 0.6, REPORT)],
)
def test_a_band_is_judged_only_where_both_ends_agree(low, high, verdict):
    assert judge(target(), Measured(None, low, high, Basis.OFFICIAL)).verdict is verdict


def test_six_of_eleven_is_printed_55_percent_and_meets_55():
    share = 6 / 11
    judged = judge(target(), Measured(share, basis=Basis.OFFICIAL, denominator=11, unit="count"))
    assert (judged.verdict, judged.gap, judged.gap_unit) == (MET, 0, "count")
    unrounded = judge(
        target(), Measured(share, basis=Basis.OFFICIAL, denominator=11, unit="count"), places=None
    )
    assert (unrounded.verdict, unrounded.gap) == (SHORT, 1)


def test_four_built_of_eleven_lack_two():
    judged = judge(target(), Measured(4 / 11, basis=Basis.OFFICIAL, denominator=11, unit="count"))
    assert (judged.verdict, judged.gap, judged.gap_unit) == (SHORT, 2, "count")


def test_the_decimals_are_those_that_are_printed():
    assert decimals(target(printed={"d": "55%"})) == 0
    assert decimals(target(printed={"d": "3.2个百分点", "e": "3.2 percentage points"})) == 1
    assert decimals(target(value=41.5)) == 1
    assert decimals(target(value=36390.0, unit="km2")) is None


def test_halves_are_rounded_up_and_binary_noise_does_not_count():
    assert rounded(0.545, 0) == 0.55
    assert rounded(0.275, 0) == 0.28  # 11 of 40
    assert rounded(0.5449999, 0) == 0.54
    assert rounded(29 / 40, 1) == 0.725


def test_an_area_is_a_floor_and_is_not_rounded():
    demand = target(value=36390.0, unit="km2", printed={"d": "36390"})
    short = judge(demand, Measured(36389.7, basis=Basis.OFFICIAL, unit="km2"))
    assert short.verdict is SHORT
    assert short.gap == pytest.approx(0.3)
    assert short.gap_unit == "km2"
    assert judge(demand, Measured(36390.0, basis=Basis.OFFICIAL, unit="km2")).verdict is MET


def test_gaps_stand_in_real_units():
    km2 = judge(target(value=70.0), Measured(0.5, basis=Basis.OFFICIAL, denominator=1800.0, unit="km2"))
    assert (km2.gap, km2.gap_unit) == (pytest.approx(360.0), "km2")
    points = judge(target(value=80.0), Measured(0.75, basis=Basis.OFFICIAL))
    assert (points.gap, points.gap_unit) == (pytest.approx(5.0), "percentage_points")
    beyond = judge(target(), Measured(0.8, basis=Basis.OFFICIAL, denominator=10, unit="count"))
    assert beyond.gap == -2


def test_all_means_all():
    demand = target(Comparator.FULL, value=100.0)
    short = judge(demand, Measured(199 / 200, basis=Basis.OFFICIAL, denominator=200, unit="count"))
    assert (short.verdict, short.gap) == (SHORT, 1)


def test_a_pace_that_arrives_in_time_is_on_track():
    late = Measured(0.4, basis=Basis.OFFICIAL, denominator=20, unit="count", projected=0.5)
    timely = replace(late, projected=0.6)
    assert judge(target(), late).verdict is SHORT
    assert judge(target(), timely).verdict is Verdict.ON_TRACK


@pytest.mark.parametrize("total", [1, 7, 11, 34, 283, 2573])
@pytest.mark.parametrize("percent", [0, 40, 42, 55, 100])
@pytest.mark.parametrize("places", [0, 1, None])
def test_the_smallest_count_is_the_smallest(total, percent, places):
    count = smallest_count(percent / 100, total, places)
    demand = target(value=float(percent))
    assert reaches(demand, count / total, None, places)
    assert count == 0 or not reaches(demand, (count - 1) / total, None, places)


@pytest.mark.parametrize("comparator", [Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.EQUAL])
@pytest.mark.parametrize(("value", "printed", "rounding"), [(36.3, "36.3%", 0.05), (40.0, "40%", 5.0)])
def test_a_figure_printed_as_about_is_not_judged_within_its_rounding(comparator, value, printed, rounding):
    demand = target(comparator, value=value, printed={"d": printed})
    exact = Measured(value / 100, basis=Basis.OFFICIAL)
    assert judge(demand, exact).verdict is MET
    assert judge(demand, replace(exact, rounding=rounding / 100)).verdict is REPORT
    far = replace(exact, value=(value + 3 * rounding) / 100)
    assert judge(demand, replace(far, rounding=rounding / 100)).verdict is judge(demand, far).verdict
