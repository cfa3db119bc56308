// What a click on the map shows: the unit with its rate, and every feature there with its source.

import { h } from './dom.js';
import { rateText } from './format.js';
import { hasText, said, text } from './text.js';
import { badge } from './badge.js';
import { itemName, registerOf, symbolPlace } from './years.js';

const FIRST = ['source', 'licence', 'vintage', 'accuracy_m'];
const QUIET = new Set(['name', 'name_en', 'basis', 'status', ...FIRST]);
const CODED = new Set(['kind', 'part']); // fields whose values are words of the embedded layers
const LONGEST = 400;
const MOST = 6; // features that one popup describes

export function featureName(app, layer, feature) {
  const { name, name_en: nameEn } = layer.row(feature);
  return String((app.state.lang === 'en' ? nameEn || name : name || nameEn) || `${said(layer.title)} ${feature + 1}`);
}

export function shortened(value, longest = LONGEST) {
  const whole = String(value);
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
}

function attributeRows(attributes) {
  const names = [...Object.keys(attributes).filter((name) => !QUIET.has(name)), ...FIRST.filter((name) => name in attributes)];
  return names
    .filter((name) => attributes[name] !== null && attributes[name] !== '')
    .map((name) => [h('dt', {}, hasText(`field_${name}`) ? text(`field_${name}`) : name), h('dd', {}, CODED.has(name) && hasText(`value_${attributes[name]}`) ? text(`value_${attributes[name]}`) : shortened(attributes[name]))]);
}

function featureBlock(app, { layer, feature }) {
  const attributes = layer.row(feature);
  const status = layer.symbols ? layer.legend[symbolPlace(app, layer, feature)] : null;
  const register = registerOf(app, layer);
  const item = register && layer.items ? register.items[layer.items[feature]] : null;
  const basis = attributes.basis ?? layer.basis;
  return h('section', { class: 'hit' },
    h('h4', {}, shortened(featureName(app, layer, feature))),
    h('p', { class: 'kind' }, said(layer.title), hasText(`basis_${basis}`) ? badge(basis) : null),
    status ? h('p', { class: 'status-line' }, h('span', { class: `dot status-${status.key}` }), said(status.title), item?.status_date ? ` · ${item.status_date}` : '') : null,
    h('dl', {}, attributeRows(attributes),
      item?.source ? [h('dt', {}, text('fact_register')), h('dd', {}, shortened(`${item.source} ${item.source_date ?? ''}`))] : null));
}

// A register item that no layer draws.
function itemBlock(app, { item, role }) {
  return h('section', { class: 'hit' },
    h('h4', {}, shortened(itemName(item))),
    h('p', { class: 'kind' }, text(`role_${role}`), hasText(`basis_${item.basis}`) ? badge(item.basis) : null),
    h('p', { class: 'status-line' }, h('span', { class: `dot status-${item.status}` }), text(`status_${item.status}`), item.status_date ? ` · ${item.status_date}` : ''),
    h('dl', {}, h('dt', {}, text('fact_register')), h('dd', {}, shortened(`${item.source ?? ''} ${item.source_date ?? ''}`))),
    h('p', { class: 'note' }, text('item_not_drawn')));
}

export function popupContent(app, hits) {
  const { unit, features } = hits;
  const { indicator } = app.state;
  const rate = unit && indicator ? app.rate(unit.code, indicator) : null;
  return h('div', { class: 'popup' },
    hits.item ? itemBlock(app, hits.item) : null,
    unit ? h('section', { class: 'hit' },
      h('h4', {}, app.nameOf(unit)),
      h('p', { class: 'kind' }, [...app.ancestors(unit)].filter((upper) => upper.level !== 'zone').reverse().map((upper) => app.nameOf(upper)).join(' › ')),
      rate ? h('p', { class: 'rate' }, said(app.indicators[indicator].title), h('b', {}, rateText(rate, app.indicators[indicator].kind)), rate.basis ? badge(rate.basis) : null) : null) : null,
    features.slice(0, MOST).map((hit) => featureBlock(app, hit)),
    features.length > MOST ? h('p', { class: 'note' }, text('more_features', { count: features.length - MOST })) : null);
}

export function hint(app, chart) {
  const box = h('div', { class: 'hint-box', hidden: true, 'aria-hidden': 'true' });
  app.hinted = (unit, hit, point) => {
    if (!point || (!unit && !hit)) {
      box.hidden = true;
      return;
    }
    const { indicator } = app.state;
    const rate = unit && indicator ? app.rate(unit.code, indicator) : null;
    box.replaceChildren(...[
      hit ? h('b', {}, shortened(featureName(app, hit.layer, hit.feature))) : null,
      unit ? h('span', {}, app.nameOf(unit)) : null,
      rate ? h('span', { class: 'value' }, rateText(rate, app.indicators[indicator].kind)) : null,
    ].filter(Boolean));
    box.hidden = false;
    const size = chart.map.getSize();
    box.style.transform = `translate(${Math.min(point.x + 14, size.x - 190)}px, ${Math.max(6, Math.min(point.y + 14, size.y - 60))}px)`;
  };
  return box;
}
