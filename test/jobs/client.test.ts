// Jobs in real processes: they finish, crash, or are cancelled or killed, and no process is left.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { latestAdaptation } from '../../src/adapt/models/served.ts';
import type { ApiEstimate } from '../../src/adapt/request/adapt-request.ts';
import { type Log, silentLog } from '../../src/common/log.ts';
import { JobClient } from '../../src/jobs/job-client.ts';
import { makeProject, type Project } from '../adapt/project.ts';
import { ended } from '../specialist/engine/helpers.ts';
import { leftOf, living } from '../support/processes.ts';
import { assertFailed } from '../support/results.ts';

const script = resolve(import.meta.dirname, '../../src/jobs/main.ts');
let project: Project;
before(() => {
  project = makeProject(4);
});
after(() => project.remove());

const client = () => new JobClient({ script });
const never = () => new AbortController().signal;

/** A client whose jobs are this script. */
function scripted(body: string, log: Log = silentLog): JobClient {
  const path = join(project.root, 'job.cjs');
  writeFileSync(path, body);
  return new JobClient({ script: path, log });
}

/** A log that keeps its errors. */
function keptErrors() {
  const logged: string[] = [];
  return { logged, log: { ...silentLog, error: (message: string) => void logged.push(message) } };
}

test('a run in a job reports progress and ends in the store', async () => {
  const stages: string[] = [];
  const result = await client().run(project.request, never(), (update) => stages.push(update.stage));
  assert.ok(result.ok, JSON.stringify(result));
  assert.ok(stages.includes('Measuring'));
  const latest = latestAdaptation(project.request, silentLog);
  assert.ok(latest.ok);
  assert.deepEqual(latest.value.report, JSON.parse(JSON.stringify(result.value.report)));
});

test('the price question reaches the parent and its answer returns', async () => {
  const api = {
    settings: { apiKey: 'k', model: 'claude-haiku-5-5', baseUrl: 'http://127.0.0.1:9', timeoutMs: 500 },
    positions: 10,
    budgetUsd: 1,
  };
  const estimates: ApiEstimate[] = [];
  const result = await client().run({ ...project.request, api }, never(), undefined, {
    askPlan: async ({ api: price }) => {
      if (price) estimates.push(price);
      return { kind: 'start', api: false };
    },
  });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(estimates.length, 1);
  assert.match(result.value.report.notes.join(), /declined/);
});

test('the plan reaches the parent, and its answer ends the run', async () => {
  const choice = { trains: true, minutes: 10 };
  const offer = { choice, words: 'About 10 minutes.', choices: [{ ...choice, words: 'About 10 minutes.' }] };
  const jobs = scripted(`process.on('message', (message) => {
    if (message.kind === 'job') process.send({ kind: 'ask-plan', offer: ${JSON.stringify(offer)} });
    else if (message.kind === 'plan-answered')
      process.send({ kind: 'done', result: { ok: false, error: { code: 'cancelled', message: message.answer.kind } } });
  });`);
  const asked: unknown[] = [];
  const run = (questions: Parameters<JobClient['run']>[3]) => jobs.run(project.request, never(), undefined, questions);
  const result = await run({
    askPlan: async (offer_) => {
      asked.push(offer_);
      return { kind: 'stop' };
    },
  });
  assert.deepEqual([!result.ok && result.error.message, asked], ['stop', [offer]]);
  const unasked = await run({});
  assert.equal(!unasked.ok && unasked.error.message, 'start');
});

test('a job can be cancelled before its start and while it runs', async () => {
  const early = await client().run(project.request, AbortSignal.abort());
  assert.equal(!early.ok && early.error.code, 'cancelled');
  const controller = new AbortController();
  const late = await client().run(project.request, controller.signal, (update) => {
    if (update.stage === 'Finding files') controller.abort();
  });
  assert.equal(!late.ok && late.error.code, 'cancelled');
});

