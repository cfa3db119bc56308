"""Large layers as vector tiles inside the page: a few chosen zooms, every polygon at each of them.

A feature lies whole in the one tile that its box's centre falls into; nothing is cut at tile borders, so that
nothing is drawn twice and no seam shows. The page knows the box of every tile's content and loads what it needs.
Tiles hold the geometry, the feature's row and its legend entry; attributes travel apart, once.

Levels
------
1. Where more than `CROWD` features would be in view, an image of the legend entries stands for them
   (`geozone.maps.overview`): nothing is left out, a feature smaller than a pixel takes one pixel.
2. One level of outlines simplified by half a pixel of the deepest zoom that shows it; a feature that would shrink to
   nothing stays as a square of one pixel.
3. One level of full outlines, rounded to about 2 m.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geozone.maps.archive import WHOLE_EARTH, compressed, tile_number, write_archive
from geozone.maps.mercator import (
    KIND_POINT,
    KIND_POLYGON,
    PIXEL_SHIFT,
    WORLD,
    Geometries,
    Integers,
    quantised_rings,
    rings_of,
    unproject,
    varints,
    zigzag,
)

CROWD = 40_000  # features that a view can draw one by one
FIT_PIXELS = 1000  # how wide a layer is on the screen when all of it is seen
EXTENT = 1 << 14  # units across a tile of full outlines
ROUGH_EXTENT = 1 << 13  # units across a tile of simplified ones, a quarter of a pixel each
STEP = 2  # zooms that the simplified level serves
MOST_ZOOM = 12
BATCH = 50_000  # features encoded at a time
LAYER_NAME = b"features"
SYMBOL_KEY = b"symbol"


@dataclass
class Level:
    """One zoom of tiles and where the content of each lies."""

    zoom: int
    least: float  # the display zoom from which it is drawn
    tiles: list[list[int]] = field(default_factory=list)  # x, y and the box of the content in drawing units
    places: Integers = field(default_factory=lambda: np.empty(0, np.int64))  # by row, its tile; -1 for none


@dataclass
class TiledLayer:
    """A layer as tiles."""

    archive: bytes
    levels: list[Level]
    individual: float  # the display zoom from which features are drawn one by one


def tile_layer(
    geometries: Geometries, symbols: npt.NDArray[np.integer] | None = None, *, coverage: bool = False
) -> TiledLayer:
    """Cut a layer into tiles.

    Parameters
    ----------
    geometries
        Features in drawing units.
    symbols
        The legend entry of each; all the first when None.
    coverage
        Whether the polygons share borders and do not overlap; their shared borders are then simplified once.
    """
    number = len(geometries)
    entries = np.zeros(number, np.int64) if symbols is None else np.asarray(symbols, np.int64)
    bounds = shapely.total_bounds(geometries)
    whole = fitting_zoom(bounds)
    individual = whole + max(0, math.ceil(math.log(max(number, 1) / CROWD, 4)))
    full = min(MOST_ZOOM, individual + STEP)
    levels = [Level(full, float(full))]
    contents = list(_tiles(geometries, entries, levels[0], 0.0))
    if individual < full:
        simple = Level(individual, 0.0)
        pixel = 2.0 ** (PIXEL_SHIFT - full)
        contents = [
            *_tiles(_simplified(geometries, pixel, coverage=coverage), entries, simple, pixel),
            *contents,
        ]
        levels.insert(0, simple)
    else:
        levels[0].least = 0.0
    zooms = (levels[0].zoom, levels[-1].zoom)
    told = {"id": LAYER_NAME.decode(), "fields": {SYMBOL_KEY.decode(): "Number"}}
    metadata = {"name": "layer", "vector_layers": [told | {"minzoom": zooms[0], "maxzoom": zooms[1]}]}
    archive = write_archive(contents, zooms=zooms, bounds=_degrees(bounds), metadata=metadata)
    return TiledLayer(archive, levels, float(individual) if individual > whole else 0.0)


def _degrees(bounds: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of drawing bounds, whose y runs downwards."""
    if np.isnan(bounds).any():
        return WHOLE_EARTH
    (west, north), (east, south) = unproject(bounds.reshape(2, 2))
    return float(west), float(south), float(east), float(north)


def fitting_zoom(bounds: npt.NDArray[np.float64]) -> int:
    """Return the zoom at which drawing bounds are about as wide as a screen."""
    span = max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1.0)
    return max(2, min(MOST_ZOOM, math.floor(math.log2(FIT_PIXELS * WORLD / 256 / span))))


def _simplified(geometries: Geometries, pixel: float, *, coverage: bool) -> Geometries:
    """Simplify by half a pixel; the borders of a coverage stay shared."""
    if coverage:
        return np.asarray(shapely.coverage_simplify(geometries, pixel / 2), dtype=object)
    simple = np.asarray(shapely.simplify(geometries, pixel / 2, preserve_topology=False), dtype=object)
    lost = shapely.is_empty(simple) & ~shapely.is_empty(geometries)
    simple[lost] = geometries[lost]
    return simple


