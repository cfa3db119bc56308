"""Chromium with the network cut off: a page that asks for anything, or says anything, fails its test."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import shapely
from samples import sample_layer, sample_result

from geozone.model import LayerStyle

# the one without windows draws the same pages for two thirds of the work
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next((path for name in PROGRAMS if (path := Path("/usr/bin") / name).exists()), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]
OLD_PACKED = Path(__file__).parent / "chromium88/node_modules/chrome-aws-lambda/bin/chromium.br"
UNPACK = """
const { createReadStream, createWriteStream, renameSync } = require('node:fs');
const { createBrotliDecompress } = require('node:zlib');
const [from, to] = process.argv.slice(1);
createReadStream(from).pipe(createBrotliDecompress()).pipe(createWriteStream(`${to}.part`, { mode: 0o755 }))
  .on('finish', () => renameSync(`${to}.part`, to));
"""
LARGE_SIDE = 40
WINDOW = {"width": 1440, "height": 900}
SCREEN = {"viewport", "color_scheme", "reduced_motion"}  # what can be changed while a tab is open


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def driver():
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS", "1")
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def chromium(driver):
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium-headless-shell)")
    browser = driver.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def old_chromium(driver):
    """Return the oldest Chromium that the pages are made for."""
    from playwright.sync_api import Error

    program = OLD_PACKED.with_suffix("")
    if not program.exists():
        if not OLD_PACKED.exists():
            pytest.skip("Chromium 88 is not installed (make browsers)")
        node = Path(sys.executable).parent / "node"
        subprocess.run([node, "-e", UNPACK, OLD_PACKED, program], check=True, timeout=120)
    try:
        browser = driver.launch(executable_path=program, args=[*ARGUMENTS, "--no-zygote"])
    except Error as error:
        pytest.skip(f"Chromium 88 does not start here: {str(error).splitlines()[0]}")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return a folder with the pages of the sample zone."""
    from geozone.maps import assets
    from geozone.maps.index import render_index
    from geozone.maps.page import render_page

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    folder = tmp_path_factory.mktemp("site")
    (folder / "bth.html").write_text(render_page(sample_result()), "utf-8")
    (folder / "index.html").write_text(render_index([sample_result()]), "utf-8")
    return folder


def tiled_page(path, shapes, crowd=None):
    """Write a page whose red line, of these polygons, travels as tiles; `crowd` is how many make a tile crowded."""
    from geozone.maps import assets, page, tiles

    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    result = sample_result()
    style = LayerStyle("fill", fill="#b03030", stroke="#701010", width=0.5, opacity=1)
    result.layers = {"redline": sample_layer("redline", "redline", list(shapes), style)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "PLAIN_FEATURES", 100)
        if crowd is not None:
            patch.setattr(tiles, "CROWD", crowd)
        path.write_text(page.render_page(result), "utf-8")
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    x, y = np.meshgrid(
        np.linspace(116, 118, LARGE_SIDE, endpoint=False), np.linspace(38, 39, LARGE_SIDE, endpoint=False)
    )
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 0.035, y.ravel() + 0.018)
    return tiled_page(tmp_path_factory.mktemp("large") / "bth.html", boxes, crowd=LARGE_SIDE**2 // 3)


class Tab:
    """A tab of a browser, and what was said and asked in it."""

    def __init__(self, browser, options, first=""):
        self.said, self.asked = [], []
        self.context = browser.new_context(offline=True, **options)
        if first:
            self.context.add_init_script(first)
        self.context.route(
            "**/*",
            lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort(),
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def show_on(self, viewport=WINDOW, color_scheme="light", reduced_motion="no-preference"):
        """Give the tab a screen, of the colours and the motion that its user wishes."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)

    def clear(self):
        """Leave the page, so that nothing of it is left for the next one: pages keep nothing in the browser."""
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        self.said.clear()
        self.asked.clear()


@contextmanager
def watched(browser, kept=None):
    """Yield a function that opens a file and watches it; at the end nothing may have been asked or said.

    Tabs without a script of their own come from `kept`, by the options that a tab has from its birth, and go back there: a
    new tab costs three times as much as another page in one that stands.
    """
    tabs = []

    def opened(path, fragment="", first="", **options):
        screen = {name: options.pop(name) for name in SCREEN & options.keys()}
        key = None if first or kept is None else repr(sorted(options.items()))
        tab = kept[key].pop() if key and kept.get(key) else Tab(browser, options, first)
        tabs.append((key, tab))
        tab.show_on(**screen)
        tab.page.goto(f"{Path(path).as_uri()}{fragment}")
        tab.page.wait_for_function("() => document.querySelector('[data-ready]')", timeout=20_000)
        return tab.page

    try:
        yield opened
        for _, tab in tabs:
            assert tab.said == []
            assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    except BaseException:
        for _, tab in tabs:
            tab.context.close()
        raise
    for key, tab in tabs:
        if key is None:
            tab.context.close()
        else:
            tab.clear()
            kept.setdefault(key, []).append(tab)


@pytest.fixture(scope="session")
def kept_tabs(chromium):
    kept = {}
    yield kept
    for tabs in kept.values():
        for tab in tabs:
            tab.context.close()


@pytest.fixture
def open_page(chromium, kept_tabs):
    with watched(chromium, kept_tabs) as opened:
        yield opened


@pytest.fixture(scope="module")
def same_page(chromium, kept_tabs, site):
    """Return the sample page, opened once for tests that leave it as they found it."""
    with watched(chromium, kept_tabs) as opened:
        yield opened(site / "bth.html")


@pytest.fixture(scope="module")
def zone_page(chromium, kept_tabs, built):
    """Return a function that gives the page of a built zone, opened once for tests that leave it as they found it."""
    with watched(chromium, kept_tabs) as opened:
        pages = {}

        def of_zone(zone):
            if zone not in pages:
                pages[zone] = opened(built / f"{zone}.html", reduced_motion="reduce")
            return pages[zone]

        yield of_zone
