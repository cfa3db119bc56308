// A barrier as a belt: its sentence, its width along the axis, where it does not hold, and what closing gaps would gain.

import { badge } from './badge.js';
import { choiceOf } from './belt_choice.js';
import { profileOf } from './belt_profile.js';
import { h, replace } from './dom.js';
import { said } from './text.js';

/** @param {App} app @param {Belt} belt @param {number} number @returns {HTMLElement} */
export function beltSection(app, belt, number) {
  const section = h('section', { class: 'belt', id: number ? `belt${number}` : 'belt' });
  /** @param {'axis' | 'breaks' | 'gaps'} kind @returns {FeatureLayer | null} */
  const layerOf = (kind) => /** @type {FeatureLayer | undefined} */ ([...app.layers.values()].find((layer) => layer.id === belt[kind])) ?? null;
  const layers = { axis: layerOf('axis'), breaks: layerOf('breaks'), gaps: layerOf('gaps') };
  const profile = layers.axis ? profileOf(app, belt, layers.axis, layers.breaks) : null;
  const choice = belt.closing && layers.gaps ? choiceOf(app, belt.closing, layers.gaps) : null;
  const draw = () =>
    replace(
      section,
      h('h2', {}, said(belt.title), layers.axis ? badge(layers.axis.basis) : null),
      h('p', { class: 'told' }, said(belt.text)),
      belt.more === null ? null : h('p', { class: 'note', 'data-more': true }, said(belt.more)),
      profile?.draw(),
      choice?.draw(),
    );
  app.on(['lang'], draw);
  draw();
  return section;
}
