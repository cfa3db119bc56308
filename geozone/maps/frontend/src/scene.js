// What is drawn, from bottom to top: the sea, units by rate, relief, layers, borders, names, graticule.

import { drawGround } from './backdrop.js';
import { VEIL } from './basemap.js';
import { BAND, BAND_SYMBOL, colourOf } from './legend.js';
import { POLYGON, toDegrees, toUnits } from './geometry.js';
import { FONTS, drawLabels } from './labels.js';
import { drawWith, ground, paint, paintAnchors, paintFeatures } from './paint.js';
import { paintStreams } from './streams.js';
import { symbolPlace } from './years.js';

const FADED = 0.8; // of the ground, over units that the entry pointed at in the legend does not stand for
/** @type {Record<string, [string, number]>} */
const BORDERS = { county: ['#7b8180', 0.5], city: ['#5a605f', 0.9], province: ['#33393a', 1.5], zone: ['#1e2425', 2.2] };
/** @param {App} app @param {Context} context @param {View} view */
export function drawEverything(app, context, view) {
  const { compare } = app.state;
  drawGround(app, context, view, 'sea');
  const middle = compare && app.chart ? app.chart.dividerOnCanvas(view) : view.width / 2;
  /** @type {[number, number, string | null][]} */
  const parts = compare
    ? [
        [0, middle, compare.left],
        [middle, view.width, compare.right],
      ]
    : [[0, view.width, null]];
  for (const [from, to, theme] of parts) clipped(context, from, to, view.height, () => drawTheme(app, context, view, theme));
  drawBorders(app, context, view);
  for (const [from, to, theme] of parts) clipped(context, from, to, view.height, () => drawAnchors(app, context, view, theme));
  drawLabels(app, context, view);
  if (app.state.graticule || app.printing) drawGraticule(app, context, view);
  if (app.printing) drawHighlight(app, context, view);
}

/** @param {Context} context @param {number} from @param {number} to @param {number} height @param {() => void} draw */
function clipped(context, from, to, height, draw) {
  if (from === 0 && to === context.canvas.width) {
    draw();
    return;
  }
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(from, 0, Math.max(0, to - from), height);
  context.clip();
  draw();
  context.restore();
}

// A theme is an indicator or a layer alone ("units:<id>", "layer:<id>"), or what is switched on in another year
// ("year:<year>", "year:latest"); null draws what is switched on.
/** @param {App} app @param {string | null} theme @returns {Layer[]} */
function layersOf(app, theme) {
  const whole = theme === null || theme.startsWith('year:');
  return [...app.layers.values()].filter((layer) => (whole ? layer.shown : theme === `layer:${layer.id}`));
}

// Marks lie over borders, as seats do.
/** @param {App} app @param {Context} context @param {View} view @param {string | null} theme */
function drawAnchors(app, context, view, theme) {
  for (const layer of layersOf(app, theme)) {
    if (layer.anchors && layer.features) paintAnchors(context, view, layer, (feature) => layer.legend[symbolPlace(app, layer, feature)].symbol);
  }
}

/** @param {App} app @param {Context} context @param {View} view @param {string | null} theme */
function drawTheme(app, context, view, theme) {
  const whole = theme === null || theme.startsWith('year:');
  const year = whole && theme !== null ? Number(theme.slice(5)) || null : app.state.year;
  const indicator = whole ? app.state.indicator : theme.startsWith('units:') ? theme.slice(6) : null;
  drawUnits(app, context, view, indicator, year);
  drawGround(app, context, view, 'water');
  for (const layer of layersOf(app, theme)) {
    if (layer.paint) layer.paint(context, view, year);
    else {
      /** @param {number} feature */
      const symbolOf = (feature) => layer.legend[symbolPlace(app, layer, feature, year)].symbol;
      if (layer.flow) paintStreams(app, context, view, layer, symbolOf);
      else paintFeatures(context, view, layer.features, symbolOf);
    }
  }
}

/** @param {App} app @param {Context} context @param {View} view @param {string | null} indicator @param {number | null} year */
function drawUnits(app, context, view, indicator, year) {
  const { features, partition, units, state } = app;
  context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  context.lineJoin = 'round';
  context.lineWidth = view.ratio / view.scale;
  /** @type {number[]} */
  const bands = [];
  /** @type {Path2D[]} */
  const faded = [];
  context.globalAlpha = [...app.layers.values()].some((layer) => layer.under && layer.shown) ? VEIL : 1;
  for (const place of partition[state.level]) {
    if (!features.meets(place, view.box)) continue;
    const rate = indicator ? app.rate(units[place].code, indicator, year) : null;
    const colour = indicator ? colourOf(app, indicator, state.level, rate?.shown) : ground();
    const path = features.path(place);
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.fill(path, 'evenodd');
    if (context.globalAlpha === 1) context.stroke(path); // closes the hairlines between neighbours
    const band = rate && rate.value === null && rate.shown !== null;
    if (band) bands.push(place);
    if (app.lit && !app.printing && !(app.lit === BAND ? band : app.lit === colour)) faded.push(path);
  }
  context.globalAlpha = 1;
  if (bands.length) {
    drawWith(context, view, BAND_SYMBOL, (target) => {
      for (const place of bands) paint(target, features.path(place), POLYGON, BAND_SYMBOL, view, features.box(place));
    });
  }
  context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  context.globalAlpha = FADED;
  context.fillStyle = ground();
  for (const path of faded) context.fill(path, 'evenodd');
  context.globalAlpha = 1;
}

