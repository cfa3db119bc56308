"""The worked cases of the story: what was asked for and what is said, word for word; the rules stand in docs/story.md."""

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from story_samples import CASES as SAMPLES

from geozone.story.amounts import NARROW

CASES = tomllib.loads(Path(__file__).with_name("story_cases.toml").read_text("utf-8"))
SAID = [(number, said) for number, case in CASES.items() for said in case.get("said", [])]
SPACES = re.compile(f"[{NARROW}_ ]")


def same(one, other):
    """Whether two sentences have the same words; how wide the spaces between are, is asked elsewhere."""
    return SPACES.sub("", one) == SPACES.sub("", other)


def column(stored):
    return stored if isinstance(stored, list) else [stored["values"][place] for place in stored["places"]]


def told_on_page(built, said):
    """Return the story of a zone, or the sentences of the rates that a case is about, in both languages."""
    page = (built / f"{said['zone']}.html").read_text("utf-8")
    data = json.loads(re.search(r'id="geozone-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    if "unit" not in said:
        return [data["strings"][data["story"]]]
    rates = (column(data["rates"][name]) for name in ("unit_code", "indicator", "target_id"))
    rows = zip(column(data["rate_words"]["statement_text"]), *rates, strict=True)
    return [
        data["strings"][sentence]
        for sentence, unit, indicator, target in rows
        if sentence is not None
        and (unit, indicator) == (said["unit"], said["indicator"])
        and said.get("target", target) == target
    ]


@pytest.mark.parametrize(("number", "said"), SAID, ids=[f"{number} {said['zone']}" for number, said in SAID])
def test_what_is_said_of_the_embedded_data(built, number, said):
    told = told_on_page(built, said)
    assert [one.replace(NARROW, "_") for one in told[0]] == [said["zh"], said["en"]]
    if "unit" not in said:
        record = json.loads((built / f"{said['zone']}_run.json").read_text("utf-8"))
        assert [record["story"][lang] for lang in ("zh", "en")] == told[0]
        assert told[0][0] in (built / "index.html").read_text("utf-8")


def test_a_case_is_said_as_it_was_asked_for_or_the_reason_is_told():
    assert list(CASES) == [str(number) for number in range(1, 25)]
    for number, case in CASES.items():
        if int(number) >= 18:
            continue
        first = case.get("said", [{"zh": "", "en": ""}])[0]
        as_asked = all(same(first[lang], case["asked"][lang]) for lang in ("zh", "en"))
        assert as_asked != bool(case.get("because")), number


def test_the_cases_of_samples_are_said_as_they_were_asked_for():
    asked = [case["asked"] for number, case in CASES.items() if int(number) >= 18]
    told = [sentences for _, *sentences in SAMPLES.values()]
    for one, sentences in zip(asked, told, strict=True):
        assert same(one["zh"], sentences[0])
        assert same(one["en"], sentences[1])


@pytest.mark.skipif(
    "GEOZONE_STORY_CASES" not in os.environ, reason="GEOZONE_STORY_CASES names no file of cases"
)
def test_the_cases_are_those_of_the_file_that_asks_for_them():
    written = Path(os.environ["GEOZONE_STORY_CASES"]).read_text("utf-8")
    parts = re.split(r"^### (\d+)\. .*$", written, flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    assert list(found) == list(CASES)
    for number, part in found.items():
        quoted = re.findall(r"^> (.*)$", part, re.MULTILINE)
        for sentence, lang in zip(quoted, ("zh", "en"), strict=True):
            assert same(
                re.sub(r" ?[（(](安徽省同。|The same for Anhui\.)[）)]", "", sentence),
                CASES[number]["asked"][lang],
            )
