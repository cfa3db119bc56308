// What the page knows and shows: the data, the reader's choices, and who wants to hear of a change.

import { Features, toUnits } from './geometry.js';
import { openBackdrop } from './backdrop.js';
import { attributeReader, rows, takeBlock, takeJson, takePacked } from './data.js';
import { setPaper } from './paint.js';
import { readRegions } from './regions.js';
import { language, setLanguage, setTexts } from './text.js';

export const LEVELS = ['county', 'city', 'province', 'zone'];
const NUMBERS = ['numerator', 'denominator', 'value', 'low', 'high', 'shown', 'target_value', 'gap'];

function withNumbers(rate) {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, rate[name] === null ? null : Number(rate[name])]));
  return { ...rate, ...numbers, printed: rate.value };
}

// Unit code -> indicator -> rows, in the order of the rows.
function byUnit(rates) {
  const found = new Map();
  for (const rate of rates) {
    if (!found.has(rate.unit_code)) found.set(rate.unit_code, new Map());
    const own = found.get(rate.unit_code);
    if (!own.has(rate.indicator)) own.set(rate.indicator, []);
    own.get(rate.indicator).push(rate);
  }
  return found;
}

export class App {
  constructor(options) {
    this.options = options;
    const data = takeJson('geozone-data');
    this.data = data;
    setTexts(data.texts, data.strings);
    const [west, south, east, north] = options.bounds;
    const corner = toUnits((west + east) / 2, (south + north) / 2);
    this.origin = corner.map(Math.round);
    this.listeners = [];
    this.layers = new Map();
    this.syllables = {}; // of the characters that were searched
    this.#readUnits();
    openBackdrop(this);
    setPaper(data.backdrop.paper);
    this.#readRates();
    this.regions = readRegions(this);
    this.registers = Object.fromEntries(
      Object.entries(data.registers).map(([id, register]) => [id, { ...register, items: rows(register.items) }]),
    );
    const zone = this.units.findIndex((unit) => unit.level === 'zone');
    this.zone = zone < 0 ? this.units.length - 1 : zone;
    this.state = {
      lang: options.lang || 'zh',
      unit: this.zone,
      region: null, // code of the region of several units that is chosen instead
      indicator: this.#firstIndicator(),
      level: this.levelFor(this.#firstIndicator(), this.levels[0]),
      year: null,
      compare: null,
      graticule: false,
    };
    setLanguage(this.state.lang);
  }

  #readUnits() {
    const stored = this.data.units;
    this.features = new Features(takeBlock('geometry-units'), this.origin);
    this.units = stored.code.map((code, place) => ({
      place,
      code,
      name: stored.name[place],
      nameEn: stored.name_en[place],
      level: stored.level[place],
      parent: stored.parent[place],
      area: stored.area_km2[place] === null ? null : Number(stored.area_km2[place]),
      areaText: stored.area[place],
      seat: stored.seat[place] && [stored.seat[place][0] - this.origin[0], stored.seat[place][1] - this.origin[1], stored.seat[place][2]],
      label: [stored.label[place][0] - this.origin[0], stored.label[place][1] - this.origin[1], stored.label[place][2]],
    }));
    this.byCode = new Map(this.units.map((unit) => [unit.code, unit]));
    this.partition = stored.partition;
    this.levels = LEVELS.filter((level) => level in stored.partition);
  }

  #readRates() {
    const words = rows(this.data.rate_words);
    this.rates = rows(this.data.rates).map((rate, place) => ({ ...withNumbers(rate), ...words[place] }));
    this.ratesOfLatest = byUnit(this.rates);
    this.#readYears();
    this.indicators = this.data.indicators;
    this.mappable = this.data.mappable; // indicators that differ between units can colour the map
  }

  #firstIndicator() {
    return this.data.first_on_map;
  }

  // The rates at the end of earlier years: those of today, but for the rows that differed.
  #readYears() {
    this.years = new Map(); // year -> story, and unit code -> indicator -> rows
    const packed = takePacked('years') ?? { strings: [], years: [] };
    this.data.strings.push(...packed.strings); // theirs alone, behind those of today
    for (const stored of packed.years) {
      const words = rows(stored.rate_words);
      const then = new Map(rows(stored.rates).map((rate, at) => [stored.places[at], { ...withNumbers(rate), ...words[at] }]));
      const all = this.rates.map((rate, place) => then.get(place) ?? rate);
      this.years.set(stored.year, { story: stored.story, ratesOf: byUnit(all) });
    }
  }

  // The rates of a unit, in the year that is chosen.
  get ratesOf() {
    return this.years?.get(this.state?.year)?.ratesOf ?? this.ratesOfLatest;
  }

  // The level that an indicator is drawn at: the wanted one where most of its units are known, else the finest of which that
  // holds, else the one that is known best.
  levelFor(indicator, wanted) {
    const classes = this.indicators[indicator]?.classes;
    if (!classes) return wanted;
    const known = (level) => classes[level].known / this.partition[level].length;
    const drawn = [wanted, ...this.levels].filter((level) => level in classes);
    return drawn.find((level) => known(level) > 0.5) ?? drawn.sort((one, other) => known(other) - known(one))[0] ?? wanted;
  }

  // The unit or region that the reader has chosen.
  get subject() {
    return this.regions.get(this.state.region) ?? this.units[this.state.unit];
  }

  rate(code, indicator, year = this.state.year) {
    const found = this.years.get(year)?.ratesOf ?? this.ratesOfLatest;
    return found.get(code)?.get(indicator)?.[0] ?? null;
  }

  nameOf(unit) {
    return language() === 'en' && unit.nameEn ? unit.nameEn : unit.name;
  }

  ancestors(unit) {
    const chain = [];
    const seen = new Set([unit.code]);
    let next = this.byCode.get(unit.parent);
    while (next && !seen.has(next.code)) {
      chain.push(next);
      seen.add(next.code);
      next = this.byCode.get(next.parent);
    }
    return chain;
  }

  registerLayer(layer) {
    this.layers.set(layer.key, layer);
  }

  layerNamed(name) {
    for (const layer of this.layers.values()) {
      if (layer.id === name || layer.role === name) return layer;
    }
    return null;
  }

  // Changes the reader's choices and tells everyone who draws them. An indicator that is chosen brings its level with it.
  set(wanted) {
    const changes = { ...wanted };
    if (changes.indicator) changes.level ??= this.levelFor(changes.indicator, this.state.level);
    const changed = Object.keys(changes).filter((name) => this.state[name] !== changes[name]);
    if (!changed.length) return;
    Object.assign(this.state, changes);
    if (changed.includes('lang')) setLanguage(this.state.lang);
    if (changed.includes('region')) changed.push('unit');
    this.tell(changed);
  }

  tell(changed) {
    for (const { names, action } of this.listeners) {
      if (changed.some((name) => names.includes(name))) action(changed);
    }
  }

  on(names, action) {
    this.listeners.push({ names, action });
  }
}

export function openVector(app, key) {
  const entry = app.data.layers.find((layer) => layer.key === key);
  const features = new Features(takeBlock(`geometry-${key}`), app.origin);
  const layer = {
    ...entry,
    shown: false,
    features,
    row: attributeReader(`attributes-${key}`, entry.attributes),
    addTo() {
      this.shown = true;
      return this;
    },
  };
  app.registerLayer(layer);
  return layer;
}
