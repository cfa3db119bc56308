"""The page against folium.GeoJson, and tilers against each other: sizes, times and what gets lost.

``python -m tests.bench.page --polygons 100000`` measures both pages on the same polygons in one run and prints the
ratios, which count more than the seconds. ``--million`` adds our page with 1,000,000 polygons, ``--tilers`` the tilers,
``--built bth.html`` the first paint of a page that was built.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import psutil
import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

from samples import sample_layer, sample_result

from geozone import maps
from geozone.maps import page, tiles
from geozone.maps.mercator import to_drawing
from geozone.model import CRS, LayerStyle

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--enable-precise-memory-info",
]
LEAFLET = Path(maps.__file__).parent / "frontend" / "node_modules" / "leaflet" / "dist"
WEST, SOUTH, EAST, NORTH = 116.0, 38.0, 118.0, 39.0
CORNERS = 30
PATIENCE = 120  # seconds
STYLE = LayerStyle("fill", fill="#b03030", stroke="#7a1f1f", width=0.5, opacity=0.7)
FOLIUM_STYLE = {"fillColor": "#b03030", "color": "#7a1f1f", "weight": 0.5, "fillOpacity": 0.7}

MOST_MEGABYTES, MOST_SECONDS, MOST_FRAME, MOST_HEAP = 25, 3, 50, 1000  # what 100,000 polygons may take
MOST_TASK = 200
MILLION_SECONDS = 10
STEPS = 40  # of a mouse drag
TURNS = 3  # of the wheel inwards, and as many outwards
MOVING = 30  # seconds that one kind of movement may take

# notes when polygons stand on the screen: everything is loaded, their red is on a canvas, two frames have passed
_WATCH = """(() => {
    const red = () => [...document.querySelectorAll('canvas')].some(canvas => {
        if (canvas.width < 600 || canvas.height < 300) return false;
        const { data } = canvas.getContext('2d').getImageData(canvas.width / 2 - 100, canvas.height / 2 - 50, 200, 100);
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 99 && data[at] - data[at + 1] > 60) return true;
        return false;
    });
    const look = () => {
        if (LOADED && red()) requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedAt = performance.now(); }));
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})()"""
_OURS_LOADED = "document.querySelector('[data-ready]') && [...geozone.app.layers.values()].every(layer => !layer.loading) && !geozone.app.chart.waiting"
_FOLIUM_LOADED = "document.readyState === 'complete'"
_RECORD = """() => {
    window.frames_ = [];
    let before = performance.now();
    const note = () => {
        const now = performance.now();
        frames_.push(now - before);
        before = now;
        window.noting = requestAnimationFrame(note);
    };
    window.noting = requestAnimationFrame(note);
}"""
_RECORDED = "() => { cancelAnimationFrame(window.noting); return window.frames_; }"
_HEAP = "() => performance.memory.usedJSHeapSize / 1e6"
_FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def polygons(number: int, *, seed: int = 1) -> Any:
    """Return ragged polygons of 30 corners of many sizes, degrees."""
    random = np.random.default_rng(seed)
    cell = np.sqrt((EAST - WEST) * (NORTH - SOUTH) / number)
    centre = random.uniform([WEST, SOUTH], [EAST, NORTH], (number, 2))
    radius = random.lognormal(0, 0.5, number) * cell * 0.35
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    ragged = radius[:, None] * (1 + 0.25 * random.standard_normal((number, CORNERS)).clip(-2, 2))
    return shapely.polygons(
        centre[:, None] + ragged[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    )


def _our_page(number: int, folder: Path) -> Path:
    result = sample_result()
    layer = sample_layer("redline", "redline", list(polygons(number)), STYLE)
    result.layers = {"redline": replace(layer)}
    path = folder / f"geozone_{number}.html"
    path.write_text(page.render_page(result), "utf-8")
    return path


def _folium_page(number: int, folder: Path) -> Path:
    data = sample_layer("redline", "redline", list(polygons(number)), STYLE).data
    chart = folium.Map(
        location=[(SOUTH + NORTH) / 2, (WEST + EAST) / 2], zoom_start=9, tiles=None, prefer_canvas=True
    )
    fields = [name for name in data.columns if name != "geometry"]
    folium.GeoJson(
        data,
        style_function=lambda _: FOLIUM_STYLE,
        popup=folium.GeoJsonPopup(fields),
        tooltip=folium.GeoJsonTooltip(["name"]),
    ).add_to(chart)
    path = folder / f"folium_{number}.html"
    chart.save(path)
    return path


def _serve(route: Any) -> None:
    """Give folium's page its library from this disk at once, and nothing else."""
    url = route.request.url
    if url.startswith("file:"):
        route.continue_()
    elif url.endswith("leaflet.js"):
        route.fulfill(path=LEAFLET / "leaflet.js", content_type="text/javascript")
    elif url.endswith("leaflet.css"):
        route.fulfill(path=LEAFLET / "leaflet.css", content_type="text/css")
    elif "jquery" in url:
        stub = "window.$ = html => { const box = document.createElement('template'); box.innerHTML = html.trim(); return [box.content.firstElementChild]; };"
        route.fulfill(body=stub, content_type="text/javascript")
    else:
        route.fulfill(body="", content_type="text/javascript" if url.endswith(".js") else "text/css")


