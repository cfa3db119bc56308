"""The ways to compute coverage that are measured, each run in a process of its own.

``python -m tests.bench.methods METHOD LAYER ZONES OUT`` writes the covered area of every zone, in km², to OUT (.npy).
geopandas reads the same file and projects it to the equal-area plane first, so that edges are straight where ours are; the
databases get both layers in that plane already, and need no projection.
Libraries are loaded before the clock starts.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.bench.data import PLANE

LIBRARIES = ("geopandas", "pyarrow", "pyogrio", "geozone.overlay.stream", "tests.bench.peers")
METHODS: dict[str, Callable[[Path, Path], np.ndarray]] = {}


def method(function: Callable[[Path, Path], np.ndarray]) -> Callable[[Path, Path], np.ndarray]:
    METHODS[function.__name__] = function
    return function


@method
def geozone(layer: Path, zones: Path) -> np.ndarray:
    import geopandas as gpd

    from geozone.overlay.stream import coverage_of_file

    table = coverage_of_file(layer, gpd.read_file(zones, use_arrow=True), by="zone")
    return table.net_km2.to_numpy()


@method
def stream(layer: Path, zones: Path) -> np.ndarray:
    """Only read the file, which is the floor, as pyogrio does where nothing is set."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_GPKG_NUM_THREADS": None})
    rows = 0
    with pyogrio.open_arrow(layer, columns=[], use_pyarrow=True) as (_, reader):
        for batch in reader:
            rows += batch.num_rows
    return np.array([rows])


@method
def plain(layer: Path, zones: Path) -> np.ndarray:
    """What an expert writes in a dozen lines, with the projection of geozone."""
    import geopandas as gpd
    import shapely

    from geozone.overlay.plane import to_plane

    features, frame = (to_plane(gpd.read_file(path, use_arrow=True)) for path in (layer, zones))
    shapely.prepare(frame)
    zone, feature = shapely.STRtree(features).query(frame, predicate="intersects")
    inside = shapely.contains_properly(frame[zone], features[feature])
    pieces = features[feature]
    pieces[~inside] = shapely.intersection(pieces[~inside], frame[zone[~inside]])
    order = np.argsort(zone, kind="stable")
    numbers, starts = np.unique(zone[order], return_index=True)
    result = np.zeros(len(frame))
    for number, group in zip(numbers, np.split(pieces[order], starts[1:]), strict=True):
        result[number] = shapely.union_all(group).area / 1e6
    return result


@method
def overlay_dissolve(layer: Path, zones: Path) -> np.ndarray:
    import geopandas as gpd

    features, frame = gpd.read_file(layer).to_crs(PLANE), gpd.read_file(zones).to_crs(PLANE)
    whole = gpd.overlay(features, frame, how="intersection", keep_geom_type=True).dissolve("zone")
    return whole.area.reindex(frame.zone).fillna(0).to_numpy() / 1e6


@method
def clip_loop(layer: Path, zones: Path) -> np.ndarray:
    import geopandas as gpd

    features, frame = gpd.read_file(layer).to_crs(PLANE), gpd.read_file(zones).to_crs(PLANE)
    return np.array([gpd.clip(features, zone).union_all().area / 1e6 for zone in frame.geometry])


@method
def duckdb_spatial(layer: Path, zones: Path) -> np.ndarray:
    import geopandas as gpd

    from tests.bench.peers import duckdb_connection

    connection = duckdb_connection()
    connection.execute("SET threads = 2")
    connection.execute(f"CREATE TABLE zones AS SELECT zone, geom FROM ST_Read('{zones}')")
    rows = connection.execute(
        f"""
        SELECT zone, ST_Area(ST_Union_Agg(
            CASE WHEN ST_ContainsProperly(z.geom, l.geom) THEN l.geom ELSE ST_Intersection(l.geom, z.geom) END))
        FROM ST_Read('{layer}') l JOIN zones z ON ST_Intersects(l.geom, z.geom) GROUP BY zone
        """
    ).fetchall()
    result = np.zeros(len(gpd.read_file(zones, ignore_geometry=True)))
    result[[zone for zone, _ in rows]] = [area / 1e6 for _, area in rows]
    return result


@method
def postgis(layer: Path, zones: Path) -> np.ndarray:
    from tests.bench.peers import postgis_coverage

    return postgis_coverage()


if __name__ == "__main__":
    name, layer_path, zones_path, out = sys.argv[1:]
    for library in LIBRARIES:
        importlib.import_module(library)
    if name == "geozone":
        import geopandas as gpd
        import shapely

        from geozone.overlay.engine import compile_all
        from geozone.overlay.stream import features_of_file

        compile_all()
        for crs in (4490, 4527):  # and what reads and places polygons
            with tempfile.TemporaryDirectory() as folder:
                small = gpd.GeoDataFrame(geometry=[shapely.box(116, 39, 117, 40)], crs=4490).to_crs(crs)
                for ending in ("gpkg", "geojson"):
                    small.to_file(Path(folder) / f"small.{ending}")
                    features_of_file(Path(folder) / f"small.{ending}")
    start, before = time.perf_counter(), time.process_time()
    found = METHODS[name](Path(layer_path), Path(zones_path))
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    np.save(out, found)
    sys.stdout.write(json.dumps({"seconds": seconds, "processor": processor}) + "\n")
