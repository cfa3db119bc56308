"""The page for everyone: axe-core, the keyboard alone, small screens, still pictures."""

import re
from pathlib import Path

import pytest

from geozone import maps
from geozone.symbology import contrast

AXE = Path(maps.__file__).parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def findings(page):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make setup")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{entry['id']}: {entry['help']} {[node['html'][:160] for node in entry['nodes'][:3]]}"
        for entry in found["violations"]
        if entry["impact"] in {"serious", "critical", "moderate"}
    ]


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_on_the_map_page(open_page, site, lang, scheme):
    page = open_page(site / "bth.html", f"#lang={lang}", color_scheme=scheme)
    page.locator("details.more summary").first.click()
    page.locator('[data-tool="compare"]').click()
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_a_popup_on_a_phone(open_page, site, scheme):
    # a popup that is still fading in has too little contrast
    phone = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce", "color_scheme": scheme}
    page = open_page(site / "bth.html", **phone)
    page.locator("#map").click(position={"x": 150, "y": 260})
    page.locator(".leaflet-popup-content").wait_for()
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_index(open_page, site, scheme):
    assert findings(open_page(site / "index.html", color_scheme=scheme)) == []


def test_the_page_is_dark_by_preference_and_its_map_is_not(open_page, site):
    looks = []
    for scheme in ("light", "dark"):
        page = open_page(site / "bth.html", color_scheme=scheme, reduced_motion="reduce")
        looks.append(
            page.evaluate(
                """() => {
                    const sum = (element) => getComputedStyle(element).backgroundColor.match(/[0-9]+/g).slice(0, 3).reduce((all, part) => all + Number(part), 0);
                    return [sum(document.querySelector('.panel')), document.querySelector('.picture canvas').toDataURL()];
                }"""
            )
        )
        page.emulate_media(media="print")
        assert (
            page.eval_on_selector(".panel", "one => getComputedStyle(one).backgroundColor")
            == "rgb(255, 255, 255)"
        )
    (light, drawn), (dark, same) = looks
    assert light == 3 * 255
    assert dark < 3 * 50
    assert drawn == same


def test_edges_of_controls_are_seen(open_page, site):
    """Their contrast with the ground is at least 3, by day and by night (WCAG 2.2, 1.4.11)."""
    for scheme in ("light", "dark"):
        page = open_page(site / "bth.html", color_scheme=scheme)
        found = page.evaluate(
            """() => ['select', 'input[type=search]', '.language', '.tools', '.legend'].map(name => {
                const element = document.querySelector(name);
                const style = getComputedStyle(element);
                return [name, style.borderTopColor, style.backgroundColor];
            })"""
        )
        for name, edge, ground in found:
            shades = [
                "#" + bytes(map(int, re.findall(r"\d+", colour)[:3])).hex() for colour in (edge, ground)
            ]
            assert contrast(*shades) >= 3, (scheme, name, shades)


def test_a_phone_needs_no_sideways_scrolling(open_page, site):
    for name in ("bth.html", "index.html"):
        page = open_page(site / name, viewport={"width": 390, "height": 844}, has_touch=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_reaches_everything(open_page, site):
    page = open_page(site / "bth.html")
    wanted = {
        "map", "search", "lang", "print", "layer", "choose", "year", "sort", "filter", "row", "section",
    }  # fmt: skip
    reached = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        reached |= set(
            page.evaluate(
                """() => {
                    const at = document.activeElement;
                    return [at.id, ...Object.keys(at.dataset), at.closest('tr[data-unit]') ? 'row' : ''].filter(Boolean);
                }"""
            )
        )
        if wanted <= reached:
            break
    assert wanted <= reached


def test_the_map_moves_by_keyboard(open_page, site):
    page = open_page(site / "bth.html", reduced_motion="reduce")
    page.locator("#map").focus()
    before = page.evaluate("geozone.app.chart.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => geozone.app.chart.map.getCenter().lng > before", arg=before)
    zoom = page.evaluate("geozone.app.chart.map.getZoom()")
    page.keyboard.press("+")
    page.wait_for_function("zoom => geozone.app.chart.map.getZoom() > zoom", arg=zoom)


def test_a_row_is_chosen_by_keyboard(open_page, site):
    page = open_page(site / "bth.html")
    page.locator('tr[data-unit="920201"] button').focus()
    page.keyboard.press("Enter")
    assert page.locator("#rates h2").inner_text().startswith("乙省2市1县")


def test_nothing_moves_for_those_who_ask_for_stillness(open_page, site):
    page = open_page(site / "bth.html", reduced_motion="reduce")
    assert page.evaluate("geozone.app.still") is True
    page.locator('tr[data-unit="920201"]').click()
    zoom = page.evaluate("geozone.app.chart.map.getZoom()")
    page.wait_for_timeout(300)
    assert page.evaluate("geozone.app.chart.map.getZoom()") == zoom


def test_on_a_phone_nothing_covers_the_buttons_of_the_map_and_targets_are_large_enough(open_page, site):
    page = open_page(site / "bth.html", viewport={"width": 390, "height": 844}, has_touch=True)
    if not page.locator(".legend details").evaluate("one => one.open"):
        page.locator(".legend summary").click()
    page.wait_for_timeout(150)
    legend, tools = (page.locator(one).bounding_box() for one in (".legend", ".tools"))
    assert legend["y"] >= tools["y"] + tools["height"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, summary, input:not([type=checkbox])')]
            .filter(one => one.offsetParent)
            .map(one => [one.className || one.tagName, one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []
