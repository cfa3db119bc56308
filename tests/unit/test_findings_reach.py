"""Every finding, wherever it is born, reaches standard error, the record, the tables and the page."""

import ast
import json
import string
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import samples
from sources import tree_of

import geozone
from geozone.export.about_tables import findings_table
from geozone.export.record import write_record
from geozone.maps.payload import zone_payload
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.run.options import Options
from geozone.run.reading import Reading

PACKAGE = Path(geozone.__file__).parent
REMEDY = "_remedy"
CATALOGUE = samples.all_texts()
TEXTS = sorted(key for key in CATALOGUE if f"{key}{REMEDY}" in CATALOGUE)
LANGUAGES = ("zh", "en")


def finding(key, severity=Severity.WARNING):
    """Return a finding of the kind that has a text, with something in each of its placeholders."""
    both = [CATALOGUE[name].get("en") for name in (key, f"{key}{REMEDY}")]
    names = {name for words in both for _, name, _, _ in string.Formatter().parse(words) if name}
    params = {name.split(".")[0].split("[")[0]: 7 for name in names}
    return Finding(
        key.split(".", 1)[1],
        severity,
        f"layer of {key}",  # findings of one kind and layer are told as one
        message(key, **params),
        message(f"{key}{REMEDY}", **params),
    )


FOUND = {key: finding(key) for key in TEXTS}


@pytest.fixture(scope="module")
def told():
    """Return what a run says of one finding of each kind: lines of standard error, and its result."""
    lines = []
    work = Reading(None, Options(notice=lines.append))
    work.keep(list(FOUND.values()), tell=True)
    return lines, replace(samples.sample_result(), findings=work.findings)


@pytest.fixture(scope="module")
def delivered(told, tmp_path_factory):
    """Return what the deliveries hold, as text by name and language."""
    lines, result = told
    path = tmp_path_factory.mktemp("record") / "run.json"
    now = datetime(2026, 1, 1, tzinfo=UTC)
    write_record(result, path, outputs=[], parameters={}, started=now, finished=now)
    record = json.loads(path.read_text("utf-8"))["findings"]
    page = json.dumps(zone_payload(result), ensure_ascii=False)  # its script draws every entry of `findings`
    return {
        lang: {
            "stderr": "\n".join(line.get(lang) for line in lines),
            "record": "\n".join(row["message"][lang] + row["remedy"][lang] for row in record),
            "tables": "\n".join(findings_table(result, lang).frame["message"]),
            "page": page,
        }
        for lang in LANGUAGES
    }


@pytest.mark.parametrize("key", TEXTS)
def test_a_finding_of_each_kind_reaches_everyone(delivered, key):
    for lang in LANGUAGES:
        said = FOUND[key].message.get(lang)
        for place, content in delivered[lang].items():
            expected = json.dumps(said, ensure_ascii=False)[1:-1] if place == "page" else said
            assert expected in content, (place, lang)


def born():
    """Yield every kind that is written out where a finding is made, with its place."""
    makers = {"Finding", "find", "find_each", "add", "_finding", "tell", "_tell", "_report"}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            severity = any(
                isinstance(part, ast.Attribute) and getattr(part.value, "id", "") == "Severity"
                for part in (*node.args, *(word.value for word in node.keywords))
            )
            if name in makers and severity:
                for part in node.args[:1]:
                    for leaf in ast.walk(part):
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                            yield leaf.value, f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_kind_that_is_found_has_its_words():
    known = {key.split(".", 1)[1] for key in TEXTS}
    known |= {"_".join(key.split(".", 1)) for key in TEXTS}  # kinds of a room may go by its name
    known |= {kind.removeprefix("register_") for kind in known} | {f"register_{kind}" for kind in known}
    found = list(born())
    unknown = [(kind, place) for kind, place in found if kind not in known and "_" in kind.rstrip("_")]
    assert unknown == []
    assert len({kind for kind, _ in found}) > 100
