// Caches of recent prompts, so that a prompt that continues one costs only its new tokens, and none that a search has looked at: a keystroke,
// or typing what was suggested.
import { Branches } from './branches.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import type { Network } from './network.ts';

interface Slot {
  /** The tokens whose keys and values the cache holds, in order; what the branches hold lies behind them. */
  tokens: number[];
  readonly cache: KeyValueCache;
  readonly branches: Branches;
  used: number;
}

export interface CacheLease {
  readonly cache: KeyValueCache;
  /** Of the prompt's place: what earlier searches saw behind it. Its logits are there where the cache holds the whole prompt. */
  readonly branches: Branches;
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
   * A cache that holds the longest beginning of `prompt` that any holds. The last token is left to be run, as its logits are wanted, but
   * where the prompt's last tokens are a branch that was looked at before.
   * Where that beginning is less than half of another prompt, that one stays as it is, and its beginning is copied: people come back to
   * where they were, and a bracket that closes by itself makes another prompt for as long as one types before it.
   */
  lease(prompt: readonly number[]): CacheLease {
    let best: Slot | undefined;
    let shared = 0;
    for (const slot of this.slots) {
      const common = sharedLength(slot, prompt);
      if (common > shared) {
        best = slot;
        shared = common;
      }
    }
    const slot = best && shared * 2 >= best.tokens.length ? best : this.free();
    const { branches, cache } = slot;
    const goesOn = slot === best && shared >= slot.tokens.length;
    if (goesOn) branches.advance(prompt.slice(slot.tokens.length, shared));
    let reused = shared;
    if (!goesOn || shared < prompt.length || !branches.logits) {
      reused = Math.min(shared, prompt.length - 1);
      branches.clear();
      if (best === undefined || slot === best) cache.truncate(reused);
      else cache.copy(best.cache, reused);
    }
    slot.used = ++this.clock;
    slot.tokens = prompt.slice(0, reused);
    return {
      branches,
      cache,
      reused,
      finish: (tokens) => {
        slot.tokens = tokens.slice(0, branches.root);
      },
    };
  }

  /** A new one, or the least recently used. */
  private free(): Slot {
    if (this.slots.length >= this.limit)
      return this.slots.reduce((oldest, slot) => (slot.used < oldest.used ? slot : oldest));
    const cache = this.network.cache();
    const slot: Slot = { tokens: [], cache, branches: new Branches(this.network, cache), used: 0 };
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

/** Tokens at the prompt's beginning that the slot holds, those of its branches among them. */
function sharedLength({ tokens, branches }: Slot, prompt: readonly number[]): number {
  const common = commonLength(tokens, prompt);
  return common < tokens.length ? common : common + branches.depthOf(prompt.slice(common));
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}
