"""What a cell says about a status: nothing in it is passed over."""

import pytest

from geozone.model import Status
from geozone.registers.status_words import asked_status, find_date, later, read_status

AS_OF = "2026-06-30"
BUILT, RECOGNISED, UNDER, PLANNED = Status.BUILT, Status.RECOGNISED, Status.UNDER_CONSTRUCTION, Status.PLANNED


@pytest.mark.parametrize(
    "words",
    ["建成", "已建成。", "ＢＵＩＬＴ", "是", "√", "✔", "Y", "100%", "完成率100%", "建成（2024年）", "2024年建成", "2026年5月建成",
     "已完成验收", "已建成并通过验收", "建成，2024年5月通过验收", "国家级美丽海湾", "美丽海湾（第二批）", "建成（优秀案例）", "是，已建成",
     "yes", "completed 2024", "建成\n（国家级）", "二〇二四年建成", "2025年底建成", "2026年上半年建成", "2026年一季度建成",
     "全部建成（5个）", "5个已全部建成"],
)  # fmt: skip
def test_built_is_what_says_so_and_nothing_else(words):
    assert read_status(words, "状态", AS_OF).status is BUILT


@pytest.mark.parametrize(
    ("words", "status", "year"),
    [
        ("建成（预计2027年）", PLANNED, 2027),
        ("2027年建成", PLANNED, 2027),
        ("建成（2027）", PLANNED, 2027),
        ("计划2027年建成", PLANNED, 2027),
        ("力争2027年底前建成", PLANNED, 2027),
        ("二〇二七年建成", PLANNED, 2027),
        ("27年底建成", PLANNED, 2027),
        ("十五五期间建成", PLANNED, 2030),
        ("2026年12月建成", PLANNED, 2026),
        ("2026年底前建成", PLANNED, 2026),
        ("建成（2026年底）", PLANNED, 2026),
        ("26年内建成", PLANNED, 2026),
        ("2026年下半年建成", PLANNED, 2026),
        ("2026年第三季度建成", PLANNED, 2026),
        ("2027年前建成", PLANNED, 2027),
        ("建成（2023-2027年）", PLANNED, 2027),
        ("2027年", PLANNED, 2027),
        ("built (expected 2027)", PLANNED, 2027),
        ("to be completed by 2027", PLANNED, 2027),
        ("yes (expected 2027)", PLANNED, 2027),
        ("否，计划2027年建成", PLANNED, 2027),
        ("在建，预计2027年建成", UNDER, 2027),
        ("正在建设（2027年建成）", UNDER, 2027),
        ("完成（60%）", UNDER, None),
        ("60%", UNDER, None),
        ("70% completed", UNDER, None),
        ("在建（已完成60%）", UNDER, None),
        ("否（在建）", UNDER, None),
        ("美丽海湾建设中", UNDER, None),
        ("0%", PLANNED, None),
        ("尚未建成", PLANNED, None),
        ("没有建成", PLANNED, None),
        ("未按期完成", PLANNED, None),
        ("非美丽海湾", PLANNED, None),
        ("not yet completed", PLANNED, None),
        ("×", PLANNED, None),
        ("N", PLANNED, None),
        ("即将建成", PLANNED, None),
        ("优秀案例（未建成）", PLANNED, None),
        ("提名案例（第一批）", RECOGNISED, None),
    ],
)
def test_qualifiers_negations_and_dates_are_read(words, status, year):
    reading = read_status(words, "状态", AS_OF)
    assert (reading.status, reading.planned_year, reading.doubt) == (status, year, "")


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ("建成5个", "counted"),
        ("建成（3处）", "counted"),
        ("5个建成", "counted"),
        ("建成3/5", "word"),
        ("2025年底前建成", "past"),
        ("2026年前建成", "past"),
        ("计划2026年3月建成", "past"),
        ("建成（否）", "qualified"),
        ("（未）建成", "qualified"),
        ("是（在建）", "qualified"),
        ("建成/在建", "qualified"),
        ("已建成（部分岸段）", "qualified"),
        ("基本建成", "qualified"),
        ("一期建成", "qualified"),
        ("partly built", "qualified"),
        ("建成（待验收）", "qualified"),
        ("建成（未验收）", "qualified"),
        ("建成（已撤销）", "qualified"),
        ("120%", "qualified"),
        ("建成*", "qualified"),
        ("十四五期间建成", "qualified"),
        ("拟申报优秀案例", "qualified"),
        ("预计2024年建成", "past"),
        ("建成？", "word"),
        ("建成（公告）", "word"),
        ("美丽海湾建设", "word"),
        ("快好了", "word"),
        ("2024年", "word"),
        ("1", "word"),
    ],
)
def test_what_contradicts_itself_or_is_not_understood_is_unknown(words, doubt):
    reading = read_status(words, "状态", AS_OF)
    assert (reading.status, reading.doubt) == (Status.UNKNOWN, doubt)


@pytest.mark.parametrize("words", ["", " ", "未知", "—", "/", "待定", "N/A", "nan"])
def test_a_status_that_nobody_knows_is_no_doubt(words):
    assert read_status(words, "状态", AS_OF).status is Status.UNKNOWN
    assert not read_status(words, "状态", AS_OF).doubt


@pytest.mark.parametrize(
    "bracket", ["（{}）", "({})", "【{}】", "[{}]", "〔{}〕", "（{}", "，{}", "；{}", "——{}", "\n{}"]
)
@pytest.mark.parametrize("qualifier", ["否", "在建", "预计2027年", "60%", "部分", "待验收", "以后再说"])
def test_no_bracket_hides_what_takes_a_status_back(bracket, qualifier):
    assert read_status("建成" + bracket.format(qualifier), "状态", AS_OF).status is not BUILT


