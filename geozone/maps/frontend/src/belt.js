// A barrier as a belt: its sentence, its width along the axis, where it does not hold, and what closing gaps would gain.

import { badge } from './badge.js';
import { connected, protection } from './closing.js';
import { h, replace, svg } from './dom.js';
import { featureName } from './popup.js';
import { digits } from './rounding.js';
import { said, text } from './text.js';

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [390, 172, 30, 6, 34, 20]; // of the drawing, and its edges
const REACH = 60000; // drawing units about a place that is shown, some 30 km
const LETTER = { zh: 10.5, en: 5.6 }; // width of a letter of a county's name

/** @param {App} app @param {Belt} belt @param {number} number @returns {HTMLElement} */
export function beltSection(app, belt, number) {
  const section = h('section', { class: 'belt', id: number ? `belt${number}` : 'belt' });
  /** @param {'axis' | 'breaks' | 'gaps'} kind @returns {FeatureLayer | null} */
  const layerOf = (kind) => /** @type {FeatureLayer | undefined} */ ([...app.layers.values()].find((layer) => layer.id === belt[kind])) ?? null;
  const layers = { axis: layerOf('axis'), breaks: layerOf('breaks'), gaps: layerOf('gaps') };
  const profile = layers.axis ? profileOf(app, belt, layers.axis, layers.breaks) : null;
  const choice = belt.closing && layers.gaps ? choiceOf(app, belt.closing, layers.gaps) : null;
  const draw = () =>
    replace(
      section,
      h('h2', {}, said(belt.title), layers.axis ? badge(layers.axis.basis) : null),
      h('p', { class: 'told' }, said(belt.text)),
      belt.more === null ? null : h('p', { class: 'note', 'data-more': true }, said(belt.more)),
      profile?.draw(),
      choice?.draw(),
    );
  app.on(['lang'], draw);
  draw();
  return section;
}

// The rows of a layer, once.
/** @param {FeatureLayer | null} layer @returns {BeltRow[]} */
function rowsOf(layer) {
  if (!layer) return [];
  return Array.from({ length: layer.count }, (_, feature) => /** @type {BeltRow} */ (/** @type {unknown} */ ({ ...layer.row(feature), feature })));
}

/** @param {App} app @param {BeltRow} row @returns {string} */
function nameAt(app, row) {
  const unit = app.byCode.get(String(row.county_code));
  return unit ? app.nameOf(unit) : '';
}

// What lies at a break, or on the line across at a place of an axis.
/** @param {App} app @param {BeltRow} row @returns {string} */
function thereAt(app, row) {
  return (app.state.lang === 'en' ? row.there_en : row.there) ?? '';
}

