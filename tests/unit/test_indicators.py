"""Rates counted by hand on a made-up zone: sums first, shares last; no denominator, no number."""

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from rate_samples import COUNTIES, NAME, ZONE, compute_rates, register, spec, target, units

from geozone.errors import ConservationError
from geozone.messages import Text
from geozone.model import (
    Basis,
    Comparator,
    Kind,
    Level,
    Modality,
    Reading,
    RegisterTotal,
    Status,
    Verdict,
)
from geozone.overlay.slivers import Sliver
from geozone.rates.completion import with_shores
from geozone.rates.figures import Figure
from geozone.rates.verdicts import Measured, judge
from geozone.rates.wording import value_text
from geozone.seeds import get_zone, zone_targets

BUILT, PLANNED, UNKNOWN, RECOGNISED = Status.BUILT, Status.PLANNED, Status.UNKNOWN, Status.RECOGNISED


def mosaic(pieces):
    """Return a mosaic from {county: [(redline, barrier, km²), ...]}; the rest of each county is bare."""
    rows = []
    for code in COUNTIES:
        used = 0.0
        for redline, barrier, area in pieces.get(code, []):
            rows.append((code, redline, barrier, area))
            used += area
        rows.append((code, False, False, 10.0 - used))
    return pd.DataFrame(rows, columns=["code", "redline", "barrier", "area_km2"])


FIRST, SECOND, THIRD = COUNTIES[:3]
PIECES = mosaic(
    {FIRST: [(True, True, 2.0), (True, False, 1.0), (False, True, 2.0)], THIRD: [(False, True, 8.0)]}
)


def rates(**more):
    given = {
        "zone": ZONE,
        "units": units(),
        "mosaic": PIECES,
        "lengths": {},
        "layers": {"redline": spec("redline"), "barrier": spec("barrier")},
        "registers": {},
        "targets": [],
    }
    return compute_rates(**(given | more))


def one(found, indicator, unit="z", target_id=...):
    rows = [rate for rate in found if rate.indicator == indicator and rate.unit_code == unit]
    if target_id is not ...:
        rows = [rate for rate in rows if rate.target_id == target_id]
    assert len(rows) == 1, rows
    return rows[0]


def test_coverage_is_the_sum_of_parts_over_the_sum_of_areas():
    found = rates()
    for unit, part, total in [
        (FIRST, 3, 10),
        (SECOND, 0, 10),
        ("910100", 3, 20),
        ("910000", 3, 40),
        ("z", 3, 80),
    ]:
        rate = one(found, "redline_coverage", unit)
        assert (rate.numerator, rate.denominator) == (part, total)
        assert rate.value == rate.low == rate.high == pytest.approx(part / total)
        assert (rate.kind, rate.basis, rate.vintage) == (Kind.COVERAGE, Basis.OFFICIAL, "2025")
        assert rate.verdict is None
    assert one(found, "redline_area").value == 3
    assert one(found, "redline_area").denominator is None


def test_no_barrier_means_no_share_protected():
    found = rates()
    assert one(found, "barrier_coverage", SECOND).value == 0  # a real zero
    none = one(found, "barrier_protected", SECOND)
    assert (none.value, none.verdict) == (None, Verdict.NOT_COMPUTABLE)
    assert none.note.zh
    assert one(found, "barrier_protected", FIRST).value == pytest.approx(0.5)
    assert one(found, "barrier_protected", THIRD).value == 0  # barrier, but none of it in the red line
    assert one(found, "barrier_protected").value == pytest.approx(2 / 12)


def test_continuity_is_of_the_largest_part():
    found = rates(continuity={"z": (8.0, 12.0), "910100": (3.0, 4.0), "910200": (0.0, 0.0)})
    assert one(found, "barrier_continuity").value == pytest.approx(2 / 3)
    assert one(found, "barrier_continuity", "910100").value == pytest.approx(0.75)
    assert not [
        rate for rate in found if rate.indicator == "barrier_continuity" and rate.unit_code == "910200"
    ]


