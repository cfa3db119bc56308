// What is no unit and yet named: regions of several units, which have rates of their own, and the places of the documents.

import { h } from './dom.js';
import { toUnits } from './geometry.js';
import { said, text } from './text.js';

export const REGION = 'region';

// Regions by code, each as a unit is, with its members.
/** @param {App} app @returns {Map<string, Region>} */
export function readRegions(app) {
  return new Map(
    app.data.regions.map((region) => [
      region.code,
      {
        code: region.code,
        name: app.data.strings[region.name][0],
        nameEn: app.data.strings[region.name][1],
        level: REGION,
        parent: '',
        place: null,
        area: region.area_km2 === null ? null : Number(region.area_km2),
        areaText: region.area,
        members: region.members.map((code) => /** @type {Unit} */ (app.byCode.get(code))),
      },
    ]),
  );
}

// The unit or region that a code is of.
/** @param {App} app @param {string | null} code @returns {Subject | null} */
export function subjectOf(app, code) {
  return app.byCode.get(code) ?? app.regions.get(code) ?? null;
}

// The box of a unit, or of all members of a region.
/** @param {App} app @param {Subject} subject @returns {number[]} */
export function boxOf(app, subject) {
  const boxes = (subject.members ?? [subject]).map((unit) => app.features.box(unit.place));
  /** @param {number} place @param {(...sides: number[]) => number} most */
  const side = (place, most) => most(...boxes.map((box) => box[place]));
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

// The places that a unit is a member of, but for those that it gives its own name to and those that are the whole zone.
/** @param {App} app @param {Subject} unit @returns {Place[]} */
export function placesOf(app, unit) {
  const whole = app.units[app.zone].code;
  return app.data.places.items.filter(
    (place) => place.code !== whole && place.units.includes(unit.code) && !unit.name.startsWith(app.data.strings[place.name][0]),
  );
}

/** @param {App} app @param {Subject} unit @returns {HTMLElement | null} */
export function placeLinks(app, unit) {
  const places = placesOf(app, unit);
  if (!places.length) return null;
  return h(
    'p',
    { class: 'of-places' },
    text('of_places'),
    text('colon'),
    places.map((place, number) => [
      number ? text('and_so_on') : '',
      h('button', { type: 'button', class: 'link', 'data-place': place.id, onclick: () => showPlace(app, place) }, said(place.name)),
    ]),
  );
}

// Where a place lies, of a point as far as it may be off.
/** @param {App} app @param {Place} place @returns {number[]} */
function boxAround(app, { bbox: [west, south, east, north] }) {
  const [[left, top], [right, bottom]] = [toUnits(west, north), toUnits(east, south)];
  const [x, y] = app.origin;
  return [left - x, top - y, right - x, bottom - y];
}

// Goes to a place: the panel shows its rates where it has any.
/** @param {App} app @param {Place} place */
export function showPlace(app, place) {
  const subject = place.code && subjectOf(app, place.code);
  if (subject) app.set(subject.level === REGION ? { region: subject.code } : { unit: subject.place, region: null });
  const layer = /** @type {FeatureLayer | null} */ (app.layerNamed(app.data.places.layer));
  if (layer) app.showFeature(layer, place.feature, boxAround(app, place));
  else if (subject) app.choose(subject);
}
