"""Rates of declared indicators are those that the first engine computed of the embedded layers."""

import json
from pathlib import Path

import pandas as pd
import pytest
from samples import BUILT_ZONES

KEPT = Path(__file__).with_name("rates_of_the_first_engine.csv")
NUMBERS = ["numerator", "denominator", "value", "low", "high", "gap"]
KEY = ["unit_code", "indicator", "target_id"]


@pytest.mark.parametrize("zone", BUILT_ZONES)
def test_every_number_of_the_first_engine_is_given_still(built, zone):
    before = pd.read_csv(KEPT, dtype={"unit_code": str})
    before = before[before["zone"] == zone].fillna({"target_id": ""})
    rows = json.loads((built / f"{zone}_rates.json").read_text("utf-8"))["rates"]
    now = pd.DataFrame(rows).fillna({"target_id": ""})
    now = now[(now["kind"] != "reported") & ~now["target_id"].str.startswith("floor_")]
    both = before.merge(now, on=KEY, suffixes=("", "_now"), how="left", indicator=True)
    # a rate that is held against a floor of another document has no row without a target any more
    lost = both[both["_merge"] == "left_only"]
    floors = {row["unit_code"] for row in rows if (row["target_id"] or "").startswith("floor_")}
    assert set(lost["indicator"]) <= {"redline_area"}
    assert set(lost["unit_code"]) <= floors
    kept = both[both["_merge"] == "both"]
    assert len(kept) > 400
    for name in NUMBERS:
        same = pd.to_numeric(kept[name]) - pd.to_numeric(kept[f"{name}_now"])
        assert same.abs().max() <= 1e-9 * max(1.0, pd.to_numeric(kept[name]).abs().max()), name
        assert (kept[name].isna() == kept[f"{name}_now"].isna()).all(), name
    assert (kept["verdict"].fillna("") == kept["verdict_now"].fillna("")).all()
