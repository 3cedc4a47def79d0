// The operators we use and their attributes. All run natively on the CPU and on WebGPU, except QuantizeLinear and
// MatMulIntegerToFloat, which serve prompts on the CPU: WebGPU has no kernel for them. Shape rules and gradients are
// the rows of neural/autodiff/table.ts; a name without a row does not compile.

type None = Record<never, never>;
interface Axis {
  readonly axis: number;
}
interface Reduce {
  readonly keepdims: 0 | 1;
}

export interface OpAttributes {
  // elementwise, several inputs
  Add: None;
  Sub: None;
  Mul: None;
  Div: None;
  Max: None;
  Min: None;
  // elementwise, one input
  Identity: None;
  Neg: None;
  Abs: None;
  Floor: None;
  Sqrt: None;
  Reciprocal: None;
  Exp: None;
  Log: None;
  Sigmoid: None;
  /** `to`: ONNX's number of the element type. */
  Cast: { readonly to: number };
  // reductions; the axes are the second input
  ReduceSum: Reduce;
  ReduceMax: Reduce;
  Softmax: Axis;
  // shape
  Reshape: None;
  Transpose: { readonly perm: readonly number[] };
  Concat: Axis;
  Slice: None;
  Pad: None;
  Expand: None;
  // by index; the indices are int32 (WebGPU has no int64 arithmetic)
  Gather: Axis;
  // products
  MatMul: None;
  Gemm: { readonly transA: 0 | 1; readonly transB: 0 | 1; readonly alpha: number };
  // onnxruntime's, in the standard domain for historical reasons: RMSNorm in one operator
  SimplifiedLayerNormalization: { readonly axis: number; readonly epsilon: number };
  /** Real numbers to 8 bits; one scale and zero point per index of an axis. */
  QuantizeLinear: Axis;
  // com.microsoft
  /** Its fourth output is the sum of both inputs, the first that sum's norm; the two between are not computed. */
  SkipSimplifiedLayerNormalization: { readonly epsilon: number };
  /** Causal attention over a cache, rotation included. Its inputs: see the row. */
  GroupQueryAttention: {
    readonly num_heads: number;
    readonly kv_num_heads: number;
    readonly do_rotary: 1;
    readonly scale: number;
  };
  /** 8-bit integers multiplied, and the product as real numbers. */
  MatMulIntegerToFloat: None;
  RotaryEmbedding: None;
  /** x sigmoid(alpha x): with alpha 1 it is SiLU. */
  QuickGelu: { readonly alpha: 1 };
  MatMulNBits: {
    readonly K: number;
    readonly N: number;
    readonly bits: 4;
    readonly block_size: number;
    readonly accuracy_level: 4;
  };
  GatherBlockQuantized: {
    readonly gather_axis: number;
    readonly quantize_axis: number;
    readonly block_size: number;
    readonly bits: 4;
  };
}

export type OpName = keyof OpAttributes;

/** Operators of onnxruntime's own domain; all others are standard ones of OPSET. */
export const CONTRIB: ReadonlySet<OpName> = new Set<OpName>([
  'RotaryEmbedding',
  'QuickGelu',
  'MatMulNBits',
  'GatherBlockQuantized',
  'SkipSimplifiedLayerNormalization',
  'GroupQueryAttention',
  'MatMulIntegerToFloat',
]);

export const OPSET = 21;

/** ONNX tells float attributes from integers; these are floats whatever their value. */
export const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set(['alpha', 'beta', 'epsilon', 'scale']);
