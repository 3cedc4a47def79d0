// The graph that decodes: any batch, any number of new tokens after any number of past ones; weights are constants inside.
//
// Keys and values are laid out [time, batch, head, width]: past ones go in as the front of a longer array, without a copy, and
// only the new tokens' come out ("delta" cache).
import { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import type { ModelConfig } from './config.ts';
import type { Model } from './folder.ts';
import { EMBEDDING, FINAL_NORM, HEAD, layerPrefix, type Weights } from './parameters.ts';
import { type Bits, BLOCK, dequantize, type Quantized, quantize, stacked } from './quantize.ts';
import { rotateHalf } from './rope.ts';

/** How weights are held; activations are float32, rounded to 8 bits inside the products of int4 and int8. */
export type Precision = 'int4' | 'int8' | 'fp32';

/**
 * What 'auto' stands for: int4 where the weights were trained for it, so that it changes nothing (the base: models/pretrain/quantise.py),
 * else int8. Rounded to 4 bits again, weights that were fine-tuned from such would mostly fall back to where they came from.
 */
export function chosenPrecision(
  setting: Precision | 'auto',
  { config, weights, packed }: Pick<Model, 'config' | 'weights' | 'packed'>,
): Precision {
  if (setting !== 'auto') return setting;
  if (packed?.size) return 'int4';
  const matrix = weights.get(`${layerPrefix(0)}mlp.down_proj.weight`) as Float32Array;
  const rounded = dequantize(quantize(matrix, config.hiddenSize, config.intermediateSize, 4));
  // Half precision, in which weights are stored, keeps 11 bits.
  return matrix.every((value, i) => Math.abs(value - (rounded[i] as number)) <= Math.abs(value) / 1024)
    ? 'int4'
    : 'int8';
}

/** 'key' or 'value' of a layer: inputs are past_*, outputs new_*. */
export function cacheNames(config: ModelConfig): string[] {
  return Array.from({ length: config.layers }, (_, layer) => [`key_${layer}`, `value_${layer}`]).flat();
}

/** Constants of at least this size stay outside the model's bytes. */
const EXTERNAL_FROM = 4096;

/**
 * Inputs: ids i32 [tokens, batch]; cos, sin f32 [tokens, batch, 1, headDim] of each token's position; mask f32
 * [batch, 1, heads/keyValueHeads*tokens, past+tokens], added to the scores; rows i32 [rows], the new tokens whose logits are
 * wanted, and row_mask, the part of the mask that is theirs; past_* f32 [past, batch, keyValueHeads, headDim]. Outputs: logits f32
 * [rows, batch, vocabulary]; new_*.
 *
 * The last layer makes keys and values of all tokens, and all else of the wanted rows alone: nothing reads the others.
 */
export function serveGraph({ config, weights, packed }: Model, precision: Precision): WrittenModel {
  const b = new Builder(`serve-${precision}`);
  const { heads, keyValueHeads, headDim, hiddenSize, intermediateSize } = config;
  const group = heads / keyValueHeads;
  const layers = new Layers(b, weights, packed, precision);
  const scoredOf = (count: string) => (group === 1 ? count : `${group}*${count}`);
  const ids = b.graph.input('ids', 'i32', ['tokens', 'batch']);
  const cos = b.graph.input('cos', 'f32', ['tokens', 'batch', 1, headDim]);
  const sin = b.graph.input('sin', 'f32', ['tokens', 'batch', 1, headDim]);
  const mask = b.graph.input('mask', 'f32', ['batch', 1, scoredOf('tokens'), 'past+tokens']);
  const rows = b.graph.input('rows', 'i32', ['rows']);
  const rowMask = b.graph.input('row_mask', 'f32', ['batch', 1, scoredOf('rows'), 'past+tokens']);
  const half = rotateHalf(b, headDim);
  const norm = (x: Value, name: string) =>
    b.op('SimplifiedLayerNormalization', [x, layers.vector(name)], {
      axis: -1,
      epsilon: config.normEpsilon,
    })[0] as Value;
  const turn = (x: Value, by: { readonly cos: Value; readonly sin: Value }) =>
    b.add(b.mul(x, by.cos), b.mul(b.matmul(x, half), by.sin));
  /** One product for several projections; the attention's 1/sqrt(d) is in the query's rows. [count, batch, heads, headDim] */
  const project = (x: Value, at: string, kinds: 'q' | 'kv' | 'qkv', count: string) => {
    const names = [...kinds].map((kind) => `${at}self_attn.${kind}_proj`);
    const scale = [...kinds].map((kind) => (kind === 'q' ? headDim ** -0.5 : 1));
    const matrices = names.map((name) => `${name}.weight`);
    let y = layers.linear(x, at + kinds, matrices, hiddenSize, scale);
    if (config.attentionBias) {
      const biases = names.map((name) => `${name}.bias`);
      y = b.add(y, layers.vector(`${at}${kinds}.bias`, biases, scale));
    }
    const wide = [...kinds].reduce((sum, kind) => sum + (kind === 'q' ? heads : keyValueHeads), 0);
    return b.reshape(y, [count, 'batch', wide, headDim]);
  };

  let x = layers.embed(ids, config);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(layer);
    const last = layer + 1 === config.layers;
    const count = last ? 'rows' : 'tokens';
    const h = norm(x, `${at}input_layernorm.weight`);
    let query: Value;
    let key: Value;
    let value: Value;
    if (last) {
      const both = project(h, at, 'kv', 'tokens');
      key = turn(b.slice(both, 2, 0, keyValueHeads), { cos, sin });
      value = b.slice(both, 2, keyValueHeads, 2 * keyValueHeads);
      query = turn(project(b.gather(h, rows), at, 'q', count), { cos: b.gather(cos, rows), sin: b.gather(sin, rows) });
      x = b.gather(x, rows);
    } else {
      const all = project(h, at, 'qkv', 'tokens');
      const turned = turn(b.slice(all, 2, 0, heads + keyValueHeads), { cos, sin });
      query = b.slice(turned, 2, 0, heads);
      key = b.slice(turned, 2, heads, heads + keyValueHeads);
      value = b.slice(all, 2, heads + keyValueHeads, heads + 2 * keyValueHeads);
    }
    const past = (name: string) => b.graph.input(`past_${name}`, 'f32', ['past', 'batch', keyValueHeads, headDim]);
    const keys = b.concat([past(`key_${layer}`), key], 0);
    const values = b.concat([past(`value_${layer}`), value], 0);
    b.graph.output(`new_key_${layer}`, key);
    b.graph.output(`new_value_${layer}`, value);

    const apart = b.reshape(query, [count, 'batch', keyValueHeads, group, headDim]);
    const grouped = b.reshape(b.transpose(apart, [1, 2, 0, 3, 4]), ['batch', keyValueHeads, scoredOf(count), headDim]);
    const scores = b.add(b.matmul(grouped, b.transpose(keys, [1, 2, 3, 0])), last ? rowMask : mask);
    const mixed = b.matmul(b.softmax(scores), b.transpose(values, [1, 2, 0, 3]));
    const split = b.reshape(mixed, ['batch', keyValueHeads, count, group, headDim]);
    const joined = b.reshape(b.transpose(split, [2, 0, 1, 3, 4]), [count, 'batch', heads * headDim]);
    let attended = layers.linear(joined, `${at}o`, [`${at}self_attn.o_proj.weight`], heads * headDim);
    if (config.outputBias) attended = b.add(attended, layers.vector(`${at}self_attn.o_proj.bias`));
    x = b.add(x, attended);

    const normed = norm(x, `${at}post_attention_layernorm.weight`);
    const both = layers.linear(
      normed,
      `${at}gate_up`,
      [`${at}mlp.gate_proj.weight`, `${at}mlp.up_proj.weight`],
      hiddenSize,
    );
    const gate = b.slice(both, 2, 0, intermediateSize);
    const up = b.slice(both, 2, intermediateSize, 2 * intermediateSize);
    const active = b.mul(b.mul(gate, b.sigmoid(gate)), up);
    x = b.add(x, layers.linear(active, `${at}down`, [`${at}mlp.down_proj.weight`], intermediateSize));
  }
  const final = norm(x, FINAL_NORM);
  b.graph.output(
    'logits',
    layers.linear(final, config.tied ? EMBEDDING : HEAD, [config.tied ? EMBEDDING : HEAD], hiddenSize),
  );
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM });
}

