// A written model is read back unchanged, and large constants stay outside its bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Graph } from '../../../src/neural/onnx/graph.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { readModel } from '../../support/onnx-read.ts';

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

test('a written model is read back unchanged, without unused nodes and constants', () => {
  const model = readModel(writeModel(sample()).bytes);
  assert.equal(model.name, 'sample');
  assert.deepEqual(model.opsets, { '': 21, 'com.microsoft': 1 });
  assert.deepEqual(
    model.nodes.map((node) => node.op),
    ['Gemm', 'Identity'],
  );
  assert.deepEqual(model.nodes[0]?.attributes, { transA: 0, transB: 0, alpha: 1 });
  assert.deepEqual(model.inputs, [{ name: 'x', type: 'f32', shape: ['rows', 2] }]);
  assert.deepEqual(model.outputs[0], { name: 'y', type: 'f32', shape: ['rows', 3] });
  assert.deepEqual(
    model.constants.map(({ name }) => name),
    ['weight'],
  );
  assert.deepEqual(
    new Float32Array(model.constants[0]?.data.slice().buffer as ArrayBuffer),
    Float32Array.of(1, 2, 3, 4, 5, 6),
  );
});

test('large constants are stored outside the graph with the same bytes', () => {
  const { bytes, external } = writeModel(sample(), { externalFrom: 24 });
  const inside = writeModel(sample()).bytes;
  assert.deepEqual([...external.keys()], ['weight']);
  assert.equal(external.get('weight')?.length, 24);
  assert.deepEqual(readModel(bytes, external).constants[0]?.data, external.get('weight'));
  assert.deepEqual(readModel(bytes, external).constants[0]?.data, readModel(inside).constants[0]?.data);
  assert.throws(() => readModel(bytes), /constant 'weight' is not in 'weight'/);
});

test('refuses bytes that are not a model', () => {
  assert.throws(() => readModel(Uint8Array.of(255, 255, 255)), /not an ONNX model/);
  assert.throws(() => readModel(new Uint8Array()), /has no graph/);
});
