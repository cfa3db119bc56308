import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { keepLink, readLink } from '../src/link.js';
import { bays, openApp } from './sample.js';

const chart = {
  showUnit(unit) {
    this.shown = unit.code;
  },
};
let app;

function open(hash) {
  globalThis.location = { hash };
  readLink(app, chart);
}

beforeEach(() => {
  app = openApp();
  chart.shown = null;
  globalThis.location = { hash: '' };
  globalThis.history = {
    replaceState: (_, __, hash) => {
      globalThis.location.hash = hash;
    },
  };
});

test('a link chooses unit, layer, language, indicator, level and year', () => {
  const layer = bays({ shown: false });
  app.registerLayer(layer);
  open('#unit=130100&layer=bays&lang=en&indicator=coverage&level=city&year=2023');
  const { lang, indicator, level, year } = app.state;
  assert.deepEqual({ lang, indicator, level, year }, { lang: 'en', indicator: 'coverage', level: 'city', year: 2023 });
  assert.equal(app.subject.code, '130100');
  assert.equal(chart.shown, '130100');
  assert.ok(layer.shown);
});

test('what a link asks for and the page does not have is left as it is', () => {
  const before = { ...app.state };
  open('#unit=999999&layer=nothing,&lang=fr&indicator=__proto__&level=parish&year=20x3');
  assert.deepEqual(app.state, before);
  assert.equal(chart.shown, null);
});

test('a link leads to a region of several units', () => {
  open('#unit=130100,130200');
  assert.equal(app.subject.level, 'region');
});

test('what is chosen stands in the address, and the address chooses it again', () => {
  keepLink(app);
  app.set({ unit: 3, lang: 'en', indicator: 'coverage', year: 2022 });
  const written = globalThis.location.hash;
  const chosen = { ...app.state };
  app = openApp();
  open(written);
  assert.deepEqual(app.state, chosen);
});

test('a link says the indicator and the level wherever they are not those that the page opens with', () => {
  for (const changes of [{ indicator: null }, { level: 'city' }, { indicator: 'coverage' }, { indicator: 'coverage', level: 'city' }]) {
    app = openApp();
    keepLink(app);
    app.set(changes);
    const chosen = { ...app.state };
    const written = globalThis.location.hash;
    app = openApp();
    open(written);
    assert.deepEqual(app.state, chosen);
  }
});
