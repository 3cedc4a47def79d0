// The engine process and its client: answers, order, cancellation, death in every state, and no orphan.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { variables } from '../../../src/common/tuning.ts';
import { ADAPTER, ADAPTER_CONFIG } from '../../../src/neural/models/manifest.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { trainingStatusOf } from '../../../src/neural/training/checkpoint.ts';
import type { EngineClient } from '../../../src/specialist/engine/engine-client.ts';
import type { AdaptProgress } from '../../../src/specialist/engine/engine-protocol.ts';
import { goldenFolder } from '../../neural/architecture/golden.ts';
import { OVERFLOWS_STACK } from '../../support/overflowing.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { adaptation, drafting, ended, engine, opened, opening, SCRIPT, until, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const base = join(folder, 'base');

before(() => writeModel(base));

async function started(context: TestContext): Promise<EngineClient> {
  const client = engine();
  context.after(() => client.dispose());
  await opened(client, base);
  return client;
}

let scripts = 0;
/** A client of a process that does this with each message. */
function scripted(context: TestContext, onMessage: string): EngineClient {
  const script = join(folder, `script-${++scripts}.mjs`);
  writeFileSync(script, `process.on('message', ({ id, kind }) => { ${onMessage} });`);
  const client = engine({ script });
  context.after(() => client.dispose());
  return client;
}

function steps(reports: readonly AdaptProgress[]): number[] {
  return reports.flatMap((report) => (report.kind === 'step' ? [report.step] : []));
}

const atStep = (wanted: number, act: () => void) => (report: AdaptProgress) =>
  void (report.kind === 'step' && report.step === wanted && act());

test('answers several drafts at once and reports its status', async (context) => {
  const client = await started(context);
  const asked = ['const a = ', 'let', 'const a = '].map((prefix) => client.request('draft', drafting(prefix)));
  const drafts = (await Promise.all(asked)).map(unwrap);
  assert.ok(drafts.every(({ model, tokens }) => model === 'base + n-gram' && tokens.length <= 8));
  assert.equal(drafts[2]?.text, drafts[0]?.text);
  const { pid, memory } = unwrap(await client.request('status', {}));
  assert.equal(pid, client.pid);
  assert.ok(memory > 1e7);
});

test('invalid requests fail, and the process continues', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assertFailed(await client.request('draft', drafting('x')), 'bad-request');
  assertFailed(await client.request('open', opening(join(folder, 'nowhere'))), 'unreadable');
  assertFailed(await client.request('adapt', adaptation(join(folder, 'nowhere'), join(folder, 'o1'))), 'unreadable');
  assert.ok((await client.request('open', opening(base))).ok);
  assertFailed(await client.request('draft', { ...drafting('x'), key: 'another' }), 'bad-request');
  assert.ok((await client.request('draft', drafting('x'))).ok);
});

test('a document that breaks the parser is drafted without it, in the same process', async (context) => {
  // A slow machine would end the parse before it breaks anything.
  const client = engine({ env: { [variables.patienceMs]: '60000' } });
  context.after(() => client.dispose());
  await opened(client, base);
  const draft = async (path: string, languageId: string, prefix: string) => {
    const { query, options, ...request } = drafting(prefix);
    const asked = { ...request, query: { ...query, path, languageId }, options: { ...options, multiline: true } };
    return unwrap(await client.request('draft', asked));
  };
  await draft('whole.ts', 'typescript', 'const a = ');
  const { pid } = client;
  for (let request = 0; request < 3; request++) await draft('broken.py', 'python', OVERFLOWS_STACK);
  assert.match((await draft('broken.py', 'python', 'y = ')).unparsed ?? '', /memory access|stack/);
  assert.equal((await draft('whole.ts', 'typescript', 'const a = ')).unparsed, undefined);
  assert.equal(client.pid, pid);
});

test('a process that cannot be created is an error, and the next request tries again', async () => {
  // A path that Node refuses.
  const client = engine({ script: 'engine\0.mjs' });
  for (let request = 0; request < 2; request++) {
    assertFailed(await client.request('status', {}), 'crashed');
  }
  client.dispose();
});

