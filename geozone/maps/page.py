"""The page of one zone: a single html file that works by double click, without any network."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.manifest.roles import load_roles
from geozone.maps.backdrop import backdrop_entry, seat_entries
from geozone.maps.basemap import BaseMap
from geozone.maps.by_year import year_entries
from geozone.maps.document import Page, PageLayer, PageMap, PageStart, Raw, data_block, unsupported
from geozone.maps.generalise import units_for_drawing
from geozone.maps.mercator import base64_text, encode, pack, to_drawing, varints
from geozone.maps.overview import overview_image
from geozone.maps.payload import layer_entry, zone_payload
from geozone.maps.pictures import Pictures, Subject, draw
from geozone.maps.places import GROUP, place_anchors
from geozone.maps.plain import Strings, attributes, in_both_languages, packed, to_json
from geozone.maps.streams import classes, downstream
from geozone.maps.style import crowded_symbol, graded_symbols, layer_symbols, symbol
from geozone.maps.tiles import tile_layer
from geozone.messages import NO_TEXT, Language, Text, text
from geozone.model import Basis, Layer, LayerSpec, LayerStyle, ZoneResult
from geozone.reuse.reuse import Reuse
from geozone.symbology import (
    LEGEND_ORDER,
    counts_items,
    drawing_order,
    feature_items,
    is_shown,
    layer_statuses,
    legend_counts,
)

HIDDEN_COLUMNS = {"geometry", "province_codes", GROUP}  # not for readers
PHRASED = ("source", "published_note")  # attributes that say something in words
NAMES = {"name", "name_en"}  # what the page calls a feature
PLAIN_FEATURES, PLAIN_POINTS = 20_000, 250_000  # a layer beyond either travels as tiles
MADE_PLACES = 4  # decimals of what the run measured, as the page tells it
BINARY, JSON = "application/octet-stream", "application/json"


def render_page(
    result: ZoneResult,
    *,
    lang: Language = "zh",
    base_map: BaseMap | None = None,
    words: Mapping[str, Text] | None = None,
    story: Text | None = None,
    reuse: Reuse | None = None,
    pictures: Pictures | None = None,
) -> str:
    """Return the page of a zone as one html document.

    The page holds both languages; `lang` is the one it opens in. Two calls with the same result give the same text.

    Parameters
    ----------
    result
        What a run computed.
    lang
        ``zh`` or ``en``.
    base_map
        Images under the map. With one, the page asks its host for them, and no other host for anything.
    words
        Texts that stand in the place of those of the catalogue, by their keys.
    story
        What the page says first, in the place of what it tells of a zone.
    reuse
        Results of earlier runs: pictures of rasters.
    pictures
        Those drawn ahead; where they are of something else they are drawn here.

    Raises
    ------
    InputError
        If the bundled scripts have not been built, or the elevation model cannot be read.
    UsageError
        If the base map is in GCJ-02 or BD-09, or its address is not one.
    """
    hosts = base_map.hosts() if base_map else ()
    page = Page(title=f"{result.title.zh} · {result.title.en}", lang=lang, image_hosts=hosts)
    strings = Strings()
    payload = zone_payload(result, strings)
    payload["texts"] |= {name: [one.zh, one.en] for name, one in (words or {}).items()}
    if story is not None:
        payload["story"] = strings.add(story)
    drawn = units_for_drawing(result.units)
    subject = Subject.of(result.units, result.relief, result.rasters, result.indicators)
    if pictures is None or pictures.subject != subject:
        pictures = draw(subject, reuse or Reuse())
    chart = PageMap(page, bounds=subject.bounds, lang=lang)
    blocks = [data_block("geometry-units", pack(encode(drawn.geometries)), BINARY)]
    payload["units"]["label"] = drawn.labels
    payload["units"]["seat"] = seat_entries(result)
    payload["backdrop"], more = backdrop_entry(result, strings)
    blocks += more
    payload["layers"] = []
    if pictures.relief is not None:
        payload["relief"] = pictures.relief
        PageLayer("relief", maker="relief", show=False).add_to(chart)
    if base_map is not None:
        payload["base_map"] = {
            "title": strings.add(base_map.title),
            "urls": list(base_map.urls),
            "attribution": base_map.attribution,
            "subdomains": list(base_map.subdomains),
        }
        PageLayer("base", maker="base", show=True).add_to(chart)
    payload["rasters"] = _rasters(pictures, strings)
    for entry in payload["rasters"]:
        PageLayer(entry["key"], maker="raster", show=False).add_to(chart)
    for position, layer in enumerate(ordered(result.layers)):
        key = f"l{position}"
        entry, more = _layer(key, layer, result, strings)
        payload["layers"].append(entry)
        blocks += more
        PageLayer(key, maker="tiles" if "tiles" in entry else "vector", show=entry["show"]).add_to(chart)
    # last, since its texts go on from those of the page
    blocks.append(data_block("years", packed(year_entries(result, strings)), BINARY))
    page.html.add_child(Raw("shell", shell(result.title, lang)))
    page.html.add_child(data_block("geozone-data", to_json(payload), JSON))
    for block in blocks:
        page.html.add_child(block)
    chart.add_child(PageStart())  # type: ignore[no-untyped-call]  # branca leaves its constructor untyped
    return page.render()


def ordered(layers: dict[str, Layer]) -> list[Layer]:
    """Return the layers from the bottom of the map to its top."""
    return drawing_order(layer for layer in layers.values() if len(layer.data))


def shell(title: Text, lang: Language) -> str:
    """Return the markup that stands before any script has run."""
    told = unsupported(text("maps.needs_browser"), text("maps.needs_script"))
    return (
        f'{told}<div id="page" class="page"><header class="masthead"><h1>{escape(title.get(lang))}</h1></header>'
        '<main class="stage"><section id="panel" class="panel"></section>'
        '<section class="chart"><div id="map"></div></section></main>'
        "</div>"
    )


def _rasters(pictures: Pictures, strings: Strings) -> list[dict[str, Any]]:
    """Return the rasters that rates are made from as images, from the bottom of the map to its top."""
    roles = load_roles()
    found: list[dict[str, Any]] = []
    for spec in sorted(pictures.subject.rasters, key=lambda spec: (roles[spec.role].order, spec.id)):
        image = pictures.rasters[spec.id]
        if image is None:
            continue
        legend = [
            {
                "key": one.key,
                "title": strings.add(one.title),
                "symbol": symbol(LayerStyle("fill", one.colour)),
            }
            for one in image["legend"]
        ]
        shown = {name: value for name, value in image.items() if name != "legend"}
        found.append(layer_entry(spec, strings) | shown | {"key": f"r{len(found)}", "legend": legend})
    return found


def _layer(key: str, layer: Layer, result: ZoneResult, strings: Strings) -> tuple[dict[str, Any], list[Raw]]:
    spec = _spec(layer)
    statuses = layer_statuses(layer, result.registers)
    geometries = to_drawing(layer.data.geometry.to_numpy())
    points = not shapely.get_dimensions(geometries).any()
    legend, which = graded_symbols(layer, points=points) or layer_symbols(spec, statuses, points=points)
    hidden = HIDDEN_COLUMNS | _copied_fields(layer)
    columns: dict[str, Any] = {
        str(name): layer.data[name] for name in layer.data.columns if name not in hidden
    }
    if load_roles()[spec.role].made_from:  # measured here, and in full in the files
        columns = {name: _short(values) for name, values in columns.items()}
    if statuses is not None:
        columns["status"] = [drawn.value for drawn in statuses]
    columns |= _phrased(columns)
    rows, ends = attributes(columns, len(layer.data))
    flow = load_roles()[spec.role].flow
    if flow in layer.data:
        geometries = downstream(geometries)
    entry = layer_entry(spec, strings) | {
        "key": key,
        "count": len(layer.data),
        "legend": [item | {"title": strings.add(item["title"])} for item in legend],
        "counts": [len(layer.data)] if which is None else np.bincount(which, minlength=len(legend)).tolist(),
        "attributes": ends,
        "show": is_shown(spec),
        "flow": classes(layer.data[flow]) if flow in layer.data else None,
    }
    if load_roles()[spec.role].nominal:
        entry["anchors"] = place_anchors(layer, geometries)
    if statuses is not None:
        counted = legend_counts(layer, result.registers, statuses)
        entry["amounts"] = [counted[drawn] for drawn in LEGEND_ORDER]
        entry["counts_items"] = counts_items(layer, result.registers)
    items, entry["item_sets"] = _item_sets(feature_items(layer, result.registers))
    blocks = [data_block(f"attributes-{key}", base64_text(rows), BINARY)]
    if len(layer.data) > PLAIN_FEATURES or shapely.get_num_coordinates(geometries).sum() > PLAIN_POINTS:
        symbols = None if which is None else np.asarray(which, np.int64)
        for item in entry["legend"]:
            item["symbol"] = crowded_symbol(item["symbol"])
        tiled = tile_layer(geometries, symbols, coverage=load_roles()[spec.role].partition)
        entry["tiles"] = [[level.zoom, level.least, level.tiles] for level in tiled.levels]
        entry["individual"] = tiled.individual
        if tiled.individual:
            entry["overview"] = overview_image(geometries, symbols, zoom=tiled.individual)
        blocks.append(data_block(f"geometry-{key}", base64_text(tiled.archive), BINARY))
        by_row = {
            "places": tiled.levels[-1].places + 1,
            "symbols": symbols,
            "items": None if items is None else np.asarray(items) + 1,
        }
        blocks += [
            data_block(f"{name}-{key}", pack(varints(values.astype(np.uint64))[0].tobytes()), BINARY)
            for name, values in by_row.items()
            if values is not None
        ]
    else:
        entry |= {"symbols": which, "items": items}
        blocks.append(data_block(f"geometry-{key}", pack(encode(geometries)), BINARY))
    return entry, blocks


def _phrased(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of words that embedded data hold in one language, in Chinese, and their English twins."""
    found = {}
    for name in PHRASED:
        if name not in columns or f"{name}_en" in columns:
            continue
        twins = in_both_languages(pd.Series(columns[name]).reset_index(drop=True))
        if twins:
            found[name], found[f"{name}_en"] = twins
    return found


def _short(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.round(MADE_PLACES) if pd.api.types.is_float_dtype(values.dtype) else values


def _copied_fields(layer: Layer) -> set[str]:
    """Return the fields that reading took from fields of the file: those of the file say the same in the reader's words."""
    taken = (decision.value.partition(" = ") for decision in layer.decisions if decision.kind == "fields")
    return {name for name, sign, _ in taken if sign} - NAMES


def _item_sets(items: list[tuple[int, ...]] | None) -> tuple[list[int] | None, list[list[int]]]:
    """Return by feature the place of its items in a list of distinct sets, -1 for none, and that list."""
    if items is None:
        return None, []
    sets = list(dict.fromkeys(rows for rows in items if rows))
    place = {rows: number for number, rows in enumerate(sets)}
    return [place.get(rows, -1) for rows in items], [list(rows) for rows in sets]


def _spec(layer: Layer) -> LayerSpec:
    if layer.spec is not None:
        return layer.spec
    return LayerSpec(
        id=layer.id,
        role=next(iter(load_roles())),
        title=Text(layer.id, layer.id),
        basis=Basis.WORKING,
        source=NO_TEXT,
        licence="",
        vintage="",
        accuracy=NO_TEXT,
        sources=(),
    )
