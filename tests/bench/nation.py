"""A made-up nation, to see what one small machine takes: ``python -m tests.bench.nation --share 8``.

At full size 2,800 counties, 3,000,000 red line polygons, 300,000 items of a register and a raster of 1e9 pixels; a share of 8 is
an eighth of all of them, on an eighth of the ground, so that everything lies as close as in the whole. The red line of a
larger share is that of an eighth again and again, side by side.

Seconds of a machine that others use as well tell little. So the busiest thread is told besides: of every second the processor
seconds of the thread that had most of them, added up. That is what a run would take if every thread had a processor of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.files import shipped
from tests.bench.data import CRS, FOLDER, patches_with_speckle, rough_polygons, written
from tests.bench.processes import run_watched
from tests.bench.record import RECORD, recorded, write_record

WEST, SOUTH = 78.0, 22.0
CELL = 50 / 70, 24 / 40  # degrees of a county: 70 × 40 of them are the nation
COUNTIES, POLYGONS, ITEMS, PIXELS = 2_800, 3_000_000, 300_000, 1_000_000_000
SIDES = {1: (70, 40), 2: (70, 20), 4: (35, 20), 8: (35, 10)}
BLOCK = 8  # larger shares are made of so small a one
_STEP = 50_000
STATUSES = ("已建成", "在建", "规划", "待核实")


def sides(share: int) -> tuple[int, int]:
    """Return how many counties there are from west to east and from south to north."""
    up = round(40 / np.sqrt(share))
    return SIDES.get(share, (round(COUNTIES / share / up), up))


def bounds(share: int) -> tuple[float, float, float, float]:
    across, up = sides(share)
    return WEST, SOUTH, WEST + across * CELL[0], SOUTH + up * CELL[1]


def codes(count: int) -> list[str]:
    """Return codes of counties, those of the country first; where it has too few, made-up ones follow."""
    known = pd.read_csv(shipped("layers") / "registers" / "units.csv", dtype=str).code
    counties = known[~known.str.endswith("00")].tolist()[:count]
    return [*counties, *(f"99{number:04}" for number in range(1, count - len(counties) + 1))]


def counties(share: int) -> Path:
    """Return a tiling of the ground by counties with winding borders, which neighbours share."""
    path = FOLDER / f"nation_counties_{share}.gpkg"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    across, up = sides(share)
    left, low = (grid.ravel() for grid in np.meshgrid(np.arange(across), np.arange(up)))
    boxes = shapely.segmentize(shapely.box(left, low, left + 1, low + 1), 0.01)
    places = shapely.get_coordinates(boxes)
    for frequency, size in ((3.0, 0.15), (17.0, 0.03), (97.0, 0.005)):  # by place alone: borders stay shared
        inside = np.clip(np.minimum(places, [across, up] - places), 0, 1)
        wave = frequency * (places @ np.array([[0.8, -0.5], [0.6, 0.9]]))
        places = places + size * inside * np.sin(wave)
    shapes = shapely.set_coordinates(boxes, np.round(places * CELL + [WEST, SOUTH], 9))
    shapes = shapely.make_valid(shapes, method="structure")
    frame = gpd.GeoDataFrame({"code": codes(len(shapes))}, geometry=shapes, crs=CRS)
    frame.to_file(path, layer="counties", promote_to_multi=True)
    return path


def red_line(share: int) -> Path:
    """Return polygons of 10 to 500 vertices in clusters on half of the ground, a fifth of them over others."""
    path = FOLDER / f"nation_redline_{share}.gpkg"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    unfinished = path.with_name(f"unfinished_{path.name}")
    unfinished.unlink(missing_ok=True)
    start = 0
    for shapes in _made(share) if share >= BLOCK else _repeated(share):
        frame = gpd.GeoDataFrame({"number": np.arange(start, start + len(shapes))}, geometry=shapes, crs=CRS)
        frame.to_file(unfinished, layer="redline", promote_to_multi=True, append=start > 0)
        start += len(shapes)
    unfinished.rename(path)
    return path


def _made(share: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(5)
    places, width = _places(share, random)
    for start in range(0, len(places), _STEP):
        yield rough_polygons(places[start : start + _STEP], width, random)


def _repeated(share: int) -> Iterator[np.ndarray]:
    """Yield the polygons of a small share at every place that it has in a larger one."""
    block, (across, up), (wide, high) = red_line(BLOCK), sides(share), sides(BLOCK)
    for start in range(0, POLYGONS // BLOCK, _STEP):
        rows = slice(start, start + _STEP)
        shapes = np.asarray(gpd.read_file(block, rows=rows, use_arrow=True, columns=[]).geometry)
        places = shapely.get_coordinates(shapes)
        for east in range(0, across, wide):
            for north in range(0, up, high):
                yield shapely.set_coordinates(shapes.copy(), places + np.multiply([east, north], CELL))


def _places(share: int, random: np.random.Generator) -> tuple[np.ndarray, float]:
    west, south, east, north = bounds(share)
    count = POLYGONS // share
    width = float(np.sqrt((east - west) * (north - south) / count / 2.1))
    across, up = int((east - west) / width), int((north - south) / width)
    cells = np.stack(np.meshgrid(np.arange(across), np.arange(up)), axis=-1).reshape(-1, 2)
    places = (cells + random.uniform(0.35, 0.65, cells.shape)) * width + [west, south]
    wave = np.sin(places @ random.normal(0, 2.5, (2, 3)) + random.uniform(0, 2 * np.pi, 3)).sum(axis=1)
    return random.permutation(places[np.argsort(-wave)[:count]]), width


def register(share: int) -> Path:
    """Return a list of items with a county and a status each, as an office keeps it."""
    path = FOLDER / f"nation_register_{share}.csv"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        random, count = np.random.default_rng(6), ITEMS // share
        where = np.array(codes(COUNTIES // share))[random.integers(0, COUNTIES // share, count)]
        years = random.integers(2019, 2027, count)
        status = np.array(STATUSES)[random.choice(4, count, p=[0.4, 0.3, 0.2, 0.1])]
        table = pd.DataFrame(
            {"名称": [f"河段{number}" for number in range(count)], "县代码": where, "状态": status}
        )
        table["建成日期"] = np.where(status == STATUSES[0], years.astype(str), "")
        table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def raster(share: int) -> Path:
    """Return a land cover of nine classes in patches, with speckle."""
    side = round(np.sqrt(PIXELS / share))
    strip = patches_with_speckle(side, np.random.default_rng(8))
    path = FOLDER / f"nation_classes_{share}.tif"
    return written(path, side, strip, within=bounds(share), dtype="uint8", nodata=255)


def coverage_here(share: int, workers: int) -> pd.Series:
    from geozone.overlay.stream import coverage_of_file

    units = gpd.read_file(counties(share), use_arrow=True)
    return coverage_of_file(red_line(share), units, by="code", threads=workers).net_km2


def coverage_by_workers(share: int, workers: int) -> pd.Series:
    from geozone.overlay.cluster import coverage_on_cluster

    units = gpd.read_file(counties(share), use_arrow=True)
    return coverage_on_cluster(red_line(share), units, by="code", workers=workers).net_km2


def register_read(share: int, _workers: int) -> pd.Series:
    from geozone.model import Basis
    from geozone.registers.reader import read_register

    units = pd.DataFrame({"code": codes(COUNTIES // share)}).assign(name=lambda table: "县" + table.code)
    read = read_register(register(share), role="river", basis=Basis.OFFICIAL, as_of="2026-06-30", units=units)
    return read.items.groupby("status").size().astype(float)


def raster_counted(share: int, _workers: int) -> pd.Series:
    from geozone.raster.shares import class_areas

    table = class_areas(raster(share), gpd.read_file(counties(share), use_arrow=True), by="code")
    return table.groupby("class").area_km2.sum() if "class" in table else table.sum(numeric_only=True)


def streamed(share: int, _workers: int) -> pd.Series:
    """Only read the red line, which is the floor of its coverage."""
    import pyogrio

    rows = 0
    with pyogrio.open_arrow(red_line(share), columns=[], use_pyarrow=True) as (_, reader):
        for batch in reader:
            rows += batch.num_rows
    return pd.Series({"rows": float(rows)})


PARTS: dict[str, Callable[[int, int], pd.Series]] = {
    "stream": streamed,
    "coverage, threads": coverage_here,
    "coverage, Dask workers": coverage_by_workers,
    "register": register_read,
    "raster": raster_counted,
}
PARALLEL = ("coverage, threads", "coverage, Dask workers")


def measure(part: str, share: int, workers: int) -> tuple[dict[str, Any], pd.Series]:
    """Return what a part took, children included, and its result."""
    command = [sys.executable, "-m", "tests.bench.nation", "--share", str(share)]
    command += ["--run", part, "--workers", str(workers)]
    told, memory, busiest = run_watched(part, command)
    took = {"part": part, "workers": workers, "seconds": told["seconds"], "processor": told["processor"]}
    return took | {"busiest": busiest, "memory_gb": memory}, pd.Series(told["result"])


def run(part: str, share: int, workers: int) -> None:
    """Run a part in this process, and print what it took as JSON.

    What is parallel has as many processors as workers: one worker alone would have its file read by a second one.
    """
    if part in PARALLEL:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:workers])
    start = time.perf_counter()
    result = PARTS[part](share, workers)
    seconds = time.perf_counter() - start
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in spent)
    told = {str(key): value for key, value in result.items()}
    print(json.dumps({"seconds": seconds, "processor": processor, "result": told}))


def measured(share: int, parts: Sequence[str], workers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Measure parts at a share of the nation, one after the other; results of all that are parallel are compared."""
    first: pd.Series | None = None
    for part in parts:
        for count in workers if part in PARALLEL else [1]:
            took, result = measure(part, share, count)
            if part in PARALLEL:
                first = result if first is None else first
                took["apart"] = float((result - first).abs().max() / first.max())
            yield took


