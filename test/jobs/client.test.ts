// Jobs in real processes: they finish, crash, or are cancelled or killed, and no process is left.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { latestAdaptation } from '../../src/adapt/models/served.ts';
import type { ApiEstimate } from '../../src/adapt/request/adapt-request.ts';
import { unwrap } from '../../src/common/errors.ts';
import { type Log, silentLog } from '../../src/common/log.ts';
import { JobClient } from '../../src/jobs/job-client.ts';
import type { EngineStart } from '../../src/jobs/job-protocol.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { makeProject, type Project } from '../adapt/project.ts';
import { bytesOfCrafted, craftedGguf } from '../neural/models/import/crafted-models.ts';
import { ended } from '../specialist/engine/helpers.ts';
import { descendants, leftOf, living } from '../support/processes.ts';
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
  const jobs = scripted(`process.on('message', ({ kind, answer }) => {
    if (kind === 'adapt') process.send({ id: 7, kind: 'askPlan', request: ${JSON.stringify(offer)} });
    else if (kind === 'answer')
      process.send({ id: 1, kind: 'answer', answer: { ok: false, error: { code: 'cancelled', message: answer.value.kind } } });
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
  assert.deepEqual(logged, ["The job 'adapt' could not be started"]);
});

test('an adaptation that does not stop in time says that the next one resumes, as one that does', async () => {
  const deaf = scripted(`
    process.on('message', ({ id, kind }) => kind === 'adapt' && process.send({ id, kind: 'progress', progress: { stage: 'Training', done: 0 } }));
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

test('the API key is only in the request, not in the command line or environment', async (t) => {
  process.env.ANTHROPIC_API_KEY = 'sk-of-the-owner';
  t.after(() => {
    delete process.env.ANTHROPIC_API_KEY;
  });
  const jobs = scripted(`
    process.on('message', ({ id, request }) => {
      const seen = JSON.stringify([process.argv, process.execArgv, process.env]);
      const told = request.adapt.api.settings.apiKey;
      process.send({ id, kind: 'answer', answer: { ok: true, value: { seen, told } } });
    });
    process.on('disconnect', () => process.exit());`);
  const api = { settings: { apiKey: 'sk-of-a-test', model: 'm', timeoutMs: 500 }, positions: 10, budgetUsd: 1 };
  const result = await jobs.run({ ...project.request, api }, never());
  assert.ok(result.ok);
  const { seen, told } = result.value as unknown as { seen: string; told: string };
  assert.equal(told, 'sk-of-a-test');
  assert.ok(!seen.includes('sk-of-'), seen);
});

test('a job that does not respond is killed before the client settles', async () => {
  const jobs = scripted(`
    process.on('message', ({ id }) => process.send({ id, kind: 'progress', progress: { stage: String(process.pid), done: 0 } }));
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
  assert.equal(!settled.ok && settled.error.code, 'cancelled');
});

/** A client of runs with an engine whose job is this script. It counts the starts of the job in `starts`. */
function withEngine(body: string) {
  const { jobs, starts } = countedStarts(body);
  const neural = { base: join(project.root, 'base'), threads: 1, device: 'cpu' } as const;
  return { starts, run: () => jobs.run({ ...project.request, neural }, never()) };
}

function countedStarts(body: string) {
  const path = join(project.root, 'restarted.cjs');
  const started = join(project.root, 'starts');
  rmSync(started, { force: true });
  const answer = "process.send({ id, kind: 'answer', answer: { ok: true, value: request.engine } })";
  const prefix = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(${JSON.stringify(started)}, '.');
    const starts = readFileSync(${JSON.stringify(started)}).length;
    process.on('disconnect', () => process.exit());
    process.on('message', ({ id, kind, request }) => {
      if (kind !== 'adapt') return;
      const progress = (stage, done) => process.send({ id, kind: 'progress', progress: { stage, done } });
      const die = (how = 'SIGKILL') => setTimeout(() => process.kill(process.pid, how), 20);
      const answer = () => ${answer};
      if (request.engine.refused) answer();
      else {`;
  writeFileSync(path, `${prefix}${body}}});`);
  const jobs = new JobClient({ script: path, engine: () => ({ memoryCeiling: 1e9 }) });
  return { jobs, starts: () => readFileSync(started, 'utf8').length };
}

for (const [how, body, starts, refused] of [
  ['dies once', 'starts === 1 ? die() : answer();', 2, undefined],
  ['dies, but each time further on', "progress('Training', starts); starts === 6 ? answer() : die();", 6, undefined],
  ['keeps dying at one step', "progress('Training', 7); die();", 4, /keeps ending \(SIGKILL\)\. Run the command again/],
  ['keeps dying at its start', 'die("SIGABRT");', 4, /keeps ending \(SIGABRT/],
] as const)
  test(`a run with an engine whose process ${how} is started again, at last without the engine`, async () => {
    const { starts: started, run } = withEngine(body);
    const result = await run();
    const engine = result.ok ? (result.value as unknown as EngineStart) : assert.fail(JSON.stringify(result));
    assert.equal(started(), starts);
    if (refused) assert.match(engine.refused?.message ?? '', refused);
    else assert.equal(engine.refused, undefined);
  });

test('an aborting GGUF base is given up at once, with its name', async () => {
  const path = join(project.root, 'broken.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const added = unwrap(await addGgufModel({ path, into: join(project.root, 'bases') }, never()));
  const { jobs, starts } = countedStarts('die("SIGABRT");');
  const neural = { base: added.folder, threads: 1, device: 'cpu' } as const;
  const result = await jobs.run({ ...project.request, neural }, never());
  const engine = result.ok ? (result.value as unknown as EngineStart) : assert.fail(JSON.stringify(result));
  assert.match(engine.refused?.message ?? '', /'broken' ended the neural engine: .*SIGABRT/);
  assert.equal(starts(), 2);
});

test('a cancelled run that dies is not started again', async () => {
  const { jobs, starts } = countedStarts("progress('Training', 0);");
  const controller = new AbortController();
  const neural = { base: join(project.root, 'base'), threads: 1, device: 'cpu' } as const;
  const result = await jobs.run({ ...project.request, neural }, controller.signal, () => {
    controller.abort();
    for (const { pid } of descendants(process.pid).filter(({ args }) => args.includes('restarted.cjs')))
      process.kill(pid, 'SIGKILL');
  });
  assertFailed(result, 'cancelled', /^Stopped\. Start the adaptation again/);
  assert.equal(starts(), 1);
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
