"""Registers whose items are cities, counties or provinces: each row is a unit of the level, once, or it is told."""

import pytest
from office import write_book

from geozone.errors import InputError
from geozone.model import Basis, Level, Severity
from geozone.registers import read_register
from geozone.registers.gazetteer import embedded_gazetteer
from geozone.seeds import get_zone

BTH, HEBEI = get_zone("bth"), get_zone("hebei")


def read(path, zone=BTH, **more):
    given = {"role": "unit", "id": "zero_waste_city"} | more
    return read_register(path, basis=Basis.OFFICIAL, as_of="2026-06-30", zone=zone, **given)


def text(path, *lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def told(register, severity=Severity.WARNING):
    kinds = [
        finding.kind.removeprefix("register_")
        for finding in register.findings
        if finding.severity is severity
    ]
    return [kind for kind in kinds if kind not in {"rows", "kind_read"}]


def units(register):
    """Return the code at the level of the register and the status of every item."""
    return list(zip(register.items[f"{register.level}_code"], register.items["status"], strict=True))


def test_cities_are_their_codes_and_a_municipality_is_one_by_the_code_of_its_province(tmp_path):
    lines = [
        "序号,名称,省份,设区市,建设状态",
        "1,石家庄市,河北省,石家庄市,已建成",
        "2,唐山,河北省,,推进中",
        "3,北京市,北京市,,建设中",
        "4,,天津市,市辖区,未启动",
    ]
    register = read(text(tmp_path / "a.csv", *lines))
    assert (register.role, register.level) == ("unit", Level.CITY)  # declared of this register
    assert units(register) == [
        ("130100", "built"), ("130200", "under_construction"), ("110000", "under_construction"), ("120000", "planned"),
    ]  # fmt: skip
    assert list(register.items["province_code"]) == ["130000", "130000", "110000", "120000"]
    assert list(register.items["name"]) == ["石家庄市", "唐山", "北京市", "天津市"]
    assert told(register) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["城市,状态", "石家庄市,建成", "唐山市,在建"],
        ["设区市,状态", "石家庄,建成", "河北省唐山市,在建"],
        ["省,市,状态", "河北省,石家庄市,建成", "河北省,唐山市,在建"],
        ["城市名称,建设情况", "石家庄市（试点）,建成", "唐山市,在建"],
        ["所在地,状态", "河北省石家庄市,建成", "唐山,在建"],
        ["地区,状态", "石家庄市,建成", "唐山市,在建"],
        ["行政区划代码,状态", "130100,建成", "1302,在建"],
        ["市,行政区代码,状态", "石家庄市,130100,建成", "唐山市,130200.0,在建"],
        ["名称,市级代码,状态", "石家庄市“无废城市”建设,130100,建成", "唐山市,130200,在建"],
    ],
)
def test_a_unit_may_be_named_in_any_column(tmp_path, lines):
    register = read(text(tmp_path / "a.csv", *lines))
    assert units(register) == [("130100", "built"), ("130200", "under_construction")]
    assert told(register) == []


def test_what_has_a_code_alone_is_called_by_its_unit(tmp_path):
    register = read(text(tmp_path / "a.csv", "行政区划代码,状态", "130100,建成"))
    assert list(register.items["name"]) == ["石家庄市"]


def test_counties_are_told_apart_by_their_places(tmp_path):
    lines = [
        "市,县（市、区）,行政区划代码,建设状态",
        "石家庄市,桥西区,,已建成",
        "张家口市,桥西区,,推进中",
        ",,130225,已完成",
        "北京市,朝阳区,,未启动",
        "唐山市,唐海县,,推进",
    ]
    register = read(text(tmp_path / "a.csv", *lines), id="beautiful_village")
    assert units(register) == [
        ("130104", "built"), ("130703", "under_construction"), ("130225", "built"), ("110105", "planned"),
        ("130209", "under_construction"),
    ]  # fmt: skip
    assert told(register) == ["former_name"]  # one name of two units is no finding: they are told apart


