// One vector tile of a large layer: its features, drawn in bundles and found by a click.

import { LINE, POINT, POLYGON } from './geometry.js';

const BUNDLE = 400; // polygons of one legend entry that are filled together
const KEPT_BUNDLES = 24; // of a tile: the legend entries of two years, and some

export class Tile {
  /** @param {UnpackedTile} content */
  constructor({ rows, kinds, firstRing, firstPoint, xy, boxes }) {
    /** @type {Map<string, Bundle[]>} */
    this.bundles = new Map();
    this.count = rows.length;
    this.rows = rows;
    this.kind = kinds;
    this.firstRing = firstRing;
    this.firstPoint = firstPoint;
    this.xy = xy;
    this.boxes = boxes;
  }

  /** @param {number} feature @returns {Float64Array} */
  box(feature) {
    return this.boxes.subarray(feature * 4, feature * 4 + 4);
  }

  /** @param {Path2D} path @param {number} feature */
  addTo(path, feature) {
    const closed = this.kind[feature] === POLYGON;
    for (let ring = this.firstRing[feature]; ring < this.firstRing[feature + 1]; ring++) {
      const first = this.firstPoint[ring];
      for (let point = first; point < this.firstPoint[ring + 1]; point++) {
        if (point === first) path.moveTo(this.xy[point * 2], this.xy[point * 2 + 1]);
        else path.lineTo(this.xy[point * 2], this.xy[point * 2 + 1]);
      }
      // a browser measures the whole path before it closes a ring, so a line back is much faster in a path of many
      if (closed) path.lineTo(this.xy[first * 2], this.xy[first * 2 + 1]);
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
        const kind = this.kind[feature];
        if (kind === POINT) {
          found.push({ kind, feature });
          continue;
        }
        if (!open || open.kind !== kind || open.size === BUNDLE) {
          open = { kind, path: new Path2D(), size: 0, points: 0 };
          found.push(open);
        }
        this.addTo(open.path, feature);
        open.size += 1;
        open.points += this.firstPoint[this.firstRing[feature + 1]] - this.firstPoint[this.firstRing[feature]];
      }
      this.bundles.set(key, found);
    }
    return /** @type {Bundle[]} */ (this.bundles.get(key));
  }

  /** @param {number} feature @param {number} x @param {number} y @param {number} reach @returns {boolean} */
  hits(feature, x, y, reach) {
    const [west, north, east, south] = this.box(feature);
    if (x < west - reach || x > east + reach || y < north - reach || y > south + reach) return false;
    if (this.kind[feature] === POLYGON) return this.#contains(feature, x, y);
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
        const before = this.kind[feature] === LINE && point > first ? point - 1 : point;
        const [x0, y0, x1, y1] = [this.xy[before * 2], this.xy[before * 2 + 1], this.xy[point * 2], this.xy[point * 2 + 1]];
        const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
        const share = length ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
        if (Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0)) <= reach) return true;
      }
    }
    return false;
  }
}
