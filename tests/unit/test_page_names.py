"""The page knows no role, layer, register, indicator or status by name: what it does with one, the data tell it."""

import re
from pathlib import Path

import pytest
from samples import sample_result

import geozone
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import load_layers, load_registers, register_roles
from geozone.manifest.roles import load_roles
from geozone.maps.document import Page
from geozone.maps.payload import zone_payload
from geozone.maps.style import data_styles
from geozone.model import Basis, Status, Verdict
from geozone.symbology import (
    BASIS_COLOURS,
    DARK,
    LEGEND_ORDER,
    VERDICT_COLOURS,
    VERDICT_MARKS,
    Mark,
    by_night,
)

SOURCES = Path(geozone.__file__).parent / "maps" / "frontend" / "src"
SCRIPTS, SHEETS = sorted(SOURCES.glob("*.js")), sorted(SOURCES.glob("*.css"))
SUBJECT = {
    *load_roles(), *load_layers(), *load_registers(), *register_roles(), *load_indicators(),
    *Status, *Verdict, *Basis, *Mark,
}  # fmt: skip
OWN = {"unit", "place", "places"}  # what the page calls an administrative unit, and what documents name
# plain words of the language, which a script may use for a variable or a property of its own
PLAIN = {
    "unit",
    "line",
    "point",
    "area",
    "boundary",
    "population",
    "concentration",
    "several",
    "plain",
    "place",
    "places",
}
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`]*)`")


def code_of(path):
    return COMMENT.sub("", path.read_text("utf-8"))


def literals(source):
    """Return the words of the literals of a script, without what is put into them."""
    for match in LITERAL.finditer(source):
        yield from re.findall(
            r"[a-z][a-z0-9_]*", re.sub(r"\$\{[^}]*\}", " ", next(filter(None, match.groups()), ""))
        )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_writes_no_name_of_the_subject(path):
    source = code_of(path)
    written = {word for word in literals(source) if word in SUBJECT - OWN}
    named = set(re.findall(r"(?:\.|\b)([a-z][a-z0-9_]*)\b", LITERAL.sub("''", source))) & SUBJECT - PLAIN
    assert (written, named) == (set(), set())


def test_a_name_of_the_subject_would_be_found():
    assert "redline" in set(literals("layer.role === 'redline'"))
    assert "built" in set(literals("`status-built ${status}`"))
    assert "built" not in set(literals("`status-${built}`"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_style_sheet_colours_nothing_that_the_data_say(path):
    classes = set(
        re.findall(r"\.\b(?:status|pill|mark|badge|bar-value\.verdict)-([a-z_]+)", path.read_text("utf-8"))
    )
    assert classes & SUBJECT == set()


def test_the_colours_of_data_are_those_of_the_symbology():
    rules = data_styles()
    for drawn in LEGEND_ORDER:
        assert f".status-{drawn.value}{{" in rules
    for verdict in Verdict:
        assert (
            f".pill-{verdict.value}{{color:{VERDICT_COLOURS[verdict][0]};background:{VERDICT_COLOURS[verdict][1]}}}"
            in rules
        )
    for basis in Basis:
        assert f".badge-{basis.value}{{color:{BASIS_COLOURS[basis]}" in rules
    page = Page(title="t", lang="zh")
    assert rules in page.render()


def test_the_payload_says_what_the_page_must_know_of_statuses_and_verdicts():
    payload = zone_payload(sample_result())
    assert payload["marks"] == {verdict.value: VERDICT_MARKS[verdict] for verdict in Verdict}
    assert payload["drawn"]["order"] == [drawn.value for drawn in LEGEND_ORDER]
    assert {payload["drawn"]["undated"]} < {status.value for status in Status}
    assert set(payload["drawn"]["uncounted"]) == {mark.value for mark in Mark}


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_of_verdicts_and_bases_can_be_read_on_their_ground():
    assert all(contrast(word, ground) >= 4.5 for word, ground in VERDICT_COLOURS.values())
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in BASIS_COLOURS.values())


def test_words_of_verdicts_and_bases_can_be_read_by_night():
    assert f"--card: {DARK};" in (
        Path(geozone.__file__).parent / "maps" / "frontend" / "src" / "base.css"
    ).read_text("utf-8")
    colours = [word for word, _ in VERDICT_COLOURS.values()] + list(BASIS_COLOURS.values())
    for colour in colours:
        assert 4.5 <= contrast(by_night(colour), DARK) < 5.2  # no paler than it must be
        assert by_night(colour) in data_styles()