/** @param {App} app @param {Belt} belt @param {FeatureLayer} axisLayer @param {FeatureLayer | null} breakLayer */
function profileOf(app, belt, axisLayer, breakLayer) {
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
    const widest =
      axes.length > 1
        ? h(
            'select',
            {
              'aria-label': text('belt_axes'),
              'data-choose-axis': true,
              onchange: (event) => {
                axis = axes[event.target.selectedIndex];
                at = 0;
                redraw();
                figure.querySelector('select')?.focus();
              },
            },
            axes.map((one) => {
              const option = h('option', {}, text('belt_axis', { axis: one, length: digits(lengthOf(stations.filter((row) => row.axis === one)), 0) }));
              option.value = String(one);
              option.selected = one === axis;
              return option;
            }),
          )
        : null;
    replace(
      figure,
      h('div', { class: 'profile-head' }, h('h3', {}, text('belt_profile')), widest),
      slider,
      h(
        'p',
        { class: 'profile-key' },
        h('span', {}, h('i', { class: 'key-width' }), text('belt_width')),
        hasSafe ? h('span', {}, h('i', { class: 'key-safe' }), text('belt_safe')) : null,
        h('span', {}, h('i', { class: 'key-narrow' }), text('belt_narrow', { width: digits(belt.narrow_km, Number.isInteger(belt.narrow_km) ? 0 : 1) })),
      ),
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

// The box that shows where a small feature lies.
/** @param {FeatureLayer} layer @param {number} feature @returns {Box | null} */
function around(layer, feature) {
  if (!layer.features) return null;
  const [west, north, east, south] = layer.features.box(feature);
  return [west - REACH, north - REACH, east + REACH, south + REACH];
}

/** @param {BeltRow[]} rows @returns {number} */
function lengthOf(rows) {
  return rows.reduce((sum, row) => sum + row.length_km, 0);
}

// The first of some round steps that parts a length into few enough pieces.
/** @param {number} length @param {number} most @returns {number} */
function stepOf(length, most) {
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((step) => length / step <= most) ?? 5000;
}

// Where a line across runs along the belt it is far longer than anywhere else: such peaks are cut off, and told.
/** @param {BeltRow[]} rows @param {number} least @returns {number} */
function topOf(rows, least) {
  const widths = rows.map((row) => row.width_km).sort((one, other) => one - other);
  const usual = Math.max(least, (widths[Math.floor(widths.length * 0.98)] ?? 0) * 1.15);
  const most = Math.max(least, widths[widths.length - 1] ?? 0) * 1.04;
  return most > usual * 1.3 ? usual : most;
}

// The widest place of every stretch that is cut off.
/** @param {BeltRow[]} rows @param {number} top @returns {BeltRow[]} */
function peaks(rows, top) {
  const found = [];
  let before = null;
  for (const row of rows) {
    if (row.width_km > top) {
      if (!before) found.push(row);
      else if (row.width_km > found[found.length - 1].width_km) found[found.length - 1] = row;
    }
    before = row.width_km > top;
  }
  return found;
}

/**
 * @param {App} app
 * @param {Belt} belt
 * @param {BeltRow[]} rows
 * @param {BeltRow[]} breaks
 * @param {FeatureLayer | null} layer
 * @param {boolean} hasSafe
 */
function drawing(app, belt, rows, breaks, layer, hasSafe) {
  const last = rows[rows.length - 1];
  const length = last ? last.along_km + last.length_km / 2 : 1;
  const top = topOf(rows, belt.narrow_km);
  /** @param {number} km */
  const x = (km) => Math.round((LEFT + (km / length) * (WIDTH - LEFT - RIGHT)) * 100) / 100;
  /** @param {number} km */
  const y = (km) => Math.round((HEIGHT - BOTTOM - (Math.min(km, top) / top) * (HEIGHT - BOTTOM - TOP)) * 100) / 100;
  /** @param {'width_km' | 'protected_width_km'} name */
  const areaOf = (name) => `M${x(0)} ${y(0)}${rows.map((row) => `V${y(row[name] ?? 0)}H${x(row.along_km + row.length_km / 2)}`).join('')}V${y(0)}Z`;
  const shape = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  const line = svg('path', { class: 'here' });
  /** @param {number} until @param {number} step */
  const ticks = (until, step) => Array.from({ length: Math.floor(until / step) + 1 }, (_, place) => place * step);
  shape.append(
    ...ticks(top, stepOf(top, 4)).map((km) =>
      svg(
        'g',
        {},
        svg('path', { class: 'grid', d: `M${LEFT} ${y(km)}H${WIDTH - RIGHT}` }),
        svg('text', { x: LEFT - 4, y: y(km) + 3.5, 'text-anchor': 'end' }, String(km)),
      ),
    ),
    svg('path', { class: 'whole', d: areaOf('width_km') }),
  );
  if (hasSafe) shape.append(svg('path', { class: 'safe', d: areaOf('protected_width_km') }));
  shape.append(
    svg('path', { class: 'narrow', d: `M${LEFT} ${y(belt.narrow_km)}H${WIDTH - RIGHT}` }),
    ...ticks(length, stepOf(length, 6)).map((km) => svg('text', { x: x(km), y: HEIGHT - 6, 'text-anchor': 'middle' }, km ? String(km) : '0 km')),
    ...peaks(rows, top).map((row) =>
      svg(
        'text',
        { class: 'peak', x: Math.min(x(row.along_km), WIDTH - RIGHT - 14), y: TOP + 10, 'text-anchor': 'middle' },
        `\u2191${digits(row.width_km, 0)}`,
      ),
    ),
    ...rows
      .filter((row) => row.there)
      .map((row) =>
        svg('path', { class: 'pass', 'data-pass': row.feature, d: `M${x(row.along_km)} ${HEIGHT - BOTTOM}l-3.5 6h7z` }, svg('title', {}, thereAt(app, row))),
      ),
    ...countyNames(app, rows, x),
    ...(layer
      ? breaks.map((row) => {
          const symbol = layer.legend[layer.symbols?.[row.feature] ?? 0].symbol;
          return svg(
            'circle',
            { class: 'break', 'data-break': row.rank, cx: x(row.along_km), cy: TOP - 8, r: 3 * (symbol.size ?? 1), fill: symbol.fill },
            svg('title', {}, featureName(app, layer, row.feature)),
          );
        })
      : []),
    line,
  );
  return { shape, line, length, x, km: (/** @type {number} */ place) => ((place - LEFT) / (WIDTH - LEFT - RIGHT)) * length };
}

// The names of the counties that the axis crosses, as far as there is room, in two lines.
/** @param {App} app @param {BeltRow[]} rows @param {(km: number) => number} x */
function countyNames(app, rows, x) {
  /** @type {{ name: string, from: number, to: number }[]} */
  const runs = [];
  for (const row of rows) {
    const name = nameAt(app, row);
    const [from, to] = [row.along_km - row.length_km / 2, row.along_km + row.length_km / 2];
    if (runs.length && runs[runs.length - 1].name === name) runs[runs.length - 1].to = to;
    else runs.push({ name, from, to });
  }
  const taken = [-Infinity, -Infinity]; // right ends of the lines
  const labels = [];
  const borders = runs.slice(1).map(({ from }) => svg('path', { class: 'border', d: `M${x(from)} ${TOP - 3}v4` }));
  // the longest stretches are named first, left to right within the room that is left
  const chosen = [...runs]
    .sort((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, 12)
    .sort((one, other) => one.from - other.from);
  for (const { name, from, to } of chosen) {
    const half = (name.length * LETTER[app.state.lang]) / 2;
    const middle = Math.max(LEFT + half, Math.min(WIDTH - half, x((from + to) / 2)));
    const place = taken.findIndex((end) => middle - half > end + 3);
    if (!name || place < 0) continue;
    taken[place] = middle + half;
    labels.push(svg('text', { class: 'county', x: middle, y: 9 + place * 11, 'text-anchor': 'middle' }, name));
  }
  return [...borders, ...labels];
}

/** @param {App} app @param {FeatureLayer | null} layer @param {BeltRow[]} rows @param {(row: BeltRow) => void} mark */
function breakList(app, layer, rows, mark) {
  if (!layer || !rows.length) return null;
  return h(
    'details',
    { class: 'belt-breaks' },
    h('summary', {}, text('belt_breaks', { count: rows.length })),
    h(
      'ol',
      {},
      rows.map((row) =>
        h(
          'li',
          {},
          h('span', { class: 'key-dot', style: { background: layer.legend[layer.symbols?.[row.feature] ?? 0].symbol.fill ?? '' } }),
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-break': row.rank,
              onclick: () => {
                mark(row);
                app.showFeature(layer, row.feature, around(layer, row.feature));
              },
            },
            text('belt_break', { rank: row.rank, kind: text(`break_kind_${row.kind}`), county: nameAt(app, row), km: digits(row.along_km, 0) }),
          ),
          Number.isFinite(row.width_km) ? h('span', {}, text(`belt_wide_${row.kind}`, { width: digits(row.width_km, 1) })) : null,
          thereAt(app, row) ? h('span', { class: 'there' }, thereAt(app, row)) : null,
        ),
      ),
    ),
  );
}

// The passes and basins along the axes, by which a reader finds a place of the profile.
/** @param {App} app @param {BeltRow[]} rows @param {boolean} hasSafe @param {(row: BeltRow) => void} go */
function passList(app, rows, hasSafe, go) {
  const found = rows.filter((row) => row.there);
  if (!found.length) return null;
  return h(
    'details',
    { class: 'belt-breaks belt-passes' },
    h('summary', {}, h('i', { class: 'key-pass' }), text('belt_passes', { count: found.length })),
    h(
      'ol',
      {},
      found.map((row) =>
        h(
          'li',
          {},
          h('button', { type: 'button', class: 'link', 'data-pass': row.feature, onclick: () => go(row) }, thereAt(app, row)),
          h(
            'span',
            {},
            text(hasSafe ? 'belt_pass_at' : 'belt_pass_at_width', {
              km: digits(row.along_km, 0),
              width: digits(row.width_km, 1),
              safe: digits(row.protected_width_km ?? 0, 1),
            }),
          ),
        ),
      ),
    ),
  );
}

// The gaps that a reader can close, and what that gains.
/** @param {App} app @param {Closing} closing @param {FeatureLayer} layer */
function choiceOf(app, closing, layer) {
  const chosen = new Set();
  const size = closing.gaps.area.length;
  /** @param {number} share */
  const percent = (share) => `${digits(share * 100, 2)}%`;
  /** @type {HTMLElement} */
  let box;
  /** @type {HTMLElement} */
  let result;

  /** @param {Subject} subject @returns {(place: number | null) => boolean} */
  const holdsOf = (subject) => {
    const within = new Set((subject.members ?? [subject]).map((unit) => unit.code));
    return (place) => place !== null && [app.units[place], ...app.ancestors(app.units[place])].some((unit) => within.has(unit.code));
  };
  const subjects = () => {
    const subject = app.subject;
    if (subject.place === app.zone) return [subject, ...app.units.filter((unit) => unit.parent === subject.code)];
    const above = app.ancestors(subject.members ? subject.members[0] : subject);
    return [subject, ...(subject.members ? [app.units[app.zone]] : above)];
  };
  /** @param {string} title @param {string} now @param {string} then @param {string} more @param {Record<string, unknown>} data */
  const line = (title, now, then, more, data) =>
    h('tr', data, h('th', { scope: 'row' }, title), h('td', {}, now), h('td', {}, then), h('td', { class: 'gain' }, more));
  const tell = () => {
    const part = [connected(closing, []), connected(closing, chosen)];
    const shares = subjects()
      .map((subject) => ({ subject, ...protection(closing, chosen, holdsOf(subject)) }))
      .filter(({ whole }) => whole > 0);
    replace(
      result,
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['belt_share', 'belt_now', 'belt_then', 'belt_gain'].map((name) => h('th', { scope: 'col' }, text(name))),
        ),
      ),
      h(
        'tbody',
        {},
        shares.map(({ subject, whole, now, then }) =>
          line(
            app.nameOf(subject),
            percent(now / whole),
            percent(then / whole),
            then > now ? text('belt_points', { points: digits(((then - now) / whole) * 100, 2) }) : '—',
            { 'data-unit-share': subject.code, 'data-now': now / whole, 'data-then': then / whole },
          ),
        ),
        line(text('belt_connected'), digits(part[0], 0), digits(part[1], 0), part[1] > part[0] ? `+${digits(part[1] - part[0], 0)}` : '—', {
          'data-connected': part[1],
          class: 'connected',
        }),
      ),
    );
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (box.querySelectorAll('[data-gap]'))) input.checked = chosen.has(Number(input.dataset.gap));
    const best = closing.best.length === chosen.size && closing.best.every((gap) => chosen.has(gap));
    box.querySelector('[data-best]')?.setAttribute('aria-pressed', String(best));
    app.closing = { ...(app.closing ?? {}), [layer.key]: { layer, features: [...chosen].map((gap) => closing.gaps.feature[gap]) } };
    app.chart?.highlight.redraw();
  };
  /** @param {number[]} gaps */
  const choose = (gaps) => {
    chosen.clear();
    for (const gap of gaps) chosen.add(gap);
    tell();
  };
  app.on(['unit'], () => tell());

  return {
    draw() {
      result = h('table', { class: 'closing-result', 'aria-live': 'polite' });
      box = h(
        'div',
        { class: 'closing' },
        h('h3', {}, text('belt_closing')),
        h('p', { class: 'note' }, text('belt_closing_hint', { count: size })),
        h(
          'div',
          { class: 'closing-tools' },
          h('button', { type: 'button', 'data-best': true, onclick: () => choose(closing.best) }, text('belt_best', { count: closing.best.length })),
          h('button', { type: 'button', 'data-none': true, onclick: () => choose([]) }, text('belt_clear')),
        ),
        h(
          'ul',
          { class: 'closing-gaps' },
          closing.gaps.area.map((area, gap) => {
            const unit = closing.gaps.unit[gap] === null ? null : app.units[closing.gaps.unit[gap]];
            const id = `${layer.key}-gap${gap}`;
            return h(
              'li',
              {},
              h('input', {
                type: 'checkbox',
                id,
                'data-gap': gap,
                onchange: (event) => {
                  if (event.target.checked) chosen.add(gap);
                  else chosen.delete(gap);
                  tell();
                },
              }),
              h('label', { for: id }, text('belt_gap', { rank: closing.gaps.feature[gap] + 1, unit: unit ? app.nameOf(unit) : '', area: digits(area, 0) })),
              h(
                'button',
                {
                  type: 'button',
                  class: 'link',
                  'data-show-gap': gap,
                  'aria-label': text('belt_show', { rank: closing.gaps.feature[gap] + 1 }),
                  title: text('belt_show', { rank: closing.gaps.feature[gap] + 1 }),
                  onclick: () => app.showFeature(layer, closing.gaps.feature[gap]),
                },
                '\u25CE',
              ),
            );
          }),
        ),
        result,
      );
      tell();
      return box;
    },
  };
}
