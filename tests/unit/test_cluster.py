"""The same figures from a cluster as from one process."""

import os
import signal
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely
from samples import sample_units

import geozone
from geozone.errors import GeozoneWarning, InputError
from geozone.overlay.cluster import coverage_on_cluster, mosaic_on_cluster
from geozone.overlay.mosaic import mosaic
from geozone.overlay.stream import coverage_of_file

distributed = pytest.importorskip("distributed")

CRS = "EPSG:4490"
UNITS = sample_units().query("level == 'county'")


def blobs(count, seed, size=0.08):
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    centre = np.add(random.uniform(-0.1, 2.1, (count, 2)) * [1, 0.55], [116, 37.95])
    radius = (
        size
        * random.uniform(0.2, 1, (count, 1))
        * (1 + 0.3 * np.sin(3 * angle + random.uniform(0, 6, (count, 1))))
    )
    shapes = shapely.polygons(
        centre[:, None] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    )
    shapes[7] = shapely.box(115.5, 38.2, 119, 38.25)  # reaches through many tiles
    shapes[3] = shapely.MultiPolygon([shapes[3], shapely.box(117.9, 38.9, 117.95, 38.95)])
    shapes[5] = shapely.Polygon([(116, 38), (117, 39), (117, 38), (116, 39)])
    return gpd.GeoDataFrame(geometry=shapes, crs=CRS)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    one, two = blobs(500, 1), blobs(200, 2, 0.2)
    one.to_file(folder / "one.gpkg")
    one.to_file(folder / "one.fgb")
    one.to_parquet(folder / "one.parquet", write_covering_bbox=True, row_group_size=100)
    one.iloc[:120].to_crs("EPSG:4527").to_file(folder / "projected.gpkg")
    two.to_file(folder / "two.gpkg")
    return folder


@pytest.fixture(scope="module")
def client():
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="ERROR"
    )
    with cluster, distributed.Client(cluster) as running:
        yield running


def agree(found, expected):
    for column in expected.columns:
        np.testing.assert_allclose(
            found[column], expected[column], rtol=1e-12, atol=1e-12 * expected.zone_km2.max()
        )


@pytest.mark.parametrize("name", ["one.gpkg", "one.fgb", "one.parquet", "projected.gpkg"])
def test_coverage_is_that_of_one_process(files, client, name):
    found = coverage_on_cluster(files / name, UNITS, by="code", client=client, tiles=4)
    expected = coverage_of_file(files / name, UNITS, by="code")
    agree(found, expected)
    assert len(found.attrs["repairs"]) == 1


def test_a_geopackage_whose_index_leaves_features_out_is_refused(files, client, tmp_path):
    path = tmp_path / "one.gpkg"
    path.write_bytes((files / "one.gpkg").read_bytes())
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM rtree_one_geom_rowid WHERE rowid % 2")
        database.commit()
    with pytest.raises(InputError) as caught:
        coverage_on_cluster(path, UNITS, by="code", client=client)
    assert caught.value.message.key == "overlay.stale_index"


def test_a_damaged_geopackage_is_refused(files, client, tmp_path):
    raw = bytearray((files / "one.gpkg").read_bytes())
    page = len(raw) // 8192  # in the middle: features
    raw[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path = tmp_path / "one.gpkg"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        coverage_on_cluster(path, UNITS, by="code", client=client)
    assert caught.value.message.key == "overlay.not_by_tiles"


def test_the_mosaic_is_that_of_one_process(files, client):
    found = mosaic_on_cluster(
        {"one": files / "one.fgb", "two": files / "two.gpkg"}, UNITS, by="code", client=client, tiles=6
    )
    layers = {"one": gpd.read_file(files / "one.fgb"), "two": gpd.read_file(files / "two.gpkg")}
    expected = mosaic(layers, UNITS, by="code")
    key = ["code", "one", "two"]
    assert found[key].equals(expected[key])
    np.testing.assert_allclose(found.area_km2, expected.area_km2, rtol=1e-9, atol=1e-12 * 2500)


def _die_once(path, number):
    """Kill the worker when the third tile is asked for, the first time only."""
    if number == 3 and not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_costs_time_only(files, client, tmp_path):
    marker = tmp_path / "killed"
    deaths = client.map(lambda number: _die_once(marker, number), range(6))
    found = coverage_on_cluster(files / "one.gpkg", UNITS, by="code", client=client, tiles=9)
    client.gather(deaths)
    assert marker.exists()
    agree(found, coverage_of_file(files / "one.gpkg", UNITS, by="code"))


class HereClient:
    """A client that does all work here, and warns of large jobs as that of Dask does."""

    def submit(self, task, *given, pure):
        assert pure is False
        if task.__name__ == "_same":
            warnings.warn("Sending large graph of size 17.30 MiB.", UserWarning, stacklevel=2)
        return Done(task(*(one.value if isinstance(one, Done) else one for one in given)))


@dataclass
class Done:
    value: object

    def result(self):
        return self.value


def test_zones_of_a_nation_are_sent_without_a_warning_of_the_library(files):
    found = coverage_on_cluster(files / "two.gpkg", UNITS, by="code", client=HereClient(), tiles=2)
    agree(found, coverage_of_file(files / "two.gpkg", UNITS, by="code"))


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet", "shp"])
def test_stated_areas_are_compared_as_in_one_process(client, tmp_path, ending):
    layer = blobs(200, 1)
    layer.loc[5, "geometry"] = shapely.box(116, 38, 116.1, 38.1)
    hectares = layer.to_crs("+proj=cea +ellps=GRS80").area / 1e4
    layer["area_ha"] = hectares.where(~layer.index.isin([7, 50]), 3 * hectares)
    path = tmp_path / f"red.{ending}"
    layer.to_parquet(path, write_covering_bbox=True) if ending == "parquet" else layer.to_file(path)

    def told(**options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GeozoneWarning)
            tables = (
                geozone.coverage(path, UNITS, by="code", **options),
                geozone.mosaic({"two": path, "red": path}, UNITS, by="code", **options),
            )
        return [
            sorted(
                (one["kind"], one["feature"])
                for one in table.attrs["findings"]
                if "stated_area" in one["kind"]
            )
            for table in tables
        ]

    alone = told()
    assert len(alone[0]) == 2
    assert told(scheduler=client.scheduler.address) == alone
