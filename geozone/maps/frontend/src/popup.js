// What a click on the map shows: the unit with its rate, and every feature there with its source.

import { h, replace } from './dom.js';
import { digits } from './rounding.js';
import { hasText, language, said, text } from './text.js';
import { badge } from './badge.js';
import { showProof } from './card.js';
import { itemName, itemsOf, symbolPlace } from './years.js';

const FIRST = ['source', 'licence', 'vintage', 'accuracy_m'];
const QUIET = new Set(['name', 'name_en', 'basis', 'status', 'item_id', ...FIRST]);
const CODED = new Set(['kind', 'part', 'confidence']); // fields whose values are words of the embedded layers
/** @type {Record<string, (app: App, code: string) => string | null | undefined>} */
const LISTS = {
  // fields whose values are lists of codes
  units: (app, code) => {
    const unit = app.byCode.get(code);
    return unit && app.nameOf(unit);
  },
  documents: (app, id) => app.data.documents[id] && said(app.data.documents[id].title),
};
const LONGEST = 400;
const MOST = 6; // features that one popup describes, and items of a unit

/** @param {App} app @param {FeatureLayer} layer @param {number} feature @returns {string} */
export function featureName(app, layer, feature) {
  const { name, name_en: nameEn } = layer.row(feature);
  return String((app.state.lang === 'en' ? nameEn || name : name || nameEn) || `${said(layer.title)} ${feature + 1}`);
}

/** @param {unknown} value @param {number} [longest] @returns {string} */
export function shortened(value, longest = LONGEST) {
  const whole = String(value);
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
}

// An attribute in the reader's language: its English twin, the word for a code, the names of units and documents.
/** @param {App} app @param {Row} attributes @param {string} name */
function shownValue(app, attributes, name) {
  const value = attributes[name];
  if (app.state.lang === 'en' && attributes[`${name}_en`]) return attributes[`${name}_en`];
  if (CODED.has(name) && hasText(`value_${value}`)) return text(`value_${value}`);
  if (CODED.has(name) && hasText(`break_kind_${value}`)) return text(`break_kind_${value}`);
  if (name === 'vintage' && value === app.data.drawn.undated) return text(`status_${value}`); // the same word as of a status
  const named = LISTS[name];
  if (named)
    return String(value)
      .split(',')
      .map((code) => named(app, code) || code)
      .join(text('and_so_on'));
  if (typeof value !== 'number') return value;
  if (/_km2?$/.test(name)) return amount(value);
  if (Number.isInteger(value)) return value;
  return /_share$|^lost_/.test(name) ? `${digits(value * 100, 1)}%` : value;
}

