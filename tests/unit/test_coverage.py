"""Coverage: small cases in closed form, traps, and files."""

import warnings
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from samples import frame, sample_layers, sample_units

import geozone
from geozone.errors import ConservationError, DataError, GeozoneWarning, InputError, UsageError
from geozone.model import Severity
from geozone.overlay.coverage import attribution, coverage
from geozone.overlay.cutting import cut_up, polygons_in
from geozone.overlay.guard import Guard
from geozone.overlay.losses import told
from geozone.overlay.plane import area_km2
from geozone.overlay.stream import coverage_of_file
from geozone.overlay.wkb import read_outlines
from geozone.overlay.zone_grid import make_sheets

CRS = "EPSG:4490"
CELL = 9549.52009397  # km², 1° cell 39-40N


def box(west, south, east, north):
    """A box of tenths of a degree from 116E 39N; inside the cell its areas are sums of parallels' strips."""
    return shapely.box(116 + west / 10, 39 + south / 10, 116 + east / 10, 39 + north / 10)


ZONE = frame(box(0, 0, 10, 10), key=["zone"])


def wavy(count, west=116.0, south=39.0, size=1.0):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = size * (0.4 + 0.05 * np.sin(40 * angle))
    return shapely.Polygon(
        np.column_stack([west + size / 2 + radius * np.cos(angle), south + size / 2 + radius * np.sin(angle)])
    )


def test_overlapping_features_count_once():
    table = coverage(frame(box(0, 0, 6, 10), box(4, 0, 10, 10)), ZONE, by="key")
    assert list(table.columns) == ["zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features"]
    row = table.loc["zone"]
    assert row.zone_km2 == pytest.approx(CELL, rel=1e-11)
    assert row.gross_km2 == pytest.approx(1.2 * CELL, rel=1e-11)
    assert row.net_km2 == pytest.approx(CELL, rel=1e-11)
    assert row.overlap_km2 == pytest.approx(0.2 * CELL, rel=1e-10)
    assert row.share == pytest.approx(1, rel=1e-11)
    assert row.features == 2


def test_each_piece_of_ground_belongs_to_the_first_feature():
    layer = frame(box(0, 0, 6, 10), box(4, 0, 10, 10), box(5, 0, 7, 10))
    layer.index = ["first", "second", "third"]
    owned = attribution(layer, ZONE, by="key").own_km2
    assert owned["first", "zone"] == pytest.approx(0.6 * CELL, rel=1e-11)
    assert owned["second", "zone"] == pytest.approx(0.4 * CELL, rel=1e-11)
    assert owned["third", "zone"] == pytest.approx(0, abs=1e-9)


def test_two_identical_layers_cover_what_one_covers():
    shapes = [wavy(200), box(2, 2, 8, 3)]
    once, twice = coverage(frame(*shapes), ZONE), coverage(frame(*shapes, *shapes), ZONE)
    assert twice.net_km2[0] == pytest.approx(once.net_km2[0], rel=1e-12)
    assert twice.gross_km2[0] == pytest.approx(2 * once.gross_km2[0], rel=1e-12)


def test_a_layer_that_covers_everything():
    # one feature of 100,000 vertices under 2,000 small ones, in either order
    big = wavy(100_000, size=3.0, west=115.0, south=38.0).buffer(0)
    random = np.random.default_rng(2)
    corners = np.add(random.uniform(0, 0.95, (2000, 2)), [116, 39])
    small = shapely.box(*corners.T, *(corners + 0.03).T)
    for shapes in ([big, *small], [*small, big]):
        row = coverage(frame(*shapes), ZONE).iloc[0]
        assert row.net_km2 == pytest.approx(CELL, rel=1e-11)
        assert row.features == 2001


def test_a_zone_smaller_than_one_feature():
    zones = frame(box(4, 4, 4.01, 4.01), box(9.99, 5, 10.01, 5.01))
    table = coverage(ZONE, zones)
    assert table.net_km2.to_list() == pytest.approx((table.zone_km2 * [1, 0.5]).to_list(), rel=1e-9)


def test_features_that_only_touch_do_not_overlap():
    cells = [box(x, y, x + 1, y + 1) for x in range(10) for y in range(10)]
    row = coverage(frame(*cells), ZONE).iloc[0]
    assert row.net_km2 == pytest.approx(CELL, rel=1e-11)
    assert row.overlap_km2 == pytest.approx(0, abs=1e-8)
    assert row.features == 100


