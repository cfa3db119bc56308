"""How a layer looks on the page: symbols made from its style, one for the map, the legend and the print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geozone.messages import Text, text
from geozone.model import LayerSpec, LayerStyle, Status
from geozone.symbology import STATUS_COLOURS

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
