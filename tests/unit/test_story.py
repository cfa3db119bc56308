"""The story: what a register or a reported figure says in a sentence, by the decision table of docs/story.md."""

from dataclasses import replace

import pytest
from rate_samples import ZONE, target
from story_samples import CASES, GOAL, PLACE, asked, bays, figure, plain, result_of

from geozone.messages import Text
from geozone.model import Basis, Comparator, Kind, Modality, Verdict
from geozone.rates.figures import FLOOR, PLAN
from geozone.rates.wording import value_text
from geozone.story.amounts import NARROW, spaced
from geozone.story.reported import Fact
from geozone.story.zone import leading_of_demands, rate_statement, zone_story


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


@pytest.mark.parametrize(
    ("goal", "given", "zh", "en"),
    [
        (asked(), figure(35.6), "为 35.6%（某厅），已达到 2027_年目标（不低于 35%）。", ": the 2027 target of at least 35% is met."),
        (asked(40.0), figure(35.6), "，未达到 2027_年目标（不低于 40%），差 4.4_个百分点。", "is not met; gap 4.4 percentage points."),
        (asked(modality=Modality.STRIVE), figure(35.6), "，已达到 2027_年力争目标（不低于 35%）。", "2027 aspirational target"),
        (asked(36.0, modality=Modality.ABOUT), figure(35.6), "；2027_年目标为 36%左右，相差 0.4_个百分点，不作判定。", "not judged."),
        (asked(36.2), figure(36.0, comparator="about"), "约为 36%（某厅）；2027_年目标为不低于 36.2%；公布值取整到 1%，不能确定是否达到。", "it cannot be told whether the target is met."),
        (asked(36.0), figure(47.0, comparator="about"), "，已达到 2027_年目标（不低于 36%）。", "is met."),
        (asked(None, Comparator.EXTERNAL), figure(35.6), "；目标值见其他文件，不作判定。", "stands in another document; not judged."),
        (asked(), figure(35.6, preliminary=True), "（某厅，初步数），已达到", "(the department, preliminary)"),
        (asked(year=None), figure(35.6), "，已达到目标（不低于 35%）。", ": the target of at least 35% is met."),
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


def test_a_printed_change_that_the_printed_values_do_not_give_is_told_with_theirs():
    goal = replace(asked(), indicator="pm25_annual_mean", unit="ug/m3", comparator=Comparator.AT_MOST)
    both = [figure(given, year, "pm25_annual_mean", "ug/m3") for year, given in ((2020, 44.8), (2024, 37.7))]
    change = {"indicator": "pm25_change", "unit": "%", "period": Text("2024年较2020年", "2024 against 2020")}
    told = {}
    for printed in (-18.6, -15.8):
        result = result_of(targets=(goal,), figures=(*both, replace(both[1], value=printed, **change)))
        told[printed] = plain(rate_statement(next(iter(leading_of_demands(result).values())), result))
    assert (
        "；公布比 2020_年下降 18.6%，按 2020_年 44.8_微克/立方米计算为下降 15.8%，二者不一致，均列出，"
        in told[-18.6][0]
    )
    assert (
        "a fall of 18.6% since 2020 was reported, the 44.8_µg/m³ of 2020 gives a fall of 15.8%: both are shown"
        in told[-18.6][1]
    )
    assert "公布比" not in told[-15.8][0]


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
        "A province has no coast: the completion rate of beautiful bays does not apply.",
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
