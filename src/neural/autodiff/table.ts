// One row per operator. A name in neural/onnx/ops.ts without a row here does not compile.
import type { Dim, Value } from '../onnx/graph.ts';
import type { OpName } from '../onnx/ops.ts';
import { ELEMENTWISE, REDUCTIONS } from './elementwise.ts';
import { INDEXING, MOVEMENT_ROWS } from './movement.ts';
import { PRODUCTS } from './products.ts';
import { NOT_DIFFERENTIABLE, type Rows } from './row.ts';

/** Operators that only serving uses, for speed: several steps of a layer in one, or products of integers. */
const SERVING: Rows<
  'SkipSimplifiedLayerNormalization' | 'GroupQueryAttention' | 'QuantizeLinear' | 'MatMulIntegerToFloat'
> = {
  SkipSimplifiedLayerNormalization: {
    infer: ([x]) => [x as Value, undefined, undefined, x as Value],
    gradient: NOT_DIFFERENTIABLE,
  },
  // Inputs:
  // queries, keys and values side by side [batch, tokens, (heads + 2 keyValueHeads) * size], none, none;
  // past keys and past values [batch, keyValueHeads, room, size] each;
  // i32 [batch], each sequence's length with the new tokens, less one; i32 [1], the longest with them;
  // cos and sin [positions, size / 2]; positions i64 [batch, tokens];
  // optionally a mask [batch, 1, tokens, length] that is added to the scores.
  // Outputs: [batch, tokens, heads * size], and keys and values with the new ones, written in place if they have the
  // memory of the past ones.
  GroupQueryAttention: {
    infer: ([x, , , key, value], { num_heads }) => {
      const { type, shape } = x as Value;
      const size = (key as Value).shape[3] as number;
      return [{ type, shape: [shape[0] as Dim, shape[1] as Dim, num_heads * size] }, key as Value, value as Value];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  QuantizeLinear: {
    infer: ([x, , zero]) => [{ type: (zero as Value).type, shape: (x as Value).shape }],
    gradient: NOT_DIFFERENTIABLE,
  },
  // Inputs: u8 [..., inner], i8 [inner, out], their factors f32 [] and [out], and the first one's zero point u8 [].
  MatMulIntegerToFloat: {
    infer: ([x, weights, scale]) => {
      const [, out] = (weights as Value).shape;
      return [{ type: (scale as Value).type, shape: [...(x as Value).shape.slice(0, -1), out as Dim] }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
};

export const TABLE: Rows<OpName> = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...MOVEMENT_ROWS,
  ...INDEXING,
  ...PRODUCTS,
  ...SERVING,
};
