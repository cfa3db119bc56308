"""Two deliveries held against each other: every edit is told once, and nothing else."""

import json
import shutil

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from samples import result_of_many

from geozone.cli import cli
from geozone.diff import compare, difference_rows, difference_text
from geozone.errors import InputError
from geozone.export.geopackage import write_geopackage


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """Return a GeoPackage as it was delivered."""
    path = tmp_path_factory.mktemp("delivered") / "bth.gpkg"
    write_geopackage(result_of_many(), path, lang="zh")
    return path


@pytest.fixture
def returned(delivered, tmp_path):
    """Return a copy of it that may be edited."""
    return shutil.copy(delivered, tmp_path / "bth.gpkg")


def edit(path, layer, change):
    """Change a table of a GeoPackage in place."""
    frame = pyogrio.read_dataframe(path, layer=layer)
    changed = change(frame)
    pyogrio.write_dataframe(frame if changed is None else changed, path, layer=layer, driver="GPKG")


def told(old, new):
    return [
        (one.part.value, one.table, one.item, one.change.value, one.field, one.old, one.new)
        for one in compare(old, new)
    ]


def test_a_delivery_does_not_differ_from_itself(delivered):
    assert compare(delivered, delivered) == []
    assert difference_text([], "zh") == "没有不同。"


def test_a_file_that_was_written_anew_does_not_differ(delivered, returned):
    for layer in ("registers", "bays", "rates"):
        edit(returned, layer, lambda frame: frame)
    assert compare(delivered, returned) == []


def test_twelve_edits_of_different_kinds_are_told_and_nothing_else(delivered, returned):
    """Status, date, source, emptied field, bad status, key, deletion and addition in registers; status, shape, deletion, addition and key in bays."""
    before = pyogrio.read_dataframe(delivered, layer="registers")
    bays = pyogrio.read_dataframe(delivered, layer="bays")
    ids = list(before.item_id)
    assert len(ids) >= 7
    assert len(bays) >= 4

    def registers(frame):
        frame.loc[0, "status"] = "planned" if frame.loc[0, "status"] != "planned" else "built"  # 1
        frame.loc[0, "status_date"] = "2026-05"  # 2
        frame.loc[1, "source"] = "验收文件"  # 3
        frame.loc[2, "name_en"] = None  # 4
        frame.loc[3, "status"] = "差不多建成"  # 5
        frame.loc[4, "item_id"] = "bay-renamed"  # 6
        added = frame.iloc[[1]].assign(item_id="bay-new", name="新湾", item_as_exported=None)  # 7
        return pd.concat([frame.drop(index=5), added], ignore_index=True)  # 8

    def features(frame):
        frame.loc[1, "status"] = "built" if frame.loc[1, "status"] != "built" else "planned"  # 9
        frame.loc[1, "geometry"] = shapely.affinity.translate(frame.geometry[1], 0.01, 0)  # 10
        new = gpd.GeoDataFrame({"name": ["新湾"]}, geometry=[shapely.MultiPolygon([shapely.box(119, 38, 119.1, 38.1)])], crs=frame.crs)  # 11  # fmt: skip
        return pd.concat([frame.drop(index=2), new], ignore_index=True)  # 12

    edit(returned, "registers", registers)
    edit(returned, "bays", features)
    found = compare(delivered, returned)
    rows = {(one.table, one.item, one.change.value, one.field): (one.old, one.new) for one in found}
    assert len(rows) == len(found) == 12
    assert {one.part.value for one in found} == {"data"}
    register = before.register_id[0]
    keys = {(item, change, field) for table, item, change, field in rows if table == register}
    assert keys == {
        (ids[0], "changed", "status"),
        (ids[0], "changed", "status_date"),
        (ids[1], "changed", "source"),
        (ids[2], "changed", "name_en"),
        (ids[3], "changed", "status"),
        (ids[4], "key_changed", "item_id"),
        (ids[5], "deleted", ""),
        ("bay-new", "added", ""),
    }
    assert rows[register, ids[4], "key_changed", "item_id"] == (ids[4], "bay-renamed")
    assert sorted((change, field) for table, _, change, field in rows if table == "bays") == [
        ("added", ""), ("changed", "status"), ("deleted", ""), ("geometry", "geometry"),
    ]  # fmt: skip
    (moved,) = [one for one in found if one.field == "geometry"]
    assert "m" in moved.why.en
    assert 800 < float(moved.why.en.split()[-2].replace(",", "")) < 900  # 0.01° of longitude near 39°N
    (bad,) = [one for one in found if one.new == "差不多建成"]
    assert "不是规定的状态代码" in bad.why.zh


