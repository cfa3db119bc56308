"""Areas made a third time in a database; skipped with the reason where there is none."""

import pytest

pytest.importorskip("psycopg", reason="psycopg is not installed")

import psycopg
from computed_samples import computed_result
from test_export_postgis import server  # noqa: F401 - the fixture serves all
from test_rederived import execute, pytestmark, written  # noqa: F401 - the mark holds here as well

from geozone.errors import UsageError
from geozone.verify import verify_build


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(computed_result(), tmp_path_factory.mktemp("built"))


def test_a_database_makes_the_areas_a_third_time(folder, server):  # noqa: F811 - a fixture
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    checks = verify_build(folder, postgis=server)
    assert all(one.passed for one in checks)
    told = [one.message.get("en") for one in checks]
    assert any(
        "rates made again by another way agree (PostGIS in an azimuthal equal-area plane" in words
        for words in told
    )
    execute(
        folder / "bth.gpkg",
        "UPDATE rates SET numerator = 1 WHERE indicator = 'inside' AND unit_code = '910101'",
    )
    told = [one.message.get("en") for one in verify_build(folder, postgis=server) if not one.passed]
    assert any("(910101, inside): 1.0, but" in words and "PostGIS" in words for words in told), told
    with psycopg.connect(server) as connection:
        left = connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'verified%'").fetchone()
    assert left == (0,)


def test_a_database_that_is_not_there_is_told(folder):
    with pytest.raises(UsageError) as caught:
        verify_build(folder, postgis="postgresql://nobody@/none?host=/nowhere")
    assert caught.value.message.key == "verify.database"
    with pytest.raises(UsageError) as caught:  # a password that would be taken for the name of a host
        verify_build(folder, postgis="postgresql://li:p@ss/w@host/db")
    assert caught.value.message.key == "read.database_address"
