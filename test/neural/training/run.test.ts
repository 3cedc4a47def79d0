// A training run: it resumes with bit-equal losses, refuses bad checkpoints, and stops on divergence and cancellation.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../../src/neural/models/safetensors.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';
import type { Example } from '../../../src/neural/training/batches.ts';
import { train } from '../../../src/neural/training/loop.ts';
import type { RunHooks, RunOptions, StepReport, ValidationLoss } from '../../../src/neural/training/run.ts';
import { firstPlan, fitPlanToTime, learningRateAt } from '../../../src/neural/training/schedule.ts';
import { type GoldenBatch, readGolden } from '../architecture/golden.ts';
import { options, split, stepper, tokenBatch } from './helpers.ts';

const golden = readGolden('llama');
const folder = mkdtempSync(join(tmpdir(), 'run-'));
const examples: Example[] = Array.from({ length: 12 }, (_, i) => ({
  ids: Int32Array.from({ length: 9 + i }, (_, j) => (i * 7 + j * j) % 48),
}));

before(async () => {
  await loadLibrary();
});
after(() => rmSync(folder, { recursive: true }));

function run(name: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    stepper: options(golden, { microBatches: 2, threads: 2 }),
    schedule: { peak: 1e-2, warmupSteps: 2, totalSteps: 8, floor: 0.1 },
    maxNorm: 1,
    separator: 0,
    checkpoint: { path: join(folder, name), everySteps: 2 },
    ...more,
  };
}

async function losses(options: RunOptions, hooks: RunHooks = {}) {
  const reports: StepReport[] = [];
  const result = await train(options, golden.weights, examples, {
    ...hooks,
    onStep: (report) => {
      reports.push(report);
      hooks.onStep?.(report);
    },
  });
  return { result, reports, losses: reports.map(({ loss }) => loss) };
}

test('a run over a base in 4 bits resumes with bit-equal losses and the same weights', async () => {
  const packed = readGolden('packed');
  const optionsOf = (name: string): RunOptions => ({
    ...run(name),
    stepper: options(packed, { microBatches: 2, threads: 2 }),
  });
  const trainPacked = async (options: RunOptions, signal?: AbortSignal, onStep?: (report: StepReport) => void) => {
    const found: number[] = [];
    const hooks = {
      ...(signal && { signal }),
      onStep: (report: StepReport) => {
        found.push(report.loss);
        onStep?.(report);
      },
    };
    return { result: await train(options, packed.weights, examples, hooks), losses: found };
  };
  const whole = await trainPacked(optionsOf('packed-whole'));
  const stop = new AbortController();
  const first = await trainPacked(optionsOf('packed-parts'), stop.signal, ({ step }) => step === 3 && stop.abort());
  const second = await trainPacked(optionsOf('packed-parts'));
  assert.deepEqual([...first.losses, ...second.losses], whole.losses);
  assert.ok(whole.result.ok && second.result.ok);
  assert.deepEqual(second.result.value.tensors, whole.result.value.tensors);
});

test('a cancelled run resumes with bit-equal losses and the same weights', async () => {
  const whole = await losses(run('whole'));
  assert.ok(whole.result.ok);
  assert.equal(whole.losses.length, 8);
  assert.ok((whole.losses.at(-1) as number) < (whole.losses[0] as number));

  const stop = new AbortController();
  const first = await losses(run('parts'), { signal: stop.signal, onStep: ({ step }) => step === 3 && stop.abort() });
  assert.equal(first.result.ok ? '' : first.result.error.code, 'cancelled');
  const second = await losses(run('parts'));
  assert.deepEqual([...first.losses, ...second.losses], whole.losses);
  assert.ok(second.result.ok);
  assert.deepEqual(second.result.value.tensors, whole.result.value.tensors);
});

test('a killed run repeats only the steps after its last checkpoint', async () => {
  const whole = await losses(run('whole2'));
  const kill = new Error('killed');
  const dying = losses(run('killed'), {
    onStep: ({ step }) => {
      if (step === 5) throw kill;
    },
  });
  await assert.rejects(dying, kill);
  writeFileSync(`${join(folder, 'killed')}.1.tmp`, 'half a checkpoint');
  const rest = await losses(run('killed'));
  assert.equal(rest.reports[0]?.step, 5);
  assert.deepEqual(rest.losses, whole.losses.slice(4));
});

