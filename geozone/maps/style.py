"""How things look: symbols made from a layer's style, colours of rates, statuses and verdicts.

One symbol is drawn alike on the map, in the legend and in print. The colours are told apart with the common
kinds of colour blindness, since their lightness differs; every verdict and status also has a mark or a word.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import mapclassify
import numpy as np

from geozone.messages import Text, text
from geozone.model import Layer, LayerSpec, LayerStyle, Register, Role, Status

RATE_COLOURS = ("#eef3d6", "#c3deb0", "#86c0a0", "#46978f", "#1d6577")
RATE_ZERO = "#f7f5ee"
RATE_MISSING = "#dcdcda"
CLASSES = len(RATE_COLOURS)
STATUS_COLOURS: Mapping[Status, str] = {
    Status.BUILT: "#0b4f94",
    Status.RECOGNISED: "#74b3e2",
    Status.UNDER_CONSTRUCTION: "#e08a00",
    Status.PLANNED: "#f3d36b",
    Status.UNKNOWN: "#a3a8ad",
}
STATUS_ROLES = (Role.BAY, Role.RIVER, Role.LAKE)
REGISTER_OF_ROLE = {Role.BAY: "bay", Role.RIVER: "river", Role.LAKE: "lake"}
ONLY = "all"  # the key of the one symbol of a layer that is not drawn by status


def symbol(style: LayerStyle) -> dict[str, Any]:
    """Return a style as the page draws it, on the map and in the legend."""
    kind = "line" if style.kind == "line" else "hatch" if style.kind == "hatch" else "fill"
    return {
        "kind": kind,
        "fill": style.fill,
        "stroke": style.stroke,
        "width": style.width,
        "opacity": style.opacity,
        "dash": style.dash,
    }


def status_symbol(style: LayerStyle, status: Status) -> dict[str, Any]:
    """Return the symbol of a feature with a status: the layer's style in the status's colour.

    An unknown status keeps the layer's own colour, areas as a hatch.
    """
    drawn, colour = symbol(style), STATUS_COLOURS[status]
    if drawn["kind"] == "line":
        return (
            drawn if status is Status.UNKNOWN else {**drawn, "stroke": colour, "width": max(style.width, 2.0)}
        )
    if status is Status.UNKNOWN:
        return {**drawn, "kind": "hatch", "fill": style.fill or style.stroke or colour}
    return {**drawn, "kind": "fill", "fill": colour}


def register_items(layer: Layer, registers: Mapping[str, Register]) -> list[int] | None:
    """Return for each feature of a bay, river or lake layer the row of its register item, -1 for none.

    An item is found by ``item_id``, else by name. None where the layer has no register.
    """
    role = layer.spec.role if layer.spec else None
    register = registers.get(REGISTER_OF_ROLE.get(role, "")) if role else None
    if register is None:
        return None
    rows: dict[str, int] = {}
    for key in ("name", "item_id"):
        for row, value in enumerate(register.items[key]):
            if isinstance(value, str) and value:
                rows.setdefault(f"{key} {value}", row)
    found = [-1] * len(layer.data)
    for key in ("item_id", "name"):
        if key in layer.data:
            for feature, value in enumerate(layer.data[key]):
                if found[feature] < 0:
                    found[feature] = rows.get(f"{key} {value}", -1)
    return found


def layer_statuses(layer: Layer, registers: Mapping[str, Register]) -> list[Status] | None:
    """Return the status of each feature of a bay, river or lake layer.

    The layer's own column ``status`` comes first, then its register item; a feature with neither is unknown.
    None where the layer is not drawn by status.
    """
    role = layer.spec.role if layer.spec else None
    if role not in STATUS_ROLES:
        return None
    items = register_items(layer, registers)
    if "status" not in layer.data and items is None:
        return None
    statuses: list[Any] = list(layer.data["status"]) if "status" in layer.data else [None] * len(layer.data)
    if items is not None:
        listed = list(registers[REGISTER_OF_ROLE[role]].items["status"])
        statuses = [
            listed[item] if item >= 0 and not (isinstance(own, str) and own) else own
            for own, item in zip(statuses, items, strict=True)
        ]
    known = {status.value for status in Status}
    return [Status(value) if value in known else Status.UNKNOWN for value in statuses]


def layer_symbols(
    spec: LayerSpec, statuses: Sequence[Status] | None
) -> tuple[list[dict[str, Any]], list[int] | None]:
    """Return the legend of a layer and, by feature, which of its entries draws it (None: all the first).

    Each entry has ``key``, ``title`` and ``symbol``.
    """
    if statuses is None:
        return [{"key": ONLY, "title": spec.title, "symbol": symbol(spec.style)}], None
    entries = [
        {"key": status.value, "title": status_title(status), "symbol": status_symbol(spec.style, status)}
        for status in Status
    ]
    order = {status: place for place, status in enumerate(Status)}
    return entries, [order[status] for status in statuses]


def status_title(status: Status) -> Text:
    """Return the word for a status."""
    return text(f"model.status_{status.value}")


def breaks(values: Sequence[float], scale: float) -> list[float]:
    """Return the upper bounds of at most five classes (Fisher-Jenks), rounded so that a legend can print them.

    The rounded bounds are the classes: legend and map cannot disagree.

    Parameters
    ----------
    values
        The values of the units of one level; zeros have a class of their own.
    scale
        100 where the values are fractions shown in per cent, else 1.
    """
    array = np.asarray([value for value in values if math.isfinite(value) and value > 0], float) * scale
    distinct = np.unique(array)
    if not len(distinct):
        return []
    if len(distinct) <= CLASSES:
        bounds = distinct
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # mapclassify warns where classes are few; the bounds say it
            bounds = mapclassify.FisherJenks(array, k=CLASSES).bins
    spread = float(distinct[-1])
    step = 10.0 ** (math.floor(math.log10(spread)) - 1)
    rounded = sorted({math.ceil(round(bound / step, 9)) * step for bound in bounds})
    return [round(bound, 10) / scale for bound in rounded]


def visible_classes(bounds: Sequence[float]) -> list[str]:
    """Return one colour a class, spread over the whole ramp."""
    if len(bounds) <= 1:
        return [RATE_COLOURS[3]] * len(bounds)
    last = len(RATE_COLOURS) - 1
    return [RATE_COLOURS[round(place * last / (len(bounds) - 1))] for place in range(len(bounds))]
