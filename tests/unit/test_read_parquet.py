"""Parquet: declared, native and undeclared geometries are found with the CRS that is stated for them."""

import json

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from told import kinds

from geozone.errors import InputError
from geozone.read import read_layer

PLANE = shapely.box(517_000, 4_333_000, 527_000, 4_343_000)
DEGREES = shapely.box(117, 39, 118, 40)


class Native(pa.ExtensionType):
    """The type by which pyarrow writes the native type GEOMETRY."""

    def __init__(self, details=b"{}"):
        self.details = details
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self):
        return self.details

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        del storage
        return cls(serialized)


def native(path, details, geometry=PLANE, *, schema=False):
    column = pa.ExtensionArray.from_storage(
        Native(json.dumps(details).encode()), pa.array([geometry.wkb, None], pa.binary())
    )
    pq.write_table(pa.table({"name": ["a", "b"], "where": column}), path, store_schema=schema)
    return path


def crs_of(layer):
    return [decision.value for decision in layer.decisions if decision.kind == "crs"]


@pytest.mark.parametrize("schema", [False, True])
@pytest.mark.parametrize(
    "details", [{"crs": "EPSG:4548", "crs_type": "authority_code"}, {"crs": "4548", "crs_type": "srid"}]
)
def test_a_native_type_states_its_crs(tmp_path, details, schema):
    layer = read_layer(native(tmp_path / "a.parquet", details, schema=schema))
    assert crs_of(layer) == ["EPSG:4548"]
    assert layer.data.geometry.isna().tolist() == [False, True]


def test_a_native_type_without_crs_is_longitude_and_latitude(tmp_path):
    assert crs_of(read_layer(native(tmp_path / "a.parquet", {}, DEGREES))) == ["OGC:CRS84"]
    with pytest.raises(InputError) as error:
        read_layer(native(tmp_path / "a.parquet", {}))
    assert error.value.message.key == "read.crs_contradicts"


@pytest.mark.parametrize("axis", [0, 1])
def test_a_stated_crs_that_lacks_a_part_is_told_and_not_used(tmp_path, axis):
    path = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[DEGREES], crs="EPSG:4490").to_parquet(path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]["coordinate_system"]["axis"][axis]["unit"]
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo)}), path)
    layer = read_layer(path)
    assert "prj_unreadable" in kinds(layer)
    assert layer.data.geometry[0].equals(DEGREES)


def test_the_native_type_states_what_the_metadata_leave_out(tmp_path):
    path = native(tmp_path / "a.parquet", {"crs": "EPSG:4548", "crs_type": "authority_code"})
    table = pq.read_table(path)
    geo = {"version": "2.0.0", "primary_column": "where", "columns": {"where": {"encoding": "WKB"}}}
    column = pa.ExtensionArray.from_storage(
        Native(b'{"crs": "EPSG:4548", "crs_type": "authority_code"}'), table.column("where").combine_chunks()
    )
    table = table.set_column(1, "where", column).replace_schema_metadata({b"geo": json.dumps(geo).encode()})
    pq.write_table(table, path, store_schema=False)
    assert crs_of(read_layer(path)) == ["EPSG:4548"]


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize("declared", [True, False])
def test_declared_geometries_and_extension_types(tmp_path, encoding, declared):
    path = tmp_path / "a.parquet"
    data = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[PLANE, None], crs=4548)
    if declared:
        data.to_parquet(path, geometry_encoding=encoding)
    else:
        pq.write_table(pa.table(data.to_arrow(geometry_encoding=encoding)), path)
    layer = read_layer(path)
    assert crs_of(layer) == ["EPSG:4548"]
    assert layer.data.geometry.isna().tolist() == [False, True]
    assert layer.data["n"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "cell",
    [DEGREES.wkb, DEGREES.wkt, shapely.to_wkb(DEGREES, hex=True), shapely.to_geojson(DEGREES)],
    ids=["wkb", "wkt", "hex", "geojson"],
)
@pytest.mark.parametrize("name", ["geom", "what"])
def test_columns_that_nobody_declared(tmp_path, cell, name):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"n": [1, 2], name: [cell, None]}).to_parquet(path)
    layer = read_layer(path)
    assert layer.data.geometry.iloc[0].equals(DEGREES)
    assert kinds(layer) == {"crs_inferred_degrees", "without_geometry"}


@pytest.mark.parametrize("form", ["text", "hex", "binary"])
def test_an_srid_states_the_crs(tmp_path, form):
    path = tmp_path / "a.parquet"
    numbered = shapely.set_srid(PLANE, 4548)
    binary = shapely.to_wkb(numbered, include_srid=True)
    cell = {"text": f"SRID=4548;{PLANE.wkt}", "hex": binary.hex().upper(), "binary": binary}[form]
    pd.DataFrame({"n": [1], "g": [cell]}).to_parquet(path)
    assert crs_of(read_layer(path)) == ["EPSG:4548"]


def test_columns_of_longitude_and_latitude(tmp_path):
    path = tmp_path / "a.parquet"
    table = pd.DataFrame({"n": [1, 2], "lon": [117.5, None], "lat": [39.5, None]})
    table.to_parquet(path)
    layer = read_layer(path)
    assert layer.data.geometry.iloc[0].coords[0] == (117.5, 39.5)
    assert layer.data["lon"].iloc[0] == 117.5
    table.assign(lng_gcj02=117.6, lat_gcj02=39.6).to_parquet(path)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.columns_several"
    assert read_layer(path, fields={"lon": "lon", "lat": "lat"}).data.geometry.iloc[0].x == 117.5


def test_one_broken_geometry_costs_its_row(tmp_path):
    path = tmp_path / "a.parquet"
    unclosed = bytearray(DEGREES.wkb)
    unclosed[-16:] = shapely.Point(117.5, 39.9).wkb[-16:]
    pd.DataFrame({"n": [1, 2, 3], "geom": [DEGREES.wkb, DEGREES.wkb[:40], bytes(unclosed)]}).to_parquet(path)
    layer = read_layer(path)
    assert layer.data["n"].tolist() == [1, 3]
    assert kinds(layer) == {"crs_inferred_degrees", "record_broken", "records_broken", "ring_closed"}
    pd.DataFrame({"n": [1], "geom": [DEGREES.wkb[:40]]}).to_parquet(path)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.all_broken"


@pytest.mark.parametrize("declared", [False, True])
def test_a_geometry_nested_too_deep_is_a_broken_row(tmp_path, declared):
    deep = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 50_000 + shapely.Point(117, 39).wkb
    table = pa.table({"n": [1, 2], "geom": pa.array([deep, DEGREES.wkb], pa.binary())})
    said = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": {"encoding": "WKB"}}}
    path = tmp_path / "a.parquet"
    pq.write_table(
        table.replace_schema_metadata({"geo": json.dumps(said)} if declared else {}), path, store_schema=False
    )
    layer = read_layer(path)
    assert layer.data["n"].tolist() == [2]
    assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["0"]


def test_a_named_index_is_an_attribute_and_features_are_numbered(tmp_path):
    path = tmp_path / "a.parquet"
    index = pd.Index(["130100", "130200"], name="code")
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=[DEGREES, DEGREES], index=index, crs=4490).to_parquet(path)
    layer = read_layer(path)
    assert layer.data["code"].tolist() == ["130100", "130200"]
    assert layer.data.index.tolist() == [0, 1]


def test_a_table_without_places_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"n": [1]}).to_parquet(path)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.no_coordinates"
