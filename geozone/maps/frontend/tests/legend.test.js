import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { applies } from '../src/applies.js';
import { classEntries, colourOf } from '../src/legend.js';
import { openApp } from './sample.js';

let app;
beforeEach(() => {
  app = openApp();
});

test('a value has the colour of the class whose upper bound it does not pass', () => {
  const colours = [-1, 0, 0.25, 0.5, 0.50001, 1, 7].map((value) => colourOf(app, 'completion', 'county', value));
  assert.deepEqual(colours, ['#zero', '#zero', '#low', '#low', '#high', '#high', '#high']);
});

test('what has no value, no class or no level has the colour of what is missing', () => {
  assert.equal(colourOf(app, 'completion', 'county', null), '#missing');
  assert.equal(colourOf(app, 'completion', 'county', undefined), '#missing');
  assert.equal(colourOf(app, 'coverage', 'county', 0.3), '#missing');
  assert.equal(colourOf(app, 'nothing', 'county', 0.3), '#missing');
});

test('classes of changes have no colour of zero', () => {
  app.indicators.completion.classes.county.zero = null;
  assert.equal(colourOf(app, 'completion', 'county', -1), '#low');
});

test('the legend names the classes that units fall into, and ranges', () => {
  assert.deepEqual(
    classEntries(app, 'completion', 'county').map(({ key }) => key),
    ['zero', 'class0', 'class1', 'band'],
  );
  assert.deepEqual(
    classEntries(app, 'completion', 'city').map(({ key }) => key),
    ['class0', 'class1'],
  );
  assert.deepEqual(
    classEntries(app, 'coverage', 'city').map(({ key, colour }) => [key, colour]),
    [['class0', '#low']],
  );
  assert.deepEqual(classEntries(app, 'coverage', 'county'), []);
});

test('the legend of a year names the classes of that year', () => {
  app.set({ year: 2023 });
  assert.deepEqual(
    classEntries(app, 'completion', 'county').map(({ key }) => key),
    ['zero', 'class0', 'band'],
  );
});

test('every colour that a unit is drawn in stands in the legend', () => {
  for (const year of [null, 2022, 2023]) {
    app.set({ year });
    for (const [id, level] of [
      ['completion', 'county'],
      ['completion', 'city'],
      ['coverage', 'city'],
    ]) {
      const legend = new Set(classEntries(app, id, level).map(({ colour }) => colour));
      for (const place of app.partition[level]) {
        const colour = colourOf(app, id, level, app.rate(app.units[place].code, id)?.shown);
        assert.ok(legend.has(colour), `${id} ${level} ${colour}`);
      }
    }
  }
});

test('a unit without a row is told as missing, too little ground as not applicable', () => {
  app.ratesOfLatest.get('130102').delete('completion');
  const missing = () => classEntries(app, 'completion', 'county').find(({ key }) => key === 'missing').title;
  assert.equal(missing(), '无数值');
  Object.assign(app.rate('130202', 'completion'), { shown: null });
  assert.ok(!classEntries(app, 'completion', 'county').some(({ key }) => key === 'band'));
  Object.assign(app.rate('130104', 'completion'), { value: null, low: null, shown: null });
  assert.equal(missing(), '无数值或不适用');
});

test('a share of less than the layers can tell does not apply', () => {
  assert.ok(!applies({ value: null, low: null, denominator: 0.01 }));
  assert.ok(applies({ value: null, low: null, denominator: null }));
  assert.ok(applies({ value: null, low: 0, denominator: 4 }));
});
