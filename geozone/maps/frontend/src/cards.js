// The rates of the chosen unit: cards of what has a number, and a list of what has none.

import { h, replace } from './dom.js';
import { applies } from './applies.js';
import { card, rateData, speaks, verdictMark } from './card.js';
import { unitItems } from './popup.js';
import { placeLinks } from './regions.js';
import { said, text } from './text.js';

// There is some of it in the unit, and too little for a rate: that is said in its place.
/** @param {Rate[]} rates @returns {boolean} */
function tooLittle(rates) {
  return rates.some((rate) => !applies(rate) && (rate.denominator ?? 0) > 0);
}

/** @param {App} app @param {Rate[]} rates @returns {boolean} */
export function spoken(app, rates) {
  return rates.some((rate) => speaks(app, rate));
}

// The indicators of a unit that have a card, each with the rows of those that are part of it, in the order of the page.
/** @param {App} app @param {string} code @returns {Entry[]} */
export function entriesOf(app, code) {
  const own = app.ratesOf.get(code) ?? /** @type {Map<string, Rate[]>} */ (new Map());
  const shown = [...own].filter(([, rates]) => spoken(app, rates) || tooLittle(rates));
  /** @param {string} id */
  const whole = (id) => {
    const upper = app.indicators[id].part_of;
    return shown.some(([name]) => name === upper) ? upper : null;
  };
  return shown
    .filter(([id]) => !whole(id))
    .map(([id, rates]) => ({
      id,
      rates,
      parts: shown.filter(([name]) => whole(name) === id).map(([, rows]) => rows),
      rank: Math.min(...rates.map((rate) => rate.rank)),
    }));
}

const GROUPS = ['with_verdict', 'with_target', 'without_target']; // by the rank of their rows; what does not apply is in the last

/** @param {App} app @param {Subject} unit @param {string} title @param {Entry[]} entries @param {string | null} [more] */
function titled(app, unit, title, entries, more = null) {
  if (!entries.length) return null;
  return [h('h3', { class: 'group' }, title, more ? h('small', {}, more) : null), entries.map(({ id, rates, parts }) => card(app, unit, id, rates, parts))];
}

// The chapter of the document that sets the first target of an indicator; what no clause of the zone asks for has none.
/** @param {App} app @param {Entry} entry */
function chapterOf(app, { rates }) {
  const target = rates.map((rate) => app.data.targets[rate.target_id ?? '']).find((one) => one && !one.reference);
  if (!target) return null;
  const document = app.data.zone.documents.find((id) => target.documents.includes(id)) ?? target.documents[0];
  return { document, number: target.clause.split('(')[0] };
}

// What the story of the zone tells of, also where all that is known is that nothing is confirmed.
/** @param {App} app @param {Subject} unit @param {Entry[]} entries @returns {Entry[]} */
export function leadingEntries(app, unit, entries) {
  if (unit.place !== app.zone) return [];
  const own = app.ratesOf.get(unit.code) ?? /** @type {Map<string, Rate[]>} */ (new Map());
  /** @param {string} id */
  const told = (id) => (own.has(id) ? { id, rates: own.get(id) ?? [], parts: [] } : null);
  return /** @type {Entry[]} */ (app.data.leading.map((id) => entries.find((entry) => entry.id === id) ?? told(id)).filter(Boolean));
}

// The rates of the zone: those of the story first, the others by the chapters of the documents, in their order.
/** @param {App} app @param {Subject} unit */
function chapters(app, unit) {
  const entries = entriesOf(app, unit.code);
  const first = leadingEntries(app, unit, entries);
  const rest = entries.filter((entry) => !first.includes(entry)).map((entry) => ({ entry, chapter: chapterOf(app, entry) }));
  const documents = app.data.zone.documents.filter((id) => app.data.documents[id]);
  const found = documents.flatMap((id) =>
    Object.entries(app.data.documents[id].chapters).map(([number, title]) =>
      titled(
        app,
        unit,
        said(title),
        rest.filter(({ chapter }) => chapter?.document === id && chapter.number === number).map(({ entry }) => entry),
        id === documents[0] ? null : said(app.data.documents[id].title),
      ),
    ),
  );
  const placed = new Set(documents.flatMap((id) => Object.keys(app.data.documents[id].chapters).map((number) => `${id} ${number}`)));
  const others = rest.filter(({ chapter }) => !chapter || !placed.has(`${chapter.document} ${chapter.number}`)).map(({ entry }) => entry);
  return [titled(app, unit, text('leading_rates'), first), found, titled(app, unit, text('without_target'), others)].flat().filter(Boolean);
}

/** @param {App} app @param {Subject} unit */
function groups(app, unit) {
  if (unit.place === app.zone && app.data.leading.length) return chapters(app, unit);
  const entries = entriesOf(app, unit.code);
  return GROUPS.map((title, place) => {
    const own = entries.filter(({ rank }) => Math.min(rank ?? 0, GROUPS.length - 1) === place);
    return own.length ? [h('h3', { class: 'group' }, text(title)), own.map(({ id, rates, parts }) => card(app, unit, id, rates, parts))] : null;
  });
}

