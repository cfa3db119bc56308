"""Map and register say the same, and what does not join is told both ways."""

from dataclasses import asdict, replace

import pytest
import shapely
from rate_samples import register
from samples import sample_layer, sample_result, sample_units

from geozone.export.result_tables import content
from geozone.manifest.roles import load_roles
from geozone.maps.page import render_page
from geozone.maps.style import crowded_symbol, layer_symbols, status_symbol, symbol
from geozone.model import LayerStyle, Severity, Status
from geozone.run.layers import checked_parts
from geozone.run.register_map import join_registers
from geozone.seeds import get_zone
from geozone.symbology import Mark, drawn_style, layer_statuses, legend_counts

ZONE = replace(get_zone("bth"), members=("910000", "920000"))
UNITS = sample_units()
STYLE = LayerStyle("status", fill="#2b6ca3", stroke="#1b4a73")


def items(*rows):
    """Return a register of (name, code, status) rows."""
    made = register([(status, "", None, 1.0, code) for _, code, status in rows])
    made.items["name"] = [name for name, _, _ in rows]
    return made


def layer(*rows, **columns):
    """Return a layer of (name, code, kind) rows, side by side in the first unit."""
    boxes = [shapely.box(116.01 + i / 20, 38.01, 116.04 + i / 20, 38.04) for i in range(len(rows))]
    names, codes, kinds = (list(column) for column in zip(*rows, strict=True))
    made = sample_layer("bays", "bay", boxes, STYLE, code=codes, kind=kinds, **columns)
    made.data["name"] = names
    return made


def joined(made, listed, **own):
    layers, findings = join_registers({"bays": made}, {"bay": listed}, UNITS, ZONE, **own)
    return layers["bays"], {item.kind.removeprefix("register_"): item for item in findings["bays"]}


def test_the_map_draws_the_status_of_the_register_not_its_own():
    made = layer(("甲湾", "", ""), ("乙湾", "", ""), status=["unknown", "unknown"])
    listed = items(("甲湾", "910101", Status.BUILT), ("乙湾", "910101", Status.PLANNED))
    shown, told = joined(made, listed)
    assert layer_statuses(shown, {"bay": listed}) == [Status.BUILT, Status.PLANNED]
    assert list(shown.data["item_id"]) == ["b0", "b1"]
    assert told == {}  # that the layer did not know is no contradiction


def test_a_layer_that_says_another_status_is_told_and_the_register_leads():
    made = layer(("甲湾", "", ""), ("乙湾", "", ""), 建设情况=["已建成", "在建"])
    listed = items(("甲湾", "910101", Status.BUILT), ("乙湾", "910101", Status.PLANNED))
    shown, told = joined(made, listed)
    assert layer_statuses(shown, {"bay": listed})[1] is Status.PLANNED
    assert set(told) == {"statuses_differ"}
    assert told["statuses_differ"].severity is Severity.WARNING
    message = told["statuses_differ"].message.get("zh")
    assert "乙湾" in message
    assert "甲湾" not in message


def test_a_natural_bay_that_is_no_unit_is_drawn_apart_and_counted_nowhere():
    made = layer(("海域", "910101", "working_unit"), ("大湾", "", "natural_bay"))
    listed = items(("甲湾", "910101", Status.BUILT))
    shown, told = joined(made, listed)
    drawn = layer_statuses(shown, {"bay": listed})
    assert drawn == [Status.BUILT, Mark.OFF_REGISTER]
    counts = legend_counts(shown, {"bay": listed}, drawn)
    assert (counts[Status.BUILT], counts[Status.UNKNOWN], counts[Mark.OFF_REGISTER]) == (1, 0, None)
    legend, which = layer_symbols(shown.spec, drawn)
    assert legend[which[1]]["title"].zh == "海湾（不在名录）"
    assert legend[which[1]]["symbol"]["fill"] is None  # it hides nothing that counts
    assert set(told) == {"natural_bays"}
    assert told["natural_bays"].severity is Severity.NOTE


