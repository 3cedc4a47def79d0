// Runs a graph over a cache of keys and values, and adds the inputs that every pass needs besides its tokens. The
// cache is plain arrays [head, room, width]: truncating only changes the length.
import { halfTables } from '../architecture/decoder.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import { cacheHeadWidth, cacheNames, ZERO_POINT } from '../architecture/serve.ts';
import { type Session, Tensor } from '../runtime/session.ts';

/**
 * Growth rounds the room up to a multiple of this many time steps. At least half as many stay free, because a line
 * follows a prompt and growing copies everything.
 */
const ROOM = 256;

export class KeyValueCache {
  /** An array consists of this many blocks of `room` steps. */
  private readonly heads: number;
  private readonly width: number;
  private readonly names: readonly string[];
  private room: number;
  private arrays: readonly Float32Array[];
  private views: CacheTensors;
  private used = 0;

  constructor(config: ModelConfig, room = ROOM) {
    this.heads = config.keyValueHeads;
    this.width = cacheHeadWidth(config);
    this.names = cacheNames(config);
    this.room = room;
    this.arrays = this.names.map(() => this.empty());
    this.views = this.tensorsOf();
  }

  /** Time steps held. */
  get length(): number {
    return this.used;
  }

  /** Bytes of the steps held. Unused room takes no memory until it is written. */
  get bytes(): number {
    return this.used * this.bytesOfStep;
  }

  get bytesOfStep(): number {
    return this.arrays.length * this.heads * this.width * 4;
  }

  /** Drops everything after the first `length` steps. */
  truncate(length: number): void {
    if (length > this.used) throw new Error(`the cache holds ${this.used} steps, not ${length}`);
    this.used = length;
  }

  /** Replaces all content with the first `length` steps of another cache of the same model. */
  copy(from: KeyValueCache, length: number): void {
    this.used = 0;
    this.reserve(length);
    for (const [i, array] of this.arrays.entries()) {
      const source = from.arrays[i] as Float32Array;
      for (let head = 0; head < this.heads; head++) {
        const start = head * from.room * this.width;
        array.set(source.subarray(start, start + length * this.width), head * this.room * this.width);
      }
    }
    this.used = length;
  }

  /** Keeps the first `from` steps and then only `steps`, in this order without a gap. No index may increase. */
  gather(from: number, steps: readonly number[]): void {
    const { room, width } = this;
    for (const array of this.arrays) {
      for (let head = 0; head < this.heads; head++) {
        for (const [i, step] of steps.entries()) {
          if (step === from + i) continue;
          const source = (head * room + step) * width;
          array.copyWithin((head * room + from + i) * width, source, source + width);
        }
      }
    }
    this.truncate(from + steps.length);
  }

  private empty(): Float32Array {
    return new Float32Array(this.heads * this.room * this.width);
  }

  private reserve(steps: number): void {
    const needed = this.used + steps;
    if (needed <= this.room) return;
    const before = this.room * this.width;
    const held = this.used * this.width;
    this.room = Math.ceil((needed + ROOM / 2) / ROOM) * ROOM;
    this.arrays = this.arrays.map((array) => {
      const larger = this.empty();
      for (let head = 0; head < this.heads; head++) {
        larger.set(array.subarray(head * before, head * before + held), head * this.room * this.width);
      }
      return larger;
    });
    this.views = this.tensorsOf();
  }

  private tensorsOf(): CacheTensors {
    const past: Record<string, Tensor> = {};
    const renewed: Record<string, Tensor> = {};
    this.names.forEach((name, i) => {
      const shape = [1, this.heads, this.room, this.width];
      const tensor = Tensor.host(this.arrays[i] as Float32Array, shape);
      past[`past_${name}`] = tensor;
      renewed[`new_${name}`] = tensor;
    });
    return { past, renewed };
  }

  /** Tensors past_* to feed, and new_* in the same memory, to which the session writes the next `steps` steps. */
  tensors(steps: number): CacheTensors {
    this.reserve(steps);
    return this.views;
  }

  /** Counts the steps that were just written. */
  advance(steps: number): void {
    this.used += steps;
  }
}

interface CacheTensors {
  readonly past: Readonly<Record<string, Tensor>>;
  readonly renewed: Readonly<Record<string, Tensor>>;
}

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
