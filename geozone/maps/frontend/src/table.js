// The table twin of the map: every unit with all its rates; sortable, filterable, and a click flies there.

import { showProof } from './card.js';
import { h, replace } from './dom.js';
import { sounds } from './pinyin.js';
import { REGION, placesOf } from './regions.js';
import { said, text } from './text.js';

/** @type {Record<string, number>} */
const RANK = { zone: 0, province: 1, city: 2, county: 3, [REGION]: 4 };

/** @param {App} app @returns {HTMLElement} */
export function tableSection(app) {
  const section = h('section', { class: 'units', id: 'units' });
  const view = { sort: 'code', up: true, filter: '', level: '' };
  const listed = [...app.units, ...app.regions.values()];
  const columns = Object.keys(app.indicators).filter((id) =>
    listed.some((unit) => {
      const rate = app.rate(unit.code, id);
      return unit.place !== app.zone && rate && (rate.value !== null || rate.low !== null); // what says nothing is named as well
    }),
  );
  const body = h('tbody');
  const count = h('span', { class: 'count', role: 'status' });

  /** @param {Subject} unit @returns {string | number} */
  const sortValue = (unit) => {
    if (view.sort === 'name') return app.nameOf(unit);
    if (view.sort === 'km2') return unit.area ?? -1;
    if (view.sort === 'code') return unit.place === app.zone ? '' : unit.code;
    const rate = app.rate(unit.code, view.sort);
    return rate?.shown ?? -Infinity;
  };

  const visible = () => {
    const wanted = view.filter.trim().toLowerCase();
    return listed
      .filter((unit) => (!view.level || unit.level === view.level) && (!wanted || matches(app, unit, wanted) || named(app, unit, wanted)))
      .map((unit) => ({ value: sortValue(unit), unit }))
      .sort(({ value: one, unit: first }, { value: other, unit: second }) => {
        const order =
          typeof one === 'string' || typeof other === 'string'
            ? String(one).localeCompare(String(other), app.state.lang === 'zh' ? 'zh-CN' : 'en')
            : one - other;
        return (view.up ? order : -order) || RANK[first.level] - RANK[second.level] || (first.place ?? 0) - (second.place ?? 0);
      })
      .map(({ unit }) => unit);
  };

  const fillRows = () => {
    const shown = visible();
    replace(
      body,
      shown.map((unit) => row(app, unit, columns)),
    );
    count.textContent = text('amount_units', { amount: shown.length });
    mark();
  };
  const mark = () => {
    for (const line of /** @type {Iterable<HTMLElement>} */ (body.children)) line.classList.toggle('chosen', line.dataset.unit === app.subject.code);
  };

  const draw = () => {
    /** @param {string} key @param {string} title @param {string} extra */
    const head = (key, title, extra) =>
      h(
        'th',
        { scope: 'col', class: extra, 'aria-sort': view.sort === key ? (view.up ? 'ascending' : 'descending') : 'none' },
        h(
          'button',
          {
            type: 'button',
            'data-sort': key,
            onclick: () => {
              view.up = view.sort === key ? !view.up : key === 'name' || key === 'code';
              view.sort = key;
              draw();
              /** @type {HTMLElement | null} */ (section.querySelector(`[data-sort="${CSS.escape(key)}"]`))?.focus();
            },
          },
          title,
          h('span', { class: 'arrow', 'aria-hidden': 'true' }, view.sort === key ? (view.up ? ' ↑' : ' ↓') : ''),
        ),
      );
    const levels = Object.keys(RANK).filter((level) => listed.some((unit) => unit.level === level));
    replace(
      section,
      h('h2', {}, text('units_title'), count),
      h(
        'div',
        { class: 'filters' },
        h('input', {
          type: 'search',
          value: view.filter,
          'data-filter': true,
          placeholder: text('filter_units'),
          'aria-label': text('filter_units'),
          oninput: (event) => {
            view.filter = event.target.value;
            fillRows();
          },
        }),
        h(
          'select',
          {
            'aria-label': text('choose_level'),
            'data-filter-level': true,
            onchange: (event) => {
              view.level = event.target.value;
              fillRows();
            },
          },
          ['', ...levels].map((level) => {
            const option = h('option', {}, level ? text(`level_${level}`) : text('all_levels'));
            option.value = level;
            option.selected = level === view.level;
            return option;
          }),
        ),
      ),
      h(
        'div',
        { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': text('units_title') },
        h(
          'table',
          {},
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              head('name', text('column_name'), 'name'),
              head('km2', text('column_area_km2'), 'number'),
              columns.map((id) => head(id, said(app.indicators[id].title), 'number')),
            ),
          ),
          body,
        ),
      ),
    );
    fillRows();
  };
  app.on(['lang', 'year'], draw);
  app.on(['unit'], mark);
  draw();
  return section;
}

/** @param {Pick<App, 'syllables' | 'data'>} app @param {Subject} unit @param {string} wanted @returns {boolean} */
export function matches(app, unit, wanted) {
  return (
    unit.name.toLowerCase().includes(wanted) || unit.nameEn.toLowerCase().includes(wanted) || unit.code.startsWith(wanted) || sounds(app, unit.name, wanted)
  );
}

// Whether a place that the unit is a member of has the name.
/** @param {App} app @param {Subject} unit @param {string} wanted @returns {boolean} */
function named(app, unit, wanted) {
  return placesOf(app, unit).some(({ name }) => app.data.strings[name].some((one) => one.toLowerCase().includes(wanted)));
}

/** @param {App} app @param {Subject} unit @param {string[]} columns */
function row(app, unit, columns) {
  const places = placesOf(app, unit)
    .map(({ name }) => said(name))
    .join(text('and_so_on'));
  return h(
    'tr',
    { 'data-unit': unit.code, class: `level-${unit.level}`, onclick: () => app.choose(unit) },
    h(
      'th',
      { scope: 'row', class: 'name' },
      h('button', { type: 'button', class: 'link' }, app.nameOf(unit)),
      places ? h('small', { class: 'of-places' }, places) : null,
    ),
    h('td', { class: 'number' }, said(unit.areaText)),
    columns.map((id) => {
      const rate = app.rate(unit.code, id);
      if (!rate) return h('td', { class: 'number empty' }, '—');
      const other = rate.title_text === app.indicators[id].title ? null : said(rate.title_text); // of a screening layer, say
      return h(
        'td',
        {
          class: 'number',
          title: other,
          'data-indicator': id,
          'data-unit': unit.code,
          'data-value': rate.printed ?? '',
          onclick: (event) => {
            event.stopPropagation();
            app.choose(unit);
            showProof(app, id);
          },
        },
        said(rate.value_text),
        other ? h('small', {}, said(rate.made_text)) : null,
      );
    }),
  );
}