test('a process that cannot be created is a logged failure, not an exception', async () => {
  const { logged, log } = keptErrors();
  // A path that Node refuses.
  const result = await new JobClient({ script: 'job\0.cjs', log }).run(project.request, never());
  assert.equal(!result.ok && result.error.code, 'crashed');
  assert.deepEqual(logged, ['A run in the background could not be started']);
});

test('an adaptation that does not stop in time says that the next one resumes, as one that does', async () => {
  const deaf = scripted(`
    process.on('message', ({ kind }) => kind === 'job' && process.send({ kind: 'progress', update: { stage: 'Training' } }));
    process.on('disconnect', () => process.exit());`);
  const controller = new AbortController();
  const stopped = await deaf.run(project.request, controller.signal, () => controller.abort());
  assertFailed(stopped, 'cancelled', /^Stopped\. Start the adaptation again at any time: it resumes there\.$/);
});

test('a crashed process is a logged failure, not an exception', async () => {
  const { logged, log } = keptErrors();
  for (const body of [
    'process.exit(3)',
    "throw new Error('boom')",
    "process.on('message', () => { throw new Error('boom') })",
    // Ends like a crash of a native library, or like a process that the system kills for memory.
    'process.abort()',
    "process.kill(process.pid, 'SIGKILL')",
  ]) {
    const result = await scripted(body, log).run(project.request, never());
    assert.equal(!result.ok && result.error.code, 'crashed', body);
  }
  assert.equal(logged.length, 5);
  assert.match(logged.join(), /boom/);
  assert.match(logged.join(), /SIGABRT/);
});

test('the API key is only in the request, not in the command line or environment', async () => {
  process.env.ANTHROPIC_API_KEY = 'sk-of-the-owner';
  try {
    const jobs = scripted(`
      process.on('message', ({ request }) => {
        const seen = JSON.stringify([process.argv, process.execArgv, process.env]);
        const told = request.adapt.api.settings.apiKey;
        process.send({ kind: 'done', result: { ok: true, value: { seen, told } } });
      });
      process.on('disconnect', () => process.exit());`);
    const api = { settings: { apiKey: 'sk-of-a-test', model: 'm', timeoutMs: 500 }, positions: 10, budgetUsd: 1 };
    const result = await jobs.run({ ...project.request, api }, never());
    assert.ok(result.ok);
    const { seen, told } = result.value as unknown as { seen: string; told: string };
    assert.equal(told, 'sk-of-a-test');
    assert.ok(!seen.includes('sk-of-'), seen);
  } finally {
    delete process.env.ANTHROPIC_API_KEY;
  }
});

test('a job that does not respond is killed before the client settles', async () => {
  const jobs = scripted(`
    process.on('message', () => process.send({ kind: 'progress', update: { stage: String(process.pid), done: 0 } }));
    setInterval(() => {}, 1000);`);
  let pid = 0;
  const begun = Promise.withResolvers<void>();
  const result = jobs.run(project.request, never(), ({ stage }) => {
    pid = Number(stage);
    begun.resolve();
  });
  await begun.promise;
  await jobs.end(50);
  assert.ok(ended(pid));
  const settled = await result;
  assert.equal(!settled.ok && settled.error.code, 'crashed');
});

test('a job and its child processes end with their parent, however it ends', async () => {
  const owner = join(project.root, 'owner.mjs');
  const neural = { base: join(project.root, 'nowhere'), threads: 1, device: 'cpu' };
  writeFileSync(
    owner,
    `import { JobClient } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/jobs/job-client.ts'))};
    const jobs = new JobClient({ script: ${JSON.stringify(script)} });
    const request = ${JSON.stringify({ ...project.request, neural })};
    void jobs.run(request, new AbortController().signal, ({ stage }) => process.stdout.write(stage + '\\n'));`,
  );
  const child = spawn(process.execPath, [owner], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  assert.ok(living(child.pid as number).some(({ args }) => args.includes('jobs/main.ts')));
  child.kill('SIGKILL');
  assert.deepEqual(await leftOf(child.pid as number), []);
});
