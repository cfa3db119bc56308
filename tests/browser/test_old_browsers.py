"""The oldest browser that the pages are made for, and what a reader sees in an older one."""

import re
from pathlib import Path

import pytest
from conftest import watched

import geozone
from geozone.messages import text
from geozone.symbology import RATE_COLOURS

FRONTEND = Path(geozone.__file__).parent / "maps" / "frontend"
# built-ins that came after Chromium 88, or that Firefox 88 has not: owner and names
LATER = {
    "Array.prototype": "at findLast findLastIndex group groupToMap toReversed toSorted toSpliced with",
    "String.prototype": "at isWellFormed toWellFormed",
    "Object.getPrototypeOf(Uint8Array.prototype)": "at findLast findLastIndex toReversed toSorted with",
    "Uint8Array": "fromBase64 fromHex",
    "Object": "hasOwn groupBy",
    "Map": "groupBy",
    "Array": "fromAsync",
    "Promise": "withResolvers try",
    "Set.prototype": "union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom",
    "Iterator.prototype": "map filter take drop flatMap reduce toArray forEach some every find",
    "CanvasRenderingContext2D.prototype": "roundRect reset isContextLost createConicGradient letterSpacing",
    "Element.prototype": "checkVisibility setHTMLUnsafe getHTML",
    "AbortSignal": "timeout any",
    "Crypto.prototype": "randomUUID",
    "URL": "canParse parse",
    "window": "structuredClone DecompressionStream OffscreenCanvas HTMLDialogElement Iterator CompressionStream CustomStateSet Highlight scheduler navigation",
}
FORGET = "\n".join(
    f"try {{ for (const name of {names.split()!r}) delete {owner}[name]; }} catch {{}}"
    for owner, names in LATER.items()
)


# a reader's way through the page, by its own elements: the driver's clicks need a newer browser than 88
TOUR = """async () => {
    const one = (selector) => {
        const found = document.querySelector(selector);
        if (!found) throw new Error(selector);
        return found;
    };
    const change = (element, value, event) => { element.value = value; element.dispatchEvent(new Event(event, { bubbles: true })); };
    const until = async (selector) => {
        for (let turn = 0; turn < 100 && !document.querySelector(selector); turn++) await new Promise(go => setTimeout(go, 50));
        return one(selector);
    };
    one('[data-lang-switch]').click();
    const english = one('#rates').innerText;
    one('[data-lang-switch]').click();
    one('[data-sort="name"]').click();
    change(one('[data-filter]'), '910101', 'input');
    one('tr[data-unit="910101"]').click();
    one('#rates article[data-indicator="redline_coverage"] details.more summary').click();
    const card = one('#rates article[data-indicator="redline_coverage"]').innerText;
    for (const name of [...document.querySelectorAll('input[data-layer]')].map(item => item.dataset.layer)) {
        one(`input[data-layer="${name}"]`).click();
        one(`input[data-layer="${name}"]`).click();
    }
    one('[data-search]').focus();
    change(one('[data-search]'), 'bay', 'input');
    const hit = (await until('#found li')).innerText;
    one('[data-search]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    for (const level of [...one('[data-choose="level"]').options].map(item => item.value)) change(one('[data-choose="level"]'), level, 'change');
    change(one('input[data-year]'), one('input[data-year]').min, 'input');
    [...document.querySelectorAll('.tool')].pop().click();
    change(one('[data-divider]'), 30, 'input');
    [...document.querySelectorAll('.tool')].pop().click();
    const { chart, features } = geozone.app;
    const latlng = chart.centreOf(features.box(0));
    geozone.app.clicked(chart.hits(latlng), latlng);
    await until('.leaflet-popup-content');
    const popup = [...document.querySelectorAll('.leaflet-popup-content')].pop().innerText;
    window.dispatchEvent(new Event('beforeprint'));
    const sheet = one('.sheet').innerText;
    window.dispatchEvent(new Event('afterprint'));
    return { english, card, hit, popup, sheet, told: !one('#unsupported').hidden };
}"""


def tour(page):
    seen = page.evaluate(TOUR)
    assert "Sample zone" in seen["english"]
    assert "5.0%" in seen["card"]
    assert "样本" in seen["card"]
    assert "北湾" in seen["hit"]
    assert "甲省" in seen["popup"]
    assert "图例" in seen["sheet"]
    assert not seen["told"]


def colours(page):
    """Return the colours of the drawn map."""
    return set(
        page.evaluate(
            """() => {
                const found = new Set();
                for (const canvas of document.querySelectorAll('.picture canvas')) {
                    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                    for (let at = 0; at < data.length; at += 4) {
                        if (data[at + 3] === 255) {
                            found.add('#' + [0, 1, 2].map(part => data[at + part].toString(16).padStart(2, '0')).join(''));
                        }
                    }
                }
                return [...found];
            }"""
        )
    )


