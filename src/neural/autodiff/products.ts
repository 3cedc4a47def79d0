// Operator table: the matrix products, and operators that are used only at inference.
import { broadcast, type Dim, type Value } from '../onnx/graph.ts';
import type { Operations } from './operations.ts';
import { at, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

function transposeLast(b: Operations, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2));
  return b.transpose(x, perm);
}

export const PRODUCTS: Rows<'MatMul' | 'Gemm' | 'RotaryEmbedding' | 'MatMulNBits' | 'SimplifiedLayerNormalization'> = {
  MatMul: {
    infer: ([x, y]) => {
      const { shape: a } = x as Value;
      const { shape: c } = y as Value;
      const shape = [...broadcast(a.slice(0, -2), c.slice(0, -2)), a.at(-2) as Dim, c.at(-1) as Dim];
      return [{ type: (x as Value).type, shape }];
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
      return [{ type: (x as Value).type, shape: [a[transA] as Dim, c[1 - transB] as Dim] }];
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
    infer: ([x]) => [x as Value],
    // Rotates the gradient by the negative angle. A scale in the tables multiplies the gradient too.
    gradient: (b, g, { inputs }) => [
      b.rotary(g, at(inputs, 1), at(inputs, 2), b.neg(at(inputs, 3))),
      undefined,
      undefined,
      undefined,
    ],
  },
  MatMulNBits: {
    infer: ([x], { N }) => [{ type: (x as Value).type, shape: [...(x as Value).shape.slice(0, -1), N] }],
    // Quantised weights are used only at inference.
    gradient: NOT_DIFFERENTIABLE,
  },
  SimplifiedLayerNormalization: {
    infer: ([x]) => [x as Value],
    // Its output for the backward pass is wrong on WebGPU, so training builds the norm from simpler operators.
    gradient: NOT_DIFFERENTIABLE,
  },
};
