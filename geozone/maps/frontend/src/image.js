// Images on the map: the shaded relief, multiplied onto it, and rasters in the colours of their legends.

export function openRelief(app, key) {
  return openImage(app, { key, id: key, basis: null, ...app.data.relief }, (context) => {
    context.globalCompositeOperation = 'multiply';
    context.globalAlpha = app.data.relief.opacity;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
  });
}

export function openRaster(app, key) {
  const entry = app.data.rasters.find((raster) => raster.key === key);
  return openImage(app, entry, (context) => {
    context.imageSmoothingEnabled = false; // a shade between two classes stands in no legend
  });
}

function openImage(app, entry, prepare) {
  const image = new Image();
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
export function darkestShade(app) {
  if (!app.layers.get('relief')?.shown) return 1;
  const { opacity, darkest } = app.data.relief;
  return 1 - opacity * (1 - darkest);
}