// Rates of a unit that say nothing yet, with the reason; those of the zone stand among what is missing.
/** @param {App} app @param {Subject} unit */
function silentRates(app, unit) {
  const own = [...(app.ratesOf.get(unit.code) ?? [])].filter(([, rates]) => !spoken(app, rates) && !tooLittle(rates));
  if (!own.length || unit.place === app.zone) return null;
  return h(
    'details',
    { class: 'silent' },
    h('summary', {}, text('silent_rates', { count: own.length })),
    h(
      'ul',
      {},
      own.map(([, [rate]]) => h('li', rateData(rate), h('b', {}, said(rate.title_text)), said(rate.value_text), h('span', { class: 'note' }, said(rate.note)))),
    ),
  );
}

// Areas that clauses speak of and that are no unit: several units together. What no clause asks of them stands in their own view.
/** @param {App} app */
function regionCards(app) {
  /** @param {Entry} entry */
  const asked = ({ rates }) => rates.some((rate) => rate.target_id);
  const found = [...app.regions.values()]
    .map((region) => /** @type {[Region, Entry[]]} */ ([region, entriesOf(app, region.code).filter(asked)]))
    .filter(([, entries]) => entries.length);
  if (!found.length) return null;
  return [
    h('h3', { class: 'group' }, text('of_regions')),
    found.map(([region, entries]) =>
      h(
        'section',
        { class: 'region', 'data-region': region.code },
        h('h4', {}, h('button', { type: 'button', class: 'link', onclick: () => app.choose(region) }, app.nameOf(region))),
        entries.map(({ id, rates, parts }) => card(app, region, id, rates, parts)),
      ),
    ),
  ];
}

/** @param {App} app @returns {HTMLElement} */
export function cardsSection(app) {
  const section = h('section', { class: 'cards', id: 'rates', 'aria-live': 'polite' });
  const draw = () => {
    const unit = app.subject;
    const chain = app.ancestors(unit).reverse();
    const shown = groups(app, unit);
    replace(
      section,
      h(
        'nav',
        { class: 'crumbs', 'aria-label': text('column_region_name') },
        chain.map((upper) => [h('button', { type: 'button', class: 'link', onclick: () => app.choose(upper) }, app.nameOf(upper)), ' \u203A ']),
      ),
      h('h2', {}, app.nameOf(unit), h('small', {}, said(unit.areaText))),
      placeLinks(app, unit),
      unit.place === app.zone ? summary(app) : null,
      unit.place === app.zone ? filter(section) : null,
      shown,
      unit.place === app.zone ? regionCards(app) : null,
      shown.some(Boolean) ? null : h('p', { class: 'note' }, text('no_rates')),
      silentRates(app, unit),
      unit.level === app.levels[0] ? unitItems(app, unit) : null,
    );
  };
  app.on(['lang', 'unit', 'indicator', 'year'], draw);
  draw();
  return section;
}

// A field that leaves the cards whose title, clause or target has the words in it.
/** @param {HTMLElement} section */
function filter(section) {
  const field = h('input', {
    type: 'search',
    placeholder: text('filter_rates'),
    'aria-label': text('filter_rates'),
    autocomplete: 'off',
    class: 'filter-rates',
  });
  field.addEventListener('input', () => {
    const words = field.value.trim().toLowerCase();
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll('article.card')))
      one.hidden = Boolean(words) && !(one.textContent ?? '').toLowerCase().includes(words);
    let heading = null;
    for (const child of /** @type {Iterable<HTMLElement>} */ (section.children)) {
      if (child.matches('h3.group')) {
        heading = child;
        heading.hidden = true;
      } else if (heading && child.matches('article.card') && !child.hidden) heading.hidden = false;
    }
  });
  return field;
}

// How many targets are met, short and so on: the first thing a reader wants to know.
/** @param {App} app */
function summary(app) {
  if (!app.data.tally.length) return null;
  if (app.state.year !== null) return null; // the story of the year says what there was
  return h(
    'ul',
    { class: 'summary' },
    app.data.tally.map(({ verdict, title, count }) => h('li', { class: `sum-${verdict}` }, verdictMark(app, verdict), h('b', {}, String(count)), said(title))),
  );
}

// The zone in a few sentences.
/** @param {App} app @returns {HTMLElement} */
export function storySection(app) {
  const section = h('section', { class: 'story', id: 'story' });
  const draw = () => {
    const then = app.years.get(app.state.year);
    section.textContent = then ? `${text('story_at', { year: app.state.year })}${said(then.story)}` : said(app.data.story);
  };
  app.on(['lang', 'year'], draw);
  draw();
  return section;
}
