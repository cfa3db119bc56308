// The index page: its texts are there in both languages, the switch shows one and hands it on to the maps.

import './index.css';

function show(lang) {
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
  const bar = document.querySelector('[data-lang-switch]');
  bar.dataset.langSwitch = lang;
  for (const button of bar.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.lang === lang));
  for (const link of document.querySelectorAll('a[href]')) link.hash = `lang=${lang}`;
}

for (const button of document.querySelectorAll('[data-lang]')) {
  button.addEventListener('click', () => show(button.dataset.lang));
}
show(/lang=en/.test(location.hash) ? 'en' : document.documentElement.lang.slice(0, 2));
document.getElementById('page').dataset.ready = 'true';
