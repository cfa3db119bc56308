"""The maps that `make maps` builds: the numbers of their JSON files, and what a new user looks for."""

import json
import re

import pytest
from samples import BUILT_ZONES, THOROUGH

from geozone.messages import room
from geozone.rates.frame import READING

# a number that changes with the picture of the map
PICTURE = """() => {
    const copy = document.createElement('canvas');
    const context = copy.getContext('2d', { willReadFrequently: true });
    window.pictureSum = () => {
        const canvas = document.querySelector('.picture canvas');
        [copy.width, copy.height] = [canvas.width, canvas.height];
        context.drawImage(canvas, 0, 0);
        const values = new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer);
        let sum = 0;
        for (const value of values) sum = (Math.imul(sum, 31) + value) | 0;
        return sum;
    };
}"""


def rates_of(built, zone):
    return json.loads((built / f"{zone}_rates.json").read_text("utf-8"))["rates"]


def shown_numbers(page):
    return page.eval_on_selector_all(
        "[data-indicator][data-unit][data-value]",
        "found => found.map(one => [one.dataset.indicator, one.dataset.unit, one.dataset.value])",
    )


def indicators_by_unit(rates):
    """Return units, the fewest that show every indicator first."""
    found, left = [], {rate["indicator"] for rate in rates}
    owned = {}
    for rate in rates:
        owned.setdefault(rate["unit_code"], set()).add(rate["indicator"])
    while left:
        unit = max(owned, key=lambda code: len(owned[code] & left))
        found.append(unit)
        left -= owned[unit]
    return found


@pytest.mark.parametrize("zone", BUILT_ZONES if THOROUGH else BUILT_ZONES[-1:])
def test_page_and_json_agree(open_page, built, zone):
    rates = rates_of(built, zone)
    expected = {}
    for rate in rates:
        expected.setdefault((rate["indicator"], rate["unit_code"]), set()).add(rate["value"])
    page = open_page(built / f"{zone}.html", reduced_motion="reduce")
    seen = set()
    for code in indicators_by_unit(rates):
        page.evaluate(
            "code => geozone.app.choose(geozone.app.byCode.get(code) ?? geozone.app.regions.get(code))", code
        )
        shown = shown_numbers(page)
        assert len(shown) > 100
        for indicator, unit, value in shown:
            assert (float(value) if value else None) in expected[indicator, unit], (indicator, unit)
        seen |= {(indicator, unit) for indicator, unit, _ in shown}
    assert {indicator for indicator, _ in seen} == {rate["indicator"] for rate in rates}
    # every unit stands in the table with every rate that has a number
    numbered = {(rate["indicator"], rate["unit_code"]) for rate in rates if rate["value"] is not None}
    assert numbered <= seen


def test_every_layer_is_switched_on_and_off(open_page, built):
    page = open_page(built / "bth.html", reduced_motion="reduce")
    page.evaluate(PICTURE)
    switches = page.locator("input[data-layer]")
    names = switches.evaluate_all("found => found.map(one => one.dataset.layer)")
    assert len(names) >= 6
    for name in names:
        before = page.evaluate("() => pictureSum()")
        page.locator(f'input[data-layer="{name}"]').click()
        page.wait_for_function("before => pictureSum() !== before", arg=before)
        page.locator(f'input[data-layer="{name}"]').click()
        page.wait_for_function("before => pictureSum() === before", arg=before)


def test_three_clicks_lead_from_the_map_to_a_countys_red_line_and_its_source(open_page, built):
    county = next(
        rate
        for rate in rates_of(built, "bth")
        if rate["indicator"] == "redline_coverage" and rate["level"] == "county" and rate["value"] > 0.2
    )
    page = open_page(built / "bth.html", reduced_motion="reduce")
    place = page.evaluate(
        """code => {
            const { app } = geozone;
            const [x, y] = app.byCode.get(code).label;
            const point = app.chart.map.latLngToContainerPoint(app.chart.centreOf([x, y, x, y]));
            return [point.x, point.y];
        }""",
        county["unit_code"],
    )
    box = page.locator("#map").bounding_box()
    # the first click: the county on the map
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    percent = f"{county['value'] * 100:.1f}%"
    assert county["unit_name"] in popup.inner_text()
    assert percent in popup.inner_text()
    card = page.locator('#rates article[data-indicator="redline_coverage"]')
    assert percent in card.inner_text()
    assert float(card.get_attribute("data-value")) == county["value"]
    # the second: where the number comes from
    card.locator("details.more summary").click()
    facts = card.locator(".facts").inner_text()
    layer = page.evaluate("() => geozone.app.layerNamed('redline')")
    source, licence = (
        page.evaluate("place => geozone.app.data.strings[place][0]", layer["source"]),
        layer["licence"],
    )
    assert source
    assert source in facts
    assert licence in facts
    assert county["method"] in facts


@pytest.mark.parametrize("zone", ["bth", "yrd"])
def test_three_clicks_lead_to_the_bay_that_would_close_the_gap(open_page, built, zone):
    page = open_page(built / f"{zone}.html", reduced_motion="reduce")
    # a card, or a row of what is missing where no status is confirmed yet
    card = page.locator(
        '#rates article[data-indicator="bay_completion"], #missing li[data-indicator="bay_completion"]'
    ).first
    card.locator("details.open-items summary").click()
    first = card.locator(".open-items ul [data-item]").first
    name, item = first.inner_text(), first.get_attribute("data-item")
    status = page.evaluate(
        "item => geozone.app.registers.bay.items.find(one => one.item_id === item).status", item
    )
    assert status != "built"
    first.click()
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    shown = popup.inner_text()
    assert name in shown
    assert popup.locator(f".status-{status}").count() == 1
    register = page.evaluate("() => geozone.app.registers.bay.items.map(one => one.source)")
    assert any(source in shown for source in register if source)