def test_a_heading_within_the_table_is_the_place_of_the_units_below_and_a_unit_of_the_level_is_none(tmp_path):
    lines = ["县区,状态", "一、石家庄市,", "桥西区,已建成", "长安区,", "二、张家口市,", "桥西区,在建"]
    register = read(text(tmp_path / "a.csv", *lines), zone=HEBEI, id="beautiful_village")
    assert units(register) == [("130104", "built"), ("130102", "unknown"), ("130703", "under_construction")]
    assert told(register) == ["blank_status"]
    register = read(text(tmp_path / "b.csv", "城市,状态", "石家庄市,", "北京市,", "唐山市,在建"))
    assert units(register) == [("130100", "unknown"), ("110000", "unknown"), ("130200", "under_construction")]


def test_a_unit_counts_once_however_it_is_written(tmp_path):
    lines = ["城市,状态", "石家庄市,建成", "石家庄,建成", "河北省石家庄市,建成", "唐山市,建成", "唐山,在建"]
    register = read(text(tmp_path / "a.csv", *lines))
    assert units(register) == [("130100", "built"), ("130200", "unknown")]
    assert told(register) == ["two_names", "two_names", "two_names", "two_statuses"]


@pytest.mark.parametrize(
    "row",
    [
        "雄安新区,河北省,",
        "滨海新区,天津市,",
        "长安区,河北省,石家庄市",
        "河北省,河北省,",
        "乐亭县,,",
        "石家庄市长安区,,",
    ],
)
def test_what_is_no_unit_of_the_level_is_left_out_and_told(tmp_path, row):
    lines = ["名称,省,市,状态", "唐山市,河北省,,建成", f"{row},已建成"]
    register = read(text(tmp_path / "a.csv", *lines))
    assert units(register) == [("130200", "built")]
    assert told(register) == ["no_unit"]
    [rows] = [finding for finding in register.findings if finding.kind == "register_rows"]
    assert "不是本级行政区 1 行" in rows.message.get("zh")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("石家庒市,河北省,", "unit_unknown"),
        ("秦皇岛经济技术开发区,河北省,秦皇岛市", "unit_unknown"),
        ("石家庄高新区,河北省,石家庄市", "unit_unknown"),
        ("秦皇岛市北戴河新区,河北省,秦皇岛市", "unit_unknown"),
        ("保定市,河北省,廊坊市", "unit_differs"),
        ("济南市,河北省,", "unit_differs"),
    ],
)
def test_a_unit_that_cannot_be_told_counts_as_none_and_is_told(tmp_path, row, kind):
    lines = ["名称,省,市,状态", "唐山市,河北省,,建成", f"{row},已建成"]
    register = read(text(tmp_path / "a.csv", *lines))
    assert units(register) == [("130200", "built"), ("", "unknown")]
    assert told(register)[0] == kind


def test_of_several_counties_of_one_name_none_is_guessed(tmp_path):
    register = read(text(tmp_path / "a.csv", "县区,状态", "桥西区,建成"), zone=HEBEI, id="beautiful_village")
    assert units(register) == [("", "unknown")]
    assert told(register) == ["unit_unknown"]


def test_what_stands_in_brackets_may_say_which_unit_of_a_name_is_meant(tmp_path):
    lines = ["县区,状态", "桥西区（张家口市）,建成", "朝阳区（长春市）,建成"]
    register = read(text(tmp_path / "a.csv", *lines), id="beautiful_village")
    assert units(register) == [("130703", "built"), ("220104", "built")]
    assert told(register) == ["outside_zone"]