/** @param {App} app @param {Context} context @param {View} view */
function drawBorders(app, context, view) {
  const { features, units } = app;
  context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  context.lineJoin = 'round';
  context.setLineDash([]);
  const finest = app.levels.indexOf(app.state.level);
  const order = ['county', 'city', 'province', 'zone'];
  for (const level of order) {
    if (order.indexOf(level) < order.indexOf(app.levels[finest])) continue;
    const [colour, width] = BORDERS[level];
    if (level === 'county' && view.zoom < 5.5) continue;
    context.strokeStyle = colour;
    context.lineWidth = (width * view.ratio) / view.scale;
    const places = level === app.state.level ? app.partition[level] : units.filter((unit) => unit.level === level).map((unit) => unit.place);
    for (const place of places) if (features.meets(place, view.box)) context.stroke(features.path(place));
  }
}

/** @param {App} app @param {Context} context @param {View} view */
function drawGraticule(app, context, view) {
  const [west, north] = toDegrees(view.box[0] + app.origin[0], view.box[1] + app.origin[1]);
  const [east, south] = toDegrees(view.box[2] + app.origin[0], view.box[3] + app.origin[1]);
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((degrees) => (east - west) / degrees <= 9) ?? 20;
  const digits = step < 1 ? 1 : 0;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.strokeStyle = 'rgba(60,80,90,0.35)';
  context.fillStyle = '#3c4a50';
  context.lineWidth = 0.6 * view.ratio;
  context.font = `${10 * view.ratio}px ${FONTS}`;
  const inset = /** @type {Chart} */ (app.chart).insetOnCanvas(view);
  for (let longitude = Math.ceil(west / step) * step; longitude <= east; longitude += step) {
    const x = (toUnits(longitude, 0)[0] - app.origin[0]) * view.scale + view.left;
    line(context, x, 0, x, view.height);
    context.textAlign = 'center';
    context.textBaseline = 'bottom';
    if (x < inset.right - 70 * view.ratio) context.fillText(degrees(longitude, digits, 'E', 'W'), x, inset.bottom - 3 * view.ratio);
  }
  for (let latitude = Math.ceil(south / step) * step; latitude <= north; latitude += step) {
    const y = (toUnits(0, latitude)[1] - app.origin[1]) * view.scale + view.top;
    line(context, 0, y, view.width, y);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    if (y < inset.bottom - 20 * view.ratio) context.fillText(degrees(latitude, digits, 'N', 'S'), inset.right - 3 * view.ratio, y);
  }
}

/** @param {number} value @param {number} digits @param {string} positive @param {string} negative */
function degrees(value, digits, positive, negative) {
  return `${Math.abs(value).toFixed(digits)}°${value < 0 ? negative : positive}`;
}

/** @param {Context} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** @param {App} app @param {Context} context @param {View} view */
export function drawHighlight(app, context, view) {
  const { features, state, zone } = app;
  context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
  context.lineJoin = 'round';
  /** @param {Path2D} path @param {string} colour @param {number} width */
  const outline = (path, colour, width) => {
    context.strokeStyle = '#ffffff';
    context.lineWidth = ((width + 2) * view.ratio) / view.scale;
    context.stroke(path);
    context.strokeStyle = colour;
    context.lineWidth = (width * view.ratio) / view.scale;
    context.stroke(path);
  };
  for (const { layer, features: gaps } of Object.values(app.closing ?? {})) {
    context.fillStyle = 'rgba(245, 196, 0, 0.75)';
    for (const gap of gaps) {
      if (!layer.features) continue;
      context.fill(layer.features.path(gap), 'evenodd');
      outline(layer.features.path(gap), '#7a4b00', 1);
    }
  }
  for (const { place } of app.subject.members ?? [app.subject]) if (place !== zone) outline(features.path(place), '#c2185b', 2.6);
  const hovered = app.hovered;
  if (hovered?.unit && hovered.unit.place !== state.unit && !hovered.hit) outline(features.path(hovered.unit.place), '#1e2425', 1.6);
  for (const mark of [hovered?.hit, app.chosen]) {
    if (!mark) continue;
    if (mark.layer.outline) mark.layer.outline(context, view, mark.feature, outline);
    else {
      const own = mark.layer.features;
      if (own.kind[mark.feature] === POLYGON) {
        context.fillStyle = 'rgba(255, 214, 0, 0.35)';
        context.fill(own.path(mark.feature), 'evenodd');
      }
      outline(own.path(mark.feature), '#8a5a00', 2);
    }
  }
  if (app.marked) drawMark(app.marked, context, view);
}

// A ring about a feature that is pointed at elsewhere.
/** @param {Hit} hit @param {Context} context @param {View} view */
function drawMark({ layer, feature }, context, view) {
  if (!layer.features) return; // it travels as tiles
  const [west, north, east, south] = layer.features.box(feature);
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    ['#ffffff', 5],
    ['#c2185b', 2.6],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = (width * view.ratio) / view.scale;
    context.beginPath();
    context.arc((west + east) / 2, (north + south) / 2, (9 * view.ratio) / view.scale, 0, 2 * Math.PI);
    context.stroke();
  }
}
