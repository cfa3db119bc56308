// Images on the map: the shaded relief, multiplied onto it, and rasters in the colours of their legends.

/** @param {App} app @param {string} key @returns {ImageLayer} */
export function openRelief(app, key) {
  const relief = /** @type {NonNullable<Payload['relief']>} */ (app.data.relief);
  return openImage(app, { key, id: key, basis: null, ...relief }, (context) => {
    context.globalCompositeOperation = 'multiply';
    context.globalAlpha = relief.opacity;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
  });
}

/** @param {App} app @param {string} key @returns {ImageLayer} */
export function openRaster(app, key) {
  const entry = /** @type {Payload['rasters'][0]} */ (app.data.rasters.find((raster) => raster.key === key));
  return openImage(app, entry, (context) => {
    context.imageSmoothingEnabled = false; // a shade between two classes stands in no legend
  });
}

/** @param {App} app @param {Omit<ImageLayer, 'shown' | 'addTo' | 'paint'>} entry @param {(context: Context) => void} prepare @returns {ImageLayer} */
function openImage(app, entry, prepare) {
  const image = new Image();
  /** @type {ImageLayer} */
  const layer = {
    ...entry,
    shown: false,
    addTo() {
      this.shown = true;
      return this;
    },
    paint(context, view) {
      if (!image.complete || !image.naturalWidth) return;
      const [west, north, east, south] = entry.box;
      context.save();
      context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
      context.clip(app.features.path(app.zone), 'evenodd');
      prepare(context);
      context.drawImage(image, west - app.origin[0], north - app.origin[1], east - west, south - north);
      context.restore();
    },
  };
  image.addEventListener('load', () => {
    if (layer.shown) app.tell(['tiles']);
  });
  image.src = entry.url;
  app.registerLayer(layer);
  return layer;
}

// What the relief leaves of a colour where it is darkest; all of it while the relief is off.
/** @param {App} app @returns {number} */
export function darkestShade(app) {
  const { relief } = app.data;
  if (!relief || !app.layers.get('relief')?.shown) return 1;
  const { opacity, darkest } = relief;
  return 1 - opacity * (1 - darkest);
}
