"""The printed sheet: one landscape page with everything a map must say."""

import re

import pytest


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 842, 595), ("A3", 1191, 842)])
def test_print_gives_one_landscape_page(open_page, site, paper, width, height):
    page = open_page(site / "bth.html")
    page.evaluate("paper => document.getElementById('page').classList.toggle('a3', paper === 'A3')", paper)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [(round(float(across)), round(float(up))) for across, up in boxes] == [(width, height)]


def test_the_sheet_says_what_a_map_must_say(open_page, site):
    page = open_page(site / "bth.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = page.locator(".sheet").inner_text()
    for said in (
        "图例",
        "样本redline",
        "生态保护红线面积",
        "还差 1,000 km²",
        "未经审图",
        "2025",
        "CC0-1.0",
        "CGCS2000",
    ):
        assert said in sheet, said
    assert page.locator(".masthead h1").inner_text() == "样区"
    assert page.locator(".sheet .north").is_visible()
    assert page.locator(".leaflet-control-scale-line").is_visible()
    assert not page.locator("#panel").is_visible()
    assert not page.locator(".legend").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#panel").is_visible()
    assert page.locator(".sheet").inner_text() == ""


def test_the_printed_map_has_a_graticule(open_page, site):
    page = open_page(site / "bth.html")
    count = """() => {
        const canvas = [...document.querySelectorAll('.picture canvas')].at(-1);
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let painted = 0;
        for (let at = 3; at < data.length; at += 4) painted += data[at] > 0;
        return painted;
    }"""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.evaluate(count)
    page.evaluate("() => { geozone.app.printing = false; geozone.app.chart.redrawNow(); }")
    assert printed > page.evaluate(count)
