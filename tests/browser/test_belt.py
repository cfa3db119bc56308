"""The barrier as a belt, as a reader looks at it: its profile, the map beside it, and gaps that are closed."""

from dataclasses import replace

import pytest
from belt_samples import belt_result
from test_access import findings

from geozone.barriers.closing import closed


@pytest.fixture(scope="module")
def result():
    return belt_result()


@pytest.fixture(scope="module")
def belted(tmp_path_factory, result):
    from geozone.maps import assets
    from geozone.maps.edition import public_edition
    from geozone.maps.page import render_page

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    folder = tmp_path_factory.mktemp("belt")
    (folder / "bth.html").write_text(render_page(result), "utf-8")
    (folder / "public.html").write_text(render_page(public_edition(result)), "utf-8")
    return folder


def marked(page):
    return page.evaluate("() => window.geozone.app.marked?.feature ?? null")


def test_the_section_tells_the_sentence_and_its_breaks(open_page, belted, result):
    page = open_page(belted / "bth.html")
    assert "最窄处" in page.locator("#belt .told").inner_text()
    page.locator(".belt-breaks summary").click()
    breaks = page.locator(".belt-breaks li")
    assert breaks.count() == len(result.belts["barrier"].analysis.breaks)
    assert page.locator("#belt .profile circle.break").count() == breaks.count()
    page.locator(".belt-breaks button").first.click()
    page.wait_for_selector(".leaflet-popup-content")
    assert "断点类型" in page.locator(".leaflet-popup-content").inner_text()
    page.locator("[data-lang-switch]").click()
    assert "at its narrowest" in page.locator("#belt .told").inner_text()


def test_keys_move_along_the_profile_and_mark_the_map(open_page, belted, result):
    page = open_page(belted / "bth.html")
    slider = page.locator(".profile")
    assert marked(page) is None
    slider.focus()
    assert marked(page) == 0
    assert page.locator('[data-layer="barrier_axis"]').is_checked()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    row = result.belts["barrier"].analysis.axis.iloc[21]
    assert marked(page) == 21
    assert slider.get_attribute("aria-valuenow") == str(round(row.along_km))
    assert slider.get_attribute("aria-valuetext") == page.locator(".profile-words").inner_text()
    page.keyboard.press("End")
    assert marked(page) == len(result.belts["barrier"].analysis.axis) - 1
    page.locator("[data-best]").focus()
    assert marked(page) is None


def test_pointing_at_the_profile_marks_the_map_and_at_the_axis_the_profile(open_page, belted, result):
    page = open_page(belted / "bth.html")
    profile = page.locator(".profile")
    profile.scroll_into_view_if_needed()
    box = profile.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    axis = result.belts["barrier"].analysis.axis
    assert marked(page) == pytest.approx(len(axis) * 0.47, abs=4)
    feature = len(axis) // 4
    spot = page.evaluate(
        """(feature) => {
          const { app } = window.geozone;
          const layer = [...app.layers.values()].find((one) => one.id === 'barrier_axis');
          const point = app.chart.map.latLngToContainerPoint(app.chart.centreOf(layer.features.box(feature)));
          const box = document.getElementById('map').getBoundingClientRect();
          return [box.left + point.x, box.top + point.y];
        }""",
        feature,
    )
    page.mouse.move(spot[0] - 3, spot[1])
    page.mouse.move(*spot)
    page.wait_for_function(
        "(km) => Math.abs(Number(document.querySelector('.profile').getAttribute('aria-valuenow')) - km) <= 3",
        arg=float(axis.along_km.iloc[feature]),
    )


