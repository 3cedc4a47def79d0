// How a served model's weights are held, and which way suits a model.

import type { Model } from './decoder-values.ts';
import { layerParameters } from './parameters.ts';
import { dequantize, quantize } from './quantize.ts';

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
  const { weight, out, inner } = layerParameters(config, 0).down;
  const matrix = weights.get(weight) as Float32Array;
  const rounded = dequantize(quantize(matrix, out, inner, 4));
  // Half precision, in which weights are stored, keeps 11 bits.
  return matrix.every((value, i) => Math.abs(value - (rounded[i] as number)) <= Math.abs(value) / 1024)
    ? 'int4'
    : 'int8';
}
