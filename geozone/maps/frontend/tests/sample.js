// A zone of two cities and three counties, as a page carries it, opened without a browser.

import { App } from '../src/app.js';
import { toUnits } from '../src/geometry.js';
import { base64, carry, packed, varint, zigzag } from './stand_ins.js';
import { gzipSync } from 'fflate';

const UNITS = [
  ['130102', '长安区', "Chang'an", 'county', '130100'],
  ['130104', '桥西区', 'Qiaoxi', 'county', '130100'],
  ['130202', '路南区', 'Lunan', 'county', '130200'],
  ['130100', '石家庄市', 'Shijiazhuang', 'city', '130000'],
  ['130200', '唐山市', 'Tangshan', 'city', '130000'],
  ['sample', '样区', 'Sample zone', 'zone', ''],
];
const COUNTIES = [0, 1, 2];
const STRINGS = [
  ['', ''],
  ['样区', 'Sample zone'],
  ['完成率', 'Completion'],
  ['覆盖率', 'Coverage'],
  ['海湾', 'Bay'],
  ['临海两市', 'Two coastal cities'],
  ['故事', 'Story'],
  ['已建成', 'Built'],
  ['在建', 'Under construction'],
  ['0%', '0%'],
  ['0–50%', '0 – 50%'],
  ['50–100%', '50 – 100%'],
  ['白洋淀', 'Baiyangdian'],
  ['湖泊', 'Lake'],
];
const TEXTS = {
  level_county: ['县', 'County'],
  level_city: ['市', 'City'],
  column_indicator: ['指标', 'Indicator'],
  no_value: ['无数值', 'No value'],
  no_value_or_not_applicable: ['无数值或不适用', 'No value or not applicable'],
  legend_band: ['区间', 'Range'],
  greeting: ['{name}有 {count} 项', '{name} has {count}'],
};

function rate(unit, indicator, value, more = {}) {
  return {
    unit_code: unit,
    indicator,
    kind: 'completion',
    unit: '%',
    numerator: null,
    denominator: '4',
    value,
    low: value,
    high: value,
    shown: value,
    rank: 0,
    basis: 'official',
    target_id: null,
    comparator: null,
    target_value: null,
    target_year: null,
    verdict: null,
    gap: null,
    gap_unit: null,
    vintage: '2026',
    method: 0,
    note: 0,
    ...more,
  };
}

const WORDS = { title_text: 2, value_text: 0, parts_text: 0, made_text: 0, target_text: null, outcome_text: null, gap_text: null, statement_text: null };

function columns(list) {
  return Object.fromEntries(Object.keys(list[0] ?? {}).map((name) => [name, list.map((row) => row[name])]));
}

const CLASSES = { bounds: [0.5, 1], colours: ['#low', '#high'], titles: [10, 11], zero: 9 };

export const RATES = [
  rate('sample', 'completion', '0.5'),
  rate('130102', 'completion', '0.0'),
  rate('130104', 'completion', '0.75'),
  rate('130202', 'completion', null, { low: '0.25', high: '1.0', shown: '0.25' }),
  rate('130100', 'completion', '0.5'),
  rate('130200', 'completion', '1.0'),
  rate('130100', 'coverage', '0.3'),
  rate('130200', 'coverage', '0.4'),
];

const ITEMS = [
  {
    item_id: 'a',
    name: '甲湾',
    name_en: 'Bay A',
    province_code: '130000',
    city_code: '130100',
    county_code: '130102',
    status: 'built',
    status_date: '2024-05',
  },
  { item_id: 'b', name: '乙湾', name_en: null, province_code: '130000', city_code: '130200', county_code: '130202', status: 'planned', status_date: '2022' },
  { item_id: 'c', name: '丙湾', name_en: 'Bay C', province_code: '130000', city_code: '130200', county_code: '130202', status: 'built', status_date: null },
];

function indicator(title, classes) {
  return { title, map_title: title, unit: 0, share: true, layers: [], registers: [], part_of: null, map_rank: 1, open: [], classes };
}

