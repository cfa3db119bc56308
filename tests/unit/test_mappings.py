"""What is mapped to what: order, styles, colours, titles and sources, each written out here so that a wrong one is noticed."""

import re
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from samples import sample_layers, sample_result

from geozone.explain import explain, lines_of
from geozone.export.qml import qml
from geozone.manifest.roles import load_roles
from geozone.maps.index import render_index
from geozone.maps.page import ordered
from geozone.maps.style import layer_symbols
from geozone.model import CRS, Basis, Kind, Layer, LayerStyle, Status
from geozone.rates.titles import indicator_title, indicator_titles
from geozone.run.layers import cut_to_zone
from geozone.symbology import STATUS_COLOURS, drawing_order, drawn_style, is_shown

SPEC = sample_layers()["redline"].spec


def layer(role, name=None):
    role = load_roles()[role]
    spec = replace(SPEC, id=name or role.layer, role=role.id, style=role.style)
    square = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    return Layer(spec.id, square, spec)


def test_layers_are_drawn_from_the_ground_up():
    drawn = [
        "boundary", "functional_zone", "protected_area", "coastal_belt", "barrier", "redline", "wetland", "lake", "bay",
        "corridor", "river", "coastline", "control_unit", "water_source", "station",
    ]  # fmt: skip
    found = [layer.spec.role for layer in drawing_order(layer(role) for role in reversed(drawn))]
    assert found == drawn
    assert [layer.spec.role for layer in ordered({role: layer(role) for role in reversed(drawn)})] == drawn
    made = ["barrier", "redline", "barrier_gaps", "barrier_axis", "barrier_breaks"]
    assert [one.id for one in drawing_order(map(layer, reversed(made)))] == made


def test_what_is_drawn_when_a_map_opens():
    hidden = {role for role in load_roles() if not is_shown(layer(role).spec)}
    assert {"barrier", "functional_zone", "area"} <= hidden
    assert not hidden & {"redline", "bay", "river", "lake", "coastline", "station"}
    assert is_shown(layer("barrier_breaks").spec)
    assert {"barrier_axis", "barrier_gaps"} <= hidden


def test_which_layers_are_one_coverage():
    assert {role.id for role in load_roles().values() if role.partition} == {"boundary", "functional_zone"}


@pytest.mark.parametrize("role", ["bay", "coastline", "redline", "lake"])
def test_only_what_lies_at_sea_is_kept_whole(role):
    cut = cut_to_zone(layer(role), shapely.box(0.5, 0, 2, 1))
    assert cut.data.geometry.iloc[0].area == pytest.approx(1.0 if role in {"bay", "coastline"} else 0.5)


def test_a_screening_layer_says_so_in_every_title_of_the_red_line():
    result = sample_result()
    for name in ("redline_coverage", "redline_area", "barrier_protected"):
        rate = replace(result.rates[0], indicator=name, kind=Kind.COVERAGE, basis=Basis.DERIVED)
        assert "非法定" in indicator_title(rate, result).zh
        assert "非法定" not in indicator_title(replace(rate, basis=Basis.OFFICIAL), result).zh
        reported = replace(rate, kind=Kind.REPORTED, basis=Basis.PUBLIC)
        assert "非法定" not in indicator_title(reported, result).zh
        result.rates = [reported, rate]
        assert "非法定" in indicator_titles(result)[name].zh


def test_an_explanation_cites_every_layer_of_its_indicator():
    result = sample_result()
    rate = next(rate for rate in result.rates if rate.unit_code == "910000")
    result.rates = [replace(rate, indicator="barrier_protected", kind=Kind.COVERAGE)]
    told = "\n".join(lines_of(explain(result, "barrier_protected", "910000"), "zh"))
    for name in ("barrier", "redline"):
        assert result.layers[name].spec.title.zh in told


def test_every_status_has_its_colour_everywhere():
    assert STATUS_COLOURS == {
        Status.BUILT: "#0b4f94",
        Status.RECOGNISED: "#74b3e2",
        Status.UNDER_CONSTRUCTION: "#e08a00",
        Status.PLANNED: "#f3d36b",
        Status.UNKNOWN: "#a3a8ad",
    }
    legend, _ = layer_symbols(layer("bay").spec, [Status.BUILT])
    page = {entry["key"]: entry["symbol"]["fill"] for entry in legend}
    for status, colour in list(STATUS_COLOURS.items())[:4]:
        assert page[status.value] == colour
        assert drawn_style(LayerStyle("status"), "fill", status).fill == colour


def test_the_red_line_is_an_outline_on_the_page_and_in_qgis_and_covers_no_rate():
    spec = layer("redline").spec
    assert layer_symbols(spec, None)[0][0]["symbol"]["kind"] == "tint"
    drawn = qml(spec.style, "MultiPolygon", (), "zh")
    assert "LinePatternFill" not in drawn
    assert 'value="no"' in drawn  # without a fill


@pytest.mark.parametrize(("role", "width"), [("river", 1.6), ("coastline", 1.2), ("barrier", 1.0)])
def test_lines_are_as_wide_as_declared(role, width):
    spec = layer(role).spec
    assert spec.style.width == width
    assert layer_symbols(spec, None)[0][0]["symbol"]["width"] == width


def test_the_index_prints_the_digits_that_tell_a_rate_from_its_target():
    result = sample_result()
    html = render_index([result])
    shown = re.findall(r"<strong>(.*?)</strong>", html)
    assert any(re.search(r"\d+\.\d", words) for words in shown), shown
