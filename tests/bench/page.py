"""The page against folium.GeoJson, and tilers against each other: sizes, times and what gets lost.

``rows = compare()`` measures, ``table(rows)`` prints. Everything of one call runs in one process on one machine, so
that the ratios count, not the seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

from samples import sample_layer, sample_result

from geozone import maps
from geozone.maps import page, tiles
from geozone.maps.mercator import to_drawing
from geozone.model import CRS, LayerStyle, Role

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

# how long the browser is busy with a new picture each time that the map is moved by a third of the screen
_REDRAW = """async () => {
    const chart = window.geozone ? geozone.app.chart.map : window[Object.keys(window).find(name => name.startsWith('map_'))];
    const frame = () => new Promise(requestAnimationFrame);
    const times = [];
    for (let step = 0; step < 12; step++) {
        await frame();
        const began = performance.now();
        chart.panBy(step % 2 ? [-400, -200] : [400, 200], { animate: false });
        await frame();
        await frame();
        times.push(performance.now() - began);
    }
    return times.sort((one, other) => one - other)[6];
}"""
_HEAP = "() => performance.memory.usedJSHeapSize / 1e6"


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
    layer = sample_layer("redline", Role.REDLINE, list(polygons(number)), STYLE)
    result.layers = {"redline": replace(layer)}
    path = folder / f"geozone_{number}.html"
    path.write_text(page.render_page(result), "utf-8")
    return path


def _folium_page(number: int, folder: Path) -> Path:
    data = sample_layer("redline", Role.REDLINE, list(polygons(number)), STYLE).data
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


def _measure(browser: Any, path: Path, ready: str) -> dict[str, float | None]:
    """Open a page and move its map.

    Returns
    -------
    dict
        ``megabytes``; ``ready_s`` until the first full picture is on the screen; ``redraw_ms``, the median
        time to a new picture after a move; ``heap_mb``. None where the page did not come up in `PATIENCE` seconds.
    """
    row: dict[str, float | None] = {
        "megabytes": path.stat().st_size / 1e6,
        "ready_s": None,
        "redraw_ms": None,
        "heap_mb": None,
    }
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.route("**/*", _serve)
    begin = time.perf_counter()
    try:
        tab.goto(path.as_uri(), timeout=PATIENCE * 1000)
        tab.wait_for_function(ready, timeout=max(1, PATIENCE - (time.perf_counter() - begin)) * 1000)
        tab.screenshot(timeout=max(1, PATIENCE - (time.perf_counter() - begin)) * 1000)
    except Exception as error:  # a page that does not come up is a result
        if "Timeout" not in str(error) and "crash" not in str(error).lower():
            raise
        tab.close()
        return row
    row["ready_s"] = time.perf_counter() - begin
    row["redraw_ms"], row["heap_mb"] = tab.evaluate(_REDRAW), tab.evaluate(_HEAP)
    tab.close()
    return row


_OURS_READY = "() => document.querySelector('[data-ready]') && [...geozone.app.layers.values()].every(layer => !layer.loading) && !geozone.app.chart.waiting"
_FOLIUM_READY = (
    "() => document.readyState === 'complete' && document.querySelector('canvas.leaflet-zoom-animated')"
)


def compare(numbers: Iterable[int] = (10_000, 100_000)) -> list[dict[str, Any]]:
    """Measure our page and folium's on the same polygons; one row a page."""
    from playwright.sync_api import sync_playwright

    rows = []
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        for number in numbers:
            for tool, make, ready in (
                ("geozone", _our_page, _OURS_READY),
                ("folium.GeoJson", _folium_page, _FOLIUM_READY),
            ):
                begin = time.perf_counter()
                path = make(number, Path(name))
                made = time.perf_counter() - begin
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                rows.append(
                    {"polygons": number, "tool": tool, "made_s": made, **_measure(browser, path, ready)}
                )
                browser.close()
                path.unlink()
    return rows


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


if __name__ == "__main__":
    sys.stdout.write(f"{table(compare())}\n\n{table(compare_tilers())}\n")
