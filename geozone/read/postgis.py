"""A table of a PostGIS database, by its address: ``postgresql://user@host/database?table=schema.table``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.addresses import database_name, is_ambiguous, told_without, without_password
from geozone.errors import InputError, UsageError
from geozone.read.notes import Notes
from geozone.read.safety import Limits, few_columns, too_many_features
from geozone.read.salvage import report_broken
from geozone.read.stated import crs_of_objects
from geozone.read.wellknown import parsed

_WAIT_S = 20
# columns of the primary key in their order: rows without an order come as they please
_KEY = """
SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE n.nspname = %s AND c.relname = %s AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)
"""
_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
AND table_name NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns', 'raster_columns', 'raster_overviews')
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s AND udt_name NOT IN ('geometry', 'geography', 'raster', 'bytea')
ORDER BY ordinal_position
"""


@dataclass(frozen=True, slots=True)
class Database:
    """A database that is open for reading, the table asked for, and the address as it may be shown."""

    connection: Any
    sql: Any
    table: str | None
    shown: str

    def rows_of(self, schema: str, name: str, columns: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return names and rows of some columns of a table, in the order of its primary key where it has one."""
        place = self.sql.Identifier(schema, name)
        key = self.connection.execute(_KEY, (schema, name)).fetchall()
        order = self.sql.SQL(", ").join(self.sql.Identifier("t", each) for (each,) in key)
        query = self.sql.SQL("SELECT {} FROM {} AS t{}{}").format(
            columns, place, self.sql.SQL(" ORDER BY " if key else ""), order
        )
        cursor = self.connection.execute(query)
        return [item.name for item in cursor.description], cursor.fetchall()

    def within(self, schema: str, name: str, limits: Limits) -> None:
        """Make sure that a table is not too large.

        Raises
        ------
        InputError
            If it is.
        """
        count = self.sql.SQL("SELECT count(*) FROM {}").format(self.sql.Identifier(schema, name))
        too_many_features(self.shown, self.connection.execute(count).fetchone()[0], limits)


@contextmanager
def opened(url: str, table: str | None) -> Iterator[Database]:
    """Open a database for reading; user and password may stand in the environment or in ``~/.pgpass``.

    Parameters
    ----------
    url
        ``postgresql://user@host/database``, and the table as ``?table=schema.table``.
    table
        The table, where the address names none.

    Raises
    ------
    UsageError
        If the database driver is not installed.
    InputError
        If the database cannot be reached or read; no password stands in the message.
    """
    shown = without_password(url)
    try:
        psycopg = import_module("psycopg")
    except ImportError as error:
        raise UsageError("read.postgis_driver", path=shown) from error
    if is_ambiguous(url):
        raise InputError("read.database_address", path=database_name(url))
    address, named = _split(url)
    try:
        with psycopg.connect(address, connect_timeout=_WAIT_S) as connection:
            connection.read_only = True
            yield Database(connection, psycopg.sql, table or named, shown)
    except psycopg.Error as error:
        raise InputError("read.unreadable", path=shown, reason=told_without(str(error), url)) from None


def read_postgis(url: str, layer: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return a table or view of a database with its CRS; see `opened`.

    Raises
    ------
    InputError
        If the database cannot be reached, or the table is not there or has no geometry.
    """
    with opened(url, layer) as database:
        return _read(database, limits, notes)


def rows_of_table(url: str, table: str | None, *, own: str, limits: Limits) -> pd.DataFrame:
    """Return the attributes of a table or view of a database, with or without geometry; see `opened`.

    Parameters
    ----------
    url, table
        The database and the table.
    own
        The table that is meant where neither names one: as geozone calls it.
    limits
        What is too much.

    Raises
    ------
    InputError
        If the database cannot be reached, or there is no such table, or several and none is named.
    """
    with opened(url, table) as database:
        names = {f"{schema}.{name}": (schema, name) for schema, name in database.connection.execute(_TABLES)}
        wanted = database.table or (own if any(name == own for _, name in names.values()) else None)
        chosen = _chosen(names, wanted, database.shown)
        schema, name = names[chosen]
        database.within(schema, name, limits)
        columns = [column for (column,) in database.connection.execute(_COLUMNS, (schema, name))]
        few_columns(database.shown, len(columns), limits)
        listed = database.sql.SQL(", ").join(database.sql.Identifier("t", column) for column in columns)
        titles, rows = database.rows_of(schema, name, listed)
        return pd.DataFrame(rows, columns=titles, dtype=object)


def _split(url: str) -> tuple[str, str | None]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    table = options.pop("table", None) or parts.fragment or None
    query = f"?{urlencode(options)}" if options else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{query}", table


def _read(database: Database, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    schema, name, column = _choose(database, notes)
    database.within(schema, name, limits)
    sql = database.sql
    columns = sql.SQL("t.*, ST_AsBinary(t.{0}) AS wkb_, ST_SRID(t.{0}) AS srid_").format(
        sql.Identifier(column)
    )
    titles, rows = database.rows_of(schema, name, columns)
    table = pd.DataFrame(rows, columns=titles)
    srids = {int(value) for value in table.pop("srid_").dropna().unique() if value > 0}
    raw = [None if item is None else bytes(item) for item in table.pop("wkb_")]
    geometries = parsed(raw)
    broken = np.array([item is not None for item in raw], bool) & shapely.is_missing(geometries)
    report_broken([str(row) for row in broken.nonzero()[0]], int((~broken).sum()), notes)
    data = gpd.GeoDataFrame(table.drop(columns=[column]), geometry=geometries)[~broken]
    return data.set_crs(crs_of_objects(sorted(srids), database.shown, notes))


def _choose(database: Database, notes: Notes) -> tuple[str, str, str]:
    """Return schema, table and geometry column: those asked for, or the only ones."""
    rows = database.connection.execute(
        "SELECT f_table_schema, f_table_name, f_geometry_column FROM geometry_columns ORDER BY 1, 2, 3"
    ).fetchall()
    names = {f"{schema}.{name}": (schema, name, column) for schema, name, column in rows}
    found = _chosen(names, database.table, database.shown)
    notes.decide("layer", found, "read.postgis_table", table=found)
    return names[found]


def _chosen(names: Mapping[str, Any], wanted: str | None, shown: str) -> str:
    """Return the table that is asked for by its name, with or without its schema, or the only one."""
    found = [key for key in names if wanted in {None, key, key.split(".", 1)[1]}]
    if not found and wanted is None:
        raise InputError("read.no_geometry", path=shown)
    if not found:
        raise InputError("read.no_such_layer", path=shown, layer=wanted, choices=", ".join(names))
    if len(found) > 1:
        raise InputError("read.several_layers", path=shown, choices=", ".join(found))
    return found[0]
