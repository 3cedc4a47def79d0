// Caches of recent prompts, so that a prompt that continues one costs only its new tokens: a keystroke, or typing what was suggested.
import type { KeyValueCache } from './cache.ts';
import type { Network } from './network.ts';

interface Slot {
  /** The tokens whose keys and values the cache holds, in order. */
  tokens: number[];
  readonly cache: KeyValueCache;
  used: number;
}

export interface Lease {
  readonly cache: KeyValueCache;
  /** Tokens of the prompt that the cache already held. */
  readonly reused: number;
  /** Says which tokens the cache holds now. */
  finish(tokens: readonly number[]): void;
}

/** For all caches together, where prompts are as long as the product's. */
const MOST_BYTES = 80e6;
const PROMPT_TOKENS = 640;

const bytesOf = ({ config: { layers, keyValueHeads, headDim } }: Network) =>
  PROMPT_TOKENS * layers * 2 * keyValueHeads * headDim * 4;

export class Prefixes {
  private readonly network: Network;
  private readonly limit: number;
  private readonly slots: Slot[] = [];
  private clock = 0;

  /** `limit`: caches kept; the least recently used goes. Default: what fits into MOST_BYTES, two at least and four at most. */
  constructor(network: Network, limit = Math.max(2, Math.min(4, Math.floor(MOST_BYTES / bytesOf(network))))) {
    this.network = network;
    this.limit = limit;
  }

  /**
   * A cache that holds the longest beginning of `prompt` that any holds. At least the last token is left to be run: its logits are wanted.
   * Where that beginning is less than half of another prompt, that one stays as it is, and its beginning is copied: people come back to
   * where they were, and a bracket that closes by itself makes another prompt for as long as one types before it.
   */
  lease(prompt: readonly number[]): Lease {
    let best: Slot | undefined;
    let shared = 0;
    for (const slot of this.slots) {
      const common = commonLength(slot.tokens, prompt);
      if (common > shared) {
        best = slot;
        shared = common;
      }
    }
    const reused = Math.min(shared, prompt.length - 1);
    const slot = best && shared * 2 >= best.tokens.length ? best : this.free();
    if (best === undefined || slot === best) slot.cache.truncate(reused);
    else slot.cache.copy(best.cache, reused);
    slot.used = ++this.clock;
    slot.tokens = prompt.slice(0, reused);
    return {
      cache: slot.cache,
      reused,
      finish: (tokens) => {
        slot.tokens = tokens.slice(0, slot.cache.length);
      },
    };
  }

  /** A new one, or the least recently used. */
  private free(): Slot {
    if (this.slots.length >= this.limit)
      return this.slots.reduce((oldest, slot) => (slot.used < oldest.used ? slot : oldest));
    const slot: Slot = { tokens: [], cache: this.network.cache(), used: 0 };
    this.slots.push(slot);
    return slot;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.slots.reduce((sum, { cache }) => sum + cache.bytes, 0);
  }

  clear(): void {
    this.slots.length = 0;
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}
