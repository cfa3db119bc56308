"""Formats that GDAL reads as they are: GeoPackage, file geodatabase, FlatGeobuf, KML, GML, DXF and others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import (
    BULK_ERRORS,
    LEFT_OFF,
    choose_layer,
    layer_counts,
    quiet,
    read_bulk,
    reason_of,
    spatial_layers,
)
from geozone.read.declared import outer_members, tell_markup, tell_paging
from geozone.read.door import vector
from geozone.read.door.content import bytes_of
from geozone.read.dxf import Drawing, map_of_drawing, refuse_without_entities, survey_drawing, tell_drawing
from geozone.read.dxf_blocks import refuse_unfolding
from geozone.read.encoding import codec, decode, guess
from geozone.read.formats import Format
from geozone.read.geopackage import refuse_deep, refuse_views, shortage
from geozone.read.kml import mend_kml
from geozone.read.markup import Markup, cut_to_whole, survey
from geozone.read.notes import Notes
from geozone.read.recode import RAW, given_codec, recode
from geozone.read.safety import LIMITS, Limits, few_columns
from geozone.read.salvage import mend_geometries, read_numbered, read_rest
from geozone.read.source import Source, companion, link
from geozone.read.system_conflicts import (
    systems_of_esri_json,
    systems_of_geopackage,
    tell_other_systems,
)
from geozone.read.wellknown import parsed

_XML = {Format.KML, Format.GML, Format.GPX}
# by which a schema makes GDAL fetch others
_INCLUDED = re.compile(rb"<\s*(?:[\w.\-]+:)?(?:include|redefine)\b[^>]*>", re.IGNORECASE)
_DECLARED = re.compile(rb"^(\s*<\?xml[^>]*?encoding\s*=\s*[\"'])([\w.\-]+)([\"'])")


def read_gdal(source: Source, encoding: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return a layer of a file that GDAL reads, without the features that are broken; those are named.

    Raises
    ------
    InputError
        If the file or the layer cannot be read.
    """
    given = given_codec(encoding, source.shown)
    path, content = _opened(source, given, limits, notes)
    names, every = _filled(path, source)
    layer = choose_layer(names, source.layer, source.shown, notes)
    if source.format is Format.GEOPACKAGE:
        refuse_views(path, layer, source.shown, limits.features)
        refuse_deep(path, layer, source.shown)
    data = _read(path, layer, source, given, notes)
    if isinstance(content, Markup):
        tell_markup(content, layer, len(data), notes, every=len(data) if every is None else every)
    elif isinstance(content, Drawing):
        tell_drawing(content, len(data), notes)
        data = map_of_drawing(data, notes)
    elif source.format is Format.ESRIJSON:
        tell_paging(outer_members(path), len(data), notes)
        tell_other_systems(data.crs, systems_of_esri_json(path), notes)
    elif source.format is Format.GEOPACKAGE:
        tell_other_systems(data.crs, systems_of_geopackage(path, layer), notes)
    return data


def _read(path: Path, layer: str, source: Source, given: str | None, notes: Notes) -> gpd.GeoDataFrame:
    try:
        data = read_bulk(path, layer)
    except UnicodeDecodeError:
        data = recode(_read_raw(path, layer, source.shown), [], given, notes)
    except NotImplementedError:
        notes.decide("curves", "chords", "read.curves")
        return _read_single(path, layer, source.shown, notes)
    except BULK_ERRORS:
        if source.format is Format.FLATGEOBUF:
            return read_numbered(path, layer, source.shown, notes)
        return _read_single(path, layer, source.shown, notes)
    return mend_geometries(_whole(data, path, layer, source, notes), path, layer, notes)


def _read_single(path: Path, layer: str, shown: Path, notes: Notes) -> gpd.GeoDataFrame:
    from geozone.read.single import read_features  # noqa: PLC0415 - a second GDAL, for damaged files and curves

    return read_features(path, layer, shown, notes)


def _whole(data: gpd.GeoDataFrame, path: Path, layer: str, source: Source, notes: Notes) -> gpd.GeoDataFrame:
    """Hold what was read against what the file says it has; what can still be read is added."""
    if source.format is Format.GEOPACKAGE:
        missing = shortage(path, layer, data.index)
        return data if missing is None else read_rest(data, path, layer, missing, notes)
    if LEFT_OFF in data.attrs:
        notes.find("file_damaged", Severity.ERROR, stated=data.attrs.pop(LEFT_OFF), read=len(data))
    return data


