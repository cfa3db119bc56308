"""Registers of sites, and columns that not every register has: kinds, townships, and what the user wants kept."""

import pytest
from office import write_book

from geozone.errors import InputError
from geozone.model import REGISTER_COLUMNS, Basis, Severity
from geozone.registers import read_register
from geozone.seeds import get_zone

BTH = get_zone("bth")


def read(path, **more):
    given = {"role": "site", "id": "black_odorous_water"} | more
    return read_register(path, basis=Basis.OFFICIAL, as_of="2026-06-30", zone=BTH, **given)


def text(path, *lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def told(register, severity=Severity.WARNING):
    kinds = [
        finding.kind.removeprefix("register_")
        for finding in register.findings
        if finding.severity is severity
    ]
    return [kind for kind in kinds if kind != "rows"]


def column(register, name):
    return list(register.items[name])


def test_sites_are_placed_by_codes_and_names_and_have_the_statuses_of_what_is_done_to_them(tmp_path):
    rows = [
        ["黑臭水体整治台账", None, None, None, None, None, None],
        ["序号", "水体名称", "设区市", "县区", "行政区代码", "类别", "治理情况"],
        [1, "东沟", "石家庄市", "长安区", 130102, "建成区", "已消除"],
        [2, "西沟", "石家庄市", None, None, "县城", "整治中"],
        [3, "南沟", None, None, 130403, "县城", "未消除"],
        [4, "北沟", "唐山市", None, None, "县城", "基本消除"],
        ["合计", None, None, None, None, None, None],
    ]
    register = read(write_book(tmp_path / "a.xlsx", {"台账": rows}, ["A1:G1"]))
    assert column(register, "county_code") == ["130102", "", "130403", ""]
    assert column(register, "city_code") == ["130100", "130100", "130400", "130200"]
    assert column(register, "status") == ["built", "under_construction", "planned", "unknown"]
    assert column(register, "kind") == ["建成区", "县城", "县城", "县城"]  # beside a status, 类别 is the kind
    assert register.level is None
    assert told(register) == ["doubtful_status"]


@pytest.mark.parametrize(
    "heading", ["企业", "工厂", "地块", "泊位", "行政村", "园区", "企业名称", "项目", "示范区", "自然保护地"]
)
def test_what_a_site_is_called_may_stand_under_what_it_is(tmp_path, heading):
    register = read(text(tmp_path / "a.csv", f"{heading},所在市,状态", "甲,唐山市,已完成", "乙,唐山市,在建"))
    assert column(register, "name") == ["甲", "乙"]


@pytest.mark.parametrize("heading", ["类型", "类别", "种类", "kind", "Type"])
@pytest.mark.parametrize(
    ("role", "id_"), [("site", "pioneer_area"), ("unit", "beautiful_village"), ("river", "")]
)
def test_a_column_of_kinds_is_kept(tmp_path, heading, role, id_):
    lines = [f"名称,县,{heading},建设状态", "乐亭县,乐亭县,甲,建成", "滦南县,滦南县,乙,在建"]
    register = read(text(tmp_path / "a.csv", *lines), role=role, id=id_)
    assert column(register, "kind") == ["甲", "乙"]
    assert column(register, "status") == ["built", "under_construction"]
    assert list(register.items.columns) == [*REGISTER_COLUMNS, "kind"]


def test_a_kind_that_is_the_only_status_is_a_status(tmp_path):
    register = read(text(tmp_path / "a.csv", "海湾,市,类别", "甲湾,唐山市,优秀案例"), role="bay", id="")
    assert column(register, "status") == ["recognised"]
    assert "kind" not in register.items


def test_further_columns_are_kept_as_text_under_the_names_that_the_user_gives(tmp_path):
    path = text(
        tmp_path / "a.csv", "企业,市,行业,产能,进展", "甲,唐山市,钢铁,100,已完成", "乙,唐山市,水泥,20.5,推进"
    )
    register = read(path, fields={"sector": "行业", "产能": "产能", "kind": "行业"})
    assert list(register.items.columns) == [*REGISTER_COLUMNS, "kind", "sector", "产能"]
    assert column(register, "sector") == column(register, "kind") == ["钢铁", "水泥"]
    assert column(register, "产能") == ["100", "20.5"]
    assert told(register) == []
    with pytest.raises(InputError) as error:
        read(path, fields={"sector": "产业"})
    assert error.value.message.key == "registers.no_field"


@pytest.mark.parametrize(
    "name", ["nmae", "Status", "shore_kn", "register", "fid", "geom", "section", "county_coed"]
)
def test_a_further_column_that_is_a_misspelt_or_a_reserved_one_is_refused(tmp_path, name):
    path = text(tmp_path / "a.csv", "企业,市,行业,进展", "甲,唐山市,钢铁,已完成")
    with pytest.raises(InputError) as error:
        read(path, fields={name: "行业"})
    assert error.value.message.key == "registers.bad_field"
    with pytest.raises(InputError):
        read(path, fields={"Line": "行业", "line": "市"})


def test_sheets_with_and_without_a_column_of_kinds_are_one_register(tmp_path):
    sheets = {
        "唐山": [["企业", "类型", "状态"], ["甲", "钢铁", "已完成"]],
        "邯郸": [["企业", "状态"], ["乙", "推进中"]],
    }
    register = read(write_book(tmp_path / "a.xlsx", sheets), sheet="*")
    assert column(register, "kind") == ["钢铁", ""]
    assert column(register, "city_code") == ["130200", "130400"]


def test_sites_of_one_name_are_as_many_as_their_places_townships_kinds_and_numbers(tmp_path):
    lines = [
        "编号,名称,县,乡镇,类型,状态",
        "1,东关村,正定县,甲镇,平原,已治理",
        "2,东关村,正定县,乙镇,平原,治理中",
        "3,东关村,正定县,乙镇,山区,治理中",
        "4,东关村,赵县,乙镇,平原,未治理",
        "5,东关村,正定县,甲镇,平原,未治理",
        "V-6,东关村,赵县,乙镇,平原,未治理",
    ]
    register = read(text(tmp_path / "a.csv", *lines))
    assert column(register, "status") == [
        "unknown",
        "under_construction",
        "under_construction",
        "planned",
        "planned",
    ]
    assert told(register) == ["duplicate", "two_statuses"]
    assert told(register, Severity.NOTE) == ["same_names"]  # once, for names of villages repeat


def test_sites_of_one_name_have_codes_of_their_own(tmp_path):
    lines = [
        "村代码,行政村,是否完成治理", "130123100201,东关村,是", "130123100202,东关村,否", "130123100202,东关村,否",
    ]  # fmt: skip
    register = read(text(tmp_path / "a.csv", *lines))
    assert column(register, "status") == ["built", "planned"]
    assert column(register, "county_code") == ["130123", "130123"]
    assert told(register) == ["duplicate"]


def test_a_bay_is_still_known_by_name_and_place_alone(tmp_path):
    lines = ["海湾,县,类型,状态", "甲湾,乐亭县,甲,建成", "甲湾,乐亭县,乙,建成"]
    register = read(text(tmp_path / "a.csv", *lines), role="bay", id="")
    assert len(register.items) == 1
    assert "duplicate" in told(register)


def test_items_without_a_number_are_called_after_their_register(tmp_path):
    path = text(tmp_path / "a.csv", "企业,市,状态", "甲,唐山市,已完成")
    assert column(read(path, id="green_factory"), "item_id") == ["green_factory-2"]
    assert column(read(path, id=""), "item_id") == ["site-2"]
