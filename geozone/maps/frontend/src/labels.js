// Names on the map, by rank: seats of provinces, of prefectures, provinces, seas, waters, neighbours, counties, places. A name that
// would cover one of a higher rank takes another of eight places around its seat, or is left out.

import { LINE, POINT, POLYGON } from './geometry.js';
import { AROUND, FONTS, SEATS, Sheet } from './name_sheet.js';
import { language, said } from './text.js';
import { symbolPlace } from './years.js';

export { FONTS };

const WATER_FONTS = '"Songti SC","SimSun","Noto Serif CJK SC","Source Han Serif SC",serif';
const INK = '#20282a';
const HALO = 'rgba(255,255,255,0.88)';
const PROVINCE = { size: 16, weight: 700, spacing: 0.5, colour: '#4a5254', halo: 'rgba(255,255,255,0.8)' };
const NEIGHBOUR = { size: 13, weight: 500, spacing: 0.35, colour: '#8b8f8a', halo: 'rgba(255,255,255,0.5)' };
const WATER = { weight: 400, colour: '#1f5f8b', halo: 'rgba(255,255,255,0.85)', fonts: WATER_FONTS, slant: 0.21 };
// with the smallest scale (1 : so many) of a map that names it
/** @type {Record<number, Omit<LabelStyle, 'rank'> & { to: number }>} */
const SEA = {
  1: { ...WATER, size: 19, spacing: 0.9, to: Infinity },
  2: { ...WATER, size: 13, spacing: 0.25, to: 6e6 },
  3: { ...WATER, size: 11.5, spacing: 0.1, to: 1.5e6 },
};
const STREAM = { ...WATER, size: 11.5, spacing: 0.35 };
const PLACE = { size: 11.5, weight: 600, halo: 'rgba(255,255,255,0.92)', mark: 5, cut: false };
const SIZES = [1, 0.88, 0.78]; // of a name that has no place in full
const ROOM = 3; // the name of a county is at most so many times the radius of a circle inside it
const SPECK = 14; // CSS pixels: a lake smaller on the screen has no name
const LONGEST = 24;
const MOST_NAMED = 120; // features of a large layer that names are sought for in a view
const PATIENCE = 20; // milliseconds of a picture for unpacking their names
const PIXEL_METRES = 0.0254 / 96; // a CSS pixel on paper, by which map scales are told
const ORDER = ['county', 'city', 'province', 'zone'];

/** @param {App} app @param {Context} context @param {View} view */
export function drawLabels(app, context, view) {
  const sheet = new Sheet(context, view);
  const seats = seatsInView(app, view);
  const towns = seats.filter((seat) => seat.rank < 3);
  for (const seat of towns) sheet.reserve(seat);
  for (const seat of towns) placeSeat(app, sheet, seat);
  placeProvinces(app, sheet, view);
  const scale = groundMetres(app, view) / PIXEL_METRES;
  for (const rank of [1, 2, 3]) if (scale <= SEA[rank].to) placeNames(app, sheet, view, 'sea', rank, SEA[rank]);
  placeWaters(app, sheet, view, scale);
  placeNames(app, sheet, view, 'province', 1, NEIGHBOUR);
  // where a prefecture in view has no place for its name, that of a county would mislead
  if (towns.every((seat) => seat.named)) for (const seat of seats) if (seat.rank === 3) placeSeat(app, sheet, seat);
  placeAnchored(app, sheet, view);
  for (const seat of seats) if (seat.point) drawMark(context, view, seat);
  sheet.write();
  app.labels = sheet.labels;
}

// Units whose names stand at their seats, or in their area where no seat is known; the higher and the larger first.
/** @param {App} app @param {View} view @returns {Seat[]} */
function seatsInView(app, view) {
  const finest = ORDER.indexOf(app.state.level);
  const found = [];
  for (const unit of app.units) {
    if (ORDER.indexOf(unit.level) < finest || unit.level === 'zone') continue;
    const own = unit.level === 'county' ? 3 : 2;
    if (!unit.seat && unit.level === 'province') continue; // it stands in its area
    const rank = unit.seat?.[2] ?? own;
    const [x, y] = onCanvas(view, unit.seat ?? unit.label);
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
    found.push({ unit, rank, x, y, point: Boolean(unit.seat), size: unit.label[2] });
  }
  return found.sort((one, other) => one.rank - other.rank || other.size - one.size);
}

