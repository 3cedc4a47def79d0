// Batches that are still in progress when a run ends are not paid for twice, whatever the user answers in the next run
// and even if the adaptation is deleted in between.
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { ApiEstimate, Spending } from '../../src/adaptation/types.ts';
import { silentLog } from '../../src/common/log.ts';
import { adaptJob } from '../../src/jobs/adapt.ts';
import { batchesFolder } from '../../src/llm/batch-file.ts';
import { makeProject, type Project } from '../adaptation/project.ts';
import { MessageBatches } from '../fakes/message-batches.ts';

const POSITIONS = 8;
const { fetch } = globalThis;
const server = new MessageBatches();
let project: Project;
before(() => {
  project = makeProject(4);
  globalThis.fetch = server.fetch;
});
after(() => {
  globalThis.fetch = fetch;
  project.remove();
});

/** @param leaves whether the run is cancelled as soon as it waits for a batch */
async function run(answer: Spending, leaves = false) {
  const settings = { apiKey: 'key-of-a-test', model: '', timeoutMs: 60_000 };
  const adapt = { ...project.request, api: { settings, positions: POSITIONS, budgetUsd: 1 } };
  const controller = new AbortController();
  const estimates: ApiEstimate[] = [];
  const result = await adaptJob(
    { adapt, who: 'a test' },
    {
      confirm: async (estimate) => {
        estimates.push(estimate);
        return answer;
      },
      progress: ({ detail }) => {
        if (leaves && detail?.includes('waiting for a batch')) controller.abort();
      },
      signal: controller.signal,
      log: silentLog,
    },
  );
  return { result, estimates };
}

const hasOpenBatch = () => existsSync(batchesFolder(project.request.storeFolder, project.root));

test('a batch in progress is fetched by a later run once it has ended, whatever the user answers', async () => {
  const first = await run('batch', true);
  assert.equal(!first.result.ok && first.result.error.code, 'cancelled');
  const [batch] = server.batches;
  assert.ok(batch && hasOpenBatch());
  const out = batch.ids.length;
  rmSync(project.request.specialistFolder, { recursive: true, force: true });
  batch.left = 99;
  const second = await run(false);
  assert.ok(second.result.ok);
  assert.deepEqual(
    second.estimates.map(({ positions, awaited }) => [positions, awaited]),
    [[POSITIONS - out, out]],
  );
  batch.left = 1;
  const third = await run(true);
  assert.ok(third.result.ok);
  assert.deepEqual(
    third.estimates.map(({ positions, awaited }) => [positions, awaited]),
    [[POSITIONS - out, undefined]],
  );
  assert.deepEqual([server.batches.length, server.asked.length], [1, POSITIONS]);
  const { report } = third.result.value;
  assert.deepEqual([report.api?.asked, report.paid?.answers], [POSITIONS, POSITIONS]);
  assert.ok((report.paid?.usd ?? 0) > 0);
});
