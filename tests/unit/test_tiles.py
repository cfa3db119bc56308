"""Tiles of large layers: a standard archive, every feature at every level, outlines within a pixel."""

import gzip

import numpy as np
import pytest
import shapely

from geozone.maps import tiles
from geozone.maps.archive import HEADER, tile_number, write_archive
from geozone.maps.mercator import PIXEL_SHIFT, WORLD, to_drawing, unproject
from geozone.maps.overview import overview_image
from geozone.maps.tiles import Level, _tiles, tile_layer

WEST, SOUTH = 116.0, 38.0


def blobs(number, *, seed=0, corners=24):
    """Return round polygons in drawing units, spread over one degree, a few much larger than the rest."""
    random = np.random.default_rng(seed)
    centre = random.uniform([WEST, SOUTH], [WEST + 1, SOUTH + 1], (number, 2))
    radius = np.where(random.random(number) < 0.02, 0.05, random.uniform(0.00002, 0.004, number))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    points = centre[:, None] + radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    return to_drawing(shapely.polygons(points))


def varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def fields(data):
    """Yield field number and content of a protocol buffer message of varints and byte strings."""
    place = 0
    while place < len(data):
        tag, place = varint(data, place)
        value, place = varint(data, place)
        if tag & 7 == 2:
            yield tag >> 3, data[place : place + value]
            place += value
        else:
            yield tag >> 3, value


def packed(data):
    place, values = 0, []
    while place < len(data):
        value, place = varint(data, place)
        values.append(value)
    return values


def rings(stream):
    x = y = place = 0
    found = []
    while place < len(stream):
        command, repeat = stream[place] & 7, stream[place] >> 3
        place += 1
        if command == 7:
            continue
        if command == 1:
            found.append([])
        for point in range(repeat):
            if command == 1 and point:
                found.append([])
            x += (stream[place] >> 1) ^ -(stream[place] & 1)
            y += (stream[place + 1] >> 1) ^ -(stream[place + 1] & 1)
            found[-1].append((x, y))
            place += 2
    return found


def features_of(content, level, x, y):
    """Return row -> (legend entry, rings in drawing units) of one tile, as the standard says to read it."""
    ((_, layer),) = fields(gzip.decompress(content))
    parts = list(fields(layer))
    extent = next(value for number, value in parts if number == 5)
    assert next(value for number, value in parts if number == 15) == 2
    unit = WORLD / 2**level.zoom / extent
    found = {}
    for number, value in parts:
        if number == 2:
            feature = dict(fields(value))
            symbol = packed(feature[2])[1]
            outlines = [
                np.array(ring) * unit + np.array([x, y]) * WORLD / 2**level.zoom
                for ring in rings(packed(feature[4]))
            ]
            assert feature[1] not in found
            found[feature[1]] = (symbol, outlines)
    return found


def read_level(geometries, symbols, zoom, pixel):
    level = Level(zoom, 0.0)
    contents = list(_tiles(geometries, symbols, level, pixel))
    found = {}
    for (number, content), (x, y, *box) in zip(contents, level.tiles, strict=True):
        assert number == tile_number(zoom, np.array([x]), np.array([y]))[0]
        here = features_of(content, level, x, y)
        assert not here.keys() & found.keys()
        found |= here
        for row in here:
            assert shapely.box(*box).covers(shapely.box(*geometries[row].bounds))
    return found


@pytest.mark.parametrize(
    ("zoom", "x", "y", "number"),
    [
        (0, 0, 0, 0),
        (1, 0, 0, 1),
        (1, 0, 1, 2),
        (1, 1, 1, 3),
        (1, 1, 0, 4),
        (2, 0, 0, 5),
        (12, 3423, 1763, 19078479),
    ],
)
def test_tile_numbers_follow_the_standard(zoom, x, y, number):
    assert tile_number(zoom, np.array([x]), np.array([y]))[0] == number


