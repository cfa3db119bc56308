"""One way to read or count a raster, in a process of its own: ``python -m tests.bench.rasters NAME ZONES RASTER...``.

Prints processor seconds, seconds and the highest memory (GB); everything but exactextract has been done once before.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from affine import Affine

Blocks = set[tuple[int, int]]
DELINEATED = ("relief", "kapos", "slope")  # rules of a barrier


def decode(paths: list[Path], only: Blocks | None = None) -> None:
    """Read rasters block by block, and nothing else."""
    import rasterio

    for path in paths:
        with rasterio.open(path) as file:
            for block, window in file.block_windows(1):
                if only is None or block in only:
                    file.read(1, window=window)


def blocks_read(count: Callable[[], object], path: Path) -> Blocks:
    """Return the blocks of a raster that are read when zones are counted in it."""
    import rasterio

    from geozone.raster.opening import Raster

    read = []
    stored = Raster.stored

    def noted(raster, rows, columns=None, shape=None):
        read.append((rows, columns or (0, raster.width)))
        return stored(raster, rows, columns, shape)

    Raster.stored = noted
    count()
    Raster.stored = stored
    with rasterio.open(path) as file:
        tall, wide = file.block_shapes[0]
    return {
        (row // tall, column // wide)
        for rows, columns in read
        for row in range(*rows, tall)
        for column in range(*columns, wide)
    }


def prepared(name: str, zones: Path, paths: list[Path]) -> Callable[[], object]:
    """Return what is to be measured."""
    if name == "decode":
        return lambda: decode(paths)
    if name in DELINEATED:
        import geopandas as gpd

        from geozone import barrier

        ground = gpd.read_file(zones, use_arrow=True)
        return lambda: barrier(paths[0], ground, rule=name)
    if name.startswith("its"):
        from exactextract import exact_extract

        wanted = {"its classes": ["unique", "frac"], "its sums": ["sum", "count"]}[name]
        return lambda: exact_extract(str(paths[0]), str(zones), wanted, strategy="raster-sequential")
    import geopandas as gpd

    from geozone import zonal_means, zonal_shares
    from geozone.raster.means import weighted_sums
    from geozone.raster.shares import class_areas
    from geozone.raster.together import Classes, Sums, raster_tables

    frame = gpd.read_file(zones, use_arrow=True)
    ways = {
        "zonal_shares": lambda: zonal_shares(paths[0], frame, by="zone"),
        "zonal_means": lambda: zonal_means(paths[0], frame, by="zone"),
        "class_areas": lambda: class_areas(paths[0], frame, by="zone"),
        "weighted_sums": lambda: weighted_sums(paths[0], frame, by="zone"),
        "together": lambda: raster_tables(
            [kind(path) for path in paths for kind in (Classes, Sums)], frame, by="zone"
        ),
    }
    if name == "decode those":
        only = blocks_read(ways["weighted_sums"], paths[0])
        return lambda: decode(paths, only)
    if name == "one by one":
        return lambda: [one(path, frame, by="zone") for path in paths for one in (class_areas, weighted_sums)]
    return ways[name]


def main() -> None:
    name, zones, *paths = sys.argv[1:]
    count = prepared(name, Path(zones), [Path(path) for path in paths])
    if name in DELINEATED:  # what is compiled is compiled on a small raster
        small = np.zeros((400, 400)), Affine(1e-3, 0, 116, 0, -1e-3, 40.4)
        import geopandas as gpd
        import shapely

        from geozone import barrier

        barrier(
            small, gpd.GeoDataFrame(geometry=[shapely.box(116.1, 40.1, 116.3, 40.3)], crs=4490), rule=name
        )
    elif not name.startswith("its"):
        count()
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    count()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"busy": busy, "seconds": seconds, "memory": after.ru_maxrss * 1024 / 1e9}))


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    main()
