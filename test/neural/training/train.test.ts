// A training run: it resumes with bit-equal losses, discards bad checkpoints, and stops on divergence and cancellation.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../../src/neural/models/safetensors.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { type Example, TrainingBatches } from '../../../src/neural/training/batches.ts';
import type { TrainingRequest } from '../../../src/neural/training/request.ts';
import { type StepReport, type TrainingHooks, type TrainingStart, train } from '../../../src/neural/training/train.ts';
import { type ValidationLoss, validate } from '../../../src/neural/training/validation.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type GoldenBatch, readGolden } from '../architecture/golden.ts';
import { copyOf, split, stepper, tokenBatch } from './helpers.ts';

const golden = readGolden();
const folder = temporaryFolder();
const examples: Example[] = Array.from({ length: 12 }, (_, i) => ({
  ids: Int32Array.from({ length: 9 + i }, (_, j) => (i * 7 + j * j) % 48),
}));

before(async () => {
  await loadLibrary();
});

function run(name: string, more: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    ...{ base: '', out: join(folder, name), tokenizer: '', examples },
    ...{ batch: golden.batch, length: golden.length, microBatches: 2, seed: 1, separator: 0 },
    ...{ learningRate: 1e-2, epochs: 100_000, maxSteps: 8, checkpointEverySteps: 2, device: 'cpu', threads: 2 },
    ...more,
  };
}

const checkpointOf = (name: string) => join(folder, name, 'checkpoint.safetensors');

function startOf({ config, weights, packed, lora }: typeof golden): TrainingStart {
  return { identity: 'run', config, weights: copyOf(weights), packed: new Map(packed), lora, device: 'cpu' };
}

async function losses(request: TrainingRequest, hooks: TrainingHooks = {}, start = startOf(golden)) {
  const reports: StepReport[] = [];
  const notes: string[] = [];
  const result = await train(request, start, {
    ...hooks,
    onNote: (note) => notes.push(note),
    onStep: (report) => {
      reports.push(report);
      hooks.onStep?.(report);
    },
  });
  return { result, reports, notes, losses: reports.map(({ loss }) => loss) };
}

test('a cancelled run resumes with bit-equal losses and the same weights', async () => {
  const whole = await losses(run('whole'));
  assert.ok(whole.result.ok);
  assert.equal(whole.losses.length, 8);

  const stop = new AbortController();
  const first = await losses(run('parts'), { signal: stop.signal, onStep: ({ step }) => step === 3 && stop.abort() });
  assertFailed(first.result, 'cancelled');
  const second = await losses(run('parts'));
  assert.deepEqual([...first.losses, ...second.losses], whole.losses);
  assert.ok(second.result.ok);
  assert.deepEqual(second.result.value.weights, whole.result.value.weights);
});

test('a killed run repeats only the steps after its last checkpoint', async () => {
  const whole = await losses(run('whole2'));
  const kill = new Error('killed');
  const onStep = ({ step }: StepReport) => {
    if (step === 5) throw kill;
  };
  await assert.rejects(losses(run('killed'), { onStep }), kill);
  writeFileSync(`${checkpointOf('killed')}.1.tmp`, 'half a checkpoint');
  const rest = await losses(run('killed'));
  assert.equal(rest.reports[0]?.step, 5);
  assert.deepEqual(rest.losses, whole.losses.slice(4));
});

for (const microBatches of [1, 2]) {
  test(`a step of ${microBatches} micro-batches is abandoned if onPause returns false`, async () => {
    const batch = tokenBatch(golden.batches[0] as GoldenBatch);
    const batches = microBatches === 1 ? [batch] : split(batch, golden.length);
    const settings = microBatches === 1 ? {} : { batch: 1 };
    const [trainer, other] = [await stepper(golden, settings), await stepper(golden, settings)];
    const before = copyOf((await trainer.state()).tensors);
    assert.equal(await trainer.run(batches, 1e-2, 1, async () => false), undefined);
    assert.deepEqual(await trainer.state(), { step: 0, tensors: before });
    assert.deepEqual(await trainer.run(batches, 1e-2, 1), await other.run(batches, 1e-2, 1));
    assert.deepEqual(await trainer.state(), await other.state());
    await trainer.dispose();
    await other.dispose();
  });
}

