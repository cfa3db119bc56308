"""The commands that list roles and indicators: their tables, and how they refuse a wrong call."""

import csv
import io
import json

import pandas as pd
import pytest

from geozone.cli import cli
from geozone.errors import UsageError
from geozone.lists.headings import field_heading, figure_heading, register_columns, status_words
from geozone.manifest.fields import field_title, load_fields
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import load_registers
from geozone.manifest.roles import load_roles
from geozone.model import Status
from geozone.registers.status_words import read_status
from geozone.table_output import show


def run(capsys, *arguments):
    cli.main([*arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_roles_lists_every_role_that_can_be_supplied_in_the_drawing_order(capsys):
    rows = json.loads(run(capsys, "roles", "--json"))
    assert [row["role"] for row in rows] == [role.id for role in load_roles().values() if not role.made_from]
    assert [row["order"] for row in rows] == sorted(row["order"] for row in rows)
    table = list(csv.DictReader(io.StringIO(run(capsys, "roles", "--csv", "--lang", "en"))))
    assert {row["title"] for row in table} == {
        role.title.en for role in load_roles().values() if not role.made_from
    }


def test_indicators_lists_every_question_with_its_inputs(capsys):
    rows = {row["indicator"]: row for row in json.loads(run(capsys, "indicators", "--json"))}
    assert set(rows) == set(load_indicators())
    for name, indicator in load_indicators().items():
        assert rows[name]["layers"] == ",".join(indicator.layers)
        assert rows[name]["unit"] == indicator.unit


def test_a_table_without_rows_is_no_word_of_a_library():
    assert show([], None) == show(pd.DataFrame({"a": []}), None) == ""
    assert show([], "json") == "[]"


def test_a_zone_without_numbers_is_told_as_one(results_kept, capsys, monkeypatch):
    monkeypatch.setattr("geozone.lists.rates.tells_something", lambda _: False)
    cli.main(["rates", "hebei", "--lang", "en"], standalone_mode=False)
    told = capsys.readouterr()
    assert not told.out
    assert "Neither the zone nor its provinces have a number so far." in told.err


def test_indicators_of_a_zone_say_who_asks(capsys):
    rows = json.loads(run(capsys, "indicators", "bth", "--json"))
    asked = {row["indicator"]: row["targets"] for row in rows}
    assert asked["pm25_annual_mean"] == "JJJ-01"
    assert {row["answer"] for row in rows} <= {"computed", "reported", "missing", "evidence"}
    assert all(row["missing"] for row in rows if row["answer"] == "missing")


@pytest.mark.parametrize("option", [["--missing"], ["--template", "somewhere"]])
def test_what_is_missing_is_of_a_zone(option):
    with pytest.raises(UsageError) as caught:
        cli.main(["indicators", *option], standalone_mode=False)
    assert "--project" in str(caught.value)


def test_a_zone_beside_the_project_of_another_is_refused(tmp_path):
    project = tmp_path / "project.toml"
    project.write_text('zone = "yrd"\n', "utf-8")
    with pytest.raises(UsageError) as caught:
        cli.main(["indicators", "bth", "--missing", "--project", str(project)], standalone_mode=False)
    assert "yrd" in str(caught.value)


def test_a_folder_that_holds_something_is_refused_before_the_work(tmp_path):
    (tmp_path / "notes.txt").write_text("", "utf-8")
    with pytest.raises(UsageError) as caught:
        cli.main(["indicators", "bth", "--template", str(tmp_path)], standalone_mode=False)
    assert tmp_path.name in str(caught.value)


def test_headings_are_words_that_the_readers_know_in_both_languages():
    assert [figure_heading(name, "zh") for name in ("indicator", "year", "value")] == ["指标", "年份", "数值"]
    assert field_heading("name", "en") == "name"
    assert field_heading("shore_km", "zh") == "岸线长度（km）"
    assert field_heading("pm25", "zh") == load_fields()["pm25"].title.zh
    assert field_heading("a_field_of_ones_own", "zh") == "a_field_of_ones_own"
    assert field_title("a_field_of_ones_own").en == "a_field_of_ones_own"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("status", list(Status))
def test_the_words_to_choose_for_a_status_mean_it(lang, status):
    words = status_words(status.value, lang)
    assert words
    assert {read_status(word).status for word in words} == {status}


def test_a_register_has_the_columns_that_its_indicators_ask_for():
    indicators, registers = load_indicators(), load_registers()
    by_shore = register_columns(registers["bay"], [indicators["bay_completion_shore"]])
    assert "shore_km" in by_shore
    of_cities = register_columns(registers["zero_waste_city"], [])
    assert ("city_code" in of_cities, "county" in of_cities) == (True, False)
    by_kind = register_columns(registers["pioneer_area"], [indicators["pioneer_cities"]])
    assert "kind" in by_kind
    assert register_columns(None, [])[0] == "name"
