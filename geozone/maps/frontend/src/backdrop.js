// What lies around and over the units: the sea under them, wide rivers over them.

import { Features, POLYGON } from './geometry.js';
import { drawWith, paint } from './paint.js';
import { takeBlock } from './data.js';

const FADE = 2 ** 26 / 360 / 2; // half a degree, over which the sea ends

/** @param {App} app */
export function openBackdrop(app) {
  const { grounds } = app.data.backdrop;
  app.grounds = Object.fromEntries(
    Object.entries(grounds).map(([purpose, symbol]) => [
      purpose,
      { symbol, features: new Features(/** @type {Uint8Array} */ (takeBlock(`geometry-${purpose}`)), app.origin) },
    ]),
  );
}

// Images of a base map show the sea and the rivers themselves.
/** @param {App} app @returns {boolean} */
function hidden(app) {
  return [...app.layers.values()].some((layer) => layer.under && layer.shown);
}

/** @param {App} app @param {Context} context @param {View} view @param {string} purpose */
export function drawGround(app, context, view, purpose) {
  const ground = app.grounds[purpose];
  if (!ground || hidden(app)) return;
  const { features, symbol } = ground;
  drawWith(context, view, symbol, (target) => {
    for (let feature = 0; feature < features.count; feature++) {
      if (features.meets(feature, view.box)) paint(target, features.path(feature), POLYGON, symbol, view, features.box(feature));
    }
  });
  if (purpose === 'sea') fade(app, context, view, features);
}

// The sea is known up to a meridian and a parallel; it ends there without a shore.
/** @param {App} app @param {Context} context @param {View} view @param {Features} features */
function fade(app, context, view, features) {
  const boxes = [...Array(features.count).keys()].map((feature) => features.box(feature));
  const [west, north] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side])));
  const [east, south] = [2, 3].map((side) => Math.max(...boxes.map((box) => box[side])));
  const { land } = app.data.backdrop;
  context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  for (const [x0, y0, x1, y1] of [
    [east - FADE, 0, east, 0],
    [0, south - FADE, 0, south],
  ]) {
    const gradient = context.createLinearGradient(x0, y0, x1, y1);
    gradient.addColorStop(0, `${land}00`);
    gradient.addColorStop(1, land);
    context.fillStyle = gradient;
    if (x1) context.fillRect(x0, north, x1 - x0 + view.ratio / view.scale, south - north);
    else context.fillRect(west, y0, east - west, y1 - y0 + view.ratio / view.scale);
  }
}
