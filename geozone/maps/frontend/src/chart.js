// The map: Leaflet moves it, two canvases show it (one for everything, one for what is pointed at).

import L from 'leaflet';
import { h } from './dom.js';
import { POINT, POLYGON, WORLD, toDegrees, toUnits } from './geometry.js';
import { boxOf } from './regions.js';
import { drawEverything, drawHighlight } from './scene.js';
import { text } from './text.js';

const FAST = 40; // milliseconds: a picture drawn faster than this is redrawn while the map is dragged

const REACH = 6; // CSS pixels: what is so near to a line or a point is on it

const Renderer = L.Renderer.extend({
  options: { padding: 0.15, pane: 'overlayPane' },

  /** @param {App} app @param {Drawing} draw @param {import('leaflet').RendererOptions} options */
  initialize(app, draw, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this._app = app;
    this._drawing = draw;
    this.took = 0;
  },

  _initContainer() {
    this._container = document.createElement('div');
    this._container.className = this.options.className;
    this._screen = this._addCanvas();
  },

  _addCanvas() {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    this._container.append(canvas);
    return canvas;
  },

  // Browsers print the strokes of a canvas, an erasure among them, and viewers then see the page erased below it.
  // So paper gets one canvas only, and a new one for every picture.
  /** @param {boolean} printing */
  turn(printing) {
    this._screen.hidden = printing;
    this._paper?.remove();
    this._paper = printing && this.options.paper ? this._addCanvas() : null;
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this.redraw();
  },

  redraw() {
    if (!this._container || !this._bounds) return;
    const bounds = this._bounds;
    const size = bounds.getSize();
    const ratio = this._app.printRatio ?? Math.min(window.devicePixelRatio || 1, 3);
    if (this._app.printing) this.turn(true);
    if (this._screen.hidden && !this._paper) return;
    const canvas = this._paper ?? this._screen;
    L.DomUtil.setPosition(this._container, bounds.min);
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const began = performance.now();
    const context = /** @type {Context} */ (canvas.getContext('2d'));
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (!this._paper) context.clearRect(0, 0, width, height);
    this._drawing(this._app, context, viewOf(this._app, this._map, bounds, ratio));
    this.took = performance.now() - began;
  },
});

/** @typedef {(app: App, context: Context, view: View) => void} Drawing */
const Picture = /** @type {new (app: App, draw: Drawing, options: import('leaflet').RendererOptions & { className: string, paper?: boolean }) => Picture} */ (
  /** @type {unknown} */ (Renderer)
);

// How drawing units fall on a canvas: device pixels per unit, and where the origin lies.
/** @param {App} app @param {import('leaflet').Map} map @param {import('leaflet').Renderer['_bounds']} bounds @param {number} ratio @returns {View} */
function viewOf(app, map, bounds, ratio) {
  const zoom = map.getZoom();
  const perUnit = (256 * 2 ** zoom) / WORLD;
  const corner = map.getPixelOrigin().add(bounds.min);
  const size = bounds.getSize();
  const scale = perUnit * ratio;
  const left = (app.origin[0] * perUnit - corner.x) * ratio;
  const top = (app.origin[1] * perUnit - corner.y) * ratio;
  const [width, height] = [size.x * ratio, size.y * ratio];
  const [full, shift] = [map.getSize(), map._getMapPanePos()];
  return {
    zoom,
    ratio,
    scale,
    left,
    top,
    width,
    height,
    printing: Boolean(app.printing),
    window: [-bounds.min.x - shift.x, -bounds.min.y - shift.y, full.x - bounds.min.x - shift.x, full.y - bounds.min.y - shift.y].map((side) => side * ratio), // what of it is in view
    box: [-left / scale, -top / scale, (width - left) / scale, (height - top) / scale],
  };
}

