"""Names on the map: by rank, none over another, no county where a prefecture has none; the sea and the land around."""

import pytest
from samples import BUILT_ZONES

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WANTED = {
    ("bth", 390): {"130100", "110000", "120000"},
    ("hebei", 390): {"130100"},
    ("yrd", 1440): {"330700", "320400", "321100", "321200"},
}
# codes of prefectures and capitals in view, those that are named, the names of counties, and pairs of names that overlap
TOLD = """() => {
    const { app } = geozone;
    const { map } = app.chart;
    const size = map.getSize();
    const [west, north] = [map.getBounds().getWest(), map.getBounds().getNorth()];
    const inView = (unit) => {
        const [x, y] = [unit.seat[0] + app.origin[0], unit.seat[1] + app.origin[1]].map((side) => side / 2 ** 26);
        const point = map.latLngToContainerPoint([Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180 / Math.PI, x * 360 - 180]);
        return point.x >= 0 && point.y >= 0 && point.x <= size.x && point.y <= size.y;
    };
    const towns = app.units.filter((unit) => unit.seat && unit.seat[2] < 3 && inView(unit)).map((unit) => unit.code);
    const named = app.labels.filter((label) => label.rank && label.rank < 3 && label.code).map((label) => label.code);
    const counties = app.labels.filter((label) => label.rank === 3 && label.code).map((label) => label.name);
    const overlaps = [];
    app.labels.forEach((one, place) => app.labels.slice(0, place).forEach((other) => {
        const [a, b] = [one.box, other.box];
        if (a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1]) overlaps.push(`${one.name} ${other.name}`);
    }));
    return { towns, named, counties, overlaps };
}"""
COLOUR = """([longitude, latitude]) => {
    const { chart } = geozone.app;
    const canvas = document.querySelector('.picture canvas');
    const point = chart.map.latLngToLayerPoint([latitude, longitude]).subtract(chart.picture._bounds.min);
    const ratio = canvas.width / chart.picture._bounds.getSize().x;
    const copy = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, -Math.round(point.x * ratio), -Math.round(point.y * ratio));
    return [...context.getImageData(0, 0, 1, 1).data];
}"""


@pytest.mark.parametrize("zone", BUILT_ZONES)
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_county_is_named_where_a_prefecture_in_view_is_not(open_page, built, zone, window):
    page = open_page(built / f"{zone}.html", viewport=window, reduced_motion="reduce")
    told = page.evaluate(TOLD)
    assert len(told["towns"]) > 8
    missing = set(told["towns"]) - set(told["named"])
    assert not missing or told["counties"] == []
    # a phone has no room for all 41 of the Yangtze River Delta
    assert len(missing) <= (2 if (zone, window["width"]) == ("yrd", 390) else 0)
    assert set(told["named"]) >= WANTED.get((zone, window["width"]), set())
    assert told["overlaps"] == []


def test_the_rule_holds_wherever_the_map_is_moved(open_page, built):
    page = open_page(built / "yrd.html", viewport={"width": 560, "height": 700}, reduced_motion="reduce")
    without = 0
    for zoom in (4.5, 5.25, 5.75, 6.5, 7.5):
        for place in ((31.3, 120.2), (32.0, 118.8)):
            page.evaluate(
                "([place, zoom]) => { geozone.app.chart.map.setView(place, zoom, { animate: false }); geozone.app.chart.redrawNow(); }",
                [place, zoom],
            )
            told = page.evaluate(TOLD)
            missing = set(told["towns"]) - set(told["named"])
            without += bool(missing)
            assert not missing or told["counties"] == []
            assert told["overlaps"] == []
    assert without  # else the rule was never asked for


def test_names_change_with_the_language(open_page, built):
    page = open_page(built / "hebei.html", "#lang=en", viewport=DESKTOP, reduced_motion="reduce")
    names = page.evaluate("() => geozone.app.labels.map((label) => label.name)")
    assert {"Shijiazhuang", "Bohai Sea", "Shandong"} <= set(names)


def test_the_sea_is_water_and_neighbours_are_land_without_a_line(zone_page):
    page = zone_page("bth")
    backdrop = page.evaluate("() => geozone.app.data.backdrop")

    def drawn(place):
        return "#" + bytes(page.evaluate(COLOUR, place)[:3]).hex()

    assert drawn([119.3, 38.4]) == backdrop["grounds"]["sea"]["fill"]
    assert page.evaluate(COLOUR, [113.2, 40.8])[3] == 0  # the ground of the map shows through
    ground = page.eval_on_selector("#map", "map => getComputedStyle(map).backgroundColor")
    assert ground == f"rgb({', '.join(str(part) for part in bytes.fromhex(backdrop['land'][1:]))})"


PIXELS = """places => {
    const { chart } = geozone.app;
    const canvas = document.querySelector('.picture canvas');
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const ratio = canvas.width / chart.picture._bounds.getSize().x;
    return places.map(([longitude, latitude]) => {
        const point = chart.map.latLngToLayerPoint([latitude, longitude]).subtract(chart.picture._bounds.min);
        const at = (Math.round(point.y * ratio) * copy.width + Math.round(point.x * ratio)) * 4;
        return [...data.slice(at, at + 3)];
    });
}"""


def test_under_the_relief_every_pixel_has_a_shade_that_the_legend_shows(open_page, built):
    page = open_page(built / "hebei.html", viewport=DESKTOP, reduced_motion="reduce")
    page.evaluate(
        """() => {
            const { app } = geozone;
            for (const layer of app.layers.values()) layer.shown = false;
            app.grounds = {};
            app.data.backdrop.names = [];
            for (const unit of app.units) [unit.name, unit.nameEn, unit.seat] = ['', '', null]; // names would lie over the colours
            app.tell(['layers']);
            app.chart.redrawNow();
        }"""
    )
    places = [[114 + step * 0.037, 38 + step * 0.041] for step in range(100)]
    plain = page.evaluate(PIXELS, places)
    colours = set(
        page.eval_on_selector_all(
            "[data-legend^='units:'][data-colour]", "found => found.map(one => one.dataset.colour)"
        )
    )
    known = [place for place, pixel in zip(places, plain, strict=True) if "#" + bytes(pixel).hex() in colours]
    assert len(known) > 50
    before = page.evaluate(PIXELS, known)
    page.locator('input[data-layer="relief"]').check()
    page.evaluate("() => geozone.app.chart.redrawNow()")
    shaded = page.evaluate(PIXELS, known)
    darkest = page.eval_on_selector(
        "[data-legend='units:zero'] canvas, [data-legend='units:class0'] canvas",
        """canvas => {
            const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const red = (x) => context.getImageData(x, canvas.height / 2, 1, 1).data[0];
            return red(canvas.width - 5) / red(8);
        }""",
    )
    assert 0.6 < darkest < 0.85
    shades = [
        two / one
        for first, second in zip(before, shaded, strict=True)
        for one, two in zip(first, second, strict=True)
    ]
    assert min(shades) > darkest - 0.06
    assert max(shades) <= 1.01
    assert min(shades) < 0.95  # there are mountains
