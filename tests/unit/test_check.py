"""Everything that is wrong is found, with its place, and nothing is changed."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_layer, sample_units

from geozone.checks import REPAIRABLE, check, repair
from geozone.checks.report import (
    COLUMNS,
    all_findings,
    counts,
    decision_rows,
    finding_lines,
    finding_rows,
    grouped,
    has_errors,
    headings,
    report,
    to_json,
)
from geozone.checks.shapes import faults
from geozone.errors import DataError
from geozone.messages import Message, message
from geozone.model import CRS, Decision, Finding, Layer, LayerStyle, Severity
from geozone.overlay.guard import repaired

GOLDEN = Path(__file__).parent / "golden" / "check_report.json"
STYLE = LayerStyle("fill")
SQUARE = shapely.box(116.0, 38.0, 116.2, 38.2)
BOW_TIE = shapely.Polygon([(116, 38), (117, 39), (117, 38), (116, 39)])


def layer_of(*geometries, role="redline", **columns):
    layer = sample_layer("layer", role, list(geometries), STYLE, **columns)
    layer.data = layer.data.drop(columns=[name for name in ("name",) if name not in columns])
    return layer


def kinds(layer, **options):
    return [finding.kind for finding in check(layer, **options)]


def found(layer, kind, **options):
    return [finding for finding in check(layer, **options) if finding.kind == kind]


def test_a_sound_layer_has_no_findings():
    assert kinds(layer_of(SQUARE, shapely.box(117, 38, 117.2, 38.2))) == []


@pytest.mark.parametrize(
    ("geometry", "kind", "places"),
    [
        (BOW_TIE, "ring_self_intersection", [(116.5, 38.5)]),
        (
            shapely.Polygon(
                [(116, 38), (117, 39), (117, 38), (116, 39), (116, 38)],
                [[(118, 38), (118.1, 38.1), (118.1, 38), (118, 38.1)]],
            ),
            "ring_self_intersection",
            [(116.5, 38.5), (118.05, 38.05)],
        ),
        (
            shapely.Polygon(SQUARE.exterior, [shapely.box(117, 38, 117.1, 38.1).exterior]),
            "hole_outside",
            None,
        ),
        (shapely.MultiPolygon([SQUARE, shapely.box(116.05, 38.05, 116.1, 38.1)]), "shells_nested", None),
        (
            shapely.Polygon(
                SQUARE.exterior,
                [
                    shapely.box(116.05, 38.05, 116.15, 38.15).exterior,
                    shapely.box(116.06, 38.06, 116.1, 38.1).exterior,
                ],
            ),
            "holes_nested",
            None,
        ),
        (shapely.Polygon([(116, 38), (116.1, 38), (116, 38), (116, 38)]), "too_few_points", None),
    ],
)
def test_every_fault_of_a_geometry_is_found_in_its_place(geometry, kind, places):
    findings = found(layer_of(geometry), kind)
    assert findings
    assert {finding.severity for finding in findings} == {Severity.ERROR}
    assert kind in REPAIRABLE
    if places is not None:
        np.testing.assert_allclose(sorted(finding.place for finding in findings), places, atol=1e-9)


def test_a_ring_that_touches_itself_is_found_where_it_does():
    # an inverted hole: the ring comes back to a vertex
    ring = [
        (116, 38),
        (117, 38),
        (117, 39),
        (116.5, 38.5),
        (116.7, 38.3),
        (116.3, 38.3),
        (116.5, 38.5),
        (116, 39),
    ]
    [finding] = found(layer_of(shapely.Polygon(ring)), "ring_self_intersection")
    assert finding.place == (116.5, 38.5)


coordinates = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (116 + p[0] / 10, 38 + p[1] / 10))


@given(
    st.lists(coordinates, min_size=4, max_size=9),
    st.lists(st.lists(coordinates, min_size=4, max_size=5), max_size=2),
)
def test_what_geos_calls_invalid_has_a_fault_and_what_it_calls_valid_has_none(shell, holes):
    polygon = shapely.Polygon(shell, holes)
    errors = [finding for finding in check(layer_of(polygon)) if finding.kind in REPAIRABLE]
    assert bool(errors) == (not shapely.is_valid(polygon))
    if errors:
        assert faults(polygon)


@pytest.mark.parametrize("axis", [0, 1])
def test_crossings_of_a_long_ring_are_those_found_at_once(monkeypatch, axis):
    chance = np.random.default_rng(7)
    steps = np.column_stack([np.linspace(116, 117, 300), chance.uniform(38, 38.01, 300)])
    ring = np.vstack([steps, chance.permutation(steps)[:50], [(117.5, 38)]])[:, [axis, 1 - axis]] - 20
    touching = np.insert(ring, 150, ring[20], axis=0)  # comes back to a vertex
    expected = faults(shapely.Polygon(touching))
    monkeypatch.setattr("geozone.checks.shapes._AT_ONCE", 60)
    assert len(expected) > 1000
    assert sorted(faults(shapely.Polygon(touching))) == sorted(expected)


def test_null_and_empty_geometries():
    assert kinds(layer_of(SQUARE, None, shapely.Polygon())) == ["geometry_null", "geometry_empty"]


def test_a_layer_without_features_is_told():
    assert kinds(layer_of()) == ["layer_empty"]


def test_types_that_do_not_belong():
    line = shapely.LineString([(116, 38), (117, 39)])
    mixed = shapely.GeometryCollection([shapely.box(118, 38, 118.1, 38.1), line])
    assert kinds(layer_of(SQUARE, line, mixed)) == ["geometry_collection", "geometry_type"]
    assert kinds(layer_of(line, role="river")) == []
    assert kinds(layer_of(SQUARE, role="river")) == ["geometry_type"]
    assert kinds(layer_of(SQUARE, line, role="lake")) == ["geometry_types_mixed"]


def test_several_points_in_one_feature_are_said():
    place, other = (116.1, 38.1), (117.1, 38.1)
    several = shapely.MultiPoint([place, other])
    one = [shapely.Point(117, 39), shapely.MultiPoint([place]), shapely.MultiPoint([place, place])]
    (said,) = found(layer_of(several, *one, role="point"), "points_several")
    assert (said.feature, said.message.params["count"]) == ("0", 2)
    assert not found(layer_of(*one, role="point"), "points_several")


def test_closed_lines_that_look_like_outlines_are_said():
    ring = shapely.LineString(shapely.box(116, 39, 117, 40).exterior)
    river = shapely.LineString([(116, 39), (117, 40)])
    other = shapely.LineString([(116, 39), (117, 41)])

    def of(*lines):
        return Layer("lines", gpd.GeoDataFrame(geometry=list(lines), crs=CRS))

    assert kinds(of(ring, river, ring.reverse())) == ["lines_closed", "duplicate"]
    assert kinds(of(river, other)) == []
    assert kinds(of(ring, river, other)) == []
    assert kinds(layer_of(ring, role="river")) == []
    assert kinds(layer_of(ring)) == ["geometry_type", "lines_closed"]


def test_coordinates_that_are_no_degrees():
    assert "coordinate_out_of_range" in kinds(layer_of(shapely.box(500_000, 4e6, 500_100, 4.0001e6)))


def test_a_spike_is_found_at_its_tip():
    spiked = shapely.Polygon(
        [(116, 38), (117, 38), (117, 38.5), (119, 38.5001), (117, 38.5002), (117, 39), (116, 39)]
    )
    [finding] = found(layer_of(spiked), "spike")
    assert finding.place == (119.0, 38.5001)
    assert found(layer_of(shapely.segmentize(SQUARE, 0.001)), "spike") == []
    start = shapely.Polygon(
        [(119, 38.5001), (117, 38.5002), (117, 39), (116, 39), (116, 38), (117, 38), (117, 38.5)]
    )
    assert len(found(layer_of(start), "spike")) == 1


def test_a_feature_as_thin_as_a_mismatch_is_a_sliver():
    sliver = shapely.box(117.0, 38.0, 117.0001, 38.00001)  # 8.7 m by 1.1 m
    [finding] = found(layer_of(SQUARE, sliver), "sliver")
    assert finding.feature == "1"
    assert float(finding.message.params["width_m"]) == pytest.approx(0.985, abs=0.01)
    assert found(layer_of(shapely.box(117.0, 38.0, 117.0002, 38.0002)), "sliver") == []


def test_duplicates_are_found_whatever_vertex_they_begin_with():
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(SQUARE)[:4], 2, axis=0))
    findings = found(layer_of(SQUARE, shapely.box(117, 38, 117.1, 38.1), turned, SQUARE), "duplicate")
    assert [(finding.feature, finding.message.params["other"]) for finding in findings] == [
        ("2", "0"),
        ("3", "0"),
    ]
    assert "overlap" not in kinds(layer_of(SQUARE, turned))


def test_overlaps_have_their_area():
    findings = found(layer_of(SQUARE, shapely.box(116.1, 38.0, 116.3, 38.2)), "overlap")
    assert [finding.feature for finding in findings] == ["1"]
    assert float(findings[0].message.params["area_km2"]) == pytest.approx(194.7, rel=0.01)
    assert 116.1 < findings[0].place[0] < 116.2
    assert findings[0].severity is Severity.WARNING
    assert found(layer_of(SQUARE, shapely.box(116.2, 38.0, 116.3, 38.2)), "overlap") == []


def test_overlaps_of_units_are_errors():
    one, two = SQUARE, shapely.box(116.1, 38.0, 116.3, 38.2)
    [finding] = found(layer_of(one, two, role="boundary", code=["1", "2"]), "overlap")
    assert finding.severity is Severity.ERROR


def test_gaps_between_units_have_their_area():
    boxes = [
        shapely.box(116 + x, 38 + y, 117 + x, 39 + y) for x in range(3) for y in range(3) if (x, y) != (1, 1)
    ]
    [finding] = found(layer_of(*boxes, role="boundary"), "gap")
    assert float(finding.message.params["area_km2"]) == pytest.approx(9_616, rel=0.01)
    assert shapely.box(117, 39, 118, 40).contains(shapely.Point(finding.place))
    assert found(layer_of(*boxes), "gap") == []


def test_features_outside_the_zone():
    units = sample_units()
    inside, outside = shapely.box(116.1, 38.1, 116.2, 38.2), shapely.box(120, 30, 121, 31)
    assert [finding.feature for finding in found(layer_of(inside, outside), "outside_zone", units=units)] == [
        "1"
    ]
    assert kinds(layer_of(outside), units=units) == ["all_outside_zone"]


def boundary(**columns):
    units = sample_units()
    counties = units[units.level == "county"].reset_index(drop=True)
    layer = sample_layer(
        "boundary", "boundary", list(counties.geometry), STYLE, code=counties.code, level="county"
    )
    layer.data["name"] = counties["name"]
    for name, changes in columns.items():
        for row, value in changes.items():
            layer.data.loc[row, name] = value
    return layer


def test_a_boundary_that_is_the_list_of_units_has_no_findings():
    assert kinds(boundary(), units=sample_units()) == []


@pytest.mark.parametrize(
    ("changes", "kind", "severity"),
    [
        ({"code": {2: ""}}, "key_null", Severity.ERROR),
        ({"code": {2: "910101"}}, "key_doubled", Severity.ERROR),
        ({"code": {2: "9101"}}, "code_form", Severity.WARNING),
        ({"code": {2: "990101"}}, "code_unknown", Severity.WARNING),
        ({"name": {2: None}}, "key_null", Severity.WARNING),
        ({"name": {2: "别的县"}}, "name_mismatch", Severity.WARNING),
    ],
)
def test_faulty_keys_of_units_are_told(changes, kind, severity):
    findings = found(boundary(**changes), kind, units=sample_units())
    assert ("2", severity) in {(finding.feature, finding.severity) for finding in findings}


def test_a_key_that_is_nowhere_filled_is_one_finding():
    layer = boundary()
    layer.data["code"] = ""
    assert [finding.feature for finding in found(layer, "key_all_null")] == [None]


def test_codes_of_towns_and_villages_belong_to_their_county():
    codes = ["910101001", "910101001002", "910101"]
    boxes = shapely.box([116.0, 116.1, 116.2], 38.0, [116.05, 116.15, 116.25], 38.1)
    assert kinds(layer_of(*boxes, code=codes), units=sample_units()) == []


def test_codes_that_are_numbers_are_said():
    assert "code_not_text" in kinds(layer_of(SQUARE, code=[910101]))


def test_an_identifier_of_two_features_is_told():
    assert [
        finding.severity
        for finding in found(
            layer_of(SQUARE, shapely.box(117, 38, 117.1, 38.1), BSM=["7", "7"]), "key_doubled"
        )
    ] == [Severity.WARNING]


def test_long_lists_are_summed_up():
    side = np.arange(1100) * 0.01
    layer = layer_of(
        *shapely.box(80 + side, 38.0, 80.006 + side, 38.01),
        *shapely.box(80.005 + side, 38.0, 80.009 + side, 38.01),
    )
    findings = check(layer)
    assert sum(finding.kind == "overlap" for finding in findings) == 1000
    [total] = [finding for finding in findings if finding.kind == "overlaps_total"]
    assert total.message.params["pairs"] == 1100
    empty = layer_of(*[BOW_TIE] * 1100)
    assert sum(finding.kind == "not_listed" for finding in check(empty)) >= 1


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8))
def test_checking_changes_nothing(corners):
    layer = layer_of(*(shapely.box(*one, *two) for one, two in corners))
    before = layer.data.geometry.to_wkb().tolist()
    check(layer, units=sample_units())
    assert layer.data.geometry.to_wkb().tolist() == before


def faulty_layer():
    layer = sample_layer(
        "redline",
        "redline",
        [
            BOW_TIE,
            None,
            shapely.Polygon(),
            SQUARE,
            SQUARE,
            shapely.box(116.1, 38.1, 116.3, 38.3),
            shapely.Polygon(SQUARE.exterior, [shapely.box(117, 38, 117.1, 38.1).exterior]),
            shapely.GeometryCollection([shapely.box(118, 38, 118.1, 38.1), shapely.Point(118, 38)]),
            shapely.box(130, 20, 131, 21),
        ],
        STYLE,
        code=["910101", "910101", "", "9101", "990101", "910102", "910201", "910202", "920101"],
    )
    layer.decisions.append(Decision("crs", "EPSG:4490", Message("read.crs_of_file", {"crs": "EPSG:4490"})))
    return layer


def test_the_report_is_as_agreed():
    layer = faulty_layer()
    findings = all_findings(layer, check(layer, units=sample_units()))
    text = to_json([report("redline.gpkg", layer, findings)])
    assert text == GOLDEN.read_text("utf-8")


def test_rows_for_a_table():
    layer = faulty_layer()
    findings = all_findings(layer, check(layer))
    assert has_errors(findings)
    assert sum(counts(findings).values()) == len(findings)
    for lang in ("zh", "en"):
        rows = finding_rows(findings, lang)
        assert all(tuple(row) == COLUMNS for row in rows)
        assert all(row["message"] and row["remedy"] for row in rows)
        assert decision_rows(layer.decisions, lang)[0]["value"] == "EPSG:4490"
    assert set(headings()) == set(COLUMNS)
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=list(Severity).index)


def test_what_reader_and_check_both_found_stands_once():
    layer = faulty_layer()
    layer.findings += check(layer)
    assert len(all_findings(layer, check(layer))) == len(check(layer))


def test_a_layer_without_declaration_is_checked_too():
    data = gpd.GeoDataFrame(geometry=[SQUARE], crs=CRS)
    assert check(Layer("own", data)) == []


def finding(kind, layer, severity=Severity.WARNING, label="1"):
    told = message("check.geometry_null", label=label)
    return Finding(kind, severity, layer, told, message("check.geometry_null_remedy"))


def test_findings_are_told_by_kind_and_layer_the_gravest_first():
    found = [
        finding("null", "a", label="1"),
        finding("null", "a", label="2"),
        finding("null", "b"),
        finding("cut", "b", Severity.ERROR),
        finding("rows", "b", Severity.NOTE),
    ]
    groups = grouped(found)
    assert [(group.first.kind, group.first.layer, group.count) for group in groups] == [
        ("cut", "b", 1),
        ("null", "a", 2),
        ("null", "b", 1),
        ("rows", "b", 1),
    ]
    assert "2 findings of this kind" in finding_lines(found)[1].en
    assert len(finding_lines(found)) == 4
    assert len(finding_lines(found, every=True)) == 5


def test_units_that_part_by_less_than_their_accuracy_have_one_border():
    west, south = shapely.box(116, 38, 117, 39), shapely.box(116, 37, 118, 38)
    lap = shapely.box(117 - 5e-5, 38, 118, 39)  # 4.4 m
    crack = shapely.box(117 + 5e-5, 38, 118, 39)
    north = shapely.box(116, 39, 118, 40)
    for east, kind in ((lap, "overlaps_narrow"), (crack, "gaps_narrow")):
        layer = layer_of(west, south, east, north, role="boundary", code=["1", "2", "3", "4"])
        [finding] = [finding for finding in check(layer) if "code" not in finding.kind]
        assert (finding.kind, finding.severity) == (kind, Severity.NOTE)
        assert float(finding.message.params["area_km2"]) == pytest.approx(0.485, rel=0.01)
        layer.data["accuracy_m"] = 2.0
        found = {finding.kind: finding.severity for finding in check(layer)}
        assert kind not in found
        assert found["overlap" if east is lap else "gap"] is Severity.WARNING


def test_a_border_with_other_vertices_on_its_two_sides_is_no_overlap():
    dense = [(116 + step / 50, 38 + step / 50) for step in range(51)]
    upper = shapely.Polygon([(116, 38), (117, 39), (116, 39)])
    lower = shapely.Polygon([(117, 38), *dense[::-1]])
    assert kinds(layer_of(upper, lower, role="boundary", name=["a", "b"])) == []


def test_a_gap_that_is_open_to_the_outside_is_found():
    units = [shapely.box(116, 38, 117, 39), shapely.box(117.001, 38, 118, 39)]
    [finding] = found(layer_of(*units, role="boundary"), "gap")
    assert float(finding.message.params["area_km2"]) == pytest.approx(9.69, rel=0.01)
    notched = shapely.box(116, 38, 117, 39).difference(shapely.box(116.5, 38, 116.501, 38.5))
    assert found(layer_of(notched, shapely.box(117, 38, 118, 39), role="boundary"), "gap") == []


def test_a_city_lies_over_its_counties():
    city = shapely.box(116, 38, 118, 39)
    counties = [shapely.box(116, 38, 117, 39), shapely.box(117, 38, 118, 39)]
    layer = layer_of(city, *counties, role="boundary", level=["city", "county", "county"])
    assert "overlap" not in kinds(layer)


def test_what_lies_at_sea_belongs_to_the_zone_behind_it():
    bay, far = shapely.box(118.1, 38.1, 118.3, 38.3), shapely.box(121, 38, 122, 39)
    assert found(layer_of(bay, role="bay"), "all_outside_zone", units=sample_units()) == []
    assert len(found(layer_of(bay), "all_outside_zone", units=sample_units())) == 1
    assert [
        item.feature for item in found(layer_of(bay, far, role="bay"), "outside_zone", units=sample_units())
    ] == ["1"]


def test_a_ring_that_runs_its_course_thousands_of_times_is_told_and_repaired_at_once():
    corners = [(116, 39), (116.1, 39), (116.1, 39.1), (116, 39.1)]
    layer = layer_of(shapely.Polygon(corners * 4500))
    assert [item.kind for item in check(layer) if item.severity is Severity.ERROR] == [
        "ring_self_intersection"
    ]
    for wound in (layer.data.geometry.iloc[0], shapely.MultiPolygon([layer.data.geometry.iloc[0]])):
        [mended] = repaired(np.array([wound], dtype=object))
        assert shapely.equals(mended, shapely.Polygon(corners))
    with pytest.raises(DataError, match="432458"):  # its area by the winding is no area
        repair(layer)
    forth_and_back = shapely.Polygon([*corners[:3], *(corners[0], corners[2]) * 9000])
    assert "ring_self_intersection" in {item.kind for item in check(layer_of(forth_and_back))}


def test_sites_at_one_place_are_told_as_sites_that_count_each():
    site = shapely.Point(117, 38)
    assert found(layer_of(site, shapely.Point(117.1, 38), site), "duplicate") == []
    [finding] = found(layer_of(site, shapely.Point(117.1, 38), site), "duplicate_site")
    assert finding.feature == "2"
    assert "each of them counts" in finding.message.text.en
