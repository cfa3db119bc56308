"""A project file drafted from a folder: what is recognised, guessed, left to decide and left out."""

import json
import shutil
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from samples import THOROUGH

from geozone.cli import cli
from geozone.drafting import draft_project, draft_rows, draft_text
from geozone.drafting.entries import State
from geozone.drafting.names import Name, basis_of, matches
from geozone.errors import InputError, UsageError
from geozone.example import ZONES
from geozone.model import CRS, Basis
from geozone.project import load_project
from geozone.read import read_layer
from geozone.registers import read_register
from geozone.vintages import dates_in

PLANNING = {"BSM": "1", "YSDM": "3", "XJXZQDM": "{code}", "SJXZQMC": "石家庄市", "XJXZQMC": "{name}", "LHLX": "水源涵养", "MJ": 1.0}  # fmt: skip
SURVEY = {"BSM": "1", "YSDM": "3", "XJXZQHDM": "{code}", "LXDM": "01", "SLDM": "02", "MC": "{name}", "QYMJ": 1.0, "SLSJ": "20180630", "GKCS": "x"}  # fmt: skip


def squares(columns, units, west=114.0, crs=CRS):
    """Return a square for each unit, side by side, with columns filled in."""
    rows = [
        {
            key: value.format(code=code, name=name) if isinstance(value, str) else value
            for key, value in columns.items()
        }
        for code, name in units
    ]
    boxes = [
        shapely.box(west + 0.1 * place, 38.0, west + 0.1 * place + 0.09, 38.09) for place in range(len(rows))
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=boxes, crs=CRS).to_crs(crs)


def write(frame, path, layer=None, driver=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"layer": layer} if layer else {}
    frame.to_file(
        path,
        driver=driver or {".gdb": "OpenFileGDB", ".gpkg": "GPKG"}.get(path.suffix),
        engine="pyogrio",
        **options,
    )


COUNTIES = [("130102", "长安区"), ("130104", "桥西区"), ("130105", "新华区")]


def entry_of(draft, file):
    (found,) = [entry for entry in draft.entries if entry.path.name == file]
    return found


def said(texts):
    return " ".join(one.zh for one in texts)


@pytest.mark.parametrize("zone", ZONES if THOROUGH else ["hebei"])
def test_an_example_without_its_project_file_is_drafted_with_the_same_inputs(zone, example_of, tmp_path):
    """Layers, fields, classes, registers and figures are those of the project file that came with the example."""
    shutil.copytree(example_of(zone), tmp_path, dirs_exist_ok=True)
    own = load_project(tmp_path / "project.toml")
    own.path.unlink()
    draft = draft_project(tmp_path)
    (tmp_path / "project.toml").write_text(draft_text(draft, tmp_path, "zh"), "utf-8")
    drafted = load_project(tmp_path / "project.toml")
    assert drafted.zone == own.zone
    assert drafted.own == own.own

    def layers(project):
        return {
            name: (
                spec.role,
                spec.basis,
                sorted(spec.classes.items()),
                [source.path for source in spec.sources],
            )
            for name, spec in project.layers.items()
        }

    def registers(project):
        return {(one.id, one.role, one.level, one.path, one.basis) for one in project.registers}

    assert layers(drafted) == layers(own)
    assert {name: layers_of[0].sources[0].path for name, layers_of in drafted.older.items()} == {
        name: layers_of[0].sources[0].path for name, layers_of in own.older.items()
    }
    assert registers(drafted) == registers(own)
    assert {one.path for one in drafted.figures} == {one.path for one in own.figures}
    for name in own.own:
        asked = own.layers[name].sources[0].fields
        given = drafted.layers[name].sources[0].fields
        for field, heading in asked.items():
            if field in {"name", "code"} and field not in given:
                assert heading == field  # the file has the field under its own name
            else:
                assert given[field].endswith(heading), (name, field)
    assert draft.of_state(State.OPEN) == []
    assert [one.path.name for one in draft.left_out] == ["README.md"]


def test_the_red_line_of_a_delivered_geodatabase_is_taken_and_the_other_lines_are_left_out(tmp_path):
    path = tmp_path / "三区三线下发版.gdb"
    write(squares(PLANNING, COUNTIES, crs="EPSG:4526"), path, "陆域生态保护红线")
    write(squares({"XZQDM": "{code}"}, COUNTIES), path, "永久基本农田")
    write(squares({"XZQDM": "{code}"}, COUNTIES), path, "城镇开发边界")
    draft = draft_project(tmp_path)
    (entry,) = draft.entries
    assert entry.keys["role"] == "redline"
    assert entry.inside == "陆域生态保护红线"
    assert entry.keys["basis"] == "official"  # 下发: handed down
    assert entry.fields == {"code": "XJXZQDM", "name": "XJXZQMC"}
    assert draft.zone.zone.key == "hebei"
    assert {one.inside for one in draft.left_out} == {"永久基本农田", "城镇开发边界"}


