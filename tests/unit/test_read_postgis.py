"""A table of a database is read like a file."""

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

pytest.importorskip("psycopg", reason="psycopg is not installed")

import psycopg
from test_export_postgis import server  # noqa: F401 - the fixture serves both

from geozone.errors import InputError
from geozone.model import CRS
from geozone.read import Limits, read_layer

BOX = shapely.box(117.0, 40.0, 117.2, 40.2)


@pytest.fixture(scope="module")
def database(server):  # noqa: F811 - a fixture is taken by its name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute("CREATE SCHEMA plan")
        connection.execute('CREATE TABLE plan."红线" (fid int, "HXMC" text, geom geometry(Polygon, 4527))')
        connection.execute(
            "INSERT INTO plan.\"红线\" VALUES (1, '燕山', ST_Transform(ST_GeomFromText(%s, 4490), 4527)), (2, '空', NULL)",
            (shapely.segmentize(BOX, 0.005).wkt,),
        )
        connection.execute("CREATE TABLE plan.river (name text, geom geometry(LineString, 4490))")
        connection.execute(
            "INSERT INTO plan.river VALUES ('滦河', ST_GeomFromText('LINESTRING(117 40, 118 41)', 4490))"
        )
    return server


def refused(url, **options):
    with pytest.raises(InputError) as error:
        read_layer(url, **options)
    return error.value.message.key


def test_a_table_is_read_with_its_crs(database):
    layer = read_layer(f"{database}&table=plan.红线")
    assert layer.data.crs == CRS
    assert layer.data["name"].tolist() == ["燕山", "空"]
    assert np.abs(np.subtract(layer.data.geometry.iloc[0].bounds, BOX.bounds)).max() < 1e-7
    assert [finding.kind for finding in layer.findings] == ["without_geometry"]
    assert read_layer(database, layer="river").data["name"].tolist() == ["滦河"]


def test_what_is_not_clear_is_refused(database):
    assert refused(database) == "read.several_layers"
    assert refused(database, layer="mine") == "read.no_such_layer"
    assert refused(database, layer="river; DROP TABLE plan.river") == "read.no_such_layer"
    assert refused(database, layer="红线", limits=Limits(features=1)) == "read.too_many_features"


def test_a_geometry_nested_too_deep_is_a_broken_row(monkeypatch):
    deep = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 50_000 + shapely.Point(117, 39).wkb
    rows = [("深", deep, 4490, deep), ("好", BOX.wkb, 4490, BOX.wkb)]

    class Connection:
        """A database with one table, of which PostGIS let a geometry pass that it no longer makes."""

        description = (
            SimpleNamespace(name="name"),
            SimpleNamespace(name="geom"),
            SimpleNamespace(name="srid_"),
            SimpleNamespace(name="wkb_"),
        )

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return False

        def execute(self, query):
            self.asked = query if isinstance(query, str) else query.as_string()
            return self

        def fetchone(self):
            return (len(rows),)

        def fetchall(self):
            if "geometry_columns" in self.asked:
                return [("public", "zones", "geom")]
            return rows

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Connection())
    layer = read_layer("postgresql://somewhere/plan?table=zones")
    assert layer.data["name"].tolist() == ["好"]
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["0"]
