// Ten training steps of adapters have PyTorch's losses and norms: of one and of two micro-batches, on CPU and WebGPU.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import type { StepperOptions } from '../../../src/neural/training/stepper.ts';
import { type GoldenBatch, readGolden, relativeError } from '../architecture/golden.ts';
import { useSoftwareVulkan } from '../runtime/vulkan.ts';
import { split, stepper, tokenBatch } from './helpers.ts';

const LEARNING_RATE = 3e-3;
const MAX_NORM = 0.5;

before(async () => {
  await useSoftwareVulkan();
  await loadLibrary();
});

async function compare(more: Partial<StepperOptions>): Promise<void> {
  const golden = readGolden();
  const trainer = await stepper(golden, more);
  for (const [i, batch] of golden.batches.entries()) {
    const whole = tokenBatch(batch);
    const batches = more.batch === 1 ? split(whole, golden.length) : [whole];
    const result = await trainer.run(batches, LEARNING_RATE, MAX_NORM);
    assert.ok(result);
    const { loss, norm } = result;
    for (const [actual, expected] of [
      [loss, golden.losses[i]],
      [norm, golden.norms[i]],
    ] as [number, number][]) {
      assert.ok(Math.abs(actual - expected) <= 1e-4 * expected, `step ${i + 1}: ${actual}, PyTorch has ${expected}`);
    }
  }
  assert.equal(trainer.step, 10);
  await trainer.dispose();
}

test('ten losses with one micro-batch per step', () => compare({}));
test('ten losses with gradients accumulated over two micro-batches', () => compare({ batch: 1 }));
test('ten losses through WebGPU, with the state kept on the device', () => compare({ device: 'webgpu' }));
test('ten losses through WebGPU, accumulated', () => compare({ device: 'webgpu', batch: 1 }));
test("the state read from the GPU equals the CPU's, and a run resumes from it", async () => {
  const golden = readGolden();
  const step = async (device: 'cpu' | 'webgpu') => {
    const trainer = await stepper(golden, { device });
    await trainer.run([tokenBatch(golden.batches[0] as GoldenBatch)], LEARNING_RATE, MAX_NORM);
    const state = await trainer.state();
    await trainer.dispose();
    return state;
  };
  const [cpu, gpu] = [await step('cpu'), await step('webgpu')];
  assert.deepEqual([...gpu.tensors.keys()], [...cpu.tensors.keys()]);
  for (const [name, data] of gpu.tensors) {
    assert.ok(relativeError(data, cpu.tensors.get(name) ?? []) < 1e-4, name);
  }
  const resumed = await stepper(golden, { device: 'webgpu' }, gpu);
  const result = await resumed.run([tokenBatch(golden.batches[1] as GoldenBatch)], LEARNING_RATE, MAX_NORM);
  await resumed.dispose();
  const expected = golden.losses[1] as number;
  assert.ok(Math.abs((result?.loss as number) - expected) <= 1e-4 * expected);
});
