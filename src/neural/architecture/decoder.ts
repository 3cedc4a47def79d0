// The decoder's forward pass, written once, over pieces that training and serving (serve.ts) implement. Those of
// training and scoring are here: fixed batch and length, rows are batch x time, every operator has a gradient. Rotary
// position embedding (Su et al. 2021) is in transformers' layout: the halves of a head are the two coordinates.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { FINAL_NORM, type LayerParameters, type LinearLayer, layerParameters, type ModelConfig } from './parameters.ts';

/**
 * The parts of a layer as a graph computes them. `x` is the residual stream or its norm, in the pieces' own layout.
 * `Heads` is the pieces' form of queries, keys and values, which the recipe only passes on.
 */
export interface DecoderLayers<Heads> {
  /** The tokens' rows of the embedding. */
  embed(): Value;
  /** x * weight / rms(x) along the last axis (Zhang & Sennrich 2019). */
  norm(x: Value, weight: string): Value;
  /** x + delta, and its norm. */
  addNorm(x: Value, delta: Value, weight: string): { readonly sum: Value; readonly normed: Value };
  /** x times the transpose of the matrix. */
  linear(x: Value, layer: LinearLayer): Value;
  /** Queries, keys and values of `x`. */
  heads(x: Value, layer: LayerParameters): Heads;
  /** Rotates queries and keys by their tokens' positions. */
  rotate(heads: Heads, layer: LayerParameters): Heads;
  /** softmax(q k' / sqrt(headDim)) v over the tokens that each token may see, heads side by side. */
  attend(heads: Heads, layer: LayerParameters): Value;
  /** silu(gate x) * up x, the wide part of SwiGLU (Shazeer 2020). */
  feedForward(x: Value, layer: LayerParameters): Value;
  /** The rows of `x` that attention returns: all, or fewer in the last layer. */
  selectRows(x: Value, layer: LayerParameters): Value;
}

/**
 * Hidden states after the final norm.
 * @param onLayer called with the residual stream behind each layer
 */
export function forwardPass<Heads>(
  b: Builder,
  config: ModelConfig,
  parts: DecoderLayers<Heads>,
  onLayer?: (x: Value, layer: number) => void,
): Value {
  const layers = Array.from({ length: config.layers }, (_, index) => layerParameters(config, index));
  let x = parts.embed();
  let normed = parts.norm(x, layers[0]?.inputNorm ?? FINAL_NORM);
  for (const layer of layers) {
    b.graph.scope(`layer${layer.index}`, () => {
      const heads = parts.rotate(parts.heads(normed, layer), layer);
      const attended = parts.linear(parts.attend(heads, layer), layer.output);
      const middle = parts.addNorm(parts.selectRows(x, layer), attended, layer.middleNorm);
      const feedForwardOutput = parts.linear(parts.feedForward(middle.normed, layer), layer.down);
      const next = layers[layer.index + 1]?.inputNorm ?? FINAL_NORM;
      ({ sum: x, normed: normed } = parts.addNorm(middle.sum, feedForwardOutput, next));
    });
    onLayer?.(x, layer.index);
  }
  return normed;
}

