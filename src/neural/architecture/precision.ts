// The precision of a served model's weights.

import type { Model } from './decoder-values.ts';
import { layerParameters } from './parameters.ts';
import { dequantize, quantize } from './quantize.ts';

/** Of the weights; activations are float32, quantised to 8 bits inside the products of int4 and int8. */
export type Precision = 'int4' | 'int8' | 'fp32';

/**
 * int4 if the weights were trained for it, so that nothing is lost (the base: models/pretrain/quantise.py), else int8.
 * Quantising fine-tuned weights to 4 bits again would undo most of the fine-tuning.
 */
export function choosePrecision({ config, weights, packed }: Pick<Model, 'config' | 'weights' | 'packed'>): Precision {
  if (packed?.size) return 'int4';
  const { weight, out, inner } = layerParameters(config, 0).down;
  const matrix = weights.get(weight) as Float32Array;
  const rounded = dequantize(quantize(matrix, out, inner, 4));
  // Stored weights have half precision: 11 bits.
  return matrix.every((value, i) => Math.abs(value - (rounded[i] as number)) <= Math.abs(value) / 1024)
    ? 'int4'
    : 'int8';
}
