// A file that streams is redacted as one text, wherever its windows and chunks end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretValues } from '../../../src/workspace/secrets/known/known.ts';
import { learnWhole, redactedPieces } from '../../../src/workspace/secrets/known/whole-file.ts';
import { keyLines, linesLeft, pemOf } from '../../support/keys.ts';
import { noise } from '../files/samples.ts';

const window = 1 << 20;
const filler = (length: number) => 'a line about nothing that anybody hides\n'.repeat(length / 40 + 1).slice(0, length);

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function redactedWhole(text: string, path = 'notes.log', size = 1 << 18): Promise<string> {
  const known = new SecretValues();
  await learnWhole(inChunks(text, size), path, known);
  let [raw, redacted] = ['', ''];
  for await (const piece of redactedPieces(inChunks(text, size), path, [known])) {
    assert.equal(piece.raw.length, piece.text.length);
    raw += piece.raw;
    redacted += piece.text;
  }
  assert.equal(raw, text);
  return redacted;
}

test('redacts a key across the end of a window', async () => {
  const lines = keyLines('across');
  const key = pemOf(lines);
  for (const before of [0, 40, 800, key.length]) {
    const redacted = await redactedWhole(`${filler(window - before)}\n${key}\n${filler(3000)}`);
    assert.deepEqual(linesLeft(redacted, lines), [], `${before}`);
    assert.ok(redacted.endsWith(filler(3000)));
  }
});

test('redacts a line of a key in an earlier window than the key', async () => {
  const lines = keyLines('before');
  const redacted = await redactedWhole(`stray ${lines[7]}\n${filler(2 * window)}\n${pemOf(lines)}\n`);
  assert.deepEqual(linesLeft(redacted, lines), []);
});

test('uses the column names of a table in later windows', async () => {
  const row = (i: number) => `${i},${'somebody who lives in a long street '.repeat(40)},${password(i)}\n`;
  const password = (i: number) => `${(i * 7919).toString(36)}!Winter`;
  const rows = Array.from({ length: 1000 }, (_, i) => row(i)).join('');
  const redacted = await redactedWhole(`id,name,password\n${rows}`, 'users.csv');
  assert.ok(redacted.length > window);
  for (let i = 0; i < 1000; i++) assert.ok(!redacted.includes(password(i)), `${i}`);
  assert.ok(redacted.includes('999,somebody'));
});

for (const [name, text] of Object.entries({
  letters: 'x',
  digits: '1234567890',
  spaces: ' ',
  commas: ',',
  words: 'the broken key is user@example.com, ',
  names: 'name=value ',
  hexadecimal: '0123456789abcdef',
}))
  test(`reads a line of nine million characters (${name})`, async () => {
    const redacted = await redactedWhole(`note\n"${text.repeat(9e6 / text.length)}"\n`, 'one-field.csv');
    assert.equal(redacted.split('\n').length, 3);
  });

test('cuts an endless line and redacts its secrets', async () => {
  const token = `ghp_${noise(36)}`;
  const redacted = await redactedWhole(`${filler(10 * window).replaceAll('\n', ' ')} ${token}`, 'one-line.txt');
  assert.ok(!redacted.includes(token.slice(4)));
});
