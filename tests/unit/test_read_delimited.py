"""Delimited text: which character delimits, and quotes that have no partner."""

import pytest

from geozone.read.delimited import read_rows

HEAD = "序号,海湾,市,状态\n"
FIVE = ["1,北湾,唐山,建成", "2,南湾,唐山,在建", "3,东湾,沧州,建成", "4,西湾,沧州,在建", "5,中湾,唐山,建成"]


def names(found):
    return [row[1] for row in found.cells[1:]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_the_delimiter_is_the_one_that_most_rows_agree_on(delimiter):
    text = "某省海湾名录（截至2025年底）\n" + (HEAD + "\n".join(FIVE)).replace(",", delimiter)
    found = read_rows(text)
    assert found.delimiter == delimiter
    assert [len(row) for row in found.cells] == [1, 4, 4, 4, 4, 4, 4]


def test_a_first_line_may_state_the_delimiter():
    found = read_rows("sep=;\nname;status\na,b;built\n")
    assert found.cells == [["name", "status"], ["a,b", "built"]]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("later", [False, True])
def test_a_stray_quote_costs_no_row(place, later):
    """Whether a quote further down closes the cell or none does."""
    lines = list(FIVE)
    name = lines[place].split(",")[1]
    lines[place] = lines[place].replace(name, f'"{name}')
    if later and place < 4:
        other = lines[4].split(",")[1]
        lines[4] = lines[4].replace(other, f'"{other}"')
    found = read_rows(HEAD + "\n".join(lines) + "\n")
    assert names(found) == ["北湾", "南湾", "东湾", "西湾", "中湾"]
    assert found.stray == [place + 1]


def test_a_quoted_cell_may_hold_lines_delimiters_and_quotes():
    text = HEAD + '1,"北\n湾",唐山,建成\n2,"南,湾","唐\n山","""建成"""\n'
    found = read_rows(text)
    assert found.cells[1:] == [["1", "北\n湾", "唐山", "建成"], ["2", "南,湾", "唐\n山", '"建成"']]
    assert found.stray == []


def test_outlines_over_several_lines_are_one_cell():
    text = 'name,wkt\na,"POLYGON((1 2,3 4,\n5 6,1 2))"\nb,"POLYGON((1 2,3 4,\n5 6,1 2))"\n'
    found = read_rows(text)
    assert [row[0] for row in found.cells] == ["name", "a", "b"]
    assert found.stray == []


@pytest.mark.parametrize("text", ["", "\n", "甲", "甲\n乙\n"])
def test_text_without_a_delimiter_is_one_column(text):
    assert all(len(row) <= 1 for row in read_rows(text).cells)


def test_nulls_are_left_out_and_a_wide_row_is_read():
    assert read_rows("a\x00b,c\n").cells == [["ab", "c"]]
    wide = ",".join(map(str, range(100_000)))
    assert [len(row) for row in read_rows(f"{wide}\n{wide}\n").cells] == [100_000] * 2


def test_text_that_a_spreadsheet_keeps_from_becoming_a_number():
    words = '名,码,经度\n甲,="130200",="117.2"\n乙,"=""130300""",117.3\n丙,=A1,117.4\n'
    assert read_rows(words).cells[1:] == [
        ["甲", "130200", "117.2"],
        ["乙", "130300", "117.3"],
        ["丙", "=A1", "117.4"],
    ]
