"""A layer that travels as tiles: nothing is lost, everything is found, colours are the legend's."""

import numpy as np
import pytest
import shapely
from samples import sample_layer, sample_result

from geozone.model import LayerStyle, Role

SIDE = 40
NUMBER = SIDE * SIDE


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    from geozone.maps import assets, page, tiles

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    patch = pytest.MonkeyPatch()
    patch.setattr(page, "PLAIN_FEATURES", 100)
    patch.setattr(tiles, "CROWD", NUMBER // 3)
    x, y = np.meshgrid(np.linspace(116, 118, SIDE, endpoint=False), np.linspace(38, 39, SIDE, endpoint=False))
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 0.035, y.ravel() + 0.018)
    result = sample_result()
    style = LayerStyle("fill", fill="#b03030", stroke="#701010", width=0.5, opacity=1)
    result.layers = {"redline": sample_layer("redline", Role.REDLINE, list(boxes), style)}
    path = tmp_path_factory.mktemp("large") / "bth.html"
    path.write_text(page.render_page(result), "utf-8")
    patch.undo()
    return path


def settle(page):
    page.wait_for_function(
        "() => [...geozone.app.layers.values()].every(layer => !layer.loading) && !geozone.app.chart.waiting"
    )


def test_every_polygon_is_found_at_the_last_zooms(open_page, large):
    page = open_page(large)
    found = page.evaluate(
        """async side => {
            const { chart, layers } = geozone.app;
            const layer = [...layers.values()].find(one => one.id === 'redline');
            const missed = [];
            for (const zoom of [12, 16]) {
                chart.map.setView([38.5, 117], zoom, { animate: false });
                await layer.settle(zoom, [-1e9, -1e9, 1e9, 1e9]);
                for (let place = 0; place < side * side; place++) {
                    const lng = 116 + (place % side) * 2 / side + 0.0175;
                    const lat = 38 + Math.floor(place / side) / side + 0.009;
                    const hits = chart.hits({ lng, lat }).features.filter(hit => hit.layer.id === 'redline');
                    if (hits.length !== 1 || layer.row(hits[0].feature).name !== `redline ${place + 1}`) missed.push([zoom, place]);
                }
            }
            return missed;
        }""",
        SIDE,
    )
    assert found == []


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


@pytest.mark.parametrize("zoom", [8, 10, 13])
def test_colours_are_the_legends_at_every_level(open_page, large, zoom):
    page = open_page(large)
    page.evaluate("zoom => geozone.app.chart.map.setView([38.51, 117.02], zoom, { animate: false })", zoom)
    settle(page)
    swatch, share = page.evaluate(
        """() => {
            const legend = document.querySelector('[data-legend="redline:all"] canvas');
            const [r, g, b] = legend.getContext('2d').getImageData(legend.width / 2, legend.height / 2, 1, 1).data;
            const canvas = document.querySelector('.picture canvas');
            const { data } = canvas.getContext('2d').getImageData(canvas.width * 0.4, canvas.height * 0.4, 200, 100);
            let same = 0;
            for (let at = 0; at < data.length; at += 4) same += data[at] === r && data[at + 1] === g && data[at + 2] === b;
            return [[r, g, b], same / (data.length / 4)];
        }"""
    )
    assert swatch == [0xB0, 0x30, 0x30]
    assert share > 0.2
    # a polygon covers 0.035 x 0.018 of every 0.05 x 0.025 degrees: about half of the ground
    assert share < 0.65