/** Linear layers in one of the precisions, and the embedding, which in int4 and int8 is the same bytes as the output matrix. */
class Layers {
  private readonly b: Builder;
  private readonly weights: Weights;
  private readonly stored: ReadonlyMap<string, Quantized> | undefined;
  private readonly precision: Precision;
  private readonly packed = new Map<string, { data: Value; scales: Value }>();

  constructor(b: Builder, weights: Weights, stored: ReadonlyMap<string, Quantized> | undefined, precision: Precision) {
    this.b = b;
    this.weights = weights;
    this.stored = stored;
    this.precision = precision;
  }

  private get bits(): Bits {
    return this.precision === 'int8' ? 8 : 4;
  }

  private get(name: string): Float32Array {
    const stored = this.stored?.get(name);
    const data = stored ? dequantize(stored) : this.weights.get(name);
    if (!data) throw new Error(`no weights for '${name}'`);
    return data;
  }

  private joined(names: readonly string[], scale: readonly number[]): Float32Array {
    if (names.length === 1 && (scale[0] ?? 1) === 1) return this.get(names[0] as string);
    const parts = names.map((name, i) =>
      (scale[i] ?? 1) === 1 ? this.get(name) : this.get(name).map((x) => x * (scale[i] as number)),
    );
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  vector(name: string, names: readonly string[] = [name], scale: readonly number[] = []): Value {
    const data = this.joined(names, scale);
    return this.b.graph.constant('f32', [data.length], data, name);
  }

  /** x times the transposes of the matrices, side by side. */
  linear(x: Value, label: string, names: readonly string[], inner: number, scale: readonly number[] = []): Value {
    const { b } = this;
    if (this.precision === 'fp32') {
      const data = this.joined(names, scale);
      return b.matmul(
        x,
        b.graph.constant('f32', [inner, data.length / inner], transposed(data, inner), `${label}.transposed`),
      );
    }
    const { data, scales } = this.pack(label, names, inner, scale);
    const rows = data.shape[0] as number;
    const attributes = { K: inner, N: rows, bits: this.bits, block_size: BLOCK, accuracy_level: 4 } as const;
    return b.op('MatMulNBits', [x, data, scales], attributes)[0] as Value;
  }

  private pack(label: string, names: readonly string[], inner: number, scale: readonly number[]) {
    let packed = this.packed.get(label);
    if (!packed) {
      const { packed: bytes, scales, rows } = this.quantized(names, inner, scale);
      const blocks = scales.length / rows;
      packed = {
        data: this.b.graph.constant('u8', [rows, blocks, (BLOCK * this.bits) / 8], bytes, `${label}.packed`),
        scales: this.b.graph.constant('f32', [rows, blocks], scales, `${label}.scales`),
      };
      this.packed.set(label, packed);
    }
    return packed;
  }

  /** What the file holds in these bits is taken as it is: rounding it again would only cost time. */
  private quantized(names: readonly string[], inner: number, scale: readonly number[]): Quantized {
    const stored = this.bits === 4 ? names.flatMap((name) => this.stored?.get(name) ?? []) : [];
    if (stored.length === names.length) return stacked(stored, scale);
    const all = this.joined(names, scale);
    return quantize(all, all.length / inner, inner, this.bits);
  }

  embed(ids: Value, config: ModelConfig): Value {
    const { b } = this;
    const { hiddenSize, vocabSize } = config;
    const shape = [vocabSize, hiddenSize];
    if (this.precision === 'fp32') return b.gather(b.graph.constant('f32', shape, this.get(EMBEDDING), EMBEDDING), ids);
    const { data, scales } = this.pack(EMBEDDING, [EMBEDDING], hiddenSize, []);
    // The same bytes under the shape that this operator wants. Held by reference twice, copied nowhere.
    const flat = b.graph.constant(
      'u8',
      [vocabSize, (data.data as Uint8Array).length / vocabSize],
      data.data as Uint8Array,
      `${EMBEDDING}.flat`,
    );
    const attributes = { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: this.bits } as const;
    return b.op('GatherBlockQuantized', [flat, ids, scales], attributes)[0] as Value;
  }
}

function transposed(data: Float32Array, inner: number): Float32Array {
  const rows = data.length / inner;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < inner; column++) out[column * rows + row] = data[row * inner + column] as number;
  }
  return out;
}
