"""One rounding for every output: half up, the same digits in Python and in the page's script."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_result

import geozone
from geozone.explain import explain, lines_of
from geozone.export.sheet_panel import figure, target
from geozone.maps.payload import Strings, number
from geozone.maps.wording import gap_text, rate_text, target_text
from geozone.messages import room
from geozone.model import Comparator, Kind
from geozone.rates.digits import gap_places, value_text
from geozone.rates.verdicts import rounded as compared
from geozone.rounding import digits, exact_places, percent, rounded

SOURCE = Path(geozone.__file__).parent / "maps" / "frontend" / "src"
LARGEST = 400
PLACES = (0, 1, 2)


@pytest.fixture(scope="module")
def node():
    """Return a function that runs a script module of the page and reads what it prints."""
    beside = Path(sys.executable).parent / "node"
    program = str(beside) if beside.exists() else shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")

    def run(script, given_=None):
        done = subprocess.run(
            [program, "--input-type=module", "-e", script],
            input=json.dumps(given_), capture_output=True, text=True, check=True, timeout=120, cwd=SOURCE,
        )  # fmt: skip
        return json.loads(done.stdout)

    return run


def script(module, names, body):
    return (
        f"import {{ {names} }} from '{(SOURCE / module).as_uri()}';\n"
        "import { readFileSync } from 'node:fs';\n"
        "const given = JSON.parse(readFileSync(0, 'utf8'));\n"
        f"process.stdout.write(JSON.stringify({body}));"
    )


def half_up(share, places):
    """Return a fraction in per cent by whole numbers alone."""
    scaled = share * 100 * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = f"{whole:0{places + 1}d}"
    return f"{text[: len(text) - places]}.{text[-places:]}" if places else text


@cache
def shares(places):
    """Return every share of a list of up to `LARGEST` items in per cent."""
    return [
        [digits(built / total * 100, places) for built in range(total + 1)] for total in range(1, LARGEST + 1)
    ]


@pytest.mark.parametrize("places", PLACES)
def test_every_share_of_a_list_is_rounded_half_up(places):
    for total, row in enumerate(shares(places), 1):
        assert row == [half_up(Fraction(built, total), places) for built in range(total + 1)], total


def test_the_page_prints_the_digits_of_python_for_every_share_of_a_list(node):
    found = node(
        script(
            "rounding.js", "digits",
            f"{list(PLACES)}.map((places) => Array.from({{ length: {LARGEST} }}, (_, n) => "
            "Array.from({ length: n + 2 }, (_, k) => digits((k / (n + 1)) * 100, places)).join(' ')))",
        )
    )  # fmt: skip
    for places, rows in zip(PLACES, found, strict=True):
        assert [row.split(" ") for row in rows] == shares(places)


@given(st.lists(st.floats(-1e15, 1e15, allow_nan=False), min_size=50, max_size=200))
def test_a_number_is_never_moved_by_more_than_half_a_last_place(values):
    for value in values:
        for places in (0, 1, 2, 6):
            near = abs(Fraction(rounded(value, places)) - Fraction(value))
            assert near <= Fraction(1, 2 * 10**places) + abs(Fraction(value)) / 10**11


def test_the_page_prints_the_digits_of_python_for_any_number(node):
    dyadic = [k / 2**power for power in (1, 4, 10, 20, 33) for k in (1, 3, 12345, 987654321, 2**40 + 1)]
    edges = [0.0, 5e-324, 1e-7, 0.05, 0.5, 1.5, 2.5, 999.95, 0.0449999999999, 1e21, 1.7e308, 0.1 + 0.2]
    edges += [123456.7890625, 1234567.890625, 0.5 - 2**-54]
    chance = random.Random(7)
    noise = [chance.random() * 10.0 ** chance.randint(-6, 12) for _ in range(2000)]
    values = [sign * value for value in (*dyadic, *edges, *noise) for sign in (1, -1)]
    found = node(
        script(
            "rounding.js", "digits, exactPlaces",
            "given.map((value) => [[0, 1, 2, 6].map((places) => digits(value, places)), exactPlaces(value)])",
        ),
        values,
    )  # fmt: skip
    for value, (shown, places) in zip(values, found, strict=True):
        assert shown == [digits(value, count) for count in (0, 1, 2, 6)], value
        if abs(value) < 1e15 and (value == 0 or abs(value) > 1e-9):
            assert places == exact_places(value), value


def test_there_is_no_minus_zero():
    assert digits(-0.04, 1) == "0.0"
    assert digits(-0.05, 1) == "-0.1"


def test_what_is_printed_is_what_is_compared():
    for total in range(1, 60):
        for built in range(total + 1):
            for places in (0, 1):
                share = compared(built / total, places)
                assert digits(share * 100, places) == digits(built / total * 100, places)


def zone_rate(**changes):
    rate = next(rate for rate in sample_result().rates if rate.target_id == "S-1")
    return replace(rate, **changes)


RATES = [
    zone_rate(value=9 / 16, low=9 / 16, high=9 / 16, numerator=9, denominator=16, gap=-1),
    zone_rate(value=0.5496, low=0.5496, high=0.5496, target_value=0.55, gap=0.04, gap_unit="percentage_points"),
    zone_rate(value=6 / 11, low=6 / 11, high=6 / 11, target_value=0.545, gap=0),
    zone_rate(value=None, low=0, high=9 / 16, target_value=0.2325, gap=12, gap_unit="percentage_points"),
    zone_rate(value=None, low=None, high=None, target_value=None, gap=None),
    zone_rate(kind=Kind.AREA, unit="km2", value=36389.7, target_value=36390, gap=0.3, gap_unit="km2"),
    zone_rate(kind=Kind.AREA, unit="km2", value=9.125, target_value=36389.75, gap=36380.625, gap_unit="km2"),
    zone_rate(kind=Kind.AREA, unit="km2", value=0.005, target_value=None, comparator=None, gap=None),
    zone_rate(value=0.1, target_value=0.2, gap=123.45, gap_unit="km", comparator=Comparator.ABOUT),
    zone_rate(value=0.1, target_value=0.2, gap=12.345, gap_unit="km", comparator=Comparator.AT_MOST),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_index_say_a_rate_in_the_same_words(node, lang):
    names = ("value", "low", "high", "target_value", "gap")
    rows = [
        {name: getattr(rate, name) for name in names}
        | {"gap_unit": rate.gap_unit, "comparator": rate.comparator, "kind": rate.kind}
        for rate in RATES
    ]
    texts = {name: [value.zh, value.en] for name, value in room("maps").items()}
    body = (
        "given.rows.map((rate) => [rateText(rate, rate.kind), rate.comparator ? "
        "targetText(rate, null, rate.kind) : null, gapText(rate)])"
    )
    module = script("format.js", "rateText, targetText, gapText", body)
    module = (
        f"import {{ setTexts, setLanguage }} from '{(SOURCE / 'text.js').as_uri()}';\n"
        "globalThis.document = { documentElement: {} };\n"
        + module.replace(
            "process.stdout", f"setTexts(given.texts, []); setLanguage('{lang}');\nprocess.stdout"
        )
    )
    found = node(module, {"rows": rows, "texts": texts})
    for rate, (value, goal, gap) in zip(RATES, found, strict=True):
        assert value == rate_text(rate).get(lang)
        if rate.comparator is not None:
            assert goal == target_text(replace(rate, target_year=None)).get(lang)
        spoken = gap_text(rate)
        assert gap == ("" if spoken is None else spoken.get(lang))


def test_the_sheet_prints_what_the_page_prints():
    for rate in RATES:
        if rate.value is not None:
            assert figure(rate) == value_text(rate)
    assert figure(RATES[3]) == "0%–56.3%"  # there is little room: ends without needless decimals
    assert figure(RATES[4]) == "—"
    assert target(RATES[6]) == "≥36,389.75 km² (2027)"


def test_explanation_rounds_half_up():
    result = sample_result()
    result.rates = [
        zone_rate(value=0.03125, low=0.03125, high=0.03125, numerator=1, denominator=32),
    ]
    assert "3.13 %" in "\n".join(lines_of(explain(result, "bay_completion"), "en"))


def test_a_gap_is_never_shown_as_nothing():
    assert gap_places(0.0004, "percentage_points") == 4
    assert gap_places(0.0, "km2") == 0


def test_the_page_carries_every_digit():
    assert number(9 / 16) == "0.5625"
    assert float(number(1 / 3)) == 1 / 3
    assert percent(9 / 16) == "56.3%"
    assert Strings().add("x") == 0
