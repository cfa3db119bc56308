// What has no number, grouped by what would give it one.

import { openItems, rateData } from './card.js';
import { h, replace } from './dom.js';
import { subjectOf } from './regions.js';
import { said, text } from './text.js';

/** @param {App} app @returns {HTMLElement} */
export function missingSection(app) {
  const section = h('section', { class: 'missing', id: 'missing' });
  const draw = () => {
    const count = app.data.missing.reduce((sum, gap) => sum + gap.rows.length, 0);
    replace(
      section,
      count
        ? [
            h('h2', {}, text('missing_title'), h('small', {}, text('amount_items', { amount: count }))),
            app.data.missing_targets.uncomputed + app.data.missing_targets.undecided
              ? h('p', { class: 'note', 'data-missing-targets': app.data.missing_targets.uncomputed }, text('missing_targets', app.data.missing_targets))
              : null,
            h('p', { class: 'note' }, text('missing_note')),
            h(
              'div',
              { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': text('missing_title') },
              app.data.missing.map((gap) => group(app, gap)),
            ),
          ]
        : [],
    );
  };
  app.on(['lang'], draw);
  draw();
  return section;
}

/** @param {App} app @param {Gap} gap */
function group(app, gap) {
  return h(
    'section',
    { 'data-gap': said(gap.title) },
    h('h3', {}, said(gap.title), gap.answers && gap.demands ? h('small', {}, text('gap_demands', { count: gap.demands })) : null),
    h(
      'ul',
      {},
      gap.rows.map((place) => row(app, app.rates[place])),
    ),
  );
}

/** @param {App} app @param {Rate} rate */
function row(app, rate) {
  const target = app.data.targets[rate.target_id ?? ''];
  const unit = subjectOf(app, rate.unit_code);
  const where = unit && unit.place !== app.zone ? app.nameOf(unit) : '';
  return h(
    'li',
    { ...rateData(rate), 'data-verdict': rate.verdict ?? '', 'data-target': rate.target_id ?? '' },
    h('b', {}, where ? `${where} \u00B7 ` : '', said(target ? target.title : rate.title_text)),
    h('span', { class: 'goal-text' }, target ? said(target.text) : ''),
    h('span', { class: 'lacking' }, said(rate.note)),
    unit ? openItems(app, app.indicators[rate.indicator], unit) : null,
  );
}
