"""Print layouts of a QGIS project, written as XML: map, title, legend, scale bar, north arrow, review line, sources."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from geozone.aligned import broken
from geozone.export.desktop_declared import Box, Page
from geozone.export.qml_labels import FONT
from geozone.export.sheet_frame import MM_PER_POINT, Frame
from geozone.messages import Language, text

_NAMESPACE = uuid.UUID("8f4b0c5e-3a27-4d0e-9a5c-2f6a1c1f7d11")  # ids of parts are made from their names
_PAGE, _MAP, _PICTURE, _LABEL, _LEGEND, _SCALE = "65638", "65639", "65640", "65641", "65642", "65646"
_ARROW = ":/images/north_arrows/layout_default_north_arrow.svg"  # comes with QGIS
_SEGMENTS, _SEGMENT_MM = 2, 20.0  # of a scale bar, and about how long one is
_ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # kilometres of a segment
_LINE_END = "\n"
_SPACES = {"symbol": "1.2", "symbolLabel": "1.5"}  # above entries of a legend, in millimetres
_SYMBOL = (6.0, 3.5)  # width and height of a symbol of a legend, in millimetres
_BESIDE_NAMES = 6.0  # millimetres of a legend that names of layers cannot have, beside the symbol
_LEFT, _CENTRE, _MIDDLE = "1", "4", "128"  # of Qt's alignments


@dataclass(frozen=True, slots=True)
class Legend:
    """A layer in a legend."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a layout shows, in one language."""

    name: str
    title: str  # on the page
    theme: str  # the map theme that its map shows
    legend: Sequence[Legend]  # from above
    frame: Frame  # the window of the map
    page: Page
    review: str
    footer: str


def layout(sheet: Sheet, lang: Language) -> ET.Element:
    """Return a layout; `lang` is the language of the words that every layout has."""
    name, page, frame = sheet.name, sheet.page, sheet.frame
    found = ET.Element("Layout", name=name, units="mm", printResolution="300", worldFileMap="")
    ET.SubElement(found, "PageCollection").append(_item(name, "page", _PAGE, (0, 0, *page.size), 0))
    map_id = _id(name, "map")
    shown = _item(name, "map", _MAP, page.map, 1)
    shown.attrib |= {
        "followPreset": "true", "followPresetName": sheet.theme, "keepLayerSet": "false", "drawCanvasItems": "false",
        "frame": "true", "mapRotation": "0",
    }  # fmt: skip
    sides = {"xmin": frame.west, "ymin": frame.south, "xmax": frame.east, "ymax": frame.north}
    ET.SubElement(shown, "Extent", {side: repr(float(value)) for side, value in sides.items()})
    north = _item(name, "north", _PICTURE, page.north, 5)
    north.attrib |= {
        "file": _ARROW, "mode": "1", "northMode": "1", "northOffset": "0", "mapUuid": map_id, "resizeMode": "0",
    }  # fmt: skip
    found.append(shown)
    found.append(_label(_item(name, "title", _LABEL, page.title, 2), sheet.title, page.title_points, _CENTRE))
    found.append(_legend(sheet, map_id, lang))
    found.append(_scale(sheet, map_id))
    found.append(north)
    found.append(_label(_item(name, "review", _LABEL, page.review, 2), sheet.review, page.text_points, _LEFT))
    found.append(
        _label(
            _item(name, "footer", _LABEL, page.footer, 2),
            _lines(sheet.footer, page.footer[2], page.footer_points),
            page.footer_points,
            _LEFT,
        )
    )
    return found


