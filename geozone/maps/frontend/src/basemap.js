// An optional base map: the only thing on the page that asks a host for anything.

import L from 'leaflet';

export const VEIL = 0.62; // how much the units cover a base map

/** @param {App} app @param {string} key @returns {BaseLayer} */
export function openBaseMap(app, key) {
  const stored = /** @type {NonNullable<Payload['base_map']>} */ (app.data.base_map);
  /** @type {import('leaflet').LayerGroup} */
  let tiles;
  /** @type {BaseLayer} */
  const layer = {
    key,
    id: key,
    under: true,
    title: stored.title,
    shown: false,
    basis: null,
    addTo() {
      this.shown = true;
      return this;
    },
    paint() {},
    attach(chart) {
      tiles = L.layerGroup(stored.urls.map((url) => L.tileLayer(url, { subdomains: stored.subdomains, maxZoom: 18 })));
      L.control
        .attribution({ prefix: false, position: 'bottomright' })
        .addTo(chart.map)
        .addAttribution(L.Util.template('{text}', { text: escaped(stored.attribution) }));
      const follow = () => (layer.shown ? tiles.addTo(chart.map) : tiles.remove());
      app.on(['layers'], follow);
      follow();
    },
  };
  app.registerLayer(layer);
  return layer;
}

// Leaflet takes an attribution as markup
/** @param {string} text @returns {string} */
function escaped(text) {
  const element = document.createElement('span');
  element.textContent = text;
  return element.innerHTML;
}
