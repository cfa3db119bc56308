"""Registers on their way out and back, and on the map: nothing that nobody edited changes, and map and register agree."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rate_samples import COUNTIES, NAME, ZONE, register, spec, units

from geozone.model import CRS, Basis, Layer, Level, RegisterTotal, Status
from geozone.rates.item_counts import count_items
from geozone.registers import read_register
from geozone.registers.cell_text import as_text
from geozone.registers.package import exported_rows
from geozone.registers.package_edits import read_exported
from geozone.registers.subject import Subject
from geozone.run.register_map import join_registers
from geozone.symbology import Mark, layer_statuses, legend_counts

EXAMPLES = settings(max_examples=15)
CODES = [*COUNTIES, "910100", "920200", "910000", ""]
ITEM = st.tuples(
    st.sampled_from(list(Status)),
    st.sampled_from(["", "2023", "2024-05-01", "2025-12"]),
    st.none() | st.integers(2026, 2030),
    st.none() | st.floats(0.1, 900, allow_nan=False),
    st.sampled_from(CODES),
)
ITEMS = st.lists(ITEM, min_size=1, max_size=10)
BASES = st.sampled_from([Basis.OFFICIAL, Basis.PUBLIC, Basis.WORKING])
UNITS = [("z", Level.ZONE), ("910000", Level.PROVINCE), ("920000", Level.PROVINCE)]
UNITS += [(f"{city}00", Level.CITY) for city in sorted({code[:4] for code in COUNTIES})]
CHARACTERS = "甲乙丙丁戊己庚辛壬癸"


@st.composite
def registers(draw):
    """Draw a register with bases of its own in its rows, and with published totals."""
    rows = draw(ITEMS)
    made = register(rows, draw(BASES))
    made.items["basis"] = [draw(BASES).value for _ in rows]
    made.items["source"] = [draw(st.sampled_from(["公告", "", "=1+1"])) for _ in rows]
    listed = sum(row[4].startswith("92") for row in rows)
    totals = draw(st.sampled_from([(), (RegisterTotal("920000", listed + 3, "公告", "2022"),)]))
    return replace(made, totals=totals)


def counts(made, measure=None):
    return {code: count_items(made, code, level, ZONE, measure) for code, level in UNITS}


def as_table(made):
    table = exported_rows(made).map(as_text)
    table.index = [str(number + 1) for number in table.index]
    return table


def read_back(table, made, basis, features=None):
    found = read_exported(
        table, file="z.gpkg", subject=Subject("bay"), basis=basis, features=features, layer="bays"
    )
    items = pd.DataFrame([row.cells for row in found.rows], columns=made.items.columns)
    items["shore_km"] = pd.to_numeric(items["shore_km"])
    return replace(made, items=items, basis=found.basis, totals=found.totals), found


@EXAMPLES
@given(registers(), BASES)
def test_an_unedited_register_counts_as_before_whatever_the_entry_says(made, basis):
    back, found = read_back(as_table(made), made, basis)
    assert counts(back) == counts(made)
    assert counts(back, "shore_km") == counts(made, "shore_km")
    assert (found.totals, found.basis) == (made.totals, made.basis)
    assert [finding.kind for finding in found.findings] == ["register_kept_basis"]


@EXAMPLES
@given(registers(), BASES)
def test_a_file_of_the_table_gives_the_same_register(tmp_path_factory, made, basis):
    path = tmp_path_factory.mktemp("back") / "z.csv"
    exported_rows(made).to_csv(path, index=False)
    back = read_register(path, role="bay", basis=basis, zone=ZONE)
    assert counts(back) == counts(made)
    assert (back.totals, back.basis, back.source) == (made.totals, made.basis, made.source)


@EXAMPLES
@given(registers(), BASES, st.data())
def test_an_edit_changes_its_own_units_only(made, basis, data):
    table = as_table(made)
    row = data.draw(st.sampled_from(list(table.index)))
    place = table.index.get_loc(row)
    status = data.draw(st.sampled_from([each for each in Status if each != table.loc[row, "status"]]))
    where = data.draw(st.sampled_from(["table", "map", "both"]))
    features = pd.DataFrame({name: table[name].tolist() for name in ("item_id", "name", "status")})
    if where != "table":
        features.loc[place, "status"] = status.value
    if where != "map":
        table.loc[row, "status"] = status.value
    back, found = read_back(table, made, basis, features)
    assert not {"register_layer_contradicts", "register_layer_parts"} & {item.kind for item in found.findings}
    wanted = made.items.copy()
    wanted.loc[place, ["status", "basis"]] = [status.value, basis.value]
    whole = made.basis if len(table) > 1 else basis
    assert counts(back) == counts(replace(made, items=wanted, basis=whole))
    codes = set(made.items.loc[place, ["province_code", "city_code"]]) | {"z"}
    if whole is made.basis:  # what the edited item does not lie in is as it was
        before, after = counts(made), counts(back)
        assert {code for code in before if before[code] != after[code]} <= codes


@EXAMPLES
@given(registers(), BASES, st.data())
def test_edits_that_contradict_each_other_are_told_and_the_table_leads(made, basis, data):
    table = as_table(made)
    row = data.draw(st.sampled_from(list(table.index)))
    place = table.index.get_loc(row)
    others = [each for each in Status if each != table.loc[row, "status"]]
    in_table, on_map = data.draw(st.permutations(others))[:2]
    features = pd.DataFrame({name: table[name].tolist() for name in ("item_id", "name", "status")})
    features.loc[place, "status"] = on_map.value
    table.loc[row, "status"] = in_table.value
    back, found = read_back(table, made, basis, features)
    assert back.items.loc[place, "status"] == in_table
    assert "register_layer_contradicts" in {item.kind for item in found.findings}


@EXAMPLES
@given(
    st.lists(st.sampled_from(CHARACTERS), min_size=1, unique=True),
    st.lists(st.sampled_from(CHARACTERS), min_size=1, unique=True),
    st.lists(
        st.sampled_from(["{}湾", "{} 湾", "{}-湾", "{}—湾", "{}湾（原老湾）"]), min_size=10, max_size=10
    ),
    st.lists(st.sampled_from(list(Status)), min_size=10, max_size=10),
)
def test_map_and_register_agree_and_what_does_not_join_is_told_both_ways(listed, shown, writings, statuses):
    made = register([(status, "", None, 1.0, "910101") for _, status in zip(listed, statuses, strict=False)])
    made.items["name"] = [f"{character}湾" for character in listed]
    names = [form.format(character) for character, form in zip(shown, writings, strict=False)]
    boxes = [shapely.box(0.1, 0.1, 0.2, 0.2)] * len(names)
    data = gpd.GeoDataFrame({"name": names, "code": "910101"}, geometry=boxes, crs=CRS)
    # one feature and one item that are left in a county are taken to be the same: a second item keeps them apart
    made.items = pd.concat(
        [made.items, made.items.tail(1).assign(item_id="x", name="外湾")], ignore_index=True
    )
    made.items = pd.concat(
        [made.items, made.items.tail(1).assign(item_id="y", name="里湾")], ignore_index=True
    )
    bays = Layer("bays", data, replace(spec("bays"), role="bay", title=NAME))
    layers, findings = join_registers({"bays": bays}, {"bay": made}, units(), ZONE)
    told = {item.kind.removeprefix("register_"): item.message.get("zh") for item in findings["bays"]}
    status_of = dict(zip(listed, statuses, strict=False))
    drawn = layer_statuses(layers["bays"], {"bay": made})
    assert drawn == [status_of.get(character, Mark.OFF_REGISTER) for character in shown]
    both = set(listed) & set(shown)
    amounts = legend_counts(layers["bays"], {"bay": made}, drawn)
    assert sum(amounts[status] for status in Status) == len(both)
    for kind, names_told in (("not_drawn", set(listed) - both), ("off_register", set(shown) - both)):
        words = told.get(kind, "").split("：")[-1]
        assert {character for character in CHARACTERS if character in words} == names_told, kind


@pytest.mark.parametrize("basis", list(Basis))
def test_ten_of_thirty_four_stay_ten_of_thirty_four(basis):
    rows = [(Status.BUILT, "2024", None, 1.0, "920101")] * 10 + [
        (Status.PLANNED, "", 2027, 1.0, "920201")
    ] * 5
    made = replace(register(rows, Basis.WORKING), totals=(RegisterTotal("920000", 34, "公告", "2022"),))
    back, _ = read_back(as_table(made), made, basis)
    tally = count_items(back, "920000", Level.PROVINCE, ZONE).tally
    assert (tally.built, tally.possible, tally.total) == (10, 19, 34)
