// Stored vectors of texts: kept across openings, of one encoder, and never a reason to fail.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { TextVectors } from '../../src/storage/text-vectors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const vector = Float32Array.of(0.25, -1 / 3, 7);

test('vectors are kept, until another encoder makes them', () => {
  const file = join(temporaryFolder(), 'of', 'folder', 'vectors.sqlite');
  const open = (encoder: string) => new TextVectors(file, encoder, silentLog);
  const first = open('a');
  first.add([
    [2 ** 52 + 1, vector],
    [3, vector.map((x) => 2 * x)],
  ]);
  first.close();
  const again = open('a');
  const found = again.find([3, 4, 2 ** 52 + 1]);
  assert.deepEqual([...found.keys()], [3, 2 ** 52 + 1]);
  assert.deepEqual(found.get(2 ** 52 + 1), vector);
  again.close();
  const other = open('b');
  assert.equal(other.find([3]).size, 0);
  other.close();
});

test('a file that cannot be opened or written is logged once, and nothing is found', () => {
  const file = join(temporaryFolder(), 'vectors.sqlite');
  mkdirSync(file);
  const warnings: string[] = [];
  const stored = new TextVectors(file, 'a', { ...silentLog, warn: (message) => void warnings.push(message) });
  stored.add([[1, vector]]);
  assert.equal(stored.find([1]).size, 0);
  assert.equal(warnings.length, 1, warnings.join('\n'));
  stored.close();
});
