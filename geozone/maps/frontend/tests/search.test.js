import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { toUnits } from '../src/geometry.js';
import { search } from '../src/search.js';
import { bays, openApp } from './sample.js';

let app;
beforeEach(() => {
  app = openApp();
});

function titles(typed) {
  return search(app, typed).map(({ title }) => title);
}

test('a unit is found by its name in either language, its code and its sound', () => {
  for (const typed of ['石家', 'shijiazhuang', 'SHIJIA', '130100', 'sjz', ' 石家庄市 ']) assert.equal(titles(typed)[0], '石家庄市', typed);
});

test('nothing typed finds nothing', () => {
  assert.deepEqual(titles('  '), []);
  assert.deepEqual(titles('没有'), []);
});

test('a code finds what begins with it, what is spelt as typed first', () => {
  assert.deepEqual(titles('1302'), ['路南区', '唐山市']);
  assert.deepEqual(titles('唐'), ['唐山市']);
  app.units[0].name = '南唐区';
  assert.deepEqual(titles('唐'), ['唐山市', '南唐区']);
});

test('places, items and indicators are found and say what they are', () => {
  assert.deepEqual(
    search(app, 'byd').map(({ title, kind }) => [title, kind]),
    [['白洋淀', '湖泊']],
  );
  assert.deepEqual(
    search(app, 'jiawan').map(({ title, kind }) => [title, kind]),
    [['甲湾', '海湾']],
  );
  assert.deepEqual(
    search(app, '覆盖').map(({ title, kind }) => [title, kind]),
    [['覆盖率', '指标']],
  );
});

test('what is found does what it says', () => {
  search(app, '覆盖')[0].action();
  assert.equal(app.state.indicator, 'coverage');
  app.choose = (unit) => {
    app.set({ unit: unit.place });
  };
  search(app, '唐山')[0].action();
  assert.equal(app.subject.code, '130200');
});

test('a place is shown where it lies, with the rates of its ground', () => {
  const layer = bays({ id: 'places' });
  app.registerLayer(layer);
  let shown = null;
  app.showFeature = (of, feature, box) => {
    shown = { of, feature, box };
  };
  search(app, 'byd')[0].action();
  assert.equal(app.subject.code, '130100');
  assert.deepEqual([shown.of, shown.feature], [layer, 0]);
  const [west, north] = toUnits(115, 39);
  const [east, south] = toUnits(116, 38);
  assert.deepEqual(shown.box, [west - app.origin[0], north - app.origin[1], east - app.origin[0], south - app.origin[1]]);
});

test('names of features are found once they were read', () => {
  const layer = bays();
  assert.deepEqual(titles('石湾'), []);
  app.named = [{ layer, feature: 2, key: '石湾' }];
  assert.deepEqual(titles('石湾'), ['石湾']);
  assert.deepEqual(titles('shiwan'), ['石湾']);
});

test('a list is no longer than a reader looks at', () => {
  const layer = bays({ row: () => ({ name: '石湾' }) });
  app.named = Array.from({ length: 100 }, (_, feature) => ({ layer, feature, key: '石湾' }));
  assert.equal(titles('石').length, 12);
  for (const unit of app.units) unit.name = '石';
  app.units.push(...app.units, ...app.units);
  assert.equal(titles('石').length, 12);
});
