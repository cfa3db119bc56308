"""The page in the frame of a notebook: it runs, follows the reader, and leaves the notebook alone."""

from samples import sample_result

from geozone.maps.page import render_page
from geozone.notebook import Map


def test_the_page_runs_in_the_frame_of_a_notebook(open_page, tmp_path):
    cell = Map(render_page(sample_result()))._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><title>n</title><p data-ready>甲</p>{cell}', "utf-8"
    )
    page = open_page(path)
    inside = page.frame_locator("iframe")
    inside.locator('#page[data-ready="true"]').wait_for()
    inside.locator("[data-lang-switch]").click()
    assert inside.locator("h1").inner_text() == "Sample zone"
    inside.locator('tr[data-unit="910101"]').click()
    assert page.url.endswith("notebook.html")
