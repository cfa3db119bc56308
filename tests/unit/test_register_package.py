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
from geozone.export.content import content
from geozone.export.geopackage import write_geopackage
from geozone.export.workbook import write_workbook
from geozone.messages import Text
from geozone.model import Basis, Level, RegisterTotal, Severity, Status
from geozone.rates.completion import count_items
from geozone.rates.package_files import settled
from geozone.rates.register_package import own_names
from geozone.rates.registers import embedded_registers, read_register
from geozone.rates.words import MEASURES
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
    assert "优秀案例→建成" in found.findings[0].message.get("zh")
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
    for role, one in made.items():
        found = read_register(path, role=role, basis=Basis.OFFICIAL, zone=get_zone(zone))
        pd.testing.assert_frame_equal(found.items, one.items, check_dtype=False)
        assert (found.basis, found.totals, found.source) == (one.basis, one.totals, one.source)
