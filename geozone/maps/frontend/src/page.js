// The page of one zone. The document calls `geozone.open`, adds the layers, and `start` puts everything in place.

import './page.css';
import { App, openVector } from './app.js';
import { openBaseMap } from './basemap.js';
import { beltSection } from './belt.js';
import { Chart } from './chart.js';
import { cardsSection, storySection } from './cards.js';
import { h, replace } from './dom.js';
import { setUpComparison } from './compare.js';
import { followIndicator } from './follow.js';
import { legendCard } from './legend.js';
import { openRaster, openRelief } from './image.js';
import { keepLink, readLink, readProof } from './link.js';
import { missingSection } from './missing.js';
import { hint, popupContent } from './popup.js';
import { northArrow, setUpPrint } from './print.js';
import { REGION } from './regions.js';
import { searchBox } from './search.js';
import { sinceSection } from './since.js';
import { dataDate, reviewLine, sourcesSection } from './sources.js';
import { said, text } from './text.js';
import { tableSection } from './table.js';
import { openTiles } from './tiles.js';
import L from 'leaflet';

/** @param {App} app @param {HTMLElement} element */
function masthead(app, element) {
  const draw = () => {
    document.title = said(app.data.zone.title);
    const other = app.state.lang === 'zh' ? 'en' : 'zh';
    const size = h(
      'select',
      { 'aria-label': text('paper_size'), class: 'paper' },
      ['A4', 'A3'].map((name) => h('option', { value: name }, name)),
    );
    element.replaceChildren(
      h(
        'div',
        { class: 'titles' },
        h('h1', {}, said(app.data.zone.title)),
        h(
          'p',
          { class: 'subtitle' },
          text('subtitle'),
          h('span', { class: 'dates' }, `${text('column_vintage')}${text('colon')}${dataDate(app)}`),
          h('span', { class: 'review' }, reviewLine(app)),
        ),
      ),
      app.searchBox,
      h(
        'button',
        {
          type: 'button',
          class: 'language',
          'data-lang-switch': app.state.lang,
          'data-lang': other,
          lang: other === 'zh' ? 'zh-CN' : 'en',
          onclick: () => app.set({ lang: other }),
        },
        text('other_language'),
      ),
      h('div', { class: 'printing-tools' }, size, h('button', { type: 'button', 'data-print': true, onclick: () => app.print(size.value) }, text('print'))),
    );
  };
  app.on(['lang'], () => {
    const focused = document.activeElement?.matches('[data-lang-switch]');
    draw();
    if (focused) /** @type {HTMLElement | null} */ (element.querySelector('[data-lang-switch]'))?.focus();
  });
  draw();
}

/** @param {App} app @returns {HTMLElement} */
function sectionLinks(app) {
  const bar = h('nav', { class: 'sections' });
  const draw = () => {
    bar.setAttribute('aria-label', text('sections'));
    bar.replaceChildren(
      ...[
        ['rates', 'table_rates'],
        ...(app.data.belts.length ? [['belt', 'belt_short']] : []),
        ['units', 'units_title'],
        ...(app.data.missing.length ? [['missing', 'missing_short']] : []),
        ['sources', 'sources_title'],
      ].map(([id, name]) =>
        h(
          'button',
          {
            type: 'button',
            'data-section': id,
            onclick: () => document.getElementById(id)?.scrollIntoView({ behavior: app.still ? 'auto' : 'smooth' }),
          },
          text(name),
        ),
      ),
    );
  };
  app.on(['lang'], draw);
  draw();
  return bar;
}

