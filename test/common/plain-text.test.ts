// Sanitizing removes control and invisible characters, and keeps the characters of ordinary texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainJson, plainLine, plainText, quoted } from '../../src/common/plain-text.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { textsToClean } from '../fakes/hostile-messages.ts';

for (const [name, { text, clean }] of Object.entries(textsToClean))
  test(`removed: ${name}`, () => assert.equal(plainText(text), clean));

const kept: Readonly<Record<string, string>> = {
  code: 'const a = "é\\u0000";\n\tif (a) {\n\t}\n',
  'a family, a flag on fire, a keycap': '👩‍👩‍👧‍👦 🏴‍☠️ ❤️‍🔥 1️⃣ 👩🏽‍💻',
  'the flag of Scotland': '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'Persian with a joiner': 'می\u200cخواهم',
  'Sinhala and Hindi with joiners': 'ශ්\u200dරී क्\u200dष',
  'Hebrew with a mark behind it': 'שלום\u200f!',
  'Thai with a zero-width space': 'ภาษา\u200bไทย',
  Chinese: '你好，世界。',
  'combining marks': 'e\u0301 ñ',
};
for (const [name, text] of Object.entries(kept)) test(`kept: ${name}`, () => assert.equal(plainText(text), text));

test('all kinds of line ends become line feeds', () => {
  assert.equal(plainText('a\r\nb\rc\u2028d\n'), 'a\nb\nc\nd\n');
});

test('an unfinished escape sequence is removed, and the next line stays', () => {
  const ESC = String.fromCharCode(0x1b);
  assert.equal(plainText(`a${ESC}`), 'a');
  assert.equal(plainText(`a${ESC}[3`), 'a');
  assert.equal(plainText(`a${ESC}]0;title\nb`), 'a\nb');
});

test('at most one invisible character stays after a letter', () => {
  assert.equal(plainText('ع\u200c\u200d\u200c\u200c'), 'ع\u200c');
  assert.equal(plainText('a\u200d\ufe0f'), 'a');
});

test('a joiner or a selector stays only behind what stays', () => {
  assert.equal(plainText('a\u200e\u200c\ufe0f\u001b1\ufe0e'), 'a');
  assert.equal(plainText('👩\u202e\u200d👩'), '👩\u200d👩');
  assert.equal(plainText('\u0301\u180b\u200c'), '\u0301');
});

test('sanitizing a sanitized text changes nothing', () => {
  const pieces = [
    'a',
    'ع',
    'क',
    '👩',
    '🏴',
    'ก',
    '漢',
    'ᠠ',
    '1',
    '🏽',
    '\u0301',
    '\u200d',
    '\u200c',
    '\ufe0f',
    '\u200e',
  ];
  pieces.push('\u202e', '\u0000', '\u200b', '\u{e0100}', '\u{e0067}', '\u{e007f}', '\u001b', '[', '\u2028', '\r', '\n');
  pieces.push('\ud800', '\u180b', '\u2060');
  const random = uniforms(5);
  for (let round = 0; round < 20_000; round++) {
    const length = 1 + Math.floor(8 * random());
    const text = Array.from({ length }, () => pieces[Math.floor(pieces.length * random())]).join('');
    assert.equal(plainText(plainText(text)), plainText(text), JSON.stringify(text));
  }
  for (const { text } of Object.values(textsToClean)) assert.equal(plainText(plainText(text)), plainText(text));
});

test('plainLine returns one line of limited length', () => {
  assert.equal(plainLine(' two\n lines\t and more '), 'two lines and more');
  assert.equal(plainLine('x'.repeat(1e6)).length, 300);
  assert.ok(plainLine('😀'.repeat(1000), 301).isWellFormed());
});

test('a quoted value is one short line, whatever it is', () => {
  assert.equal(quoted('two\nlines'), "'two lines'");
  assert.equal(quoted('x'.repeat(1e6)), `'${'x'.repeat(60)}…'`);
  assert.equal(quoted(`\u202e${'😀'.repeat(1e6)}`), `'${'😀'.repeat(30)}…'`);
  assert.deepEqual([quoted(null), quoted(undefined), quoted(7), quoted(['x'])], ['null', 'nothing', '7', 'a list']);
});

test('JSON parses to the same value and contains no control characters', () => {
  for (const { text } of Object.values(textsToClean)) {
    const json = plainJson({ [text]: [text] }, 2);
    assert.deepEqual(JSON.parse(json), { [text]: [text] });
    assert.equal(plainText(json), json);
  }
});