def _item(layout: str, part: str, kind: str, box: Box, order: int) -> ET.Element:
    key = _id(layout, part)
    left, top, width, height = (f"{side:g}" for side in box)
    item = ET.Element(
        "LayoutItem", type=kind, uuid=key, templateUuid=key, id=part, zValue=str(order), visibility="1", opacity="1",
        position=f"{left},{top},mm", positionOnPage=f"{left},{top},mm", size=f"{width},{height},mm",
        referencePoint="0", itemRotation="0", blendMode="0", background="false", frame="false",
        outlineWidthM="0.3,mm", frameJoinStyle="miter", positionLock="false", excludeFromExports="0", groupUuid="",
    )  # fmt: skip
    ET.SubElement(item, "FrameColor", red="0", green="0", blue="0", alpha="255")
    ET.SubElement(item, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return item


def _label(item: ET.Element, words: str, points: float, align: str) -> ET.Element:
    item.attrib |= {"labelText": words, "halign": align, "valign": _MIDDLE, "marginX": "0", "marginY": "0", "htmlState": "0"}  # fmt: skip
    item.append(_letters(points))
    ET.SubElement(item, "LabelFont", description=f"{FONT},{points:g},-1,5,50,0,0,0,0,0", style="")
    return item


def _lines(words: str, width: float, points: float) -> str:
    """Return words in lines of a width in millimetres; QGIS breaks none by itself."""
    return _LINE_END.join(broken(words, int(2 * width / (points * MM_PER_POINT))))


def _letters(points: float) -> ET.Element:
    return ET.Element(
        "text-style", fontFamily=FONT, fontSize=f"{points:g}", fontSizeUnit="Point", namedStyle="Regular",
        textColor="0,0,0,255", textOpacity="1", fontWeight="50", fontItalic="0", multilineHeight="1",
    )  # fmt: skip


def _legend(sheet: Sheet, map_id: str, lang: Language) -> ET.Element:
    page = sheet.page
    item = _item(sheet.name, "legend", _LEGEND, page.legend, 3)
    item.attrib |= {
        "title": text("words.legend").get(lang), "map_uuid": map_id, "resizeToContents": "1", "columnCount": "1", "splitLayer": "0",
        "symbolWidth": f"{_SYMBOL[0]:g}", "symbolHeight": f"{_SYMBOL[1]:g}", "boxSpace": "1", "lineSpacing": "0.8", "columnSpace": "2",
        "equalColumnWidth": "0", "legendFilterByMap": "1", "wrapChar": _LINE_END, "fontColor": "#000000", "titleAlignment": "1", "symbolAlignment": "1",
    }  # fmt: skip
    styles = ET.SubElement(item, "styles")
    points = page.legend_points
    sizes = {"title": points + 3, "group": points + 1, "subgroup": points + 1, "symbol": points, "symbolLabel": points}  # fmt: skip
    for name, size in sizes.items():
        side, space = ("marginBottom", "2") if name == "title" else ("marginTop", _SPACES.get(name, "2"))
        style = ET.SubElement(
            styles, "style", {"name": name, "alignment": "1", "indent": "0", "marginLeft": "2", side: space}
        )
        ET.SubElement(style, "styleFont", description=f"{FONT},{size:g},-1,5,50,0,0,0,0,0", style="")
    tree = ET.SubElement(item, "layer-tree-group")
    room = page.legend[2] - _SYMBOL[0] - _BESIDE_NAMES
    for layer in sheet.legend:
        node = ET.SubElement(
            tree, "layer-tree-layer", id=layer.id, name=layer.name, source=layer.source, providerKey="ogr",
            checked="Qt::Checked", expanded="1",
        )  # fmt: skip
        told = ET.SubElement(ET.SubElement(node, "customproperties"), "Option", type="Map")
        ET.SubElement(
            told,
            "Option",
            name="legend/title-label",
            type="QString",
            value=_lines(layer.name, room, points + 1),
        )
    return item


def _scale(sheet: Sheet, map_id: str) -> ET.Element:
    ideal = _SEGMENT_MM / 1000 * sheet.frame.denominator / 1000
    segment = max((step for step in _ROUND if step <= ideal * 1.25), default=_ROUND[0])
    page = sheet.page
    item = _item(sheet.name, "scale", _SCALE, page.scale, 4)
    item.attrib |= {
        "mapUuid": map_id, "style": "Single Box", "unitType": "km", "unitLabel": "km", "numMapUnitsPerScaleBarUnit": "1",
        "numUnitsPerSegment": str(segment), "numSegments": str(_SEGMENTS), "numSegmentsLeft": "0", "segmentSizeMode": "0",
        "height": "2.5", "labelBarSpace": "1.5", "boxContentSpace": "1", "alignment": "0", "outlineWidth": "0.2",
        "minBarWidth": "50", "maxBarWidth": "150", "labelVerticalPlacement": "0", "labelHorizontalPlacement": "0",
    }  # fmt: skip
    item.append(_letters(page.text_points))
    ET.SubElement(item, "fillColor", red="0", green="0", blue="0", alpha="255")
    ET.SubElement(item, "fillColor2", red="255", green="255", blue="255", alpha="255")
    ET.SubElement(item, "strokeColor", red="0", green="0", blue="0", alpha="255")
    return item


def _id(layout: str, part: str) -> str:
    return f"{{{uuid.uuid5(_NAMESPACE, f'{layout}/{part}')}}}"
