// The extension refuses malformed messages of its pages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFromPanel } from '../../../src/vscode/webview/protocol.ts';
import { parseFromTable } from '../../../src/vscode/webview/table-protocol.ts';

test('known messages from the panel pass without their unknown fields', () => {
  assert.deepEqual(parseFromPanel({ type: 'ready', extra: 1 }), { type: 'ready' });
  assert.deepEqual(parseFromPanel({ type: 'balance', value: 0.5 }), { type: 'balance', value: 0.5 });
  assert.deepEqual(parseFromPanel({ type: 'threshold', value: 0.25 }), { type: 'threshold', value: 0.25 });
  assert.deepEqual(parseFromPanel({ type: 'open', id: 'x' }), { type: 'open', id: 'x' });
  assert.deepEqual(parseFromPanel({ type: 'command', command: 'adapt' }), { type: 'command', command: 'adapt' });
});

test('other messages from the panel are refused', () => {
  for (const value of [
    undefined,
    null,
    'ready',
    [],
    {},
    { type: 'command', command: 'x'.repeat(61) },
    { type: 'command' },
    { type: 'balance', value: 2 },
    { type: 'balance', value: Number.NaN },
    { type: 'balance', value: '0.5' },
    { type: 'threshold', value: -0.1 },
    { type: 'threshold' },
    { type: 'open', id: 'x'.repeat(101) },
    { type: 'toString' },
  ]) {
    assert.equal(parseFromPanel(value), undefined, JSON.stringify(value));
  }
});

test('a correction of the table passes, and a longer or otherwise wrong one is refused', () => {
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
