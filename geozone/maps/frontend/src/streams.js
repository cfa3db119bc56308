// Rivers by class, wider downstream: their lines run from source to mouth.

import { drawWith } from './paint.js';

const STEPS = 6; // of a course, each with a width of its own
const NARROWEST = 0.5; // at the source, of the width at the mouth

/** @param {App} app @param {Context} context @param {View} view @param {VectorLayer} layer @param {(feature: number) => PaintSymbol} symbolOf */
export function paintStreams(app, context, view, layer, symbolOf) {
  const { features } = layer;
  const widths = app.data.backdrop.stream_widths;
  const groups = new Map();
  for (let feature = 0; feature < features.count; feature++) {
    if (!features.meets(feature, view.box)) continue;
    const symbol = symbolOf(feature);
    if (!groups.has(symbol)) groups.set(symbol, []);
    groups.get(symbol).push(feature);
  }
  for (const [symbol, members] of groups) {
    drawWith(context, view, symbol, (target) => {
      const width = target.lineWidth;
      for (const feature of members) {
        const widest = width * (widths[layer.flow?.[feature] ?? 0] ?? widths[0]);
        reaches(layer, feature).forEach((path, step) => {
          target.lineWidth = widest * (NARROWEST + (1 - NARROWEST) * ((step + 0.5) / STEPS));
          target.stroke(path);
        });
      }
    });
  }
}

// The course in steps of equal length, through all its parts.
/** @param {VectorLayer} layer @param {number} feature @returns {Path2D[]} */
function reaches(layer, feature) {
  layer.reaches ??= [];
  layer.reaches[feature] ??= cut(layer.features, feature);
  return layer.reaches[feature];
}

/** @param {Pick<Features, 'firstRing' | 'firstPoint' | 'xy'>} features @param {number} feature @returns {Path2D[]} */
function cut({ firstRing, firstPoint, xy }, feature) {
  const paths = Array.from({ length: STEPS }, () => new Path2D());
  /** @param {number} point */
  const length = (point) => Math.hypot(xy[point * 2] - xy[point * 2 - 2], xy[point * 2 + 1] - xy[point * 2 - 1]);
  /** @param {(point: number) => void} action */
  const each = (action) => {
    for (let ring = firstRing[feature]; ring < firstRing[feature + 1]; ring++) {
      for (let point = firstPoint[ring] + 1; point < firstPoint[ring + 1]; point++) action(point);
    }
  };
  let total = 0;
  each((point) => {
    total += length(point);
  });
  let reached = 0;
  let last = -1;
  let step = -1;
  each((point) => {
    const now = Math.min(STEPS - 1, Math.floor((reached / total) * STEPS));
    if (now !== step || last !== point - 1) paths[now].moveTo(xy[point * 2 - 2], xy[point * 2 - 1]);
    paths[now].lineTo(xy[point * 2], xy[point * 2 + 1]);
    reached += length(point);
    last = point;
    step = now;
  });
  return paths;
}