export function payload() {
  return {
    texts: TEXTS,
    strings: STRINGS.map((pair) => [...pair]),
    zone: { title: 1, note: 0, documents: [] },
    units: {
      code: UNITS.map(([code]) => code),
      name: UNITS.map(([, name]) => name),
      name_en: UNITS.map(([, , english]) => english),
      level: UNITS.map(([, , , level]) => level),
      parent: UNITS.map(([, , , , parent]) => parent),
      area_km2: UNITS.map(() => '100.0'),
      area: UNITS.map(() => null),
      partition: { county: COUNTIES, city: [3, 4], zone: [5] },
      label: UNITS.map((_, place) => [place * 10, 0, 5]),
      seat: UNITS.map(([, , , level], place) => (level === 'city' ? [place * 10, 0, 2] : null)),
    },
    indicators: {
      completion: indicator(2, { county: { known: 3, ...CLASSES }, city: { known: 2, ...CLASSES } }),
      coverage: indicator(3, { city: { known: 2, ...CLASSES } }),
    },
    mappable: ['completion', 'coverage'],
    regions: [{ code: '130100,130200', name: 5, members: ['130100', '130200'], area_km2: '200.0', area: 0 }],
    places: { layer: 'places', items: [{ id: 'BYD', feature: 0, name: 12, kind: 13, units: ['130100'], bbox: [115, 38, 116, 39], code: '130100' }] },
    rates: columns(RATES),
    rate_words: columns(RATES.map(() => WORDS)),
    targets: {},
    documents: {},
    registers: { bay: { id: 'bay', title: 4, item: 4, basis: 'working', as_of: '', source: 0, totals: [], items: columns(ITEMS) } },
    since: null,
    drawn: { undated: 'unknown', mixed: 'several', uncounted: ['several', 'off_register'], unlisted: 'off_register', order: [] },
    rate_colours: { zero: '#zero', missing: '#missing' },
    readings: {
      长: 'chang zhang',
      安: 'an',
      区: 'qu ou',
      桥: 'qiao',
      西: 'xi',
      路: 'lu',
      南: 'nan',
      石: 'shi',
      家: 'jia',
      庄: 'zhuang',
      市: 'shi',
      甲: 'jia',
      湾: 'wan',
      唐: 'tang',
      山: 'shan',
      白: 'bai',
      洋: 'yang',
      淀: 'dian',
    },
    backdrop: { paper: '#fff', land: '#eee', stream_widths: [1], grounds: {}, names: [] },
    story: 6,
    layers: [],
    silent: 3,
  };
}

// The rates at the end of 2023: of one county another, of the others those of today.
export const THEN = {
  strings: [['当年故事', 'Story of the year']],
  years: [
    { year: 2022, story: STRINGS.length, places: [], rates: {}, rate_words: {} },
    { year: 2023, story: STRINGS.length, places: [2], rates: columns([rate('130104', 'completion', '0.25')]), rate_words: columns([WORDS]) },
  ],
};

// Every unit is a square of 100 drawing units about the corner of the zone.
function squares(count, [x, y]) {
  const steps = [];
  let before = [0, 0];
  for (let place = 0; place < count; place++) {
    for (const [across, down] of [
      [0, 0],
      [100, 0],
      [100, 100],
      [0, 100],
    ]) {
      const at = [x + place * 100 + across, y + down];
      steps.push(zigzag(at[0] - before[0]), zigzag(at[1] - before[1]));
      before = at;
    }
  }
  return Uint8Array.from(varint(count, ...Array(count).fill([3, 1]).flat(), ...Array(count).fill(4), ...steps));
}

export function openApp({ years = THEN, change = () => {} } = {}) {
  const data = payload();
  change(data);
  carry('geozone-data', JSON.stringify(data));
  carry('years', packed(years));
  carry('geometry-units', base64(gzipSync(squares(UNITS.length, toUnits(116, 39).map(Math.round)))));
  return new App({ bounds: [115, 38, 117, 40], lang: 'zh' });
}

// A layer of three features: of the first item, of both others together, and of none.
export function bays(more = {}) {
  return {
    key: 'l0',
    id: 'bays',
    role: 'bay',
    register: 'bay',
    title: 4,
    basis: 'working',
    count: 3,
    shown: true,
    legend: ['built', 'planned', 'unknown', 'several', 'off_register'].map((key, place) => ({ key, title: place, symbol: { kind: 'fill' } })),
    symbols: [0, 3, 4],
    items: [0, 1, -1],
    item_sets: [[0], [1, 2]],
    amounts: [2, 1, 0, 0, 1],
    counts_items: true,
    counts: [1, 0, 0, 1, 1],
    row: Object.assign((feature) => ({ name: ['甲湾', '乙丙湾', '石湾'][feature], name_en: null }), { *names() {} }),
    ...more,
  };
}
