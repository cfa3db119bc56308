"""The table of registers that geozone writes, edited by people and fed back."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pandas as pd
import pytest
from rate_samples import ZONE, register, units
from samples import sample_result

from geozone.errors import InputError
from geozone.export.columns import domain_values
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import content
from geozone.export.workbook import write_workbook
from geozone.messages import Text
from geozone.model import Basis, Level, RegisterTotal, Severity, Status
from geozone.rates.item_counts import count_items
from geozone.registers import embedded_registers, read_register
from geozone.registers.package import own_names
from geozone.registers.package_files import settled
from geozone.registers.words import MEASURES
from geozone.run.register_map import join_registers
from geozone.seeds import get_zone

FUNCTIONS = ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")  # that the triggers of an index name
TOTAL = RegisterTotal("920000", 34, "公告", "2022-04-27")
ROWS = [
    (Status.UNKNOWN, "", None, 10.0, "910101"),
    (Status.RECOGNISED, "2023", None, 20.0, "910102"),
    (Status.BUILT, "2024-05-01", None, 30.0, "920101"),
    (Status.PLANNED, "", 2027, 40.0, "920102"),
]


def working(rows=ROWS, **more):
    made = register(rows, Basis.WORKING, totals=(TOTAL,), **more)
    made.items["source"] = made.items["confidence"] = "公告"
    made.items[list(MEASURES)] = made.items[list(MEASURES)].astype(float)
    made.items["planned_year"] = made.items["planned_year"].astype("Int64")
    return replace(made, source=Text("工作名录", "working list"))


def package(path, made=None):
    """Write a GeoPackage whose layer of bays shows the first two items of the register."""
    result = sample_result()
    made = made or working()
    bays = result.layers["bays"]
    bays.data = bays.data.assign(item_id=["b0", "b1"], code=["910101", "910102"])
    layers, _ = join_registers(result.layers, {"bay": made}, result.units, ZONE)
    write_geopackage(replace(result, layers=layers, registers={"bay": made}), path)
    return path


def edit(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for name in FUNCTIONS:
            database.create_function(name, 1, lambda _: 0)
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
        database.commit()


def read(path, basis=Basis.OFFICIAL, **more):
    return read_register(path, role="bay", basis=basis, as_of="2026-06-30", zone=ZONE, units=units(), **more)


def kinds(found, severity=None):
    """Return the kinds of findings; how many rows there were is told of every register."""
    told = [item for item in found.findings if severity is None or item.severity is severity]
    return [kind for item in told if (kind := item.kind.removeprefix("register_")) != "rows"]


def counts(made):
    places = [
        ("z", Level.ZONE),
        ("910000", Level.PROVINCE),
        ("920000", Level.PROVINCE),
        ("910100", Level.CITY),
    ]
    return [
        count_items(made, code, level, ZONE, measure)
        for code, level in places
        for measure in (None, "shore_km")
    ]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return package(tmp_path_factory.mktemp("package") / "z.gpkg")


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copy(exported, tmp_path / "z.gpkg")


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("layer", [None, "registers", "bays"])
def test_what_nobody_edited_comes_back_as_it_went_whatever_the_entry_says(exported, basis, layer):
    made, found = working(), read(exported, basis, layer=layer)
    pd.testing.assert_frame_equal(found.items, made.items, check_dtype=False)
    assert (found.basis, found.totals, found.source) == (made.basis, made.totals, made.source)
    assert counts(found) == counts(made)
    assert kinds(found) == ["kept_basis"]
    assert (found.findings[0].severity is Severity.NOTE) == (basis is Basis.WORKING)


@pytest.mark.parametrize("form", ["workbook", "csv"])
def test_a_workbook_and_a_csv_file_of_the_table_come_back_too(tmp_path, form):
    made = working()
    tables = content(replace(sample_result(), registers={"bay": made}), "zh")
    if form == "workbook":
        path = tmp_path / "z.xlsx"
        write_workbook(sample_result(), tables, path, "zh")
        found = read(path, layer="名录")
    else:
        path = tmp_path / "z.csv"
        next(table for table in tables if table.name == "registers").frame.to_csv(path, index=False)
        found = read(path)
    pd.testing.assert_frame_equal(found.items, made.items, check_dtype=False)
    assert (found.basis, found.totals, found.source) == (made.basis, made.totals, made.source)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_table_with_titles_for_names_and_words_for_codes_comes_back_too(tmp_path, lang):
    """As QGIS writes it where aliases and the words of lists are asked for."""
    made = working()
    tables = content(replace(sample_result(), registers={"bay": made}), lang)
    table = next(table for table in tables if table.name == "registers")
    frame = table.frame.copy()
    for item in table.columns:
        if item.domain:
            words = {code: title.get(lang) for code, title in domain_values(item.domain)}
            frame[item.name] = frame[item.name].map(lambda code, words=words: words.get(code, code))
    titles = {item.name: item.title.get(lang) for item in table.columns}
    frame.rename(columns=titles).to_csv(tmp_path / "z.csv", index=False)
    found = read(tmp_path / "z.csv")
    pd.testing.assert_frame_equal(found.items, made.items, check_dtype=False)
    assert (found.basis, found.totals) == (made.basis, made.totals)
    both = pd.DataFrame(columns=[f"{title} {name}" for name, title in titles.items()])
    assert list(own_names(both).columns) == list(titles)  # two heading rows in one
    other = pd.DataFrame(columns=["名称", "建设状态"])
    assert own_names(other) is other


def test_a_spreadsheet_that_writes_dates_its_own_way_has_edited_nothing(tmp_path):
    made = working()
    tables = content(replace(sample_result(), registers={"bay": made}), "zh")
    frame = next(table for table in tables if table.name == "registers").frame
    frame["status_date"] = frame["status_date"].str.replace("2024-05-01", "2024/5/1")
    frame["planned_year"] = frame["planned_year"].astype(float).astype(str).replace("nan", "")
    frame.to_csv(tmp_path / "z.csv", index=False)
    assert kinds(read(tmp_path / "z.csv")) == ["kept_basis"]


def test_an_edited_status_takes_the_basis_of_the_entry_and_leaves_its_former_date_behind(copy):
    edit(copy, "UPDATE registers SET status = 'built' WHERE item_id = 'b1'")
    found = read(copy)
    row = found.items.set_index("item_id").loc["b1"]
    assert (row["status"], row["basis"], row["status_date"], row["confidence"]) == (
        "built",
        "official",
        "",
        "",
    )
    assert "z.gpkg" in row["source"]
    assert list(found.items["basis"]) == ["working", "official", "working", "working"]
    assert kinds(found) == ["edited", "former_date", "kept_basis"]
    assert "优秀案例→已建成" in found.findings[0].message.get("zh")
    # no other unit has changed
    assert [a == b for a, b in zip(counts(found), counts(working()), strict=True)][4:6] == [True, True]
    whole = count_items(found, "920000", Level.PROVINCE, ZONE)
    assert (whole.tally.built, whole.tally.total) == (1, 34)


def test_an_edit_beside_the_status_is_taken_and_promotes_nothing(copy):
    edit(copy, "UPDATE registers SET note = 'x', shore_km = 21.5 WHERE item_id = 'b1'")
    found = read(copy)
    row = found.items.set_index("item_id").loc["b1"]
    assert (row["shore_km"], row["note"], row["basis"], row["status_date"]) == (21.5, "x", "working", "2023")
    assert (
        count_items(found, "910102", Level.COUNTY, ZONE).tally
        == count_items(working(), "910102", Level.COUNTY, ZONE).tally
    )  # a recognised case that nobody held against the list of the built may be built


def test_a_basis_that_a_person_set_counts(copy):
    edit(copy, "UPDATE registers SET basis = 'official' WHERE item_id = 'b1'")
    found = read(copy, Basis.WORKING)
    assert list(found.items["basis"]) == ["working", "official", "working", "working"]
    assert (
        count_items(found, "910102", Level.COUNTY, ZONE).tally.high == 0
    )  # official: recognised, so not built


def test_a_register_with_every_row_edited_is_what_the_entry_says(copy):
    edit(copy, "UPDATE registers SET status = CASE status WHEN 'built' THEN 'planned' ELSE 'built' END")
    found = read(copy)
    assert (found.basis, set(found.items["basis"])) == (Basis.OFFICIAL, {"official"})
    assert found.source == Text("z.gpkg", "z.gpkg")  # no longer the working list
    assert found.totals == (TOTAL,)


def test_a_status_edited_on_the_map_is_taken(copy):
    edit(copy, "UPDATE bays SET status = 'built' WHERE item_id = 'b1'")
    found = read(copy)
    row = found.items.set_index("item_id").loc["b1"]
    assert (row["status"], row["basis"]) == ("built", "official")
    assert kinds(found) == ["layer_taken", "edited", "former_date", "kept_basis"]


def test_the_same_edit_in_table_and_map_is_no_contradiction(copy):
    edit(
        copy,
        "UPDATE bays SET status = 'built' WHERE item_id = 'b1'",
        "UPDATE registers SET status = 'built' WHERE item_id = 'b1'",
    )
    assert kinds(read(copy), Severity.WARNING) == ["kept_basis"]


@pytest.mark.parametrize("on_map", ["'built'", "NULL"])
def test_where_table_and_map_contradict_each_other_the_table_leads_and_it_is_told(copy, on_map):
    edit(
        copy,
        f"UPDATE bays SET status = {on_map} WHERE item_id = 'b1'",
        "UPDATE registers SET status = 'planned' WHERE item_id = 'b1'",
    )
    found = read(copy)
    assert found.items.set_index("item_id").loc["b1", "status"] == "planned"
    assert kinds(found, Severity.WARNING) == ["layer_contradicts", "kept_basis"]


def test_parts_of_an_item_that_differ_on_the_map_do_not_make_the_whole(tmp_path):
    path = package(tmp_path / "z.gpkg")
    edit(path, "UPDATE bays SET item_id = 'b0'", "UPDATE bays SET status = 'built' WHERE fid = 1",
         "UPDATE bays SET status = 'unknown' WHERE fid = 2")  # fmt: skip
    found = read(path)
    assert found.items.set_index("item_id").loc["b0", "status"] == "unknown"
    assert kinds(found, Severity.WARNING) == ["layer_parts", "kept_basis"]


def test_a_status_on_the_map_of_what_is_on_no_register_is_told(copy):
    edit(copy, "UPDATE bays SET item_id = NULL, status = 'built' WHERE item_id = 'b0'")
    found = read(copy)
    assert kinds(found, Severity.WARNING) == ["layer_no_item", "kept_basis"]
    assert counts(found) == counts(working())


def test_rows_that_are_gone_are_told_and_leave_the_published_total(copy):
    edit(copy, "DELETE FROM registers WHERE item_id IN ('b0', 'b2')")
    found = read(copy)
    assert kinds(found, Severity.WARNING) == ["rows_missing", "kept_basis"]
    assert "b0" in found.findings[0].message.get("zh")  # the map still shows it
    assert count_items(found, "920000", Level.PROVINCE, ZONE).tally.total == 34


def test_a_new_row_counts_and_a_pasted_one_is_an_item_of_its_own(copy):
    edit(
        copy,
        "INSERT INTO registers (role, name, status, county_code) VALUES ('bay', '新湾', 'built', '910101')",
        "INSERT INTO registers (register, role, item_id, name, status, county_code, basis, register_as_exported,"
        " item_as_exported) SELECT register, role, item_id, '副本', 'built', county_code, basis, register_as_exported,"
        " item_as_exported FROM registers WHERE item_id = 'b0'",
    )
    found = read(copy)
    assert kinds(found).count("new_row") == 2
    assert found.items["item_id"].is_unique
    assert list(found.items["basis"])[-2:] == ["official", "official"]
    assert list(found.items["item_id"])[:4] == ["b0", "b1", "b2", "b3"]


def test_a_row_without_a_role_is_told(copy):
    edit(copy, "INSERT INTO registers (name, status) VALUES ('无名湾', 'built')")
    found = read(copy)
    assert kinds(found, Severity.WARNING) == ["no_role", "kept_basis"]
    assert counts(found) == counts(working())


def test_a_role_that_the_table_lacks_is_refused_with_those_that_it_has(exported):
    with pytest.raises(InputError, match=r"river.*bay"):
        read_register(exported, role="river", basis=Basis.OFFICIAL)


def test_a_table_without_records_keeps_the_bases_of_its_rows_and_says_what_is_not_known(copy):
    edit(copy, "UPDATE registers SET note = ''")
    with closing(sqlite3.connect(copy)) as database:
        for column in ("register_as_exported", "item_as_exported"):
            database.execute(f"ALTER TABLE registers DROP COLUMN {column}")
        database.commit()
    found = read(copy)
    assert kinds(found, Severity.WARNING) == ["old_package"]
    assert set(found.items["basis"]) == {"working"}
    assert count_items(found, "910102", Level.COUNTY, ZONE).tally.high == 1


def test_a_record_that_was_tampered_with_is_told(copy):
    edit(copy, "UPDATE registers SET item_as_exported = 'x' WHERE item_id = 'b1'")
    found = read(copy)
    assert kinds(found, Severity.WARNING)[0] == "record_unreadable"
    assert set(found.items["basis"]) == {"working"}


def test_an_edit_that_is_still_in_the_log_beside_the_file_is_read_and_the_file_left_alone(copy, tmp_path):
    database = sqlite3.connect(copy)
    database.execute("PRAGMA journal_mode = wal")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    database.execute("UPDATE registers SET status = 'built' WHERE item_id = 'b1'")
    database.commit()
    folder = tmp_path / "copied"
    folder.mkdir()
    for name in ("z.gpkg", "z.gpkg-wal"):
        shutil.copy(tmp_path / name, folder / name)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(copy, alone / "z.gpkg")
    database.close()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert read(folder / "z.gpkg").items.set_index("item_id").loc["b1", "status"] == "built"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    # without its log the edit is not there, and that is said
    found = read(alone / "z.gpkg")
    assert found.items.set_index("item_id").loc["b1", "status"] == "recognised"
    assert "unsettled" in kinds(found, Severity.WARNING)


def test_a_file_without_a_log_is_read_where_it_stands(copy):
    with settled(copy) as path:
        assert path == copy


@pytest.mark.parametrize("zone", ["bth", "hebei", "yrd", "gba"])
def test_the_embedded_registers_come_back_with_their_published_totals(tmp_path, zone):
    made = embedded_registers(zone)
    path = tmp_path / f"{zone}.gpkg"
    write_geopackage(replace(sample_result(), registers=made), path)
    for name, one in made.items():
        found = read_register(path, role=one.role, id=name, basis=Basis.OFFICIAL, zone=get_zone(zone))
        pd.testing.assert_frame_equal(found.items, one.items, check_dtype=False)
        assert (found.basis, found.totals, found.source) == (one.basis, one.totals, one.source)
        assert (found.role, found.level) == (one.role, one.level)


# --- registers of units and sites, of which a zone has several


def listing(tmp_path, name, lines, **more):
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_register(
        path, id=name, basis=Basis.OFFICIAL, as_of="2026-06-30", zone=get_zone("bth"), **more
    )


@pytest.fixture
def listed(tmp_path):
    """Return a register of cities, one of counties with kinds, and one of sites with a column of its own."""
    cities = ["城市,状态", "石家庄市,建成", "北京市,推进", "石家庒市,建成"]
    counties = ["县区,市,类型,状态", "桥西区,石家庄市,涉农区,推进", "桥西区,张家口市,,已建成"]
    sites = ["企业,乡镇,市,行业,进展", "甲,一镇,唐山市,钢铁,已完成", "甲,二镇,唐山市,水泥,推进中"]
    return {
        "zero_waste_city": listing(tmp_path, "zero_waste_city", cities, role="unit"),
        "beautiful_village": listing(tmp_path, "beautiful_village", counties, role="unit"),
        "green_factory": listing(tmp_path, "green_factory", sites, role="site", fields={"sector": "行业"}),
        "bay": working(),
    }


@pytest.mark.parametrize("form", ["package", "workbook", "csv"])
def test_registers_of_one_role_come_back_by_their_ids_with_level_kinds_and_further_columns(
    listed, tmp_path, form
):
    result = replace(sample_result(), registers=listed)
    path = tmp_path / {"package": "z.gpkg", "workbook": "z.xlsx", "csv": "z.csv"}[form]
    if form == "package":
        write_geopackage(result, path)
    elif form == "workbook":
        write_workbook(sample_result(), content(result, "zh"), path, "zh")
    else:
        next(table for table in content(result, "zh") if table.name == "registers").frame.to_csv(
            path, index=False
        )
    for name, made in listed.items():
        zone, known = (ZONE, units()) if name == "bay" else (get_zone("bth"), None)
        found = read_register(
            path, role=made.role, id=name, basis=Basis.PUBLIC, as_of="2026-06-30", zone=zone, units=known,
            sheet="名录" if form == "workbook" else None,
        )  # fmt: skip
        pd.testing.assert_frame_equal(found.items, made.items, check_dtype=False)
        assert (found.role, found.level, found.basis) == (made.role, made.level, made.basis)
    assert list(listed["green_factory"].items.columns)[-1] == "sector"
    assert "kind" not in listed["zero_waste_city"].items


def table_of(listed, tmp_path, change):
    """Write the table of registers, changed by a person, as a CSV file."""
    tables = content(replace(sample_result(), registers=listed), "zh")
    frame = next(table for table in tables if table.name == "registers").frame
    change(frame)
    frame.to_csv(tmp_path / "z.csv", index=False)
    return tmp_path / "z.csv"


def again(path, name, role="unit", **more):
    return read_register(
        path, role=role, id=name, basis=Basis.PUBLIC, as_of="2026-06-30", zone=get_zone("bth"), **more
    )


def test_of_several_registers_of_a_role_one_is_named(listed, tmp_path):
    path = table_of(listed, tmp_path, lambda _: None)
    for name in ("", "unit", "eco_civilisation"):
        with pytest.raises(InputError, match="zero_waste_city、beautiful_village") as error:
            again(path, name)
        assert error.value.message.key == "registers.id_absent"
    assert again(path, "", role="site").items["item_id"].tolist() == ["green_factory-2", "green_factory-3"]
    with pytest.raises(InputError):
        again(path, "berth", role="site")


def test_a_new_row_belongs_to_the_register_that_it_names(listed, tmp_path):
    def add(frame):
        for name, register_id in (("唐山市", "zero_waste_city"), ("保定市", None)):
            frame.loc[len(frame)] = None
            frame.loc[len(frame) - 1, ["role", "register_id", "name", "status"]] = [
                "unit",
                register_id,
                name,
                "built",
            ]

    path = table_of(listed, tmp_path, add)
    found = again(path, "zero_waste_city")
    assert found.items.loc[3, ["name", "city_code", "status", "basis"]].tolist() == [
        "唐山市",
        "130200",
        "built",
        "public",
    ]
    assert kinds(found).count("no_register") == 1
    assert "保定市" not in found.items["name"].tolist()


def test_a_unit_whose_name_was_edited_is_looked_up_again(listed, tmp_path):
    def rename(frame):
        frame.loc[frame["name"] == "石家庄市", "name"] = "唐山市"

    found = again(table_of(listed, tmp_path, rename), "zero_waste_city")
    assert found.items.loc[0, ["city_code", "status"]].tolist() == ["", "unknown"]
    assert "unit_differs" in kinds(found, Severity.WARNING)


def test_an_edited_kind_is_told_and_a_column_that_a_person_added_is_kept(listed, tmp_path):
    def change(frame):
        frame.loc[frame["kind"] == "涉农区", "kind"] = "县"
        frame["批次"] = "第一批"

    found = again(table_of(listed, tmp_path, change), "beautiful_village")
    assert found.items["kind"].tolist() == ["县", ""]
    assert found.items["批次"].tolist() == ["第一批"] * 2
    assert kinds(found).count("edited") == 2
    assert set(found.items["basis"]) == {"official"}  # no status was edited


@pytest.mark.parametrize("column", ["role", "register", "status", "basis", "item_id"])
@pytest.mark.parametrize("suffix", ["gpkg", "csv"])
def test_a_table_that_lost_a_column_of_its_own_is_refused(copy, tmp_path, column, suffix):
    if suffix == "gpkg":
        edit_columns(copy, f'alter table registers rename column "{column}" to "x9"')
        path = copy
    else:
        path = tmp_path / "registers.csv"
        with closing(sqlite3.connect(copy)) as database:
            table = pd.read_sql("select * from registers", database)
        table.rename(columns={column: "x9"}).to_csv(path, index=False)
    with pytest.raises(InputError, match=column):
        read(path)


def test_a_column_that_bears_its_title_is_its_own(copy):
    edit_columns(copy, 'alter table registers rename column "status" to "建设状态"')
    pd.testing.assert_frame_equal(read(copy).items, working().items, check_dtype=False)


def edit_columns(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_a_layer_whose_features_stand_for_several_items_is_told_where_it_is_the_register(tmp_path):
    rows = pd.DataFrame({"item_id": ["b0;b1", "b2"], "name": ["甲湾", "乙湾"], "status": ["", "built"]})
    for name, table, told in (("joined", rows, 1), ("single", rows[1:], 0)):
        path = tmp_path / f"{name}.csv"
        table.to_csv(path, index=False)
        assert kinds(read(path), Severity.WARNING).count("joined_items") == told
