// Measuring a base: both measurements use the device and the number of threads from the settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, ok } from '../../../src/common/errors.ts';
import { answersBy, measureServing, measureTraining } from '../../../src/specialist/engine/measure-base.ts';
import { llamaOptions, llamaThreadCount } from '../../../src/specialist/engine/timings.ts';
import { ScriptedEngine } from '../../fakes/engine.ts';

const base = { folder: '/b', tokenizer: '/b/t', vocabulary: 100 } as const;
const never = new AbortController().signal;
const step = (at: number, tokensPerSecond: number) => ({
  ...({
    kind: 'step',
    step: at,
    totalSteps: 2,
    loss: 1,
    norm: 1,
    learningRate: 1e-5,
    tokensPerSecond,
    memory: 0,
  } as const),
  secondsLeft: undefined,
});

test('a base is measured with the device and the number of threads from the settings', async () => {
  for (const [device, served] of [
    ['cpu', 'cpu'],
    ['auto', 'auto'],
    ['webgpu', 'auto'],
  ] as const) {
    const engine = new ScriptedEngine({
      time: () => ok({ lineMs: 10, promptMs: 20 }),
      adapt: () => failed('out-of-memory', 'Close other programs.'),
    });
    const asked = { ...base, threads: 3, device };
    assert.deepEqual(await measureServing(engine, asked, never), ok({ lineMs: 10, promptMs: 20 }));
    assert.deepEqual(await measureTraining(engine, asked, never), failed('out-of-memory', 'Close other programs.'));
    const [time] = engine.of('time');
    assert.deepEqual([time?.device, time?.threads, time?.llamaThreads], [served, 3, 3]);
    const [adapt] = engine.of('adapt');
    assert.deepEqual([adapt?.device, adapt?.threads], [device, 3]);
  }
});

test('the last step that was timed gives the speed of training, and the minutes of the fewest steps', async () => {
  const engine = new ScriptedEngine({
    adapt: async (_, progress) => {
      for (const [i, tokensPerSecond] of [8, 16].entries()) progress(step(i + 1, tokensPerSecond));
      return failed('cancelled', 'Cancelled.');
    },
  });
  const measured = await measureTraining(engine, { ...base, threads: 1, device: 'cpu' }, never);
  assert.deepEqual(measured, ok({ tokensPerSecond: 16, leastMinutes: (20 * 4 * 32) / 60 }));
});

test('a line within a quarter of a second answers while typing, within a second in a pause', () => {
  const answers = [250, 251, 1000, 1001].map((lineMs) => answersBy({ lineMs, promptMs: 5700 }));
  assert.deepEqual(answers, ['while-typing', 'in-a-pause', 'in-a-pause', 'late']);
});

test('llama.cpp leaves one core to others unless the setting names a number', () => {
  const automatic = [1, 2, 3, 8].map((cores) => llamaThreadCount('auto', cores));
  assert.deepEqual(automatic, [1, 1, 2, 7]);
  assert.deepEqual([llamaThreadCount(2, 2), llamaThreadCount(1, 8), llamaThreadCount(0.5, 8)], [2, 1, 1]);
  assert.deepEqual(llamaOptions(4, 'cpu'), { llamaThreads: 4, device: 'cpu' });
});
