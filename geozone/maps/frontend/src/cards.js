// The rates of the chosen unit, each held against its targets.

import { h, replace, svg } from './dom.js';
import { applies } from './applies.js';
import { digits } from './rounding.js';
import { said, text } from './text.js';
import { badge } from './badge.js';
import { itemName } from './years.js';
import { unitItems } from './popup.js';
import { placeLinks, subjectOf } from './regions.js';

const MARKS = {
  met: 'M3 8.5 6.5 12 13 4.5',
  short: 'M8 3v7M4.5 7 8 10.5 11.5 7M4 13.5h8',
  on_track: 'M3 12 8 7l2 2 4-5M10.5 4H14v3.5',
  report_only: 'M8 7v5M8 4v.5',
  not_computable: 'M4 8h8',
};
const REGISTER_OF = { bay_completion: ['bay'], river_completion: ['river'], lake_completion: ['lake'], water_completion: ['river', 'lake'] };
const OPEN_ORDER = ['under_construction', 'planned', 'recognised', 'unknown'];

export function verdictMark(verdict) {
  return svg('svg', { class: `mark mark-${verdict}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('path', { d: MARKS[verdict], fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
}

function rateData(rate) {
  return { 'data-indicator': rate.indicator, 'data-unit': rate.unit_code, 'data-value': rate.printed ?? '' };
}

function bar(rates, share) {
  const rate = rates[0];
  const targets = rates.filter((row) => row.target_value !== null);
  const reach = !share
    ? Math.max(rate.value ?? rate.high ?? 0, ...targets.map((row) => row.target_value)) * 1.08 || 1
    : Math.max(1, rate.value ?? 0, ...targets.map((row) => row.target_value));
  const width = (value) => `${Math.max(0, Math.min(100, (value / reach) * 100))}%`;
  const track = h('div', { class: 'bar', 'aria-hidden': 'true' });
  if (rate.value !== null) track.append(h('div', { class: `bar-value verdict-${rate.verdict ?? 'none'}`, style: { width: width(rate.value) } }));
  else if (rate.low !== null) {
    track.append(
      h('div', { class: 'bar-value verdict-none', style: { width: width(rate.low) } }),
      h('div', { class: 'bar-band', style: { left: width(rate.low), width: `calc(${width(rate.high ?? reach)} - ${width(rate.low)})` } }));
  }
  for (const row of targets) {
    track.append(h('div', { class: 'bar-target', style: { left: width(row.target_value) } }));
  }
  return track;
}

// The way from today's rate to the targets, by year.
function trajectory(rates) {
  const points = rates.filter((row) => row.target_value !== null && row.target_year)
    .map((row) => ({ year: row.target_year, value: row.target_value, words: row.target_text }))
    .sort((one, other) => one.year - other.year);
  const rate = rates[0];
  const now = Number.parseInt(rate.vintage, 10);
  const [low, high] = [rate.value ?? rate.low, rate.value ?? rate.high];
  if (!points.length || !Number.isFinite(now) || low === null || points.every((point) => point.year <= now)) return null;
  const [width, height, edge] = [360, 62, 8];
  const last = points[points.length - 1].year;
  const top = Math.max(high ?? low, ...points.map((point) => point.value)) * 1.15 || 1;
  const x = (year) => edge + ((year - now) / (last - now)) * (width - 2 * edge - 34);
  const y = (value) => height - 18 - (value / top) * (height - 30);
  const shape = svg('svg', { class: 'trajectory', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': text('trajectory') });
  shape.append(svg('line', { x1: edge, x2: width, y1: height - 18, y2: height - 18, class: 'axis' }));
  shape.append(svg('polyline', { class: 'way', points: [{ year: now, value: low }, ...points].map((point) => `${x(point.year)},${y(point.value)}`).join(' ') }));
  if (high !== null && high !== low) shape.append(svg('line', { class: 'range', x1: x(now), x2: x(now), y1: y(low), y2: y(high) }));
  shape.append(svg('circle', { class: 'today', cx: x(now), cy: y(low), r: 3.5 }));
  shape.append(svg('text', { x: edge - 4, y: height - 4 }, String(now)));
  for (const point of points) {
    if (point.year <= now) continue;
    shape.append(svg('circle', { class: 'goal', cx: x(point.year), cy: y(point.value), r: 3 }));
    shape.append(svg('text', { x: x(point.year), y: height - 4, 'text-anchor': 'middle' }, String(point.year)));
    shape.append(svg('text', { x: x(point.year), y: y(point.value) - 6, 'text-anchor': 'middle' }, said(point.words)));
  }
  return shape;
}

function readingNote(target) {
  if (!target?.reading) return null;
  return h('p', { class: 'warning' }, said(target.reading));
}

function verdictLine(rate) {
  return h('div', { class: 'verdict', ...rateData(rate), 'data-target': rate.target_id, 'data-verdict': rate.verdict },
    h('span', { class: `pill pill-${rate.verdict}` }, verdictMark(rate.verdict), said(rate.outcome_text)),
    h('span', { class: 'goal-text' }, text('target_by', { target: said(rate.target_text) })));
}

function facts(app, rates) {
  const rate = rates[0];
  const rowsOf = [];
  const add = (name, value) => value && rowsOf.push(h('dt', {}, text(name)), h('dd', {}, value));
  add('fact_share', said(rate.parts_text));
  add('column_method', said(rate.method));
  add('column_vintage', rate.vintage);
  add('column_basis', rate.basis ? `${text(`basis_${rate.basis}`)}${text('colon')}${text(`basis_hint_${rate.basis}`)}` : '');
  const layers = [...app.layers.values()].filter((layer) => layer.source !== undefined && rate.indicator.startsWith(layer.role));
  for (const layer of layers) add('column_source', `${said(layer.title)}${text('colon')}${said(layer.source)} · ${layer.licence} · ${layer.vintage}`);
  for (const role of REGISTER_OF[rate.indicator] ?? []) {
    const register = app.registers[role];
    if (register) add('column_register', `${said(register.source)} · ${register.as_of} · ${text(`basis_${register.basis}`)}`);
  }
  for (const row of rates) {
    const target = app.data.targets[row.target_id];
    if (!target) continue;
    const titles = target.documents.map((id) => (app.data.documents[id] ? said(app.data.documents[id].title) : id));
    add('column_clause', `${row.target_id}${text('colon')}${[...new Set(titles)].join(text('semicolon'))} ${target.clause}`);
    add('column_targets_denominator', said(target.denominator));
    if (said(target.note)) add('column_note', said(target.note));
  }
  return h('dl', { class: 'facts' }, rowsOf);
}

// The items that would close a gap: those not completed yet, nearest to completion first.
function openItems(app, rate) {
  const roles = REGISTER_OF[rate.indicator];
  if (!roles) return null;
  const unit = subjectOf(app, rate.unit_code);
  const prefixes = unit.level === 'zone' ? [''] : (unit.members ?? [unit]).map(({ code }) => code.replace(/(00)+$/, ''));
  const open = roles.flatMap((role) => (app.registers[role]?.items ?? [])
    .map((item, place) => ({ item, place, role }))
    .filter(({ item }) => item.status !== 'built' && prefixes.some((prefix) => inUnitOf(item, prefix))));
  if (!open.length) return null;
  open.sort((one, other) => OPEN_ORDER.indexOf(one.item.status) - OPEN_ORDER.indexOf(other.item.status)
    || (Number(one.item.planned_year) || 9999) - (Number(other.item.planned_year) || 9999));
  return h('details', { class: 'open-items' },
    h('summary', {}, text('open_items', { count: open.length })),
    h('ul', {}, open.map(({ item, role, place }) => h('li', {},
      h('button', { type: 'button', class: 'link', 'data-item': item.item_id, onclick: () => app.showItem(role, place) }, itemName(item)),
      h('span', { class: `dot status-${item.status}` }), text(`status_${item.status}`),
      item.planned_year ? ` · ${text('planned_for', { year: Math.round(Number(item.planned_year)) })}` : '',
      item.shore_km ? ` · ${text('shore', { length: digits(item.shore_km, 0) })}` : ''))));
}

function inUnitOf(item, prefix) {
  if (!prefix) return true;
  return [item.county_code, item.city_code, item.province_code].some((code) => code && String(code).startsWith(prefix));
}

function card(app, indicator, rates) {
  const rate = rates[0];
  const held = rates.filter((row) => row.verdict && row.target_id);
  const body = h('article', { class: 'card', ...rateData(rate) },
    h('header', {}, h('h3', {}, said(app.indicators[indicator].title)), rate.basis ? badge(rate.basis) : null),
    h('div', { class: 'figure' }, h('strong', {}, said(rate.value_text)), h('span', { class: 'share' }, said(rate.parts_text))),
    bar(rates, app.indicators[indicator].share),
    held.map(verdictLine),
    held.map((row) => readingNote(app.data.targets[row.target_id])),
    said(rate.note) ? h('p', { class: 'note' }, said(rate.note)) : null,
    openItems(app, rate),
    h('details', { class: 'more' }, h('summary', {}, text('table_run')), trajectory(rates), facts(app, rates)));
  if (app.mappable.includes(indicator)) {
    body.querySelector('header').prepend(h('button', {
      type: 'button', class: 'to-map', 'aria-pressed': String(app.state.indicator === indicator),
      'aria-label': text('show_on_map', { title: said(app.indicators[indicator].title) }), title: text('show_on_map', { title: said(app.indicators[indicator].title) }),
      onclick: () => app.set({ indicator }),
    }, '◐'));
  }
  return body;
}

export function computable(rates) {
  return rates.some((rate) => rate.value !== null || rate.low !== null);
}

// There is some of it in the unit, and too little for a rate: that is said in its place.
function tooLittle(rates) {
  return rates.some((rate) => !applies(rate) && rate.denominator > 0);
}

export function cardsSection(app) {
  const section = h('section', { class: 'cards', id: 'rates', 'aria-live': 'polite' });
  const draw = () => {
    const unit = app.subject;
    const own = app.ratesOf.get(unit.code) ?? new Map();
    const shown = [...own].filter(([, rates]) => computable(rates) || tooLittle(rates));
    const withTarget = shown.filter(([, rates]) => rates.some((rate) => rate.target_id));
    const without = shown.filter(([, rates]) => !rates.some((rate) => rate.target_id));
    const chain = app.ancestors(unit).reverse();
    replace(section,
      h('nav', { class: 'crumbs', 'aria-label': text('column_region_name') }, chain.map((upper) => [
        h('button', { type: 'button', class: 'link', onclick: () => app.choose(upper) }, app.nameOf(upper)), ' › '])),
      h('h2', {}, app.nameOf(unit), h('small', {}, said(unit.areaText))),
      placeLinks(app, unit),
      unit.place === app.zone ? summary(app, withTarget) : null,
      withTarget.length ? [h('h3', { class: 'group' }, text('with_target')), withTarget.map(([indicator, rates]) => card(app, indicator, rates))] : null,
      without.length ? [h('h3', { class: 'group' }, text('without_target')), without.map(([indicator, rates]) => card(app, indicator, rates))] : null,
      shown.length ? null : h('p', { class: 'note' }, text('no_rates')),
      unit.level === 'county' ? unitItems(app, unit) : null);
  };
  app.on(['lang', 'unit', 'indicator'], draw);
  draw();
  return section;
}

// How many targets are met, short and so on: the first thing a reader wants to know.
function summary(app, withTarget) {
  if (!withTarget.length) return null;
  return h('ul', { class: 'summary' }, app.data.tally.map(({ verdict, title, count }) => h('li', { class: `sum-${verdict}` },
    verdictMark(verdict), h('b', {}, String(count)), said(title))));
}

// Targets that nothing here can compute, of the zone and of its units, with the layer that is missing.
export function missingSection(app) {
  const section = h('section', { class: 'missing', id: 'missing' });
  const draw = () => {
    const whole = app.units[app.zone];
    const own = [whole, ...app.units.filter((unit) => unit !== whole), ...app.regions.values()].flatMap((unit) => [...(app.ratesOf.get(unit.code) ?? new Map())]
      .filter(([, rates]) => !computable(rates) && (unit === whole || rates.some((rate) => rate.target_id))));
    const count = own.reduce((sum, [, rates]) => sum + rates.length, 0);
    replace(section, count ? [
      h('h2', {}, text('not_computable_title'), h('small', {}, text('amount_items', { amount: count }))),
      h('p', { class: 'note' }, text('not_computable_note')),
      h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': text('not_computable_title') },
        h('ul', {}, own.flatMap(([indicator, rates]) => rates.map((rate) => missingRow(app, indicator, rate))))),
    ] : []);
  };
  app.on(['lang'], draw);
  draw();
  return section;
}

function missingRow(app, indicator, rate) {
  const target = app.data.targets[rate.target_id];
  const unit = subjectOf(app, rate.unit_code);
  return h('li', { ...rateData(rate), 'data-verdict': rate.verdict ?? '', 'data-target': rate.target_id ?? '' },
    h('b', {}, unit && unit.place !== app.zone ? `${app.nameOf(unit)} · ` : '', said(target ? target.title : app.indicators[indicator].title)),
    h('span', { class: 'goal-text' }, target ? said(target.text) : ''),
    h('span', { class: 'lacking' }, said(rate.note)));
}

