// What the page carries: JSON and compressed blocks in inert script elements.

import { gunzipSync } from 'fflate';

/** @param {string} id @returns {string | null} */
export function takeText(id) {
  const element = document.getElementById(id);
  if (!element) return null;
  const text = element.textContent;
  element.remove();
  return text;
}

/** @param {string} id */
export function takeJson(id) {
  return JSON.parse(/** @type {string} */ (takeText(id)));
}

/** @param {string} text @returns {Uint8Array} */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = characters.charCodeAt(place);
  return bytes;
}

/** @param {string} id @returns {Uint8Array | null} */
export function takeBlock(id) {
  const text = takeText(id);
  return text === null ? null : gunzipSync(fromBase64(text));
}

/** @param {string} id */
export function takePacked(id) {
  const bytes = takeBlock(id);
  return bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
}

// a column is a list, or its distinct values and the place of each row's value among them
/** @template Value @param {Column<Value>} stored @returns {Value[]} */
export function column(stored) {
  if (Array.isArray(stored)) return stored;
  return stored.places.map((place) => stored.values[place]);
}

// Bytes kept as base64 text; only those asked for are decoded.
export class Base64Text {
  /** @param {string} id */
  constructor(id) {
    this.text = /** @type {string} */ (takeText(id));
  }

  /** @param {number} offset @param {number} length @returns {Uint8Array} */
  slice(offset, length) {
    const first = Math.floor(offset / 3);
    const last = Math.ceil((offset + length) / 3);
    return fromBase64(this.text.slice(first * 4, last * 4)).subarray(offset - first * 3, offset - first * 3 + length);
  }
}

// What an archive reader reads from: the text instead of a host.
export class Base64Source extends Base64Text {
  /** @param {string} id */
  constructor(id) {
    super(id);
    this.key = id;
  }

  getKey() {
    return this.key;
  }

  /** @param {number} offset @param {number} length */
  async getBytes(offset, length) {
    return { data: this.slice(offset, length).slice().buffer };
  }
}

/** @param {Uint8Array} bytes @returns {Uint32Array} */
export function varints(bytes) {
  const found = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) {
      found.push(value);
      [value, factor] = [0, 1];
    }
  }
  return Uint32Array.from(found);
}

const PIECE_ROWS = 4096; // as geozone.maps.payload.ATTRIBUTE_ROWS
const KEPT_PIECES = 40;

// Returns a function that reads the attributes of one feature; pieces are unpacked when they are asked for.
/** @param {string} id @param {number[]} ends @returns {Attributes} */
export function attributeReader(id, ends) {
  const stored = new Base64Text(id);
  const pieces = new Map();
  /** @param {number} number @returns {Record<string, Plain[]>} */
  const unpack = (number) => {
    const first = number ? ends[number - 1] : 0;
    const table = JSON.parse(new TextDecoder().decode(gunzipSync(stored.slice(first, ends[number] - first))));
    return Object.fromEntries(Object.entries(table).map(([name, values]) => [name, column(values)]));
  };
  /** @type {Attributes} */
  const read = (feature) => {
    const number = Math.floor(feature / PIECE_ROWS);
    if (!pieces.has(number)) {
      pieces.set(number, unpack(number));
      if (pieces.size > KEPT_PIECES) pieces.delete(pieces.keys().next().value);
    }
    return Object.fromEntries(Object.entries(pieces.get(number)).map(([name, values]) => [name, values[feature % PIECE_ROWS]]));
  };
  // the names of all features, piece after piece, so that a large layer does not hold up the page
  read.names = function* names() {
    for (let number = 0; number < ends.length; number++) {
      const { name = [], name_en: english = [] } = unpack(number);
      const count = Math.max(name.length, english.length);
      for (let row = 0; row < count; row++) {
        const own = [name[row], english[row]].filter(Boolean).map(String);
        if (own.length) yield { feature: number * PIECE_ROWS + row, names: own };
      }
      yield null; // a good moment to let the page breathe
    }
  };
  return read;
}

/** @template {object} Shape @param {Columns<Shape>} table @returns {Shape[]} */
export function rows(table) {
  const names = /** @type {(keyof Shape)[]} */ (Object.keys(table));
  if (!names.length) return [];
  const columns = names.map((name) => column(table[name]));
  return columns[0].map((_, row) => /** @type {Shape} */ (Object.fromEntries(names.map((name, place) => [name, columns[place][row]]))));
}
