import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Features, LINE, POINT, POLYGON, toDegrees, toUnits, WORLD } from '../src/geometry.js';
import { chance, varint, zigzag } from './stand_ins.js';

// as geozone.maps.mercator writes it: counts, kinds and rings of features, points of rings, points as steps from the last
function encoded(features) {
  const rings = features.flatMap(({ rings: own }) => own);
  const steps = [];
  let [x, y] = [0, 0];
  for (const [px, py] of rings.flat()) {
    steps.push(zigzag(px - x), zigzag(py - y));
    [x, y] = [px, py];
  }
  return Uint8Array.from(
    varint(features.length, ...features.flatMap(({ kind, rings: own }) => [kind, own.length]), ...rings.map((ring) => ring.length), ...steps),
  );
}

const SQUARE = [
  [1000, 1000],
  [1200, 1000],
  [1200, 1300],
  [1000, 1300],
];
const LAYER = [
  { kind: POLYGON, rings: [SQUARE] },
  {
    kind: LINE,
    rings: [
      [
        [0, 0],
        [500, 40_000_000],
      ],
    ],
  },
  { kind: POINT, rings: [[[60_000_000, 7]]] },
];

test('features are read relative to the origin, with the boxes that they fill', () => {
  const features = new Features(encoded(LAYER), [1000, 1000]);
  assert.equal(features.count, 3);
  assert.deepEqual([...features.kind], [POLYGON, LINE, POINT]);
  assert.deepEqual([...features.box(0)], [0, 0, 200, 300]);
  assert.deepEqual([...features.box(1)], [-1000, -1000, -500, 39_999_000]);
  assert.deepEqual([...features.points(2)], [[59_999_000, -993]]);
});

test('a ring is closed in its path, a line is not', () => {
  const features = new Features(encoded(LAYER), [0, 0]);
  assert.deepEqual(features.path(0).commands, [['M', 1000, 1000], ['L', 1200, 1000], ['L', 1200, 1300], ['L', 1000, 1300], ['Z']]);
  assert.deepEqual(features.path(1).commands, [
    ['M', 0, 0],
    ['L', 500, 40_000_000],
  ]);
  assert.equal(features.path(0), features.path(0));
});

test('a box that touches a feature meets it, one beside it does not', () => {
  const features = new Features(encoded(LAYER), [0, 0]);
  assert.ok(features.meets(0, [1200, 1300, 1400, 1400]));
  assert.ok(features.meets(0, [1050, 1050, 1060, 1060]));
  assert.ok(!features.meets(0, [1201, 1000, 1400, 1400]));
  assert.ok(!features.meets(0, [1000, 0, 1400, 999]));
});

test('no feature at all is a layer too', () => {
  assert.equal(new Features(Uint8Array.of(0), [0, 0]).count, 0);
});

test('degrees become drawing units and degrees again', () => {
  assert.deepEqual(toUnits(0, 0), [WORLD / 2, WORLD / 2]);
  assert.deepEqual(toUnits(-180, 0)[0], 0);
  const next = chance(5);
  for (let turn = 0; turn < 500; turn++) {
    const [longitude, latitude] = [next() * 360 - 180, next() * 160 - 80];
    const [east, north] = toDegrees(...toUnits(longitude, latitude));
    assert.ok(Math.abs(east - longitude) < 1e-9 && Math.abs(north - latitude) < 1e-9);
  }
});

test('the north is up', () => {
  assert.ok(toUnits(116, 40)[1] < toUnits(116, 39)[1]);
});
