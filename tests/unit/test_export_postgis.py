"""Against a PostgreSQL of its own on a local socket; skipped with the reason where there is none."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from samples import sample_result

from geozone.errors import UsageError
from geozone.export import postgis
from geozone.export.result_tables import content

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")


@pytest.fixture(scope="module")
def server():
    """The address of a PostgreSQL with PostGIS that lives as long as the tests."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not programs or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        pytest.skip("PostgreSQL with PostGIS is not installed")
    binaries, folder = programs[-1].parent, Path(tempfile.mkdtemp(prefix="geozone-pg-"))
    user, prefix = pwd.getpwuid(os.getuid()).pw_name, []
    if os.getuid() == 0:  # the server refuses to run as root
        user, prefix = "postgres", ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")

    def run(program, *arguments):
        command = [*prefix, str(binaries / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=60)

    run("initdb", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-U", user)
    run(
        "pg_ctl",
        "-w",
        "-o",
        f"-c listen_addresses='' -k {folder} -c fsync=off",
        "-l",
        str(folder / "log"),
        "start",
    )
    try:
        yield f"postgresql://{user}@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database(server):
    """A database with PostGIS and the sample zone in it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    postgis.write_postgis(sample_result(), server)
    return server


def ask(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


def test_a_database_without_postgis_is_told(server):
    if ask(server, "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"):
        pytest.skip("the extension is there already")
    with pytest.raises(UsageError) as caught:
        postgis.write_postgis(sample_result(), server)
    assert caught.value.message.key == "export.no_postgis"


def test_every_layer_and_table_is_there(database):
    found = ask(
        database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'geozone_bth'"
    )
    assert {name for (name,) in found} == {table.name for table in content(sample_result(), "zh")}


def test_geometries_have_type_crs_and_index(database):
    columns = ask(
        database, "SELECT f_table_name, type, srid FROM geometry_columns WHERE f_table_schema = 'geozone_bth'"
    )
    expected = [
        (table.name, table.geometry.upper(), 4490)
        for table in content(sample_result(), "zh")
        if table.geometry
    ]
    assert sorted(columns) == sorted(expected)
    indexes = ask(
        database,
        "SELECT tablename FROM pg_indexes WHERE schemaname = 'geozone_bth' AND indexdef LIKE '%USING gist%'",
    )
    assert sorted(name for (name,) in indexes) == sorted(name for name, *_ in expected)
    assert ask(database, "SELECT bool_and(ST_IsValid(geom)), count(*) FROM geozone_bth.units") == [(True, 15)]


def test_the_rates_are_the_same_numbers(database):
    rows = ask(database, "SELECT value, low, high, note FROM geozone_bth.rates ORDER BY fid")
    assert rows == [(rate.value, rate.low, rate.high, rate.note.zh) for rate in sample_result().rates]


def test_value_domains_are_kept_and_explained(database):
    with pytest.raises(psycopg.errors.CheckViolation):
        ask(database, "UPDATE geozone_bth.registers SET status = 'finished'")
    [(comment,)] = ask(
        database,
        "SELECT col_description('geozone_bth.registers'::regclass, ordinal_position::int)"
        " FROM information_schema.columns WHERE table_name = 'registers' AND column_name = 'status'",
    )
    assert "built = 已建成" in comment


def test_writing_again_replaces_the_schema(database):
    postgis.write_postgis(sample_result(), database)
    assert ask(database, "SELECT count(*) FROM geozone_bth.units") == [(15,)]


def test_a_schema_of_others_is_not_touched(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA survey")
    with pytest.raises(UsageError) as caught:
        postgis.write_postgis(sample_result(), database, schema="survey")
    assert caught.value.message.key == "export.schema_in_use"


def test_a_failing_write_changes_nothing(database, monkeypatch):
    def fail(*_):
        raise psycopg.errors.DiskFull("no space left")

    monkeypatch.setattr(postgis, "_fill", fail)
    with pytest.raises(UsageError) as caught:
        postgis.write_postgis(sample_result(), database)
    assert caught.value.message.key == "export.database"
    assert ask(database, "SELECT count(*) FROM geozone_bth.rates") == [(19,)]


def test_a_server_that_cannot_be_reached_is_told(tmp_path):
    with pytest.raises(UsageError) as caught:
        postgis.write_postgis(sample_result(), f"postgresql://nobody@/none?host={tmp_path}")
    assert caught.value.message.key == "export.database"


def test_a_missing_driver_is_told(monkeypatch):
    monkeypatch.setattr(postgis, "psycopg", None)
    with pytest.raises(UsageError) as caught:
        postgis.write_postgis(sample_result(), "postgresql://nobody@/none")
    assert caught.value.message.key == "export.no_psycopg"
