import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import './stand_ins.js';
import { hasText, language, said, saidIn, setLanguage, setTexts, text } from '../src/text.js';

beforeEach(() => {
  setTexts({ greeting: ['{name}有 {count} 项', '{name} has {count}'] }, [
    ['甲', 'A'],
    ['乙', ''],
  ]);
  setLanguage('zh');
});

test('placeholders are filled in, each as often as it stands there', () => {
  assert.equal(text('greeting', { name: '甲湾', count: 0 }), '甲湾有 0 项');
  setLanguage('en');
  assert.equal(text('greeting', { name: '$& {count}', count: 3 }), '$& {count} has 3');
});

test('a placeholder without a value leaves nothing', () => {
  assert.equal(text('greeting', { name: '甲湾' }), '甲湾有  项');
});

test('a text that nobody wrote shows its name', () => {
  assert.equal(text('nowhere'), 'nowhere');
  assert.ok(!hasText('nowhere'));
  assert.ok(hasText('greeting'));
});

test('a pair that has no English is said in Chinese', () => {
  setLanguage('en');
  assert.deepEqual([said(0), said(1)], ['A', '乙']);
  assert.equal(saidIn(0, 'zh'), '甲');
});

test('what says nothing is empty', () => {
  assert.deepEqual([said(null), said(undefined)], ['', '']);
});

test('the document says its language', () => {
  setLanguage('en');
  assert.equal(document.documentElement.lang, 'en');
  assert.equal(language(), 'en');
  setLanguage('anything else');
  assert.equal(document.documentElement.lang, 'zh-CN');
});
