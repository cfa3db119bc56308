"""Pace, plan and robustness of completion rates on registers small enough to count by hand."""

from fractions import Fraction

import pytest
from rate_samples import ZONE, register, target

from geozone.messages import Text
from geozone.model import Comparator, Level, Status
from geozone.rates.item_counts import ItemCounts
from geozone.rates.robustness import completion_variants, value_variants
from geozone.rates.trajectory import Trajectory, end_of, register_trajectory
from geozone.rates.whatif import close_gap

BUILT, WAY, PLAN, UNKNOWN = Status.BUILT, Status.UNDER_CONSTRUCTION, Status.PLANNED, Status.UNKNOWN
ELEVEN = register(
    [
        (BUILT, "2022", None, 10.0),
        (BUILT, "2023-08-28", None, 10.0),
        (BUILT, "2024", None, 10.0),
        (BUILT, "2025-06", None, 10.0),
        (WAY, "", 2027, 50.0),
        (WAY, "", 2026, 5.0),
        (PLAN, "", 2027, 5.0),
        (PLAN, "", 2026, 5.0),
        (PLAN, "", 2030, 5.0),
        (PLAN, "", None, 5.0),
        (PLAN, "", None, 5.0),
    ]
)
WHERE = (ELEVEN, "z", Level.ZONE, ZONE)


def pace_of(listed, code, level, zone):
    return register_trajectory(ItemCounts(listed, zone), code, level)


def test_the_pace_is_counted_from_the_first_year_to_the_date_of_the_register():
    pace = pace_of(*WHERE)
    assert (pace.built, pace.total) == (4, 11)
    assert pace.pace == pytest.approx(1.0)  # four in the years 2022 to 2025
    assert pace.pace_needed(6, 2027) == pytest.approx(1.0)
    assert pace.year_reached(6) == 2027
    assert pace.share_in(2027) == pytest.approx(6 / 11)
    assert pace.pace_needed(6, 2025) is None


def test_undated_or_unbuilt_items_have_no_pace():
    assert pace_of(register([(BUILT, "", None, 1.0)]), "z", Level.ZONE, ZONE) is None
    assert pace_of(register([(PLAN, "", 2026, 1.0)]), "z", Level.ZONE, ZONE) is None
    later = register([(BUILT, "2027", None, 1.0)], as_of="2025")
    assert pace_of(later, "z", Level.ZONE, ZONE) is None


def test_dates_end_where_they_end():
    assert end_of("2025") == 2026
    assert end_of("2025-06") == 2025 + Fraction(1, 2)
    assert end_of("2025-12-30") == 2026
    assert end_of("soon") is None


def test_nothing_is_reached_without_a_pace():
    still = Trajectory(0, 5, Fraction(2020), Fraction(2026))
    assert still.year_reached(2) is None
    assert still.year_reached(0) == 2025


def test_the_plan_is_the_two_items_that_are_finished_first():
    plan = close_gap(*WHERE, target())
    assert plan.items == ("b5", "b7")
    assert plan.year == 2026
    assert plan.share == pytest.approx(6 / 11)


def test_by_shore_the_plan_takes_the_fewest_items_of_the_first_sufficient_year():
    plan = close_gap(*WHERE, target(value=60.0), measure="shore_km")
    # 120 km in all, 40 built: 72 needed; the items of 2026 bring 50 at most, so 2027 and the one of 50 km
    assert plan.items == ("b4",)
    assert plan.year == 2027


def test_what_does_not_suffice_is_no_plan():
    assert close_gap(*WHERE, target(Comparator.FULL, value=100.0)) is None
    assert close_gap(*WHERE, target(value=30.0)).items == ()


def test_a_verdict_is_held_under_every_way_to_count():
    doubtful = register(
        [(BUILT, "2024", None, 10.0), (Status.RECOGNISED, "2024", None, 30.0), (UNKNOWN, "", None, 20.0)]
    )
    robust = completion_variants(doubtful, "z", Level.ZONE, ZONE, target(value=33.0))
    # by number and by shore x recognised or not x unknown built or not x rounded or not
    assert len(robust.variants) == 16
    first = robust.variants[0]
    assert (first.met, first.value) == (True, pytest.approx(1 / 3))
    assert {round(variant.value, 3) for variant in robust.flips} == {0.167}  # 10 of 60 km
    assert robust.met == 14


def test_a_firm_result_has_no_flips():
    sure = register([(BUILT, "2024", None, 10.0), (BUILT, "2025", None, 30.0)])
    robust = completion_variants(sure, "z", Level.ZONE, ZONE, target())
    assert robust.met == len(robust.variants) == 4
    assert robust.flips == []


def test_values_of_other_methods_are_variants_too():
    demand = target(value=36390.0, unit="km2")
    plane, planar = Text("等面积", "equal-area"), Text("高斯平面", "Gauss plane")
    robust = value_variants(demand, [({"area": plane}, 36395.0), ({"area": planar}, 36360.0)])
    assert robust.met == 1
    assert robust.flips[0].name.en == "Gauss plane"