def test_a_county_with_several_items_is_drawn_as_such_and_its_items_counted():
    made = layer(("海域", "910101", "working_unit"), ("海域", "910102", "working_unit"))
    listed = items(
        ("甲湾", "910101", Status.BUILT),
        ("乙湾", "910101", Status.PLANNED),
        ("丙湾", "910102", Status.BUILT),
        ("丁湾", "910102", Status.BUILT),
    )
    shown, _ = joined(made, listed)
    drawn = layer_statuses(shown, {"bay": listed})
    assert drawn == [Mark.SEVERAL, Status.BUILT]
    counts = legend_counts(shown, {"bay": listed}, drawn)
    assert (counts[Status.BUILT], counts[Status.PLANNED]) == (3, 1)


def test_several_features_of_one_item_count_once():
    made = layer(("甲湾", "", ""), ("甲湾", "", ""))
    listed = items(("甲湾", "910101", Status.BUILT))
    shown, _ = joined(made, listed)
    drawn = layer_statuses(shown, {"bay": listed})
    assert legend_counts(shown, {"bay": listed}, drawn)[Status.BUILT] == 1


@pytest.mark.parametrize(
    ("own", "of_items", "of_features"),
    [
        ({}, Severity.NOTE, Severity.NOTE),
        ({"own_registers": {"bay"}}, Severity.WARNING, Severity.NOTE),
        ({"own_layers": {"bays"}}, Severity.WARNING, Severity.WARNING),
    ],
)
def test_what_does_not_join_is_listed_both_ways(own, of_items, of_features):
    made = layer(("甲湾", "", ""), ("丁湾", "", ""))
    listed = items(("甲湾", "910101", Status.BUILT), ("丙湾", "910101", Status.PLANNED))
    _, told = joined(made, listed, **own)
    assert set(told) == {"not_drawn", "off_register"}
    assert (told["not_drawn"].severity, told["off_register"].severity) == (of_items, of_features)
    for language in ("zh", "en"):
        assert "丙湾" in told["not_drawn"].message.get(language)
        assert "丁湾" in told["off_register"].message.get(language)
        assert told["not_drawn"].remedy.get(language)


def test_an_item_outside_the_zone_is_neither_joined_nor_missed():
    made = layer(("甲湾", "", ""), ("外湾", "", ""))
    listed = items(("甲湾", "910101", Status.BUILT), ("外湾", "930101", Status.BUILT))
    shown, told = joined(made, listed)
    assert layer_statuses(shown, {"bay": listed}) == [Status.BUILT, Mark.OFF_REGISTER]
    assert legend_counts(shown, {"bay": listed}, [])[Status.BUILT] == 1
    assert set(told) == {"off_register"}


def test_namesakes_are_told_apart_by_where_they_lie():
    """The box lies in the first county of the first city."""
    made = layer(("南湾", "", ""))
    listed = items(("南湾", "910101", Status.BUILT), ("南湾", "920201", Status.PLANNED))
    shown, told = joined(made, listed)
    assert layer_statuses(shown, {"bay": listed}) == [Status.BUILT]
    assert set(told) == {"not_drawn"}


def test_a_bay_off_the_shore_lies_at_the_nearest_unit():
    made = layer(("南湾", "", ""))
    made.data.geometry = [
        shapely.box(118.05, 38.1, 118.1, 38.2)
    ]  # off the last county of the second province
    listed = items(("南湾", "910101", Status.BUILT), ("南湾", "920102", Status.PLANNED))
    shown, _ = joined(made, listed)
    assert layer_statuses(shown, {"bay": listed}) == [Status.PLANNED]


def test_page_and_geopackage_say_the_same_as_the_register():
    result = sample_result()
    listed = items(("甲湾", "910101", Status.BUILT), ("乙湾", "910101", Status.PLANNED))
    made = layer(("海域", "910101", "working_unit"), ("大湾", "", "natural_bay"))
    layers, _ = join_registers({"bays": made}, {"bay": listed}, UNITS, ZONE)
    result = replace(result, layers=layers, registers={"bay": listed})
    table = next(table for table in content(result, "zh") if table.name == "bays")
    assert table.frame["item_id"].tolist() == ["b0;b1", None]
    assert table.frame["status"].tolist() == [None, None]
    assert next(item for item in table.columns if item.name == "item_id").fixed
    page = render_page(result)
    assert '"item_sets":[[0,1]]' in page
    assert '"items":[0,-1]' in page
    assert '"amounts":[1,0,0,1,0,null,null]' in page


