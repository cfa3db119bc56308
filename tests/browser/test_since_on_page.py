"""What differs from the last release, on the page: shown where a build was held against one, and nowhere else."""

from dataclasses import replace

from samples import result_of_many

from geozone.export.geopackage import write_geopackage
from geozone.maps.page import render_page
from geozone.model import Status
from geozone.run.options import Options
from geozone.run.since import compared


def test_the_page_lists_what_differs_from_the_last_release_in_both_languages(open_page, site, tmp_path):
    assert open_page(site / "bth.html").locator("#since").count() == 0
    write_geopackage(result_of_many(), tmp_path / "bth.gpkg")
    result = result_of_many()
    register = result.registers["bay"]
    items = register.items.assign(
        status=[Status.UNKNOWN, *register.items.status[1:]], name=["<b>湾</b>", *register.items.name[1:]]
    )
    changed = replace(result, registers={**result.registers, "bay": replace(register, items=items)})
    path = tmp_path / "since.html"
    path.write_text(render_page(compared(changed, tmp_path / "bth.gpkg", Options())), "utf-8")
    page = open_page(path)
    block = page.locator("#since")
    assert block.locator("h2").inner_text() == "自上次发布以来"
    assert "bth.gpkg" in block.locator(".note").inner_text()
    data = block.locator('details[data-part="data"]')
    data.locator("summary").click()
    assert "湾0，建设状态 已建成 → 未知" in data.inner_text()
    assert "<b>湾</b>" in data.inner_text()
    page.locator("[data-lang-switch]").click()
    assert block.locator("h2").inner_text() == "Since the last release"
    data.locator("summary").click()
    assert "→ unknown" in data.inner_text()
