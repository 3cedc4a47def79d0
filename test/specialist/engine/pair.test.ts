// Training in a process of its own: neither its work nor its failures delay a completion.
import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { AdaptProgress, Requests } from '../../../src/specialist/engine/engine-protocol.ts';
import { EnginePair } from '../../../src/specialist/engine/pair.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { adaptation, drafting, ended, opened, SCRIPT, until, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const base = join(folder, 'base');

before(() => writeModel(base));

async function started(context: TestContext): Promise<EnginePair> {
  const pair = new EnginePair({ script: SCRIPT });
  context.after(() => pair.dispose());
  await opened(pair, base);
  return pair;
}

/** An adaptation, and a promise of its first step. */
function begin(pair: EnginePair, request: Requests['adapt']['request'], onProgress?: (report: AdaptProgress) => void) {
  let underWay = () => {};
  const begun = new Promise<void>((resolve) => {
    underWay = resolve;
  });
  const result = pair.request('adapt', request, {
    onProgress: (report) => {
      if (report.kind === 'step') underWay();
      onProgress?.(report);
    },
  });
  return { begun, result };
}

test('a completion is answered while the training process is suspended', async (context) => {
  const pair = await started(context);
  const { begun, result } = begin(pair, adaptation(base, join(folder, 'stopped'), { epochs: 400 }));
  await begun;
  const pid = pair.trainingPid as number;
  assert.notEqual(pid, pair.pid);
  assert.ok(getPriority(pid) > getPriority(pair.pid as number), 'the training process has a lower priority');
  process.kill(pid, 'SIGSTOP');
  assert.ok((await pair.request('draft', drafting('const a = '))).ok);
  process.kill(pid, 'SIGCONT');
  assert.equal(await Promise.race([result, 'still training']), 'still training');
  assertFailed(await pair.request('adapt', adaptation(base, join(folder, 'second'))), 'bad-request');
  pair.dispose();
  assertFailed(await result, 'cancelled');
  await until(() => ended(pid));
  assert.ok(!(await pair.request('adapt', adaptation(base, join(folder, 'late')))).ok);
  assert.equal(pair.trainingPid, undefined);
});

test('training resumes in a new process after a kill, and the completing process stays the same', async (context) => {
  const pair = await started(context);
  const { pid } = pair;
  let restarts = 0;
  pair.onRestarted(() => restarts++);
  const killed: number[] = [];
  const { result } = begin(pair, adaptation(base, join(folder, 'killed')), (report) => {
    if (report.kind !== 'step' || report.step !== 13 || killed.length > 0) return;
    killed.push(pair.trainingPid as number);
    process.kill(pair.trainingPid as number, 'SIGKILL');
  });
  assert.ok((await result).ok);
  assert.equal(killed.length, 1);
  assert.ok((await pair.request('draft', drafting('x'))).ok);
  assert.equal(pair.pid, pid);
  assert.equal(restarts, 0);
  await until(() => pair.trainingPid === undefined);
});
