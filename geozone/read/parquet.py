"""Parquet: GeoParquet, native geometry types, and geometries or coordinates in columns that nobody declared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from pyproj.exceptions import CRSError

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import quiet
from geozone.read.cell_geometries import geometries_of, geometry_of_bytes
from geozone.read.columns import CHOSEN, Columns, Rivals, find_columns, given_columns, refuse_without
from geozone.read.door.columnar import opened_parquet, table_of
from geozone.read.notes import Notes
from geozone.read.salvage import report_broken
from geozone.read.source import Source
from geozone.read.stated import crs_of_objects, parse_crs
from geozone.read.system_conflicts import tell_other_systems
from geozone.read.wellknown import parsed

SUFFIXES = {".parquet", ".geoparquet", ".pq"}
DEFAULT_CRS = "OGC:CRS84"  # of GeoParquet and of native geometries that name none
_NAMES = ("geometry", "geom", "wkb_geometry", "the_geom", "shape", "wkb")
_ERRORS = (OSError, ValueError, KeyError, TypeError, CRSError, pa.ArrowException)
_SAMPLE = 200  # rows that tell what a column holds
_EXTENSION, _DETAILS = b"ARROW:extension:name", b"ARROW:extension:metadata"


@dataclass(frozen=True, slots=True)
class _Declared:
    """A geometry column, how its geometries are written, and its CRS as declared."""

    name: str
    encoding: str  # "WKB", or a kind of GeoArrow
    crs: Any = None


def read_parquet(
    source: Source, fields: Mapping[str, str], notes: Notes
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return a Parquet file with geometry or coordinates, with the CRS that it declares or none.

    The second value is the system that headings name for columns with coordinates, if any.

    Raises
    ------
    InputError
        If it is damaged, or has no geometry.
    """
    if source.layer is not None and source.layer != source.path.stem:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=source.path.stem
        )
    try:
        with quiet():
            if not any(name in fields for name in CHOSEN):
                declared = _declared(source)
                if declared is not None:
                    return _read_declared(declared, source, notes), None
            return _read_columns(fields, source, notes)
    except _ERRORS as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)[:200]) from error


def stated_place(path: Path) -> tuple[Any, Any]:
    """Return the CRS and the box that GeoParquet in well-known binary states; None for what it does not."""
    try:
        with quiet(), opened_parquet(path) as file:
            metadata = file.schema_arrow.metadata or {}
            geo = json.loads(metadata.get(b"geo", b"{}"))
            column = geo.get("columns", {}).get(str(geo.get("primary_column")), {})
            if column.get("encoding") != "WKB" or ("crs" not in column and _native(file, metadata)):
                return None, None
    except _ERRORS:
        return None, None
    box = column.get("bbox")
    return column.get("crs", DEFAULT_CRS), [*box[:2], *box[3:5]] if box and len(box) == 6 else box


def _declared(source: Source) -> _Declared | None:
    """Return the geometry column that the file declares: in its metadata, by a native type, or by an extension type."""
    with opened_parquet(source.path) as file:
        return _declared_in(file)


def _declared_in(file: pq.ParquetFile) -> _Declared | None:
    schema, metadata = file.schema_arrow, file.schema_arrow.metadata or {}
    native = _native(file, metadata)
    geo = json.loads(metadata[b"geo"]) if b"geo" in metadata else {}
    primary = str(geo.get("primary_column"))
    if primary in schema.names:
        column = geo.get("columns", {}).get(primary, {})
        crs = column["crs"] if "crs" in column else native.get(primary, DEFAULT_CRS)
        return _Declared(primary, str(column.get("encoding", "WKB")), crs)
    for name, crs in native.items():
        return _Declared(name, "WKB", crs)
    for column in schema:
        extension = (column.metadata or {}).get(_EXTENSION, b"").decode("ascii", "replace")
        if extension.startswith("geoarrow."):
            details = json.loads((column.metadata or {}).get(_DETAILS, b"{}") or b"{}")
            return _Declared(column.name, extension.removeprefix("geoarrow."), details.get("crs"))
    return None


def _native(file: pq.ParquetFile, metadata: Mapping[bytes, bytes]) -> dict[str, Any]:
    """Return the columns of the type GEOMETRY or GEOGRAPHY, with the CRS that they name."""
    found: dict[str, Any] = {}
    for number in range(len(file.schema)):
        column = file.schema.column(number)
        said = json.loads(column.logical_type.to_json())
        if said.get("Type") not in {"Geometry", "Geography"}:
            continue
        crs = str(said.get("crs") or DEFAULT_CRS)
        kind, _, rest = crs.partition(":")
        if kind == "projjson":  # the name of a property of the file
            crs = metadata.get(rest.encode(), b"").decode("utf-8", "replace")
        found[column.path.partition(".")[0]] = rest if kind == "srid" else crs
    return found


def _read_declared(declared: _Declared, source: Source, notes: Notes) -> gpd.GeoDataFrame:
    table = table_of(source.path)
    crs = _crs(declared.crs, notes)
    if declared.encoding.upper() != "WKB":
        kind = declared.encoding.lower()
        column = pa.field(declared.name, table.schema.field(declared.name).type).with_metadata(
            {_EXTENSION: f"geoarrow.{kind}".encode(), _DETAILS: b"{}"}
        )
        place = table.schema.get_field_index(declared.name)
        table = table.set_column(place, column, table.column(place))
        if kind != "wkt":
            data = gpd.GeoDataFrame.from_arrow(table, geometry=declared.name)
            return data.reset_index(drop=not any(data.index.names)).set_crs(crs, allow_override=True)
    return _from_wkb(_frame(table), declared.name, crs, source, notes)


