// The index page: its texts are there in both languages, the switch shows one and hands it on to the maps.

import './index.css';

function show(lang) {
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
  const button = document.querySelector('[data-lang-switch]');
  const other = lang === 'en' ? 'zh' : 'en';
  button.dataset.langSwitch = lang;
  button.dataset.lang = other;
  button.lang = other === 'zh' ? 'zh-CN' : 'en';
  for (const link of document.querySelectorAll('a[href]')) link.hash = `lang=${lang}`;
}

document.querySelector('[data-lang-switch]').addEventListener('click', (event) => show(event.currentTarget.dataset.lang));
show(/lang=en/.test(location.hash) ? 'en' : document.documentElement.lang.slice(0, 2));
document.getElementById('page').dataset.ready = 'true';
