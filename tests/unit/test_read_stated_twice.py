"""What a file says of its places in more places than one: a column of systems, frames of pictures, a member named twice."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box, mapping
from told import kinds

import geozone
from geozone.errors import InputError
from geozone.read.datum import points_to_wgs84

SQUARE = box(117.35, 40.05, 117.45, 40.15)


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), "utf-8")
    return path


def points(layer) -> list[tuple[float, float]]:
    return [(point.x, point.y) for point in layer.data.geometry]


def test_a_column_of_systems_is_that_of_the_coordinates(tmp_path):
    rows = ("A,117.206,40.0012,GCJ-02", "B,117.3064,40.1013,GCJ02")
    layer = geozone.read_layer(written(tmp_path / "p.csv", "name,经度,纬度,坐标系", *rows))
    wanted = points_to_wgs84(np.array([[117.206, 40.0012], [117.3064, 40.1013]]), "GCJ-02")
    assert np.allclose(points(layer), wanted)
    metres = written(tmp_path / "m.csv", "name,X,Y,EPSG", "A,517076.12,4429672.33,4548")
    assert points(geozone.read_layer(metres))[0] == pytest.approx((117.2, 40.0011), abs=1e-4)


def test_rows_of_several_systems_are_refused_and_an_unknown_one_is_told(tmp_path):
    mixed = written(tmp_path / "p.csv", "name,经度,纬度,坐标系", "A,117.2,40,GCJ02", "B,117.3,40,WGS84")
    with pytest.raises(InputError, match="GCJ02, WGS84"):
        geozone.read_layer(mixed)
    local = written(tmp_path / "l.csv", "name,经度,纬度,坐标系", "A,117.2,40,地方独立坐标系")
    assert "system_unknown" in kinds(geozone.read_layer(local))
    national = written(tmp_path / "n.csv", "name,经度,纬度,坐标系", "A,117.2,40,CGCS2000", "B,117.3,40,WGS84")
    assert len(geozone.read_layer(national).data) == 2


def test_a_column_may_state_the_zone_of_metres(tmp_path):
    cell = "CGCS2000 / 3-degree Gauss-Kruger CM 117E"
    one = written(tmp_path / "m.csv", "name,X,Y,坐标系", f"A,517076.12,4429672.33,{cell}")
    assert points(geozone.read_layer(one))[0] == pytest.approx((117.2, 40.0011), abs=1e-4)
    other = f"B,517076.12,4429672.33,{cell.replace('117', '114')}"
    two = written(tmp_path / "t.csv", "name,X,Y,坐标系", f"A,517076.12,4429672.33,{cell}", other)
    with pytest.raises(InputError, match="CM 114E"):
        geozone.read_layer(two)


def test_a_column_that_contradicts_the_headings_is_told_and_not_taken(tmp_path):
    path = written(tmp_path / "p.csv", "name,WGS84经度,WGS84纬度,坐标系", "A,117.2,40,GCJ02")
    layer = geozone.read_layer(path)
    assert points(layer) == [(117.2, 40.0)]
    assert "system_unused" in kinds(layer)
    assert not any(decision.value == "GCJ-02" for decision in layer.decisions)
    agreeing = written(tmp_path / "a.csv", "name,WGS84经度,WGS84纬度,坐标系", "A,117.2,40,CGCS2000")
    assert "system_unused" not in kinds(geozone.read_layer(agreeing))


def test_letters_of_axes_with_degrees_and_minutes_are_angles(tmp_path):
    table = written(tmp_path / "p.csv", "name,E度,E分,E秒,N度,N分,N秒", "A,117,12,0,40,6,0")
    assert points(geozone.read_layer(table)) == [pytest.approx((117.2, 40.1))]


def test_the_frame_of_a_picture_is_no_area(tmp_path):
    ring = " ".join(f"{x},{y}" for x, y in SQUARE.exterior.coords)
    frame = "<north>40.15</north><south>40.05</south><east>117.45</east><west>117.35</west>"
    path = written(
        tmp_path / "p.kml",
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<GroundOverlay><LatLonBox>{frame}</LatLonBox></GroundOverlay>",
        f"<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>",
        "</outerBoundaryIs></Polygon></Placemark></Document></kml>",
    )
    layer = geozone.read_layer(path)
    assert len(layer.data) == 1
    assert "not_a_feature" in kinds(layer)


def test_features_that_a_document_names_twice_all_count(tmp_path):
    feature = json.dumps({"type": "Feature", "properties": {}, "geometry": mapping(SQUARE)})
    document = f'{{"type": "FeatureCollection", "features": [{feature}], "features": [{feature}]}}'
    layer = geozone.read_layer(written(tmp_path / "twice.geojson", document))
    assert len(layer.data) == 2
    assert "features_repeated" in kinds(layer)


def test_a_national_system_that_leads_out_of_china_and_angles_in_radians_are_told(tmp_path):
    for code, place in (
        (4490, box(2.04, 0.69, 2.05, 0.70)),
        (4490, box(10, 50, 11, 51)),
        (4326, box(2.04, 0.69, 2.05, 0.7)),
    ):
        gpd.GeoDataFrame(geometry=[place], crs=code).to_file(tmp_path / "abroad.gpkg")
        assert "outside_china" in kinds(geozone.read_layer(tmp_path / "abroad.gpkg"))
    for place in (box(10, 50, 11, 51), box(0, 0, 1, 1)):
        gpd.GeoDataFrame(geometry=[place], crs=4326).to_file(tmp_path / "abroad.gpkg")
        assert "outside_china" not in kinds(geozone.read_layer(tmp_path / "abroad.gpkg"))
