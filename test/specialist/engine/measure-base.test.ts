// Measuring a base: both measurements use the device and the number of threads from the settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, ok } from '../../../src/common/errors.ts';
import { llamaOptions, llamaThreadCount } from '../../../src/specialist/engine/llama-options.ts';
import { measureBase } from '../../../src/specialist/engine/measure-base.ts';
import { ScriptedEngine } from '../../fakes/engine.ts';

const base = { folder: '/b', tokenizer: '/b/t', vocabulary: 100, precision: 'auto' } as const;

test('a base is measured with the device and the number of threads from the settings', async () => {
  for (const [device, served] of [
    ['cpu', 'cpu'],
    ['auto', 'auto'],
    ['webgpu', 'auto'],
  ] as const) {
    const engine = new ScriptedEngine({
      time: () => ok({ lineMs: 10, promptMs: 20 }),
      adapt: () => failed('unsupported', 'A GGUF file cannot be trained.'),
    });
    const measured = await measureBase(engine, { ...base, threads: 3, device }, new AbortController().signal);
    assert.equal(measured.ok && measured.value.whyUntrainable, 'A GGUF file cannot be trained.');
    const [time] = engine.of('time');
    assert.deepEqual([time?.device, time?.threads, time?.llamaThreads], [served, 3, 3]);
    const [adapt] = engine.of('adapt');
    assert.deepEqual([adapt?.device, adapt?.threads], [device, 3]);
  }
});

test('training of a GGUF base is measured by its estimate, without a step', async () => {
  const engine = new ScriptedEngine({
    time: () => ok({ lineMs: 10, promptMs: 20 }),
    adapt: async (_, progress) => {
      // Of a step of one window, a quarter of a training step.
      await Promise.resolve();
      progress({ kind: 'estimate', secondsPerStep: 32, totalSteps: 100 });
      return failed('cancelled', 'Cancelled.');
    },
  });
  const measured = await measureBase(engine, { ...base, threads: 1, device: 'cpu' }, new AbortController().signal);
  assert.ok(measured.ok);
  assert.equal(measured.value.trainingTokensPerSecond, 16);
  assert.equal(measured.value.leastMinutes, (20 * 4 * 32) / 60);
});

test('a line within a quarter of a second answers while typing, within a second in a pause', async () => {
  const answers = async (lineMs: number) => {
    const engine = new ScriptedEngine({
      time: () => ok({ lineMs, promptMs: 5700 }),
      adapt: () => failed('unsupported', 'A GGUF file cannot be trained.'),
    });
    const measured = await measureBase(engine, { ...base, threads: 1, device: 'cpu' }, new AbortController().signal);
    return measured.ok && measured.value.answers;
  };
  const expected = ['while-typing', 'in-a-pause', 'in-a-pause', 'late'];
  assert.deepEqual(await Promise.all([250, 251, 1000, 1001].map(answers)), expected);
});

test('the time of a line is reported before training is measured, which may be cancelled', async () => {
  const controller = new AbortController();
  const engine = new ScriptedEngine({
    time: () => ok({ lineMs: 300, promptMs: 900 }),
    adapt: async () => {
      controller.abort();
      return failed('cancelled', 'Cancelled.');
    },
  });
  const reported: object[] = [];
  const request = { ...base, threads: 1, device: 'cpu' } as const;
  const measured = await measureBase(engine, request, controller.signal, undefined, (each) => reported.push(each));
  assert.equal(measured.ok ? '' : measured.error.code, 'cancelled');
  assert.deepEqual(reported, [{ lineMs: 300, promptMs: 900, answers: 'in-a-pause' }]);
});

test('llama.cpp leaves one core to others unless the setting names a number', () => {
  assert.deepEqual(
    [1, 2, 3, 8].map((cores) => llamaThreadCount('auto', cores)),
    [1, 1, 2, 7],
  );
  assert.deepEqual([llamaThreadCount(2, 2), llamaThreadCount(1, 8), llamaThreadCount(0.5, 8)], [2, 1, 1]);
  assert.deepEqual(llamaOptions(4, 'cpu'), { llamaThreads: 4, device: 'cpu' });
});
