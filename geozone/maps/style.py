"""How a layer looks on the page: symbols made from its style, one for the map, the legend and the print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geozone.model import Layer, LayerSpec, LayerStyle, Status
from geozone.rates.verdicts import JUDGED
from geozone.symbology import (
    BASIS_COLOURS,
    DOUBTED,
    LEGEND_ORDER,
    OFF_REGISTER_COLOUR,
    SEVERAL_COLOUR,
    STATUS_COLOURS,
    SURROUNDINGS,
    VERDICT_COLOURS,
    Drawn,
    Mark,
    by_night,
    drawn_style,
    drawn_title,
    feature_grades,
    is_ground,
)

ONLY = "all"  # the key of the one symbol of a layer that is not drawn by status
_LIGHT = 0.5  # of the opacity of a tint, where it is a fill


def data_styles() -> str:
    """Return the style sheet of everything whose colour says something: statuses, verdicts, the basis of data."""
    dots = {status.value: f"background:{colour}" for status, colour in STATUS_COLOURS.items()}
    dots[Mark.SEVERAL.value] = f"background:{SEVERAL_COLOUR}"
    dots[Mark.OFF_REGISTER.value] = f"background:none;border:1px dotted {OFF_REGISTER_COLOUR}"
    rules = [f".status-{name}{{{look}}}" for name, look in dots.items()]
    for verdict, (word, ground) in VERDICT_COLOURS.items():
        rules.append(f".pill-{verdict.value}{{color:{word};background:{ground}}}")
        rules.append(f".mark-{verdict.value}{{color:{word}}}")
        if verdict in JUDGED:
            rules.append(f".bar-value.verdict-{verdict.value}{{background:{word}}}")
    rules.append(f"#map{{background:{SURROUNDINGS}}}")
    for basis, colour in BASIS_COLOURS.items():
        dashed = ";border-style:dashed" if basis in DOUBTED else ""
        rules.append(f".badge-{basis.value}{{color:{colour}{dashed}}}")
    return "\n".join([*rules, "@media screen and (prefers-color-scheme:dark){", *_night_styles(), "}"])


def _night_styles() -> list[str]:
    """Return the rules of dark cards; pills keep their own ground, and so their colours."""
    rules = []
    for verdict, (word, _) in VERDICT_COLOURS.items():
        rules.append(f":not(.pill)>.mark-{verdict.value}{{color:{by_night(word)}}}")
        if verdict in JUDGED:
            rules.append(f".bar-value.verdict-{verdict.value}{{background:{by_night(word)}}}")
    return rules + [
        f".badge-{basis.value}{{color:{by_night(colour)}}}" for basis, colour in BASIS_COLOURS.items()
    ]


def symbol(style: LayerStyle, *, points: bool = False) -> dict[str, Any]:
    """Return a style as the page draws it, on the map and in the legend: as dot, stroke, hatch, tint or fill."""
    kind = "stroke" if style.kind == "line" else style.kind if style.kind in {"hatch", "tint"} else "fill"
    kind = "dot" if points else kind
    drawn: dict[str, Any] = {
        "kind": kind,
        "fill": style.fill,
        "stroke": style.stroke,
        "width": style.width,
        "opacity": style.opacity,
        "dash": style.dash,
    }
    if style.size != 1:
        drawn["size"] = style.size
    if style.mark != "circle":
        drawn["mark"] = style.mark
    return drawn


def crowded_symbol(drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the symbol that stands for another where very many features have it: a tint is a light fill there."""
    return (
        {**drawn, "kind": "fill", "opacity": _LIGHT * drawn["opacity"]} if drawn["kind"] == "tint" else drawn
    )


def status_symbol(style: LayerStyle, drawn: Drawn, *, points: bool = False) -> dict[str, Any]:
    """Return the symbol of a feature with a status: the layer's style in the status's colour.

    An unknown status keeps the layer's own colour, areas that are no ground in themselves as a hatch.
    """
    plain = symbol(style, points=points)
    if isinstance(drawn, Mark):
        return symbol(drawn_style(style, style.kind, drawn), points=points)
    colour = STATUS_COLOURS[drawn]
    if plain["kind"] == "dot":
        return {**plain, "fill": colour}
    if plain["kind"] == "stroke":
        return (
            plain if drawn is Status.UNKNOWN else {**plain, "stroke": colour, "width": max(style.width, 2.0)}
        )
    if drawn is Status.UNKNOWN and is_ground(style, style.kind):
        return symbol(drawn_style(style, style.kind, drawn))
    if drawn is Status.UNKNOWN:
        return {**plain, "kind": "hatch", "fill": style.fill or style.stroke or colour}
    return {**plain, "kind": "fill", "fill": colour}


def graded_symbols(layer: Layer, *, points: bool) -> tuple[list[dict[str, Any]], list[int]] | None:
    """Return the legend of a layer whose features a field tells apart, and which entry draws each; None for any other."""
    found = feature_grades(layer)
    if found is None:
        return None
    entries = [
        {"key": one.key, "title": one.title, "symbol": symbol(one.style, points=points)} for one in found[0]
    ]
    return entries, found[1]


def layer_symbols(
    spec: LayerSpec, statuses: Sequence[Drawn] | None, *, points: bool = False
) -> tuple[list[dict[str, Any]], list[int] | None]:
    """Return the legend of a layer and, by feature, which of its entries draws it (None: all the first).

    Each entry has ``key``, ``title`` and ``symbol``. With `points` they are symbols of points.
    """
    if statuses is None:
        return [{"key": ONLY, "title": spec.title, "symbol": symbol(spec.style, points=points)}], None
    entries = [
        {
            "key": drawn.value,
            "title": drawn_title(drawn, spec.role),
            "symbol": status_symbol(spec.style, drawn, points=points),
        }
        for drawn in LEGEND_ORDER
    ]
    order = {drawn: place for place, drawn in enumerate(LEGEND_ORDER)}
    return entries, [order[drawn] for drawn in statuses]
