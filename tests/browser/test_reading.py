"""The page as a reader uses it, opened from a file with the network cut off."""

import json

import pytest
from samples import sample_result

from geozone.messages import text


def shown_numbers(page):
    return page.eval_on_selector_all(
        "[data-indicator][data-unit][data-value]",
        "found => found.map(one => [one.dataset.indicator, one.dataset.unit, one.dataset.value])",
    )


def test_every_rate_stands_on_the_page_with_its_very_number(same_page):
    page = same_page
    shown = {tuple(entry) for entry in shown_numbers(page)}
    rates = sample_result().rates
    expected = {
        (rate.indicator, rate.unit_code, "" if rate.value is None else repr(float(rate.value)))
        for rate in rates
    }
    assert shown == expected


def test_the_numbers_are_those_of_the_json_file(same_page, tmp_path):
    from geozone.export.tables import write_tables

    write_tables(sample_result(), tmp_path, lang="zh")
    rows = json.loads((tmp_path / "bth_rates.json").read_text("utf-8"))
    rows = rows["rates"] if isinstance(rows, dict) else rows
    expected = {(row["indicator"], row["unit_code"], row["value"]) for row in rows}
    page = same_page
    shown = {(name, unit, float(value) if value else None) for name, unit, value in shown_numbers(page)}
    assert shown == expected


def test_three_clicks_lead_to_a_countys_coverage_and_its_source(open_page, site):
    page = open_page(site / "bth.html")
    page.locator('tr[data-unit="910101"]').click()
    card = page.locator('#rates article[data-indicator="redline_coverage"]')
    assert "5.0%" in card.inner_text()
    card.locator("details.more summary").click()
    assert "样本" in card.locator(".facts").inner_text()


def test_three_clicks_lead_to_the_bay_that_would_close_the_gap(open_page, site):
    page = open_page(site / "bth.html")
    card = page.locator('#rates article[data-indicator="bay_completion"]')
    card.locator("details.open-items summary").click()
    assert "北湾" not in card.locator(".open-items ul").inner_text()  # it is built already
    card.locator('[data-item="bay-2"]').click()
    page.wait_for_function(
        "() => location.hash.includes('unit=920102') || document.querySelector('.leaflet-popup-content')"
    )


def test_the_year_slider_takes_statuses_back(same_page):
    page = same_page
    slider = page.locator("input[data-year]")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("data-year") == "2024"
    assert "year=2024" in page.evaluate("location.hash")
    assert page.locator('[data-legend="bays:built"] .count').count() == 0 or (
        page.locator('[data-legend="bays:built"] .count').inner_text() == "0"
    )
    page.keyboard.press("End")
    assert "year" not in page.evaluate("location.hash")


def drawn(page):
    """Return the picture of the map when everything asked for so far is drawn."""
    page.wait_for_function("() => !geozone.app.chart.waiting")
    return page.evaluate("() => document.querySelector('.picture canvas').toDataURL()")


def test_two_themes_are_compared_by_swiping(same_page):
    page = same_page
    before = drawn(page)
    page.locator('[data-tool="compare"]').click()
    page.locator("[data-divider]").focus()
    page.wait_for_function(
        "before => document.querySelector('.picture canvas').toDataURL() !== before", arg=before
    )
    half = drawn(page)
    page.keyboard.press("Home")
    page.wait_for_function(
        "before => document.querySelector('.picture canvas').toDataURL() !== before", arg=half
    )
    page.locator('[data-tool="compare"]').click()
    page.wait_for_function(
        "before => document.querySelector('.picture canvas').toDataURL() === before", arg=before
    )


def test_layers_are_switched_on_and_off(same_page):
    page = same_page
    switches = page.locator("input[data-layer]")
    assert switches.count() >= len(sample_result().layers)
    for layer in ("redline", "barrier", "bays", "rivers", "lakes", "coastline"):
        switch = page.locator(f'input[data-layer="{layer}"]')
        assert page.locator(f'[data-legend="{layer}"]').count() == 1
        before = drawn(page)
        switch.click()
        page.wait_for_function(
            "before => document.querySelector('.picture canvas').toDataURL() !== before", arg=before
        )
        page.locator(f'input[data-layer="{layer}"]').click()
        page.wait_for_function(
            "before => document.querySelector('.picture canvas').toDataURL() === before", arg=before
        )