def test_a_neighbour_that_touches_the_zone_is_no_feature_of_it():
    row = coverage(frame(box(10, 0, 12, 10), box(20, 20, 21, 21)), ZONE).iloc[0]
    assert row.features == 0
    assert row.net_km2 == 0


def test_rings_nested_in_each_other_count_the_ground_between_them():
    rings = [box(level, level, 10 - level, 10 - level) for level in range(5)]
    layers = [shapely.Polygon(one.exterior, [two.exterior]) for one, two in pairwise(rings)]
    row = coverage(frame(layers[0], layers[2], rings[4]), ZONE).iloc[0]
    expected = sum(area_km2(layer, CRS)[0] for layer in (layers[0], layers[2], rings[4]))
    assert row.net_km2 == pytest.approx(expected, rel=1e-12)
    assert row.overlap_km2 == pytest.approx(0, abs=1e-9)


def test_ten_thousand_features_on_one_spot():
    random = np.random.default_rng(5)
    shift = np.add(random.uniform(-0.01, 0.01, (10_000, 2)), [116.5, 39.5])
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    shapes = shapely.polygons(
        shift[:, None, :] + 0.05 * np.column_stack([np.cos(angle), np.sin(angle)])[None]
    )
    row = coverage(frame(*shapes), ZONE).iloc[0]
    union = shapely.union_all(shapes)
    assert row.features == 10_000
    # the reference is united in degrees, where edges bend a little otherwise
    assert row.net_km2 == pytest.approx(area_km2(union, CRS)[0], rel=1e-7)


def test_a_spot_of_identical_features():
    row = coverage(frame(*[wavy(50)] * 200), ZONE).iloc[0]
    assert row.net_km2 == pytest.approx(area_km2(wavy(50), CRS)[0], rel=1e-12)
    assert row.gross_km2 == pytest.approx(200 * row.net_km2, rel=1e-12)


def test_zones_may_overlap_and_leave_gaps():
    zones = frame(box(0, 0, 5, 10), box(0, 0, 10, 10), box(4, 0, 6, 10), key=["half", "whole", "middle"])
    table = coverage(frame(box(0, 0, 10, 10)), zones, by="key")
    assert table.share.to_list() == pytest.approx([1, 1, 1], rel=1e-11)
    assert table.net_km2["middle"] == pytest.approx(0.2 * CELL, rel=1e-11)


def test_rows_with_one_key_are_one_zone():
    zones = frame(box(0, 0, 5, 10), box(4, 0, 10, 10), key=["a", "a"])
    table = coverage(frame(box(3, 0, 6, 10)), zones, by="key")
    assert table.index.to_list() == ["a"]
    assert table.zone_km2["a"] == pytest.approx(CELL, rel=1e-11)
    assert table.net_km2["a"] == pytest.approx(0.3 * CELL, rel=1e-11)


def test_empty_zones_and_layers():
    zones = frame(shapely.Polygon(), None, box(0, 0, 10, 10))
    table = coverage(frame(), zones)
    assert table.net_km2.to_list() == [0, 0, 0]
    assert np.isnan(table.share[0])
    assert table.share[2] == 0
    assert len(coverage(frame(box(0, 0, 1, 1)), frame())) == 0


def test_anything_but_polygons_has_no_area():
    layer = frame(
        None,
        shapely.Point(116.5, 39.5),
        box(1, 1, 2, 2).exterior,
        shapely.GeometryCollection([shapely.GeometryCollection([box(0, 0, 5, 10)]), shapely.Point(116, 39)]),
    )
    row = coverage(layer, ZONE).iloc[0]
    assert row.net_km2 == pytest.approx(CELL / 2, rel=1e-11)
    assert row.features == 1


def test_height_and_measure_are_left_out():
    shapes = [
        shapely.force_3d(box(0, 0, 5, 10), 100.0),
        shapely.from_wkt("POLYGON ZM ((116 39 1 2, 117 39 1 2, 117 40 1 2, 116 40 1 2, 116 39 1 2))"),
    ]
    assert coverage(frame(*shapes), ZONE).net_km2[0] == pytest.approx(CELL, rel=1e-11)


def test_an_outline_that_crosses_itself_is_repaired_and_recorded():
    bow_tie = shapely.Polygon([(116, 39), (117, 40), (117, 39), (116, 40)])
    table = coverage(frame(box(0, 0, 1, 1), bow_tie), ZONE)
    assert table.net_km2[0] > 0.49 * CELL
    (repair,) = table.attrs["repairs"]
    assert (repair["feature"], repair["method"]) == (1, "structure")
    assert repair["after_km2"] > repair["before_km2"]