def growth(took: dict[str, Any], share: int) -> str:
    """Return how a part has grown from half the share, as it stands in the record: the exponent of its processor seconds."""
    for row in recorded(f"nation_{2 * share}"):
        if (row["part"], row["workers"]) == (took["part"], took["workers"]):
            return f", n^{np.log2(took['processor'] / row['processor']):.2f}"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nation", description=__doc__)
    parser.add_argument(
        "--share", type=int, default=8, help="make and measure one part in so many of the nation"
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--run", choices=list(PARTS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.share, asked.workers[0])
        return
    for made in (counties, red_line, register, raster):
        path = made(asked.share)
        print(f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB", flush=True)
    print(
        f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f} at the start", flush=True
    )
    for took in measured(asked.share, asked.only, asked.workers):
        key, run_of = f"nation_{asked.share}", itemgetter("part", "workers")
        others = [row for row in recorded(key) if run_of(row) != run_of(took)]
        RECORD[key] = sorted(
            [*others, took], key=lambda row: (list(PARTS).index(row["part"]), row["workers"])
        )
        apart = f", {took['apart']:.0e} apart" if "apart" in took else ""
        print(
            f"{took['part']}, {took['workers']}: {took['seconds']:.1f} s, {took['processor']:.1f} s of processors, "
            f"{took['busiest']:.1f} s of the busiest thread, {took['memory_gb']:.2f} GB{apart}{growth(took, asked.share)}",
            flush=True,
        )
        write_record()


if __name__ == "__main__":
    main()
