// A large layer: vector tiles from an archive inside the page, drawn on the map's canvas and found by a click.

import { PMTiles, SharedPromiseCache } from 'pmtiles';
import { Base64Source, attributeReader, takeBlock, varints } from './data.js';
import { POLYGON } from './geometry.js';
import { GradualPicture, clearSheet } from './gradual.js';
import { drawInParts, drawWith, emptySheet, paint, paintPoint } from './paint.js';
import { Tile } from './tile.js';
import { unpacked } from './unpacker.js';
import { symbolPlace } from './years.js';

const KEPT_POINTS = 8_000_000; // points of decoded tiles that are kept in memory
const AT_ONCE = 60_000; // points of a view that are drawn in one frame

/** @param {App} app @param {string} key @returns {TiledLayer} */
export function openTiles(app, key) {
  const entry = /** @type {StoredLayer & Required<Pick<StoredLayer, 'tiles' | 'individual'>>} */ (app.data.layers.find((layer) => layer.key === key));
  // directories are unpacked here, tiles elsewhere
  const archive = new PMTiles(new Base64Source(`geometry-${key}`), new SharedPromiseCache(), async (packed) => packed);
  /** @type {Map<string, Tile | Promise<Tile>>} */
  const kept = new Map(); // tile -> Tile, or a promise of it
  let points = 0;
  /** @type {Uint32Array | null} */
  let places = null;
  const levels = entry.tiles.map(([zoom, least, tiles]) => ({
    zoom,
    least,
    tiles: tiles.map(([x, y, west, north, east, south]) => ({
      x,
      y,
      name: `${zoom}/${x}/${y}`,
      box: [west - app.origin[0], north - app.origin[1], east - app.origin[0], south - app.origin[1]],
    })),
  }));
  const tileOf = takeBlock(`places-${key}`); // by row, the place of its tile in the last level, from 1 on
  const overview = entry.overview ? openOverview(app, entry, entry.overview) : null;
  /** @param {number} zoom */
  const levelAt = (zoom) => [...levels].reverse().find((level) => zoom >= level.least) ?? levels[0];
  /** @param {number} zoom @param {Box} box */
  const meeting = (zoom, box) =>
    levelAt(zoom).tiles.filter((tile) => tile.box[0] <= box[2] && tile.box[2] >= box[0] && tile.box[1] <= box[3] && tile.box[3] >= box[1]);
  // the image from afar shows the latest statuses only
  /** @param {number} zoom @param {number | null} [year] */
  const far = (zoom, year = null) => overview !== null && zoom < entry.individual && (year === null || !layer.symbols);

  /** @param {TileLevel} level @param {TilePlace} place @returns {Promise<Tile>} */
  const load = (level, place) => {
    const promise = archive.getZxy(level.zoom, place.x, place.y).then(async (found) => {
      if (!found) throw new Error(`no tile ${place.name} in the archive of ${entry.id}`);
      const tile = new Tile(await unpacked(new Uint8Array(found.data), level.zoom, place.x, place.y, app.origin));
      points += tile.xy.length / 2;
      kept.delete(place.name);
      kept.set(place.name, tile);
      for (const [name, old] of kept) {
        if (points <= KEPT_POINTS) break;
        if (old instanceof Tile && name !== place.name && !layer.wanted.has(name)) {
          points -= old.xy.length / 2;
          kept.delete(name);
        }
      }
      layer.loading -= 1;
      app.tell(['tiles']);
      return tile;
    });
    layer.loading += 1;
    kept.set(place.name, promise);
    return promise;
  };

  /** @param {number} zoom @param {Box} box @returns {Tile[]} */
  const ready = (zoom, box) => {
    const level = levelAt(zoom);
    const wanted = meeting(zoom, box);
    layer.wanted = new Set(wanted.map((place) => place.name));
    return wanted.flatMap((place) => {
      const tile = kept.get(place.name);
      if (tile === undefined) load(level, place);
      return tile instanceof Tile ? tile : [];
    });
  };

  // by year, since two years may stand beside each other
  /** @type {Map<number | null, GradualPicture>} */
  const pictures = new Map();
  /** @param {number | null} year @returns {GradualPicture} */
  const pictureOf = (year) => {
    if (!pictures.has(year)) {
      for (const [old, picture] of pictures) {
        if (pictures.size < 2) break;
        picture.giveUp();
        pictures.delete(old);
      }
      pictures.set(
        year,
        new GradualPicture((busy, whole) => {
          layer.loading += busy ? 1 : -1;
          if (whole) app.tell(['tiles']);
        }),
      );
    }
    return /** @type {GradualPicture} */ (pictures.get(year));
  };

  /**
   * @param {Context} context
   * @param {View} view
   * @param {number | null} year
   * @param {Tile[]} tiles
   * @param {() => Context} sheet an empty one, for what is drawn apart
   * @returns {Generator<DrawnPart>}
   */
  function* drawTiles(context, view, year, tiles, sheet) {
    const pixel = view.ratio / view.scale;
    /** @param {number} row */
    const symbolOf = (row) => symbolPlace(app, layer, row, year);
    for (const [place, { symbol }] of entry.legend.entries()) {
      if (year === null && !entry.counts[place]) continue;
      yield* drawInParts(context, view, symbol, sheet, function* draw(target) {
        for (const tile of tiles) {
          for (const part of tile.bundle(year, place, symbolOf)) {
            if (!part.path) for (const [x, y] of pointsOf(tile, part.feature)) paintPoint(target, view, x, y, symbol);
            else if (part.kind === POLYGON && symbol.kind !== 'stroke') {
              if (symbol.kind === 'hatch' && view.printing) paint(target, part.path, POLYGON, symbol, view, view.box);
              else target.fill(part.path);
              if (symbol.stroke && symbol.width && pixel < 2 ** 9) target.stroke(part.path);
            } else target.stroke(part.path);
            yield { points: part.path ? part.points : 1, target };
          }
        }
      });
    }
  }

  /** @type {TiledLayer} */
  const layer = {
    ...entry,
    shown: false,
    loading: 0,
    wanted: new Set(),
    row: attributeReader(`attributes-${key}`, entry.attributes),
    symbols: wholeNumbers(`symbols-${key}`),
    items: wholeNumbers(`items-${key}`, -1),
    addTo() {
      this.shown = true;
      return this;
    },
    paint(context, view, year = app.state.year) {
      if (overview && far(view.zoom, year)) {
        if (!view.printing) pictures.get(year)?.giveUp();
        overview.paint(context, view);
        return;
      }
      const tiles = ready(view.zoom, view.box);
      const points = tiles.reduce((sum, tile) => sum + tile.xy.length / 2, 0);
      if (points <= AT_ONCE || view.printing) {
        if (!view.printing) pictures.get(year)?.giveUp();
        for (const _ of drawTiles(context, view, year, tiles, () => emptySheet(view)));
        return;
      }
      const picture = pictureOf(year);
      const complete = tiles.length === layer.wanted.size;
      const sheet = () => {
        picture.sheet = clearSheet(view, picture.sheet);
        return picture.sheet;
      };
      if (complete && picture.paint(context, view, (target) => drawTiles(target, view, year, tiles, sheet))) return;
      // from nearby the last picture is finer than the image from afar
      if (overview && (year === null || !layer.symbols) && !(picture.whole && picture.whole.view.scale < view.scale * 2)) overview.paint(context, view);
      else picture.paintLast(context, view);
    },
    // what of it can be named: the tiles of a view that are there
    near(view) {
      return far(view.zoom, app.state.year) ? [] : ready(view.zoom, view.box);
    },
    pick(x, y, reach, zoom) {
      if (far(zoom, app.state.year)) return [];
      const found = [];
      for (const place of meeting(zoom, [x - reach, y - reach, x + reach, y + reach])) {
        const tile = kept.get(place.name);
        if (!(tile instanceof Tile)) continue;
        for (let feature = tile.count - 1; feature >= 0; feature--) {
          if (tile.hits(feature, x, y, reach)) found.push({ tile, feature });
        }
      }
      layer.found = new Map(found.map(({ tile, feature }) => [tile.rows[feature], { tile, feature }]));
      return [...layer.found.keys()].sort((one, other) => other - one);
    },
    outline(_context, _view, row, draw) {
      const known = layer.found?.get(row) ?? (layer.held?.row === row ? layer.held : null);
      if (known) draw(known.tile.path(known.feature), '#8a5a00', 2);
    },
    // keeps the outline of a chosen feature while others are pointed at
    hold(row) {
      const known = layer.found?.get(row);
      if (known) layer.held = { row, ...known };
    },
    // loads the one tile that a feature lies in and returns the feature's box
    async locate(row) {
      places ??= varints(/** @type {Uint8Array} */ (tileOf));
      const level = levels[levels.length - 1];
      const place = level.tiles[places[row] - 1];
      if (!place) return null;
      const tile = await (kept.get(place.name) ?? load(level, place));
      const feature = tile.rows.indexOf(row);
      layer.held = { row, tile, feature };
      return tile.box(feature);
    },
    // all tiles of a place, for tests and print
    async settle(zoom, box) {
      const level = levelAt(zoom);
      await Promise.all(meeting(zoom, box).map((place) => kept.get(place.name) ?? load(level, place)));
    },
  };
  app.registerLayer(layer);
  return layer;
}