def test_county_folders_in_both_dialects_make_one_layer(tmp_path):
    for number, (dialect, unit) in enumerate(zip((PLANNING, SURVEY), COUNTIES, strict=False)):
        code, name = unit
        path = tmp_path / f"{code}{name}国土空间规划" / "4矢量数据" / f"{code}{name}.gdb"
        write(squares(dialect, [unit], west=114.0 + number), path, "STBHHX")
    draft = draft_project(tmp_path)
    assert [entry.keys["role"] for entry in draft.entries] == ["redline", "redline"]
    assert [entry.fields["code"] for entry in draft.entries] == ["XJXZQDM", "XJXZQHDM"]
    assert [entry.fields["name"] for entry in draft.entries] == ["XJXZQMC", "MC"]
    assert all("2 个文件互不重叠" in said(entry.reasons) for entry in draft.entries)
    (tmp_path / "project.toml").write_text(draft_text(draft, tmp_path, "zh"), "utf-8")
    assert len(load_project(tmp_path / "project.toml").layers["redline"].sources) == 2


def test_a_red_line_under_a_strange_name_is_told_by_its_fields_as_a_guess(tmp_path):
    write(squares(SURVEY, COUNTIES), tmp_path / "最终版2.gpkg")
    (entry,) = draft_project(tmp_path).entries
    assert entry.keys["role"] == "redline"
    assert entry.state is State.GUESSED
    assert "只凭字段或表头认定" in said(entry.guesses)


def test_two_candidates_for_one_role_are_left_to_decide(tmp_path):
    for name in ("生态保护红线", "生态保护红线最终版2"):
        write(squares(PLANNING, COUNTIES), tmp_path / f"{name}.gpkg")
    draft = draft_project(tmp_path)
    assert [entry.state for entry in draft.entries] == [State.OPEN] * 2
    assert "请留下一个" in said(draft.entries[0].doubts)
    written = draft_text(draft, tmp_path, "zh")
    assert '# path = "生态保护红线最终版2.gpkg"' in written
    (tmp_path / "project.toml").write_text(written, "utf-8")
    assert load_project(tmp_path / "project.toml").own == frozenset()


def test_a_file_that_only_looks_like_a_layer_gives_way_to_one_that_is_called_so(tmp_path):
    for name in ("生态保护红线", "图斑"):
        write(squares(PLANNING, COUNTIES), tmp_path / f"{name}.gpkg")
    draft = draft_project(tmp_path)
    assert entry_of(draft, "生态保护红线.gpkg").state is not State.OPEN
    assert "生态保护红线.gpkg 名称相符" in said(entry_of(draft, "图斑.gpkg").doubts)


def test_files_of_two_dates_are_vintages_of_one_layer(tmp_path):
    for year in (2018, 2023):
        write(squares(PLANNING, COUNTIES), tmp_path / f"生态保护红线{year}.gpkg")
    draft = draft_project(tmp_path)
    (tmp_path / "project.toml").write_text(draft_text(draft, tmp_path, "en"), "utf-8")
    project = load_project(tmp_path / "project.toml")
    assert project.layers["redline"].vintage == "2023"
    assert [spec.vintage for spec in project.older["redline"]] == ["2018"]


def test_of_two_registers_the_newest_is_taken_and_the_other_stays_as_a_comment(tmp_path):
    table = pd.DataFrame(
        {"海湾名称": ["甲湾", "乙湾"], "县": ["乐亭县", "乐亭县"], "建设状态": ["已建成", "在建"]}
    )
    for year in (2025, 2026):
        table.to_csv(tmp_path / f"海湾名录{year}.csv", index=False)
    draft = draft_project(tmp_path)
    assert entry_of(draft, "海湾名录2026.csv").state is not State.OPEN
    assert "日期较新" in said(entry_of(draft, "海湾名录2025.csv").doubts)


