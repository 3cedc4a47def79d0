// The forward pass of a Llama-family decoder for training and scoring: fixed batch and length, rows are batch x time.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { ModelConfig } from './config.ts';
import { EMBEDDING, FINAL_NORM, HEAD, layerPrefix } from './parameters.ts';
import { ropeTables } from './rope.ts';

/** Low enough to vanish in a softmax; not -infinity, which makes NaN of a row that is masked whole. */
export const MASKED = -1e9;

export interface Batch {
  readonly batch: number;
  readonly length: number;
}

/** How a linear layer without its bias is computed: plain, or with a low-rank adapter beside it. */
export type Linear = (x: Value, name: string) => Value;

export interface DecoderParts {
  readonly parameter: (name: string) => Value;
  readonly linear: Linear;
}

/** x * weight / rms(x) along the last axis (Zhang & Sennrich 2019). */
export function rmsNorm(b: Builder, x: Value, weight: Value, epsilon: number): Value {
  const width = x.shape.at(-1) as number;
  const meanSquare = b.mul(b.sumSquare(x, [-1]), 1 / width);
  const inverse = b.reciprocal(b.sqrt(b.add(meanSquare, epsilon)));
  return b.mul(b.mul(x, inverse), weight);
}

/** SwiGLU (Shazeer 2020): down(silu(gate x) * up x). */
export function feedForward(b: Builder, x: Value, prefix: string, linear: Linear): Value {
  const gate = linear(x, `${prefix}mlp.gate_proj.weight`);
  const up = linear(x, `${prefix}mlp.up_proj.weight`);
  return linear(b.mul(b.silu(gate), up), `${prefix}mlp.down_proj.weight`);
}

/** Hidden states after the final norm, [batch x length, hidden]; `ids` is int32 [batch x length]. */
export function hiddenStates(
  b: Builder,
  config: ModelConfig,
  { batch, length }: Batch,
  ids: Value,
  parts: DecoderParts,
): Value {
  const { parameter, linear } = parts;
  const { heads, keyValueHeads, headDim } = config;
  const group = heads / keyValueHeads;
  const tables = ropeTables(config, length);
  const half = headDim / 2;
  // The two halves of a row are equal: the operator wants one.
  const table = (data: Float32Array, by: number) =>
    b.graph.constant(
      'f32',
      [length, half],
      Float32Array.from(
        { length: length * half },
        (_, i) => by * (data[Math.floor(i / half) * headDim + (i % half)] as number),
      ),
    );
  // The attention's 1/sqrt(d) rides on the query's rotation.
  const scale = headDim ** -0.5;
  const queryTables = [table(tables.cos, scale), table(tables.sin, scale)] as const;
  const keyTables = [table(tables.cos, 1), table(tables.sin, 1)] as const;
  const places = BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(i % length));
  const positions = b.graph.constant('i64', [batch, length], places);
  const mask = causalMask(b, length);

  const project = (x: Value, name: string, bias: boolean, count: number) => {
    const y = linear(x, `${name}.weight`);
    const shifted = bias ? b.add(y, parameter(`${name}.bias`)) : y;
    return b.transpose(b.reshape(shifted, [batch, length, count, headDim]), [0, 2, 1, 3]);
  };
  const rotate = (x: Value, [cos, sin]: readonly [Value, Value]) => b.rotary(x, positions, cos, sin);

  let x = b.gather(parameter(EMBEDDING), ids);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(layer);
    x = b.graph.scope(`layer${layer}`, () => {
      const h = rmsNorm(b, x, parameter(`${at}input_layernorm.weight`), config.normEpsilon);
      const q = rotate(project(h, `${at}self_attn.q_proj`, config.attentionBias, heads), queryTables);
      const k = rotate(project(h, `${at}self_attn.k_proj`, config.attentionBias, keyValueHeads), keyTables);
      const v = project(h, `${at}self_attn.v_proj`, config.attentionBias, keyValueHeads);
      // The query heads of one key/value head are more rows of one product: nothing is repeated.
      const rows = [batch, keyValueHeads, group * length];
      const scores = b.matmul(b.reshape(q, [...rows, headDim]), b.transpose(k, [0, 1, 3, 2]));
      const weights = b.softmax(b.add(b.reshape(scores, [batch, heads, length, length]), mask));
      const mixed = b.reshape(b.matmul(b.reshape(weights, [...rows, length]), v), [batch, heads, length, headDim]);
      const joined = b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [batch * length, heads * headDim]);
      const attended = linear(joined, `${at}self_attn.o_proj.weight`);
      const out = config.outputBias ? b.add(attended, parameter(`${at}self_attn.o_proj.bias`)) : attended;
      const middle = b.add(x, out);
      const normed = rmsNorm(b, middle, parameter(`${at}post_attention_layernorm.weight`), config.normEpsilon);
      return b.add(middle, feedForward(b, normed, at, linear));
    });
  }
  return rmsNorm(b, x, parameter(FINAL_NORM), config.normEpsilon);
}

function causalMask(b: Builder, length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
  return b.graph.constant('f32', [length, length], mask);
}

/** The matrix [vocabulary, hidden] that turns hidden states into logits. */
export function outputMatrix(config: ModelConfig, parameter: (name: string) => Value): Value {
  return parameter(config.tied ? EMBEDDING : HEAD);
}
