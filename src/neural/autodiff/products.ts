// Operator table: the matrix products, and operators that are used only at inference.
import { broadcast, type Dim, GraphError, type Shape, type Value } from '../onnx/graph.ts';
import type { Operations } from './operations.ts';
import { at, expectSameType, expectType, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

function transposeLast(b: Operations, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2));
  return b.transpose(x, perm);
}

function inner(a: Dim, b: Dim, x: Shape, y: Shape): void {
  if (a !== b) throw new GraphError(`[${x.join(',')}] times [${y.join(',')}]: inner sizes ${a} and ${b} differ`);
}

export const PRODUCTS: Rows<'MatMul' | 'Gemm' | 'RotaryEmbedding' | 'MatMulNBits' | 'SimplifiedLayerNormalization'> = {
  MatMul: {
    infer: ([x, y]) => {
      const { shape: a } = x as Value;
      const { shape: c } = y as Value;
      if (a.length < 2 || c.length < 2) throw new GraphError('MatMul takes matrices');
      inner(a.at(-1) as Dim, c.at(-2) as Dim, a, c);
      return [
        {
          type: expectSameType([x as Value, y as Value]),
          shape: [...broadcast(a.slice(0, -2), c.slice(0, -2)), a.at(-2) as Dim, c.at(-1) as Dim],
        },
      ];
    },
    gradient: (b, g, { inputs }) => {
      const x = at(inputs, 0);
      const y = at(inputs, 1);
      return [b.matmul(g, transposeLast(b, y)), b.matmul(transposeLast(b, x), g)];
    },
  },
  Gemm: {
    infer: ([x, y], { transA, transB }) => {
      const { shape: a } = x as Value;
      const { shape: c } = y as Value;
      if (a.length !== 2 || c.length !== 2) throw new GraphError('Gemm takes two matrices');
      const [m, k] = (transA ? [a[1], a[0]] : a) as [Dim, Dim];
      const [l, n] = (transB ? [c[1], c[0]] : c) as [Dim, Dim];
      inner(k, l, a, c);
      return [{ type: expectSameType([x as Value, y as Value]), shape: [m, n] }];
    },
    // Y = alpha A' B', where A' is A or its transpose: each gradient is one Gemm again.
    gradient: (b, g, { inputs, attributes: { transA, transB, alpha } }) => {
      const x = at(inputs, 0);
      const y = at(inputs, 1);
      return [
        transA
          ? b.gemm(y, g, { transA: transB, transB: 1, alpha })
          : b.gemm(g, y, { transA: 0, transB: transB ? 0 : 1, alpha }),
        transB
          ? b.gemm(g, x, { transA: 1, transB: transA, alpha })
          : b.gemm(x, g, { transA: transA ? 0 : 1, transB: 0, alpha }),
      ];
    },
  },
  RotaryEmbedding: {
    infer: ([x, positions, cos, sin]) => {
      const { type, shape } = x as Value;
      expectSameType([x as Value, cos as Value, sin as Value]);
      expectType(positions as Value, 'i64');
      if (shape.length !== 4) throw new GraphError('RotaryEmbedding takes [batch, heads, length, size]');
      const table = [shape[2], (shape[3] as number) / 2].join();
      if ((cos as Value).shape.join() !== table || (sin as Value).shape.join() !== table) {
        // The message names the shape that the tables must have.
        throw new GraphError(`the tables of RotaryEmbedding are [${table}]`);
      }
      return [{ type, shape }];
    },
    // Rotates the gradient by the negative angle. A scale in the tables multiplies the gradient too.
    gradient: (b, g, { inputs }) => [
      b.rotary(g, at(inputs, 1), at(inputs, 2), b.neg(at(inputs, 3))),
      undefined,
      undefined,
      undefined,
    ],
  },
  MatMulNBits: {
    infer: ([x, weights], { K, N }) => {
      expectType(weights as Value, 'u8');
      const { type, shape } = x as Value;
      inner(shape.at(-1) as Dim, K, shape, [K, N]);
      return [{ type, shape: [...shape.slice(0, -1), N] }];
    },
    // Quantised weights are used only at inference.
    gradient: NOT_DIFFERENTIABLE,
  },
  SimplifiedLayerNormalization: {
    infer: ([x]) => [x as Value],
    // Its output for the backward pass is wrong on WebGPU, so training builds the norm from simpler operators.
    gradient: NOT_DIFFERENTIABLE,
  },
};
