// The card over the map: what colours the units, which layers are drawn, and what their symbols mean.

import { h, replace } from './dom.js';
import { darkestShade } from './image.js';
import { swatch } from './paint.js';
import { applies } from './applies.js';
import { said, text } from './text.js';
import { shortened } from './popup.js';
import { badge } from './badge.js';
import { statusCounts, yearRange } from './years.js';

/** @param {App} app @param {string} indicator @param {string} level @returns {ClassEntry[]} */
export function classEntries(app, indicator, level) {
  const classes = app.indicators[indicator]?.classes[level];
  if (!classes) return [];
  const colours = app.data.rate_colours;
  const rates = app.partition[level].map((place) => app.rate(app.units[place].code, indicator));
  const shown = rates.map((rate) => rate?.shown ?? null);
  const entries = [];
  if (shown.includes(0) && classes.zero !== null) entries.push({ key: 'zero', colour: colours.zero, title: said(classes.zero) });
  // a class that no unit falls into has a colour, so that levels and zones compare, and no entry
  const used = new Set(shown.filter((value) => value !== null).map((value) => colourOf(app, indicator, level, value)));
  classes.titles.forEach((title, place) => {
    const colour = classes.colours[place];
    if (used.has(colour)) entries.push({ key: `class${place}`, colour, title: said(title) });
  });
  if (shown.includes(null)) {
    const title = rates.some((rate) => rate && !applies(rate)) ? 'no_value_or_not_applicable' : 'no_value';
    entries.push({ key: 'missing', colour: colours.missing, title: text(title) });
  }
  if (rates.some((rate) => rate && rate.value === null && rate.shown !== null)) {
    entries.push({ key: 'band', band: true, title: text('legend_band') });
  }
  return entries;
}

/** @param {App} app @param {string} indicator @param {string} level @param {number | null | undefined} value @returns {string} */
export function colourOf(app, indicator, level, value) {
  const classes = app.indicators[indicator]?.classes[level];
  const colours = app.data.rate_colours;
  if (value === null || value === undefined || !classes) return colours.missing;
  if (value <= 0 && classes.zero !== null) return colours.zero;
  const place = classes.bounds.findIndex((bound) => value <= bound);
  return classes.colours[place < 0 ? classes.bounds.length - 1 : place];
}

export const BAND = 'band'; // the entry of what is only known as a band, which has no colour

// Units of one entry stay as they are while the reader points at it; the others fade.
/** @param {App} app @param {string | null} entry */
function light(app, entry) {
  if (app.lit === entry) return;
  app.lit = entry;
  app.tell(['lit']);
}

/** @param {string} colour @returns {PaintSymbol} */
function fillSymbol(colour) {
  return { kind: 'fill', fill: colour, stroke: '#8a8f8c', width: 0.6, opacity: 1 };
}

export const BAND_SYMBOL = { kind: 'hatch', fill: '#5d6266', stroke: null, width: 0, opacity: 0.55 };

/** @param {App} app @returns {HTMLElement | null} */
export function rateLegend(app) {
  const { indicator, level } = app.state;
  if (!indicator) return null;
  if (!app.indicators[indicator].classes[level]) return h('p', { class: 'hint' }, text('not_of_level', { level: text(`level_${level}`) }));
  return h(
    'ul',
    { class: 'legend-list', 'data-legend': 'units' },
    classEntries(app, indicator, level).map((entry) =>
      h(
        'li',
        {
          'data-legend': `units:${entry.key}`,
          'data-colour': entry.colour,
          tabindex: 0,
          onmouseenter: () => light(app, entry.colour ?? BAND),
          onmouseleave: () => light(app, null),
          onfocus: () => light(app, entry.colour ?? BAND),
          onblur: () => light(app, null),
        },
        swatch(entry.colour ? fillSymbol(entry.colour) : BAND_SYMBOL, 30, 18, darkestShade(app)),
        h('span', {}, entry.title),
      ),
    ),
  );
}

