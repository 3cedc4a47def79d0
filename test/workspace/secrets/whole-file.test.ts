// A file that streams is masked as one text, wherever its windows and chunks end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretValues } from '../../../src/workspace/secrets/known/known.ts';
import { learnWhole, maskedPieces } from '../../../src/workspace/secrets/known/whole-file.ts';
import { keyLines, linesLeft, pemOf } from '../../support/keys.ts';
import { noise } from '../files/samples.ts';

const window = 1 << 20;
const filler = (length: number) => 'a line about nothing that anybody hides\n'.repeat(length / 40 + 1).slice(0, length);

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function maskedWhole(text: string, path = 'notes.log', size = 1 << 18): Promise<string> {
  const known = new SecretValues();
  await learnWhole(inChunks(text, size), path, known);
  let [raw, masked] = ['', ''];
  for await (const piece of maskedPieces(inChunks(text, size), path, [known])) {
    assert.equal(piece.raw.length, piece.text.length);
    raw += piece.raw;
    masked += piece.text;
  }
  assert.equal(raw, text);
  return masked;
}

test('masks a key that lies across the end of a window', async () => {
  const lines = keyLines('across');
  const key = pemOf(lines);
  for (const before of [0, 40, 800, key.length]) {
    const masked = await maskedWhole(`${filler(window - before)}\n${key}\n${filler(3000)}`);
    assert.deepEqual(linesLeft(masked, lines), [], `${before}`);
    assert.ok(masked.endsWith(filler(3000)));
  }
});

test('masks a line of a key that stands a window before the key', async () => {
  const lines = keyLines('before');
  const masked = await maskedWhole(`stray ${lines[7]}\n${filler(2 * window)}\n${pemOf(lines)}\n`);
  assert.deepEqual(linesLeft(masked, lines), []);
});

test('knows the columns of a table in its later windows', async () => {
  const row = (i: number) => `${i},${'somebody who lives in a long street '.repeat(40)},${password(i)}\n`;
  const password = (i: number) => `${(i * 7919).toString(36)}!Winter`;
  const rows = Array.from({ length: 1000 }, (_, i) => row(i)).join('');
  const masked = await maskedWhole(`id,name,password\n${rows}`, 'users.csv');
  assert.ok(masked.length > window);
  for (let i = 0; i < 1000; i++) assert.ok(!masked.includes(password(i)), `${i}`);
  assert.ok(masked.includes('999,somebody'));
});

test('cuts a line without an end, and masks what lies in it', async () => {
  const token = `ghp_${noise(36)}`;
  const masked = await maskedWhole(`${filler(10 * window).replaceAll('\n', ' ')} ${token}`, 'one-line.txt');
  assert.ok(!masked.includes(token.slice(4)));
});