test('cancelling between micro-batches abandons the step and changes nothing', async () => {
  const stop = new AbortController();
  let calls = 0;
  const onPause = async () => {
    calls += 1;
    if (calls === 5) stop.abort();
  };
  const first = await losses(run('micro'), { signal: stop.signal, onPause });
  assert.equal(first.reports.length, 2);
  const rest = await losses(run('micro'));
  assert.deepEqual([...first.losses, ...rest.losses], (await losses(run('whole3'))).losses);
});

test('a checkpoint that is truncated, damaged, unreadable, of another run or has NaN is discarded with a note', async () => {
  const whole = await losses(run('good'));
  const good = readFileSync(checkpointOf('good'));
  const noteOn = async (write: (path: string) => void, start = startOf(golden)) => {
    mkdirSync(join(folder, 'bad'), { recursive: true });
    write(checkpointOf('bad'));
    const again = await losses(run('bad'), {}, start);
    assert.deepEqual(again.losses, whole.losses, 'started again');
    rmSync(join(folder, 'bad'), { recursive: true });
    return again.notes.join();
  };
  const noteOnBytes = (bytes: Uint8Array) => noteOn((path) => writeFileSync(path, bytes));
  assert.match(await noteOnBytes(good.subarray(0, good.length - 100)), /training started again\. .*ends before/);
  assert.match(await noteOnBytes(good.subarray(0, 5)), /too short/);
  assert.match(await noteOnBytes(new TextEncoder().encode('{"not": "a checkpoint at all"}')), /header/);
  assert.match(await noteOn((path) => mkdirSync(path)), /cannot be read/);
  const flipped = Uint8Array.from(good);
  flipped[good.length - 3] = (flipped[good.length - 3] as number) ^ 1;
  assert.match(await noteOnBytes(flipped), /damaged/);
  const other = { ...startOf(golden), identity: 'another' };
  assert.match(await noteOn((path) => writeFileSync(path, good), other), /another model, other text, other settings/);
  const { tensors, metadata } = readSafetensors(good);
  const changed = (more: Record<string, string>, names = [...tensors.keys()]) => {
    const kept = new Map([...tensors].filter(([name]) => names.includes(name)));
    return noteOnBytes(Buffer.concat([...writeSafetensors(kept, 'F32', { ...metadata, ...more })]));
  };
  assert.match(await changed({ progress: '{"plan":{}}' }), /no usable step or progress/);
  assert.match(await changed({ step: '-1' }), /no usable step or progress/);
  assert.match(await changed({}, [...tensors.keys()].slice(1)), /damaged/);
  const [name, { data }] = [...tensors][0] as [string, { data: Float32Array }];
  data[1] = Number.NaN;
  assert.match(await changed({}), new RegExp(`'${name}' contains NaN`));
});

/** Tokens that the training examples do not have: training makes the model worse on them. */
const unrelated: Example[] = [{ ids: Int32Array.from({ length: 24 }, (_, i) => 47 - ((i * 5) % 11)) }];

test('a run without validation progress stops early and returns its best parameters', async () => {
  const validation = { examples: unrelated, everySteps: 2, patience: 2 };
  const seen: ValidationLoss[] = [];
  const stopped = run('early', { validation, learningRate: 3e-2, maxSteps: 40 });
  const { result, reports } = await losses(stopped, { onValidated: (each) => seen.push(each) });
  assert.ok(result.ok);
  const { stopped: reason, validation: outcome, steps, weights } = result.value;
  assert.equal(reason, 'no-improvement');
  assert.ok(steps < 40 && reports.length === steps);
  const best = seen.reduce((least, each) => (each.loss < least.loss ? each : least));
  assert.deepEqual(outcome, { first: seen[0], best, all: seen });
  assert.equal(steps, best.step + 4);
  const kept = await stepper(golden, {}, { step: 0, tensors: weights });
  const again = await validate(kept, new TrainingBatches(unrelated, stopped).allBatches(), async () => true);
  await kept.dispose();
  assert.ok(Math.abs((again?.loss as number) - best.loss) < 1e-6, 'the parameters of the best validation');
});

