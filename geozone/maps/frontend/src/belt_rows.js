// The rows of the layers that are made of a barrier: its axis and its breaks.

const REACH = 60000; // drawing units about a place that is shown, some 30 km

// The rows of a layer, once.
/** @param {FeatureLayer | null} layer @returns {BeltRow[]} */
export function rowsOf(layer) {
  if (!layer) return [];
  return Array.from({ length: layer.count }, (_, feature) => /** @type {BeltRow} */ (/** @type {unknown} */ ({ ...layer.row(feature), feature })));
}

/** @param {App} app @param {BeltRow} row @returns {string} */
export function nameAt(app, row) {
  const unit = app.byCode.get(String(row.county_code));
  return unit ? app.nameOf(unit) : '';
}

// What lies at a break, or on the line across at a place of an axis.
/** @param {App} app @param {BeltRow} row @returns {string} */
export function thereAt(app, row) {
  return (app.state.lang === 'en' ? row.there_en : row.there) ?? '';
}

// The box that shows where a small feature lies.
/** @param {FeatureLayer} layer @param {number} feature @returns {Box | null} */
export function around(layer, feature) {
  if (!layer.features) return null;
  const [west, north, east, south] = layer.features.box(feature);
  return [west - REACH, north - REACH, east + REACH, south + REACH];
}