def test_passes_on_the_lines_across_are_marked_and_listed(open_page, tmp_path, belted, result):
    from geozone.maps.page import render_page

    belt = result.belts["barrier"]
    axis = result.layers["barrier_axis"]
    step = len(axis.data) // 3
    there = [None] * len(axis.data)
    there[step] = "某关"
    data = axis.data.assign(there=there, there_en=[name and "Some Pass" for name in there])
    layers = {**result.layers, "barrier_axis": replace(axis, data=data)}
    path = tmp_path / "passes.html"
    path.write_text(render_page(replace(result, layers=layers)), "utf-8")
    page = open_page(path)
    listed = page.locator(".belt-passes li")
    row = belt.analysis.axis.iloc[step]
    assert page.locator(".profile [data-pass]").count() == listed.count() == 1
    words = listed.first.text_content()
    assert "某关" in words
    assert f"{row.along_km:.0f} km 处" in words
    assert f"宽 {row.width_km:.1f} km" in words
    page.locator(".belt-passes summary").click()
    page.locator(".belt-passes button").click()
    assert page.locator(".profile").get_attribute("aria-valuetext").endswith("；横断线经某关")


def test_closing_gaps_changes_the_rates_exactly_as_computed(open_page, belted, result):
    page = open_page(belted / "bth.html")
    analysis = result.belts["barrier"].analysis
    ground, best = analysis.open_ground, analysis.closing
    share = page.locator('[data-unit-share="bth"]')
    table = page.locator(".closing-result")
    before = ground.protected_km2 / ground.barrier_km2
    assert float(share.get_attribute("data-then")) == pytest.approx(before, rel=1e-6)
    page.locator("[data-best]").click()
    assert page.locator("[data-best]").get_attribute("aria-pressed") == "true"
    assert float(share.get_attribute("data-then")) == pytest.approx(
        best.protected_km2 / ground.barrier_km2, rel=1e-6
    )
    assert float(table.locator("[data-connected]").get_attribute("data-connected")) == pytest.approx(
        best.connected_km2
    )
    page.locator("[data-none]").click()
    chosen = [0, 2]
    for gap in chosen:
        page.locator(f'[data-gap="{gap}"]').check()
    connected = float(table.locator("[data-connected]").get_attribute("data-connected"))
    assert connected == pytest.approx(closed(ground, chosen)[0])
    after = (ground.protected_km2 + ground.areas[chosen].sum()) / ground.barrier_km2
    assert float(share.get_attribute("data-then")) == pytest.approx(after, rel=1e-6)
    # a county shows itself and the units above it
    page.locator('tr[data-unit="910101"]').click()
    shown = table.locator("[data-unit-share]").evaluate_all(
        "rows => rows.map((row) => row.dataset.unitShare)"
    )
    assert shown == ["910101", "910100", "910000", "bth"]


def test_the_public_page_has_a_profile_of_the_width_and_no_gaps(open_page, belted):
    page = open_page(belted / "public.html")
    assert page.locator("#belt .profile path.whole").count() == 1
    assert page.locator("#belt .profile path.safe").count() == 0
    assert page.locator(".closing").count() == 0
    assert page.locator('[data-layer="barrier_gaps"]').count() == 0


def test_axis_and_breaks_have_their_classes_in_the_legend(open_page, belted):
    page = open_page(belted / "bth.html", "#layer=barrier_axis")
    assert page.locator('[data-layer="barrier_axis"]').is_checked()
    assert page.locator('[data-legend^="barrier_axis:class"]').count() >= 2
    assert page.locator('[data-legend^="barrier_breaks:"]').count() >= 2


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 390)])
def test_axe_finds_nothing_and_a_phone_needs_no_sideways_scrolling(open_page, belted, lang, width):
    page = open_page(belted / "bth.html", f"#lang={lang}", viewport={"width": width, "height": 844})
    page.locator("[data-best]").click()
    page.locator(".belt-breaks summary").click()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_card_of_the_barrier_tells_the_sentence(open_page, belted, result):
    page = open_page(belted / "bth.html")
    told = page.locator("#rates [data-belt]")
    first = next(
        rate.indicator for rate in result.rates if "barrier" in result.indicators[rate.indicator].layers
    )
    assert told.evaluate_all("found => found.map((one) => one.closest('article').dataset.indicator)") == [
        first
    ]
    assert told.inner_text() == page.locator("#belt .told").inner_text()


def test_a_page_without_a_belt_has_no_section(same_page):
    assert same_page.locator("#belt").count() == 0
    assert same_page.locator('[data-section="belt"]').count() == 0