def test_colours_of_the_map_are_those_of_the_legend(open_page, site):
    page = open_page(site / "bth.html")
    for layer in ("redline", "bays", "rivers", "lakes", "coastline"):
        page.locator(f'input[data-layer="{layer}"]').uncheck()
    page.wait_for_timeout(100)
    legend = page.eval_on_selector_all(
        '[data-legend="units"] [data-colour]',
        """entries => entries.map(entry => {
            const canvas = entry.querySelector('canvas');
            const [r, g, b] = canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
            return [r, g, b];
        })""",
    )
    found = page.eval_on_selector(
        ".picture canvas",
        """(canvas, colours) => {
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const counts = colours.map(() => 0);
            for (let at = 0; at < pixels.length; at += 4) {
                const place = colours.findIndex(([r, g, b]) => pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b && pixels[at + 3] === 255);
                if (place >= 0) counts[place] += 1;
            }
            return counts;
        }""",
        legend,
    )
    assert len(legend) >= 3  # a class that no unit falls into has no entry
    assert len({tuple(colour) for colour in legend}) == len(legend)
    assert all(count > 1000 for count in found)


def test_language_is_switched_without_a_reload(same_page):
    page = same_page
    page.evaluate("window.kept = true")
    assert page.locator("h1").inner_text() == "样区"
    page.locator('[data-lang-switch][data-lang="en"]').click()
    assert page.locator("h1").inner_text() == "Sample zone"
    assert page.locator("html").get_attribute("lang") == "en"
    assert "not reviewed" in page.locator("[data-review]").inner_text()
    assert page.evaluate("window.kept") is True
    page.locator('[data-lang-switch][data-lang="zh"]').click()
    assert "未经审图" in page.locator("[data-review]").inner_text()


def test_a_row_of_the_table_chooses_its_unit(open_page, site):
    page = open_page(site / "bth.html")
    page.locator('tr[data-unit="910101"]').click()
    assert page.locator("#rates h2").inner_text().startswith("甲省1市1县")
    assert page.locator('#rates [data-indicator="redline_coverage"]').get_attribute("data-unit") == "910101"
    assert "unit=910101" in page.evaluate("location.hash")


