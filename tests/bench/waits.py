"""What users wait for: processor and wall seconds of whole commands, ``python -m tests.bench.waits``.

Each command is a process of its own, as a user starts it, with Python's compiled files in place. The least of some runs is
shown, since what else a machine does only adds. Beside them stand the imports that a command cannot do without.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import shapely

ROOT = Path(__file__).resolve().parents[2]
GEOZONE = ("-m", "geozone")


def seconds(arguments: tuple[str, ...], environment: dict[str, str], runs: int) -> tuple[float, float]:
    """Return the least processor and wall seconds of some runs, those of its own processes with it."""
    found = []
    for _ in range(runs):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
    return min(spent for spent, _ in found), min(wall for _, wall in found)


def small_files(folder: Path) -> list[Path]:
    """Write five polygons as GeoJSON, GeoPackage and shapefile."""
    squares = [shapely.box(114 + number, 38, 114.5 + number, 38.5) for number in range(5)]
    names = [f"单元{number}" for number in range(5)]
    frame = gpd.GeoDataFrame({"code": range(5), "name": names}, geometry=squares, crs="EPSG:4490")
    paths = [folder / f"small.{ending}" for ending in ("geojson", "gpkg", "shp")]
    for path in paths:
        frame.to_crs("EPSG:4326").to_file(path, encoding="utf-8")
    return paths


def commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the commands by what the table calls them."""
    short = {
        "import geozone": ("-c", "import geozone"),
        "--help": (*GEOZONE, "--help"),
        "build --help": (*GEOZONE, "build", "--help"),
        "zones": (*GEOZONE, "zones"),
    }
    checks = {f"check {path.name}": (*GEOZONE, "check", str(path)) for path in small_files(folder)}
    out = ("--out", str(folder / "maps"))
    builds = {
        "build bth": (*GEOZONE, "build", "bth", *out),
        "build bth yrd hebei": (*GEOZONE, "build", "bth", "yrd", "hebei", *out),
    }
    floors = {f"import {name}": ("-c", f"import {name}") for name in ("pandas", "geopandas", "pyogrio")}
    return short | floors | checks | builds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command")
    parser.add_argument("--json", type=Path, help="write the figures into this file as well")
    options = parser.parse_args()
    figures = {}
    print(f"{'command':<24}{'processor s':>14}{'wall s':>10}")
    with tempfile.TemporaryDirectory() as folder:
        # users have compiled files; a setting that forbids to write them would compile geozone in every run
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        for name, arguments in commands(Path(folder)).items():
            if name.startswith(("check", "build ")) or name == "zones":
                seconds(arguments, environment, 1)
            spent, wall = seconds(arguments, environment, options.runs)
            figures[name] = {"processor": spent, "wall": wall}
            print(f"{name:<24}{spent:>14.2f}{wall:>10.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