def test_what_is_off_the_register_is_paler_than_what_is_on_it():
    line = LayerStyle("line", stroke="#2f7fc1", width=2)
    lake = LayerStyle("fill", fill="#9ecae1", stroke="#2171b5", opacity=0.8)
    for style, kind in ((line, "line"), (lake, "fill")):
        drawn = drawn_style(style, kind, Mark.OFF_REGISTER)
        assert drawn.opacity < style.opacity
        assert drawn.width < style.width
    assert drawn_style(STYLE, "fill", Mark.OFF_REGISTER).fill is None


def test_natural_bays_and_what_lies_far_off_are_no_faults_of_an_embedded_layer():
    made = layer(("海域", "910101", "working_unit"), ("大湾", "", "natural_bay"), ("远湾", "", "natural_bay"))
    made.data.geometry = [
        shapely.box(116, 38, 117, 39),
        shapely.box(116, 38, 117, 39),
        shapely.box(130, 20, 131, 21),
    ]
    units, natural = checked_parts(made, UNITS.geometry.iloc[-1])
    assert units.data["name"].tolist() == ["海域"]
    assert natural.data["name"].tolist() == ["大湾"]
    assert "code" not in natural.data


def test_a_layer_without_a_register_keeps_its_own_statuses():
    made = layer(("甲湾", "", ""), status=["built"])
    layers, findings = join_registers({"bays": made}, {}, UNITS, ZONE)
    assert findings == {}
    assert layers["bays"] is made
    assert layer_statuses(made, {}) == [Status.BUILT]


def test_a_column_of_the_layer_in_other_letters_is_kept_under_another_name():
    """Tables of a GeoPackage do not tell STATUS from status."""
    made = layer(("甲湾", "", ""), STATUS=["x"], ITEM_ID=["7"])
    listed = items(("甲湾", "910101", Status.BUILT))
    shown, _ = joined(made, listed)
    row = shown.data.iloc[0]
    assert (row["item_id"], row["status"], row["STATUS_file"], row["ITEM_ID_file"]) == (
        "b0",
        "built",
        "x",
        "7",
    )


def test_a_lake_of_unknown_status_is_water_in_a_dashed_outline_and_a_bay_is_hatched():
    roles = load_roles()
    lake, bay = roles["lake"].style, roles["bay"].style
    for drawn in (drawn_style(lake, "fill", Status.UNKNOWN), status_symbol(lake, Status.UNKNOWN)):
        found = drawn if isinstance(drawn, dict) else asdict(drawn)
        assert (found["kind"], found["fill"]) == ("fill", lake.fill)
        assert found["dash"]
    assert drawn_style(bay, "fill", Status.UNKNOWN).kind == "hatch"
    assert status_symbol(bay, Status.UNKNOWN)["kind"] == "hatch"
    assert status_symbol(lake, Mark.OFF_REGISTER)["fill"] == lake.fill


def test_no_area_that_is_shown_over_units_is_hatched():
    hatched = [role.id for role in load_roles().values() if role.style.kind == "hatch"]
    assert hatched == []
    assert load_roles()["redline"].style.kind == load_roles()["barrier"].style.kind == "tint"


def test_a_tint_is_a_light_fill_where_very_many_features_have_it():
    tint = symbol(load_roles()["redline"].style)
    assert tint["kind"] == "tint"
    crowded = crowded_symbol(tint)
    assert (crowded["kind"], crowded["fill"]) == ("fill", tint["fill"])
    assert crowded["opacity"] < tint["opacity"]
    dot = symbol(load_roles()["station"].style, points=True)
    assert crowded_symbol(dot) == dot
