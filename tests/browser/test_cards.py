"""Cards, the story, what is missing and rasters, as a reader sees them."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from samples import sample_result

from geozone.manifest.classes import known_class
from geozone.messages import Text
from geozone.model import Basis, Kind, LayerSource, LayerSpec, Verdict
from geozone.rates.figures import FLOOR, Figure, Figures


def both(value):
    return Text(value, value)


def cells(folder):
    """Return a class raster over the zone: forest in the west, water in the east."""
    values = np.repeat(np.array([[1, 1, 2, 2]], "uint8"), 4, axis=0)
    profile = {"driver": "GTiff", "height": 4, "width": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(
        folder / "cells.tif", "w", transform=from_origin(116, 39, 0.5, 0.25), **profile
    ) as dataset:
        dataset.write(values, 1)
    return LayerSpec(
        id="landcover", role="landcover", title=both("cells"), basis=Basis.SYNTHETIC, source=both("s"), licence="CC0-1.0",
        vintage="2025", accuracy=both("a"), sources=(LayerSource(folder / "cells.tif"),),
        classes=MappingProxyType({"forest": (1.0,), "water": (2.0,)}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return a page with all sorts of rows: reported beside computed, a part, a region, what says nothing, what is missing."""
    from geozone.maps import assets
    from geozone.maps.page import render_page

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    folder = tmp_path_factory.mktemp("told")
    result = sample_result()
    place, area = next(
        (place, rate) for place, rate in enumerate(result.rates) if rate.indicator == "redline_area"
    )
    area = replace(area, basis=Basis.DERIVED)
    bays = next(rate for rate in result.rates if rate.indicator == "bay_completion" and rate.target_id)
    floor = replace(
        area, kind=Kind.REPORTED, basis=Basis.PUBLIC, value=None, low=3500.0, high=None, numerator=None,
        vintage="2035", verdict=Verdict.REPORT_ONLY, gap=None, gap_unit=None, note=both("set by the plan"),
    )  # fmt: skip
    figure = Figure(
        "redline_area",
        "bth",
        both("z"),
        2035,
        3500.0,
        "km2",
        ">=",
        FLOOR,
        Basis.PUBLIC,
        both("Gazette"),
        "2025-01",
    )
    result.figures = Figures([figure])
    result.rates[place : place + 1] = [floor, area]
    blank = {"value": None, "low": None, "high": None, "numerator": None, "denominator": None, "kind": None}
    missing = {"verdict": Verdict.NOT_COMPUTABLE, "note": both("a figure is missing"), **blank}
    result.rates += [
        replace(
            bays, indicator="bay_completion_shore", value=0.4, low=0.4, high=0.4, target_id=None, verdict=None
        ),
        replace(bays, indicator="coal_consumption", target_id="S-3", **missing),
        replace(bays, unit_code="910101+910102", unit_name=both("new area"), value=0.7, low=0.7, high=0.7),
        replace(
            bays, indicator="lake_completion", value=None, low=0.0, high=1.0, target_id=None, verdict=None
        ),
    ]
    result.targets.append(
        replace(result.targets[0], id="S-3", indicator="coal_consumption", title=both("coal"))
    )
    result.rasters = {"landcover": cells(folder)}
    path = folder / "bth.html"
    path.write_text(render_page(result), "utf-8")
    return path


def test_reported_and_computed_stand_in_one_card_each_with_its_verdict(open_page, told):
    page = open_page(told)
    assert page.locator('article[data-indicator="redline_area"]').count() == 1
    card = page.locator('article[data-indicator="redline_area"]')
    assert card.locator(".figure strong").inner_text() == "≥ 3,500 km²"
    assert "文件规定的下限" in card.locator(".figure .made").inner_text()
    assert card.locator(".bar-band.open").count() == 1
    assert card.locator(".beside .value b").inner_text() == "3,000 km²"
    lines = card.locator(".verdict .goal-text").all_inner_texts()
    assert [line.partition(" · ")[0] for line in lines] == [
        "文件规定的下限（2035）",
        "按推算图层测算，非法定（2025）",
    ]
    verdicts = [line.get_attribute("data-verdict") for line in card.locator(".verdict").all()]
    assert verdicts == ["report_only", "short"]


def test_another_measure_of_the_same_is_a_line_in_its_card(open_page, told):
    page = open_page(told)
    part = page.locator(
        'article[data-indicator="bay_completion"] .parts [data-indicator="bay_completion_shore"]'
    ).first
    assert part.get_attribute("data-value") == "0.4"
    assert page.locator('article[data-indicator="bay_completion_shore"]').count() == 0