def test_the_table_is_sorted_and_filtered(open_page, site):
    page = open_page(site / "bth.html")
    page.locator('[data-sort="redline_coverage"]').click()
    values = page.eval_on_selector_all(
        'tbody [data-indicator="redline_coverage"]', "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert values == sorted(values, reverse=True)
    assert page.locator('[aria-sort="descending"]').count() == 1
    page.locator("[data-filter]").fill("yisheng")
    assert page.locator("tr[data-unit]").count() == 7
    page.locator("[data-filter]").fill("ys2s1x")
    assert page.locator("tr[data-unit]").evaluate_all("rows => rows.map(row => row.dataset.unit)") == [
        "920201"
    ]


def test_a_deep_link_opens_what_it_names(open_page, site):
    page = open_page(site / "bth.html", "#unit=920102&layer=barrier&lang=en&level=city")
    assert page.locator("h1").inner_text() == "Sample zone"
    assert page.locator("#rates h2").inner_text().startswith("Yi 1-2")
    assert page.locator('input[data-layer="barrier"]').is_checked()
    assert page.locator('[data-choose="level"]').input_value() == "city"


def test_search_finds_by_name_and_pinyin(open_page, site):
    page = open_page(site / "bth.html")
    search = page.locator("[data-search]")
    for typed in ("北湾", "beiwan", "bw"):
        search.fill(typed)
        assert page.locator("#found li").first.inner_text().startswith("北湾")
    search.fill("910202")
    search.press("Enter")
    assert page.locator("#rates h2").inner_text().startswith("甲省2市2县")


def test_the_chosen_unit_is_outlined_on_the_map(open_page, site):
    page = open_page(site / "bth.html", "#unit=910101", reduced_motion="reduce")
    boxes = [page.locator(f".{name} canvas").bounding_box() for name in ("picture", "highlight")]
    assert boxes[0] == boxes[1]  # one lies exactly over the other
    outlined = page.eval_on_selector(
        ".highlight canvas",
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let painted = 0;
            for (let at = 3; at < data.length; at += 4) painted += data[at] > 0;
            return painted;
        }""",
    )
    assert outlined > 1000


def test_a_click_on_the_map_tells_what_is_there(open_page, site):
    page = open_page(site / "bth.html")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.5)
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "县" in popup.inner_text()
    assert page.locator("#rates .crumbs button").count() >= 1


def test_verdicts_are_in_words_and_units(open_page, site):
    page = open_page(site / "bth.html")
    card = page.locator('article[data-indicator="redline_area"]')
    assert "差额 1,000 km²" in card.inner_text()
    page.locator('[data-lang="en"]').click()
    assert "gap 1,000 km²" in card.inner_text()
    band = page.locator('article[data-indicator="bay_completion"]')
    assert band.get_attribute("data-value") == ""
    assert "50.0% to 100%" in band.inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_index_leads_to_the_zones(open_page, site, lang):
    page = open_page(site / "index.html", f"#lang={lang}")
    page.locator(".open").first.click()
    page.wait_for_selector("#map .picture canvas")
    assert page.locator("h1").inner_text() == {"zh": "样区", "en": "Sample zone"}[lang]


def test_layers_follow_the_indicator_that_is_chosen(open_page, site):
    page = open_page(site / "bth.html")
    shown = """() => Object.fromEntries([...document.querySelectorAll('input[data-layer]')].map(one => [one.dataset.layer, one.checked]))"""
    before = page.evaluate(shown)
    page.locator('[data-choose="indicator"]').select_option("redline_coverage")
    page.evaluate("() => window.geozone.app.set({ indicator: 'bay_completion' })")
    bays = page.evaluate(shown)
    assert bays["bays"]
    assert not bays["redline"]
    page.evaluate("() => window.geozone.app.set({ indicator: 'redline_coverage' })")
    red = page.evaluate(shown)
    assert red["redline"]
    assert not red["bays"]
    assert red["graticule"] == before["graticule"]


def test_one_click_on_a_number_of_the_table_opens_its_proof(open_page, site):
    page = open_page(site / "bth.html", reduced_motion="reduce")
    cell = page.locator('tr[data-unit="910000"] td[data-indicator="redline_coverage"]')
    cell.click()
    opened = page.locator('#rates article[data-indicator="redline_coverage"] details.more')
    assert opened.get_attribute("open") is not None
    assert page.locator("#rates h2").inner_text().startswith("甲省")
    told = opened.inner_text()
    for name in ("column_method", "column_source", "column_basis"):
        assert text(f"words.{name}").zh in told
    box = page.locator('#rates article[data-indicator="redline_coverage"]').bounding_box()
    assert 0 <= box["y"] < 900
    assert page.evaluate("() => document.activeElement.matches('details.more summary')")


def test_a_popup_leads_to_the_proof_of_its_number(open_page, site):
    page = open_page(site / "bth.html", "#indicator=redline_coverage", reduced_motion="reduce")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.5)
    page.locator(".leaflet-popup-content [data-proof]").click()
    opened = page.locator('#rates article[data-indicator="redline_coverage"] details.more[open]')
    assert opened.count() == 1
    unit = page.locator('#rates article[data-indicator="redline_coverage"]').get_attribute("data-unit")
    assert unit == page.evaluate("() => geozone.app.units[geozone.app.state.unit].code")


def test_a_clause_is_cited_with_what_is_printed_in_it(open_page, site):
    page = open_page(site / "bth.html")
    page.evaluate(
        "() => document.querySelectorAll('#rates details.more').forEach(one => { one.open = true; })"
    )
    printed = page.evaluate(
        "() => Object.values(geozone.app.data.targets).flatMap(one => Object.values(one.printed))"
    )
    told = page.locator("#rates").inner_text()
    assert printed
    assert any(f"原文“{one}”" in told for one in printed)