def figure(value=40.0, year=2024, comparator="=", kind="value", unit="%", **more):
    given = {"scope": "z", "scope_name": NAME, "source": NAME, "published": f"{year}", "basis": Basis.PUBLIC}
    return Figure(
        "own", year=year, value=value, unit=unit, comparator=comparator, kind=kind, **(given | more)
    )


def test_what_would_answer_a_demand_is_named_and_nothing_that_is_there():
    demand = target(indicator="fuel_prohibition_zone_coverage")
    note = one(rates(targets=[demand]), "fuel_prohibition_zone_coverage").note.en
    assert note.startswith("Missing: Plains, Zones that prohibit polluting fuels.")
    plain = replace(spec("plain"), role="area")
    found = rates(targets=[demand], layers={"plain": plain}, mosaic=PIECES.assign(plain=True))
    note = one(found, "fuel_prohibition_zone_coverage").note.en
    assert note.startswith("Missing: Zones that prohibit polluting fuels.")


def test_a_demand_that_only_a_figure_answers_asks_for_the_figure():
    note = one(rates(targets=[target(indicator="own")]), "own").note.en
    assert note.startswith("Missing: a reported figure of")


def test_a_change_asks_for_the_vintage_that_is_not_there():
    demand = target(Comparator.STABLE, indicator="redline_function", value=None)
    note = one(rates(targets=[demand]), "redline_function").note.en
    assert note.startswith("Missing: another vintage of Ecological protection red line.")


def test_a_layer_of_bays_is_no_register_of_bays():
    found = rates(layers={"bays": replace(spec("bays"), role="bay")}, targets=[target()])
    assert "Missing: Register of bays" in one(found, "bay_completion", target_id="T-1").note.en


def test_a_reported_figure_is_held_against_a_demand_of_its_scope():
    found = rates(targets=[target(indicator="own")], figures=[figure(50.0, 2022), figure(60.0, 2024)])
    rate = one(found, "own")
    assert (rate.kind, rate.value, rate.vintage, rate.verdict) == (Kind.REPORTED, 0.6, "2024", Verdict.MET)


def test_a_figure_of_another_scope_is_context_and_never_judged():
    elsewhere = figure(60.0, scope="", scope_name=Text("二加二十六", "2+26"), context=("z",))
    rate = one(rates(targets=[target(indicator="own")], figures=[elsewhere]), "own")
    assert (rate.value, rate.verdict) == (None, Verdict.NOT_COMPUTABLE)
    assert "2+26" in rate.note.en


def test_a_floor_that_a_document_sets_is_no_measured_value():
    found = rates(targets=[target(indicator="own")], figures=[figure(60.0, comparator=">=", kind="floor")])
    rate = one(found, "own")
    assert (rate.value, rate.low, rate.verdict) == (None, 0.6, Verdict.REPORT_ONLY)


def test_what_is_superseded_counts_only_where_nothing_else_is_known():
    old = figure(30.0, 2018, superseded=True)
    rate = one(rates(targets=[target(indicator="own")], figures=[old]), "own")
    assert (rate.value, rate.vintage) == (0.3, "2018")
    assert "uperseded" in rate.note.en
    rate = one(rates(targets=[target(indicator="own")], figures=[figure(60.0, 2017), old]), "own")
    assert rate.value == 0.6


def test_note_and_verdict_agree_where_the_figure_of_a_demand_stands_elsewhere():
    demand = target(Comparator.EXTERNAL, Modality.EXTERNAL, None, indicator="natural_shore_retention")
    rate = one(rates(targets=[demand]), "natural_shore_retention", target_id="T-1")
    assert rate.verdict is Verdict.NOT_COMPUTABLE
    assert "Missing: Coastline" in rate.note.en
    assert "The target value stands in another document" in rate.note.en


def test_a_missing_layer_is_named():
    found = rates(mosaic=PIECES.drop(columns=["redline"]))
    for indicator in ("redline_coverage", "barrier_protected"):
        rate = one(found, indicator)
        assert (rate.value, rate.verdict) == (None, Verdict.NOT_COMPUTABLE)
        assert "red line" in rate.note.en