/** @param {App} app */
function start(app) {
  app.still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const [page, element, panel] = ['page', 'map', 'panel'].map((id) => /** @type {HTMLElement} */ (document.getElementById(id)));
  const stage = /** @type {HTMLElement} */ (element.parentElement);
  element.setAttribute('role', 'application');
  const chart = new Chart(app, element);
  app.chart = chart;
  for (const layer of app.layers.values()) layer.attach?.(chart);
  chart.dividerOnCanvas = (view) => view.width / 2;
  chart.insetOnCanvas = (view) => {
    const size = chart.map.getSize();
    const shift = chart.map._getMapPanePos();
    const corner = chart.picture._bounds.min;
    return { right: (size.x - corner.x - shift.x) * view.ratio, bottom: (size.y - corner.y - shift.y) * view.ratio };
  };

  app.choose = (unit) => {
    app.chosen = null;
    app.set(unit.level === REGION ? { region: unit.code } : { unit: unit.place, region: null });
    chart.showUnit(unit);
  };
  app.showItem = (id, place) => {
    const item = app.registers[id].items[place];
    for (const layer of app.layers.values()) {
      const feature = layer.items && layer.register === id ? layer.items.findIndex((set) => layer.item_sets[set]?.includes(place)) : -1;
      if (feature < 0 || !layer.items) continue;
      app.showFeature(layer, feature);
      return;
    }
    const unit = [item.county_code, item.city_code, item.province_code].map((code) => app.byCode.get(String(code))).find(Boolean);
    if (!unit) return;
    app.choose(unit);
    openPopup(chart.centreOf(app.features.box(unit.place)), { unit, features: [], item: { item, register: app.registers[id] } });
  };
  app.showFeature = async (layer, feature, around = null) => {
    layer.shown = true;
    app.tell(['layers']);
    const box = layer.locate ? await layer.locate(feature) : layer.features.box(feature);
    if (!box) return;
    chart.flyTo(around ?? box);
    openPopup(chart.centreOf(box), { unit: null, features: [{ layer, feature }] });
    app.chosen = { layer, feature };
    chart.highlight.redraw();
  };
  /** @type {{ box: import('leaflet').Popup, hits: Hits } | null} */
  let popup = null;
  /** @param {import('leaflet').LatLng} latlng @param {Hits} hits */
  const openPopup = (latlng, hits) => {
    popup?.box.remove();
    const box = L.popup({ maxWidth: 320, minWidth: 220, maxHeight: 340, autoPanPadding: [20, 20] })
      .setLatLng(latlng)
      .setContent(popupContent(app, hits))
      .openOn(chart.map);
    popup = { box, hits };
  };
  app.clicked = (hits, latlng) => {
    if (!hits.unit && !hits.features.length) return;
    app.chosen = hits.features[0] ?? null;
    app.chosen?.layer.hold?.(app.chosen.feature);
    openPopup(latlng, hits);
    if (hits.unit) app.set({ unit: hits.unit.place, region: null });
    chart.highlight.redraw();
  };
  chart.map.on('popupclose', () => {
    app.chosen = null;
    chart.highlight.redraw();
  });
  app.on(['lang', 'indicator', 'year'], () => popup?.box.isOpen() && popup.box.setContent(popupContent(app, popup.hits)));

  app.searchBox = searchBox(app);
  masthead(app, /** @type {HTMLElement} */ (page.querySelector('.masthead')));
  const name = () => element.setAttribute('aria-label', text('map_label', { title: said(app.data.zone.title) }));
  app.on(['lang'], name);
  name();
  const review = h('p', { class: 'map-note' });
  const note = () => {
    review.textContent = `${reviewLine(app)} · ${text('map_note')}`;
  };
  app.on(['lang'], note);
  note();
  stage.append(chart.tools(), legendCard(app), setUpComparison(app, chart), hint(app, chart), h('div', { class: 'north-box' }, northArrow()), review);
  replace(
    panel,
    sectionLinks(app),
    storySection(app),
    sinceSection(app),
    cardsSection(app),
    app.data.belts.map((belt, number) => beltSection(app, belt, number)),
    tableSection(app),
    missingSection(app),
    sourcesSection(app),
  );
  page.append(setUpPrint(app, chart, page));
  readLink(app, chart); // a link says itself which layers it shows
  followIndicator(app);
  keepLink(app);
  window.addEventListener('hashchange', () => {
    readLink(app, chart);
    readProof(app);
  });
  chart.redrawNow();
  readProof(app);
  page.dataset.ready = 'true';
  window.geozone.app = app;
}

window.geozone = {
  open: (options) => new App(options),
  vector: openVector,
  tiles: openTiles,
  relief: openRelief,
  raster: openRaster,
  base: openBaseMap,
  start,
};