test('an engine that is told to end lets training write its checkpoint first', async (context) => {
  const client = await started(context);
  const out = join(folder, 'told');
  const request = adaptation(base, out, { maxSteps: 200, epochs: 200 });
  const onProgress = atStep(8, () => process.kill(client.pid as number, 'SIGTERM'));
  assertFailed(await client.request('adapt', request, { onProgress }), 'cancelled');
  const stand = trainingStatusOf(out);
  assert.ok(stand?.kind === 'training' && stand.step >= 8 && stand.totalSteps === 200, JSON.stringify(stand));
});

test('an adaptation reports every step, and its result can be opened', async (context) => {
  const client = await started(context);
  const out = join(folder, 'adapted');
  const reports: AdaptProgress[] = [];
  const result = await client.request('adapt', adaptation(base, out), {
    onProgress: (report) => reports.push(report),
  });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(reports[0]?.kind, 'device');
  assert.deepEqual(steps(reports), [...Array(25).keys()].slice(1));
  const losses = reports.flatMap((report) => (report.kind === 'step' ? [report.loss] : []));
  assert.ok((losses.at(-1) as number) < (losses[0] as number));
  assert.ok(!existsSync(join(out, 'checkpoint.safetensors')));
  assert.ok((await client.request('open', { ...opening(out), base })).ok);
});

test('after a kill during a step and a draft, the run resumes from its checkpoint and the draft is answered', async (context) => {
  const client = await started(context);
  const whole = join(folder, 'whole');
  const killed = join(folder, 'killed');
  const expected = await client.request('adapt', adaptation(base, whole));
  assert.ok(expected.ok);
  const reports: AdaptProgress[] = [];
  let kills = 0;
  let decoded: ReturnType<EngineClient['request']> | undefined;
  const result = await client.request('adapt', adaptation(base, killed), {
    onProgress: (report) => {
      reports.push(report);
      if (report.kind !== 'step' || kills > 0 || report.step !== 13) return;
      kills++;
      decoded = client.request('draft', drafting('const b = ', 40));
      process.kill(client.pid as number, 'SIGKILL');
    },
  });
  assert.ok(result.ok, JSON.stringify(result));
  const done = steps(reports);
  const restart = done.findIndex((step, i) => i > 0 && step <= (done[i - 1] as number));
  assert.equal(done[restart], 11, 'goes on after the checkpoint of step 10');
  assert.equal(done.at(-1), 24);
  assert.deepEqual(readFileSync(join(killed, ADAPTER)), readFileSync(join(whole, ADAPTER)));
  assert.ok((await decoded)?.ok, 'its owner had opened it again by then');
});

test('the restart listener is called before any request is repeated, also after a death while idle', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assert.ok((await client.request('open', opening(base))).ok);
  const order: string[] = [];
  const told = client.onRestarted(() => {
    order.push('restarted');
    void client.request('open', opening(base)).then(() => order.push('first'));
  });
  const cut = client.request('draft', drafting('const b = ', 100));
  // At once: at the first sign of progress the answer may already be on its way.
  process.kill(client.pid as number, 'SIGKILL');
  assert.ok((await cut).ok);
  assert.deepEqual(order, ['restarted', 'first']);
  const pid = client.pid as number;
  process.kill(pid, 'SIGKILL');
  await until(() => client.pid === undefined);
  assert.ok((await client.request('draft', drafting('x'))).ok, 'the specialist was opened again');
  assert.deepEqual(order, ['restarted', 'first', 'restarted', 'first']);
  told.dispose();
  process.kill(client.pid as number, 'SIGKILL');
  await until(() => client.pid === undefined);
  assert.ok((await client.request('status', {})).ok);
  assert.equal(order.length, 4);
});

