// Reads the recorded text tasks, and fails with a message if they are missing. Builds the prompt of a base.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTasks } from '../../bench/tasks/data.ts';
import { basePromptOf } from '../../src/text-tasks/deep-reading.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const put = (name: string, rows: readonly object[]) =>
  writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

test('labels are read as indices; texts of the rest that a task does not use are left out', () => {
  assert.throws(() => readTasks(folder), /changelog\.jsonl: name the folder of .* with --data\./);
  put('changelog', [{ id: 'c', split: 'rest', text: 'a: b', label: 'docs' }]);
  put('sst2', [{ id: 's', split: 'train', text: 'fine', label: 'positive', api: 'negative' }]);
  put('trec', [
    { id: 't', split: 'rest', text: 'Who?', label: 'human' },
    { id: 'u', split: 'test', text: 'Where?', label: 'location', api: 'location' },
  ]);
  const [changelog, sst2, trec] = readTasks(folder);
  assert.deepEqual(changelog?.texts, [{ id: 'c', split: 'rest', text: 'a: b', truth: 3, api: undefined }]);
  assert.deepEqual(sst2?.texts[0], { id: 's', split: 'train', text: 'fine', truth: 0, api: 1 });
  const ids = trec?.texts.map(({ id }) => id);
  assert.deepEqual(ids, ['u']);
  put('trec', [{ id: 't', split: 'test', text: 'Who?', label: 'nobody' }]);
  assert.throws(() => readTasks(folder), /'nobody' is none of/);
});

test('the prompt of a base has two short examples of each label before the text, and returns their list', () => {
  const labels = ['up', 'down'].map((name) => ({ name, meaning: '' }));
  const labelled = ['a', 'b'.repeat(500), 'c', 'd', 'e'].map((text, i) => ({ text, label: i % 2 }));
  const { before, after: behind, examples } = basePromptOf({ instruction: 'Sort.', labels }, labelled);
  assert.deepEqual([...examples], ['a', 'd', 'c']);
  assert.equal(
    before,
    'Sort. One of: up, down.\n\nText: a\nLabel: up\n\nText: d\nLabel: down\n\nText: c\nLabel: up\n\nText: ',
  );
  assert.equal(behind, '\nLabel:');
});
