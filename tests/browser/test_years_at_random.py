"""Whatever registers and figures hold: every year of the slider has the numbers of that year in panel, table, map, legend and swipe."""

from collections import Counter
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
import shapely
from rate_samples import COUNTIES, NAME, compute_rates, register, target
from samples import sample_layer, sample_result, sample_units

from geozone.manifest.indicators import load_indicators
from geozone.maps.by_year import at_year
from geozone.maps.indicators import shown_value
from geozone.maps.page import render_page
from geozone.messages import Text
from geozone.model import Basis, Comparator, LayerStyle, Level, Status, ZoneResult
from geozone.policy.plausibility import Published, territory
from geozone.rates.by_year import changed, rates_by_year
from geozone.rates.compute import chosen_indicators, zone_units
from geozone.rates.facts import Facts
from geozone.rates.figures import Figure, Figures
from geozone.rates.wording import value_text
from geozone.story.zone import zone_story

BAYS, PM25 = "bay_completion", "pm25_annual_mean"
EACH = 3  # items of a county
SHOW_CITIES = """indicator => {
    const { app } = geozone;
    app.grounds = {};
    app.data.backdrop.names = [];
    for (const unit of app.units) [unit.name, unit.nameEn, unit.seat] = ['', '', null]; // names would lie over the colours
    app.set({ indicator, level: 'city' });
}"""
BLOCK = 12  # pixels beside each other that are looked at: wider than the step of a hatch
PIXELS = """block => {
    const { app } = geozone;
    app.chart.redrawNow();
    const canvas = document.querySelector('.picture canvas');
    const { map, picture } = app.chart;
    const ratio = canvas.width / picture._bounds.getSize().x;
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return Object.fromEntries(app.partition.city.map((place) => {
        const box = app.features.box(place);
        const [x, y] = [box[0] * 0.3 + box[2] * 0.7, box[1] * 0.3 + box[3] * 0.7];
        const middle = app.chart.centreOf([x, y, x, y]);
        const point = map.latLngToLayerPoint(middle).subtract(picture._bounds.min);
        const { data } = context.getImageData(Math.round(point.x * ratio), Math.round(point.y * ratio), block, block);
        const found = new Set();
        for (let at = 0; at < data.length; at += 4) {
            found.add('#' + [...data.slice(at, at + 3)].map((part) => part.toString(16).padStart(2, '0')).join(''));
        }
        return [app.units[place].code, [[...found], map.latLngToContainerPoint(middle).x / map.getSize().x]];
    }));
}"""


def result_at_random(seed):
    """Return a zone of eight counties with three bays each, of any status and date, and with figures of some years."""
    random = Random(seed)
    zone = replace(sample_result().zone, short=Text("样本区", "the sample zone"))
    rows = []
    for county in COUNTIES:
        for _ in range(EACH):
            status = random.choice(
                [Status.BUILT, Status.BUILT, Status.PLANNED, Status.UNKNOWN, Status.RECOGNISED]
            )
            date = random.choice(["2020", "2021-03", "2022-12-31", "2023", ""])
            rows.append((status, date, None, 1.0, county))
    registers = {"bay": register(rows, Basis.OFFICIAL)}
    years = random.sample(range(2019, 2026), 4)
    figures = Figures(
        Figure(
            PM25,
            zone.key,
            NAME,
            year,
            random.choice([28.0, 32.0, 33.0, 41.5]),
            "ug/m3",
            "=",
            "value",
            Basis.PUBLIC,
            NAME,
            "",
        )
        for year in sorted(years)
    )
    goals = [
        target(zone=zone.key, region=NAME),
        target(
            zone=zone.key,
            comparator=Comparator.AT_MOST,
            value=33.0,
            unit="ug/m3",
            indicator=PM25,
            id="T-2",
            region=NAME,
        ),
    ]
    table = sample_units()
    given = {"zone": zone, "units": table, "registers": registers}
    rates = compute_rates(
        **given, mosaic=pd.DataFrame(), lengths={}, layers={}, targets=goals, figures=figures.all
    )
    facts = Facts(
        zone=zone, units=zone_units(table), parents=dict(zip(table["code"], table["parent"], strict=True)), specs={},
        tables={}, registers=registers, figures=figures,
    )  # fmt: skip
    size = territory(zone.key, zone.members, zone.coastal, 19_200.0, Published())
    by_year = rates_by_year(facts, chosen_indicators(load_indicators(), goals, []), goals, size)
    items = registers["bay"].items
    boxes = []
    for place, code in enumerate(items["county_code"]):
        west, south, east, north = table.set_index("code").geometry[code].bounds
        low = south + (north - south) * (place % EACH) / EACH
        boxes.append(shapely.box(west, low, west + (east - west) / 4, low + (north - south) / EACH))
    style = LayerStyle("status", fill="#2b6ca3", stroke="#1b4a73", width=1, opacity=0.6)
    bays = sample_layer(
        "bays", "bay", boxes, style, status=list(items["status"]), item_id=list(items["item_id"])
    )
    return ZoneResult(
        zone=zone, title=NAME, review_number="", units=table, layers={"bays": bays}, mosaic=pd.DataFrame(), rates=rates,
        targets=goals, documents={}, registers=registers, indicators=load_indicators(), figures=figures,
        years={year: changed(rates, then) for year, then in by_year.items()},
    )  # fmt: skip


