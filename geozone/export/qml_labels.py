"""The labels of QGIS styles: which names a layer shows, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from geozone.export.qml_symbols import colour_text
from geozone.messages import Language

FONT = "Noto Sans CJK SC"  # QGIS takes another font where it is absent


@dataclass(frozen=True, slots=True)
class Label:
    """Which names a layer shows: a QGIS expression, drawn up to a scale."""

    expression: str
    size: float = 8.0
    colour: str = "#333333"
    size_expression: str | None = None  # points, by feature
    largest_denominator: int | None = None


def unit_label(lang: Language) -> Label:
    """Return labels for units: provinces and cities, and counties where the map is large enough."""
    name = '"name"' if lang == "zh" else 'coalesce("name_en", "name")'
    shown = "\"level\" IN ('province', 'city') OR (\"level\" = 'county' AND @map_scale < 1500000)"
    size = "CASE WHEN \"level\" = 'province' THEN 11 WHEN \"level\" = 'city' THEN 8 ELSE 6.5 END"
    return Label(f"CASE WHEN {shown} THEN {name} END", size=8, size_expression=size)


def feature_label(lang: Language, largest_denominator: int) -> Label:
    """Return labels with the names of features, up to a scale."""
    name = '"name"' if lang == "zh" else 'coalesce("name_en", "name")'
    return Label(name, size=7.0, colour="#1f4e79", largest_denominator=largest_denominator)


def labelling(label: Label, kind: str) -> ET.Element:
    """Return the labels of the features of a layer, which are areas (``fill``), lines or points (``marker``)."""
    element = ET.Element("labeling", type="simple")
    settings = ET.SubElement(element, "settings", calloutType="simple")
    _add_text_style(settings, label)
    # 3: curved along a line; 1: around a point; 0 with centroid: horizontal in an area
    ET.SubElement(
        settings,
        "placement",
        placement={"line": "3", "marker": "6"}.get(kind, "1"),
        placementFlags="10",
        centroidWhole="0",
        centroidInside="1",
        quadOffset="4",
        dist="0",
        priority="6",
        repeatDistance="60",
        repeatDistanceUnits="MM",
    )
    ET.SubElement(
        settings,
        "rendering",
        scaleVisibility="1" if label.largest_denominator else "0",
        scaleMax=str(label.largest_denominator or 0),  # QGIS calls the smallest scale its maximum denominator
        scaleMin="0",
        obstacle="0",
        mergeLines="1",
        limitNumLabels="0",
        displayAll="0",
        labelPerPart="0",
    )
    if label.size_expression:
        _add_size(settings, label.size_expression)
    return element


def _add_text_style(settings: ET.Element, label: Label) -> None:
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=label.expression,
        isExpression="1",
        fontFamily=FONT,
        namedStyle="Regular",
        fontSize=f"{label.size:g}",
        fontSizeUnit="Point",
        textColor=colour_text(label.colour, 1.0),
        textOpacity="1",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,220",
        bufferOpacity="0.85",
    )


def _add_size(settings: ET.Element, expression: str) -> None:
    """Let an expression say the size of each label."""
    defined = ET.SubElement(ET.SubElement(settings, "dd_properties"), "Option", type="Map")
    ET.SubElement(defined, "Option", name="name", value="", type="QString")
    properties = ET.SubElement(defined, "Option", name="properties", type="Map")
    by_size = ET.SubElement(properties, "Option", name="Size", type="Map")
    ET.SubElement(by_size, "Option", name="active", value="true", type="bool")
    ET.SubElement(by_size, "Option", name="expression", value=expression, type="QString")
    ET.SubElement(by_size, "Option", name="type", value="3", type="int")  # by expression
    ET.SubElement(defined, "Option", name="type", value="collection", type="QString")
