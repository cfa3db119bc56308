"""Measure geozone against other tools, as ratios in one run: ``make bench``.

The default takes some minutes. ``--full`` measures what the documentation states: 100,000 polygons against all peers,
growth to 1,000,000, and a raster of 400 million pixels; it takes hours, most of them the peers'.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import data, peers
from tests.bench.processes import ROOT, run_measured
from tests.bench.rasters import DELINEATED
from tests.bench.record import RECORD, recorded, write_record
from tests.bench.shapes import SHAPES, shape_layer

SLOW = 60.0  # seconds: what takes longer is run once
AGREE = 1e-8  # of the area of a zone
DATABASES = {"duckdb_spatial": peers.duckdb_missing, "postgis": peers.postgis_missing}  # why there is none


class Measured:
    """Median seconds and processor seconds, highest memory (GB) and result of some runs."""

    def __init__(self, name: str, layer: Path, zones: Path, repeat: int) -> None:
        self.name, self.memory, self.loading = name, 0.0, 0.0
        self.times: list[float] = []
        self.processor_times: list[float] = []
        self.result = np.zeros(0)
        for _ in range(repeat):
            self._run(layer, zones)
            if self.times[-1] > SLOW:
                break
        self.seconds, self.processor = statistics.median(self.times), statistics.median(self.processor_times)

    def _run(self, layer: Path, zones: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "result.npy"
            command = [
                sys.executable,
                "-m",
                "tests.bench.methods",
                self.name,
                str(layer),
                str(zones),
                str(out),
            ]
            told, memory = run_measured(self.name, command)
            self.memory = max(self.memory, memory)
            self.times.append(told["seconds"])
            self.processor_times.append(told["processor"])
            self.result = np.load(out)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def row(*cells: object) -> None:
    say("  ".join(f"{cell!s:>16}" for cell in cells))


def compare(count: int, repeat: int, wanted: list[str]) -> None:
    """Print the time of every peer as a multiple of that of geozone, and how far results are apart."""
    zones, layer = data.zones(), data.layer(count)
    say(f"\nCoverage of {count:,} polygons, file to table (medians of {repeat}; slow peers once)")
    row("method", "seconds", "times geozone", "memory GB", "apart")
    ours = Measured("geozone", layer, zones, repeat)
    row("geozone", f"{ours.seconds:.2f}", "1.0", f"{ours.memory:.2f}", "")
    floor = Measured("stream", layer, zones, repeat)
    row("stream", f"{floor.seconds:.2f}", f"{floor.seconds / ours.seconds:.2f}", f"{floor.memory:.2f}", "")
    scale = np.maximum(ours.result, 1.0)

    for name in wanted:
        peer = measured_peer(name, layer, zones, repeat)
        if peer is None:
            continue
        apart = float(np.max(np.abs(peer.result - ours.result) / scale))
        row(
            name,
            f"{peer.seconds:.2f}",
            f"{peer.seconds / ours.seconds:.1f}",
            f"{peer.memory:.2f}",
            f"{apart:.1e}",
        )
        if peer.loading:
            say(f"{'':18}(query alone; loading took {peer.loading:.1f} s more)")
        if apart > AGREE:
            raise SystemExit(f"{name} and geozone disagree by {apart:.1e}")


def measured_peer(name: str, layer: Path, zones: Path, repeat: int) -> Measured | None:
    """Measure a peer; databases get their layers in the plane. Say so, and return None, where it is not to be had."""
    if name not in DATABASES:
        return Measured(name, layer, zones, repeat)
    if reason := DATABASES[name]():
        row(name, "not available:", reason)
        return None
    planes = data.in_plane(layer), data.in_plane(zones)
    if name != "postgis":
        return Measured(name, *planes, repeat)
    with peers.postgis_cluster(*planes) as loading:
        found = Measured(name, *planes, repeat)
    found.loading, found.processor = loading, found.seconds  # the server's processor, which one query uses
    return found


def every_shape(count: int, repeat: int, wanted: list[str], names: list[str]) -> None:
    """Print processor seconds of geozone on layers of every shape, and those of peers as multiples of them."""
    zones = data.zones()
    say(
        f"\nCoverage by {count:,} polygons of every shape, file to table (processor seconds, medians of {repeat})"
    )
    row("shape", "geozone", "seconds", "memory GB", *(f"{name} ×" for name in wanted), "apart")
    for name in names:
        layer = shape_layer(name, count)
        ours = Measured("geozone", layer, zones, repeat)
        times = 1 if ours.processor > 5 else repeat
        others = [one for peer in wanted if (one := measured_peer(peer, layer, zones, times)) is not None]
        scale = np.maximum(ours.result, 1.0)
        apart = max(
            (float(np.max(np.abs(peer.result - ours.result) / scale)) for peer in others), default=0.0
        )
        row(
            name,
            f"{ours.processor:.2f}",
            f"{ours.seconds:.2f}",
            f"{ours.memory:.2f}",
            *(f"{peer.processor / ours.processor:.1f}" for peer in others),
            f"{apart:.0e}",
        )
        found = {
            "shape": name,
            "polygons": count,
            "geozone": ours.processor,
            "memory_gb": ours.memory,
            "apart": apart,
            "peers": {peer.name: {"processor": peer.processor, "memory_gb": peer.memory} for peer in others},
        }
        # peers that take minutes are asked for by name, in runs of their own
        kept = {(row["shape"], row["polygons"]): row for row in recorded("shapes")}
        found["peers"] = kept.get((name, count), {}).get("peers", {}) | found["peers"]
        RECORD["shapes"] = list((kept | {(name, count): found}).values())
        write_record()
        if apart > AGREE:
            raise SystemExit(f"geozone and its peers disagree by {apart:.1e}")


def grow(counts: list[int], repeat: int) -> None:
    """Print how time and memory grow with the number of polygons, and the time to merely stream the file."""
    say("\nGrowth (seconds; exponent of growth against the line above)")
    row("polygons", "geozone", "stream", "times stream", "of processor", "memory GB", "exponent")
    before: tuple[int, float] | None = None
    for count in counts:
        layer, zones = data.layer(count), data.zones()
        floor = Measured("stream", layer, zones, repeat)
        ours = Measured("geozone", layer, zones, repeat)
        exponent = (
            "" if before is None else f"{np.log(ours.seconds / before[1]) / np.log(count / before[0]):.2f}"
        )
        row(
            f"{count:,}",
            f"{ours.seconds:.2f}",
            f"{floor.seconds:.2f}",
            f"{ours.seconds / floor.seconds:.1f}",
            f"{ours.processor / floor.processor:.1f}",
            f"{ours.memory:.2f}",
            exponent,
        )
        RECORD.setdefault("growth", []).append(
            {
                "polygons": count,
                "geozone": ours.processor,
                "stream": floor.processor,
                "memory_gb": ours.memory,
            }
        )
        before = count, ours.seconds


def areas(count: int, repeat: int) -> None:
    """Print area_km2 against a loop over pyproj.Geod, on edges so short that both mean the same polygon."""
    import geopandas as gpd
    import pyproj
    import shapely

    from geozone.overlay.plane import area_km2, from_plane, to_plane

    shapes = np.asarray(gpd.read_file(data.layer(count), use_arrow=True).geometry)
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)
    ours, loop = [], []
    for _ in range(repeat):
        start = time.perf_counter()
        area_km2(shapes, data.CRS)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        for shape in shapes:
            geod.geometry_area_perimeter(shape)
        loop.append(time.perf_counter() - start)
    some = shapes[:: max(count // 50, 1)]
    fine = from_plane(shapely.segmentize(to_plane(some, data.CRS), 5.0))
    theirs = (
        np.array([abs(geod.geometry_area_perimeter(shapely.orient_polygons(one))[0]) for one in fine]) / 1e6
    )
    own = area_km2(some, data.CRS)
    apart, worst = abs(theirs.sum() / own.sum() - 1), np.max(np.abs(theirs / own - 1))
    say(f"\nArea of {count:,} polygons")
    row("method", "seconds", "times geozone", "apart in total", "worst polygon")
    row("area_km2", f"{statistics.median(ours):.2f}", "1.0", "")
    row(
        "pyproj.Geod",
        f"{statistics.median(loop):.2f}",
        f"{statistics.median(loop) / statistics.median(ours):.1f}",
        f"{apart:.1e}",
        f"{worst:.1e}",
    )


def mosaics(count: int, repeat: int) -> None:
    """Print mosaics, changes and attributions against the coverages of their layers, in processor seconds."""
    import geopandas as gpd

    import geozone
    from geozone.overlay.coverage import attribution, coverage
    from geozone.overlay.mosaic import MOST_LAYERS

    zones, frame = (gpd.read_file(path, use_arrow=True) for path in (data.zones(), data.layer(count)))
    say("\nMosaic, change and attribution against the coverages of their layers (processor seconds)")
    row("", "coverages", "seconds", "times", "apart km2")

    def report(name: str, single: list[Any], whole: Any) -> Any:
        sums, results = zip(*(_processor(one, repeat) for one in single), strict=True)
        seconds, result = _processor(whole, repeat)
        apart = max(_apart(result, number, one) for number, one in enumerate(results))
        row(name, f"{sum(sums):.2f}", f"{seconds:.2f}", f"{seconds / sum(sums):.2f}", f"{apart:.1e}")
        RECORD.setdefault("mosaic", []).append(
            {"what": name, "polygons": count, "coverages": sum(sums), "processor": seconds, "apart": apart}
        )

    for layers, each in ((3, count), (MOST_LAYERS, max(count // 10, 1000))):
        paths = {f"layer{seed}": data.layer(each, seed) for seed in range(1, layers + 1)}
        report(
            f"{layers} of {each:,}",
            [partial(geozone.coverage, path, zones, by="zone") for path in paths.values()],
            partial(geozone.mosaic, paths, zones, by="zone"),
        )
    old, new = data.layer(count, 1), data.layer(count, 2)
    report(
        "change",
        [partial(geozone.coverage, path, zones, by="zone") for path in (old, new)],
        partial(geozone.change, old, new, zones, by="zone"),
    )
    report(
        "attribution",
        [partial(coverage, frame, zones, by="zone")],
        partial(attribution, frame, zones, by="zone"),
    )


def _processor(run: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the median of processor seconds of some runs, and the last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = run()
        times.append(time.process_time() - start)
    return statistics.median(times), result


def _apart(table: Any, number: int, cover: Any) -> float:
    """Return by how many km² a result differs from the coverage by one of its layers."""
    if "own_km2" in table:
        found = table.groupby("zone").own_km2.sum()
    elif "net_km2" in table:
        found = table["new_km2" if number else "old_km2"]
    else:
        found = table[table[f"layer{number + 1}"]].groupby("zone").area_km2.sum()
    return float((found.reindex(cover.index).fillna(0) - cover.net_km2).abs().max())


def formats(count: int, repeat: int) -> None:
    """Print coverage by one layer in every format that is streamed, against the GeoPackage in degrees."""
    zones = data.zones()
    say(f"\nCoverage by {count:,} polygons in every format (processor seconds, medians of {repeat})")
    row("format", "geozone", "times", "seconds", "memory GB")
    first: float | None = None
    for name, path in data.layer_formats(count).items():
        ours = Measured("geozone", path, zones, repeat)
        first = first or ours.processor
        row(
            name,
            f"{ours.processor:.2f}",
            f"{ours.processor / first:.2f}",
            f"{ours.seconds:.2f}",
            f"{ours.memory:.2f}",
        )
        RECORD.setdefault("formats", []).append(
            {"format": name, "polygons": count, "geozone": ours.processor, "memory_gb": ours.memory}
        )


def rasters(side: int, repeat: int) -> None:
    """Print classes and sums in zones against the time to decode the raster, and against exactextract."""
    zones, several = data.zones(), [data.raster(side, seed) for seed in (3, 4, 5)]
    values = data.values(min(side, 8_000))
    say(f'\nClasses and sums of {side * side:,} pixels, "its" being those of exactextract')
    _counted(zones, several[:1], "decode", ["decode those", *COUNTED, "its classes", "its sums"], repeat)
    say(f"\nThe same of {len(several)} rasters of one grid, classes and sums of each")
    _counted(zones, several, "decode", ["decode those", "together", "one by one"], repeat)
    say("\nSums of floating values, some without data")
    _counted(zones, [values], "decode", ["decode those", "zonal_means", "weighted_sums", "its sums"], repeat)


def terrain(side: int, repeat: int) -> None:
    """Print the delineation of a barrier by every rule against the time to decode the elevation model."""
    say(f"\nBarrier from an elevation model of {side * side:,} pixels, by rule")
    _counted(data.zones(), [data.heights(side)], "decode", list(DELINEATED), repeat, part="terrain")


def _counted(
    zones: Path, paths: list[Path], floor: str, names: list[str], repeat: int, *, part: str | None = None
) -> None:
    """Print medians of processor time; methods take turns, so that all see the same machine."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in (floor, *names)}
    for _ in range(repeat):
        for name, runs in found.items():
            command = [sys.executable, "-m", "tests.bench.rasters", name, str(zones), *map(str, paths)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))

    def median(name: str, key: str) -> float:
        return statistics.median(run[key] for run in found[name])

    row("method", "processor s", "times decode", "seconds", "memory GB")
    for name, runs in found.items():
        busy, memory = median(name, "busy"), max(run["memory"] for run in runs)
        ratio = busy / median(floor, "busy")
        row(name, f"{busy:.2f}", f"{ratio:.2f}", f"{median(name, 'seconds'):.2f}", f"{memory:.2f}")
        if part is not None:
            RECORD.setdefault(part, []).append(
                {"what": name, "processor": busy, "seconds": median(name, "seconds"), "memory_gb": memory}
            )


