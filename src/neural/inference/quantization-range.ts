// Finds the largest weight that 8-bit products may have on this processor: x86 without VNNI adds pairs of them in 16
// bits. Runs once and takes a few milliseconds.
import type { QuantizationRange } from '../architecture/quantize.ts';
import { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import { Session, Tensor } from '../runtime/session.ts';

const [ROWS, INNER, OUT] = [32, 64, 32] as const;

/** The exact sum of `overflowGraph`, with the largest possible values. */
export const EXACT_SUM = INNER * 255 * 127;
/** Values of its input x, each 255. */
const OVERFLOW_SHAPE = [ROWS, INNER] as const;

/** Input x u8 [ROWS, INNER]; output y f32 [ROWS, OUT], each x times INNER weights of 127. */
function overflowGraph(): WrittenModel {
  const b = new Builder('overflow');
  const x = b.graph.input('x', 'u8', OVERFLOW_SHAPE);
  const weights = b.graph.constant('i8', [INNER, OUT], new Int8Array(INNER * OUT).fill(127), 'weights');
  const ones = b.graph.constant('f32', [OUT], new Float32Array(OUT).fill(1), 'ones');
  const inputs = [x, weights, b.scalar(1), ones, b.graph.constant('u8', [], Uint8Array.of(0))];
  b.graph.output('y', b.op('MatMulIntegerToFloat', inputs, {})[0] as Value);
  return writeModel(b.graph);
}

let known: Promise<QuantizationRange> | undefined;

export function quantizationRange(): Promise<QuantizationRange> {
  known ??= sums().then(rangeFor);
  return known;
}

/** @param found the sums of the graph */
export function rangeFor(found: Float32Array): QuantizationRange {
  return found.every((sum) => sum === EXACT_SUM) ? 127 : 63;
}

async function sums(): Promise<Float32Array> {
  const session = await Session.load(overflowGraph(), { device: 'cpu', threads: 1 });
  const [rows, inner] = OVERFLOW_SHAPE;
  const { y } = await session.run({ x: Tensor.host(new Uint8Array(rows * inner).fill(255), OVERFLOW_SHAPE) });
  const found = (y as Tensor).floats.slice();
  await session.dispose();
  return found;
}