def test_a_feature_with_coordinates_that_are_not_numbers_is_dropped_and_recorded():
    with np.errstate(invalid="ignore"):
        broken = shapely.polygons([[(116.0, 39.0), (117.0, np.nan), (117.0, 40.0), (116.0, 39.0)]])[0]
    table = coverage(frame(box(0, 0, 5, 10), broken), ZONE)
    assert table.net_km2[0] == pytest.approx(CELL / 2, rel=1e-11)
    assert table.attrs["repairs"][0]["method"] == "dropped"


def test_a_pair_that_fails_is_repaired_alone():
    bow_tie = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    guard = Guard()
    one = np.array([shapely.box(0, 0, 500, 500), bow_tie], dtype=object)
    other = np.array([shapely.box(0, 0, 500, 500), shapely.box(0, 0, 1000, 1000)], dtype=object)
    found = guard.intersection(one, other, np.array([7, 8]))
    assert shapely.area(found).tolist() == pytest.approx([250_000, 500_000])
    assert [(repair.feature, repair.method) for repair in guard.repairs] == [(8, "pair_structure")]


def test_parts_that_do_not_add_up_are_an_error():
    with pytest.raises(ConservationError) as caught:
        Guard().check(np.array([1e6, 2e6]), np.array([1e6, 2.1e6]), np.array([4e3, 6e3]), np.array([3, 4]))
    assert caught.value.message.params["feature"] == 4


def test_a_crs_and_a_key_are_asked_for():
    with pytest.raises(UsageError) as caught:
        coverage(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)]), ZONE)
    assert caught.value.message.key == "overlay.no_crs"
    with pytest.raises(UsageError) as caught:
        coverage(ZONE, ZONE, by="code")
    assert caught.value.message.key == "overlay.no_field"


def test_layers_in_other_crs_give_the_same_areas():
    layer = frame(*(wavy(1000, 116 + x / 2, 39 + y / 2, 0.6) for x in range(2) for y in range(2)))
    table = coverage(layer, ZONE)
    for crs in ("EPSG:4326", "EPSG:4527", "EPSG:3857", "EPSG:4549"):
        other = coverage(layer.to_crs(crs), ZONE)
        assert other.net_km2[0] == pytest.approx(table.net_km2[0], rel=1e-7), crs


def test_the_number_of_threads_does_not_matter():
    random = np.random.default_rng(1)
    shapes = [wavy(30, *np.add(random.uniform(0, 0.9, 2), [116, 39]), 0.1) for _ in range(1000)]
    zones = sample_units().query("level == 'county'")
    one, two = (coverage(frame(*shapes), zones, by="code", threads=count) for count in (1, 3))
    assert one.equals(two)


def test_the_grid_never_disagrees_with_the_geometry():
    random = np.random.default_rng(4)
    zones = np.array(
        [wavy(400, size=1000.0, west=x, south=y) for x in (0, 1000) for y in (0, 1000)], dtype=object
    )
    (sheet,) = make_sheets(zones, 64)
    corner, size = random.uniform(-300, 2200, (4000, 2)), random.exponential(30, (4000, 2))
    boxes = np.column_stack([corner, corner + size])
    place = sheet.classify(boxes)
    shapes = shapely.box(*boxes.T)
    assert {-2, -1, 0, 1, 2, 3} == set(place.tolist())
    for zone in range(4):
        assert shapely.contains(sheet.polygons[zone], shapes[place == zone]).all()
    assert not shapely.intersects(shapes[place == -1], shapely.union_all(zones)).any()