def test_every_feature_stands_once_with_its_outline_and_entry():
    geometries = blobs(800)
    symbols = np.arange(800) % 5
    found = read_level(geometries, symbols, 10, 0.0)
    assert sorted(found) == list(range(800))
    unit = WORLD / 2**10 / tiles.EXTENT
    for row, (symbol, outlines) in found.items():
        assert symbol == symbols[row]
        drawn = shapely.LinearRing(outlines[0])
        assert shapely.hausdorff_distance(drawn, geometries[row].exterior) <= unit


def test_no_polygon_is_dropped_from_the_simplified_level():
    geometries = blobs(800)
    full = 9
    pixel = 2.0 ** (PIXEL_SHIFT - full)
    simple = tiles._simplified(geometries, pixel, coverage=False)
    found = read_level(simple, np.zeros(800, int), 7, pixel)
    assert sorted(found) == list(range(800))
    for row, (_, outlines) in found.items():
        west, north, east, south = geometries[row].bounds
        box = shapely.bounds(shapely.MultiPoint(np.concatenate(outlines)))
        assert np.abs(box - [west, north, east, south]).max() <= 2 * pixel


def test_holes_lines_and_points_survive():
    geometries = np.array(
        [
            shapely.orient_polygons(
                shapely.Polygon(
                    [(0, 0), (9000, 0), (9000, 9000), (0, 9000)], [[(3000, 3000), (3000, 6000), (6000, 6000)]]
                )
            ),
            shapely.MultiLineString([[(0, 0), (500, 500)], [(800, 0), (900, 700), (1000, 0)]]),
            shapely.MultiPoint([(10, 20), (30, 40)]),
        ],
        dtype=object,
    )
    found = read_level(geometries, np.zeros(3, int), 12, 0.0)
    assert [len(outlines) for _, outlines in (found[row] for row in range(3))] == [2, 2, 2]
    assert shapely.Polygon(found[0][1][0], [found[0][1][1]]).equals(geometries[0])
    assert np.concatenate(found[2][1]).tolist() == [[10.0, 20.0], [30.0, 40.0]]


def test_the_archive_is_one_that_gdal_reads(tmp_path):
    import pyogrio

    layer = tile_layer(blobs(500), np.arange(500) % 3)
    path = tmp_path / "layer.pmtiles"
    path.write_bytes(layer.archive)
    info = pyogrio.read_info(path)
    assert info["driver"] == "PMTiles"
    assert info["features"] >= 500
    assert "symbol" in info["fields"]


def test_other_readers_see_every_polygon_at_both_zooms(tmp_path):
    """GDAL reads the archive by the standard alone; it takes a hole that is wound wrongly for a polygon."""
    import pyogrio

    middle = shapely.Point(WEST + 0.5, SOUTH + 0.5)
    ring = middle.buffer(0.2).difference(middle.buffer(0.1))
    islands = shapely.MultiPolygon(
        [middle.buffer(0.05), shapely.affinity.translate(middle, 0.4).buffer(0.05)]
    )
    geometries = np.concatenate([blobs(400), to_drawing([ring, ring.reverse(), islands])])
    layer = tile_layer(geometries, np.arange(403) % 3)
    path = tmp_path / "layer.pmtiles"
    path.write_bytes(layer.archive)
    assert len(layer.levels) == 2
    for level in layer.levels:
        read = pyogrio.read_dataframe(path, ZOOM_LEVEL=str(level.zoom), CLIP="NO")
        assert sorted(read["mvt_id"]) == list(range(403))
        assert (read["symbol"] == read["mvt_id"] % 3).all()
        large = read.set_index("mvt_id").geometry.to_crs(4326)[[400, 401, 402]].to_numpy()
        expected = [ring.area, ring.area, islands.area]
        np.testing.assert_allclose(shapely.area(large), expected, rtol=0.01)
        assert [len(shapely.get_rings(shapely.get_parts(one))) for one in large] == [2, 2, 2]


