import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { bays, openApp, RATES } from './sample.js';
import { said, text } from '../src/text.js';

let app;
beforeEach(() => {
  app = openApp();
});

test('every rate keeps its number as printed beside its value', () => {
  assert.deepEqual(
    app.rates.map((rate) => rate.printed),
    RATES.map((rate) => rate.value),
  );
  assert.deepEqual(
    app.rates.map((rate) => rate.value),
    [0.5, 0, 0.75, null, 0.5, 1, 0.3, 0.4],
  );
  assert.equal(app.rate('130202', 'completion').low, 0.25);
});

test('what has no rate has none, whatever the year', () => {
  assert.equal(app.rate('130102', 'coverage'), null);
  assert.equal(app.rate('999999', 'completion'), null);
  assert.equal(app.rate('999999', 'completion', 2023), null);
});

test('a year has its own rates where they differed and those of today elsewhere', () => {
  const all = [null, 2022, 2023];
  assert.deepEqual(
    all.map((year) => app.rate('130104', 'completion', year).value),
    [0.75, 0.75, 0.25],
  );
  assert.deepEqual(
    all.map((year) => app.rate('130102', 'completion', year).value),
    [0, 0, 0],
  );
  app.set({ year: 2023 });
  assert.equal(app.ratesOf.get('130104').get('completion')[0].value, 0.25);
  assert.equal(said(app.years.get(2023).story), '当年故事');
});

test('a page without any year has the rates of today', () => {
  const plain = openApp({ years: { strings: [], years: [] } });
  plain.set({ year: 2023 });
  assert.equal(plain.rate('130104', 'completion').value, 0.75);
});

test('an indicator brings the level at which most of its units are known', () => {
  assert.equal(app.state.level, 'county');
  assert.equal(app.levelFor('completion', 'city'), 'city');
  assert.equal(app.levelFor('coverage', 'county'), 'city');
  assert.equal(app.levelFor(null, 'county'), 'county');
  app.set({ indicator: 'coverage' });
  assert.equal(app.state.level, 'city');
  app.set({ indicator: null });
  assert.equal(app.state.level, 'city');
});

test('a level where few units are known gives way to the one that is known best', () => {
  const thin = openApp({
    change: (data) => {
      data.indicators.completion.classes.county.known = 1;
    },
  });
  assert.equal(thin.levelFor('completion', 'county'), 'city');
});

test('those hear of a change who asked for it, once', () => {
  const heard = [];
  app.on(['lang', 'year'], (changed) => heard.push(changed));
  app.on(['unit'], () => heard.push('unit'));
  app.set({ graticule: true });
  app.set({ lang: 'zh' });
  assert.deepEqual(heard, []);
  app.set({ lang: 'en', year: 2023 });
  assert.deepEqual(heard, [['lang', 'year']]);
  app.set({ region: '130100,130200' });
  assert.equal(heard.at(-1), 'unit');
});

test('the subject is the region that is chosen, else the unit', () => {
  assert.equal(app.subject.code, 'sample');
  app.set({ region: '130100,130200' });
  assert.deepEqual(
    app.subject.members.map((unit) => unit.code),
    ['130100', '130200'],
  );
  app.set({ region: null, unit: 3 });
  assert.equal(app.subject.code, '130100');
});

test('the units above a unit end at the zone, and a circle does not hang the page', () => {
  assert.deepEqual(
    app.ancestors(app.byCode.get('130102')).map((unit) => unit.code),
    ['130100'],
  );
  const circle = openApp({
    change: (data) => {
      data.units.parent[3] = '130102';
    },
  });
  assert.deepEqual(
    circle.ancestors(circle.byCode.get('130102')).map((unit) => unit.code),
    ['130100'],
  );
});

test('seats and labels count from the origin', () => {
  assert.deepEqual(app.units[3].seat, [30 - app.origin[0], -app.origin[1], 2]);
  assert.equal(app.units[0].seat, null);
});

test('a layer is found by its id and by its role', () => {
  const layer = bays();
  app.registerLayer(layer);
  assert.equal(app.layerNamed('bays'), layer);
  assert.equal(app.layerNamed('bay'), layer);
  assert.equal(app.layerNamed('river'), null);
});

test('names and texts follow the language', () => {
  const unit = app.byCode.get('130100');
  assert.equal(app.nameOf(unit), '石家庄市');
  app.set({ lang: 'en' });
  assert.equal(app.nameOf(unit), 'Shijiazhuang');
  assert.equal(said(2), 'Completion');
  assert.equal(text('level_city'), 'City');
});
