"""The year control: panel, story and legend have the values of the year that is chosen, and the latest again behind the last."""

from dataclasses import replace

import pandas as pd
import pytest
from rate_samples import NAME, ZONE, compute_rates, register, target, units

from geozone.manifest.indicators import load_indicators
from geozone.maps.by_year import at_year
from geozone.maps.page import render_page
from geozone.messages import Text
from geozone.model import Basis, Comparator, Status, ZoneResult
from geozone.policy.plausibility import Published, territory
from geozone.rates.by_year import changed, rates_by_year
from geozone.rates.compute import chosen_indicators, zone_units
from geozone.rates.facts import Facts
from geozone.rates.figures import Figure, Figures
from geozone.rates.wording import value_text
from geozone.story.zone import zone_story

STATUSES = (
    Status.BUILT,
    Status.PLANNED,
    Status.UNKNOWN,
    Status.BUILT,
    Status.UNDER_CONSTRUCTION,
    Status.BUILT,
)
DATES = ("2020", "2021", "", "2022-05", "2022", "2023-12-31")


@pytest.fixture(scope="module")
def result():
    """Return a zone with one register and one series of figures."""
    zone = replace(ZONE, short=Text("样本区", "the sample zone"))
    goals = [
        target(region=NAME),
        target(comparator=Comparator.AT_MOST, value=33.0, unit="ug/m3", indicator="pm25_annual_mean", id="T-2", region=NAME),
    ]  # fmt: skip
    rows = [(status, date, None, 1.0) for status, date in zip(STATUSES, DATES, strict=True)]
    registers = {"bay": register(rows, Basis.OFFICIAL)}
    figures = Figures(
        Figure("pm25_annual_mean", "z", NAME, year, value, "ug/m3", "=", "value", Basis.PUBLIC, NAME, "")
        for year, value in ((2020, 40.0), (2022, 35.0), (2023, 32.0))
    )
    table = units()
    rates = compute_rates(
        zone=zone, units=table, mosaic=pd.DataFrame(), lengths={}, layers={}, registers=registers, targets=goals,
        figures=figures.all,
    )  # fmt: skip
    facts = Facts(
        zone=zone, units=zone_units(table), parents=dict(zip(table["code"], table["parent"], strict=True)), specs={},
        tables={}, registers=registers, figures=figures,
    )  # fmt: skip
    size = territory(zone.key, zone.members, zone.coastal, 80.0, Published())
    by_year = rates_by_year(facts, chosen_indicators(load_indicators(), goals, []), goals, size)
    return ZoneResult(
        zone=zone, title=NAME, review_number="", units=table, layers={}, mosaic=pd.DataFrame(), rates=rates,
        targets=goals, documents={}, registers=registers, indicators=load_indicators(), figures=figures,
        years={year: changed(rates, then) for year, then in by_year.items()},
    )  # fmt: skip


def test_every_year_has_its_own_numbers_and_story(open_page, result, tmp_path):
    path = tmp_path / "years.html"
    path.write_text(render_page(result), "utf-8")
    page = open_page(path)
    slider = page.locator("input[data-year]")
    assert list(result.years) == [2019, 2020, 2021, 2022, 2023]
    latest = page.locator("#story").inner_text()
    assert latest == zone_story(result).zh
    seen = set()
    for year in result.years:
        slider.fill(str(year))
        then = at_year(result, year)
        assert page.locator("#story").inner_text() == f"截至 {year} 年末：{zone_story(then).zh}"
        for name in ("bay_completion", "pm25_annual_mean"):
            rate = next(one for one in then.rates if one.indicator == name and one.unit_code == "z")
            card = page.locator(f'#rates > article[data-indicator="{name}"]')
            if rate.value is None and rate.low is None:
                assert card.count() == 0 or card.locator(".figure strong").inner_text() == value_text(rate).zh
                continue
            assert card.get_attribute("data-value") == ("" if rate.value is None else repr(rate.value))
            assert card.locator(".figure strong").inner_text() == value_text(rate).zh
        seen.add(page.locator("#story").inner_text())
    assert len(seen) == len(result.years)
    slider.fill(str(max(result.years) + 1))
    assert page.locator("#story").inner_text() == latest


def test_the_years_play_one_after_the_other_and_stop(open_page, result, tmp_path):
    path = tmp_path / "play.html"
    path.write_text(render_page(result), "utf-8")
    page = open_page(path)
    page.locator("[data-play]").click()
    assert page.locator("#story").inner_text().startswith("截至 2019 年末")
    page.wait_for_function(
        "() => document.querySelector('#story').textContent.startsWith('截至 2020')", timeout=5000
    )
    page.locator("[data-play]").click()
    page.wait_for_timeout(1500)
    assert page.locator("#story").inner_text().startswith("截至 2020 年末")


def test_a_card_draws_the_years_behind_today(open_page, result, tmp_path):
    path = tmp_path / "way.html"
    path.write_text(render_page(result), "utf-8")
    page = open_page(path)
    card = page.locator('#rates > article[data-indicator="pm25_annual_mean"]')
    card.locator(".more summary").click()
    assert card.locator(".trajectory .then").count() == 2  # 2020 and 2022: a figure stands in its own year
    assert card.locator(".trajectory .goal").count() == 1
