"""A layer that travels as tiles: nothing is lost, everything is found, colours are the legend's."""

import numpy as np
import pytest
import shapely
from conftest import LARGE_SIDE, tiled_page
from samples import sample_layer, sample_result

from geozone.model import LayerStyle

NUMBER = LARGE_SIDE**2


def settle(page):
    page.wait_for_function(
        "() => [...geozone.app.layers.values()].every(layer => !layer.loading) && !geozone.app.chart.waiting"
    )


@pytest.fixture(scope="module")
def ragged(tmp_path_factory):
    """Return a page with 3,000 polygons from some ten metres to some kilometres, many on top of each other."""
    random = np.random.default_rng(6)
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radius = 10 ** random.uniform(-4, -1.8, (3000, 1)) * (1 + 0.3 * random.uniform(-1, 1, (3000, 14)))
    centre = random.uniform([116.02, 38.02], [117.98, 38.98], (3000, 2))
    shapes = shapely.polygons(
        centre[:, None] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    )
    return tiled_page(tmp_path_factory.mktemp("ragged") / "bth.html", shapes), shapes


def test_every_polygon_is_found_at_the_last_zoom_and_nothing_else(open_page, ragged):
    path, shapes = ragged
    places = shapely.point_on_surface(shapes)
    page = open_page(path)
    found = page.evaluate(
        """async places => {
            const { chart, layers } = geozone.app;
            const layer = [...layers.values()].find(one => one.id === 'redline');
            const zoom = chart.map.getMaxZoom();
            chart.map.setView([38.5, 117], zoom, { animate: false });
            await layer.settle(zoom, [-1e9, -1e9, 1e9, 1e9]);
            return places.map(([lng, lat]) => chart.hits({ lng, lat }).features
                .filter(hit => hit.layer.id === 'redline')
                .map(hit => Number(layer.row(hit.feature).name.slice('redline '.length)) - 1));
        }""",
        shapely.get_coordinates(places).tolist(),
    )
    rounding = 4e-5  # degrees, some 4 m: tiles hold coordinates to about 2 m
    tree = shapely.STRtree(shapes)
    for row, (place, hits) in enumerate(zip(places, found, strict=True)):
        near = {int(one) for one in tree.query(place, "dwithin", rounding)}
        edge = {one for one in near if shapes[one].boundary.dwithin(place, rounding)} - {row}
        assert near - edge <= set(hits) <= near, row
        assert row in hits


WORKERS = {
    "allowed": "",
    "absent": "delete window.Worker;",
    "refused": "window.Worker = class { constructor() { throw new Error('refused'); } };",
    "silent": "window.Worker = class { constructor() { setTimeout(() => this.onerror(), 300); } postMessage() {} };",
}


@pytest.mark.parametrize("worker", WORKERS)
def test_tiles_are_unpacked_with_and_without_a_worker(open_page, ragged, worker):
    path, _ = ragged
    page = open_page(path, first=WORKERS[worker])
    settle(page)
    assert len(page.workers) == (worker == "allowed")
    found = page.evaluate(
        """async () => {
            const layer = [...geozone.app.layers.values()].find(one => one.id === 'redline');
            let count = 0;
            for (let row = 0; row < 3000; row += 100) count += Boolean(await layer.locate(row));
            return count;
        }"""
    )
    assert found == 30


def test_a_crowded_picture_is_drawn_in_many_frames_and_comes_out_the_same(open_page, tmp_path):
    """What one frame would have drawn at once, whichever way the map was moved meanwhile."""
    random = np.random.default_rng(8)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    centre = random.uniform([116.02, 38.02], [117.98, 38.98], (4000, 2))
    radius = random.uniform(0.002, 0.02, (4000, 1))
    shapes = shapely.polygons(
        centre[:, None] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    )
    path = tiled_page(tmp_path / "bth.html", shapes)
    page = open_page(path, reduced_motion="reduce")
    settle(page)
    page.evaluate(
        """() => {
            window.frames_ = 0;
            const next = () => { frames_ += 1; requestAnimationFrame(next); };
            next();
            const { map } = geozone.app.chart;
            map.setView([38.5, 117], map.getZoom() + 0.25, { animate: false });
            map.setView([38.4, 117], map.getZoom(), { animate: false });
        }"""
    )
    settle(page)
    assert page.evaluate("() => frames_") > 4
    drawn, at_once = page.evaluate(
        """() => {
            const { app } = geozone;
            const layer = [...app.layers.values()].find(one => one.id === 'redline');
            const { paint } = layer;
            let view = null;
            layer.paint = (_, current) => { view = current; };
            app.chart.redrawNow();
            return [view, { ...view, printing: true }].map(look => {
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [look.width, look.height];
                paint.call(layer, canvas.getContext('2d'), look, null);
                return canvas.toDataURL();
            });
        }"""
    )
    assert len(drawn) > 10_000
    assert drawn == at_once


