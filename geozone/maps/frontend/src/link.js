// Deep links: #unit=130300&layer=bays&lang=zh, and indicator, level and year alike.

import { showProof } from './card.js';
import { REGION, subjectOf } from './regions.js';

const NOT_COLOURED = 'none'; // in the place of an indicator

/** @param {App} app @param {Chart} chart */
export function readLink(app, chart) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  /** @type {Partial<State>} */
  const changes = {};
  const [lang, indicator, level, year] = ['lang', 'indicator', 'level', 'year'].map((name) => wanted.get(name) ?? '');
  if (lang === 'zh' || lang === 'en') changes.lang = lang;
  if (app.mappable.includes(indicator)) changes.indicator = indicator;
  else if (indicator === NOT_COLOURED) changes.indicator = null;
  if (app.levels.includes(level)) changes.level = level;
  if (/^\d{4}$/.test(year)) changes.year = Number(year);
  const layers = (wanted.get('layer') ?? '').split(',').flatMap((name) => app.layerNamed(name) ?? []);
  for (const layer of layers) layer.shown = true;
  if (layers.length) app.tell(['layers']);
  const unit = subjectOf(app, wanted.get('unit'));
  if (unit) Object.assign(changes, unit.level === REGION ? { region: unit.code } : { unit: unit.place, region: null });
  app.set(changes);
  if (unit) chart.showUnit(unit);
}

// A link to a number opens where it comes from: #proof=bay_completion.
/** @param {App} app */
export function readProof(app) {
  const id = new URLSearchParams(location.hash.slice(1)).get('proof');
  if (id !== null && id in app.indicators) showProof(app, id);
}

/** @param {App} app */
export function keepLink(app) {
  const write = () => {
    if (location.protocol === 'about:') return; // in a frame of a notebook, which has no address of its own
    const kept = new URLSearchParams();
    const { lang, indicator, level, year } = app.state;
    if (app.subject.place !== app.zone) kept.set('unit', app.subject.code);
    const linked = new URLSearchParams(location.hash.slice(1)).get('layer');
    if (linked) kept.set('layer', linked);
    if (indicator !== app.opened.indicator || level !== app.opened.level) {
      kept.set('indicator', indicator ?? NOT_COLOURED); // together, since an indicator alone brings its level with it
      kept.set('level', level);
    }
    if (year) kept.set('year', String(year));
    kept.set('lang', lang);
    history.replaceState(null, '', `#${kept}`);
  };
  app.on(['unit', 'lang', 'indicator', 'level', 'year'], write);
}
