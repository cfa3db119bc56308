// Features in drawing units: the world is 2**26 units wide, y runs downwards.
// Paths are kept relative to an origin near the zone, since canvas paths have 24 bits of precision.

export const WORLD = 2 ** 26;
export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

export class Features {
  /** @param {Uint8Array} bytes @param {Pair} origin */
  constructor(bytes, origin) {
    this.origin = origin;
    /** @type {Path2D[]} */
    this.paths = [];
    let place = 0;
    const next = () => {
      let value = 0;
      let factor = 1;
      let byte;
      do {
        byte = bytes[place++];
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte > 127);
      return value;
    };
    this.count = next();
    this.kind = new Uint8Array(this.count);
    this.firstRing = new Uint32Array(this.count + 1);
    for (let feature = 0; feature < this.count; feature++) {
      this.kind[feature] = next();
      this.firstRing[feature + 1] = this.firstRing[feature] + next();
    }
    const rings = this.firstRing[this.count];
    this.firstPoint = new Uint32Array(rings + 1);
    for (let ring = 0; ring < rings; ring++) this.firstPoint[ring + 1] = this.firstPoint[ring] + next();
    const points = this.firstPoint[rings];
    this.xy = new Int32Array(points * 2);
    let x = 0;
    let y = 0;
    for (let point = 0; point < points; point++) {
      const across = next();
      const down = next();
      x += across % 2 ? -(across + 1) / 2 : across / 2;
      y += down % 2 ? -(down + 1) / 2 : down / 2;
      this.xy[point * 2] = x - origin[0];
      this.xy[point * 2 + 1] = y - origin[1];
    }
    this.boxes = new Int32Array(this.count * 4);
    for (let feature = 0; feature < this.count; feature++) this.boxes.set(this.#measure(feature), feature * 4);
  }

  /** @param {number} feature @returns {Box} */
  #measure(feature) {
    let [west, north, east, south] = [2 ** 30, 2 ** 30, -(2 ** 30), -(2 ** 30)];
    const last = this.firstPoint[this.firstRing[feature + 1]];
    for (let point = this.firstPoint[this.firstRing[feature]]; point < last; point++) {
      const x = this.xy[point * 2];
      const y = this.xy[point * 2 + 1];
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < north) north = y;
      if (y > south) south = y;
    }
    return [west, north, east, south];
  }

  /** @param {number} feature @returns {Int32Array} */
  box(feature) {
    return this.boxes.subarray(feature * 4, feature * 4 + 4);
  }

  /** @param {number} feature @param {Box} box @returns {boolean} */
  meets(feature, box) {
    const place = feature * 4;
    const own = this.boxes;
    return own[place] <= box[2] && own[place + 2] >= box[0] && own[place + 1] <= box[3] && own[place + 3] >= box[1];
  }

  /** @param {number} feature @returns {Path2D} */
  path(feature) {
    const known = this.paths[feature];
    if (known) return known;
    const path = new Path2D();
    const closed = this.kind[feature] === POLYGON;
    for (let ring = this.firstRing[feature]; ring < this.firstRing[feature + 1]; ring++) {
      const last = this.firstPoint[ring + 1];
      for (let point = this.firstPoint[ring]; point < last; point++) {
        const x = this.xy[point * 2];
        const y = this.xy[point * 2 + 1];
        if (point === this.firstPoint[ring]) path.moveTo(x, y);
        else path.lineTo(x, y);
      }
      if (closed) path.closePath();
    }
    this.paths[feature] = path;
    return path;
  }

  // the points of a point feature, relative to the origin
  /** @param {number} feature @returns {Generator<Pair>} */
  *points(feature) {
    const last = this.firstPoint[this.firstRing[feature + 1]];
    for (let point = this.firstPoint[this.firstRing[feature]]; point < last; point++) {
      yield [this.xy[point * 2], this.xy[point * 2 + 1]];
    }
  }
}

/** @param {number} longitude @param {number} latitude @returns {Pair} */
export function toUnits(longitude, latitude) {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return [((longitude + 180) / 360) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
}

/** @param {number} x @param {number} y @returns {Pair} */
export function toDegrees(x, y) {
  return [(x / WORLD) * 360 - 180, (Math.atan(Math.sinh((0.5 - y / WORLD) * 2 * Math.PI)) * 180) / Math.PI];
}
