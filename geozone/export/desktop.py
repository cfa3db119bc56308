"""A QGIS project over the GeoPackage of a zone: groups, themes, styles and print layouts, written as XML.

It lies in the GeoPackage (table ``qgis_projects``) and beside it (``<zone>.qgz``). Its paths are relative: both may be
moved together. QGIS finds a project inside a GeoPackage by the name of the file, so that one that is renamed has to be
pointed to it again.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pyproj

from geozone.export.desktop_declared import Theme, load_desktop
from geozone.export.desktop_layout import Legend, Sheet, layout
from geozone.export.sheet_frame import Frame, frame_of
from geozone.export.table import Table
from geozone.files import whole_file
from geozone.manifest.roles import load_roles
from geozone.messages import Language, listed, text
from geozone.model import CRS, Basis, Level, ZoneResult
from geozone.rates.titles import with_basis
from geozone.system import database_address

_VERSION = "3.22.0"  # what it is written for; newer ones read it as well
_ZIP_DATE = (2000, 1, 1, 0, 0, 0)  # equal content gives equal bytes
_TABLE = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
_GEOMETRIES = {"MultiPolygon": "Polygon", "MultiLineString": "Line", "MultiPoint": "Point", "Point": "Point"}
_BASE = "units"  # shown in every theme
_STYLE, _OUTLINES = "default", "outlines"  # names of styles; QGIS calls the first one so
_MAP_MM = (205.0, 168.0)  # for the first view of the map


@dataclass(frozen=True, slots=True)
class Entry:
    """A layer or table of the project."""

    table: Table
    name: str  # as people read it
    style: str  # QML
    outlines: str = ""  # a second style, where it has one
    rate: str = ""  # what its colours mean, where they are those of a rate

    @property
    def id(self) -> str:
        """Its id in the project."""
        return f"geozone_{self.table.name}"

    @property
    def role(self) -> str:
        """Its role; empty of a table."""
        if self.table.spec is not None:
            return self.table.spec.role
        return next((role.id for role in load_roles().values() if role.layer == self.table.name), "")

    @property
    def order(self) -> int:
        """Its place in the drawing order, from the bottom of the map."""
        role = load_roles().get(self.role)
        if role is None:
            return 10_000 if self.table.name == "zone" else -1
        return role.order

    @property
    def shown(self) -> bool:
        """Whether it is drawn when the project opens."""
        role = load_roles().get(self.role)
        return self.table.name in {_BASE, "zone"} or bool(role and role.shown and self.table.geometry)


def project_archive(result: ZoneResult, entries: Sequence[Entry], file: str, lang: Language) -> bytes:
    """Return the project as a ``.qgz``.

    Parameters
    ----------
    result
        What the run computed.
    entries
        The layers and tables of the GeoPackage.
    file
        Name of the GeoPackage, which lies beside the project or holds it.
    lang
        Language of names and words.
    """
    words = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    words += ET.tostring(_project(result, entries, f"./{file}", lang), encoding="unicode")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        part = zipfile.ZipInfo(f"{result.zone.key}.qgs", _ZIP_DATE)
        part.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(part, words.encode())
    return buffer.getvalue()


def add_project(database: sqlite3.Connection, name: str, archive: bytes, date: str) -> None:
    """Store a project in a GeoPackage, where QGIS looks for it."""
    database.execute(_TABLE)
    about = json.dumps({"last_modified_time": date, "last_modified_user": "geozone"})
    database.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (name, about, archive.hex()))


def stored_project(package: Path) -> bytes:
    """Return the project that a GeoPackage of geozone holds."""
    database = sqlite3.connect(database_address(package.absolute(), "mode=ro"), uri=True)
    try:
        (content,) = database.execute("SELECT content FROM qgis_projects").fetchone()
    finally:
        database.close()
    return bytes.fromhex(content)


def write_project(package: Path, path: Path) -> None:
    """Write the project that a GeoPackage of geozone holds beside it.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    with whole_file(path) as unfinished:
        unfinished.write_bytes(stored_project(package))


