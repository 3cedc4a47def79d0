// Runs a prompt into a cache, in chunks, so that a cancellation is seen soon and what was done stays for the next prompt.
import type { KeyValueCache } from './key-value-cache.ts';
import type { Network } from './network.ts';

/** What a prompt needs of a network. */
export type Prefills = Pick<Network, 'forward' | 'absorb' | 'absorbs'>;

/** Tokens of the prompt per pass: fewer cost more each, and what is added beyond is seen late. */
export const PREFILL_CHUNK = 256;

/**
 * Puts the tokens from `reused` on into the cache, which holds those before. False where cancelled, the cache then holding the chunks
 * that were done.
 */
export async function absorb(
  network: Prefills,
  cache: KeyValueCache,
  tokens: readonly number[],
  reused: number,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let at = reused; at < tokens.length; at += PREFILL_CHUNK) {
    if (signal?.aborted) return false;
    await network.absorb(cache, tokens.slice(at, at + PREFILL_CHUNK));
  }
  return !signal?.aborted;
}

/**
 * Logits after the last token, [vocabulary]; undefined where cancelled.
 *
 * @param reused tokens that the cache holds already; at least the last one is left to run
 */
export async function prefill(
  network: Prefills,
  cache: KeyValueCache,
  tokens: readonly number[],
  reused: number,
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  const before = tokens.length - 1 - reused;
  const apart = reused + (network.absorbs(before) ? before : before - (before % PREFILL_CHUNK));
  if (!(await absorb(network, cache, tokens.slice(0, apart), reused, signal))) return undefined;
  const rest = tokens.slice(apart);
  return network.forward(cache, { ids: rest.map((id) => [id]), rows: [rest.length - 1] });
}