/** @param {App} app @param {Sheet} sheet @param {Seat} seat @returns {boolean | undefined} */
function placeSeat(app, sheet, seat) {
  const style = SEATS[seat.rank];
  const name = clipped(app.nameOf(seat.unit));
  const label = { code: seat.unit.code, level: seat.unit.level, rank: seat.rank, colour: INK, halo: HALO, ...style };
  // a long name about a small county would seem to be that of others
  if (seat.rank === 3 && sheet.width(name, label) > seat.size * sheet.view.scale * ROOM) return false;
  const sizes = seat.rank < 3 ? SIZES : [1];
  seat.named = sizes.some((part) => {
    const own = { ...label, size: style.size * part };
    return seat.point ? sheet.around(name, own, seat, style.mark) : sheet.centred(name, own, seat.x, seat.y);
  });
  return seat.named;
}

// The name of a province stands in its area, where it leaves the seats their names.
/** @param {App} app @param {Sheet} sheet @param {View} view */
function placeProvinces(app, sheet, view) {
  if (app.state.level === 'zone') return;
  const provinces = app.units.filter((unit) => unit.level === 'province' && !unit.seat && unit.label[2] > 0);
  for (const unit of provinces.sort((one, other) => other.label[2] - one.label[2])) {
    const [x, y] = onCanvas(view, unit.label);
    const radius = unit.label[2] * view.scale * 0.8;
    const label = { code: unit.code, level: unit.level, rank: 0, ...PROVINCE };
    const name = clipped(app.nameOf(unit));
    const rings = [0, 0.35, 0.7, 1].flatMap((part) => (part ? AROUND : [[0, 0]]).map(([across, down]) => [across * part, down * part]));
    rings.some(([across, down]) => sheet.centred(name, label, x + across * radius, y + down * radius));
  }
}

/** @param {App} app @param {Sheet} sheet @param {View} view @param {string} kind @param {number} rank @param {Omit<LabelStyle, 'rank'>} style */
function placeNames(app, sheet, view, kind, rank, style) {
  for (const name of app.data.backdrop.names) {
    if (name.kind !== kind || name.rank !== rank) continue;
    const [x, y] = onCanvas(view, [name.at[0] - app.origin[0], name.at[1] - app.origin[1]]);
    const [left, top, right, bottom] = view.window;
    const half = sheet.width(said(name.title), style) / 2;
    if (x - half < left || y < top || x + half > right || y > bottom) continue;
    sheet.centred(said(name.title), { kind, rank, ...style }, x, y);
  }
}

// Features with a mark of their own are named beside it, where units and waters leave room.
/** @param {App} app @param {Sheet} sheet @param {View} view */
function placeAnchored(app, sheet, view) {
  for (const layer of app.layers.values()) {
    if (!layer.shown || !layer.anchors || !layer.features) continue;
    for (const [feature, anchor] of layer.anchors.entries()) {
      if (!anchor) continue;
      const [x, y] = onCanvas(view, anchor);
      if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
      const name = nameOf(layer, feature);
      if (sheet.labels.some((label) => label.name === name)) continue; // that of a water or a seat
      const { fill } = layer.legend[symbolPlace(app, layer, feature, null)].symbol;
      const style = { kind: layer.role, rank: 5, ...PLACE, colour: fill ?? INK };
      sheet.around(name, style, { x, y }, PLACE.mark);
    }
  }
}

// Rivers along their lines, lakes in their areas, on maps of a scale that their role names them at.
/** @param {App} app @param {Sheet} sheet @param {View} view @param {number} scale */
function placeWaters(app, sheet, view, scale) {
  const until = performance.now() + PATIENCE;
  let unread = false;
  for (const layer of app.layers.values()) {
    if (!layer.shown || !layer.named_to || !layer.row || scale > layer.named_to) continue;
    const written = new Set();
    for (const { shapes, feature } of candidates(layer, view)) {
      const row = shapes.rows ? shapes.rows[feature] : feature;
      if (shapes.rows && !view.printing && performance.now() > until && !layer.names?.has(row)) {
        unread = true; // names of a large layer are unpacked a few at a time
        break;
      }
      const name = nameOf(layer, row);
      if (!name || written.has(name)) continue;
      const style = { kind: layer.role, rank: 4, ...STREAM };
      const placed = shapes.kind[feature] === LINE ? sheet.along(name, style, shapes, feature) : inside(sheet, name, style, shapes, feature, view);
      if (placed) written.add(name);
    }
  }
  if (unread) requestAnimationFrame(() => app.tell(['tiles']));
}

