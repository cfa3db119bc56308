// What the modules ask of a browser, as far as their tests need it: inert elements that carry data, and paths that keep their points.

import { gzipSync } from 'fflate';

const held = new Map();

/** Puts the text that an element of the page carries where the modules look for it. */
export function carry(id, text) {
  held.set(id, text);
}

export function base64(bytes) {
  return Buffer.from(bytes).toString('base64');
}

export function packed(value) {
  return base64(gzipSync(new TextEncoder().encode(JSON.stringify(value))));
}

// whole numbers in groups of seven bits, the lowest first
export function varint(...values) {
  return values.flatMap((value) => {
    const bytes = [];
    let rest = value;
    do {
      bytes.push((rest % 128) + (rest > 127 ? 128 : 0));
      rest = Math.floor(rest / 128);
    } while (rest);
    return bytes;
  });
}

export function zigzag(value) {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

globalThis.document = {
  documentElement: { lang: '' },
  getElementById(id) {
    if (!held.has(id)) return null;
    return { textContent: held.get(id), remove: () => held.delete(id) };
  },
};

globalThis.Path2D = class {
  constructor() {
    this.commands = [];
  }

  moveTo(x, y) {
    this.commands.push(['M', x, y]);
  }

  lineTo(x, y) {
    this.commands.push(['L', x, y]);
  }

  closePath() {
    this.commands.push(['Z']);
  }
};

// Numbers that look random and are the same in every run.
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
