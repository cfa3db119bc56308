// A value against its targets: as a bar, and as the way to them by year.

import { h, svg } from './dom.js';
import { said, text } from './text.js';

/** @param {Rate[]} rates @param {boolean} share @returns {HTMLElement | null} */
export function bar(rates, share) {
  const rate = rates[0];
  const targets = rates.filter((row) => row.target_value !== null);
  const known = /** @type {number[]} */ ([rate.value, rate.low, rate.high, ...targets.map((row) => row.target_value)].filter((value) => value !== null));
  if (known.some((value) => value < 0)) return null; // a change has no length from zero
  const reach = Math.max(share ? 1 : 0, ...known) * (share ? 1 : 1.08) || 1;
  /** @param {number} value */
  const width = (value) => `${Math.max(0, Math.min(100, (value / reach) * 100))}%`;
  const track = h('div', { class: 'bar', 'aria-hidden': 'true' });
  if (rate.value !== null) track.append(h('div', { class: `bar-value verdict-${rate.verdict ?? 'none'}`, style: { width: width(rate.value) } }));
  else {
    const low = width(rate.low ?? 0);
    track.append(
      h('div', { class: 'bar-value verdict-none', style: { width: low } }),
      h('div', { class: rate.high === null ? 'bar-band open' : 'bar-band', style: { left: low, width: `calc(${width(rate.high ?? reach)} - ${low})` } }),
    );
  }
  for (const row of targets) track.append(h('div', { class: 'bar-target', style: { left: width(/** @type {number} */ (row.target_value)) } }));
  return track;
}

// What was known of a rate at the end of earlier years: its value or its range. A reported figure stands in its own year only.
/** @param {App} app @param {Rate} rate */
function history(app, rate) {
  return [...app.years].flatMap(([year, { ratesOf }]) => {
    const row = ratesOf
      .get(rate.unit_code)
      ?.get(rate.indicator)
      ?.find((one) => one.kind === rate.kind);
    if (!row) return [];
    const [low, high] = [row.value ?? row.low, row.value ?? row.high];
    const told = low !== null && row.rank < app.data.silent && (row.kind !== 'reported' || Number.parseInt(row.vintage, 10) === year);
    return told ? [{ year, low, high: high ?? low }] : [];
  });
}

// The years of a rate, and the way from today's to the targets.
/** @param {App} app @param {Rate[]} rates @returns {SVGElement | null} */
export function trajectory(app, rates) {
  const rate = rates[0];
  const points = rates
    .flatMap(({ target_value: value, target_year: year, target_text: words }) => (value !== null && year ? [{ year, value, words }] : []))
    .sort((one, other) => one.year - other.year);
  const now = Number.parseInt(rate.vintage, 10);
  const [low, high] = [rate.value ?? rate.low, rate.value ?? rate.high];
  if (!Number.isFinite(now) || low === null) return null;
  const ahead = points.filter((point) => point.year > now);
  const past = history(app, rate).filter(({ year }) => year < now);
  if (!ahead.length && !past.length) return null;
  const [width, height, edge] = [360, 74, 8];
  const first = Math.min(now, ...past.map(({ year }) => year));
  const last = Math.max(now, ...ahead.map(({ year }) => year));
  const top = Math.max(high ?? low, ...past.map((one) => one.high), ...ahead.map((point) => point.value)) * 1.15 || 1;
  /** @param {number} year */
  const x = (year) => edge + ((year - first) / (last - first)) * (width - 2 * edge - 34);
  /** @param {number} value */
  const y = (value) => height - 18 - (value / top) * (height - 32);
  /** @param {string} name @param {Pair[]} found */
  const line = (name, found) =>
    found.length > 1 && shape.append(svg('polyline', { class: name, points: found.map(([year, value]) => `${x(year)},${y(value)}`).join(' ') }));
  /** @param {number} year @param {number} at @param {string} words @param {string} [anchor] */
  const word = (year, at, words, anchor = 'middle') => shape.append(svg('text', { x: x(year), y: at, 'text-anchor': anchor }, words));
  const shape = svg('svg', { class: 'trajectory', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': text('trajectory') });
  shape.append(svg('path', { d: `M${edge} ${height - 18}H${width}`, class: 'axis' }));
  const known = [...past, { year: now, low, high: high ?? low }];
  for (const one of known) {
    if (one.high !== one.low) shape.append(svg('path', { class: 'range', d: `M${x(one.year)} ${y(one.low)}V${y(one.high)}` }));
  }
  line(
    'past',
    known.map((one) => /** @type {Pair} */ ([one.year, one.low])),
  );
  line('way', [[now, low], ...ahead.map((point) => /** @type {Pair} */ ([point.year, point.value]))]);
  for (const one of past) shape.append(svg('circle', { class: 'then', cx: x(one.year), cy: y(one.low), r: 2 }));
  shape.append(svg('circle', { class: 'today', cx: x(now), cy: y(low), r: 3.5 }));
  if (first < now) word(first, height - 4, String(first), 'start');
  word(now, height - 4, String(now), first < now ? 'middle' : 'start');
  for (const point of ahead) {
    shape.append(svg('circle', { class: 'goal', cx: x(point.year), cy: y(point.value), r: 3 }));
    word(point.year, height - 4, String(point.year));
    word(point.year, y(point.value) - 6, said(point.words));
  }
  return shape;
}