def test_a_verdict_that_flipped_is_told_with_the_value_and_the_edits_behind_it(delivered, returned):
    rates = pyogrio.read_dataframe(delivered, layer="rates")
    row = rates[(rates.indicator == "bay_completion") & rates.verdict.notna()].index[0]

    def flip(frame):
        frame.loc[row, ["value", "low", "high"]] = 0.987
        frame.loc[row, "verdict"] = "met"

    edit(returned, "rates", flip)
    edit(returned, "registers", lambda frame: frame.drop(index=0))
    found = compare(delivered, returned)
    (verdict,) = [one for one in found if one.part.value == "verdicts"]
    assert verdict.new == "met"
    assert "→ 98.7%" in verdict.why.zh
    assert "数据改动：美丽海湾名录 1 处" in verdict.why.zh
    written = difference_text(found, "zh")
    assert "判定改变" in written
    assert "已达到" in written


def test_a_rate_is_told_once_in_a_form_that_shows_what_differs(delivered, returned):
    rates = pyogrio.read_dataframe(delivered, layer="rates")
    rows = rates[(rates.indicator == "redline_coverage") & rates.value.notna()].index[:2]

    def change(frame):
        frame.loc[rows[0], ["value", "low", "high"]] += 1e-6
        frame.loc[rows[1], "basis"] = "official"

    edit(returned, "rates", change)
    found = [one for one in compare(delivered, returned) if one.words]
    assert len(found) == 2
    (digits, basis) = (one.words for one in found)
    assert digits[0] != digits[1]
    assert [word.zh[-1] for word in digits] == ["%", "%"]
    assert basis[1].zh.endswith("（官方）")
    lines = difference_text(compare(delivered, returned), "en").splitlines()
    assert len(lines) == 3  # a heading, and a line each


def test_targets_figures_and_inputs_are_compared(delivered, returned):
    edit(returned, "targets", lambda frame: frame.assign(value=frame.value.fillna(0) + 1).iloc[:1])
    found = told(delivered, returned)
    assert {part for part, *_ in found} == {"targets"}
    assert any(change == "changed" and field == "value" for _, _, _, change, field, _, _ in found)


def test_many_differences_of_one_kind_are_counted_unless_all_are_asked_for(delivered, returned):
    edit(returned, "rates", lambda frame: frame.iloc[:0])
    found = compare(delivered, returned)
    count = len(pyogrio.read_dataframe(delivered, layer="rates"))
    assert len(found) == count
    if count > 30:
        assert f"另有 {count - 30} 处" in difference_text(found, "zh")
    assert len(difference_text(found, "zh", every=True).splitlines()) == count + 1


def test_zones_that_only_one_of_two_builds_has_are_told(delivered, tmp_path):
    for folder, zones in (("old", ["bth"]), ("new", ["bth", "yrd"])):
        (tmp_path / folder).mkdir()
        for zone in zones:
            shutil.copy(delivered, tmp_path / folder / f"{zone}.gpkg")
    edit(tmp_path / "new" / "yrd.gpkg", "zone", lambda frame: frame.assign(code="yrd"))
    assert told(tmp_path / "old", tmp_path / "new") == [("zones", "", "yrd", "added", "", None, None)]
    assert "只有新的一份有区域 yrd" in difference_text(compare(tmp_path / "old", tmp_path / "new"), "zh")
    both = compare(tmp_path / "old" / "bth.gpkg", tmp_path / "new" / "yrd.gpkg")
    assert "bth → yrd" in difference_text(both, "zh")


def test_the_command_prints_sentences_or_rows(delivered, returned):
    edit(returned, "registers", lambda frame: frame.drop(index=0))
    done = CliRunner().invoke(cli, ["diff", str(delivered), str(returned)], catch_exceptions=False)
    assert "美丽海湾名录：删除" in done.stdout
    done = CliRunner().invoke(cli, ["diff", str(delivered), str(returned), "--json"], catch_exceptions=False)
    (row,) = json.loads(done.stdout)
    assert row["change"] == "deleted"
    assert difference_rows(compare(delivered, returned), "en")[0]["item"] == row["item"]
    done = CliRunner().invoke(cli, ["diff", str(delivered), str(delivered), "--json"], catch_exceptions=False)
    assert json.loads(done.stdout) == []


def test_what_geozone_did_not_write_is_refused(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 1)], crs=4490).to_file(tmp_path / "other.gpkg")
    (tmp_path / "text.gpkg").write_text("no GeoPackage")
    for name, words in (
        ("other.gpkg", "geozone change"),
        ("text.gpkg", "cannot be read"),
        ("none.gpkg", "There is no"),
        ("", "holds no GeoPackage"),
    ):
        with pytest.raises(InputError, match=words):
            compare(tmp_path / name, tmp_path / name)
