// Finds the largest weight that 8-bit products may have on this processor. Runs once and takes a few milliseconds.
import { EXACT_SUM, OVERFLOW_SHAPE, overflowGraph } from '../architecture/overflow.ts';
import type { QuantizationRange } from '../architecture/quantize.ts';
import { Session } from '../runtime/session.ts';
import { Tensor } from '../runtime/tensor.ts';

let known: Promise<QuantizationRange> | undefined;

/** @param probe detects the range; after a failure the next caller tries again */
export function quantizationRange(probe: () => Promise<QuantizationRange> = detectRange): Promise<QuantizationRange> {
  known ??= probe().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

/** @param run computes the sums of the graph */
export async function detectRange(run: () => Promise<Float32Array> = sums): Promise<QuantizationRange> {
  return (await run()).every((sum) => sum === EXACT_SUM) ? 127 : 63;
}

async function sums(): Promise<Float32Array> {
  const session = await Session.load(overflowGraph(), { device: 'cpu', threads: 1 });
  const [rows, inner] = OVERFLOW_SHAPE;
  const { y } = await session.run({ x: Tensor.host(new Uint8Array(rows * inner).fill(255), OVERFLOW_SHAPE) });
  const found = (y as Tensor).floats.slice();
  await session.dispose();
  return found;
}
