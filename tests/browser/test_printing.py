"""The printed sheet: one landscape page with everything a map must say."""

import re
import shutil
import subprocess

import numpy as np
import pytest


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 842, 595), ("A3", 1191, 842)])
def test_print_gives_one_landscape_page(open_page, site, paper, width, height):
    page = open_page(site / "bth.html")
    page.evaluate("paper => document.getElementById('page').classList.toggle('a3', paper === 'A3')", paper)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [(round(float(across)), round(float(up))) for across, up in boxes] == [(width, height)]


def test_the_sheet_says_what_a_map_must_say(open_page, site):
    page = open_page(site / "bth.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet = page.locator(".sheet").inner_text()
    for said in (
        "图例",
        "样本redline",
        "生态保护红线面积",
        "差额 1,000 km²",
        "未经审图",
        "2025",
        "CC0-1.0",
        "CGCS2000",
    ):
        assert said in sheet, said
    assert page.locator(".masthead h1").inner_text() == "样区"
    assert page.locator(".sheet .north").is_visible()
    assert page.locator(".leaflet-control-scale-line").is_visible()
    assert not page.locator("#panel").is_visible()
    assert not page.locator(".legend").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#panel").is_visible()
    assert page.locator(".sheet").inner_text() == ""


def test_the_printed_map_has_a_graticule(open_page, site):
    page = open_page(site / "bth.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    painted = page.evaluate(
        """() => {
            const { chart } = geozone.app;
            const { map, picture } = chart;
            const canvas = [...document.querySelectorAll('.picture canvas')].at(-1);
            const ratio = canvas.width / picture._bounds.getSize().x;
            const place = map.latLngToLayerPoint([map.getBounds().getNorth() - 0.02, 117]).subtract(picture._bounds.min).multiplyBy(ratio);
            const { data } = canvas.getContext('2d').getImageData(Math.round(place.x) - 30, Math.round(place.y), 61, 1);
            return Array.from({ length: 61 }, (_, at) => data[at * 4 + 3] > 0);
        }"""
    )
    assert any(painted[28:33])
    assert not any(painted[:20])


def test_the_map_is_on_the_paper(open_page, site, tmp_path):
    from matplotlib.image import imread

    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed (apt-get install poppler-utils)")
    page = open_page(site / "bth.html", "#unit=910101")
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    subprocess.run(
        ["pdftoppm", "-r", "50", "-singlefile", "-png", tmp_path / "sheet.pdf", tmp_path / "sheet"],
        check=True,
    )
    colours = np.rint(imread(tmp_path / "sheet.png")[..., :3] * 255).astype(int)
    for colour in ((0xEE, 0xF3, 0xD6), (0xC2, 0x18, 0x5B)):  # the unit's class, and its outline
        near = (np.abs(colours - colour).max(axis=2) <= 3).mean()
        assert near > 0.001


def test_the_sources_of_a_built_zone_fit_the_foot_of_the_sheet(open_page, built):
    page = open_page(built / "yrd.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    foot = page.locator(".sheet footer")
    over = foot.evaluate(
        """foot => {
            const end = foot.getBoundingClientRect().bottom;
            return [...foot.querySelectorAll('.sheet-sources p')].filter(line => line.getBoundingClientRect().bottom > end + 1).map(line => line.innerText);
        }"""
    )
    assert over == []
    for said in ("OpenStreetMap", "GeoNames", "天地图"):
        assert said in foot.inner_text()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