def test_a_county_says_the_status_of_the_bay_that_it_stands_for(open_page, built):
    page = open_page(built / "hebei.html", reduced_motion="reduce")
    page.evaluate(
        """() => {
            const { app } = geozone;
            const unit = app.byCode.get('130225');
            app.clicked({ unit, features: [] }, app.chart.centreOf(app.features.box(unit.place)));
        }"""
    )
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert popup.locator('.unit-items[data-register="bay"] .status-recognised').count() == 1
    assert "乐亭县：优秀案例" in popup.inner_text()
    assert page.locator('#rates .unit-items [data-item="bay-130225"]').count() == 1


@pytest.mark.parametrize("zone", BUILT_ZONES)
def test_the_legend_counts_the_items_of_the_register_that_are_on_the_map(zone_page, zone):
    page = zone_page(zone)
    for role, name in (("bay", "bays"), ("river", "rivers"), ("lake", "lakes")):
        drawn, statuses = page.evaluate(
            """([role, name]) => {
                const layer = geozone.app.layerNamed(name);
                const places = new Set(layer.items.filter(one => one >= 0).flatMap(one => layer.item_sets[one]));
                const { items } = geozone.app.registers[role];
                return [places.size, [...places].map(one => items[one].status)];
            }""",
            [role, name],
        )
        counts = {
            entry.get_attribute("data-legend").removeprefix(f"{name}:"): entry.locator(".count")
            for entry in page.locator(f'[data-statuses="{name}"] [data-legend]').all()
        }
        assert "off_register" in counts  # natural bays, and waters that no list names
        assert counts.pop("off_register").count() == 0
        numbers = {key: int(count.inner_text()) for key, count in counts.items()}
        assert sum(numbers.values()) == drawn
        assert numbers == {key: statuses.count(key) for key in numbers}


def test_the_index_counts_targets_as_the_pages_do(open_page, zone_page, built):
    index = open_page(built / "index.html")
    for zone in BUILT_ZONES:
        tally = index.locator(f'[data-zone="{zone}"] .tally b').all_inner_texts()
        page = zone_page(zone)
        assert page.locator("#rates .summary b").all_inner_texts() == tally
        held = {
            rate["target_id"].removesuffix(READING)
            for rate in rates_of(built, zone)
            if rate["target_id"] and rate["verdict"] and not rate["target_id"].startswith("floor_")
        }
        assert sum(map(int, tally)) == len(held)  # each target once, however many numbers are held against it


@pytest.mark.parametrize("zone", BUILT_ZONES)
def test_the_legend_of_a_real_sheet_is_whole(zone_page, zone):
    page = zone_page(zone)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    high, room, rows = page.evaluate(
        """() => {
            const list = document.querySelector('.sheet-legend');
            return [list.scrollHeight, list.clientHeight, document.querySelectorAll('.sheet-rates tbody tr').length];
        }"""
    )
    first = page.eval_on_selector_all(
        ".sheet-rates tbody th", "cells => cells.map(one => one.textContent).filter(Boolean)"
    )
    leading = page.eval_on_selector_all("#rates > article h3", "titles => titles.map(one => one.textContent)")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert high <= room + 1
    assert rows >= 3
    # what the story tells of stands on paper too, and first
    assert [title for title in first if title in leading][:3] == leading[:3]


IDEOGRAPH, SENTENCE = re.compile("[\u4e00-\u9fff]"), re.compile("[a-z]{2,} [a-z]{2,} [a-z]{2,}")
POPUP = """([id, last, lang]) => {
    const { app } = geozone;
    app.set({ lang });
    const layer = [...app.layers.values()].find(one => one.id === id);
    return app.showFeature(layer, last ? layer.features.count - 1 : 0).then(() =>
        [...[...document.querySelectorAll('.leaflet-popup-content')].pop().querySelectorAll('dt')]
            .map(one => [one.textContent, one.nextElementSibling.textContent]));
}"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_popups_of_the_embedded_layers_speak_one_language(zone_page, lang):
    """No field of a file, no number with more decimals than anybody measures, no sentence of the other language."""
    page = zone_page("bth")
    layers = page.evaluate(
        "() => [...geozone.app.layers.values()].filter(one => one.features).map(one => one.id)"
    )
    assert len(layers) > 8
    # what the map shows says nothing of a popup, and would be drawn anew around each
    page.evaluate("() => { for (const layer of geozone.app.layers.values()) layer.shown = false; }")
    words = room("words")
    titles = {words[f"column_{name}"].get(lang) for name in ("licence", "register")}
    for layer in layers:
        for last in (False, True):
            rows = page.evaluate(POPUP, [layer, last, lang])
            assert rows, layer
            for name, told in rows:
                assert not re.fullmatch("[a-z0-9_]+", name), (layer, name)
                assert not re.search(r"\d\.\d{5,}", told), (layer, name, told)
                if name in titles:  # licences and titles of publications are cited as they are
                    continue
                other = IDEOGRAPH if lang == "en" else SENTENCE
                assert not other.search(told), (layer, name, told)
