// A session that writes outputs in place copies nothing and still reports errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder } from '../../../src/neural/autodiff/builder.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { loadLibrary, Session, Tensor } from '../../../src/neural/runtime/session.ts';

const SIZE = 1 << 22;

async function inPlace() {
  await loadLibrary();
  const b = new Builder('in-place');
  b.graph.output('z', b.add(b.graph.input('x', 'f32', [SIZE]), b.graph.input('y', 'f32', [1])));
  const unreturnable = 'unreturnable';
  return Session.load(writeModel(b.graph, { unreturnable }), { device: 'cpu', threads: 1, unreturnable });
}

test('an output that shares memory with its input is written in place without a copy', async () => {
  const session = await inPlace();
  const data = new Float32Array(SIZE);
  const x = Tensor.host(data, [SIZE]);
  const feeds = { x, y: Tensor.host(Float32Array.of(1), [1]) };
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 1; i <= 3; i++) {
    const { z } = await session.run(feeds, { z: x });
    assert.equal(z, x);
    assert.equal(data[0], i);
    assert.equal(data[SIZE - 1], i);
  }
  // One copy would be 16 MB. This detects a binding that changed.
  assert.ok(process.memoryUsage().arrayBuffers - before < SIZE);
  await session.dispose();
});

test('writing in place fails without a tensor for an output and with an input of a wrong size', async () => {
  const session = await inPlace();
  const x = Tensor.host(new Float32Array(SIZE), [SIZE]);
  const y = Tensor.host(Float32Array.of(1), [1]);
  await assert.rejects(session.run({ x, y }), /no tensor for output 'z'/);
  const short = Tensor.host(new Float32Array(3), [3]);
  await assert.rejects(session.run({ x: short, y }, { z: x }), /dimension/i);
  await session.dispose();
});
