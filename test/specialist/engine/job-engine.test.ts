// The engine in this process, as a job runs it: training, its checkpoints and its memory, beside drafts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { ADAPTER, ADAPTER_CONFIG } from '../../../src/neural/models/manifest.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import type { AdaptProgress } from '../../../src/specialist/engine/engine-protocol.ts';
import { JobEngine } from '../../../src/specialist/engine/job-engine.ts';
import { goldenFolder } from '../../neural/architecture/golden.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { adaptation, drafting, jobEngine, opening, TOKENIZER, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const base = join(folder, 'base');
const engine = jobEngine();

before(() => writeModel(base));

function steps(reports: readonly AdaptProgress[]): number[] {
  return reports.flatMap((report) => (report.kind === 'step' ? [report.step] : []));
}

const atStep = (wanted: number, act: () => void) => (report: AdaptProgress) =>
  void (report.kind === 'step' && report.step === wanted && act());

test('a training closes what is open, and a draft afterwards says so', async () => {
  unwrap(await engine.request('open', opening(base)));
  unwrap(await engine.request('draft', drafting('const a = ')));
  unwrap(await engine.request('adapt', adaptation(base, join(folder, 'beside'), { maxSteps: 2 })));
  assertFailed(await engine.request('draft', drafting('const a = ')), 'bad-request');
  assertFailed(await engine.request('adapt', adaptation(join(folder, 'nowhere'), join(folder, 'o1'))), 'unreadable');
});

test('a cancellation that arrives as a message is heard between two drafts and between two micro-batches', async () => {
  unwrap(await engine.request('open', opening(base)));
  const cancelledSoon = () => {
    const stop = new AbortController();
    // As a message of the parent: it is read only if the event loop turns.
    setImmediate(() => stop.abort());
    return stop.signal;
  };
  let signal = cancelledSoon();
  let drafts = 0;
  while (!signal.aborted && drafts < 100)
    drafts += Number((await engine.request('draft', drafting('x'), { signal })).ok);
  assert.ok(signal.aborted && drafts < 3, `${drafts} drafts`);
  signal = cancelledSoon();
  const reports: AdaptProgress[] = [];
  const options = { signal, onProgress: (report: AdaptProgress) => void reports.push(report) };
  assertFailed(await engine.request('adapt', adaptation(base, join(folder, 'heard')), options), 'cancelled');
  assert.ok(steps(reports).length < 3);
});

test('training stops at the memory ceiling', async () => {
  const small = new JobEngine({ memoryCeiling: 1e6 });
  assertFailed(await small.request('adapt', adaptation(base, join(folder, 'full'))), 'out-of-memory');
});

test('an adaptation reports every step, and its result can be opened', async () => {
  const out = join(folder, 'adapted');
  const reports: AdaptProgress[] = [];
  const result = await engine.request('adapt', adaptation(base, out, { tokenizer: TOKENIZER }), {
    onProgress: (report) => reports.push(report),
  });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(reports[0]?.kind, 'device');
  assert.deepEqual(steps(reports), [...Array(25).keys()].slice(1));
  const losses = reports.flatMap((report) => (report.kind === 'step' ? [report.loss] : []));
  assert.ok((losses.at(-1) as number) < (losses[0] as number));
  assert.ok(!existsSync(join(out, 'checkpoint.safetensors')));
  assert.ok((await engine.request('open', { ...opening(out), base })).ok);
});

test('training saves an adapter that fits only its base', async () => {
  const out = join(folder, 'adapter');
  const done = await engine.request('adapt', adaptation(base, out, { tokenizer: TOKENIZER }));
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

test('a half-written checkpoint is not used', async () => {
  const out = join(folder, 'half');
  const stop = new AbortController();
  const stopping = { signal: stop.signal, onProgress: atStep(7, () => stop.abort()) };
  assertFailed(await engine.request('adapt', adaptation(base, out), stopping), 'cancelled');
  const checkpoint = join(out, 'checkpoint.safetensors');
  writeFileSync(`${checkpoint}.999.tmp`, readFileSync(checkpoint).subarray(0, 1000));
  const reports: AdaptProgress[] = [];
  const second = await engine.request('adapt', adaptation(base, out), { onProgress: (report) => reports.push(report) });
  assert.ok(second.ok);
  assert.ok((steps(reports)[0] as number) > 1, 'resumed');
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  const damaged = readFileSync(join(base, 'model.safetensors')).subarray(0, 5000);
  writeFileSync(join(cut, 'checkpoint.safetensors'), damaged);
  const notes: string[] = [];
  const discarded = await engine.request('adapt', adaptation(base, cut), {
    onProgress: (report) => report.kind === 'note' && notes.push(report.note),
  });
  assert.ok(discarded.ok);
  assert.match(notes.join(), /started again. .*damaged/);
});

test('a finished run is not repeated unless text or base have changed', async () => {
  const out = join(folder, 'twice');
  const first = await engine.request('adapt', adaptation(base, out));
  assert.ok(first.ok, JSON.stringify(first));
  let steps = 0;
  const count = { onProgress: (report: AdaptProgress) => void (report.kind === 'step' && steps++) };
  const second = await engine.request('adapt', adaptation(base, out), count);
  assert.equal(JSON.stringify(second), JSON.stringify(first));
  assert.equal(steps, 0);
  const { examples } = adaptation(base, out);
  const more = [...examples, { ids: Int32Array.of(5, 6, 7) }];
  assert.ok((await engine.request('adapt', adaptation(base, out, { examples: more }), count)).ok);
  assert.equal(steps, 24);
});
