// On the CPU every operator's gradient agrees with finite differences, and wrong graphs are refused.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Builder } from '../../../src/neural/autodiff/builder.ts';
import { gradients } from '../../../src/neural/autodiff/gradient.ts';
import { NOT_DIFFERENTIABLE } from '../../../src/neural/autodiff/row.ts';
import { TABLE } from '../../../src/neural/autodiff/table.ts';
import type { Value } from '../../../src/neural/onnx/graph.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { loadLibrary, Session, Tensor } from '../../../src/neural/runtime/session.ts';
import { CASES, checkCase } from './cases.ts';

before(async () => {
  await loadLibrary();
});

for (const [op, cases] of Object.entries(CASES)) {
  test(`gradient of ${op} on the CPU`, async () => {
    for (const one of cases) await checkCase(op, one, 'cpu');
  });
}

test('the cases and the table agree on which operators are differentiable', () => {
  const differentiable = Object.entries(TABLE).filter(([, row]) => row.gradient !== NOT_DIFFERENTIABLE);
  assert.deepEqual(differentiable.map(([op]) => op).sort(), Object.keys(CASES).sort());
});

test('a gradient through a non-differentiable operator is refused, naming operator and input', () => {
  const b = new Builder('t');
  const x = b.graph.input('scores', 'f32', [2, 3]);
  const loss = b.sumAll(b.reduceMax(x, [-1]));
  assert.throws(() => gradients(b, loss, [x]), /ReduceMax is not differentiable.*'scores'/);
});

test('recomputation gives the same gradients and keeps only two values of the forward pass', async () => {
  const run = async (isRecomputed: boolean) => {
    const b = new Builder('t');
    const x = b.graph.input('x', 'f32', [3, 4]);
    const w = b.graph.input('w', 'f32', [4, 4]);
    const layer = (from: Value) => b.keep(b.softmax(b.mul(b.exp(b.matmul(b.silu(from), w)), from)));
    const out = isRecomputed ? b.recomputed(() => layer(layer(x))) : layer(layer(x));
    const forward = b.graph.nodes.length;
    const [gx, gw] = gradients(b, b.sumAll(b.mul(out, out)), [x, w]) as [Value, Value];
    b.graph.output('gx', gx);
    b.graph.output('gw', gw);
    const backward = b.graph.live().nodes.filter((node) => b.graph.nodes.indexOf(node) >= forward);
    const keptValues = new Set(
      backward.flatMap(({ inputs }) =>
        inputs.filter(({ producer }) => producer && b.graph.nodes.indexOf(producer) < forward),
      ),
    );
    const session = await Session.load(writeModel(b.graph), { device: 'cpu', threads: 1, asWritten: true });
    const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
    const found = await session.run({ x: Tensor.host(values(12), [3, 4]), w: Tensor.host(values(16), [4, 4]) });
    await session.dispose();
    return { kept: keptValues.size, gradients: [found.gx, found.gw].map((each) => [...(each as Tensor).floats]) };
  };
  const [plain, recomputed] = [await run(false), await run(true)];
  assert.deepEqual(recomputed.gradients, plain.gradients);
  assert.equal(recomputed.kept, 2);
  assert.ok(plain.kept > recomputed.kept);
});

test('refuses a target that the loss does not depend on, such as a detached one', () => {
  const b = new Builder('t');
  const x = b.graph.input('x', 'f32', [2]);
  const y = b.graph.input('y', 'f32', [2]);
  const loss = b.sumAll(b.mul(b.detach(x), y));
  assert.throws(() => gradients(b, loss, [x]), /does not depend on 'x'/);
  assert.equal(gradients(b, loss, [y]).length, 1);
  assert.throws(() => gradients(b, y, [x]), /must be one number/);
});

test('a wrong shape is refused with the operator: when the graph is built, or when it is loaded', async () => {
  const b = new Builder('t');
  const x = b.graph.input('x', 'f32', [2, 3]);
  assert.throws(() => b.add(x, b.graph.input('z', 'f32', [4])), /Add\(x f32\[2,3\], z f32\[4\]\): .*do not broadcast/);
  assert.throws(() => b.reshape(x, [4, 2]), /does not reshape/);
  assert.throws(() => b.graph.input('x', 'f32', [1]), /name 'x' is taken/);
  b.graph.output('y', b.matmul(x, x));
  await assert.rejects(Session.load(writeModel(b.graph), { device: 'cpu', threads: 1 }), /MatMul/);
});

test('sizes known only at run time pass through reshape and concat', () => {
  const b = new Builder('t');
  const x = b.graph.input('x', 'f32', ['tokens', 'batch', 6]);
  const heads = b.reshape(x, ['tokens', 'batch', 2, 3]);
  const rows = b.reshape(b.transpose(heads, [1, 0, 2, 3]), ['batch', '2*tokens', 3]);
  assert.deepEqual(rows.shape, ['batch', '2*tokens', 3]);
  const past = b.graph.input('past', 'f32', ['past', 'batch', 6]);
  assert.deepEqual(b.concat([past, x], 0).shape, ['past+tokens', 'batch', 6]);
});
