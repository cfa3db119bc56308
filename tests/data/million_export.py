"""Measure exporting a layer of 1,000,000 features beside the plain write of the same table::

    python tests/data/million_export.py [FEATURES [FORMAT...]]

Prints for every format the processor time of the export, of pyogrio's (for GeoParquet: geopandas') plain write of the same
columns to the same format, their ratio, and whether two exports are the same to the last byte.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geozone.export.formats import write_format
from geozone.export.result_tables import content
from geozone.files import digest
from geozone.model import CRS, Layer, ZoneResult

VERTICES = 21
DRIVERS = {
    "gpkg": "GPKG",
    "fgb": "FlatGeobuf",
    "geojson": "GeoJSON",
    "shp": "ESRI Shapefile",
    "mif": "MapInfo File",
    "tab": "MapInfo File",
}


def large_result(count: int) -> tuple[ZoneResult, str]:
    """Return a result whose one layer has many features, and the layer's name."""
    rng = np.random.default_rng(1)
    centres = np.column_stack([rng.uniform(115, 117, count), rng.uniform(38, 40, count)])
    angles = np.linspace(0, 2 * np.pi, VERTICES)
    rings = centres[:, None] + 0.002 * np.column_stack([np.cos(angles), np.sin(angles)])
    rings[:, -1] = rings[:, 0]
    names = np.char.add("红线", np.arange(count).astype(str))
    data = gpd.GeoDataFrame(
        {"name": names, "kind": "水源涵养", "area_km2": rng.uniform(0, 1, count)},
        geometry=shapely.polygons(rings),
        crs=CRS,
    )
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from samples import sample_result

    result = sample_result()
    name, layer = next(iter(result.layers.items()))
    result.layers = {name: Layer(name, data, spec=layer.spec)}
    return replace(result, findings=[]), name


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time that something takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def plain(frame: gpd.GeoDataFrame, path: Path, format_: str) -> None:
    """Write a table without more."""
    if format_ == "parquet":
        frame.to_parquet(path)
        return
    pyogrio.write_dataframe(
        frame, path, driver=DRIVERS[format_], geometry_type="MultiPolygon", encoding="UTF-8"
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    result, name = large_result(count)
    frame = next(table.frame for table in content(result, "zh") if table.name == name)
    warnings.simplefilter("ignore")  # a shapefile's names are shortened in the plain write
    sys.stdout.write("| format | export, s | plain write, s | ratio | equal bytes |\n|---|---|---|---|---|\n")
    for format_ in sys.argv[2:] or (*DRIVERS, "parquet"):
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            first, second = (base / part / f"bth.{format_}" for part in ("one", "two"))
            bare = seconds(lambda path=base / f"plain.{format_}", kind=format_: plain(frame, path, kind))
            took = seconds(lambda path=first, kind=format_: write_format(result, path, kind))
            write_format(result, second, format_)
            same = digest(first) == digest(second)
        row = f"| {format_} | {took:.1f} | {bare:.1f} | {took / bare:.2f} | {'yes' if same else 'no'} |\n"
        sys.stdout.write(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
