// Symbols on a canvas: one routine for the map, the legend and print.

import { LINE, POINT, POLYGON } from './geometry.js';

let paper = '#ffffff';

// Swatches stand on the ground of the map: the screen's paper, or white in print.
/** @param {string} colour */
export function setPaper(colour) {
  paper = colour;
}

export function ground() {
  return paper;
}

const HATCH_STEP = 7; // CSS pixels between hatch lines
const POINT_RADIUS = 4;
const TINT = 2.5; // CSS pixels of colour inside the outline of a tint
const TINT_ALPHA = 0.55;
/** @type {Map<string, HTMLCanvasElement>} */
const patterns = new Map();

/** @param {string} colour @param {number} ratio @param {number} width @returns {HTMLCanvasElement} */
function hatchTile(colour, ratio, width) {
  const key = `${colour} ${ratio} ${width}`;
  if (!patterns.has(key)) {
    const side = Math.round(HATCH_STEP * ratio);
    const tile = document.createElement('canvas');
    tile.width = tile.height = side;
    const context = /** @type {Context} */ (tile.getContext('2d'));
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    context.beginPath();
    for (const shift of [-side, 0, side]) {
      context.moveTo(shift - side, side * 2);
      context.lineTo(shift + side * 2, -side);
    }
    context.stroke();
    patterns.set(key, tile);
  }
  return /** @type {HTMLCanvasElement} */ (patterns.get(key));
}

// a hatch in whole device pixels that stays with the ground when the map is moved
/** @param {Context} context @param {PaintView} view @param {string} colour @param {number} width @returns {CanvasPattern} */
function hatch(context, view, colour, width) {
  const tile = hatchTile(colour, view.ratio, width);
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(tile, 'repeat'));
  const anchor = new DOMMatrix().translateSelf(Math.round(view.left % tile.width), Math.round(view.top % tile.height));
  pattern.setTransform(new DOMMatrix([view.scale, 0, 0, view.scale, view.left, view.top]).invertSelf().multiply(anchor));
  return pattern;
}

// Draws with a symbol; `view` is {scale, left, top, ratio, width, height}: device pixels per unit, their shift, the canvas.
// What is drawn together is one sheet, as transparent as the symbol says: where features overlap they are no darker, so
// that they have the colour of the legend. Paper gets the strokes themselves, which printers keep sharp.
/** @param {Context} context @param {PaintView} view @param {PaintSymbol} symbol @param {(target: Context) => void} draw */
export function drawWith(context, view, symbol, draw) {
  const target = isApart(view, symbol) ? emptySheet(view) : context;
  begin(target, context, view, symbol);
  draw(target);
  finish(target, context, symbol);
}

// The same in parts, each of which may be drawn in a frame of its own; `sheet` is nobody else's until the last.
/** @param {Context} context @param {PaintView} view @param {PaintSymbol} symbol @param {() => Context} sheet @param {(target: Context) => Generator<DrawnPart>} draw @returns {Generator<DrawnPart>} */
export function* drawInParts(context, view, symbol, sheet, draw) {
  const target = isApart(view, symbol) ? sheet() : context;
  begin(target, context, view, symbol);
  yield* draw(target);
  finish(target, context, symbol);
}

/** @param {PaintView} view @param {PaintSymbol} symbol @returns {boolean} */
function isApart(view, symbol) {
  return (symbol.opacity ?? 1) < 1 && !view.printing;
}

/** @param {Context} target @param {Context} context @param {PaintView} view @param {PaintSymbol} symbol */
function begin(target, context, view, symbol) {
  target.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  prepare(target, view, symbol);
  target.globalAlpha = target === context ? (symbol.opacity ?? 1) : 1;
}

/** @param {Context} target @param {Context} context @param {PaintSymbol} symbol */
function finish(target, context, symbol) {
  target.setLineDash([]);
  target.globalAlpha = 1;
  if (target === context) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = symbol.opacity ?? 1;
  context.drawImage(target.canvas, 0, 0);
  context.globalAlpha = 1;
}

/** @type {Context | null} */
let sheet = null;

