"""The page of any table, as a reader opens it."""

import pytest
from table_samples import run_example

from geozone.maps import assets

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


def test_a_table_is_read_on_map_and_panel(open_page, tmp_path):
    run_example(tmp_path)
    page = open_page(tmp_path / "nitrate.html")
    assert "Cedar creek (48.2 mg/L)" in page.locator("#story").inner_text()
    assert page.locator("#units tbody tr").count() == 7
    row = page.locator("#units tr", has_text="Elm water")
    assert row.locator("[data-indicator=nitrate]").get_attribute("data-value") == "22.0"
    row.locator("button").click()
    assert "22 mg/L" in page.locator("#rates").inner_text()
    page.locator("#units tr", has_text="Fir beck").locator("button").click()
    assert page.locator("#rates [data-indicator=nitrate]").count() == 0  # nothing is known of it
    assert page.locator("[data-section=missing]").count() == 0
    assert page.locator("#sources h3").count() == 0  # no layers, no documents
    assert "Well survey of 2024" in page.locator("#sources").inner_text()
    page.locator("[data-lang-switch]").click()
    assert "柏溪最高（48.2 mg/L）" in page.locator("#story").inner_text()
    assert "流域" in page.locator("nav.sections").inner_text()
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert "2024 年水井调查" in page.locator(".sheet-sources").text_content()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
