// The decoding graphs: new tokens after any number of past ones; weights are constants.
//
// Keys and values lie in the caller's arrays [1, head, room, width]. They are inputs and outputs in the same
// memory: the new tokens' are written behind the past ones, and nothing is copied.
import { Builder } from '../autodiff/builder.ts';
import { ABSENT, type Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import { Constants, type Precision } from './constants.ts';
import { type DecoderLayers, forwardPass } from './decoder.ts';
import type { Model } from './lora.ts';
import {
  elements,
  headLayer,
  type LayerParameters,
  type LinearLayer,
  type ModelConfig,
  parameterSpecs,
} from './parameters.ts';
import { hadamardMatrix, hadamardWidth, type QuantizationRange } from './quantize.ts';

// Products of 8-bit integers with one scale per token for the activations and one per output for the weights. For
// prompts: with many tokens the CPU multiplies these much faster than blocks of 32 with a scale each.
//
// A few activations are many times as large as the rest, which would be left with few steps of the common scale. A
// Hadamard transform (quantize.ts) of activations and weights spreads them. For the accuracy, see `npm run bench --
// base --only agreement`.

/** The zero point of the quantised activations, which are unsigned. */
export const ZERO_POINT = 128;
/** Smallest scale: activations that are all zero need one too. */
const MINIMUM_SCALE = 1e-12;

interface QuantizedActivations {
  /** u8 [1, tokens, width]. */
  readonly values: Value;
  /** f32 [1, tokens, 1]. */
  readonly scales: Value;
}

/**
 * Products as `Constants.linear` has them. Adds the input zeros u8 [tokens]: one zero point per token, all the same.
 */
function int8Products(b: Builder, config: ModelConfig, constants: Constants, range: QuantizationRange) {
  const sizes = parameterSpecs(config).map(({ kind, shape }) => (kind === 'linear' ? elements(shape) : 0));
  // One array for all matrices: it returns to the system when the session has copied it. Many small ones leave holes.
  const buffer = new Int8Array(sizes.reduce((sum, size) => sum + size, 0));
  let used = 0;
  const zeros = b.graph.input('zeros', 'u8', ['tokens']);
  const hadamards = new Map<number, Value>();
  /** Activations that several layers read are quantised once. */
  const known = new Map<Value, QuantizedActivations>();

  const hadamardTransformed = (x: Value, width: number) => {
    const transformWidth = hadamardWidth(width);
    if (transformWidth === 1) return x;
    let matrix = hadamards.get(transformWidth);
    if (!matrix) {
      matrix = b.graph.constant('f32', [transformWidth, transformWidth], hadamardMatrix(transformWidth));
      hadamards.set(transformWidth, matrix);
    }
    const groups = b.reshape(x, [1, 'tokens', width / transformWidth, transformWidth]);
    return b.reshape(b.matmul(groups, matrix), [1, 'tokens', width]);
  };
  const quantizeActivations = (x: Value, width: number) => {
    const earlier = known.get(x);
    if (earlier) return earlier;
    const transformed = hadamardTransformed(x, width);
    const scales = b.max(b.mul(b.reduceMax(b.abs(transformed), [-1]), 1 / (ZERO_POINT - 1)), MINIMUM_SCALE);
    const inputs = [transformed, b.reshape(scales, ['tokens']), zeros];
    const rounded = { values: b.op('QuantizeLinear', inputs, { axis: 1 })[0] as Value, scales };
    known.set(x, rounded);
    return rounded;
  };
  return (x: Value, layers: readonly LinearLayer[]): Value => {
    const { values, scales } = quantizeActivations(x, (layers[0] as LinearLayer).inner);
    const { matrix, columns } = constants.quantizedColumns(layers, range, buffer.subarray(used));
    used += (matrix.data as Uint8Array).length;
    const inputs = [values, matrix, b.scalar(1), columns, b.graph.constant('u8', [], Uint8Array.of(ZERO_POINT))];
    const product = b.mul(b.op('MatMulIntegerToFloat', inputs, {})[0] as Value, scales);
    return constants.addAdapter(x, layers, product);
  };
}

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
  const hidden = forwardPass(b, config, servingLayers(b, config, constants, linear, mask, rows));
  b.graph.output('logits', constants.linear(hidden, [headLayer(config)]));
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM, unreturnable: UNRETURNED_OUTPUT });
}

/**
 * Appends tokens to the cache and predicts nothing: `stepGraph` without mask, rows and logits, and with
 * the input zeros u8 [tokens], each ZERO. Its products are of 8-bit integers (`int8Products`): with many tokens three
 * times as fast as those of `stepGraph`, and a little less exact.
 *
 * @param states layers behind which the residual stream is an output, too: state_* f32 [1, tokens, hidden]
 */
