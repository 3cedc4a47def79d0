// Both sides of the panel refuse malformed messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { panelCommands, parseFromPanel, parseToPanel } from '../../../src/vscode/webview/protocol.ts';
import { toPanel } from './panel-messages.ts';

const init = toPanel.find((message) => message.type === 'init');
assert.ok(init);
const { state, totals } = init;
const [row] = init.rows;

test('known messages from the panel pass without their unknown fields', () => {
  assert.deepEqual(parseFromPanel({ type: 'ready', extra: 1 }), { type: 'ready' });
  assert.deepEqual(parseFromPanel({ type: 'balance', value: 0.5 }), { type: 'balance', value: 0.5 });
  assert.deepEqual(parseFromPanel({ type: 'threshold', value: 0.25 }), { type: 'threshold', value: 0.25 });
  assert.deepEqual(parseFromPanel({ type: 'open', id: 'x' }), { type: 'open', id: 'x' });
  for (const command of panelCommands) {
    assert.deepEqual(parseFromPanel({ type: 'command', command }), { type: 'command', command });
  }
});

test('other messages from the panel are refused', () => {
  for (const value of [
    undefined,
    null,
    'ready',
    [],
    {},
    { type: 'command', command: 'deleteData' },
    { type: 'command', command: 'workbench.action.terminal.new' },
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

test('complete messages to the panel pass', () => {
  const messages = [
    ...toPanel,
    { type: 'row', row: { ...row, decision: undefined } },
    { type: 'state', state: { ...state, progress: undefined, notices: [] } },
  ];
  for (const message of messages) assert.equal(parseToPanel(message), message, message.type);
});

test('incomplete messages to the panel are refused', () => {
  for (const value of [
    { ...init, strings: undefined },
    { ...init, rows: [{ ...row, id: 1 }] },
    { ...init, rows: [{ ...row, costUsd: Number.NaN }] },
    { ...init, rows: [{ ...row, source: 'elsewhere' }] },
    { ...init, rows: [{ ...row, heldBack: { p: 0.1 } }] },
    { ...init, state: { ...state, showThreshold: 'all' } },
    { ...init, state: { ...state, slider: [{ balance: 0.4 }] } },
    { ...init, state: { ...state, notices: undefined } },
    { type: 'row', row: { ...row, decision: {} } },
    { type: 'totals', totals: { session: totals.session } },
    { type: 'reports', reports: [{}] },
    { type: 'reveal', section: 'elsewhere' },
    { type: 'constructor' },
    { type: 'hasOwnProperty' },
  ]) {
    assert.equal(parseToPanel(value), undefined, JSON.stringify(value));
  }
});
