// The recordings that every figure is measured on: complete, and such that nothing measured can be learned from.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { measuredFiles, recordingsFolder } from '../../bench/common/recordings.ts';

interface Row {
  readonly package: string;
  readonly renamed?: boolean;
  readonly file: string;
}

const rowsOf = (...path: string[]) =>
  readFileSync(join(recordingsFolder, ...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);

test('the recorded cursors are those that the README counts', () => {
  const recorded = readdirSync(join(recordingsFolder, 'recorded')).flatMap((name) => rowsOf('recorded', name));
  assert.equal(recorded.length, 439);
  assert.equal(new Set(recorded.map((row) => row.package)).size, 3);
  assert.ok(recorded.every((row) => row.renamed === undefined));
});

test("the renamed package's cursors are in kept-back files, and what may be learned from is in none of them", () => {
  const keptBack = (path: string) => (createHash('sha1').update(path).digest().at(-1) as number) % 4 === 0;
  const measured = rowsOf('renamed', 'rxdb-17.6.0-renamed.jsonl');
  assert.equal(measured.length, 121);
  assert.ok(measured.every(({ file, renamed }) => renamed && keptBack(file)));
  const taught = rowsOf('renamed', 'teach.jsonl');
  assert.equal(taught.length, 203);
  assert.ok(taught.every(({ file }) => !keptBack(file)));
});

test('positions that may be learned from are not measured', () => {
  assert.deepEqual(measuredFiles(readdirSync(join(recordingsFolder, 'renamed'))), ['rxdb-17.6.0-renamed.jsonl']);
});
