// The table of a text task: validation of its messages, its filters, and interpolation of the curve.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterRows } from '../../../src/vscode/webview/table-filters.ts';
import { labellingSentence, labelOrder } from '../../../src/vscode/webview/table-labels.ts';
import {
  parseFromTable,
  parseToTable,
  type TableLabelling,
  type TableRow,
} from '../../../src/vscode/webview/table-protocol.ts';
import { rightAt } from '../../../src/vscode/webview/task-view.ts';
import { Words } from '../../../src/vscode/webview/wording.ts';

const rows: TableRow[] = [
  { text: 'It crashes', label: 'bug', source: 'person', confidence: 1, inDoubt: false },
  { text: 'Please add', label: 'wish', source: 'specialist', confidence: 0.6, inDoubt: true },
  { text: 'It hangs', label: 'bug', source: 'api', confidence: 0.9, inDoubt: false },
  { text: 'A crash, too', label: 'bug', source: 'specialist', confidence: 0.95, inDoubt: false },
];

test('complete messages pass, others are refused', () => {
  assert.ok(parseToTable({ type: 'rows', rows, more: true }));
  assert.ok(parseToTable({ type: 'corrected', index: 3, label: 'bug' }));
  for (const value of [
    { type: 'rows', rows: [{ ...rows[0], text: 1 }], more: true },
    { type: 'rows', rows },
    { type: 'init' },
    { type: 'toString' },
    null,
  ])
    assert.equal(parseToTable(value), undefined, JSON.stringify(value));
  const correct = { type: 'correct', index: 0, text: 'x', label: 'bug' };
  assert.deepEqual(parseFromTable({ ...correct, extra: 1 }), correct);
  assert.deepEqual(parseFromTable({ type: 'run', index: 1 }), { type: 'run' });
  for (const value of [
    { ...correct, index: -1 },
    { ...correct, index: 0.5 },
    { ...correct, text: 'x'.repeat(25_001) },
    { ...correct, label: 7 },
    { ...correct, label: 'x'.repeat(2001) },
    { type: 'delete' },
    'ready',
  ])
    assert.equal(parseFromTable(value), undefined, JSON.stringify(value));
});

test('rows are filtered by source, label, doubt and text, and sorted by confidence', () => {
  const all = { source: '', label: '', onlyDoubt: false, contains: '', leastConfidentFirst: false };
  assert.deepEqual(filterRows(rows, all), [0, 1, 2, 3]);
  assert.deepEqual(filterRows(rows, { ...all, source: 'specialist' }), [1, 3]);
  assert.deepEqual(filterRows(rows, { ...all, label: 'bug', contains: ' CRASH' }), [0, 3]);
  assert.deepEqual(filterRows(rows, { ...all, onlyDoubt: true }), [1]);
  assert.deepEqual(filterRows(rows, { ...all, contains: 'wish' }), [1]);
  assert.deepEqual(filterRows(rows, { ...all, leastConfidentFirst: true }), [1, 2, 3, 0]);
});

test('the curve is interpolated between its points', () => {
  const curve = [
    { share: 0, right: 0.5 },
    { share: 0.5, right: 0.9 },
    { share: 1, right: 0.7 },
  ];
  assert.equal(rightAt(curve, 0), 0.5);
  assert.ok(Math.abs((rightAt(curve, 0.25) ?? 0) - 0.7) < 1e-9);
  assert.equal(rightAt(curve, 1), 0.7);
  assert.equal(rightAt([], 0.5), undefined);
});

test('labels have fixed digits up to nine, and the likely ones come first', () => {
  assert.deepEqual(labelOrder(3, [2, 0]), [2, 0, 1]);
  assert.deepEqual(labelOrder(12, [11, 4]), [11, 4, 0, 1, 2, 3, 5, 6, 7]);
  assert.deepEqual(labelOrder(2, [7, 1]), [1, 0], 'a label that the task has lost is left out');
});

test('the progress says how many labels are missing, then what to expect', () => {
  const strings = {
    'table.fewLabels': '{0} of {1} labels; {2} are better.',
    'table.learning': '{0} labels. Learning.',
    'table.expected': '{0}: {2} of {1}, {3} to {4}.',
    'table.missing': '{0} more.',
    'table.allLabelled': 'All {0}.',
  };
  const sentence = (labelled: number, expected?: TableLabelling['expected']) =>
    labellingSentence(new Words(strings, 'en'), {
      ...{ labelled, texts: 60, needed: 20, enough: 40 },
      ...(expected && { expected }),
    });
  const expected = { labelled: 25, others: 35, right: 0.6, low: 0.4, high: 0.78 };
  assert.equal(sentence(12), '12 of 20 labels; 40 are better.');
  assert.equal(sentence(20), '20 labels. Learning.');
  assert.equal(sentence(26, expected), '25: 60% of 35, 40% to 78%. 14 more.');
  assert.equal(sentence(40, expected), '25: 60% of 35, 40% to 78%.');
  assert.equal(sentence(60, expected), 'All 60.');
});
