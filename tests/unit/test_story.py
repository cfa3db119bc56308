"""The story: what a register or a reported figure says in a sentence, by the decision table of docs/story.md."""

from dataclasses import replace

import pandas as pd
import pytest
from rate_samples import ZONE, compute_rates, register, target, units

from geozone.manifest.indicators import load_indicators
from geozone.messages import Text
from geozone.model import Basis, Comparator, Kind, Modality, Status, Verdict, ZoneResult
from geozone.rates.figures import FLOOR, PLAN, Figure, Figures
from geozone.rates.wording import value_text
from geozone.story.amounts import NARROW, spaced
from geozone.story.reported import Fact
from geozone.story.zone import leading_of_demands, rate_statement, zone_story

PLACE = Text("样本区", "the sample zone")
BUILT, UNKNOWN, PLANNED = Status.BUILT, Status.UNKNOWN, Status.PLANNED
GOAL = target(region=PLACE, printed={"d": "55%"})


def bays(built, unknown, planned, *, basis=Basis.SYNTHETIC, dates="2024", **more):
    rows = [(BUILT, dates if isinstance(dates, str) else dates[place], None, 1.0) for place in range(built)]
    rows += [(UNKNOWN, "", None, 1.0)] * unknown + [(PLANNED, "", None, 1.0)] * planned
    return register(rows, basis, **more)


def result_of(*, targets=(GOAL,), registers=None, figures=()):
    """Return a result that holds rates, and nothing that could be drawn."""
    zone = replace(ZONE, short=PLACE)

    given = {"zone": zone, "units": units(), "mosaic": pd.DataFrame(), "lengths": {}, "layers": {}}
    rates = compute_rates(**given, registers=registers or {}, targets=list(targets), figures=figures)
    return ZoneResult(
        zone=zone, title=PLACE, review_number="", units=units(), layers={}, mosaic=pd.DataFrame(), rates=rates,
        targets=list(targets), documents={}, registers=registers or {}, indicators=load_indicators(),
        figures=Figures(figures), embedded=True,
    )  # fmt: skip


def plain(text):
    return text.zh.replace(NARROW, "_"), text.en.replace(NARROW, "_")