test('a request that an owner repeats at every restart fails if it kills the process', async (context) => {
  const client = scripted(context, "if (kind === 'status') process.exit(4);");
  let restarts = 0;
  client.onRestarted(() => {
    restarts++;
    void client.request('status', {});
  });
  assertFailed(await client.request('status', {}), 'crashed');
  assert.equal(restarts, 2);
  await until(() => client.pid === undefined);
});

test('a draft that kills the process fails although each process first reports its estimate', async (context) => {
  const told = "process.send({ id, kind: 'progress', progress: { promptTokens: 1 } }, () => process.exit(4))";
  const client = scripted(context, `if (kind === 'draft') ${told};`);
  let times = 0;
  assertFailed(await client.request('draft', drafting('x'), { onProgress: () => times++ }), 'crashed');
  assert.equal(times, 3);
});

for (const [name, kind, progress] of [
  ['a training', 'adapt', [{ kind: 'device' }, { kind: 'validated', step: 0 }, { kind: 'step', step: 1 }]],
  ['a fit', 'fit', [{ done: 1, total: 9 }]],
  ['a reading of states', 'states', [{ index: 0 }]],
] as const) {
  test(`${name} that always dies at the same step fails, although each new process reports progress`, async (context) => {
    const told = `for (const progress of ${JSON.stringify(progress)}) process.send({ id, kind: 'progress', progress })`;
    const client = scripted(context, `${told}; process.send({ id: -1 }, () => process.exit(4));`);
    let times = 0;
    assertFailed(await client.request(kind, {} as never, { onProgress: () => times++ }), 'crashed');
    assert.equal(times, 3 * progress.length);
  });
}

test('repeated kills, also during a checkpoint, give the same model', async (context) => {
  const client = await started(context);
  const whole = join(folder, 'whole-2');
  const often = join(folder, 'often');
  // Every step writes a checkpoint, so that most kills meet one.
  const more = { checkpointEverySteps: 1, maxSteps: 40 };
  assert.ok((await client.request('adapt', adaptation(base, whole, more))).ok);
  let kills = 0;
  let killed: number | undefined;
  const reports: AdaptProgress[] = [];
  const result = await client.request('adapt', adaptation(base, often, more), {
    onProgress: (report) => {
      reports.push(report);
      // Kills four times, a few milliseconds after a reported step, while its checkpoint is being written.
      if (report.kind !== 'step' || report.step < (kills + 1) * 7 || kills === 4) return;
      const { pid } = client;
      // On a slow machine several steps of a dead process may arrive late.
      if (pid === killed) return;
      killed = pid;
      setTimeout(() => process.kill(pid as number, 'SIGKILL'), kills);
      kills++;
    },
  });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(kills, 4);
  assert.equal(reports.filter(({ kind }) => kind === 'device').length, 5);
  assert.deepEqual(readFileSync(join(often, ADAPTER)), readFileSync(join(whole, ADAPTER)));
  assert.deepEqual(readdirSync(often).sort(), [ADAPTER_CONFIG, ADAPTER, 'manifest.json', 'training.json']);
});

test('training saves an adapter that fits only its base', async (context) => {
  const client = await started(context);
  const out = join(folder, 'adapter');
  const done = await client.request('adapt', adaptation(base, out));
  assert.ok(done.ok, JSON.stringify(done));
  assert.deepEqual(readdirSync(out).sort(), [ADAPTER_CONFIG, ADAPTER, 'manifest.json', 'training.json']);
  const loaded = loadModel(out, { base });
  assert.equal(loaded.adapter?.lora.rank, 16);
  assert.ok(loaded.packed.size > 0);
  assert.equal(done.value.steps, 24);
  assert.equal(done.value.validation, undefined);
  assert.throws(() => loadModel(out, { base: goldenFolder('packed') }), { code: 'mismatched' });
  assert.throws(() => loadModel(out), { code: 'mismatched' });
});

