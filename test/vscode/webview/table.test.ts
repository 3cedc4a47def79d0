// The table of a text task: its filters, the digits of labels, the sentence about progress.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterRows } from '../../../src/vscode/webview/table-filters.ts';
import { labellingSentence, labelOrder } from '../../../src/vscode/webview/table-labels.ts';
import type { TableLabelling, TableRow } from '../../../src/vscode/webview/table-protocol.ts';
import { Words } from '../../../src/vscode/webview/wording.ts';

const rows: TableRow[] = [
  { text: 'It crashes', label: 'bug', source: 'person', confidence: 1, inDoubt: false },
  { text: 'Please add', label: 'wish', source: 'specialist', confidence: 0.6, inDoubt: true },
  { text: 'It hangs', label: 'bug', source: 'api', confidence: 0.9, inDoubt: false },
  { text: 'A crash, too', label: 'bug', source: 'specialist', confidence: 0.95, inDoubt: false },
];

test('rows are filtered by source, doubt, and text with its label', () => {
  const all = { source: '', onlyDoubt: false, contains: '' };
  assert.deepEqual(filterRows(rows, all), [0, 1, 2, 3]);
  assert.deepEqual(filterRows(rows, { ...all, source: 'specialist' }), [1, 3]);
  assert.deepEqual(filterRows(rows, { ...all, contains: ' CRASH' }), [0, 3]);
  assert.deepEqual(filterRows(rows, { ...all, onlyDoubt: true }), [1]);
  assert.deepEqual(filterRows(rows, { ...all, contains: 'wish' }), [1]);
});

test('labels have fixed digits up to nine, and the likely ones come first', () => {
  assert.deepEqual(labelOrder(3, [2, 0]), [2, 0, 1]);
  assert.deepEqual(labelOrder(12, [11, 4]), [11, 4, 0, 1, 2, 3, 5, 6, 7]);
  assert.deepEqual(labelOrder(2, [7, 1]), [1, 0], 'a label that the task has lost is left out');
});

test('the progress says how many labels are missing, then what to expect', () => {
  const sentence = (labelled: number, expected?: TableLabelling['expected'], isText = false) =>
    labellingSentence(
      new Words('en'),
      { ...{ labelled, texts: 60, needed: 20, enough: 40 }, ...(expected && { expected }) },
      isText,
    );
  const expected = { labelled: 25, others: 35, right: 0.6, low: 0.4, high: 0.78, isRandom: true };
  const told = /^After 25 labels, the local model .* 60% of the other 35 right \(40% to 78%, by cross-validation\)\./;
  assert.equal(sentence(12), '12 of 20; 40 are better.');
  assert.equal(sentence(20), '20 texts are done. The local model is learning from them.');
  assert.match(sentence(26, expected), new RegExp(`${told.source} Label 14 more to narrow this range\\.$`));
  assert.match(sentence(39, expected), /Label 1 more to narrow this range\.$/);
  assert.match(sentence(40, expected), new RegExp(`${told.source}$`));
  assert.match(sentence(40, expected, true), /^After 25 answers, its drafts for the other 35 .* 60% like yours/);
  assert.match(sentence(39, expected, true), /Answer 1 more to narrow this range\.$/);
  const pattern = /78%, because the labelled texts are no random choice\)/;
  assert.match(sentence(40, { ...expected, isRandom: false }), pattern);
  assert.equal(sentence(60, expected), 'All 60 texts are done.');
  const few = labellingSentence(new Words('en'), { labelled: 6, texts: 13, needed: 13, enough: 13 }, false);
  assert.equal(few, '6 of 13: label them all, because so few texts teach the local model nothing.');
});
