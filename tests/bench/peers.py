"""Peers that need an environment of their own: DuckDB with its spatial extension, and a PostGIS cluster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tests.bench.data import FOLDER

DUCKDB = "1.5.5"  # the newest for which the spatial extension is a package
_SIDE = FOLDER / "duckdb"
_SOCKET = "GEOZONE_BENCH_SOCKET"


def duckdb_missing() -> str | None:
    """Install DuckDB with its extension beside the data, once; return why that did not work."""
    if (_SIDE / "duckdb_extension_spatial").is_dir():
        return None
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(_SIDE)]
    packages = [f"duckdb=={DUCKDB}", f"duckdb-extension-spatial=={DUCKDB}"]
    done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else "duckdb-extension-spatial cannot be installed"


def duckdb_connection() -> Any:
    """Return a DuckDB connection with the spatial extension."""
    sys.path.insert(0, str(_SIDE))
    import duckdb

    spec = importlib.util.find_spec("duckdb_extension_spatial")
    assert spec is not None
    assert spec.origin is not None
    (extension,) = Path(spec.origin).parent.rglob("spatial.duckdb_extension")
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{extension}'")
    return connection


def postgis_missing() -> str | None:
    """Return why no PostGIS cluster can be started."""
    if not _programs():
        return "no PostgreSQL server is installed"
    if not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        return "the package postgresql-15-postgis-3 is not installed"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    return None


@contextmanager
def postgis_cluster(layer: Path, zones: Path) -> Iterator[float]:
    """Run a cluster of its own on a socket, with both layers loaded; yield the seconds that loading took."""
    import time

    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="geozone-bench-"))
    as_server: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_server = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c work_mem=256MB"
    options += " -c shared_buffers=1GB -c max_parallel_workers_per_gather=2 -c jit=off"

    def run(*command: str) -> None:
        subprocess.run([*as_server, *command], check=True, capture_output=True, cwd=folder)

    run(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust")
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    run(*control, "-l", str(folder / "log"), "-o", options, "start")
    os.environ[_SOCKET] = str(folder)
    try:
        start = time.perf_counter()
        _load(layer, zones)
        yield time.perf_counter() - start
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        del os.environ[_SOCKET]


def postgis_coverage() -> np.ndarray:
    """Return the covered area of every zone; zones are cut into short pieces, as experts do."""
    with _connect() as connection:
        count = connection.execute("SELECT count(*) FROM zones").fetchone()[0]
        rows = connection.execute(
            """
            SELECT zone, ST_Area(ST_Union(
                CASE WHEN ST_CoveredBy(l.geom, z.geom) THEN l.geom ELSE ST_Intersection(l.geom, z.geom) END))
            FROM layer l JOIN pieces z ON ST_Intersects(l.geom, z.geom) GROUP BY zone
            """
        ).fetchall()
    result = np.zeros(count)
    result[[zone for zone, _ in rows]] = [area / 1e6 for _, area in rows]
    return result


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _connect() -> Any:
    import psycopg

    return psycopg.connect(f"host={os.environ[_SOCKET]} user=postgres dbname=postgres", autocommit=True)


def _load(layer: Path, zones: Path) -> None:
    import geopandas as gpd

    with _connect() as connection:
        connection.execute("CREATE EXTENSION postgis")
        for table, path in (("layer", layer), ("zones", zones)):
            frame = gpd.read_file(path, use_arrow=True)
            number = frame.columns[0]
            connection.execute(f"CREATE UNLOGGED TABLE {table} ({number} int, geom geometry)")
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for value, shape in zip(frame[number], shapely.to_wkb(frame.geometry, hex=True), strict=True):
                    copy.write_row((int(value), shape))
        connection.execute("CREATE TABLE pieces AS SELECT zone, ST_Subdivide(geom, 128) geom FROM zones")
        for table in ("layer", "pieces"):
            connection.execute(f"CREATE INDEX ON {table} USING gist (geom)")
            connection.execute(f"ANALYZE {table}")
