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
   * The cache that shares the longest beginning with `prompt`, cut back to it. At least the last token is left to be run: its logits
   * are wanted. A beginning shorter than half of another prompt's cache does not take that cache away while there is room.
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
    const worthKeeping = best && shared * 2 < best.tokens.length;
    if (!best || (worthKeeping && this.slots.length < this.limit)) {
      shared = 0;
      best = this.slots.length < this.limit ? this.open() : this.leastRecent();
    }
    const slot = best;
    slot.used = ++this.clock;
    const reused = Math.min(shared, prompt.length - 1);
    slot.cache.truncate(reused);
    slot.tokens.length = reused;
    return {
      cache: slot.cache,
      reused,
      finish: (tokens) => {
        slot.tokens = tokens.slice(0, slot.cache.length);
      },
    };
  }

  private open(): Slot {
    const slot: Slot = { tokens: [], cache: this.network.cache(), used: 0 };
    this.slots.push(slot);
    return slot;
  }

  private leastRecent(): Slot {
    return this.slots.reduce((oldest, slot) => (slot.used < oldest.used ? slot : oldest));
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