def test_the_date_of_the_register_decides_what_is_still_to_come():
    assert read_status("2025年建成", "状态", "2024-12-31").status is PLANNED
    assert read_status("2025年建成", "状态", "2025-12-31").status is BUILT
    assert read_status("2025年建成", "状态", "2025-12-31").date == "2025"
    assert later("2026-07", "2026-06-30")
    assert not later("2026", "2026-06-30")
    assert not later("2027", "")


@pytest.mark.parametrize(
    ("heading", "status"),
    [("是否建成", BUILT), ("建成", BUILT), ("是否在建", UNDER), ("在建", UNDER), ("拟建", PLANNED), ("优秀案例", RECOGNISED),
     ("是否为美丽海湾", BUILT), ("状态", None), ("类别", None), ("建成年份", None), ("名称", None), ("美丽海湾", None), ("x", None)],
)  # fmt: skip
def test_a_heading_may_ask_for_a_status(heading, status):
    assert asked_status(heading) is status


def test_an_answer_is_the_answer_to_its_heading():
    assert read_status("√", "是否在建", AS_OF).status is UNDER
    assert read_status("1", "是否建成", AS_OF).status is BUILT
    assert read_status("0", "是否建成", AS_OF).status is PLANNED
    assert read_status("否", "是否在建", AS_OF).doubt == "open"
    assert read_status("2024", "建成", AS_OF).status is BUILT
    assert read_status("2027", "计划", AS_OF).planned_year == 2027
    assert read_status("60", "建设进度（%）", AS_OF).status is UNDER


@pytest.mark.parametrize(
    ("words", "date"),
    [("2024", "2024"), ("2024年5月", "2024-05"), ("2024.5.1", "2024-05-01"), ("2024/05/01 00:00:00", "2024-05-01"),
     ("2024年底", "2024-12"), ("2024年初", "2024-01"), ("2024年3月底", "2024-03"), ("二〇二四年", "2024"), ("近期", ""),
     ("20240501", "2024-05-01"), ("202405", "2024-05"), ("二〇二四年五月", "2024-05"), ("2024年十二月三十一日", "2024-12-31")],
)  # fmt: skip
def test_dates_as_people_write_them(words, date):
    assert find_date(words) == date


@pytest.mark.parametrize("as_of", ["20260630", "二〇二六年六月", "2026年六月三十日"])
def test_what_is_dated_after_a_register_is_ahead_however_both_are_written(as_of):
    day = find_date(as_of)
    for words in ("二〇二六年七月建成", "2026年7月1日建成"):
        assert read_status(words, "建设状态", day).status is PLANNED
    assert read_status("二〇二六年五月建成", "建设状态", day).status is BUILT


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("已治理", BUILT), ("治理完成", BUILT), ("已消除", BUILT), ("长制久清", BUILT), ("已销号", BUILT), ("消除（2024年）", BUILT),
        ("已完成超低排放改造", BUILT), ("已勘界立标", BUILT), ("已建成“无废城市”", BUILT), ("建成并命名", BUILT), ("治理到位", BUILT),
        ("命名", RECOGNISED), ("已命名（第三批）", RECOGNISED), ("2023年获评", RECOGNISED), ("被命名为生态文明建设示范区", RECOGNISED),
        ("入选国家级绿色工厂名单", RECOGNISED), ("授牌", RECOGNISED),
        ("推进", UNDER), ("已开展", UNDER), ("率先推进", UNDER), ("整治中", UNDER), ("正在治理", UNDER), ("改造60%", UNDER),
        ("列入2022年国家“无废城市”建设名单", UNDER), ("国家试点", UNDER), ("初见成效", UNDER), ("在建（已命名）", UNDER),
        ("未消除", PLANNED), ("尚未治理", PLANNED), ("未推进", PLANNED), ("未命名", PLANNED), ("拟开展", PLANNED),
        ("拟列入建设名单", PLANNED), ("2027年启动", PLANNED), ("计划2027年完成治理", PLANNED),
    ],
)  # fmt: skip
def test_what_is_done_to_sites_and_units_is_a_status_in_registers_of_these(words, status):
    reading = read_status(words, "建设状态", AS_OF, programme=True)
    assert (reading.status, reading.doubt) == (status, "")


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ("基本消除", "qualified"), ("部分完成改造", "qualified"), ("已整治（返黑返臭）", "qualified"), ("已消除（初见成效）", "qualified"),
        ("已治理（待验收）", "qualified"), ("拟命名", "qualified"), ("2027年命名", "qualified"),
        ("已勘界未立标", "word"), ("完成勘界", "word"), ("治理", "word"), ("列入名单", "word"), ("先行区", "word"), ("不需治理", "word"),
    ],
)  # fmt: skip
def test_what_is_done_in_part_or_only_named_is_unknown_in_registers_of_sites_too(words, doubt):
    reading = read_status(words, "建设状态", AS_OF, programme=True)
    assert (reading.status, reading.doubt) == (Status.UNKNOWN, doubt)


@pytest.mark.parametrize("words", ["已治理", "命名", "已消除", "推进", "已达标"])
def test_a_bay_that_was_treated_or_named_is_not_said_to_be_built(words):
    assert read_status(words, "状态", AS_OF).status is Status.UNKNOWN


def test_a_heading_of_sites_may_ask_what_was_done_to_them():
    assert asked_status("是否消除", programme=True) is BUILT
    assert asked_status("是否命名", programme=True) is RECOGNISED
    assert asked_status("治理情况", programme=True) is None
    assert read_status("否", "是否消除", AS_OF, programme=True).status is PLANNED
