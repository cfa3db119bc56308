"""Chromium with the network cut off: a page that asks for anything, or says anything, fails its test."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from samples import sample_result

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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


@contextmanager
def watched(chromium):
    """Yield a function that opens a file and watches it; at the end nothing may have been asked or said."""
    contexts, said, asked = [], [], []

    def opened(path, fragment="", **options):
        context = chromium.new_context(
            offline=True, viewport=options.pop("viewport", {"width": 1440, "height": 900}), **options
        )
        contexts.append(context)
        context.route(
            "**/*",
            lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort(),
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{Path(path).as_uri()}{fragment}")
        page.wait_for_selector("[data-ready]", timeout=20_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.fixture
def open_page(chromium):
    with watched(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def same_page(chromium, site):
    """Return the sample page, opened once for tests that leave it as they found it."""
    with watched(chromium) as opened:
        yield opened(site / "bth.html")
