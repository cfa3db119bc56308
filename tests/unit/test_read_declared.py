"""What a file says it holds is held against what was read of it; nothing is read short in silence."""

import json
import sqlite3
import struct
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read import geopackage, read_layer
from geozone.read.geopackage import shortage, stale_index

COUNT = 600
VERTICES = 31
KML = '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def frame(count=COUNT):
    angles = np.linspace(0, 2 * np.pi, VERTICES)
    circle = 0.002 * np.column_stack([np.cos(angles), np.sin(angles)])
    circle[-1] = circle[0]
    centres = np.column_stack([117 + 0.01 * (np.arange(count) % 100), 40 + 0.01 * (np.arange(count) // 100)])
    names = [f"红线{number}" for number in range(count)]
    return gpd.GeoDataFrame({"name": names}, geometry=shapely.polygons(centres[:, None] + circle), crs=4490)


def kinds(layer, *severities):
    severities = severities or (Severity.ERROR, Severity.WARNING)
    return {finding.kind for finding in layer.findings if finding.severity in severities}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "red.gpkg"
    pyogrio.write_dataframe(frame(), path)
    return path


def with_zeroed_page(package, folder, page):
    raw = bytearray(package.read_bytes())
    raw[page * 4096 : (page + 1) * 4096] = bytes(4096)
    damaged = folder / f"{page}.gpkg"
    damaged.write_bytes(raw)
    return damaged


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7])
def test_a_zeroed_page_of_a_geopackage_costs_its_own_rows_only(package, tmp_path, part):
    damaged = with_zeroed_page(package, tmp_path, int(part * package.stat().st_size) // 4096)
    layer = read_layer(damaged, layer="red")
    named = [finding for finding in layer.findings if finding.kind == "record_broken"]
    assert "file_damaged" in kinds(layer, Severity.ERROR)
    assert 0 < len(named) < 20
    assert len(layer.data) == COUNT - len(named)
    lost = {int(finding.feature) for finding in named}
    assert sorted(layer.data.index) == sorted(set(range(1, COUNT + 1)) - lost)


def test_no_page_of_a_geopackage_is_lost_in_silence(package, tmp_path):
    for page in range(16, package.stat().st_size // 4096, 5):
        try:
            layer = read_layer(with_zeroed_page(package, tmp_path, page))
        except InputError:
            continue
        assert len(layer.data) == COUNT or "file_damaged" in kinds(layer, Severity.ERROR), page


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE gpkg_ogr_contents SET feature_count = 9999",
        "UPDATE gpkg_ogr_contents SET feature_count = NULL",
        "DROP TABLE gpkg_ogr_contents",
        "DELETE FROM rtree_red_geom_rowid WHERE rowid % 2",
    ],
)
def test_counts_that_are_out_of_date_are_no_damage(package, tmp_path, script):
    path = tmp_path / "stale.gpkg"
    path.write_bytes(package.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER trigger_insert_feature_count_red")
        database.execute("DROP TRIGGER trigger_delete_feature_count_red")
        database.execute(script)
        database.commit()
    layer = read_layer(path)
    assert len(layer.data) == COUNT
    assert kinds(layer) == set()
    assert stale_index(path, "red") is script.startswith("DELETE")


def test_rows_that_come_twice_are_doubted(package):
    numbers = np.r_[1:COUNT, COUNT - 1]
    assert shortage(package, "red", numbers) is None  # the table is sound, whoever read it twice
    assert shortage(package, "red", np.arange(1, COUNT)).stated == COUNT


def test_rows_without_geometry_do_not_hide_rows_that_were_lost(package, tmp_path):
    path = tmp_path / "red.gpkg"
    path.write_bytes(package.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM rtree_red_geom_rowid WHERE rowid <= 7")  # as if they had none
        database.commit()
    assert shortage(path, "red", np.arange(8, COUNT + 1)).stated == COUNT
    assert shortage(path, "red", np.arange(1, COUNT + 1)) is None


def test_a_view_without_an_end_is_refused(package, tmp_path, monkeypatch):
    monkeypatch.setattr(geopackage, "_BUDGET", geopackage._BUDGET // 20)
    path = tmp_path / "view.gpkg"
    path.write_bytes(package.read_bytes())
    endless = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, NULL AS geom FROM c"
    )
    reaching = (
        "SELECT fid, geom, gdal_get_pixel_value('/vsicurl/http://x/y.tif', 1, 'pixel', 0, 0) AS z FROM red"
    )
    plain = "SELECT fid, geom, name FROM red WHERE fid <= 10"
    with closing(sqlite3.connect(path)) as database:
        for name, words in {"endless": endless, "reaching": reaching, "plain": plain}.items():
            database.execute(f"CREATE VIEW {name} AS {words}")
            contents = "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, 4490)"
            database.execute(contents, (name, name))
            columns = "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', 4490, 0, 0)"
            database.execute(columns, (name,))
        database.commit()
    for name in ("endless", "reaching"):
        with pytest.raises(InputError, match=name):
            read_layer(path, layer=name)
    assert len(read_layer(path, layer="plain").data) == 10


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"numberMatched": 5000, "numberReturned": 3}, "page_of_more"),
        ({"totalFeatures": "5000"}, "page_of_more"),
        ({"context": {"matched": 5000, "returned": 3}}, "page_of_more"),
        ({"exceededTransferLimit": True}, "transfer_limit"),
        ({"properties": {"exceededTransferLimit": True}}, "transfer_limit"),
        ({"links": [{"rel": "self"}, {"rel": "next", "href": "x"}]}, "next_page"),
        ({"numberReturned": 4, "numberMatched": 4}, "file_damaged"),
        ({"pagination": {"total": 5000, "page": 1}}, "page_of_more"),
        ({"page": {"totalElements": 5000, "totalPages": 50}}, "page_of_more"),
        ({"count": 5000}, "page_of_more"),
        ({"hasMore": True}, "answer_incomplete"),
        ({"totalPages": 50, "page": 1}, "answer_incomplete"),
        ({"incomplete_results": True}, "answer_incomplete"),
        ({"remark": "runtime error: Query timed out after 25 seconds."}, "answer_incomplete"),
        ({"nextPageToken": "abc"}, "next_page"),
        ({"_links": {"next": {"href": "x"}}}, "next_page"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_a_page_of_a_service_is_said(tmp_path, monkeypatch, members, kind, large):
    if large:
        monkeypatch.setattr("geozone.read.geojson.CHECKED_WHOLE", 0)
    document = json.loads(frame(3).to_json())
    for end in ({**members, **document}, {**document, **members}):
        path = tmp_path / "page.geojson"
        path.write_text(json.dumps(end, ensure_ascii=False), encoding="utf-8")
        assert kind in kinds(read_layer(path), Severity.ERROR)


@pytest.mark.parametrize(
    "members",
    [
        {"numberMatched": 3, "numberReturned": 3, "totalFeatures": 3},
        {"numberMatched": "unknown"},
        {"exceededTransferLimit": False},
        {"count": 3, "hasMore": False, "remark": "红线"},
        {"total": 3, "totalPages": 3, "next": ""},
        {"links": [{"rel": "self", "href": "x"}], "name": "next", "next": None},
    ],
)
def test_a_service_that_gave_all_is_not_doubted(tmp_path, members):
    path = tmp_path / "all.geojson"
    path.write_text(json.dumps(json.loads(frame(3).to_json()) | members), encoding="utf-8")
    assert kinds(read_layer(path)) == set()


def test_esri_json_that_reached_the_transfer_limit_is_said(tmp_path):
    document = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4490},
        "fields": [{"name": "name", "type": "esriFieldTypeString"}],
        "features": [
            {
                "attributes": {"name": "a"},
                "geometry": {"rings": [[[117, 40], [117, 41], [118, 40], [117, 40]]]},
            }
        ],
    }
    path = tmp_path / "layer.json"
    for end, expected in (
        (document, set()),
        (document | {"exceededTransferLimit": True}, {"transfer_limit"}),
    ):
        path.write_text(json.dumps(end), encoding="utf-8")
        assert kinds(read_layer(path)) == expected