def measure(playwright: Any, path: Path, loaded: str) -> dict[str, float | None]:
    """Open a page in a browser of its own; drag its map, turn the wheel inwards, drag again, turn it outwards.

    Returns
    -------
    dict
        ``file_mb``; ``painted_s`` from the start of the navigation until the polygons are on the screen;
        ``pan_ms`` and ``zoom_ms``, median time between frames while the map moves; ``pan_worst_ms`` and
        ``zoom_worst_ms``, the longest, in which a new picture is drawn; ``zoom_task_ms``, the processor time of the
        page's longest task meanwhile, which no other process lengthens; ``heap_mb`` of scripts; ``memory_mb`` of the
        whole process that renders the page. None where the page did not come up in `PATIENCE` seconds.
    """
    names = [
        *("painted_s", "pan_ms", "pan_worst_ms", "zoom_ms", "zoom_worst_ms", "zoom_task_ms"),
        *("heap_mb", "memory_mb"),
    ]
    row: dict[str, float | None] = {"file_mb": path.stat().st_size / 1e6, **dict.fromkeys(names)}
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    tab = browser.new_page(viewport={"width": 1440, "height": 900}, offline=True)
    tab.route("**/*", _serve)
    tab.add_init_script(_WATCH.replace("LOADED", loaded))
    begin = time.perf_counter()
    try:
        tab.goto(path.as_uri(), timeout=PATIENCE * 1000, wait_until="commit")
        left = max(1.0, PATIENCE - (time.perf_counter() - begin))
        tab.wait_for_function("() => window.paintedAt", timeout=left * 1000)
    except Exception as error:  # a page that does not come up is a result
        if "Timeout" not in str(error) and "crash" not in str(error).lower():
            raise
        browser.close()
        return row
    row["painted_s"] = tab.evaluate("() => window.paintedAt") / 1000
    tab.wait_for_timeout(1000)
    far, (inward, one) = _frames(tab, _drag), _traced(browser, tab, partial(_turn, notches=-120))
    near, (outward, other) = _frames(tab, _drag), _traced(browser, tab, partial(_turn, notches=120))
    row["zoom_task_ms"] = max(one, other)
    for name, frames in (("pan", far + near), ("zoom", inward + outward)):
        row[f"{name}_ms"], row[f"{name}_worst_ms"] = statistics.median(frames), max(frames)
    row["heap_mb"] = tab.evaluate(_HEAP)
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [int(one["id"]) for one in processes if one["type"] == "renderer"]
    row["memory_mb"] = max(psutil.Process(one).memory_info().rss for one in renderers) / 1e6
    browser.close()
    return row


def _frames(tab: Any, move: Any) -> list[float]:
    """Return the milliseconds between the frames of a movement and of the picture after it."""
    tab.evaluate(_RECORD)
    move(tab)
    tab.evaluate("() => new Promise(done => setTimeout(done, 100))")  # a busy page answers when it is done
    return tab.evaluate(_RECORDED)


def _traced(browser: Any, tab: Any, move: Any) -> tuple[list[float], float]:
    """Return the frames of a movement, and the processor milliseconds of the longest task of the page's thread."""
    browser.start_tracing(page=tab, categories=["toplevel"])
    frames = _frames(tab, move)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [one.get("tdur", 0) for one in events if (one["pid"], one["tid"]) in threads]
    return frames, max(tasks) / 1000


def _drag(tab: Any) -> None:
    begin = time.perf_counter()
    tab.mouse.move(700, 450)
    tab.mouse.down()
    for step in range(STEPS):
        tab.mouse.move(700 + 6 * step, 450 + 3 * step)
        if time.perf_counter() - begin > MOVING:
            break
    tab.mouse.up()


def _turn(tab: Any, notches: float) -> None:
    begin = time.perf_counter()
    for _ in range(TURNS):
        tab.mouse.wheel(0, notches)
        tab.wait_for_timeout(400)  # the map zooms in a quarter of a second
        if time.perf_counter() - begin > MOVING:
            break


def compare(number: int = 100_000, *, ours_only: bool = False) -> list[dict[str, Any]]:
    """Measure our page and folium's on the same polygons; one row a page."""
    from playwright.sync_api import sync_playwright

    tools = [("geozone", _our_page, _OURS_LOADED), ("folium.GeoJson", _folium_page, _FOLIUM_LOADED)]
    rows = []
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        for tool, make, loaded in tools[: 1 if ours_only else 2]:
            begin = time.perf_counter()
            path = make(number, Path(name))
            row = {"polygons": number, "tool": tool, "made_s": time.perf_counter() - begin}
            rows.append(row | measure(playwright, path, loaded))
            path.unlink()
    return rows


