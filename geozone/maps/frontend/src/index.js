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
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[href]'))) link.hash = `lang=${lang}`;
}

button.addEventListener('click', () => show(button.dataset.lang ?? ''));
show(/lang=en/.test(location.hash) ? 'en' : document.documentElement.lang.slice(0, 2));
/** @type {HTMLElement} */ (document.getElementById('page')).dataset.ready = 'true';
