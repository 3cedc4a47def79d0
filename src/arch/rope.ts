// Rotary position embedding (Su et al. 2021) in transformers' layout: the halves of a head are the two coordinates.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { ModelConfig } from './config.ts';

/** cos and sin of position x frequency, [length, headDim] each; the two halves of a row are equal. */
export function ropeTables(
  { headDim, ropeTheta }: ModelConfig,
  length: number,
): { cos: Float32Array; sin: Float32Array } {
  const cos = new Float32Array(length * headDim);
  const sin = new Float32Array(length * headDim);
  const half = headDim / 2;
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < headDim; i++) {
      // transformers computes frequencies and angles in float32; far from the start the rounding shows in the last digits.
      const frequency = Math.fround(1 / ropeTheta ** ((i % half) / half));
      const angle = Math.fround(position * frequency);
      cos[position * headDim + i] = Math.cos(angle);
      sin[position * headDim + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The same with one half of each row, [length, headDim / 2]: as ONNX's RotaryEmbedding wants them. */
export function halfTables(config: ModelConfig, length: number): { cos: Float32Array; sin: Float32Array } {
  const { cos, sin } = ropeTables(config, length);
  const half = config.headDim / 2;
  const firstHalves = (table: Float32Array) =>
    Float32Array.from(
      { length: length * half },
      (_, i) => table[Math.floor(i / half) * config.headDim + (i % half)] as number,
    );
  return { cos: firstHalves(cos), sin: firstHalves(sin) };
}

/** The matrix that maps (left, right) to (-right, left): one small product instead of two slices, a negation and a concat. */
export function rotateHalf(b: Builder, headDim: number): Value {
  const half = headDim / 2;
  const matrix = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    matrix[(i + half) * headDim + i] = -1;
    matrix[i * headDim + i + half] = 1;
  }
  return b.graph.constant('f32', [headDim, headDim], matrix);
}