def test_what_is_judged_comes_first_and_what_says_nothing_has_no_card(open_page, told):
    page = open_page(told)
    cards = page.locator("#rates > article").evaluate_all("found => found.map(one => one.dataset.indicator)")
    assert cards == ["redline_area", "bay_completion", "redline_coverage"]
    groups = page.locator("#rates > h3.group").all_inner_texts()
    assert groups[0] == "主要指标"
    assert "其他指标" in groups
    assert page.locator("#rates .region h4").inner_text() == "new area"
    assert page.locator('.region [data-unit="910101+910102"]').first.get_attribute("data-value") == "0.7"
    silent = page.locator('#missing [data-indicator="lake_completion"]')
    assert "名录中各项的建设状态" in page.locator("#missing").inner_text()
    assert silent.count() == 1


def test_the_story_stands_first_and_in_both_languages(open_page, told):
    page = open_page(told)
    story = page.locator("#story")
    assert story.bounding_box()["y"] < page.locator("#rates").bounding_box()["y"]
    assert story.inner_text().startswith("生态保护红线批复面积不低于 3,500")
    assert story.inner_text().endswith("目标中有 1\u202f条无法计算。")
    counted = page.locator(".summary .sum-not_computable b").inner_text()
    assert counted == "1"
    page.locator('[data-lang="en"]').click()
    assert "1 of 3 targets" in story.inner_text()


def test_each_card_tells_its_rate_in_a_sentence(open_page, told):
    page = open_page(told)
    card = page.locator('#rates > article[data-indicator="bay_completion"]')
    card.locator(".more summary").click()
    assert "确认建成" in card.locator(".statement").first.inner_text()


def test_the_filter_leaves_the_cards_that_have_the_words(open_page, told):
    page = open_page(told)
    shown = "found => found.filter(one => one.offsetParent).map(one => one.dataset.indicator)"
    page.locator(".filter-rates").fill("海湾")
    assert page.locator("#rates > article").evaluate_all(shown) == ["bay_completion"]
    page.locator(".filter-rates").fill("没有的词")
    assert page.locator("#rates > article").evaluate_all(shown) == []
    assert page.locator("#rates > h3.group:visible").count() == 0
    page.locator(".filter-rates").fill("")
    assert len(page.locator("#rates > article").evaluate_all(shown)) == 3


def test_what_is_missing_says_what_would_answer_it(open_page, told):
    page = open_page(told)
    group = page.locator("#missing [data-gap]", has_text="统计指标公布值").first
    row = group.locator('[data-target="S-3"]')
    assert "coal" in row.inner_text()
    assert "a figure is missing" in row.inner_text()
    assert "可回答 1 条目标" in group.inner_text()


def test_a_raster_is_drawn_in_the_colours_of_its_legend_when_it_is_switched_on(open_page, told):
    page = open_page(told)
    switch = page.locator('input[data-layer="landcover"]')
    assert not switch.is_checked()
    for layer in sample_result().layers:
        page.locator(f'input[data-layer="{layer}"]').uncheck()
    switch.check()
    page.wait_for_timeout(200)
    assert page.locator('[data-legend="landcover:forest"]').inner_text() == "林地"
    count = """(canvas, colours) => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = colours.map(() => 0);
        for (let at = 0; at < pixels.length; at += 4) {
            const place = colours.findIndex(([r, g, b]) => pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b);
            if (place >= 0) seen[place] += 1;
        }
        return seen;
    }"""
    colours = [list(bytes.fromhex(known_class(name).colour[1:])) for name in ("forest", "water")]
    forest, water = page.eval_on_selector(".picture canvas", count, colours)
    assert forest > 10_000
    assert 0.8 < forest / water < 1.25


def test_a_unit_without_a_value_says_why(open_page, told):
    page = open_page(told, "#indicator=bay_completion")
    assert page.locator('[data-choose="level"]').input_value() == "province"  # the finest level that has it
    page.locator('[data-choose="level"]').select_option("county")
    assert "不按县级计算" in page.locator(".legend").inner_text()
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.5)
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "不按县级计算" in popup.inner_text()


def test_every_input_stands_among_the_sources(open_page, told):
    page = open_page(told)
    sources = page.locator("#sources")
    sources.locator("details.figures summary").click()
    shown = sources.inner_text()
    for words in ("样本redline", "cells", "美丽海湾名录", "Gazette", "CC0-1.0"):
        assert words in shown
