// The names that are placed on a map, each with the room that it takes; nothing is written before all are placed.

import { alongRun, visibleRuns } from './courses.js';

export const FONTS = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","Hiragino Sans GB",sans-serif';
// the marks and names of seats by rank: of a province, a prefecture, a county
/** @type {Record<number, { size: number, weight: number, mark: number }>} */
export const SEATS = { 1: { size: 14.5, weight: 700, mark: 4.4 }, 2: { size: 12.5, weight: 600, mark: 3.4 }, 3: { size: 11, weight: 400, mark: 2 } };
// of eight places around a point, the better first: right, left, right above, left above, right below, left below, above, below
export const AROUND = [
  [1, 0],
  [-1, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
  [0, -1],
  [0, 1],
];

const widths = new Map();

export class Sheet {
  /** @param {Context} context @param {View} view */
  constructor(context, view) {
    this.context = context;
    this.view = view;
    /** @type {number[][]} */
    this.taken = [];
    /** @type {Label[]} */
    this.labels = [];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    if ('letterSpacing' in context) context.letterSpacing = '0px';
  }

  /** @param {Pick<LabelStyle, 'size' | 'weight' | 'fonts'>} style @returns {string} */
  font(style) {
    return `${style.weight} ${style.size * this.view.ratio}px ${style.fonts ?? FONTS}`;
  }

  // of a name with its spacing, in device pixels
  /** @param {string} name @param {Pick<LabelStyle, 'size' | 'weight' | 'fonts' | 'spacing'>} style @returns {number} */
  width(name, style) {
    const font = this.font(style);
    const key = `${font} ${name}`;
    if (!widths.has(key)) {
      if (widths.size > 20_000) widths.clear();
      this.context.font = font;
      widths.set(key, this.context.measureText(name).width);
    }
    const gaps = Math.max(0, [...name].length - 1) * spacing(name, style);
    return widths.get(key) + gaps * style.size * this.view.ratio;
  }

  /** @param {number[]} box @param {number[] | null} [own] @returns {boolean} */
  free(box, own = null) {
    return !this.taken.some((other) => other !== own && other[0] < box[2] && other[2] > box[0] && other[1] < box[3] && other[3] > box[1]);
  }

  /** @param {Seat} seat */
  reserve(seat) {
    const { x, y, rank, point } = seat;
    if (!point) return;
    const radius = (SEATS[rank].mark + 1) * this.view.ratio;
    const box = [x - radius, y - radius, x + radius, y + radius];
    this.taken.push(box);
    seat.room = box; // in the way of others, not of its own name
  }

  /**
   * @param {string} name
   * @param {LabelStyle} style
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number[]} box
   * @returns {boolean}
   */
  put(name, style, x, y, width, box) {
    this.taken.push(box);
    this.labels.push({ name, style, x, y, width, box, code: style.code ?? null, level: style.level ?? null, kind: style.kind ?? 'unit', rank: style.rank });
    return true;
  }

  /** @param {number} x @param {number} y @param {number} width @param {LabelStyle} style @returns {number[]} */
  box(x, y, width, style) {
    const half = style.size * this.view.ratio * 0.58;
    return [x - width / 2 - half * 0.2, y - half, x + width / 2 + half * 0.2, y + half];
  }

  /** @param {string} name @param {LabelStyle} style @param {number} x @param {number} y @returns {boolean} */
  centred(name, style, x, y) {
    const width = this.width(name, style);
    const box = this.box(x, y, width, style);
    return this.free(box) && this.put(name, style, x, y, width, box);
  }

  // in the first free place of eight around a point, beyond its mark
  /**
   * @param {string} name
   * @param {LabelStyle} style
   * @param {{ x: number, y: number, room?: number[] | null }} point
   * @param {number} reach
   * @returns {boolean}
   */
  around(name, style, { x, y, room = null }, reach) {
    const width = this.width(name, style);
    const { ratio } = this.view;
    const spots = AROUND.map(([across, down]) => {
      const side = across * (width / 2 + (down ? reach * 0.6 : reach + 2) * ratio);
      const rise = down * ((across ? style.size * 0.5 : style.size * 0.62) + reach * (across ? 0.6 : 1)) * ratio;
      return { x: x + side, y: y + rise, box: this.box(x + side, y + rise, width, style) };
    });
    // a name that the edge of the map would cut stands on the other side
    const whole = spots.filter(({ box }) => this.inWindow(box));
    const others = style.cut === false ? [] : spots.filter((one) => !whole.includes(one));
    for (const spot of [...whole, ...others]) {
      if (this.free(spot.box, room)) return this.put(name, style, spot.x, spot.y, width, spot.box);
    }
    return false;
  }

  /** @param {number[]} box @returns {boolean} */
  inWindow([left, top, right, bottom]) {
    const [west, north, east, south] = this.view.window;
    return left >= west && top >= north && right <= east && bottom <= south;
  }

  // character by character along the longest run of a line that has the room
  /** @param {string} name @param {LabelStyle} style @param {Shapes} features @param {number} feature @returns {boolean} */
  along(name, style, features, feature) {
    const size = style.size * this.view.ratio;
    const characters = latin(name) ? [name] : [...name];
    const step = latin(name) ? this.width(name, style) : size * (1 + (style.spacing ?? 0));
    /** @param {Glyph[]} places @returns {number[][]} */
    const boxes = (places) => places.map((place) => (latin(name) ? turned(place, step, size) : this.box(place.x, place.y, size, style)));
    const runs = visibleRuns(features, feature, this.view)
      .sort((one, other) => other.length - one.length)
      .slice(0, 4);
    for (const run of runs) {
      const found = alongRun(run, characters.length, step, (places) => boxes(places).every((box) => this.free(box)));
      if (!found) continue;
      const own = boxes(found.places);
      this.taken.push(...own);
      this.labels.push({ name, style, characters, ...found, box: own[0], code: null, level: null, kind: style.kind ?? '', rank: style.rank });
      return true;
    }
    return false;
  }

  write() {
    const { context, view } = this;
    for (const label of this.labels) {
      const { style } = label;
      context.font = this.font(style);
      context.textAlign = 'center';
      context.lineWidth = Math.max(2, style.size * 0.22) * view.ratio;
      context.strokeStyle = style.halo;
      context.fillStyle = style.colour;
      const glyphs = label.places ? this.turnedGlyphs(label) : this.glyphs(label);
      for (const method of /** @type {const} */ (['strokeText', 'fillText'])) {
        for (const [text, x, y, angle] of glyphs) {
          context.setTransform(1, 0, 0, 1, x, y);
          if (angle) context.rotate(angle);
          if (style.slant) context.transform(1, 0, style.slant, 1, 0, 0); // names of waters lean to the left
          context[method](text, 0, 0);
        }
      }
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** @param {LevelLabel} label @returns {[string, number, number, number][]} */
  glyphs({ name, style, x, y, width }) {
    const gap = spacing(name, style) * style.size * this.view.ratio;
    if (!gap) return [[name, x, y, 0]];
    let place = x - width / 2;
    return [...name].map((character) => {
      const own = this.width(character, style);
      place += own + gap;
      return [character, place - gap - own / 2, y, 0];
    });
  }

  /** @param {TurnedLabel} label @returns {[string, number, number, number][]} */
  turnedGlyphs({ characters, places, steep, name }) {
    const upright = steep && !latin(name);
    return characters.map((character, place) => [character, places[place].x, places[place].y, places[place].angle - (upright ? Math.PI / 2 : 0)]);
  }
}

// Latin letters are not spread.
/** @param {string} name @param {Pick<LabelStyle, 'spacing'>} style @returns {number} */
function spacing(name, style) {
  return latin(name) ? 0 : (style.spacing ?? 0);
}

/** @param {string} name @returns {boolean} */
function latin(name) {
  return name.charCodeAt(0) < 0x2e80;
}

/** @param {Glyph} glyph @param {number} width @param {number} size @returns {number[]} */
function turned({ x, y, angle }, width, size) {
  const [across, down] = [
    Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * size,
    Math.abs(Math.sin(angle)) * width + Math.abs(Math.cos(angle)) * size,
  ];
  return [x - across / 2, y - down / 2, x + across / 2, y + down / 2];
}
