// The width of a barrier along its axes, in step with the map: what is marked on one is marked on the other.

import { BOTTOM, drawing, HEIGHT, TOP, WIDTH } from './belt_drawing.js';
import { breakList, passList } from './belt_lists.js';
import { around, nameAt, rowsOf, thereAt } from './belt_rows.js';
import { h, replace } from './dom.js';
import { digits } from './rounding.js';
import { text } from './text.js';

/** @param {App} app @param {Belt} belt @param {FeatureLayer} axisLayer @param {FeatureLayer | null} breakLayer */
export function profileOf(app, belt, axisLayer, breakLayer) {
  const stations = rowsOf(axisLayer);
  const breaks = rowsOf(breakLayer);
  const axes = [...new Set(stations.map((row) => row.axis))];
  let axis = axes[0];
  /** @type {BeltRow[]} */
  let own = [];
  let at = 0; // the station that is marked
  /** @type {ReturnType<typeof drawing> & { slider: HTMLElement, words: HTMLElement } | null} */
  let parts = null;

  /** @param {number} km */
  const kilometres = (km) => digits(km, km < 10 ? 1 : 0);
  const hasSafe = belt.safe && stations.some((row) => Number.isFinite(row.protected_width_km));
  /** @param {BeltRow} row */
  const wordsAt = (row) =>
    text(hasSafe ? 'belt_at' : 'belt_at_width', {
      km: digits(row.along_km, 0),
      county: nameAt(app, row),
      width: kilometres(row.width_km),
      safe: kilometres(row.protected_width_km ?? 0),
    }) + (row.there ? text('belt_pass', { names: thereAt(app, row) }) : '');

  // Marks a station on the chart, and on the map where it comes from the chart.
  /** @param {number} place @param {boolean} onMap */
  const mark = (place, onMap) => {
    at = Math.max(0, Math.min(own.length - 1, place));
    const row = own[at];
    if (!row || !parts) return;
    parts.line.setAttribute('d', `M${parts.x(row.along_km)} ${TOP - 8}V${HEIGHT - BOTTOM}`);
    parts.words.textContent = wordsAt(row);
    parts.slider.setAttribute('aria-valuenow', String(Math.round(row.along_km)));
    parts.slider.setAttribute('aria-valuetext', wordsAt(row));
    if (onMap) show(row);
  };
  /** @param {BeltRow} row */
  const show = (row) => {
    if (!axisLayer.shown) {
      axisLayer.shown = true;
      app.tell(['layers']);
    }
    app.marked = { layer: axisLayer, feature: row.feature };
    app.chart?.highlight.redraw();
  };
  const leave = () => {
    app.marked = null;
    app.chart?.highlight.redraw();
  };
  /** @param {number} km */
  const nearest = (km) => own.reduce((best, row, place) => (Math.abs(row.along_km - km) < Math.abs(own[best].along_km - km) ? place : best), 0);

  // Shows the axis that a row is of.
  /** @param {BeltRow} row */
  const turnTo = (row) => {
    if (row.axis === axis) return;
    axis = row.axis;
    redraw();
  };

  app.on(['under'], () => {
    const hit = app.under.find(({ layer }) => layer === axisLayer);
    if (!hit) return;
    const row = stations[hit.feature];
    turnTo(row);
    mark(own.indexOf(row), false);
  });

  /** @type {Record<string, number>} */
  const keys = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 20, PageDown: -20, Home: -Infinity, End: Infinity };
  /** @param {PointerEvent} event */
  const place = (event) => {
    if (!parts) return at;
    const box = parts.shape.getBoundingClientRect();
    return nearest(parts.km(((event.clientX - box.left) / box.width) * WIDTH));
  };
  const flyTo = () => app.showFeature(axisLayer, own[at].feature, around(axisLayer, own[at].feature));

  /** @type {HTMLElement} */
  let figure;
  /** @param {BeltRow['axis']} wanted */
  const choose = (wanted) => {
    axis = wanted;
    at = 0;
    redraw();
    figure.querySelector('select')?.focus();
  };
  const redraw = () => {
    own = stations.filter((row) => row.axis === axis);
    const drawn = drawing(
      app,
      belt,
      own,
      breaks.filter((row) => row.axis === axis),
      breakLayer,
      hasSafe,
    );
    const slider = h(
      'div',
      {
        class: 'profile',
        role: 'slider',
        tabindex: '0',
        'data-profile': axis,
        'aria-label': text('belt_profile'),
        'aria-valuemin': '0',
        'aria-valuemax': String(Math.round(drawn.length)),
        onpointermove: (event) => mark(place(event), true),
        onpointerdown: (event) => mark(place(event), true),
        onpointerleave: leave,
        onfocus: () => mark(at, true),
        onblur: leave,
        onkeydown: (event) => {
          if (event.key === 'Enter') flyTo();
          else if (event.key in keys) mark(Number.isFinite(keys[event.key]) ? at + keys[event.key] : keys[event.key] > 0 ? own.length - 1 : 0, true);
          else return;
          event.preventDefault();
        },
        ondblclick: flyTo,
      },
      drawn.shape,
    );
    const words = h('p', { class: 'profile-words' });
    parts = { ...drawn, slider, words };
    replace(
      figure,
      h('div', { class: 'profile-head' }, h('h3', {}, text('belt_profile')), axes.length > 1 ? axisPicker(stations, axes, axis, choose) : null),
      slider,
      profileKey(belt, hasSafe),
      words,
    );
    mark(at, false);
  };

  return {
    draw() {
      figure = h('div', { class: 'belt-profile' });
      redraw();
      return [
        figure,
        breakList(app, breakLayer, breaks, (row) => {
          turnTo(row);
          mark(nearest(row.along_km), false);
        }),
        passList(app, stations, hasSafe, (row) => {
          turnTo(row);
          mark(own.indexOf(row), true);
          app.showFeature(axisLayer, row.feature, around(axisLayer, row.feature));
        }),
      ];
    },
  };
}

// What the colours of the drawing mean.
/** @param {Belt} belt @param {boolean} hasSafe @returns {HTMLElement} */
function profileKey(belt, hasSafe) {
  return h(
    'p',
    { class: 'profile-key' },
    h('span', {}, h('i', { class: 'key-width' }), text('belt_width')),
    hasSafe ? h('span', {}, h('i', { class: 'key-safe' }), text('belt_safe')) : null,
    h('span', {}, h('i', { class: 'key-narrow' }), text('belt_narrow', { width: digits(belt.narrow_km, Number.isInteger(belt.narrow_km) ? 0 : 1) })),
  );
}

// The choice of an axis, where a barrier has several.
/** @param {BeltRow[]} stations @param {BeltRow['axis'][]} axes @param {BeltRow['axis']} axis @param {(axis: BeltRow['axis']) => void} choose @returns {HTMLElement} */
function axisPicker(stations, axes, axis, choose) {
  return h(
    'select',
    { 'aria-label': text('belt_axes'), 'data-choose-axis': true, onchange: (event) => choose(axes[event.target.selectedIndex]) },
    axes.map((one) => {
      const option = h('option', {}, text('belt_axis', { axis: one, length: digits(lengthOf(stations.filter((row) => row.axis === one)), 0) }));
      option.value = String(one);
      option.selected = one === axis;
      return option;
    }),
  );
}

/** @param {BeltRow[]} rows @returns {number} */
function lengthOf(rows) {
  return rows.reduce((sum, row) => sum + row.length_km, 0);
}