def layers_of(source: Source, notes: Notes) -> list[str]:
    """Return the names of the layers with geometry.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    path, _ = _opened(source, None, LIMITS, notes)
    return _filled(path, source)[0]


def _opened(
    source: Source, given: str | None, limits: Limits, notes: Notes
) -> tuple[Path, Markup | Drawing | None]:
    """Return the path under which GDAL understands a file and leaves no trace beside it, and what it holds by its own account."""
    content: Markup | Drawing | None = None
    path = source.path
    if source.format in _XML:
        path = _as_utf8(source, given, notes)
        content = markup = survey(path, source.shown)
        if markup.fault and markup.whole_until:
            path = cut_to_whole(path, markup, _new(source, "whole", path.suffix))
        if source.format is Format.KML:
            # the driver looks every field up in the list of all
            few_columns(source.shown, markup.columns, limits)
            if markup.beside.get("NetworkLink") and not markup.features:
                raise InputError("read.only_links", path=source.shown, count=markup.beside["NetworkLink"])
            overlays = markup.beside.get("GroundOverlay")
            if overlays or markup.several_rings or markup.several_geometries or markup.bare_rings:
                path = mend_kml(path, _new(source, "mended", ".kml"))
    if source.format is Format.DXF:
        refuse_unfolding(path, source.shown)
        content = survey_drawing(path)
        refuse_without_entities(content, source.shown)
    path = _own_ending(path, source)
    return (_apart(path, source) if source.format is Format.GML else path), content


def _new(source: Source, folder: str, ending: str) -> Path:
    """Return where a file that is written anew goes, under its own name."""
    (source.scratch / folder).mkdir()
    return source.scratch / folder / f"{source.path.stem}{ending}"


def _filled(path: Path, source: Source) -> tuple[list[str], int | None]:
    """Return the layers with geometry; of several, those that are not empty where that leaves one.

    For KML, whose folders are its layers, the number of features in all of them comes with the names.
    """
    names = spatial_layers(path, source.shown)
    if len(names) < 2 or source.format not in {Format.GPX, Format.KML, Format.GML}:
        return names, None
    counts = layer_counts(path, names)
    every = sum(counts.values()) if source.format is Format.KML else None
    if source.layer is not None:
        return names, every
    filled = [name for name in names if counts[name]]
    if source.format is Format.GPX:
        # the points of a track are those of its line
        filled = [name for name in filled if not name.endswith("_points")] or filled
    return filled or names[:1], every


def _own_ending(path: Path, source: Source) -> Path:
    """Return the file under the ending of its format: some drivers go by it."""
    ending = {
        Format.KML: ".kml",
        Format.GML: ".gml",
        Format.DXF: ".dxf",
        Format.GPX: ".gpx",
    }.get(source.format)
    if ending is None or path.name.lower().endswith(ending):
        return path
    place = source.scratch / f"{source.path.stem}{ending}"
    link(path, place)
    return place


def _apart(path: Path, source: Source) -> Path:
    """Return a GML file and its schema in the temporary folder: GDAL writes a template beside what it opens."""
    place = source.scratch / "gml"
    place.mkdir()
    link(path.absolute(), place / f"layer{path.suffix}")
    for ending in (".xsd", ".gfs"):
        beside = companion(source.path, ending)
        if beside is None:
            continue
        if _INCLUDED.search(words := bytes_of(beside)):
            (place / f"layer{ending}").write_bytes(_INCLUDED.sub(b"", words))
        else:
            link(beside, place / f"layer{ending}")
    return place / f"layer{path.suffix}"


def _as_utf8(source: Source, given: str | None, notes: Notes) -> Path:
    """Return an XML file in UTF-8: the parser knows neither GBK nor files that are not what they declare."""
    raw = bytes_of(source.path)
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    declaration = _DECLARED.match(raw)
    stated = codec(declaration[2].decode("ascii")) if declaration else None
    if wide:
        given = "utf-16"
    elif given is None and stated in {None, "utf-8"}:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            given = guess(raw.splitlines()).encoding
            notes.decide(
                "encoding",
                given,
                "read.encoding_not_stated_one",
                source="XML",
                stated="utf-8",
                encoding=given,
            )
        else:
            return source.path
    encoding = given or stated or "utf-8"
    text = decode(raw, encoding)
    if text is None:
        text = raw.decode(encoding, "replace")
    if given is None:
        notes.decide("encoding", encoding, "read.encoding_stated", source="XML", encoding=encoding)
    body = text.encode("utf-8")
    body = _DECLARED.sub(rb"\g<1>UTF-8\g<3>", body, count=1)
    place = source.scratch / f"utf8{source.path.suffix}"
    place.write_bytes(body)
    return place


def _read_raw(path: Path, layer: str, shown: Path) -> gpd.GeoDataFrame:
    """Return a layer whose text is not UTF-8, every byte of text as one character."""
    try:
        with quiet():
            meta, table = vector.arrow(path, layer=layer, return_fids=True)
            columns: dict[str, Any] = {}
            for name in table.column_names[1:]:
                column = table.column(name)
                if str(column.type) in {"string", "large_string"}:
                    raw = column.cast(
                        "binary" if str(column.type) == "string" else "large_binary"
                    ).to_pylist()
                    columns[name] = pd.Series(
                        [None if value is None else value.decode(RAW) for value in raw], dtype="str"
                    )
                else:
                    columns[name] = column.to_pandas()
            numbers = table.column(0).to_numpy()
            geometry = parsed(columns.pop(meta["geometry_name"] or "wkb_geometry"))
    except BULK_ERRORS as error:
        raise InputError("read.unreadable", path=shown, reason=reason_of(error, path)) from error
    data = pd.DataFrame(columns)
    data.index = pd.Index(numbers, name="fid")
    return gpd.GeoDataFrame(data, geometry=geometry, crs=meta["crs"])