def ratios(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return folium's figures as multiples of ours; from below where its page did not come up."""
    ours, theirs = rows
    row: dict[str, Any] = {"polygons": ours["polygons"], "tool": "folium / geozone"}
    for name in list(ours)[2:]:
        if ours[name] is None:
            row[name] = "-"
        elif theirs[name] is not None:
            row[name] = f"{theirs[name] / ours[name]:.1f} x"
        else:
            row[name] = f"> {PATIENCE / ours[name]:.0f} x" if name == "painted_s" else "-"
    return row


def verdicts(row: dict[str, Any]) -> list[str]:
    """Return our figures beside what they may be."""
    million = row["polygons"] >= 1_000_000
    limits = {
        "painted_s": MILLION_SECONDS if million else MOST_SECONDS,
        "heap_mb": MOST_HEAP,
    }
    if not million:
        limits |= {
            "zoom_task_ms": MOST_TASK,
            "file_mb": MOST_MEGABYTES,
            "pan_ms": MOST_FRAME,
            "zoom_ms": MOST_FRAME,
        }
    return [
        f"{name} {_cell(row[name])} of {limit}: {'held' if row[name] is not None and row[name] <= limit else 'NOT held'}"
        for name, limit in limits.items()
    ]


def first_paint(path: Path, runs: int = 5) -> float:
    """Return the median milliseconds to the first contentful paint of a page."""
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as playwright:
        for _ in range(runs):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            tab = browser.new_page(viewport={"width": 1440, "height": 900}, offline=True)
            tab.goto(path.resolve().as_uri())
            tab.wait_for_function(_FIRST_PAINT)
            times.append(tab.evaluate(_FIRST_PAINT))
            browser.close()
    return statistics.median(times)


def compare_tilers(number: int = 20_000) -> list[dict[str, Any]]:
    """Measure our tiles against GDAL's PMTiles driver on the same polygons.

    ``kept`` is the share of polygons that stand in the coarsest level of each archive.
    """
    geometries = polygons(number)
    rows: list[dict[str, Any]] = []
    begin = time.perf_counter()
    layer = tiles.tile_layer(to_drawing(geometries))
    rows.append(
        {
            "tool": "geozone",
            "seconds": time.perf_counter() - begin,
            "megabytes": len(layer.archive) / 1e6,
            "kept": 1.0,
        }
    )
    levels = [level.zoom for level in layer.levels]
    frame = gpd.GeoDataFrame({"row": np.arange(number)}, geometry=geometries, crs=CRS)
    zooms = {"MINZOOM": str(levels[0]), "MAXZOOM": str(levels[-1])}
    unlimited = {"MAX_SIZE": "100000000", "MAX_FEATURES": "10000000"}
    with TemporaryDirectory() as name:
        for tool, options in (("GDAL PMTiles", zooms), ("GDAL PMTiles, no limits", zooms | unlimited)):
            path = Path(name) / f"gdal{len(options)}.pmtiles"
            begin = time.perf_counter()
            pyogrio.write_dataframe(frame, path, driver="PMTiles", layer="features", dataset_options=options)
            seconds = time.perf_counter() - begin
            seen = pyogrio.read_dataframe(
                path, layer="features", ZOOM_LEVEL=str(levels[0]), read_geometry=False
            )
            kept = seen["row"].nunique() / number
            rows.append(
                {"tool": tool, "seconds": seconds, "megabytes": path.stat().st_size / 1e6, "kept": kept}
            )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Return rows as a Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return f"not in {PATIENCE} s"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page", description=__doc__)
    parser.add_argument("--polygons", type=int, default=100_000)
    parser.add_argument("--ours-only", action="store_true", help="without folium's page, which takes minutes")
    parser.add_argument("--million", action="store_true", help="our page with 1,000,000 polygons as well")
    parser.add_argument("--tilers", action="store_true", help="tilers against each other as well")
    parser.add_argument("--built", type=Path, help="a built page, for its first contentful paint")
    asked = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # what was measured is seen even where a later part fails
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} at the start")
    rows = compare(asked.polygons, ours_only=asked.ours_only)
    print(table(rows if asked.ours_only else [*rows, ratios(rows)]), *verdicts(rows[0]), sep="\n")
    if asked.million:
        rows = compare(1_000_000, ours_only=True)
        print("", table(rows), *verdicts(rows[0]), sep="\n")
    if asked.tilers:
        print("", table(compare_tilers()), sep="\n")
    if asked.built:
        print(
            f"\n{asked.built.name}: first contentful paint {first_paint(asked.built):,.0f} ms, "
            f"{asked.built.stat().st_size / 1e6:.2f} MB"
        )
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
