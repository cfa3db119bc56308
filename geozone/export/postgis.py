"""A zone in a PostGIS database: one schema a zone, the same layers, tables and comments as the GeoPackage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.addresses import database_name, is_ambiguous, told_without
from geozone.errors import UsageError
from geozone.export.columns import Column, domain_values
from geozone.export.result_tables import content
from geozone.export.table import Table
from geozone.messages import Language
from geozone.model import ZoneResult

try:
    import psycopg
    from psycopg import sql
except ImportError:  # an optional dependency: geozone[postgis]
    psycopg = None  # type: ignore[assignment]  # told when it is needed

_TYPES = {"text": "text", "integer": "bigint", "number": "double precision", "boolean": "boolean"}
_SRID = 4490


def write_postgis(
    result: ZoneResult, url: str, *, schema: str | None = None, lang: Language = "zh"
) -> list[str]:
    """Write a zone into a PostGIS database, all of it or nothing.

    1. The schema (by default ``geozone_<zone>``) is made anew within one transaction; readers see the old one until
       it ends. A schema that geozone did not write is not touched.
    2. Layers get a primary key ``fid``, a geometry column ``geom`` in EPSG:4490 of one type, and a spatial index.
    3. Titles and sources become comments, value domains check constraints.

    Parameters
    ----------
    result
        What the run computed.
    url
        ``postgresql://user@host/database``; passwords are best left to the environment or ``~/.pgpass``.
    schema
        Name of the schema.
    lang
        Language of comments and notes.

    Returns
    -------
    list of str
        The tables, ``schema.table``.

    Raises
    ------
    UsageError
        If psycopg is not installed, the database cannot be reached or written to, or has no PostGIS.
    """
    if psycopg is None:
        raise UsageError("export.no_psycopg")
    if is_ambiguous(url):
        raise UsageError("read.database_address", path=database_name(url))
    name = schema or f"geozone_{result.zone.key}"
    tables = content(result, lang)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection, connection.cursor() as cursor:
            _prepare(cursor, name)
            for table in tables:
                _create(cursor, name, table, lang)
                _fill(cursor, name, table)
                if table.geometry:
                    index = sql.SQL("CREATE INDEX ON {} USING gist (geom)")
                    cursor.execute(index.format(sql.Identifier(name, table.name)))
    except psycopg.Error as error:
        reason = told_without(str(error), url) or type(error).__name__
        raise UsageError("export.database", schema=name, reason=reason) from None
    return [f"{name}.{table.name}" for table in tables]


def _prepare(cursor: psycopg.Cursor[Any], schema: str) -> None:
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if cursor.fetchone() is None:
        raise UsageError("export.no_postgis")
    cursor.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (schema,)
    )
    found = cursor.fetchone()
    if found is not None and found[0] != "geozone":
        raise UsageError("export.schema_in_use", schema=schema)
    if found is not None:
        cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
    cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    cursor.execute(sql.SQL("COMMENT ON SCHEMA {} IS 'geozone'").format(sql.Identifier(schema)))


def _create(cursor: psycopg.Cursor[Any], schema: str, table: Table, lang: Language) -> None:
    target = sql.Identifier(schema, table.name)
    parts: list[Any] = [sql.SQL("fid bigint PRIMARY KEY")]
    if table.geometry:
        parts.append(sql.SQL("geom geometry({}, {})").format(sql.SQL(table.geometry), sql.Literal(_SRID)))
    parts += [_column(item) for item in table.columns]
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(target, sql.SQL(", ").join(parts)))
    about = " ".join(part for part in (table.title.get(lang), table.description.get(lang)) if part)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(target, sql.Literal(about)))
    for item in table.columns:
        words = item.title.get(lang)
        if item.domain:
            words += ": " + ", ".join(
                f"{value} = {title.get(lang)}" for value, title in domain_values(item.domain)
            )
        column = sql.Identifier(schema, table.name, item.name)
        cursor.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, sql.Literal(words)))


def _column(item: Column) -> Any:
    definition = sql.SQL("{} {}").format(sql.Identifier(item.name), sql.SQL(_TYPES[item.type]))
    if item.domain is None:
        return definition
    values = sql.SQL(", ").join(sql.Literal(code) for code, _ in domain_values(item.domain))
    return sql.SQL("{} CHECK ({} IN ({}))").format(definition, sql.Identifier(item.name), values)


def _fill(cursor: psycopg.Cursor[Any], schema: str, table: Table) -> None:
    names = ["fid", *(["geom"] if table.geometry else []), *(item.name for item in table.columns)]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(schema, table.name), columns)
    with cursor.copy(statement) as copy:
        for row in _rows(table):
            copy.write_row(row)


def _rows(table: Table) -> list[Sequence[Any]]:
    frame = table.frame
    values = pd.DataFrame(frame[[item.name for item in table.columns]]).astype(object)
    values = values.where(values.notna(), None)
    rows = list(values.itertuples(index=False, name=None))
    if not isinstance(frame, gpd.GeoDataFrame) or not table.geometry:
        return [(number, *row) for number, row in enumerate(rows, start=1)]
    shapes = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), _SRID), hex=True, include_srid=True)
    return [
        (number, shape, *row) for number, (shape, row) in enumerate(zip(shapes, rows, strict=True), start=1)
    ]
