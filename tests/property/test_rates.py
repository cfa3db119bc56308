"""Invariants of rates: sums roll up, bands hold, plans are optimal, roundings are what they say."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rate_samples import COUNTIES, ZONE, compute_rates, register, spec, target, units

from geozone.model import Basis, Comparator, Level, RegisterTotal, Status, Verdict
from geozone.rates.item_counts import count_items
from geozone.rates.verdicts import Measured, judge, reaches, rounded, smallest_count
from geozone.rates.whatif import close_gap

CITIES = sorted({f"{code[:4]}00" for code in COUNTIES})
PROVINCES = ["910000", "920000"]
# how long an example takes depends on what else the machine does
EXAMPLES = settings()
# an item lies in a county, crosses counties of a city, cities of a province, or provinces
CODES = [*COUNTIES, *CITIES, *PROVINCES, ""]
ITEM = st.tuples(
    st.sampled_from(list(Status)),
    st.just(""),
    st.none() | st.integers(2026, 2030),
    st.integers(1, 50).map(float),
    st.sampled_from(CODES),
)
ITEMS = st.lists(ITEM, min_size=1, max_size=14)
BASES = st.sampled_from([Basis.OFFICIAL, Basis.PUBLIC, Basis.WORKING])
MEASURE = st.sampled_from([None, "shore_km"])


def tally(items, code, level, measure=None):
    counted = count_items(items, code, level, ZONE, measure).tally
    return (0.0, 0.0, 0.0) if counted is None else (counted.built, counted.possible, counted.total)


def added(parts):
    return tuple(np.sum(list(parts), axis=0)) if parts else (0.0, 0.0, 0.0)


@EXAMPLES
@given(ITEMS, BASES, MEASURE)
def test_a_roll_up_equals_the_direct_count(rows, basis, measure):
    """Every unit is the sum of its parts and of the items that belong to it as a whole."""
    items = register(rows, basis)
    for level, code, parts in [
        (
            Level.CITY,
            CITIES[0],
            [(Level.COUNTY, county) for county in COUNTIES if county[:4] == CITIES[0][:4]],
        ),
        (Level.PROVINCE, "910000", [(Level.CITY, city) for city in CITIES if city[:2] == "91"]),
        (Level.ZONE, "z", [(Level.PROVINCE, province) for province in PROVINCES]),
    ]:
        own = [row for row in rows if row[4] == ("" if level is Level.ZONE else code)]
        alone = tally(register(own, basis), "z", Level.ZONE, measure) if own else (0.0, 0.0, 0.0)
        direct = tally(items, code, level, measure)
        assert direct == pytest.approx(
            added([alone, *(tally(items, part, at, measure) for at, part in parts)])
        )


@EXAMPLES
@given(ITEMS, BASES, st.integers(0, 5))
def test_a_published_total_rolls_up_too(rows, basis, more):
    coastal = [row for row in rows if row[4].startswith("92")]
    total = RegisterTotal("920000", len(coastal) + more, "notice", "2025")
    items = register(rows, basis, totals=(total,))
    own = [row for row in rows if not row[4]]
    alone = tally(register(own, basis), "z", Level.ZONE) if own else (0.0, 0.0, 0.0)
    parts = [tally(items, province, Level.PROVINCE) for province in PROVINCES]
    assert tally(items, "z", Level.ZONE) == pytest.approx(added([alone, *parts]))
    assert parts[1][2] == total.count


@EXAMPLES
@given(ITEMS, BASES, MEASURE, st.data())
def test_a_band_holds_whatever_the_unknown_turn_out_to_be(rows, basis, measure, data):
    counted = count_items(register(rows, basis), "z", Level.ZONE, ZONE, measure).tally
    settled = [
        (data.draw(st.sampled_from([Status.BUILT, Status.PLANNED])), *row[1:])
        if row[0] is Status.UNKNOWN
        else row
        for row in rows
    ]
    true = count_items(register(settled, Basis.OFFICIAL), "z", Level.ZONE, ZONE, measure).tally
    assert counted.low - 1e-12 <= true.value <= counted.high + 1e-12
    assert 0 <= counted.low <= counted.high <= 1
    assert (counted.value is None) == (counted.high > counted.low)


@EXAMPLES
@given(ITEMS, st.integers(0, 100))
def test_a_verdict_on_a_band_is_one_that_every_outcome_shares(rows, percent):
    counted = count_items(register(rows), "z", Level.ZONE, ZONE).tally
    demand = target(value=float(percent))
    judged = judge(demand, Measured(counted.value, counted.low, counted.high, Basis.OFFICIAL))
    outcomes = {
        reaches(demand, (counted.built + n) / counted.total) for n in range(int(counted.possible) + 1)
    }
    if judged.verdict is Verdict.MET:
        assert outcomes == {True}
    elif judged.verdict is Verdict.SHORT:
        assert outcomes == {False}
    else:
        assert outcomes == {True, False}


@EXAMPLES
@given(st.lists(ITEM, min_size=1, max_size=8), st.integers(1, 100), MEASURE)
def test_the_plan_is_as_good_as_the_best_of_all_sets(rows, percent, measure):
    items = register([(*row[:4], COUNTIES[0]) for row in rows])
    demand = target(value=float(percent))
    plan = close_gap(items, "z", Level.ZONE, ZONE, demand, measure=measure)
    built, _, total = tally(items, "z", Level.ZONE, measure)
    weights = {f"b{i}": 1.0 if measure is None else row[3] for i, row in enumerate(rows)}
    under_way = {
        f"b{i}": row[2]
        for i, row in enumerate(rows)
        if row[0] in {Status.UNDER_CONSTRUCTION, Status.PLANNED} and row[2]
    }
    best = min(
        (
            (max((under_way[item] for item in chosen), default=0), len(chosen))
            for size in range(len(under_way) + 1)
            for chosen in combinations(under_way, size)
            if reaches(demand, (built + sum(weights[item] for item in chosen)) / total)
        ),
        default=None,
    )
    if best is None:
        assert plan is None
    else:
        assert (plan.year or 0, len(plan.items)) == best
        assert plan.share == pytest.approx((built + sum(weights[item] for item in plan.items)) / total)
        assert reaches(demand, plan.share)


@EXAMPLES
@given(st.integers(1, 3000), st.integers(0, 1000), st.sampled_from([0, 1, None]))
def test_the_smallest_count_by_exact_fractions(total, permille, places):
    step = None if places is None else Fraction(1, 10 ** (places + 2))
    # a figure is printed with as many decimals as it is compared at
    goal = Fraction(permille, 1000) if places != 0 else Fraction(permille // 10, 100)

    def printed(count):
        share = Fraction(count, total)
        return share if step is None else (share / step + Fraction(1, 2)).__floor__() * step

    expected = next(count for count in range(total + 1) if printed(count) >= goal)
    assert smallest_count(float(goal), total, places) == expected


@EXAMPLES
@given(st.integers(0, 3000), st.integers(1, 3000), st.sampled_from([0, 1, 2]))
def test_rounding_is_half_up_at_the_decimals_of_a_percent(count, total, places):
    count = min(count, total)
    scale = 10 ** (places + 2)
    exact = (Fraction(count, total) * scale + Fraction(1, 2)).__floor__() / scale
    assert rounded(count / total, places) == pytest.approx(exact, abs=1e-12)


PIECE = st.tuples(
    st.sampled_from(COUNTIES), st.booleans(), st.booleans(), st.floats(0, 1e4, allow_subnormal=False)
)


@given(st.lists(PIECE, min_size=1, max_size=30))
@example([(COUNTIES[0], True, True, 0.0)])  # a barrier of no area: a rate of nothing has no row to sum
def test_areas_of_units_are_sums_over_their_counties(pieces):
    bare = [(code, False, False, 1.0) for code in COUNTIES]
    mosaic = pd.DataFrame([*pieces, *bare], columns=["code", "redline", "barrier", "area_km2"])
    table = units()
    areas = mosaic.groupby("code")["area_km2"].sum()
    for level in ("county", "city", "province", "zone"):
        for row in table.index[table["level"] == level]:
            code = table.loc[row, "code"]
            parts = table.loc[table["parent"] == code, "area_km2"]
            table.loc[row, "area_km2"] = areas[code] if level == "county" else parts.sum()
    rates = compute_rates(
        zone=ZONE, units=table, mosaic=mosaic, lengths={}, registers={}, targets=[],
        layers={"redline": spec("redline"), "barrier": spec("barrier")},
    )  # fmt: skip
    by_unit = {(rate.indicator, rate.unit_code): rate for rate in rates if rate.value is not None}
    parent = dict(zip(table["code"], table["parent"], strict=True))
    for indicator in ("redline_coverage", "barrier_coverage", "barrier_protected"):
        for upper in ("z", *PROVINCES, *CITIES):
            below = [
                by_unit[indicator, code]
                for code, above in parent.items()
                if above == upper and (indicator, code) in by_unit
            ]
            whole = by_unit.get((indicator, upper))
            assert (whole is None) == (not below)
            if whole is not None:
                assert whole.numerator == pytest.approx(sum(rate.numerator for rate in below))
                assert whole.denominator == pytest.approx(sum(rate.denominator for rate in below))
                assert 0 <= whole.value <= 1
                assert min(rate.value for rate in below) - 1e-9 <= whole.value
                assert whole.value <= max(rate.value for rate in below) + 1e-9


@EXAMPLES
@given(st.sampled_from([Comparator.AT_LEAST, Comparator.AT_MOST]), st.floats(0, 1), st.floats(0, 1))
def test_more_is_never_worse_for_a_floor_nor_better_for_a_ceiling(comparator, one, other):
    low, high = sorted((one, other))
    demand = target(comparator)
    if comparator is Comparator.AT_LEAST:
        assert reaches(demand, high) or not reaches(demand, low)
    else:
        assert reaches(demand, low) or not reaches(demand, high)
