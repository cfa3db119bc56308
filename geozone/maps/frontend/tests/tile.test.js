import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbfWriter } from 'pbf';
import { LINE, POINT, POLYGON, WORLD } from '../src/geometry.js';
import { Tile } from '../src/tile.js';
import { unpackTile } from '../src/unpack.js';
import { zigzag } from './stand_ins.js';

const ZOOM = 16;
const UNIT = WORLD / 2 ** ZOOM / 4096; // drawing units of a step of a tile

// The commands of MVT: move to the first point of each part, lines to the others, close rings.
function commands(kind, parts) {
  const found = [];
  let [x, y] = [0, 0];
  const steps = (points) => {
    for (const [px, py] of points) {
      found.push(zigzag(px - x), zigzag(py - y));
      [x, y] = [px, py];
    }
  };
  for (const part of parts) {
    found.push((1 << 3) | 1);
    steps(part.slice(0, 1));
    if (part.length > 1) {
      found.push(((part.length - 1) << 3) | 2);
      steps(part.slice(1));
    }
    if (kind === POLYGON) found.push((1 << 3) | 7);
  }
  return found;
}

function tile(features, { extent = 4096, origin = [0, 0] } = {}) {
  const writer = new PbfWriter();
  writer.writeMessage(
    3,
    (_, layer) => {
      layer.writeStringField(1, 'layer');
      for (const one of features) {
        layer.writeMessage(
          2,
          ({ row, kind, parts }, feature) => {
            feature.writeVarintField(1, row);
            feature.writeVarintField(3, kind);
            if (parts) feature.writePackedVarint(4, commands(kind, parts));
          },
          one,
        );
      }
      if (extent) layer.writeVarintField(5, extent);
    },
    null,
  );
  return new Tile(unpackTile(writer.finish(), ZOOM, 0, 0, origin));
}

const RING = [
  [0, 0],
  [100, 0],
  [100, 100],
  [0, 100],
];
const HOLE = [
  [40, 40],
  [40, 60],
  [60, 60],
  [60, 40],
];
const FEATURES = [
  { row: 7, kind: POLYGON, parts: [RING, HOLE] },
  {
    row: 9,
    kind: LINE,
    parts: [
      [
        [200, 0],
        [300, 0],
      ],
    ],
  },
  { row: 300, kind: POINT, parts: [[[400, 5]]] },
];

test('features have the rows, kinds and boxes that the tile says', () => {
  const found = tile(FEATURES);
  assert.deepEqual([...found.rows], [7, 9, 300]);
  assert.deepEqual([...found.kind], [POLYGON, LINE, POINT]);
  assert.deepEqual([...found.boxes.subarray(0, 4)], [0, 0, 100 * UNIT, 100 * UNIT]);
});

test('a tile that says no extent has the one of the standard', () => {
  assert.deepEqual([...tile(FEATURES, { extent: 0 }).xy], [...tile(FEATURES).xy]);
  assert.deepEqual(
    [...tile(FEATURES, { extent: 8192 }).xy],
    [...tile(FEATURES).xy].map((value) => value / 2),
  );
});

test('a feature without any geometry is nowhere', () => {
  const found = tile([{ row: 1, kind: POLYGON }, ...FEATURES]);
  assert.equal(found.count, 4);
  assert.ok(!found.hits(0, 10, 10, 5));
  assert.ok(found.hits(1, 10 * UNIT, 10 * UNIT, 0));
});

test('coordinates count from the origin of the page', () => {
  assert.deepEqual([...tile(FEATURES, { origin: [10, 20] }).boxes.subarray(0, 2)], [-10, -20]);
});

test('a polygon is hit inside, not in its hole and not beside it', () => {
  const found = tile(FEATURES);
  assert.ok(found.hits(0, 10 * UNIT, 10 * UNIT, 0));
  assert.ok(!found.hits(0, 50 * UNIT, 50 * UNIT, 0));
  assert.ok(!found.hits(0, 101 * UNIT, 50 * UNIT, 0));
});

test('a line and a point are hit within reach', () => {
  const found = tile(FEATURES);
  assert.ok(found.hits(1, 250 * UNIT, 3 * UNIT, 4 * UNIT));
  assert.ok(!found.hits(1, 250 * UNIT, 5 * UNIT, 4 * UNIT));
  assert.ok(!found.hits(1, 305 * UNIT, 0, 4 * UNIT));
  assert.ok(found.hits(2, 402 * UNIT, 5 * UNIT, 3 * UNIT));
  assert.ok(!found.hits(2, 404 * UNIT, 5 * UNIT, 3 * UNIT));
});

test('features of one legend entry are drawn in few paths, points each by itself', () => {
  const many = Array.from({ length: 1000 }, (_, place) => ({ row: 1000 + place, kind: POLYGON, parts: [RING] }));
  const found = tile([...many, ...FEATURES.slice(1)]);
  const bundles = found.bundle(null, 0, (row) => (row === 9 ? 1 : 0));
  assert.deepEqual(
    bundles.filter((part) => part.path).map((part) => part.size),
    [400, 400, 200],
  );
  assert.deepEqual(
    bundles.filter((part) => !part.path).map((part) => found.rows[part.feature]),
    [300],
  );
  assert.deepEqual(
    found.bundle(null, 1, (row) => (row === 9 ? 1 : 0)).map((part) => part.kind),
    [LINE],
  );
});
