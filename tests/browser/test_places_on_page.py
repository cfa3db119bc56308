"""Places and regions on the page: found by search, drawn, named beside their units, with rates of their own."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from samples import sample_result

from geozone.catalog import load_catalog
from geozone.manifest.roles import get_role
from geozone.messages import Text
from geozone.model import CRS, Layer

REGION = "910101+910102"


@pytest.fixture(scope="module")
def with_places(tmp_path_factory):
    from geozone.maps import assets
    from geozone.maps.page import render_page

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    result = sample_result()
    row = {
        "kind": "新区", "kind_en": "New area", "documents": "004", "clauses": "6(15)", "confidence": "medium",
        "note": "以两县代表。", "note_en": "Stood for by two counties.",
    }  # fmt: skip
    area = {
        "id": "P901",
        "name": "云湖新区",
        "name_en": "Yunhu New Area",
        "units": "910101,910102",
        "kind_group": "area",
        "accuracy_m": None,
    }
    point = {"id": "P902", "name": "重山", "name_en": "Mount Chong", "units": "", "accuracy_m": 11_100.0}
    point["kind_group"] = "land"
    shapes = [shapely.box(116.0, 38.0, 117.0, 38.5), shapely.Point(117.6, 38.7)]
    data = gpd.GeoDataFrame([row | area, row | point], geometry=shapes, crs=CRS)
    result.layers["places"] = Layer("places", data, load_catalog()["places"])
    first = next(rate for rate in result.rates if rate.unit_code == "910101" and rate.value is not None)
    result.rates.append(
        replace(first, unit_code=REGION, unit_name=Text("云湖新区", "Yunhu New Area"), value=0.125)
    )
    path = tmp_path_factory.mktemp("places") / "bth.html"
    path.write_text(render_page(result), "utf-8")
    return path, first.indicator


def found(page, typed):
    page.fill("[data-search]", typed)
    page.wait_for_selector("#found:not([hidden]) li")
    # at once: the list is drawn anew when more names are read
    return page.eval_on_selector_all(
        "#found li", "rows => rows.map(row => [...row.children].map(one => one.textContent).join('\\n'))"
    )


def test_a_place_is_found_by_its_names_its_pinyin_and_its_id(open_page, with_places):
    page = open_page(with_places[0])
    for typed in ("云湖", "yunhu new", "yhxq", "P901"):
        shown = found(page, typed)
        assert shown[0] == "云湖新区\n新区", typed
        assert len([one for one in shown if "云湖" in one]) == 1, typed


def test_a_chosen_place_is_drawn_and_the_panel_shows_its_rates(open_page, with_places):
    path, indicator = with_places
    page = open_page(path)
    assert not page.locator('input[data-layer="places"]').is_checked()
    assert found(page, "云湖")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert page.locator('input[data-layer="places"]').is_checked()
    assert "云湖新区" in page.locator("#rates h2").inner_text()
    card = page.locator(f'#rates article[data-indicator="{indicator}"]')
    assert card.get_attribute("data-unit") == REGION
    assert card.get_attribute("data-value") == "0.125"
    popup = page.locator(".leaflet-popup-content").inner_text()
    assert "以两县代表。" in popup
    assert "甲省1市1县" in popup  # its units by name, not by code


def test_a_point_is_shown_no_nearer_than_it_is_sure_to_be(open_page, with_places):
    page = open_page(with_places[0], reduced_motion="reduce")
    found(page, "重山")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    width = page.evaluate(
        "() => { const b = geozone.app.chart.map.getBounds(); return b.getEast() - b.getWest(); }"
    )
    assert width > 0.2


def test_units_name_the_places_that_they_are_members_of(open_page, with_places):
    page = open_page(with_places[0])
    assert "云湖新区" in page.locator('tr[data-unit="910101"]').inner_text()
    assert "云湖新区" not in page.locator('tr[data-unit="920101"]').inner_text()
    page.locator("input[data-filter]").fill("云湖")
    shown = page.locator("#units tbody tr").evaluate_all("rows => rows.map(row => row.dataset.unit)")
    assert sorted(shown) == ["910101", REGION, "910102"]
    page.locator('tr[data-unit="910101"]').click()
    page.locator('#rates [data-place="P901"]').click()
    page.wait_for_function("() => document.querySelector('#rates h2').textContent.includes('云湖新区')")


def test_a_region_is_a_row_that_can_be_chosen_and_linked_to(open_page, with_places):
    page = open_page(with_places[0])
    page.locator(f'tr[data-unit="{REGION}"]').click()
    assert "云湖新区" in page.locator("#rates h2").inner_text()
    assert page.locator(f'tr[data-unit="{REGION}"]').evaluate("row => row.classList.contains('chosen')")
    address = page.evaluate("() => location.hash")
    page.locator('tr[data-unit="910101"]').click()
    assert "云湖新区" not in page.locator("#rates h2").inner_text()
    page.evaluate("hash => { location.hash = hash; }", address)
    page.wait_for_function("() => document.querySelector('#rates h2').textContent.includes('云湖新区')")


def test_places_speak_the_language_of_the_page(open_page, with_places):
    page = open_page(with_places[0])
    page.locator("[data-lang-switch]").click()
    assert found(page, "yunhu")[0] == "Yunhu New Area\nNew area"
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    popup = page.locator(".leaflet-popup-content").inner_text()
    assert "Stood for by two counties." in popup
    assert "以两县代表" not in popup


def test_places_stand_as_symbols_of_their_kind_with_names_below_those_of_units(open_page, with_places):
    page = open_page(with_places[0], "#layer=places", reduced_motion="reduce")
    labels = page.evaluate("() => geozone.app.labels.map(({ name, kind, rank }) => [name, kind, rank])")
    named = {name: (kind, rank) for name, kind, rank in labels}
    assert {"云湖新区", "重山"} <= named.keys()
    assert min(named[name][1] for name in ("云湖新区", "重山")) > max(
        rank for _, kind, rank in labels if kind != "place"
    )
    declared = get_role("place").grades
    colours = dict(zip(declared.codes, declared.colours, strict=True))
    for key in ("area", "land"):
        assert page.locator(f'[data-legend="places:{key}"]').is_visible()
    assert page.locator('[data-legend="places:shore"]').count() == 0  # nothing of it is here
    drawn = page.evaluate(
        """() => {
            const { app } = geozone;
            const layer = [...app.layers.values()].find(one => one.id === 'places');
            const view = app.chart.picture;
            const canvas = document.querySelector('.picture canvas');
            const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            return layer.anchors.map(([x, y]) => {
                const at = app.chart.map.latLngToLayerPoint(app.chart.centreOf([x, y, x, y])).subtract(view._bounds.min);
                return '#' + [...context.getImageData(Math.round(at.x), Math.round(at.y), 1, 1).data.slice(0, 3)]
                    .map(part => part.toString(16).padStart(2, '0')).join('');
            });
        }"""
    )
    assert drawn == [colours["area"], colours["land"]]


def test_a_point_is_clicked_on_its_symbol(open_page, with_places):
    page = open_page(with_places[0], "#layer=places", reduced_motion="reduce")
    x, y = page.evaluate(
        """() => {
            const point = geozone.app.chart.map.latLngToContainerPoint([38.7, 117.6]);
            const box = document.querySelector('#map').getBoundingClientRect();
            return [box.x + point.x, box.y + point.y];
        }"""
    )
    page.mouse.click(x + 4, y + 3)
    told = page.locator(".leaflet-popup-content").inner_text()
    assert "重山" in told
    assert "6(15)" in told  # the clause
