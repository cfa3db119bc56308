import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digits } from '../src/rounding.js';
import { chance } from './stand_ins.js';

test('nine of sixteen is rounded half up', () => {
  assert.equal(digits((9 / 16) * 100, 1), '56.3');
  assert.equal(digits(0.5), '1');
  assert.equal(digits(2.5), '3');
  assert.equal(digits(-2.5), '-3');
});

test('the noise of binary fractions does not decide', () => {
  assert.equal(digits(1.005, 2), '1.01');
  assert.equal(digits(0.1 + 0.2, 1), '0.3');
  assert.equal(digits(0.285 * 100, 0), '29');
});

test('thousands are separated, decimals are not', () => {
  assert.equal(digits(1234567.891, 3), '1,234,567.891');
  assert.equal(digits(999999.5), '1,000,000');
  assert.equal(digits(1000), '1,000');
  assert.equal(digits(1e21), `1${',000'.repeat(7)}`);
});

test('there is no minus zero', () => {
  assert.equal(digits(-0.04, 1), '0.0');
  assert.equal(digits(-0), '0');
  assert.equal(digits(-0.05, 1), '-0.1');
});

test('a number of a known last place is printed as it was written', () => {
  const next = chance(11);
  for (let turn = 0; turn < 2000; turn++) {
    const places = Math.floor(next() * 4);
    const whole = Math.floor(next() * 1e7);
    const text = String(whole).padStart(places + 1, '0');
    const written = places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
    assert.equal(digits(Number(written), places).replaceAll(',', ''), written);
  }
});