def find_every_feature(page):
    found = page.evaluate(
        """async () => {
            const { chart, layers } = geozone.app;
            const layer = [...layers.values()].find(one => one.id === 'redline');
            chart.map.setView([38.5, 117], chart.map.getMaxZoom(), { animate: false });
            await layer.settle(chart.map.getMaxZoom(), [-1e9, -1e9, 1e9, 1e9]);
            return chart.hits({ lng: 116.01, lat: 38.01 }).features.map(hit => layer.row(hit.feature).name);
        }"""
    )
    assert found == ["redline 1"]


@pytest.mark.parametrize("name", ["bth.html", "index.html"])
def test_the_pages_run_in_chromium_88(old_chromium, site, name):
    assert old_chromium.version.startswith("88.")
    with watched(old_chromium) as opened:
        page = opened(site / name)
        if name == "bth.html":
            assert len(set(RATE_COLOURS) & colours(page)) >= 3  # those of the classes that have units
            assert page.locator("#story").inner_text().endswith("。")
            tour(page)
        else:
            shown = page.evaluate(
                """() => {
                    document.querySelector('[data-lang-switch]').click();
                    return [document.querySelector('#unsupported').hidden, document.querySelector('.zone-card').innerText];
                }"""
            )
            assert shown[0]
            assert "Sample zone" in shown[1]


def test_a_large_layer_is_read_in_chromium_88(old_chromium, large):
    with watched(old_chromium) as opened:
        find_every_feature(opened(large))


def test_the_page_needs_no_built_in_that_came_later(open_page, site, large):
    page = open_page(site / "bth.html", first=FORGET)
    assert (
        page.evaluate("() => 'at' in Array.prototype || 'hasOwn' in Object || 'structuredClone' in window")
        is False
    )
    tour(page)
    find_every_feature(open_page(large, first=FORGET))


@pytest.mark.parametrize("lacking", ["delete Element.prototype.replaceChildren", "delete window.BigInt"])
@pytest.mark.parametrize("name", ["bth.html", "index.html"])
def test_a_browser_that_cannot_run_the_page_is_told_in_both_languages(chromium, site, name, lacking):
    context = chromium.new_context(offline=True)
    context.add_init_script(lacking)
    page = context.new_page()
    page.goto((site / name).as_uri())
    message = page.locator("#unsupported")
    assert message.is_visible()
    told = text("maps.needs_browser" if name == "bth.html" else "maps.index_needs_browser")
    assert told.zh in message.inner_text()
    assert told.en in message.inner_text()
    context.close()


def test_a_page_that_fails_to_start_says_so(chromium, site, tmp_path):
    html = (site / "bth.html").read_text("utf-8")
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n')
    broken = policy.sub("", html.replace("geozone.start(", "geozone.never(", 1))
    (tmp_path / "bth.html").write_text(broken, "utf-8")
    page = chromium.new_page()
    page.goto((tmp_path / "bth.html").as_uri())
    assert page.locator("#unsupported").is_visible()
    page.close()


def test_without_scripts_the_page_says_what_it_needs(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "bth.html").as_uri())
    shown = page.locator("noscript").inner_text()
    for name in ("needs_script", "needs_browser"):
        assert text(f"maps.{name}").zh in shown
        assert text(f"maps.{name}").en in shown
    context.close()


def test_the_guard_is_written_for_any_browser():
    from geozone.maps.assets import asset

    for source in ((FRONTEND / "src" / "guard.js").read_text("utf-8"), asset("guard.js")):
        assert not re.search(r"=>|`|\b(?:let|const|class|async)\b|\?\.|\?\?|\.\.\.", source)


def test_readers_are_told_the_browsers_that_the_page_is_built_for():
    built_for = re.search(r"target = \[(.*'safari.*)\]", (FRONTEND / "build.mjs").read_text("utf-8")).group(1)
    versions = dict(re.findall(r"'([a-z]+)([0-9.]+)'", built_for))
    assert versions["chrome"] == versions["edge"]
    words = f"Edge {versions['edge']}, Firefox {versions['firefox']}, Safari {versions['safari']} or newer"
    chinese = (
        f"Edge {versions['edge']}、Firefox {versions['firefox']}、Safari {versions['safari']} 或更高版本"
    )
    for name in ("browsers", "needs_browser", "index_needs_browser"):
        assert words in text(f"maps.{name}").en
        assert chinese in text(f"maps.{name}").zh
