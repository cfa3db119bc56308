// One vector tile of a large layer: its features, drawn in bundles and found by a click.

import { PbfReader } from 'pbf';
import { LINE, POINT, POLYGON, WORLD } from './geometry.js';

const BUNDLE = 400; // polygons of one legend entry that are filled together
const KEPT_BUNDLES = 24; // of a tile: the legend entries of two years, and some

// The content of one tile, with coordinates in drawing units relative to the page's origin.
export class Tile {
  /** @param {ArrayBuffer | Uint8Array} bytes @param {number} zoom @param {number} x @param {number} y @param {Pair} origin */
  constructor(bytes, zoom, x, y, origin) {
    /** @type {Map<string, Bundle[]>} */
    this.bundles = new Map();
    this.extent = 4096; // of a layer that says none
    /** @type {StoredFeature[]} */
    const features = [];
    new PbfReader(new Uint8Array(bytes)).readFields((tag, layer, reader) => {
      if (tag === 3)
        reader.readMessage((field, found, inner) => {
          if (field === 2) features.push(inner.readMessage(readFeature, { row: 0, kind: 0, geometry: new Uint8Array() }));
          else if (field === 5) found.extent = inner.readVarint();
        }, layer);
    }, this);
    this.count = features.length;
    this.rows = Uint32Array.from(features, (feature) => feature.row);
    this.kinds = Uint8Array.from(features, (feature) => feature.kind);
    const size = WORLD / 2 ** zoom;
    this.#decode(features, size / this.extent, x * size - origin[0], y * size - origin[1]);
  }

  /** @param {StoredFeature[]} features @param {number} unit @param {number} left @param {number} top */
  #decode(features, unit, left, top) {
    /** @type {number[]} */
    const xy = [];
    const rings = [0];
    /** @type {Uint32Array} */
    this.firstRing = new Uint32Array(this.count + 1);
    /** @type {Float64Array} */
    this.boxes = new Float64Array(this.count * 4);
    features.forEach((feature, place) => {
      const stream = feature.geometry;
      let [x, y, at] = [0, 0, 0];
      const next = () => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
          const byte = stream[at++];
          value |= (byte & 127) << shift;
          if (byte < 128) return value >>> 0;
        }
      };
      let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
      while (at < stream.length) {
        const integer = next();
        const command = integer & 7;
        const repeat = integer >> 3;
        if (command === 7) continue;
        if (command === 1 && xy.length / 2 > rings[rings.length - 1]) rings.push(xy.length / 2);
        for (let point = 0; point < repeat; point++) {
          const right = next();
          const down = next();
          x += (right >>> 1) ^ -(right & 1);
          y += (down >>> 1) ^ -(down & 1);
          const px = x * unit + left;
          const py = y * unit + top;
          xy.push(px, py);
          if (px < west) west = px;
          if (px > east) east = px;
          if (py < north) north = py;
          if (py > south) south = py;
        }
      }
      if (xy.length / 2 > rings[rings.length - 1]) rings.push(xy.length / 2);
      this.firstRing[place + 1] = rings.length - 1;
      this.boxes.set([west, north, east, south], place * 4);
    });
    /** @type {Float32Array} */
    this.xy = Float32Array.from(xy);
    /** @type {Uint32Array} */
    this.firstPoint = Uint32Array.from(rings);
  }

  /** @param {Path2D} path @param {number} feature */
  addTo(path, feature) {
    const closed = this.kinds[feature] === POLYGON;
    for (let ring = this.firstRing[feature]; ring < this.firstRing[feature + 1]; ring++) {
      const first = this.firstPoint[ring];
      for (let point = first; point < this.firstPoint[ring + 1]; point++) {
        if (point === first) path.moveTo(this.xy[point * 2], this.xy[point * 2 + 1]);
        else path.lineTo(this.xy[point * 2], this.xy[point * 2 + 1]);
      }
      if (closed) path.closePath();
    }
  }

  /** @param {number} feature @returns {Path2D} */
  path(feature) {
    const path = new Path2D();
    this.addTo(path, feature);
    return path;
  }

  // features of one legend entry in few paths: many small fills cost more than one large; kept for the latest looks
  /** @param {number | null} year @param {number} symbol @param {(row: number) => number} symbolOf @returns {Bundle[]} */
  bundle(year, symbol, symbolOf) {
    const key = `${year} ${symbol}`;
    if (!this.bundles.has(key)) {
      if (this.bundles.size > KEPT_BUNDLES) this.bundles.clear();
      /** @type {Bundle[]} */
      const found = [];
      /** @type {Extract<Bundle, { path: Path2D }> | null} */
      let open = null;
      for (let feature = 0; feature < this.count; feature++) {
        if (symbolOf(this.rows[feature]) !== symbol) continue;
        const kind = this.kinds[feature];
        if (kind === POINT) {
          found.push({ kind, feature });
          continue;
        }
        if (!open || open.kind !== kind || open.size === BUNDLE) {
          open = { kind, path: new Path2D(), size: 0 };
          found.push(open);
        }
        this.addTo(open.path, feature);
        open.size += 1;
      }
      this.bundles.set(key, found);
    }
    return /** @type {Bundle[]} */ (this.bundles.get(key));
  }

  /** @param {number} feature @param {number} x @param {number} y @param {number} reach @returns {boolean} */
  hits(feature, x, y, reach) {
    const [west, north, east, south] = this.boxes.subarray(feature * 4, feature * 4 + 4);
    if (x < west - reach || x > east + reach || y < north - reach || y > south + reach) return false;
    if (this.kinds[feature] === POLYGON) return this.#contains(feature, x, y);
    return this.#near(feature, x, y, reach);
  }

  /** @param {number} feature @param {number} x @param {number} y @returns {boolean} */
  #contains(feature, x, y) {
    let inside = false;
    for (let ring = this.firstRing[feature]; ring < this.firstRing[feature + 1]; ring++) {
      const [first, last] = [this.firstPoint[ring], this.firstPoint[ring + 1]];
      for (let point = first, before = last - 1; point < last; before = point++) {
        const [x0, y0, x1, y1] = [this.xy[before * 2], this.xy[before * 2 + 1], this.xy[point * 2], this.xy[point * 2 + 1]];
        if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside;
      }
    }
    return inside;
  }

  /** @param {number} feature @param {number} x @param {number} y @param {number} reach @returns {boolean} */
  #near(feature, x, y, reach) {
    for (let ring = this.firstRing[feature]; ring < this.firstRing[feature + 1]; ring++) {
      const [first, last] = [this.firstPoint[ring], this.firstPoint[ring + 1]];
      for (let point = first; point < last; point++) {
        const before = this.kinds[feature] === LINE && point > first ? point - 1 : point;
        const [x0, y0, x1, y1] = [this.xy[before * 2], this.xy[before * 2 + 1], this.xy[point * 2], this.xy[point * 2 + 1]];
        const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
        const share = length ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
        if (Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0)) <= reach) return true;
      }
    }
    return false;
  }
}

/** @param {number} tag @param {StoredFeature} feature @param {import('pbf').PbfReader} reader */
function readFeature(tag, feature, reader) {
  if (tag === 1) feature.row = reader.readVarint();
  else if (tag === 3) feature.kind = reader.readVarint();
  else if (tag === 4) feature.geometry = reader.readBytes();
}