def test_a_county_without_a_city_is_a_city_too_and_a_city_without_counties_a_county():
    units_ = embedded_gazetteer()
    assert (
        units_.unit_at("419001", Level.CITY) == units_.unit_at("419001", Level.COUNTY) == "419001"
    )  # Jiyuan
    assert (
        units_.unit_at("441900", Level.CITY) == units_.unit_at("441900", Level.COUNTY) == "441900"
    )  # Dongguan
    assert units_.unit_at("110000", Level.CITY) == units_.unit_at("110000", Level.PROVINCE) == "110000"
    assert units_.unit_at("130000", Level.CITY) == units_.unit_at("130100", Level.COUNTY) == ""
    assert units_.unit_at("130102", Level.CITY) == units_.unit_at("", Level.CITY) == ""


@pytest.mark.parametrize(
    ("lines", "level", "codes"),
    [
        (["城市,状态", "石家庄市,建成", "北京市,在建"], Level.CITY, ["130100", "110000"]),
        (["地区,状态", "北京市,建成", "天津市,在建"], Level.CITY, ["110000", "120000"]),
        (
            ["县区,市,状态", "长安区,石家庄市,建成", "正定县,石家庄市,在建"],
            Level.COUNTY,
            ["130102", "130123"],
        ),
        (["省份,状态", "河北省,建成", "北京市,在建"], Level.PROVINCE, ["130000", "110000"]),
        (["地区,状态", "石家庄市,建成", "唐山市,在建", "正定县,在建"], Level.CITY, ["130100", "130200"]),
    ],
)
def test_a_register_that_nobody_gave_a_level_has_that_of_its_units_and_says_so(tmp_path, lines, level, codes):
    register = read(text(tmp_path / "a.csv", *lines), id="of_my_own")
    assert register.level is level
    assert [code for code, _ in units(register)] == codes
    assert "level_read" in told(register, Severity.NOTE)


def test_units_of_no_common_level_need_one(tmp_path):
    path = text(tmp_path / "a.csv", "地区,状态", "石家庄市,建成", "正定县,在建")
    with pytest.raises(InputError, match="level = ") as error:
        read(path, id="of_my_own")
    assert error.value.message.key == "registers.no_level"
    assert units(read(path, id="of_my_own", level=Level.COUNTY)) == [("130123", "under_construction")]


def test_the_kind_of_a_county_is_that_of_the_register_or_of_its_name(tmp_path):
    lines = ["县区,市,状态", "长安区,石家庄市,推进", "正定县,石家庄市,推进", "遵化市,唐山市,推进"]
    register = read(text(tmp_path / "a.csv", *lines), id="beautiful_village")
    assert list(register.items["kind"]) == ["区", "县", "县（市）"]
    assert "register_kind_read" in {finding.kind for finding in register.findings}
    told_ = ["县区,市,类型,状态", "长安区,石家庄市,涉农区,推进", "正定县,石家庄市,,推进"]
    register = read(text(tmp_path / "b.csv", *told_), id="beautiful_village")
    assert list(register.items["kind"]) == ["涉农区", ""]
    assert "register_kind_read" not in {finding.kind for finding in register.findings}


def test_a_list_of_a_larger_area_is_told_once(tmp_path):
    cities = ["济南市", "青岛市", "郑州市", "西安市", "武汉市", "长沙市", "成都市"]
    path = text(tmp_path / "a.csv", "城市,状态", "石家庄市,建成", *(f"{city},建成" for city in cities))
    register = read(path)
    assert len(register.items) == 8
    assert told(register) == []
    assert told(register, Severity.NOTE).count("many_outside") == 1


def test_sheets_of_counties_by_city_are_one_register(tmp_path):
    head = ["县区", "状态"]
    sheets = {"石家庄": [head, ["桥西区", "建成"], ["合计", 1]], "张家口": [head, ["桥西区", "推进中"]]}
    path = write_book(tmp_path / "a.xlsx", sheets)
    register = read(path, zone=HEBEI, id="beautiful_village", sheet="*")
    assert units(register) == [("130104", "built"), ("130703", "under_construction")]
    assert told(register) == []
