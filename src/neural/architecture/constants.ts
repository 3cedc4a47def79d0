// The weights of a served model as constants of its graph, in one of the precisions.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { type Adapter, adapterNames, type Model } from './lora.ts';
import { EMBEDDING, type LinearLayer, type ModelConfig, type Weights } from './parameters.ts';
import {
  BLOCK,
  dequantize,
  type QuantizationRange,
  type Quantized,
  quantizeTransposed,
  stackMatrices,
} from './quantize.ts';

/** Of the weights. int4: as they are stored; activations are float32, quantised to 8 bits inside the products. */
export type Precision = 'int4' | 'fp32';

/**
 * Linear layers in one of the precisions, as constants of the graph, and the embedding. In int4 the embedding shares
 * its bytes with the output matrix.
 */
export class Constants {
  private readonly b: Builder;
  private readonly weights: Weights;
  private readonly packed: ReadonlyMap<string, Quantized>;
  private readonly precision: Precision;
  private readonly adapter: Adapter | undefined;
  private readonly packedConstants = new Map<string, { data: Value; scales: Value }>();

  constructor(b: Builder, { weights, packed = new Map(), adapter }: Omit<Model, 'config'>, precision: Precision) {
    this.adapter = adapter;
    this.b = b;
    this.weights = weights;
    this.packed = packed;
    this.precision = precision;
  }

  private get(name: string): Float32Array {
    const stored = this.packed.get(name);
    const data = stored ? dequantize(stored) : this.weights.get(name);
    if (!data) throw new Error(`no weights for '${name}'`);
    return data;
  }

  /** Matrices one below the other. */
  private concatenate(names: readonly string[]): Float32Array {
    const parts = names.map((name) => this.get(name));
    if (parts.length === 1) return parts[0] as Float32Array;
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  vector(name: string): Value {
    const data = this.get(name);
    return this.b.graph.constant('f32', [data.length], data, name);
  }

  /**
   * x times the transposes of the matrices, side by side, plus adapters: one product for layers that read the same.
   */
  linear(x: Value, layers: readonly LinearLayer[]): Value {
    return this.addAdapter(x, layers, this.product(x, layers));
  }

  /** Adds the adapter's product. */
  addAdapter(x: Value, layers: readonly LinearLayer[], product: Value): Value {
    const { b } = this;
    const adapterOutput = this.adapter && adapterProduct(b, x, layers, this.adapter);
    return adapterOutput ? b.add(product, adapterOutput) : product;
  }

  /**
   * The layers' matrices after the Hadamard transform, in 8 bits side by side: i8 [inner, out], and f32 [out], each
   * column's factor.
   *
   * @param range, room as in `quantizeTransposed`
   */
  quantizedColumns(
    layers: readonly LinearLayer[],
    range: QuantizationRange,
    buffer?: Int8Array,
  ): { readonly matrix: Value; readonly columns: Value } {
    const label = layers.map(({ weight }) => weight).join('+');
    const inner = (layers[0] as LinearLayer).inner;
    const { values, scales } = quantizeTransposed(
      this.matrices(layers.map(({ weight }) => weight)),
      inner,
      range,
      buffer,
    );
    return {
      matrix: this.b.graph.constant('i8', [inner, scales.length], values, `${label}.columns`),
      columns: this.b.graph.constant('f32', [scales.length], scales, `${label}.columns.scales`),
    };
  }

  private product(x: Value, layers: readonly LinearLayer[]): Value {
    const { b } = this;
    const names = layers.map(({ weight }) => weight);
    const inner = (layers[0] as LinearLayer).inner;
    if (this.precision === 'fp32') {
      const data = transpose(this.concatenate(names), inner);
      return b.matmul(x, b.graph.constant('f32', [inner, data.length / inner], data, `${names.join('+')}.transposed`));
    }
    const { data, scales } = this.pack(names);
    const rows = data.shape[0] as number;
    const attributes = { K: inner, N: rows, bits: 4, block_size: BLOCK, accuracy_level: 4 } as const;
    return b.op('MatMulNBits', [x, data, scales], attributes)[0] as Value;
  }

  private pack(names: readonly string[]) {
    const label = names.join('+');
    let packed = this.packedConstants.get(label);
    if (!packed) {
      const { packed: bytes, scales, rows } = stackMatrices(this.matrices(names));
      const blocks = scales.length / rows;
      packed = {
        data: this.b.graph.constant('u8', [rows, blocks, BLOCK / 2], bytes, `${label}.packed`),
        scales: this.b.graph.constant('f32', [rows, blocks], scales, `${label}.scales`),
      };
      this.packedConstants.set(label, packed);
    }
    return packed;
  }

  private matrices(names: readonly string[]): Quantized[] {
    return names.map((name) => {
      const matrix = this.packed.get(name);
      if (!matrix) throw new Error(`'${name}' is not packed`);
      return matrix;
    });
  }

  /** The rows of the embedding that `ids` name. */
  embed(ids: Value, { hiddenSize, vocabSize }: ModelConfig): Value {
    const { b } = this;
    const shape = [vocabSize, hiddenSize];
    if (this.precision === 'fp32') return b.gather(b.graph.constant('f32', shape, this.get(EMBEDDING), EMBEDDING), ids);
    const { data, scales } = this.pack([EMBEDDING]);
    // The same bytes in the shape that this operator wants, by reference.
    const flat = b.graph.constant(
      'u8',
      [vocabSize, (data.data as Uint8Array).length / vocabSize],
      data.data as Uint8Array,
      `${EMBEDDING}.flat`,
    );
    const attributes = { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 4 } as const;
    return b.op('GatherBlockQuantized', [flat, ids, scales], attributes)[0] as Value;
  }
}

function transpose(data: Float32Array, inner: number): Float32Array {
  const rows = data.length / inner;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < inner; column++) out[column * rows + row] = data[row * inner + column] as number;
  }
  return out;
}

/**
 * The adapter's share of layers that read the same, side by side, in two products. The first factors are stacked; the
 * second ones are scaled and lie on a diagonal. Undefined if none of the layers is adapted.
 */
function adapterProduct(
  b: Builder,
  x: Value,
  layers: readonly LinearLayer[],
  { lora, weights }: Adapter,
): Value | undefined {
  const adapted = layers.filter(({ weight }) => weights.has(adapterNames(weight).a));
  const inner = layers[0]?.inner as number;
  if (adapted.length === 0) return undefined;
  const { rank, alpha } = lora;
  const depth = rank * adapted.length;
  const totalOut = layers.reduce((sum, { out }) => sum + out, 0);
  const down = new Float32Array(inner * depth);
  const up = new Float32Array(depth * totalOut);
  let column = 0;
  for (const layer of layers) {
    const at = adapted.indexOf(layer) * rank;
    if (at >= 0) {
      const names = adapterNames(layer.weight);
      const first = weights.get(names.a) as Float32Array;
      const second = weights.get(names.b) as Float32Array;
      const scale = alpha / rank;
      for (let r = 0; r < rank; r++) {
        for (let k = 0; k < inner; k++) down[k * depth + at + r] = first[r * inner + k] as number;
        for (let row = 0; row < layer.out; row++)
          up[(at + r) * totalOut + column + row] = scale * (second[row * rank + r] as number);
      }
    }
    column += layer.out;
  }
  const label = layers.map(({ weight }) => weight).join('+');
  const low = b.matmul(x, b.graph.constant('f32', [inner, depth], down, `${label}.lora_A`));
  return b.matmul(low, b.graph.constant('f32', [depth, totalOut], up, `${label}.lora_B`));
}