// The features of a layer in view, the largest first; of a large layer those only that are large enough for a name.
/** @param {FeatureLayer} layer @param {View} view @returns {{ shapes: Shapes, feature: number, size: number }[]} */
function candidates(layer, view) {
  const found = [];
  for (const shapes of layer.near ? layer.near(view) : [layer.features]) {
    for (let feature = 0; feature < shapes.count; feature++) {
      const [west, north, east, south] = shapes.box(feature);
      if (west > view.box[2] || east < view.box[0] || north > view.box[3] || south < view.box[1]) continue;
      const size = Math.max(east - west, south - north);
      if (!layer.near || size * view.scale > SPECK * view.ratio || shapes.kind[feature] === POINT) found.push({ shapes, feature, size });
    }
  }
  found.sort((one, other) => other.size - one.size);
  return layer.near ? found.slice(0, MOST_NAMED) : found;
}

/**
 * @param {Sheet} sheet
 * @param {string} name
 * @param {LabelStyle} style
 * @param {Shapes} features
 * @param {number} feature
 * @param {View} view
 * @returns {boolean}
 */
function inside(sheet, name, style, features, feature, view) {
  const [west, north, east, south] = features.box(feature);
  const [x, y] = onCanvas(view, [(west + east) / 2, (north + south) / 2]);
  if (features.kind[feature] === POLYGON && extent(features, feature) * view.scale < SPECK * view.ratio) return false;
  if (x < 0 || y < 0 || x > view.width || y > view.height) return false;
  const own = { ...style, spacing: 0.1 };
  if (features.kind[feature] === POLYGON && (east - west) * view.scale > sheet.width(name, own) * 0.8) return sheet.centred(name, own, x, y);
  const reach = features.kind[feature] === POINT ? 4 : (Math.min(east - west, south - north) * view.scale) / view.ratio / 3;
  return sheet.around(name, own, { x, y }, reach);
}

/** @param {Shapes} features @param {number} feature @returns {number} */
function extent(features, feature) {
  const [west, north, east, south] = features.box(feature);
  return Math.max(east - west, south - north);
}

/** @param {FeatureLayer} layer @param {number} feature @returns {string} */
function nameOf(layer, feature) {
  layer.names ??= new Map();
  if (!layer.names.has(feature)) {
    const { name, name_en: english } = layer.row(feature);
    layer.names.set(
      feature,
      [name, english].map((word) => (word ? clipped(String(word)) : '')),
    );
  }
  const [name, english] = layer.names.get(feature) ?? ['', ''];
  return language() === 'en' && english ? english : name;
}

/** @param {App} app @param {View} view @returns {number} */
export function groundMetres(app, view) {
  const middle = (view.box[1] + view.box[3]) / 2 + app.origin[1];
  const latitude = Math.atan(Math.sinh((0.5 - middle / 2 ** 26) * 2 * Math.PI));
  return ((Math.cos(latitude) * 40075016.7) / 2 ** 26 / view.scale) * view.ratio;
}

/** @param {View} view @param {Pair | [number, number, number]} at @returns {Pair} */
function onCanvas(view, [x, y]) {
  return [x * view.scale + view.left, y * view.scale + view.top];
}

/** @param {string} name @returns {string} */
function clipped(name) {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
}

// A capital has a ring about a dot, a prefecture a ring about a smaller one, a county a dot; where no name stands, no county's.
/** @param {Context} context @param {View} view @param {Seat} seat */
function drawMark(context, view, { rank, x, y, named }) {
  if (rank === 3 && !named) return;
  const radius = SEATS[rank].mark * view.ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.setLineDash([]);
  context.lineWidth = (rank === 3 ? 1 : 1.3) * view.ratio;
  context.strokeStyle = INK;
  context.fillStyle = '#ffffff';
  circle(context, x, y, radius);
  context.fill();
  context.stroke();
  if (rank === 3) return;
  context.fillStyle = INK;
  circle(context, x, y, radius * (rank === 1 ? 0.55 : 0.4));
  context.fill();
}

/** @param {Context} context @param {number} x @param {number} y @param {number} radius */
function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}