/** cos and sin of position x frequency, [length, headDim] each; the two halves of a row are equal. */
function ropeTables({ headDim, ropeTheta }: ModelConfig, length: number): { cos: Float32Array; sin: Float32Array } {
  const cos = new Float32Array(length * headDim);
  const sin = new Float32Array(length * headDim);
  const half = headDim / 2;
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < headDim; i++) {
      // transformers computes frequencies and angles in float32; at far positions the rounding is visible in the last
      // digits.
      const frequency = Math.fround(1 / ropeTheta ** ((i % half) / half));
      const angle = Math.fround(position * frequency);
      cos[position * headDim + i] = Math.cos(angle);
      sin[position * headDim + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** One half of each row, [length, width], for ONNX's RotaryEmbedding. Columns beyond headDim / 2 rotate by zero. */
export function halfTables(
  config: ModelConfig,
  length: number,
  width = config.headDim / 2,
): { cos: Float32Array; sin: Float32Array } {
  const { cos, sin } = ropeTables(config, length);
  const half = config.headDim / 2;
  const firstHalves = (table: Float32Array, padding: number) => {
    const out = new Float32Array(length * width).fill(padding);
    for (let row = 0; row < length; row++) {
      out.set(table.subarray(row * config.headDim, row * config.headDim + half), row * width);
    }
    return out;
  };
  return { cos: firstHalves(cos, 1), sin: firstHalves(sin, 0) };
}

/** Low enough to vanish in a softmax. Not -infinity, which gives NaN in a row that is masked completely. */
export const MASKED = -1e9;

export interface Batch {
  readonly batch: number;
  readonly length: number;
}

/** How a linear layer is computed: plain, or with a low-rank adapter beside it. */
export type Linear = (x: Value, name: string) => Value;

interface DecoderParts {
  readonly parameter: (name: string) => Value;
  readonly linear: Linear;
  /** The embedding's rows of `ids`. */
  readonly embed: (ids: Value) => Value;
}

/** Each [batch, heads, length, headDim]. */
interface Heads {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/**
 * Hidden states after the final norm, [batch x length, hidden]; `ids` is int32 [batch x length]. With recomputation
 * (Builder.recomputed) only the residual stream and the outputs of products with weights are kept. Per layer and token
 * these are 8 rows of the model's width and 2 of its feed-forward block's.
 */
export function hiddenStates(b: Builder, config: ModelConfig, batch: Batch, ids: Value, parts: DecoderParts): Value {
  return forwardPass(b, config, trainingLayers(b, config, batch, ids, parts));
}

function trainingLayers(
  b: Builder,
  config: ModelConfig,
  { batch, length }: Batch,
  ids: Value,
  parts: DecoderParts,
): DecoderLayers<Heads> {
  const { heads, keyValueHeads, headDim } = config;
  const { cos, sin } = halfTables(config, length);
  const table = (data: Float32Array, factor: number) =>
    b.graph.constant(
      'f32',
      [length, headDim / 2],
      data.map((x) => factor * x),
    );
  // The attention's 1/sqrt(d) is folded into the query's rotation.
  const scale = headDim ** -0.5;
  const queryTables = [table(cos, scale), table(sin, scale)] as const;
  const keyTables = [table(cos, 1), table(sin, 1)] as const;
  const positions = b.graph.constant(
    'i64',
    [batch, length],
    BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(i % length)),
  );
  const mask = causalMask(b, length);
  const linear = (x: Value, { weight }: LinearLayer) => b.keep(parts.linear(x, weight));
  const norm = (x: Value, weight: string) => {
    const width = x.shape.at(-1) as number;
    const meanSquare = b.mul(b.sumSquare(x, [-1]), 1 / width);
    const inverse = b.reciprocal(b.sqrt(b.add(meanSquare, config.normEpsilon)));
    return b.mul(b.mul(x, inverse), parts.parameter(weight));
  };
  const separateLayer = (x: Value, layer: LinearLayer, count: number) =>
    b.transpose(b.reshape(linear(x, layer), [batch, length, count, headDim]), [0, 2, 1, 3]);
  return {
    embed: () => b.keep(parts.embed(ids)),
    norm,
    addNorm: (x, delta, weight) => {
      const sum = b.keep(b.add(x, delta));
      return { sum, normed: norm(sum, weight) };
    },
    linear,
    heads: (x, { query, key, value }) => ({
      query: separateLayer(x, query, heads),
      key: separateLayer(x, key, keyValueHeads),
      value: separateLayer(x, value, keyValueHeads),
    }),
    rotate: ({ query, key, value }) => ({
      query: b.rotary(query, positions, ...queryTables),
      key: b.rotary(key, positions, ...keyTables),
      value,
    }),
    attend: ({ query, key, value }) => {
      // The query heads of one key/value head are more rows of one product: keys and values are not repeated.
      const rows = [batch, keyValueHeads, (heads / keyValueHeads) * length];
      const scores = b.matmul(b.reshape(query, [...rows, headDim]), b.transpose(key, [0, 1, 3, 2]));
      const weights = b.softmax(b.add(b.reshape(scores, [batch, heads, length, length]), mask));
      const mixed = b.reshape(b.matmul(b.reshape(weights, [...rows, length]), value), [batch, heads, length, headDim]);
      return b.keep(b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [batch * length, heads * headDim]));
    },
    feedForward: (x, { gate, up }) => b.mul(b.silu(linear(x, gate)), linear(x, up)),
    selectRows: (x) => x,
  };
}

function causalMask(b: Builder, length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
  return b.graph.constant('f32', [length, length], mask);
}
