// Distributions of our own engine in full precision, and how far llama.cpp's are from them.
import assert from 'node:assert/strict';
import type { Model } from '../../../src/neural/architecture/lora.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import type { TopTokens } from '../../../src/neural/inference/passes.ts';

/** Log probabilities after each token from `from` on. */
export async function logProbabilities(model: Model, tokens: readonly number[], from: number): Promise<Float64Array[]> {
  const network = await Network.load(model, { device: 'cpu', threads: 1, precision: 'fp32' });
  const rows = tokens.flatMap((_, i) => (i < from ? [] : i));
  const logits = await network.forward(network.cache(), { ids: tokens, rows });
  const size = model.config.vocabSize;
  await network.dispose();
  return rows.map((_, row) => {
    const values = Float64Array.from(logits.subarray(row * size, (row + 1) * size));
    const highest = values.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
    const total = highest + Math.log(values.reduce((sum, each) => sum + Math.exp(each - highest), 0));
    return values.map((each) => each - total);
  });
}

/** The largest difference among tokens that one of the two finds likely. */
export function furthest(theirs: readonly TopTokens[], rows: readonly Float64Array[]): number {
  assert.equal(theirs.length, rows.length);
  return Math.max(
    ...theirs.flatMap(({ ids, logs }, i) =>
      ids.flatMap((id, j) => {
        const [log, own] = [logs[j] as number, rows[i]?.[id] as number];
        return Math.max(log, own) < Math.log(0.001) ? [] : Math.abs(log - own);
      }),
    ),
  );
}
