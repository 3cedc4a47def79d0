// Runs a prompt into a cache in chunks, so that a cancellation takes effect soon and finished chunks stay for the next
// prompt.
import { startsWithBytes, type Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { Network } from './network.ts';
import type { KeyValueCache } from './passes.ts';

// Token healing: the cursor may be inside the text of one token. The last tokens before it are removed, and the first
// new tokens have to spell their bytes again.

/**
 * Tokens that may come while `left` remains to be spelled: tokens that begin with it, and tokens that it begins with.
 */
export function allowedTokens(tokenizer: Tokenizer, left: Uint8Array): number[] {
  const allowed = [...tokenizer.idsStartingWith(left)];
  for (let length = 1; length < left.length; length++) {
    const part = left.subarray(0, length);
    for (const id of tokenizer.idsStartingWith(part)) if (tokenizer.bytesOf(id).length === length) allowed.push(id);
  }
  return allowed.sort((a, b) => a - b);
}

/** The bytes that remain to be spelled after `token`. */
export function remainingBytes(left: Uint8Array, token: Uint8Array): Uint8Array {
  return startsWithBytes(token, left) ? new Uint8Array() : left.subarray(token.length);
}

/** The part of a network that prefilling uses. */
export type PrefillNetwork = Pick<Network, 'forward' | 'absorb' | 'absorbs'>;

/** Tokens of the prompt in a pass: smaller chunks cost more per token, larger ones delay cancellation. */
export const PREFILL_CHUNK = 256;

/**
 * Appends the tokens from `reused` on to the cache, which holds the tokens before. Returns false if cancelled; the
 * cache then holds the finished chunks.
 */
async function absorb(
  network: PrefillNetwork,
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
 * Logits after the last token, [vocabulary]; undefined if cancelled.
 *
 * @param reused tokens that the cache holds already; at least the last token is left to run
 */
export async function prefill(
  network: PrefillNetwork,
  cache: KeyValueCache,
  tokens: readonly number[],
  reused: number,
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  const before = tokens.length - 1 - reused;
  const absorbedEnd = reused + (network.absorbs(before) ? before : before - (before % PREFILL_CHUNK));
  if (!(await absorb(network, cache, tokens.slice(0, absorbedEnd), reused, signal))) return undefined;
  const rest = tokens.slice(absorbedEnd);
  return network.forward(cache, { ids: rest, rows: [rest.length - 1] });
}
