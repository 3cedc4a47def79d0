// A real probe of WebGPU, and tensors on the GPU.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Builder } from '../../../src/neural/autodiff/builder.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { probeWebGpu } from '../../../src/neural/runtime/device.ts';
import { loadLibrary, Session, Tensor } from '../../../src/neural/runtime/session.ts';
import { PROBE_ARGUMENT } from '../../../src/specialist/engine/probe.ts';
import { JOB_SCRIPT } from '../../specialist/engine/helpers.ts';
import { useSoftwareVulkan } from './vulkan.ts';

before(async () => {
  await useSoftwareVulkan();
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
