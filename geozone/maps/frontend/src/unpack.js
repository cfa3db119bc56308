// Unpacks a vector tile into flat arrays; it runs in a worker where the browser allows one, else on the page.

import { gunzipSync } from 'fflate';
import { PbfReader } from 'pbf';
import { WORLD } from './geometry.js';

// The content of one compressed tile, with coordinates in drawing units relative to the page's origin.
/** @param {Uint8Array} packed @param {number} zoom @param {number} x @param {number} y @param {Pair} origin @returns {UnpackedTile} */
export function unpack(packed, zoom, x, y, origin) {
  return unpackTile(gunzipSync(packed), zoom, x, y, origin);
}

/** @param {Uint8Array} bytes @param {number} zoom @param {number} tileX @param {number} tileY @param {Pair} origin @returns {UnpackedTile} */
export function unpackTile(bytes, zoom, tileX, tileY, origin) {
  let extent = 4096; // of a layer that says none
  /** @type {StoredFeature[]} */
  const features = [];
  new PbfReader(bytes).readFields((tag, _, reader) => {
    if (tag === 3)
      reader.readMessage((field, _, inner) => {
        if (field === 2) features.push(inner.readMessage(readFeature, { row: 0, kind: 0, geometry: new Uint8Array() }));
        else if (field === 5) extent = inner.readVarint();
      }, null);
  }, null);
  const size = WORLD / 2 ** zoom;
  const unit = size / extent;
  const [left, top] = [tileX * size - origin[0], tileY * size - origin[1]];
  /** @type {number[]} */
  const xy = [];
  const rings = [0];
  const firstRing = new Uint32Array(features.length + 1);
  const boxes = new Float64Array(features.length * 4);
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
    firstRing[place + 1] = rings.length - 1;
    boxes.set([west, north, east, south], place * 4);
  });
  return {
    rows: Uint32Array.from(features, (feature) => feature.row),
    kinds: Uint8Array.from(features, (feature) => feature.kind),
    firstRing,
    firstPoint: Uint32Array.from(rings),
    xy: Float32Array.from(xy),
    boxes,
  };
}

/** @param {number} tag @param {StoredFeature} feature @param {import('pbf').PbfReader} reader */
function readFeature(tag, feature, reader) {
  if (tag === 1) feature.row = reader.readVarint();
  else if (tag === 3) feature.kind = reader.readVarint();
  else if (tag === 4) feature.geometry = reader.readBytes();
}
