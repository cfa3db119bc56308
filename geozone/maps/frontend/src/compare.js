// Swipe: two themes side by side, with a divider that mouse, touch and keyboard can move.

import { h, replace } from './dom.js';
import { said, text } from './text.js';
import { classEntries } from './legend.js';
import { shortened } from './popup.js';
import { swatch } from './paint.js';
import { yearRange } from './years.js';

/** @param {App} app @returns {number[]} */
function years(app) {
  const range = yearRange(app);
  return range ? Array.from({ length: range[1] - range[0] + 1 }, (_, place) => range[0] + place) : [];
}

/** @param {App} app @returns {[string, string][]} */
export function themes(app) {
  return /** @type {[string, string][]} */ ([
    ...app.mappable.map((id) => [`units:${id}`, said(app.indicators[id].map_title)]),
    ...[...app.layers.values()].map((layer) => [`layer:${layer.id}`, layer.title === undefined ? text('relief') : said(layer.title)]),
    ...years(app).map((year) => [`year:${year}`, text('year_end', { year })]),
    ...(years(app).length ? [['year:latest', text('year_latest')]] : []),
  ]);
}

/** @param {App} app @param {Chart} chart @returns {HTMLElement} */
export function setUpComparison(app, chart) {
  let share = 0.5;
  app.defaultComparison = () => {
    const known = themes(app).map(([key]) => key);
    const dated = years(app);
    if (dated.length > 1) return { left: `year:${dated[0]}`, right: 'year:latest' }; // what has changed since
    const left = known[0];
    return { left, right: known.find((key) => key !== left && key.startsWith('layer:')) ?? known[1] ?? left };
  };
  chart.dividerOnCanvas = (view) => {
    const across = chart.map.getSize().x * share;
    return (across - (chart.picture._bounds.min.x + chart.map._getMapPanePos().x)) * view.ratio;
  };
  const box = h('div', { class: 'comparison', hidden: true });
  const draw = () => {
    const { compare } = app.state;
    box.hidden = !compare;
    if (!compare) return;
    /** @param {'left' | 'right'} side */
    const pick = (side) =>
      h(
        'label',
        { class: `theme ${side}` },
        h('span', { class: 'sr' }, text(`compare_${side}`)),
        h(
          'select',
          {
            'data-compare': side,
            'aria-label': text(`compare_${side}`),
            onchange: (event) => app.set({ compare: { ...compare, [side]: event.target.value } }),
          },
          themes(app).map(([key, title]) => {
            const option = h('option', {}, shortened(title, 60));
            option.value = key;
            option.selected = key === compare[side];
            return option;
          }),
        ),
        key(compare[side]),
      );
    const line = h('div', { class: 'divider', 'aria-hidden': 'true' });
    const slide = h('input', {
      type: 'range',
      min: 2,
      max: 98,
      value: share * 100,
      class: 'slide',
      'aria-label': text('compare_divider'),
      'data-divider': true,
      oninput: (event) => {
        share = Number(event.target.value) / 100;
        line.style.left = `${share * 100}%`;
        chart.redraw();
      },
    });
    line.style.left = `${share * 100}%`;
    replace(box, line, pick('left'), pick('right'), slide);
  };
  /** @param {string} theme */
  const key = (theme) => {
    if (!theme.startsWith('units:')) return null;
    return h(
      'span',
      { class: 'strip', 'aria-hidden': 'true' },
      classEntries(app, theme.slice(6), app.state.level)
        .filter((entry) => entry.colour)
        .map((entry) => swatch({ kind: 'fill', fill: entry.colour, opacity: 1, width: 0 }, 16, 8)),
    );
  };
  app.on(['compare', 'lang', 'level'], draw);
  draw();
  return box;
}
