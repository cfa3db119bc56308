"""How a layer looks on the page: symbols made from its style, one for the map, the legend and the print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geozone.model import LayerSpec, LayerStyle, Status
from geozone.symbology import LEGEND_ORDER, STATUS_COLOURS, Drawn, Mark, drawn_style, drawn_title

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


def status_symbol(style: LayerStyle, drawn: Drawn) -> dict[str, Any]:
    """Return the symbol of a feature with a status: the layer's style in the status's colour.

    An unknown status keeps the layer's own colour, areas as a hatch.
    """
    plain = symbol(style)
    if isinstance(drawn, Mark):
        return symbol(drawn_style(style, plain["kind"], drawn))
    colour = STATUS_COLOURS[drawn]
    if plain["kind"] == "line":
        return (
            plain if drawn is Status.UNKNOWN else {**plain, "stroke": colour, "width": max(style.width, 2.0)}
        )
    if drawn is Status.UNKNOWN:
        return {**plain, "kind": "hatch", "fill": style.fill or style.stroke or colour}
    return {**plain, "kind": "fill", "fill": colour}


def layer_symbols(
    spec: LayerSpec, statuses: Sequence[Drawn] | None
) -> tuple[list[dict[str, Any]], list[int] | None]:
    """Return the legend of a layer and, by feature, which of its entries draws it (None: all the first).

    Each entry has ``key``, ``title`` and ``symbol``.
    """
    if statuses is None:
        return [{"key": ONLY, "title": spec.title, "symbol": symbol(spec.style)}], None
    entries = [
        {
            "key": drawn.value,
            "title": drawn_title(drawn, spec.role),
            "symbol": status_symbol(spec.style, drawn),
        }
        for drawn in LEGEND_ORDER
    ]
    order = {drawn: place for place, drawn in enumerate(LEGEND_ORDER)}
    return entries, [order[drawn] for drawn in statuses]
