"""Legends: their colours are those of the map, of every layer, with and without relief; pointing at an entry shows what it stands for."""

import pytest
from samples import THOROUGH

from geozone.symbology import RATE_MISSING

DESKTOP = {"width": 1440, "height": 900}
HISTOGRAM = """
    const histogram = (canvas) => {
        const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
        const context = copy.getContext('2d', { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        const counts = new Map();
        const { data } = context.getImageData(0, 0, copy.width, copy.height);
        for (const word of new Uint32Array(data.buffer)) counts.set(word, (counts.get(word) ?? 0) + 1);
        return [...counts].filter(([word]) => word >>> 24 === 255).map(([word, count]) => [[word & 255, (word >> 8) & 255, (word >> 16) & 255], count]);
    };
"""
# of every layer alone: the colours of its entries in the legend, and those of the map
LAYERS = (
    """relief => {
    const { app } = geozone;
    app.data.backdrop.names = [];
    for (const unit of app.units) [unit.name, unit.nameEn, unit.seat] = ['', '', null]; // names would lie over the colours
    app.set({ indicator: null });
"""
    + HISTOGRAM
    + """
    const found = {};
    for (const layer of app.layers.values()) {
        if (!layer.legend) continue;
        for (const other of app.layers.values()) other.shown = other === layer || (relief && other.id === 'relief');
        app.tell(['layers']);
        app.chart.redrawNow();
        const entries = [...document.querySelectorAll(`[data-legend^="${layer.id}:"]`)];
        found[layer.id] = [entries.map((one) => [
            one.dataset.legend,
            ((symbol) => (symbol.fill ? symbol.kind : 'stroke'))(layer.legend.find((entry) => one.dataset.legend === `${layer.id}:${entry.key}`).symbol),
            histogram(one.querySelector('canvas')),
        ]), histogram(document.querySelector('.picture canvas'))];
    }
    return found;
}"""
)
NEAR, MOST = (
    3,
    5,
)  # a line thinner than a pixel and a half has no pixel of its colour alone; an area has as many at least
AREAS = {"fill", "tint"}


def own_colour(swatch, grounds):
    """Return the colour that most of a swatch has, but for what it lies on."""
    return max((count, tuple(colour)) for colour, count in swatch if tuple(colour) not in grounds)[1]


def assert_colours(found, grounds):
    compared = 0
    for entries, picture in found.values():
        drawn = {tuple(colour): count for colour, count in picture}
        for name, kind, swatch in entries:
            colour = own_colour(swatch, grounds)
            if kind in AREAS:
                assert drawn.get(colour, 0) >= MOST, (name, colour)
            else:
                nearest = min(
                    max(abs(one - other) for one, other in zip(colour, pixel, strict=True)) for pixel in drawn
                )
                assert nearest <= NEAR, (name, colour)
            compared += 1
    return compared


@pytest.mark.parametrize("relief", [True, False] if THOROUGH else [True])
def test_every_layer_has_the_colours_of_its_legend(open_page, built, relief):
    page = open_page(built / "bth.html", viewport=DESKTOP, reduced_motion="reduce")
    found = page.evaluate(LAYERS, relief)
    # what symbols lie on: the paper, most of the swatch of a line, and the sea
    sea = page.evaluate("() => geozone.app.grounds.sea.symbol.fill")
    paper = max((count, tuple(colour)) for colour, count in found["coastline"][0][0][2])[1]
    grounds = {paper, tuple(bytes.fromhex(sea[1:]))}
    assert assert_colours(found, grounds) > 20


UNITS = (
    """() => {"""
    + HISTOGRAM
    + """
    geozone.app.chart.redrawNow();
    const counts = histogram(document.querySelector('.picture canvas'));
    return Object.fromEntries(counts.map(([colour, count]) => ['#' + colour.map((part) => part.toString(16).padStart(2, '0')).join(''), count]));
}"""
)


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_an_entry_of_the_legend_that_is_pointed_at_fades_all_other_units(open_page, site, how):
    page = open_page(site / "bth.html", reduced_motion="reduce")
    page.evaluate(
        """() => {
            for (const layer of geozone.app.layers.values()) layer.shown = false;
            geozone.app.tell(['layers']);
        }"""
    )
    entries = page.locator('[data-legend="units"] li[data-colour]')
    colours = entries.evaluate_all("found => found.map(one => one.dataset.colour)")
    before = page.evaluate(UNITS)
    shown = [colour for colour in colours if before.get(colour, 0) > 1000]
    assert len(shown) > 2
    entry = page.locator(f'[data-legend="units"] li[data-colour="{shown[0]}"]')
    entry.hover() if how == "hover" else entry.focus()
    lit = page.evaluate(UNITS)
    assert lit.get(shown[0], 0) > 0.95 * before[shown[0]]
    assert all(lit.get(colour, 0) < 0.05 * before[colour] for colour in shown[1:])
    page.mouse.move(1, 1) if how == "hover" else entry.blur()
    assert page.evaluate(UNITS) == before


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_an_entry_of_the_index_that_is_pointed_at_fades_all_other_units(open_page, site, how):
    page = open_page(site / "index.html", reduced_motion="reduce")
    fills = page.eval_on_selector_all(
        ".zone-card path", "found => found.map(one => one.getAttribute('fill'))"
    )
    chosen = next(fill for fill in fills if fill != RATE_MISSING)
    entry = page.locator(f'.index-legend li[data-colour="{chosen}"]')
    entry.hover() if how == "hover" else entry.focus()
    clear = page.eval_on_selector_all(
        ".zone-card path:not(.faded)", "found => found.map(one => one.getAttribute('fill'))"
    )
    assert clear == [fill for fill in fills if fill == chosen]
    assert len(clear) < len(fills)
    page.mouse.move(1, 1) if how == "hover" else entry.blur()
    assert page.locator(".zone-card path.faded").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_number_of_the_index_leads_to_its_proof(open_page, site, lang):
    page = open_page(site / "index.html", f"#lang={lang}")
    number = page.locator(".main-rates li[data-indicator] a").first
    line = page.locator(".main-rates li[data-indicator]").first
    indicator, value = line.get_attribute("data-indicator"), line.get_attribute("data-value")
    number.click()
    page.wait_for_selector("[data-ready]")
    card = page.locator(f'#rates article[data-indicator="{indicator}"]')
    assert card.get_attribute("data-value") == value
    assert card.locator("details.more").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.matches('details.more > summary')")
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]


def test_every_number_of_the_index_has_a_link(open_page, site):
    page = open_page(site / "index.html")
    numbers = page.locator(".main-rates li[data-indicator], .comparison-table td[data-indicator]")
    assert numbers.count() > 4
    links = numbers.locator("strong a").evaluate_all("found => found.map(one => one.getAttribute('href'))")
    assert len(links) == numbers.count()
    wanted = numbers.evaluate_all("found => found.map(one => one.dataset.indicator)")
    assert [link.partition("proof=")[2].partition("&")[0] for link in links] == wanted