def test_more_than_there_is_stops_the_run():
    with pytest.raises(ConservationError):
        rates(continuity={"z": (12.1, 12.0)})
    heavy = pd.concat([PIECES, PIECES.iloc[:1].assign(area_km2=20.0, redline=True)])
    with pytest.raises(ConservationError):
        rates(mosaic=heavy)


BAYS = register(
    [
        (BUILT, "2024", None, 10.0, "920101"),
        (PLANNED, "", 2027, 30.0, "920101"),
        (BUILT, "2025", None, 20.0, "920201"),
        (UNKNOWN, "", None, 40.0, "920000"),  # crosses the cities' border: it counts in the province only
    ]
)


def test_completion_counts_items_where_they_lie():
    found = rates(registers={"bay": BAYS})
    for unit, built, possible, total in [
        ("920100", 1, 0, 2),
        ("920200", 1, 0, 1),
        ("920000", 2, 1, 4),
        ("z", 2, 1, 4),
    ]:
        rate = one(found, "bay_completion", unit)
        assert (rate.numerator, rate.denominator) == (built, total)
        assert rate.low == pytest.approx(built / total)
        assert rate.high == pytest.approx((built + possible) / total)
        assert rate.value == (None if possible else pytest.approx(built / total))
    shore = one(found, "bay_completion_shore")
    assert (shore.numerator, shore.denominator, shore.unit) == (30, 100, "km")
    assert (shore.low, shore.high) == (pytest.approx(0.3), pytest.approx(0.7))


def test_a_province_without_coast_is_not_in_the_denominator():
    found = rates(registers={"bay": BAYS})
    inland = one(found, "bay_completion", "910000")
    assert (inland.denominator, inland.verdict) == (0.0, Verdict.NOT_COMPUTABLE)
    assert "coast" in inland.note.en
    assert not [rate for rate in found if rate.unit_code.startswith("9101") and rate.kind is Kind.COMPLETION]


def test_rivers_and_lakes_are_taken_together_only_for_the_clause_that_does():
    rivers = register(
        [(BUILT, "2024", None, None, "910101"), (PLANNED, "", None, None, "920101")], role="river"
    )
    lakes = register([(BUILT, "2024", None, None, "910101")], role="lake")
    demand = target(indicator="water_completion", value=66.0)
    found = rates(registers={"river": rivers, "lake": lakes}, targets=[demand])
    assert one(found, "river_completion").value == 0.5
    assert one(found, "lake_completion").value == 1
    both = one(found, "water_completion", target_id="T-1")
    assert (both.numerator, both.denominator, both.verdict) == (2, 3, Verdict.MET)
    assert one(found, "river_completion").target_id is None


def test_a_published_total_is_the_denominator_and_its_cities_have_none():
    total = RegisterTotal("920000", 6, "notice", "2025")
    found = rates(registers={"bay": replace(BAYS, totals=(total,))})
    province = one(found, "bay_completion", "920000")
    assert (province.numerator, province.denominator) == (2, 6)
    assert province.high == pytest.approx(5 / 6)  # one unknown and two unlisted
    city = one(found, "bay_completion", "920100")
    assert (city.denominator, city.verdict) == (None, Verdict.NOT_COMPUTABLE)
    contradiction = rates(registers={"bay": replace(BAYS, totals=(replace(total, count=3),))})
    assert one(contradiction, "bay_completion").verdict is Verdict.NOT_COMPUTABLE


@pytest.mark.parametrize("basis", [Basis.WORKING, Basis.OFFICIAL])
def test_recognised_cases_are_never_built(basis):
    bays = register([(RECOGNISED, "2024", None, None), (BUILT, "2024", None, None)], basis)
    rate = one(
        rates(registers={"bay": bays}, targets=[target(value=40.0)]), "bay_completion", target_id="T-1"
    )
    assert (rate.numerator, rate.denominator, rate.low) == (1, 2, 0.5)
    if basis is Basis.WORKING:  # nobody has held it against the list of the built: a band, and no verdict
        assert (rate.value, rate.high, rate.verdict) == (None, 1, Verdict.REPORT_ONLY)
    else:
        assert (rate.value, rate.high, rate.verdict) == (0.5, 0.5, Verdict.MET)


