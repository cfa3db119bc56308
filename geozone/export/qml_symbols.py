"""The symbols of QGIS styles: how a fill, a line or a mark is drawn, from the same `LayerStyle` as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from geozone.model import LayerStyle

UNFILLED = {"line", "outline", "tint"}  # kinds of styles of areas that leave what lies below its colour
_MM = 0.26  # millimetres of one CSS pixel, the unit of LayerStyle.width
_HATCH_MM = 1.6  # distance of hatch lines on paper and screen


def symbol(name: str, kind: str, style: LayerStyle, pass_: int = 0) -> ET.Element:
    """Return the symbol of a style: of areas (``fill``), lines or points (``marker``)."""
    drawn = ET.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    if kind == "line":
        drawn.append(_line(style, pass_))
    elif kind == "marker":
        drawn.append(_marker(style, pass_))
    elif style.kind == "hatch":
        drawn.append(_hatch(name, style, pass_))
        drawn.append(_fill(style, pass_, filled=False))
    else:
        drawn.append(_fill(style, pass_, filled=style.fill is not None and style.kind not in UNFILLED))
    return drawn


def _fill(style: LayerStyle, pass_: int, *, filled: bool) -> ET.Element:
    return _symbol_layer(
        "SimpleFill",
        pass_,
        {
            "color": colour_text(style.fill or "#ffffff", style.opacity),
            "style": "solid" if filled else "no",
            "outline_color": colour_text(style.stroke or style.fill or "#777777", 1.0),
            "outline_style": _outline(style),
            "outline_width": f"{style.width * _MM:.3f}",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def _outline(style: LayerStyle) -> str:
    if not style.stroke or style.width <= 0:
        return "no"
    if style.dash and style.kind == "fill":
        return "dash"
    return "dot" if style.kind == "outline" and style.dash else "solid"


def _hatch(name: str, style: LayerStyle, pass_: int) -> ET.Element:
    layer = _symbol_layer(
        "LinePatternFill",
        pass_,
        {
            "angle": "45",
            "distance": str(_HATCH_MM),
            "distance_unit": "MM",
            "line_width": "0.2",
            "line_width_unit": "MM",
        },
    )
    stripe = ET.SubElement(
        layer, "symbol", name=f"@{name}@0", type="line", alpha="1", clip_to_extent="1", force_rhr="0"
    )
    stripe.append(
        _line(LayerStyle("line", stroke=style.fill or style.stroke, width=0.8, opacity=style.opacity), 0)
    )
    return layer


def _line(style: LayerStyle, pass_: int) -> ET.Element:
    properties = {
        "line_color": colour_text(style.stroke or style.fill or "#777777", style.opacity),
        "line_width": f"{style.width * _MM:.3f}",
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": "round",
        "joinstyle": "round",
    }
    if style.dash:
        lengths = [float(part) * _MM for part in style.dash.replace(",", " ").split()]
        properties |= {
            "use_custom_dash": "1",
            "customdash": ";".join(f"{length:.3f}" for length in lengths),
            "customdash_unit": "MM",
        }
    return _symbol_layer("SimpleLine", pass_, properties)


def _marker(style: LayerStyle, pass_: int) -> ET.Element:
    return _symbol_layer(
        "SimpleMarker",
        pass_,
        {
            "name": style.mark,
            "color": colour_text(style.fill or style.stroke or "#777777", style.opacity),
            "outline_color": colour_text(style.stroke or "#333333", 1.0),
            "outline_width": f"{style.width * _MM:.3f}",
            "size": f"{2.4 * style.size:g}",
            "size_unit": "MM",
        },
    )


def _symbol_layer(kind: str, pass_: int, properties: Mapping[str, str]) -> ET.Element:
    layer = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(pass_)})
    options(layer, properties)
    return layer


def options(parent: ET.Element, properties: Mapping[str, str]) -> None:
    """Add properties to an element, as QGIS writes them."""
    holder = ET.SubElement(parent, "Option", type="Map")
    for name, value in properties.items():
        ET.SubElement(holder, "Option", name=name, value=value, type="QString")


def colour_text(colour: str, opacity: float) -> str:
    """Return a colour with its opacity, as QGIS writes it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
