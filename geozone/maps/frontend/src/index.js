// The index page: its texts are there in both languages, the switch shows one and hands it on to the maps.

import './index.css';

const button = /** @type {HTMLElement} */ (document.querySelector('[data-lang-switch]'));

/** @param {string} lang */
function show(lang) {
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
  const other = lang === 'en' ? 'zh' : 'en';
  button.dataset.langSwitch = lang;
  button.dataset.lang = other;
  button.lang = other === 'zh' ? 'zh-CN' : 'en';
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[href]'))) {
    const kept = new URLSearchParams(link.hash.slice(1));
    kept.set('lang', lang);
    link.hash = String(kept);
  }
}

// Units of one class stay as they are while the reader points at it in the legend; the others fade.
const entries = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.index-legend li'));
const shapes = /** @type {NodeListOf<SVGElement>} */ (document.querySelectorAll('.zone-card path'));
/** @param {string | undefined} colour */
function light(colour) {
  for (const shape of shapes) shape.classList.toggle('faded', colour !== undefined && shape.getAttribute('fill') !== colour);
}
for (const entry of entries) {
  for (const event of ['mouseenter', 'focus']) entry.addEventListener(event, () => light(entry.dataset.colour));
  for (const event of ['mouseleave', 'blur']) entry.addEventListener(event, () => light(undefined));
}

button.addEventListener('click', () => show(button.dataset.lang ?? ''));
show(/lang=en/.test(location.hash) ? 'en' : document.documentElement.lang.slice(0, 2));
/** @type {HTMLElement} */ (document.getElementById('page')).dataset.ready = 'true';