/** @param {PaintView} view @returns {Context} */
export function emptySheet(view) {
  sheet ??= /** @type {Context} */ (document.createElement('canvas').getContext('2d'));
  const { canvas } = sheet;
  const [width, height] = [Math.round(view.width), Math.round(view.height)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  sheet.setTransform(1, 0, 0, 1, 0, 0);
  sheet.clearRect(0, 0, width, height);
  return sheet;
}

/** @param {Context} context @param {PaintView} view @param {PaintSymbol} symbol */
function prepare(context, view, symbol) {
  context.lineJoin = 'round';
  context.lineCap = symbol.kind === 'stroke' ? 'round' : 'butt';
  context.lineWidth = ((symbol.width ?? 1) * view.ratio) / view.scale;
  context.setLineDash(
    symbol.dash
      ? String(symbol.dash)
          .split(/[\s,]+/)
          .filter(Boolean)
          .map((part) => (Number(part) * view.ratio) / view.scale)
      : [],
  );
  context.strokeStyle = symbol.stroke || symbol.fill || '#000000';
  if (symbol.kind === 'hatch') context.fillStyle = hatch(context, view, symbol.fill || symbol.stroke || '#000000', 1.3);
  else context.fillStyle = symbol.fill || 'transparent';
}

// The hatch as lines clipped to the path: printers keep them sharp, where a pattern would be lost.
/** @param {Context} context @param {PaintView} view @param {Path2D} path @param {Box} box @param {PaintSymbol} symbol */
function hatchLines(context, view, path, box, symbol) {
  const { scale, left, top, ratio } = view;
  const [west, north, east, south] = [box[0] * scale + left, box[1] * scale + top, box[2] * scale + left, box[3] * scale + top];
  const step = HATCH_STEP * ratio;
  context.save();
  context.clip(path, 'evenodd');
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.strokeStyle = symbol.fill || symbol.stroke || '#000000';
  context.lineWidth = 1.1 * ratio;
  context.setLineDash([]);
  context.beginPath();
  for (let sum = Math.ceil((west + north) / step) * step; sum <= east + south; sum += step) {
    context.moveTo(sum - north, north);
    context.lineTo(sum - south, south);
  }
  context.stroke();
  context.restore();
}

// An outline with colour along its inside: what lies below keeps its own.
/** @param {Context} context @param {Path2D} path @param {PaintSymbol} symbol @param {PaintView} view */
function tint(context, path, symbol, view) {
  const { lineWidth } = context;
  context.save();
  context.clip(path, 'evenodd');
  context.strokeStyle = symbol.fill ?? '#000000';
  context.globalAlpha *= TINT_ALPHA;
  context.lineWidth = (2 * TINT * view.ratio) / view.scale;
  context.setLineDash([]);
  context.stroke(path);
  context.restore();
  context.lineWidth = lineWidth;
  context.stroke(path);
}

// Draws one path with a prepared context.
/**
 * @param {Context} context
 * @param {Path2D} path
 * @param {number} kind
 * @param {PaintSymbol} symbol
 * @param {PaintView | null} [view]
 * @param {Box | null} [box]
 */
export function paint(context, path, kind, symbol, view = null, box = null) {
  if (kind === POLYGON && symbol.kind === 'tint' && view) tint(context, path, symbol, view);
  else if (kind === POLYGON && symbol.kind !== 'stroke') {
    if (symbol.kind === 'hatch' && view?.printing && box) hatchLines(context, view, path, box, symbol);
    else context.fill(path, 'evenodd');
    if (symbol.stroke && symbol.width) context.stroke(path);
  } else if (kind === POLYGON || kind === LINE) {
    context.stroke(path);
  }
}

// the corners of the marks of points, times the radius
/** @type {Record<string, Pair[]>} */
const MARKS = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.15],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
};

/** @param {Context} context @param {PaintView} view @param {number} x @param {number} y @param {PaintSymbol} symbol */
export function paintPoint(context, view, x, y, symbol) {
  const radius = (POINT_RADIUS * (symbol.size ?? 1) * view.ratio) / view.scale;
  const corners = MARKS[symbol.mark ?? ''];
  context.beginPath();
  if (corners) {
    for (const [across, down] of corners) context.lineTo(x + across * radius, y + down * radius);
    context.closePath();
  } else context.arc(x, y, radius, 0, 2 * Math.PI);
  if (symbol.kind === 'stroke') {
    // the mark of an outlined place: its line has no part in it
    context.save();
    context.setLineDash([]);
    context.lineWidth = (2.4 * view.ratio) / view.scale;
    context.strokeStyle = '#ffffff';
    context.stroke();
    context.fill();
    context.restore();
    return;
  }
  if (symbol.fill) context.fill();
  context.stroke();
}