# the worked cases that need no published data; in the file of the rules they are numbered 18 to 24
CASES = {
    "all known, met": (
        bays(12, 0, 8),
        "（示例数据）名录 20_个海湾中已建成 12_个，美丽海湾建成率 60.0%，已达到 2027_年目标（不低于 55%）。",
        "(Sample data) 12 of the 20 bays on the register are completed, 60.0%: the 2027 target of at least 55% is met.",
    ),
    "all known, not met": (
        bays(9, 0, 11, dates="2012"),
        "（示例数据）名录 20_个海湾中已建成 9_个，美丽海湾建成率 45.0%，未达到 2027_年目标（不低于 55%），还需建成 2_个。",
        "(Sample data) 9 of the 20 bays on the register are completed, 45.0%: the 2027 target of at least 55% is not met; 2 more are needed.",
    ),
    "both ends reach the target": (
        bays(11, 4, 5),
        "（示例数据）名录 20_个海湾中已建成 11_个，另有 4_个状态未知，美丽海湾建成率至少 55.0%，已达到 2027_年目标（不低于 55%）。",
        "(Sample data) 11 of the 20 bays on the register are completed and 4 are of unknown status, at least 55.0%: the 2027 target of at least 55% is met.",
    ),
    "both ends below the target": (
        bays(7, 3, 10, dates=""),
        "（示例数据）名录 20_个海湾中已建成 7_个，即使状态未知的 3_个全部建成，美丽海湾建成率也只有 50.0%，未达到 2027_年目标（不低于 55%），至少还需建成 1_个。",
        "(Sample data) 7 of the 20 bays on the register are completed; even if all 3 of unknown status were, it would be 50.0%: the 2027 target of at least 55% is not met, at least 1 more is needed.",
    ),
    "the range straddles the target": (
        bays(9, 4, 7, dates=""),
        "（示例数据）名录 20_个海湾中已建成 9_个，美丽海湾建成率 45.0%～65.0%；能否达到 2027_年目标（不低于 55%）取决于 4_个状态未知的海湾，不作判定。",
        "(Sample data) 9 of the 20 bays on the register are completed, 45.0% to 65.0%; whether the 2027 target of at least 55% is met depends on 4 bays of unknown status: not judged.",
    ),
    "all unknown": (
        bays(0, 20, 0),
        "（示例数据）名录 20_个海湾的状态均未知，美丽海湾建成率（2027_年目标不低于 55%）不作判定。",
        "(Sample data) All 20 bays on the register are of unknown status: their completion rate (2027 target at least 55%) is not judged.",
    ),
    "all known, on schedule": (
        bays(8, 0, 12, dates=["2023"] * 6 + ["2025"] * 2),
        "（示例数据）名录 20_个海湾中 2025_年末已建成 8_个，美丽海湾建成率 40.0%，比上年末增加 2_个；2027_年目标（不低于 55%）需 11_个，每年需 1.5_个，符合进度。",
        "(Sample data) 8 of the 20 bays on the register were completed at the end of 2025, 40.0%, 2 more than a year before; the 2027 target of at least 55% needs 11, 1.5 a year: on schedule.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_register_is_told_word_for_word(case):
    given, zh, en = CASES[case]
    assert plain(zone_story(result_of(registers={"bay": given}))) == (zh, en)


def test_the_same_on_an_official_register_is_no_sample():
    told = zone_story(result_of(registers={"bay": bays(12, 0, 8, basis=Basis.OFFICIAL)}))
    assert told.zh.startswith("名录 20")
    assert told.en.startswith("12 of the 20")


def test_a_stand_in_register_is_never_judged_and_confirms_only_what_is_known():
    none = zone_story(result_of(registers={"bay": bays(0, 20, 0, basis=Basis.WORKING)}))
    assert plain(none)[0] == (
        "美丽海湾建成率目标为 2027_年不低于 55%；官方名录未公开，替代名录 20_个海湾均未确认建成，不作判定。"
    )
    some = plain(zone_story(result_of(registers={"bay": bays(13, 5, 2, basis=Basis.WORKING)})))
    assert "替代名录 20_个中确认建成 13_个，建成率 65.0%～90.0%，不作判定" in some[0]
    assert "met" not in some[1].replace("Beautiful", "")


def test_a_stand_in_register_of_one_item_is_told_in_the_singular():
    one = {"bay": bays(0, 1, 0, basis=Basis.WORKING)}
    assert plain(zone_story(result_of(registers=one))) == (
        "美丽海湾建成率目标为 2027_年不低于 55%；官方名录未公开，替代名录中仅有的 1_个海湾未确认建成，不作判定。",
        "Beautiful bays are to reach a completion rate of at least 55% by 2027; the official list is not public, the one bay on the stand-in register is not confirmed as completed; not judged.",
    )
    rates = result_of(targets=(), registers=one)
    row = next(rate for rate in rates.rates if rate.indicator == "bay_completion")
    assert "the one bay on the stand-in register is not" in plain(rate_statement(row, rates))[1]


def test_two_registers_of_which_nothing_is_confirmed_are_told_together():
    waters = target(region=PLACE, id="T-2", indicator="water_completion", value=42.0)
    lists = {
        "bay": bays(0, 12, 0, basis=Basis.WORKING),
        "river": bays(0, 12, 0, basis=Basis.WORKING, role="river"),
        "lake": bays(0, 8, 0, basis=Basis.WORKING, role="lake"),
    }
    told = plain(zone_story(result_of(targets=(GOAL, waters), registers=lists)))
    assert told[0] == (
        "美丽海湾、美丽河湖建成率目标为 2027_年不低于 55%、42%；官方名录未公开，替代名录中的 12_个海湾、20_个水体均未确认建成，不作判定。"
    )
    alike = replace(waters, value=55.0)
    told = plain(zone_story(result_of(targets=(GOAL, alike), registers=lists)))
    assert told[0].startswith("美丽海湾、美丽河湖建成率目标均为 2027_年不低于 55%；")


# --- reported figures ---------------------------------------------------------------------------------------------


def figure(value, year=2024, indicator="forest_cover", unit="%", **more):
    given = {
        "comparator": "=",
        "kind": "value",
        "published": "2025-01",
        "short": Text("某厅", "the department"),
    }
    return Figure(
        indicator, "z", PLACE, year, value, unit, basis=Basis.PUBLIC, source=PLACE, **(given | more)
    )


def asked(value=35.0, comparator=Comparator.AT_LEAST, **more):
    return target(comparator=comparator, value=value, region=PLACE, indicator="forest_cover", **more)


@pytest.mark.parametrize(
    ("goal", "given", "zh", "en"),
    [
        (asked(), figure(35.6), "为 35.6%（某厅），已达到 2027_年目标（不低于 35%）。", ": the 2027 target (at least 35%) is met."),
        (asked(40.0), figure(35.6), "，未达到 2027_年目标（不低于 40%），差 4.4_个百分点。", "is not met; gap 4.4 percentage points."),
        (asked(modality=Modality.STRIVE), figure(35.6), "，已达到 2027_年力争目标（不低于 35%）。", "2027 aspirational target"),
        (asked(36.0, modality=Modality.ABOUT), figure(35.6), "；2027_年目标为 36%左右，相差 0.4_个百分点，不作判定。", "not judged."),
        (asked(36.2), figure(36.0, comparator="about"), "约为 36%（某厅）；2027_年目标为不低于 36.2%；公布值取整，不能确定是否达到。", "it cannot be told whether the target is met."),
        (asked(36.0), figure(47.0, comparator="about"), "，已达到 2027_年目标（不低于 36%）。", "is met."),
        (asked(None, Comparator.EXTERNAL), figure(35.6), "；目标值见其他文件，不作判定。", "stands in another document; not judged."),
        (asked(), figure(35.6, preliminary=True), "（某厅，初步数），已达到", "(the department, preliminary)"),
        (asked(year=None), figure(35.6), "，已达到目标（不低于 35%）。", ": the target (at least 35%) is met."),
    ],
)  # fmt: skip
def test_a_reported_figure_is_told_with_what_follows_from_it(goal, given, zh, en):
    result = result_of(targets=(goal,), figures=(given,))
    told = plain(rate_statement(next(iter(leading_of_demands(result).values())), result))
    assert plain(zone_story(result)) == told
    assert told[0].startswith("样本区 2024_年森林覆盖率")
    assert zh in told[0]
    assert en in told[1]


def test_a_figure_keeps_the_decimals_that_it_was_printed_with():
    result = result_of(targets=(asked(),), figures=(figure(37.0, places=1),))
    row = next(rate for rate in result.rates if rate.kind is Kind.REPORTED)
    assert plain(value_text(row)) == ("37.0%", "37.0%")
    assert "37.0%" in plain(zone_story(result))[0]
    assert "places" not in row.row("zh")  # it is no column of the table


def test_a_plan_is_no_value_and_a_target_without_one_is_not_computable():
    told = plain(zone_story(result_of(targets=(asked(),), figures=(figure(35.6, kind=PLAN),))))
    assert told[0] == "按内置数据，1_条目标中有 1_条无法计算。"
    result = result_of(targets=(asked(),), figures=(figure(35.6, kind=PLAN),))
    row = next(iter(leading_of_demands(result).values()))
    assert (
        plain(rate_statement(row, result))[0]
        == "样本区森林覆盖率目标为 2027_年不低于 35%；现状值未收录，无法计算。"
    )


def test_figures_of_members_are_no_figure_of_the_whole():
    given = figure(30.0, indicator="pm25_annual_mean", unit="ug/m3")
    own = replace(given, scope="910000", scope_name=Text("某省", "a province"))
    goal = target(
        comparator=Comparator.AT_MOST, value=33.0, unit="ug/m3", region=PLACE, indicator="pm25_annual_mean"
    )
    result = result_of(targets=(goal,), figures=(own,))
    row = next(iter(leading_of_demands(result).values()))
    assert "区域整体的公布值未收录，各成员的数值不能代替，无法计算" in rate_statement(row, result).zh


def test_a_value_that_has_held_for_years_says_so_and_stands_first():
    held = [figure(100.0, year, indicator="polluted_farmland_safe_use") for year in range(2021, 2025)]
    first = asked()
    second = target(
        comparator=Comparator.AT_LEAST,
        value=95.0,
        region=PLACE,
        indicator="polluted_farmland_safe_use",
        id="T-2",
    )
    told = plain(zone_story(result_of(targets=(first, second), figures=(figure(35.6), *held))))
    assert told[0].startswith(
        "样本区 2024_年受污染耕地安全利用率为 100%、森林覆盖率为 35.6%（某厅），均已达到 2027_年目标。"
    )
    alone = plain(zone_story(result_of(targets=(second,), figures=held)))
    assert "，已连续四年为 100%（某厅）" in alone[0]
    assert "the fourth year running" in alone[1]


def test_the_approved_red_line_is_told_where_nothing_is_judged():
    area = figure(42300.0, 2035, "redline_area", "km2", kind=FLOOR, comparator=">=")
    sea = figure(1400.0, 2035, "redline_sea_area", "km2", kind=FLOOR, comparator=">=")
    told = plain(
        zone_story(result_of(registers={"bay": bays(0, 20, 0, basis=Basis.WORKING)}, figures=(area, sea)))
    )
    assert told[0].startswith(
        "样本区生态保护红线批复面积不低于 42,300_平方千米，其中海洋不低于 1,400_平方千米（某厅），现状面积未收录。"
    )


def test_a_figure_of_its_own_beats_the_red_line_and_superseded_ones_are_not_told():
    area = figure(4290.0, 2018, "redline_area", "km2", superseded=True)
    told = zone_story(result_of(registers={"bay": bays(0, 20, 0, basis=Basis.WORKING)}, figures=(area,)))
    assert "生态保护红线" not in told.zh


def test_a_zone_without_targets_says_so():
    assert plain(zone_story(result_of(targets=()))) == (
        "政策文件没有为样本区单独提出目标。",
        "No policy document sets targets for the sample zone alone.",
    )


def test_a_province_without_a_coast_has_no_rate_of_bays():
    result = result_of(registers={"bay": bays(1, 19, 0)})
    inland = next(rate for rate in result.rates if rate.indicator == "bay_completion")
    row = replace(inland, unit_code="910000", unit_name=Text("某省", "a province"), level=ZONE.levels[-1])
    assert plain(rate_statement(row, result)) == (
        "某省不临海，美丽海湾建成率不适用。",
        "A province has no coast: completion rate of beautiful bays does not apply.",
    )


def test_numbers_and_units_are_spaced_as_print_spaces_them():
    assert spaced("河北省2024年41个城市PM2.5年均33微克/立方米（国函〔2025〕19号）").replace(NARROW, "_") == (
        "河北省 2024_年 41_个城市PM2.5年均 33_微克/立方米（国函〔2025〕19号）"
    )


def test_on_schedule_is_told_of_a_verdict_only():
    result = result_of(registers={"bay": bays(8, 0, 12, dates=["2023"] * 6 + ["2025"] * 2)})
    assert next(iter(leading_of_demands(result).values())).verdict is Verdict.ON_TRACK


@pytest.mark.parametrize(
    ("vintage", "zh"), [("2025-06", "2025 年"), ("unknown", "（年份未注明）"), ("", "（年份未注明）")]
)
def test_a_number_whose_date_nobody_states_is_told_as_such(vintage, zh):
    rate = replace(result_of(registers={"bay": bays(12, 0, 8)}).rates[0], vintage=vintage)
    nothing = Text("", "")
    assert Fact(rate, None, None, nothing, nothing, nothing, nothing, nothing, 0).when.zh == zh


def test_a_number_without_a_year_is_no_fact_of_the_story():
    given_ = figure(35.6)
    assert "森林覆盖率" in zone_story(result_of(targets=(asked(),), figures=(given_,))).zh
    result = result_of(
        targets=(asked(), GOAL), registers={"bay": bays(12, 0, 8)}, figures=(replace(given_, year=None),)
    )
    assert "森林覆盖率" not in zone_story(result).zh


def test_a_unit_whose_items_nobody_has_counted_is_not_computable():
    result = result_of(registers={"bay": bays(1, 19, 0)})
    row = next(rate for rate in result.rates if rate.indicator == "bay_completion")
    bare = replace(row, denominator=None, numerator=None, value=None, low=None, high=None)
    assert plain(rate_statement(bare, result)) == (
        "样本区海湾总数未公布，美丽海湾建成率无法计算。",
        "The number of bays of the sample zone is not published: the completion rate of beautiful bays is not computable.",
    )


def test_what_is_computed_stands_behind_what_is_reported():
    goal = asked()
    result = result_of(targets=(goal,), figures=(figure(35.6),))
    row = next(iter(leading_of_demands(result).values()))
    mine = replace(
        row, kind=Kind.COVERAGE, value=0.34, low=0.34, high=0.34, vintage="2024", basis=Basis.OFFICIAL
    )
    result.rates.append(mine)
    assert plain(rate_statement(row, result))[0].endswith("；测算值为 34.0%，以公布值为准。")
    result.rates[-1] = replace(mine, basis=Basis.DERIVED)
    assert "测算值" not in rate_statement(row, result).zh
