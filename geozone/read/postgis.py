"""A table of a PostGIS database, by its address: ``postgresql://user@host/database?table=schema.table``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import InputError, UsageError
from geozone.read.notes import Notes
from geozone.read.safety import Limits, too_many_features
from geozone.read.salvage import report_broken
from geozone.read.stated import crs_of_objects
from geozone.read.wellknown import parsed

# a password may hold any sign, and stand in the query as well
_PASSWORD = re.compile(r"(://[^:/@]*):.*@")
_IN_QUERY = re.compile(r"(?<=[?&])(?:ssl)?password=[^&]*&?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The table asked for, and the address as it may be shown."""

    table: str | None
    shown: str
    limits: Limits


def without_password(url: str) -> str:
    """Return an address as it may be shown."""
    return _IN_QUERY.sub("", _PASSWORD.sub(r"\1@", url)).rstrip("?&")


def read_postgis(url: str, layer: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return a table or view of a database with its CRS.

    Raises
    ------
    UsageError
        If the database driver is not installed.
    InputError
        If the database cannot be reached, or the table is not there or has no geometry.
    """
    shown = without_password(url)
    try:
        psycopg = import_module("psycopg")
    except ImportError as error:
        raise UsageError("read.postgis_driver", path=shown) from error
    address, table = _split(url)
    try:
        with psycopg.connect(address, connect_timeout=20) as connection:
            connection.read_only = True
            return _read(connection, psycopg.sql, _Wanted(layer or table, shown, limits), notes)
    except psycopg.Error as error:
        reason = " ".join(without_password(str(error)).split())[:200]
        raise InputError("read.unreadable", path=shown, reason=reason) from error


def _split(url: str) -> tuple[str, str | None]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    table = options.pop("table", None) or parts.fragment or None
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(options), "")), table


def _read(connection: Any, sql: Any, wanted: _Wanted, notes: Notes) -> gpd.GeoDataFrame:
    schema, name, column = _choose(connection, wanted, notes)
    place = sql.Identifier(schema, name)
    (count,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(place)).fetchone()
    too_many_features(wanted.shown, count, wanted.limits)
    cursor = connection.execute(
        sql.SQL("SELECT t.*, ST_AsBinary(t.{0}) AS wkb_, ST_SRID(t.{0}) AS srid_ FROM {1} AS t").format(
            sql.Identifier(column), place
        )
    )
    titles = [item.name for item in cursor.description]
    table = pd.DataFrame(cursor.fetchall(), columns=titles)
    srids = {int(value) for value in table.pop("srid_").dropna().unique() if value > 0}
    raw = [None if item is None else bytes(item) for item in table.pop("wkb_")]
    geometries = parsed(raw)
    broken = np.array([item is not None for item in raw], bool) & shapely.is_missing(geometries)
    report_broken([str(row) for row in broken.nonzero()[0]], int((~broken).sum()), notes)
    data = gpd.GeoDataFrame(table.drop(columns=[column]), geometry=geometries)[~broken]
    return data.set_crs(crs_of_objects(sorted(srids), wanted.shown, notes))


def _choose(connection: Any, wanted: _Wanted, notes: Notes) -> tuple[str, str, str]:
    """Return schema, table and geometry column: those asked for, or the only ones."""
    rows = connection.execute(
        "SELECT f_table_schema, f_table_name, f_geometry_column FROM geometry_columns ORDER BY 1, 2, 3"
    ).fetchall()
    names = {f"{schema}.{name}": (schema, name, column) for schema, name, column in rows}
    found = [key for key in names if wanted.table in {None, key, key.split(".", 1)[1]}]
    if not found and wanted.table is None:
        raise InputError("read.no_geometry", path=wanted.shown)
    if not found:
        raise InputError(
            "read.no_such_layer", path=wanted.shown, layer=wanted.table, choices=", ".join(names)
        )
    if len(found) > 1:
        raise InputError("read.several_layers", path=wanted.shown, choices=", ".join(found))
    notes.decide("layer", found[0], "read.postgis_table", table=found[0])
    return names[found[0]]
