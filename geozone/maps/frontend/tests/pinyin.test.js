import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sounds } from '../src/pinyin.js';

const READINGS = { 石: 'shi dan', 家: 'jia', 庄: 'zhuang', 长: 'chang zhang', 安: 'an', 区: 'qu ou', 西: 'xi' };

function heard(name, typed) {
  return sounds({ syllables: {}, data: { readings: READINGS } }, name, typed);
}

test('whole syllables, initials and both mixed are heard', () => {
  for (const typed of ['shijiazhuang', 'sjz', 'shijz', 'sjiaz', 'shi jia', "shi'jia", 'shijiazhu']) assert.ok(heard('石家庄', typed), typed);
});

test('a character is heard in every reading', () => {
  for (const typed of ['changan', 'zhangan', 'caq', 'zaou']) assert.ok(heard('长安区', typed), typed);
});

test('what does not sound so is not heard', () => {
  for (const typed of ['shizhuang', 'sjx', 'shijiazhuangs', '石家', '!']) assert.ok(!heard('石家庄', typed), typed);
});

test('few letters are looked for at the beginning alone', () => {
  assert.ok(!heard('石家庄', 'jz'));
  assert.ok(!heard('石家庄', 'jia'));
  assert.ok(heard('石家庄', 'jiaz'));
});

test('a name that is not Chinese has no sound', () => {
  assert.ok(!heard('Chang', 'ch'));
});

test('letters and digits in a name are their own syllables', () => {
  assert.ok(heard('G5西', 'g5xi'));
});
