// The session's rows and totals, and how the service's events become them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/common/clock.ts';
import { silentLog } from '../../../src/common/log.ts';
import type { Decision } from '../../../src/routing/decision.ts';
import type { CompletionRequest } from '../../../src/suggest/suggestion.ts';
import { Problems } from '../../../src/vscode/api/problems.ts';
import { Activity } from '../../../src/vscode/completion/activity.ts';
import { Recorder } from '../../../src/vscode/completion/recorder.ts';
import type { PanelRow } from '../../../src/vscode/webview/protocol.ts';
import { suggestionOf } from '../../suggest/harness.ts';

function row(id: string, changes: Partial<PanelRow> = {}): PanelRow {
  return {
    id,
    at: 0,
    path: 'a.ts',
    line: 1,
    before: '',
    text: 'x',
    source: 'specialist',
    model: 'n-gram',
    cached: false,
    latencyMs: 4,
    costUsd: 0,
    savedUsd: 0.001,
    outcome: 'pending',
    ...changes,
  };
}

const decision: Decision = {
  kind: 'hold',
  pSpecialist: 0.8,
  pApi: 0.7,
  pApiIsPrior: true,
  gain: -0.1,
  price: 0.2,
  reason: 'the large model is slow',
};

const request: CompletionRequest = {
  query: { path: 'src/a.ts', languageId: 'typescript', prefix: 'one\ntwo\n  const ', suffix: '' },
  trigger: 'automatic',
  indentUnit: '  ',
};

const suggestion = suggestionOf([{ text: 'token = "hush";', p: 0.8 }], { id: 'c1', savedUsd: 0.002 });

function recorder() {
  const activity = new Activity();
  const problems = new Problems(
    () => {},
    () => {},
  );
  const made = new Recorder({ activity, problems, clock: systemClock, log: silentLog });
  const folder = { label: '', documentAt: (path: string) => `file:///shop/${path}` };
  return { activity, problems, made, folder };
}

test('totals count answers, latencies, accepted characters and costs; a cached answer has no latency', () => {
  const activity = new Activity();
  activity.add(row('1', { latencyMs: 2 }), 'd');
  activity.add(row('2', { latencyMs: 8 }), 'd');
  activity.add(row('3', { latencyMs: 900, source: 'api', costUsd: 0.01, savedUsd: 0 }), 'd');
  activity.add(row('4', { cached: true, latencyMs: 0 }), 'd');
  activity.add(row('5', { source: 'none', savedUsd: 0 }), 'd');
  activity.add(row('6', { source: 'edit', costUsd: 0.002 }), 'd');
  // When it was paid.
  activity.addSpending(0.002);
  activity.setOutcome('1', 'partly-accepted', 3);
  activity.setOutcome('1', 'accepted', 8);
  activity.setOutcome('2', 'typed', 0);
  activity.setOutcome('3', 'typed', 0);
  activity.setOutcome('3', 'accepted', 4);
  assert.deepEqual(
    { ...activity.totals(), spentUsd: 0, savedUsd: 0 },
    {
      completions: 4,
      local: 3,
      api: 1,
      accepted: 2,
      typed: 1,
      edits: 1,
      applied: 0,
      characters: 12,
      spentUsd: 0,
      savedUsd: 0,
      localP50Ms: 2,
      apiP50Ms: 900,
    },
  );
  assert.ok(Math.abs(activity.totals().spentUsd - 0.012) < 1e-12);
  assert.ok(Math.abs(activity.totals().savedUsd - 0.003) < 1e-12);
  assert.equal(activity.last?.id, '4');
});

test('a next edit counts as offered, and once it is applied with its characters, and not as a completion', () => {
  const activity = new Activity();
  for (const id of ['1', '2', '2']) activity.add(row(id, { source: 'edit', text: 'renamed' }), 'd');
  activity.setOutcome('2', 'accepted', 7);
  const { completions, accepted, edits, applied, characters } = activity.totals();
  const expected = { completions: 0, accepted: 0, edits: 2, applied: 1, characters: 7 };
  assert.deepEqual({ completions, accepted, edits, applied, characters }, expected);
  assert.equal(activity.last, undefined);
});

test('rows are newest first and at most 200', () => {
  const activity = new Activity();
  for (let index = 0; index < 250; index++) activity.add(row(`${index}`), 'd');
  assert.equal(activity.rows.length, 200);
  assert.equal(activity.rows[0]?.id, '249');
  assert.equal(activity.get('10'), undefined);
  assert.equal(activity.documentOf('10'), undefined);
  assert.equal(activity.totals().completions, 250);
});

test('an answer is listed, and updated by its outcome', () => {
  const { made, activity, folder } = recorder();
  made.on({ kind: 'answered', request, suggestion }, folder);
  assert.equal(activity.rows[0]?.line, 3);
  assert.equal(activity.rows[0]?.before, '  const ');
  assert.equal(activity.documentOf('c1'), 'file:///shop/src/a.ts');
  made.on({ kind: 'outcome', id: 'c1', outcome: 'accepted', acceptedLength: 15 }, folder);
  assert.equal(activity.rows[0]?.outcome, 'accepted');
});

test('a row has the line number of the document, not of the query', () => {
  const { made, activity, folder } = recorder();
  made.on({ kind: 'answered', request: { ...request, line: 1999 }, suggestion }, folder);
  assert.equal(activity.rows[0]?.line, 2000);
});

test('an empty answer is listed only for a manual request', () => {
  const { made, activity, folder } = recorder();
  made.on({ kind: 'nothing', request, decision }, folder);
  assert.equal(activity.rows.length, 0);
  made.on({ kind: 'nothing', request: { ...request, trigger: 'manual' }, decision }, folder);
  assert.equal(activity.rows[0]?.source, 'none');
  assert.equal(activity.rows[0]?.summary, 'Nothing to suggest here; the large model is slow.');
  assert.equal(activity.totals().completions, 0);
});

test('a failure sets the status, a recovery clears it, and the cost of an unshown answer counts', () => {
  const { made, activity, problems, folder } = recorder();
  made.on({ kind: 'api-failed', code: 'timeout', message: 'late' }, folder);
  assert.equal(problems.current?.message, 'late');
  made.on({ kind: 'api-recovered' }, folder);
  assert.equal(problems.current, undefined);
  made.on({ kind: 'paid-unshown', costUsd: 0.5 }, folder);
  assert.equal(activity.totals().spentUsd, 0.5);
});
