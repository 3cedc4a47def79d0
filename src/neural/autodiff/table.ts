// One row per operator. A name in neural/onnx/ops.ts without a row here does not compile.
import { type Dim, GraphError, type Value } from '../onnx/graph.ts';
import type { OpName } from '../onnx/ops.ts';
import { ELEMENTWISE, REDUCTIONS } from './elementwise.ts';
import { INDEXING, MOVEMENT_ROWS } from './movement.ts';
import { PRODUCTS } from './products.ts';
import { expectSameType, expectType, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

/** Operators that only serving uses, for speed: several steps of a layer in one, or products of integers. */
const SERVING: Rows<
  'SkipSimplifiedLayerNormalization' | 'GroupQueryAttention' | 'QuantizeLinear' | 'MatMulIntegerToFloat'
> = {
  SkipSimplifiedLayerNormalization: {
    infer: ([x, skip]) => {
      expectSameType([x as Value, skip as Value]);
      return [x as Value, undefined, undefined, x as Value];
    },
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
    infer: ([x, , , key, value], { num_heads, kv_num_heads }) => {
      const type = expectSameType([x as Value, key as Value, value as Value]);
      const { shape } = x as Value;
      const size = (key as Value).shape[3] as number;
      if (shape[2] !== (num_heads + 2 * kv_num_heads) * size || (key as Value).shape[1] !== kv_num_heads) {
        throw new GraphError(`[${shape.join(',')}] are not ${num_heads} heads of ${size} over ${kv_num_heads}`);
      }
      if (size % 16 !== 0) throw new GraphError(`heads of ${size}: GroupQueryAttention takes multiples of 16`);
      return [{ type, shape: [shape[0] as Dim, shape[1] as Dim, num_heads * size] }, key as Value, value as Value];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  QuantizeLinear: {
    infer: ([x, scale, zero]) => {
      expectSameType([x as Value, scale as Value]);
      expectType(zero as Value, 'u8', 'i8');
      return [{ type: (zero as Value).type, shape: (x as Value).shape }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  // Inputs: u8 [..., inner], i8 [inner, out], their factors f32 [] and [out], and the first one's zero point u8 [].
  MatMulIntegerToFloat: {
    infer: ([x, weights, scale]) => {
      expectType(x as Value, 'u8');
      expectType(weights as Value, 'i8');
      const { shape } = x as Value;
      const [inner, out] = (weights as Value).shape;
      if (shape.at(-1) !== inner) throw new GraphError(`inner sizes ${shape.at(-1)} and ${inner} differ`);
      return [{ type: (scale as Value).type, shape: [...shape.slice(0, -1), out as Dim] }];
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
