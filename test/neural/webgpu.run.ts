// Through WebGPU, on Mesa's software Vulkan driver and without fallback to the CPU: probe, tensors, gradients of every
// operator and of adapters, and ten training steps. So they run without a GPU and the same on all machines.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { needPackages, softwareVulkan } from '../../build/debian.ts';
import { Builder } from '../../src/neural/autodiff/builder.ts';
import { writeModel } from '../../src/neural/onnx/write.ts';
import { probeWebGpu } from '../../src/neural/runtime/device.ts';
import { loadLibrary, Session, Tensor } from '../../src/neural/runtime/session.ts';
import { PROBE_ARGUMENT } from '../../src/specialist/engine/probe.ts';
import { JOB_SCRIPT } from '../specialist/engine/helpers.ts';
import { checkGradients } from './architecture/check-gradients.ts';
import { type GoldenBatch, readGolden, relativeError } from './architecture/golden.ts';
import { CASES, checkCase } from './autodiff/cases.ts';
import { compareSteps, LEARNING_RATE, MAX_NORM, stepper, tokenBatch } from './training/helpers.ts';

before(async () => {
  // Before onnxruntime is loaded. Elsewhere WebGPU does not go through Vulkan, and every machine has a GPU.
  if (process.platform === 'linux') {
    await needPackages(['mesa-vulkan-drivers']);
    process.env.VK_DRIVER_FILES = softwareVulkan;
  }
  await loadLibrary();
});

test('the probe finds the software GPU in a separate process', async () => {
  const { speedup, ...found } = await probeWebGpu({ script: JOB_SCRIPT, args: [PROBE_ARGUMENT], timeoutMs: 30_000 });
  assert.deepEqual(found, { ok: true, detail: 'WebGPU works' });
  assert.ok((speedup as number) > 0 && (speedup as number) < 1.5, `software is slow: ${speedup}`);
});

test('tensors on the GPU stay there, and are read only through a session', async () => {
  const b = new Builder('t');
  b.graph.output('y', b.mul(b.graph.input('x', 'f32', [4]), 2));
  const model = writeModel(b.graph);
  const session = await Session.load(model, { device: 'webgpu', threads: 1, strict: true, keepOnDevice: true });
  const { y } = await session.run({ x: Tensor.host(Float32Array.of(1, 2, 3, 4), [4]) });
  assert.ok(y?.onDevice);
  assert.throws(() => y.data, /read through Transfer/);
  const reader = await Session.load(model, { device: 'webgpu', threads: 1, strict: true });
  const { y: z } = await reader.run({ x: y });
  assert.deepEqual(z?.floats, Float32Array.of(4, 8, 12, 16));
  y.dispose();
  await session.dispose();
  await assert.rejects(reader.run({}), /no tensor for input 'x'/);
  await reader.dispose();
});

for (const [op, cases] of Object.entries(CASES))
  test(`gradient of ${op} on WebGPU`, async () => {
    for (const one of cases) await checkCase(op, one, 'webgpu');
  });

test("gradients of adapters on WebGPU are PyTorch's", () => checkGradients('webgpu'));
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