def test_the_shore_of_stand_in_counties_is_their_own():
    bays = register(
        [(BUILT, "2024", None, None, "920101"), (PLANNED, "", None, None, "920201")], Basis.WORKING
    )
    coast = {"920101": 30.0, "920201": 10.0}
    found = rates(registers={"bay": with_shores(bays, coast)})
    shore = one(found, "bay_completion_shore")
    assert (shore.numerator, shore.denominator) == (30, 40)
    official = replace(bays, basis=Basis.OFFICIAL)
    found = rates(registers={"bay": with_shores(official, coast)})
    assert one(found, "bay_completion_shore").value is None


def test_natural_shore_is_a_share_of_lengths():
    lengths = {
        "coastline": pd.DataFrame({"code": ["920101", "920201"], "length_km": [30.0, 10.0]}),
        "natural_shore": pd.DataFrame({"code": ["920101", "920201"], "length_km": [10.0, 0.0]}),
    }
    found = rates(lengths=lengths, layers={"coastline": spec("coastline")})
    assert one(found, "natural_shore_retention").value == 0.25
    assert one(found, "natural_shore_retention", "920101").value == pytest.approx(1 / 3)
    assert one(found, "natural_shore_retention", "920200").kind is Kind.LENGTH


def test_a_screening_layer_is_never_held_against_the_statutory_figure():
    demand = target(indicator="redline_area", value=2.0, unit="km2")
    derived = rates(layers={"redline": spec("redline", Basis.DERIVED)}, targets=[demand])
    rate = one(derived, "redline_area", target_id="T-1")
    assert (rate.verdict, rate.gap, rate.gap_unit) == (Verdict.REPORT_ONLY, -1, "km2")
    assert "statutory" in rate.note.en
    official = one(rates(targets=[demand]), "redline_area", target_id="T-1")
    assert official.verdict is Verdict.MET


def choices(*areas, unit_km2=80.0, code="z"):
    """A table of the red line area by choice from (method, coastline, repair, km²) rows."""
    rows = [(code, *row, unit_km2) for row in areas]
    return pd.DataFrame(rows, columns=["code", "method", "coastline", "repair", "area_km2", "unit_km2"])


@pytest.mark.parametrize(
    ("figure", "verdict", "said"),
    [
        (2.999, Verdict.MET, "met in 2 of 2."),
        (3.001, Verdict.SHORT, "met in 1 of 2. Changed by: planar area in the 3-degree"),
        (3.1, Verdict.SHORT, "met in 0 of 2."),
    ],
)
def test_the_note_of_a_verdict_says_whether_it_hangs_on_the_area_method(figure, verdict, said):
    demand = target(indicator="redline_area", value=figure, unit="km2")
    table = choices(("ellipsoid", "land", "with", 3.0), ("planar", "land", "with", 3.002))
    rate = one(rates(targets=[demand], redline_areas=table), "redline_area", target_id="T-1")
    assert rate.verdict is verdict
    assert said in rate.note.en
    assert f"2 种中 {said.split()[2]} 种达到" in rate.note.zh
    assert ("Changed by" in rate.note.en) == ("Changed by" in said)


def test_coast_and_repair_are_choices_of_an_area_and_only_repair_of_a_coverage():
    table = choices(
        ("ellipsoid", "land", "with", 3.0),
        ("ellipsoid", "land_and_sea", "with", 3.5),
        ("ellipsoid", "land", "without", 2.0),
        ("ellipsoid", "land_and_sea", "without", 2.5),
    )
    area = target(indicator="redline_area", value=2.6, unit="km2")
    share = target(indicator="redline_coverage", value=3.5, id="T-2")
    found = rates(targets=[area, share], redline_areas=table)
    held = one(found, "redline_area", target_id="T-1").note.en
    assert "met in 2 of 4" in held
    assert "up to the shore of the units, without the repaired features" in held
    assert "met in 1 of 2" in one(found, "redline_coverage", target_id="T-2").note.en  # 3.75 or 2.5 %


