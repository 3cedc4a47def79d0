// Detects whether the processor's products of 8-bit integers overflow: x86 without VNNI adds pairs of them in 16 bits.
import { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';

const [ROWS, INNER, OUT] = [32, 64, 32] as const;

/** The exact sum of `overflowGraph`, with the largest possible values. */
export const EXACT_SUM = INNER * 255 * 127;
/** Values of its input x, each 255. */
export const OVERFLOW_SHAPE = [ROWS, INNER] as const;

/** Input x u8 [ROWS, INNER]; output y f32 [ROWS, OUT], each x times INNER weights of 127. */
export function overflowGraph(): WrittenModel {
  const b = new Builder('overflow');
  const x = b.graph.input('x', 'u8', OVERFLOW_SHAPE);
  const weights = b.graph.constant('i8', [INNER, OUT], new Int8Array(INNER * OUT).fill(127), 'weights');
  const ones = b.graph.constant('f32', [OUT], new Float32Array(OUT).fill(1), 'ones');
  const inputs = [x, weights, b.scalar(1), ones, b.graph.constant('u8', [], Uint8Array.of(0))];
  b.graph.output('y', b.op('MatMulIntegerToFloat', inputs, {})[0] as Value);
  return writeModel(b.graph);
}