test('a resumed run has the same validation losses and the same best parameters', async () => {
  const validation = { examples: examples.slice(0, 3), everySteps: 3, patience: 99 };
  const whole: ValidationLoss[] = [];
  const expected = await losses(run('v-whole', { validation }), { onValidated: (each) => whole.push(each) });
  const parts: ValidationLoss[] = [];
  const stop = new AbortController();
  await losses(run('v-parts', { validation }), {
    signal: stop.signal,
    onValidated: (each) => parts.push(each),
    onStep: ({ step }) => step === 4 && stop.abort(),
  });
  const rest = await losses(run('v-parts', { validation }), { onValidated: (each) => parts.push(each) });
  assert.deepEqual(parts, whole);
  assert.equal(whole.map(({ step }) => step).join(), '0,3,6,8');
  assert.ok(expected.result.ok && rest.result.ok);
  assert.deepEqual(rest.result.value.validation, expected.result.value.validation);
  assert.deepEqual(rest.result.value.weights, expected.result.value.weights);
});

test('a time budget ends the run early, and the learning rate has decayed by then', async () => {
  const validation = { examples: unrelated, everySteps: 5, patience: 1e9 };
  const within = (budgetSeconds: number) =>
    losses(run(`budget-${budgetSeconds}`, { maxSteps: 100_000, budgetSeconds, validation }));
  let budgetSeconds = 0.4;
  let { result, reports } = await within(budgetSeconds);
  // A slow machine may use up the time before its speed is known. Then a larger budget is tried.
  while (result.ok && result.value.steps < 20) {
    budgetSeconds *= 3;
    ({ result, reports } = await within(budgetSeconds));
  }
  assert.ok(result.ok);
  assert.equal(result.value.stopped, 'out-of-time');
  assert.ok(result.value.steps < 20_000);
  assert.equal(reports[0]?.totalSteps, 100_000);
  assert.ok((reports.at(-1)?.totalSteps as number) < 100_000);
  assert.ok((reports.at(-1)?.learningRate as number) < 5e-3, 'decayed');
});

test('time that the machine sleeps does not count against the budget', async (context) => {
  const { now } = performance;
  let asleep = 0;
  context.mock.method(performance, 'now', () => now.call(performance) + asleep);
  const validation = { examples: examples.slice(0, 3), everySteps: 3, patience: 99 };
  let at = 0;
  const slept = run('asleep', { validation, budgetSeconds: 3000 });
  const { result } = await losses(slept, {
    // The machine sleeps an hour after the fifth step, and earlier an hour in the validation after the third.
    onStep: ({ step }) => {
      at = step;
      if (step === 5) asleep += 3.6e6;
    },
    onPause: async () => {
      if (at === 3 && asleep === 0) asleep += 3.6e6;
    },
  });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(asleep, 7.2e6);
  assert.equal(result.value.steps, 8);
  assert.equal(result.value.stopped, 'finished');
  assert.ok(result.value.seconds < 3000);
});

test('a run that diverges stops and keeps the last good checkpoint', async () => {
  const wild = run('wild', { learningRate: 1e25 });
  const { result, reports } = await losses(wild);
  assertFailed(result, 'diverged');
  assert.ok(reports.length < 8);
});

test('refuses a model that contains NaN before the first step', async () => {
  const weights = copyOf(golden.weights);
  weights.set('model.norm.weight', new Float32Array(32).fill(Number.NaN));
  assertFailed(await train(run('nan'), { ...startOf(golden), weights }), 'corrupt');
});
