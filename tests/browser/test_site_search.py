"""The search of the site, from a folder and without any network."""

import pytest


@pytest.fixture(scope="module")
def tab(chromium):
    """Return a tab without a network, with what was asked and said in it."""
    context = chromium.new_context(offline=True)
    tab, asked, said = context.new_page(), [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab, asked, said
    context.close()


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("Gauss-Krüger", "overlay.html"),
        ("双击即开", "chinese.html"),
        ("国土调查办发", "methods.html"),
        ("verify", "commands.html"),
    ],
)
def test_a_word_is_found_in_chinese_and_english(tab, documentation, words, page):
    tab, asked, said = tab
    tab.goto((documentation / "index.html").as_uri())
    tab.fill("input[name=q]", words)
    tab.press("input[name=q]", "Enter")
    tab.wait_for_selector("#search-results a", timeout=20_000)
    tab.wait_for_selector("#search-results p:has-text('finished')", timeout=20_000)
    found = tab.eval_on_selector_all("#search-results li a", "(links) => links.map((link) => link.pathname)")
    assert [one for one in found if one.endswith(f"/{page}")], found
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []
