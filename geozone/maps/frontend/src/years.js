// Statuses at the end of a year, from the dates in the registers.

import { language } from './text.js';

/** @param {Pick<App, 'registers'>} app @param {FeatureLayer} layer @returns {Register | null} */
export function registerOf(app, layer) {
  return app.registers[layer.register ?? ''] ?? null;
}

// The first and the last year that something dated describes: of the rates; without any, of the statuses alone.
/** @param {Pick<App, 'registers' | 'years'>} app @returns {Pair | null} */
export function yearRange(app) {
  if (app.years.size) return [Math.min(...app.years.keys()), Math.max(...app.years.keys())];
  const years = Object.values(app.registers)
    .flatMap((register) => register.items)
    .map((item) => Number.parseInt(item.status_date, 10))
    .filter((year) => Number.isFinite(year));
  return years.length ? [Math.min(...years) - 1, Math.max(...years)] : null; // from the year before the first dated status
}

// The items of the register that a feature stands for, by their places.
/** @param {Pick<FeatureLayer, 'item_sets' | 'items'>} layer @param {number} feature @returns {number[]} */
export function itemPlaces(layer, feature) {
  return layer.item_sets?.[layer.items?.[feature] ?? -1] ?? [];
}

/** @param {App} app @param {FeatureLayer} layer @param {number} feature @returns {Item[]} */
export function itemsOf(app, layer, feature) {
  const register = registerOf(app, layer);
  return register ? itemPlaces(layer, feature).map((place) => register.items[place]) : [];
}

/** @param {App} app @param {Item} item @param {number} until @returns {string} */
function statusIn(app, item, until) {
  const year = Number.parseInt(item.status_date, 10);
  return Number.isFinite(year) && year <= until ? item.status : app.data.drawn.undated;
}

// The place of the legend entry that draws a feature in the chosen year.
/** @param {App} app @param {FeatureLayer} layer @param {number} feature @param {number | null} [until] @returns {number} */
export function symbolPlace(app, layer, feature, until = app.state.year) {
  if (!layer.symbols) return 0;
  const place = layer.symbols[feature];
  if (!layer.amounts) return place; // no statuses
  if (until === null || layer.legend[place].key === app.data.drawn.unlisted) return place;
  const statuses = new Set(itemsOf(app, layer, feature).map((item) => statusIn(app, item, until)));
  const key = statuses.size > 1 ? app.data.drawn.mixed : ([...statuses][0] ?? app.data.drawn.undated);
  return layer.legend.findIndex((entry) => entry.key === key);
}

// What stands beside the entries of a legend: items of the register, each once; of a layer without one, features.
/** @param {App} app @param {Layer} layer @returns {Record<string, number> | null} */
export function statusCounts(app, layer) {
  const { amounts } = layer;
  if (!amounts) return null;
  if (!layer.symbols || app.state.year === null) return Object.fromEntries(layer.legend.map((entry, place) => [entry.key, amounts[place]]));
  /** @type {Record<string, number>} */
  const counts = {};
  /** @param {string} key */
  const add = (key) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  if (layer.counts_items) {
    const { items } = /** @type {Register} */ (registerOf(app, layer));
    for (const place of new Set(layer.item_sets.flat())) add(statusIn(app, items[place], app.state.year));
  } else for (let feature = 0; feature < layer.count; feature++) add(layer.legend[symbolPlace(app, layer, feature)].key);
  return counts;
}

/** @param {Item} item @returns {string} */
export function itemName(item) {
  return language() === 'en' && item.name_en ? item.name_en : item.name;
}