def test_the_note_of_a_completion_says_on_how_many_ways_to_count_it_rests():
    bays = register([(BUILT, "2024", None, 10.0), (PLANNED, "", None, 30.0)])
    found = rates(registers={"bay": bays}, targets=[target(value=50.0)])
    rate = one(found, "bay_completion", target_id="T-1")
    assert rate.verdict is Verdict.MET
    assert "met in 2 of 4. Changed by: by shore length" in rate.note.en


def test_what_has_no_verdict_and_what_is_a_change_say_nothing_of_variants():
    table = choices(("ellipsoid", "land", "with", 3.0), ("planar", "land", "with", 3.002))
    derived = {"redline": spec("redline", Basis.DERIVED)}
    demands = [target(indicator="redline_area", value=3.001, unit="km2")]
    demands += [
        target(Comparator.INCREASE, indicator="redline_area", value=1.0, unit="km2", id="T-2", base_year=2020)
    ]
    for layers in (derived, {"redline": spec("redline")}):
        found = rates(
            targets=demands[1:] if layers is not derived else demands, layers=layers, redline_areas=table
        )
        assert not any("variants" in rate.note.en for rate in found)


def test_an_impossible_figure_and_its_reading_stand_side_by_side():
    reading = Reading(4.0, Text("批复", "the approval"), Text("十倍", "ten times"))
    demand = target(indicator="redline_area", value=400.0, unit="km2", reading=reading)
    table = choices(("ellipsoid", "land", "with", 3.0), ("planar", "land", "with", 4.1))
    found = rates(targets=[demand], redline_areas=table)
    printed = one(found, "redline_area", target_id="T-1")
    assert "variants" not in printed.note.en
    assert (printed.verdict, printed.target_value, printed.gap) == (Verdict.NOT_COMPUTABLE, 400, None)
    assert "400" in printed.note.en
    read = one(found, "redline_area", target_id="T-1:reading")
    assert (read.verdict, read.target_value, read.gap) == (Verdict.SHORT, 4, 1)
    for word in ("400", "the approval", "ten times", "met in 1 of 2"):
        assert word in read.note.en


def test_a_demand_of_several_whole_cities_is_held_city_by_city():
    demand = target(Comparator.FULL, value=100.0, region_codes=("920100", "920200"), year=None)
    found = rates(registers={"bay": BAYS}, targets=[demand])
    assert one(found, "bay_completion", "920100", "T-1").verdict is Verdict.SHORT
    assert one(found, "bay_completion", "920200", "T-1").verdict is Verdict.MET
    assert one(found, "bay_completion").target_id is None


def test_a_demand_on_the_coast_is_one_on_the_zone():
    found = rates(registers={"bay": BAYS}, targets=[target(region_codes=("920000",), value=50.0)])
    assert one(found, "bay_completion", "920000", "T-1").verdict is Verdict.MET


def test_a_demand_on_several_counties_together_is_held_on_their_sum():
    demand = target(Comparator.EQUAL, indicator="redline_coverage", value=30.0, region_codes=(FIRST, SECOND))
    found = rates(targets=[demand])
    rate = one(found, "redline_coverage", f"{FIRST}+{SECOND}", "T-1")
    assert (rate.numerator, rate.denominator, rate.verdict) == (3, 20, Verdict.SHORT)
    assert one(found, "redline_coverage").target_id is None
    without = rates(targets=[demand], mosaic=PIECES.drop(columns=["redline"]))
    assert one(without, "redline_coverage", f"{FIRST}+{SECOND}", "T-1").verdict is Verdict.NOT_COMPUTABLE


def test_the_pace_of_an_official_register_can_be_on_track():
    rows = [(BUILT, f"{year}", None, None) for year in (2022, 2023, 2024, 2025)]
    rows += [(PLANNED, "", None, None)] * 7
    found = rates(registers={"bay": register(rows)}, targets=[target()])
    assert one(found, "bay_completion", target_id="T-1").verdict is Verdict.ON_TRACK


