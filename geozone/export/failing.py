"""Features with findings as layers for QGIS: one row a finding, styled, with code, sentence and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import UsageError
from geozone.export.columns import columns, conformed
from geozone.export.geopackage import write_tables
from geozone.export.qml import qml
from geozone.export.qml_labels import Label
from geozone.export.table import Table
from geozone.manifest.rules import code_of
from geozone.messages import Language, Text, text
from geozone.model import CRS, Finding, Layer, LayerStyle
from geozone.overlay.plane import without_heights

_COLUMNS = (
    "severity text severity", "code", "file", "layer", "feature", "kind", "message", "remedy", "longitude number",
    "latitude number",
)  # fmt: skip
_NAME = "findings"
# by the dimension of what is drawn: the part of the table's name, the geometry, the style
_PARTS = (
    ("points", "MultiPoint", LayerStyle("fill", "#d7301f", "#7f0000", 1.0, size=1.4)),
    ("lines", "MultiLineString", LayerStyle("line", None, "#d7301f", 2.4)),
    ("areas", "MultiPolygon", LayerStyle("fill", "#fc8d59", "#b30000", 2.0, opacity=0.35)),
)
_PLACES = LayerStyle("fill", "#ffff00", "#000000", 1.0, size=1.6)
_LABEL = Label('"code"', size=8.0, colour="#7f0000", largest_denominator=200_000)
Checked = tuple[str, Layer, Sequence[Finding]]  # file, layer, what was found in it


def write_failing(checked: Iterable[Checked], path: Path, lang: Language) -> int:
    """Write the features that findings are about to a GeoPackage.

    The layers ``findings_areas``, ``findings_lines`` and ``findings_points`` have the feature of each finding once a finding,
    ``findings_places`` the place where it is wrong, and the table ``findings`` every finding, those on a layer or file as a
    whole too.

    Parameters
    ----------
    checked
        The layers with what was found.
    path
        Where to write; the name must end in ``.gpkg``.
    lang
        The language of sentences and titles.

    Returns
    -------
    int
        How many findings have a feature or a place, and so can be seen on the map.

    Raises
    ------
    UsageError
        If the name ends otherwise or the file cannot be written.
    """
    if path.suffix.lower() != ".gpkg":
        raise UsageError("export.failing_ending", path=path)
    rows: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    for file, layer, findings in checked:
        numbers = {str(label): row for row, label in enumerate(layer.data.index)}
        geometries = without_heights(np.asarray(layer.data.geometry.values))
        for finding in findings:
            rows.append(_row(file, finding, lang))
            row = numbers.get(finding.feature or "")
            shapes.append(None if row is None else geometries[row])
    table = pd.DataFrame(rows, dtype="object")
    drawn = np.array(shapes, dtype=object)
    tables = [_plain(table), *_parts(table, drawn)]
    points = _place_points(table)
    if points is not None:
        tables.append(points)
    styles = {
        one.name: qml(one.style, one.geometry, one.columns, lang, label=_LABEL if one.geometry else None)
        for one in tables
    }
    write_tables(tables, styles, path, lang)
    placed = table["longitude"].notna().to_numpy() if len(table) else np.zeros(0, bool)
    return int((placed | ~(shapely.is_missing(drawn) | shapely.is_empty(drawn))).sum())


def _row(file: str, finding: Finding, lang: Language) -> dict[str, Any]:
    longitude, latitude = finding.place or (None, None)
    return {
        "severity": finding.severity.value,
        "code": code_of(finding),
        "file": file,
        "layer": finding.layer,
        "feature": finding.feature,
        "kind": finding.kind,
        "message": finding.message.get(lang),
        "remedy": finding.remedy.get(lang),
        "longitude": longitude,
        "latitude": latitude,
    }


def _plain(table: pd.DataFrame) -> Table:
    declared = columns(_NAME, _COLUMNS)
    return Table(_NAME, text("words.table_findings"), _about(), declared, conformed(table, declared))


def _parts(table: pd.DataFrame, shapes: np.ndarray) -> Iterable[Table]:
    """Yield the features by the dimension of what is drawn; a collection goes with its largest."""
    present = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    dimensions = shapely.get_dimensions(shapes)
    title = text("export.failing_features")
    for dimension, (part, geometry, style) in enumerate(_PARTS):
        rows = np.flatnonzero(present & (dimensions == dimension))
        if len(rows):
            drawn = [_of_one_type(shape, dimension) for shape in shapes[rows]]
            frame = _frame(table.iloc[rows], drawn)
            yield Table(f"{_NAME}_{part}", title, _about(), columns(_NAME, _COLUMNS), frame, geometry, style)


def _place_points(table: pd.DataFrame) -> Table | None:
    placed = table[table["longitude"].notna()] if len(table) else table
    if not len(placed):
        return None
    longitude, latitude = placed["longitude"].astype(float), placed["latitude"].astype(float)
    frame = _frame(placed, [shapely.MultiPoint([pair]) for pair in zip(longitude, latitude, strict=True)])
    title, declared = text("export.failing_places"), columns(_NAME, _COLUMNS)
    return Table(f"{_NAME}_places", title, _about(), declared, frame, "MultiPoint", _PLACES)


def _frame(table: pd.DataFrame, shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    frame = conformed(table, columns(_NAME, _COLUMNS)).reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _about() -> Text:
    return text("export.about_findings")


def _of_one_type(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """Return a shape as one of several parts, those of its dimension only."""
    parts = np.atleast_1d(shapely.get_parts(shape))
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    parts = parts[shapely.get_dimensions(parts) == dimension]
    made = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    return made(parts)
