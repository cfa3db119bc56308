import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, protection } from '../src/closing.js';

// two protected parts of 10 and 20 km2 apart; gap 0 lies between them, gap 1 beside gaps 0 and 2
const CLOSING = {
  gaps: { feature: [0, 1, 2], area: [3, 4, 50], unit: [0, 1, null], parts: [[0, 1], [], []], beside: [[1], [0, 2], [1]] },
  parts: [10, 20],
  largest: 20,
  best: [0],
  units: { place: [0, 1], whole: [40, 60], protected: [10, 20] },
};

test('a gap between two parts joins them', () => {
  assert.equal(connected(CLOSING, []), 20);
  assert.equal(connected(CLOSING, [0]), 33);
  assert.equal(connected(CLOSING, [0, 1]), 37);
  assert.equal(connected(CLOSING, [0, 0]), 33);
});

test('a gap beside one that stays open joins nothing', () => {
  assert.equal(connected(CLOSING, [1]), 20);
  assert.equal(connected(CLOSING, [2]), 50);
  assert.equal(connected(CLOSING, [0, 2]), 50);
  assert.equal(connected(CLOSING, [0, 1, 2]), 87);
});

test('protected ground grows by the gaps in the units that are asked for', () => {
  const asked = (holds) => {
    const { whole, now, then } = protection(CLOSING, [0, 1, 2], holds);
    return [whole, now, then];
  };
  assert.deepEqual(
    asked(() => true),
    [100, 30, 87],
  );
  assert.deepEqual(
    asked((place) => place === 1),
    [60, 20, 24],
  );
});