// A symbol on what it lies on: the units' ground, or the sea, with which a transparent one mixes.
/** @param {App} app @param {Layer} layer @param {PaintSymbol} symbol @returns {HTMLCanvasElement} */
export function symbolSwatch(app, layer, symbol) {
  return swatch(symbol, 30, 18, 1, (layer.sea && app.grounds?.sea?.symbol.fill) || undefined);
}

/** @param {App} app @param {Layer} layer @returns {HTMLElement | null} */
export function layerLegend(app, layer) {
  if (!layer.legend || layer.legend.length === 1) return null;
  const counts = statusCounts(app, layer);
  // an earlier year may tell items apart that have one status by now
  const apart = app.state.year !== null && layer.item_sets?.some((set) => set.length > 1);
  const { mixed, uncounted } = app.data.drawn; // of no item, or of items that are counted by their statuses
  const entries = layer.legend.filter((entry, place) => !layer.counts || layer.counts[place] || counts?.[entry.key] || (apart && entry.key === mixed));
  return h(
    'ul',
    { class: 'legend-list', 'data-statuses': layer.id },
    entries.map((entry) =>
      h(
        'li',
        { 'data-legend': `${layer.id}:${entry.key}` },
        symbolSwatch(app, layer, entry.symbol),
        h('span', {}, said(entry.title)),
        counts && !uncounted.includes(entry.key) ? h('span', { class: 'count' }, String(counts[entry.key] ?? 0)) : null,
      ),
    ),
  );
}

/** @param {App} app @returns {HTMLElement} */
export function legendCard(app) {
  const card = h('aside', { class: 'legend' });
  const draw = () => {
    const open = card.querySelector('details')?.open ?? !window.matchMedia('(max-width: 720px)').matches;
    card.setAttribute('aria-label', text('layers'));
    const years = yearRange(app);
    replace(
      card,
      h(
        'details',
        { open, ontoggle: (/** @type {Event} */ event) => card.classList.toggle('open', /** @type {HTMLDetailsElement} */ (event.target).open) },
        h('summary', {}, text('layers')),
        h(
          'div',
          { class: 'legend-body' },
          app.mappable.length ? unitsSection(app) : null,
          [...app.layers.values()].reverse().map((layer) => layerSection(app, layer)),
          switchRow('graticule', text('graticule'), app.state.graticule, (on) => app.set({ graticule: on })),
          years ? yearSlider(app, years) : null,
        ),
      ),
    );
  };
  app.on(['lang', 'indicator', 'level', 'layers', 'graticule'], draw);
  app.on(['year'], () => {
    // the slider keeps its focus while it is moved
    const active = document.activeElement;
    const slider = /** @type {HTMLInputElement | null} */ (card.querySelector('[data-year]'));
    if (slider) slider.value = slider.dataset.year = String(app.state.year ?? slider.max);
    if (active === slider || playing) {
      const fresh = h(
        'div',
        {},
        [...app.layers.values()].map((layer) => layerLegend(app, layer)),
      );
      for (const item of /** @type {NodeListOf<HTMLElement>} */ (fresh.querySelectorAll('[data-statuses]'))) {
        card.querySelector(`[data-statuses="${CSS.escape(item.dataset.statuses ?? '')}"]`)?.replaceWith(item);
      }
      const units = rateLegend(app);
      if (units) card.querySelector('[data-legend="units"]')?.replaceWith(units);
      /** @type {HTMLElement} */ (card.querySelector('output')).textContent = yearWord(app);
    } else draw();
  });
  draw();
  return card;
}

/** @param {App} app */
function unitsSection(app) {
  /** @param {'indicator' | 'level'} name @param {[string, string][]} choices @param {string | null} value */
  const pick = (name, choices, value) =>
    h(
      'select',
      {
        'data-choose': name,
        'aria-label': text(`choose_${name}`),
        onchange: (event) => app.set({ [name]: event.target.value || null }),
      },
      choices.map(([key, title]) => {
        const option = h('option', { value: key }, shortened(title, 60));
        option.value = key;
        option.selected = key === (value ?? '');
        return option;
      }),
    );
  const indicators = /** @type {[string, string][]} */ ([...app.mappable.map((id) => [id, said(app.indicators[id].map_title)]), ['', text('indicator_none')]]);
  return h(
    'section',
    { class: 'legend-section' },
    h('h3', {}, text('units_by_rate')),
    h(
      'div',
      { class: 'choose' },
      pick('indicator', indicators, app.state.indicator),
      app.levels.length > 1
        ? pick(
            'level',
            app.levels.filter((level) => level !== 'zone').map((level) => /** @type {[string, string]} */ ([level, text(`level_${level}`)])),
            app.state.level,
          )
        : null,
    ),
    rateLegend(app),
  );
}