def test_clicks_open_the_polygons_they_fall_on(open_page, ragged):
    path, shapes = ragged
    page = open_page(path, reduced_motion="reduce")
    box = page.locator("#map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    met = np.bincount(shapely.STRtree(shapes).query(shapes)[0])
    alone = np.flatnonzero(met == 1).tolist()[::40]
    assert len(alone) > 8
    for row in alone[:12]:
        (lng, lat), *_ = shapely.get_coordinates(shapely.point_on_surface(shapes[row]))
        page.evaluate(
            "([lat, lng]) => geozone.app.chart.map.setView([lat, lng], 18, { animate: false })", [lat, lng]
        )
        settle(page)
        page.mouse.click(*middle)
        page.wait_for_function(
            "name => document.querySelector('.leaflet-popup-content')?.innerText.includes(name)",
            arg=f"redline {row + 1}",
        )


def test_a_feature_of_a_tiled_layer_is_found_by_its_name(open_page, ragged):
    path, shapes = ragged
    page = open_page(path, reduced_motion="reduce")
    search = page.locator("[data-search]")
    search.fill("REDLINE 2718")
    page.locator("#found li").first.wait_for()
    assert page.locator("#found li").count() == 1
    search.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.leaflet-popup-content')?.innerText.includes('redline 2718')"
    )
    bounds = page.evaluate(
        "() => { const b = geozone.app.chart.map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; }"
    )
    assert shapely.box(*bounds).contains(shapes[2717])
    assert page.evaluate("() => geozone.app.chart.map.getZoom()") >= 11
    outlined = page.eval_on_selector(
        ".highlight canvas",
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let painted = 0;
            for (let at = 3; at < data.length; at += 4) painted += data[at] > 0;
            return painted;
        }""",
    )
    assert outlined > 20


@pytest.fixture(scope="module")
def tiled(tmp_path_factory):
    """Return the sample page with every layer as tiles."""
    from geozone.maps import page

    patch = pytest.MonkeyPatch()
    patch.setattr(page, "PLAIN_FEATURES", 0)
    result = sample_result()
    result.layers["lakes"].data["name"] = ["重明湖"]
    path = tmp_path_factory.mktemp("tiled") / "bth.html"
    path.write_text(page.render_page(result), "utf-8")
    patch.undo()
    return path


def test_a_feature_is_found_by_pinyin(open_page, tiled):
    page = open_page(tiled, reduced_motion="reduce")
    search = page.locator("[data-search]")
    for typed in ("chongminghu", "zhongming", "cmh", "cminghu", "minghu"):
        search.fill(typed)
        page.locator("#found li", has_text="重明湖").wait_for()
        search.press("Enter")
        page.locator(".leaflet-popup-content", has_text="重明湖").wait_for()
        page.locator(".leaflet-popup-close-button").click()
        page.locator(".leaflet-popup-content").wait_for(state="detached")


def test_features_of_a_tiled_layer_are_named_on_the_map(open_page, tiled):
    page = open_page(tiled, "#layer=lakes", reduced_motion="reduce")
    settle(page)
    page.evaluate(
        """async () => {
            const { app } = geozone;
            const layer = [...app.layers.values()].find(one => one.id === 'lakes');
            app.chart.flyTo(await layer.locate(0));
        }"""
    )
    settle(page)
    page.wait_for_function("() => geozone.app.labels.some(label => label.name === '重明湖')")


def colour_at(page, place):
    """Return the colour that the map has at a place."""
    settle(page)
    return page.evaluate(
        """([lng, lat]) => {
            const { chart } = geozone.app;
            const canvas = document.querySelector('.picture canvas');
            const { x, y } = chart.map.latLngToLayerPoint([lat, lng]).subtract(chart.picture._bounds.min);
            const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, -Math.round(x), -Math.round(y));
            return [...context.getImageData(0, 0, 1, 1).data];
        }""",
        place,
    )


def test_the_year_slider_reaches_tiled_layers(open_page, tiled, site):
    # below its name, which the page of few features writes into it
    bay, pages = [118.15, 38.21], [open_page(tiled), open_page(site / "bth.html")]
    latest = [colour_at(page, bay) for page in pages]
    assert latest[0] == latest[1]
    for page in pages:
        slider = page.locator("input[data-year]")
        slider.focus()
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        assert slider.get_attribute("data-year") == "2024"
        assert page.locator('[data-legend="bays:built"] .count').inner_text() == "0"
        assert page.locator('[data-legend="bays:unknown"] .count').inner_text() == "2"
    pages[0].locator(".picture canvas").screenshot()  # a frame has passed
    earlier = [colour_at(page, bay) for page in pages]
    assert earlier[0] == earlier[1] != latest[0]
    for page in pages:
        page.keyboard.press("End")
    assert [colour_at(page, bay) for page in pages] == latest


def test_an_item_of_a_tiled_layer_is_gone_to(open_page, tiled):
    page = open_page(tiled, reduced_motion="reduce")
    search = page.locator("[data-search]")
    search.fill("beiwan")
    page.locator("#found li", has_text="北湾").wait_for()
    search.press("Enter")
    page.locator(".leaflet-popup-content").wait_for()
    assert page.evaluate("() => geozone.app.chart.map.getZoom()") > 8


STATUSES = ("built", "recognised", "under_construction", "planned")


@pytest.mark.parametrize("opacity", [1, 0.55])
@pytest.mark.parametrize("plain", [True, False])
def test_every_polygon_is_painted_in_its_legend_colour(open_page, tmp_path, monkeypatch, plain, opacity):
    """Also where polygons of one status overlap, and are transparent."""
    from geozone.maps import page as pages

    if not plain:
        monkeypatch.setattr(pages, "PLAIN_FEATURES", 100)
    side = 20
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    west, south = 116 + x.ravel() * 2 / side, 38 + y.ravel() / side
    boxes = shapely.box(west, south, west + 1.2 / side, south + 0.6 / side)
    result = sample_result()
    style = LayerStyle("status", fill="#2b6ca3", stroke="#1b4a73", width=0.5, opacity=opacity)
    statuses = [STATUSES[place % 4] for place in range(side * side)]
    bays = sample_layer("bays", "bay", [*boxes, *boxes], style, status=[*statuses, *statuses])
    result.layers = {"bays": bays}
    result.registers, result.rates = {}, []
    for named in (result.units, bays.data):
        named[["name", "name_en"]] = ""  # names would lie over the colours
    path = tmp_path / "bth.html"
    path.write_text(pages.render_page(result), "utf-8")
    page = open_page(path)
    looked = 0
    for zoom in (9, 11, 14):
        page.evaluate("zoom => geozone.app.chart.map.setView([38.5, 117], zoom, { animate: false })", zoom)
        settle(page)
        seen, wrong = page.evaluate(
            """([centres, statuses]) => {
                const { chart } = geozone.app;
                const pixels = canvas => {
                    const copy = document.createElement('canvas');
                    [copy.width, copy.height] = [canvas.width, canvas.height];
                    const context = copy.getContext('2d', { willReadFrequently: true });
                    context.drawImage(canvas, 0, 0);
                    return context.getImageData(0, 0, copy.width, copy.height).data;
                };
                const swatches = Object.fromEntries([...new Set(statuses)].map(status => {
                    const swatch = document.querySelector(`[data-legend="bays:${status}"] canvas`);
                    const middle = (swatch.height / 2 * swatch.width + swatch.width / 2) * 4;
                    return [status, pixels(swatch).slice(middle, middle + 4).join()];
                }));
                const canvas = document.querySelector('.picture canvas');
                const data = pixels(canvas);
                const corner = chart.picture._bounds.min;
                let seen = 0;
                const wrong = [];
                centres.forEach(([lng, lat], place) => {
                    const { x, y } = chart.map.latLngToLayerPoint([lat, lng]).subtract(corner);
                    if (x < 3 || y < 3 || x > canvas.width - 3 || y > canvas.height - 3) return;
                    for (let step = 0; step < 25; step++) {
                        seen += 1;
                        const at = ((Math.round(y) - 2 + Math.floor(step / 5)) * canvas.width + Math.round(x) - 2 + (step % 5)) * 4;
                        const colour = data.slice(at, at + 4).join();
                        if (colour !== swatches[statuses[place]]) wrong.push([place, colour, swatches[statuses[place]]]);
                    }
                });
                return [seen, wrong.slice(0, 5)];
            }""",
            [[[w + 0.6 / side, s + 0.3 / side] for w, s in zip(west, south, strict=True)], statuses],
        )
        assert wrong == []
        looked += seen
    assert looked > side * side * 25


def test_a_click_shows_the_attributes_of_the_polygon(open_page, large):
    page = open_page(large)
    page.evaluate(
        "() => geozone.app.chart.map.setView([38.0 + 0.009 + 0.5, 116 + 0.0175 + 1], 13, { animate: false })"
    )
    settle(page)
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "redline 821" in popup.inner_text()
    assert "样本 sample" in popup.inner_text()


def test_colours_are_the_legends_at_every_level(open_page, large):
    page = open_page(large)
    for zoom in (8, 10, 13):
        swatch, share = drawn_share(page, zoom)
        assert swatch == [0xB0, 0x30, 0x30]
        # a polygon covers 0.035 x 0.018 of every 0.05 x 0.025 degrees: about half of the ground
        assert 0.2 < share < 0.65, zoom


def drawn_share(page, zoom):
    """Return the colour of the legend, and how much of the middle of the map has it."""
    page.evaluate("zoom => geozone.app.chart.map.setView([38.51, 117.02], zoom, { animate: false })", zoom)
    settle(page)
    return page.evaluate(
        """() => {
            const legend = document.querySelector('[data-legend="redline:all"] canvas');
            const read = (canvas, x, y, width, height) => {
                const copy = Object.assign(document.createElement('canvas'), { width, height });
                const context = copy.getContext('2d', { willReadFrequently: true });
                context.drawImage(canvas, -Math.round(x), -Math.round(y));
                return context.getImageData(0, 0, width, height).data;
            };
            const [r, g, b] = read(legend, legend.width / 2, legend.height / 2, 1, 1);
            const canvas = document.querySelector('.picture canvas');
            const data = read(canvas, canvas.width * 0.4, canvas.height * 0.4, 200, 100);
            let same = 0;
            for (let at = 0; at < data.length; at += 4) same += data[at] === r && data[at + 1] === g && data[at + 2] === b;
            return [[r, g, b], same / (data.length / 4)];
        }"""
    )


@pytest.mark.parametrize("plain", [True, False])
def test_a_hatch_has_the_colours_of_its_legend(open_page, tmp_path, monkeypatch, plain):
    from geozone.maps import page as pages

    if not plain:
        monkeypatch.setattr(pages, "PLAIN_FEATURES", 0)
    result = sample_result()
    style = LayerStyle("hatch", fill="#b03030", stroke="#701010", width=0.5, opacity=0.6)
    ground = [shapely.box(116, 38, 117.5, 39), shapely.box(116.5, 38, 118, 39)]
    result.layers = {"redline": sample_layer("redline", "redline", ground, style)}
    result.units[["name", "name_en"]] = ""  # names would lie over the colours
    result.rates = []
    path = tmp_path / "bth.html"
    path.write_text(pages.render_page(result), "utf-8")
    page = open_page(path, device_scale_factor=2)
    page.evaluate("() => geozone.app.chart.map.setView([38.25, 116.25], 11, { animate: false })")
    settle(page)
    legend, seen = page.evaluate(
        """() => {
            const colours = (canvas, left, top, width, height) => {
                const { data } = canvas.getContext('2d').getImageData(left, top, width, height);
                const found = new Set();
                for (let at = 0; at < data.length; at += 4) found.add(data.slice(at, at + 4).join());
                return [...found].sort();
            };
            const swatch = document.querySelector('[data-legend="redline:all"] canvas');
            const map = document.querySelector('.picture canvas');
            return [
                colours(swatch, 4, 4, swatch.width - 8, swatch.height - 8),
                colours(map, map.width / 2 - 50, map.height / 2 - 50, 100, 100),
            ];
        }"""
    )
    assert len(seen) > 2
    assert set(seen) <= set(legend)
