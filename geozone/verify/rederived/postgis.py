"""The third engine: areas by a PostGIS database, in an azimuthal equal-area plane that it lays out itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import shapely

from geozone.addresses import database_name, is_ambiguous, told_without
from geozone.errors import UsageError
from geozone.messages import text
from geozone.rates.needs import Ground
from geozone.verify.rederived.delivered import Delivered
from geozone.verify.rederived.planes import DEGREES, Shapes, azimuthal, sound, with_short_edges

try:
    import psycopg
    from psycopg import sql
except ImportError:  # an optional dependency: geozone[postgis]
    psycopg = None  # type: ignore[assignment]  # told when it is needed

_POLYGONS = 2  # dimensions
_UNITS = "verified_units"
_MOST_VERTICES = 256  # of a piece that is cut: large shapes are halved first


@contextmanager
def engine_of(url: str) -> Iterator[Callable[[Delivered], PostGis]]:
    """Yield what makes an engine of a database, which works in temporary tables alone.

    Raises
    ------
    UsageError
        If psycopg is not installed, the address can be read in two ways, or the database cannot be reached or has no PostGIS.
    """
    if psycopg is None:
        raise UsageError("export.no_psycopg")
    if is_ambiguous(url):
        raise UsageError("read.database_address", path=database_name(url))
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            found = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
            if found is None:
                raise UsageError("export.no_postgis")
            yield lambda delivered: PostGis(delivered, connection)
            connection.rollback()
    except psycopg.Error as error:
        reason = told_without(str(error), url) or type(error).__name__
        raise UsageError("verify.database", reason=reason) from None


class PostGis:
    """Areas by PostGIS: shapes laid into its plane, cut and joined there."""

    def __init__(self, delivered: Delivered, connection: psycopg.Connection[Any]) -> None:
        self.title = text("verify.engine_postgis")
        self._delivered, self._connection = delivered, connection
        self._covers: dict[Ground, str] = {}
        self._areas: dict[frozenset[Ground], dict[str, float]] = {}
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(_UNITS)))
        shapes = delivered.unit_shapes
        self._plane = azimuthal(tuple(shapely.total_bounds(list(shapes.values()))))
        self._fill(_UNITS, list(shapes), np.array(list(shapes.values()), dtype=object))

    def unit_areas(self) -> Mapping[str, float]:
        """Return the area of every unit in km², by code."""
        return self._asked(sql.SQL("SELECT code, ST_Area(geom) FROM {}").format(sql.Identifier(_UNITS)))

    def areas(self, grounds: frozenset[Ground]) -> Mapping[str, float]:
        """Return the area where all of some grounds are, in km², by finest unit."""
        if grounds not in self._areas:
            first, *others = [sql.Identifier(self._cover(ground)) for ground in sorted(grounds)]
            part, tables = sql.SQL("{}.geom").format(first), sql.SQL("{}").format(first)
            for other in others:
                part = sql.SQL("ST_Intersection({}, {}.geom)").format(part, other)
                tables = sql.SQL("{} JOIN {} USING (code)").format(tables, other)
            question = sql.SQL("SELECT code, ST_Area({}) FROM {}").format(part, tables)
            self._areas[grounds] = self._asked(question)
        return self._areas[grounds]

    def _cover(self, ground: Ground) -> str:
        """Make the table of what a ground covers of every finest unit, and return its name."""
        if ground not in self._covers:
            name = f"verified_cover_{len(self._covers)}"
            shapes = self._delivered.layer(ground, _POLYGONS)["geom"].to_numpy()
            pieces = f"verified_pieces_{len(self._covers)}"
            for table in (name, pieces):
                self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))
            self._fill(pieces, [""] * len(shapes), shapes)
            self._connection.execute(
                sql.SQL(
                    "CREATE TEMPORARY TABLE {cover} AS"
                    " SELECT u.code, ST_Union(ST_CollectionExtract(ST_Intersection(p.geom, u.geom), 3)) AS geom"
                    " FROM {units} u JOIN (SELECT ST_Subdivide(geom, {most}) AS geom FROM {pieces}) p"
                    " ON ST_Intersects(p.geom, u.geom) WHERE u.code = ANY({finest}) GROUP BY u.code"
                ).format(
                    cover=sql.Identifier(name),
                    units=sql.Identifier(_UNITS),
                    most=sql.Literal(_MOST_VERTICES),
                    pieces=sql.Identifier(pieces),
                    finest=sql.Literal(self._delivered.finest),
                )
            )
            self._covers[ground] = name
        return self._covers[ground]

    def _fill(self, table: str, codes: list[str], shapes: Shapes) -> None:
        name = sql.Identifier(table)
        self._connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (code text, geom geometry)").format(name))
        laid = with_short_edges(sound(shapes)) if len(shapes) else shapes
        copied = sql.SQL("COPY {} (code, geom) FROM STDIN").format(name)
        with self._connection.cursor() as cursor, cursor.copy(copied) as copy:
            for code, shape in zip(codes, shapely.to_wkb(laid, hex=True), strict=True):
                copy.write_row((code, shape))
        there = sql.SQL(
            "UPDATE {} SET geom = ST_MakeValid(ST_SetSRID(ST_Transform(geom, {}, {}), 0))"
        ).format(name, sql.Literal(DEGREES), sql.Literal(self._plane))
        self._connection.execute(there)

    def _asked(self, question: sql.Composed) -> dict[str, float]:
        rows = self._connection.execute(question).fetchall()
        return {str(code): float(area) / 1e6 for code, area in rows}
