import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'fflate';
import { attributeReader, Base64Source, Base64Text, column, fromBase64, rows, takeBlock, takeJson, takePacked, takeText, varints } from '../src/data.js';
import { base64, carry, chance, packed, varint } from './stand_ins.js';

test('what is taken from the page is no longer in it', () => {
  carry('words', '{"a":1}');
  assert.deepEqual(takeJson('words'), { a: 1 });
  assert.equal(takeText('words'), null);
  assert.equal(takeBlock('words'), null);
  assert.equal(takePacked('words'), null);
});

test('a packed value comes back as it was', () => {
  carry('years', packed({ strings: [['甲', 'A']], years: [] }));
  assert.deepEqual(takePacked('years'), { strings: [['甲', 'A']], years: [] });
});

test('a column is its list, or its distinct values by their places', () => {
  assert.deepEqual(column([1, null, 'a']), [1, null, 'a']);
  assert.deepEqual(column({ values: ['built', null], places: [0, 1, 0, 0] }), ['built', null, 'built', 'built']);
});

test('columns of both kinds become rows', () => {
  const table = { name: ['a', 'b', 'c'], status: { values: ['built', 'planned'], places: [0, 1, 0] } };
  assert.deepEqual(rows(table), [
    { name: 'a', status: 'built' },
    { name: 'b', status: 'planned' },
    { name: 'c', status: 'built' },
  ]);
  assert.deepEqual(rows({}), []);
  assert.deepEqual(rows({ name: [] }), []);
});

test('whole numbers of any size come back from their bytes', () => {
  const next = chance(3);
  const values = [0, 1, 127, 128, 16383, 16384, 2 ** 31, 2 ** 32 - 1, ...Array.from({ length: 500 }, () => Math.floor(next() ** 4 * 2 ** 32))];
  assert.deepEqual([...varints(Uint8Array.from(varint(...values)))], values);
});

test('base64 is decoded with and without the decoder of the browser', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, place) => place);
  const own = Uint8Array.fromBase64;
  Uint8Array.fromBase64 = undefined;
  try {
    assert.deepEqual(fromBase64(base64(bytes)), bytes);
  } finally {
    Uint8Array.fromBase64 = own;
  }
  assert.deepEqual(fromBase64(base64(bytes)), bytes);
});

test('any stretch of a base64 text is decoded by itself', () => {
  const bytes = Uint8Array.from({ length: 50 }, (_, place) => place * 5);
  for (let offset = 0; offset < 50; offset++) {
    for (let length = 0; offset + length <= 50; length++) {
      carry('text', base64(bytes));
      assert.deepEqual([...new Base64Text('text').slice(offset, length)], [...bytes.slice(offset, offset + length)]);
    }
  }
});

test('an archive reader gets the bytes that it asks for, in a buffer of their own', async () => {
  carry('archive', base64(Uint8Array.from({ length: 20 }, (_, place) => place)));
  const source = new Base64Source('archive');
  assert.equal(source.getKey(), 'archive');
  assert.deepEqual([...new Uint8Array((await source.getBytes(7, 5)).data)], [7, 8, 9, 10, 11]);
});

const PIECE = 4096; // as in geozone.maps.plain

function stored(count) {
  const piece = (first) => {
    const places = Array.from({ length: Math.min(PIECE, count - first) }, (_, place) => first + place);
    const table = { name: places.map((row) => (row % 2 ? `名${row}` : null)), kind: { values: ['a', 'b'], places: places.map((row) => row % 2) } };
    return gzipSync(new TextEncoder().encode(JSON.stringify(table)));
  };
  const pieces = Array.from({ length: Math.ceil(count / PIECE) }, (_, number) => piece(number * PIECE));
  const ends = pieces.map((_, number) => pieces.slice(0, number + 1).reduce((sum, one) => sum + one.length, 0));
  carry('attributes', base64(Buffer.concat(pieces)));
  return ends;
}

test('the attributes of a feature are read from the piece that it is in', () => {
  const read = attributeReader('attributes', stored(2 * PIECE + 10));
  for (const feature of [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 9]) {
    assert.deepEqual(read(feature), { name: feature % 2 ? `名${feature}` : null, kind: feature % 2 ? 'b' : 'a' });
  }
});

test('the names of all features are told once, with a pause after each piece', () => {
  const read = attributeReader('attributes', stored(PIECE + 3));
  const told = [...read.names()];
  assert.equal(told.filter((entry) => entry === null).length, 2);
  const named = told.filter(Boolean);
  assert.equal(named.length, PIECE / 2 + 1);
  assert.deepEqual(named.at(-1), { feature: PIECE + 1, names: [`名${PIECE + 1}`] });
});
