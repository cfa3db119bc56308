// Statuses at the end of a year, from the dates in the registers.

import { language } from './text.js';

const REGISTER = { bay: 'bay', river: 'river', lake: 'lake' };

export function registerOf(app, layer) {
  return app.registers[REGISTER[layer.role]] ?? null;
}

export function yearRange(app) {
  const years = Object.values(app.registers)
    .flatMap((register) => register.items)
    .map((item) => Number.parseInt(item.status_date, 10))
    .filter((year) => Number.isFinite(year));
  if (!years.length) return null;
  return [Math.min(...years) - 1, Math.max(...years)]; // from the year before the first dated status
}

// The place of the legend entry that draws a feature in the chosen year.
export function symbolPlace(app, layer, feature, chosen = null) {
  if (!layer.symbols) return 0;
  const place = layer.symbols[feature];
  const until = chosen ?? app.state.year;
  if (until === null) return place;
  const unknown = layer.legend.findIndex((entry) => entry.key === 'unknown');
  const register = registerOf(app, layer);
  const item = register && layer.items ? register.items[layer.items[feature]] : null;
  const year = item ? Number.parseInt(item.status_date, 10) : Number.NaN;
  return Number.isFinite(year) && year <= until ? place : unknown;
}

export function statusCounts(app, layer) {
  if (!layer.legend || layer.legend.length === 1) return null;
  if (!layer.symbols || app.state.year === null) return Object.fromEntries(layer.legend.map((entry, place) => [entry.key, layer.counts[place]]));
  const counts = {};
  for (let feature = 0; feature < layer.count; feature++) {
    const { key } = layer.legend[symbolPlace(app, layer, feature)];
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export function itemName(item) {
  return language() === 'en' && item.name_en ? item.name_en : item.name;
}
