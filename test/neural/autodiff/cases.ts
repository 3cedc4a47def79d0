// One case per differentiable operator, and the check against finite differences that the CPU and the WebGPU tests
// share. A differentiable operator without a case does not compile.
import assert from 'node:assert/strict';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { Builder } from '../../../src/neural/autodiff/builder.ts';
import { gradients } from '../../../src/neural/autodiff/gradient.ts';
import { sizeOf, type Value } from '../../../src/neural/onnx/graph.ts';
import type { OpName } from '../../../src/neural/onnx/ops.ts';
import { writeModel } from '../../../src/neural/onnx/write.ts';
import { type Device, Session, Tensor } from '../../../src/neural/runtime/session.ts';

type NotDifferentiable =
  | 'Div'
  | 'Max'
  | 'Min'
  | 'Identity'
  | 'Neg'
  | 'Abs'
  | 'Sigmoid'
  | 'Cast'
  | 'Pad'
  | 'Expand'
  | 'Gather'
  | 'Floor'
  | 'ReduceMax'
  | 'GatherBlockQuantized'
  | 'MatMulNBits'
  | 'SimplifiedLayerNormalization'
  | 'SkipSimplifiedLayerNormalization'
  | 'GroupQueryAttention'
  | 'QuantizeLinear'
  | 'MatMulIntegerToFloat';
type Differentiable = Exclude<OpName, NotDifferentiable>;

interface Case {
  /** Shapes of the float inputs. */
  readonly inputs: readonly (readonly number[])[];
  readonly build: (b: Builder, ...inputs: Value[]) => Value;
  /** Range of the inputs; default -2..2. Away from kinks and poles. */
  readonly range?: readonly [number, number];
}

type Build = (b: Builder, x: Value, y: Value, z: Value) => Value;

/** @param shapes '3,4 4' is two inputs, a matrix and a vector; '' is one number */
function on(shapes: string, build: Build, range?: Case['range']): Case {
  const inputs = shapes.split(' ').map((shape) => shape.split(',').filter(Boolean).map(Number));
  return { inputs, build: build as Case['build'], ...(range && { range }) };
}

const positive = [0.5, 2] as const;
const add: Build = (b, x, y) => b.add(x, y);
const mul: Build = (b, x, y) => b.mul(x, y);
const matmul: Build = (b, x, y) => b.matmul(x, y);

export const CASES: { readonly [K in Differentiable]: readonly Case[] } = {
  Add: [
    ...['3,4 3,4', '2,3,4 3,1', '3,1 1,4'].map((shapes) => on(shapes, add)),
    // The gradient of the sum is one number, which must count once per summed element.
    on('3,1 1,4', (b, x, y) => b.sum(b.add(x, b.add(x, y)), [0, 1])),
  ],
  Sub: [on('4 3,4', (b, x, y) => b.sub(x, y))],
  Mul: ['3,4 3,4', '2,3,4 1,3,1', ' 3,4'].map((shapes) => on(shapes, mul)),
  Sqrt: [on('3,4', (b, x) => b.sqrt(x), positive)],
  Reciprocal: [on('3,4', (b, x) => b.reciprocal(x), positive)],
  Exp: [on('3,4', (b, x) => b.exp(x))],
  Log: [on('3,4', (b, x) => b.log(x), positive)],
  QuickGelu: [on('3,4', (b, x) => b.silu(x))],
  ReduceSum: [
    on('2,3,4', (b, x) => b.sum(x, [1])),
    on('2,3,4', (b, x) => b.sum(x, [0, 2], 0)),
    on('2,3,4', (b, x) => b.mul(b.sum(b.exp(x), [-1]), x)),
  ],
  Softmax: [on('3,5', (b, x) => b.softmax(x))],
  Reshape: [on('3,4', (b, x) => b.reshape(x, [2, 6]))],
  Transpose: [on('2,3,4', (b, x) => b.transpose(x, [2, 0, 1]))],
  Concat: [on('2,3 2,1 2,2', (b, x, y, z) => b.concat([x, y, z], -1))],
  Slice: [on('3,6', (b, x) => b.slice(x, 1, 2, 5))],
  RotaryEmbedding: [
    on('2,2,3,4', (b, x) => {
      const table = (values: number[]) => b.graph.constant('f32', [3, 2], Float32Array.from(values));
      const positions = b.graph.constant('i64', [2, 3], BigInt64Array.of(0n, 1n, 2n, 2n, 0n, 1n));
      return b.rotary(x, positions, table([1, 1, 0.5, 0.9, -0.4, 0.7]), table([0, 0, 0.8, 0.4, 0.9, 0.6]));
    }),
  ],
  MatMul: ['3,4 4,2', '2,3,4 4,5', '2,1,3,4 3,4,2'].map((shapes) => on(shapes, matmul)),
  Gemm: [
    on('3,4 4,2', (b, x, y) => b.gemm(x, y, { alpha: 0.5 })),
    on('3,4 2,4', (b, x, y) => b.gemm(x, y, { transB: 1 })),
    on('4,3 4,2', (b, x, y) => b.gemm(x, y, { transA: 1 })),
    on('4,3 2,4', (b, x, y) => b.gemm(x, y, { transA: 1, transB: 1 })),
  ],
};

/**
 * Compares the directional derivative of sum(out * weights) that the gradients give with the central difference, the
 * sum taken in double precision.
 */
export async function checkCase(name: string, { inputs, build, range = [-2, 2] }: Case, device: Device): Promise<void> {
  const next = uniforms(name.length * 7919 + inputs.length);
  const array = (size: number, [low, high]: readonly [number, number]) =>
    Float32Array.from({ length: size }, () => low + (high - low) * next());
  const b = new Builder(name);
  const values = inputs.map((shape, i) => b.graph.input(`x${i}`, 'f32', shape));
  const out = build(b, ...values);
  const weights = array(sizeOf(out.shape), [-1, 1]);
  const loss = b.sumAll(b.mul(out, b.graph.input('weights', 'f32', out.shape)));
  const grads = gradients(b, loss, values);
  b.graph.output('out', out);
  for (const [i, gradient] of grads.entries()) b.graph.output(`g${i}`, gradient);

  const session = await Session.load(writeModel(b.graph), { device, threads: 1, strict: true });
  try {
    const points = inputs.map((shape) => array(sizeOf(shape), range));
    const directions = inputs.map((shape) => array(sizeOf(shape), [-1, 1]));
    const run = (step: number) => {
      const feeds: Record<string, Tensor> = { weights: Tensor.host(weights, out.shape as number[]) };
      points.forEach((point, i) => {
        const direction = directions[i] as Float32Array;
        feeds[`x${i}`] = Tensor.host(
          point.map((x, j) => x + step * (direction[j] as number)),
          inputs[i] as number[],
        );
      });
      return session.run(feeds);
    };
    const lossAt = async (step: number) => {
      const result = (await run(step)).out as Tensor;
      return result.floats.reduce((sum, x, i) => sum + x * (weights[i] as number), 0);
    };
    const step = 1 / 64;
    const numeric = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    const results = await run(0);
    let analytic = 0;
    let scale = 0;
    directions.forEach((direction, i) => {
      (results[`g${i}`] as Tensor).floats.forEach((g, j) => {
        analytic += g * (direction[j] as number);
        scale += Math.abs(g * (direction[j] as number));
      });
    });
    assert.ok(scale > 0, `${name}: gradient is zero`);
    assert.ok(Math.abs(numeric - analytic) <= 1e-3 * scale, `${name}: ${analytic} against ${numeric} (scale ${scale})`);
  } finally {
    await session.dispose();
  }
}
