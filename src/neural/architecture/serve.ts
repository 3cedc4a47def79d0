// The decoding graphs: new tokens after any number of past ones; weights are constants.
//
// Keys and values lie in the caller's arrays [1, head, room, width]. They are inputs and outputs in the same
// memory: the new tokens' are written behind the past ones, and nothing is copied.
import { Builder } from '../autodiff/builder.ts';
import { ABSENT, type Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import type { ModelConfig } from './config.ts';
import { Constants, type Precision } from './constants.ts';
import type { Model } from './decoder-values.ts';
import { Int8Products } from './int8-products.ts';
import { headLayer, type LayerParameters, type LinearLayer } from './parameters.ts';
import type { QuantizationRange } from './quantize.ts';
import { type DecoderLayers, forwardPass } from './recipe.ts';

/** 'key' or 'value' of a layer: inputs are past_*, outputs new_*. */
export function cacheNames(config: ModelConfig): string[] {
  return Array.from({ length: config.layers }, (_, layer) => [`key_${layer}`, `value_${layer}`]).flat();
}

/** Width of a head in the cache: GroupQueryAttention wants multiples of 16, so smaller heads are padded with zeros. */
export function cacheHeadWidth({ headDim }: ModelConfig): number {
  return Math.ceil(headDim / 16) * 16;
}

/** Constants of at least this size stay outside the model's bytes. */
const EXTERNAL_FROM = 4096;
/** First output of both graphs: see SessionOptions.unreturnable. */
export const UNRETURNED_OUTPUT = 'unreturned';

/**
 * Inputs:
 * ids i32 [1, tokens]; positions i64 [1, tokens];
 * cos, sin f32 [positions, cachedWidth/2], times headDim^-1/4;
 * lengths i32 [1], past and new tokens less one; length i32 [1], past and new tokens;
 * past_* f32 [1, keyValueHeads, room, cachedWidth];
 * mask f32 [1, 1, tokens, past+tokens], added to the scores, which are causal without it;
 * rows i32 [rows], the new tokens whose logits are wanted.
 *
 * Outputs: logits f32 [rows, 1, vocabulary]; new_*, in the memory of past_*.
 */
export function stepGraph(model: Model, precision: Precision): WrittenModel {
  const { config } = model;
  const b = new Builder(`step-${precision}`);
  const constants = new Constants(b, model, precision);
  const linear = (x: Value, layers: readonly LinearLayer[]) => constants.linear(x, layers);
  const mask = b.graph.input('mask', 'f32', [1, 1, 'tokens', 'past+tokens']);
  const rows = b.graph.input('rows', 'i32', ['rows']);
  const hidden = forwardPass(b, config, new ServingLayers(b, config, constants, linear, mask, rows));
  b.graph.output('logits', constants.linear(hidden, [headLayer(config)]));
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM, unreturnable: UNRETURNED_OUTPUT });
}

/**
 * Appends tokens to the cache and predicts nothing: `stepGraph` without mask, rows and logits, and with
 * the input zeros u8 [tokens], each ZERO. Its products are of 8-bit integers (int8-products.ts): with many tokens three
 * times as fast as those of `stepGraph`, and a little less exact.
 *
 * @param states layers behind which the residual stream is an output, too: state_* f32 [1, tokens, hidden]
 */
export function promptGraph(model: Model, range: QuantizationRange, states: readonly number[] = []): WrittenModel {
  const { config } = model;
  const b = new Builder('prompt');
  const constants = new Constants(b, model, 'int4');
  const products = new Int8Products(b, config, constants, range);
  const linear = (x: Value, layers: readonly LinearLayer[]) => products.linear(x, layers);
  // Nothing reads what follows the last layer's keys and values, so it is not written.
  forwardPass(b, config, new ServingLayers(b, config, constants, linear), (x, layer) => {
    if (states.includes(layer)) b.graph.output(`state_${layer}`, x);
  });
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM, unreturnable: UNRETURNED_OUTPUT });
}

/**
 * Activations are [1, tokens, hidden]; after attention in the last layer [rows, 1, hidden] if only some rows
 * are wanted.
 */
class ServingLayers implements DecoderLayers<Value> {
  private readonly b: Builder;
  private readonly config: ModelConfig;
  private readonly constants: Constants;
  private readonly product: (x: Value, layers: readonly LinearLayer[]) => Value;
  private readonly mask: Value | undefined;
  private readonly rows: Value | undefined;
  private readonly ids: Value;
  private readonly positions: Value;
  private readonly cos: Value;
  private readonly sin: Value;
  private readonly lengths: Value;
  private readonly length: Value;

