// Both languages are in the page; the reader switches between them without a reload.

/** @type {Record<string, [string, string]>} */
let catalogue = {};
/** @type {[string, string][]} */
let strings = [];
let place = 0;

/** @param {Record<string, [string, string]>} texts @param {[string, string][]} pairs */
export function setTexts(texts, pairs) {
  catalogue = texts;
  strings = pairs;
}

/** @param {string} lang */
export function setLanguage(lang) {
  place = lang === 'en' ? 1 : 0;
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
}

export function language() {
  return place ? 'en' : 'zh';
}

// A text of the page with its placeholders filled in.
/** @param {string} name @param {Record<string, unknown>} [values] @returns {string} */
export function text(name, values) {
  const found = catalogue[name];
  if (!found) return name;
  return values ? found[place].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? '')) : found[place];
}

/** @param {string} name @returns {boolean} */
export function hasText(name) {
  return name in catalogue;
}

// A text of the data: the number of a pair.
/** @param {number | null | undefined} number @returns {string} */
export function said(number) {
  return number === null || number === undefined ? '' : strings[number][place] || strings[number][0];
}

/** @param {number} number @param {string} lang @returns {string} */
export function saidIn(number, lang) {
  return strings[number][lang === 'en' ? 1 : 0];
}
