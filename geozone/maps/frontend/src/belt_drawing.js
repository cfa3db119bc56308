// The width of a barrier along one axis, drawn: width, protected width, counties, passes and breaks.

import { nameAt, thereAt } from './belt_rows.js';
import { svg } from './dom.js';
import { featureName } from './popup.js';
import { digits } from './rounding.js';

export const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [390, 172, 30, 6, 34, 20]; // of the drawing, and its edges
const LETTER = { zh: 10.5, en: 5.6 }; // width of a letter of a county's name

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
export function drawing(app, belt, rows, breaks, layer, hasSafe) {
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
