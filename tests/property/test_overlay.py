"""Invariants of coverage and mosaic on random messy layers."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geozone.overlay.change import mapped_change
from geozone.overlay.coverage import attribution, coverage
from geozone.overlay.mosaic import mosaic, mosaic_geometry
from geozone.overlay.plane import area_km2, from_plane, to_plane
from geozone.overlay.zones import polygonal

CRS = "EPSG:4490"
WEST, SOUTH = 116.0, 39.0
# positions on a coarse grid make shared edges, touching corners and duplicates common
STEP = st.integers(0, 12).map(lambda number: number / 12)
FINE = st.floats(0, 1, allow_nan=False, width=32).map(float)
NUMBER = st.one_of(STEP, FINE)


@st.composite
def polygons(draw):
    x, y, width, height = (draw(NUMBER) for _ in range(4))
    box = shapely.box(WEST + x, SOUTH + y, WEST + x + width / 2 + 0.01, SOUTH + y + height / 2 + 0.01)
    hole = shapely.box(*box.buffer(-min(width / 2 + 0.01, height / 2 + 0.01) / 4).bounds)
    corners = [(WEST + draw(NUMBER), SOUTH + draw(NUMBER)) for _ in range(draw(st.integers(3, 8)))]
    centre = np.mean(corners, axis=0)
    around = np.argsort([np.arctan2(py - centre[1], px - centre[0]) for px, py in corners])
    kinds = {
        "box": box,
        "holed": shapely.Polygon(box.exterior, [hole.exterior]),
        "two": shapely.MultiPolygon([box, shapely.affinity.translate(box, 0.75, 0.0)]),
        "crossing": shapely.Polygon(corners),
        "star": shapely.Polygon([corners[number] for number in around]),
        "mixed": shapely.GeometryCollection([box, shapely.Point(WEST, SOUTH), box.exterior]),
        "line": box.exterior,
        "empty": shapely.Polygon(),
        "null": None,
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]


def layer(shapes):
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(shapes), crs=CRS), crs=CRS)


LAYERS = st.lists(polygons(), max_size=12).map(layer)
ZONES = layer(
    [
        shapely.box(WEST, SOUTH, WEST + 0.5, SOUTH + 0.5),
        shapely.box(WEST + 0.5, SOUTH, WEST + 1, SOUTH + 0.5),
        shapely.box(WEST + 0.25, SOUTH + 0.25, WEST + 0.75, SOUTH + 0.75),  # overlaps both
        shapely.Point(WEST + 0.3, SOUTH + 0.9).buffer(0.08),  # a gap around it
    ]
).assign(key=list("abcd"))
ZONE = area_km2(ZONES)
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def valid(frame):
    return shapely.make_valid(polygonal(to_plane(frame)), method="structure", keep_collapsed=False)


def brute_force(frame, zones):
    cover = shapely.union_all(valid(frame))
    return shapely.area(shapely.intersection(to_plane(zones), cover)) / 1e6


@given(LAYERS)
def test_net_equals_the_union_made_by_brute_force(frame):
    table = coverage(frame, ZONES, by="key")
    np.testing.assert_allclose(table.net_km2, brute_force(frame, ZONES), **CLOSE)
    np.testing.assert_allclose(table.zone_km2, ZONE, rtol=1e-12)
    gross = [shapely.area(shapely.intersection(valid(frame), zone)).sum() / 1e6 for zone in to_plane(ZONES)]
    np.testing.assert_allclose(table.gross_km2, gross, **CLOSE)


@given(LAYERS)
def test_net_lies_between_nothing_and_gross_and_zone(frame):
    table = coverage(frame, ZONES, by="key")
    assert (table.net_km2 >= -1e-9).all()
    assert (table.net_km2 <= np.minimum(table.gross_km2, table.zone_km2) + 1e-9).all()
    np.testing.assert_allclose(table.overlap_km2, table.gross_km2 - table.net_km2, atol=1e-9)
    assert (table.features <= len(frame)).all()


@given(LAYERS, st.randoms())
def test_net_does_not_depend_on_order_or_duplicates(frame, random):
    net = coverage(frame, ZONES, by="key").net_km2
    order = list(range(len(frame))) * 2
    random.shuffle(order)
    np.testing.assert_allclose(coverage(frame.iloc[order], ZONES, by="key").net_km2, net, **CLOSE)


@given(LAYERS, FINE)
def test_net_does_not_depend_on_how_features_are_split(frame, where):
    net = coverage(frame, ZONES, by="key").net_km2
    # cut in the plane, where the edges are straight
    left, bottom, right, top = to_plane(shapely.box(WEST - 1, SOUTH - 1, WEST + 3, SOUTH + 3), CRS)[0].bounds
    middle = left + (right - left) * (0.2 + where / 4)
    halves = [
        shapely.intersection(valid(frame), shapely.box(west, bottom, east, top))
        for west, east in ((left, middle), (middle, right))
    ]
    split = coverage(layer(from_plane(np.concatenate(halves))), ZONES, by="key").net_km2
    np.testing.assert_allclose(split, net, **CLOSE)


@given(LAYERS, st.sampled_from([0.25, 0.5, 1 / 3]))
def test_parts_of_a_zone_add_up_to_it(frame, share):
    whole = layer([shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1)])
    parts = layer(
        [
            shapely.box(WEST, SOUTH, WEST + share, SOUTH + 1),
            shapely.box(WEST + share, SOUTH, WEST + 1, SOUTH + 1),
        ]
    )
    one, two = coverage(frame, whole), coverage(frame, parts)
    for column in ("zone_km2", "gross_km2", "net_km2"):
        np.testing.assert_allclose(two[column].sum(), one[column].sum(), **CLOSE)


@given(LAYERS)
def test_what_every_feature_owns_adds_up_to_net(frame):
    table = coverage(frame, ZONES, by="key")
    owned = attribution(frame, ZONES, by="key")
    net = owned.groupby("key").own_km2.sum().reindex(table.index).fillna(0)
    np.testing.assert_allclose(net, table.net_km2, **CLOSE)
    assert (owned.own_km2 >= -1e-9).all()


@given(st.lists(LAYERS, min_size=1, max_size=4))
def test_the_mosaic_adds_up_to_its_zones_and_its_layers(frames):
    layers = {f"layer{number}": frame for number, frame in enumerate(frames)}
    table = mosaic(layers, ZONES, by="key")
    np.testing.assert_allclose(table.groupby("key").area_km2.sum(), ZONE, rtol=1e-9)
    assert not table.duplicated(["key", *layers]).any()
    for name, frame in layers.items():
        net = table[table[name]].groupby("key").area_km2.sum().reindex(ZONES.key).fillna(0)
        np.testing.assert_allclose(net, coverage(frame, ZONES, by="key").net_km2, rtol=1e-9, atol=1e-8)


@given(st.lists(LAYERS, min_size=2, max_size=3))
@settings(max_examples=15)
def test_the_mosaic_equals_brute_force(frames):
    layers = {f"layer{number}": frame for number, frame in enumerate(frames)}
    table = mosaic_geometry(layers, ZONES, by="key")
    covers = {name: shapely.union_all(valid(frame)) for name, frame in layers.items()}
    zones = dict(zip(ZONES.key, to_plane(ZONES), strict=True))
    np.testing.assert_allclose(area_km2(table), table.area_km2, rtol=1e-9, atol=1e-8)
    for row in table.itertuples():
        ground = zones[row.key]
        for name, cover in covers.items():
            ground = ground & cover if getattr(row, name) else ground - cover
        assert row.area_km2 == pytest.approx(ground.area / 1e6, rel=1e-9, abs=1e-8)


@given(LAYERS, LAYERS)
def test_gained_less_lost_is_the_net_change(old, new):
    by_zone, by_place = mapped_change(old, new, ZONES, by="key")
    net = by_zone["new_km2"] - by_zone["old_km2"]
    assert np.allclose(by_zone["gained_km2"] - by_zone["lost_km2"], net, **CLOSE)
    assert np.allclose(by_zone["net_km2"], net, **CLOSE)
    for table, column in ((old, "old_km2"), (new, "new_km2")):
        assert np.allclose(by_zone[column], coverage(table, ZONES, by="key")["net_km2"], **CLOSE)
    sums = by_place.groupby(["key", "change"])["area_km2"].sum().unstack(fill_value=0.0)
    sums = sums.reindex(index=by_zone.index, columns=["gained", "lost"], fill_value=0.0)
    assert np.allclose(sums, by_zone[["gained_km2", "lost_km2"]], **CLOSE)
