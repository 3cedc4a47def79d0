// Rotary position embedding (Su et al. 2021) in transformers' layout: the halves of a head are the two coordinates.
import type { ModelConfig } from './config.ts';

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
