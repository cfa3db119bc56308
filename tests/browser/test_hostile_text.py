"""Text of users is text: whatever it says, it is shown and never run."""

from dataclasses import replace

import pytest
from samples import sample_result

from geozone.messages import Text

ATTACKS = [
    "</script><script>window.attacked=1</script>",
    "<img src=x onerror=window.attacked=1>",
    "`${window.attacked=1}` \"'><svg onload=window.attacked=1>",
    "{{ 7*7 }}{% x %} line\u2028end\u202eleft",
    "字" * 10_000,
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    from geozone.maps import assets
    from geozone.maps.index import render_index
    from geozone.maps.page import render_page

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    result = sample_result()
    attack = " ".join([*ATTACKS[:-1], ATTACKS[-1][:1000]])  # all of it is the name of some units
    text = Text(attack, attack)
    result.title = text
    result.review_number = attack
    result.units["name"] = [ATTACKS[place % len(ATTACKS)] + str(place) for place in range(len(result.units))]
    result.units["name_en"] = result.units["name"]
    for layer in result.layers.values():
        for column in ("name", "name_en", "source", "licence", "vintage"):
            layer.data[column] = attack
        layer.data[ATTACKS[1]] = attack
        layer.spec = replace(
            layer.spec, title=text, source=text, licence=attack, vintage=attack, accuracy=text, note=text
        )
    result.rates = [replace(rate, note=text, method=text, unit_name=text) for rate in result.rates]
    result.targets = [replace(target, title=text, clause=attack, note=text) for target in result.targets]
    for register in result.registers.values():
        for column in ("name", "source", "note"):
            register.items[column] = attack
    result.inputs = [{**result.inputs[0], "layer": attack, "source": attack}]
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "bth.html").write_text(render_page(result), "utf-8")
    (folder / "index.html").write_text(render_index([result]), "utf-8")
    return folder


def test_nothing_runs_and_everything_is_shown(open_page, hostile):
    page = open_page(hostile / "bth.html")
    for lang in ("en", "zh"):
        page.locator(f'[data-lang="{lang}"]').click()
    for summary in page.locator("#panel summary").all():
        summary.click()
    page.locator("[data-search]").fill("<img")
    page.locator("#found li").first.wait_for()
    page.locator("[data-search]").press("Escape")
    page.evaluate(
        "() => geozone.app.clicked(geozone.app.chart.hits({ lat: 38.3, lng: 116.3 }), { lat: 38.3, lng: 116.3 })"
    )
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert "onerror=window.attacked=1" in popup.inner_text()
    assert "<script>window.attacked=1</script>" in page.locator("h1").inner_text()
    assert "{{ 7*7 }}" in page.locator("#rates").inner_text()
    assert page.evaluate("window.attacked") is None
    assert page.locator("#page img, #page script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_the_index_shows_it_too(open_page, hostile):
    page = open_page(hostile / "index.html")
    assert "<script>window.attacked=1</script>" in page.locator(".zone-card h2").inner_text()
    assert page.evaluate("window.attacked") is None
    assert page.locator("#page img, #page script").count() == 0