export class Chart {
  /** @param {App} app @param {HTMLElement} element */
  constructor(app, element) {
    this.app = app;
    const [west, south, east, north] = app.options.bounds;
    this.bounds = L.latLngBounds([south, west], [north, east]);
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0.25,
      minZoom: 3,
      maxZoom: 18,
      maxBounds: this.bounds.pad(1.5),
      fadeAnimation: !app.still,
      zoomAnimation: !app.still,
      markerZoomAnimation: !app.still,
      inertia: !app.still,
    });
    this.map.fitBounds(this.bounds, { ...this.room(), animate: false });
    this.scale = L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(this.map);
    this.picture = new Picture(app, drawEverything, { className: 'picture', paper: true }).addTo(this.map);
    this.highlight = new Picture(app, drawHighlight, { className: 'highlight' }).addTo(this.map);
    this.#follow();
    app.on(['lang', 'indicator', 'level', 'layers', 'year', 'compare', 'graticule', 'tiles', 'lit'], () => this.redraw());
    app.on(['unit', 'level'], () => this.highlight.redraw());
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.picture.redraw();
      this.highlight.redraw();
    });
  }

  /** @param {boolean} printing */
  turn(printing) {
    this.picture.turn(printing);
    this.highlight.turn(printing);
  }

  redrawNow() {
    if (this.waiting) cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.picture._update();
    this.highlight._update();
  }

  #follow() {
    const map = this.map;
    map.on('drag', () => {
      if (this.picture.took < FAST && !this.dragging) {
        this.dragging = requestAnimationFrame(() => {
          this.dragging = 0;
          this.picture._update();
          this.highlight._update();
        });
      }
    });
    map.on('mousemove', (event) => {
      if (this.pointing) return;
      this.pointing = requestAnimationFrame(() => {
        this.pointing = 0;
        this.point(event);
      });
    });
    map.on('mouseout', () => this.hover(null));
    map.on('click', (event) => this.app.clicked?.(this.hits(event.latlng), event.latlng));
  }

  // What lies under a place: the unit of the shown level and the features of the shown layers, topmost first.
  /** @param {import('leaflet').LatLng} latlng @returns {Hits} */
  hits(latlng) {
    const [x, y] = toUnits(latlng.lng, latlng.lat);
    const [px, py] = [x - this.app.origin[0], y - this.app.origin[1]];
    const reach = (WORLD / (256 * 2 ** this.map.getZoom())) * REACH;
    const found = [];
    for (const layer of [...this.app.layers.values()].reverse()) {
      if (!layer.shown) continue;
      if (layer.pick) found.push(...layer.pick(px, py, reach, this.map.getZoom()).map((feature) => ({ layer, feature })));
      else if (layer.features) for (const feature of hitFeatures(layer.features, px, py, reach)) found.push({ layer, feature });
    }
    const unit = this.unitAt(px, py);
    return { unit, features: found };
  }

  /** @param {number} px @param {number} py @returns {Unit | null} */
  unitAt(px, py) {
    const { features, partition, state, units } = this.app;
    for (const place of partition[state.level]) {
      if (features.meets(place, [px, py, px, py]) && inside(features.path(place), px, py)) return units[place];
    }
    return null;
  }

  /** @param {import('leaflet').LeafletMouseEvent} event */
  point(event) {
    const { unit, features } = this.hits(event.latlng);
    this.hover(unit, features[0] ?? null, event.containerPoint);
    this.app.under = features;
    this.app.tell(['under']);
  }

  /** @param {Unit | null} unit @param {Hit | null} [hit] @param {import('leaflet').Point | null} [point] */
  hover(unit, hit = null, point = null) {
    const before = this.app.hovered;
    this.app.hovered = unit || hit ? { unit, hit } : null;
    this.map.getContainer().classList.toggle('pointing', Boolean(unit || hit));
    if (before?.unit !== unit || before?.hit?.feature !== hit?.feature || before?.hit?.layer !== hit?.layer) this.highlight.redraw();
    this.app.hinted?.(unit, hit, point);
  }

  /** @param {Box} box */
  flyTo(box) {
    if (!(box[2] >= box[0])) return;
    const [west, north] = toDegrees(box[0] + this.app.origin[0], box[1] + this.app.origin[1]);
    const [east, south] = toDegrees(box[2] + this.app.origin[0], box[3] + this.app.origin[1]);
    this.map.flyToBounds(
      [
        [south, west],
        [north, east],
      ],
      { ...this.room(50), maxZoom: 12, animate: !this.app.still, duration: 0.6 },
    );
  }

  // what the cards over the map leave free
  /** @returns {{ paddingTopLeft: Pair, paddingBottomRight: Pair }} */
  room(edge = 14) {
    const narrow = this.map.getSize().x < 700;
    return { paddingTopLeft: [edge + (narrow ? 0 : 44), edge + (narrow ? 46 : 0)], paddingBottomRight: [edge + (narrow ? 0 : 282), edge + 24] };
  }

  /** @param {Box} box @returns {import('leaflet').LatLng} */
  centreOf(box) {
    const [longitude, latitude] = toDegrees((box[0] + box[2]) / 2 + this.app.origin[0], (box[1] + box[3]) / 2 + this.app.origin[1]);
    return L.latLng(latitude, longitude);
  }

  /** @param {Subject} unit */
  showUnit(unit) {
    if (unit.place === this.app.zone) this.map.flyToBounds(this.bounds, { ...this.room(), animate: !this.app.still, duration: 0.6 });
    else this.flyTo(boxOf(this.app, unit));
  }

  tools() {
    /** @param {string} name @param {string} sign @param {() => void} action */
    const button = (name, sign, action) =>
      h('button', { type: 'button', class: 'tool', 'data-tool': name, 'aria-label': text(name), title: text(name), onclick: action }, sign);
    const bar = h('div', { class: 'tools', role: 'group' });
    const draw = () => {
      bar.setAttribute('aria-label', text('map_tools'));
      bar.replaceChildren(
        button('zoom_in', '+', () => this.map.zoomIn(1)),
        button('zoom_out', '−', () => this.map.zoomOut(1)),
        button('whole_zone', '⌂', () => this.showUnit(this.app.units[this.app.zone])),
        button('compare', '◫', () => this.app.set({ compare: this.app.state.compare ? null : this.app.defaultComparison() })),
      );
      /** @type {HTMLElement} */ (bar.lastChild).setAttribute('aria-pressed', String(Boolean(this.app.state.compare)));
    };
    this.app.on(['lang', 'compare'], () => {
      const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.tool;
      draw();
      if (focused) /** @type {HTMLElement | null} */ (bar.querySelector(`[data-tool="${focused}"]`))?.focus();
    });
    draw();
    return bar;
  }
}

