"""Every file of the collection of real and broken files ends as agreed, and the right ones are right."""

import json

import numpy as np
import pytest
import readers
import shapely

from geozone.checks import check
from geozone.model import CRS
from geozone.overlay.plane import area_km2
from geozone.read import read_layer

if not readers.TESTDATA.is_dir():
    pytest.skip("the collection of test files is not here", allow_module_level=True)

EXPECTED = json.loads(readers.EXPECTED.read_text("utf-8"))
BTH = readers.TESTDATA / "messy_bth"
# the same 27 counties, by the file and the CRS that it has to be given where it cannot be known
COUNTIES = {
    "承德天津_CGCS2000_3度39带.shp": None,
    "zone39_prefix_noprj/县区界.shp": None,
    "cm117_noprefix_noprj/县区界.shp": "EPSG:4548",
    "swapped_latlon/swapped.shp": None,
    "wrong_prj_says_wgs84/wrong.shp": "EPSG:4527",
    "cpg_lies_utf8/lies.shp": None,
    "ldid_4d/ldid.shp": None,
    "missing_shx/county.shp": None,
    "红线数据_gbk文件名.zip": None,
    "formats/county.fgb": None,
    "formats/county.gdb": None,
    "formats/county.gml": None,
    "formats/county.kml": None,
    "formats/county.kmz": None,
    "formats/county_gbk.tab": None,
    "formats/county_gbk.mif": None,
    "formats/county_wkt_gbk.csv": None,
}


def test_no_file_is_left_out():
    names = {path.relative_to(readers.TESTDATA).as_posix() for path in readers.files(readers.TESTDATA)}
    assert names == {name.split("|")[0] for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_file_ends_as_agreed(name):
    file, _, layer = name.partition("|")
    outcome, found = readers.read(readers.TESTDATA / file, layer or None)
    expected = EXPECTED[name]
    assert outcome == readers.Outcome(**expected | {"kinds": tuple(expected["kinds"])})
    if found is not None:
        assert found.data.crs == CRS
        assert not shapely.has_z(np.asarray(found.data.geometry.values)).any()
        assert len(found.data) == outcome.features


@pytest.fixture(scope="module")
def truth():
    data = read_layer(BTH / "cgcs2000_geographic_gbk" / "county.shp").data
    assert len(data) == 27
    return data.set_index("name").geometry


def names_of(data):
    for column in ("name", "行政区名_"):  # MapInfo cut the field names when the file was written
        if column in data.columns and data[column].notna().all():
            return data[column]
    raise AssertionError(data.columns)


@pytest.mark.parametrize("file", COUNTIES)
def test_names_areas_and_places_are_those_of_the_truth(file, truth):
    data = read_layer(BTH / file, crs=COUNTIES[file]).data
    names = names_of(data)
    assert sorted(names) == sorted(truth.index)
    expected = truth.loc[names]
    areas, right = (area_km2(np.asarray(values), CRS) for values in (data.geometry.values, expected.values))
    # formats that round coordinates to five places, and straight edges of a plane that are none on the ground
    np.testing.assert_allclose(areas, right, rtol=2e-4)
    boxes = np.abs(data.geometry.bounds.to_numpy() - expected.bounds.to_numpy())
    assert boxes.max() < 2e-5


def test_another_datum_is_said_and_keeps_its_areas(truth):
    layer = read_layer(BTH / "xian80_zone39" / "xian80.shp")
    areas = area_km2(np.asarray(layer.data.geometry.values), CRS)
    np.testing.assert_allclose(
        areas, area_km2(np.asarray(truth.loc[layer.data["name"]].values), CRS), rtol=1e-3
    )


def test_a_truncated_file_keeps_its_first_twenty(truth):
    layer = read_layer(BTH / "truncated" / "county.shp")
    cut = next(finding for finding in layer.findings if finding.kind == "shp_cut")
    assert (cut.message.params["whole"], cut.message.params["lost"]) == (20, 7)
    assert set(layer.data["name"]) <= set(truth.index)


def test_all_nine_faults_are_found():
    kinds = {finding.kind for finding in check(read_layer(BTH / "faults_county.gpkg"))}
    assert {
        "ring_self_intersection", "spike", "hole_outside", "geometry_null", "geometry_empty", "overlap",
        "geometry_collection", "duplicate",
    } <= kinds  # fmt: skip


def test_names_of_rivers_are_readable():
    names = set(read_layer(readers.TESTDATA / "ngcc_1to4m_gbk" / "hyd2_4l.shp").data["name"].dropna())
    assert {"黄河", "长江", "海河"} & names


@pytest.mark.parametrize("file", ["110000.geojson", "120000.geojson"])
def test_web_map_data_falls_on_the_boundary_once_converted(file):
    path = readers.TESTDATA / "amap_gcj02" / file
    assert [finding.kind for finding in read_layer(path).findings] == ["datum_shifted"]
    assert read_layer(path, crs="GCJ-02").findings == []
