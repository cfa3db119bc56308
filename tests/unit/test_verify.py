"""Verifying a build: a changed digit is named by its cell, and opening a file is no change."""

import json
import re
import shutil
import sqlite3
from base64 import b64encode
from contextlib import closing
from datetime import UTC, datetime
from hashlib import blake2b
from zlib import crc32

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import sample_result

from geozone.errors import InputError
from geozone.export.fingerprint import Grid, fingerprint, spreadsheet_digits
from geozone.export.record import write_record
from geozone.maps import assets
from geozone.run.crate import write_folder_crate
from geozone.run.folder import write_index
from geozone.run.options import Options
from geozone.run.output import write_zone
from geozone.verify import held_checks

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the files of a zone as a build writes them."""
    folder = tmp_path_factory.mktemp("whole")
    result = sample_result()
    outputs = write_zone(result, folder, Options())
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    write_record(
        result,
        folder / "bth_run.json",
        parameters={"lang": "zh", "threads": None, "workers": None, "scheduler": None, "edition": "full"},
        outputs=outputs,
        started=moment,
        finished=moment,
    )
    write_index(folder, "zh", lambda reason: pytest.fail(reason.en))
    write_folder_crate(folder, folder, "zh")
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "built")


def failures(folder):
    return [(check.file, check.message.get("en")) for check in held_checks(folder) if not check.passed]


def replaced(path, old, new):
    text = path.read_text("utf-8-sig" if path.suffix == ".csv" else "utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8-sig" if path.suffix == ".csv" else "utf-8", newline="")


def sql(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def cell(path, sheet, place, value):
    book = openpyxl.load_workbook(path)
    book[sheet][place] = value
    book.save(path)


def test_a_build_that_nobody_touched_passes(folder):
    assert failures(folder) == []
    told = [(check.file, check.message.get("en")) for check in held_checks(folder)]
    assert ("index.html", "lists 1 zones with the numbers of their tables") in told
    assert ("bth.html", "the page holds the same 19 rates") in told


@pytest.mark.parametrize(
    ("name", "old", "new", "cells"),
    [
        ("bth_rates.csv", ",0.05,", ",0.06,", ["line 2, column value", "0.06", "0.05 in bth_rates.json"]),
        ("bth_rates.csv", "甲省1市1县", "甲省1市9县", ["line 2, column unit_name", "甲省1市9县"]),
        ("bth_rates.csv", ",0.05,", ",0.O5,", ["line 2, column value", "0.O5"]),
        ("bth_rates.json", '"value": 0.05,', '"value": 0.5,', ["rates[0].value", "0.5, but 0.05 in bth_rates.csv"]),
        ("bth.html", '"0.05"', '"0.06"', ["page data, field value", "910101, redline_coverage", "'0.06'"]),
        ("bth.html", '"2400.0"', '"2500.0"', ["page data, unit 910101, field area_km2", "2500.0", "2400.0 in bth.gpkg"]),
        ("bth.html", "S-1", "S-9", ["target"]),
        ("bth.html", "<body>", "<body><p>56.3%</p>", ["text or scripts"]),
        ("index.html", 'data-value="3000.0"', 'data-value="3001.0"', ["redline_area of bth (data-value)", "3000.0"]),
        ("index.html", ">3,000 km²<", ">8,000 km²<", ["redline_area of bth (text)", "8,000 km²", "3,000 km²"]),
        ("index.html", 'data-high="1.0"', 'data-high="0.9"', ["bay_completion of bth (data-high)"]),
        ("index.html", "<body>", "<body><p>56.3%</p>", ["not in a number of a rate"]),
    ],
)  # fmt: skip
def test_a_changed_text_is_named_where_it_stands(folder, name, old, new, cells):
    replaced(folder / name, old, new)
    found = failures(folder)
    assert {file for file, _ in found} == {name}
    for expected in cells:
        assert any(expected.strip("'") in message for _, message in found), (expected, found)


@pytest.mark.parametrize(
    ("sheet", "place", "value", "expected"),
    [
        ("指标", "J3", 0.06, ["sheet “指标”, cell J3", "0.06, but 0.05 in bth_rates.json"]),
        ("指标", "J3", "=1/20", ["sheet “指标”, cell J3", "=1/20"]),
        ("指标", "W3", "另一注", ["sheet “指标”, cell W3", "另一注"]),
        ("行政区与指标", "G3", 2401, ["sheet “行政区与指标”, cell G3", "2401, but 2400.0 in bth.gpkg"]),
        ("概览", "D2", 0.11, ["sheet “概览”, cell D2 was changed; it now says 0.11"]),
        ("说明", "B3", "审图号：GS(2026)1号", ["sheet “说明”, cell B3", "GS(2026)1号"]),
        ("名录", "K4", "built", ["sheet “名录”, cell K4", "built, but unknown in bth.gpkg"]),
    ],
)
def test_a_changed_cell_of_the_workbook_is_named(folder, sheet, place, value, expected):
    book = openpyxl.load_workbook(folder / "bth.xlsx", read_only=True)
    assert sheet in book.sheetnames, book.sheetnames
    book.close()
    cell(folder / "bth.xlsx", sheet, place, value)
    found = failures(folder)
    assert [file for file, _ in found] == ["bth.xlsx"], found
    for words in expected:
        assert words in found[0][1], found


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE rates SET value = 0.06 WHERE fid = 1", "table rates, row 1, field value (910101, redline_coverage): 0.06"),
        ("UPDATE units SET area_km2 = 1 WHERE fid = 2", "layer units, feature 2 (甲省1市2县), field area_km2: 1.0, but 2400 in bth.xlsx"),
        ("UPDATE bays SET status = 'built' WHERE fid = 2", "layer bays, feature 2 (bays 2): changed in status"),
        ("UPDATE bays SET geom = (SELECT geom FROM bays WHERE fid = 1) WHERE fid = 2", "layer bays, feature 2 (bays 2): its geometry was changed"),
        ("UPDATE registers SET status = 'built'", "layer registers, feature 2 (南湾), field status: built, but unknown in bth.xlsx"),
        ("DELETE FROM lakes", "layer lakes: feature 1 was removed"),
        ("INSERT INTO rivers (name) VALUES ('新河')", "layer rivers: feature 2 (新河) was added"),
        ("ALTER TABLE bays ADD COLUMN own TEXT", "layer bays: the field own was added"),
        ("ALTER TABLE bays DROP COLUMN status", "layer bays: the field status is missing"),
        ("DELETE FROM gpkg_contents WHERE table_name = 'coastline'", "table or sheet coastline is missing"),
    ],
)  # fmt: skip
def test_a_changed_feature_of_the_geopackage_is_named(folder, statement, expected):
    with closing(
        sqlite3.connect(folder / "bth.gpkg")
    ) as database:  # the spatial index asks for functions of GDAL
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)
        database.commit()
    found = failures(folder)
    assert {file for file, _ in found} == {"bth.gpkg"}, found
    assert any(expected in message for _, message in found), found


def test_a_geopackage_that_a_program_opened_is_not_changed(folder):
    sql(
        folder / "bth.gpkg",
        "PRAGMA journal_mode = wal",
        "UPDATE gpkg_contents SET last_change = '2026-07-01T00:00:00.000Z', min_x = min_x - 1",
        "INSERT INTO layer_styles (f_table_name, styleName) VALUES ('bays', 'own')",
        "UPDATE qgis_projects SET content = 'ff'",
    )
    sql(folder / "bth.gpkg", "VACUUM")
    before = sorted(folder.iterdir())
    checks = held_checks(folder)
    assert [check.message.get("en") for check in checks if not check.passed] == []
    assert any("opened or saved by another program" in check.message.get("en") for check in checks)
    assert sorted(folder.iterdir()) == before


def test_what_a_program_has_not_written_into_the_geopackage_yet_counts(folder):
    with closing(sqlite3.connect(folder / "bth.gpkg")) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("UPDATE rates SET value = 0.06 WHERE fid = 1")
        database.commit()
        assert (folder / "bth.gpkg-wal").stat().st_size
        found = failures(folder)
    assert any("row 1, field value" in message for _, message in found), found


def test_a_workbook_that_a_spreadsheet_saved_is_not_changed(folder):
    book = openpyxl.load_workbook(folder / "bth.xlsx")
    book.save(folder / "bth.xlsx")
    assert failures(folder) == []


def test_an_added_sheet_row_or_column_is_told(folder):
    book = openpyxl.load_workbook(folder / "bth.xlsx")
    book.create_sheet("另表")["A1"] = 1
    book["数据问题"].append(["error"])
    book["概览"]["Z1"] = "新列"
    book.save(folder / "bth.xlsx")
    found = "\n".join(message for _, message in failures(folder))
    for expected in ("sheet 另表 was added", "row 4 was added", "column Z was added"):
        assert expected in found, found


def test_missing_files_and_an_index_that_lacks_a_zone_are_told(folder):
    (folder / "bth.xlsx").unlink()
    (folder / "index.html").unlink()
    assert failures(folder) == [
        ("bth.xlsx", "named in the run record but missing"),
        ("index.html", "the index is missing"),
    ]
    (folder / "bth.html").unlink()
    write_index(folder, "zh", lambda _: None)
    found = failures(folder)
    assert ("bth.html", "named in the run record but missing") in found
    assert any(file == "index.html" and "bth.html" in message for file, message in found)


def test_a_damaged_file_is_named_and_stops_nothing(folder):
    (folder / "bth.gpkg").write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    (folder / "bth.xlsx").write_bytes(b"PK\3\4 cut")
    (folder / "bth_rates.json").write_text("{")
    names = {file for file, _ in failures(folder)}
    assert {"bth.gpkg", "bth.xlsx", "bth_rates.json"} <= names
    assert "bth_rates.csv" not in names


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"zone": "bth"}', '{"zone": "bth", "parameters": {}, "outputs": [1]}']
)
def test_a_broken_run_record_is_told(folder, content):
    (folder / "bth_run.json").write_text(content)
    with pytest.raises(InputError) as caught:
        held_checks(folder)
    assert "bth_run.json" in str(caught.value)


def test_a_changed_run_record_names_the_section(folder):
    replaced(folder / "bth_run.json", "0" * 64, "1" * 64)
    [of_record, *of_crate] = failures(folder)
    assert of_record == ("bth_run.json", "the section inputs of the run record was changed")
    assert {file for file, _ in of_crate} == {"ro-crate-metadata.json"}


def test_a_value_of_the_json_beside_its_rates_is_named(folder):
    document = json.loads((folder / "bth_rates.json").read_text("utf-8"))
    old, new = document["title"]["en"], "Another zone"
    replaced(folder / "bth_rates.json", old, new)
    assert ("bth_rates.json", f"title.en: {new}, but was {old}") in failures(folder)


def test_another_coordinate_reference_system_of_a_layer_is_named(folder):
    sql(folder / "bth.gpkg", "UPDATE gpkg_geometry_columns SET srs_id = 4326 WHERE table_name = 'units'")
    expected = "layer units: its coordinate reference system is 4326, but was 4490"
    assert ("bth.gpkg", expected) in failures(folder)


def test_a_geometry_that_is_none_any_more_is_named_and_stops_nothing(folder):
    with closing(sqlite3.connect(folder / "bth.gpkg")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        (shape,) = database.execute("SELECT geom FROM units WHERE fid = 1").fetchone()
        database.execute("UPDATE units SET geom = ? WHERE fid = 1", (shape[:-8] + bytes(8),))
        database.commit()
    found = failures(folder)
    assert any(file == "bth.gpkg" and "geometry was changed" in told for file, told in found), found


@pytest.mark.parametrize("number", [40.576012917084746, 141.29352618070948, 0.0061565004360833048, 1e-7, 3.0])
def test_a_number_keeps_its_digits_however_often_it_is_saved(number):
    assert spreadsheet_digits(float(f"{number:.16g}")) == spreadsheet_digits(number)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 1 << 60),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=3),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=9))
def test_a_mark_is_of_the_cells_of_its_row_and_a_digest_of_those_of_its_column(rows):
    def told(values):
        kept = [None if isinstance(one, bytes) else whole(one) for one in values]
        return repr(kept).encode("utf-8", "backslashreplace")

    def whole(value):
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def shapes(values):
        return b"".join(one for one in values if isinstance(one, bytes))

    found = fingerprint(Grid("t", ("a", "b", "c"), enumerate(rows, 1)))
    marks = b"".join(crc32(told(row)).to_bytes(4) for row in rows)
    assert found["rows"] == b64encode(marks).decode()
    drawn = b"".join(crc32(shapes(row)).to_bytes(4) for row in rows)
    assert found.get("shapes") == (b64encode(drawn).decode() if any(map(shapes, rows)) else None)
    for place, name in enumerate("abc"):
        column = [row[place] for row in rows]
        content = told(column) + shapes(column) if rows else b""
        assert found["columns"][name] == blake2b(content, digest_size=8).hexdigest()


def test_an_index_without_a_digest_of_its_own_is_held_by_its_words(folder):
    path = folder / "index.html"
    html = re.sub(r'<meta name="geozone-digest"[^>]*>\n', "", path.read_text("utf-8"))
    path.write_text(html, "utf-8")
    assert failures(folder) == []
    path.write_text(html.replace(">3,000 km²<", ">8,000 km²<", 1), "utf-8")
    assert [file for file, _ in failures(folder)] == ["index.html"]


def test_a_record_without_contents_is_held_by_digests(folder):
    path = folder / "bth_run.json"
    record = json.loads(path.read_text("utf-8"))
    for output in record["outputs"]:
        for name in ("tables", "systems", "sheets", "blocks", "values"):
            output.pop(name, None)
    record.pop("seal")  # that of an earlier edition has none
    path.write_text(json.dumps(record), "utf-8")
    sql(folder / "bth.gpkg", "PRAGMA journal_mode = wal")
    assert [file for file, _ in failures(folder)] == ["bth.gpkg"]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_any_one_changed_cell_is_named(whole, folder, chance):
    """A random cell of a random sheet gets another number: it is named, and it alone."""
    shutil.copy(whole / "bth.xlsx", folder / "bth.xlsx")
    book = openpyxl.load_workbook(folder / "bth.xlsx")
    sheet = chance.choice([name for name in book.sheetnames if book[name].max_row > 2])
    filled = [item for row in book[sheet].iter_rows() for item in row if item.value is not None]
    chosen = chance.choice(filled)
    chosen.value = f"{chosen.value}7" if isinstance(chosen.value, str) else chosen.value + 1
    place = chosen.coordinate
    book.save(folder / "bth.xlsx")
    told = [words for _, words in failures(folder)]
    named = [words for words in told if f"sheet “{sheet}”, cell {place}" in words]
    assert len(named) == 1, (sheet, place, told)
    # without the name of a column the sheet is none of rates, and that is said as well
    assert all("cannot be read" in words for words in told if words not in named)