// A length in km or an area in km\u00B2, with as many decimals as tables give it; what is small has more of them.
/** @param {number} value @returns {number | string} */
function amount(value) {
  const size = Math.abs(value);
  if (size < 0.001) return value; // nothing, or too little for decimals
  if (size < 1) return digits(value, size < 0.1 ? 4 : 2);
  return digits(value, Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

// What a column is called: in its layer or layers like it, else everywhere.
/** @param {FeatureLayer} layer @param {string} name @returns {string} */
function titleOf(layer, name) {
  return text([`column_${layer.columns}_${name}`, `column_${name}`].find(hasText) ?? name);
}

/** @param {App} app @param {FeatureLayer} layer @param {Row} attributes */
function attributeRows(app, layer, attributes) {
  const names = [
    ...Object.keys(attributes).filter((name) => !QUIET.has(name) && !(name.endsWith('_en') && name.slice(0, -3) in attributes)),
    ...FIRST.filter((name) => name in attributes),
  ];
  return names
    .filter((name) => attributes[name] !== null && attributes[name] !== '')
    .map((name) => [h('dt', {}, titleOf(layer, name)), h('dd', {}, shortened(shownValue(app, attributes, name)))]);
}

/** @param {App} app @param {Hit} hit */
function featureBlock(app, { layer, feature }) {
  const attributes = layer.row(feature);
  const status = layer.symbols && layer.amounts ? layer.legend[symbolPlace(app, layer, feature)] : null;
  const items = itemsOf(app, layer, feature);
  const item = items.length === 1 ? items[0] : null;
  const basis = attributes.basis ?? layer.basis;
  return h(
    'section',
    { class: 'hit' },
    h('h4', {}, shortened(featureName(app, layer, feature))),
    h('p', { class: 'kind' }, said(layer.title), hasText(`basis_${basis}`) ? badge(String(basis)) : null),
    status
      ? h('p', { class: 'status-row' }, h('span', { class: `dot status-${status.key}` }), said(status.title), item?.status_date ? ` · ${item.status_date}` : '')
      : null,
    items.length > 1 ? itemLines(items) : null,
    h('dl', {}, attributeRows(app, layer, attributes), item?.source ? [h('dt', {}, text('column_register')), h('dd', {}, sourceOf(item))] : null),
  );
}

/** @param {Item} item @returns {string} */
function sourceOf(item) {
  return shortened([(language() === 'en' && item.source_en) || item.source, item.source_date].filter(Boolean).join(' · '));
}

/** @param {Item[]} items */
function itemLines(items) {
  return h(
    'ul',
    { class: 'item-lines' },
    items
      .slice(0, MOST)
      .map((item) =>
        h(
          'li',
          { 'data-item': item.item_id },
          h('span', { class: `dot status-${item.status}` }),
          itemName(item),
          text('colon'),
          text(`status_${item.status}`),
          item.status_date ? ` · ${item.status_date}` : '',
        ),
      ),
    items.length > MOST ? h('li', {}, text('amount_items', { amount: items.length })) : null,
  );
}

// What the registers list in a unit: a county has no rate of its own, but the items in it have a status.
/** @param {App} app @param {Subject} unit */
export function unitItems(app, unit) {
  if (unit.level === 'zone') return null;
  const column = /** @type {keyof Item} */ (`${unit.level}_code`);
  const blocks = Object.entries(app.registers)
    .map(([id, register]) => ({ id, register, items: register.items.filter((item) => String(item[column] ?? '') === unit.code) }))
    .filter(({ items }) => items.length);
  return blocks.map(({ id, register, items }) =>
    h(
      'div',
      { class: 'unit-items', 'data-register': id },
      h('p', { class: 'kind' }, said(register.title)),
      items.length > MOST ? statusLine(items) : itemLines(items),
    ),
  );
}

/** @param {Item[]} items */
function statusLine(items) {
  const counts = new Map();
  for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
  return h(
    'p',
    { class: 'status-row' },
    [...counts].map(([status, count]) => h('span', {}, h('span', { class: `dot status-${status}` }), `${text(`status_${status}`)} ${count}`)),
  );
}

// A register item that no layer draws.
/** @param {NonNullable<Hits['item']>} found */
function itemBlock({ item, register }) {
  return h(
    'section',
    { class: 'hit' },
    h('h4', {}, shortened(itemName(item))),
    h('p', { class: 'kind' }, said(register.item), item.basis && hasText(`basis_${item.basis}`) ? badge(item.basis) : null),
    h(
      'p',
      { class: 'status-row' },
      h('span', { class: `dot status-${item.status}` }),
      text(`status_${item.status}`),
      item.status_date ? ` · ${item.status_date}` : '',
    ),
    h('dl', {}, h('dt', {}, text('column_register')), h('dd', {}, sourceOf(item))),
    h('p', { class: 'note' }, text('item_not_drawn')),
  );
}

/** @param {App} app @param {Hits} hits @returns {HTMLElement} */
export function popupContent(app, hits) {
  const { unit, features } = hits;
  const { indicator } = app.state;
  const rate = unit && indicator ? app.rate(unit.code, indicator) : null;
  return h(
    'div',
    { class: 'popup' },
    hits.item ? itemBlock(hits.item) : null,
    unit
      ? h(
          'section',
          { class: 'hit' },
          h('h4', {}, app.nameOf(unit)),
          h(
            'p',
            { class: 'kind' },
            [...app.ancestors(unit)]
              .filter((upper) => upper.level !== 'zone')
              .reverse()
              .map((upper) => app.nameOf(upper))
              .join(' › '),
          ),
          indicator ? rateLine(app, unit, indicator, rate) : null,
          hits.item ? null : unitItems(app, unit),
        )
      : null,
    features.slice(0, MOST).map((hit) => featureBlock(app, hit)),
    features.length > MOST ? h('p', { class: 'note' }, text('more_features', { count: features.length - MOST })) : null,
  );
}

// The number that colours a unit, or why there is none.
/** @param {App} app @param {Unit} unit @param {string} indicator @param {Rate | null} rate */
function rateLine(app, unit, indicator, rate) {
  const { map_title: title, classes } = app.indicators[indicator];
  const computed = unit.level in classes;
  const reason = rate ? said(rate.note) : computed ? text('no_row') : text('not_of_level', { level: text(`level_${unit.level}`) });
  return [
    h(
      'p',
      { class: 'rate' },
      said(rate ? rate.title_text : title),
      h('b', {}, rate ? said(rate.value_text) : text('no_value')),
      rate?.basis ? badge(rate.basis) : null,
    ),
    rate
      ? h(
          'p',
          {},
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-proof': indicator,
              onclick: () => {
                app.set({ unit: unit.place, region: null });
                showProof(app, indicator);
              },
            },
            text('table_run'),
          ),
        )
      : null,
    rate?.shown === null || !rate ? h('p', { class: 'note' }, reason) : said(rate.made_text) ? h('p', { class: 'note' }, said(rate.made_text)) : null,
  ];
}

/** @param {App} app @param {Chart} chart @returns {HTMLElement} */
export function hint(app, chart) {
  const box = h('div', { class: 'hint-box', hidden: true, 'aria-hidden': 'true' });
  app.hinted = (unit, hit, point) => {
    if (!point || (!unit && !hit)) {
      box.hidden = true;
      return;
    }
    const { indicator } = app.state;
    const rate = unit && indicator ? app.rate(unit.code, indicator) : null;
    replace(
      box,
      hit ? h('b', {}, shortened(featureName(app, hit.layer, hit.feature))) : null,
      unit ? h('span', {}, app.nameOf(unit)) : null,
      unit && indicator ? h('span', { class: 'value' }, rate ? said(rate.value_text) : text('no_value')) : null,
    );
    box.hidden = false;
    const size = chart.map.getSize();
    box.style.transform = `translate(${Math.min(point.x + 14, size.x - 190)}px, ${Math.max(6, Math.min(point.y + 14, size.y - 60))}px)`;
  };
  return box;
}