@pytest.mark.parametrize("schema", [True, False])
def test_gml_that_is_cut_off_says_so(tmp_path, schema):
    path = tmp_path / "red.gml"
    pyogrio.write_dataframe(frame(30), path)
    if not schema:
        path.with_suffix(".xsd").unlink()
    raw = path.read_bytes()
    assert kinds(read_layer(path)) <= {"crs_inferred_degrees"}
    path.write_bytes(raw[: len(raw) // 2])
    layer = read_layer(path)
    assert 5 < len(layer.data) < 20
    assert "markup_broken" in kinds(layer, Severity.ERROR)


def test_kml_that_is_cut_off_yields_what_is_whole(tmp_path):
    path = tmp_path / "cut.kml"
    body = placemark(f"<Polygon>{outer(ring(117))}</Polygon>")
    whole = KML.format(body * 5)
    path.write_text(whole[: -len(body)], encoding="utf-8")
    layer = read_layer(path)
    assert (len(layer.data), kinds(layer)) == (4, {"markup_broken"})


def test_a_page_of_a_feature_service_in_gml_is_said(tmp_path):
    path = tmp_path / "red.gml"
    pyogrio.write_dataframe(frame(3), path)
    words = path.read_text("utf-8").replace(
        "<ogr:FeatureCollection", '<ogr:FeatureCollection numberMatched="5000" numberReturned="3"', 1
    )
    path.write_text(words, encoding="utf-8")
    assert "page_of_more" in kinds(read_layer(path), Severity.ERROR)


def test_a_feature_service_that_stopped_in_its_answer_is_said(tmp_path):
    path = tmp_path / "red.gml"
    pyogrio.write_dataframe(frame(3), path)
    end = "</ogr:FeatureCollection>"
    words = path.read_text("utf-8").replace(end, f"<truncatedResponse/>{end}")
    path.write_text(words, encoding="utf-8")
    assert "answer_incomplete" in kinds(read_layer(path), Severity.ERROR)


def ring(west, south=40.0, size=0.1):
    places = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    words = " ".join(f"{west + x:.4f},{south + y:.4f},0" for x, y in places)
    return f"<LinearRing><coordinates>{words}</coordinates></LinearRing>"


def outer(*rings):
    return f"<outerBoundaryIs>{''.join(rings)}</outerBoundaryIs>"


def inner(*rings):
    return f"<innerBoundaryIs>{''.join(rings)}</innerBoundaryIs>"


def placemark(*geometries):
    return f"<Placemark><name>红线</name>{''.join(geometries)}</Placemark>"


@pytest.mark.parametrize(
    ("body", "squares"),
    [
        (placemark(f"<Polygon>{outer(ring(117))}{outer(ring(118))}</Polygon>"), 2.0),
        (placemark(f"<Polygon>{outer(ring(117), ring(118))}</Polygon>"), 2.0),
        (placemark(f"<Polygon>{outer(ring(117))}</Polygon>", f"<Polygon>{outer(ring(118))}</Polygon>"), 2.0),
        (
            placemark(
                f"<Polygon>{outer(ring(117))}{outer(ring(118))}{inner(ring(118.02, 40.02, 0.05))}</Polygon>"
            ),
            1.75,
        ),
        (
            placemark(
                f"<Polygon>{outer(ring(117))}{inner(ring(117.01, 40.01, 0.02), ring(117.05, 40.05, 0.02))}</Polygon>"
            ),
            0.92,
        ),
        (
            placemark(
                f"<MultiGeometry><Polygon>{outer(ring(117), ring(118))}</Polygon>"
                "<Point><coordinates>119,40</coordinates></Point></MultiGeometry>"
            ),
            2.0,
        ),
    ],
)
def test_every_ring_of_a_kml_boundary_is_read_and_said(tmp_path, body, squares):
    path = tmp_path / "rings.kml"
    path.write_text(KML.format(body), encoding="utf-8")
    layer = read_layer(path)
    assert layer.data["name"].tolist() == ["红线"]
    assert shapely.area(layer.data.geometry.values).sum() == pytest.approx(squares * 0.01, rel=1e-9)
    assert kinds(layer) == {"rings_separated"}


def test_what_a_kml_file_links_to_is_said(tmp_path):
    link = "<NetworkLink><Link><href>http://127.0.0.1/x.kml</href></Link></NetworkLink>"
    area = placemark(f"<Polygon>{outer(ring(117))}</Polygon>")
    path = tmp_path / "linked.kml"
    path.write_text(KML.format(link + area), encoding="utf-8")
    assert kinds(read_layer(path)) == {"link_not_followed"}
    path.write_text(KML.format(link), encoding="utf-8")
    with pytest.raises(InputError, match="NetworkLink"):
        read_layer(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_sound_kml_file_has_no_findings(tmp_path, encoding):
    area = placemark(f"<Polygon>{outer(ring(117))}{inner(ring(117.01, 40.01, 0.02))}</Polygon>")
    path = tmp_path / "sound.kml"
    path.write_bytes(KML.format(area * 3).replace("?>", f' encoding="{encoding}"?>', 1).encode(encoding))
    layer = read_layer(path)
    assert (len(layer.data), kinds(layer)) == (3, set())


@pytest.mark.parametrize("victim", ["mif", "mid"])
def test_an_interchange_file_whose_halves_differ_says_so(tmp_path, victim):
    path = tmp_path / "red.mif"
    pyogrio.write_dataframe(frame(20), path, driver="MapInfo File", ENCODING="UTF-8")
    assert kinds(read_layer(path)) == set()
    half = path.with_suffix(f".{victim}")
    lines = half.read_text("utf-8").splitlines(keepends=True)
    half.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    try:
        layer = read_layer(path)
    except InputError:
        return
    assert len(layer.data) == 20 or "file_damaged" in kinds(layer, Severity.ERROR)


@pytest.mark.parametrize(
    ("affine", "found"), [(' Affine Units "m", 1, 0, 30000, 0, 1, 0', {"affine_ignored"}), ("", set())]
)
def test_an_affine_transformation_of_mapinfo_is_said(tmp_path, affine, found):
    path = tmp_path / "red.mif"
    pyogrio.write_dataframe(frame(2).to_crs(4548), path, driver="MapInfo File")
    words = path.read_text("gb18030")
    begin = words.index("CoordSys")
    end = words.index("\n", begin)
    path.write_text(f"{words[:end].rstrip()}{affine}{words[end:]}", "gb18030")
    assert kinds(read_layer(path)) == found


def test_a_ring_with_two_lists_of_coordinates_is_said(tmp_path):
    twice = ring(117.0).replace("</LinearRing>", ring(118.0).replace("<LinearRing>", ""))
    for rings, found in ((ring(117.0), set()), (twice, {"rings_lost"})):
        path = tmp_path / "red.kml"
        path.write_text(
            KML.format(f"<Placemark><Polygon>{outer(rings)}</Polygon></Placemark>"), encoding="utf-8"
        )
        assert kinds(read_layer(path)) == found


@pytest.mark.parametrize(
    ("numbers", "found"), [((1, 0, 30000, 0, 1, 0), {"affine_ignored"}), ((1, 0, 0, 0, 1, 0), set())]
)
def test_an_affine_transformation_in_a_binary_map_is_said(tmp_path, numbers, found):
    path = tmp_path / "red.tab"
    pyogrio.write_dataframe(frame(2).to_crs(4548), path, driver="MapInfo File")
    assert "affine_ignored" not in kinds(read_layer(path))
    header = bytearray(path.with_suffix(".map").read_bytes())
    struct.pack_into("<B7x6d", header, 0x200, 1, *numbers)
    path.with_suffix(".map").write_bytes(header)
    assert kinds(read_layer(path)) & {"affine_ignored"} == found


@pytest.mark.parametrize(("boundary", "found"), [("outer", set()), ("inner", {"holes_alone"})])
def test_a_polygon_of_holes_alone_is_told(tmp_path, boundary, found):
    ring = "117,39 117.1,39 117.1,39.1 117,39.1 117,39"
    ring = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    shape = f"<Polygon><{boundary}BoundaryIs>{ring}</{boundary}BoundaryIs></Polygon>"
    mark = f"<Placemark><name>a</name>{shape}</Placemark>"
    path = tmp_path / "red.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>', "utf-8")
    assert kinds(read_layer(path)) == found
