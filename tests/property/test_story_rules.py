"""Whatever a register holds, the story never says what the rules forbid."""

import re
from dataclasses import replace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from rate_samples import ZONE, compute_rates, register, target, units

from geozone.manifest.indicators import load_indicators
from geozone.messages import Text
from geozone.model import Basis, Comparator, Modality, Status, Verdict, ZoneResult
from geozone.rates.completion import STAND_INS
from geozone.rates.figures import Figures
from geozone.story.zone import leading_of_demands, zone_story

PLACE = Text("样本区", "the sample zone")
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
        modality=draw(st.sampled_from([Modality.FIRM, Modality.STRIVE, Modality.ABOUT, Modality.BASICALLY])),
        value=100.0 if comparator is Comparator.FULL else draw(st.sampled_from([40.0, 55.0, 90.0])),
        year=draw(st.sampled_from([2027, 2035, None])),
        region=PLACE,
    )
    return [(status, date, None, 1.0) for status, date in zip(statuses, dates, strict=True)], basis, goal


def result_of(rows, basis, goal):
    zone = replace(ZONE, short=PLACE)
    registers = {"bay": register(rows, basis)}
    rates = compute_rates(
        zone=zone,
        units=units(),
        mosaic=pd.DataFrame(),
        lengths={},
        layers={},
        registers=registers,
        targets=[goal],
    )
    return ZoneResult(
        zone=zone, title=PLACE, review_number="", units=units(), layers={}, mosaic=pd.DataFrame(), rates=rates,
        targets=[goal], documents={}, registers=registers, indicators=load_indicators(), figures=Figures(),
        embedded=True,
    )  # fmt: skip


@given(lists())
def test_the_story_says_nothing_that_is_forbidden(drawn):
    result = result_of(*drawn)
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