for (const microBatches of [1, 2]) {
  test(`a step of ${microBatches} micro-batches is abandoned if onPause returns false`, async () => {
    const batch = tokenBatch(golden.batches[0] as GoldenBatch);
    const batches = microBatches === 1 ? [batch] : split(batch, golden.length);
    const settings = microBatches === 1 ? {} : { batch: 1, microBatches };
    const [trainer, other] = [await stepper(golden, settings), await stepper(golden, settings)];
    const before = await trainer.copyState();
    assert.equal(await trainer.run(batches, 1e-2, 1, async () => false), undefined);
    assert.equal(trainer.step, 0);
    assert.deepEqual(await trainer.copyState(), before);
    assert.deepEqual(await trainer.run(batches, 1e-2, 1), await other.run(batches, 1e-2, 1));
    assert.deepEqual(await trainer.copyState(), await other.copyState());
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

test('resumes a checkpoint of an earlier version that had a choice of two optimisers', async () => {
  await losses(run('identity', { pauseAfter: 2 }));
  const { metadata } = readSafetensors(readFileSync(join(folder, 'identity')));
  // Such a version gave this run the same identity.
  assert.equal(metadata.identity, '4e28f744979a56c6139d237218b17a28');
});

test('refuses checkpoints that are truncated, damaged, of another run, or contain NaN', async () => {
  await losses(run('good'));
  const good = readFileSync(join(folder, 'good'));
  const attempt = async (bytes: Uint8Array, more: Partial<RunOptions> = {}) => {
    writeFileSync(join(folder, 'bad'), bytes);
    const { result, reports } = await losses(run('bad', more));
    assert.equal(reports.length, 0);
    assert.ok(!result.ok);
    assert.equal(result.error.code, 'corrupt');
    return result.error.message;
  };
  assert.match(await attempt(good.subarray(0, good.length - 100)), /ends before/);
  assert.match(await attempt(good.subarray(0, 5)), /too short/);
  assert.match(await attempt(new TextEncoder().encode('{"not": "a checkpoint at all"}')), /header/);
  const flipped = Uint8Array.from(good);
  flipped[good.length - 3] = (flipped[good.length - 3] as number) ^ 1;
  assert.match(await attempt(flipped), /damaged/);
  assert.match(await attempt(good, { maxNorm: 2 }), /another model, other text or other settings/);
  const { tensors, metadata } = readSafetensors(good);
  (tensors.get('model.norm.weight')?.data as Float32Array)[1] = Number.NaN;
  assert.match(
    await attempt(Buffer.concat(writeSafetensors(tensors, 'F32', metadata))),
    /'model.norm.weight' contains NaN/,
  );
});

test('refuses a checkpoint of another format and names its number', async () => {
  await losses(run('format'));
  const path = join(folder, 'format');
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  for (const [format, code] of [
    ['1', 'corrupt'],
    ['99', 'newer-version'],
  ] as const) {
    writeFileSync(path, Buffer.concat(writeSafetensors(tensors, 'F32', { ...metadata, format })));
    const { result } = await losses(run('format'));
    assert.ok(!result.ok);
    assert.equal(result.error.code, code);
    assert.match(result.error.message, new RegExp(`format ${format}, .*this one reads format 2`));
  }
});

/** Tokens that the training examples do not have: training makes the model worse on them. */
const unrelated: Example[] = [{ ids: Int32Array.from({ length: 24 }, (_, i) => 47 - ((i * 5) % 11)) }];

test('a run without validation progress stops early and returns its best parameters', async () => {
  const validation = { examples: unrelated, everySteps: 2, patience: 2 };
  const schedule = { peak: 3e-2, warmupSteps: 1, totalSteps: 40, floor: 0.1 };
  const seen: ValidationLoss[] = [];
  const stopped = run('early', { validation, schedule });
  const { result, reports } = await losses(stopped, { onValidated: (each) => seen.push(each) });
  assert.ok(result.ok);
  const { stopped: reason, validation: outcome, step, tensors } = result.value;
  assert.equal(reason, 'no-improvement');
  assert.ok(step < 40 && reports.length === step);
  const best = seen.reduce((least, each) => (each.loss < least.loss ? each : least));
  assert.deepEqual(outcome, { first: seen[0], best, all: seen });
  assert.equal(step, best.step + 4);
  const again: ValidationLoss[] = [];
  const first = { ...stopped, checkpoint: undefined, schedule: { ...schedule, totalSteps: 1 } };
  assert.ok((await train(first, tensors, examples, { onValidated: (each) => again.push(each) })).ok);
  assert.equal(again[0]?.loss, best.loss, 'the parameters of the best validation');
});

test("with another model's probabilities, the mixture's loss decides when training stops and what is kept", async () => {
  // Training improves only tokens that the other model already predicts, and worsens those that it does not.
  const known = ({ ids }: Example) => ({ ids, otherProbabilities: new Float32Array(ids.length).fill(0.99) });
  const unknown = ({ ids }: Example) => ({ ids, otherProbabilities: new Float32Array(ids.length).fill(1e-6) });
  const validationExamples = [...examples.map(known), ...unrelated.map(unknown)];
  const schedule = { peak: 3e-2, warmupSteps: 1, totalSteps: 24, floor: 0.1 };
  const validateOn = async (name: string, examples: readonly Example[]) => {
    const { result } = await losses(run(name, { validation: { examples, everySteps: 2, patience: 3 }, schedule }));
    assert.ok(result.ok && result.value.validation);
    return { ...result.value, losses: result.value.validation };
  };
  const withOther = await validateOn('together', validationExamples);
  const alone = await validateOn(
    'alone',
    validationExamples.map(({ ids }) => ({ ids })),
  );
  const { all = [], best } = withOther.losses;
  assert.ok(all.every(({ mixed, loss }) => mixed !== undefined && mixed < loss));
  assert.equal(best.mixed, Math.min(...all.map(({ mixed }) => mixed as number)));
  assert.equal(withOther.stopped, 'no-improvement');
  assert.equal(withOther.step, best.step + 6);
  assert.ok(alone.losses.best.step > best.step, `${alone.losses.best.step} ${best.step}`);
  assert.ok(alone.losses.all?.every(({ mixed }) => mixed === undefined));
  const same = alone.losses.all?.slice(0, all.length).map(({ loss }) => loss);
  assert.deepEqual(
    same,
    all.map(({ loss }) => loss),
    'validation does not change the training',
  );
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
  assert.deepEqual(
    whole.map(({ step }) => step),
    [0, 3, 6, 8],
  );
  assert.ok(expected.result.ok && rest.result.ok);
  assert.deepEqual(rest.result.value.validation, expected.result.value.validation);
  assert.deepEqual(rest.result.value.tensors, expected.result.value.tensors);
});

test('a time budget ends the run early, and the learning rate has decayed by then', async () => {
  const schedule = { peak: 1e-2, warmupSteps: 2, totalSteps: 100_000, floor: 0 };
  const validation = { examples: unrelated, everySteps: 5, patience: 1e9 };
  const within = (budgetSeconds: number) =>
    losses(run(`budget-${budgetSeconds}`, { schedule, budgetSeconds, validation }));
  let budgetSeconds = 0.4;
  let { result, reports } = await within(budgetSeconds);
  // A slow machine may use up the time before its speed is known. Then a larger budget is tried.
  while (result.ok && result.value.step < 20) {
    budgetSeconds *= 3;
    ({ result, reports } = await within(budgetSeconds));
  }
  assert.ok(result.ok);
  assert.equal(result.value.stopped, 'out-of-time');
  assert.ok(result.value.step < 20_000);
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
  assert.equal(result.value.step, 8);
  assert.equal(result.value.stopped, 'finished');
  assert.ok(result.value.seconds < 3000);
});

test('requests are answered while a checkpoint is written', async () => {
  let pauses = 0;
  const stop = new AbortController();
  await losses(run('turns', { checkpoint: { path: join(folder, 'turns'), everySteps: 1 } }), {
    signal: stop.signal,
    onStep: ({ step }) => step === 2 && stop.abort(),
    onPause: async () => {
      pauses++;
    },
  });
  const tensors = readSafetensors(readFileSync(join(folder, 'turns'))).tensors.size;
  assert.ok(pauses >= 2 * 2 + 2 * tensors, `${pauses} pauses for ${tensors} tensors`);
});

test('a run that diverges stops and keeps the last good checkpoint', async () => {
  const seen: StepReport[] = [];
  const wild = run('wild', { schedule: { peak: 1e25, warmupSteps: 0, totalSteps: 8, floor: 1 }, maxNorm: 1e30 });
  const { result } = await losses(wild, { onStep: (report) => seen.push(report) });
  assert.ok(!result.ok);
  assert.equal(result.error.code, 'diverged');
  assert.ok(seen.length < 8);
});

test('refuses a model that contains NaN before the first step', async () => {
  const weights = new Map(golden.weights);
  weights.set('model.norm.weight', new Float32Array(16).fill(Number.NaN));
  const result = await train(run('nan'), weights, examples);
  assert.equal(result.ok ? '' : result.error.code, 'corrupt');
});

test('the schedule warms up, peaks and decays to its floor', () => {
  const schedule = { peak: 2, warmupSteps: 4, totalSteps: 24, floor: 0.1 };
  const plan = firstPlan(schedule);
  const rate = (step: number) => learningRateAt(schedule, plan, step);
  assert.deepEqual([0, 1, 3, 4].map(rate), [0.5, 1, 2, 2]);
  assert.ok(Math.abs(rate(14) - 1.1) < 1e-12);
  assert.ok(Math.abs(rate(24) - 0.2) < 1e-12);
});

test('fits the plan to the time left, without a jump of the rate or more than the wanted steps', () => {
  const schedule = { peak: 2, warmupSteps: 4, totalSteps: 104, floor: 0 };
  const plan = firstPlan(schedule);
  assert.equal(fitPlanToTime(schedule, plan, 24, 83, 1), plan, 'a small change is ignored');
  const shorter = fitPlanToTime(schedule, plan, 24, 40, 1);
  assert.equal(shorter.totalSteps, 64);
  assert.equal(learningRateAt(schedule, shorter, 24), learningRateAt(schedule, plan, 24));
  assert.equal(learningRateAt(schedule, shorter, 64), 0);
  assert.equal(fitPlanToTime(schedule, shorter, 44, 1000, 1).totalSteps, 104);
  assert.equal(fitPlanToTime(schedule, plan, 103, -5, 1).totalSteps, 103, 'out of time');
  const early = fitPlanToTime(schedule, plan, 3, 20, 1);
  assert.equal(early.totalSteps, 23);
  assert.equal(learningRateAt(schedule, early, 3), 2);
});