  /**
   * @param product x times the layers' matrices, side by side
   * @param rows wanted of the last layer; absent: all
   */
  constructor(
    b: Builder,
    config: ModelConfig,
    constants: Constants,
    product: (x: Value, layers: readonly LinearLayer[]) => Value,
    mask?: Value,
    rows?: Value,
  ) {
    this.b = b;
    this.config = config;
    this.constants = constants;
    this.product = product;
    this.mask = mask;
    this.rows = rows;
    const half = cacheHeadWidth(config) / 2;
    this.ids = b.graph.input('ids', 'i32', [1, 'tokens']);
    this.positions = b.graph.input('positions', 'i64', [1, 'tokens']);
    this.cos = b.graph.input('cos', 'f32', ['positions', half]);
    this.sin = b.graph.input('sin', 'f32', ['positions', half]);
    this.lengths = b.graph.input('lengths', 'i32', [1]);
    this.length = b.graph.input('length', 'i32', [1]);
  }

  embed(): Value {
    return this.constants.embed(this.ids, this.config);
  }

  norm(x: Value, weight: string): Value {
    const attributes = { axis: -1, epsilon: this.config.normEpsilon };
    return this.b.op('SimplifiedLayerNormalization', [x, this.constants.vector(weight)], attributes)[0] as Value;
  }

  addNorm(x: Value, delta: Value, weight: string) {
    const inputs = [x, delta, this.constants.vector(weight)];
    const outputs = this.b.op('SkipSimplifiedLayerNormalization', inputs, { epsilon: this.config.normEpsilon });
    return { sum: outputs[3] as Value, normed: outputs[0] as Value };
  }

  linear(x: Value, layer: LinearLayer): Value {
    return this.product(x, [layer]);
  }

  heads(x: Value, layer: LayerParameters): Value {
    const { heads, keyValueHeads } = this.config;
    const all = this.product(x, [layer.query, layer.key, layer.value]);
    return this.padHeads(all, heads + 2 * keyValueHeads);
  }

  /** Attention applies the rotation itself. */
  rotate(heads: Value): Value {
    return heads;
  }

  attend(all: Value, layer: LayerParameters): Value {
    const { b } = this;
    const { heads, keyValueHeads } = this.config;
    const shape = [1, keyValueHeads, 'room', cacheHeadWidth(this.config)];
    const caches = [`key_${layer.index}`, `value_${layer.index}`];
    const past = caches.map((name) => b.graph.input(`past_${name}`, 'f32', shape));
    const inputs = [all, ABSENT, ABSENT, ...past, this.lengths, this.length, this.cos, this.sin, this.positions];
    const [mixed, ...newCaches] = b.op('GroupQueryAttention', this.mask ? [...inputs, this.mask] : inputs, {
      num_heads: heads,
      kv_num_heads: keyValueHeads,
      do_rotary: 1,
      scale: 1,
    }) as [Value, Value, Value];
    caches.forEach((name, i) => {
      b.graph.output(`new_${name}`, newCaches[i] as Value);
    });
    return this.selectRows(this.unpadHeads(mixed, heads), layer);
  }

  feedForward(x: Value, { gate, up }: LayerParameters): Value {
    return this.b.mul(this.b.silu(this.product(x, [gate])), this.product(x, [up]));
  }

  selectRows(x: Value, { index }: LayerParameters): Value {
    const { b, rows } = this;
    return rows && index + 1 === this.config.layers ? b.gather(b.transpose(x, [1, 0, 2]), rows) : x;
  }

  /**
   * Pads each head [..., headDim] to the cache's width: zeros behind both halves, which are the two coordinates of the
   * rotation.
   */
  private padHeads(x: Value, count: number): Value {
    const { b } = this;
    const { headDim } = this.config;
    const width = cacheHeadWidth(this.config);
    if (width === headDim) return x;
    const halves = b.reshape(x, [1, 'tokens', 2 * count, headDim / 2]);
    const filled = b.pad(halves, [0, 0, 0, 0], [0, 0, 0, (width - headDim) / 2]);
    return b.reshape(filled, [1, 'tokens', count * width]);
  }

  private unpadHeads(x: Value, count: number): Value {
    const { b } = this;
    const { headDim } = this.config;
    const width = cacheHeadWidth(this.config);
    if (width === headDim) return x;
    const halves = b.reshape(x, [1, 'tokens', 2 * count, width / 2]);
    return b.reshape(b.slice(halves, 3, 0, headDim / 2), [1, 'tokens', count * headDim]);
  }
}
