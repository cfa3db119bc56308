"""Read one layer of a vector file into EPSG:4490, every decision reported.

A reader is loaded with the first file of its format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.addresses import is_database, without_password
from geozone.errors import GeozoneError, InputError
from geozone.messages import text
from geozone.model import Layer, LayerSpec, Severity
from geozone.overlay.crowding import crowded
from geozone.overlay.rings import not_finite, without_empty_rings
from geozone.read.address import split_layer
from geozone.read.bulk import LEFT_OFF, is_missing, plain_values, reason_of
from geozone.read.crs import Wanted, to_cgcs2000
from geozone.read.fields import map_fields, named_once, tell_twice
from geozone.read.formats import Format
from geozone.read.named_maps import tell_named, values_of_maps
from geozone.read.notes import Notes
from geozone.read.recode import report_lost, without_broken_text
from geozone.read.safety import LIMITS, Limits, few_columns, too_many_features
from geozone.read.salvage import NAMED
from geozone.read.shift import find_shift, is_embedded
from geozone.read.source import Source, open_source
from geozone.read.stated import with_crs_beside
from geozone.read.transform import changes_of

# formats whose only layer goes by the name of the file
_ONE_LAYER = {
    Format.SHAPEFILE,
    Format.GEOJSON,
    Format.TAB,
    Format.MIF,
    Format.GEOPARQUET,
    Format.CSV,
    Format.PARCELS,
}


def read_layer(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
    fields: Mapping[str, str] | None = None,
    spec: LayerSpec | None = None,
    refuse_datum: bool = False,
    remote: bool = False,
    limits: Limits = LIMITS,
) -> Layer:
    """Read one layer of a file, folder, archive or database table.

    Whatever had to be decided stands in ``decisions``, whatever is wrong in ``findings``; a feature that cannot be
    read is named there and left out. The source is never written to.

    Parameters
    ----------
    path
        A file, the folder of a file geodatabase, an archive, any of them with the layer inside as ``FILE:LAYER``, or
        ``postgresql://user@host/database?table=name``.
    layer
        The layer, sheet or table inside; needed only where there are several.
    crs
        The coordinate reference system, where the file is silent or wrong: whatever pyproj understands, or
        ``"GCJ-02"`` or ``"BD-09"``, which are then converted.
    encoding
        The text encoding, where the file is silent or wrong.
    fields
        Field of geozone (``code``, ``name``, ...) to field of the file. In a table, ``lon`` and ``lat``, ``x`` and
        ``y``, or ``geometry`` name the columns of the coordinates.
    spec
        What is declared of the layer; gives it its id.
    refuse_datum
        Refuse Xian 1980 and Beijing 1954, which can only be taken as they are, to about 100 m.
    remote
        Allow an ``http:`` or ``https:`` address, which is fetched whole first.
    limits
        How much is read at most.

    Returns
    -------
    Layer
        Features in EPSG:4490, two-dimensional; the index is the number of the feature in the file.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or if something has to be decided that only the user knows.
    """
    path, inside = split_layer(path)
    layer = layer or inside
    if is_database(path):
        shown: Path | str = without_password(str(path))
        notes = Notes(spec.id if spec else layer or "postgis")
        from geozone.read.postgis import read_postgis

        content = _Content(read_postgis(str(path), layer, limits, notes), None)
    else:
        shown = Path(path)
        notes = Notes(spec.id if spec else layer or shown.stem)
        with open_source(path, layer, limits, notes, remote=remote) as source:
            content = _read(source, encoding, fields or {}, limits, notes)
    data = without_broken_text(content.data)
    if not data.columns.is_unique:
        data.columns = named_once(data.columns)
        tell_twice(data.columns, notes)
    data.attrs.pop(LEFT_OFF, None)
    too_many_features(shown, len(data), limits)
    few_columns(shown, len(data.columns), limits)
    if not len(data) and any(finding.kind == "records_broken" for finding in notes.findings):
        raise _all_broken(shown, notes)
    data = _fit_for_geos(plain_values(data), notes)
    report_lost(data, notes)
    _report_empty(data, notes)
    data = to_cgcs2000(data, Wanted(crs, refuse_datum), content.default, shown, notes)
    named = dict(fields or {})
    if content.tabular:
        from geozone.read.columns import CHOSEN

        named = {name: field for name, field in named.items() if name not in CHOSEN}
    data = map_fields(data, named, shown, notes)
    if crs is None and not is_embedded(shown):
        find_shift(np.asarray(data.geometry.values), notes)
        if not (content.tabular and content.data.crs is not None):  # headings may state the system
            tell_named([notes.layer, Path(shown).stem, *values_of_maps(data)], notes)
    elif crs is not None:  # the user states what names only hint at
        notes.findings[:] = [finding for finding in notes.findings if finding.kind != "map_shifted"]
    changes = changes_of(data, notes)
    return Layer(notes.layer, data, spec, notes.findings, notes.decisions, changes, notes.crs)


def list_layers(path: str | Path, *, limits: Limits = LIMITS) -> list[str]:
    """Return the names of the layers with geometry in a file; each can be given to `read_layer`.

    Raises
    ------
    InputError
        If the file is missing or cannot be read.
    """
    path, inside = split_layer(path)
    if inside is not None:
        return [inside]
    notes = Notes(Path(path).stem)
    try:
        with open_source(path, None, limits, notes) as source:
            if source.format in _ONE_LAYER:
                return [source.path.stem]
            if source.format is Format.XLSX:
                from geozone.read.tables import placed_sheets

                return placed_sheets(source, limits)
            from geozone.read.gdal import layers_of

            return layers_of(source, notes)
    except InputError as error:
        if error.message.key != "read.several_layers":
            raise
        return list(error.message.params["names"])


@dataclass(frozen=True, slots=True)
class _Content:
    """What one layer of a file holds."""

    data: gpd.GeoDataFrame
    default: str | None  # the CRS that holds where the file states none
    tabular: bool = False  # the fields of the user may have named its columns with coordinates


def _read(
    source: Source, encoding: str | None, fields: Mapping[str, str], limits: Limits, notes: Notes
) -> _Content:
    """Return the layer as the file has it, and the CRS that holds where it states none."""
    try:
        content = _content(source, encoding, fields, limits, notes)
        return replace(content, data=with_crs_beside(content.data, source, notes))
    except GeozoneError:
        raise
    except Exception as error:  # the parsers below raise whatever they like on damaged files
        raise InputError(
            "read.unreadable", path=source.shown, reason=reason_of(error, source.path)
        ) from error


def _content(
    source: Source, encoding: str | None, fields: Mapping[str, str], limits: Limits, notes: Notes
) -> _Content:
    match source.format:
        case Format.SHAPEFILE:
            from geozone.read.shapefile import read_shapefile

            found = _Content(read_shapefile(source, encoding, notes), None)
        case Format.GEOJSON:
            from geozone.read.geojson import DEFAULT_CRS, read_geojson

            found = _Content(read_geojson(source, encoding, limits, notes), DEFAULT_CRS)
        case Format.TAB | Format.MIF:
            from geozone.read.mapinfo import read_mapinfo

            found = _Content(read_mapinfo(source, encoding, notes), None)
        case Format.PARCELS:
            from geozone.read.parcels import read_parcels

            found = _Content(read_parcels(source, encoding, limits, notes), None)
        case Format.CSV:
            from geozone.read.tables import read_csv

            found = _Content(*read_csv(source, encoding, fields, limits, notes), tabular=True)
        case Format.XLSX:
            from geozone.read.tables import read_xlsx

            found = _Content(*read_xlsx(source, fields, limits, notes), tabular=True)
        case Format.GEOPARQUET:
            from geozone.read.parquet import read_parquet

            found = _Content(*read_parquet(source, fields, notes), tabular=True)
        case _:
            from geozone.read.gdal import read_gdal

            found = _Content(read_gdal(source, encoding, limits, notes), None)
    return found


def _all_broken(shown: Path | str, notes: Notes) -> InputError:
    count = next(found.message.params["count"] for found in notes.findings if found.kind == "records_broken")
    return InputError("read.all_broken", path=shown, count=count, reason=text("read.fault_record"))


def _fit_for_geos(data: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer without empty inner rings of polygons, and without geometries that GEOS cannot take.

    These are such whose coordinates are no numbers, and such whose edges lie over one another without number.
    """
    geometries = np.array(data.geometry.values, dtype=object)
    plain = np.flatnonzero(shapely.get_type_id(geometries) == 3)
    polygons = geometries[plain]
    cleaned = without_empty_rings(polygons)
    wild = not_finite(geometries)
    pairs = crowded(geometries)
    if cleaned is polygons and not wild.any() and not pairs.any():
        return data
    geometries[plain] = cleaned
    geometries[wild | (pairs > 0)] = None
    for row in np.flatnonzero(pairs):
        label = str(data.index[row])
        notes.find("edges_crowded", Severity.ERROR, feature=label, row=label, count=f"{pairs[row]:.0e}")
        notes.change(label, "edges_crowded", (float("nan"), 0.0))
    labels = data.index[wild]
    for label in labels[:NAMED]:
        notes.find("coordinate_not_finite", Severity.ERROR, feature=str(label), row=str(label))
    if len(labels) > NAMED:
        notes.find("coordinates_not_finite", Severity.ERROR, count=len(labels))
    for label in labels:
        notes.change(str(label), "coordinate_not_finite", (float("nan"), 0.0))
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index, crs=data.crs))


def _report_empty(data: gpd.GeoDataFrame, notes: Notes) -> None:
    geometries = np.asarray(data.geometry.values)
    missing = int((is_missing(data) | shapely.is_empty(geometries)).sum())
    if not len(data):
        notes.find("no_features", Severity.WARNING)
    elif missing:
        notes.find("without_geometry", Severity.WARNING, count=missing)
