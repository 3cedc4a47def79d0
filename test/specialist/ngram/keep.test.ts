// Snapshots are read back completely or refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { sealed } from '../../safety/fuzz-targets.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, build, line, projectFiles, tokenizer } from './project.ts';

test('a loaded snapshot has the same answers', () => {
  const model = build();
  model.setSavedFile('src/late.ts', 'const walrus = summonWalrus(arctic);\n');
  const bytes = model.serialize();
  // From a pool, at an odd place, as a file read may hand it over.
  const odd = Buffer.concat([Buffer.from([1]), bytes]).subarray(1);
  const loaded = NgramModel.deserialize(odd, tokenizer);
  assert.ok(loaded.ok);
  assert.equal(loaded.value.fileCount, projectFiles.length + 1);
  for (const text of ['const walrus = summonWal¦', '    if (rows.length === 0) {\n      ¦', 'import type { ¦']) {
    assert.equal(loaded.value.complete(at(text), line).text, model.complete(at(text), line).text);
  }
});

const good = build().serialize();
/** The valid snapshot with one byte replaced; negative offsets count from the end. */
const changed = (at: number, byte: number) => good.with(at, byte);
const refused: readonly [string, string, Uint8Array][] = [
  ['empty', 'corrupt', new Uint8Array(0)],
  ['cut short', 'corrupt', good.slice(0, -100)],
  ['cut to the header', 'corrupt', good.slice(0, 30)],
  ['something else', 'corrupt', new TextEncoder().encode('SQLite format 3, and quite a lot of text after it')],
  ['a changed byte', 'corrupt', changed(-2000, (good.at(-2000) as number) ^ 4)],
  ['an earlier version', 'other-version', sealed(changed(8, 1))],
  ['a later version', 'other-version', changed(8, 99)],
];

for (const [name, code, bytes] of refused) {
  test(`a snapshot is refused: ${name}`, () => {
    const read = NgramModel.deserialize(bytes, tokenizer);
    assert.equal(read.ok ? 'ok' : read.error.code, code);
  });
}

test('a snapshot made with another tokenizer is refused', () => {
  const other = loadTokenizer(trainTokenizer('something else, much shorter', 280));
  assert.ok(other.ok);
  const read = NgramModel.deserialize(good, other.value);
  assert.ok(!read.ok);
  assert.equal(read.error.code, 'mismatched');
  assert.match(read.error.message, /another tokenizer.*rebuilt/);
});