COUNTED = ("zonal_shares", "zonal_means", "class_areas", "weighted_sums")
PARTS = ("coverage", "shapes", "growth", "formats", "area", "mosaic", "raster", "terrain")
PEERS = ("plain", "overlay_dissolve", "clip_loop", "duckdb_spatial", "postgis")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes that the documentation states")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--count", type=int, help="polygons of each shape")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    count = 100_000 if asked.full else 10_000
    say(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} at the start")
    if "coverage" in asked.only:
        compare(count, asked.repeat, list(asked.peers))
    if "shapes" in asked.only:
        # the databases and geopandas take minutes for each shape: they are asked for by name
        wanted = list(asked.peers) if asked.peers != PEERS else ["plain"]
        every_shape(asked.count or (20_000 if asked.full else 5_000), asked.repeat, wanted, asked.shapes)
    if "growth" in asked.only:
        grow([10_000, 100_000, 1_000_000] if asked.full else [1_000, 10_000, 100_000], asked.repeat)
    if "formats" in asked.only:
        formats(count, asked.repeat)
    if "area" in asked.only:
        areas(100_000 if asked.full else 10_000, asked.repeat)
    if "mosaic" in asked.only:
        mosaics(count, asked.repeat)
    if "raster" in asked.only:
        rasters(20_000 if asked.full else 4_000, asked.repeat)
    if "terrain" in asked.only:
        terrain(31_623 if asked.full else 12_000, asked.repeat)  # the cells of 1 km cost the same for both
    write_record()


if __name__ == "__main__":
    main()
