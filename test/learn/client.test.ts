// The adaptation worker seen from its owner: a real thread, cancelled, crashed, and finished.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Log } from '../../src/common/log.ts';
import { silentLog } from '../../src/common/log.ts';
import { AdaptClient } from '../../src/learn/client.ts';
import { latestAdaptation } from '../../src/learn/run-with-store.ts';
import type { ApiEstimate } from '../../src/learn/types.ts';
import { makeProject, type Project } from './project.ts';

const script = resolve(import.meta.dirname, '../../src/learn/worker.ts');
let project: Project;
before(() => {
  project = makeProject(4);
});
after(() => project.remove());

const never = () => new AbortController().signal;

test('a run in a worker reports progress and ends in the store', async () => {
  const stages: string[] = [];
  const result = await new AdaptClient(script, undefined).run(project.request, never(), (update) =>
    stages.push(update.stage),
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.ok(stages.includes('Measuring'));
  const latest = latestAdaptation(project.request, silentLog);
  assert.ok(latest.ok);
  assert.deepEqual(latest.value.report, JSON.parse(JSON.stringify(result.value.report)));
});

test('the question about money crosses threads and back', async () => {
  const api = {
    settings: { apiKey: 'k', model: 'claude-haiku-5-5', baseUrl: 'http://127.0.0.1:9', timeoutMs: 500 },
    places: 10,
    budgetUsd: 1,
  };
  const estimates: ApiEstimate[] = [];
  const result = await new AdaptClient(script, undefined).run(
    { ...project.request, api },
    never(),
    undefined,
    async (estimate) => {
      estimates.push(estimate);
      return false;
    },
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(estimates.length, 1);
  assert.match(result.value.report.notes.join(), /declined/);
});

test('cancelled at once, and in the middle', async () => {
  const early = await new AdaptClient(script, undefined).run(project.request, AbortSignal.abort());
  assert.equal(!early.ok && early.error.code, 'cancelled');
  const controller = new AbortController();
  const late = await new AdaptClient(script, undefined).run(project.request, controller.signal, (update) => {
    if (update.stage === 'Indexing') controller.abort();
  });
  assert.equal(!late.ok && late.error.code, 'cancelled');
});

test('a worker that dies is a failure, logged, not an exception', async () => {
  const logged: string[] = [];
  const log: Log = { ...silentLog, error: (message) => logged.push(message) };
  const dying = join(project.root, 'dying.cjs');
  for (const body of [
    'process.exit(3)',
    "throw new Error('boom')",
    "require('worker_threads').parentPort.on('message', () => { throw new Error('boom') })",
  ]) {
    writeFileSync(dying, body);
    const result = await new AdaptClient(dying, undefined, log).run(project.request, never());
    assert.equal(!result.ok && result.error.code, 'crashed', body);
  }
  assert.equal(logged.length, 3);
});
