// A value against its targets: as a bar, and as the way to them by year.

import { h, svg } from './dom.js';
import { said, text } from './text.js';

export function bar(rates, share) {
  const rate = rates[0];
  const targets = rates.filter((row) => row.target_value !== null);
  const known = [rate.value, rate.low, rate.high, ...targets.map((row) => row.target_value)].filter((value) => value !== null);
  if (known.some((value) => value < 0)) return null; // a change has no length from zero
  const reach = Math.max(share ? 1 : 0, ...known) * (share ? 1 : 1.08) || 1;
  const width = (value) => `${Math.max(0, Math.min(100, (value / reach) * 100))}%`;
  const track = h('div', { class: 'bar', 'aria-hidden': 'true' });
  if (rate.value !== null) track.append(h('div', { class: `bar-value verdict-${rate.verdict ?? 'none'}`, style: { width: width(rate.value) } }));
  else {
    const low = width(rate.low ?? 0);
    track.append(
      h('div', { class: 'bar-value verdict-none', style: { width: low } }),
      h('div', { class: rate.high === null ? 'bar-band open' : 'bar-band', style: { left: low, width: `calc(${width(rate.high ?? reach)} - ${low})` } }));
  }
  for (const row of targets) track.append(h('div', { class: 'bar-target', style: { left: width(row.target_value) } }));
  return track;
}

// The way from today's rate to the targets, by year.
export function trajectory(rates) {
  const points = rates.filter((row) => row.target_value !== null && row.target_year)
    .map((row) => ({ year: row.target_year, value: row.target_value, words: row.target_text }))
    .sort((one, other) => one.year - other.year);
  const rate = rates[0];
  const now = Number.parseInt(rate.vintage, 10);
  const [low, high] = [rate.value ?? rate.low, rate.value ?? rate.high];
  if (!points.length || !Number.isFinite(now) || low === null || points.every((point) => point.year <= now)) return null;
  const [width, height, edge] = [360, 62, 8];
  const last = points[points.length - 1].year;
  const top = Math.max(high ?? low, ...points.map((point) => point.value)) * 1.15 || 1;
  const x = (year) => edge + ((year - now) / (last - now)) * (width - 2 * edge - 34);
  const y = (value) => height - 18 - (value / top) * (height - 30);
  const shape = svg('svg', { class: 'trajectory', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': text('trajectory') });
  shape.append(svg('path', { d: `M${edge} ${height - 18}H${width}`, class: 'axis' }));
  shape.append(svg('polyline', { class: 'way', points: [{ year: now, value: low }, ...points].map((point) => `${x(point.year)},${y(point.value)}`).join(' ') }));
  if (high !== null && high !== low) shape.append(svg('path', { class: 'range', d: `M${x(now)} ${y(low)}V${y(high)}` }));
  shape.append(svg('circle', { class: 'today', cx: x(now), cy: y(low), r: 3.5 }));
  shape.append(svg('text', { x: edge - 4, y: height - 4 }, String(now)));
  for (const point of points) {
    if (point.year <= now) continue;
    shape.append(svg('circle', { class: 'goal', cx: x(point.year), cy: y(point.value), r: 3 }));
    shape.append(svg('text', { x: x(point.year), y: height - 4, 'text-anchor': 'middle' }, String(point.year)));
    shape.append(svg('text', { x: x(point.year), y: y(point.value) - 6, 'text-anchor': 'middle' }, said(point.words)));
  }
  return shape;
}