/**
 * @param {string} key
 * @param {string} title
 * @param {boolean} checked
 * @param {(on: boolean) => void} action
 * @param {{ swatch: Child, badge: Child }} [extra]
 */
function switchRow(key, title, checked, action, extra) {
  const id = `switch-${key}`;
  return h(
    'div',
    { class: 'switch' },
    h('input', { type: 'checkbox', id, 'data-layer': key, checked, onchange: (event) => action(event.target.checked) }),
    extra?.swatch ?? null,
    h('label', { for: id }, title),
    extra?.badge ?? null,
  );
}

/** @param {App} app @param {Layer} layer */
function layerSection(app, layer) {
  const single = layer.legend?.length === 1 ? layer.legend[0] : null;
  const row = switchRow(
    layer.id,
    layer.title === undefined ? text('relief') : said(layer.title),
    layer.shown,
    (on) => {
      layer.shown = on;
      app.tell(['layers']);
    },
    {
      swatch: single ? h('span', { 'data-legend': `${layer.id}:${single.key}` }, symbolSwatch(app, layer, single.symbol)) : null,
      badge: layer.basis ? badge(layer.basis) : null,
    },
  );
  return h('section', { class: 'legend-section', 'data-legend': layer.id }, row, layer.shown && !single ? layerLegend(app, layer) : null);
}

/** @param {App} app @returns {string} */
function yearWord(app) {
  return app.state.year === null ? text('year_latest') : String(app.state.year);
}

/** @type {ReturnType<typeof setInterval> | null} */
let playing = null;
const STEP_MS = 1200; // a year on the screen

// Shows one year after the other, from the first to the latest.
/** @param {App} app @param {number} first @param {number} last */
function playButton(app, first, last) {
  const stop = () => {
    clearInterval(playing ?? undefined);
    playing = null;
    mark();
  };
  const button = h('button', { type: 'button', class: 'play', 'data-play': true, onclick: () => (playing ? stop() : start()) });
  const mark = () => {
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-play]'))) {
      const words = text(playing ? 'year_stop' : 'year_play');
      one.textContent = playing ? '\u25A0' : '\u25B6';
      one.setAttribute('aria-label', words);
      one.title = words;
    }
  };
  const start = () => {
    app.set({ year: first });
    playing = setInterval(() => {
      const next = (app.state.year ?? last) + 1;
      app.set({ year: next > last ? null : next });
      if (next > last) stop();
    }, STEP_MS);
    mark();
  };
  const words = text(playing ? 'year_stop' : 'year_play');
  button.textContent = playing ? '\u25A0' : '\u25B6';
  button.setAttribute('aria-label', words);
  button.title = words;
  return button;
}

/** @param {App} app @param {Pair} years */
function yearSlider(app, [first, last]) {
  const value = app.state.year ?? last + 1;
  return h(
    'section',
    { class: 'legend-section year' },
    h('label', { for: 'year' }, text('year')),
    h('output', { for: 'year' }, yearWord(app)),
    playButton(app, first, last),
    h('input', {
      type: 'range',
      id: 'year',
      min: first,
      max: last + 1,
      step: 1,
      value,
      'data-year': value,
      'aria-valuetext': yearWord(app),
      oninput: (event) => {
        const chosen = Number(event.target.value);
        event.target.dataset.year = String(chosen);
        app.set({ year: chosen > last ? null : chosen });
        event.target.setAttribute('aria-valuetext', yearWord(app));
      },
    }),
    h('p', { class: 'hint' }, text('year_hint')),
  );
}