def test_a_folder_of_strange_files_ends_in_a_draft_that_says_so(tmp_path):
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    with zipfile.ZipFile(tmp_path / "汇报.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    (tmp_path / "底图.dwg").write_bytes(b"AC1032 drawing")
    (tmp_path / "红线.zip").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "生态保护红线.shp").write_bytes(b"no shape")
    pd.DataFrame({"姓名": ["甲"], "电话": ["1"]}).to_excel(tmp_path / "通讯录.xlsx", index=False)
    write(squares({"备注": "x"}, COUNTIES), tmp_path / "新建图层.gpkg")
    build = tmp_path / "成果"
    build.mkdir()
    (build / "hebei_run.json").write_text("{}")
    pd.DataFrame({"海湾名称": ["甲湾"], "建设状态": ["已建成"]}).to_csv(build / "海湾.csv", index=False)
    draft = draft_project(tmp_path)
    assert draft.entries == []
    reasons = {one.path.name: one.reason.zh for one in draft.left_out}
    assert set(reasons) == {
        "照片.jpg", "汇报.docx", "底图.dwg", "红线.zip", "生态保护红线.shp", "通讯录.xlsx", "新建图层.gpkg", "成果",
    }  # fmt: skip
    assert "图片" in reasons["照片.jpg"]
    assert "另存为 DXF" in reasons["底图.dwg"]
    assert "看不出是什么图层" in reasons["新建图层.gpkg"]
    assert "geozone 生成的成果" in reasons["成果"]
    assert draft.zone.zone is None
    written = draft_text(draft, tmp_path, "zh")
    assert 'zone = ""' in written
    assert str(tmp_path) not in written
    for name in reasons:
        assert f"# {name}: " in written


@pytest.mark.parametrize("ending", [".gdb", ".gpkg"])
def test_tables_without_geometry_are_listed_and_recognised_as_registers(tmp_path, ending):
    path = tmp_path / f"三区三线成果{ending}"
    write(squares(PLANNING, COUNTIES), path, "陆域生态保护红线")
    bays = pd.DataFrame(
        {"海湾名称": ["甲湾", "乙湾"], "县": ["乐亭县", "乐亭县"], "建设状态": ["已建成", "在建"]}
    )
    staff = pd.DataFrame({"姓名": ["甲"], "电话": ["1"]})
    driver = {".gdb": "OpenFileGDB", ".gpkg": "GPKG"}[ending]
    for name, table in (("美丽海湾名录", bays), ("通讯录", staff)):
        pyogrio.write_dataframe(table, path, layer=name, driver=driver, append=True)
    draft = draft_project(tmp_path)
    assert [(entry.kind, entry.id, entry.inside) for entry in draft.entries] == [
        ("layer", "redline", ""),  # the only one with geometry
        ("register", "bay", "美丽海湾名录"),
    ]
    assert [(one.inside, "不是名录" in one.reason.zh) for one in draft.left_out] == [("通讯录", True)]
    drafted = tmp_path / "project.toml"
    drafted.write_text(
        draft_text(draft, tmp_path, "zh").replace('vintage = "unknown"', 'vintage = "2025"'), "utf-8"
    )
    (register,) = load_project(drafted).registers
    assert (register.path, register.layer, register.sheet) == (path, "美丽海湾名录", None)
    assert len(read_layer(path).data) == len(COUNTIES)
    found = read_register(path, role="bay", basis=Basis.OFFICIAL, layer="美丽海湾名录")
    assert found.items["name"].tolist() == ["甲湾", "乙湾"]


def test_two_tables_of_one_register_in_a_file_are_told_by_their_dates(tmp_path):
    path = tmp_path / "名录.gpkg"
    for year in (2024, 2026):
        bays = pd.DataFrame({"海湾名称": ["甲湾"], "县": ["乐亭县"], "建设状态": ["已建成"]})
        pyogrio.write_dataframe(bays, path, layer=f"海湾名录{year}", driver="GPKG", append=path.exists())
    older, newer = sorted(draft_project(tmp_path).entries, key=lambda one: one.inside)
    assert newer.state is not State.OPEN
    assert newer.keys["as_of"] == "2026"
    assert older.state is State.OPEN


def test_a_layer_that_is_called_so_but_of_another_kind_is_not_taken(tmp_path):
    frame = squares(PLANNING, COUNTIES)
    write(frame.set_geometry(frame.representative_point()), tmp_path / "生态保护红线.gpkg")
    draft = draft_project(tmp_path)
    assert draft.entries == []
    assert "几何类型不符" in draft.left_out[0].reason.zh


def test_boundaries_of_units_are_offered_and_not_taken(tmp_path):
    write(squares({"XZQDM": "{code}", "XZQMC": "{name}"}, COUNTIES), tmp_path / "行政区划.gpkg")
    (entry,) = draft_project(tmp_path).entries
    assert entry.state is State.OPEN
    assert "默认用内置界线" in said(entry.doubts)