def _project(result: ZoneResult, entries: Sequence[Entry], source: str, lang: Language) -> ET.Element:
    title = result.title.get(lang)
    root = ET.Element("qgis", projectname=title, version=_VERSION)
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = title
    frame = _frame(result, *_MAP_MM)
    root.append(_crs("projectCrs", frame.crs))
    drawn = sorted(entries, key=lambda entry: (-entry.order, entry.table.name))
    root.append(_tree(entries, drawn, source, lang))
    root.append(_canvas(frame))
    layers = ET.SubElement(root, "projectlayers")
    layers.extend(_layer(entry, source) for entry in entries)
    order = ET.SubElement(root, "layerorder")
    for entry in drawn:
        ET.SubElement(order, "layer", id=entry.id)
    properties = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    enabled = ET.SubElement(ET.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", type="int")
    enabled.text = "1"  # without it QGIS leaves the system of the project alone
    presets, layouts = ET.SubElement(root, "visibility-presets"), ET.Element("Layouts")
    for theme in load_desktop().themes:
        shown = [entry for entry in drawn if _is_in(entry, theme)]
        if len(shown) > 1 and any(len(entry.table.frame) for entry in shown if entry.table.name != _BASE):
            presets.append(_theme(theme, shown, lang))
            layouts.append(_layout(result, theme, shown, source, lang))
    root.append(layouts)
    ET.indent(root)
    return root


def _is_in(entry: Entry, theme: Theme) -> bool:
    spatial = entry.table.geometry is not None
    return spatial and (
        entry.table.name in {_BASE, "zone"} or (entry.role in theme.roles and len(entry.table.frame) > 0)
    )


def _frame(result: ZoneResult, width_mm: float, height_mm: float) -> Frame:
    zone = result.units[result.units["level"] == Level.ZONE.value]
    west, south, east, north = (float(side) for side in (zone if len(zone) else result.units).total_bounds)
    return frame_of((west, south, east, north), width_mm, height_mm)


def _crs(name: str, crs: str) -> ET.Element:
    wkt, name_of_authority, geographic = _facts_of(crs)
    holder = ET.Element(name)
    system = ET.SubElement(holder, "spatialrefsys")
    ET.SubElement(system, "wkt").text = wkt
    ET.SubElement(system, "proj4").text = crs if crs.startswith("+") else ""
    ET.SubElement(system, "authid").text = name_of_authority
    ET.SubElement(system, "geographicflag").text = "true" if geographic else "false"
    return holder


@cache  # the one of all layers is asked for many times, and looking for its name takes long
def _facts_of(crs: str) -> tuple[str, str, bool]:
    found = pyproj.CRS.from_user_input(crs)
    authority = found.to_authority(min_confidence=100)
    return found.to_wkt("WKT2_2019"), ":".join(authority) if authority else "", found.is_geographic


def _tree(entries: Sequence[Entry], drawn: Sequence[Entry], source: str, lang: Language) -> ET.Element:
    """Return the list of layers, in groups, and the drawing order that holds across them."""
    root = ET.Element("layer-tree-group")
    for group in load_desktop().groups:
        members = [entry for entry in drawn if group.holds(entry.role, load_desktop().named)]
        members += [entry for name in group.tables for entry in entries if entry.table.name == name]
        if not members:
            continue
        node = ET.SubElement(
            root, "layer-tree-group", name=group.title.get(lang), checked="Qt::Checked",
            expanded="0" if not group.roles else "1",
        )  # fmt: skip
        for entry in members:
            ET.SubElement(
                node, "layer-tree-layer", id=entry.id, name=entry.name, providerKey="ogr", source=_source(entry, source),
                checked="Qt::Checked" if entry.shown else "Qt::Unchecked", expanded="0",
            )  # fmt: skip
    order = ET.SubElement(root, "custom-order", enabled="1")
    for entry in drawn:
        ET.SubElement(order, "item").text = entry.id
    return root


def _canvas(frame: Frame) -> ET.Element:
    canvas = ET.Element("mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    sides = {"xmin": frame.west, "ymin": frame.south, "xmax": frame.east, "ymax": frame.north}
    for name, side in sides.items():
        ET.SubElement(extent, name).text = repr(float(side))
    ET.SubElement(canvas, "rotation").text = "0"
    canvas.append(_crs("destinationsrs", frame.crs))
    return canvas


def _layer(entry: Entry, source: str) -> ET.Element:
    """Return a layer with what its style says; QGIS reads the parts of a style inside a layer as those of a file."""
    style = _parsed(entry.style)
    geometry = _GEOMETRIES.get(entry.table.geometry or "", "No geometry")
    layer = ET.Element(
        "maplayer", type="vector", geometry=geometry, wkbType=entry.table.geometry or "NoGeometry",
        styleCategories="AllStyleCategories", labelsEnabled=style.get("labelsEnabled", "0"), readOnly="0",
        hasScaleBasedVisibilityFlag="0", simplifyDrawingHints="1" if entry.table.geometry else "0",
    )  # fmt: skip
    ET.SubElement(layer, "id").text = entry.id
    ET.SubElement(layer, "datasource").text = _source(entry, source)
    ET.SubElement(layer, "layername").text = entry.name
    if entry.table.geometry:
        layer.append(_crs("srs", str(CRS)))
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    manager = ET.SubElement(layer, "map-layer-style-manager", current=_STYLE)
    ET.SubElement(manager, "map-layer-style", name=_STYLE)
    if entry.outlines:
        other = ET.SubElement(manager, "map-layer-style", name=_OUTLINES)
        other.append(_parsed(entry.outlines))
    layer.extend(style)
    return layer


def _parsed(style: str) -> ET.Element:
    return ET.fromstring(style.partition("\n")[2])  # noqa: S314 - our own style, below its document type


def _source(entry: Entry, source: str) -> str:
    return f"{source}|layername={entry.table.name}"


def _theme(theme: Theme, shown: Sequence[Entry], lang: Language) -> ET.Element:
    preset = ET.Element("visibility-preset", name=theme.title.get(lang))
    for entry in shown:
        style = _OUTLINES if entry.outlines and not theme.rate else _STYLE
        ET.SubElement(preset, "layer", id=entry.id, style=style, visible="1", expanded="0")
    return preset


def _layout(
    result: ZoneResult, theme: Theme, shown: Sequence[Entry], source: str, lang: Language
) -> ET.Element:
    page = load_desktop().page
    review = (
        text("words.reviewed", number=result.review_number)
        if result.review_number
        else text("words.not_reviewed")
    )
    specs = [spec for entry in shown if (spec := entry.table.spec) is not None]
    titles = dict.fromkeys(with_basis(spec.title, spec.basis) for spec in specs)
    about = text("export.layout_footer", layers=listed(titles))
    legend = [
        Legend(entry.id, entry.rate or entry.name, _source(entry, source))
        for entry in shown
        if entry.role or (entry.table.name == _BASE and theme.rate)
    ]
    name = theme.title.get(lang)
    title = text("export.layout_title", zone=result.title, theme=theme.title)
    if any(spec.basis is Basis.SYNTHETIC for spec in specs):
        title = with_basis(title, Basis.SYNTHETIC)
    frame = _frame(result, page.map[2], page.map[3])
    return layout(
        Sheet(name, title.get(lang), name, legend, frame, page, review.get(lang), about.get(lang)), lang
    )