export function promptGraph(model: Model, range: QuantizationRange, states: readonly number[] = []): WrittenModel {
  const { config } = model;
  const b = new Builder('prompt');
  const constants = new Constants(b, model, 'int4');
  const linear = int8Products(b, config, constants, range);
  // Nothing reads what follows the last layer's keys and values, so it is not written.
  forwardPass(b, config, servingLayers(b, config, constants, linear), (x, layer) => {
    if (states.includes(layer)) b.graph.output(`state_${layer}`, x);
  });
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM, unreturnable: UNRETURNED_OUTPUT });
}

/**
 * Activations are [1, tokens, hidden]; after attention in the last layer [rows, 1, hidden] if only some rows
 * are wanted.
 * @param product x times the layers' matrices, side by side
 * @param rows wanted of the last layer; absent: all
 */
function servingLayers(
  b: Builder,
  config: ModelConfig,
  constants: Constants,
  product: (x: Value, layers: readonly LinearLayer[]) => Value,
  mask?: Value,
  rows?: Value,
): DecoderLayers<Value> {
  const { heads, keyValueHeads, headDim } = config;
  const width = cacheHeadWidth(config);
  const ids = b.graph.input('ids', 'i32', [1, 'tokens']);
  const positions = b.graph.input('positions', 'i64', [1, 'tokens']);
  const cos = b.graph.input('cos', 'f32', ['positions', width / 2]);
  const sin = b.graph.input('sin', 'f32', ['positions', width / 2]);
  const lengths = b.graph.input('lengths', 'i32', [1]);
  const length = b.graph.input('length', 'i32', [1]);

  /**
   * Pads each head [..., headDim] to the cache's width: zeros behind both halves, which are the two coordinates of the
   * rotation.
   */
  const padHeads = (x: Value, count: number) => {
    if (width === headDim) return x;
    const halves = b.reshape(x, [1, 'tokens', 2 * count, headDim / 2]);
    const filled = b.pad(halves, [0, 0, 0, 0], [0, 0, 0, (width - headDim) / 2]);
    return b.reshape(filled, [1, 'tokens', count * width]);
  };
  const unpadHeads = (x: Value, count: number) => {
    if (width === headDim) return x;
    const halves = b.reshape(x, [1, 'tokens', 2 * count, width / 2]);
    return b.reshape(b.slice(halves, 3, 0, headDim / 2), [1, 'tokens', count * headDim]);
  };
  const selectRows = (x: Value, { index }: LayerParameters) =>
    rows && index + 1 === config.layers ? b.gather(b.transpose(x, [1, 0, 2]), rows) : x;
  return {
    embed: () => constants.embed(ids, config),
    norm: (x, weight) => {
      const attributes = { axis: -1, epsilon: config.normEpsilon };
      return b.op('SimplifiedLayerNormalization', [x, constants.vector(weight)], attributes)[0] as Value;
    },
    addNorm: (x, delta, weight) => {
      const inputs = [x, delta, constants.vector(weight)];
      const outputs = b.op('SkipSimplifiedLayerNormalization', inputs, { epsilon: config.normEpsilon });
      return { sum: outputs[3] as Value, normed: outputs[0] as Value };
    },
    linear: (x, layer) => product(x, [layer]),
    heads: (x, { query, key, value }) => padHeads(product(x, [query, key, value]), heads + 2 * keyValueHeads),
    // Attention applies the rotation itself.
    rotate: (all) => all,
    attend: (all, layer) => {
      const caches = [`key_${layer.index}`, `value_${layer.index}`];
      const past = caches.map((name) => b.graph.input(`past_${name}`, 'f32', [1, keyValueHeads, 'room', width]));
      const inputs = [all, ABSENT, ABSENT, ...past, lengths, length, cos, sin, positions];
      const [mixed, ...newCaches] = b.op('GroupQueryAttention', mask ? [...inputs, mask] : inputs, {
        num_heads: heads,
        kv_num_heads: keyValueHeads,
        do_rotary: 1,
        scale: 1,
      }) as [Value, Value, Value];
      for (const [i, name] of caches.entries()) b.graph.output(`new_${name}`, newCaches[i] as Value);
      return selectRows(unpadHeads(mixed, heads), layer);
    },
    feedForward: (x, { gate, up }) => b.mul(b.silu(product(x, [gate])), product(x, [up])),
    selectRows,
  };
}
