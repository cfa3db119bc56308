// The printed sheet: the map with its frame, legend, rates, sources and review line on A4 or A3 landscape.

import { h, replace, svg } from './dom.js';
import { layerLegend, rateLegend, symbolSwatch } from './legend.js';
import { setPaper } from './paint.js';
import { dataDate, reviewLine } from './sources.js';
import { said, text } from './text.js';
import { entriesOf, leadingEntries } from './cards.js';

const SHARPNESS = 3; // device pixels per CSS pixel on paper

export function northArrow() {
  return svg(
    'svg',
    { class: 'north', viewBox: '0 0 24 40', width: 24, height: 40, 'aria-hidden': 'true' },
    svg('path', { d: 'M12 2 20 30 12 25Z', fill: '#20282a' }),
    svg('path', { d: 'M12 2 4 30 12 25Z', fill: '#fff', stroke: '#20282a', 'stroke-width': 1 }),
    svg('text', { x: 12, y: 39, 'text-anchor': 'middle', 'font-size': 9, 'font-weight': 700, fill: '#20282a' }, 'N'),
  );
}

/** @param {App} app @returns {Child} */
function legend(app) {
  return [
    app.state.indicator ? [h('h3', {}, said(app.indicators[app.state.indicator].map_title)), rateLegend(app)] : null,
    [...app.layers.values()]
      .reverse()
      .map(
        (layer) =>
          layer.shown &&
          layer.legend &&
          (layer.legend.length > 1
            ? [h('h3', {}, said(layer.title)), layerLegend(app, layer)]
            : h('div', { class: 'legend-one' }, symbolSwatch(app, layer, layer.legend[0].symbol), h('span', {}, said(layer.title)))),
      ),
  ];
}

/** @param {App} app */
function ratesTable(app) {
  const unit = app.subject;
  const entries = entriesOf(app, unit.code).sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0));
  const first = leadingEntries(app, unit, entries);
  const lines = [...first, ...entries.filter((entry) => !first.includes(entry))]
    .flatMap(({ rates, parts }) => [rates, ...parts])
    .flatMap((rates) =>
      rates.map((rate, place) => {
        const before = place && rates[place - 1].kind === rate.kind; // the same number, held against another target
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, place ? '' : said(rate.title_text)),
          h('td', {}, before ? '' : said(rate.value_text)),
          h('td', {}, said(rate.target_text) || '—'),
          h('td', {}, said(rate.outcome_text) || '—'),
          h('td', {}, rate.basis ? text(`basis_${rate.basis}`) : ''),
        );
      }),
    );
  return h(
    'table',
    {},
    h('caption', {}, app.nameOf(unit)),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['column_indicator', 'column_rates_value', 'column_target_value', 'column_verdict', 'column_basis'].map((name) =>
          h('th', { scope: 'col' }, text(name)),
        ),
      ),
    ),
    h('tbody', {}, lines),
  );
}

// The legend must be whole: type gets smaller first, then the last rates stay on the page.
/** @param {HTMLElement} side */
function fit(side) {
  const list = /** @type {HTMLElement} */ (side.querySelector('.sheet-legend'));
  const overflows = () => list.scrollHeight > list.clientHeight + 1;
  for (let scale = 0.95; scale > 0.74 && overflows(); scale -= 0.05) side.style.setProperty('--fit', String(scale));
  const rows = [...side.querySelectorAll('tbody tr')];
  const count = rows.length;
  while (rows.length > 3 && overflows()) rows.pop()?.remove();
  if (rows.length < count) side.querySelector('caption')?.append(text('more_on_page', { count: count - rows.length }));
}

// The sources of what is drawn; of a page without any layer those of its numbers.
/** @param {App} app */
function printedSources(app) {
  const layers = [...app.layers.values()];
  if (!layers.length)
    return app.data.sources.map((source) => ({ title: source.title, words: [text(`basis_${source.basis}`), source.date, said(source.licence)] }));
  const hidden = new Set(layers.filter((layer) => !layer.shown).map((layer) => layer.id));
  const drawn = app.data.sources.filter((source) => source.sort === 'layer' && !hidden.has(source.id));
  /** @param {'citation' | 'licence'} name */
  const parts = (name) => [...new Set(drawn.flatMap((source) => said(source[name]).split(/; |\uFF1B/)).filter(Boolean))];
  return [
    ...drawn.map((source) => ({ title: source.title, words: [text(`basis_${source.basis}`), source.date] })),
    { title: null, words: [...parts('citation'), ...parts('licence')] },
  ];
}

/** @param {App} app @param {Chart} chart @param {HTMLElement} page @returns {HTMLElement} */
export function setUpPrint(app, chart, page) {
  const sheet = h('div', { class: 'sheet', 'aria-hidden': 'true' });
  /** @type {{ center: import('leaflet').LatLng, zoom: number, bounds: import('leaflet').LatLngBounds } | null} */
  let kept = null;
  const before = () => {
    if (kept) return;
    kept = { center: chart.map.getCenter(), zoom: chart.map.getZoom(), bounds: chart.map.getBounds() };
    app.printing = true;
    app.printRatio = SHARPNESS;
    page.classList.add('printing');
    chart.map.invalidateSize({ animate: false, pan: false });
    const whole = kept.bounds.contains(chart.bounds) ? chart.bounds : kept.bounds;
    setPaper('#ffffff');
    chart.turn(true);
    chart.map.fitBounds(whole, { animate: false, padding: [6, 6] });
    chart.redrawNow();
    replace(
      sheet,
      h(
        'div',
        { class: 'sheet-side' },
        h('div', { class: 'sheet-legend' }, h('h2', {}, text('legend')), h('div', { class: 'sheet-entries' }, legend(app)), northArrow()),
        h('div', { class: 'sheet-rates' }, ratesTable(app)),
      ),
      h(
        'footer',
        {},
        h(
          'p',
          {},
          `${text('column_vintage')}${text('colon')}${dataDate(app)} · ${text('projection_note')} · ${text('made_with', { version: app.data.version })}`,
        ),
        h(
          'div',
          { class: 'sheet-sources' },
          printedSources(app).map(({ title, words }) => h('p', {}, h('b', {}, said(title)), ` ${words.filter(Boolean).join(' · ')}`)),
        ),
        h('p', { class: 'review' }, `${reviewLine(app)} · ${text('map_note')}`),
      ),
    );
    fit(/** @type {HTMLElement} */ (sheet.querySelector('.sheet-side')));
    setPaper(app.data.backdrop.paper);
  };
  const after = () => {
    if (!kept) return;
    app.printing = false;
    app.printRatio = undefined;
    page.classList.remove('printing');
    chart.turn(false);
    chart.map.invalidateSize({ animate: false, pan: false });
    chart.map.setView(kept.center, kept.zoom, { animate: false });
    kept = null;
    replace(sheet);
    chart.redrawNow();
  };
  window.addEventListener('beforeprint', before);
  window.addEventListener('afterprint', after);
  app.print = (size) => {
    page.classList.toggle('a3', size === 'A3');
    window.print();
  };
  return sheet;
}
