import { h } from './dom.js';
import { text } from './text.js';

// Where a layer or figure stands: official, public, derived, schematic, working, synthetic.
/** @param {string} basis @returns {HTMLElement} */
export function badge(basis) {
  return h('span', { class: `badge badge-${basis}`, title: text(`basis_hint_${basis}`) }, text(`basis_${basis}`));
}
