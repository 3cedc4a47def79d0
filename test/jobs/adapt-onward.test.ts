// The job with which an adaptation goes on: in a process of the lowest priority with all that it starts, alone in its folder, in what anybody has adapted.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import type { OnwardRequest } from '../../src/continual/go-on.ts';
import { readWentOn } from '../../src/continual/went-on.ts';
import { goOnJob } from '../../src/jobs/adapt-onward.ts';
import { JobClient } from '../../src/jobs/client.ts';
import { ownFolder } from '../../src/learn/folder-models.ts';
import { askForRunLock, lockOnward, lockRun } from '../../src/store/lock.ts';
import { openStore } from '../../src/store/open.ts';
import { SCRIPT, writeModel } from '../engine/helpers.ts';
import { adaptIn } from '../learn/adapted-folder.ts';
import { makeProject, type Project } from '../learn/project.ts';
import { descendants } from '../support/processes.ts';

const script = resolve(import.meta.dirname, '../../src/jobs/main.ts');
const engine = { script: SCRIPT };
let project: Project;
let onward: OnwardRequest;
let base: string;

before(() => {
  project = makeProject(4);
  base = join(dirname(project.root), 'base');
  writeModel(base);
  const { effort: _, balance: __, ...of } = project.request;
  const neural = { base, precision: 'int4', threads: 1, device: 'cpu', trainingThreads: 1, maxSteps: 4 } as const;
  onward = { ...of, neural };
});
after(() => project.remove());

const deps = { signal: new AbortController().signal, log: silentLog, progress: () => {} };

test('where nobody has adapted there is nothing to go on with; where another runs it is locked', async () => {
  const none = await goOnJob({ onward, who: 'the test', engine }, deps);
  assert.equal(!none.ok && none.error.code, 'nothing-to-learn');
  const lock = lockRun(onward.storeFolder, onward.root, 'another');
  assert.ok(lock.ok);
  const locked = await goOnJob({ onward, who: 'the test', engine }, deps);
  assert.equal(!locked.ok && locked.error.code, 'locked');
  lock.value.release();
  const another = lockOnward(onward.storeFolder, 'another window');
  assert.ok(another.ok);
  const waits = await goOnJob({ onward, who: 'the test', engine }, deps);
  assert.equal(!waits.ok && waits.error.code, 'locked');
  another.value.release();
  const free = lockRun(onward.storeFolder, onward.root, 'another');
  assert.ok(free.ok);
  free.value.release();
});

test('in its process it gives way to everything, and records no adaptation', async () => {
  adaptIn(onward, base);
  const client = new JobClient({ script, engine: () => engine });
  const running = client.goOn(onward, deps.signal);
  let over = false;
  void running.finally(() => {
    over = true;
  });
  const priorities = new Set<number>();
  while (!over) {
    for (const { pid } of descendants(process.pid)) {
      try {
        priorities.add(getPriority(pid));
      } catch {
        // It has ended.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const result = await running;
  assert.ok(result.ok, JSON.stringify(result));
  assert.ok(priorities.has(constants.priority.PRIORITY_LOW), [...priorities].join());
  const { secrets: _, snapshotPath: __, ...went } = result.value;
  assert.deepEqual(readWentOn(onward.specialistFolder), went);
  const { store } = openStore(onward.storeFolder, { log: silentLog });
  assert.equal(store.rowsOf(onward.root).adaptations.length, 1);
  store.close();
});

test('who asks for the folder gets it: it ends as if it had been cancelled, and what was in use is', async () => {
  rmSync(onward.specialistFolder, { recursive: true });
  adaptIn(onward, base);
  const own = ownFolder(onward.specialistFolder);
  const asking = Promise.withResolvers<Awaited<ReturnType<typeof askForRunLock>>>();
  let asked = false;
  const progress = () => {
    if (!asked) asking.resolve(askForRunLock(onward.storeFolder, onward.root, 'npm start'));
    asked = true;
  };
  const ended = await goOnJob(
    { onward: { ...onward, neural: { ...onward.neural, maxSteps: 60 } }, who: 'a window', engine },
    { ...deps, progress },
  );
  assert.equal(!ended.ok && ended.error.code, 'cancelled', JSON.stringify(ended));
  const taken = await asking.promise;
  assert.ok(taken.ok, JSON.stringify(taken));
  taken.value.release();
  assert.equal(ownFolder(onward.specialistFolder), own);
  assert.equal(readWentOn(onward.specialistFolder), undefined);
});
