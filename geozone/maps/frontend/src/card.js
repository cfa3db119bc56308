// The card of an indicator: the row that leads as the figure, other rows beside it, each with its own verdicts.

import { badge } from './badge.js';
import { bar, trajectory } from './bars.js';
import { h, svg } from './dom.js';
import { digits } from './rounding.js';
import { sourcesOf } from './sources.js';
import { said, text } from './text.js';
import { itemName } from './years.js';

/** @param {App} app @param {string} verdict @returns {SVGElement} */
export function verdictMark(app, verdict) {
  return svg(
    'svg',
    { class: `mark mark-${verdict}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('path', { d: app.data.marks[verdict], fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }),
  );
}

/** @param {Rate} rate */
export function rateData(rate) {
  return { 'data-indicator': rate.indicator, 'data-unit': rate.unit_code, 'data-value': rate.printed ?? '' };
}

// Rows of one number, held against one target or several: a reported figure and what is computed are two numbers.
/** @param {Rate[]} rates @returns {Rate[][]} */
export function series(rates) {
  /** @type {Map<string | null, Rate[]>} */
  const found = new Map();
  for (const rate of rates) {
    if (!found.has(rate.kind)) found.set(rate.kind, []);
    found.get(rate.kind)?.push(rate);
  }
  return [...found.values()];
}

/** @param {App} app @param {Rate} rate @returns {boolean} */
export function speaks(app, rate) {
  return rate.rank < app.data.silent;
}

/** @param {App} app @param {Rate} rate @param {boolean} several */
function verdictLine(app, rate, several) {
  return h(
    'div',
    { class: 'verdict', ...rateData(rate), 'data-target': rate.target_id, 'data-verdict': rate.verdict },
    h('span', { class: `pill pill-${rate.verdict}` }, verdictMark(app, rate.verdict ?? ''), said(rate.outcome_text)),
    h(
      'span',
      { class: 'goal-text' },
      several ? `${said(rate.made_text)} · ` : '',
      text(app.data.targets[rate.target_id ?? '']?.reference ? 'reference_by' : 'target_by', { target: said(rate.target_text) }),
    ),
  );
}

/** @param {App} app @param {Rate[]} rates @param {boolean} several */
function verdicts(app, rates, several) {
  const held = rates.filter((row) => row.verdict && row.target_id);
  const readings = held.map((row) => app.data.targets[row.target_id ?? '']?.reading).filter((reading) => reading !== null && reading !== undefined);
  return [held.map((row) => verdictLine(app, row, several)), readings.map((reading) => h('p', { class: 'warning' }, said(reading)))];
}

// Another number of the same indicator: what was reported beside what is computed, or the other way round.
/** @param {App} app @param {Rate[]} rates */
function beside(app, rates) {
  const [rate] = rates;
  return h(
    'div',
    { class: 'beside', ...rateData(rate) },
    h(
      'p',
      { class: 'value' },
      said(rate.made_text),
      h('b', {}, said(rate.value_text)),
      h('span', { class: 'share' }, said(rate.parts_text)),
      rate.basis ? badge(rate.basis) : null,
    ),
    verdicts(app, rates, true),
    said(rate.note) ? h('p', { class: 'note' }, said(rate.note)) : null,
  );
}

// What looks at the same in another measure: by shore, by area, on land.
/** @param {Rate[][]} parts */
function partLines(parts) {
  if (!parts.length) return null;
  return h(
    'ul',
    { class: 'parts' },
    parts.map(([rate]) => h('li', rateData(rate), h('span', {}, said(rate.title_text)), h('b', {}, said(rate.value_text)))),
  );
}

/** @param {App} app @param {Indicator} indicator @param {Rate[]} rates */
function facts(app, indicator, rates) {
  /** @type {Child[]} */
  const rowsOf = [];
  /** @param {string} name @param {Child} value */
  const add = (name, value) => value && rowsOf.push(h('dt', {}, text(name)), h('dd', {}, value));
  for (const [rate] of series(rates)) {
    add('fact_share', said(rate.parts_text));
    add('column_method', said(rate.method));
    add('column_vintage', rate.vintage);
    add('column_basis', rate.basis ? `${text(`basis_${rate.basis}`)}${text('colon')}${text(`basis_hint_${rate.basis}`)}` : '');
  }
  for (const [heading, words] of sourcesOf(app, indicator)) add(heading, words);
  const targets = new Map(rates.map((row) => [row.target_id, app.data.targets[row.target_id ?? '']]));
  for (const [id, target] of targets) {
    if (!target) continue;
    const printed = target.documents.map((one) => {
      const title = app.data.documents[one] ? said(app.data.documents[one].title) : one;
      return target.printed[one] ? text('as_printed', { title, printed: target.printed[one] }) : title;
    });
    add('column_clause', `${id}${text('colon')}${[target.clause, ...new Set(printed)].filter(Boolean).join(text('semicolon'))}`);
    add('column_targets_denominator', said(target.denominator));
    if (said(target.note)) add('column_note', said(target.note));
  }
  return h('dl', { class: 'facts' }, rowsOf);
}

// The items that would close a gap, in the order that the indicator gives: nearest to completion first.
/** @param {App} app @param {Indicator} indicator @param {Subject} unit @returns {HTMLElement | null} */
export function openItems(app, indicator, unit) {
  const open = indicator.open.flatMap(([id, places]) =>
    places.map((place) => ({ id, place, item: app.registers[id].items[place] })).filter(({ item }) => liesIn(app, item, unit)),
  );
  if (!open.length) return null;
  return h(
    'details',
    { class: 'open-items' },
    h('summary', {}, text('open_items', { count: open.length })),
    h(
      'ul',
      {},
      open.map(({ item, id, place }) =>
        h(
          'li',
          {},
          h('button', { type: 'button', class: 'link', 'data-item': item.item_id, onclick: () => app.showItem(id, place) }, itemName(item)),
          h('span', { class: `dot status-${item.status}` }),
          text(`status_${item.status}`),
          item.planned_year ? ` · ${text('planned_for', { year: Math.round(Number(item.planned_year)) })}` : '',
          item.shore_km ? ` · ${text('shore', { length: digits(item.shore_km, 0) })}` : '',
        ),
      ),
    ),
  );
}

/** @param {App} app @param {Item} item @param {Subject} unit @returns {boolean} */
function liesIn(app, item, unit) {
  if (unit.place === app.zone) return true;
  const codes = [item.county_code, item.city_code, item.province_code].map((code) => String(code ?? ''));
  return (unit.members ?? [unit]).some(({ code }) => codes.includes(code));
}

// What is known of an indicator, in a sentence for each of its targets.
/** @param {Rate[]} rates */
function statements(rates) {
  const told = [...new Set(rates.map((rate) => said(rate.statement_text)).filter(Boolean))];
  return told.map((words) => h('p', { class: 'statement' }, words));
}

/** @param {App} app @param {string} id */
function toMap(app, id) {
  const title = text('show_on_map', { title: said(app.indicators[id].map_title) });
  return h(
    'button',
    {
      type: 'button',
      class: 'to-map',
      'aria-pressed': String(app.state.indicator === id),
      'aria-label': title,
      title,
      onclick: () => app.set({ indicator: id }),
    },
    '\u25D0',
  );
}

// Opens what a number of the chosen unit rests on: its clause, method, layers, items and other counts.
/** @param {App} app @param {string} id */
export function showProof(app, id) {
  const found = document.querySelector(`#rates [data-indicator="${CSS.escape(id)}"]`);
  const place = /** @type {HTMLElement | null} */ (found?.closest('article.card') ?? found?.closest('details') ?? null);
  const details = /** @type {HTMLDetailsElement | null} */ (place?.matches('details') ? place : (place?.querySelector('details.more') ?? null));
  if (!place || !details) return;
  place.hidden = false; // a filter may have left it out
  details.open = true;
  place.scrollIntoView({ behavior: app.still ? 'auto' : 'smooth' });
  details.querySelector('summary')?.focus({ preventScroll: true });
}

// `parts` are the rows of the indicators that look at the same in another measure.
/** @param {App} app @param {Subject} unit @param {string} id @param {Rate[]} rates @param {Rate[][]} parts @returns {HTMLElement} */
export function card(app, unit, id, rates, parts) {
  const indicator = app.indicators[id];
  const [rate] = rates;
  const [first, ...others] = series(rates);
  const said_ = speaks(app, rate);
  return h(
    'article',
    { class: 'card', ...rateData(rate) },
    h('header', {}, app.mappable.includes(id) ? toMap(app, id) : null, h('h3', {}, said(rate.title_text)), rate.basis ? badge(rate.basis) : null),
    h(
      'div',
      { class: 'figure' },
      h('strong', { class: said_ ? '' : 'words' }, said(rate.value_text)),
      h('span', { class: 'share' }, said(rate.parts_text)),
      h('span', { class: 'made' }, said(rate.made_text)),
    ),
    said_ ? bar(first, indicator.share) : null,
    verdicts(app, first, others.length > 0),
    said(rate.note) ? h('p', { class: 'note' }, said(rate.note)) : null,
    others.map((rows) => beside(app, rows)),
    partLines(parts),
    openItems(app, indicator, unit),
    unit.place === app.zone
      ? app.data.belts.filter((belt) => belt.card === id).map((belt) => h('p', { class: 'note', 'data-belt': true }, said(belt.text)))
      : null,
    h('details', { class: 'more' }, h('summary', {}, text('table_run')), statements(rates), trajectory(app, first), facts(app, indicator, rates)),
  );
}
