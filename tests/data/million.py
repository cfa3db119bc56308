"""Measure reading a layer of 1,000,000 features of which 10 are broken, beside the plain bulk read::

    python tests/data/million.py [FEATURES]

Prints for GeoPackage and shapefile the best of three of both in processor time, which what else the machine does hardly
changes, and their ratio.
"""

from __future__ import annotations

import sqlite3
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geozone.read import read_layer

BROKEN = 10
VERTICES = 21


def write(folder: Path, count: int) -> list[Path]:
    """Write the layer as GeoPackage and shapefile and break ten features of each."""
    rng = np.random.default_rng(1)
    centres = np.column_stack([rng.uniform(113, 119, count), rng.uniform(36, 42, count)])
    angles = np.linspace(0, 2 * np.pi, VERTICES)
    rings = centres[:, None] + 0.002 * np.column_stack([np.cos(angles), np.sin(angles)])
    rings[:, -1] = rings[:, 0]
    names = np.char.add("红线", np.arange(count).astype(str))
    data = gpd.GeoDataFrame({"HXMC": names, "XZQDM": "130802"}, geometry=shapely.polygons(rings), crs=4490)
    package, shapefile = folder / "million.gpkg", folder / "million.shp"
    pyogrio.write_dataframe(data, package)
    pyogrio.write_dataframe(data, shapefile, encoding="UTF-8")
    broken = [number * (count // BROKEN) + 7 for number in range(BROKEN)]
    with closing(sqlite3.connect(package)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for number in broken:
            (whole,) = database.execute("SELECT geom FROM million WHERE fid = ?", (number,)).fetchone()
            database.execute("UPDATE million SET geom = ? WHERE fid = ?", (whole[:60], number))
        database.commit()
    with shapefile.open("r+b") as file:
        for number in broken:
            file.seek(100 + number * (8 + 48 + 16 * VERTICES) + 8 + 40)
            file.write(struct.pack("<i", 10**8))
    return [package, shapefile]


def best(read: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least processor time of three, and what was read."""
    times, result = [], None
    for _ in range(3):
        result = None
        start = time.process_time()
        result = read()
        times.append(time.process_time() - start)
    return min(times), result


def main(count: int) -> None:
    """Write, read and print."""
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder), count):
            plain, _ = best(
                lambda path=path: pyogrio.read_dataframe(path, use_arrow=True, on_invalid="ignore")
            )
            ours, layer = best(lambda path=path: read_layer(path))
            named = [finding.feature for finding in layer.findings if finding.kind == "record_broken"]
            if len(layer.data) != count - BROKEN or len(named) != BROKEN:
                raise SystemExit(f"{path.name}: {len(layer.data)} read, {len(named)} named")
            sys.stdout.write(
                f"{path.name}: {len(layer.data)} read, {len(named)} named; "
                f"plain {plain:.1f} s, geozone {ours:.1f} s, ratio {ours / plain:.2f}\n"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
