import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { itemName, itemPlaces, itemsOf, registerOf, statusCounts, symbolPlace, yearRange } from '../src/years.js';
import { bays, openApp } from './sample.js';

let app;
beforeEach(() => {
  app = openApp();
});

test('the years are those of the rates, else those around the dated statuses', () => {
  assert.deepEqual(yearRange(app), [2022, 2023]);
  assert.deepEqual(yearRange(openApp({ years: { strings: [], years: [] } })), [2021, 2024]);
  const undated = openApp({
    years: { strings: [], years: [] },
    change: (data) => {
      data.registers = {};
    },
  });
  assert.equal(yearRange(undated), null);
});

test('a feature stands for its items, or for none', () => {
  const layer = bays();
  assert.deepEqual(
    [0, 1, 2].map((feature) => itemPlaces(layer, feature)),
    [[0], [1, 2], []],
  );
  assert.deepEqual(
    itemsOf(app, layer, 1).map((item) => item.item_id),
    ['b', 'c'],
  );
  assert.deepEqual(itemPlaces({}, 0), []);
  assert.equal(registerOf(app, bays({ register: null })), null);
  assert.deepEqual(itemsOf(app, bays({ register: null }), 0), []);
});

function keys(layer, year) {
  return [0, 1, 2].map((feature) => layer.legend[symbolPlace(app, layer, feature, year)].key);
}

test('a status is known from its date on, and without one not at all', () => {
  const layer = bays();
  assert.deepEqual(keys(layer, null), ['built', 'several', 'off_register']);
  assert.deepEqual(keys(layer, 2024), ['built', 'several', 'off_register']);
  assert.deepEqual(keys(layer, 2023), ['unknown', 'several', 'off_register']);
  assert.deepEqual(keys(layer, 2021), ['unknown', 'unknown', 'off_register']);
});

test('a layer without statuses looks the same in every year', () => {
  assert.equal(symbolPlace(app, { symbols: null }, 0, 2021), 0);
  assert.equal(symbolPlace(app, { symbols: [2] }, 0, 2021), 2);
});

test('the legend counts items of the register, each once', () => {
  const layer = bays({ item_sets: [[0], [0, 1, 2]] });
  assert.deepEqual(statusCounts(app, layer), { built: 2, planned: 1, unknown: 0, several: 0, off_register: 1 });
  app.state.year = 2023;
  assert.deepEqual(statusCounts(app, layer), { unknown: 2, planned: 1 });
  app.state.year = 2030;
  assert.deepEqual(statusCounts(app, layer), { built: 1, planned: 1, unknown: 1 });
});

test('a layer that counts no items counts features', () => {
  app.state.year = 2030;
  assert.deepEqual(statusCounts(app, bays({ counts_items: false })), { built: 1, several: 1, off_register: 1 });
  assert.equal(statusCounts(app, { legend: [] }), null);
});

test('an item without an English name keeps its own', () => {
  app.set({ lang: 'en' });
  assert.deepEqual(app.registers.bay.items.map(itemName), ['Bay A', '乙湾', 'Bay C']);
});