def test_a_class_raster_without_names_of_classes_is_left_to_decide(example_of, tmp_path):
    for name in ("地表覆盖2025.tif", "PM25_2025.tif"):
        shutil.copy(example_of("hebei") / "栅格" / name, tmp_path)
    draft = draft_project(tmp_path)
    assert entry_of(draft, "PM25_2025.tif").keys["id"] == "pm25"
    assert "不知道各像元值是什么类别" in said(entry_of(draft, "地表覆盖2025.tif").doubts)


def test_what_the_user_answers_is_taken(tmp_path):
    for name in ("生态保护红线甲", "生态保护红线乙"):
        write(squares(PLANNING, COUNTIES), tmp_path / f"{name}.gpkg")
    write(squares({"备注": "x"}, COUNTIES), tmp_path / "新建图层.gpkg")
    asked = []

    def ask(question, choices):
        asked.append(question.zh)
        keys = [key for key, _ in choices]
        return next(key for key in ("wetland", "official", "2", "bth") if key in keys)

    draft = draft_project(tmp_path, ask=ask)
    assert entry_of(draft, "新建图层.gpkg").keys["role"] == "wetland"
    assert [entry.state for entry in draft.entries].count(State.OPEN) == 1
    assert {entry.keys["basis"] for entry in draft.entries} == {"official"}
    assert len(asked) == 3  # the zone was plain


def test_the_command_writes_a_draft_once_and_prints_it_for_programs(tmp_path):
    write(squares(PLANNING, COUNTIES), tmp_path / "生态保护红线2023.gpkg")
    done = CliRunner().invoke(cli, ["init", str(tmp_path), "--json"], catch_exceptions=False)
    rows = json.loads(done.stdout)
    assert rows["zone"] == "hebei"
    assert rows["entries"][0]["path"] == "生态保护红线2023.gpkg"
    assert "推测 1 项" in done.stderr
    assert load_project(tmp_path / "project.toml").own == {"redline"}
    with pytest.raises(UsageError, match="not written over"):
        CliRunner().invoke(cli, ["init", str(tmp_path)], catch_exceptions=False)
    with pytest.raises(UsageError, match="terminal"):
        CliRunner().invoke(
            cli, ["init", str(tmp_path), "--out", str(tmp_path / "b.toml"), "--ask"], catch_exceptions=False
        )


def test_the_zone_is_told_by_where_features_lie_when_they_have_no_codes(tmp_path):
    """Two places in Hebei and one in Beijing: of the zones that hold all of them, the one of which they touch the most."""
    shapes = [shapely.box(x, y, x + 0.1, y + 0.1) for x, y in ((114.5, 38.0), (118.1, 39.6), (116.4, 39.9))]
    write(gpd.GeoDataFrame({"备注": ["x"] * 3}, geometry=shapes, crs=CRS), tmp_path / "湿地2024.gpkg")
    zone = draft_project(tmp_path).zone
    assert zone.zone.key == "bth"
    assert not zone.sure
    assert "只涉及它的一部分" in zone.reason.zh


def test_files_beyond_every_zone_leave_the_zone_open(tmp_path):
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(10, 50, 11, 51)], crs=CRS)
    write(frame, tmp_path / "湿地2024.gpkg")
    draft = draft_project(tmp_path)
    assert draft.zone.zone is None
    assert 'zone = ""' in draft_text(draft, tmp_path, "en")


def test_a_draft_elsewhere_names_files_from_there(tmp_path):
    write(squares(PLANNING, COUNTIES), tmp_path / "data" / "生态保护红线2023.gpkg")
    rows = draft_rows(draft_project(tmp_path / "data"), tmp_path / "plans", "en")
    assert rows["entries"][0]["path"] == "../data/生态保护红线2023.gpkg"


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError):
            draft_project(folder)


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("440803霞山区生态保护红线", "layer", "redline"),
        ("STBHHX_2018", "layer", "redline"),
        ("地下水国控点位", "layer", "groundwater_station"),
        ("demand", "", ""),
        ("rivers_and_lakes", "layer", "rivers"),
        ("自然保护地勘界立标台账", "register", "protected_area"),
    ],
)
def test_names_tell_layers_and_registers(words, kind, name):
    found = matches([Name("layer", words)])
    assert (found[0].kind, found[0].id) == (kind, name) if kind else not found


def test_dates_are_found_among_other_words_and_numbers_are_none():
    assert dates_in("红线20231231下发，2018年") == ["2023-12-31", "2018"]
    assert dates_in("130102002005") == []


def test_words_tell_where_data_stand():
    assert basis_of([Name("file", "三区三线下发版")], ["示例"])[0] is Basis.OFFICIAL
    assert basis_of([], ["x", "示例甲"])[0] is Basis.SYNTHETIC
    assert basis_of([], ["x"])[0] is None
