import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alongRun, visibleRuns } from '../src/courses.js';

const VIEW = { scale: 1, left: 0, top: 0, width: 100, height: 100 };

function line(points) {
  return { firstRing: [0, 1], firstPoint: [0, points.length], xy: points.flat() };
}

test('a line is cut where it leaves the view', () => {
  const points = [
    [10, 10],
    [20, 10],
    [200, 10],
    [30, 30],
    [40, 30],
    [50, 30],
  ];
  assert.deepEqual(visibleRuns(line(points), 0, VIEW), [
    [
      [10, 10],
      [20, 10],
    ],
    [
      [30, 30],
      [40, 30],
      [50, 30],
    ],
  ]);
});

test('a single point in view at the end of a line is no run', () => {
  assert.deepEqual(
    visibleRuns(
      line([
        [200, 10],
        [30, 30],
      ]),
      0,
      VIEW,
    ),
    [],
  );
});

test('a name stands on a straight line, evenly and upright', () => {
  const found = alongRun(
    [
      [0, 0],
      [100, 0],
    ],
    3,
    10,
    () => true,
  );
  assert.ok(!found.steep);
  const across = found.places.map(({ x }) => x);
  assert.deepEqual(
    across.map((x) => x - across[0]),
    [0, 10, 20],
  );
  assert.ok(found.places.every(({ y, angle }) => y === 0 && angle === 0));
});

test('people read from left to right, and from top to bottom where it is steep', () => {
  const back = alongRun(
    [
      [100, 0],
      [0, 0],
    ],
    3,
    10,
    () => true,
  );
  assert.ok(back.places[0].x < back.places[2].x);
  assert.ok(back.places.every(({ angle }) => Math.abs(angle) < 1e-9));
  const up = alongRun(
    [
      [0, 100],
      [0, 0],
    ],
    3,
    10,
    () => true,
  );
  assert.ok(up.steep && up.places[0].y < up.places[2].y);
});

test('a line that is too short, too bent or taken carries no name', () => {
  assert.equal(
    alongRun(
      [
        [0, 0],
        [20, 0],
      ],
      3,
      10,
      () => true,
    ),
    null,
  );
  const zigzag = Array.from({ length: 40 }, (_, place) => [place * 4, place % 2 ? 30 : 0]);
  assert.equal(
    alongRun(zigzag, 4, 10, () => true),
    null,
  );
  assert.equal(
    alongRun(
      [
        [0, 0],
        [100, 0],
      ],
      3,
      10,
      () => false,
    ),
    null,
  );
});

test('the straight stretch is taken, not the bend', () => {
  const bent = [
    [0, 60],
    [10, 40],
    [25, 25],
    [40, 10],
    [60, 0],
    [200, 0],
  ];
  assert.ok(alongRun(bent, 4, 10, () => true).places.every(({ x, y }) => x >= 60 && y === 0));
});
