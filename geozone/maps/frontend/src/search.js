// Search for units, places and named features by Chinese name, English name, code or pinyin.

import { h, replace } from './dom.js';
import { said, text } from './text.js';
import { itemName, itemPlaces } from './years.js';
import { featureName, shortened } from './popup.js';
import { showPlace } from './regions.js';
import { matches } from './table.js';
import { sounds } from './pinyin.js';

const MOST = 12;

/** @param {App} app @returns {HTMLElement} */
export function searchBox(app) {
  const list = h('ul', { id: 'found', role: 'listbox', class: 'found', hidden: true });
  const input = h('input', {
    type: 'search',
    role: 'combobox',
    'aria-controls': 'found',
    'aria-expanded': 'false',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    'data-search': true,
  });
  /** @type {Found[]} */
  let found = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  /** @param {Found} entry */
  const choose = (entry) => {
    close();
    input.value = '';
    entry.action();
  };
  const draw = () => {
    replace(
      list,
      found.map((entry, place) =>
        h(
          'li',
          {
            id: `found-${place}`,
            role: 'option',
            'aria-selected': String(place === active),
            onmousedown: (event) => {
              event.preventDefault();
              choose(entry);
            },
          },
          h('span', {}, shortened(entry.title)),
          h('small', {}, entry.kind),
        ),
      ),
    );
    list.hidden = !found.length;
    input.setAttribute('aria-expanded', String(found.length > 0));
    if (active >= 0) input.setAttribute('aria-activedescendant', `found-${active}`);
  };
  const find = () => {
    found = search(app, input.value);
    active = found.length ? 0 : -1;
    draw();
  };
  input.addEventListener('input', () => {
    find();
    readNames(app).then((fresh) => fresh && input.value && document.activeElement === input && find());
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (found.length) active = (active + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length;
      draw();
    } else if (event.key === 'Enter' && found[active]) choose(found[active]);
    else if (event.key === 'Escape') close();
  });
  input.addEventListener('blur', close);
  const name = () => {
    input.placeholder = text('search');
    input.setAttribute('aria-label', text('search'));
    list.setAttribute('aria-label', text('search'));
  };
  app.on(['lang'], name);
  name();
  return h('div', { class: 'search' }, input, list);
}

// Reads the names of all features once, in pieces; tells whether it did.
/** @param {App} app @returns {Promise<boolean>} */
async function readNames(app) {
  if (app.named) return false;
  app.named = [];
  for (const layer of app.layers.values()) {
    if (layer.id === app.data.places.layer) continue; // found by itself
    if (!layer.row) continue;
    for (const entry of layer.row.names()) {
      if (entry === null)
        await new Promise((resolve) => {
          setTimeout(resolve);
        });
      else if (!itemPlaces(layer, entry.feature).length) app.named.push({ layer, feature: entry.feature, key: entry.names.join('\n').toLowerCase() });
    }
  }
  return true;
}

/** @param {App} app @param {string} wanted @param {number} most @returns {Found[]} */
function featuresNamed(app, wanted, most) {
  const found = [];
  for (const { layer, feature, key } of app.named ?? []) {
    if (found.length >= most) break;
    if (key.includes(wanted) || sounds(app, key, wanted))
      found.push({ title: featureName(app, layer, feature), kind: said(layer.title), action: () => app.showFeature(layer, feature) });
  }
  return found;
}

// Whether what is typed is the id of a place, or stands in its name.
/** @param {App} app @param {Place} place @param {string} wanted @returns {boolean} */
function spelt(app, { id, name }, wanted) {
  return id.toLowerCase() === wanted || app.data.strings[name].some((one) => one.toLowerCase().includes(wanted));
}

/** @param {App} app @param {string} typed @returns {Found[]} */
export function search(app, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  const units = app.units
    .filter((unit) => matches(app, unit, wanted))
    .sort((one, other) => Number(other.name.startsWith(typed)) - Number(one.name.startsWith(typed)))
    .map((unit) => ({ title: app.nameOf(unit), kind: text(`level_${unit.level}`), action: () => app.choose(unit) }));
  const items = Object.entries(app.registers).flatMap(([id, register]) =>
    register.items
      .map((item, place) => ({ item, place }))
      .filter(
        ({ item }) =>
          String(item.name ?? '')
            .toLowerCase()
            .includes(wanted) ||
          String(item.name_en ?? '')
            .toLowerCase()
            .includes(wanted) ||
          sounds(app, item.name, wanted),
      )
      .map(({ item, place }) => ({ title: itemName(item), kind: said(register.item), action: () => app.showItem(id, place) })),
  );
  const indicators = app.mappable
    .filter((id) => said(app.indicators[id].map_title).toLowerCase().includes(wanted))
    .map((id) => ({ title: said(app.indicators[id].map_title), kind: text('column_indicator'), action: () => app.set({ indicator: id }) }));
  const places = app.data.places.items
    .filter((place) => spelt(app, place, wanted) || sounds(app, app.data.strings[place.name][0], wanted))
    .sort((one, other) => Number(spelt(app, other, wanted)) - Number(spelt(app, one, wanted)))
    .map((place) => ({ title: said(place.name), kind: said(place.kind), action: () => showPlace(app, place) }));
  const others = [...indicators, ...units, ...places, ...items].slice(0, MOST);
  return [...others, ...featuresNamed(app, wanted, MOST - others.length)];
}