@pytest.mark.parametrize("zone", ["bth", "yrd", "hebei", "gba", "yangtze", "yellow"])
def test_every_demand_of_a_zone_is_a_row(zone):
    """Without any layer or register each demand still says what it would need."""
    key = get_zone(zone)
    table = units().replace({"code": {"z": zone}, "parent": {"z": zone}})
    found = compute_rates(
        zone=key, units=table, mosaic=PIECES[["code", "area_km2"]], lengths={}, layers={}, registers={},
        targets=zone_targets(zone),
    )  # fmt: skip
    told = Counter(rate.target_id for rate in found if rate.target_id)
    assert set(told) == {demand.id for demand in zone_targets(zone)}
    for rate in found:
        assert rate.value is None
        assert rate.verdict is Verdict.NOT_COMPUTABLE
        assert rate.note.zh
        assert rate.note.en
        assert rate.method.zh


def test_a_reported_area_leads_and_the_sketch_says_how_far_it_is():
    reported = replace(figure(5.0, 2023, unit="km2"), indicator="redline_area", scope="910000")
    found = rates(
        figures=[reported], layers={"redline": spec("redline", Basis.DERIVED), "barrier": spec("barrier")}
    )
    rows = [rate for rate in found if (rate.indicator, rate.unit_code) == ("redline_area", "910000")]
    assert [rate.kind for rate in rows] == [Kind.REPORTED, Kind.AREA]
    assert "differs by -2.00 km²" in rows[1].note.en
    official = rates(figures=[reported])
    rows = [rate for rate in official if (rate.indicator, rate.unit_code) == ("redline_area", "910000")]
    assert [rate.kind for rate in rows] == [Kind.AREA, Kind.REPORTED]


def test_about_is_reported_only():
    found = rates(registers={"bay": BAYS}, targets=[target(Comparator.ABOUT, Modality.ABOUT, 40.0, id="A")])
    rate = one(found, "bay_completion", target_id="A")
    assert (rate.verdict, rate.gap, rate.level) == (Verdict.REPORT_ONLY, 0, Level.ZONE)


@pytest.mark.parametrize(
    ("built", "verdict", "gap"), [(4, Verdict.SHORT, 2), (5, Verdict.SHORT, 1), (6, Verdict.MET, 0)]
)
def test_the_bay_target_of_bth_on_an_official_register_of_eleven(built, verdict, gap):
    """55 % is printed without decimals: 6 of 11 is 54.5 %, printed 55 %, and meets it (docs/rates.md, Rounding)."""
    demand = next(item for item in zone_targets("bth") if item.id == "JJJ-23")
    rows = [(BUILT if i < built else PLANNED, "", None, None, "130304") for i in range(11)]
    table = units().replace({"code": {"z": "bth"}, "parent": {"z": "bth"}})
    found = compute_rates(
        zone=get_zone("bth"), units=table, mosaic=PIECES, lengths={}, layers={},
        registers={"bay": register(rows)}, targets=[demand],
    )  # fmt: skip
    rate = one(found, "bay_completion", "bth", "JJJ-23")
    assert (rate.denominator, rate.verdict, rate.gap, rate.gap_unit) == (11, verdict, gap, "count")
    assert rate.target_value == pytest.approx(0.55)


def test_a_share_of_less_than_the_layers_can_tell_is_not_applicable():
    thin = Sliver(area_km2=4.0, width_m=0.002, accuracy_m=1000.0)
    found = rates(
        slivers={"barrier": {FIRST: thin}},
        targets=[target(indicator="barrier_protected", id="T-9", region_codes=(FIRST,))],
    )
    city = rates(slivers={"barrier": {"910100": thin}}, continuity={"910100": (3.0, 4.0), "z": (8.0, 12.0)})
    for rate in (one(found, "barrier_protected", FIRST), one(city, "barrier_continuity", "910100")):
        assert (rate.value, rate.low, rate.high, rate.numerator) == (None, None, None, None)
        assert rate.denominator == 4.0
        assert not rate.applies
        assert rate.verdict is Verdict.NOT_COMPUTABLE
        assert "不适用" in rate.note.zh
        assert "1,000" in rate.note.zh
        assert "Not applicable" in rate.note.en
    assert one(found, "barrier_protected", FIRST).target_id == "T-9"  # and no second row that misses a layer
    assert one(found, "barrier_coverage", FIRST).value == pytest.approx(0.4)  # of the unit there is enough
    assert one(found, "barrier_protected").value == pytest.approx(2 / 12)
    assert one(found, "barrier_protected").applies


