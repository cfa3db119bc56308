"""A table of a database is read like a file."""

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

pytest.importorskip("psycopg", reason="psycopg is not installed")

import psycopg
from samples import sample_result
from test_export_postgis import server  # noqa: F401 - the fixture serves both

from geozone.addresses import database_name
from geozone.errors import InputError, UsageError
from geozone.export.postgis import write_postgis
from geozone.figures.tables import read_figures
from geozone.manifest.indicators import load_indicators
from geozone.model import CRS, Basis, LayerSource
from geozone.project import load_project
from geozone.read import Limits, read_layer
from geozone.registers import read_register
from geozone.run.registers import read_all_figures, read_registers
from geozone.run.sealed import sealed
from geozone.seeds import get_zone

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


BAYS = [
    ("湾一", "130983", "建成", Decimal("12.50"), date(2024, 5, 1)),
    ("湾二", "130302", "在建", None, None),
]
PROJECT = """
zone = "hebei"

[[layer]]
role = "redline"
path = "{url}"
layer = "plan.红线"
basis = "official"
vintage = "2023"

[[register]]
role = "bay"
path = "{url}&table=plan.海湾"
basis = "official"
as_of = "2026-06-30"

[[figures]]
path = "{url}"
layer = "plan.figures"
basis = "official"
"""


@pytest.fixture(scope="module")
def tables(database):
    """Return a database with a register and a table of figures, neither of which has a geometry."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            'CREATE TABLE plan."海湾" ("名称" text, "县级代码" text, "状态" text, "岸线长度" numeric, "建成时间" date)'
        )
        with connection.cursor() as cursor:
            cursor.executemany('INSERT INTO plan."海湾" VALUES (%s, %s, %s, %s, %s)', BAYS)
        connection.execute(
            'CREATE TABLE plan.figures ("行政区" text, "指标" text, "年份" int, "数值" float, "单位" text, "来源" text)'
        )
        connection.execute(
            "INSERT INTO plan.figures VALUES ('河北省', 'forest_cover', 2024, 38.5, '%', '公报')"
        )
    return database


def test_a_register_and_figures_are_read_from_a_database(tables):
    register = read_register(f"{tables}&table=plan.海湾", role="bay", basis=Basis.OFFICIAL)
    assert register.items["name"].tolist() == ["湾一", "湾二"]
    assert register.items["status"].tolist() == ["built", "under_construction"]
    assert register.items["shore_km"].tolist()[0] == 12.5
    assert register.items["status_date"].tolist() == ["2024-05-01", ""]
    assert register.id == "postgres?table=plan.海湾"
    read = read_figures(tables, layer="figures", basis=Basis.OFFICIAL, zone=get_zone("hebei"))
    assert {(one.indicator, one.year, one.value) for one in read.figures} == {("forest_cover", 2024, 38.5)}
    with pytest.raises(InputError) as error:
        read_register(tables, role="bay", basis=Basis.OFFICIAL, layer='x"; DROP TABLE plan."海湾"; --')
    assert error.value.message.key == "read.no_such_layer"
    assert len(read_register(tables, role="bay", basis=Basis.OFFICIAL, layer="海湾").items) == 2


def test_a_project_takes_layers_registers_and_figures_from_a_database(tables, tmp_path):
    path = tmp_path / "project.toml"
    path.write_text(PROJECT.format(url=tables.replace("postgres@", "postgres:hidden@")), "utf-8")
    project = load_project(path)
    inputs = []
    assert len(read_registers(project, inputs)["bay"].items) == 2
    figures, _ = read_all_figures(project, load_indicators(), inputs)
    assert any(one.source.zh == "公报" for one in figures.all)
    assert [one["path"] for one in inputs if "table" in str(one["path"])] == [
        "postgres?table=plan.海湾", "/postgres?table=plan.figures"
    ]  # fmt: skip
    (source,) = project.layers["redline"].sources
    assert source.name == "/postgres?table=plan.红线"
    assert "hidden" not in str(inputs) + source.name
    with sealed(project):  # tables of a database have no file to look at
        pass


def test_what_was_exported_into_a_database_comes_back_as_it_was(database):
    result = sample_result()
    write_postgis(result, database, schema="back")
    register = read_register(f"{database}&table=back.registers", role="bay", basis=Basis.OFFICIAL)
    before = result.registers["bay"]
    assert register.items["item_id"].tolist() == before.items["item_id"].tolist()
    assert register.items["status"].tolist() == [str(one) for one in before.items["status"]]
    assert (register.basis, register.totals) == (before.basis, before.totals)  # nobody edited anything
    bays = read_layer(f"{database}&table=back.bays").data
    assert bays["name"].tolist() == result.layers["bays"].data["name"].tolist()


def test_rows_come_in_the_order_of_their_key(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE plan.keyed (name text, id int PRIMARY KEY, geom geometry(Point, 4490))"
        )
        for number in (3, 1, 2):
            connection.execute(
                "INSERT INTO plan.keyed VALUES (%s, %s, ST_SetSRID(ST_Point(117, 39), 4490))",
                (f"n{number}", number),
            )
        connection.execute(
            "UPDATE plan.keyed SET name = 'first' WHERE id = 1"
        )  # which moves it to the end of the table
    assert read_layer(database, layer="keyed").data["name"].tolist() == ["first", "n2", "n3"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://li:geheim@127.0.0.1:9/gis?table=a",
        "postgresql://li@127.0.0.1:9/gis?password=geheim&table=a",
        "postgresql://li:ge%68eim@127.0.0.1:9/gis?table=a",
        "postgresql://li:x@geheim@127.0.0.1:9/gis?table=a",
        "postgresql://li:ge/heim@127.0.0.1:9/gis?table=a",
    ],
)
def test_no_message_shows_a_password_wherever_it_stands(url, tmp_path):
    for act in (
        lambda: read_layer(url),
        lambda: read_register(url, role="bay", basis=Basis.OFFICIAL),
        lambda: write_postgis(sample_result(), url),
    ):
        with pytest.raises((InputError, UsageError)) as error:
            act()
        told = f"{error.value} {error.value.text} {error.value.__cause__}"
        assert not re.search("geheim|ge%68eim|heim", told)
    for name in (database_name(url), LayerSource(url).name):
        assert not re.search("heim|li@|li:", name)


def test_credentials_come_from_the_environment_or_the_file_of_passwords(tables, monkeypatch):
    host = re.search(r"host=([^&]+)", tables).group(1)
    user = re.search(r"//(\w+)@", tables).group(1)
    monkeypatch.setenv("PGHOST", host)
    monkeypatch.setenv("PGUSER", user)
    monkeypatch.setenv("PGPASSWORD", "geheim")
    monkeypatch.setenv("PGDATABASE", "postgres")
    assert len(read_register("postgresql://?table=plan.海湾", role="bay", basis=Basis.OFFICIAL).items) == 2


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

        def execute(self, query, parameters=()):
            del parameters
            self.asked = query if isinstance(query, str) else query.as_string()
            return self

        def fetchone(self):
            return (len(rows),)

        def fetchall(self):
            if "geometry_columns" in self.asked:
                return [("public", "zones", "geom")]
            if "pg_index" in self.asked:
                return []
            return rows

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Connection())
    layer = read_layer("postgresql://somewhere/plan?table=zones")
    assert layer.data["name"].tolist() == ["好"]
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["0"]
