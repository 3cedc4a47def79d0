// Caches of recent prompts: a prompt that extends one of them runs only its new tokens. Tokens that a search has run
// behind it are reused as well, for instance when the user types the suggestion.
import { Branches } from './branches.ts';
import type { Network } from './network.ts';
import type { KeyValueCache } from './passes.ts';

interface Slot {
  /** Tokens whose keys and values are in the cache, in order; those of the branches lie behind them. */
  tokens: number[];
  readonly cache: KeyValueCache;
  readonly branches: Branches;
  used: number;
}

interface CacheLease {
  readonly cache: KeyValueCache;
  /** What earlier searches have run behind the prompt. Has logits if the cache holds the whole prompt. */
  readonly branches: Branches;
  /** Tokens of the prompt that the cache already held. */
  readonly reused: number;
  /** Records which tokens the cache holds now. */
  finish(tokens: readonly number[]): void;
}

/** For all caches together, with prompts of the usual length. */
const MOST_BYTES = 80e6;
const PROMPT_TOKENS = 640;

const bytesOf = ({ config: { layers, keyValueHeads, headDim } }: Network) =>
  PROMPT_TOKENS * layers * 2 * keyValueHeads * headDim * 4;

export class Prefixes {
  private readonly network: Network;
  private readonly limit: number;
  private readonly slots: Slot[] = [];
  private clock = 0;

  /**
   * `limit`: number of caches; the least recently used one is replaced. Default: as many as fit into MOST_BYTES, from
   * two to four.
   */
  constructor(network: Network, limit = Math.max(2, Math.min(4, Math.floor(MOST_BYTES / bytesOf(network))))) {
    this.network = network;
    this.limit = limit;
  }

  /**
   * A cache with the longest common prefix of `prompt`. The last token is left to run, since its logits are needed,
   * unless a branch holds it already. If the common prefix is less than half of the cached prompt, it is copied and the
   * cached prompt stays. Users return to earlier positions, and an auto-closed bracket gives another prompt as long as
   * they type before it.
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
    const isExtended = slot === best && shared >= slot.tokens.length;
    if (isExtended) branches.advance(prompt.slice(slot.tokens.length, shared));
    let reused = shared;
    if (!isExtended || shared < prompt.length || !branches.logits) {
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

  /** A new slot, or the least recently used one. */
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

/** Tokens of the common prefix, those in the slot's branches included. */
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
