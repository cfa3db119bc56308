"""Rows of tables by the units that they belong to."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geozone.rates.grouping import Groups, Joined

CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30)
ABOVE = {"a": ["a", "x", "z"], "b": ["b", "x", "z"], "c": ["c", "z"]}  # d lies in no unit of the zone


@given(CODES)
def test_every_unit_has_the_rows_of_its_parts_in_their_order(finest):
    pairs = [(place, code) for place, one in enumerate(finest) for code in ABOVE.get(one, [])]
    expected = {
        code: [place for place, one in pairs if one == code] for code in sorted({one for _, one in pairs})
    }
    found = Joined.of(finest, ABOVE).by_unit()
    assert {code: rows.tolist() for code, rows in found.items()} == expected
    assert list(found) == list(expected)


@given(CODES, st.data())
def test_sums_by_unit_are_those_of_a_join(finest, data):
    values = data.draw(st.lists(st.floats(0, 1e6), min_size=len(finest), max_size=len(finest)))
    table = pd.DataFrame({"finest": pd.Series(finest, dtype=str), "value": pd.Series(values, dtype=float)})
    above = pd.DataFrame([(one, code) for one in ABOVE for code in ABOVE[one]], columns=["finest", "code"])
    expected = table.merge(above, on="finest").groupby("code")["value"].sum()
    joined = Joined.of(finest, ABOVE)
    sums = table["value"].iloc[joined.rows].groupby(joined.units).sum()
    assert dict(zip(joined.codes, sums, strict=True)) == expected.to_dict()


@given(CODES, st.data())
def test_groups_are_added_up_at_once_as_they_are_one_by_one(codes, data):
    count = len(codes)
    inside = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=bool)
    values = np.array(data.draw(st.lists(st.integers(-1, 5), min_size=count, max_size=count)), dtype=np.intp)
    groups = Groups.of(inside, np.array(codes, dtype=object))
    for code in "abcd":
        rows = [row for row in inside.tolist() if codes[row] == code]
        assert groups.rows_of(code).tolist() == rows
        place = groups.place(code)
        assert (place is None) == (not rows)
        if place is not None:
            assert groups.sizes[place] == len(rows)
            assert groups.numbers(chosen)[place] == sum(chosen[rows])
            assert groups.highest(values)[place] == max(values[rows])
    whole = Groups.of(inside, None)
    assert whole.numbers(chosen) == [chosen[inside].sum()]
    assert whole.rows_of("any").tolist() == inside.tolist()
