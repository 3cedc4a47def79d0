// Ten training steps through WebGPU have PyTorch's losses and norms, and the state comes back from the GPU.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { type GoldenBatch, readGolden, relativeError } from '../architecture/golden.ts';
import { useSoftwareVulkan } from '../runtime/vulkan.ts';
import { compareSteps, LEARNING_RATE, MAX_NORM } from './compare-steps.ts';
import { stepper, tokenBatch } from './helpers.ts';

before(async () => {
  await useSoftwareVulkan();
  await loadLibrary();
});

test('ten losses through WebGPU, with the state kept on the device', () => compareSteps({ device: 'webgpu' }));
test('ten losses through WebGPU, accumulated', () => compareSteps({ device: 'webgpu', batch: 1 }));
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