def test_pieces_of_a_large_polygon_add_up():
    polygon = shapely.Polygon(
        wavy(20_000, size=1e5).exterior, [wavy(5000, west=3e4, south=3e4, size=4e4).exterior]
    )
    pieces, owner = cut_up(np.array([polygon], dtype=object))
    assert shapely.area(pieces).sum() == pytest.approx(polygon.area, rel=1e-12)
    assert shapely.get_num_coordinates(pieces).max() <= 256
    assert set(owner.tolist()) == {0}


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_outlines_are_read_as_geos_reads_them(flavor):
    shapes = [
        box(0, 0, 1, 1),
        shapely.MultiPolygon(
            [shapely.Polygon(box(0, 0, 9, 9).exterior, [box(1, 1, 2, 2).exterior]), box(9, 9, 10, 10)]
        ),
        shapely.force_3d(box(0, 0, 1, 2)),
        shapely.Polygon(),
        shapely.Point(1, 2),
        shapely.from_wkt("POLYGON ZM ((0 0 1 2, 1 0 1 2, 1 1 1 2, 0 0 1 2))"),
        shapely.GeometryCollection([box(0, 0, 1, 1)]),
    ]
    wkb = [shapely.to_wkb(shape, flavor=flavor, output_dimension=4) for shape in shapes]
    wkb += [b"", shapely.to_wkb(shapes[1], byte_order=0), wkb[0][:60]]
    offsets = np.cumsum([0, *(len(one) for one in wkb)])
    outlines, positions, rest = read_outlines(np.frombuffer(b"".join(wkb), np.uint8), offsets)
    assert positions.tolist() == [0, 1, 2, 5]
    assert rest.tolist() == [3, 4, 6, 7, 8, 9]
    for found, position in zip(outlines.geometries(), positions, strict=True):
        assert shapely.equals(found, shapely.force_2d(shapes[position]))


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "shp", "geojson", "parquet"])
def test_a_file_gives_what_its_table_gives(tmp_path, suffix):
    random = np.random.default_rng(3)
    shapes = [wavy(20, *np.add(random.uniform(0, 0.9, 2), [116, 38.5]), 0.1) for _ in range(300)]
    shapes[5] = shapely.MultiPolygon([shapes[5], shapely.affinity.translate(shapes[5], 0.5, 0)])
    shapes[7] = shapely.Polygon([(116, 39), (117, 40), (117, 39), (116, 40)])
    layer, zones = frame(*shapes), sample_units().query("level == 'county'")
    path = tmp_path / f"layer.{suffix}"
    if suffix == "parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path, promote_to_multi=True)
    expected, found = coverage(layer, zones, by="code"), coverage_of_file(path, zones, by="code")
    for column in expected.columns:
        assert found[column].to_list() == pytest.approx(expected[column].to_list(), rel=1e-9, abs=1e-9)
    assert len(found.attrs["repairs"]) == 1


def test_a_projected_file_with_heights_missing_rows_and_several_layers(tmp_path):
    path = tmp_path / "layers.gpkg"
    shapes = [shapely.force_3d(wavy(50), 10.0), None, shapely.Polygon(), wavy(40, 116.2)]
    frame(*shapes).to_crs("EPSG:4527").to_file(path, layer="red")
    frame(box(0, 0, 1, 1)).to_file(path, layer="other")
    with pytest.raises(UsageError) as caught:
        coverage_of_file(path, ZONE)
    assert caught.value.message.params["layers"] == "red, other"
    found = coverage_of_file(path, ZONE, layer="red")
    expected = coverage(frame(*shapes).to_crs("EPSG:4527"), ZONE)
    assert found.net_km2[0] == pytest.approx(expected.net_km2[0], rel=1e-12)
    assert found.features[0] == 2
    with pytest.raises(InputError):
        coverage_of_file(path, ZONE, layer="green")


def test_a_file_without_crs_or_with_a_wrong_one_is_refused(tmp_path):
    path = tmp_path / "silent.shp"
    frame(shapely.box(39_500_000, 4_300_000, 39_501_000, 4_301_000)).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(UsageError) as caught:
        coverage_of_file(path, ZONE)
    assert caught.value.message.key == "overlay.file_without_crs"
    with pytest.raises(DataError):
        coverage_of_file(path, ZONE, crs=CRS)
    assert coverage_of_file(path, ZONE, crs="EPSG:4527").gross_km2[0] == 0


@pytest.mark.parametrize("nothing", [None, shapely.Polygon()])
def test_rows_without_geometry_do_not_cost_the_others(tmp_path, nothing):
    # GDAL starts its Arrow offsets anew at such a row of a FlatGeobuf file without index
    boxes = [box(number, 0, number + 0.5, 1) for number in range(6)]
    shapes = frame(*boxes[:3], nothing, *boxes[3:])
    shapes.to_file(path := tmp_path / "layer.fgb", SPATIAL_INDEX="NO")
    table = coverage_of_file(path, ZONE, by="key")
    pd.testing.assert_frame_equal(table, coverage(frame(*boxes), ZONE, by="key"), check_exact=False)
    assert table.attrs["repairs"] == []


