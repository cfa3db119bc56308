"""Tables on a terminal: no line wider than it, every text whole."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_result

from geozone import table_output
from geozone.aligned import WIDTH, broken, fitted, width_of
from geozone.cli import main
from geozone.errors import UsageError
from geozone.lists.rates import rate_list
from geozone.model import Level
from geozone.seeds import get_zone

CELLS = st.text(alphabet="生态保护红线，。（）“”≥ km²abc12,.%/-", max_size=60)
ROWS = st.integers(1, 6).flatmap(
    lambda count: st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=1, max_size=6)
)


def without_blanks(words):
    return sorted(re.sub(r"\s", "", words))


@given(ROWS, st.integers(24, 160))
def test_no_line_is_wider_than_the_terminal_and_no_letter_is_lost(cells, width):
    rows = [{f"列{place}": cell for place, cell in enumerate(row)} for row in cells]
    written = fitted(rows, width)
    assert max(map(width_of, written.splitlines()), default=0) <= width
    letters = without_blanks(written)
    for row in cells:
        for cell in row:
            for letter in without_blanks(cell):
                assert letter in letters
    if "列0" in written and "列0: " not in written:  # not in blocks, where empty cells are left out
        assert letters == without_blanks("".join(rows[0]) + "".join(cell for row in cells for cell in row))


def test_lines_end_between_words_and_not_before_a_closing_sign():
    assert broken("生态保护红线（按推算图层），非法定", 12) == ["生态保护红线", "（按推算图", "层），非法定"]
    assert broken("net area of the layer", 10) == ["net area", "of the", "layer"]
    assert broken("110000,120000,130000", 8) == ["110000,", "120000,", "130000"]
    assert broken("", 8) == [""]


def test_numbers_stand_flush_right_and_codes_do_not():
    rows = [{"a": "1,234.5 km²", "b": "110000,120000"}, {"a": "≥ 7 km²", "b": "001"}]
    lines = fitted(rows, 80).splitlines()
    assert lines[2].startswith("    ≥ 7 km²  001")


def test_a_narrow_terminal_gets_a_block_for_each_row():
    rows = [{f"column{place}": f"value{place}" for place in range(6)}]
    assert fitted(rows, 20).splitlines() == [f"column{place}: value{place}" for place in range(6)]


def test_a_table_is_as_wide_as_it_is_where_nobody_looks():
    rows = [{"a": "x" * 200}]
    assert max(map(len, table_output.show(rows, None).splitlines())) == 200
    token = WIDTH.set(40)
    try:
        assert max(map(len, table_output.show(rows, None).splitlines())) == 40
        assert "x" * 200 in table_output.show(rows, "csv")
    finally:
        WIDTH.reset(token)


@pytest.mark.parametrize(("more", "fits"), [((), True), (("--wide",), False)])
def test_wide_leaves_every_row_on_one_line(capsys, monkeypatch, more, fits):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    main(["layers", *more])
    widest = max(map(width_of, capsys.readouterr().out.splitlines()))
    assert (widest <= 60) is fits
    WIDTH.set(None)


def test_rates_begin_with_what_matters_and_name_each_indicator_once():
    result = sample_result()
    short, every = rate_list(result, "zh"), rate_list(result, "zh", every=True)
    assert len(every.rows) == len(result.rates)
    assert every.left_out == []
    assert 0 < len(short.rows) < len(every.rows)
    titles = [row["indicator"] for row in short.rows if row["indicator"]]
    assert len(set(titles)) == len(titles)
    assert short.rows[0]["indicator"]
    assert any("--all" in line.zh for line in short.left_out)
    counties = set(result.units[result.units.level == Level.COUNTY.value].name)
    assert not {row["unit_name"] for row in short.rows if not row["target_value"]} & counties


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("河北", "hebei (Beautiful Hebei)"),
        ("bht", "bth"),
        ("长三角", "yrd"),
        ("Greater Bay", "gba"),
        ("heibei", "hebei"),
    ],
)
def test_a_mistyped_zone_is_told_with_the_one_that_is_meant(word, meant):
    with pytest.raises(UsageError) as caught:
        get_zone(word)
    assert f"Perhaps you mean {meant}" in caught.value.get("en")


def test_a_word_that_means_no_zone_is_told_with_the_choices_alone():
    with pytest.raises(UsageError) as caught:
        get_zone("atlantis")
    assert caught.value.get("en").startswith("There is no zone atlantis. Choose one of: bth")
