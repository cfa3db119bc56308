"""Every kind of finding has a code of its own, an example and a remedy."""

import re

import pytest
import samples
from declarations import changed_declarations

from geozone.errors import InputError
from geozone.manifest.rules import REMEDY, code_of, example_value, load_rules, placeholders, text_of
from geozone.messages import LANGUAGES, message
from geozone.model import Finding, Severity

TEXTS = samples.all_texts()
KINDS = sorted(key for key in TEXTS if f"{key}{REMEDY}" in TEXTS)


def missing_lines():
    """Return the lines that seeds/rules.toml lacks, with the next codes that nothing has."""
    codes = {rule.key: rule.code for rule in load_rules().values()}
    last = {}
    for key, code in codes.items():
        room = key.partition(".")[0]
        last[room] = max(last.get(room, code), code)
    lines = []
    for key in KINDS:
        room, _, name = key.partition(".")
        if key not in codes:
            letters, number = (last[room][:2], int(last[room][2:])) if room in last else ("??", 0)
            last[room] = f"{letters}{number + 1:03d}"
            lines.append(f'[codes.{room}] {name} = "{last[room]}"')
    return lines


def test_every_sentence_with_a_remedy_has_one_code():
    assert missing_lines() == []
    assert sorted(rule.key for rule in load_rules().values()) == KINDS
    assert len(KINDS) > 300


def test_no_remedy_stands_without_what_it_remedies():
    """A finding goes by its remedy, so that none is without a code."""
    headings = {"words.column_remedy", "standards.explained_remedy"}
    remedies = {key for key in TEXTS if key.endswith(REMEDY)} - headings
    assert {key.removesuffix(REMEDY) for key in remedies} == set(KINDS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_an_example_without_an_open_place(lang):
    for rule in load_rules().values():
        for words in (rule.example.get(lang), rule.remedy.get(lang)):
            assert words
            assert "{" not in words, rule.key


def test_every_place_of_a_sentence_has_an_example():
    for rule in load_rules().values():
        for key in (rule.key, f"{rule.key}{REMEDY}"):
            assert all(example_value(rule.key, name) is not None for name in placeholders(text_of(key))), key


def test_codes_are_two_letters_of_their_room_and_three_digits():
    rooms = {}
    for rule in load_rules().values():
        assert re.fullmatch(r"[A-Z]{2}\d{3}", rule.code)
        assert rooms.setdefault(rule.code[:2], rule.room) == rule.room


def test_the_codes_that_were_given_out_stay_as_they_are():
    """A code in a report of an office means the same for ever; new ones are added, none is changed."""
    codes = {rule.key: rule.code for rule in load_rules().values()}
    kept = {
        "check.overlap": "CK021", "check.stated_area_differs": "CK043", "read.record_broken": "RD023",
        "registers.unknown_status": "RG001", "figures.disagree": "FG034", "run.layer_unused": "RN010",
    }  # fmt: skip
    assert {key: codes[key] for key in kept} == kept


def test_a_finding_goes_by_its_kind_and_one_of_a_standard_by_its_rule():
    said = message("check.layer_empty"), message("check.layer_empty_remedy")
    assert code_of(Finding("layer_empty", Severity.WARNING, "a", *said)) == "CK001"
    assert code_of(Finding("layer_empty", Severity.WARNING, "a", *said, rule="GH112")) == "GH112"


def test_a_kind_without_a_code_is_shown_without_one():
    """Nobody is refused a table of findings since one of them is of a kind that was forgotten."""
    said = message("check.layer_empty"), message("standards.explained_remedy")
    assert code_of(Finding("explained", Severity.WARNING, "a", *said)) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('layer_empty = "CK001"', 'layer_empty = "CK002"', "the code CK002 is that of check.layer_empty"),
        ("given_up = []", 'given_up = ["CK001"]', "the code CK001 is that of given_up"),
        ('layer_empty = "CK001"', 'layer_emptied = "CK001"', "no sentence check.layer_emptied"),
    ],
)
def test_a_code_that_stands_twice_or_for_nothing_is_told_with_its_line(tmp_path, old, new, told):
    with changed_declarations(tmp_path) as declared:
        line = declared.change("seeds/rules.toml", old, new)
        with pytest.raises(InputError) as error:
            load_rules()
    assert told in str(error.value)
    assert "rules.toml, line" in str(error.value)
    assert line < 10
