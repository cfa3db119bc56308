// What the page carries: JSON and compressed blocks in inert script elements.

import { gunzipSync } from 'fflate';

export function takeText(id) {
  const element = document.getElementById(id);
  if (!element) return null;
  const text = element.textContent;
  element.remove();
  return text;
}

export function takeJson(id) {
  return JSON.parse(takeText(id));
}

export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = characters.charCodeAt(place);
  return bytes;
}

export function takeBlock(id) {
  const text = takeText(id);
  return text === null ? null : gunzipSync(fromBase64(text));
}

// a column is a list, or its distinct values and the place of each row's value among them
export function column(stored) {
  if (Array.isArray(stored)) return stored;
  return stored.places.map((place) => stored.values[place]);
}

export function takeAttributes(id) {
  const bytes = takeBlock(id);
  const stored = JSON.parse(new TextDecoder().decode(bytes));
  return Object.fromEntries(Object.entries(stored).map(([name, values]) => [name, column(values)]));
}

export function rows(table) {
  const names = Object.keys(table);
  if (!names.length) return [];
  const columns = names.map((name) => column(table[name]));
  return columns[0].map((_, row) => Object.fromEntries(names.map((name, place) => [name, columns[place][row]])));
}
