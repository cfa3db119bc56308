"""QGIS styles (QML) made from the same `LayerStyle` as the legends of the page and the printed sheet."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from geozone.export.columns import Column, domain_values
from geozone.export.qml_labels import Label, labelling
from geozone.export.qml_symbols import symbol
from geozone.manifest.roles import Grades
from geozone.messages import Language, Text, text
from geozone.model import LayerStyle, Level, Status
from geozone.symbology import RATE_MISSING, Drawn, Grade, Mark, RateClass, drawn_style, drawn_title, grades_of

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # rule keys are made from their filters
_STATUS_OR_MARK = f"coalesce(\"status\", CASE WHEN \"item_id\" IS NULL THEN '{Mark.OFF_REGISTER}' ELSE '{Mark.SEVERAL}' END)"

OUTLINES: dict[Level, tuple[str, float]] = {
    Level.COUNTY: ("#9a9a9a", 0.5),
    Level.CITY: ("#6b6b6b", 1.0),
    Level.PROVINCE: ("#3f3f3f", 1.8),
    Level.ZONE: ("#1f1f1f", 2.4),
}


class Valued(NamedTuple):
    """How the features with one value of a field are drawn."""

    value: str
    title: Text
    style: LayerStyle


def qml(
    style: LayerStyle | None,
    geometry: str | None,
    columns: Sequence[Column],
    lang: Language,
    *,
    rate: str | None = None,
    classes: Sequence[RateClass] = (),
    levels: Sequence[Level] = (),
    label: Label | None = None,
    role: str | None = None,
    filled: bool = True,
    values: tuple[str, Sequence[Valued]] | None = None,
) -> str:
    """Return a QGIS style document for one layer or table.

    Parameters
    ----------
    style
        How the layer is drawn; None draws it grey.
    geometry
        ``MultiPolygon``, ``MultiLineString`` or ``MultiPoint``; None for a table, which gets a form only.
    columns
        Columns of the layer, without its ``fid``: their titles become aliases, value domains drop-down lists.
    lang
        Language of titles and legends.
    rate, classes
        The column that a style of kind ``rate`` colours by, and its classes.
    levels
        For a layer with units of several levels: the levels, finest first. Only the finest units (column ``finest``) are filled.
    label
        Names on the map.
    role
        What the layer is, for the words of its legend.
    filled
        Whether a style of kind ``rate`` fills the units; otherwise their outlines are drawn alone.
    values
        A field, or an expression, and how each of its values is drawn; where it is given, it goes before all else.
    """
    root = ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories="Symbology|Labeling|Fields|Forms|AttributeTable",
        labelsEnabled=_flag(label),
    )
    if geometry is not None:
        kind = _symbol_kind(geometry)
        style = style or LayerStyle("fill", fill="#bbbbbb", stroke="#777777")
        if values is not None:
            root.append(_value_renderer(*values, kind, lang))
        elif style.kind == "rate":
            root.append(_rate_renderer(style, kind, rate, classes, levels=levels, lang=lang, filled=filled))
        elif any(item.domain == "status" for item in columns):
            root.append(_status_renderer(style, kind, columns, lang, role))
        elif (graded := grades_of(role)) and {graded[0].field, graded[0].rank or graded[0].field} <= {
            item.name for item in columns
        }:
            root.append(_grade_renderer(*graded, kind, lang))
        else:
            root.append(_single_renderer(style, kind))
        if label:
            root.append(labelling(label, kind))
    root.append(_form(columns, lang))
    root.extend(_kept_from_editing(columns))
    aliases = ET.SubElement(root, "aliases")
    for index, item in enumerate(columns, start=1):  # the fid comes first
        ET.SubElement(aliases, "alias", index=str(index), field=item.name, name=item.title.get(lang))
    ET.indent(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _single_renderer(style: LayerStyle, kind: str) -> ET.Element:
    renderer = ET.Element(
        "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0", enableorderby="0"
    )
    _symbols(renderer, [symbol("0", kind, style)])
    return renderer


def _status_renderer(
    style: LayerStyle, kind: str, columns: Sequence[Column], lang: Language, role: str | None
) -> ET.Element:
    """Colour by status; where features are joined with a register, those without a status of their own are set apart."""
    joined = any(item.name == "item_id" for item in columns)
    shown: list[tuple[Drawn, Text]] = [(Status(value), title) for value, title in domain_values("status")]
    shown += [(mark, drawn_title(mark, role)) for mark in Mark if joined]
    entries = [Valued(drawn.value, title, drawn_style(style, kind, drawn)) for drawn, title in shown]
    return _value_renderer(_STATUS_OR_MARK if joined else "status", entries, kind, lang)


def _value_renderer(field: str, entries: Sequence[Valued], kind: str, lang: Language) -> ET.Element:
    """Draw by the values of a field or an expression."""
    renderer = ET.Element(
        "renderer-v2",
        type="categorizedSymbol",
        attr=field,
        symbollevels="0",
        forceraster="0",
        enableorderby="0",
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = []
    for number, entry in enumerate(entries):
        ET.SubElement(
            categories,
            "category",
            value=entry.value,
            symbol=str(number),
            label=entry.title.get(lang),
            render="true",
        )
        symbols.append(symbol(str(number), kind, entry.style))
    _symbols(renderer, symbols)
    return renderer


def _rate_renderer(
    style: LayerStyle,
    kind: str,
    rate: str | None,
    classes: Sequence[RateClass],
    *,
    levels: Sequence[Level],
    lang: Language,
    filled: bool,
) -> ET.Element:
    """Fill the finest units by their rate and draw the upper levels as outlines above them."""
    renderer = ET.Element(
        "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0", enableorderby="0"
    )
    rules = ET.SubElement(renderer, "rules", key=_key("root"))
    symbols: list[ET.Element] = []
    finest = levels[0] if levels else None
    scope = '"finest" AND ' if finest else ""
    outline, width = OUTLINES[finest] if finest else (style.stroke or "#777777", style.width)

    def rule(condition: str, label: str, drawn: LayerStyle, pass_: int) -> None:
        number = str(len(symbols))
        ET.SubElement(rules, "rule", filter=condition, symbol=number, label=label, key=_key(condition))
        symbols.append(symbol(number, kind, drawn, pass_))

    for item in classes if rate else ():
        lower = f'"{rate}" > {item.lower!r} AND ' if item.upper > item.lower else ""
        condition = f'{scope}{lower}"{rate}" <= {item.upper!r}'
        rule(
            condition, item.label.get(lang), LayerStyle("fill", item.colour, outline, width, style.opacity), 0
        )
    missing = f'{scope}"{rate}" IS NULL' if rate else f"{scope}TRUE"
    if filled:
        bare = LayerStyle("fill", RATE_MISSING, outline, width, style.opacity)
        rule(missing, text("words.no_value").get(lang), bare, 0)
    elif finest:
        word = text(f"words.level_{finest.value}").get(lang)
        rule('"finest"', word, LayerStyle("outline", None, outline, width), 0)
    for pass_, level in enumerate(levels[1:], start=1):
        colour, width = OUTLINES[level]
        drawn = LayerStyle("outline", None, colour, width)
        rule(f"\"level\" = '{level.value}'", text(f"words.level_{level.value}").get(lang), drawn, pass_)
    _symbols(renderer, symbols)
    return renderer


def _grade_renderer(declared: Grades, entries: Sequence[Grade], kind: str, lang: Language) -> ET.Element:
    """Draw by classes of a number, or by codes and the first of a rank, as the page does."""
    renderer = ET.Element(
        "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0", enableorderby="0"
    )
    rules = ET.SubElement(renderer, "rules", key=_key("root"))
    for number, entry in enumerate(entries):
        terms = [f"\"{declared.field}\" = '{entry.code}'"] if entry.code is not None else []
        terms += [f'"{declared.field}" >= {entry.lower!r}'] if math.isfinite(entry.lower) else []
        terms += [f'"{declared.field}" < {entry.upper!r}'] if math.isfinite(entry.upper) else []
        if entry.first is not None:
            terms.append(f'"{declared.rank}" {"<=" if entry.first else ">"} {declared.first}')
        condition = " AND ".join(terms)
        label = entry.title.get(lang)
        ET.SubElement(rules, "rule", filter=condition, symbol=str(number), label=label, key=_key(condition))
    _symbols(renderer, [symbol(str(number), kind, entry.style) for number, entry in enumerate(entries)])
    return renderer


def _symbols(renderer: ET.Element, symbols: Iterable[ET.Element]) -> None:
    holder = ET.SubElement(renderer, "symbols")
    holder.extend(symbols)


def _form(columns: Sequence[Column], lang: Language) -> ET.Element:
    configuration = ET.Element("fieldConfiguration")
    for item in columns:
        field = ET.SubElement(configuration, "field", name=item.name, configurationFlags="None")
        if item.hidden:
            ET.SubElement(field, "editWidget", type="Hidden")
        if item.domain is None:
            continue
        widget = ET.SubElement(field, "editWidget", type="ValueMap")
        top = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
        choices = ET.SubElement(top, "Option", name="map", type="List")
        for value, title in domain_values(item.domain):
            choice = ET.SubElement(choices, "Option", type="Map")
            ET.SubElement(choice, "Option", name=title.get(lang), value=value, type="QString")
    return configuration


def _kept_from_editing(columns: Sequence[Column]) -> list[ET.Element]:
    """Return which fields a form does not let people edit, and which the table of attributes does not show."""
    found = []
    if any(item.fixed for item in columns):
        editable = ET.Element("editable")
        for item in columns:
            ET.SubElement(editable, "field", name=item.name, editable=_flag(not item.fixed))
        found.append(editable)
    if any(item.hidden for item in columns):
        table = ET.Element("attributetableconfig", actionWidgetStyle="dropDown", sortExpression="")
        shown = ET.SubElement(table, "columns")
        for item in columns:
            ET.SubElement(
                shown, "column", type="field", name=item.name, width="-1", hidden=_flag(item.hidden)
            )
        found.append(table)
    return found


def _symbol_kind(geometry: str) -> str:
    if "Polygon" in geometry:
        return "fill"
    return "line" if "Line" in geometry else "marker"


def _key(name: str) -> str:
    return f"{{{uuid.uuid5(_NAMESPACE, name)}}}"


def _flag(value: object) -> str:
    return "1" if value else "0"