// The marks of features that have a place for one.
/** @param {Context} context @param {View} view @param {VectorLayer} layer @param {(feature: number) => PaintSymbol} symbolOf */
export function paintAnchors(context, view, layer, symbolOf) {
  for (const [feature, anchor] of (layer.anchors ?? []).entries()) {
    if (!anchor) continue;
    const symbol = symbolOf(feature);
    drawWith(context, view, symbol, (target) => paintPoint(target, view, anchor[0], anchor[1], symbol));
  }
}

// Draws features symbol by symbol; `symbolOf` gives the symbol of one.
/** @param {Context} context @param {View} view @param {Features} features @param {(feature: number) => PaintSymbol | null} symbolOf */
export function paintFeatures(context, view, features, symbolOf) {
  const groups = new Map();
  for (let feature = 0; feature < features.count; feature++) {
    if (!features.meets(feature, view.box)) continue;
    const symbol = symbolOf(feature);
    if (!symbol) continue;
    if (!groups.has(symbol)) groups.set(symbol, []);
    groups.get(symbol).push(feature);
  }
  for (const [symbol, members] of groups) {
    drawWith(context, view, symbol, (target) => {
      for (const feature of members) {
        const kind = features.kind[feature];
        if (kind === POINT) for (const [x, y] of features.points(feature)) paintPoint(target, view, x, y, symbol);
        else paint(target, features.path(feature), kind, symbol, view, features.box(feature));
      }
    });
  }
}

// A legend entry: the symbol on the paper of the map, at its right as dark as the relief makes it.
/** @param {PaintSymbol} symbol @param {number} [width] @param {number} [height] @param {number} [darkest] @returns {HTMLCanvasElement} */
export function swatch(symbol, width = 30, height = 18, darkest = 1, under = paper) {
  const ratio = Math.max(2, Math.min(window.devicePixelRatio || 1, 3));
  const canvas = document.createElement('canvas');
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.className = 'swatch';
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute('aria-hidden', 'true');
  const context = /** @type {Context} */ (canvas.getContext('2d'));
  context.fillStyle = under;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const view = { scale: ratio, left: 0, top: 0, ratio, width: canvas.width, height: canvas.height };
  const path = new Path2D();
  if (symbol.mark) {
    drawWith(context, view, symbol, (target) => {
      path.rect(1, 1, width - 2, height - 2);
      paint(target, path, LINE, symbol);
      paintPoint(target, view, width / 2, height / 2, symbol);
    });
  } else if (symbol.kind === 'stroke') {
    path.moveTo(2, height - 5);
    path.lineTo(width / 3, 5);
    path.lineTo((width * 2) / 3, height - 5);
    path.lineTo(width - 2, 5);
    drawWith(context, view, symbol, (target) => paint(target, path, LINE, symbol));
  } else if (symbol.kind === 'dot') {
    drawWith(context, view, symbol, (target) => paintPoint(target, view, width / 2, height / 2, symbol));
  } else {
    const inset = (symbol.width ?? 1) / 2;
    path.rect(inset, inset, width - 2 * inset, height - 2 * inset);
    drawWith(context, view, symbol, (target) => paint(target, path, POLYGON, symbol, view));
  }
  if (darkest < 1) shadeRight(context, canvas, darkest);
  return canvas;
}

/** @param {Context} context @param {HTMLCanvasElement} canvas @param {number} darkest */
function shadeRight(context, canvas, darkest) {
  const gradient = context.createLinearGradient(canvas.width * 0.4, 0, canvas.width, 0);
  gradient.addColorStop(0, '#ffffff');
  gradient.addColorStop(
    1,
    `rgb(${Array(3)
      .fill(Math.round(darkest * 255))
      .join(',')})`,
  );
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = 'multiply';
  context.fillStyle = gradient;
  context.fillRect(canvas.width * 0.4, 0, canvas.width, canvas.height);
}
