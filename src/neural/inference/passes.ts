// Runs a graph over a key-value cache, and adds the inputs that every pass needs besides its tokens. Also the
// likeliest tokens of an output.
import { halfTables } from '../architecture/decoder.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import { cacheHeadWidth, ZERO_POINT } from '../architecture/serve.ts';
import { type Session, Tensor } from '../runtime/session.ts';
import type { KeyValueCache } from './key-value-cache.ts';

/** Likeliest first. */
export interface TopTokens {
  readonly ids: readonly number[];
  readonly logs: readonly number[];
}

/** Number of tokens of a distribution that are read. */
export const TOP = 512;

/** Logarithm of the sum of all exponentials: a token's log probability is its logit minus this. */
export function logTotal(logits: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > highest) highest = value;
  let total = 0;
  for (const value of logits) total += Math.exp(value - highest);
  return highest + Math.log(total);
}

type Tensors = Readonly<Record<string, Tensor>>;

export class Passes {
  private readonly config: ModelConfig;
  private tables: { readonly cos: Tensor; readonly sin: Tensor };
  private tableLength: number;

  constructor(config: ModelConfig) {
    this.config = config;
    this.tableLength = Math.min(config.contextLength, 512);
    this.tables = this.tablesOf(this.tableLength);
  }

  /** Runs new tokens after those in the cache, and adds the new ones to the cache. */
  async run(
    session: Session,
    cache: KeyValueCache,
    steps: number,
    feeds: Tensors,
    outputs: Tensors = {},
  ): Promise<void> {
    const { past, renewed } = cache.tensors(steps);
    const total = cache.length + steps;
    this.lengthenTables(total);
    await session.run(
      {
        ...past,
        ...this.tables,
        lengths: Tensor.host(Int32Array.of(total - 1), [1]),
        length: Tensor.host(Int32Array.of(total), [1]),
        ...feeds,
      },
      { ...renewed, ...outputs },
    );
    cache.advance(steps);
  }

  /** The same with a `promptGraph`. */
  async absorb(prompt: Session, cache: KeyValueCache, tokens: readonly number[], outputs?: Tensors): Promise<void> {
    const steps = tokens.length;
    const feeds = {
      ids: Tensor.host(Int32Array.from(tokens), [1, steps]),
      positions: Tensor.host(positionsOf(steps, cache.length), [1, steps]),
      zeros: Tensor.host(new Uint8Array(steps).fill(ZERO_POINT), [steps]),
    };
    await this.run(prompt, cache, steps, feeds, outputs);
  }

  private tablesOf(length: number): { readonly cos: Tensor; readonly sin: Tensor } {
    const half = cacheHeadWidth(this.config) / 2;
    const { cos, sin } = halfTables(this.config, length, half);
    // The tables scale queries and keys by headDim^-0.25 each, which makes attention's factor 1/sqrt(headDim). The
    // operator's own scaling would make a single token 5 % slower.
    const share = this.config.headDim ** -0.25;
    const table = (data: Float32Array) =>
      Tensor.host(
        data.map((x) => x * share),
        [length, half],
      );
    return { cos: table(cos), sin: table(sin) };
  }

  /** Makes the tables cover the cache's length, because every position is below it. */
  private lengthenTables(positions: number): void {
    if (positions <= this.tableLength) return;
    this.tableLength = Math.max(positions, this.tableLength * 2);
    this.tables = this.tablesOf(this.tableLength);
  }
}

/**
 * Positions: the slots of the new tokens in the cache. Attention depends only on differences of
 * positions. Without past tokens, the operator counts slots itself.
 */
export function positionsOf(steps: number, past: number): BigInt64Array {
  return BigInt64Array.from({ length: steps }, (_, i) => BigInt(past + i));
}