def test_what_is_not_applicable_is_no_missing_value():
    thin = Sliver(area_km2=4.0, width_m=0.002, accuracy_m=1000.0)
    found = rates(slivers={"barrier": {FIRST: thin}})
    assert value_text(one(found, "barrier_protected", FIRST)).zh == "不适用"
    assert value_text(one(found, "barrier_protected", SECOND)).zh == "不适用"  # no barrier at all


def test_a_shore_shorter_than_its_ends_are_accurate_makes_no_rate():
    shore = pd.DataFrame({"code": [FIRST, THIRD], "length_km": [0.9, 8.0]})
    natural = shore.assign(length_km=[0.5, 2.0])
    lengths = {"coastline": shore, "natural_shore": natural}
    found = rates(lengths=lengths, shore_accuracy_m=500.0)
    short = one(found, "natural_shore_retention", FIRST)
    assert (short.value, short.denominator, short.unit, short.applies) == (None, 0.9, "km", False)
    assert "不适用" in short.note.zh
    assert one(found, "natural_shore_retention", THIRD).value == pytest.approx(0.25)
    assert one(rates(lengths=lengths), "natural_shore_retention", FIRST).value == pytest.approx(5 / 9)


ASKED = target(indicator="national_green_factories", value=100.0, unit="count")


def factories(basis=Basis.OFFICIAL, totals=()):
    rows = [(BUILT, None, None, None), (PLANNED, None, None, None), (UNKNOWN, None, None, None, FIRST)]
    return {"green_factory": register(rows, basis, role="site", totals=totals)}


@pytest.mark.parametrize(
    ("basis", "totals", "bands", "words"),
    [
        # the first province has the item of unknown status only
        (Basis.OFFICIAL, (), {"910000": (0, 1), "920000": (1, 1), "z": (1, 2)}, "1 to 2"),
        # a list that stands in for the official one may lack items
        (Basis.WORKING, (), {"910000": (0, None), "920000": (1, None), "z": (1, None)}, "≥ 1"),
        # a published number of which some items are not named
        (Basis.OFFICIAL, (RegisterTotal("920000", 5, "d", "2025"),), {"910000": (0, 1), "920000": (1, 4), "z": (1, 5)}, "1 to 5"),
    ],
)  # fmt: skip
def test_sites_are_a_number_only_where_the_list_is_whole(basis, totals, bands, words):
    found = rates(registers=factories(basis, totals), targets=[ASKED])
    for unit, (low, high) in bands.items():
        row = one(found, "national_green_factories", unit)
        assert (row.low, row.high) == (low, high)
        assert row.value == (low if low == high else None)
    assert value_text(one(found, "national_green_factories")).en == words
    assert one(found, "national_green_factories", FIRST[:4] + "00").low == 0


def test_more_sites_than_the_published_number_make_no_number():
    found = rates(registers=factories(totals=(RegisterTotal("920000", 1, "d", "2025"),)), targets=[ASKED])
    row = one(found, "national_green_factories", "920000")
    assert (row.value, row.low, row.high) == (None, None, None)
    assert row.note


@pytest.mark.parametrize(
    ("value", "comparator", "verdict"),
    [
        (30.0, Comparator.AT_LEAST, Verdict.MET),
        (50.0, Comparator.AT_LEAST, Verdict.REPORT_ONLY),
        (50.0, Comparator.AT_MOST, Verdict.REPORT_ONLY),
        (30.0, Comparator.AT_MOST, Verdict.SHORT),
        (40.0, Comparator.EQUAL, Verdict.REPORT_ONLY),
    ],
)
def test_a_floor_meets_what_is_below_it_and_leaves_the_rest_undecided(value, comparator, verdict):
    demand = target(comparator, value=value, unit="count")
    assert judge(demand, Measured(None, 40.0, None, Basis.OFFICIAL)).verdict == verdict
