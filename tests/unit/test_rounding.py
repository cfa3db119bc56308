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
from geozone.figures.embedded import all_figures
from geozone.maps.plain import Strings, number
from geozone.rates.amounts import figure_text
from geozone.rates.verdicts import rounded as compared
from geozone.rounding import digits, percent, printed_places, rounded

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
            "rounding.js", "digits",
            "given.map((value) => [0, 1, 2, 6].map((places) => digits(value, places)))",
        ),
        values,
    )  # fmt: skip
    for value, shown in zip(values, found, strict=True):
        assert shown == [digits(value, count) for count in (0, 1, 2, 6)], value


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


def test_explanation_rounds_half_up():
    result = sample_result()
    result.rates = [
        zone_rate(value=0.03125, low=0.03125, high=0.03125, numerator=1, denominator=32),
    ]
    assert "3.1%" in "\n".join(lines_of(explain(result, "bay_completion"), "en"))


def test_the_decimals_of_a_printed_number_are_counted():
    assert [printed_places(one) for one in ("27.0", "27", "2527.30", "1.3E+2", "0.123456")] == [1, 0, 2, 0, 4]
    [beijing] = [
        one
        for one in all_figures()
        if (one.indicator, one.scope, one.year) == ("pm25_annual_mean", "110000", 2025)
        and not one.preliminary
    ]
    assert figure_text(beijing.value, beijing.unit, beijing.comparator, beijing.places).en.startswith("27.0 ")


def test_the_page_carries_every_digit():
    assert number(9 / 16) == "0.5625"
    assert float(number(1 / 3)) == 1 / 3
    assert percent(9 / 16) == "56.3%"
    assert Strings().add("x") == 0