def test_a_flatgeobuf_with_a_broken_row_is_no_smaller_layer(tmp_path):
    path = tmp_path / "layer.fgb"
    frame(*(box(number / 50, 0, number / 50 + 0.01, 1) for number in range(300))).to_file(path)
    raw = bytearray(path.read_bytes())
    middle = len(raw) * 3 // 4
    raw[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(raw)
    table = coverage_of_file(path, ZONE, by="key")
    [lost] = [finding for finding in told(table) if finding.kind == "records_broken"]
    assert lost.severity is Severity.ERROR
    count = lost.message.params["count"]
    assert 0 < count < 20
    assert table.features.iloc[0] == 300 - count


def test_neighbours_of_a_zone_do_not_count_in_it():
    # triangles with sloping sides, zones made of them: rounding must not leave slivers that count
    places = np.random.default_rng(3).uniform([116, 39], [117, 40], (300, 2))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(places)))
    group = np.arange(len(triangles)) % 5
    zones = frame(*(shapely.union_all(triangles[group == number]) for number in range(5)), key=list("abcde"))
    table = coverage(frame(*triangles), zones, by="key")
    assert table.features.to_list() == np.bincount(group).tolist()
    assert len(attribution(frame(*triangles), zones, by="key")) == len(triangles)


def test_progress_is_told_until_all_is_done(tmp_path):
    shapes = frame(*(box(number, 0, number + 1, 10) for number in range(10)))
    path, told = tmp_path / "layer.gpkg", []
    shapes.to_file(path)
    coverage_of_file(path, ZONE, by="key", progress=lambda *now: told.append(now))
    assert told[0] == (10, 10)  # features read
    assert told[-1][0] == told[-1][1]  # tiles done


def test_a_missing_file_is_named(tmp_path):
    for name in ("none.gpkg", "none.parquet", "junk.parquet", "junk.gpkg"):
        if name.startswith("junk"):
            (tmp_path / name).write_bytes(b"no such format" * 99)
        for progress in (None, lambda *_: None):
            with pytest.raises(InputError) as caught:
                coverage_of_file(tmp_path / name, ZONE, progress=progress)
            assert name in str(caught.value)


def test_coordinates_beyond_the_memory_limit_go_to_a_file(tmp_path, monkeypatch):
    from geozone.overlay import stream

    path = tmp_path / "layer.gpkg"
    layer = frame(*(wavy(50, 116 + x / 50) for x in range(20)))
    layer.to_file(path)
    expected = coverage_of_file(path, ZONE)
    monkeypatch.setattr(stream, "MEMORY", 0)
    assert coverage_of_file(path, ZONE).equals(expected)


def test_layers_of_the_model_are_taken():
    units = sample_units().query("level == 'county'")
    table = coverage(sample_layers()["redline"], units, by="code")
    assert table.features.to_list() == [1, 1, 1, 1, 1, 0, 1, 0]


def test_ground_that_two_layers_do_not_share_has_no_polygons():
    apart = shapely.intersection([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 1)], shapely.box(3, 0, 5, 1))
    assert [polygon.bounds for polygon in polygons_in(apart)] == [(3, 0, 4, 1)]


def test_longitudes_beyond_180_are_told():
    beyond = gpd.GeoDataFrame(geometry=[shapely.box(179, 0, 181, 1)], crs=4490)
    zones = gpd.GeoDataFrame({"code": ["a"]}, geometry=[shapely.box(178, 0, 180, 1)], crs=4490)
    with pytest.warns(GeozoneWarning, match="180"):
        geozone.coverage(beyond, zones, by="code")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        geozone.coverage(zones, zones, by="code")


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda frame: pd.concat([frame, frame[["id"]]], axis=1), "id"),
        (lambda frame: gpd.GeoDataFrame({"id": frame["id"]}), "set_geometry"),
    ],
)
def test_a_frame_that_cannot_be_read_in_one_way_is_refused(spoil, word):
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
    for layer, zones in ((spoil(frame), frame), (frame, spoil(frame))):
        with pytest.raises(UsageError, match=word):
            geozone.coverage(layer, zones, by="id")


def test_an_argument_of_another_kind_is_refused_in_words():
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
    with pytest.raises(UsageError, match="99999999"):
        geozone.coverage(frame, frame, by="id", crs="EPSG:99999999")
    with pytest.raises(UsageError, match="list"):
        geozone.mosaic([frame], frame, by="id")