// one whole number for each feature, or null where the page carries none
/** @param {string} id @param {number} [shift] @returns {Int32Array | null} */
function wholeNumbers(id, shift = 0) {
  const bytes = takeBlock(id);
  return bytes && Int32Array.from(varints(bytes), (value) => value + shift);
}

/** @param {Tile} tile @param {number} feature @returns {Generator<Pair>} */
function* pointsOf(tile, feature) {
  for (let point = tile.firstPoint[tile.firstRing[feature]]; point < tile.firstPoint[tile.firstRing[feature + 1]]; point++) {
    yield [tile.xy[point * 2], tile.xy[point * 2 + 1]];
  }
}

// The image that stands for a crowded layer seen from far, coloured by the legend's symbols.
/** @param {App} app @param {StoredLayer} entry @param {NonNullable<StoredLayer['overview']>} overview */
function openOverview(app, entry, overview) {
  const image = new Image();
  /** @type {(HTMLCanvasElement | null)[] | null} */
  let masks = null;
  image.addEventListener('load', () => app.tell(['tiles']));
  image.src = overview.url;
  const split = () => {
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = /** @type {Context} */ (canvas.getContext('2d', { willReadFrequently: true }));
    context.drawImage(image, 0, 0);
    const grey = context.getImageData(0, 0, canvas.width, canvas.height);
    return entry.legend.map((_, place) => {
      if (!entry.counts[place]) return null;
      const mask = document.createElement('canvas');
      mask.width = canvas.width;
      mask.height = canvas.height;
      const pixels = new ImageData(canvas.width, canvas.height);
      for (let at = 0; at < grey.data.length; at += 4) if (grey.data[at] === place + 1) pixels.data[at + 3] = 255;
      /** @type {Context} */ (mask.getContext('2d')).putImageData(pixels, 0, 0);
      return mask;
    });
  };
  return {
    /** @param {Context} context @param {View} view */
    paint(context, view) {
      if (!image.complete || !image.naturalWidth) return;
      masks ??= split();
      const [west, north, east, south] = overview.box;
      const sheet = document.createElement('canvas');
      sheet.width = view.width;
      sheet.height = view.height;
      const draft = /** @type {Context} */ (sheet.getContext('2d'));
      context.setTransform(1, 0, 0, 1, 0, 0);
      masks.forEach((mask, place) => {
        if (!mask) return;
        const { symbol } = entry.legend[place];
        draft.globalCompositeOperation = 'copy';
        draft.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
        draft.drawImage(mask, west - app.origin[0], north - app.origin[1], east - west, south - north);
        draft.globalCompositeOperation = 'source-in';
        const filling = symbol.kind === 'stroke' ? { ...symbol, kind: 'fill', fill: symbol.stroke } : symbol;
        drawWith(draft, { ...view, printing: true }, { ...filling, opacity: 1 }, (target) => {
          target.fillRect(view.box[0], view.box[1], view.box[2] - view.box[0], view.box[3] - view.box[1]);
        });
        context.globalAlpha = symbol.opacity ?? 1;
        context.drawImage(sheet, 0, 0);
        context.globalAlpha = 1;
      });
    },
  };
}
