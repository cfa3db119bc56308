// Both languages are in the page; the reader switches between them without a reload.

let catalogue = {};
let strings = [];
let place = 0;

export function setTexts(texts, pairs) {
  catalogue = texts;
  strings = pairs;
}

export function setLanguage(lang) {
  place = lang === 'en' ? 1 : 0;
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
}

export function language() {
  return place ? 'en' : 'zh';
}

// A text of the page with its placeholders filled in.
export function text(name, values) {
  const found = catalogue[name];
  if (!found) return name;
  return values ? found[place].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? '')) : found[place];
}

export function hasText(name) {
  return name in catalogue;
}

// A text of the data: the number of a pair.
export function said(number) {
  return number === null || number === undefined ? '' : strings[number][place] || strings[number][0];
}

export function saidIn(number, lang) {
  return strings[number][lang === 'en' ? 1 : 0];
}
