"""What a new reader finds, with real clicks and nothing known of the page before: at once, or in three clicks at most."""

import json
import re

import pytest
from samples import BUILT_ZONES

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WINDOWS = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])


def rates_of(built, zone):
    rows = json.loads((built / f"{zone}_rates.json").read_text("utf-8"))
    return rows["rates"] if isinstance(rows, dict) else rows


class Reader:
    """A reader who counts clicks."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, place, **options):
        place.click(**options)
        self.clicks += 1


def in_view(page, selector):
    """Whether the whole of an element stands on the first screen."""
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] >= 0


@WINDOWS
@pytest.mark.parametrize("zone", BUILT_ZONES)
def test_without_a_click_the_first_screen_says_how_the_zone_stands_and_what_is_missing(
    open_page, built, zone, window
):
    page = open_page(built / f"{zone}.html", viewport=window, reduced_motion="reduce")
    assert page.evaluate("scrollY") == 0
    story = page.locator("#story").inner_text()
    record = json.loads((built / f"{zone}_run.json").read_text("utf-8"))
    assert story == record["story"]["zh"]
    assert (
        in_view(page, "#story") or window is PHONE
    )  # there the map stands first, and the story begins below it
    assert page.locator("#story").bounding_box()["y"] < window["height"] - 100
    if window is DESKTOP:
        assert in_view(page, "#rates .summary")
        assert re.search(r"\d+\s*无法计算", page.locator("#rates .summary").inner_text())
    assert "未收录" in story or "无法计算" in story or "未公开" in story


@WINDOWS
def test_a_countys_red_line_share_and_its_source(open_page, built, window):
    county = next(
        rate
        for rate in rates_of(built, "bth")
        if rate["indicator"] == "redline_coverage" and rate["level"] == "county" and rate["value"] > 0.2
    )
    page = open_page(built / "bth.html", viewport=window, reduced_motion="reduce")
    reader = Reader(page)
    search = page.locator("[data-search]")
    reader.click(search)
    search.type(county["unit_name"])
    reader.click(page.locator("[role=option]").first)
    card = page.locator('#rates article[data-indicator="redline_coverage"]')
    assert f"{county['value'] * 100:.1f}%" in card.inner_text()
    reader.click(card.locator("details.more summary"))
    assert county["method"] in card.locator(".facts").inner_text()
    assert reader.clicks <= 3


@pytest.mark.parametrize("zone", ["bth", "yrd"])
def test_the_bay_that_decides_the_target(open_page, built, zone):
    page = open_page(built / f"{zone}.html", viewport=DESKTOP, reduced_motion="reduce")
    reader = Reader(page)
    card = page.locator('#rates > article[data-indicator="bay_completion"]')
    reader.click(card.locator("details.open-items summary"))
    item = card.locator("[data-item]").first
    name = item.inner_text()
    reader.click(item)
    page.locator(".leaflet-popup-content").wait_for()
    assert re.split(r"[\s（(]", name.strip())[0] in page.locator(".leaflet-popup-content").inner_text()
    assert reader.clicks <= 3


@pytest.mark.parametrize("zone", ["bth", "yrd"])
def test_the_change_since_2021(open_page, built, zone):
    page = open_page(built / f"{zone}.html", viewport=DESKTOP, reduced_motion="reduce")
    reader = Reader(page)
    latest = page.locator("#story").inner_text()
    slider = page.locator("input[data-year]")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    first, last = int(slider.get_attribute("min")), int(slider.get_attribute("max"))
    assert first <= 2021 < last
    # a thumb is 16 pixels wide: its middle runs from 8 pixels behind the left end to 8 before the right one
    across = 8 + (box["width"] - 16) * (2021 - first) / (last - first)
    reader.click(slider, position={"x": across, "y": box["height"] / 2})
    assert slider.get_attribute("data-year") == "2021"
    then = page.locator("#story").inner_text()
    assert then.startswith("截至 2021 年末：")
    assert then.partition("：")[2] != latest
    # and side by side: the swipe, with that year on its left
    reader.click(page.locator('[data-tool="compare"]'))
    left = page.locator('select[data-compare="left"]')
    left.select_option("year:2021")
    reader.clicks += 1
    assert page.locator('select[data-compare="right"]').input_value() == "year:latest"
    assert reader.clicks <= 3
