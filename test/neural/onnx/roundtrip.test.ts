// What a written model holds: only what is used, and large constants beside its bytes. The runtime reads it back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from '../../../src/neural/onnx/graph.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { loadLibrary, type ModelFile, Session, Tensor } from '../../../src/neural/runtime/session.ts';

function sample() {
  const graph = new Graph('sample');
  const x = graph.input('x', 'f32', ['rows', 2]);
  const weight = graph.constant('f32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), 'weight');
  const [y] = graph.node('Gemm', [x, weight], { transA: 0, transB: 0, alpha: 1 }, [
    { type: 'f32', shape: ['rows', 3] },
  ]);
  graph.node('Neg', [x], {}, [x]);
  graph.constant('f32', [2], Float32Array.of(7, 8), 'unused');
  graph.output('y', y as NonNullable<typeof y>);
  graph.output('again', x);
  return graph;
}

async function outputsOf(model: ModelFile): Promise<number[][]> {
  await loadLibrary();
  const session = await Session.load(model, { device: 'cpu', threads: 1 });
  const { y, again } = await session.run({ x: Tensor.host(Float32Array.of(1, 2), [1, 2]) });
  await session.dispose();
  return [y, again].map((each) => [...(each as Tensor).floats]);
}

test('a written model computes its outputs, and holds no unused node or constant', async () => {
  const { bytes } = writeModel(sample());
  const text = Buffer.from(bytes).toString('latin1');
  for (const [name, isHeld] of [
    ['Gemm', true],
    ['weight', true],
    ['Neg', false],
    ['unused', false],
  ] as const)
    assert.equal(text.includes(name), isHeld, name);
  assert.deepEqual(await outputsOf({ bytes }), [
    [9, 12, 15],
    [1, 2],
  ]);
});

test('large constants are stored outside the graph with the same bytes', async () => {
  const { bytes, external } = writeModel(sample(), { externalFrom: 24 });
  const weight = external.get('weight');
  assert.deepEqual([...external.keys()], ['weight']);
  assert.deepEqual(weight, new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  assert.ok(!Buffer.from(bytes).includes(Buffer.from(weight)));
  assert.deepEqual(await outputsOf({ bytes, external }), await outputsOf(writeModel(sample())));
});