test('a half-written checkpoint is not used', async (context) => {
  const client = await started(context);
  const out = join(folder, 'half');
  const stop = new AbortController();
  const stopping = { signal: stop.signal, onProgress: atStep(7, () => stop.abort()) };
  assertFailed(await client.request('adapt', adaptation(base, out), stopping), 'cancelled');
  const checkpoint = join(out, 'checkpoint.safetensors');
  writeFileSync(`${checkpoint}.999.tmp`, readFileSync(checkpoint).subarray(0, 1000));
  const reports: AdaptProgress[] = [];
  const second = await client.request('adapt', adaptation(base, out), { onProgress: (report) => reports.push(report) });
  assert.ok(second.ok);
  assert.ok((steps(reports)[0] as number) > 1, 'resumed');
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  const damaged = readFileSync(join(base, 'model.safetensors')).subarray(0, 5000);
  writeFileSync(join(cut, 'checkpoint.safetensors'), damaged);
  const notes: string[] = [];
  const discarded = await client.request('adapt', adaptation(base, cut), {
    onProgress: (report) => report.kind === 'note' && notes.push(report.note),
  });
  assert.ok(discarded.ok);
  assert.match(notes.join(), /started again. .*damaged/);
});

test('a finished run is not repeated unless text or base have changed', async (context) => {
  const client = await started(context);
  const out = join(folder, 'twice');
  const first = await client.request('adapt', adaptation(base, out));
  assert.ok(first.ok, JSON.stringify(first));
  let steps = 0;
  const count = { onProgress: (report: AdaptProgress) => void (report.kind === 'step' && steps++) };
  const second = await client.request('adapt', adaptation(base, out), count);
  assert.equal(JSON.stringify(second), JSON.stringify(first));
  assert.equal(steps, 0);
  const { examples } = adaptation(base, out);
  const more = [...examples, { ids: Int32Array.of(5, 6, 7) }];
  assert.ok((await client.request('adapt', adaptation(base, out, { examples: more }), count)).ok);
  assert.equal(steps, 24);
});

test('a draft is cancelled silently and the next one is answered', async (context) => {
  const client = await started(context);
  const stop = new AbortController();
  const stopping = { signal: stop.signal, onProgress: () => stop.abort() };
  assertFailed(await client.request('draft', drafting('const a = ', 200), stopping), 'cancelled');
  assert.ok((await client.request('draft', drafting('let b'))).ok);
});

test('training stops at the memory ceiling, and drafts still work with a small ceiling', async (context) => {
  const client = engine({ memoryCeiling: 1e6 });
  context.after(() => client.dispose());
  await opened(client, base);
  assertFailed(await client.request('adapt', adaptation(base, join(folder, 'full'))), 'out-of-memory');
  assert.ok((await client.request('draft', drafting('x'))).ok);
});

test('a process that keeps dying is not restarted', async (context) => {
  const script = join(folder, 'dying.mjs');
  writeFileSync(script, 'console.error("no such driver"); process.exit(3);');
  const client = engine({ script });
  context.after(() => client.dispose());
  assertFailed(await client.request('status', {}), 'crashed', /code 3/);
});

test('no orphan: the process ends when its owner is killed', async () => {
  const owner = join(folder, 'owner.ts');
  const client = join(import.meta.dirname, '../../../src/specialist/engine/engine-client.ts');
  writeFileSync(
    owner,
    `import { EngineClient } from ${JSON.stringify(client)};
     const client = new EngineClient({ script: ${JSON.stringify(SCRIPT)} });
     await client.request('status', {});
     console.log(client.pid);
     setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', owner], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data) => resolve(Number(data))));
  assert.ok(!ended(pid));
  parent.kill('SIGKILL');
  await until(() => ended(pid));
});

test('no process is started for a close request', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assert.ok((await client.request('close', { key: 'folder' })).ok);
  assert.equal(client.pid, undefined);
});

test('a disposed engine ends its process and answers no more requests', async () => {
  const client = engine();
  assert.ok((await client.request('status', {})).ok);
  const pid = client.pid as number;
  client.dispose();
  await until(() => ended(pid));
  assertFailed(await client.request('status', {}), 'crashed');
});
