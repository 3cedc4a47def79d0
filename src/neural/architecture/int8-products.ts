// Products of 8-bit integers with one scale per token for the activations and one per output for the weights. For
// prompts: with many tokens the CPU multiplies these much faster than blocks of 32 with a scale each.
//
// A few activations are many times as large as the rest, which would be left with few steps of the common scale. A
// Hadamard transform (hadamard.ts) of activations and weights spreads them. For the accuracy, see `npm run bench --
// base --only agreement`.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { ModelConfig } from './config.ts';
import type { Constants } from './constants.ts';
import { hadamardMatrix, hadamardWidth } from './hadamard.ts';
import { elements, type LinearLayer, parameterSpecs } from './parameters.ts';
import type { QuantizationRange } from './quantize.ts';

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

export class Int8Products {
  private readonly b: Builder;
  private readonly constants: Constants;
  private readonly range: QuantizationRange;
  private readonly zeros: Value;
  /**
   * One array for all matrices: it returns to the system when the session has copied it. Many small arrays would leave
   * holes.
   */
  private readonly buffer: Int8Array;
  private used = 0;
  private readonly hadamards = new Map<number, Value>();
  /** Activations that several layers read are quantised once. */
  private readonly known = new Map<Value, QuantizedActivations>();

  /** Adds the input zeros u8 [tokens]: one zero point per token, all the same. */
  constructor(b: Builder, config: ModelConfig, constants: Constants, range: QuantizationRange) {
    this.b = b;
    this.constants = constants;
    this.range = range;
    const sizes = parameterSpecs(config).map(({ kind, shape }) => (kind === 'linear' ? elements(shape) : 0));
    this.buffer = new Int8Array(sizes.reduce((sum, size) => sum + size, 0));
    this.zeros = b.graph.input('zeros', 'u8', ['tokens']);
  }

  /** As Constants.linear. */
  linear(x: Value, layers: readonly LinearLayer[]): Value {
    const { b } = this;
    const { values, scales } = this.quantizeActivations(x, (layers[0] as LinearLayer).inner);
    const { matrix, columns } = this.constants.quantizedColumns(layers, this.range, this.buffer.subarray(this.used));
    this.used += (matrix.data as Uint8Array).length;
    const inputs = [values, matrix, b.scalar(1), columns, b.graph.constant('u8', [], Uint8Array.of(ZERO_POINT))];
    const product = b.mul(b.op('MatMulIntegerToFloat', inputs, {})[0] as Value, scales);
    return this.constants.addAdapter(x, layers, product);
  }

  private quantizeActivations(x: Value, width: number): QuantizedActivations {
    const known = this.known.get(x);
    if (known) return known;
    const { b } = this;
    const transformed = this.hadamardTransformed(x, width);
    const scales = b.max(b.mul(b.reduceMax(b.abs(transformed), [-1]), 1 / (ZERO_POINT - 1)), MINIMUM_SCALE);
    const inputs = [transformed, b.reshape(scales, ['tokens']), this.zeros];
    const rounded = { values: b.op('QuantizeLinear', inputs, { axis: 1 })[0] as Value, scales };
    this.known.set(x, rounded);
    return rounded;
  }

  private hadamardTransformed(x: Value, width: number): Value {
    const { b } = this;
    const transformWidth = hadamardWidth(width);
    if (transformWidth === 1) return x;
    let matrix = this.hadamards.get(transformWidth);
    if (!matrix) {
      matrix = b.graph.constant('f32', [transformWidth, transformWidth], hadamardMatrix(transformWidth));
      this.hadamards.set(transformWidth, matrix);
    }
    const groups = b.reshape(x, [1, 'tokens', width / transformWidth, transformWidth]);
    return b.reshape(b.matmul(groups, matrix), [1, 'tokens', width]);
  }
}
