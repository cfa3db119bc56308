"""A coordinate reference system that names a file of shifts by its path opens no file, nor does metadata of a raster."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import box

from geozone.errors import InputError
from geozone.project import load_project
from geozone.raster.opening import open_raster
from geozone.read import read_layer
from geozone.read.shift_files import names_a_file
from geozone.read.stated import parse_crs

GRIDS = "+proj=longlat +ellps=krass +nadgrids={}/secret.gsb +no_defs"
BOUND = (
    'BOUNDCRS[SOURCECRS[GEOGCRS["x",DATUM["x",ELLIPSOID["Krass",6378245,298.3]],CS[ellipsoidal,2],AXIS["lat",north],'
    'AXIS["lon",east],UNIT["degree",0.0174532925199433]]],TARGETCRS[GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",'
    'ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],'
    'UNIT["degree",0.0174532925199433],ID["EPSG",4326]]],ABRIDGEDTRANSFORMATION["x",METHOD["NTv2",ID["EPSG",9615]],'
    'PARAMETERFILE["Latitude and longitude difference file","{}/secret.gsb"]]]'
)
SYSTEMS = [
    GRIDS,
    GRIDS.replace("{}", "https://a.b"),
    BOUND,
    "+init={}/secret.txt:1",
    "+proj=tinshift +file={}/a.json",
]
SQUARE = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(116, 39, 117, 40)], crs=4490)


@pytest.mark.parametrize("system", SYSTEMS)
def test_such_a_system_is_none_whoever_states_it(tmp_path, system):
    system = system.replace("{}", str(tmp_path))
    assert names_a_file(system)
    assert parse_crs(system) is None


@pytest.mark.parametrize(
    "system",
    [
        "EPSG:4490",
        "+proj=merc +a=6378137 +b=6378137 +nadgrids=@null +wktext +no_defs",
        'GEOGCS["x",EXTENSION["PROJ4_GRIDS","@null"]]',
        "+proj=longlat +ellps=krass +nadgrids=national.gsb",
        "see http://example.com/a?file=b/c",
    ],
)
def test_a_name_without_a_path_is_left_to_proj(system):
    assert not names_a_file(system)


def geojson(folder, system):
    words = json.loads(SQUARE.to_json())
    words["crs"] = {"type": "name", "properties": {"name": system}}
    (folder / "a.geojson").write_text(json.dumps(words))
    return folder / "a.geojson"


def escaped(folder, system):
    path = geojson(folder, system)
    path.write_text(path.read_text().replace("nadgrids", "n\\u0061dgrids"))
    return path


def late(folder, system):
    words = json.loads(SQUARE.to_json())
    words["features"] *= 30_000  # several blocks before the system is stated
    words["crs"] = {"type": "name", "properties": {"name": system}}
    (folder / "a.geojson").write_text(json.dumps(words))
    return folder / "a.geojson"


def shapefile(folder, system):
    SQUARE.to_file(folder / "a.shp", encoding="utf-8")
    (folder / "a.prj").write_text(system)
    return folder / "a.shp"


def package(folder, system):
    SQUARE.to_file(folder / "a.gpkg")
    with closing(sqlite3.connect(folder / "a.gpkg")) as database:
        database.execute("UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 4490", (system,))
        database.commit()
    return folder / "a.gpkg"


@pytest.mark.parametrize("write", [geojson, escaped, late, shapefile, package])
def test_a_file_that_states_such_a_system_is_refused(tmp_path, write):
    (tmp_path / "secret.gsb").write_bytes(bytes(1000))
    path = write(tmp_path, GRIDS.format(tmp_path))
    with pytest.raises(InputError, match="refers to other files"):
        read_layer(path)


def raster(folder):
    with rasterio.open(
        folder / "a.tif", "w", driver="GTiff", width=20, height=20, count=1, dtype="uint8", crs="EPSG:4490",
        transform=from_origin(117, 41, 0.1, 0.1),
    ) as file:  # fmt: skip
        file.write(np.ones((1, 20, 20), "uint8"))
    return folder / "a.tif"


@pytest.mark.parametrize(
    ("system", "told"),
    [
        (GRIDS.format("/none"), "refers to other files"),
        ("https://a.b/epsg/4490", "cannot"),
    ],
)
def test_what_stands_beside_a_raster_leads_nowhere_and_ends_in_a_sentence(tmp_path, system, told):
    path = raster(tmp_path)
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset><SRS>{system}</SRS></PAMDataset>")
    with pytest.raises(InputError, match=told), open_raster(path):
        pass


def test_a_project_file_that_states_such_a_system_is_told_with_its_line(tmp_path):
    SQUARE.to_file(tmp_path / "a.gpkg")
    (tmp_path / "project.toml").write_text(
        'zone = "hebei"\n[[layer]]\nrole = "redline"\npath = "a.gpkg"\nbasis = "official"\nvintage = "2023"\n'
        f'crs = "{GRIDS.format(tmp_path)}"\n'
    )
    with pytest.raises(InputError, match="line 7"):
        load_project(tmp_path / "project.toml")


@pytest.mark.parametrize(
    "target", ["/none/b.tif", "/vsicurl/http://127.0.0.1:9/b.tif", "../b.tif", ":::BASE:::b.tif"]
)
@pytest.mark.parametrize("inside", [True, False])
def test_overviews_of_a_raster_that_lie_elsewhere_are_not_opened(tmp_path, target, inside):
    raster(tmp_path).rename(tmp_path / "b.tif")
    path = raster(tmp_path)
    if inside:
        with rasterio.open(path, "r+") as file:
            file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=target)
    else:
        item = f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{target}</MDI></Metadata>'
        (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{item}</PAMDataset>")
    with pytest.raises(InputError, match="refers to other files"), open_raster(path):
        pass


def test_overviews_beside_a_raster_are_its_own(tmp_path):
    path = raster(tmp_path)
    (tmp_path / "a.tif.ovr").write_bytes(raster(tmp_path).read_bytes())
    item = '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">:::BASE:::a.tif.ovr</MDI></Metadata>'
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{item}</PAMDataset>")
    with open_raster(path) as found:
        assert found.stored((0, 20))[0].sum() == 400
