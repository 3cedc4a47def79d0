// Runs a prompt into a cache, in chunks, so that a cancellation is seen soon and what was done stays for the next prompt.
import type { KeyValueCache } from './cache.ts';
import type { Network } from './network.ts';

/** Tokens of the prompt per pass: a cold prompt costs an eighth less than with 128, and a pass some 30 ms on two cores. */
export const PREFILL_CHUNK = 256;

/**
 * Logits after the last token, [vocabulary]; undefined where cancelled, the cache then holding the chunks that were done.
 * @param reused tokens that the cache holds already; at least the last one is left to run
 */
export async function prefill(
  network: Pick<Network, 'forward'>,
  cache: KeyValueCache,
  tokens: readonly number[],
  reused: number,
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  let logits: Float32Array | undefined;
  for (let at = reused; at < tokens.length; at += PREFILL_CHUNK) {
    if (signal?.aborted) return undefined;
    const part = tokens.slice(at, at + PREFILL_CHUNK);
    logits = await network.forward(cache, { ids: part.map((id) => [id]), rows: [part.length - 1] });
  }
  return logits;
}
