// The shaded relief: one small image, multiplied onto the map inside the zone.

export function openRelief(app, key) {
  const stored = app.data.relief;
  const image = new Image();
  const layer = {
    key, id: key, role: 'dem', shown: false, basis: null,
    addTo() { this.shown = true; return this; },
    paint(context, view) {
      if (!image.complete || !image.naturalWidth) return;
      const [west, north, east, south] = stored.box;
      context.save();
      context.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
      context.clip(app.features.path(app.zone), 'evenodd');
      context.globalCompositeOperation = 'multiply';
      context.globalAlpha = 0.75;
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, west - app.origin[0], north - app.origin[1], east - west, south - north);
      context.restore();
    },
  };
  image.addEventListener('load', () => { if (layer.shown) app.tell(['tiles']); });
  image.src = stored.url;
  app.registerLayer(layer);
  return layer;
}
