"""What was computed for zones as a file for GIS, with their shapes and a QGIS style."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.choices import MAP_ENDINGS
from geozone.errors import UsageError
from geozone.export.columns import column, conformed, type_of
from geozone.export.geometry import single_type
from geozone.export.geopackage import write_tables
from geozone.export.qml import Valued, qml
from geozone.export.qml_labels import Label
from geozone.export.repaired import for_geopackage
from geozone.export.table import Table
from geozone.files import whole_file
from geozone.messages import Language, Text, text
from geozone.model import LayerStyle
from geozone.symbology import CHANGE_COLOURS, ZONE_OUTLINE, breaks, rate_classes

COVERAGE = "coverage"  # layer of the GeoPackage
BY_ZONE, BY_PLACE = "change_zones", "change_places"  # layers of a change
_POLYGONS = "MultiPolygon"
_ZONE = "zone"  # beside gained and lost, in the one layer of a GeoJSON file
_SHARE, _NET, _CHANGE = "share", "net_km2", "change"  # columns that are coloured, or written on the map


def write_coverage(table: gpd.GeoDataFrame, path: Path, lang: Language) -> list[Text]:
    """Write a coverage to a GeoPackage, coloured by its share, or to a GeoJSON file.

    Parameters
    ----------
    table
        What `geozone.api.mapped_coverage` returns, the zone's name in the first column.
    path
        The file; its ending says which.
    lang
        Language of titles and legend.

    Returns
    -------
    list of Text
        What had to be named otherwise: a GeoPackage has a ``fid`` of its own.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    if path.suffix.lower() != MAP_ENDINGS[0]:
        _write_geojson(table, path)
        return []
    layer, said = _layer(COVERAGE, COVERAGE, table)
    classes = rate_classes(breaks(table[_SHARE].tolist(), 100.0))
    style = qml(
        LayerStyle("rate", None, ZONE_OUTLINE, 0.8), _POLYGONS, layer.columns, lang, rate=_SHARE, classes=classes,
        label=_zone_label(layer),
    )  # fmt: skip
    write_tables([layer], {layer.name: style}, path, lang)
    return said


def write_change(
    by_zone: gpd.GeoDataFrame, by_place: gpd.GeoDataFrame, path: Path, lang: Language
) -> list[Text]:
    """Write both tables of a change, the ground by whether it was gained or lost: layers of a GeoPackage, or one of GeoJSON.

    Parameters
    ----------
    by_zone, by_place
        What `geozone.api.mapped_change` returns, in EPSG:4490; the zone's name is a column of both.
    path
        The file; its ending says which. In GeoJSON the column ``change`` tells zones from ``gained`` and ``lost`` ground.
    lang
        Language of titles and legends.

    What is returned and raised is as for `write_coverage`.
    """
    if path.suffix.lower() != MAP_ENDINGS[0]:
        _write_geojson(pd.concat([by_zone.assign(change=_ZONE), by_place], ignore_index=True), path)
        return []
    zones, said = _layer(BY_ZONE, _CHANGE, by_zone)
    places, more = _layer(BY_PLACE, _CHANGE, by_place)
    drawn = [
        Valued(kind, text(f"words.change_{kind}"), LayerStyle("fill", colour, colour, 0.6, 0.75))
        for kind, colour in CHANGE_COLOURS.items()
    ]
    styles: Mapping[str, str] = {
        BY_ZONE: qml(
            LayerStyle("outline", None, ZONE_OUTLINE, 1.2), _POLYGONS, zones.columns, lang, label=_zone_label(zones)
        ),
        BY_PLACE: qml(None, _POLYGONS, places.columns, lang, values=(_CHANGE, drawn)),
    }  # fmt: skip
    write_tables([zones, places], styles, path, lang)
    return said + more


def _write_geojson(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write polygons as GeoJSON with their CRS named in it: RFC 7946 would silently make CGCS2000 into WGS 84."""
    with whole_file(path) as unfinished:
        try:
            pyogrio.write_dataframe(
                table,
                unfinished,
                driver="GeoJSON",
                geometry_type=_POLYGONS,
                promote_to_multi=True,
                layer_options={"RFC7946": "NO"},
            )
        except (DataSourceError, DataLayerError) as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error


def _layer(name: str, words: str, data: gpd.GeoDataFrame) -> tuple[Table, list[Text]]:
    """Return a layer with the titles of its columns, ``column_<words>_<name>``, and what had to be named otherwise."""
    fitting, renamed = for_geopackage(data)
    said = [text("cli.column_renamed", layer=name, old=old, new=new) for old, new in renamed.items()]
    declared = tuple(
        column(str(one), type_of(fitting[one]), table=words)
        for one in fitting.columns
        if one != fitting.geometry.name
    )
    ((_, _, shapes), *_) = single_type(fitting.geometry, _POLYGONS)
    frame = gpd.GeoDataFrame(conformed(fitting, declared), geometry=shapes.to_numpy(), crs=fitting.crs)
    about = text(f"export.about_{name}")
    return Table(name, text(f"words.table_{name}"), about, declared, frame, _POLYGONS), said


def _zone_label(layer: Table) -> Label:
    """Return labels with the names of zones, the first column."""
    name = layer.columns[0].name.replace('"', '""')
    return Label(f'"{name}"', size=7.0)