def colour_of(rate, page_classes, colours):
    """Return the colour that a rate has in the classes of the page, and whether it is hatched, being a band."""
    shown = shown_value(rate)
    if shown is None:
        return colours["missing"], False
    if shown <= 0 and page_classes["zero"] is not None:
        return colours["zero"], rate.value is None
    place = next((place for place, bound in enumerate(page_classes["bounds"]) if shown <= bound), -1)
    return page_classes["colours"][place], rate.value is None


def colours_of_cities(result, page):
    classes = page.evaluate("name => geozone.app.indicators[name].classes.city", BAYS)
    colours = page.evaluate("() => geozone.app.data.rate_colours")
    return {
        rate.unit_code: colour_of(rate, classes, colours)
        for rate in result.rates
        if rate.indicator == BAYS and rate.level is Level.CITY
    }


def assert_panel_and_table(page, then):
    for rate in then.rates:
        if rate.level is Level.ZONE and rate.indicator in {BAYS, PM25}:
            card = page.locator(f'#rates > article[data-indicator="{rate.indicator}"]')
            if card.count():
                assert card.get_attribute("data-value") == ("" if rate.value is None else repr(rate.value))
                assert card.locator(".figure strong").inner_text() == value_text(rate).zh
            else:
                assert rate.value is None
    cells = page.eval_on_selector_all(
        f'tbody [data-indicator="{BAYS}"][data-unit]',
        "found => found.map(one => [one.dataset.unit, one.dataset.value])",
    )
    values = {rate.unit_code: rate.value for rate in then.rates if rate.indicator == BAYS}
    assert len(cells) >= len(values)
    for code, value in cells:
        assert value == ("" if values[code] is None else repr(values[code])), code


def assert_legend(page, then):
    statuses = Counter(then.registers["bay"].items["status"].astype(str))
    counts = page.eval_on_selector_all(
        "[data-legend^='bays:'] .count",
        "found => found.map(one => [one.parentNode.dataset.legend, Number(one.textContent)])",
    )
    assert {name.partition(":")[2]: count for name, count in counts if count} == dict(statuses)


def assert_map(page, expected, *, sides=(0, 1)):
    """Hold the colours of the cities that lie between two parts of the map's width against those of their rates."""
    looked_at = {
        code: set(found)
        for code, (found, side) in page.evaluate(PIXELS, BLOCK).items()
        if sides[0] < side < sides[1]
    }
    assert looked_at
    for code, found in looked_at.items():
        colour, hatched = expected[code]
        assert colour in found, code
        assert (len(found) > 1) == hatched, code


@pytest.mark.parametrize("seed", range(3))
def test_every_year_shows_its_own_numbers_everywhere(open_page, tmp_path, seed):
    result = result_at_random(seed)
    path = tmp_path / "years.html"
    path.write_text(render_page(result), "utf-8")
    page = open_page(path, reduced_motion="reduce")
    page.evaluate(SHOW_CITIES, BAYS)
    slider = page.locator("input[data-year]")
    latest = colours_of_cities(result, page)
    seen = []
    for year in [*result.years, max(result.years) + 1]:
        slider.fill(str(year))
        then = at_year(result, year) if year in result.years else result
        story = page.locator("#story").inner_text()
        assert story == (f"截至 {year} 年末：" if year in result.years else "") + zone_story(then).zh
        assert_panel_and_table(page, then)
        assert_legend(page, then)
        expected = colours_of_cities(then, page)
        assert_map(page, expected)
        seen.append((story, tuple(expected.values())))
    assert len(set(seen)) > 2  # years differ, or nothing was shown
    first = min(result.years)
    page.evaluate(
        "year => geozone.app.set({ compare: { left: `year:${year}`, right: 'year:latest' } })", first
    )
    then = colours_of_cities(at_year(result, first), page)
    assert_map(page, then, sides=(0, 0.45))
    assert_map(page, latest, sides=(0.55, 1))
