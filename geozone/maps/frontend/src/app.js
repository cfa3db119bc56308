// What the page knows and shows: the data, the reader's choices, and who wants to hear of a change.

import { Features, toUnits } from './geometry.js';
import { openBackdrop } from './backdrop.js';
import { attributeReader, rows, takeBlock, takeJson, takePacked } from './data.js';
import { setPaper } from './paint.js';
import { readRegions } from './regions.js';
import { language, setLanguage, setTexts } from './text.js';

export const LEVELS = ['county', 'city', 'province', 'zone'];
/** @type {RateNumbers[]} */
const NUMBERS = ['numerator', 'denominator', 'value', 'low', 'high', 'shown', 'target_value', 'gap'];

/** @param {StoredRate} rate @returns {NumberedRate} */
function withNumbers(rate) {
  const numbers = /** @type {Record<RateNumbers, number | null>} */ (
    Object.fromEntries(NUMBERS.map((name) => [name, rate[name] === null ? null : Number(rate[name])]))
  );
  return { ...rate, ...numbers, printed: rate.value };
}

// Unit code -> indicator -> rows, in the order of the rows.
/** @param {Rate[]} rates @returns {RatesOf} */
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
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    /** @type {Payload} */
    const data = takeJson('geozone-data');
    this.data = data;
    setTexts(data.texts, data.strings);
    const [west, south, east, north] = options.bounds;
    const corner = toUnits((west + east) / 2, (south + north) / 2);
    this.origin = /** @type {Pair} */ (corner.map(Math.round));
    /** @type {{ names: string[], action: (changed: string[]) => void }[]} */
    this.listeners = [];
    /** @type {Map<string, Layer>} */
    this.layers = new Map();
    /** @type {Record<string, string[]>} */
    this.syllables = {}; // of the characters that were searched
    this.#readUnits();
    openBackdrop(this);
    setPaper(data.backdrop.paper);
    this.#readRates();
    this.regions = readRegions(this);
    /** @type {Record<string, Register>} */
    this.registers = Object.fromEntries(Object.entries(data.registers).map(([id, register]) => [id, { ...register, items: rows(register.items) }]));
    const zone = this.units.findIndex((unit) => unit.level === 'zone');
    this.zone = zone < 0 ? this.units.length - 1 : zone;
    const first = this.mappable[0] ?? null;
    /** @type {State} */
    this.state = {
      lang: options.lang || 'zh',
      unit: this.zone,
      region: null, // code of the region of several units that is chosen instead
      indicator: first,
      level: this.levelFor(first, this.levels[0]),
      year: null,
      compare: null,
      graticule: false,
    };
    this.opened = { ...this.state };
    setLanguage(this.state.lang);
  }

  #readUnits() {
    const stored = this.data.units;
    /** @type {Features} */
    this.features = new Features(/** @type {Uint8Array} */ (takeBlock('geometry-units')), this.origin);
    /** @type {Unit[]} */
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
    /** @type {Map<string, Unit>} */
    this.byCode = new Map(this.units.map((unit) => [unit.code, unit]));
    /** @type {Payload['units']['partition']} */
    this.partition = stored.partition;
    /** @type {string[]} */
    this.levels = LEVELS.filter((level) => level in stored.partition);
  }

  #readRates() {
    const words = rows(this.data.rate_words);
    /** @type {Rate[]} */
    this.rates = rows(this.data.rates).map((rate, place) => ({ ...withNumbers(rate), ...words[place] }));
    /** @type {RatesOf} */
    this.ratesOfLatest = byUnit(this.rates);
    this.#readYears();
    /** @type {Payload['indicators']} */
    this.indicators = this.data.indicators;
    /** @type {string[]} */
    this.mappable = this.data.mappable; // indicators that can colour the map, first the one that it opens with
  }

  // The rates at the end of earlier years: those of today, but for the rows that differed.
  #readYears() {
    /** @type {Map<number, { story: number, ratesOf: RatesOf }>} */
    this.years = new Map(); // year -> story, and unit code -> indicator -> rows
    /** @type {{ strings: Payload['strings'], years: StoredYear[] }} */
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
  /** @returns {RatesOf} */
  get ratesOf() {
    return this.years?.get(this.state?.year)?.ratesOf ?? this.ratesOfLatest;
  }

  // The level that an indicator is drawn at: the wanted one where most of its units are known, else the finest of which that
  // holds, else the one that is known best.
  /** @param {string | null} indicator @param {string} wanted @returns {string} */
  levelFor(indicator, wanted) {
    const classes = this.indicators[indicator ?? '']?.classes;
    if (!classes) return wanted;
    /** @param {string} level @returns {number} */
    const known = (level) => (classes[level]?.known ?? 0) / this.partition[level].length;
    const drawn = [wanted, ...this.levels].filter((level) => level in classes);
    return drawn.find((level) => known(level) > 0.5) ?? drawn.sort((one, other) => known(other) - known(one))[0] ?? wanted;
  }

  // The unit or region that the reader has chosen.
  /** @returns {Subject} */
  get subject() {
    return this.regions.get(this.state.region) ?? this.units[this.state.unit];
  }

  /** @param {string} code @param {string} indicator @param {number | null} [year] @returns {Rate | null} */
  rate(code, indicator, year = this.state.year) {
    const found = this.years.get(year)?.ratesOf ?? this.ratesOfLatest;
    return found.get(code)?.get(indicator)?.[0] ?? null;
  }

  /** @param {Subject} unit @returns {string} */
  nameOf(unit) {
    return language() === 'en' && unit.nameEn ? unit.nameEn : unit.name;
  }

  /** @param {Subject} unit @returns {Unit[]} */
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

  /** @param {Layer} layer */
  registerLayer(layer) {
    this.layers.set(layer.key, layer);
  }

  /** @param {string | null} name @returns {Layer | null} */
  layerNamed(name) {
    for (const layer of this.layers.values()) {
      if (layer.id === name || layer.role === name) return layer;
    }
    return null;
  }

  // Changes the reader's choices and tells everyone who draws them. An indicator that is chosen brings its level with it.
  /** @param {Partial<State>} wanted */
  set(wanted) {
    const changes = { ...wanted };
    if (changes.indicator) changes.level ??= this.levelFor(changes.indicator, this.state.level);
    const changed = /** @type {(keyof State | 'region')[]} */ (Object.keys(changes)).filter((name) => this.state[name] !== changes[name]);
    if (!changed.length) return;
    Object.assign(this.state, changes);
    if (changed.includes('lang')) setLanguage(this.state.lang);
    if (changed.includes('region')) changed.push('unit');
    this.tell(changed);
  }

  /** @param {string[]} changed */
  tell(changed) {
    for (const { names, action } of this.listeners) {
      if (changed.some((name) => names.includes(name))) action(changed);
    }
  }

  /** @param {string[]} names @param {(changed: string[]) => void} action */
  on(names, action) {
    this.listeners.push({ names, action });
  }
}

/** @param {App} app @param {string} key @returns {VectorLayer} */
export function openVector(app, key) {
  const entry = /** @type {StoredLayer & { symbols: number[] | null, items: number[] | null }} */ (app.data.layers.find((layer) => layer.key === key));
  const features = new Features(/** @type {Uint8Array} */ (takeBlock(`geometry-${key}`)), app.origin);
  /** @type {VectorLayer} */
  const layer = {
    ...entry,
    anchors: entry.anchors?.map((anchor) => anchor && [anchor[0] - app.origin[0], anchor[1] - app.origin[1]]),
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
