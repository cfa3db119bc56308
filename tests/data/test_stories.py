"""The stories of the embedded data, word for word; their rules and the worked cases behind them stand in docs/story.md."""

import json
import re

import pytest

from geozone.story.amounts import NARROW

STORIES = {
    "bth": (
        "京津冀生态保护红线批复面积不低于 42,300_平方千米，其中海洋不低于 1,400_平方千米（国函〔2025〕19号），现状面积未收录。"
        "美丽海湾、美丽河湖建成率目标为 2027_年不低于 55%、42%；官方名录未公开，替代名录中的 12_个海湾、24_个水体均未确认建成，不作判定。"
        "按内置数据，43_条目标中有 33_条无法计算。"
    ),
    "yrd": (
        "长三角 41_个城市 2022_年细颗粒物年均浓度为 31_微克/立方米（生态环境部），未达到 2027_年目标（不高于 30_微克/立方米），差 1_微克/立方米；"
        "更近年份的同口径数值未收录。"
        "美丽海湾建成率目标为 2027_年不低于 40%；官方名录未公开，替代名录 54_个中确认建成 14_个，建成率 25.9%～90.7%，不作判定。"
        "按内置数据，30_条目标中有 23_条无法计算。"
    ),
    "hebei": (
        "河北省 2024_年白洋淀水质类别为Ⅲ类、空气质量列全国“后十”的设区市数为 0_个（河北省生态环境厅），均已达到 2027_年目标。"
        "美丽河湖、美丽海湾建成率目标均为 2027_年 40%左右；官方名录未公开，替代名录中的 13_个水体、11_个海湾均未确认建成，不作判定。"
        "实施意见原文的生态保护红线面积 363,900_平方千米大于全省面积，推定为 36,390_平方千米（国务院 2023_年 12_月批复：不低于 36,390_平方千米）。"
    ),
}

STATEMENTS = {
    ("hebei", "HEB-13", "130632"): "白洋淀 2024_年水质类别为Ⅲ类，已连续四年为Ⅲ类（河北省生态环境厅），已达到 2027_年目标（Ⅲ类）。",
    ("hebei", "HEB-27", "hebei"): (
        "河北省 2022_年草原综合植被盖度为 73.5%（河北省林业和草原局），未达到 2035_年目标（不低于 75%），差 1.5_个百分点。"
    ),
    ("hebei", "HEB-04", "hebei"): (
        "河北省 2025_年风电、光伏发电并网装机容量约为 1.4_亿千瓦（河北省生态环境厅）；2027_年目标为不低于 1.37_亿千瓦；公布值取整，不能确定是否达到。"
    ),
    ("hebei", "HEB-11", "hebei"): "河北省 2024_年细颗粒物年均浓度为 37.7_微克/立方米（河北省生态环境厅）；目标值见其他文件，不作判定。",
    ("bth", "JJJ-12", "110000"): (
        "北京市 2025_年可再生能源消费占比约为 18%（北京市发展和改革委员会，初步数），比 2020_年提高 7.6_个百分点；"
        "2027_年目标为提高 10_个百分点左右，相差 2.4_个百分点，不作判定。"
    ),
    ("bth", "JJJ-13", "120000"): "天津市非化石能源消费占比目标为 2027_年比 2020_年提高 7.3_个百分点左右；现状值未收录，无法计算。",
    ("bth", "JJJ-01", "bth"): (
        "京津冀细颗粒物年均浓度目标为 2027_年不高于 33_微克/立方米；区域整体的公布值未收录，各成员的数值不能代替，无法计算。"
    ),
    ("bth", "floor_redline_area_120000_2035", "120000"): (
        "天津市生态保护红线批复面积不低于 1,557.77_平方千米，其中海洋不低于 269.43_平方千米（国函〔2024〕126号），"
        "现状面积未收录；图上为推算图层，不是法定红线。"
    ),
    ("yrd", "YRD-15", "320900"): (
        "盐城市美丽海湾建成率目标为全部，推定为 100%；官方名录未公开，替代名录 6_个中确认建成 2_个，建成率 33.3%～100.0%，不作判定。"
    ),
}  # fmt: skip


def column(stored):
    return stored if isinstance(stored, list) else [stored["values"][place] for place in stored["places"]]


@pytest.mark.parametrize("zone", STORIES)
def test_the_story_of_the_embedded_data(built, zone):
    record = json.loads((built / f"{zone}_run.json").read_text("utf-8"))
    assert record["story"]["zh"].replace(NARROW, "_") == STORIES[zone]
    assert record["story"]["zh"] in (built / f"{zone}.html").read_text("utf-8")
    assert record["story"]["zh"] in (built / "index.html").read_text("utf-8")


@pytest.mark.parametrize(("zone", "target", "unit"), STATEMENTS)
def test_each_rate_is_told_on_its_card(built, zone, target, unit):
    page = (built / f"{zone}.html").read_text("utf-8")
    data = json.loads(re.search(r'id="geozone-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    rates, words = data["rates"], data["rate_words"]
    told = [
        data["strings"][said][0]
        for said, code, held in zip(
            column(words["statement_text"]),
            column(rates["unit_code"]),
            column(rates["target_id"]),
            strict=True,
        )
        if held == target and code == unit and said is not None
    ]
    assert told[0].replace(NARROW, "_") == STATEMENTS[zone, target, unit]
