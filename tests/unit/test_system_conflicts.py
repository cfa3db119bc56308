"""A file that states its system in two places is told where these mean different ground, streamed or not."""

import html
import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

import geozone
from geozone.errors import GeozoneWarning
from geozone.read import read_layer
from geozone.read.system_conflicts import mean_different_ground

AREA = shapely.box(500000, 4400000, 501000, 4401000)
ZONES = gpd.GeoDataFrame(geometry=[shapely.box(116, 39, 118, 41)], crs=4490)


@pytest.mark.parametrize(
    ("one", "two", "differ"),
    [
        (4548, 4549, True),
        (4548, 2384, True),  # the same meridian on Xian 1980
        (4548, 4527, False),  # the zone number in front
        (4548, 32650, True),
        (4490, 4326, False),
        (4490, 4610, True),
        (4548, 4490, False),  # metres and degrees: coordinates tell
    ],
)
def test_which_systems_mean_different_ground(one, two, differ):
    assert mean_different_ground(pyproj.CRS(one), pyproj.CRS(two)) is differ


def kinds(path):
    return [finding.kind for finding in read_layer(path).findings]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE gpkg_contents SET srs_id = 4549", True),
        ("UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 4549 WHERE srs_id = 4548", True),
        ("UPDATE gpkg_spatial_ref_sys SET definition = 'undefined' WHERE srs_id = 4548", False),
        ("UPDATE gpkg_contents SET srs_id = 0", False),
        (
            "UPDATE a SET geom = CAST(substr(geom, 1, 4) || x'C5110000' || substr(geom, 9) AS BLOB)",
            True,
        ),  # 4549
        ("UPDATE a SET geom = CAST(substr(geom, 1, 4) || x'00000000' || substr(geom, 9) AS BLOB)", False),
    ],
)
def test_a_geopackage_with_two_systems(tmp_path, change, told):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[AREA], crs=4548).to_file(path, SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as database:
        other = "INSERT INTO gpkg_spatial_ref_sys SELECT 'other', 4549, 'EPSG', 4549, 'undefined', '' "
        database.execute(other)
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(change)
        database.commit()
    assert kinds(path) == (["systems_differ"] if told else [])
    if told:
        with pytest.warns(GeozoneWarning, match="4549"):
            geozone.coverage(path, ZONES)


def test_parquet_with_two_systems(tmp_path):
    path = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"n": [1]}, geometry=[AREA], crs=4548).to_parquet(path)
    table = pq.read_table(path)
    raw = shapely.to_wkb([shapely.set_srid(AREA, 4549)], include_srid=True)
    column = table.schema.get_field_index("geometry")
    table = table.set_column(column, table.schema.field(column), pa.array(raw.tolist(), pa.binary()))
    pq.write_table(table, path)
    assert kinds(path) == ["systems_differ"]


@pytest.mark.parametrize(
    ("ending", "other", "told"),
    [(".qpj", 4549, True), (".qpj", 4548, False), (".shp.xml", 4549, True), (".shp.xml", 4548, False)],
)
def test_a_shapefile_beside_which_another_system_stands(tmp_path, ending, other, told):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"n": [1]}, geometry=[AREA], crs=4548).to_file(path)
    words = pyproj.CRS(other).to_wkt("WKT1_ESRI")
    beside = path.with_suffix(ending)
    beside.write_text(
        f"<metadata><WKT>{html.escape(words)}</WKT></metadata>" if ending.endswith("xml") else words, "utf-8"
    )
    assert kinds(path) == (["systems_differ"] if told else [])
    findings = geozone.coverage(path, ZONES).attrs["findings"] if not told else None
    assert findings is None or "systems_differ" not in {finding["kind"] for finding in findings}


@pytest.mark.parametrize(("own", "told"), [(4549, True), (4548, False)])
def test_esri_json_whose_geometries_state_another_system(tmp_path, own, told):
    path = tmp_path / "a.json"
    geometry = {"rings": [list(map(list, AREA.exterior.coords))], "spatialReference": {"wkid": own}}
    fields = [{"name": "n", "type": "esriFieldTypeInteger"}]
    document = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4548},
        "fields": fields,
        "features": [{"attributes": {"n": 1}, "geometry": geometry}],
    }
    path.write_text(json.dumps(document), "utf-8")
    assert kinds(path) == (["systems_differ"] if told else [])
