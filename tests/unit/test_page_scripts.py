"""The scripts of the page: their own tests, run by node, and the types of what the page is given."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from samples import sample_result

import geozone
from geozone.maps import assets
from geozone.maps.page import render_page

FRONTEND = Path(geozone.__file__).parent / "maps" / "frontend"
TESTS = sorted((FRONTEND / "tests").glob("*.test.js"))
TYPES = (FRONTEND / "types.d.ts").read_text("utf-8")


def node():
    """Return the program that runs scripts."""
    beside = Path(sys.executable).parent / "node"
    program = str(beside) if beside.exists() else shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed: make setup")
    if not (FRONTEND / "node_modules").exists():
        pytest.skip("the packages of the page's scripts are not installed: make setup")
    return program


def test_the_scripts_of_the_page_pass_their_own_tests():
    done = subprocess.run(
        [node(), "--test", "--test-reporter=tap", *TESTS],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120, cwd=FRONTEND,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    passed = int(re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE).group(1))
    assert passed == sum(len(re.findall(r"^test\(", path.read_text("utf-8"), re.MULTILINE)) for path in TESTS)


def declared(name):
    """Return the names that a type of the page declares, each with whether it may be absent."""
    body = re.search(rf"^  interface {name}\b[^{{]*\{{(.*?)^  \}}", TYPES, re.DOTALL | re.MULTILINE).group(1)
    return {found: bool(mark) for found, mark in re.findall(r"^    (\w+)(\??):", body, re.MULTILINE)}


def differing(name, keys):
    """Return what a type says that a value lacks, and what the value has that the type does not say."""
    said = declared(name)
    return {one for one, optional in said.items() if not optional} - set(keys), set(keys) - set(said)


@pytest.fixture(scope="module")
def payload():
    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    html = render_page(sample_result())
    return json.loads(re.search(r'id="geozone-data">(.*?)</script>', html, re.DOTALL).group(1))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Payload", lambda data: [data]),
        ("StoredRate", lambda data: [data["rates"]]),
        ("RateWords", lambda data: [data["rate_words"]]),
        ("Indicator", lambda data: data["indicators"].values()),
        ("Classes", lambda data: [one for entry in data["indicators"].values() for one in entry["classes"].values()]),
        ("Target", lambda data: data["targets"].values()),
        ("Item", lambda data: [one["items"] for one in data["registers"].values()]),
        ("Source", lambda data: data["sources"]),
        ("LegendEntry", lambda data: [one for layer in data["layers"] for one in layer["legend"]]),
        ("PaintSymbol", lambda data: [one["symbol"] for layer in data["layers"] for one in layer["legend"]]),
    ],
)  # fmt: skip
def test_the_types_of_the_page_are_what_it_is_given(payload, name, values):
    found = list(values(payload))
    assert found
    for value in found:
        assert differing(name, value) == (set(), set())


def test_the_type_of_a_layer_is_what_the_page_is_given(payload):
    words = declared("LayerWords")
    for layer in payload["layers"]:
        assert differing("StoredLayer", set(layer) - set(words)) == (set(), set())
        assert set(words) <= set(layer)
