"""A standard that an office writes: checked as a whole, every fault with its line; then deliveries are held against it."""

import json
import re
import sys
from contextlib import suppress
from pathlib import Path

import delivery_samples as samples
import pytest
from declarations import changed_declarations
from hypothesis import given, settings
from hypothesis import strategies as st
from test_standards import delivery_of, run

import geozone
from geozone.checks.stated_areas import states_areas
from geozone.errors import InputError, UsageError
from geozone.files import shipped
from geozone.manifest.area_fields import area_fields
from geozone.manifest.rules import load_rules
from geozone.project.schema import _pattern
from geozone.read import list_layers
from geozone.standards.checking import check_delivery
from geozone.standards.declared import load_standard, standard_ids
from geozone.standards.rules import example_of, remedy_of

HOME = Path(geozone.__file__).parents[1]
DOCUMENT = HOME / "docs" / "standards.md"
EXAMPLE = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)[1]


def written(tmp_path, old="", new=""):
    assert old in EXAMPLE
    path = tmp_path / "office.toml"
    path.write_text(EXAMPLE.replace(old, new, 1), "utf-8")
    return str(path)


def test_the_standard_in_the_documents_can_be_used(capsys, tmp_path):
    standard = written(tmp_path)
    layers = {"DLTB": samples.survey_delivery()["DLTB"]}
    layers["DLTB"].loc[3, "DLBM"] = "0199"
    package = samples.write_package(layers, tmp_path / "a.gpkg")
    code, out, _ = run(capsys, "check", package, "--standard", standard, "--json")
    assert code == 1
    assert [one["code"] for report in json.loads(out) for one in report["findings"]] == ["SJ101"]
    code, out, _ = run(capsys, "rule", "SJ101", "--standard", standard)
    assert code == 0
    assert "2026 年起执行" in out


@pytest.mark.parametrize(
    ("old", "new", "told", "line"),
    [
        ('check = "code_list"', 'check = "codelist"', "code_list", 'check = "code'),
        ('codes = "land_class"', 'codes = "land"', "land_class", 'codes = "land'),
        ('source = "office"\nfields', 'source = "offices"\nfields', "office", 'source = "offices'),
        ('fields = ["DLBM"]', 'fields = ["DLMC"]', "DLBM", "fields = "),
        ('layers = ["parcel"]', 'layers = ["parcels"]', "parcel", "layers = "),
        ('code = "SJ101"', 'code = "CK001"', "CK001", 'code = "CK'),
        ('code = "SJ101"', 'code = "sj1"', "sj1", 'code = "sj'),
        ('severity = "error"', 'severity = "grave"', "error, note, warning", "severity = "),
        ('certainty = "read"', 'certainty = "sure"', "sure", "certainty = "),
        ('codes = "land_class"', 'code_s = "land_class"', "codes", "code_s"),
        ("length = 5", 'length = "5"', "whole number", "length = "),
        ('0101 = "水田"', "0101 = 1", "land_class", "[codes.land_class]"),
        ('kind = "area"', 'kind = "areas"', "area", "kind = "),
        ('names = ["DLTB", "地类图斑"]', "names = []", "list of texts", "names = "),
        ('note = "2026 年起执行"', 'pattern = "("', "pattern", "pattern = "),
        ('id = "office"', "id = 1", "text", "id = 1"),
        ('code = "SJ101"', "code = 101", "text", "code = 101"),
        ('codes = "land_class"', 'of = { layer = "parcel", field = "BSM" }\ndigits = 6', "of", "of = "),
    ],
)
def test_every_fault_of_a_standard_is_told_with_its_line(tmp_path, old, new, told, line):
    path = written(tmp_path, old, new)
    with pytest.raises(InputError) as error:
        load_standard(path)
    said = str(error.value)
    assert told in said
    lines = Path(path).read_text("utf-8").splitlines()
    number = 1 + next(place for place, words in enumerate(lines) if words.strip().startswith(line))
    assert f"line {number}:" in said