const probe = /** @type {Context} */ (document.createElement('canvas').getContext('2d'));

/** @param {Path2D} path @param {number} x @param {number} y @returns {boolean} */
export function inside(path, x, y) {
  return probe.isPointInPath(path, x, y, 'evenodd');
}

/** @param {Path2D} path @param {number} x @param {number} y @param {number} reach @returns {boolean} */
export function onStroke(path, x, y, reach) {
  probe.lineWidth = reach * 2;
  return probe.isPointInStroke(path, x, y);
}

/** @param {Features} features @param {number} x @param {number} y @param {number} reach */
function* hitFeatures(features, x, y, reach) {
  const box = [x - reach, y - reach, x + reach, y + reach];
  for (let feature = features.count - 1; feature >= 0; feature--) {
    if (!features.meets(feature, box)) continue;
    if (isHit(features, feature, x, y, reach)) yield feature;
  }
}

/** @param {Features} features @param {number} feature @param {number} x @param {number} y @param {number} reach @returns {boolean} */
function isHit(features, feature, x, y, reach) {
  const kind = features.kind[feature];
  if (kind === POINT) return [...features.points(feature)].some(([px, py]) => Math.hypot(px - x, py - y) <= reach);
  return kind === POLYGON ? inside(features.path(feature), x, y) : onStroke(features.path(feature), x, y, reach);
}