def test_the_header_says_where_the_archive_lies():
    layer = tile_layer(blobs(50))
    *_, least, most, west, south, east, north, zoom, x, y = HEADER.unpack(layer.archive[: HEADER.size])
    assert (least, most) == (layer.levels[0].zoom, layer.levels[-1].zoom)
    assert least <= zoom <= most
    (left, high), (right, low) = unproject(shapely.total_bounds(blobs(50)).reshape(2, 2))
    np.testing.assert_allclose([west, north, east, south], np.array([left, high, right, low]) * 1e7, atol=1)
    assert (west + east) / 2 == pytest.approx(x, abs=1)
    assert (south + north) / 2 == pytest.approx(y, abs=1)


def signed_area(ring):
    x, y = np.array(ring).T
    return float(x @ np.roll(y, -1) - np.roll(x, -1) @ y) / 2


def test_rings_are_wound_by_what_is_left_of_them():
    """A ring that rounding turns over or flattens is wound by its shape in the tile, with its holes."""
    size = WORLD >> 12
    unit = size / tiles.EXTENT
    sharp = np.array([(0, 0), (10.4, 0.4), (20.6, 1.4), (10.0, 0.45)]) * unit  # turns over when rounded
    flat = np.array([(0, 0), (100, 0.2), (200, 0), (100, -0.2)]) * unit
    frame = np.array([(0, 0), (900, 0), (900, 900), (0, 900)]) * unit
    hole = np.array([(300, 300), (300, 600), (600, 600)]) * unit
    geometries = np.array(
        [
            shapely.Polygon(sharp),
            shapely.MultiPolygon([shapely.Polygon(frame, [hole, flat + 700 * unit]), shapely.Polygon(flat)]),
            shapely.Polygon(frame, [hole]).reverse(),
            shapely.Polygon(flat),
        ],
        dtype=object,
    )
    found = read_level(geometries, np.zeros(4, int), 12, 0.0)
    signs = [
        [np.sign(signed_area(ring)) for ring in outlines] for _, outlines in (found[row] for row in range(4))
    ]
    assert signs == [[1], [1, -1], [1, -1], [1]]


def test_directories_grow_leaves():
    random = np.random.default_rng(1)
    numbers = np.cumsum(random.integers(1, 9, 40_000))
    contents = [
        (int(number), bytes(int(size)))
        for number, size in zip(numbers, random.integers(1, 99, 40_000), strict=True)
    ]
    archive = write_archive(contents, zooms=(8, 8), metadata={})
    header = HEADER.unpack(archive[: HEADER.size])
    assert header[3] <= 16_384 - HEADER.size  # the root directory
    assert header[7] > 0  # leaves
    assert header[10:13] == (40_000,) * 3
    assert len(archive) == header[8] + header[9]


def test_levels_serve_all_zooms_and_crowds_are_seen_from_far(monkeypatch):
    layer = tile_layer(blobs(300))
    assert layer.levels[0].least == 0.0
    assert layer.individual == 0.0
    monkeypatch.setattr(tiles, "CROWD", 100)
    assert tile_layer(blobs(300)).individual > 0


def test_two_builds_are_the_same_bytes():
    assert tile_layer(blobs(200)).archive == tile_layer(blobs(200)).archive


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # a picture, not a map
def test_the_overview_shows_every_feature():
    from base64 import b64decode

    from rasterio.io import MemoryFile

    geometries = blobs(400)
    symbols = np.arange(400) % 4
    image = overview_image(geometries, symbols, zoom=8)
    with MemoryFile(b64decode(image["url"].split(",")[1])) as memory, memory.open() as source:
        pixels = source.read(1)
    west, north, east, south = image["box"]
    bounds = shapely.bounds(geometries)
    column = ((bounds[:, 0] + bounds[:, 2]) / 2 - west) / (east - west) * pixels.shape[1]
    row = ((bounds[:, 1] + bounds[:, 3]) / 2 - north) / (south - north) * pixels.shape[0]
    assert (pixels[row.astype(int), column.astype(int)] > 0).all()
    assert set(np.unique(pixels)) == {0, 1, 2, 3, 4}