RULE = """
[[rule]]
code = "SJ102"
check = "{check}"
severity = "error"
source = "office"
"""


@pytest.mark.parametrize(
    ("check", "options", "told"),
    [
        (
            "date",
            'fields = ["DLBM"]\nform = "YYYYMMDD"\nearliest = "1949"',
            "1949 is no date of the form YYYYMMDD",
        ),
        ("code_reference", 'of = { layer = "parcel", field = "BSM" }\ndigits = 6', "DLBM"),
        ("code_reference", "of = 1\ndigits = 6", "a table"),
        ("code_reference", 'of = { layer = "parcel" }\ndigits = 6', "field"),
        ("row_sum", 'parts = ["KCMJ"]\ntolerance = 1', "DLBM"),
        ("outside", 'of = "villages"\ntolerance_m = 0.001', "parcel"),
        ("outside", 'of = "parcel"\ntolerance_m = 0', "above 0"),
        ("overlap", "", "tolerance_m"),
    ],
)
def test_what_a_check_takes_is_checked_too(tmp_path, check, options, told):
    path = Path(written(tmp_path))
    path.write_text(EXAMPLE + RULE.format(check=check) + options, "utf-8")
    with pytest.raises(InputError, match=re.escape(told)):
        load_standard(str(path))


WRONG = ["1", '"x"', "[]", "{}", "true", "nan", '["a"]', "[[1]]", "{ a = 1 }", "2020-01-01", "-3"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_standard_is_told_or_can_be_used(tmp_path_factory, data):
    source = data.draw(st.sampled_from([*standard_ids(), ""]))
    text = (shipped("seeds") / "standards" / f"{source}.toml").read_text("utf-8") if source else EXAMPLE
    lines = text.splitlines()
    keys = [place for place, line in enumerate(lines) if re.match(r'[\w"]+ *=', line)]
    place = data.draw(st.sampled_from(keys))
    lines[place] = f"{lines[place].split('=')[0]}= {data.draw(st.sampled_from(WRONG))}"
    path = tmp_path_factory.mktemp("wrong") / "wrong.toml"
    path.write_text("\n".join(lines), "utf-8")
    with suppress(InputError):
        check_delivery(load_standard(str(path)), delivery_of(samples.survey_delivery()))


def test_several_faults_are_told_at_once(tmp_path):
    path = Path(written(tmp_path, 'check = "code_list"', 'check = "codelist"'))
    path.write_text(path.read_text("utf-8").replace('type = "text"', 'type = "txt"'), "utf-8")
    with pytest.raises(InputError, match="2 faults"):
        load_standard(str(path))


def test_a_code_stands_once(tmp_path):
    path = Path(written(tmp_path))
    rule = EXAMPLE[EXAMPLE.index("[[rule]]") :]
    path.write_text(EXAMPLE + rule, "utf-8")
    with pytest.raises(InputError, match="SJ101 stands twice"):
        load_standard(str(path))


def test_a_standard_that_is_not_there_is_told_with_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="nearest is planning"):
        load_standard("planing")
    with pytest.raises(InputError, match="does not exist"):
        load_standard(str(tmp_path / "nothing.toml"))
    (tmp_path / "gbk.toml").write_bytes("title = '标准'".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        load_standard(str(tmp_path / "gbk.toml"))


def test_a_standard_is_added_by_its_file_alone(tmp_path):
    with changed_declarations(tmp_path) as declared:
        (declared.root / "seeds" / "standards" / "office.toml").write_text(EXAMPLE, "utf-8")
        assert "office" in standard_ids()
        assert load_standard("office").rules[0].code == "SJ101"


def test_the_unit_of_an_area_stands_with_the_standard_that_asks_for_it(tmp_path):
    """An ordinary check takes it from there; where two standards differ, nobody knows the unit."""
    assert area_fields() == {"JSMJ": "m2", "MJ": "m2", "QYMJ": "km2", "TBMJ": "m2"}
    fields = """
[[field]]
name = "DKMJ"
title = "地块面积"
type = "number"
unit = "mu"
source = "office"

[[field]]
name = "MJ"
title = "面积"
type = "number"
unit = "ha"
source = "office"

[[rule]]
code = "SJ301"
check = "area_differs"
severity = "error"
source = "office"
fields = ["DKMJ", "MJ"]
share = 0.01
"""
    with changed_declarations(tmp_path) as declared:
        (declared.root / "seeds" / "standards" / "office.toml").write_text(EXAMPLE + fields, "utf-8")
        assert area_fields() == {"DKMJ": "mu", "JSMJ": "m2", "QYMJ": "km2", "TBMJ": "m2"}
        assert states_areas("DKMJ")
    assert not states_areas("DKMJ")


def test_codes_of_the_standards_are_told_apart():
    codes = [rule.code for name in standard_ids() for rule in load_standard(name).rules]
    assert len(set(codes)) == len(codes)
    assert not set(codes) & set(load_rules())


def test_every_rule_of_a_standard_has_an_example_and_a_remedy():
    for name in standard_ids():
        standard = load_standard(name)
        for rule in standard.rules:
            for said in (example_of(standard, rule), remedy_of(rule)):
                assert said.zh
                assert said.en
                assert "{" not in said.zh + said.en


def test_rules_are_listed_and_explained(capsys):
    code, out, _ = run(capsys, "rule", "--json", "--lang", "en")
    assert code == 0
    listed = {row["code"]: row for row in json.loads(out)}
    assert len(listed) > 400
    assert listed["DC304"]["certainty"] == "text read"
    code, out, _ = run(capsys, "rule", "dc304", "--lang", "en")
    assert code == 0
    assert "how sure: text read" in out
    assert "0.05 mu" in out
    code, out, _ = run(capsys, "rule", "CK021", "--csv")
    assert code == 0
    assert "重叠" in out
    code, _, err = run(capsys, "rule", "CK0021", "--lang", "en")
    assert code == 2
    assert "CK021" in err


def test_the_tables_in_the_documents_are_as_declared(monkeypatch):
    monkeypatch.syspath_prepend(str(HOME / "docs"))
    monkeypatch.delitem(sys.modules, "standards", raising=False)
    import standards

    text = DOCUMENT.read_text("utf-8")
    assert standards.filled(text) == text
    assert text.count("| GH") > 20


def test_repair_does_not_go_with_a_standard(capsys, tmp_path):
    code, _, err = run(
        capsys, "check", tmp_path, "--standard", "survey", "--repair", tmp_path / "a.gpkg", "--lang", "en"
    )
    assert code == 2
    assert "--repair" in err


@pytest.mark.parametrize("value", ["a{99999999999}", "(" * 5000, "("])
def test_a_pattern_that_is_none_is_told(value):
    assert _pattern(value, None) == "pattern"


@pytest.mark.parametrize("name", ["layer", "rule", "source"])
def test_a_standard_without_layers_rules_or_sources_is_none(tmp_path, name):
    """Whatever is held against nothing would have no finding."""
    path = tmp_path / "empty.toml"
    path.write_text(f'title = "空"\n{name} = []\n', "utf-8")
    with pytest.raises(InputError) as error:
        load_standard(str(path))
    assert f"{name} should be tables in double brackets" in str(error.value)


def test_a_database_that_cannot_be_reached_is_told_without_its_password(capsys):
    pytest.importorskip("psycopg")
    address = "postgresql://li:secret@localhost:1/plan?table=redline"
    code, out, err = run(capsys, "check", address, "--standard", "redline", "--lang", "en")
    assert code == 3
    assert "localhost:1/plan" in err
    assert "secret" not in out + err


def test_the_address_of_another_machine_is_told_without_its_password():
    with pytest.raises(InputError) as error:
        list_layers("https://li:secret@example.org/a.gpkg")
    assert "example.org/a.gpkg" in str(error.value)
    assert "secret" not in str(error.value)
