"""Whatever a register holds, the story never says what the rules forbid."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rate_samples import register, target
from story_samples import PLACE, figure, result_of

from geozone.model import Basis, Comparator, Modality, Status, Verdict
from geozone.rates.completion import STAND_INS
from geozone.rates.figures import FLOOR, PLAN, VALUE
from geozone.story.zone import leading_of_demands, rate_statement, zone_story

NEVER_ZH = (
    "尚未建成",
    "0 个建成",
    "达标",
    "约束性",
    "预期性",
    "圆满",
    "显著",
    "可能",
    "大概",
    "应该",
    "还差",
)
NEVER_EN = ("seems", "short", "units")


@st.composite
def lists(draw):
    statuses = draw(st.lists(st.sampled_from(Status), min_size=1, max_size=30))
    dates = [
        draw(st.sampled_from(["", "2019", "2024", "2025-06"])) if one is Status.BUILT else ""
        for one in statuses
    ]
    basis = draw(st.sampled_from(Basis))
    comparator = draw(st.sampled_from([Comparator.AT_LEAST, Comparator.FULL, Comparator.ABOUT]))
    goal = target(
        comparator=comparator,
        modality=draw(
            st.sampled_from(
                [Modality.FIRM, Modality.STRIVE, Modality.EXPLORE, Modality.ABOUT, Modality.BASICALLY]
            )
        ),
        value=100.0 if comparator is Comparator.FULL else draw(st.sampled_from([40.0, 55.0, 90.0])),
        year=draw(st.sampled_from([2027, 2035, None])),
        region=PLACE,
    )
    return [(status, date, None, 1.0) for status, date in zip(statuses, dates, strict=True)], basis, goal


@given(lists())
def test_the_story_says_nothing_that_is_forbidden(drawn):
    rows, basis, goal = drawn
    result = result_of(targets=(goal,), registers={"bay": register(rows, basis)})
    told = zone_story(result)
    row = leading_of_demands(result)["T-1"]
    unknown = row.value is None
    for word in NEVER_ZH:
        assert word not in told.zh, told
    for word in NEVER_EN:
        assert word not in told.en, told
    assert not re.search(r"(?<![\d.])0(\.0)?%(～| to )100", told.zh + told.en), told
    assert "（" not in re.sub(r"（[^（）]*）", "", told.zh), "brackets in brackets"
    assert 1 <= told.zh.count("。") <= 3
    for sentence in filter(None, told.zh.split("。")):
        assert len(sentence) <= 100, sentence
    for sentence in re.split(r"(?<=[a-z)])\. ", told.en):
        assert len(sentence.split()) <= 50, sentence
    said = {"已达到": Verdict.MET, "未达到": Verdict.SHORT, "符合进度": Verdict.ON_TRACK}
    for word, verdict in said.items():
        assert (word in told.zh) == (row.verdict is verdict), told
    if row.basis in STAND_INS:
        assert "不作判定" in told.zh
    if unknown:
        assert "还需" not in told.zh.replace("至少还需", "")
        assert "至少还需" not in told.zh or row.verdict is Verdict.SHORT
    assert ("（示例数据）" in told.zh) == (row.basis is Basis.SYNTHETIC)


@st.composite
def reports(draw):
    """Draw what authorities printed of one indicator over the years, and a demand of it."""
    given = [
        figure(
            draw(st.sampled_from([20.0, 33.0, 35.6, 60.0, 100.0])),
            draw(st.sampled_from([None, 2019, 2022, 2024, 2025])),
            kind=draw(st.sampled_from([VALUE, VALUE, PLAN, FLOOR])),
            comparator=draw(st.sampled_from(["=", "about", ">="])),
            preliminary=draw(st.booleans()),
            superseded=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    comparator = draw(
        st.sampled_from([Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.ABOUT, Comparator.EXTERNAL])
    )
    goal = target(
        comparator=comparator,
        modality=draw(st.sampled_from(Modality)),
        value=None if comparator is Comparator.EXTERNAL else draw(st.sampled_from([35.0, 36.0, 60.0])),
        year=draw(st.sampled_from([2027, 2035, None])),
        region=PLACE,
        indicator="forest_cover",
    )
    return given, goal


@given(reports())
def test_a_reported_figure_is_never_told_as_more_than_it_is(drawn):
    given, goal = drawn
    result = result_of(targets=(goal,), figures=given)
    row = leading_of_demands(result)["T-1"]
    for told in filter(None, (zone_story(result), rate_statement(row, result))):
        for word in (*NEVER_ZH, "以上"):
            assert word not in told.zh, told
        for word in NEVER_EN:
            assert word not in told.en, told
        assert ("已达到" in told.zh) <= (row.verdict is Verdict.MET), told
        assert ("未达到" in told.zh) <= (row.verdict is Verdict.SHORT), told
        elsewhere = goal.modality is Modality.EXTERNAL and goal.value is None
        if elsewhere or goal.modality in {Modality.ABOUT, Modality.BASICALLY, Modality.EXPLORE}:
            assert not {"已达到", "未达到", "符合进度"} & set(
                re.findall("已达到|未达到|符合进度", told.zh)
            ), told
        if "（某厅" in told.zh:  # a number is told: with its year, and none that is a plan or was replaced
            assert re.search(r"20\d\d.年", told.zh) or told is not zone_story(result), told
            values = [one for one in given if one.kind != PLAN]
            assert values, told
            said = {one for one in given if f"{one.value:g}%" in told.zh.partition("（某厅")[0]}
            assert any(one.kind != PLAN for one in said), told
            if not all(one.superseded for one in values):
                assert any(not one.superseded for one in said), told
        for sentence in filter(None, told.zh.split("。")):
            assert len(sentence) <= 100, sentence
