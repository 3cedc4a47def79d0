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
  return forwardPass(b, config, new TrainingLayers(b, config, batch, ids, parts));
}

class TrainingLayers implements DecoderLayers<Heads> {
  private readonly b: Builder;
  private readonly config: ModelConfig;
  private readonly batch: number;
  private readonly length: number;
  private readonly ids: Value;
  private readonly parts: DecoderParts;
  private readonly positions: Value;
  private readonly queryTables: readonly [Value, Value];
  private readonly keyTables: readonly [Value, Value];
  private readonly mask: Value;

  constructor(b: Builder, config: ModelConfig, { batch, length }: Batch, ids: Value, parts: DecoderParts) {
    this.b = b;
    this.config = config;
    this.batch = batch;
    this.length = length;
    this.ids = ids;
    this.parts = parts;
    const { cos, sin } = halfTables(config, length);
    const table = (data: Float32Array, factor: number) =>
      b.graph.constant(
        'f32',
        [length, config.headDim / 2],
        data.map((x) => factor * x),
      );
    // The attention's 1/sqrt(d) is folded into the query's rotation.
    const scale = config.headDim ** -0.5;
    this.queryTables = [table(cos, scale), table(sin, scale)];
    this.keyTables = [table(cos, 1), table(sin, 1)];
    const positions = BigInt64Array.from({ length: batch * length }, (_, i) => BigInt(i % length));
    this.positions = b.graph.constant('i64', [batch, length], positions);
    this.mask = causalMask(b, length);
  }

  embed(): Value {
    return this.b.keep(this.parts.embed(this.ids));
  }

  norm(x: Value, weight: string): Value {
    const { b } = this;
    const width = x.shape.at(-1) as number;
    const meanSquare = b.mul(b.sumSquare(x, [-1]), 1 / width);
    const inverse = b.reciprocal(b.sqrt(b.add(meanSquare, this.config.normEpsilon)));
    return b.mul(b.mul(x, inverse), this.parts.parameter(weight));
  }

  addNorm(x: Value, delta: Value, weight: string) {
    const sum = this.b.keep(this.b.add(x, delta));
    return { sum, normed: this.norm(sum, weight) };
  }

  linear(x: Value, { weight }: LinearLayer): Value {
    return this.b.keep(this.parts.linear(x, weight));
  }

  heads(x: Value, { query, key, value }: LayerParameters): Heads {
    const { batch, length } = this;
    const { heads, keyValueHeads, headDim } = this.config;
    const separateLayer = (layer: LinearLayer, count: number) =>
      this.b.transpose(this.b.reshape(this.linear(x, layer), [batch, length, count, headDim]), [0, 2, 1, 3]);
    return {
      query: separateLayer(query, heads),
      key: separateLayer(key, keyValueHeads),
      value: separateLayer(value, keyValueHeads),
    };
  }

  rotate({ query, key, value }: Heads): Heads {
    const rotateHeads = (x: Value, [cos, sin]: readonly [Value, Value]) => this.b.rotary(x, this.positions, cos, sin);
    return { query: rotateHeads(query, this.queryTables), key: rotateHeads(key, this.keyTables), value };
  }

  attend({ query, key, value }: Heads): Value {
    const { b, batch, length } = this;
    const { heads, keyValueHeads, headDim } = this.config;
    // The query heads of one key/value head are more rows of one product: keys and values are not repeated.
    const rows = [batch, keyValueHeads, (heads / keyValueHeads) * length];
    const scores = b.matmul(b.reshape(query, [...rows, headDim]), b.transpose(key, [0, 1, 3, 2]));
    const weights = b.softmax(b.add(b.reshape(scores, [batch, heads, length, length]), this.mask));
    const mixed = b.reshape(b.matmul(b.reshape(weights, [...rows, length]), value), [batch, heads, length, headDim]);
    return b.keep(b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [batch * length, heads * headDim]));
  }

  feedForward(x: Value, { gate, up }: LayerParameters): Value {
    return this.b.mul(this.b.silu(this.linear(x, gate)), this.linear(x, up));
  }

  selectRows(x: Value): Value {
    return x;
  }
}

function causalMask(b: Builder, length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
  return b.graph.constant('f32', [length, length], mask);
}
