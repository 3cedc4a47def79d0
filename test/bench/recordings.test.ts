// The recordings on which all figures are measured are complete, and no measured position is used for training.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { measuredFiles, recordingsFolder } from '../../bench/common/recordings.ts';

interface Row {
  readonly package: string;
  readonly offset: number;
  readonly sha256: string;
  readonly renamed?: boolean;
  readonly file: string;
}

const rowsOf = (...path: string[]) =>
  readFileSync(join(recordingsFolder, ...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);

test('the number of recorded cursors is that of the README', () => {
  const recorded = readdirSync(join(recordingsFolder, 'recorded')).flatMap((name) => rowsOf('recorded', name));
  assert.equal(recorded.length, 439);
  assert.equal(new Set(recorded.map((row) => row.package)).size, 3);
  assert.ok(recorded.every((row) => row.renamed === undefined));
});

test("the renamed package's cursors are in held-out files, and its training positions are in other files", () => {
  const isHeldOut = (path: string) => (createHash('sha1').update(path).digest().at(-1) as number) % 4 === 0;
  const measuredRows = rowsOf('renamed', 'rxdb-17.6.0-renamed.jsonl');
  assert.equal(measuredRows.length, 121);
  assert.ok(measuredRows.every(({ file, renamed }) => renamed && isHeldOut(file)));
  const trainingRows = rowsOf('renamed', 'teach.jsonl');
  assert.equal(trainingRows.length, 203);
  assert.ok(trainingRows.every(({ file }) => !isHeldOut(file)));
});

test('the file of training positions is not measured', () => {
  assert.deepEqual(measuredFiles(readdirSync(join(recordingsFolder, 'renamed'))), ['rxdb-17.6.0-renamed.jsonl']);
});

test("the weaker model's answers are at cursors of the first recording, each once", () => {
  const cursorOf = ({ file, offset, sha256 }: Row) => `${file}:${offset}:${sha256}`;
  for (const folder of readdirSync(join(recordingsFolder, 'weaker')))
    for (const name of readdirSync(join(recordingsFolder, 'weaker', folder))) {
      const cursors = rowsOf('weaker', folder, name).map(cursorOf);
      const recorded = new Set(rowsOf(folder, name).map(cursorOf));
      assert.ok(cursors.length > 0);
      assert.equal(new Set(cursors).size, cursors.length);
      assert.ok(cursors.every((cursor) => recorded.has(cursor)));
    }
});