def _tiles(
    geometries: Geometries, symbols: Integers, level: Level, pixel: float
) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of every tile of one level, and note where the content lies."""
    size = WORLD >> level.zoom
    extent = ROUGH_EXTENT if pixel else EXTENT
    bounds = shapely.bounds(geometries)
    present = np.flatnonzero(~np.isnan(bounds[:, 0]))
    middle = (bounds[present, :2] + bounds[present, 2:]) / 2
    tile = np.clip(np.floor(middle / size).astype(np.int64), 0, (1 << level.zoom) - 1)
    numbers = tile_number(level.zoom, tile[:, 0], tile[:, 1])
    order = np.argsort(numbers, kind="stable")
    rows, numbers, tile = present[order], numbers[order], tile[order]
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if len(rows) else np.empty(0, np.int64)
    ends = np.r_[starts[1:], len(rows)]
    level.places = np.full(len(geometries), -1)
    first = 0
    while first < len(starts):
        last = int(np.searchsorted(ends, starts[first] + BATCH, side="right"))
        last = max(last, first + 1)
        part = slice(int(starts[first]), int(ends[last - 1]))
        data, feature_ends = _features(
            geometries[rows[part]], rows[part], symbols[rows[part]], tile[part], (size, extent, pixel)
        )
        cuts = np.r_[0, feature_ends]
        for group in range(first, last):
            begin, end = int(starts[group]) - part.start, int(ends[group]) - part.start
            box = bounds[rows[part][begin:end]]
            level.places[rows[part][begin:end]] = len(level.tiles)
            x, y = tile[part][begin]
            level.tiles.append(
                [
                    int(x),
                    int(y),
                    *np.floor(box[:, :2].min(axis=0)).astype(int).tolist(),
                    *np.ceil(box[:, 2:].max(axis=0)).astype(int).tolist(),
                ]
            )
            most = int(symbols[rows[part][begin:end]].max()) + 1
            yield (
                int(numbers[starts[group]]),
                compressed(_layer(data[cuts[begin] : cuts[end]].tobytes(), most, extent)),
            )
        first = last


def _features(
    geometries: Geometries, rows: Integers, symbols: Integers, tile: Integers, grid: tuple[int, int, float]
) -> tuple[npt.NDArray[np.uint8], Integers]:
    """Encode features as the messages of a vector tile, one after another.

    Returns
    -------
    data, ends
        The bytes, and where each feature ends.
    """
    found, owners, kinds, outer = rings_of(geometries)
    size, extent, _ = grid
    unit = size / extent
    origin = tile[owners] * size
    index = np.repeat(np.arange(len(found)), shapely.get_num_coordinates(found))
    coordinates = (shapely.get_coordinates(found) - origin[index]) / unit
    points, counts = quantised_rings(shapely.set_coordinates(found, coordinates), kinds)
    points, counts = _wound(points, counts, kinds, outer)
    alive = counts > 0
    pieces = _points_together(_Pieces(points, owners[alive], kinds[alive], counts[alive]))
    lost = np.flatnonzero(np.bincount(pieces.owners, minlength=len(geometries)) == 0)
    if len(lost):
        pieces = _with_squares(pieces, geometries[lost], lost, tile, grid)
    geometry, per_feature = _commands(pieces, len(geometries))
    kind = np.zeros(len(geometries), np.int64)
    kind[pieces.owners] = pieces.kinds
    return _messages(geometry, per_feature, rows, symbols, kind)


def _wound(
    points: Integers, counts: Integers, kinds: Integers, outer: npt.NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    """Wind rings as the standard says, by their area in the tile: outer rings positive, holes negative.

    Simplifying and rounding may turn a ring over or flatten it: only now it is certain which way it runs. A ring
    without area is left out, and so are the holes of an outer ring that is.
    """
    piece = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    begin = np.repeat(first, counts)
    within = np.arange(len(points)) - begin
    following = begin + (within + 1) % counts[piece]
    x, y = (points - points[begin]).T
    twice = np.bincount(piece, weights=x * y[following] - x[following] * y, minlength=len(counts))
    polygon = kinds == KIND_POLYGON
    flat = (counts == 0) | (polygon & (twice == 0))
    owner = np.maximum.accumulate(np.where(outer, np.arange(len(counts)), 0))  # its outer ring
    left_out = flat | flat[owner]
    turned = (polygon & ((twice > 0) != outer))[piece]
    points = points[np.where(turned, begin + counts[piece] - 1 - within, np.arange(len(points)))]
    return points[~left_out[piece]], np.where(left_out, 0, counts)


@dataclass
class _Pieces:
    """Rings, lines and points in tile units: all points, and for each piece its feature, kind and size."""

    points: Integers
    owners: Integers
    kinds: Integers
    counts: Integers


def _points_together(pieces: _Pieces) -> _Pieces:
    """Make one piece of all points of a feature, as tiles want them."""
    same = (pieces.kinds[1:] == KIND_POINT) & (pieces.owners[1:] == pieces.owners[:-1])
    first = np.flatnonzero(np.r_[True, ~same]) if len(pieces.kinds) else np.empty(0, np.int64)
    counts = np.add.reduceat(pieces.counts, first) if len(first) else pieces.counts
    return _Pieces(pieces.points, pieces.owners[first], pieces.kinds[first], counts)


def _with_squares(
    pieces: _Pieces, geometries: Geometries, lost: Integers, tile: Integers, grid: tuple[int, int, float]
) -> _Pieces:
    """Put a square of one pixel where a feature shrank to nothing."""
    size, extent, pixel = grid
    unit = size / extent
    bounds = shapely.bounds(geometries)
    middle = ((bounds[:, :2] + bounds[:, 2:]) / 2 - tile[lost] * size) / unit
    half = max(1, round(pixel / 2 / unit))
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    squares = (np.rint(middle).astype(np.int64)[:, None, :] + corners).reshape(-1, 2)
    point_order = np.argsort(
        np.concatenate([np.repeat(pieces.owners, pieces.counts), np.repeat(lost, 4)]), kind="stable"
    )
    owners = np.concatenate([pieces.owners, lost])
    order = np.argsort(owners, kind="stable")
    return _Pieces(
        np.concatenate([pieces.points, squares])[point_order],
        owners[order],
        np.concatenate([pieces.kinds, np.full(len(lost), KIND_POLYGON)])[order],
        np.concatenate([pieces.counts, np.full(len(lost), 4)])[order],
    )


def _commands(pieces: _Pieces, number: int) -> tuple[npt.NDArray[np.uint64], Integers]:
    """Return the drawing commands of all features and how many integers each feature has."""
    points, owners, kinds, counts = pieces.points, pieces.owners, pieces.kinds, pieces.counts
    piece = np.repeat(np.arange(len(counts)), counts)
    feature = owners[piece]
    start = np.r_[True, feature[1:] != feature[:-1]] if len(feature) else np.empty(0, bool)
    before = np.roll(points, 1, axis=0)
    before[start] = 0
    deltas = zigzag(points - before)
    # a piece: move and its points (one, or all of a point feature), line and the other points, close
    multi = kinds == KIND_POINT
    lines = np.where(multi, 0, (counts > 1).astype(np.int64))
    closes = (kinds == KIND_POLYGON).astype(np.int64)
    moves = np.where(multi, counts, 1)
    lengths = 1 + 2 * counts + lines + closes
    ends = np.cumsum(lengths)
    begins = ends - lengths
    stream = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint64)
    stream[begins] = (moves << 3 | 1).astype(np.uint64)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts)
    place = begins[piece] + 1 + 2 * within + np.where(within >= 1, lines[piece], 0)
    stream[place], stream[place + 1] = deltas[:, 0], deltas[:, 1]
    stream[begins[lines == 1] + 3] = ((counts[lines == 1] - 1) << 3 | 2).astype(np.uint64)
    stream[ends[closes == 1] - 1] = 15
    return stream, np.bincount(owners, weights=lengths, minlength=number).astype(np.int64)


def _messages(
    geometry: npt.NDArray[np.uint64], per_feature: Integers, rows: Integers, symbols: Integers, kind: Integers
) -> tuple[npt.NDArray[np.uint8], Integers]:
    """Put row, legend entry, kind and commands of every feature into its message."""
    number = len(rows)
    _, sizes = varints(geometry)
    feature = np.repeat(np.arange(number), per_feature)
    geometry_bytes = np.bincount(feature, weights=sizes, minlength=number).astype(np.int64)
    ones = np.ones(number, np.int64)
    # field 1: row; field 2: tags (key 0, value symbol); field 3: kind; field 4: geometry
    inner = np.column_stack(
        [8 * ones, rows, 18 * ones, 2 * ones, 0 * ones, symbols, 24 * ones, kind, 34 * ones, geometry_bytes]
    )
    inner_bytes = varints(inner.ravel().astype(np.uint64))[1].reshape(number, -1).sum(axis=1)
    head = np.column_stack([18 * ones, inner_bytes + geometry_bytes, inner])
    width = head.shape[1]
    totals = per_feature + width
    ends = np.cumsum(totals)
    begins = ends - totals
    stream = np.empty(int(ends[-1]) if number else 0, np.uint64)
    for column in range(width):
        stream[begins + column] = head[:, column].astype(np.uint64)
    inside = np.ones(len(stream), bool)
    inside[(begins[:, None] + np.arange(width)).ravel()] = False
    stream[inside] = geometry
    data, sizes = varints(stream)
    return data, np.cumsum(sizes)[ends - 1] if number else np.empty(0, np.int64)


def _layer(features: bytes, symbols: int, units: int) -> bytes:
    """Return a tile of one layer with its features."""

    def chunk(tag: int, content: bytes) -> bytes:
        return varints(np.array([tag, len(content)], np.uint64))[0].tobytes() + content

    values = b"".join(
        chunk(34, varints(np.array([40, place], np.uint64))[0].tobytes()) for place in range(symbols)
    )
    extent = varints(np.array([40, units], np.uint64))[0].tobytes()
    return chunk(26, b"\x78\x02" + chunk(10, LAYER_NAME) + features + chunk(26, SYMBOL_KEY) + values + extent)