def _from_wkb(
    table: pd.DataFrame, name: str, crs: pyproj.CRS | None, source: Source, notes: Notes
) -> gpd.GeoDataFrame:
    """Return a table with the geometries that can be parsed; the rows of the others are named and left out."""
    raw = table[name].to_numpy(dtype=object)
    geometries = parsed(raw)
    present = table[name].notna().to_numpy()
    closed: list[str] = []
    for row in np.flatnonzero(present & shapely.is_missing(geometries)):
        geometries[row], was_open = _mended(raw[row])
        if was_open:
            closed.append(str(row))
    broken = present & shapely.is_missing(geometries)
    report_broken([str(row) for row in broken.nonzero()[0]], int((~broken).sum()), notes)
    notes.find_each("ring_closed", Severity.WARNING, closed)
    for number in closed:
        notes.change(number, "ring_closed")
    srids = [srid for srid in np.unique(shapely.get_srid(geometries)).tolist() if srid > 0]
    if crs is None:
        crs = crs_of_objects(srids, source.shown, notes)
    else:
        tell_other_systems(crs, [(srid, f"SRID={srid}") for srid in srids], notes)
    data = gpd.GeoDataFrame(table.drop(columns=[name]), geometry=geometries, crs=crs)
    return data[~broken] if broken.any() else data


def _mended(raw: Any) -> tuple[Any, bool]:
    """Return a geometry of triangles or with an open ring, and whether a ring was closed; None where it is neither."""
    try:
        geometry, closed = geometry_of_bytes(bytes(raw))
    except (IndexError, ValueError, TypeError, RecursionError, OverflowError, shapely.errors.ShapelyError):
        return None, False
    return geometry, closed and geometry is not None


def _crs(stated: Any, notes: Notes) -> pyproj.CRS | None:
    if isinstance(stated, str) and stated.lstrip().startswith("{"):
        stated = json.loads(stated)
    crs = parse_crs(stated)
    if crs is None and stated:
        notes.find("prj_unreadable", Severity.WARNING, content=str(stated)[:40])
    return crs


def _read_columns(
    fields: Mapping[str, str], source: Source, notes: Notes
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return a table of which no column is declared to be a geometry."""
    table = _frame(table_of(source.path))
    header = [str(name) for name in table.columns]
    columns = given_columns(header, fields, source.shown)
    binary = _binary(table)
    if columns is None and binary is not None:
        return _from_wkb(table, binary, None, source, notes), None
    sample = _texts(table.iloc[:_SAMPLE])
    chosen = columns or find_columns(header, sample)
    if chosen is None:
        refuse_without(header, sample, source.shown)
    if isinstance(chosen, Rivals):
        choices = ["+".join(header[place] for place in choice) for choice in chosen.choices]
        raise InputError("read.columns_several", path=source.shown, choices="; ".join(choices))
    if chosen.geometry is not None and header[chosen.geometry] == binary:
        return _from_wkb(table, binary, None, source, notes), None
    series, keep, system = geometries_of(_cells(table, chosen), header, chosen, source, notes)
    if chosen.geometry is not None:
        table = table.drop(columns=[table.columns[chosen.geometry]])
    name = "geometry" if "geometry" not in table.columns else "geometry_"
    data = gpd.GeoDataFrame(table.assign(**{name: series}), geometry=name, crs=series.crs)
    return (data if keep.all() else data[keep].copy()), system


def _binary(table: pd.DataFrame) -> str | None:
    """Return the column of bytes that are geometries, one of a usual name first."""
    names = [name for name in _NAMES if name in table.columns]
    for name in [*names, *(name for name in table.columns if name not in names)]:
        values = [value for value in table[name].iloc[:_SAMPLE] if isinstance(value, bytes)]
        likely = sum(value[:1] in {b"\x00", b"\x01"} and len(value) > 8 for value in values)
        if 2 * likely > len(values) and (name in names or not shapely.is_missing(parsed(values)).all()):
            return str(name)
    return None


def _cells(table: pd.DataFrame, columns: Columns) -> list[list[str]]:
    """Return the rows as texts, those of columns without coordinates left empty."""
    rows = [[""] * len(table.columns) for _ in range(len(table))]
    for place in columns.places:
        for row, cell in zip(rows, _text_column(table.iloc[:, place]), strict=True):
            row[place] = cell
    return rows


def _texts(table: pd.DataFrame) -> list[list[str]]:
    return [
        list(row)
        for row in zip(*(_text_column(table.iloc[:, place]) for place in range(table.shape[1])), strict=True)
    ]


def _text_column(column: pd.Series) -> list[str]:
    missing = column.isna().tolist()
    return ["" if nothing else str(value) for value, nothing in zip(column.tolist(), missing, strict=True)]


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table numbered from 0; an index that has a name becomes a column."""
    frame: pd.DataFrame = table.to_pandas()
    return frame.reset_index(drop=not any(frame.index.names))
